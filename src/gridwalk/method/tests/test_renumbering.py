"""Tables of old and new numbers: what they say, what is wrong at which line, and that every scheme leads back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwalk.method import address_writing, addresses, renumbering
from gridwalk.method.renumbering import Scheme

DOORS = [
    ("5", "1", "101"),
    ("5", "1", "102"),
    ("5", "2", "101"),
    ("6", "1", "101"),
    ("6", "1", "102"),
    ("6", "1", "103"),
]


@pytest.mark.parametrize(
    ("line", "old", "new"),
    [
        ("5号楼 → 甲5号楼", ("5", "1", "101"), ("甲5", "1", "101")),
        ("5幢\t五号楼", ("5", "1", "101"), ("5", "1", "101")),
        ("5号楼1单元 -> 5号楼东单元", ("5", "1", "102"), ("5", "东", "102")),
        ("5号楼1单元102 改为 102甲", ("5", "1", "102"), ("5", "1", "102甲")),
        ("5-1-102, 5-1-202", ("5", "1", "102"), ("5", "1", "202")),
        ("6栋103室 203室", ("6", "1", "103"), ("6", "1", "203")),
        ("103 => 2单元103", ("6", "1", "103"), ("6", "2", "103")),
        ("　１０３　→　２０３　", ("6", "1", "103"), ("6", "1", "203")),
    ],
)
def test_a_line_says_what_a_number_becomes(line: str, old: renumbering.Door, new: renumbering.Door) -> None:
    scheme, faults = renumbering.read(line, DOORS, buildings={})
    assert faults == []
    assert scheme.door(old) == new


@pytest.mark.parametrize(
    ("table", "number", "fault"),
    [
        ("101", 1, "一行一个"),
        ("\n103 → 203 → 303", 2, "一行一个"),
        ("101 → 201", 1, "有 3 处都是 101，前面写上楼号和单元"),
        ("1单元 → 3单元", 1, "有 2 处都是 1单元，前面写上楼号"),
        ("999 → 998", 1, "这里没有 999"),
        ("7号楼 → 8号楼", 1, "这里没有 7号楼"),
        ("103 → 3单元", 1, "两边要对得上"),
        ("103 → ？？", 1, "认不出"),
        ("103 → 6|1", 1, "认不出"),
        ("103 → 203\n6-1-103 → 303", 2, "第 1 行已经写过这一个"),
        ("6-1-103 → 203\n6-1-102 → 203", 2, "第 1 行也改成这个号"),
        ("6-1-103 → 5-1-203", 1, "房子不会换楼"),
    ],
)
def test_a_line_that_cannot_be_followed_says_why(table: str, number: int, fault: str) -> None:
    _, faults = renumbering.read(table, DOORS, buildings={})
    assert [(line.number, fault in line.fault) for line in faults] == [(number, True)], faults


def test_two_numbers_change_places_and_what_clashes_is_found_beforehand() -> None:
    table = "6-1-101 → 102\n6-1-102 → 101"
    scheme, faults = renumbering.read(table, DOORS, buildings={"6": "甲6"})
    assert faults == []
    assert scheme.door(("6", "1", "101")) == ("甲6", "1", "102")
    assert renumbering.clashes(DOORS, scheme) == {}
    half, _ = renumbering.read("6-1-101 → 102", DOORS, buildings={})
    assert renumbering.clashes(DOORS, half) == {("6", "1", "102"): [("6", "1", "101"), ("6", "1", "102")]}
    assert renumbering.merged_stairwells([("5", "1"), ("5", "2")], Scheme(stairwells={("5", "1"): "2"})) == [("5", "2")]
    later, _ = renumbering.read("6-1-101 → 9\n6号楼1单元 → 东单元", DOORS, buildings={})
    assert later.door(("6", "1", "101")) == ("6", "东", "9"), "a room stays in its own stairwell under its new number"


@pytest.mark.parametrize(
    ("address", "door", "estate", "becomes"),
    [
        ("林古里 5号楼 2单元 301", ("甲5", "2", "302"), "", "林古里 甲5号楼 2单元 302"),
        ("建国道92号 君临天下 5号楼 1单元 301", ("5", "1", "301"), "君临新苑", "建国道92号 君临新苑 5号楼 1单元 301"),
        ("建国道12号 301", ("14", "", "301"), "", "建国道14号 301"),
    ],
)
def test_an_address_is_written_anew_in_its_own_way(
    address: str, door: renumbering.Door, estate: str, becomes: str
) -> None:
    key = address_writing.key(addresses.parse(address))
    new = renumbering.readdress(address, key, door, estate=estate)
    assert address_writing.display(new) == becomes


def test_the_floor_follows_the_room_where_the_room_says_it() -> None:
    assert renumbering.floor(3, "301", "401") == 4
    assert renumbering.floor(3, "301", "底商1") == 3
    assert renumbering.floor(2, "301", "401") == 2, "what somebody wrote otherwise stays"
    assert renumbering.floor(None, "301", "401") is None


rooms = st.lists(st.integers(101, 140), min_size=1, max_size=12, unique=True)


@given(rooms, st.data())
def test_every_permutation_leads_back_and_loses_no_door(numbers: list[int], data: st.DataObject) -> None:
    doors = [("5", "1" if n % 2 else "2", str(n)) for n in numbers]
    shuffled = data.draw(st.permutations(doors))
    swap = data.draw(st.booleans())
    table = "\n".join(f"{s}单元{r} → {t}单元{q}" for (_, s, r), (_, t, q) in zip(doors, shuffled, strict=True))
    scheme, faults = renumbering.read(table, doors, buildings={"5": "6"} if swap else {})
    assert faults == []
    new = [scheme.door(door) for door in doors]
    assert renumbering.clashes(doors, scheme) == {}
    assert len(set(new)) == len(doors)
    assert [scheme.inverse().door(door) for door in new] == doors
