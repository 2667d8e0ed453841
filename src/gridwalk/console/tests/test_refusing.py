"""What went wrong is a page in plain Chinese, also when little else works."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory

from gridwalk.accounts.rules import Role
from gridwalk.console import errors
from tests.harness.people import COMMUNITY, SignIn


def _words(response: object) -> str:
    return str(response.content.decode())  # type: ignore[attr-defined]


def test_our_own_fault_is_told_without_asking_the_database() -> None:
    """No ``db`` fixture: a query would fail the test."""
    answer = errors.broken(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "什么都没有存" in _words(answer)


def test_a_form_from_elsewhere_is_refused_in_our_words() -> None:
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a", "password": "b"})
    assert answer.status_code == 403
    assert "什么都没有存" in _words(answer)
    assert "CSRF" not in _words(answer)


def test_a_request_larger_than_any_form_is_refused_in_our_words() -> None:
    answer = errors.malformed(RequestFactory().post("/"), ValueError("TooManyFields"))
    assert answer.status_code == 400
    assert "什么都没有存" in _words(answer)


@pytest.mark.django_db
def test_absent_and_not_permitted_have_their_pages_and_the_first_page_opens(sign_in: SignIn) -> None:
    lead = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
    assert lead.get("/").status_code == 200
    absent = lead.get("/doors/01900000-0000-7000-8000-000000000000/")
    assert absent.status_code == 404
    assert "不在您的范围内" in _words(absent)
    forbidden = lead.get("/accounts/list/")
    assert forbidden.status_code == 403
    assert "您的岗位不办这件事" in _words(forbidden)
