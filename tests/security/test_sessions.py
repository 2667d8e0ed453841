"""Where somebody is signed in: no key in the database, a new one when confirmed, others ended when a factor changes,
and a list of one's own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from allauth.mfa.totp.internal import auth as totp
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core import signing
from django.core.cache import cache
from django.core.signing import BadSignature
from django.test import Client

from gridwalk.accounts.models import User
from gridwalk.accounts.resets import actions as resets
from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.accounts.sessions import store
from gridwalk.core import clock
from gridwalk.core.models import AuditEntry
from tests.harness.people import STREET

pytestmark = pytest.mark.django_db

PASSWORD = "walk-every-door-26"
LOGIN, AGAIN, CODES_AGAIN = "/accounts/login/", "/accounts/again/", "/accounts/code/again/"
SESSIONS, END = "/accounts/sessions/", "/accounts/sessions/end/"

Account = Callable[..., User]


@pytest.fixture(autouse=True)
def _no_attempts_before() -> None:
    cache.clear()


@pytest.fixture
def leader(account: Account) -> User:
    return account(Role.LEADING_GROUP, STREET)


def _sign_in(user: User, browser: str = "") -> Client:
    client = Client(headers={"user-agent": browser})
    client.post(LOGIN, {"login": user.username, "password": PASSWORD})
    return client


def _is_in(client: Client) -> bool:
    return bool(client.get(SESSIONS).status_code == 200)


def _words(answer: Any) -> str:
    return str(answer.content.decode())


def test_whoever_reads_the_database_goes_on_as_nobody(leader: User, at: dt.datetime) -> None:
    with time_machine.travel(at, tick=False):
        client = _sign_in(leader)
        client.get(client.post(AGAIN, {"password": PASSWORD, "next": "/accounts/codes/activate/"}).headers["Location"])
        secret = client.session[totp.SECRET_SESSION_KEY]
        assert _is_in(client)
        row = Session.objects.get()
        kept = {row.session_key, row.session_data, UserSession.objects.get().session_key}
        for text in kept:
            thief = Client()
            thief.cookies["sessionid"] = text
            assert not _is_in(thief)
        assert client.session.session_key not in kept
        with pytest.raises(BadSignature):
            signing.loads(row.session_data, salt="django.contrib.sessions.SessionStore")
        assert client.get(SESSIONS).status_code == 200
        assert secret not in "".join(kept)

        other = _sign_in(leader)
        mine, theirs = Session.objects.order_by("expire_date", "pk")
        Session.objects.filter(pk=mine.pk).update(session_data=theirs.session_data)
        assert [_is_in(client), _is_in(other)].count(False) == 1, "what one row holds opens in no other"


def test_who_confirms_the_password_or_a_code_once_more_goes_on_under_a_new_key(leader: User, at: dt.datetime) -> None:
    with time_machine.travel(at, tick=False):
        client = _sign_in(leader)
        first = client.session.session_key
        assert client.post(AGAIN, {"password": "wrong"}).status_code == 200
        assert client.session.session_key == first
        assert client.post(AGAIN, {"password": PASSWORD, "next": SESSIONS}).headers["Location"] == SESSIONS
        second = client.session.session_key
        assert second != first
        assert _is_in(client)
        stolen = Client()
        stolen.cookies["sessionid"] = first or ""
        assert not _is_in(stolen)
        assert UserSession.objects.get().session_key == store.mark_of(second or "")

        secret = totp.generate_totp_secret()
        totp.TOTP.activate(leader, secret)
        code = totp.format_hotp_value(totp.hotp_value(secret, int(at.timestamp()) // 30))
        assert client.post(CODES_AGAIN, {"code": code}).status_code == 302
        assert client.session.session_key not in {first, second}
        assert _is_in(client)


def test_a_changed_factor_ends_the_other_sessions(leader: User, at: dt.datetime) -> None:
    with time_machine.travel(at, tick=False):
        here, there = _sign_in(leader), _sign_in(leader)
        assert _is_in(there)
        here.get(here.post(AGAIN, {"password": PASSWORD, "next": "/accounts/codes/activate/"}).headers["Location"])
        secret = here.session[totp.SECRET_SESSION_KEY]
        code = totp.format_hotp_value(totp.hotp_value(secret, int(at.timestamp()) // 30))
        assert here.post("/accounts/codes/activate/", {"code": code}).status_code == 302
        assert (_is_in(here), _is_in(there)) == (True, False)
        assert AuditEntry.objects.get(verb="account.sessions_ended").data == {"n": 1}
        there = _sign_in(leader)
        there.post("/accounts/code/", {"code": here.get("/accounts/codes/recovery/").context["unused_codes"][0]})
        assert _is_in(there)
        assert here.post("/accounts/codes/recovery/new/").status_code == 302
        assert (_is_in(here), _is_in(there)) == (True, False)


def test_the_administrator_who_takes_a_factor_away_signs_the_account_out(leader: User) -> None:
    client = _sign_in(leader)
    assert _is_in(client)
    resets.reset_second_factor(actor=SYSTEM, at=clock.now(), user=leader)
    assert not _is_in(client)
    assert not UserSession.objects.exists()


def test_everybody_sees_where_they_are_signed_in_and_ends_it(leader: User, account: Account) -> None:
    here = _sign_in(leader, "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0")
    there, third = _sign_in(leader, "Mozilla/5.0 (X11; rv:140.0) Gecko/20100101 Firefox/140.0"), _sign_in(leader)
    other = _sign_in(account(Role.LEADING_GROUP, STREET))
    page = _words(here.get(SESSIONS))
    assert page.count("<tr>") == 1 + 3, "none of anybody else"
    assert page.index("Edge") < page.index("火狐"), "this place first"

    def asked(session: UserSession) -> Any:
        return here.post(END, {"session": session.pk})

    of_there = UserSession.objects.get(user_agent__contains="Firefox")
    assert asked(of_there).headers["Location"].startswith(AGAIN), "the password first"
    assert _is_in(there)
    assert here.post(AGAIN, {"password": PASSWORD, "next": END}).headers["Location"] == SESSIONS
    assert (_is_in(here), _is_in(there), _is_in(third)) == (True, False, True)
    assert asked(of_there).status_code == 404
    assert asked(UserSession.objects.exclude(user=leader).get()).status_code == 404
    assert here.post(END, {"session": "x"}).status_code == 404
    assert here.post(END).status_code == 302
    assert (_is_in(here), _is_in(third), _is_in(other)) == (True, False, True)


def test_a_clock_that_is_set_back_makes_no_sign_in_last_longer(leader: User, at: dt.datetime) -> None:
    with time_machine.travel(at, tick=False):
        client = _sign_in(leader)
        assert _is_in(client)
    back = at - dt.timedelta(days=2)
    with time_machine.travel(back, tick=False):
        assert _is_in(client), "what is open goes on"
    with time_machine.travel(back + dt.timedelta(minutes=31), tick=False):
        assert not _is_in(client), "half an hour without a click, by the clock as it is now"
