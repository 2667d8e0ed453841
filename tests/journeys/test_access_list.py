"""查阅记录、为什么: what leaves a record at a person, who may list it, and that the list records itself."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gridwalk.accounts.grants import actions as grants
from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Role, Viewer
from gridwalk.core import clock
from gridwalk.core.models import AuditEntry
from gridwalk.core.outward import outward
from gridwalk.reconcile.models import Import
from gridwalk.registry.models import Dwelling, Person
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


def test_a_paper_of_a_door_or_a_person_takes_a_reason_and_stands_in_the_list_of_everybody_on_it(
    street: Client, sign_in: SignIn
) -> None:
    """101 has 程望舒 and 程兰因; it is let, and 程兰因 is cared for: neither stands on the paper. In 401 is nobody."""
    person, mother = Person.objects.get(name="程望舒"), Person.objects.get(name="程兰因")
    door = Dwelling.objects.get(room="101")
    Dwelling.objects.filter(pk=door.pk).update(tenure="let", occupancy="occupied")
    of_door, of_person = f"/print/dwelling/{door.pk}/", f"/print/person/{mother.pk}/"
    assert "一户一档" in street.get(f"/doors/{door.pk}/").content.decode()
    refused = street.post(of_door, {"reason": "想看看"})
    assert refused.status_code == 422 and "没有打印：请选一个事由" in refused.content.decode()
    empty = Dwelling.objects.get(room="401")
    refused = street.post(f"/print/dwelling/{empty.pk}/", {"reason": "card"})
    assert refused.status_code == 422 and "没有档可以打印" in refused.content.decode(), "no paper names an empty door"
    assert f"/print/dwelling/{outward(empty.pk)}/" not in street.get(f"/doors/{empty.pk}/").content.decode()
    assert not AuditEntry.objects.filter(verb="dossier.printed").exists()

    clerk = sign_in(Role.COMMUNITY_CLERK, COMMUNITY)
    for client, path in ((clerk, of_door), (street, of_person)):
        paper = client.post(path, {"reason": "card"}).content.decode().split("<article")[1].split("</article")[0]
        assert "程兰因" in paper and "120199************" in paper and "*******5671" in paper
        assert "5号楼 1单元 101" in paper and "1950-02-03" in paper and "当面核对证件" in paper
        for words in ("出租", "居住状况", "使用情况", "关爱", "独居", "租住", "户籍在此", "有人住", "12012345671"):
            assert words not in paper, words
    numbers = [e.data["number"] for e in AuditEntry.objects.filter(verb="dossier.printed", subject=mother.pk)]
    assert len(set(numbers)) == 2
    looks = street.post(f"/people/{mother.pk}/looks/", {"reason": "本人到社区查询"}).content.decode()
    assert looks.count("打印了一户一档或一人一档，上面有本人") == 2 and all(f"编号 {n}" in looks for n in numbers)
    looks = street.post(f"/people/{person.pk}/looks/", {"reason": "本人到社区查询"}).content.decode()
    assert looks.count("打印了一户一档或一人一档，上面有本人") == 1

    assert sign_in(Role.GRID_WORKER, GRID).get(of_door).status_code == 403
    for role, scope in ((Role.COMMUNITY_LEAD, "120105001024"), (Role.STREET_CENTRE, "120105001")):
        for path in (of_door, of_person, f"/print/care/{mother.pk}/"):
            assert sign_in(role, scope).post(path, {"reason": "card"}).status_code == 404, role
    assert street.get(f"/print/organization/{mother.pk}/").status_code == 404


def n_queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def test_what_is_opened_for_a_time_is_listed_and_taken_back(street: Client, sign_in: SignIn, actor: Viewer) -> None:
    person, now = Person.objects.get(name="程望舒"), clock.now()
    user = User.objects.latest("created_at")
    grant = grants.grant(
        actor=actor,
        at=now,
        user=user.pk,
        kind="person",
        entity=person.pk,
        code=GRID,
        until_at=now + dt.timedelta(days=2),
        reason="抽查这一户",
    )
    stranger = sign_in(Role.COMMUNITY_LEAD, "120105001024")
    assert "现在没有生效的临时授权" in stranger.get("/campaign/grants/").content.decode()
    assert stranger.post(f"/campaign/grants/{grant.pk}/revoke/").status_code == 404
    listed = street.get("/campaign/grants/").content.decode()
    assert "抽查这一户" in listed and "程望舒" not in listed
    cost = n_queries(street, "/campaign/grants/")
    others = Person.objects.filter(grid=person.grid).exclude(pk=person.pk)[:3]
    for other in others:
        grants.grant(
            actor=actor,
            at=now,
            user=user.pk,
            kind="person",
            entity=other.pk,
            code=GRID,
            until_at=now + dt.timedelta(days=1),
            reason="一起抽查",
        )
    assert street.get("/campaign/grants/").content.decode().count("一起抽查") == len(others) == 3
    assert n_queries(street, "/campaign/grants/") == cost
    assert "收回了给" in street.post(f"/campaign/grants/{grant.pk}/revoke/", follow=True).content.decode()
    assert "抽查这一户" not in street.get("/campaign/grants/").content.decode()
    assert street.post(f"/campaign/grants/{grant.pk}/revoke/").status_code == 404, "once"


def test_only_who_answers_for_the_area_lists_it(street: Client, sign_in: SignIn) -> None:
    path = f"/people/{Person.objects.get(name='程望舒').pk}/looks/"
    assert sign_in(Role.GRID_WORKER, GRID).get(path).status_code == 403
    assert sign_in(Role.COMMUNITY_LEAD, "120105001024").get(path).status_code == 404
    assert sign_in(Role.ADMINISTRATOR, "120105001").get(path).status_code == 404, "no personal data for administrators"
    assert sign_in(Role.STREET_CENTRE, "120105001").get(path).status_code == 200
    reason = {"reason": "本人来问谁看过"}
    for role, scope, told in (
        (Role.STREET_CENTRE, "120105001", "这里只写哪天、什么岗位"),
        (Role.COMMUNITY_LEAD, COMMUNITY, ""),
    ):
        shown = sign_in(role, scope).post(path, reason).content.decode()
        assert ("姓名由本人所在的社区列给本人" in shown) == bool(told) and told in shown, role
    assert "查询人和事由" in sign_in(Role.COMMUNITY_LEAD, COMMUNITY).get(path).content.decode()
