"""Who is taken for whom, kind by kind: the pair of ledgers a kind was first seen in, and others of its sort."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from gridwalk.ledger import checking, comparing, sides
from gridwalk.ledger.comparing import Comparison
from gridwalk.ledger.tests import books, siblings_of_households, siblings_of_persons, siblings_of_places
from gridwalk.ledger.tests.siblings import ALIKE, M, Pairs, Q, Sibling
from gridwalk.method.linkage import places, prepare

pytestmark = pytest.mark.slow

CASES = Path(__file__).parent / "matching"

# The pairs of the rows a case is about (the rest of its rows are alike on both sides), and the duplicates.
EXPECTED: dict[str, tuple[Pairs, list[tuple[int, int]]]] = {
    "near_name_at_home": ({(0, 0): Q}, []),
    "twin_one_on_each_side": ({(0, 0): Q}, []),
    "twin_number_lost_its_end": ({(0, 0): Q}, []),
    "second_row_of_one_person_takes_the_twin": ({(0, 0): M}, [(1, 0)]),
    "same_name_and_door_another_birth_date": ({(0, 0): Q}, []),
    "duplicate_in_traditional_characters": ({(0, 0): M}, [(1, 0)]),
    "duplicate_without_number": ({(0, 0): M}, [(1, 0)]),
    "same_number_two_character_name_moved": ({(0, 0): Q}, []),
    "slip_in_the_birth_digits_of_the_number": ({(0, 0): Q}, []),
    "surname_misread_two_characters": ({(0, 0): Q}, []),
    "one_side_has_no_estate_column": ({(0, 0): M}, []),
    "number_column_slipped_by_one_row": ({(0, 0): M} | {(n, n): Q for n in range(1, 12)}, []),
    "second_telephone_of_a_cell": ({(0, 0): Q}, []),
    "masked_names_and_telephones": ({(0, 0): M, (1, 1): M, (2, 2): M}, []),
    "masked_number_contradicts": ({}, []),
    "old_registration_number_against_credit_code": ({(0, 0): M}, []),
    "organization_code_within_the_credit_code": ({(0, 0): M}, []),
    "branches_by_number": ({(0, 1): M, (1, 0): M}, []),
    "head_office_against_branch": ({(0, 0): Q}, []),
    "floor_of_a_market": ({(0, 0): M}, []),
    "generic_names_one_owner": ({(0, 0): Q, (1, 1): Q}, []),
    "knocked_through_flats": ({(0, 0): Q}, []),
    "knocked_through_in_the_room_column": ({(0, 0): Q}, []),
    "estate_whose_name_ends_in_digits": ({(0, 0): Q, (1, 1): Q}, []),
    "joint_building_number": ({(0, 0): M, (1, 1): M}, []),
    "shop_number_in_numerals": ({(0, 0): M, (1, 1): M}, []),
    "two_owners_in_a_cell": ({(0, 0): M}, []),
    "room_with_a_stem": ({(0, 0): M}, []),
    "flats_named_by_side": ({(0, 0): M, (1, 1): M, (2, 2): M}, []),
    "door_without_a_building": ({(0, 0): M, (1, 1): M}, []),
    "second_building_word_dropped": ({}, []),
}
FAULTS = {
    "twin_number_lost_its_end": {"damaged"},
    "knocked_through_flats": {"unclear"},
    "knocked_through_in_the_room_column": {"several_rooms", "no_room"},
    "two_owners_in_a_cell": set(),
    "flats_named_by_side": set(),
    "second_building_word_dropped": {"unclear"},
}
"""What ``check`` says of the left side, where that belongs to the case."""


def paired(comparison: Comparison) -> Pairs:
    return {(left, right): status for left, right, status, *_ in comparison.pairs.iter_rows()}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_pair_of_ledgers_a_kind_was_first_seen_in(name: str) -> None:
    left, right = sides.read_files(CASES / f"{name}.left.csv", CASES / f"{name}.right.csv")
    comparison = comparing.compare(left, right)
    expected, doubled = EXPECTED[name]
    rows = {0, *(left for left, _ in expected), *(row for pair in doubled for row in pair)}
    about = {pair: status for pair, status in paired(comparison).items() if pair[0] in rows or status == Q}
    assert about == expected
    assert comparison.left_duplicates.select("row", "first_row").rows() == doubled
    assert comparison.right_duplicates.is_empty()
    if name in FAULTS:
        assert set(checking.check(left)["code"]) - {"missing"} == FAULTS[name]


@pytest.mark.parametrize(
    "sibling",
    [*siblings_of_persons.SIBLINGS, *siblings_of_households.SIBLINGS, *siblings_of_places.SIBLINGS],
    ids=lambda sibling: sibling.kind,
)
def test_others_of_the_kind(sibling: Sibling) -> None:
    headers = (sibling.left_header or sibling.header, sibling.header)
    alike = ALIKE[sibling.header]
    both = [
        sides.read_bytes("\n".join([header, *rows, *ALIKE[header]]).encode(), f"{name}.csv")
        for name, header, rows in zip("左右", headers, (sibling.left, sibling.right), strict=True)
    ]
    comparison = comparing.compare(*both)
    n = (len(sibling.left), len(sibling.right))
    expected = sibling.pairs | {(n[0] + at, n[1] + at): M for at in range(len(alike))}
    assert paired(comparison) == expected
    assert comparison.left_duplicates.select("row", "first_row").rows() == list(sibling.doubled)


@pytest.mark.parametrize(
    ("here", "there", "status"),
    [("老望湖苑", "望湖苑", Q), ("建设路12号院", "望湖苑", Q), ("望湖苑", "望江苑", None)],
    ids=["old", "road", "neighbours"],
)
def test_an_estate_under_another_name_is_known_by_those_who_live_there(
    here: str, there: str, status: str | None
) -> None:
    names = ["俞大新", "施文彬", "凌月娥", "童志清", "柯丽华", "岑海波"]
    header = "姓名,小区,楼号,单元,室号"
    left = [f"{name},{here},3,1,{n}01" for n, name in enumerate(names, start=1)]
    moved = 0 if status else 3
    right = [f"{name},{there},3,1,{n + moved}01" for n, name in enumerate(names, start=1)]
    both = [sides.read_bytes("\n".join([header, *rows]).encode(), "表.csv", kind="person") for rows in (left, right)]
    comparison = comparing.compare(*both)
    asked = [name.question for name in comparison.other_names]
    assert asked == ([f"“{here}”是不是“{there}”？6 户门号对得上，0 户冲突"] if status else [])
    assert paired(comparison) == {(n, n): Q for n in range(6)}, "by a name nobody has confirmed nobody is matched"
    apart = comparing.compare(*both, apart=[here])
    assert (apart.other_names, M in paired(apart).values()) == ([], False)
    if status:
        assert paired(comparing.compare(*both, names={here: there})) == {(n, n): M for n in range(6)}


@pytest.mark.parametrize(("n_there", "n_presumed"), [(6, 0), (8, 10)])
def test_doors_above_are_taken_by_those_of_whom_nobody_else_bears_the_name(n_there: int, n_presumed: int) -> None:
    """Ten below a door are known by name, ``n_there`` at that door; four whose name stands twice say nothing."""
    known, doubled = [f"童{name}" for name in "志清文彬月娥丽华大新"], [f"柯{name}" for name in "海波一平"]
    members = [[name] for name in (*known, *doubled)]
    rows = ["姓名,楼号,单元,室号"]
    for room, names in enumerate([*members, doubled], start=101):
        rows += [f"户{'甲乙丙丁戊己庚辛壬癸子丑寅卯辰'[room - 101]},8,6,{room}", *(f"{name},,," for name in names)]
    rooms = [101 + n + (0 if n < n_there else 50) for n in range(10)] + [111, 112, 113, 114]
    others = ["姓名,楼号,单元,室号", *(f"{name},8,6,{n}" for name, n in zip([*known, *doubled], rooms, strict=True))]
    both = [sides.read_bytes("\n".join(rows).encode(), "表.csv", kind="person").frame for rows in (rows, others)]
    side, _ = places.presumed(*(prepare.with_columns(frame, "person") for frame in both))
    presumed = side.filter(pl.col("name").str.starts_with("童"), pl.col(prepare.PRESUMED) == places.ABOVE)
    assert len(presumed) == n_presumed


@pytest.mark.parametrize("written", ["501-502", "501-502室", "501-502号"])
def test_the_question_about_flats_made_one_names_both(written: str) -> None:
    owners = [("滕立群", "12602637680"), ("阎少华", "12656225503"), ("晏玉兰", "12429842861")]
    others = [f"松鹤园{n}号楼1单元302,{name},{phone}" for n, (name, phone) in enumerate(owners, 11)]
    left = ["地址,产权人,产权人电话", f"松鹤园8号楼1单元{written},俞大新,12066660001", *others]
    right = ["地址,产权人,产权人电话", *(f"松鹤园8号楼1单元50{n},俞大新,1206666000{n}" for n in (1, 2)), *others]
    both = [sides.read_bytes("\n".join(rows).encode(), "表.csv") for rows in (left, right)]
    pairs = comparing.compare(*both).pairs
    assert pairs.filter(pl.col("left_row") == 0)["status"].to_list() == [Q]
    assert "这一行写着 501、502 两户" in pairs["why"][0]
    assert [why for why in pairs["why"][1:] if "两户" in why] == []


def test_who_is_known_by_a_number_is_matched_whatever_the_estate_is_called() -> None:
    """Four with their number, two with nothing but name and door; the name of the estate alone is between them."""
    names = ["俞大新", "施文彬", "凌月娥", "童志清", "柯丽华", "岑海波"]
    numbers = [*(books.id_no(n) for n in range(1, 5)), "", ""]
    header = "姓名,身份证号,小区,楼号,单元,室号"
    both = [
        sides.read_bytes(
            "\n".join([header, *(f"{n},{i},{estate},3,1,{room}01" for room, (n, i) in enumerate(rows, 1))]).encode(),
            "表.csv",
        )
        for estate in ("海河苑", "海河花园")
        for rows in [list(zip(names, numbers, strict=True))]
    ]
    comparison = comparing.compare(*both)
    assert paired(comparison) == {(n, n): M if n < 4 else Q for n in range(6)}
    assert set(comparison.cells["verdict"]) == {"name_asked"}
    assert comparison.cells["left"][0].startswith("海河苑")
    assert (comparison.totals().n_equal, comparison.totals().n_questions) == (0, 2)
    confirmed = comparing.compare(*both, names={"海河苑": "海河花园"})
    assert (confirmed.totals().n_equal, confirmed.other_names) == (6, [])


def test_one_side_without_estates_takes_that_of_its_community() -> None:
    """Two communities of one estate each, and a side that says the community only."""
    header = "姓名,社区,小区,楼号,单元,室号"
    rows = [("庄雪萍", "庄雪苹", "春和社区", "春和里"), ("童志青", "童志清", "望湖社区", "望湖苑")]
    left = [f"{name},{community},,3,2,502" for name, _, community, _ in rows]
    right = [f"{name},{community},{estate},3,2,502" for _, name, community, estate in rows]
    both = [sides.read_bytes("\n".join([header, *side]).encode(), "表.csv", kind="person") for side in (left, right)]
    assert set(paired(comparing.compare(*both))) == {(0, 0), (1, 1)}
    swapped = [
        f"{name},{community},{estate},3,2,502"
        for (_, name, _, estate), (_, _, community, _) in zip(rows, rows[::-1], strict=True)
    ]
    both[1] = sides.read_bytes("\n".join([header, *swapped]).encode(), "表.csv", kind="person")
    assert M not in paired(comparing.compare(*both)).values()
