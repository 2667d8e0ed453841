"""Reads of matters and meetings: the worklist, one matter with all that was done about it, how an area gets on."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, F, Prefetch, Q, QuerySet

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock, envelope, files
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere, in_scopes
from gridwalk.followup import meetings as calendar
from gridwalk.followup import predicates, rules, standings
from gridwalk.followup.meetings import State
from gridwalk.followup.models import Entry, Matter, Meeting
from gridwalk.followup.rules import ENDED, MOVES, OPENED_MARK, Act, Kind, Level, Stage
from gridwalk.followup.standings import Standing, Step
from gridwalk.lists.listing import PlainList, Sort
from gridwalk.lists.queries import EVERYTHING, Selection
from gridwalk.lists.rules import choice_field, day_field
from gridwalk.territory import queries as territory

LIST = PlainList(
    code="matters",
    label="事项",
    unit="件",
    fields=(
        choice_field("kind", "类别", {kind: course.label for kind, course in rules.COURSES.items()}),
        choice_field("stage", "走到哪一步", {stage.value: label for stage, label in rules.STAGES.items()}),
        choice_field("level", "责任单位", {Level.GRID: "网格", Level.COMMUNITY: "社区", Level.STREET: "街道"}),
        choice_field("source", "来源", {"phone": "上门记下", "sample": "抽查", "office": "办公室立项"}),
        day_field("due_on", "办理期限", moment=False),
        day_field("at", "立项日期"),
        day_field("pressed_at", "督办日期"),
    ),
    sorts=(
        Sort(code="due", label="先到期的在前", keys=("due_on", "id")),
        Sort(code="newest", label="新立的在前", keys=("at", "id"), descending=True),
    ),
)
MOST_ON_PHONE = 100
SELDOM = 3
"""Fewer ended matters than this have no middle of their days."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class MatterRow:
    """A matter as a row; ``owner``: the area whose it is, by its code."""

    id: uuid.UUID
    number: str
    kind: Kind
    label: str
    mark: str
    title: str
    owner: str
    stage: Stage
    stage_label: str
    due_on: dt.date
    days_over: int
    pressed: bool


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


@dataclasses.dataclass(frozen=True, kw_only=True)
class Course:
    """How an area gets on with a kind: pairs, and the days half and nine tenths of what is ended took (None: too few).

    Never by whoever handled them (red line 2).
    """

    ended: tuple[int, int]
    in_time: tuple[int, int]
    sent_back: tuple[int, int]
    dropped: tuple[int, int]
    half: int | None
    most: int | None


def _visible(viewer: Viewer) -> QuerySet[Matter]:
    return Matter.objects.filter(in_scopes(viewer.scopes(Verb.SEE_ROWS_MASKED), "grid"))


def get_matter(viewer: Viewer, matter: uuid.UUID) -> Matter:
    """One matter of the viewer's area. Raises NotHere."""
    found = _visible(viewer).filter(pk=matter).first()
    if found is None:
        raise NotHere
    return found


def worklist(
    viewer: Viewer,
    today: dt.date,
    *,
    kind: Kind | None = None,
    ended: bool = False,
    limit: int = 50,
    offset: int = 0,
    selection: Selection = EVERYTHING,
) -> list[MatterRow]:
    """Matters that stand, what is due first first; ``ended``: those that are over, the last ended first."""
    rows = _listed(viewer, kind, ended=ended, selection=selection)
    ordered = rows.order_by("-ended_at", "id") if ended else selection.of(rows, "due_on", "id")
    return [_row(matter, today) for matter in ordered[offset : offset + limit]]


def n_listed(viewer: Viewer, *, ended: bool = False, selection: Selection = EVERYTHING) -> Counter[str]:
    """Kind → how many stand (or are over)."""
    counted = (
        _listed(viewer, None, ended=ended, selection=selection).values_list("kind").annotate(n=Count("id")).order_by()
    )
    return Counter(dict(counted))


def n_waiting(viewer: Viewer, scope: str, today: dt.date) -> tuple[int, int, int]:
    """How many stand, are due today, are overdue, in a part of what the viewer sees."""
    standing = _listed(viewer, None, ended=False).filter(grid__startswith=scope)
    counted = standing.aggregate(
        n=Count("id"),
        due=Count("id", filter=Q(due_on=today) & ~Q(stage=Stage.EFFECT)),
        over=Count("id", filter=predicates.overdue(today)),
    )
    return counted["n"], counted["due"], counted["over"]


def n_standing(viewer: Viewer) -> int:
    """How many stand, of all the viewer sees."""
    return _listed(viewer, None, ended=False).count()


def _listed(viewer: Viewer, kind: Kind | None, *, ended: bool, selection: Selection = EVERYTHING) -> QuerySet[Matter]:
    rows = _visible(viewer).filter(Q(stage__in=ENDED) if ended else predicates.standing(), selection.condition)
    return rows.filter(kind=kind) if kind else rows


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
        row=_row(shown, today),
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


def _row(matter: Matter, today: dt.date) -> MatterRow:
    course = rules.COURSES[matter.course]
    over = rules.is_overdue(matter.stands, matter.due_on, today)
    return MatterRow(
        id=matter.id,
        number=f"{matter.year}-{matter.number:03}",
        kind=matter.course,
        label=course.label,
        mark=course.mark,
        title=matter.title,
        owner=matter.scope,
        stage=matter.stands,
        stage_label=rules.STAGES[matter.stands],
        due_on=matter.due_on,
        days_over=(today - matter.due_on).days if over else 0,
        pressed=matter.pressed_at is not None,
    )


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


def course(viewer: Viewer, kind: Kind, scope: str, since: dt.date) -> Course:
    """How an area gets on with a kind since a day."""
    rows = _visible(viewer).filter(kind=kind, grid__startswith=scope, at__date__gte=since)
    counted = rows.aggregate(
        n=Count("id"),
        ended=Count("id", filter=Q(stage=Stage.CLOSED)),
        in_time=Count("id", filter=Q(stage=Stage.CLOSED, ended_at__date__lte=F("due_on"))),
        dropped=Count("id", filter=Q(stage=Stage.DROPPED)),
    )
    acts = Counter(dict(Entry.objects.filter(matter__in=rows).values_list("act").annotate(n=Count("id")).order_by()))
    days = sorted(
        (ended_at - at).days
        for ended_at, at in rows.filter(stage=Stage.CLOSED).values_list("ended_at", "at")
        if ended_at is not None
    )
    return Course(
        ended=(counted["ended"], counted["n"]),
        in_time=(counted["in_time"], counted["ended"]),
        sent_back=(acts[Act.SENT_BACK] + acts[Act.RELAPSED], acts[Act.HANDED_IN] + acts[Act.CAME_BACK]),
        dropped=(counted["dropped"], counted["n"]),
        half=_reached(days, 0.5),
        most=_reached(days, 0.9),
    )


def _reached(days: Sequence[int], share: float) -> int | None:
    """The days within which this share of sorted ones lies: the nearest rank, None of too few."""
    if len(days) < SELDOM:
        return None
    return days[max(0, -(-len(days) * int(share * 10) // 10) - 1)]


@dataclasses.dataclass(frozen=True)
class Overdue:
    """What the leading group is told of an overdue matter: its kind, its community, the days; never the door."""

    label: str
    community: str
    days: int
    pressed: bool


def overdue(viewer: Viewer, today: dt.date) -> list[Overdue]:
    """The overdue matters of the areas whose counts the viewer sees, the longest first."""
    rows = Matter.objects.filter(in_scopes(viewer.scopes(Verb.SEE_COUNTS), "grid"), predicates.overdue(today))
    owners = [(matter, matter.scope[:12]) for matter in rows.order_by("due_on", "id")]
    names = territory.place_names([owner for _, owner in owners])
    return [
        Overdue(
            label=rules.COURSES[matter.course].label,
            community=names[owner],
            days=(today - matter.due_on).days,
            pressed=matter.pressed_at is not None,
        )
        for matter, owner in owners
    ]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Stood:
    """A matter as it stood at some moment; ``community``: the area that owned it, a community or the street."""

    row: MatterRow
    community: str
    standing: Standing


def stood(viewer: Viewer, scope: str, at: dt.datetime) -> list[Stood]:
    """The matters of an area that were not over at a moment, by number."""
    return _as_of(_visible(viewer).filter(grid__startswith=scope, at__lte=at).exclude(ended_at__lte=at), at)


def decided(viewer: Viewer, street: str, meeting: uuid.UUID, at: dt.datetime) -> list[Stood]:
    """What a meeting had decided until a moment, by number, over or not."""
    return _as_of(_visible(viewer).filter(meeting=meeting, street=street, at__lte=at), at)


def _as_of(rows: QuerySet[Matter], at: dt.datetime) -> list[Stood]:
    steps: defaultdict[uuid.UUID, list[Step]] = defaultdict(list)
    entries = Entry.objects.filter(matter__in=rows).order_by("at")
    for pk, act, on, data in entries.values_list("matter", "act", "at", "data"):
        steps[pk].append(Step(act=Act(act), at=on, data=data))
    return [_stood(matter, steps[matter.id], at) for matter in rows.order_by("year", "number")]


def _stood(matter: Matter, steps: Sequence[Step], at: dt.datetime) -> Stood:
    then = standings.standing(matter.course, matter.scope, matter.due_on, steps, at)
    return Stood(row=_row(matter, clock.local_date(at)), community=then.owner[:12], standing=then)


def get_meeting(viewer: Viewer, meeting: uuid.UUID) -> Meeting:
    """One meeting of a street whose meetings the viewer sees. Raises NotHere."""
    row = _meetings(viewer).filter(pk=meeting).first()
    if row is None:
        raise NotHere
    return row


def meetings(viewer: Viewer, *, limit: int = 24) -> list[Meeting]:
    """The meetings the viewer sees, the last ones first."""
    return list(_meetings(viewer).order_by("-on", "street", "-number")[:limit])


def meeting_before(meeting: Meeting) -> Meeting | None:
    """The meeting of the same street that was held last before this one."""
    earlier = Meeting.objects.filter(street=meeting.street, state=State.HELD, number__lt=meeting.number)
    return earlier.order_by("-number").first()


def proposed_on(viewer: Viewer, street: str, today: dt.date) -> dt.date | None:
    """The day to propose for the next meeting of a street; None where one is planned."""
    of_street = _meetings(viewer).filter(street=street)
    if of_street.filter(state=State.PLANNED).exists():
        return None
    last = of_street.order_by("-number").first()
    return calendar.proposed_on(last.on if last else None, today, territory.workdays())


def _meetings(viewer: Viewer) -> QuerySet[Meeting]:
    return Meeting.objects.filter(in_scopes(viewer.scopes(Verb.SEE_MEETING), "street"))
