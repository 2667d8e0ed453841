"""Bodies are read whole or refused by name, and whatever was kept of one makes room again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from granian.rsgi import ProtocolClosed  # type: ignore[attr-defined] # passed on from elsewhere

from gridwalk.config import bodies
from gridwalk.config.bodies import SMALL, Bodies, Refused

MOST = 3 * SMALL
ROOM = 4 * SMALL


class Sender:
    """What a client sends: some pieces, and at the end it closes, or says nothing more."""

    def __init__(self, *pieces: bytes, closes: bool = False, hangs: bool = False) -> None:
        self.pieces, self.closes, self.hangs = pieces, closes, hangs
        self.n_asked = 0

    async def _end(self) -> None:
        if self.closes:
            raise ProtocolClosed
        if self.hangs:
            await asyncio.sleep(60)

    async def __call__(self) -> bytes:
        self.n_asked += 1
        await self._end()
        return b"".join(self.pieces)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece
        await self._end()


def read(sender: Sender, kept: Bodies, **headers: str) -> bytes | int:
    """The body, or the status it is refused with."""
    names: Mapping[str, str] = {name.replace("_", "-"): value for name, value in headers.items()}
    scope: Any = SimpleNamespace(headers=names)
    sending: Any = sender
    try:
        return asyncio.run(kept.read(scope, sending, most=MOST))
    except Refused as refused:
        return refused.status


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "SECONDS", 0.05)
    monkeypatch.setattr(bodies, "SLOWEST", 1 << 40)


LONG = b"x" * (SMALL + 1)


@pytest.mark.parametrize(
    ("sender", "headers", "answer", "kept"),
    [
        (Sender(), {}, b"", 0),
        (Sender(), {"content_length": "0"}, b"", 0),
        (Sender(b"abc"), {"content_length": "3"}, b"abc", 0),
        (Sender(b"x" * SMALL), {"content_length": str(SMALL)}, b"x" * SMALL, 0),
        (Sender(LONG), {"content_length": str(SMALL + 1)}, LONG, SMALL + 1),
        (Sender(b"ab", b"c"), {"transfer_encoding": "chunked"}, b"abc", 0),
        (Sender(LONG), {"transfer_encoding": "chunked"}, LONG, SMALL + 1),
        (Sender(b"x" * MOST), {"content_length": str(MOST)}, b"x" * MOST, MOST),
        (Sender(), {"content_length": str(MOST + 1)}, 413, 0),
        (Sender(b"x" * MOST, b"x"), {"transfer_encoding": "chunked"}, 413, 0),
        (Sender(LONG), {"content_length": str(SMALL + 2)}, 400, 0),
        (Sender(b"ab", b"", b""), {"transfer_encoding": "chunked"}, 400, 0),
        (Sender(b"ab", b""), {"transfer_encoding": "chunked"}, b"ab", 0),
        (Sender(closes=True), {"content_length": "3"}, 400, 0),
        (Sender(LONG, closes=True), {"content_length": str(SMALL + 2)}, 400, 0),
        (Sender(hangs=True), {"content_length": "3"}, 408, 0),
        (Sender(LONG, hangs=True), {"content_length": str(SMALL + 2)}, 408, 0),
    ],
)
def test_a_body_is_read_whole_or_refused(
    sender: Sender, headers: dict[str, str], answer: bytes | int, kept: int
) -> None:
    own = Bodies(ROOM)
    assert read(sender, own, **headers) == answer
    assert own.room == ROOM - kept
    if isinstance(answer, bytes):
        own.release(answer)
        assert own.room == ROOM


def test_long_bodies_that_find_no_room_are_refused_and_take_none() -> None:
    own = Bodies(2 * SMALL)
    first = read(Sender(LONG), own, content_length=str(SMALL + 1))
    assert read(Sender(LONG), own, content_length=str(SMALL + 1)) == 503
    assert read(Sender(b"abc"), own, content_length="3") == b"abc", "short ones go on"
    assert isinstance(first, bytes)
    own.release(first)
    assert read(Sender(b"x" * 2 * SMALL), own, content_length=str(2 * SMALL)) == b"x" * 2 * SMALL


def test_nobody_is_asked_for_a_body_that_is_not_there() -> None:
    sender = Sender()
    assert read(sender, Bodies(ROOM), content_length="0") == b""
    assert sender.n_asked == 0
