"""What a page cost is told in milliseconds, with how often it asked the database."""

from __future__ import annotations

import types

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse

from gridwalk.config import timing


@pytest.mark.django_db
def test_the_header_says_milliseconds_and_queries(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([8.0, 8.25])
    monkeypatch.setattr(timing, "time", types.SimpleNamespace(perf_counter=lambda: next(moments)))

    def page(request: HttpRequest) -> HttpResponse:
        for _ in range(2):
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        return HttpResponse()

    answer = timing.TimingMiddleware(page)(HttpRequest())
    assert answer.headers["Server-Timing"] == 'app;dur=250.0, db;desc="2"'
