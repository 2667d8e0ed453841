"""Copies of the audit's lines, in a folder on another machine: what is changed or removed here still stands there.

A line of a copy is ``chain seq hash envelope``. Whoever holds the folder alone reads which lines there are, not what
somebody did: that is in the envelope, and nobody is watched from there (red line 2).
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder

from gridwalk.core import envelope, stamps
from gridwalk.core.audit import append
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.audit.verify import Break
from gridwalk.core.models import AuditChain, AuditEntry

PLACE = {"table": "core_auditentry", "column": "copy"}
_NAME = re.compile(r"audit-\d{8}T\d{6}Z\.copy")


def write(folder: Path, *, at: dt.datetime) -> int:
    """Add the lines that no copy in ``folder`` has, as ``audit-<time>.copy``; returns how many. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    ends_file = folder / "ends.json"
    ends: dict[str, int] = json.loads(ends_file.read_text("utf-8")) if ends_file.exists() else {}
    target = stamps.free_name(folder, "audit", ".copy", at=at)
    n = 0
    partial = target.with_suffix(".part")
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        for entry in _new(ends):
            seq = entry.seq or 0
            text = json.dumps(append.line(entry), cls=DjangoJSONEncoder, ensure_ascii=False)
            sealed = envelope.seal(text, **PLACE, row=f"{entry.chain} {seq}")
            out.write(f"{entry.chain} {seq} {entry.hash} {sealed}\n")
            ends[entry.chain] = seq
            n += 1
        out.flush()
        os.fsync(out.fileno())
    partial.replace(target)
    partial.write_text(json.dumps(ends), "utf-8")
    partial.replace(ends_file)
    return n


def _new(ends: dict[str, int]) -> Iterator[AuditEntry]:
    for chain in list(AuditChain.objects.order_by("code")):
        if chain.seq > ends.get(chain.code, 0):
            rows = AuditEntry.objects.filter(chain=chain.code, seq__gt=ends.get(chain.code, 0)).order_by("seq")
            yield from rows.iterator(chunk_size=2000)


def compare(folder: Path) -> list[Break]:
    """The lines of the copies that stand otherwise in the database, or no longer. Raises OSError, ValueError."""
    breaks = []
    for copy in sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name)):
        for chain, lines in _lines(copy).items():
            rows = AuditEntry.objects.filter(chain=chain, seq__gte=min(lines), seq__lte=max(lines))
            standing = dict(rows.values_list("seq", "hash"))
            breaks += [
                Break("copied", chain, seq, was=_told(chain, seq, sealed))
                for seq, (digest, sealed) in lines.items()
                if standing.get(seq) != digest
            ]
    return breaks


def _lines(copy: Path) -> dict[str, dict[int, tuple[str, str]]]:
    by_chain: dict[str, dict[int, tuple[str, str]]] = defaultdict(dict)
    for line in copy.read_text("utf-8").splitlines():
        chain, seq, digest, sealed = line.split(" ")
        by_chain[chain][int(seq)] = digest, sealed
    return by_chain


def _told(chain: str, seq: int, sealed: str) -> str:
    """When, who and what a line was; "" where the key it was copied under is gone."""
    try:
        line = json.loads(envelope.open_(sealed, **PLACE, row=f"{chain} {seq}"))
    except envelope.EnvelopeError:
        return ""
    return f"{line['at'][:16]} {line['actor_name']} {AuditVerb(line['verb']).words}"


def latest() -> dt.datetime | None:
    """When the audit was last copied into the folder of copies."""
    folder = Path(settings.AUDIT_COPIES)
    names = sorted(path.name for path in folder.iterdir() if _NAME.fullmatch(path.name)) if folder.is_dir() else []
    return dt.datetime.strptime(names[-1], "audit-%Y%m%dT%H%M%SZ.copy").replace(tzinfo=dt.UTC) if names else None
