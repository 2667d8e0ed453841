"""When a care label is in force, due, to be reviewed, near its end: worked dates, and the same said of rows."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwalk.registry import care

JUNE_1 = dt.date(2026, 6, 1)


def day(month: int, of: int, year: int = 2026) -> dt.date:
    return dt.date(year, month, of)


NEW_YEAR, NEW_YEARS_EVE = day(1, 1), day(12, 31)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Label:
    category: str = "living_alone"
    interval_days: int = 7
    starts_on: dt.date = NEW_YEAR
    ends_on: dt.date = NEW_YEARS_EVE
    last_contact_on: dt.date | None = None
    consent: str = ""
    review_on: dt.date | None = None
    ended_on: dt.date | None = None


@pytest.mark.parametrize(
    ("label", "on", "holds"),
    [
        (Label(), day(1, 1), True),
        (Label(), day(12, 31), True),
        (Label(), day(1, 1, 2027), False),
        (Label(), day(12, 31, 2025), False),
        (Label(ended_on=day(6, 1)), day(5, 31), True),
        (Label(ended_on=day(6, 1)), day(6, 1), False),
        (Label(category="chronic_illness"), day(6, 1), False),
        (Label(category="chronic_illness", consent="family"), day(6, 1), True),
    ],
)
def test_a_label_holds_within_its_time_and_with_consent_where_it_rests_on_a_wish(
    label: Label, on: dt.date, holds: bool
) -> None:
    assert care.in_force(label, on) is holds


def test_it_is_due_an_interval_after_the_last_contact_or_the_first_day() -> None:
    assert care.due_on(Label()) == day(1, 8)
    assert care.due_on(Label(last_contact_on=JUNE_1)) == day(6, 8)


@pytest.mark.parametrize(
    ("since", "ends_on", "review_on"),
    [
        (day(1, 1), day(12, 31), day(7, 2)),  # 364 days: 182 after 1 January
        (day(7, 2), day(12, 31), day(10, 1)),  # 182 left: 91 after
        (day(10, 1), day(12, 31), day(11, 15)),  # 91 left: 45 after, 46 before the end
        (day(11, 15), day(12, 31), None),  # 46 left: half would be 8 December, 23 days before the end
        (day(11, 1), day(12, 31), day(12, 1)),  # 60 left: 30 after, exactly 30 before the end
    ],
)
def test_it_is_reviewed_at_half_of_what_is_left_until_renewal_asks_the_same(
    since: dt.date, ends_on: dt.date, review_on: dt.date | None
) -> None:
    assert care.review_after(since, ends_on) == review_on


@given(st.dates(day(1, 1), day(12, 31)), st.integers(0, 800))
def test_reviews_come_to_an_end_before_the_label_does(since: dt.date, days: int) -> None:
    ends_on, n = since + dt.timedelta(days=days), 0
    while (next_ := care.review_after(since, ends_on)) is not None:
        assert since < next_ <= ends_on - dt.timedelta(days=care.SOON)
        since, n = next_, n + 1
    assert n <= 5


def test_an_interval_is_stretched_to_three_times_its_categorys_at_most() -> None:
    assert [care.longest_interval(c) for c in ("living_alone", "child_in_need", "veteran")] == [21, 42, 270]


@pytest.mark.parametrize(
    ("label", "on", "steps"),
    [
        (Label(last_contact_on=JUNE_1), day(6, 7), []),
        (Label(last_contact_on=JUNE_1), day(6, 8), ["contact"]),
        (Label(last_contact_on=JUNE_1, review_on=day(7, 2)), day(7, 2), ["contact", "review"]),
        (Label(last_contact_on=day(12, 1)), day(12, 1), ["ending"]),
        (Label(last_contact_on=day(12, 1)), day(11, 30), []),
        (Label(category="chronic_illness"), JUNE_1, ["consent"]),
        (Label(ended_on=JUNE_1), JUNE_1, []),
    ],
)
def test_what_is_next(label: Label, on: dt.date, steps: list[str]) -> None:
    assert care.steps(label, on) == steps
