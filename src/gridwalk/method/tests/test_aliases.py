"""Two names of one estate are learnt from people, never from how the names look."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from gridwalk.method import aliases

COLUMNS = ("left_estate", "right_estate", "left_door", "right_door")


def table(*rows: tuple[str | None, ...]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=dict.fromkeys(COLUMNS, pl.String), orient="row")


def doors(left: str, right: str, *rooms: str) -> list[tuple[str, str, str, str]]:
    return [(left, right, f"5|{room}", f"5|{room}") for room in rooms]


def test_three_doors_of_the_same_people_make_an_alias_and_two_do_not() -> None:
    assert aliases.learn(table(*doors("阳光100", "阳光壹佰", "101", "102", "201"))) == {"阳光100": "阳光壹佰"}
    assert aliases.learn(table(*doors("阳光100", "阳光壹佰", "101", "102", "102"))) == {}
    assert aliases.apply(pl.Series(["阳光100", "春和里"]), {"阳光100": "阳光壹佰"}).to_list() == ["阳光壹佰", "春和里"]


def test_people_who_moved_make_no_alias() -> None:
    moved = [("春和里", "福安里", f"{n}|101", f"{n + 3}|202") for n in range(9)]
    assert aliases.learn(table(*moved)) == {}


def test_a_name_both_sides_use_for_one_estate_is_never_renamed() -> None:
    rows = [*doors("春和里", "春和里", "101"), *doors("春和里", "福安里", "102", "103", "104", "105", "106")]
    assert aliases.learn(table(*rows)) == {}


def test_two_estates_of_one_side_with_a_door_in_common_stay_two() -> None:
    rows = [*doors("福安里", "福安里", "101", "102"), *doors("福安新村", "福安里", "102", "103", "104", "105")]
    assert aliases.learn(table(*rows)) == {}
    apart = [*doors("福安里", "福安里", "101", "102"), *doors("福安新村", "福安里", "103", "104", "105")]
    assert aliases.learn(table(*apart)) == {"福安新村": "福安里"}


def test_a_name_that_has_a_door_of_the_same_number_on_the_other_side_is_an_estate_of_its_own() -> None:
    rows = table(*doors("海河苑", "海河花园", "101", "102", "201"))
    right = pl.DataFrame({"estate": ["海河花园"] * 3 + ["海河苑"], "door": ["5|101", "5|102", "5|201", "5|201"]})
    assert aliases.learn(rows, None, right) == {}
    assert aliases.learn(rows, None, right[:3]) == {"海河苑": "海河花园"}
    elsewhere = pl.DataFrame({"estate": ["海河花园"] * 3 + ["海河苑"], "door": ["5|101", "5|102", "5|201", "9|901"]})
    assert aliases.learn(rows, None, elsewhere) == {"海河苑": "海河花园"}


names = st.sampled_from(["春和里", "福安里", "阳光100", "阳光壹佰", None])
rooms = st.sampled_from(["1|101", "1|102", "2|101", "2|202", "3|301", None])


@settings(deadline=None)
@given(st.lists(st.tuples(names, names, rooms, rooms), max_size=40))
def test_an_alias_is_never_its_own_and_a_second_learning_finds_nothing_more(rows: list[tuple[str | None, ...]]) -> None:
    learnt = aliases.learn(table(*rows))
    assert all(left != right for left, right in learnt.items())
    renamed = table(*rows).with_columns(left_estate=aliases.apply(table(*rows)["left_estate"], learnt))
    assert not set(learnt) & set(aliases.learn(renamed))
