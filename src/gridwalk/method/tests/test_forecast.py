"""When it will be done: worked by hand, and what must hold of any pace."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gridwalk.method import forecast
from gridwalk.method.forecast import Forecast

paces = st.lists(st.integers(0, 400), min_size=forecast.FEWEST_DAYS, max_size=10)


def test_a_steady_pace_leaves_no_doubt() -> None:
    assert forecast.remaining_days([50, 50, 50, 50], 420) == Forecast(9, 9, 9)
    assert forecast.remaining_days([50, 50, 50, 50], 0) == Forecast(0, 0, 0)


def test_an_uneven_pace_widens_the_interval_around_the_same_number() -> None:
    left = forecast.remaining_days([10, 90, 10, 90], 500)
    assert left is not None
    assert left.days == 10  # 200 doors in 4 days: 50 a day
    assert left.lowest < 10 < left.highest


def test_nothing_is_said_of_too_few_days_or_of_a_standstill() -> None:
    assert forecast.remaining_days([50, 50], 420) is None
    assert forecast.remaining_days([0, 0, 0, 0], 420) is None
    assert forecast.remaining_days([0, 0, 0, 1], 260_000) is None


@given(paces, st.integers(1, 20_000))
def test_the_number_lies_in_its_interval_and_two_readers_see_one_figure(done: list[int], left: int) -> None:
    days_left = forecast.remaining_days(done, left)
    if days_left is not None:
        assert 1 <= days_left.lowest <= days_left.days <= days_left.highest <= forecast.LONGEST
    assert days_left == forecast.remaining_days(done, left)


@given(paces, st.integers(1, 20_000), st.integers(1, 500))
def test_more_doors_never_take_fewer_days(done: list[int], left: int, more: int) -> None:
    less_work, more_work = forecast.remaining_days(done, left), forecast.remaining_days(done, left + more)
    if less_work is not None and more_work is not None:
        assert less_work.days <= more_work.days
