"""Who may be one person, door or organization twice, and who is kept apart: by hand, on plain values."""

from __future__ import annotations

import datetime as dt
import uuid

import polars as pl
import pytest

from gridwalk.bench.cases import sameness
from gridwalk.bench.cases.sameness import TWINS, TWO_NUMBERS, Somebody
from gridwalk.method import linkage
from gridwalk.registry.tests.street import id_no

BORN = dt.date(2012, 5, 6)
HOME, ELSEWHERE = uuid.UUID(int=1), uuid.UUID(int=2)


def child(
    name: str, number: str = "", home: uuid.UUID = HOME, born: dt.date | None = BORN, paper: str = ""
) -> Somebody:
    return Somebody(name, born, number, frozenset([home]), paper)


@pytest.mark.parametrize(
    ("left", "right", "why"),
    [
        (child("王子轩"), child("王子涵"), TWINS),
        (child("王子轩"), child("王子萱"), ""),  # sounds the same: a name misheard
        (child("王子轩", "a"), child("王子萱", "b"), TWO_NUMBERS),
        (child("王子轩", "a"), child("王子轩", "b"), TWO_NUMBERS),
        (child("王子轩", "a"), child("王子轩", "a"), ""),
        (child("王子轩", "a"), child("王子轩"), ""),
        (child("王子轩"), child("李子涵"), ""),  # two families
        (child("王子轩"), child("王子涵", home=ELSEWHERE), ""),
        (child("王子轩"), child("王子涵", born=dt.date(2012, 5, 7)), ""),
        (child("王子轩", born=None), child("王子涵", born=None), ""),
        (child("欧阳子轩"), child("欧阳子涵"), TWINS),
        (child("王子轩", "a"), child("王子轩", "b", paper="passport"), ""),  # one person's two papers
        (child("王子轩", "a", paper="passport"), child("王子轩", "b", paper="passport"), TWO_NUMBERS),
    ],
)
def test_twins_and_two_valid_numbers_are_two_persons(left: Somebody, right: Somebody, why: str) -> None:
    assert sameness.apart(left, right) == sameness.apart(right, left) == why


RECORD = {
    "name": "王子轩",
    "id_no": None,
    "born_on": BORN,
    "sex": "male",
    "phone": "12000000001",
    "relation": "子",
    "estate": "甲里",
    "building": "1",
    "stairwell": "1",
    "room": "101",
}


@pytest.mark.parametrize(
    ("other", "is_twice"),
    [
        ({"name": "王子萱"}, True),
        ({"name": "王子萱", "room": "102"}, True),  # the telephone is the same
        ({"name": "王子萱", "phone": "12000000009"}, True),  # the door is the same
        ({"name": "王子萱", "phone": "12000000009", "room": "102"}, False),
        ({"name": "王子涵"}, False),  # a keystroke apart, as twins are
        ({"name": "王子萱", "born_on": dt.date(2012, 5, 7)}, False),
        ({"born_on": None}, True),
        ({"name": "王子萱", "id_no": id_no(12, "20120506")}, True),
        ({"name": "李子萱"}, False),
    ],
)
def test_a_record_written_twice_sounds_the_same_and_is_near(other: dict[str, object], is_twice: bool) -> None:
    schema = {column: pl.Date if column == "born_on" else pl.String for column in RECORD}
    frame = pl.DataFrame([RECORD, {**RECORD, **other}], schema).with_row_index("row")
    (levels,) = linkage.compare(frame, [(0, 1)], "person")
    assert sameness.twice(levels) is is_twice
    for_one, against = sameness.evidence(levels)
    assert for_one and not set(for_one) & set(against)


def test_two_valid_numbers_are_never_one_record() -> None:
    schema = {column: pl.Date if column == "born_on" else pl.String for column in RECORD}
    rows = [RECORD | {"id_no": id_no(12, "20120506")}, RECORD | {"id_no": id_no(13, "20120506")}]
    (levels,) = linkage.compare(pl.DataFrame(rows, schema).with_row_index("row"), [(0, 1)], "person")
    assert levels["id"] == "both_valid"
    assert not sameness.twice(levels)
    assert "两个证件号都校验无误但不同" in sameness.evidence(levels)[1]


def test_a_credit_code_keeps_the_body_s_own_code_when_the_office_changes() -> None:
    body = "MA0000012"
    assert sameness.one_body(f"92120199{body}X", f"91120199{body}1")
    assert not sameness.one_body(f"91120199{body}1", "91120199MA00000131")
    assert sameness.one_body("", f"91120199{body}1")


def test_groups_join_through_somebody_in_common_and_leave_nobody_alone() -> None:
    def neighbours(a: int, b: int) -> bool:
        return abs(a - b) == 1

    assert sameness.groups([1, 5, 3, 2, 9], neighbours) == [[1, 3, 2]]
    assert sameness.groups([], neighbours) == []
