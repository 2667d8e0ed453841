"""A number that is tried, through whichever door, stands in the list of everybody whose it could have been."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.test import Client

from gridwalk.accounts.rules import Role
from gridwalk.console import limits
from gridwalk.core.models import AuditEntry
from gridwalk.registry import rules
from gridwalk.registry.models import HandedInNumber, Person
from tests.harness.campaign import COMMUNITY, GRID, id_no, workbook
from tests.harness.people import SignIn
from tests.journeys.test_comparing import HEADER, compared
from tests.journeys.test_daily import answers, door
from tests.journeys.test_guessing import guesses, taken, words

TRIED = "拿一个和本人同地区、同一天出生的证件号来核对过"


def lines(person: Person) -> int:
    """How many tries stand in the person's list."""
    return AuditEntry.objects.filter(verb="number.tried", subject=person.pk).count()


def doors(street: Client, actor: Any, other: Person) -> Mapping[str, Callable[[str], Any]]:
    """Every way to bring a number in: who is brought, and where, is made up."""
    row = {"name-0": "任意名", "residence_kind": "tenant"}
    moved_in = f"/daily/moved_in/dwelling/{door('301').pk}/"
    correct = f"/correct/person/{other.pk}/"
    return {
        "a daily event": lambda number: street.post(moved_in, answers(seen="1", **row, **{"id_no-0": number})),
        "correcting": lambda number: street.post(correct, {"id_no": number, "reason": "看过证件"}),
        "a card": lambda number: street.post(f"/people/{other.pk}/card/", {"number": number}),
        "a search": lambda number: street.post("/search/", {"q": number}),
        "a comparison": lambda number: compared(street, actor, guesses([int(number[14:17])], name="任意")),
        "an import": lambda number: taken(street, guesses([int(number[14:17])], name="任意")),
    }


@pytest.mark.slow
def test_a_number_that_is_nobodys_stands_in_the_list_of_whose_it_could_have_been(street: Client, actor: Any) -> None:
    person, other = Person.objects.get(name="程望舒"), Person.objects.get(name="韩书言")
    woman = Person.objects.get(name="孟昭宁")
    for n, (way, bring) in enumerate(doors(street, actor, other).items()):
        before = lines(person)
        bring(id_no(101 + 2 * n))
        assert lines(person) == before + 1, way
    assert not lines(woman), "a man's number is none of hers"
    assert not lines(Person.objects.get(name="程兰因")), "nor of another day"
    before = lines(person)
    street.post(f"/correct/person/{person.pk}/", {"id_no": id_no(11), "reason": "看过证件"})
    assert lines(person) == before + 1, "that nothing changes tells the number"
    shown = words(street.post(f"/people/{person.pk}/looks/", {"reason": "本人到社区查询"}))
    assert shown.count(TRIED) == before + 1
    for reason in ("登记、更正时填写", "按完整号码查找", "交来的台账里写着"):
        assert reason in shown


@pytest.mark.slow
def test_what_is_typed_counts_with_what_is_handed_in(street: Client, actor: Any, sign_in: SignIn) -> None:
    tried = [id_no(n) for n in range(101, 199, 2)]
    for number in tried[: rules.HANDED_IN_A_DAY + 1 - HandedInNumber.objects.filter(actor=actor.id).count()]:
        street.post("/search/", {"q": number})
    assert compared(street, actor, guesses([201], name="任意")).n_withheld == 1, "the day is closed"
    worker = sign_in(Role.GRID_WORKER, GRID)
    worker.post("/search/", {"q": tried[-1]})
    assert compared(street, actor, guesses([203], name="任意")).n_withheld == 1, (
        "by whom else it was tried is no matter"
    )
    assert sign_in(Role.COMMUNITY_LEAD, COMMUNITY).get("/comparisons/").status_code == 200


@pytest.mark.slow
def test_a_file_with_many_telephones_of_one_person_tells_of_none_whether_it_is_theirs(street: Client) -> None:
    at_101 = ["海河花园", "5号楼", "1单元", "101"]
    before = Person.objects.get(name="程望舒").unseal("phone")
    for by_number in (id_no(11), ""):
        rows = [[*at_101, "程望舒", "男", by_number, "1980.1.1", f"1201234567{n}", "常住", "汉"] for n in range(4)]
        four = taken(street, [HEADER, *rows])
        assert (four.n_refused, four.n_same, four.n_differences) == (4, 0, 0), "the fourth closes all of them"
        assert "3 个以上的电话" in words(street.get(f"/imports/{four.pk}/"))
    three = taken(street, [HEADER, *rows[:3]])
    assert three.n_refused == 0 and Person.objects.get(name="程望舒").unseal("phone") == before


@pytest.mark.slow
def test_so_many_files_an_hour_are_taken(street: Client) -> None:
    for _ in range(limits.UPLOADS):
        answer = street.post("/comparisons/upload/", {"scope": COMMUNITY, "file": workbook("人口台账", [HEADER])})
    assert answer.status_code == 302
    refused = street.post("/comparisons/upload/", {"scope": COMMUNITY, "file": workbook("人口台账", [HEADER])})
    assert refused.status_code == 429 and "交来的台账" in refused.content.decode()
