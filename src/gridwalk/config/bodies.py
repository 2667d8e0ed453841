"""Bodies of requests: read whole before a thread or a connection is taken, in a time and of a size that are bounded.

Whoever sends one byte a second, or half of a body and nothing more, costs a connection of the network and what has
come so far, and is answered 408 when the time is over.
"""

from __future__ import annotations

import asyncio

from granian.rsgi import HTTPProtocol, ProtocolClosed, Scope  # type: ignore[attr-defined] # passed on from elsewhere

SMALL = 64 << 10
"""What is so short is read in one piece; all that can be under way is bounded by the number of connections."""
SECONDS = 20
SLOWEST = 32 << 10
"""Bytes a second that a long body may take: a ledger of 64 MB over a thin line has some half an hour."""
ROOM = 256 << 20
"""Bytes of long bodies that one process keeps at once."""


class Refused(Exception):
    """A body that is not taken; ``status``: 400 it broke off, 408 too slow, 413 too long, 503 no room just now."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Bodies:
    """The bodies that one process reads and keeps; for one event loop."""

    def __init__(self, room: int = ROOM) -> None:
        self.room = room

    async def read(self, scope: Scope, protocol: HTTPProtocol, *, most: int) -> bytes:
        """The whole body, ``b""`` where there is none; ``release`` lets go of it. Raises Refused."""
        length = scope.headers.get("content-length")
        if length is None and "transfer-encoding" not in scope.headers:
            return b""
        size = int(length or 0)
        if size > most:
            raise Refused(413)
        try:
            async with asyncio.timeout(SECONDS + size // SLOWEST):
                if length is not None and size <= SMALL:
                    return await protocol() if size else b""
                return await self._long(protocol, most=most, size=None if length is None else size)
        except TimeoutError as error:
            raise Refused(408) from error
        except ProtocolClosed as error:
            raise Refused(400) from error

    async def _long(self, protocol: HTTPProtocol, *, most: int, size: int | None) -> bytes:
        """Piece by piece. A body in chunks that breaks off ends like a whole one, but for one more empty piece."""
        pieces, n, n_empty = [], 0, 0
        try:
            async for piece in protocol:
                n += len(piece)
                self.room -= len(piece)
                n_empty += not piece
                if n > most:
                    raise Refused(413)
                if self.room < 0:
                    raise Refused(503)
                pieces.append(piece)
            if n_empty > 1 or n != (n if size is None else size):
                raise Refused(400)
        except BaseException:
            self.room += n
            raise
        body = b"".join(pieces)
        if n <= SMALL:
            self.room += n
        return body

    def release(self, body: bytes) -> None:
        """The request is answered: there is room for another one."""
        if len(body) > SMALL:
            self.room += len(body)
