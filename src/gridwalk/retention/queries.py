"""What is over its time: the same conditions for the report and for the erasing (``actions``)."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Collection
from typing import Any

from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.db.models import DateTimeField, ExpressionWrapper, F, Min, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast, Coalesce

from gridwalk.core import clock
from gridwalk.core.models import Change, StoredFile
from gridwalk.followup.models import Entry, Matter, Meeting
from gridwalk.inspection.models import DrawnStairwell, SampledDoor
from gridwalk.lists.models import Export
from gridwalk.notices.models import Notice
from gridwalk.operations.models import Investigation
from gridwalk.reconcile.models import Comparison, Import, SideRow, StagedRow, Unmatched
from gridwalk.registry import predicates
from gridwalk.registry.models import (
    CaseDecision,
    Difference,
    Dwelling,
    Facility,
    HandedInNumber,
    Organization,
    Person,
    Recheck,
    Site,
)
from gridwalk.registry.queries import erased
from gridwalk.reports.models import Document
from gridwalk.retention import rules
from gridwalk.retention.models import Run
from gridwalk.retention.rules import Period
from gridwalk.sync.models import ActivationCode, Attempts, Deposit, Op
from gridwalk.upkeep.models import Plan
from gridwalk.visits.models import Round, Visit

Part = tuple[QuerySet[Any], str]
"""Rows over their time, and the column their time counts from."""


def _files(cut: dt.datetime) -> list[Part]:
    return [(StoredFile.objects.filter(expires_at__lte=cut, erased_at__isnull=True), "expires_at")]


def with_samples(table: type[Import] | type[Comparison]) -> QuerySet[Any]:
    """Imports or comparisons that still keep the sample cells their columns were recognised by."""
    text = Cast("mapping", TextField())
    return table._default_manager.annotate(read_as=text).filter(read_as__contains='"sample": ["')


def _staged(cut: dt.datetime) -> list[Part]:
    over = Q(state__in=("done", "failed", "cancelled", "undone"), over_at__lt=cut)
    rows = StagedRow.objects.annotate(over_at=Coalesce(F("of__finished_at"), F("of__created_at")))
    when = Coalesce(F("finished_at"), F("created_at"))
    imports_over = Import.objects.annotate(over_at=when).filter(over)
    imports = with_samples(Import).annotate(over_at=when)
    return [
        (rows.filter(of__in=imports_over).exclude(values={}, faults=[]), "over_at"),
        (imports.filter(over), "over_at"),
    ]


def _compared(cut: dt.datetime) -> list[Part]:
    over = Q(state__in=("done", "failed", "cancelled", "undone"), over_at__lt=cut)
    return [
        (SideRow.every.filter(at__lt=cut), "at"),
        (Unmatched.objects.filter(decided_at__lt=cut).exclude(state="open").exclude(values={}), "decided_at"),
        (
            with_samples(Comparison).annotate(over_at=Coalesce(F("finished_at"), F("created_at"))).filter(over),
            "over_at",
        ),
    ]


def _ops(cut: dt.datetime) -> list[Part]:
    return [
        (Op.objects.filter(received_at__lt=cut, returned__isnull=True).exclude(body_sealed=""), "received_at"),
    ]


def _quarantine(cut: dt.datetime) -> list[Part]:
    decided = Op.objects.filter(returned__state__in=("released", "set_aside"), returned__decided_at__lt=cut)
    return [(decided.exclude(body_sealed=""), "returned__decided_at")]


def _deposits(cut: dt.datetime) -> list[Part]:
    return [(Deposit.objects.filter(received_at__lt=cut).exclude(sealed=""), "received_at")]


KEPT_OPEN = dt.timedelta(days=730)


def _matters(cut: dt.datetime) -> list[Part]:
    entries = Entry.objects.filter(matter__ended_at__lt=cut)
    return [
        (Matter.objects.filter(ended_at__lt=cut).exclude(text_sealed=""), "ended_at"),
        (entries.exclude(text_sealed=""), "matter__ended_at"),
        # One that nobody ends keeps its text twice as long, not for ever.
        (_open_since(Matter.objects.filter(ended_at=None), cut), "at"),
        (_open_since(Entry.objects.filter(matter__ended_at=None), cut), "at"),
    ]


def _open_since(rows: QuerySet[Any], cut: dt.datetime) -> QuerySet[Any]:
    until = ExpressionWrapper(F("at") + KEPT_OPEN, DateTimeField())
    over: QuerySet[Any] = rows.alias(until=until).filter(until__lt=cut).exclude(text_sealed="")
    return over


def _meetings(cut: dt.datetime) -> list[Part]:
    over = Meeting.objects.annotate(took_place_on=Coalesce(F("held_on"), F("on")))
    over = over.filter(took_place_on__lt=clock.local_date(cut))
    return [(over.exclude(asked="", present="", excused="", practice=""), "took_place_on")]


def _documents(cut: dt.datetime) -> list[Part]:
    return [(Document.objects.filter(at__lt=cut), "at")]


def _askers(cut: dt.datetime) -> list[Part]:
    over = Q(sample__to_on__lt=clock.local_date(cut), inspector__isnull=False)
    return [(table._default_manager.filter(over), "sample__to_on") for table in (SampledDoor, DrawnStairwell)]


def _sessions(cut: dt.datetime) -> list[Part]:
    return [
        (Session.objects.filter(expire_date__lt=cut), "expire_date"),
        (UserSession.objects.filter(created_at__lt=cut), "created_at"),
        (ActivationCode.objects.filter(expires_at__lt=cut), "expires_at"),
        (Attempts.objects.filter(wait_until__lt=cut), "wait_until"),
        (AccessAttempt.objects.filter(attempt_time__lt=cut), "attempt_time"),
    ]


def _handed_in(cut: dt.datetime) -> list[Part]:
    return [(HandedInNumber.objects.filter(at__lt=cut), "at")]


def _notices(cut: dt.datetime) -> list[Part]:
    return [(Notice.objects.filter(told_at__lt=cut), "told_at")]


def _exports(cut: dt.datetime) -> list[Part]:
    return [(Export.objects.filter(at__lt=cut), "at")]


def _differences(cut: dt.datetime) -> list[Part]:
    decided = Difference.objects.filter(decided_at__lt=cut).exclude(state="open").exclude(claimed_hash="")
    proposed = Recheck.objects.filter(decided_at__lt=cut).exclude(state="open").exclude(reason="", note="")
    plans = Plan.objects.filter(decided_at__lt=cut).exclude(reason="", note="", undo_sealed="")
    decisions = CaseDecision.objects.filter(ended_at__lt=cut).exclude(reason="")
    return [(decided, "decided_at"), (proposed, "decided_at"), (plans, "decided_at"), (decisions, "ended_at")]


def _investigations(cut: dt.datetime) -> list[Part]:
    decided = Investigation.objects.exclude(state="proposed").filter(decided_at__lt=cut)
    return [(decided.exclude(reason="", note=""), "decided_at")]


def _visits(cut: dt.datetime) -> list[Part]:
    closed = Q(target__campaign__state="closed", target__campaign__ends_on__lt=clock.local_date(cut))
    return [(Visit.objects.filter(closed).exclude(worker_name=""), "at")]


def _rounds(cut: dt.datetime) -> list[Part]:
    return [(Round.objects.filter(on__lt=clock.local_date(cut)).exclude(worker_name=""), "on")]


def _persons(cut: dt.datetime) -> list[Part]:
    ended = Person.objects.exclude(status="active").filter(ended_on__lt=clock.local_date(cut))
    return [(ended.exclude(erased.GONE), "ended_on")]


def _contacts(cut: dt.datetime) -> list[Part]:
    doors = Dwelling.objects.filter(status="struck_off", ended_on__lt=clock.local_date(cut))
    parts: list[Part] = [(doors.exclude(owner_name="", owner_phone_sealed=""), "ended_on")]
    standing = {Organization: Q(status="active"), Site: Q(status="active"), Facility: predicates.facility_standing()}
    for table, stands in standing.items():
        closing = Change.objects.filter(entity=OuterRef("pk"), field="status").order_by("-at", "-id").values("at")[:1]
        ended: QuerySet[Any] = table._default_manager.exclude(stands).annotate(ended_at=Subquery(closing))
        over = ended.filter(ended_at__lt=cut).exclude(contact_name="", contact_phone_sealed="")
        parts.append((over, "ended_at"))
    return parts


OVER: dict[str, Callable[[dt.datetime], list[Part]]] = {
    "files": _files,
    "staged": _staged,
    "compared": _compared,
    "ops": _ops,
    "quarantine": _quarantine,
    "deposits": _deposits,
    "matters": _matters,
    "meetings": _meetings,
    "documents": _documents,
    "askers": _askers,
    "sessions": _sessions,
    "handed_in": _handed_in,
    "notices": _notices,
    "exports": _exports,
    "differences": _differences,
    "investigations": _investigations,
    "visits": _visits,
    "rounds": _rounds,
    "persons": _persons,
    "contacts": _contacts,
}


def over(period: Period, at: dt.datetime) -> list[QuerySet[Any]]:
    """The rows of one kind that are over their time at a moment, a query set for each table."""
    return [rows for rows, _ in OVER[period.code](period.cut(at))]


@dataclasses.dataclass(frozen=True)
class Due:
    """How many of one kind are over their time, and since when the oldest has been kept."""

    period: Period
    n: int
    oldest: dt.date | None


def due(at: dt.datetime, periods: Collection[Period] = rules.PERIODS) -> list[Due]:
    """What would be erased now; nothing is written."""
    return [_due(period, at) for period in periods]


def _due(period: Period, at: dt.datetime) -> Due:
    n, oldest = 0, []
    for rows, since in OVER[period.code](period.cut(at)):
        n += rows.count()
        first = rows.aggregate(first=Min(since))["first"]
        if first is not None:
            oldest.append(clock.local_date(first) if isinstance(first, dt.datetime) else first)
    return Due(period, n, min(oldest, default=None))


def last_run() -> Run | None:
    """The newest report, None before the first."""
    return Run.objects.order_by("-at").first()
