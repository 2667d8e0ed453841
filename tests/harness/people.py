"""Moments, viewers and people who are signed in."""

from __future__ import annotations

import contextlib
import datetime as dt
import uuid
from collections.abc import Callable, Iterator

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.test import Client

from gridwalk.accounts import actions as accounts
from gridwalk.accounts import queries, rules
from gridwalk.accounts.models import User
from gridwalk.accounts.rules import SYSTEM, Held, Role, Viewer
from gridwalk.core import clock, envelope, ids
from tests.harness.pages import Reader

STREET = "120105001"
COMMUNITY = "120105001001"

SignIn = Callable[..., Client]


@pytest.fixture
def at() -> dt.datetime:
    """The moment of the test: a Tuesday morning at ten in the street."""
    return clock.at_local(dt.date(2026, 10, 13), 10)


@pytest.fixture
def viewer() -> Callable[[Role, str], Viewer]:
    """``viewer(Role.GRID_WORKER, "120105001001001")``: a plain value, no account behind it."""

    def make(role: Role, scope: str) -> Viewer:
        return Viewer(ids.new_id(), rules.LABELS[role], (Held(role, scope),))

    return make


def new_account(role: Role, scope: str, *, name: str = "", password: str = "walk-every-door-26") -> User:
    """A stored account with this assignment, past its first sign-in."""
    now = clock.now()
    username = f"{role}-{scope}-{User.objects.count()}"[-40:]
    user = accounts.create_user(
        actor=SYSTEM,
        at=now,
        username=username,
        name=name or rules.LABELS[role],
        password=password,
        must_change_password=False,
    )
    accounts.assign(
        actor=SYSTEM, at=now, user=user.id, role=role, scope=scope, from_on=clock.local_date(now) - dt.timedelta(1)
    )
    if rules.needs_second_factor([role]):
        never_used = get_adapter().encrypt("NEVERUSEDHERE234")
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": never_used})
    return user


@contextlib.contextmanager
def one_person(*accounts: uuid.UUID | None) -> Iterator[None]:
    """For a while these accounts are of one name and one work telephone, so one person's."""
    for pk in filter(None, accounts):
        User.objects.get_or_create(pk=pk, defaults={"username": f"u{pk.hex[-12:]}", "created_at": clock.now()})
    were = list(User.objects.filter(pk__in=[pk for pk in accounts if pk]))
    for user in were:
        phone = envelope.seal("12012349876", **queries.WORK_PHONE, row=user.pk)
        User.objects.filter(pk=user.pk).update(name="王试同", work_phone_sealed=phone)
    yield
    for user in were:
        User.objects.filter(pk=user.pk).update(name=user.name, work_phone_sealed=user.work_phone_sealed)


@pytest.fixture
def account(db: None) -> Callable[..., User]:
    """``account(Role.COMMUNITY_LEAD, COMMUNITY)``: ``new_account``, undone after the test."""
    return new_account


@pytest.fixture
def sign_in(account: Callable[..., User]) -> SignIn:
    """``sign_in(Role.COMMUNITY_LEAD, COMMUNITY)``: a client signed in as a new account with this assignment."""

    def make(role: Role, scope: str) -> Client:
        client = Reader()
        client.force_login(account(role, scope), backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return make


def signed_in(client: Client) -> Viewer:
    """Who a client is signed in as, as jobs see them."""
    return queries.viewer_by_id(uuid.UUID(client.session["_auth_user_id"]), clock.local_date(clock.now()))
