"""A stream of any length under a key of its own: 1 MiB frames, each bound to its place and position, the last
one marked.

The key of a member is derived (HKDF-SHA-256) from an envelope key, the backup's random id and the member's name, so
it seals one stream only and the position serves as nonce. A frame that is changed, moved, cut off or of another
backup does not open.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from typing import Protocol

from cryptography.exceptions import InvalidTag

from gridwalk.core import envelope
from gridwalk.operations.backups.errors import BackupError

FRAME = 1 << 20
DAMAGED = "备份文件已损坏或被改过，没有恢复，现有数据没有动。请换一份备份。"


class Sink(Protocol):
    """Anything bytes can be written to."""

    def write(self, data: bytes, /) -> object: ...


class Source(Protocol):
    """Anything bytes can be read from."""

    def read(self, n: int, /) -> bytes: ...


class Sealer:
    """Seals what is written to it; ``close`` writes the last frame.

    ``sha256`` and ``n_bytes`` are those of the plain text.
    """

    def __init__(self, out: Sink, *, alg: str, key: bytes, place: str) -> None:
        self._out = out
        self._cipher = envelope.cipher(alg, key)
        self._place = place
        self._waiting = bytearray()
        self._index = 0
        self._digest = hashlib.sha256()
        self.n_bytes = 0

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def write(self, data: bytes) -> None:
        """Add ``data`` to the stream."""
        self._digest.update(data)
        self.n_bytes += len(data)
        self._waiting += data
        while len(self._waiting) > FRAME:
            self._frame(bytes(self._waiting[:FRAME]), last=False)
            del self._waiting[:FRAME]

    def close(self) -> None:
        """Write the frame that ends the stream."""
        self._frame(bytes(self._waiting), last=True)

    def _frame(self, data: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._index), data, _aad(self._place, self._index, last=last))
        self._out.write(struct.pack(">BI", last, len(sealed)) + sealed)
        self._index += 1


def opened(source: Source, *, alg: str, key: bytes, place: str) -> Iterator[bytes]:
    """The plain text, frame by frame. Raises BackupError."""
    cipher = envelope.cipher(alg, key)
    index, last = 0, False
    while not last:
        head = source.read(5)
        if len(head) < 5:
            raise BackupError(DAMAGED)
        last_byte, length = struct.unpack(">BI", head)
        last = bool(last_byte)
        if length > FRAME + envelope.TAG_BYTES:
            raise BackupError(DAMAGED)
        try:
            yield cipher.decrypt(_nonce(index), source.read(length), _aad(place, index, last=last))
        except (InvalidTag, ValueError) as error:
            raise BackupError(DAMAGED) from error
        index += 1
    if source.read(1):
        raise BackupError(DAMAGED)


def _nonce(index: int) -> bytes:
    return index.to_bytes(12, "big")


def _aad(place: str, index: int, *, last: bool) -> bytes:
    return f"{place}|{index}|{int(last)}".encode()
