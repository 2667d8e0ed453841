"""A grid as phones keep it: one flat row a record, numbers masked, nothing that changes without the grid's stream."""

from __future__ import annotations

import dataclasses
import datetime as dt
import operator
import uuid
import zlib
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.db.models import QuerySet

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Viewer
from gridwalk.campaigns import queries as campaigns
from gridwalk.campaigns.models import Target
from gridwalk.core import plain
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import sight
from gridwalk.dictionary.choices import CARE_CATEGORY
from gridwalk.registry import predicates
from gridwalk.registry import rules as registry
from gridwalk.registry.living import RESIDENCE_LABELS
from gridwalk.registry.models import CareLabel, Difference, Dwelling, Organization, Person, Residence, Site
from gridwalk.sync.models import Op, Returned
from gridwalk.sync.queries import layouts
from gridwalk.sync.queries.layouts import Row
from gridwalk.territory.models import Building, Stairwell
from gridwalk.visits.models import CareNeed, Visit
from gridwalk.visits.needs import FOLLOWED

REVISION = 5
"""Raised when a row changes that has no layout, or a value is spelled otherwise."""
FORMAT = zlib.crc32(repr((REVISION, layouts.shape())).encode()) % (1 << 15)
"""Another one when a row's shape changes: every phone then pulls its grids whole."""

LAST_VISITS = 3


def _iso(value: dt.date | dt.datetime | None) -> str | None:
    return value.isoformat() if value is not None else None


def of_grid(grid: str, *, today: dt.date) -> list[Row]:
    """Every row of a grid, sorted by (kind, id); a constant number of queries. The stream must be locked."""
    campaign = campaigns.running_for(grid)
    values = {"grid": grid, "today": today, "campaign": campaign.pk if campaign else None}
    with plain.together():
        differences = plain.ask_for(Difference, _DIFFERENCES, [grid, list(registry.WAITING)])
        asked = [(part, part.query.ask(**values)) for part in _PARTS]
        rows = [row for part, read in asked for row in part.rows(read())]
        rows += _differences(differences())
    rows.sort(key=lambda row: (row["kind"], row["id"]))
    return rows


_ANY_GRID, _ANY_DAY, _ANY_CAMPAIGN = "a grid", dt.date.min, uuid.UUID(int=0)
Answer = Sequence[Sequence[Any]]


@dataclasses.dataclass(frozen=True)
class _Part:
    """Rows of a grid that are read by one query: what is asked for, and what the answer becomes."""

    query: plain.Query
    rows: Callable[[Answer], Iterable[Row]]


def _of_layout(kind: str, records: Callable[..., QuerySet[Any]], **examples: Any) -> _Part:
    """Records of a kind that has a layout."""

    def query(**values: Any) -> QuerySet[Any, Any]:
        return layouts.of(kind).asked(records(**values))

    return _Part(plain.Query(query, grid=_ANY_GRID, **examples), lambda answer: map(layouts.of(kind).row, answer))


def _care(answer: Answer) -> Iterator[Row]:
    for pk, person, category, interval, last, starts_on, ends_on in answer:
        yield {
            "kind": "care",
            "id": str(pk),
            "person": str(person),
            "category": CARE_CATEGORY[category][0],
            "interval_days": interval,
            "last_contact_on": _iso(last),
            "ends_on": _iso(ends_on),
            "due_on": _iso((last or starts_on) + dt.timedelta(days=interval)),
        }


def _labels_in_force(grid: str, today: dt.date) -> QuerySet[Any, Any]:
    labels = CareLabel.objects.filter(predicates.label_in_force(today), grid_id=grid, person__status="active")
    return labels.values_list("id", "person_id", "category", "interval_days", "last_contact_on", "starts_on", "ends_on")


def _needs(answer: Answer) -> Iterator[Row]:
    for pk, person, need, state, to, found_on, ask_on in answer:
        yield {
            "kind": "need",
            "id": str(pk),
            "person": str(person),
            "need": need,
            "state": state,
            "to": to,
            "found_on": _iso(found_on),
            "ask_on": _iso(ask_on),
        }


def _followed(grid: str) -> QuerySet[Any, Any]:
    """Needs that are followed, to be asked about at the door."""
    needs = CareNeed.objects.filter(
        contact__label__grid=grid, contact__label__person__status="active", state__in=FOLLOWED
    )
    return needs.values_list("id", "contact__label__person", "need", "state", "referred_to", "contact__on", "ask_on")


def _visits(answer: Answer) -> Iterator[Row]:
    """The last standing visits of every place of the grid.

    A grid's rows are the same on every phone, so they say the day and the time band, and nobody's name (red line 2).
    ``nth``: which visit of its place it was, for several fall into one band.
    """
    layout = layouts.of("visit")
    place_of = operator.itemgetter(layout.names.index("place"))
    last: defaultdict[str, deque[tuple[int, Sequence[Any]]]] = defaultdict(lambda: deque(maxlen=LAST_VISITS))
    n_of: Counter[str] = Counter()
    for values in answer:
        place = place_of(values)
        n_of[place] += 1
        last[place].append((n_of[place], values))
    for visits in last.values():
        for nth, values in visits:
            yield {**layout.row(values), "nth": nth}


def _standing(grid: str) -> QuerySet[Any, Any]:
    visits = Visit.objects.filter(grid_id=grid, withdrawn_at__isnull=True).order_by("at", "received_at", "id")
    return layouts.of("visit").asked(visits)


def _second_accounts(answer: Answer) -> Iterator[Row]:
    for pk, kind, place, at in answer:
        yield {
            "kind": "visit",
            "id": str(pk),
            "place_kind": kind,
            "place": str(place),
            "outcome": "",
            "at": layouts.band(at),
            "nth": 0,
            "n_confirmed": 0,
            "n_changed": 0,
            "waiting": True,
        }


def _waiting(grid: str) -> QuerySet[Any, Any]:
    """Visits that were returned and wait for a decision."""
    waiting = Returned.objects.filter(
        grid=grid, state__in=("waiting", "assigned"), op__verb="visit.record", place__isnull=False
    )
    return waiting.values_list("op_id", "op__kind", "place", "op__at")


def _tasks(answer: Answer) -> Iterator[Row]:
    for pk, kind, place, assignee, by, note in answer:
        yield {
            "kind": "task",
            "id": str(pk),
            "place_kind": kind,
            "place": str(place) if place else None,
            "assignee": str(assignee) if assignee else None,
            "by": by,
            "text": note,
        }


def _handed_over(grid: str) -> QuerySet[Any, Any]:
    """Returned work the office has handed to somebody."""
    tasks = Returned.objects.filter(grid=grid, state="assigned")
    return tasks.values_list("op_id", "op__kind", "place", "assigned_to_id", "decided_by_name", "note")


_PARTS = (
    _of_layout("building", lambda grid: Building.objects.filter(grid_id=grid, ended_on__isnull=True)),
    _of_layout("stairwell", lambda grid: Stairwell.objects.filter(building__grid_id=grid)),
    _of_layout("dwelling", lambda grid: Dwelling.objects.filter(grid_id=grid).exclude(status="struck_off")),
    _of_layout("person", lambda grid: Person.objects.filter(grid_id=grid, status="active")),
    _of_layout("residence", lambda grid: Residence.objects.filter(grid_id=grid, to_on__isnull=True)),
    _of_layout("organization", lambda grid: Organization.objects.filter(grid_id=grid, status="active")),
    _of_layout("site", lambda grid: Site.objects.filter(grid_id=grid, status="active")),
    _of_layout(
        "target",
        lambda grid, campaign: Target.objects.filter(campaign=campaign, grid_id=grid).exclude(state="left"),
        campaign=_ANY_CAMPAIGN,
    ),
    _Part(plain.Query(_standing, grid=_ANY_GRID), _visits),
    _Part(plain.Query(_waiting, grid=_ANY_GRID), _second_accounts),
    _Part(plain.Query(_handed_over, grid=_ANY_GRID), _tasks),
    _Part(plain.Query(_followed, grid=_ANY_GRID), _needs),
    _Part(plain.Query(_labels_in_force, grid=_ANY_GRID, today=_ANY_DAY), _care),
)
_DIFFERENCES = "t.grid_id = %s AND t.state = ANY(%s)"


def _differences(waiting: Iterable[Difference]) -> Iterator[Row]:
    for d in waiting:
        asked = d.state == "to_door"
        yield {
            "kind": "difference",
            "id": str(d.id),
            "entity_kind": d.kind,
            "entity": str(d.entity),
            "field": d.field,
            "label": dictionary.label(d.kind, d.field),
            "current": _shown(d, "current"),
            "claimed": _shown(d, "claimed"),
            "source": registry.SOURCES.get(d.source, d.source),
            "why": registry.WHY.get(d.why, d.why),
            "state": d.state,
            "place": d.evidence.get("dwelling") if d.field == "residence" else None,
            "by": d.decided_by_name if asked else "",
            "note": d.reason if asked else "",
        }


def _shown(difference: Difference, column: str) -> str:
    value = difference.opened(column)
    if difference.field == "residence_kind":
        return RESIDENCE_LABELS.get(str(value), str(value or ""))
    return dictionary.show(difference.kind, difference.field, value, sight.ON_PHONE)


def guests(grid: str, *, among: Iterable[Row] | None = None) -> list[Row]:
    """People of other grids with a residence here (registered here, lives elsewhere): name and status only.

    ``among``: the grid's rows, where they have been read.
    """
    if among is not None and _all_at_home(among):
        return []
    return [
        {"kind": "person", "id": str(pk), "name": name, "status": status, "guest": True}
        for pk, name, status in _GUESTS.ask(grid=grid)()
    ]


def _all_at_home(rows: Iterable[Row]) -> bool:
    ids = {kind: {row[of] for row in rows if row["kind"] == kind} for kind, of in _LIVING.items()}
    return ids["residence"] <= ids["person"]


_LIVING = {"residence": "person", "person": "id"}


def _of_elsewhere(grid: str) -> QuerySet[Any, Any]:
    people = Person.objects.filter(residences__grid_id=grid, residences__to_on__isnull=True).exclude(grid_id=grid)
    return people.distinct().values_list("id", "name", "status")


_GUESTS = plain.Query(_of_elsewhere, grid=_ANY_GRID)


def own_visits(viewer: Viewer, rows: Iterable[Row]) -> list[str]:
    """Which visits among some rows are the viewer's; outside the hash, for each phone is told its own."""
    ids = [row["id"] for row in rows if row["kind"] == "visit"]
    if viewer.id is None or not ids:
        return []
    return sorted(str(pk) for (pk,) in plain.ask(_OWN, [ids, viewer.id, ids, viewer.id])())


_OWN = f"""
SELECT v.id FROM {Visit._meta.db_table} v WHERE v.id = ANY(%s::uuid[]) AND v.worker = %s
UNION SELECT o.id FROM {Op._meta.db_table} o JOIN {Returned._meta.db_table} r ON r.op_id = o.id
WHERE o.id = ANY(%s::uuid[]) AND o."user" = %s
"""  # noqa: S608 names come from the models


def names_of(rows: Iterable[Row]) -> dict[str, str]:
    """Names of the users whom rows mention by id; outside the hash."""
    mentioned = {row["assignee"] for row in rows if row.get("assignee")}
    return {str(pk): name for pk, name in plain.ask(_NAMES, [list(mentioned)])()} if mentioned else {}


_NAMES = f"SELECT u.id, u.name FROM {User._meta.db_table} u WHERE u.id = ANY(%s::uuid[])"  # noqa: S608 ours


def due_of(rows: Iterable[Row], *, today: dt.date) -> list[Row]:
    """What is due by tomorrow: care contacts, key sites, agreed revisits, planned doors, by day.

    An appointment or a plan whose day is over is none any more.
    """
    until = (today + dt.timedelta(days=1)).isoformat()
    due: list[Row] = []
    for row in rows:
        if row["kind"] == "care" and row["due_on"] <= until:
            due.append({"kind": "care", "id": row["id"], "on": row["due_on"]})
        elif row["kind"] == "site":
            last = dt.date.fromisoformat(row["last_contact_on"]) if row["last_contact_on"] else None
            on = _iso(last + dt.timedelta(days=row["interval_days"])) if last else today.isoformat()
            if on is not None and on <= until:
                due.append({"kind": "site", "id": row["id"], "on": on})
        elif row["kind"] == "target" and row["state"] != "visited" and (row["revisit_at"] or row["planned_on"]):
            on = str(row["revisit_at"] or row["planned_on"])[:10]
            if today.isoformat() <= on <= until:
                due.append({"kind": "target", "id": row["id"], "on": on})
    return sorted(due, key=lambda entry: (entry["on"], entry["kind"], entry["id"]))
