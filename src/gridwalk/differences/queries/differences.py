"""The one queue of differences: counts by field, a list, one with its evidence side by side."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import operator
import uuid
from collections.abc import Sequence

from django.db.models import Count, Q, QuerySet

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core.queries import NotHere, in_scopes
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary.types import Shown
from gridwalk.lists.listing import PlainList, Sort
from gridwalk.lists.queries import EVERYTHING, Selection
from gridwalk.lists.rules import Condition, Op, choice_field, day_field
from gridwalk.registry import rules
from gridwalk.registry.living import RESIDENCE_LABELS
from gridwalk.registry.models import Difference, Dwelling, Facility, Organization, Person, Site
from gridwalk.registry.queries import entities
from gridwalk.registry.queries import sources as source_names

STATES = dict(Difference.STATES)
HIDDEN = "不显示"
"""In place of a value that says whether a door stands empty, for who may not see that (red line 5)."""


ABOUT = {
    f"{kind}.{field.name}": field.label
    for kind in ("person", "dwelling", "organization", "site", "facility")
    for field in dictionary.fields(kind)
}


def _about(asked: Condition, today: dt.date) -> Q:
    """About one of these fields."""
    about = [value.partition(".") for value in asked.values]
    holds = functools.reduce(operator.or_, (Q(kind=kind, field=field) for kind, _, field in about), Q(pk__in=[]))
    return holds if asked.op is Op.IS else ~holds


WAITING = PlainList(
    code="waiting",
    label="待定的差异",
    unit="条",
    verb=Verb.DECIDE_DIFFERENCE,
    fields=(
        choice_field(
            "about",
            "项目",
            ABOUT,
            asks=_about,
            groups={about: dictionary.KINDS[about.partition(".")[0]] for about in ABOUT},
        ),
        choice_field("source", "来源", rules.SOURCES),
        choice_field("why", "未自动更新的原因", rules.WHY),
        day_field("created_at", "提出日期", always=True),
    ),
    sorts=(
        Sort(code="oldest", label="先提的在前", keys=("created_at", "id")),
        Sort(code="newest", label="后提的在前", keys=("created_at", "id"), descending=True),
        Sort(code="grid", label="按网格排", keys=("grid_id", "created_at", "id")),
        Sort(code="field", label="按项目排", keys=("kind", "field", "created_at", "id")),
    ),
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class DifferenceRow:
    """A difference as a row, both values masked."""

    id: uuid.UUID
    kind: str
    entity: uuid.UUID
    title: str
    field: str
    label: str
    current: str
    claimed: str
    source: str
    source_code: str
    source_ref: str
    why: str
    created_at: dt.datetime
    state: str
    decided_by: str
    decided_at: dt.datetime | None
    grid: str
    is_open: bool
    decidable: bool
    undoable: bool


def visible(viewer: Viewer, scope: str) -> QuerySet[Difference]:
    """The differences of a scope the viewer may decide."""
    return Difference.objects.filter(in_scopes(viewer.within(Verb.DECIDE_DIFFERENCE, scope), "grid__code"))


@dataclasses.dataclass(frozen=True)
class Filter:
    """What of the queue is looked at; empty: all of it."""

    scope: str
    kind: str = ""
    field: str = ""
    source: str = ""

    def of(self, viewer: Viewer) -> QuerySet[Difference]:
        """The differences of any state inside the filter."""
        given = {"kind": self.kind, "field": self.field, "source": self.source}
        return visible(viewer, self.scope).filter(**{name: value for name, value in given.items() if value})


def counts(viewer: Viewer, scope: str, *, source: str = "") -> list[tuple[str, str, str, int]]:
    """Open differences by (kind, field, label), by kind, the most numerous first."""
    rows = Filter(scope, source=source).of(viewer).filter(state="open").values("kind", "field").annotate(n=Count("pk"))
    return [
        (r["kind"], r["field"], dictionary.label(r["kind"], r["field"]), r["n"])
        for r in rows.order_by("kind", "-n", "field")
    ]


def sources(viewer: Viewer, scope: str) -> list[tuple[str, str, int]]:
    """Open differences by (source, label)."""
    rows = visible(viewer, scope).filter(state="open").values("source").annotate(n=Count("pk")).order_by("-n", "source")
    return [(r["source"], rules.SOURCES.get(r["source"], r["source"]), r["n"]) for r in rows]


def n_open(viewer: Viewer, scope: str, *, before: dt.datetime | None = None) -> int:
    """How many differences wait for the viewer; ``before``: those that have waited since then."""
    waits = visible(viewer, scope).filter(state="open")
    return (waits if before is None else waits.filter(created_at__lt=before)).count()


@dataclasses.dataclass(frozen=True)
class QueuePlace:
    """Where a difference stands in its filtered queue: the ``number``-th of ``n``, and its neighbours."""

    number: int
    n: int
    before: uuid.UUID | None
    after: uuid.UUID | None


def place(viewer: Viewer, chosen: Filter, row: DifferenceRow) -> QueuePlace:
    """The place of an open difference in the queue, the oldest first."""
    waits = chosen.of(viewer).filter(state="open")
    earlier = waits.filter(Q(created_at__lt=row.created_at) | Q(created_at=row.created_at, id__lt=row.id))
    later = waits.filter(Q(created_at__gt=row.created_at) | Q(created_at=row.created_at, id__gt=row.id))
    before = earlier.order_by("-created_at", "-id").values_list("id", flat=True).first()
    after = later.order_by("created_at", "id").values_list("id", flat=True).first()
    return QueuePlace(earlier.count() + 1, waits.count(), before, after)


def waiting(
    viewer: Viewer, chosen: Filter, *, state: str = "open", limit: int = 50, after: DifferenceRow | None = None
) -> list[DifferenceRow]:
    """Differences in a state, the oldest first (``decided``: those with a decision, the newest first).

    ``after``: only what stands behind that one in the queue.
    """
    rows = chosen.of(viewer)
    if state == "decided":
        return rows_of(viewer, list(rows.filter(state__in=DECIDED).order_by("-decided_at", "-id")[:limit]))
    rows = rows.filter(state=state)
    if after is not None:
        rows = rows.filter(Q(created_at__gt=after.created_at) | Q(created_at=after.created_at, id__gt=after.id))
    return rows_of(viewer, list(rows.order_by("created_at", "id")[:limit]))


def listed(
    viewer: Viewer, scope: str, selection: Selection = EVERYTHING, *, limit: int = 100, offset: int = 0
) -> tuple[list[DifferenceRow], int]:
    """Open differences inside a scope, oldest first, and how many."""
    open_ = selection.of(visible(viewer, scope).filter(state="open"), "created_at", "id")
    return rows_of(viewer, list(open_[offset : offset + limit])), open_.count()


DECIDED = ("accepted", "kept", "to_door", "closed")
UNDOABLE = ("accepted", "kept", "to_door")


def of_entities(viewer: Viewer, pks: Sequence[uuid.UUID]) -> list[DifferenceRow]:
    """Differences about some entities that wait for a decision or for an answer from the door; for who sees their rows
    in full. Who sees them masked could ask with a ledger of their own, and read here whether it agrees.
    """
    seen = in_scopes(viewer.scopes(Verb.SEE_ROWS), "grid__code")
    about = Difference.objects.filter(seen, entity__in=list(pks), state__in=rules.WAITING)
    waiting = about.order_by("created_at", "id")
    return rows_of(viewer, list(waiting))


def get_difference(viewer: Viewer, pk: uuid.UUID) -> DifferenceRow:
    """One difference. Raises NotHere."""
    row = Difference.objects.filter(pk=pk).first()
    if row is None or not viewer.may(Verb.DECIDE_DIFFERENCE, row.grid_id):
        raise NotHere
    return rows_of(viewer, [row])[0]


def rows_of(viewer: Viewer, differences: Sequence[Difference]) -> list[DifferenceRow]:
    """Rows with their titles, in a constant number of queries."""
    titles: dict[uuid.UUID, str] = {}
    by_kind: dict[str, set[uuid.UUID]] = {}
    source_words = source_names.in_words(viewer, [d.source_ref for d in differences])
    for row in differences:
        by_kind.setdefault(row.kind, set()).add(row.entity)
    for pk, name in Person.objects.filter(pk__in=by_kind.get("person", ())).values_list("id", "name"):
        titles[pk] = name
    for pk, address in Dwelling.objects.filter(pk__in=by_kind.get("dwelling", ())).values_list("id", "address"):
        titles[pk] = address
    for table, kind in ((Organization, "organization"), (Site, "site")):
        titles |= dict(table._default_manager.filter(pk__in=by_kind.get(kind, ())).values_list("id", "name"))
    titles |= {facility.id: facility.title for facility in Facility.objects.filter(pk__in=by_kind.get("facility", ()))}
    return [
        DifferenceRow(
            id=d.id,
            kind=d.kind,
            entity=d.entity,
            title=entities.shown_name(viewer, d.grid_id, titles.get(d.entity, ""))
            if d.kind == "person"
            else titles.get(d.entity, ""),
            field=d.field,
            label=dictionary.label(d.kind, d.field),
            current=_shown(viewer, d, "current"),
            claimed=_shown(viewer, d, "claimed"),
            source=rules.SOURCES.get(d.source, d.source),
            source_code=d.source,
            source_ref=source_words.get(d.source_ref, d.source_ref),
            why=rules.WHY.get(d.why, d.why),
            created_at=d.created_at,
            state=STATES[d.state],
            decided_by=d.decided_by_name,
            decided_at=d.decided_at,
            grid=d.grid_id,
            is_open=d.state == "open",
            decidable=d.state in rules.WAITING,
            undoable=d.state in UNDOABLE,
        )
        for d in differences
    ]


def _shown(viewer: Viewer, difference: Difference, column: str) -> str:
    reader = viewer.reader(difference.grid_id)
    if dictionary.shown(difference.kind, difference.field, reader) is Shown.NOTHING:
        return HIDDEN
    value = difference.opened(column)
    if difference.field == "residence_kind":
        return RESIDENCE_LABELS.get(str(value), str(value or ""))
    return dictionary.show(difference.kind, difference.field, value, reader)
