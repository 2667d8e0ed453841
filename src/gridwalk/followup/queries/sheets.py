"""Reads of one matter with all that was done about it: for its page, for a phone, and the files that prove it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import envelope, files
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere, in_scopes
from gridwalk.followup import predicates, rules
from gridwalk.followup.models import Entry, Matter
from gridwalk.followup.queries.matters import MatterRow, get_matter, row_of
from gridwalk.followup.rules import MOVES, OPENED_MARK, Act, Stage

MOST_ON_PHONE = 100


@dataclasses.dataclass(frozen=True, kw_only=True)
class EntryLine:
    """One entry; ``text`` is None where the viewer does not read what is said at doors. ``photo``: the hash of one that
    followed it from a phone.
    """

    id: uuid.UUID
    act: Act
    mark: str
    label: str
    by: str
    at: dt.datetime
    text: str | None
    data: dict[str, Any]
    file: str
    photo: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sheet:
    """All of one matter, as its page and its print show it."""

    row: MatterRow
    text: str | None
    place_kind: str
    place: uuid.UUID | None
    n_photos: int
    steps: list[tuple[Stage, str, str]]
    effect_on: dt.date | None
    outside: str
    outside_number: str
    lines: list[EntryLine]
    looked: list[EntryLine]
    acts: list[Act]
    waits_for_another: bool


def sheet(viewer: Viewer, matter: uuid.UUID, today: dt.date) -> Sheet:
    """All of one matter. Raises NotHere."""
    shown = get_matter(viewer, matter)
    return _sheet(viewer, shown, list(shown.entries.select_related("file").order_by("-at", "-id")), today)


def on_phone(viewer: Viewer, today: dt.date) -> list[Sheet]:
    """What stands in the grids the viewer walks, for a phone to keep, what is due first first; two queries."""
    walked = Matter.objects.filter(in_scopes(viewer.scopes(Verb.WALK), "grid"), predicates.standing())
    entries = Prefetch("entries", Entry.objects.select_related("file").order_by("-at", "-id"))
    rows = walked.order_by("due_on", "year", "number").prefetch_related(entries)[:MOST_ON_PHONE]
    return [_sheet(viewer, matter, list(matter.entries.all()), today) for matter in rows]


def _sheet(viewer: Viewer, shown: Matter, entries: Sequence[Entry], today: dt.date) -> Sheet:
    reads = _reads(viewer, shown)
    lines = [_line(entry, reads=reads) for entry in entries]
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
        n_photos=len(shown.photos) if reads else 0,
        steps=[(stage, rules.STAGES[stage], state) for stage, state in rules.steps(shown.course, shown.stands)],
        effect_on=shown.effect_on,
        outside=shown.outside,
        outside_number=shown.outside_number,
        lines=lines,
        looked=[line for line in reversed(lines) if line.act is Act.EXTENT_NOTED],
        acts=[act for act in acts if not (waits and MOVES[act].by_another)],
        waits_for_another=waits and any(MOVES[act].by_another for act in acts),
    )


def _makes_sense(matter: Matter, act: Act, today: dt.date) -> bool:
    if act is Act.PRESSED:
        return rules.is_overdue(matter.stands, matter.due_on, today)
    return act is not Act.HELD or matter.effect_on is None or today >= matter.effect_on


def _reads(viewer: Viewer, matter: Matter) -> bool:
    """Whether the viewer reads what is said of a matter: what is said at a door is for who sees its rows."""
    return matter.place is None or viewer.may(Verb.SEE_ROWS, matter.grid)


def _opened(matter: Matter) -> str:
    if not matter.text_sealed:
        return ""
    return envelope.open_(matter.text_sealed, table="followup_matter", column="text", row=matter.id)


def _line(entry: Entry, *, reads: bool) -> EntryLine:
    move = MOVES.get(Act(entry.act))
    text: str | None = ""
    if entry.text_sealed:
        text = envelope.open_(entry.text_sealed, table="followup_entry", column="text", row=entry.id) if reads else None
    return EntryLine(
        id=entry.id,
        act=Act(entry.act),
        mark=move.mark if move else OPENED_MARK,
        label=_label(entry),
        by=entry.by_name,
        at=entry.at,
        text=text,
        data=entry.data,
        file=entry.file.name if entry.file and entry.file.erased_at is None and reads else "",
        photo=entry.data.get("photo", "") if reads else "",
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
    said = shown.entries.select_related("file").filter(pk=entry, file__isnull=False).first()
    if said is None or said.file is None or said.file.erased_at is not None or not _reads(viewer, shown):
        raise NotHere
    try:
        data = files.read(said.file.id)
    except FileNotFoundError as error:
        raise NotHere from error
    core.record_reading(
        actor=viewer,
        at=at,
        verb=AuditVerb.MATTER_FILE_OPENED,
        scope=shown.scope,
        kind="matter",
        subject=shown.id,
        reason="看事项的佐证",
    )
    return said.file.name, data
