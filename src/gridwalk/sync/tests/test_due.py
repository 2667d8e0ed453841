"""What a phone lists as due: everything of today and tomorrow, nothing of the day after."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from gridwalk.sync.queries import rows

TODAY = dt.date(2026, 10, 13)
TOMORROW, LATER = "2026-10-14", "2026-10-15"


def site(last: str | None, days: int) -> dict[str, Any]:
    return {"kind": "site", "id": "1", "last_contact_on": last, "interval_days": days}


def target(state: str = "remaining", *, again: str | None = None, planned: str | None = None) -> dict[str, Any]:
    return {"kind": "target", "id": "1", "state": state, "revisit_at": again, "planned_on": planned}


@pytest.mark.parametrize(
    ("row", "on"),
    [
        ({"kind": "care", "id": "1", "due_on": "2026-10-01"}, "2026-10-01"),
        ({"kind": "care", "id": "1", "due_on": TOMORROW}, TOMORROW),
        ({"kind": "care", "id": "1", "due_on": LATER}, None),
        (site("2026-10-07", 7), TOMORROW),
        (site("2026-10-08", 7), None),
        (site(None, 7), "2026-10-13"),
        (target(again=f"{TOMORROW}T09:00:00+08:00"), TOMORROW),
        (target(again=f"{LATER}T09:00:00+08:00"), None),
        (target(planned=TOMORROW), TOMORROW),
        (target(planned=LATER), None),
        (target(again=f"{LATER}T09:00:00+08:00", planned=TOMORROW), None),
        (target(again=f"{TOMORROW}T09:00:00+08:00", planned=LATER), TOMORROW),
        (target("visited", planned=TOMORROW), None),
        (target(planned="2026-10-12"), None),
        (target(again="2026-10-12T19:00:00+08:00"), None),
        (target(), None),
        ({"kind": "dwelling", "id": "1"}, None),
    ],
)
def test_what_is_due_by_tomorrow(row: dict[str, Any], on: str | None) -> None:
    expected = [{"kind": row["kind"], "id": "1", "on": on}] if on else []
    assert rows.due_of([row], today=TODAY) == expected


def test_the_earliest_stands_first() -> None:
    due = rows.due_of([target(planned=TOMORROW), site(None, 7), target(planned="2026-10-13")], today=TODAY)
    assert [(line["on"], line["kind"]) for line in due] == [
        ("2026-10-13", "site"),
        ("2026-10-13", "target"),
        (TOMORROW, "target"),
    ]
