"""What an investigation may ask for: both sides of each bound."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from gridwalk.operations import rules

TODAY = dt.date(2026, 11, 23)


def _ask(**asked: Any) -> None:
    usual = {"cause": "look", "from_on": TODAY, "to_on": TODAY, "reason": "看了四次", "today": TODAY}
    rules.check(**{**usual, **asked})


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"cause": "record"},
        {"from_on": TODAY - dt.timedelta(days=30)},
        {"from_on": TODAY - dt.timedelta(days=100), "to_on": TODAY - dt.timedelta(days=70)},
        {"from_on": TODAY - dt.timedelta(days=1), "to_on": TODAY - dt.timedelta(days=1)},
    ],
)
def test_up_to_31_past_days_may_be_looked_into(asked: dict[str, Any]) -> None:
    _ask(**asked)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"cause": "speed"}, "请选为什么调查"),
        ({"cause": ""}, "请选为什么调查"),
        ({"from_on": TODAY, "to_on": TODAY - dt.timedelta(days=1)}, "开始那天不晚于结束那天"),
        ({"to_on": TODAY + dt.timedelta(days=1)}, "结束那天不晚于今天"),
        ({"from_on": TODAY - dt.timedelta(days=31)}, "一次最多看 31 天"),
        ({"reason": "看三次"}, "不少于 4 个字"),
        ({"reason": ""}, "不少于 4 个字"),
    ],
)
def test_more_days_days_to_come_and_no_reason_are_refused(asked: dict[str, Any], why: str) -> None:
    with pytest.raises(rules.InvestigationError, match=why):
        _ask(**asked)
