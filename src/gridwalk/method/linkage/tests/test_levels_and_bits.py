"""What each comparison says of a pair and how much it weighs: pairs and sums worked by hand, one by one."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

from gridwalk.method import names
from gridwalk.method.linkage import certain, levels, link, prepare, score
from gridwalk.method.linkage.pairs import Compared, Pairs
from gridwalk.method.linkage.tests.test_linking import HOME, id_no, people
from gridwalk.method.linkage.weights import PERSON, Level

DAY = dt.date(1956, 3, 2)
NUMBER, OTHER = id_no("19560302", 1), id_no("19560302", 5)


def pairs_of(*rows: tuple[dict[str, Any], dict[str, Any]]) -> Pairs:
    """One pair a row: its left record beside its right one."""
    sides = [people(*side) for side in zip(*rows, strict=True)]
    frames = [prepare.persons(prepare.with_columns(side, "person")) for side in sides]
    at = pl.Series(range(len(rows)), dtype=pl.UInt32)
    return Pairs(frames[0], frames[1], pl.DataFrame({"l": at, "r": at}))


NAMES = [
    ("王建国", "王建国", "same"),
    ("張偉", "张伟", "same"),
    ("Wang Wei", "wei wang", "same"),
    ("张伟", "章伟", "sounds"),
    ("王晶晶", "王晶静", "sounds"),
    ("王建国", "王建", "near"),
    ("王子轩", "王子涵", "near"),
    ("王国建", "王建国", "near"),
    ("王伟", "伟王", "near"),
    ("王伟", "王芳", "surname"),
    ("张三丰", "章无忌", "surname"),
    ("欧阳静", "欧阳兰英", "surname"),
    ("王伟", "李娜", "other"),
    ("王伟", None, ""),
    ("王伟之子", "王子轩", ""),
    ("新生儿", "王子轩", ""),
]


def test_a_name_put_together_from_its_characters_is_the_name_read_by_itself() -> None:
    surnames = [*names.COMPOUND_SURNAMES, *names.SURNAMES, "王", "沈"]
    called = [*(f"{surname}{given}" for surname in surnames for given in ("静", "解放", "单")), "欧阳", "张"]
    prepared = prepare.persons(prepare.with_columns(people(*({"name": name} for name in called)), "person"))
    assert prepared["sound"].to_list() == [names.key(name) for name in called]
    assert prepared["surname"].to_list() == [names.key(names.surname(name)) for name in called]
    assert prepared["given"].to_list() == [name.removeprefix(names.surname(name)) or None for name in called]
    assert prepared["name_key"].to_list() == called


NUMBERS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"id_no": NUMBER}, {"id_text": NUMBER}, "same"),
    ({"id_no": NUMBER}, {"id_no": OTHER}, "both_valid"),
    ({"id_no": NUMBER}, {"id_text": f"{NUMBER[:10]}9{NUMBER[11:]}"}, "near"),
    ({"id_no": NUMBER}, {"id_text": f"{NUMBER[:8]}90{NUMBER[10:]}"}, "two"),
    ({"id_no": NUMBER}, {"id_text": f"{NUMBER[:15]}000"}, "kept"),
    ({"id_no": NUMBER}, {"id_text": f"{NUMBER[:14]}9000"}, "birth"),
    ({"id_no": NUMBER}, {"id_text": f"{NUMBER[:14]}7777"}, "birth"),
    ({"id_no": NUMBER}, {"id_text": f"{NUMBER[:6]}********{NUMBER[14:]}"}, "seen"),
    ({"id_no": NUMBER}, {"id_text": f"{NUMBER[:6]}********7{NUMBER[15:]}"}, "unseen"),
    ({"id_text": f"{NUMBER[:10]}****{NUMBER[14:]}"}, {"id_text": f"{NUMBER[:6]}********{NUMBER[14:]}"}, "seen"),
    ({"id_no": NUMBER}, {"id_text": "********************"}, ""),
    ({"id_no": NUMBER}, {"id_text": "987654321987654321"}, "other"),
    ({"id_no": NUMBER}, {}, ""),
]
BIRTHS = [
    (DAY, DAY, "same"),
    (DAY, dt.date(1956, 3, 12), "near"),
    (DAY, dt.date(1965, 3, 2), "near"),
    (DAY, dt.date(1956, 4, 2), "near"),
    (DAY, dt.date(1956, 2, 3), "near"),
    (DAY, dt.date(1957, 2, 3), "other"),
    (DAY, dt.date(1956, 11, 20), "year"),
    (DAY, dt.date(1980, 3, 9), "other"),
    (DAY, None, ""),
]
DOORS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    (HOME, HOME, "same"),
    (HOME, {**HOME, "estate": "春和里"}, "room"),
    (HOME, {**HOME, "stairwell": None}, "unsaid"),
    (HOME, {**HOME, "stairwell": "3"}, "room"),
    (HOME, {**HOME, "room": "502"}, "building"),
    (HOME, {**HOME, "building": "6"}, "estate"),
    (HOME, {**HOME, "estate": "春和里", "building": "7"}, "other"),
    ({**HOME, "estate": "阳光花园二期"}, {**HOME, "estate": "阳光花园一期", "stairwell": None}, "room"),
    (HOME, {}, ""),
]


@pytest.mark.parametrize(("left", "right", "level"), NAMES, ids=lambda value: str(value))
def test_names(left: str, right: str | None, level: str) -> None:
    assert levels.name(pairs_of(({"name": left}, {"name": right}))).level.tolist() == [level]
    assert levels.name(pairs_of(({"name": right}, {"name": left}))).level.tolist() == [level], "whoever stands left"


def compare(function: Callable[[Pairs], Compared], cases: list[tuple[dict[str, Any], dict[str, Any], str]]) -> None:
    there = pairs_of(*((left, right) for left, right, _ in cases))
    back = pairs_of(*((right, left) for left, right, _ in cases))
    expected = [level for *_, level in cases]
    assert function(there).level.tolist() == expected
    assert function(back).level.tolist() == expected


def test_numbers() -> None:
    compare(levels.id_number, NUMBERS)


def test_birth_dates() -> None:
    compare(levels.born, [({"born_on": left}, {"born_on": right}, level) for left, right, level in BIRTHS])


def test_doors() -> None:
    compare(levels.home, DOORS)


def test_a_number_its_own_row_contradicts_says_nothing_under_another_name() -> None:
    """The son's row carries the father's number, and his own year of birth."""
    father = {"name": "王建国", "id_no": NUMBER, "born_on": DAY}
    son = {"name": "李晓明", "id_no": NUMBER, "born_on": dt.date(1985, 7, 7)}
    pairs = pairs_of((father, son), (father, {**son, "name": "王建国外出"}), (father, {**father, "name": "李晓明"}))
    assert levels.id_number(pairs, levels.name(pairs)).level.tolist() == ["other", "same", "same"]


def test_a_telephone_a_keystroke_apart_is_near_and_two_are_not() -> None:
    phones = [("12012345678", "12012345678"), ("12012345678", "12012345679"), ("12012345678", "12012345699")]
    pairs = pairs_of(*(({"phone": a}, {"phone": b}) for a, b in phones))
    assert levels.typed(pairs, "phone").level.tolist() == ["same", "near", "other"]


def test_the_chance_of_a_name_is_its_share_among_the_others() -> None:
    """Three of six records are 王伟: without the pair itself one of six, and 0.3 of a hundred unseen."""
    left, right = ["王伟", "王伟", "李娜"], ["王伟", "赵六", "钱七"]
    pairs = pairs_of(*(({"name": a}, {"name": b}) for a, b in zip(left, right, strict=True)))
    shares = pairs.share("name_key")
    assert shares == pytest.approx([1 / 6 + 0.003, 1 / 6 + 0.003, 0.003])
    assert pairs.share("born_on") == pytest.approx([0.0003] * 3), "a column nobody fills: as among a thousand"


def outcome(*level: str, share: float | None = None, implies: bool = False) -> Compared:
    shares = None if share is None else np.full(len(level), share)
    return Compared(np.array(level), shares, np.full(len(level), implies))


def test_a_level_weighs_log2_of_m_over_u_and_the_rarest_value_22_bits() -> None:
    sex = score.bits_of(PERSON["sex"], outcome("same", "other", ""))
    assert sex == pytest.approx([math.log2(0.99 / 0.5), math.log2(0.01 / 0.5), 0.0])
    name = score.bits_of(PERSON["name"], outcome("same", "sounds", "surname", share=0.01))
    assert name == pytest.approx([math.log2(85), math.log2(0.08 / 0.01), math.log2(0.008 / 0.08)])
    assert score.bits_of(PERSON["phone"], outcome("same", share=1e-12)) == pytest.approx([22.0])
    assert score.bits_of({"same": Level(0.5, None)}, outcome("same", share=0.25)) == pytest.approx([1.0])


def total(**compared: Compared) -> float:
    (bits,) = score.total(PERSON, compared)
    return float(bits)


def test_what_a_number_says_twice_counts_once() -> None:
    """The number holds birth date and sex: where it agrees, these add nothing, and what speaks against stays."""
    number = math.log2(0.55 / 0.001)
    of = {"id": outcome("same", share=0.001, implies=True)}
    assert total(**of, born=outcome("same", share=0.001), sex=outcome("same")) == pytest.approx(number)
    assert total(**of, sex=outcome("other")) == pytest.approx(number + math.log2(0.01 / 0.5))
    plain = {"id": outcome("same", share=0.001)}
    assert total(**plain, sex=outcome("same")) == pytest.approx(number + math.log2(0.99 / 0.5)), "a number without one"
    other = outcome("birth", share=0.0001, implies=True)
    assert total(id=other, sex=outcome("same")) == pytest.approx(math.log2(0.005 / 0.15) + math.log2(0.99 / 0.5))


def test_a_shared_telephone_adds_two_bits_to_the_home_and_no_more() -> None:
    home, phone = math.log2(0.86 / 0.001), math.log2(0.74 / 0.01)  # 9.75 and 6.21 bits
    at = {"home": outcome("same", share=0.001)}
    assert total(**at, phone=outcome("same", share=0.01)) == pytest.approx(home + 2.0)
    weaker_home = {"home": outcome("same", share=0.05)}
    assert total(**weaker_home, phone=outcome("same", share=0.001)) == pytest.approx(math.log2(0.74 / 0.001) + 2.0)
    assert total(**at, phone=outcome("other", share=0.01)) == pytest.approx(home + math.log2(0.19))
    assert total(home=outcome("other", share=0.01), phone=outcome("same", share=0.01)) == pytest.approx(
        phone + math.log2(0.02 / 0.99)
    )


@pytest.mark.parametrize(
    ("door", "called", "more"), [("same", "same", 5.0), ("household", "same", 5.0), ("unsaid", "same", 5.0)]
)
def test_one_name_at_one_door_is_more_than_both(door: str, called: str, more: float) -> None:
    name, home = outcome(called, share=0.01), outcome(door, share=0.001)
    apart = total(name=name) + total(home=home)
    assert total(name=name, home=home) == pytest.approx(apart + more)
    sounding = outcome("sounds", share=0.01)
    assert total(name=sounding, home=home) == pytest.approx(total(name=sounding) + total(home=home) + 3.0)
    near = outcome("near", share=0.01)
    assert total(name=near, home=home) == pytest.approx(total(name=near) + total(home=home))
    next_door = outcome("building", share=0.001)
    assert total(name=name, home=next_door) == pytest.approx(total(name=name) + total(home=next_door))


def test_half_of_the_shorter_side_has_a_partner_on_the_longer() -> None:
    assert score.prior(10, 1000) == score.prior(1000, 10) == pytest.approx(-math.log2(2000))
    assert score.prior(0, 0) == -1.0
    assert score.probability(np.array([0.0, 1.0, -1.0, 900.0])) == pytest.approx([0.5, 2 / 3, 1 / 3, 1.0])


def test_a_door_half_written_is_a_door_only_with_its_room_and_something_before_it() -> None:
    rows = [
        {"estate": "林古里", "building": "5", "stairwell": "2", "room": "301"},
        {"estate": "林古里", "room": "301"},
        {"building": "5", "room": "301"},
        {"estate": "林古里", "building": "5"},
        {"room": "301"},
    ]
    doors = prepare.persons(prepare.with_columns(people(*rows), "person"))
    assert doors["door"].to_list() == ["林古里|5|2|301", "林古里|||301", "|5||301", None, None]
    assert doors["place"].to_list() == ["5|301", None, "5|301", None, None]
    assert doors["house"].to_list() == ["林古里|5", None, None, "林古里|5", None]


def test_a_number_gives_the_birth_date_and_is_doubted_where_the_row_says_another_year() -> None:
    rows: list[dict[str, Any]] = [
        {"id_no": NUMBER},
        {"id_no": NUMBER, "born_on": dt.date(1985, 1, 1)},
        {"id_text": "120199"},
    ]
    frame = prepare.persons(prepare.with_columns(people(*rows), "person"))
    assert frame["born_on"].to_list() == [DAY, dt.date(1985, 1, 1), None]
    assert frame["id_doubted"].to_list() == [False, True, False]
    assert frame["id_valid"].to_list() == [NUMBER, None, None]
    assert (frame["id_head"][0], frame["id_tail"].to_list()) == (NUMBER[:14], [NUMBER[-8:], NUMBER[-8:], None])


def repeated(*rows: dict[str, Any]) -> list[tuple[int, int, str]]:
    frame = prepare.with_columns(people(*rows), "person")
    return [tuple(row) for row in certain.duplicates(frame, certain.DUPLICATE_KEYS["person"]).iter_rows()]


def test_a_row_said_twice_is_one_unless_two_numbers_speak_for_two_people() -> None:
    own = {"name": "王建国", "born_on": DAY, **HOME}
    assert repeated({"name": "王建国", "id_no": NUMBER}, {"name": "王建国", "id_no": NUMBER}) == [
        (1, 0, "证件号和姓名都相同")
    ]
    assert repeated({"name": "王建国", "id_no": NUMBER}, {"name": "李芳", "id_no": NUMBER}) == []
    assert repeated(own, {**own, "id_no": NUMBER}) == [(1, 0, "同门同名同日生")], "one number is missing"
    assert repeated({**own, "id_no": NUMBER}, {**own, "id_no": OTHER}) == []
    assert repeated(own, {**own, "room": "302"}) == []


def certain_pairs(key: int, left: dict[str, Any], right: dict[str, Any]) -> list[tuple[int, int]]:
    frames = [prepare.with_columns(people(row), "person") for row in (left, right)]
    return certain.pairs(frames[0], frames[1], certain.KEYS["person"][key]).rows()


def test_a_certain_key_asks_for_the_same_name_under_a_number_and_for_no_second_number_at_a_door() -> None:
    numbered = {"name": "王建国", "id_no": NUMBER}
    assert certain_pairs(0, numbered, numbered) == [(0, 0)]
    assert certain_pairs(1, numbered, {**numbered, "name": None}) == [(0, 0)]
    assert certain_pairs(1, numbered, {**numbered, "name": "王晓"}) == []
    assert certain_pairs(0, numbered, {**numbered, "name": "王晓"}) == [], "a relative's number"
    at_home = {"name": "王建国", "born_on": DAY, **HOME}
    assert certain_pairs(2, at_home, {**at_home, "id_no": NUMBER}) == [(0, 0)]
    assert certain_pairs(2, {**at_home, "id_no": NUMBER}, {**at_home, "id_no": OTHER}) == []


def test_an_estates_other_name_is_learnt_from_those_whose_number_says_who_they_are() -> None:
    def of(estate: str, n: int, *, numbered: bool = True) -> dict[str, Any]:
        who = {"name": f"王建{n}", "born_on": dt.date(1950 + n, 1, 1), "building": "5", "room": f"{n}01"}
        return {**who, "estate": estate, "id_no": id_no(f"{1950 + n}0101", n) if numbered else None}

    left = people(*(of("阳光100", n) for n in range(1, 4)), of("阳光100", 4, numbered=False))
    right = people(*(of("阳光壹佰", n) for n in range(1, 4)), of("阳光壹佰", 4, numbered=False))
    links = link(left, right, "person")
    assert links.aliases == {"阳光100": "阳光壹佰"}
    assert links.pairs.filter(pl.col("left_row") == 3).select("right_row", "status", "why").rows() == [
        (3, "match", "同门同名同日生")
    ]
