"""Who is taken for whom, worked by hand on a few rows."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gridwalk.method import idcards
from gridwalk.method.linkage import assign, blocks, learn, link
from gridwalk.method.linkage.weights import PERSON, WEIGHTS, Level


def id_no(born: str, serial: int) -> str:
    """A number of an area that does not exist."""
    return (stem := f"120199{born}{serial:03d}") + idcards.checksum(stem)


def people(*rows: dict[str, Any]) -> pl.DataFrame:
    schema = {
        "name": pl.String,
        "id_no": pl.String,
        "id_text": pl.String,
        "born_on": pl.Date,
        "sex": pl.String,
        "phone": pl.String,
        "relation": pl.String,
        "estate": pl.String,
        "building": pl.String,
        "stairwell": pl.String,
        "room": pl.String,
    }
    full = [{name: row.get(name) for name in schema} for row in rows]
    return pl.DataFrame(full, schema=schema).with_row_index("row")


HOME = {"estate": "林古里", "building": "5", "stairwell": "2", "room": "301"}
FATHER = {"name": "王建国", "id_no": id_no("19560302", 1), "born_on": dt.date(1956, 3, 2), "sex": "male", **HOME}
MOTHER = {"name": "李芳", "id_no": id_no("19581111", 2), "born_on": dt.date(1958, 11, 11), "sex": "female", **HOME}
SON = {"name": "王建", "id_no": id_no("19850707", 3), "born_on": dt.date(1985, 7, 7), "sex": "male", **HOME}


def linked(left: pl.DataFrame, right: pl.DataFrame) -> dict[tuple[int, int], str]:
    pairs = link(left, right, "person").pairs
    return {(left_row, right_row): status for left_row, right_row, status, *_ in pairs.iter_rows()}


def test_one_number_is_one_person_whatever_else_changed() -> None:
    moved = {**FATHER, "room": "502", "phone": "12012345678"}
    assert linked(people(FATHER, MOTHER), people(MOTHER, moved)) == {(0, 1): "match", (1, 0): "match"}


def test_numbers_of_two_papers_say_nothing_of_each_other_and_one_of_a_passport_no_sex() -> None:
    passport = {**FATHER, "id_no": "护照 E12345678"}
    assert linked(people(passport, MOTHER), people(MOTHER, FATHER)) == {(0, 1): "match", (1, 0): "match"}
    abroad = {"name": "王建国", "id_no": "护照 E12345678", "born_on": dt.date(1956, 3, 2), "sex": "male"}
    assert linked(people(passport), people(abroad)) == {(0, 0): "match"}


def test_twins_who_share_everything_but_a_character_of_the_name_stay_apart() -> None:
    born = {"born_on": dt.date(2015, 5, 5), "sex": "male", "phone": "12012345678", "relation": "child", **HOME}
    elder, younger = (
        {"name": "王子轩", "id_no": id_no("20150505", 1), **born},
        {"name": "王子涵", "id_no": id_no("20150505", 3), **born},
    )
    assert linked(people(elder, younger), people(younger, elder)) == {(0, 1): "match", (1, 0): "match"}
    without = [{**child, "id_no": None} for child in (elder, younger)]
    assert linked(people(elder, younger), people(*without)) == {(0, 0): "match", (1, 1): "match"}


def test_a_father_is_not_his_son_of_nearly_the_same_name() -> None:
    left, right = people({**FATHER, "id_no": None}), people({**SON, "id_no": None})
    assert "match" not in linked(left, right).values()
    assert linked(people({**FATHER, "id_no": None}, SON), people(SON, FATHER)) == {(0, 1): "match", (1, 0): "match"}


def test_two_numbers_that_both_pass_the_check_are_two_persons_of_one_name() -> None:
    other = {**FATHER, "id_no": id_no("19560302", 5), "room": "808"}
    assert "match" not in linked(people(FATHER), people(other)).values()


def test_a_slip_in_the_number_is_seen_through_when_the_rest_agrees() -> None:
    number = id_no("19560302", 1)
    slip = number[:10] + "9" + number[11:]
    wrong = {**FATHER, "id_no": None, "id_text": slip}
    assert linked(people(wrong, MOTHER), people(FATHER, MOTHER)) == {(0, 0): "match", (1, 1): "match"}


def test_a_person_is_taken_once_and_the_second_writing_is_a_duplicate() -> None:
    links = link(people(FATHER, FATHER), people(FATHER), "person")
    assert links.pairs.select("left_row", "right_row").rows() == [(0, 0)]
    assert links.left_duplicates.select("row", "first_row").rows() == [(1, 0)]


def test_one_number_under_two_names_decides_nothing_by_itself() -> None:
    wrong = {**MOTHER, "id_no": FATHER["id_no"]}
    pairs = linked(people(FATHER, wrong), people(FATHER, MOTHER))
    assert pairs[0, 0] == "match"
    assert (1, 0) not in pairs


def test_who_is_alike_on_both_sides_is_a_question() -> None:
    vague = {"name": "王伟", "sex": "male"}
    right = people({**vague, "born_on": dt.date(1980, 1, 1)}, {**vague, "born_on": dt.date(1981, 1, 1)})
    assert "match" not in linked(people(vague), right).values()


def test_dwellings_are_found_by_their_door_and_a_missing_stairwell() -> None:
    def doors(*rows: tuple[str | None, ...]) -> pl.DataFrame:
        names = ("estate", "building", "stairwell", "room")
        return pl.DataFrame(list(rows), schema=dict.fromkeys(names, pl.String), orient="row").with_row_index("row")

    left = doors(("林古里", "5", "2", "301"), ("林古里", "5", None, "401"), ("林古里", "6", "1", "101"))
    right = doors(("林古里", "5", "1", "401"), ("林古里", "5", "2", "301"), ("林古里", "7", "1", "101"))
    pairs = link(left, right, "dwelling").pairs
    assert {(a, b) for a, b, status, *_ in pairs.iter_rows() if status == "match"} == {(0, 1), (1, 0)}


def test_organizations_are_found_by_code_else_by_name_and_place() -> None:
    columns = ("name", "uscc", "contact_phone", "estate", "building", "room")
    left = pl.DataFrame(
        [
            ("天津丽丽美发有限公司", "92120105MA00000001", None, "林古里", "1", "底商3"),
            ("老王烧饼铺", None, "12011112222", "林古里", "2", "底商1"),
        ],
        schema=dict.fromkeys(columns, pl.String),
        orient="row",
    ).with_row_index("row")
    right = pl.DataFrame(
        [
            ("老王烧饼店", None, "12011112222", "林古里", "2", "底商1"),
            ("丽丽美发", "92120105MA00000001", None, None, None, None),
        ],
        schema=dict.fromkeys(columns, pl.String),
        orient="row",
    ).with_row_index("row")
    pairs = link(left, right, "organization").pairs
    assert {(a, b) for a, b, *_ in pairs.iter_rows()} == {(0, 1), (1, 0)}


def test_the_worked_example_of_the_documentation() -> None:
    """docs/algorithms/matching.md: two rows of 1,000 × 1,000, added up by hand there."""

    def side(n_names: int, n_dates: int, first_day: int) -> pl.DataFrame:
        own = {"name": "王伟", "born_on": dt.date(1956, 3, 2), "sex": "male"}
        days = [dt.date(1990, 1, 1) + dt.timedelta(days=first_day + n) for n in range(999)]
        rest = [
            {"name": "王伟" if n < n_names else f"{chr(0x4E00 + first_day + n)}一", "born_on": day}
            for n, day in enumerate(days)
        ]
        for row in rest[-n_dates:]:
            row["born_on"] = dt.date(1956, 3, 2)
        return people(own, *rest)

    pairs = link(side(9, 1, 0), side(9, 2, 2000), "person").pairs
    (pair,) = pairs.filter(pl.col("left_row") == 0).rows(named=True)
    assert (pair["right_row"], pair["status"]) == (0, "question")
    assert pair["score"] == pytest.approx(0.98146, abs=5e-6)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.floats(1, 40)), max_size=20))
def test_nobody_is_assigned_twice(edges: list[tuple[int, int, float]]) -> None:
    table = pl.DataFrame(
        [(left, right, bits, 1.0) for left, right, bits in {(a, b): (a, b, w) for a, b, w in edges}.values()],
        schema={"l": pl.UInt32, "r": pl.UInt32, "bits": pl.Float64, "p": pl.Float64},
        orient="row",
    ).with_columns(sure=pl.lit(True))
    chosen = assign.assign(table)
    assert chosen["l"].is_unique().all()
    assert chosen["r"].is_unique().all()
    assert set(chosen.select("l", "r").rows()) <= set(table.select("l", "r").rows())


def test_the_best_sum_is_chosen_and_what_is_close_is_asked() -> None:
    table = pl.DataFrame({"l": [0, 0, 1], "r": [0, 1, 0], "bits": [20.0, 19.0, 18.0], "p": [0.99999] * 3, "sure": True})
    chosen = assign.assign(table)
    assert sorted(chosen.select("l", "r").rows()) == [(0, 1), (1, 0)]  # 19 + 18 beats 20
    assert set(chosen["status"].to_list()) == {"question"}


Edges = list[tuple[int, int, int]]


def greatest(edges: Edges) -> int:
    """The greatest sum of bits of pairs that share no record, all of them tried."""
    if not edges:
        return 0
    (left, right, bits), *others = edges
    apart = [edge for edge in others if edge[0] != left and edge[1] != right]
    return max(greatest(others), bits + greatest(apart))


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 40)), min_size=1, max_size=14))
@example([(0, 0, 5), (0, 1, 7), (0, 2, 7), (1, 3, 2), (2, 3, 3)])  # two stars
@example([(0, 0, 20), (0, 1, 19), (1, 0, 18)])
def test_what_is_asked_about_has_the_greatest_sum(edges: Edges) -> None:
    edges = list({(left, right): (left, right, bits) for left, right, bits in edges}.values())
    table = pl.DataFrame(edges, schema={"l": pl.UInt32, "r": pl.UInt32, "bits": pl.Float64}, orient="row")
    chosen = assign.assign(table.with_columns(p=pl.lit(0.9), sure=pl.lit(True)))
    assert chosen["l"].is_unique().all() and chosen["r"].is_unique().all()
    assert chosen["bits"].sum() == greatest(edges) and set(chosen["status"]) == {"question"}
    assert chosen.select("l", "r").rows() == sorted(chosen.select("l", "r").rows())


def test_of_equal_rivals_the_first_is_asked_about() -> None:
    table = pl.DataFrame({"l": [0, 0, 1, 2], "r": [1, 0, 2, 2], "bits": [7.0, 7.0, 3.0, 3.0], "p": [0.9] * 4})
    chosen = assign.assign(table.with_columns(sure=pl.lit(True)))
    assert chosen.select("l", "r").rows() == [(0, 0), (1, 2)]


def test_a_key_that_brings_too_many_pairs_is_left_out() -> None:
    n = math.isqrt(blocks.MOST_OF_A_KEY) + 1
    many = pl.DataFrame({"phone": ["02226251234"] * n + ["12012345678"]})
    found_ = blocks.candidates(many.with_row_index("l"), many.with_row_index("r"), [("phone",)])
    assert found_.rows() == [(n, n)]


def test_learning_finds_the_shares_that_made_the_patterns() -> None:
    """4,000 true and 16,000 chance pairs laid out exactly by known shares: EM finds these shares again."""
    true = {
        "name": {"same": 0.9, "other": 0.1},
        "born": {"same": 0.8, "other": 0.2},
        "phone": {"same": 0.7, "other": 0.3},
    }
    chance = {name: {"same": u, "other": 1 - u} for name, u in (("name", 0.02), ("born", 0.01), ("phone", 0.05))}
    rows: list[tuple[str, ...]] = []
    for shares, n in ((true, 4000), (chance, 16000)):
        for name in shares["name"]:
            for born in shares["born"]:
                for phone in shares["phone"]:
                    p = shares["name"][name] * shares["born"][born] * shares["phone"][phone]
                    rows += [(name, born, phone)] * round(n * p)
    start = {name: {"same": Level(0.85, 0.1), "other": Level(0.15, 0.9)} for name in true}
    learnt, share = learn.learn(pl.DataFrame(rows, schema=list(true), orient="row"), start)
    assert share == pytest.approx(0.2, abs=0.01)
    for name, of_true in true.items():
        assert learnt[name]["same"].m == pytest.approx(of_true["same"], abs=0.01)
        assert learnt[name]["same"].u == pytest.approx(chance[name]["same"], abs=0.005)


@pytest.mark.parametrize("kind", WEIGHTS)
def test_the_shares_of_every_comparison_are_shares(kind: str) -> None:
    for table in WEIGHTS[kind].values():
        own = [level for code, level in table.items() if code not in {"household", "unsaid"}]  # the home again
        assert sum(level.m for level in own) == pytest.approx(1.0, abs=0.011)


def test_in_a_short_ledger_the_same_telephone_beats_one_a_keystroke_apart() -> None:
    """Two of one name, born on one day, in two buildings with neighbouring telephones; the left side says no number
    and no estate.
    """
    same = {"name": "张伟", "born_on": dt.date(1980, 1, 1), "room": "103"}
    left, right = (
        people(*({**same, **more, "phone": f"120000001{b}2", "building": str(b)} for b in order))
        for order, more in (((5, 6), {}), ((6, 5), {"estate": "海河花园"}))
    )
    assert {pair for pair, _ in linked(left, right).items()} == {(0, 1), (1, 0)}


def test_a_frequent_name_says_less_than_a_rare_one() -> None:
    left = people(
        *({"name": "王伟", "born_on": dt.date(1980, 1, n + 1)} for n in range(20)),
        {"name": "司徒静远", "born_on": dt.date(1970, 1, 1)},
    )
    pairs = link(left, left.with_columns(born_on=pl.lit(None, dtype=pl.Date)), "person").pairs
    assert PERSON["name"]["same"].u is None
    assert {a for a, _, status, *_ in pairs.iter_rows() if status == "match"} <= {20}
