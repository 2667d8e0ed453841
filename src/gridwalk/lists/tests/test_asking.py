"""What may be asked of a list by whom, in what words, and what a kept view says to who sees less."""

from __future__ import annotations

import pytest

from gridwalk.dictionary.sight import MASKED_ON_PAGE, ON_PAGE, Depth, Place, Reader
from gridwalk.lists import rules
from gridwalk.lists.listing import Listing
from gridwalk.lists.rules import Condition, ListError, Op, View
from gridwalk.registry.queries.lists import DOORS, LISTS, PERSONS

COUNTS = Reader(Depth.COUNTS, Place.PAGE, care=False)
READERS = {"rows": ON_PAGE, "masked": MASKED_ON_PAGE, "counts": COUNTS}

ASKED = """
field               rows                                  masked
name                contains                              -
sex                 is,is_not                             is,is_not
born_on             older,before,since,has,has_not        -
id_no               equals,has,has_not                    equals,has,has_not
phone               equals,has,has_not                    equals,has,has_not
registered_address  starts,has,has_not                    has,has_not
residence_kind      is                                    -
verified_on         older,before,since,has,has_not        -
home                contains                              -
complete            holds,holds_not                       holds,holds_not
"""


@pytest.mark.parametrize("line", ASKED.strip().splitlines()[1:])
def test_what_is_not_seen_whole_is_not_asked_for(line: str) -> None:
    name, rows, masked = line.split()
    field = PERSONS.by_name[name]
    for reader, words in (("rows", rows), ("masked", masked)):
        asked = ",".join(rules.ops(field, READERS[reader])) or "-"
        assert asked == words, reader


@pytest.mark.parametrize("code", sorted(LISTS))
def test_who_sees_counts_only_has_no_column_and_no_condition(code: str) -> None:
    for field in LISTS[code].fields:
        assert not rules.ops(field, COUNTS) and not rules.is_column(field, COUNTS), field.name


@pytest.mark.parametrize(
    ("reader", "sorts"),
    [("rows", ["name", "grid", "oldest", "youngest", "verified"]), ("masked", ["grid"])],
)
def test_a_masked_name_or_day_has_no_order(reader: str, sorts: list[str]) -> None:
    assert [sort.code for sort in PERSONS.offered(READERS[reader])] == sorts


@pytest.mark.parametrize(
    ("name", "op", "typed", "words"),
    [
        ("born_on", "older", ["180"], ("出生日期", "已过 180 天以上")),
        ("born_on", "before", ["1960-01-01"], ("出生日期", "早于 1960-01-01")),
        ("sex", "is", ["male", ""], ("性别", "是 男 或 没有登记")),
        ("phone", "has_not", [], ("电话", "没有")),
        ("phone", "equals", ["12012345671"], ("电话", "等于填的号码")),
        ("name", "contains", [" 望舒 "], ("姓名", "含 望舒")),
        ("registered_address", "starts", ["天津市"], ("户籍地址", "开头是 天津市")),
        ("home", "contains", ["海河花园5号楼"], ("住处", "含 海河花园5号楼")),
        ("complete", "holds_not", [], ("资料齐全（姓名、证件号、性别、出生日期）", "不是")),
    ],
)
def test_a_condition_is_read_and_told_in_words(name: str, op: str, typed: list[str], words: tuple[str, str]) -> None:
    field = PERSONS.by_name[name]
    condition = rules.condition(field, op, typed, ON_PAGE)
    assert rules.sentence(field, condition) == words
    stored = rules.to_json(View(columns=("name",), conditions=(condition,), sort="name"))
    assert rules.from_json(stored) == View(columns=("name",), conditions=(condition,), sort="name")


@pytest.mark.parametrize(
    ("listing", "name", "op", "typed", "why"),
    [
        (PERSONS, "name", "is", ["望舒"], "不能这样筛选"),
        (PERSONS, "name", "contains", ["  "], "要填一个值"),
        (PERSONS, "name", "contains", ["望" * 61], "最多写 60 个字"),
        (PERSONS, "name", "contains", ["12012345671"], "不要写证件号、电话号码"),
        (PERSONS, "sex", "is", ["m"], "没有这一项"),
        (PERSONS, "sex", "is", [], "要填一个值"),
        (PERSONS, "born_on", "older", ["0"], "要写天数"),
        (PERSONS, "born_on", "older", ["１８０"], "要写天数"),
        (PERSONS, "born_on", "older", ["36501"], "要写天数"),
        (PERSONS, "born_on", "before", ["昨天"], "要写日期"),
        (PERSONS, "born_on", "before", ["9999-12-31"], "要写日期"),
        (DOORS, "area_m2", "least", ["大"], "要写数字"),
        (DOORS, "area_m2", "least", ["NaN"], "要写数字"),
        (DOORS, "area_m2", "least", ["1e400"], "要写数字"),
        (DOORS, "area_m2", "least", ["-0.1"], "要写数字"),
        (DOORS, "area_m2", "least", ["1000000"], "要写数字"),
        (PERSONS, "born_on", "before", ["1899-12-31"], "要写日期"),
        (PERSONS, "born_on", "before", ["2200-01-01"], "要写日期"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_to_do(
    listing: Listing, name: str, op: str, typed: list[str], why: str
) -> None:
    with pytest.raises(ListError, match="没有添加条件") as refused:
        rules.condition(listing.by_name[name], op, typed, ON_PAGE)
    assert why in str(refused.value)


@pytest.mark.parametrize(
    ("listing", "name", "op", "typed"),
    [
        (DOORS, "area_m2", "least", "0"),
        (DOORS, "area_m2", "least", "999999.5"),
        (PERSONS, "born_on", "before", "1900-01-01"),
        (PERSONS, "born_on", "before", "2199-12-31"),
        (PERSONS, "born_on", "older", "1"),
        (PERSONS, "born_on", "older", "36500"),
        (PERSONS, "name", "contains", "望" * 60),
    ],
)
def test_the_first_and_the_last_value_that_can_be_asked_are_taken(
    listing: Listing, name: str, op: str, typed: str
) -> None:
    assert rules.condition(listing.by_name[name], op, [typed], ON_PAGE) == Condition(name, Op(op), (typed,))


def test_a_view_says_what_of_it_is_closed_and_what_stays_inside() -> None:
    view = View(
        columns=("name", "residence_kind", "gone"),
        conditions=(Condition("born_on", Op.BEFORE, ("1960-01-01",)), Condition("sex", Op.IS, ("male",))),
        sort="oldest",
    )
    sorts = [sort.code for sort in PERSONS.offered(MASKED_ON_PAGE)]
    closed = rules.closed(view, PERSONS.by_name, MASKED_ON_PAGE, sorts=sorts)
    assert closed == rules.Closed(columns=("residence_kind", "gone"), conditions=("born_on",), sort=True)
    assert rules.stays_inside(view, PERSONS.by_name), "租住 says that the door is let"
    assert not rules.stays_inside(View(columns=("name",)), PERSONS.by_name)
    let = View(conditions=(Condition("tenure", Op.IS, ("let",)),))
    assert rules.stays_inside(let, DOORS.by_name), "a condition alone tells it, too"


@pytest.mark.parametrize(
    ("name", "step", "expected"),
    [
        ("sex", -1, "name sex born_on phone"),
        ("born_on", -1, "name born_on sex phone"),
        ("born_on", 1, "name sex phone born_on"),
        ("phone", 1, "name sex born_on phone"),
        ("name", 1, "name sex born_on phone"),
        ("home", -1, "name sex born_on phone"),
    ],
)
def test_a_column_moves_a_place_and_the_first_stays_first(name: str, step: int, expected: str) -> None:
    columns = ("name", "sex", "born_on", "phone")
    assert rules.moved(columns, name, step) == tuple(expected.split())


def test_columns_keep_their_order_and_new_ones_come_last_each_once() -> None:
    own = ("name", "phone", "sex")
    assert rules.in_order(own, {"name", "sex", "born_on", "phone"}, new=["born_on", "sex"]) == (
        *own,
        "born_on",
    )
    assert rules.in_order(own, {"name", "sex"}, new=["name"]) == ("name", "sex")
