"""The third generator of ledgers: the same by its seed, true to its own rows, nobody real in it."""

import re
from datetime import date, timedelta

import polars as pl
import pytest

from benchmarks.linkage import third
from benchmarks.linkage.third import papers

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ledgers() -> third.Ledgers:
    return third.make(7, 1200)


def cells(frame: pl.DataFrame) -> str:
    return "\n".join("\t".join(row) for row in frame.rows())


def test_a_seed_gives_the_same_ledgers_and_another_seed_others() -> None:
    first, again, other = third.make(3, 150, True), third.make(3, 150, True), third.make(4, 150, True)
    for name in ("left", "right", "truth", "left_out"):
        assert getattr(first, name).equals(getattr(again, name)), name
    assert not first.left.equals(other.left)


def test_the_truth_holds_for_its_rows(ledgers: third.Ledgers) -> None:
    pairs = ledgers.truth.filter(kind="same")
    left = ledgers.left[(pairs["left"] - 1).to_list()]
    right = ledgers.right[(pairs["right"] - 1).to_list()]
    numbers = pl.DataFrame({"here": left["身份证号"], "there": right["公民身份号码"]})
    whole = numbers.filter(pl.all_horizontal(pl.all().str.contains(r"^\d{17}[\dX]$")))
    assert len(whole) > len(pairs) * 0.9
    assert (whole["here"] == whole["there"]).sum() > len(whole) * 0.98
    other = whole["here"] == whole["there"].reverse()
    assert other.sum() <= 1  # equal because they are one person, not because all are alike


def test_a_row_has_one_partner_unless_a_person_stands_twice(ledgers: third.Ledgers) -> None:
    pairs = ledgers.truth.filter(kind="same")
    assert not pairs["left"].is_duplicated().any()
    assert not pairs["right"].is_duplicated().any()
    assert set(ledgers.truth["kind"]) <= {"same", "second"}
    assert pairs["left"].is_between(1, ledgers.left.height).all()
    assert pairs["right"].is_between(1, ledgers.right.height).all()


def test_what_is_left_out_is_not_in_the_truth(ledgers: third.Ledgers) -> None:
    both = ledgers.left_out.join(ledgers.truth, on=["left", "right"])
    assert both.is_empty()
    assert set(ledgers.left_out["reason"]) <= {"nothing but a name", "not even a name", "impossible number"}


@pytest.mark.parametrize("messy", [False, True])
def test_nobody_real_is_in_it(messy: bool) -> None:
    ledgers = third.make(11, 400, messy, ("community", "police"))
    written = cells(ledgers.left) + "\n" + cells(ledgers.right)
    for number in re.findall(r"(?<!\d)\d{17}[\dXx](?!\d)", written):
        assert number.startswith(papers.AREA) or not papers.is_possible(number.upper()), number
    for phone in re.findall(r"(?<![\dA-Z])1\d{10}(?!\d)", written):
        assert phone.startswith("12"), phone


def test_an_estate_lies_in_one_community() -> None:
    left = third.make(9, 8000).left.filter(pl.col("小区") != "")
    assert left["社区"].n_unique() > 1
    assert not left.select("社区", "小区").unique()["小区"].is_duplicated().any()


def test_every_heading_is_a_field_or_known_to_be_none() -> None:
    other = {"序号", "户号", "房东姓名", "监护人姓名", "监护人电话", "年龄", "物业费"}
    for seed in range(12):
        ledgers = third.make(seed, 120, True)
        assert {*ledgers.left.columns, *ledgers.right.columns} <= {*third.FIELDS, *other}


def test_a_check_digit_worked_by_hand() -> None:
    # 1×7+2×9+0×10+1×5+9×8+9×4+1×2+9×1+8×6+0×3+0×7+1×9+0×10+1×5+0×8+0×4+1×2 = 213
    # 213 mod 11 = 4, and the fifth of 10X98765432 is 8
    assert papers.check_digit("12019919800101001") == "8"
    assert papers.is_possible("120199198001010018")
    assert not papers.is_possible("120199198001010017")


NEW_YEARS_DAYS = [(1940, 2, 8), (1949, 1, 29), (1956, 2, 12), (1964, 2, 13), (1968, 1, 30), (1969, 2, 17)]


@pytest.mark.parametrize("day", NEW_YEARS_DAYS)
def test_the_moon_is_right_to_a_day(day: tuple[int, int, int]) -> None:
    eve, noon, after = (papers.lunar(date(*day) + timedelta(days=days)) for days in (-2, 14, 31))
    assert eve[:2] == (day[0] - 1, 12)
    assert noon[:2] == (day[0], 1)
    assert abs(noon[2] - 15) <= 1
    assert after[:2] == (day[0], 2)
