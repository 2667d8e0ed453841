"""Reads of one matter with all that was done about it: for its page, for a phone, and the files that prove it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.queries import Author
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock, envelope, files
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere, in_scopes
from gridwalk.followup import predicates, rules
from gridwalk.followup.models import Entry, Matter
from gridwalk.followup.queries.matters import MatterRow, get_matter, may_read, row_of
from gridwalk.followup.rules import MOVES, OPENED_MARK, Act, Stage

MOST_ON_PHONE = 100
NEWEST = "newest_entries"


@dataclasses.dataclass(frozen=True, kw_only=True)
class EntryLine:
    """One entry; ``text`` is None where the viewer does not read what is said at doors. They are told neither who did
    it by name nor at which minute: ``by`` is a role then, ``at`` the beginning of the day (``is_day``; red line 2).
    """

    id: uuid.UUID
    act: Act
    mark: str
    label: str
    by: str
    at: dt.datetime
    is_day: bool
    text: str | None
    data: dict[str, Any]
    file: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sheet:
    """All of one matter, as its page and its print show it."""

    row: MatterRow
    text: str | None
    place_kind: str
    place: uuid.UUID | None
    steps: list[tuple[Stage, str, str]]
    effect_on: dt.date | None
    outside: str
    outside_number: str
    lines: list[EntryLine]
    extents: list[EntryLine]
    acts: list[Act]
    waits_for_another: bool


def sheet(viewer: Viewer, matter: uuid.UUID, today: dt.date) -> Sheet:
    """All of one matter. Raises NotHere."""
    shown = get_matter(viewer, matter)
    return _sheet(viewer, shown, list(_newest_first(shown.entries.all())), today)


def on_phone(viewer: Viewer, today: dt.date, *, n_lines: int) -> list[Sheet]:
    """What the viewer has to see to in the grids they walk, for a phone to keep, what is due first first, each with its
    last entries; two queries.
    """
    entries = Prefetch("entries", _newest_first(Entry.objects.all())[:n_lines], to_attr=NEWEST)
    rows = _on_phone(viewer).order_by("due_on", "year", "number").prefetch_related(entries)[:MOST_ON_PHONE]
    return [_sheet(viewer, matter, getattr(matter, NEWEST), today) for matter in rows]


def n_on_phone(viewer: Viewer) -> int:
    """How many there are, of which a phone keeps those that are due first."""
    return _on_phone(viewer).count()


def _on_phone(viewer: Viewer) -> QuerySet[Matter]:
    """A matter that was given to a community is no longer its worker's."""
    walked = in_scopes(viewer.scopes(Verb.WALK), "grid")
    owned = predicates.owned_in(viewer.scopes(Verb.HANDLE_MATTER))
    return Matter.objects.filter(walked, owned, predicates.standing())


def _newest_first(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    return entries.select_related("file").order_by("-at", "-recorded_at")


def _sheet(viewer: Viewer, shown: Matter, entries: Sequence[Entry], today: dt.date) -> Sheet:
    reads = may_read(viewer, shown)
    author = accounts.authors({entry.by for entry in entries}, named=reads)
    lines = [_line(entry, author, reads=reads) for entry in entries]
    acts = [
        act
        for act, move in MOVES.items()
        if shown.stands in move.stages and viewer.may(move.verb, shown.scope) and _makes_sense(shown, act, today)
    ]
    waits = shown.handed_in_by is not None and shown.handed_in_by == viewer.id
    return Sheet(
        row=row_of(shown, today),
        text=_opened(shown) if reads else None,
        place_kind=shown.place_kind,
        place=shown.place if reads else None,
        steps=[(stage, rules.STAGES[stage], state) for stage, state in rules.steps(shown.course, shown.stands)],
        effect_on=shown.effect_on,
        outside=shown.outside,
        outside_number=shown.outside_number,
        lines=lines,
        extents=[line for line in reversed(lines) if line.act is Act.EXTENT_NOTED],
        acts=[act for act in acts if not (waits and MOVES[act].by_another)],
        waits_for_another=waits and any(MOVES[act].by_another for act in acts),
    )


def _makes_sense(matter: Matter, act: Act, today: dt.date) -> bool:
    if act is Act.PRESSED:
        return rules.is_overdue(matter.stands, matter.due_on, today)
    return act is not Act.HELD or matter.effect_on is None or today >= matter.effect_on


def _opened(matter: Matter) -> str:
    if not matter.text_sealed:
        return ""
    return envelope.open_(matter.text_sealed, table="followup_matter", column="text", row=matter.id)


def _line(entry: Entry, author: Author, *, reads: bool) -> EntryLine:
    move = MOVES.get(Act(entry.act))
    text: str | None = ""
    if entry.text_sealed:
        text = envelope.open_(entry.text_sealed, table="followup_entry", column="text", row=entry.id) if reads else None
    return EntryLine(
        id=entry.id,
        act=Act(entry.act),
        mark=move.mark if move else OPENED_MARK,
        label=_label(entry),
        by=author(entry.by, entry.by_name),
        at=entry.at if reads else clock.at_local(clock.local_date(entry.at), 0),
        is_day=not reads,
        text=text,
        data=entry.data,
        file=entry.file.name if entry.file and entry.file.erased_at is None and reads else "",
    )


def _label(entry: Entry) -> str:
    """The act in words; of a day that was changed, to which."""
    move = MOVES.get(Act(entry.act))
    if move is None:
        return "立为事项"
    if entry.act != Act.DUE_CHANGED:
        return move.label
    day = dt.date.fromisoformat(entry.data["new"])
    return f"{move.label}到 {day.month}月{day.day}日"


def file_of(viewer: Viewer, matter: uuid.UUID, entry: uuid.UUID, *, at: dt.datetime) -> tuple[str, bytes]:
    """The name and the bytes of a file that proves something; opening it is audited. Raises NotHere."""
    shown = get_matter(viewer, matter)
    row = shown.entries.select_related("file").filter(pk=entry, file__isnull=False).first()
    if row is None or row.file is None or row.file.erased_at is not None or not may_read(viewer, shown):
        raise NotHere
    data = files.read_or_none(row.file.id)
    if data is None:
        raise NotHere
    core.record_reading(
        actor=viewer,
        at=at,
        verb=AuditVerb.MATTER_FILE_OPENED,
        scope=shown.scope,
        kind="matter",
        subject=shown.id,
        reason="看事项的佐证",
    )
    return row.file.name, data
