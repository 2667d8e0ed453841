"""What is worth it is packed, for whoever unpacks it; what is sent is unpacked up to its bounds, or refused by name."""

from __future__ import annotations

import gzip
import json

import pytest
from django.test import RequestFactory

from gridwalk.phone import wire
from gridwalk.phone.wire import Problem
from gridwalk.sync import rules

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


PACKED, OPENED = 60, 200


@pytest.mark.parametrize(
    ("body", "is_packed", "answer"),
    [
        (b"{}", False, b"{}"),
        (b"x" * OPENED, False, b"x" * OPENED),
        (b"x" * (OPENED + 1), False, (413, "too_large")),
        (gzip.compress(b"x" * OPENED, mtime=0), True, b"x" * OPENED),
        (gzip.compress(b"x" * (OPENED + 100), mtime=0), True, (413, "too_large")),
        (b"\x1f\x8b" + b"x" * (PACKED - 1), True, (413, "too_large")),
        (b"{}", True, (400, "malformed")),
    ],
)
def test_a_body_is_unpacked_up_to_its_bounds(
    monkeypatch: pytest.MonkeyPatch, body: bytes, is_packed: bool, answer: bytes | tuple[int, str]
) -> None:
    monkeypatch.setattr(rules, "MOST_BYTES", PACKED)
    monkeypatch.setattr(rules, "MOST_BYTES_OPENED", OPENED)
    headers = {"content-encoding": "gzip"} if is_packed else {}
    request = RequestFactory().post("/", body, content_type="application/json", headers=headers)
    try:
        assert wire.body_of(request) == answer
    except Problem as problem:
        assert (problem.status, problem.problem) == answer
        assert ("text" in problem.more) == (problem.status == 413), "in words, what to do"


DEVICE = "01a22808-e000-7000-8000-000000000007"
SIGNATURE = "A" * 86


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (f'Gridwalk device="{DEVICE}", at="1", now="2", sig="{SIGNATURE}"', ""),
        ("", "bad_signature"),
        ("Basic d2FuZzp3YW5n", "bad_signature"),
        (f'Gridwalk device="{DEVICE[:-2]}zz", at="1", now="2", sig="{SIGNATURE}"', "refused"),
    ],
)
def test_who_sent_it_is_said_in_one_form(said: str, problem: str) -> None:
    request = RequestFactory().post("/", headers={"authorization": said} if said else {})
    try:
        claim = wire.claim_of(request)
    except Problem as refused:
        assert refused.status == 401 and (refused.problem == problem or problem == "refused")
    else:
        assert (str(claim.device), claim.at, claim.now, claim.signature, problem) == (DEVICE, "1", "2", SIGNATURE, "")
