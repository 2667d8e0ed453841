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
    """``what``: a kind of data, or an entity's kind with its ``id``; ``at``: the moment it was erased (UTC, ISO).

    ``status``, ``ended_on``: how and on which day a person was de-registered before; older data may not know it.
    """

    what: str
    id: str
    at: str
    status: str = ""
    ended_on: str = ""


def path() -> Path:
    """Where this installation keeps its ledger."""
    return Path(settings.DATA_DIR) / NAME


def note(lines: Iterable[Line]) -> None:
    """Append lines to the ledger, on the disk before this returns; and beside the nightly backups, where they can
    be reached.
    """
    noted = set(read(path().parent))
    new = [erasure for erasure in lines if erasure not in noted]
    if not new:
        return
    _append(path(), new)
    if settings.BACKUP_DIR:
        with contextlib.suppress(OSError):  # that disk may be away: the next backup brings the ledger with it
            put_beside(Path(settings.BACKUP_DIR))


def line(what: str, *, at: dt.datetime, id: object = "", status: str = "", ended_on: dt.date | None = None) -> Line:
    """One line of the ledger."""
    ended = ended_on.isoformat() if ended_on else ""
    return Line(what, str(id), at.astimezone(dt.UTC).isoformat(), status, ended)


def put_beside(folder: Path) -> None:
    """Bring the ledger in a folder of backups up to date; what already stands there stays. Raises OSError."""
    noted = set(read(folder))
    new = [erasure for erasure in read(path().parent) if erasure not in noted]
    if new:
        _append(folder / NAME, new)


def read(*folders: Path) -> list[Line]:
    """All lines of the ledgers in these folders that are ours, each once, in order of time."""
    noted: set[Line] = set()
    for folder in folders:
        with contextlib.suppress(FileNotFoundError):
            for text in (folder / NAME).read_text("utf-8", errors="replace").splitlines():
                erasure = _parsed(text)
                if erasure is not None:
                    noted.add(erasure)
    return sorted(noted, key=lambda erasure: (erasure.at, erasure))


def _append(target: Path, lines: Iterable[Line]) -> None:
    text = "".join(json.dumps({**dataclasses.asdict(erasure), "mac": _mac(erasure)}) + "\n" for erasure in lines)
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
        record = json.loads(text)
        ended = (str(record.get("status", "")), str(record.get("ended_on", "")))  # older lines do not say
        erasure = Line(str(record["what"]), str(record["id"]), str(record["at"]), *ended)
        dt.datetime.fromisoformat(erasure.at)
        return erasure if hmac.compare_digest(str(record["mac"]), _mac(erasure)) else None
    except (ValueError, KeyError, TypeError):
        return None


def _mac(erasure: Line) -> str:
    ended = (erasure.status, erasure.ended_on) if erasure.status else ()
    text = "|".join(("erasure", erasure.what, erasure.id, erasure.at, *ended))
    return hmac.new(settings.BLIND_INDEX_KEY, text.encode(), hashlib.sha256).hexdigest()[:32]
