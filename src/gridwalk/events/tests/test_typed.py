"""What is typed into a short form: read, or refused at its field, all faults at once and the first one of each."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from gridwalk.accounts.rules import SYSTEM
from gridwalk.events.actions.reading import Typed
from gridwalk.registry.actions.corrections import CorrectionError

AT = dt.datetime(2026, 10, 13, 2, tzinfo=dt.UTC)
TODAY = dt.date(2026, 10, 13)
WHICH = "请填是哪一天"


def typed(**raw: str) -> Typed:
    return Typed(SYSTEM, raw, AT)


@pytest.mark.parametrize(
    ("raw", "missing", "day", "fault"),
    [
        ("2026-10-13", WHICH, TODAY, ""),
        ("2026-10-14", WHICH, dt.date(2026, 10, 14), "这一天还没到，到时候再来记"),
        ("", WHICH, None, WHICH),
        ("", "", None, ""),
        ("前天", WHICH, None, "日期"),
        ("前天", "", None, "日期"),
    ],
)
def test_a_day_has_come_and_may_be_unknown_where_nothing_is_said_of_it(
    raw: str, missing: str, day: dt.date | None, fault: str
) -> None:
    form = typed(on=raw)
    assert form.day(missing=missing) == day
    assert (fault in form.faults.get("on", "")) and bool(form.faults) == bool(fault)


@pytest.mark.parametrize(
    ("raw", "missing", "value", "fault"),
    [
        ("a", "", "a", ""),
        ("", "", "", ""),
        ("", "请选", "", "请选"),
        ("x", "", "", "请选一项"),
        ("x", "请选", "", "请选"),
    ],
)
def test_a_choice_is_one_of_those_that_are_offered(raw: str, missing: str, value: str, fault: str) -> None:
    form = typed(how=raw)
    assert form.choice("how", ("a", "b"), missing=missing) == value
    assert form.faults == ({"how": fault} if fault else {})


@pytest.mark.parametrize(
    ("raw", "missing", "value", "is_refused"),
    [
        ("王房东", "请填姓名", "王房东", False),
        ("", "请填姓名", None, True),
        ("", "", None, False),
    ],
)
def test_a_fact_is_read_by_the_dictionary(raw: str, missing: str, value: Any, is_refused: bool) -> None:
    form = typed(owner_name=raw)
    assert form.fact("dwelling", "owner_name", missing=missing) == value
    assert form.faults == ({"owner_name": missing} if is_refused else {})


def test_a_number_that_cannot_be_is_refused_where_it_may_be_missing_too() -> None:
    form = typed(owner_phone="12")
    form.fact("dwelling", "owner_phone")
    assert set(form.faults) == {"owner_phone"}


def test_all_faults_are_said_at_once_and_of_each_field_the_first() -> None:
    form = typed()
    form.check()
    form.refuse("who", "没有这个人")
    form.refuse("who", "又错了")
    form.refuse("on", WHICH)
    with pytest.raises(CorrectionError, match="有几处要再看看") as raised:
        form.check()
    assert raised.value.faults == {"who": "没有这个人", "on": WHICH}
