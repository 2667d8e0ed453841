"""撤销: an event is taken back whole, from its own change rows, while nobody has changed since what it wrote."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Q

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import bulk, clock
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.models import Change
from gridwalk.core.queries import NotHere
from gridwalk.dictionary import fields as dictionary
from gridwalk.events import kinds as events
from gridwalk.events.actions import steps
from gridwalk.events.models import Event
from gridwalk.events.queries import daily as queries
from gridwalk.registry import columns
from gridwalk.registry.actions import claims, corrections, creation, ends, takeovers, unmaking
from gridwalk.registry.living import LIVING
from gridwalk.registry.models import CareLabel, Dwelling, Organization, Person, Residence
from gridwalk.registry.queries import erased
from gridwalk.registry.rules import ERASED, Claim, Verdict
from gridwalk.territory import rules as codes

CHANGED_SINCE = "后来有人改过其中的内容，没有撤销。请到房屋或人员页直接更正。"
MERGED_SINCE = "其中一条后来合并过，没有撤销。请到留下的那一条上直接更正。"
ERASED_SINCE = f"没有撤销：其中有人的{ERASED}"
GRID_ONLY = frozenset({"grid", Change.LEFT})
"""Changes that only say where a record stands: they follow from the others."""


class UndoError(Exception):
    """An event that cannot be taken back; the text says why."""


def undo(*, actor: Viewer, at: dt.datetime, event: uuid.UUID) -> Event:
    """Take an event back within seven days: facts return to what they were, links to where they stood, and what it
    brought into the register leaves it. Raises NotHere, UndoError.
    """
    recorded = Event.objects.filter(pk=event).first()
    if recorded is None or not actor.may(Verb.EDIT_REGISTER, recorded.grid_id):
        raise NotHere
    changes = queries.changes_of([recorded])
    grids = _grids(changes)
    if not all(actor.may(Verb.EDIT_REGISTER, grid) or codes.is_unassigned(grid) for grid in grids):
        raise UndoError("其中有别的网格的内容，没有撤销。请网格长来撤销。")
    word = f"撤销：{events.EVENTS[recorded.code].label}"
    with core.write_to(*grids, recorded.grid_id, actor=actor, at=at, reason=word) as writing:
        recorded = Event.objects.select_for_update().get(pk=event)
        if recorded.undone_at is not None:
            raise UndoError("已经撤销过了。")
        if at - recorded.at > clock.UNDO_FOR:
            raise UndoError("过了 7 天，不能撤销了。请到房屋或人员页直接更正。")
        _refuse_changed(recorded, changes)
        _Undoing(writing, recorded, changes).run()
        recorded.undone_at, recorded.undone_as, recorded.undone_by_name = at, writing.op, actor.name
        bulk.update([recorded], ["undone_at", "undone_as", "undone_by_name"])
        writing.audit(
            AuditVerb.DAILY_UNDONE,
            scope=recorded.grid_id,
            kind=recorded.kind,
            subject=recorded.entity,
            data={"event": recorded.code, "op": str(recorded.id)},
        )
    return recorded


def _grids(changes: Sequence[Change]) -> set[str]:
    """The grids where what the event wrote stands now, and those its people return to."""
    grids = set()
    for kind, table in columns.TABLES.items():
        ids = {c.entity for c in changes if c.kind == kind}
        grids |= set(table._default_manager.filter(pk__in=ids).values_list("grid_id", flat=True)) if ids else set()
    links = Residence.objects.filter(pk__in={c.entity for c in changes if c.kind == "residence"})
    persons = {c.entity for c in changes if c.kind == "person"} | set(links.values_list("person_id", flat=True))
    return grids | set(links.values_list("grid_id", flat=True)) | steps.grids_of(list(persons))


def _refuse_changed(event: Event, changes: Sequence[Change]) -> None:
    """Raises UndoError where somebody has written since to a link it touched, to a record it made or to its people's
    homes, or has merged one of its records.
    """
    created = {c.entity for c in changes if c.field == Change.WHOLE}
    links = {c.entity for c in changes if c.kind == "residence"}
    later = Change.objects.filter(entity__in=created | links, id__gt=max(c.id for c in changes))  # ids sort by time
    persons = Residence.objects.filter(pk__in=links).values("person_id")
    homes = Residence.objects.filter(person_id__in=persons, to_on__isnull=True, id__gt=event.id)
    if _merged(changes):
        raise UndoError(MERGED_SINCE)
    if erased.among({c.entity for c in changes} | set(persons.values_list("person_id", flat=True))):
        raise UndoError(ERASED_SINCE)
    if (
        later.exclude(field__in=GRID_ONLY).exists()
        or homes.exclude(pk__in=links).exists()
        or CareLabel.objects.filter(person_id__in=created).exists()
    ):
        raise UndoError(CHANGED_SINCE)


def _merged(changes: Sequence[Change]) -> bool:
    """Whether a record it wrote to has gone into another one since, or one that it made has taken another in."""
    for kind, table in columns.TABLES.items():
        own = {c.entity for c in changes if c.kind == kind}
        created = {c.entity for c in changes if c.kind == kind and c.field == Change.WHOLE}
        gone = Q(pk__in=own, merged_into__isnull=False) | Q(merged_into__in=created)
        if own and table._default_manager.filter(gone).exists():
            return True
    return False


class _Undoing:
    """One run: the event's changes read backwards."""

    def __init__(self, writing: Writing, event: Event, changes: Sequence[Change]) -> None:
        self.writing = writing
        self.event = event
        self.changes = list(reversed(changes))
        self.made = {c.entity for c in changes if c.field == Change.WHOLE}

    def run(self) -> None:
        """What was asked elsewhere is asked no more. Links first, then facts, then what was made; people then belong to
        the grid of where they live again.
        """
        takeovers.withdraw(self.writing, self.event.id)
        links = self._links()
        self._facts()
        self._vacancies()
        self._verified()
        self._ends()
        self._unmake()
        persons = {c.entity for c in self.changes if c.kind == "person"} | {link.person_id for link in links}
        creation.place_persons(self.writing, list(persons))

    def _of(self, kind: str, field: str) -> list[Change]:
        return [c for c in self.changes if c.kind == kind and c.field == field and c.entity not in self.made]

    def _links(self) -> list[Residence]:
        by_id = {
            link.pk: link
            for link in Residence.objects.filter(pk__in={c.entity for c in self.changes if c.kind == "residence"})
        }
        why = self.writing.reason
        new = [link for link in by_id.values() if link.pk in self.made and link.to_on is None]
        creation.end_residences(self.writing, new, source="office", reason=why)
        creation.reopen_residences(
            self.writing, [by_id[c.entity] for c in self._of("residence", "to_on")], source="office", reason=why
        )
        kinds = {by_id[c.entity]: str(c.old) for c in self._of("residence", "kind")}
        creation.retype_residences(self.writing, kinds, source="office", reason=why)
        persons = {link.person_id for link in by_id.values()}
        lived = Residence.objects.filter(person_id__in=persons, to_on__isnull=True, kind__in=LIVING)
        if lived.values("person_id").annotate(n=Count("pk")).filter(n__gt=1).exists():
            raise UndoError(CHANGED_SINCE)
        return list(by_id.values())

    def _facts(self) -> None:
        before = {
            (c.kind, c.entity, c.field): c.old_clear or ""
            for c in self.changes
            if c.kind in columns.TABLES and c.entity not in self.made and dictionary.find(c.kind, c.field)
        }  # read backwards, the first of several changes of a fact is the one that stays
        former = [Claim(*fact, value, "office", seen=self.event.id) for fact, value in before.items()]
        if any(judged.verdict is Verdict.ASK for judged in claims.apply_claims(self.writing, former)):
            raise UndoError(CHANGED_SINCE)

    def _vacancies(self) -> None:
        proved = {c.entity for c in self._of("dwelling", "vacancy_source")}
        doors = Dwelling.objects.select_for_update().filter(pk__in=proved).exclude(vacancy_source="")
        corrections.prove_vacancies(self.writing, [(door, "", None) for door in doors], source="office")

    def _verified(self) -> None:
        """The day of verification goes back, unless a later one stands by now."""
        for kind in ("person", "dwelling"):
            for change in self._of(kind, "verified_on"):
                entity: Any = columns.TABLES[kind]._default_manager.get(pk=change.entity)
                if entity.verified_on is not None and entity.verified_on.isoformat() == change.new:
                    claims.unconfirm(self.writing, entity, dt.date.fromisoformat(change.old) if change.old else None)

    def _ends(self) -> None:
        for change in [*self._of("person", "status_pending"), *self._of("organization", "status_pending")]:
            if change.new and not ends.withdraw(self.writing, change.entity):
                raise UndoError("这次注销已经复核过了，没有撤销。请到人员页核对状态。")

    def _unmake(self) -> None:
        for kind, table in (("person", Person), ("organization", Organization)):
            ids = [c.entity for c in self.changes if c.kind == kind and c.entity in self.made]
            unmaking.unmake(self.writing, list(table._default_manager.select_for_update().filter(pk__in=ids)))
