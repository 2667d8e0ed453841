"""Erasing what is over its time. What goes is what the report says: both ask ``queries.over``."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from gridwalk.accounts.rules import Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock, erasures, hanging
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.erasures import Line
from gridwalk.reconcile.models import StagedRow, Unmatched
from gridwalk.registry import columns
from gridwalk.registry.models import Difference, Erased, Recheck, TakeOver
from gridwalk.registry.rules import CONTACTS
from gridwalk.retention import queries, rules
from gridwalk.retention.actions import ops, people
from gridwalk.retention.actions.people import Erasing
from gridwalk.retention.models import Run
from gridwalk.retention.queries import Due
from gridwalk.retention.rules import Period
from gridwalk.sync.erased import Erasure
from gridwalk.upkeep.models import Plan
from gridwalk.visits.models import Visit

Rows = list[QuerySet[Any]]


def apply(*, actor: Viewer, at: dt.datetime, periods: Sequence[Period], why: str = "period") -> dict[str, int]:
    """Erase what is over its time of these kinds, one transaction each (a person each); returns how many by kind.

    Broken off, the next call goes on with the rest. The report of the moment before is kept (``queries.last_run``).
    """
    due = queries.due(at)
    done = {period.code: _apply(period, actor, at, why, as_of=at) for period in periods}
    _keep_report(due, done, actor=actor, at=at)
    return done


def report(*, actor: Viewer, at: dt.datetime) -> None:
    """Keep a report without erasing anything."""
    _keep_report(queries.due(at), {}, actor=actor, at=at)


def _keep_report(due: Sequence[Due], done: dict[str, int], *, actor: Viewer, at: dt.datetime) -> None:
    rows = [
        {
            "code": over.period.code,
            "n": over.n,
            "oldest": over.oldest.isoformat() if over.oldest else None,
            "erased": done.get(over.period.code),
        }
        for over in due
    ]
    Run.objects.create(at=at, actor_name=actor.name, rows=rows)


def _apply(period: Period, actor: Viewer, at: dt.datetime, why: str, *, as_of: dt.datetime) -> int:
    rows = queries.over(period, as_of)
    if period.code == "persons":
        return people.erase(actor=actor, at=at, persons=list(rows[0].values_list("pk", flat=True)), why=why)
    if period.code == "files":
        return core.erase_expired_files(actor=actor, at=at)
    if not any(part.exists() for part in rows):
        return 0
    with core.write_to(actor=actor, at=at) as writing:
        n = _contacts(writing, rows, why) if period.code == "contacts" else _STEPS[period.code](rows)
        writing.audit(AuditVerb.RETENTION_ERASED, kind="retention", data={"kind": period.code, "n": n, "why": why})
        erasures.note([erasures.line(period.code, at=as_of)])
    return n


def _delete(rows: Rows) -> int:
    n = sum(part.count() for part in rows)
    for part in rows:
        part.delete()
    return n


def _blank(**columns: Any) -> Callable[[Rows], int]:
    return lambda rows: sum(part.model._default_manager.filter(pk__in=_ids(part)).update(**columns) for part in rows)


def _ids(rows: QuerySet[Any]) -> list[Any]:
    return list(rows.values_list("pk", flat=True))


def _staged(rows: Rows) -> int:
    staged, imports = rows
    n = people.clear_samples(imports)  # first: which rows are over their time is asked of the imports
    return n + _blank(**hanging.blank_columns(StagedRow))([staged])


def _compared(rows: Rows) -> int:
    sides, unmatched, comparisons = rows
    n = _delete([sides]) + _blank(**hanging.blank_columns(Unmatched))([unmatched])
    return n + people.clear_samples(comparisons)


def _differences(rows: Rows) -> int:
    decided, proposed, plans, decisions = rows
    cleared: dict[str, Any] = {"current": None, "claimed": None, "claimed_hash": "", "evidence": {}, "reason": ""}
    over = _ids(decided)  # once they are cleared they are over their time no more
    n = Difference.objects.filter(pk__in=over).update(**cleared)
    TakeOver.objects.filter(difference__in=over).update(**hanging.blank_columns(TakeOver))
    n += _blank(**hanging.blank_columns(Recheck))([proposed]) + _blank(reason="")([decisions])
    return n + people.clear_plans(Plan.objects.filter(pk__in=_ids(plans)))


def _visits(rows: Rows) -> int:
    (over,) = rows
    return Visit.objects.filter(pk__in=_ids(over)).update(
        worker=None, worker_name="", revisit_at=None, withdrawn_reason=""
    )


def _contacts(writing: Writing, rows: Rows, why: str) -> int:
    entities: list[Any] = [entity for part in rows for entity in part]
    for entity in entities:
        people.erase_contact(entity, why=why, at=writing.at)
    _forget_contacts(writing, entities)
    return len(entities)


def _forget_contacts(writing: Writing, places: Sequence[Any]) -> None:
    if places:
        erasure = Erasure(places=frozenset(place.pk for place in places))
        ops.forget(writing, erasure, ops.of_communities({place.grid_id for place in places}))


_STEPS: dict[str, Callable[[Rows], int]] = {
    "staged": _staged,
    "compared": _compared,
    "ops": _blank(body_sealed="", text=""),
    "quarantine": _blank(body_sealed="", text=""),
    "deposits": _blank(sealed=""),
    "matters": _blank(text_sealed=""),
    "meetings": _blank(asked="", present="", excused="", practice=""),
    "documents": _delete,
    "askers": _blank(inspector=None),
    "sessions": _delete,
    "handed_in": _delete,
    "notices": _delete,
    "exports": _delete,
    "differences": _differences,
    "investigations": _blank(reason="", note=""),
    "visits": _visits,
    "rounds": _blank(worker=None, worker_name="", note="", withdrawn_reason=""),
}


def replay(*, actor: Viewer, at: dt.datetime, folders: Sequence[Path]) -> int:
    """After a restore, erase again what the ledgers in ``folders`` say was erased; returns how many things.

    Runs on the restored database before it is switched to. Of a kind of data, what was over its time at its last
    erasure goes; files over theirs go always, for the restore has put them back.
    """
    lines = erasures.read(*folders)
    n = _replay_persons(lines, actor=actor, at=at) + _replay_contacts(lines, actor=actor, at=at)
    last = {line.what: dt.datetime.fromisoformat(line.at) for line in lines if line.what in rules.BY_CODE}
    for code, then in last.items():
        n += _apply(rules.BY_CODE[code], actor, at, "restore", as_of=then)
    return n + core.erase_expired_files(actor=actor, at=at)


def _replay_persons(lines: Sequence[Line], *, actor: Viewer, at: dt.datetime) -> int:
    """Who was erased is erased again, and de-registered as before, though these data knew nothing of either."""
    before: dict[uuid.UUID, Erasing] = {}
    for line in lines:
        if line.what == "person":
            then = dt.datetime.fromisoformat(line.at)
            ended_on = dt.date.fromisoformat(line.ended_on) if line.ended_on else clock.local_date(then)
            before.setdefault(uuid.UUID(line.id), Erasing(then, line.status or "struck_off", ended_on))
    n = people.erase(actor=actor, at=at, persons=before.keys(), why="restore", before=before)
    people.mark_unknown(actor=actor, at=at, persons=before.keys(), why="restore")
    return n


def _replay_contacts(lines: Sequence[Line], *, actor: Viewer, at: dt.datetime) -> int:
    """Who was named at a place is named there no more; who came after them, in data newer than that, stays."""
    last = {(line.what, uuid.UUID(line.id)): line for line in lines if line.what in CONTACTS}
    marked = dict(Erased.objects.filter(pk__in=[pk for _, pk in last]).values_list("pk", "at"))
    places = []
    with core.write_to(actor=actor, at=at) as writing:
        for (kind, pk), line in last.items():
            then = dt.datetime.fromisoformat(line.at)
            place = columns.TABLES[kind]._default_manager.filter(pk=pk).first()
            if place is not None and (pk not in marked or marked[pk] < then):
                people.erase_contact(place, why="restore", at=then)
                places.append(place)
        _forget_contacts(writing, places)
    return len(places)
