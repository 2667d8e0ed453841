"""Every URL the resolver knows × every role: what the tables written for the tests say (``opening``), by GET and POST,
and nothing opens that is not in them.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest
from allauth.mfa.models import Authenticator
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import PERMITTED, Role, Verb
from gridwalk.console import errors, plain_lists
from gridwalk.console.middleware import Signed
from gridwalk.console.permissions import PAGES, Guard
from tests.harness.people import COMMUNITY, STREET, SignIn
from tests.security import opening

SCOPES = {Role.GRID_WORKER: f"{COMMUNITY}001", Role.COMMUNITY_LEAD: COMMUNITY}
ARGUMENTS = {
    "uuid": str(uuid.UUID(int=7)),
    "scope": COMMUNITY,
    "grid": f"{COMMUNITY}001",
    "kind": "dwelling",
    "field": "owner_phone",
    "what": "target",
    "wave": 7,
    "number": 1,
}


def _names(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _names(pattern, f"{pattern.namespace}:" if pattern.namespace else prefix)
        else:
            yield f"{prefix}{pattern.name}", pattern


MAYBE_ABSENT = {"phone:worker", "phone:file", "phone_api:api-root"}
"""Files of the phone app's build; the API's root, which leads to a documents page nobody is shown."""

URLS = dict(_names(get_resolver()))
GUARDS = opening.guards()


def _words(guard: Guard) -> frozenset[str]:
    return frozenset(part.value for part in (guard if isinstance(guard, frozenset) else {guard}))


def _path(name: str) -> str:
    converters = URLS[name].pattern.converters
    return reverse(name, kwargs={key: ARGUMENTS.get(key, ARGUMENTS["uuid"]) for key in converters})


def test_every_url_is_in_the_table_and_the_table_names_no_other() -> None:
    assert set(URLS) == set(PAGES) == set(GUARDS)


def test_both_tables_say_what_was_written_down_for_them() -> None:
    assert opening.may() == PERMITTED
    assert {name: _words(guard) for name, guard in PAGES.items()} == {
        name: frozenset(guard.split()) for name, guard in GUARDS.items()
    }


@pytest.mark.parametrize("name", sorted(GUARDS))
def test_it_opens_nothing_to_strangers_but_what_is_open(name: str, db: None) -> None:
    response = Client().get(_path(name))
    guard = GUARDS[name]
    if guard == "device":
        assert response.status_code in {401, 405}, "a phone signs its requests; nobody else gets in, signed in or not"
    elif guard == "token":
        assert response.status_code in {401, 404}, "a machine shows its token; nobody else gets in, signed in or not"
    elif guard == "anybody":
        assert response.status_code in {200, 302, 405} or (response.status_code == 404 and name in MAYBE_ABSENT)
        leads_to_sign_in = "/accounts/login/" in response.headers.get("Location", "")
        assert leads_to_sign_in == (name in {"account_logout", "mfa_authenticate"}), "those two have nothing to do yet"
    else:
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/accounts/login/")


@pytest.fixture
def refused_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page that refuses is rendered with the first refusal; of the many others only the answer is looked at."""
    whole = errors.not_permitted
    pages: list[HttpResponse] = []

    def refuse(request: Signed) -> HttpResponse:
        if pages:
            return HttpResponse(status=pages[0].status_code)
        pages.append(whole(request))
        return pages[0]

    monkeypatch.setattr(errors, "not_permitted", refuse)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.usefixtures("refused_once")
def test_it_opens_to_each_role_what_the_table_says(role: Role, db: None, sign_in: SignIn) -> None:
    client = sign_in(role, SCOPES.get(role, STREET))
    client.raise_request_exception = False
    for name, guard in GUARDS.items():
        if name == "account_logout":
            continue
        status = client.get(_path(name)).status_code
        if guard in {"token", "device"}:
            assert status in ({401, 404} if guard == "token" else {401, 405}), (name, status)
        elif opening.opens(guard, role):
            assert status in {200, 302, 404, 405}, (name, status)
        else:
            assert status == 403, (name, status)


@pytest.mark.parametrize(
    "role", [Role.INSPECTOR, *(pytest.param(r, marks=pytest.mark.slow) for r in Role if r is not Role.INSPECTOR)]
)
@pytest.mark.usefixtures("refused_once")
def test_what_does_not_open_takes_nothing_either(role: Role, db: None, sign_in: SignIn) -> None:
    client = sign_in(role, SCOPES.get(role, STREET))
    for name, guard in GUARDS.items():
        if guard not in {"token", "device"} and not opening.opens(guard, role):
            assert client.post(_path(name), {"reason": "试一试"}).status_code == 403, name


@pytest.mark.parametrize("role", list(Role))
def test_a_list_is_asked_by_whom_the_table_says(role: Role, db: None, sign_in: SignIn) -> None:
    client = sign_in(role, SCOPES.get(role, STREET))
    refused = 404 if opening.opens(GUARDS["console:choose"], role) else 403
    for verb, codes in opening.LISTS.items():
        for code in codes.split():
            status = client.post(f"/lists/{code}/", {"do": "sort", "sort": "name", "back": "/"}).status_code
            assert status == (refused if Verb(verb) not in opening.may()[role] else 302), code


def test_the_table_names_every_list_of_another_page() -> None:
    lists = {code for codes in opening.LISTS.values() for code in codes.split()}
    assert lists == {*plain_lists._OF_EVERYBODY, *plain_lists._OF_VIEWER}


def test_an_absent_object_and_anothers_look_the_same(db: None, sign_in: SignIn) -> None:
    client = sign_in(Role.GRID_WORKER, SCOPES[Role.GRID_WORKER])
    for name in ("console:dwelling", "console:person", "console:organization", "console:site", "console:building"):
        assert client.get(_path(name)).status_code == 404


def test_first_sign_in_leads_to_a_new_password_and_a_missing_code_to_its_setting_up(
    db: None, account: Callable[..., User]
) -> None:
    user = account(Role.COMMUNITY_LEAD, COMMUNITY)
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    User.objects.filter(pk=user.pk).update(must_change_password=True)
    assert client.get("/").headers["Location"] == reverse("account_change_password")

    administrator = account(Role.ADMINISTRATOR, STREET)
    Authenticator.objects.filter(user=administrator).delete()
    client.force_login(administrator, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/").headers["Location"] == reverse("mfa_activate_totp")
