"""Requests in and answers out: gzip both ways, problems as JSON, who signed a request."""

from __future__ import annotations

import dataclasses
import datetime as dt
import gzip
import json
import re
import uuid
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from gridwalk.accounts.rules import Viewer
from gridwalk.core import clock, waits
from gridwalk.sync import crypto, messages, rules, spelling
from gridwalk.sync.queries import devices

SCHEME = re.compile(
    r'^Gridwalk device="([0-9a-f-]{36})", at="(-?[0-9]{1,16})"(?:, now="(-?[0-9]{1,16})")?, '
    r'sig="([A-Za-z0-9_=-]{80,100})"$'
)
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
WORTH_PACKING = 1024
OF_A_PUSH = 2
"""How many brackets stand around each op of a push."""
GZIP_LEVEL = 5


class Problem(Exception):
    """An answer other than 200: ``problem`` names it, ``more`` says what to do."""

    def __init__(self, status: int, problem: str, **more: Any) -> None:
        super().__init__(problem)
        self.status, self.problem, self.more = status, problem, more


@dataclasses.dataclass(frozen=True, kw_only=True)
class Session:
    """Who signed a request. ``behind``: server time less phone time."""

    device: Any
    viewer: Viewer
    behind: dt.timedelta
    at: dt.datetime
    body: bytes
    epoch: int | None


def moment(request: HttpRequest) -> dt.datetime:
    """The one moment a request is judged at."""
    at: dt.datetime = getattr(request, "at", None) or clock.now()
    return at


def body_of(request: HttpRequest) -> bytes:
    """The body as it was before packing. Raises Problem."""
    packed = request.body
    if request.headers.get("Content-Encoding", "") != "gzip":
        if len(packed) > rules.MOST_BYTES_OPENED:
            raise Problem(413, "too_large", text="一次传得太多，请分几次传。")
        return packed
    if len(packed) > rules.MOST_BYTES:
        raise Problem(413, "too_large", text="一次传得太多，请分几次传。")
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        body = unpacker.decompress(packed, rules.MOST_BYTES_OPENED)
    except zlib.error as error:
        raise Problem(400, "malformed") from error
    if unpacker.unconsumed_tail:
        raise Problem(413, "too_large", text="一次传得太多，请分几次传。")
    return body


def json_of(body: bytes) -> Any:
    """The body as JSON. Raises Problem."""
    try:
        return spelling.read(body, around=OF_A_PUSH) if body else {}
    except ValueError as error:
        raise Problem(400, "malformed") from error


def text(body: Mapping[str, Any], name: str, most: int) -> str:
    """One text of what was said, such as a column takes; "" where there is none."""
    return messages.storable(str(body.get(name) or ""))[:most]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Claim:
    """Who says that a request is theirs. ``at`` and ``now``: as the phone spells them."""

    device: uuid.UUID
    at: str
    now: str | None
    signature: str


def claim_of(request: HttpRequest) -> Claim:
    """What a request says of who sent it, before anything is known of them. Raises Problem."""
    match = SCHEME.match(request.headers.get("Authorization", ""))
    if not match:
        raise Problem(401, "bad_signature")
    device, at, now, signature = match.groups()
    try:
        return Claim(device=uuid.UUID(device), at=at, now=now, signature=signature)
    except ValueError as error:
        raise Problem(401, "unknown_device") from error


def signed(request: HttpRequest, *, reads: bool = False) -> Session:
    """Whoever signed the request. ``reads``: it gives data away, so it is good for minutes. Raises Problem.

    Minutes by the server's clock, as far as the phone knows it: a phone whose clock is wrong is told the time and asks
    once more. What writes needs no such limit: sent again it does nothing.
    """
    claim, at = claim_of(request), moment(request)
    bound = devices.bound([claim.device], clock.local_date(at)).get(claim.device)
    session = session_of(request, claim, bound, at)
    if reads and abs(at - EPOCH - dt.timedelta(milliseconds=int(claim.now or claim.at))) > rules.FRESH:
        raise Problem(409, "stale", text="手机不知道现在几点，没有取到。请再试一次。", now=at.isoformat())
    return session


def session_of(request: HttpRequest, claim: Claim, bound: devices.Bound | None, at: dt.datetime) -> Session:
    """The session of a request that its phone has signed. Raises Problem."""
    body = body_of(request)
    if bound is None:
        raise Problem(401, "unknown_device")
    device = bound.device
    try:
        times = f"{claim.at} {claim.now}" if claim.now else claim.at
        message = crypto.signed_text(request.method or "", request.path, times, body)
        crypto.verify(device.public_key, claim.signature, message)
    except crypto.NotOurs as error:
        raise Problem(401, "bad_signature") from error
    if bound.revoked:
        raise revoked()
    if device.confirmed_at is None:
        raise Problem(403, "unconfirmed", text=UNCONFIRMED)
    behind = at - EPOCH - dt.timedelta(milliseconds=int(claim.at))
    return Session(device=device, viewer=bound.viewer, behind=behind, at=at, body=body, epoch=bound.epoch)


UNCONFIRMED = (
    "这部手机是另一部的副本，先不传也不取，内容都在手机里。请社区在“手机”页点“确认这部副本”，之后会自己接着传。"
)


def revoked() -> Problem:
    """The answer to a phone that was taken back: it may only deposit."""
    return Problem(401, "revoked", text="这部手机已停用。请先交回还没传的内容，随后会清空。")


def json_bytes(content: Any) -> bytes:
    """JSON without spaces, in UTF-8; half a character, which a phone may name, as JSON escapes it."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


def with_list(content: Mapping[str, Any], name: str, items: Iterable[bytes]) -> bytes:
    """JSON of an object that is not empty with one more list, whose items are JSON already: a grid's rows are
    spelled once.
    """
    return b"%b,%b:[%b]}" % (json_bytes(content)[:-1], json_bytes(name), b",".join(items))


def answer(request: HttpRequest, content: Any, *, status: int = 200) -> HttpResponse:
    """``content`` as JSON (bytes are JSON already), packed where it is worth it and asked for."""
    body = content if isinstance(content, bytes) else json_bytes(content)
    packed = len(body) > WORTH_PACKING and "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(gzip.compress(body, GZIP_LEVEL) if packed else body, "application/json", status=status)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    return response


def problem(request: HttpRequest, error: Problem) -> HttpResponse:
    """The answer to what went wrong."""
    return answer(request, {"problem": error.problem, **error.more}, status=error.status)


def waiting(request: HttpRequest, error: Any) -> HttpResponse:
    """The answer where somebody holds the grid, or the database is away for a moment: nothing was taken, nothing is
    lost, and in so many seconds the phone asks again. Raises the error where waiting mends nothing.
    """
    wait = waits.wait_for(error)
    if wait is None:
        raise error
    text = f"服务器正忙，内容都在手机里，{wait.seconds} 秒后自己再传。"
    response = answer(request, {"problem": "busy", "seconds": wait.seconds, "text": text}, status=503)
    response.headers["Retry-After"] = str(wait.seconds)
    return response
