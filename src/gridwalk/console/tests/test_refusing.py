"""What went wrong is a page in plain Chinese, also when little else works."""

from __future__ import annotations

import psycopg
import pytest
from django.db import OperationalError
from django.http import HttpResponse
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


@pytest.mark.parametrize(
    ("cause", "heading", "seconds"),
    [
        (psycopg.OperationalError("connection refused"), "系统正在恢复", "3"),
        (psycopg.errors.LockNotAvailable(), "这里正忙", "5"),
        (psycopg.errors.QueryCanceled(), "这里正忙", "30"),
    ],
)
def test_a_database_that_is_away_or_busy_is_waited_for_without_a_script(
    cause: psycopg.Error, heading: str, seconds: str
) -> None:
    """No ``db`` fixture: the page must appear without the database."""

    def asked(method: str) -> HttpResponse:
        try:
            raise OperationalError from cause
        except OperationalError:
            return errors.broken(getattr(RequestFactory(), method)("/doors/"))

    page = asked("get")
    assert (page.status_code, page["Retry-After"], heading in _words(page)) == (503, seconds, True)
    assert f'<meta http-equiv="refresh" content="{seconds}">' in _words(page)
    form = asked("post")
    assert (form.status_code, 'http-equiv="refresh"' in _words(form)) == (503, False), (
        "a form is not sent again by itself"
    )
    assert "刚才这一步没有存" in _words(form)
