"""Figures, dates and marks are written the same everywhere, and never say more than is known."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest
import time_machine
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from gridwalk.console.templatetags import gridwalk as tags
from gridwalk.indicators.tallies import Figure

COVERAGE = Figure(9218, 13046, (("explained", 742),))
WITHHELD = COVERAGE.with_parts(())


@pytest.fixture(autouse=True)
def _june() -> Iterator[None]:
    with time_machine.travel(dt.datetime(2026, 6, 8, 2, 30, tzinfo=dt.UTC), tick=False):
        yield


def test_numbers_carry_thousands_and_nothing_is_a_dash() -> None:
    assert [tags.num(n) for n in (0, 999, 13046, None)] == ["0", "999", "13,046", "—"]


def test_a_phrase_is_there_where_its_value_is() -> None:
    assert [tags.phrase(value, "，问过 {} 次") for value in (2, 0, None, "")] == ["，问过 2 次", "", "", ""]
    assert Template('{% load gridwalk %}{{ a|phrase:"（{}）" }}').render(Context({"a": "<b>"})) == "（&lt;b&gt;）"
    assert tags.named(["2", "1"], {"1": "一网格", "2": "二网格"}) == ["二网格", "一网格"]


def test_dates_name_the_year_only_when_it_is_another() -> None:
    assert tags.day(dt.date(2026, 6, 8)) == "6月8日"
    assert tags.day(dt.date(2025, 9, 3)) == "2025年9月3日"
    assert tags.day(None) == "—"
    assert tags.moment(dt.datetime(2026, 6, 8, 2, 30, tzinfo=dt.UTC)) == "6月8日 10:30"
    assert tags.moment(dt.datetime(2025, 12, 31, 16, 0, tzinfo=dt.UTC)) == "1月1日 00:00"  # the street is in UTC+8


@pytest.mark.parametrize(
    ("n", "d", "shown"),
    [(9218, 13046, "70.6%"), (9996, 10000, "99.9%"), (1, 1, "100.0%"), (0, 7, "0.0%"), (0, 0, "")],
)
def test_percentages_are_rounded_down(n: int, d: int, shown: str) -> None:
    assert tags.percent(Figure(n, d)) == shown


@given(st.integers(1, 10**7), st.data())
def test_only_a_whole_pair_reads_a_hundred_percent(d: int, data: st.DataObject) -> None:
    n = data.draw(st.integers(0, d))
    assert (tags.percent(Figure(n, d)) == "100.0%") == (n == d)


def test_a_pair_says_both_numbers_and_a_suppressed_one_says_so() -> None:
    assert re.sub(r"<.*?>", "", tags.pair(COVERAGE, "户")) == "9,218 / 13,046 户"
    assert tags.pair(None, "户") == '<span class="s">不公开</span>'
    assert [tags.told(n) for n in (None, 0, 1742)] == ["不公开", "0", "1,742"]
    assert [tags.told(n, "户") for n in (None, 0, 1742)] == ["不公开", "0 户", "1,742 户"]
    assert tags.left(COVERAGE) == 13046 - 9218 - 742
    assert tags.left(WITHHELD) is None
    assert tags.explained(WITHHELD) is None
    assert tags.explained(Figure()) == 0
    assert "已登记原因" not in tags.bar(WITHHELD)


def test_a_bar_is_an_image_with_a_sentence_as_its_name() -> None:
    drawn = tags.bar(Figure(60, 100, (("explained", 15),)), 70)
    assert 'role="img" aria-label="已走访 60，已登记原因 15，共 100，今日计划 70"' in drawn
    assert 'class="v" width="60.00%"' in drawn
    assert 'class="e" x="60.00%" width="15.00%"' in drawn
    assert 'class="plan" x1="70.00%"' in drawn
    assert tags.parts_bar(60, 15, 100) == tags.bar(Figure(60, 100, (("explained", 15),)))
    assert tags.bar(None) == tags.bar(Figure(0, 0)) == ""


@given(st.integers(1, 10**6), st.data())
def test_a_bar_never_grows_beyond_its_frame(d: int, data: st.DataObject) -> None:
    n = data.draw(st.integers(0, d))
    explained = data.draw(st.integers(0, d - n))
    drawn = tags.bar(Figure(n, d, (("explained", explained),)), data.draw(st.integers(0, 2 * d)))
    widths = [float(w) for w in re.findall(r'class="[ve]"[^>]* width="([\d.]+)%"', drawn)]
    assert len(widths) == 2
    assert sum(widths) <= 100.01
    assert max(float(x) for x in re.findall(r'x1="([\d.]+)%"', drawn)) <= 100


def test_a_mark_alone_has_a_name_and_a_vacant_one_can_be_found_by_the_paper() -> None:
    assert tags.mk("见", "v") == '<span class="mk v">见</span>'
    assert tags.mk("异", "z", "有差异") == '<span class="mk z" role="img" aria-label="有差异">异</span>'
    assert tags.mk("空", "k") == '<span class="mk k kong">空</span>'
    assert tags.mk("<b>") == '<span class="mk ">&lt;b&gt;</span>'


def test_outcomes_are_said_in_words() -> None:
    assert [tags.outcome(code) for code in ("met", "no_answer", "unheard_of")] == ["见面", "无人", "unheard_of"]


def test_a_spark_needs_two_days() -> None:
    assert tags.spark([5]) == ""
    assert tags.spark([0, 10]).count(",") == 2
    assert "nan" not in tags.spark([3, 3, 3])


def test_every_icon_of_the_navigation_is_drawn() -> None:
    from gridwalk.console import context

    for item in context.NAVIGATION:
        assert 'aria-hidden="true"' in tags.icon(item.icon)
