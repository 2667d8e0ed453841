"""The phone's API under generated requests, signed and unsigned: it never breaks, and answers as its OpenAPI
document says.
"""

from __future__ import annotations

import gzip
import json
from typing import Any, cast

import pytest
import requests
import schemathesis
from django.urls import Resolver404, resolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks

from gridwalk.accounts.rules import Role
from gridwalk.phone.api import api
from gridwalk.phone.tests.conftest import Field, field
from tests.harness import phones
from tests.harness.people import COMMUNITY, SignIn

__all__ = ["field"]

SCHEMA = schemathesis.openapi.from_dict(json.loads(json.dumps(api.get_openapi_schema(), default=str)))
OPERATIONS: dict[str, Any] = {
    f"{one.method.upper()} {one.path}": one for found in SCHEMA.get_all_operations() if (one := cast(Any, found).ok())
}
UNSIGNED = {"POST /phone/api/activate", "POST /phone/api/deposit", "GET /phone/api/epoch"}
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
EXAMPLES = 80


def _body(case: Any) -> bytes:
    if isinstance(case.body, bytes):
        return case.body
    return (
        b"" if isinstance(case.body, type(schemathesis.core.NOT_SET)) else json.dumps(case.body, default=str).encode()
    )


def _checks(case: Any) -> list[Any]:
    """An address that is no operation's (no UUID in it) is any page's: it must not break."""
    try:
        page = resolve(case.formatted_path).view_name
    except Resolver404:
        page = ""
    return CHECKS if page.startswith("phone_api:") else CHECKS[:1]


def _answer(field: Field, wire: phones.Wire | None, case: Any) -> schemathesis.Response:
    """The case sent as a phone would send it, signed over whatever its body is."""
    method, path, body = case.method.upper(), case.formatted_path, _body(case)
    headers = {}
    if wire is not None:
        headers["Authorization"] = wire.authorization(method, path, body)
    said = field.client.generic(method, path, body, content_type="application/json", headers=headers)
    content = gzip.decompress(said.content) if said.headers.get("Content-Encoding") == "gzip" else said.content
    return schemathesis.Response(
        status_code=said.status_code,
        headers={k.lower(): [v] for k, v in said.headers.items() if k != "Content-Encoding"},
        content=content,
        request=requests.Request(method, f"http://testserver{path}", data=body).prepare(),
        elapsed=0.0,
        verify=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", OPERATIONS)
def test_it_never_breaks_and_answers_as_it_says(name: str, field: Field) -> None:
    wire = None if name in UNSIGNED else field.phone()
    both = [OPERATIONS[name].as_strategy(generation_mode=mode) for mode in GenerationMode]

    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=st.one_of(both))
    def ask(case: Any) -> None:
        case.validate_response(_answer(field, wire, case), checks=_checks(case))
        if wire is not None:
            case.validate_response(_answer(field, None, case), checks=_checks(case))

    ask()


def test_a_body_of_brackets_alone_is_refused(field: Field) -> None:
    wire = field.phone()
    for body in (b"[" * 200_000, b"null", b"[]", b"7"):
        assert wire.ask("POST", "pull", body)[0] in {200, 400}
        assert wire.ask("POST", "push", body)[0] == 400
        assert wire.ask("POST", "device/me", body)[0] in {200, 400}


@pytest.mark.django_db
def test_the_document_is_shown_to_who_is_signed_in(client: Any, sign_in: SignIn) -> None:
    assert client.get("/phone/api/openapi.json").status_code == 302
    shown = sign_in(Role.COMMUNITY_LEAD, COMMUNITY).get("/phone/api/openapi.json")
    assert set(shown.json()["paths"]) == {o.path for o in OPERATIONS.values()}
    assert "$ref" not in shown.content.decode()
