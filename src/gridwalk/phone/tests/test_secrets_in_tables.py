"""Whatever lets somebody in is made once of each, and then looked for in every table: none of them holds it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Role
from gridwalk.core import clock
from gridwalk.phone.tests.conftest import PASSWORD
from gridwalk.registry.tests.street import GRID
from gridwalk.sync.actions import devices
from gridwalk.sync.models import ServerKey
from tests.harness.database import tables_that_say
from tests.harness.people import SignIn
from tests.harness.phones import Wire, op, through

SLIP = re.compile(r"(?:[a-z2-9]{4}-){6}[a-z2-9]{4}")
LOGIN, AGAIN, SET_UP = "/accounts/login/", "/accounts/again/", "/accounts/codes/activate/"


def of_the_office(user: User, administrator: Client) -> dict[str, str]:
    """Signing in with a code being set up and set up, and passwords on slips."""
    cache.clear()
    client = Client()
    client.post(LOGIN, {"login": user.username, "password": PASSWORD})
    client.get(client.post(AGAIN, {"password": PASSWORD, "next": SET_UP}).headers["Location"])
    being_set_up = client.session[totp.SECRET_SESSION_KEY]
    assert tables_that_say(being_set_up, client.session.session_key or "") == []
    with time_machine.travel(clock.now(), tick=False):
        code = totp.format_hotp_value(totp.hotp_value(being_set_up, int(clock.now().timestamp()) // 30))
        assert client.post(SET_UP, {"code": code}).status_code == 302
    recovery = client.get("/accounts/codes/recovery/").context["unused_codes"]
    made = administrator.post("/accounts/new/", {"username": "wangshi", "name": "王试"})
    reset = administrator.post(f"/accounts/{user.pk}/password/")
    return {
        "session": client.session.session_key or "",
        "code's secret": being_set_up,
        "recovery code": recovery[0],
        "first password": SLIP.findall(made.content.decode())[0],
        "password on the slip": SLIP.findall(reset.content.decode())[0],
        "password": PASSWORD,
    }


def of_a_phone(field: Any) -> dict[str, str]:
    """Activated with a code, and one thing recorded."""
    code = field.code()
    wire = Wire(send=through(field.client), now=clock.now)
    status, answer = wire.activate(field.worker.username, PASSWORD, code)
    assert status == 200
    door = field.street.door()
    wire.ask(
        "POST",
        "push",
        {
            "epoch": answer["epoch"],
            "seq_from": 1,
            "ops": [op(1, "visit.record", "dwelling", door.id, at=clock.now(), data={"outcome": "no_answer"})],
        },
    )
    private = devices.private_key(ServerKey.objects.get().pk) or ""
    return {
        "activation code": code,
        "activation code, bare": code.replace("-", ""),
        "deposit token": answer["deposit_token"],
        "share": answer["share"],
        "server's key": private.splitlines()[1],
    }


@pytest.mark.usefixtures("transactional_db")
def test_no_table_holds_what_lets_somebody_in(field: Any, sign_in: SignIn, account: Callable[..., User]) -> None:
    leader = account(Role.LEADING_GROUP, GRID[:9])
    secrets = of_the_office(leader, sign_in(Role.ADMINISTRATOR, GRID[:9])) | of_a_phone(field)
    assert min(map(len, secrets.values())) >= 8
    words = {secret: name for name, secret in secrets.items()}
    assert [(table, words[secret]) for table, secret in tables_that_say(*words)] == []
    assert tables_that_say(leader.username) == [("accounts_user", leader.username)], "it finds what is there"
