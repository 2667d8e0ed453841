"""What a page says of a request that is refused before any view has it: each cause by its own words."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import (
    BadRequest,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http.multipartparser import MultiPartParserError
from django.middleware import csrf
from django.test import RequestFactory

from gridwalk.console import errors
from gridwalk.core.waits import Wait

BY_CAUSE = {
    "origin": "这张表是从别的网址送来的",
    "insecure": "网址要用 https 打头",
    "cookie": "浏览器没有带上 Cookie",
    "old": "这一页开得太久了",
}


@pytest.mark.parametrize(
    ("reason", "https", "secure", "cause"),
    [
        (csrf.REASON_BAD_ORIGIN, True, True, "origin"),
        (csrf.REASON_BAD_REFERER, True, True, "origin"),
        (csrf.REASON_NO_REFERER, True, True, "origin"),
        (csrf.REASON_NO_CSRF_COOKIE, True, False, "insecure"),
        (csrf.REASON_NO_CSRF_COOKIE, True, True, "cookie"),
        (csrf.REASON_NO_CSRF_COOKIE, False, False, "cookie"),
        (csrf.REASON_CSRF_TOKEN_MISSING, True, False, "old"),
        ("", False, False, "old"),
    ],
)
def test_a_form_that_is_not_taken_says_which_of_four_causes_it_was(
    settings: Any, reason: str, https: bool, secure: bool, cause: str
) -> None:
    settings.HTTPS, settings.SECURE_PROXY_SSL_HEADER = https, None
    answer = errors.forged(RequestFactory().post("/", secure=secure), reason)
    assert answer.status_code == 403
    text = answer.content.decode()
    assert [cause for cause, words in BY_CAUSE.items() if words in text] == [cause]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (RequestDataTooBig(), "这一页填的字加起来超过"),
        (TooManyFieldsSent(), "这一页填的、选的超过"),
        (TooManyFilesSent(), "一次最多收"),
        (MultiPartParserError(), "文件没有传完整"),
        (BadRequest(), "有一项读不懂"),
        (SuspiciousOperation(), "这一步没看懂"),
        (None, "这一步没看懂"),
    ],
)
def test_a_request_that_cannot_be_read_says_why(error: Exception | None, words: str) -> None:
    answer = errors.malformed(RequestFactory().post("/"), error)
    assert answer.status_code == 400 and words in answer.content.decode()


def test_what_no_column_takes_is_said_so() -> None:
    request = RequestFactory().post("/")
    assert "有一个字存不了" in errors.unstorable(request).content.decode()
    answer = errors.unfit(request, ValueError("没有存：电话：是证件号。"))
    assert answer.status_code == 400 and "没有存：电话：是证件号。" in answer.content.decode()


@pytest.mark.parametrize(("method", "reads"), [("GET", True), ("HEAD", True), ("POST", False)])
def test_a_page_that_waits_asks_again_by_itself_and_a_form_does_not(method: str, reads: bool) -> None:
    answer = errors._waiting(RequestFactory().generic(method, "/"), Wait(seconds=7))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")
    assert answer.headers["Cache-Control"] == "no-store"
    assert ('http-equiv="refresh"' in answer.content.decode()) is reads
