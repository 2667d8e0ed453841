"""Signing in over HTTP: lock-out, first password, one-time codes, and what is not offered."""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import encrypt
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, reverse

from gridwalk.accounts import actions as accounts
from gridwalk.accounts import queries
from gridwalk.accounts.models import User
from gridwalk.accounts.resets import actions as resets
from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.config import logs
from gridwalk.core import clock
from gridwalk.core.models import AuditEntry
from gridwalk.signin.sessions import LEFT_BEHIND
from tests.harness.database import tables_that_say
from tests.harness.people import SignIn

pytestmark = pytest.mark.django_db

STREET, GRID = "120105001", "120105001001001"
PASSWORD, FRESH = "walk-every-door-26", "another-door-26"
LOGIN, HOME = "/accounts/login/", "/"

Account = Callable[..., User]


DESK, OTHER_DESK = "192.0.2.7", "192.0.2.8"


@pytest.fixture(autouse=True)
def _no_attempts_before(db: None) -> None:
    cache.clear()


def _sign_in(
    client: Client, user: User, password: str = PASSWORD, *, name: str = "", at: str = DESK, **more: str
) -> Any:
    typed = {"login": name or user.username, "password": password, **more}
    return client.post(LOGIN, typed, REMOTE_ADDR=at)


def _is_in(client: Client) -> bool:
    """Whether the first page opens, or the page it leads this role on to."""
    asked = client.get(HOME)
    held_up = (LOGIN, reverse("account_change_password"), reverse("mfa_activate_totp"))
    return asked.status_code != 302 or not asked.headers["Location"].startswith(held_up)


def _text(response: Any) -> str:
    return str(response.content.decode())


def test_a_right_password_opens_the_first_page_and_a_wrong_one_says_so(client: Client, account: Account) -> None:
    user = account(Role.LEADING_GROUP, STREET)
    assert client.get(HOME).headers["Location"].startswith(LOGIN)
    wrong = _sign_in(client, user, "wrong")
    assert wrong.status_code == 200
    assert "登录名或密码不对" in _text(wrong)
    assert not AuditEntry.objects.filter(verb="account.signed_in").exists()
    assert _sign_in(client, user, name=user.username.upper()).headers["Location"] == HOME
    assert AuditEntry.objects.get(verb="account.signed_in").subject == user.id
    assert _is_in(client)
    assert client.post("/accounts/logout/").headers["Clear-Site-Data"] == LEFT_BEHIND, "the pages it kept go, too"
    assert not _is_in(client)


def test_six_wrong_passwords_lock_the_account_however_its_name_is_spelled(client: Client, account: Account) -> None:
    user, other = account(Role.LEADING_GROUP, STREET), account(Role.DISTRICT_CENTRE, STREET)
    names = [user.username, user.username.upper(), f" {user.username.title()} "]
    answers = [_sign_in(client, user, "wrong", name=names[n % 3]) for n in range(6)]
    assert [a.status_code for a in answers[:5]] == [200] * 5
    assert "错了太多次" in _text(answers[5])
    assert "错了太多次" in _text(_sign_in(Client(), user))
    assert _sign_in(Client(), user).status_code == 429
    assert _sign_in(Client(), other).headers["Location"] == HOME


def test_one_desk_that_tries_invented_names_shuts_nobody_out(client: Client, account: Account) -> None:
    user = account(Role.LEADING_GROUP, STREET)
    answers = [_sign_in(client, user, "wrong", name=f"invented{n}") for n in range(31)]
    assert {answer.status_code for answer in answers} == {200}
    assert _sign_in(client, user).headers["Location"] == HOME


def test_the_first_sign_in_asks_for_the_password_once(client: Client, account: Account, at: dt.datetime) -> None:
    """Password, an own one, codes, done; whoever waits too long in between types it again."""
    user = account(Role.COMMUNITY_LEAD, "120105001001")
    user.must_change_password = True
    user.save(update_fields=["must_change_password"])
    Authenticator.objects.filter(user=user).delete()
    change, codes = reverse("account_change_password"), reverse("mfa_activate_totp")
    with time_machine.travel(clock.now(), tick=False) as clock_of_the_test:
        assert _sign_in(client, user).status_code == 302
        assert client.get(HOME).headers["Location"] == change
        assert "oldpassword" not in _text(client.get(change))
        clock_of_the_test.shift(dt.timedelta(minutes=6))
        assert "oldpassword" in _text(client.get(change))
        assert "oldpassword" in _text(client.post(change, {"password1": FRESH, "password2": FRESH}))
        user.refresh_from_db()
        assert user.must_change_password
        clock_of_the_test.shift(-dt.timedelta(minutes=6))
        assert client.post(change, {"password1": FRESH, "password2": FRESH}).status_code == 302
        assert client.get(HOME).headers["Location"] == codes
        page = client.get(codes)
        secret = page.context["form"].secret
        code = totp.format_hotp_value(totp.hotp_value(secret, int(clock.now().timestamp()) // 30))
        assert client.post(codes, {"code": code}).status_code == 302
        assert _is_in(client)
        clock_of_the_test.shift(dt.timedelta(minutes=1))
        assert "oldpassword" in _text(client.get(change)), "an own password is typed before it is changed"


def test_who_has_a_password_and_no_codes_yet_types_it_once(client: Client, account: Account) -> None:
    user = account(Role.COMMUNITY_LEAD, "120105001001")
    Authenticator.objects.filter(user=user).delete()
    codes = reverse("mfa_activate_totp")
    with time_machine.travel(clock.now(), tick=False) as clock_of_the_test:
        _sign_in(client, user)
        secret = client.get(codes).context["form"].secret
        code = totp.format_hotp_value(totp.hotp_value(secret, int(clock.now().timestamp()) // 30))
        shown = client.post(codes, {"code": code}).headers["Location"]
        assert client.get(shown).status_code == 200, "the codes for an emergency"
        clock_of_the_test.shift(dt.timedelta(minutes=6))
        assert client.get(shown).headers["Location"].startswith(reverse("account_reauthenticate"))


@pytest.mark.slow
def test_a_lock_is_of_one_desk_and_comes_everywhere_later_and_ends_by_itself(account: Account, at: dt.datetime) -> None:
    user = account(Role.LEADING_GROUP, STREET)
    with time_machine.travel(at, tick=False) as clock_of_the_test:
        for _ in range(20):
            _sign_in(Client(), user, "wrong")
        assert _sign_in(Client(), user).status_code == 429
        assert _sign_in(Client(), user, at=OTHER_DESK).headers["Location"] == HOME
        assert _sign_in(Client(), user).status_code == 429, "somebody else's sign-in opens nothing here"

        for n in range(4):
            for _ in range(6):
                assert _sign_in(Client(), user, at=OTHER_DESK).headers["Location"] == HOME
                _sign_in(Client(), user, "wrong", at=f"192.0.2.{20 + n}")
        assert _sign_in(Client(), user, at=OTHER_DESK).status_code == 429, (
            "thirty wrong ones, six at each of five desks"
        )
        clock_of_the_test.shift(dt.timedelta(minutes=14))
        assert _sign_in(Client(), user, "wrong").status_code == 429
        clock_of_the_test.shift(dt.timedelta(minutes=2))
        assert _sign_in(Client(), user).headers["Location"] == HOME, "tries while it is locked make it no longer"


def test_a_right_password_with_its_code_always_gets_in(account: Account, at: dt.datetime) -> None:
    user = account(Role.ADMINISTRATOR, STREET)
    secret = totp.generate_totp_secret()
    Authenticator.objects.filter(user=user).update(data={"secret": encrypt(secret)})
    with time_machine.travel(at, tick=False) as clock_of_the_test:
        code = _code(secret, at)
        wrong = "000000" if code != "000000" else "000001"
        for _ in range(6):
            locked = _sign_in(Client(), user, "wrong")
        assert locked.status_code == 429
        assert 'name="code"' in _text(locked)
        refused = [
            _sign_in(Client(), user),
            _sign_in(Client(), user, code=wrong),
            _sign_in(Client(), user, "wrong", code=code),
            _sign_in(Client(), user, "wrong", code=wrong),
            _sign_in(Client(), user, name="nobody", code=code),
        ]
        assert [answer.status_code for answer in refused] == [429, 429, 429, 429, 200]
        assert len({_plain(answer) for answer in refused[:4]}) == 1, "which of the two was wrong is told to nobody"
        let_in = Client()
        assert _sign_in(let_in, user, code=code).headers["Location"] == HOME
        assert _is_in(let_in)

        clock_of_the_test.shift(dt.timedelta(seconds=30))
        for _ in range(6):
            _sign_in(Client(), user, "wrong", at=OTHER_DESK)
        later = _code(secret, at + dt.timedelta(seconds=30))
        assert _sign_in(Client(), user, code=later, at=OTHER_DESK).headers["Location"] == HOME
        assert _sign_in(Client(), user, code=later, at=OTHER_DESK).status_code == 302, "no lock is left there"


def _plain(answer: Any) -> str:
    return re.sub(r"<[^>]*csrf[^>]*>", "", _text(answer))


def test_codes_are_counted_at_a_desk_and_used_once_for_every_process(account: Account, at: dt.datetime) -> None:
    user = account(Role.COMMUNITY_LEAD, GRID[:12])
    secret = totp.generate_totp_secret()
    Authenticator.objects.filter(user=user).update(data={"secret": encrypt(secret)})
    ask = reverse("mfa_authenticate")
    with time_machine.travel(at, tick=False):
        code = _code(secret, at)
        wrong = "000000" if code != "000000" else "000001"
        guessing, owner = Client(), Client()
        _sign_in(guessing, user)
        for _ in range(9):
            answer = guessing.post(ask, {"code": wrong}, REMOTE_ADDR=DESK)
        assert guessing.post(ask, {"code": code}, REMOTE_ADDR=DESK).status_code == 200, (
            "eight wrong ones in five minutes"
        )
        assert "试的次数太多，请过几分钟再试" in _text(answer)
        _sign_in(owner, user, at=OTHER_DESK)
        assert owner.post(ask, {"code": code}, REMOTE_ADDR=OTHER_DESK).headers["Location"] == HOME

        again = Client()
        _sign_in(again, user, at=OTHER_DESK)
        assert again.post(ask, {"code": code}, REMOTE_ADDR=OTHER_DESK).status_code == 200
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM accounts_cache WHERE cache_key LIKE '%%totp.used%%'")
            assert cursor.fetchone() == (1,), "other processes read it in the database"


@pytest.mark.parametrize(
    "tries",
    [
        [(desk, 9) for desk in ("192.0.2.40", "192.0.2.41", "192.0.2.42")],
        [(f"192.0.2.{40 + n}", 1) for n in range(9)],
        [(f"2001:db8::{n:x}", 1) for n in range(12)],
        pytest.param([("192.0.2.40", 40), ("2001:db8::1", 40)], marks=pytest.mark.slow),
    ],
)
def test_who_knows_the_password_keeps_its_owner_out_nowhere(
    account: Account, at: dt.datetime, settings: Any, tries: list[tuple[str, int]]
) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"code_everywhere": "3/h/key"}
    user, secret, ask = (
        account(Role.COMMUNITY_LEAD, GRID[:12]),
        totp.generate_totp_secret(),
        reverse("mfa_authenticate"),
    )
    Authenticator.objects.filter(user=user).update(data={"secret": encrypt(secret)})
    with time_machine.travel(at, tick=False) as clock_of_the_test:
        for desk, n in tries:
            guessing = Client()
            _sign_in(guessing, user, at=desk)
            for _ in range(n):
                guessing.post(ask, {"code": _wrong(secret, at)}, REMOTE_ADDR=desk)
        owner = Client()
        _sign_in(owner, user, at=OTHER_DESK)
        assert owner.post(ask, {"code": _code(secret, at)}, REMOTE_ADDR=OTHER_DESK).headers["Location"] == HOME

        clock_of_the_test.shift(dt.timedelta(seconds=30))
        later = at + dt.timedelta(seconds=30)
        for _ in range(6):
            _sign_in(Client(), user, "wrong", at=OTHER_DESK)
        assert _sign_in(Client(), user, code=_code(secret, later), at=OTHER_DESK).status_code == 302, "nor when locked"


def test_codes_tried_from_many_desks_are_one_a_desk_and_only_after_the_password(
    account: Account, at: dt.datetime, settings: Any
) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"code_everywhere": "3/h/key"}
    user = account(Role.COMMUNITY_LEAD, GRID[:12])
    secret = totp.generate_totp_secret()
    Authenticator.objects.filter(user=user).update(data={"secret": encrypt(secret)})
    ask = reverse("mfa_authenticate")
    with time_machine.travel(at, tick=False) as clock_of_the_test:
        wrong = _wrong(secret, at)
        for n in range(9):
            _sign_in(Client(), user, "wrong", code=wrong, at=f"192.0.2.{20 + n}")

        def tried(desk: str, typed: str) -> int:
            client = Client()
            _sign_in(client, user, at=desk)
            return int(client.post(ask, {"code": typed}, REMOTE_ADDR=desk).status_code)

        assert [tried("192.0.2.40", wrong), tried("192.0.2.40", wrong)] == [200, 200]
        assert tried("192.0.2.40", _code(secret, at)) == 302, "who had no password has spent none of the three"
        clock_of_the_test.shift(dt.timedelta(seconds=30))
        later = at + dt.timedelta(seconds=30)
        crowd = [f"2001:db8:0:{n}::1" for n in range(4)]
        assert [tried(desk, _wrong(secret, later)) for desk in crowd] == [200] * 4
        assert tried("2001:db8:0:0::2", _code(secret, later)) == 200, "a /64 is one desk, and has had its one"
        clock_of_the_test.shift(dt.timedelta(hours=1))
        assert tried(crowd[0], _code(secret, later + dt.timedelta(hours=1))) == 302


def test_what_is_typed_as_a_name_is_kept_nowhere(account: Account) -> None:
    number, secret = "120199195203070010", "walk-every-house-62"
    for typed in (number, secret, f" {number} "):
        for _ in range(7):
            answer = Client().post(LOGIN, {"login": typed, "password": "wrong"}, REMOTE_ADDR=DESK)
    assert answer.status_code == 429, "a name nobody has locks like any other"
    account(Role.LEADING_GROUP, STREET, name="孟昭宁")
    assert tables_that_say(number, secret) == []


def test_behind_proxies_the_callers_address_counts_and_a_made_up_one_does_not(account: Account, settings: Any) -> None:
    user = account(Role.LEADING_GROUP, STREET)
    proxy = "198.51.100.1"

    def through(forwarded: str, password: str) -> int:
        typed = {"login": user.username, "password": password}
        answer = Client().post(LOGIN, typed, REMOTE_ADDR=proxy, headers={"X-Forwarded-For": forwarded})
        return int(answer.status_code)

    settings.TRUSTED_PROXIES = 1
    for n in range(6):
        through(f"203.0.113.{n}, {DESK}", "wrong")
    assert through(f"203.0.113.9, {DESK}", PASSWORD) == 429, "what stands left of the proxy's own entry is made up"
    assert through(OTHER_DESK, PASSWORD) == 302
    settings.TRUSTED_PROXIES = 0
    for n in range(6):
        through(f"203.0.113.{n}", "wrong")
    assert through(OTHER_DESK, PASSWORD) == 429, "without a proxy the header is anybody's"


def test_a_lock_is_seen_and_lifted_by_the_administrator(sign_in: SignIn, account: Account) -> None:
    user, administrator = account(Role.LEADING_GROUP, STREET), sign_in(Role.ADMINISTRATOR, STREET)
    page = f"/accounts/{user.pk}/"
    assert "没有锁" in _text(administrator.get(page))
    for _ in range(6):
        _sign_in(Client(), user, "wrong")
    assert "密码错太多次，锁着" in _text(administrator.get(page))
    administrator.post(f"{page}unlock/")
    assert _sign_in(Client(), user).headers["Location"] == HOME
    assert AuditEntry.objects.filter(verb="account.unlocked", subject=user.id).count() == 1


def test_a_name_nobody_has_is_answered_like_a_wrong_password(client: Client, account: Account) -> None:
    user = account(Role.GRID_WORKER, GRID)
    wrong, nobody = (client.post(LOGIN, {"login": name, "password": "x"}) for name in (user.username, "nobody"))
    assert "登录名或密码不对" in _text(wrong)
    assert "登录名或密码不对" in _text(nobody)


def test_the_first_sign_in_changes_the_password_before_anything_else(client: Client) -> None:
    now = clock.now()
    user = accounts.create_user(actor=SYSTEM, at=now, username="wangshi", name="王试", password=PASSWORD)
    accounts.assign(
        actor=SYSTEM,
        at=now,
        user=user.id,
        role=Role.LEADING_GROUP,
        scope=STREET,
        from_on=clock.local_date(now) - dt.timedelta(1),
    )
    _sign_in(client, user)
    change = reverse("account_change_password")
    assert client.get(HOME).headers["Location"] == change
    typed = {"oldpassword": PASSWORD, "password1": "123456789012", "password2": "123456789012"}
    assert "数字" in _text(client.post(change, typed))
    same = {"oldpassword": PASSWORD, "password1": PASSWORD, "password2": PASSWORD}
    assert "和现在的一样" in _text(client.post(change, same))
    assert not _is_in(client)
    changed = client.post(change, {"oldpassword": PASSWORD, "password1": FRESH, "password2": FRESH})
    assert changed.headers["Location"] == HOME
    page = _text(client.get(HOME))
    assert "密码改好了" in page and "成功" not in page, "in the words of the house"
    assert _is_in(client)
    assert _sign_in(Client(), user).status_code == 200
    assert _sign_in(Client(), user, FRESH).status_code == 302


def test_a_first_password_runs_out_after_a_week_and_a_reset_gives_another_week(
    client: Client, account: Account
) -> None:
    began = clock.now()
    with time_machine.travel(began, tick=False) as now:
        user = accounts.create_user(actor=SYSTEM, at=began, username="wangshi", name="王试", password=PASSWORD)
        own = account(Role.LEADING_GROUP, STREET)
        administrator = account(Role.ADMINISTRATOR, STREET)

        def page_of_account() -> str:
            admin = Client()
            admin.force_login(administrator, backend="allauth.account.auth_backends.AuthenticationBackend")
            return _text(admin.get(reverse("console:account", args=[user.id])))

        now.shift(dt.timedelta(days=7))
        assert "初始密码到" in page_of_account()
        assert _sign_in(Client(), user).headers["Location"] == HOME, "until the end of the seventh day"
        now.shift(dt.timedelta(seconds=1))
        assert _sign_in(client, user).headers["Location"] == LOGIN
        assert "过了 7 天" in _text(client.get(LOGIN))
        assert not _is_in(client)
        assert _sign_in(Client(), own).headers["Location"] == HOME, "an own password does not run out"
        assert "已过期" in page_of_account()

        password = resets.reset_password(actor=SYSTEM, at=clock.now(), user=user).password
        now.shift(dt.timedelta(days=7))
        assert _sign_in(Client(), user, password).headers["Location"] == HOME
        now.shift(dt.timedelta(minutes=1))
        assert _sign_in(Client(), user, password).headers["Location"] == LOGIN

        own.must_change_password = True
        own.save()
        assert _sign_in(Client(), own).headers["Location"] == LOGIN, "given with the account"
        accounts.require_new_password(user=own, at=clock.now())
        assert _sign_in(Client(), own).headers["Location"] == HOME, "an own one whose time is over is changed"


def _wrong(secret: str, at: dt.datetime) -> str:
    return "000000" if _code(secret, at) != "000000" else "000001"


def _code(secret: str, at: dt.datetime) -> str:
    """RFC 6238: six digits of the half minute."""
    return str(totp.format_hotp_value(totp.hotp_value(secret, int(at.timestamp()) // 30)))


@pytest.mark.parametrize("role", [Role.GRID_WORKER, Role.COMMUNITY_LEAD, Role.STREET_CENTRE, Role.ADMINISTRATOR])
def test_who_may_reveal_or_take_rows_away_sets_up_codes_and_is_asked_for_one(
    client: Client, account: Account, at: dt.datetime, role: Role
) -> None:
    half_minute = dt.timedelta(seconds=30)
    with time_machine.travel(at, tick=False) as clock_of_the_test:
        user = account(role, STREET)
        Authenticator.objects.filter(user=user).delete()
        _sign_in(client, user)
        activate = reverse("mfa_activate_totp")
        assert client.get(HOME).headers["Location"] == activate
        client.get(activate)
        secret = client.session[totp.SECRET_SESSION_KEY]
        wrong = "000000" if _code(secret, at) != "000000" else "000001"
        assert client.post(activate, {"code": wrong}).status_code == 200
        assert queries.second_factor_missing(user)
        client.post(activate, {"code": _code(secret, at)})
        assert _is_in(client)
        assert secret not in str(list(Authenticator.objects.filter(user=user).values_list("data", flat=True)))

        clock_of_the_test.shift(half_minute)
        again, code = Client(), _code(secret, at + half_minute)
        asked = _sign_in(again, user).headers["Location"]
        assert asked == reverse("mfa_authenticate")
        assert again.get(HOME).headers["Location"].startswith(LOGIN)
        assert again.post(asked, {"code": wrong if wrong != code else "000002"}).status_code == 200
        assert again.post(asked, {"code": code}).headers["Location"] == HOME
        assert AuditEntry.objects.filter(verb="account.signed_in").latest("id").data == {"factor": "code"}
        assert _is_in(again)


def test_a_failed_sign_in_stands_in_log_and_audit_without_what_was_typed(
    account: Account, at: dt.datetime, caplog: pytest.LogCaptureFixture
) -> None:
    user = account(Role.LEADING_GROUP, STREET)
    failed = AuditEntry.objects.filter(verb="account.sign_in_failed")
    with time_machine.travel(at, tick=False) as now, caplog.at_level(logging.WARNING, logger="gridwalk.accounts"):
        _sign_in(Client(), user, "wrong-word-1")
        _sign_in(Client(), user, "wrong-word-2", name="nobody-of-that-name")
        assert list(failed.order_by("id").values_list("actor", "subject", "scope", "data")) == [
            (None, user.id, STREET, {"factor": "password"}),
            (None, None, "", {"factor": "password"}),
        ]
        totp.TOTP.activate(user, totp.generate_totp_secret())
        client = Client()
        asked = _sign_in(client, user).headers["Location"]
        client.post(asked, {"code": "12345"})
        assert failed.get(data={"factor": "code"}).subject == user.id

        for n in range(22):
            _sign_in(Client(), user, "wrong-word-3", name=f"nobody-{n}")
        assert failed.filter(subject=None).count() == 20, "guessing does not fill the audit"
        now.shift(dt.timedelta(hours=1, seconds=1))
        _sign_in(Client(), user, "wrong-word-3", name="nobody-again")
        assert failed.filter(subject=None).count() == 21
    lines = [logs.JsonLines().format(record) for record in caplog.records if "sign-in failed" in record.getMessage()]
    assert len(lines) == 26, "the log has every one"
    assert str(user.id) in lines[0]
    assert not [line for line in lines if "nobody-" in line or "wrong-word" in line or user.username in line]


def test_a_closed_account_is_out_at_once_and_told_so_at_the_door(client: Client, account: Account) -> None:
    user = account(Role.LEADING_GROUP, STREET)
    _sign_in(client, user)
    accounts.deactivate(actor=SYSTEM, at=clock.now(), user=user)
    assert client.get(HOME).headers["Location"].startswith(LOGIN)
    answer = client.post(LOGIN, {"login": user.username, "password": PASSWORD}, follow=True)
    assert "已停用" in _text(answer)
    assert not _is_in(client)


@pytest.mark.parametrize("name", ["account_signup", "account_reset_password", "account_email", "mfa_deactivate_totp"])
def test_what_an_office_does_not_need_is_not_there(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_a_closed_account_is_told_so_where_the_password_is_right(account: Account) -> None:
    user = account(Role.GRID_WORKER, GRID)
    User.objects.filter(pk=user.pk).update(is_active=False)
    client = Client()
    told = [_sign_in(client, user, password).content.decode() for password in ("wrong-door-26", PASSWORD)]
    page = client.get(LOGIN).content.decode()
    assert ["这个账号已停用" in text for text in (told[0], told[1] + page)] == [False, True]
    assert not _is_in(client)
