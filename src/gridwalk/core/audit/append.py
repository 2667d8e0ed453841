"""Adding lines to the audit's chains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings

from gridwalk.core import bulk, envelope, plain
from gridwalk.core.audit import chain
from gridwalk.core.models import AuditChain, AuditEntry

ENDS = "t.code = ANY(%s) ORDER BY t.code FOR UPDATE"
HASHED = ("id", "at", "verb", "actor", "actor_name", "scope", "kind", "subject", "data", "reason")


def line(entry: AuditEntry) -> dict[str, Any]:
    """What of an entry goes into its hash: all of it, with its place."""
    return {name: getattr(entry, name) for name in (*HASHED, "chain", "seq")}


def append(entries: Sequence[AuditEntry]) -> None:
    """Insert entries, each linked to the one before it in its chain; runs inside the action's transaction.

    The chain of a held stream is guarded by that stream's lock; the others are locked here, at the end of the
    transaction, in the order of their names. Three statements, however many entries.
    """
    if not entries:
        return
    by_chain: dict[str, list[AuditEntry]] = {}
    for entry in entries:
        by_chain.setdefault(entry.chain, []).append(entry)
    ends, key = _locked(by_chain), envelope.mark_key("audit")
    for code, lines in by_chain.items():
        end = ends[code]
        for entry in lines:
            end.seq += 1
            entry.seq = end.seq
            end.head = entry.hash = chain.link(end.head, line(entry), alg=settings.AUDIT_HASH, key=key)
    bulk.insert(entries)
    bulk.update(list(ends.values()), ["seq", "head"])


def _locked(codes: Iterable[str]) -> Mapping[str, AuditChain]:
    """The ends of these chains, locked; those that do not exist yet are begun."""
    wanted = sorted(codes)
    ends = {end.code: end for end in plain.select(AuditChain, ENDS, [wanted])}
    if len(ends) < len(wanted):
        missing = [AuditChain(code=code) for code in wanted if code not in ends]
        bulk.begin(missing)
        ends = {end.code: end for end in plain.select(AuditChain, ENDS, [wanted])}
    return ends
