"""查阅记录、为什么: what leaves a record at a person, who may list it, and that the list records itself."""

from __future__ import annotations

import pytest
from django.test import Client

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Role
from gridwalk.core.models import AuditEntry
from gridwalk.reconcile.models import Import
from gridwalk.registry.models import Person
from tests.harness.campaign import COMMUNITY, GRID, id_no
from tests.harness.people import SignIn

pytestmark = pytest.mark.slow


def test_every_look_at_a_person_is_listed_with_its_reason_and_the_list_lists_itself(
    street: Client, sign_in: SignIn
) -> None:
    person = Person.objects.get(name="程望舒")
    worker = sign_in(Role.GRID_WORKER, GRID)
    worker.post(f"/reveal/person/{person.pk}/phone/", {"reason": "约上门时间"})
    street.post("/search/", {"q": id_no(11)})
    street.post("/search/", {"q": "望舒"})
    worker.get("/care/")
    path = f"/people/{person.pk}/looks/"

    User.objects.filter(assignments__scope=GRID).update(post="第一网格网格员")

    refused = street.post(path, {"reason": "看"})
    assert refused.status_code == 422
    assert "没有打开" in refused.content.decode()
    assert not AuditEntry.objects.filter(verb="access.listed").exists()

    shown = street.post(path, {"reason": "本人到社区查询"}).content.decode()
    for words in ("看了完整的电话", "约上门时间", "用完整的证件号查到了本人", "打开了所在范围的关爱清单"):
        assert words in shown, words
    assert "网格员（第一网格网格员）" in shown
    assert "带走了" not in shown
    assert shown.count("查到了本人") == 1, "a search by name is no look at a number"
    assert id_no(11) not in shown
    assert "12012345671" not in shown
    again = street.post(path, {"reason": "本人再次查询"}).content.decode()
    assert "本人到社区查询" in again
    entry = AuditEntry.objects.filter(verb="number.searched").get()
    assert (entry.subject, entry.data) == (person.pk, {"field": "id_no"})


def test_a_file_with_the_person_in_it_is_listed_with_its_export_number(street: Client) -> None:
    person = Person.objects.get(name="程望舒")
    for imported in Import.objects.all():
        assert street.get(f"/imports/{imported.pk}/annotated/").status_code == 200
    entries = AuditEntry.objects.filter(verb="file.exported", kind="import")
    numbers = {entry.subject: entry.data["number"] for entry in entries}
    people = Import.objects.get(name="实有人口台账.xlsx")
    shown = street.post(f"/people/{person.pk}/looks/", {"reason": "本人到社区查询"}).content.decode()
    assert shown.count("带走了导入台账的批注版") == 1, "the ledger of doors says nothing of the person"
    assert f"编号 {numbers[people.pk]}" in shown


def test_only_who_answers_for_the_area_lists_it(street: Client, sign_in: SignIn) -> None:
    path = f"/people/{Person.objects.get(name='程望舒').pk}/looks/"
    assert sign_in(Role.GRID_WORKER, GRID).get(path).status_code == 403
    assert sign_in(Role.COMMUNITY_LEAD, "120105001024").get(path).status_code == 404
    assert sign_in(Role.ADMINISTRATOR, "120105001").get(path).status_code == 404, "no personal data for administrators"
    assert sign_in(Role.STREET_CENTRE, "120105001").get(path).status_code == 200
    assert "查询人和事由" in sign_in(Role.COMMUNITY_LEAD, COMMUNITY).get(path).content.decode()
