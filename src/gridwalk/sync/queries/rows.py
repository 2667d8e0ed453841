"""A grid as phones keep it: one flat row a record, numbers masked, nothing that changes without the grid's stream."""

from __future__ import annotations

import datetime as dt
import operator
import uuid
import zlib
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Viewer
from gridwalk.campaigns.models import Campaign, Target
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import sight
from gridwalk.dictionary.choices import CARE_CATEGORY
from gridwalk.registry import predicates
from gridwalk.registry import rules as registry
from gridwalk.registry.living import RESIDENCE_LABELS
from gridwalk.registry.models import CareLabel, Difference, Dwelling, Organization, Person, Residence, Site
from gridwalk.sync.models import Returned
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
    rows: list[Row] = []
    for part in (_places, _dwellings, _persons, _residences, _organizations, _sites, _visits, _differences, _tasks):
        rows.extend(part(grid))
    rows.extend(_care(grid, today))
    rows.extend(_needs(grid))
    rows.extend(_targets(grid))
    rows.sort(key=lambda row: (row["kind"], row["id"]))
    return rows


def _places(grid: str) -> Iterator[Row]:
    yield from layouts.of("building").rows(Building.objects.filter(grid_id=grid, ended_on__isnull=True))
    yield from layouts.of("stairwell").rows(Stairwell.objects.filter(building__grid_id=grid))


def _dwellings(grid: str) -> Iterator[Row]:
    return layouts.of("dwelling").rows(Dwelling.objects.filter(grid_id=grid).exclude(status="struck_off"))


def _persons(grid: str) -> Iterator[Row]:
    return layouts.of("person").rows(Person.objects.filter(grid_id=grid, status="active"))


def _residences(grid: str) -> Iterator[Row]:
    return layouts.of("residence").rows(Residence.objects.filter(grid_id=grid, to_on__isnull=True))


def guests(grid: str) -> list[Row]:
    """People of other grids with a residence here (registered here, lives elsewhere): name and status only."""
    people = Person.objects.filter(residences__grid_id=grid, residences__to_on__isnull=True).exclude(grid_id=grid)
    rows = people.distinct().values_list("id", "name", "status")
    return [
        {"kind": "person", "id": str(pk), "name": name, "status": status, "guest": True} for pk, name, status in rows
    ]


def _organizations(grid: str) -> Iterator[Row]:
    return layouts.of("organization").rows(Organization.objects.filter(grid_id=grid, status="active"))


def _sites(grid: str) -> Iterator[Row]:
    return layouts.of("site").rows(Site.objects.filter(grid_id=grid, status="active"))


def _care(grid: str, today: dt.date) -> Iterator[Row]:
    in_force = CareLabel.objects.filter(predicates.label_in_force(today), grid_id=grid, person__status="active")
    labels = in_force.values_list(
        "id", "person_id", "category", "interval_days", "last_contact_on", "starts_on", "ends_on"
    )
    for pk, person, category, interval, last, starts_on, ends_on in labels:
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


def _needs(grid: str) -> Iterator[Row]:
    """Needs that are followed, to be asked about at the door."""
    of_grid = CareNeed.objects.filter(
        contact__label__grid=grid, contact__label__person__status="active", state__in=FOLLOWED
    )
    needs = of_grid.values_list("id", "contact__label__person", "need", "state", "referred_to", "contact__on", "ask_on")
    for pk, person, need, state, to, found_on, ask_on in needs:
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


def campaign_for(grid: str) -> Campaign | None:
    """The campaign whose targets a grid's phones are shown."""
    running = Campaign.objects.filter(state="running").order_by("-starts_on")
    return next((c for c in running if grid.startswith(c.scope)), None)


def _targets(grid: str) -> Iterator[Row]:
    campaign = campaign_for(grid)
    if campaign is not None:
        targets = Target.objects.filter(campaign=campaign, grid_id=grid)
        yield from layouts.of("target").rows(targets.exclude(state="left"))


def _visits(grid: str) -> Iterator[Row]:
    """The last standing visits of every place of the grid, and second accounts that wait for a decision.

    A grid's rows are the same on every phone, so they say the day and the time band, and nobody's name (red line 2).
    ``nth``: which visit of its place it was, for several fall into one band.
    """
    layout = layouts.of("visit")
    place_of = operator.itemgetter(layout.names.index("place"))
    standing = Visit.objects.filter(grid_id=grid, withdrawn_at__isnull=True).order_by("at", "received_at", "id")
    last: defaultdict[uuid.UUID, deque[Row]] = defaultdict(lambda: deque(maxlen=LAST_VISITS))
    n_of: Counter[uuid.UUID] = Counter()
    for values in standing.values_list(*layout.columns).iterator(2000):
        place = place_of(values)
        n_of[place] += 1
        last[place].append({**layout.row(values), "nth": n_of[place]})
    for visits in last.values():
        yield from visits
    waiting = Returned.objects.filter(
        grid=grid, state__in=("waiting", "assigned"), op__verb="visit.record", place__isnull=False
    )
    for pk, kind, place, at in waiting.values_list("op_id", "op__kind", "place", "op__at"):
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


def own_visits(viewer: Viewer, rows: Iterable[Row]) -> list[str]:
    """Which visits among some rows are the viewer's; outside the hash, for each phone is told its own."""
    ids = [row["id"] for row in rows if row["kind"] == "visit"]
    if viewer.id is None or not ids:
        return []
    own = set(Visit.objects.filter(pk__in=ids, worker=viewer.id).values_list("id", flat=True))
    own |= set(Returned.objects.filter(pk__in=ids, op__user=viewer.id).values_list("pk", flat=True))
    return sorted(map(str, own))


def _differences(grid: str) -> Iterator[Row]:
    for d in Difference.objects.filter(grid_id=grid, state__in=registry.WAITING):
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


def _tasks(grid: str) -> Iterator[Row]:
    """Returned work the office has handed to somebody."""
    tasks = Returned.objects.filter(grid=grid, state="assigned").select_related("op")
    for task in tasks:
        yield {
            "kind": "task",
            "id": str(task.op_id),
            "place_kind": task.op.kind,
            "place": str(task.place) if task.place else None,
            "assignee": str(task.assigned_to_id) if task.assigned_to_id else None,
            "by": task.decided_by_name,
            "text": task.note,
        }


def names_of(rows: Iterable[Row]) -> dict[str, str]:
    """Names of the users whom rows mention by id; outside the hash."""
    mentioned = {row["assignee"] for row in rows if row.get("assignee")}
    return (
        {str(pk): name for pk, name in User.objects.filter(pk__in=mentioned).values_list("id", "name")}
        if mentioned
        else {}
    )


def due_of(rows: Iterable[Row], *, today: dt.date) -> list[Row]:
    """What is due by tomorrow: care contacts, key sites, agreed revisits, planned doors, by day."""
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
            if on <= until:
                due.append({"kind": "target", "id": row["id"], "on": on})
    return sorted(due, key=lambda entry: (entry["on"], entry["kind"], entry["id"]))
