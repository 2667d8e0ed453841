"""Reads of streams, history, receipts. Rooms above decide who may see which entity before they ask here."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from gridwalk.core.models import AuditEntry, Change, Receipt, Stream


class NotHere(Exception):
    """No such object for this viewer: the same whether it is absent or not theirs."""

    def __str__(self) -> str:
        return "没有这一条，或不在您的范围内。"


def receipt(key: str) -> dict[str, Any] | None:
    """What came of the thing done under ``key``; None where it has not been done."""
    found = Receipt.objects.filter(key=key).first()
    return None if found is None else found.result


def receipts(keys: Iterable[str]) -> set[str]:
    """Those of ``keys`` that have been done."""
    return set(Receipt.objects.filter(key__in=list(keys)).values_list("key", flat=True))


def stream_versions(codes: Iterable[str]) -> dict[str, int]:
    """The present version of each stream."""
    return dict(Stream.objects.filter(code__in=list(codes)).values_list("code", "version"))


def history(entities: Iterable[uuid.UUID], *, limit: int = 200) -> list[Change]:
    """The changes of these entities, newest first."""
    return list(Change.objects.filter(entity__in=list(entities)).order_by("-at", "-id")[:limit])


def audit_of(subjects: Iterable[uuid.UUID], *, limit: int = 200) -> list[AuditEntry]:
    """What was done to these subjects, newest first (who looked, why)."""
    return list(AuditEntry.objects.filter(subject__in=list(subjects)).order_by("-at")[:limit])
