"""Dates as ledgers write them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwalk.method import dates

DAY = dt.date(1980, 1, 1)


@pytest.mark.parametrize(
    "cell",
    [
        "1980.1.1",
        "1980年1月1日",
        "1980年1月1号",
        "1980-01-01",
        "1980/1/1",
        "１９８０．１．１",
        "19800101",
        "29221",
        29221,
        29221.75,
        19800101.0,
        DAY,
        dt.datetime(1980, 1, 1, 23, 59, tzinfo=dt.UTC),
        "1980-01-01 00:00:00",
        "1980-01-01T08:30:00+08:00",
        "一九八〇年一月一日",
    ],
)
def test_it_reads_the_ways_a_day_is_written(cell: object) -> None:
    assert dates.check(cell) == dates.Date(DAY)
    assert dates.parse(cell) == DAY


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        (None, "empty"),
        ("不详", "empty"),
        ("1980", "month_only"),
        ("1980年5月", "month_only"),
        ("198001", "month_only"),
        (1980.1, "month_only"),
        ("80.1.1", "short_year"),
        ("800101", "short_year"),
        ("1/31/80", "short_year"),
        ("1980-02-30", "day"),
        ("19801301", "day"),
        ("0980-01-01", "day"),
        (dt.date(980, 1, 1), "day"),
        ("长期", "format"),
        ("1980春", "format"),
        (60, "format"),
    ],
)
def test_it_refuses_what_is_no_day_and_says_why(cell: object, fault: str) -> None:
    date = dates.check(cell)
    assert (date.value, date.fault) == (None, fault)
    assert date.fault_text
    assert dates.check(DAY).fault_text == ""


@given(st.dates(dt.date(1903, 1, 1), dt.date(2099, 12, 31)))
def test_every_day_comes_back_from_each_writing(day: dt.date) -> None:
    writings = (
        day.isoformat(),
        f"{day.year}.{day.month}.{day.day}",
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日",
    )
    assert {dates.parse(writing) for writing in writings} == {day}


@given(st.dates(dt.date(1906, 1, 1), dt.date(2099, 12, 31)))
def test_a_workbooks_day_number_is_its_day(day: dt.date) -> None:
    assert dates.parse((day - dt.date(1899, 12, 30)).days) == day


@given(st.text())
def test_any_text_is_either_a_day_or_a_fault(raw: str) -> None:
    date = dates.check(raw)
    assert (date.value is None) == bool(date.fault)
