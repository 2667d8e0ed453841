"""How long a sign-in lasts, and a password: both sides of each bound."""

from __future__ import annotations

import datetime as dt
import uuid
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpResponse

from gridwalk.signin.sessions import BEGAN, NOTED_EVERY, SEEN, SessionLimitsMiddleware

AT = dt.datetime(2026, 10, 13, 2, tzinfo=dt.UTC)
NOW = AT.timestamp()
IDLE, WHOLE = 1800, 36000


@pytest.fixture
def limit(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """``limit(began, seen)``: what is left of a session that began and was seen so many seconds ago, and whether it
    was ended.
    """
    settings.SESSION_IDLE_SECONDS, settings.SESSION_COOKIE_AGE, settings.PASSWORD_DAYS = IDLE, WHOLE, 0
    ended: list[Any] = []
    monkeypatch.setattr("gridwalk.signin.sessions.logout", ended.append)
    monkeypatch.setattr("gridwalk.signin.sessions.messages.info", lambda request, text: ended.append(text))

    def limit(began: float | None, seen: float | None) -> tuple[dict[str, float], bool]:
        ended.clear()
        ages = {BEGAN: began, SEEN: seen}
        session = {name: NOW - age for name, age in ages.items() if age is not None}
        request: Any = SimpleNamespace(session=session, user=SimpleNamespace(is_authenticated=False))
        SessionLimitsMiddleware(lambda request: HttpResponse())._limit(request, AT)
        assert len(ended) in {0, 2}
        return {name: NOW - moment for name, moment in session.items()}, bool(ended)

    return limit


@pytest.mark.parametrize(
    ("began", "seen", "ends"),
    [
        (IDLE, IDLE, False),
        (IDLE + 1, IDLE + 1, True),
        (WHOLE, 5, False),
        (WHOLE + 1, 5, True),
        (WHOLE + 1, IDLE + 1, True),
    ],
)
def test_it_ends_after_half_an_hour_alone_or_ten_hours_in_all(limit: Any, began: int, seen: int, ends: bool) -> None:
    assert limit(began, seen)[1] is ends


@pytest.mark.parametrize(
    ("began", "seen", "left"),
    [
        (None, None, (0, 0)),
        (None, 7, (0, 0)),
        (7, None, (0, 0)),
        (900, NOTED_EVERY, (900, NOTED_EVERY)),
        (900, NOTED_EVERY + 1, (900, 0)),
        (900, 0, (900, 0)),
        (900, -5, (900, 0)),  # the clock was set back
        (-20, -30, (0, 0)),
    ],
)
def test_it_is_noted_once_a_minute_and_a_clock_set_back_makes_it_no_longer(
    limit: Any, began: float | None, seen: float | None, left: tuple[float, float]
) -> None:
    assert limit(began, seen) == ({BEGAN: left[0], SEEN: left[1]}, False)


DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("days", "changed", "created", "must", "asks"),
    [
        (90, 90 * DAY, 900 * DAY, False, False),
        (90, 90 * DAY + dt.timedelta(seconds=1), 900 * DAY, False, True),
        (90, None, 91 * DAY, False, True),
        (90, None, 89 * DAY, False, False),
        (90, 91 * DAY, 900 * DAY, True, False),
        (0, 91 * DAY, 900 * DAY, False, False),
    ],
)
def test_a_password_is_changed_when_its_days_are_over(
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    days: int,
    changed: dt.timedelta | None,
    created: dt.timedelta,
    must: bool,
    asks: bool,
) -> None:
    settings.PASSWORD_DAYS = days
    user = SimpleNamespace(
        id=uuid.UUID(int=1), is_authenticated=True, must_change_password=must, created_at=AT - created
    )
    asked: list[Any] = []

    def last_audited(subject: uuid.UUID, verb: str) -> dt.datetime | None:
        assert (subject, verb) == (user.id, "account.password_changed")
        return None if changed is None else AT - changed

    monkeypatch.setattr("gridwalk.signin.sessions.queries.last_audited", last_audited)
    require = "gridwalk.signin.sessions.accounts.require_new_password"
    monkeypatch.setattr(require, lambda **given: asked.append(given["user"]))
    request: Any = SimpleNamespace(user=user)
    SessionLimitsMiddleware._password(request, AT)
    assert (asked == [user]) is asks and user.must_change_password is (must or asks)
