"""A matter begins: noted at a door, opened by the office, or decided at a meeting."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Sequence

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import bulk, clock, envelope
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.followup import rules
from gridwalk.followup.models import Entry, Matter, Meeting, Numbering
from gridwalk.followup.rules import COURSES, DIGITS, LONGEST_TEXT, LONGEST_TITLE, Act, Kind, Level, MatterError
from gridwalk.method.text import without_numbers
from gridwalk.territory import queries as territory
from gridwalk.territory.rules import unassigned_of

OFFICE, PHONE, SAMPLE = "office", "phone", "sample"
"""Where a matter came from."""
NOTED = {PHONE: "上门记下的", SAMPLE: "抽查时提的"}
"""How the title of what was noted at a door begins."""
OPENED_BY_HAND = (Kind.FINDING, Kind.DECISION, Kind.HAZARD, Kind.REQUEST)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Noted:
    """A hazard or a request somebody noted at a door; ``id`` is the op's, so that what comes twice is one.

    ``source``: how it was noted; of what a spot check asked no name is told (``author_name``). ``at``: when it was
    noted; ``recorded_at``: when it came here.
    """

    id: uuid.UUID
    grid: str
    kind: Kind
    place_kind: str
    place: uuid.UUID
    text: str
    photos: Sequence[str]
    author: uuid.UUID
    author_name: str
    at: dt.datetime
    recorded_at: dt.datetime
    source: str = PHONE


def note(noted: Noted) -> Matter:
    """Step: what was noted at a door is the grid's matter from then on."""
    opened_on = clock.local_date(noted.at)
    matter = Matter(
        id=noted.id,
        grid=noted.grid,
        level=Level.GRID,
        kind=noted.kind,
        stage=rules.first_stage(noted.kind),
        source=noted.source,
        title=f"{NOTED[noted.source]}{COURSES[noted.kind].label}",
        text_sealed=sealed(without_numbers(noted.text), noted.id),
        photos=list(noted.photos),
        place_kind=noted.place_kind,
        place=noted.place,
        author=noted.author,
        author_name=noted.author_name,
        at=noted.at,
        due_on=rules.due_on(noted.kind, opened_on, territory.workdays()),
        **_number(noted.grid, opened_on.year),
    )
    bulk.insert([matter])
    bulk.insert([_opened(matter, noted.recorded_at)])
    return matter


def open_matter(*, actor: Viewer, at: dt.datetime, scope: str, kind: Kind, title: str, text: str = "") -> Matter:
    """The office opens a matter for a community or for the street. Raises NotPermitted, MatterError."""
    access.require(actor, Verb.HANDLE_MATTER, scope)
    title = without_numbers(title.strip())[:LONGEST_TITLE]
    if not title:
        raise MatterError("没有立：请写清是什么事。")
    due_on = rules.due_on(kind, clock.local_date(at), territory.workdays())
    with core.write_to(*streams(grid_of(scope)), actor=actor, at=at) as writing:
        return take_in(writing, actor, scope=scope, kind=kind, title=title, due_on=due_on, text=text)


def take_in(
    writing: Writing,
    actor: Viewer,
    *,
    scope: str,
    kind: Kind,
    title: str,
    due_on: dt.date,
    text: str = "",
    meeting: Meeting | None = None,
) -> Matter:
    """Step: a matter of a community or of the street, from this moment on. Raises MatterError."""
    grid = grid_of(scope)
    matter = Matter(
        grid=grid,
        level=_level(scope),
        kind=kind,
        stage=rules.first_stage(kind),
        source=OFFICE,
        title=title,
        meeting=meeting,
        author=actor.id,
        author_name=actor.name,
        at=writing.at,
        due_on=due_on,
        **_number(grid, clock.local_date(writing.at).year),
    )
    matter.text_sealed = sealed(without_numbers(text.strip()), matter.id)
    matter.save(force_insert=True)
    _opened(matter, writing.at).save(force_insert=True)
    writing.audit(
        AuditVerb.MATTER_OPENED, scope=matter.scope, kind="matter", subject=matter.id, data={"kind": str(kind)}
    )
    return matter


def grid_of(scope: str) -> str:
    """Where a matter of a community or of the street stands. Raises MatterError."""
    return unassigned_of(scope) if _level(scope) is Level.COMMUNITY else scope


def streams(grid: str) -> tuple[str, ...]:
    """The stream a matter is written under; the street's own have none and are held by their row alone."""
    return (grid,) if len(grid) == DIGITS[Level.GRID] else ()


def sealed(text: str, matter: uuid.UUID) -> str:
    """What a matter says, as it is stored."""
    return envelope.seal(text[:LONGEST_TEXT], table="followup_matter", column="text", row=matter) if text else ""


def _level(scope: str) -> Level:
    level = next((level for level, digits in DIGITS.items() if digits == len(scope)), None)
    if level not in {Level.COMMUNITY, Level.STREET} or not territory.is_place(scope):
        raise MatterError("没有立：请选是哪个社区的事，或街道自己的事。")
    return level


def _opened(matter: Matter, recorded_at: dt.datetime) -> Entry:
    return Entry(
        matter=matter,
        act=Act.OPENED,
        by=matter.author,
        by_name=matter.author_name,
        at=matter.at,
        recorded_at=recorded_at,
    )


def _number(grid: str, year: int) -> dict[str, str | int]:
    """The next number of a street in a year; its row is held until the transaction ends, so that none is left out."""
    street = grid[: DIGITS[Level.STREET]]
    Numbering.objects.bulk_create([Numbering(street=street, year=year)], ignore_conflicts=True)
    numbering = Numbering.objects.select_for_update().get(street=street, year=year)
    numbering.last += 1
    numbering.save(update_fields=["last"])
    return {"street": street, "year": year, "number": numbering.last}
