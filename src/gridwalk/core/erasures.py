"""The ledger of what was erased: lines in a file beside the data and beside every backup, so that a restore
erases it again.

A line names an entity by its id or a kind of data by its code, and the moment; never a person. Each carries a MAC
under the key of the blind index: what another installation wrote, or somebody else, is passed over.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import hashlib
import hmac
import json
import os
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

NAME = "erasures.jsonl"


@dataclasses.dataclass(frozen=True, order=True)
class Line:
    """``what``: a kind of data, or an entity's kind with its ``id``; ``at``: the moment it was erased (UTC, ISO)."""

    what: str
    id: str
    at: str


def path() -> Path:
    """Where this installation keeps its ledger."""
    return Path(settings.DATA_DIR) / NAME


def note(lines: Iterable[Line]) -> None:
    """Append lines to the ledger, on the disk before this returns; and beside the nightly backups, where they can
    be reached.
    """
    known = set(read(path().parent))
    new = [one for one in lines if one not in known]
    if not new:
        return
    _append(path(), new)
    if settings.BACKUP_DIR:
        with contextlib.suppress(OSError):  # that disk may be away: the next backup brings the ledger with it
            put_beside(Path(settings.BACKUP_DIR))


def line(what: str, *, at: dt.datetime, id: object = "") -> Line:
    """One line of the ledger."""
    return Line(what, str(id), at.astimezone(dt.UTC).isoformat())


def put_beside(folder: Path) -> None:
    """Bring the ledger in a folder of backups up to date; what already stands there stays. Raises OSError."""
    known = set(read(folder))
    new = [one for one in read(path().parent) if one not in known]
    if new:
        _append(folder / NAME, new)


def read(*folders: Path) -> list[Line]:
    """All lines of the ledgers in these folders that are ours, each once, in order of time."""
    found: set[Line] = set()
    for folder in folders:
        with contextlib.suppress(FileNotFoundError):
            for text in (folder / NAME).read_text("utf-8", errors="replace").splitlines():
                one = _parsed(text)
                if one is not None:
                    found.add(one)
    return sorted(found, key=lambda one: (one.at, one))


def _append(target: Path, lines: Iterable[Line]) -> None:
    text = "".join(json.dumps({**dataclasses.asdict(one), "mac": _mac(one)}) + "\n" for one in lines)
    descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "r+b") as out:
        if out.seek(0, os.SEEK_END):
            out.seek(-1, os.SEEK_END)
            if out.read(1) != b"\n":  # a line was cut by a full disk or a cut power line
                text = "\n" + text
        out.write(text.encode())
        out.flush()
        os.fsync(out.fileno())


def _parsed(text: str) -> Line | None:
    try:
        said = json.loads(text)
        one = Line(str(said["what"]), str(said["id"]), str(said["at"]))
        dt.datetime.fromisoformat(one.at)
        return one if hmac.compare_digest(str(said["mac"]), _mac(one)) else None
    except (ValueError, KeyError, TypeError):
        return None


def _mac(one: Line) -> str:
    text = "|".join(("erasure", one.what, one.id, one.at))
    return hmac.new(settings.BLIND_INDEX_KEY, text.encode(), hashlib.sha256).hexdigest()[:32]
