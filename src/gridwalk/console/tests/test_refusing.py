"""What went wrong is a page in plain Chinese, also when little else works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

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


def test_a_form_from_elsewhere_is_refused_in_our_words() -> None:
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a", "password": "b"})
    assert answer.status_code == 403
    assert "什么都没有存" in _words(answer)
    assert "CSRF" not in _words(answer)


@pytest.mark.django_db
def test_a_form_without_our_mark_is_told_why_it_has_none(settings: Settings) -> None:
    def send(token: str = "", **headers: str) -> str:
        answer = browser.post("/accounts/login/", {"login": "a", "csrfmiddlewaretoken": token}, headers=headers)
        assert answer.status_code == 403
        return _words(answer)

    browser = Client(enforce_csrf_checks=True)
    assert "浏览器没有带上 Cookie" in send()
    assert "从别的网址送来的" in send(origin="https://other.invalid")
    settings.HTTPS = True
    assert "http:// 改成 https://" in send(), "over plain HTTP no browser sends such a cookie"
    settings.HTTPS = False
    browser.get("/accounts/login/")
    assert "这一页开得太久了" in send("x" * 32)
    token = browser.cookies["csrftoken"].value
    assert browser.post("/accounts/login/", {"login": "a", "csrfmiddlewaretoken": token}).status_code == 200


@pytest.mark.django_db
def test_an_address_that_is_not_listed_is_told_with_where_to_list_it(settings: Settings) -> None:
    def open_at(host: str) -> tuple[int, str]:
        answer = Client(headers={"host": host}).get("/accounts/login/")
        return answer.status_code, _words(answer)

    status, words = open_at("gridwalk.lan:8131")
    assert (status, "这个网址没有登记" in words, "太多" in words) == (400, True, False)
    assert "<code>gridwalk.lan</code>" in words, "as it has to be listed: without the port"
    assert "GRIDWALK_HOSTS" in words and "/etc/gridwalk/gridwalk.env" in words
    status, words = open_at("grid_walk.lan")
    assert (status, "登记不了" in words, "GRIDWALK_HOSTS" in words) == (400, True, False), "no list would help"
    assert "<b>" not in open_at("<b>lan")[1]
    settings.ALLOWED_HOSTS = ["gridwalk.lan"]
    assert open_at("gridwalk.lan:8131")[0] == 200


def _files(n: int) -> dict[str, Any]:
    return {f"f{place}": SimpleUploadedFile("a.txt", b"x") for place in range(n)}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("send", "cause"),
    [
        (lambda lead: lead.post("/gaps/plan/", {"row": "x" * (5 << 20)}), "超过 4 MB"),
        (lambda lead: lead.post("/gaps/plan/", {f"row{n}": "" for n in range(5001)}), "超过 5,000 项"),
        (lambda lead: lead.post("/imports/upload/", _files(101)), "最多收 100 个文件"),
        (lambda lead: lead.post("/imports/upload/", b"x", content_type="multipart/form-data"), "文件没有传完整"),
        (lambda lead: lead.post("/gaps/plan/", {"row": "abc"}), "有一项读不懂"),
        (lambda lead: lead.get("/differences/?kind=%00"), "有一个字存不了"),
    ],
)
def test_what_no_page_of_ours_sends_is_refused_with_its_true_cause(
    sign_in: SignIn, send: Callable[[Client], object], cause: str
) -> None:
    answer: Any = send(sign_in(Role.COMMUNITY_LEAD, COMMUNITY))
    assert answer.status_code == 400
    assert cause in _words(answer) and "什么都没有存" in _words(answer)


def test_what_nobody_foresaw_of_a_request_is_no_cause_of_another() -> None:
    answer = errors.malformed(RequestFactory().post("/"), ValueError("?"))
    assert (answer.status_code, "这一步没看懂" in _words(answer)) == (400, True)


@pytest.mark.django_db
def test_absent_and_not_permitted_have_their_pages_and_the_first_page_opens(sign_in: SignIn) -> None:
    lead = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
    assert lead.get("/").status_code == 200
    absent = lead.get("/doors/01900000-0000-7000-8000-000000000000/")
    assert absent.status_code == 404
    assert "不在您的范围内" in _words(absent)
    forbidden = lead.get("/accounts/list/")
    assert forbidden.status_code == 403
    assert "您的岗位没有这项权限" in _words(forbidden)
