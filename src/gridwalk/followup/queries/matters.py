"""Reads of matters: the worklist, how many wait, what is overdue, how an area gets on."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import Counter

from django.db.models import Count, Q, QuerySet

from gridwalk.accounts.rules import ONE_COMMUNITY, Verb, Viewer
from gridwalk.core.queries import NotHere, in_scopes
from gridwalk.followup import predicates, rules
from gridwalk.followup.models import Matter
from gridwalk.followup.rules import ENDED, Kind, Level, Stage
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


def visible(viewer: Viewer) -> QuerySet[Matter]:
    """The matters of the viewer's areas."""
    return Matter.objects.filter(in_scopes(viewer.scopes(Verb.SEE_ROWS_MASKED), "grid"))


def get_matter(viewer: Viewer, matter: uuid.UUID) -> Matter:
    """One matter of the viewer's area. Raises NotHere."""
    row = visible(viewer).filter(pk=matter).first()
    if row is None:
        raise NotHere
    return row


def may_read(viewer: Viewer, matter: Matter) -> bool:
    """Whether the viewer reads what is said of a matter they see, its files and photos: what is said at a door is for
    who sees its rows.
    """
    return matter.place is None or viewer.may(Verb.SEE_ROWS, matter.grid)


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
    """Matters that stand, what is due first first; ``ended``: those that are over, the last ended first.

    What is over stands under its community: by grid it would be a list of what one person got done (red line 2).
    """
    rows = _listed(viewer, kind, ended=ended, selection=selection)
    if not ended:
        ordered = selection.of(rows, "due_on", "id")
        return [row_of(matter, today) for matter in ordered[offset : offset + limit]]
    over = [row_of(matter, today) for matter in rows.order_by("-ended_at", "id")[offset : offset + limit]]
    return [dataclasses.replace(row, owner=row.owner[:ONE_COMMUNITY]) for row in over]


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
    rows = visible(viewer).filter(Q(stage__in=ENDED) if ended else predicates.standing(), selection.condition)
    return rows.filter(kind=kind) if kind else rows


def row_of(matter: Matter, today: dt.date) -> MatterRow:
    """A matter as a row of this day."""
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
