"""The one queue of differences: counts by field, a list, one with its evidence side by side."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Sequence

from django.db.models import Count, Q, QuerySet

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core.queries import NotHere
from gridwalk.dictionary import fields as dictionary
from gridwalk.registry import columns, rules
from gridwalk.registry.models import Difference, Dwelling, Organization, Person, Site
from gridwalk.registry.queries import entities

STATES = dict(Difference.STATES)


@dataclasses.dataclass(frozen=True)
class Row:
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
    source_ref: str
    why: str
    created_at: dt.datetime
    state: str
    decided_by: str
    decided_at: dt.datetime | None
    grid: str


def _visible(viewer: Viewer, scope: str) -> QuerySet[Difference]:
    inside = Q(pk__in=[])
    for held in viewer.scopes(Verb.DECIDE_DIFFERENCE):
        if held.startswith(scope) or scope.startswith(held):
            inside |= Q(grid__code__startswith=max(held, scope, key=len))
    return Difference.objects.filter(inside)


def counts(viewer: Viewer, scope: str) -> list[tuple[str, str, str, int]]:
    """Open differences by (kind, field, label), the most numerous first."""
    rows = _visible(viewer, scope).filter(state="open").values("kind", "field").annotate(n=Count("pk")).order_by("-n")
    return [(r["kind"], r["field"], f"{dictionary.label(r['kind'], r['field'])}", r["n"]) for r in rows]


def n_open(viewer: Viewer, scope: str) -> int:
    """How many differences wait for the viewer."""
    return _visible(viewer, scope).filter(state="open").count()


def waiting(
    viewer: Viewer, scope: str, *, kind: str = "", field: str = "", state: str = "open", limit: int = 50
) -> list[Row]:
    """Differences in a state, the oldest first (decided ones: the newest)."""
    rows = (
        _visible(viewer, scope).filter(state=state)
        if state != "decided"
        else _visible(viewer, scope).exclude(state="open")
    )
    if kind:
        rows = rows.filter(kind=kind)
    if field:
        rows = rows.filter(field=field)
    return rows_of(viewer, list(rows.order_by("-decided_at" if state == "decided" else "created_at", "id")[:limit]))


def of_entities(viewer: Viewer, pks: Sequence[uuid.UUID]) -> list[Row]:
    """Open differences about some entities."""
    return rows_of(viewer, list(Difference.objects.filter(entity__in=list(pks), state="open")))


def get_difference(viewer: Viewer, pk: uuid.UUID) -> Row:
    """One difference. Raises NotHere."""
    found = Difference.objects.filter(pk=pk).first()
    if found is None or not viewer.may(Verb.DECIDE_DIFFERENCE, found.grid_id):
        raise NotHere
    return rows_of(viewer, [found])[0]


def rows_of(viewer: Viewer, found: Sequence[Difference]) -> list[Row]:
    """Rows with their titles, in a constant number of queries."""
    titles: dict[uuid.UUID, str] = {}
    by_kind: dict[str, set[uuid.UUID]] = {}
    for one in found:
        by_kind.setdefault(one.kind, set()).add(one.entity)
    for pk, name in Person.objects.filter(pk__in=by_kind.get("person", ())).values_list("id", "name"):
        titles[pk] = name
    for pk, address in Dwelling.objects.filter(pk__in=by_kind.get("dwelling", ())).values_list("id", "address"):
        titles[pk] = address
    for table, kind in ((Organization, "organization"), (Site, "site")):
        titles |= dict(table._default_manager.filter(pk__in=by_kind.get(kind, ())).values_list("id", "name"))
    return [
        Row(
            d.id, d.kind, d.entity,
            entities.shown_name(viewer, d.grid_id, titles.get(d.entity, "")) if d.kind == "person" else titles.get(d.entity, ""),
            d.field, dictionary.label(d.kind, d.field), _shown(d, "current"), _shown(d, "claimed"),
            rules.SOURCES.get(d.source, d.source), d.source_ref, rules.WHY.get(d.why, d.why), d.created_at,
            STATES[d.state], d.decided_by_name, d.decided_at, d.grid_id,
        )
        for d in found
    ]  # fmt: skip


def _shown(difference: Difference, column: str) -> str:
    value = difference.opened(column)
    if difference.field == "residence_kind":
        return rules.RESIDENCE_LABELS.get(str(value), str(value or ""))
    return dictionary.show(difference.kind, difference.field, value)


def beside(viewer: Viewer, row: Row) -> list[tuple[str, str]]:
    """The entity's other facts, for judging a difference: (label, shown value)."""
    entity = columns.TABLES[row.kind]._default_manager.get(pk=row.entity)
    return [(f.label, f.value) for f in entities.facts(viewer, entity) if f.value and f.field != row.field]
