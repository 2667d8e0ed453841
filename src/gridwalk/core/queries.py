"""Reads of streams, history, receipts. Rooms above decide who may see which entity before they ask here."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.db.models.functions import Left, TruncDate

from gridwalk.core import clock
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.audit.work import WORK
from gridwalk.core.models import AuditEntry, Change, Receipt, Stream


class NotHere(Exception):
    """No such object for this viewer: the same whether it is absent or not theirs."""

    def __str__(self) -> str:
        return "没有这一条，或不在您的范围内。"


def receipt(key: str) -> dict[str, Any] | None:
    """What came of the thing done under ``key``; None where it has not been done."""
    stored = Receipt.objects.filter(key=key).first()
    return None if stored is None else stored.result


def receipts(keys: Iterable[str]) -> set[str]:
    """Those of ``keys`` that have been done."""
    return set(Receipt.objects.filter(key__in=list(keys)).values_list("key", flat=True))


def receipt_results(keys: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """What came of those of ``keys`` that have been done."""
    return dict(Receipt.objects.filter(key__in=list(keys)).values_list("key", "result"))


def stream_versions(codes: Iterable[str]) -> dict[str, int]:
    """The present version of each stream."""
    return dict(Stream.objects.filter(code__in=list(codes)).values_list("code", "version"))


def history(entities: Iterable[uuid.UUID], *, limit: int = 200) -> list[Change]:
    """The changes of these entities, newest first."""
    return list(Change.objects.filter(entity__in=list(entities)).order_by("-at", "-id")[:limit])


def audit_of(subjects: Iterable[uuid.UUID], *, limit: int = 200) -> list[AuditEntry]:
    """What was done to these subjects, newest first (who looked, why)."""
    return list(AuditEntry.objects.filter(subject__in=list(subjects)).order_by("-at")[:limit])


def in_scopes(scopes: Iterable[str], path: str) -> Q:
    """The condition that the code at ``path`` lies in one of these scopes (code prefixes); of no scope: nowhere."""
    condition = Q(pk__in=[])
    for scope in scopes:
        condition |= Q(**{f"{path}__startswith": scope})
    return condition


@dataclasses.dataclass(frozen=True)
class WorkDay:
    """That some work was done on a day in a community: not by whom, not when, not how often."""

    on: dt.date
    area: str
    verb: AuditVerb


COMMUNITY_DIGITS = 12
"""A grid is one person's work, so work is told by community."""


def work_by_day(scopes: Sequence[str], *, since: dt.datetime, until: dt.datetime) -> list[WorkDay]:
    """What work was done inside some scopes between two moments, by day and community, the last day first."""
    rows = AuditEntry.objects.filter(in_scopes(scopes, "scope"), verb__in=WORK, at__gte=since, at__lt=until)
    days = rows.annotate(on=TruncDate("at", tzinfo=clock.LOCAL), area=Left("scope", COMMUNITY_DIGITS))
    told = days.values_list("on", "area", "verb").distinct().order_by("-on", "area", "verb")
    return [WorkDay(on, area, AuditVerb(verb)) for on, area, verb in told]


def entries_of(
    actor: uuid.UUID, *, since: dt.datetime, until: dt.datetime, limit: int = 100, offset: int = 0
) -> list[AuditEntry]:
    """What one person did between two moments, newest first: for themselves, and for who investigates it."""
    rows = AuditEntry.objects.filter(actor=actor, at__gte=since, at__lt=until)
    return list(rows.order_by("-at", "-id")[offset : offset + limit])


def n_audited(actor: uuid.UUID | None, verb: AuditVerb, *, since: dt.datetime) -> int:
    """How often ``actor`` has done that since a moment."""
    return AuditEntry.objects.filter(actor=actor, verb=verb, at__gt=since).count()


def n_audited_of(subject: uuid.UUID | None, verb: AuditVerb, *, since: dt.datetime) -> int:
    """How often that was done to ``subject`` since a moment."""
    return AuditEntry.objects.filter(subject=subject, verb=verb, at__gt=since).count()


def last_audited(subject: uuid.UUID, verb: AuditVerb) -> dt.datetime | None:
    """When that was last done to a subject."""
    return AuditEntry.objects.filter(subject=subject, verb=verb).order_by("-at").values_list("at", flat=True).first()
