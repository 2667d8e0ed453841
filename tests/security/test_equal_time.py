"""Whether a number stands on a record elsewhere is not told by how long an answer takes: both cases ask the database
the same questions in the same order, and reckon as many keyed hashes. No clock is read.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.test import Client

from gridwalk.core import envelope
from gridwalk.phone.tests.conftest import Field, field
from gridwalk.registry.models import Difference, Person, TakeOver
from gridwalk.registry.tests.street import FAR_GRID, FIRST, id_no
from tests.harness.campaign import workbook
from tests.harness.pages import Reader

__all__ = ["field"]
HELD, FREE = id_no(3), id_no(11)
VALUE = re.compile(r"'(?:[^']|'')*'(?:::\w+(?:\[\])?)?|\b\d+\b|ARRAY\[[^]]*\]|\{[^}]*\}|\bNULL\b")


def lead_of(field: Field) -> Client:
    client = Reader()
    client.force_login(field.lead, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def asked(ask: Callable[[str], Any], number: str) -> tuple[list[str], int]:
    """The statements of a request without their values, and how many keyed hashes it reckoned.

    As they are sent: what Django keeps of a statement is empty from when the connection has it prepared.
    """
    statements: list[str] = []

    def note(execute: Callable[..., Any], sql: Any, *more: Any) -> Any:
        statements.append(VALUE.sub("?", str(sql)))
        return execute(sql, *more)

    with (
        connection.execute_wrapper(note),
        mock.patch.object(envelope, "blind_index", side_effect=envelope.blind_index) as hashed,
    ):
        ask(number)
    return statements, hashed.call_count


@pytest.fixture
def elsewhere(field: Field) -> Person:
    """Somebody of another community with the number."""
    return field.street.person("程望舒", field.street.door("901", FAR_GRID), id_no=HELD)


def _ways(field: Field) -> dict[str, Callable[[str], Any]]:
    """Every way to hand in a number without storing it; what is stored is noted for the person, and told on purpose."""
    lead, door = lead_of(field), field.street.door("101", tenure="owner")
    own = field.street.person("顾若溪", door)
    line = {"name-0": "任意名", "residence_kind": "tenant", "told": "self"}
    moved_in = f"/daily/moved_in/dwelling/{door.pk}/"
    return {
        "an event with a fault": lambda n: lead.post(moved_in, {**line, "id_no-0": n, "phone-0": "1"}),
        "an event to be looked at twice": lambda n: lead.post(moved_in, {**line, "id_no-0": n}),
        "a birth with a fault": lambda n: lead.post(
            f"/daily/born/dwelling/{door.pk}/", {"name-0": "任意名", "id_no-0": n, "told": "self", "on": "9999-01-01"}
        ),
        "a correction without its reason": lambda n: lead.post(f"/correct/person/{own.pk}/", {"id_no": n}),
        "a search": lambda n: lead.post("/search/", {"q": n}),
        "a merge that is looked for": lambda n: lead.post(f"/upkeep/merge/person/{own.pk}/", {"q": n}),
    }


def test_what_is_not_stored_takes_the_same_steps_whether_a_number_is_held_elsewhere_or_not(
    field: Field, elsewhere: Person
) -> None:
    for name, ask in _ways(field).items():
        assert ask(id_no(21)).status_code in {200, 302, 422}, name
        (held, n_held), (free, n_free) = asked(ask, HELD), asked(ask, FREE)
        assert not list(difflib.unified_diff(held, free, n=0)), name
        assert n_held == n_free and len(held) > 3, name
    assert not TakeOver.objects.exists() and not Difference.objects.exists(), "nothing was stored"


@pytest.mark.slow
def test_a_file_that_is_not_applied_yet_takes_the_same_steps(field: Field, elsewhere: Person) -> None:
    lead = lead_of(field)

    def upload(number: str) -> None:
        rows = [
            ["小区", "楼栋", "单元", "室号", "姓名", "身份证号"],
            ["甲里", "1号楼", "1单元", "101", "任意名", number],
        ]
        data = {"file": workbook("人口.xlsx", rows), "scope": FIRST, "kind": ""}
        page = lead.post("/imports/upload/", data, follow=True)
        assert page.status_code == 200 and "身份证号" in page.content.decode()

    upload(id_no(21))
    assert asked(upload, HELD) == asked(upload, FREE)
