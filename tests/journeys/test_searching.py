"""One box, area-scoped: names, pinyin, initials, numbers, last four, addresses; keys follow edits."""

from __future__ import annotations

import pytest
from django.test import Client

from gridwalk.accounts.rules import Role
from gridwalk.core.models import AuditEntry
from gridwalk.registry.actions import looking
from gridwalk.registry.models import Person
from tests.harness.campaign import id_no
from tests.harness.people import SignIn

pytestmark = pytest.mark.slow


def results(client: Client, typed: str) -> str:
    return client.post("/search/", {"q": typed}, follow=True).content.decode()


@pytest.mark.parametrize(
    "typed",
    [
        "程望舒",
        "望舒",
        "chengwangshu",
        "cheng wang shu",
        "cws",
        "ws",
        id_no(11),
        "12012345671",
        "尾号5671",
    ],
)
def test_a_person_is_found_by_whatever_is_known_and_only_in_one_s_area(
    street: Client, sign_in: SignIn, typed: str
) -> None:
    assert "程望舒" in results(street, typed)
    stranger = sign_in(Role.COMMUNITY_LEAD, "120105001024")
    nothing = results(stranger, typed)
    assert ">程望舒<" not in nothing and "没有查到" in nothing
    shown = {id_no(11): "******", "12012345671": "******", "尾号5671": "尾号****"}.get(typed, typed)
    assert (f"查“{shown}”：查到 0 条" in nothing, f'value="{typed}"' in nothing) == (True, shown == typed)


@pytest.mark.parametrize("typed", ["海河花园5号楼1单元101", "5-1-101", "５栋1门101室", "海河花园5号楼"])
def test_a_door_is_found_in_any_style(street: Client, typed: str) -> None:
    assert "海河花园 5号楼 1单元 101" in results(street, typed)


def test_searching_by_the_last_four_is_on_record_without_the_number(street: Client) -> None:
    results(street, "程望舒")
    assert not AuditEntry.objects.filter(verb="number.tail_searched").exists()
    results(street, "尾号5671")
    entry = AuditEntry.objects.get(verb="number.tail_searched")
    assert "5671" not in str(entry.__dict__)


def test_whole_numbers_that_are_nobodys_are_counted_and_end(street: Client, sign_in: SignIn) -> None:
    for n in range(500, 500 + looking.MISSES_A_DAY):
        assert "没有查到" in results(street, id_no(n))
    missed = AuditEntry.objects.filter(verb="number.missed")
    assert (missed.count(), id_no(500) in str(missed[0].__dict__)) == (looking.MISSES_A_DAY, False)
    for typed in (id_no(11), "12012345671"):
        refused = results(street, typed)
        assert "今天输入的完整号码已有 20 个查不到人" in refused and "程望舒" not in refused
    assert "程望舒" in results(street, "程望舒"), "by name as before"
    assert "程望舒" in results(sign_in(Role.COMMUNITY_LEAD, "120105001023"), id_no(11)), (
        "another account is not held up"
    )


def test_keys_follow_an_edit(street: Client) -> None:
    person = Person.objects.get(name="程望舒")
    street.post(f"/correct/person/{person.pk}/", {"name": "程旺书", "phone": "12012340808", "reason": "按证件更正"})
    person.refresh_from_db()
    assert person.name == "程旺书"
    assert "程旺书" in results(street, "旺书")
    assert "程旺书" in results(street, "尾号0808")
    assert "程旺书" not in results(street, "尾号5671")
