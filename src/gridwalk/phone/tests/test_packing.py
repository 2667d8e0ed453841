"""What is worth it is packed, for whoever unpacks it."""

from __future__ import annotations

import gzip
import json

import pytest
from django.test import RequestFactory

from gridwalk.phone import wire

LONG = {"text": "x" * (wire.WORTH_PACKING + 1)}
SHORT = {"text": "x"}


@pytest.mark.parametrize(
    ("content", "accepts", "is_packed"),
    [(LONG, "gzip, br", True), (LONG, "br", False), (LONG, "", False), (SHORT, "gzip", False)],
)
def test_an_answer_is_packed_where_it_is_long_and_asked_for(
    content: dict[str, str], accepts: str, is_packed: bool
) -> None:
    answer = wire.answer(RequestFactory().get("/", headers={"accept-encoding": accepts}), content, status=207)
    assert (answer.headers.get("Content-Encoding") == "gzip", answer.headers["Vary"]) == (is_packed, "Accept-Encoding")
    body = gzip.decompress(answer.content) if is_packed else answer.content
    assert (json.loads(body), answer.status_code) == (content, 207)
