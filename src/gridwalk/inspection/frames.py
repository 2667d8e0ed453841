"""A frozen frame as a file: a line a door, sorted, so that the same doors are the same bytes."""

from __future__ import annotations

from collections.abc import Iterable

from gridwalk.method.sampling.draws import Unit


class FrameError(Exception):
    """A file that is no frame of ours."""


def written(frame: Iterable[Unit]) -> bytes:
    """The file of a frame."""
    return "\n".join("\t".join(unit) for unit in sorted(frame)).encode()


def read(content: bytes) -> list[Unit]:
    """The frame of a file. Raises FrameError."""
    try:
        rows = [line.split("\t") for line in content.decode().splitlines()]
    except UnicodeDecodeError as error:
        raise FrameError("no text") from error
    if any(len(row) != len(Unit._fields) for row in rows):
        raise FrameError("no four columns")
    return [Unit(*row) for row in rows]
