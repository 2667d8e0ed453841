"""Bytes on disk under an envelope: 1 MiB frames, each bound to its file and position, so none can be moved or cut."""

from __future__ import annotations

import datetime as dt
import os
import struct
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from gridwalk.core import envelope

FRAME = 1 << 20
MAGIC = b"GWF1"


def path_of(file_id: uuid.UUID) -> Path:
    """Where the encrypted bytes of a stored file lie."""
    return Path(settings.DATA_DIR) / "files" / str(file_id)[-2:] / str(file_id)


def write(file_id: uuid.UUID, data: bytes) -> None:
    """Store ``data`` encrypted; the file appears whole or not at all."""
    _write(path_of(file_id), data, place=f"file|{file_id}")


def write_beside(file_id: uuid.UUID, data: bytes) -> None:
    """Keep beside a stored file, encrypted like it, what was made of it at a cost and can be made again.

    It goes with the file; before that whenever bytes without a row are cleared away, or their key is taken out of use.
    """
    _write(_beside(file_id), data, place=f"beside|{file_id}", lasts=False)


def _beside(file_id: uuid.UUID) -> Path:
    return path_of(file_id).with_suffix(".made")


def _write(target: Path, data: bytes, *, place: str, lasts: bool = True) -> None:
    """``lasts``: wait until the disk has it; what can be made again is made again where a power cut took it."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = target.with_suffix(f"{target.suffix}.part")
    n_frames = max(1, -(-len(data) // FRAME))
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        alg = settings.ENVELOPE_ALG.encode()
        key_id = envelope.active().encode()
        out.write(MAGIC + struct.pack(">BBI", len(alg), len(key_id), n_frames) + alg + key_id)
        for index in range(n_frames):
            frame = data[index * FRAME : (index + 1) * FRAME]
            _, nonce, sealed = envelope.seal_bytes(frame, aad=f"{place}|{index}|{n_frames}")
            out.write(struct.pack(">I", len(sealed)) + nonce + sealed)
        out.flush()
        if lasts:
            os.fsync(out.fileno())
    partial.replace(target)


def written_before(moment: dt.datetime) -> Iterator[Path]:
    """What lies where files are stored and was last written before a moment; half a file of a killed program too."""
    for path in (Path(settings.DATA_DIR) / "files").glob("*/*"):
        if path.stat().st_mtime < moment.timestamp():
            yield path


def read(file_id: uuid.UUID) -> bytes:
    """The bytes as they were given. Raises FileNotFoundError, envelope.EnvelopeError."""
    return _read(path_of(file_id), place=f"file|{file_id}")


def read_or_none(file_id: uuid.UUID) -> bytes | None:
    """The same; None where the file is gone. Raises envelope.EnvelopeError."""
    try:
        return read(file_id)
    except FileNotFoundError:
        return None


def read_beside(file_id: uuid.UUID) -> bytes | None:
    """What is kept beside a stored file; None where nothing is, or nothing that opens."""
    try:
        return _read(_beside(file_id), place=f"beside|{file_id}")
    except (FileNotFoundError, envelope.EnvelopeError):
        return None


def _read(path: Path, *, place: str) -> bytes:
    with path.open("rb") as source:
        if source.read(4) != MAGIC:
            raise envelope.EnvelopeError("not a stored file")
        try:
            return b"".join(_frames(source, place))
        except (struct.error, UnicodeDecodeError) as error:
            raise envelope.EnvelopeError("the stored file is cut or changed") from error


def key_of(file_id: uuid.UUID) -> str:
    """The id of the key a file is sealed under. Raises FileNotFoundError, envelope.EnvelopeError."""
    with path_of(file_id).open("rb") as source:
        try:
            if source.read(4) != MAGIC:
                raise envelope.EnvelopeError("not a stored file")
            n_alg, n_key, _ = struct.unpack(">BBI", source.read(6))
            source.read(n_alg)
            return source.read(n_key).decode()
        except (struct.error, UnicodeDecodeError) as error:
            raise envelope.EnvelopeError("the stored file is cut or changed") from error


def _frames(source: BinaryIO, place: str) -> Iterator[bytes]:
    n_alg, n_key, n_frames = struct.unpack(">BBI", source.read(6))
    alg, key_id = source.read(n_alg).decode(), source.read(n_key).decode()
    for index in range(n_frames):
        (length,) = struct.unpack(">I", source.read(4))
        if length > FRAME + envelope.TAG_BYTES:
            raise envelope.EnvelopeError("no frame is that long")
        nonce, sealed = source.read(12), source.read(length)
        if len(sealed) != length:
            raise envelope.EnvelopeError("the stored file is cut")
        yield envelope.open_bytes(alg, key_id, nonce, sealed, aad=f"{place}|{index}|{n_frames}")


def erase(file_id: uuid.UUID) -> None:
    """Remove the bytes, and what is kept beside them; nothing happens where they are gone already."""
    for target in (path_of(file_id), _beside(file_id)):
        target.unlink(missing_ok=True)
        target.with_suffix(f"{target.suffix}.part").unlink(missing_ok=True)
