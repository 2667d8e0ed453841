"""A grid as phones keep it: one flat row a record, numbers masked, nothing that changes without the grid's stream."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from gridwalk.accounts.models import User
from gridwalk.campaigns.models import Campaign, Target
from gridwalk.core import envelope
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import sight
from gridwalk.dictionary.choices import CARE_CATEGORY
from gridwalk.registry import predicates
from gridwalk.registry import rules as registry
from gridwalk.registry.models import CareLabel, Difference, Dwelling, Organization, Person, Residence, Site
from gridwalk.sync.models import Returned
from gridwalk.territory.models import Building, Stairwell
from gridwalk.visits.models import CareNeed, Visit
from gridwalk.visits.needs import FOLLOWED

Row = dict[str, Any]
FORMAT = 3
"""Raised when a row's shape changes: every phone then pulls its grids whole."""

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
    for pk, estate, name, n_floors in Building.objects.filter(grid_id=grid, ended_on__isnull=True).values_list(
        "id", "estate", "name", "n_floors"
    ):
        yield {"kind": "building", "id": str(pk), "estate": estate, "name": name, "n_floors": n_floors}
    for pk, building, name, entrance in Stairwell.objects.filter(building__grid_id=grid).values_list(
        "id", "building_id", "name", "entrance"
    ):
        yield {"kind": "stairwell", "id": str(pk), "building": str(building), "name": name, "entrance": entrance}


def _dwellings(grid: str) -> Iterator[Row]:
    found = (
        Dwelling.objects.filter(grid_id=grid)
        .exclude(status="struck_off")
        .values_list(
            "id",
            "building_id",
            "stairwell_id",
            "floor",
            "room",
            "address",
            "walk_key",
            "usage",
            "occupancy",
            "tenure",
            "area_m2",
            "owner_name",
            "owner_phone_sealed",
            "vacancy_source",
            "vacancy_confirmed_on",
            "verified_on",
            "last_contact_on",
            "status",
            "heads",
        )
    )
    for d in found:
        phone = envelope.open_(d[12], table="registry_dwelling", column="owner_phone", row=d[0]) if d[12] else ""
        yield {
            "kind": "dwelling",
            "id": str(d[0]),
            "building": str(d[1]) if d[1] else None,
            "stairwell": str(d[2]) if d[2] else None,
            "floor": d[3],
            "room": d[4],
            "address": d[5],
            "order": d[6],
            "usage": d[7],
            "occupancy": d[8],
            "tenure": d[9],
            "area_m2": f"{d[10]:.2f}".rstrip("0").rstrip(".") if d[10] else None,
            "owner_name": d[11],
            "owner_phone_mask": dictionary.show("dwelling", "owner_phone", phone, sight.ON_PHONE),
            "vacancy_source": d[13],
            "vacancy_confirmed_on": _iso(d[14]),
            "verified_on": _iso(d[15]),
            "last_contact_on": _iso(d[16]),
            "status": d[17],
            "heads": d[18],
        }


def _persons(grid: str) -> Iterator[Row]:
    found = Person.objects.filter(grid_id=grid, status="active").values_list(
        "id",
        "name",
        "sex",
        "born_on",
        "id_no_masked",
        "phone_masked",
        "relation",
        "registered_address",
        "status",
        "status_pending",
        "verified_on",
        "heads",
    )
    for p in found:
        yield {
            "kind": "person",
            "id": str(p[0]),
            "name": p[1],
            "sex": p[2],
            "born_on": _iso(p[3]),
            "id_no_mask": p[4],
            "phone_mask": p[5],
            "relation": p[6],
            "registered_address": p[7],
            "status": p[8],
            "status_pending": p[9],
            "verified_on": _iso(p[10]),
            "heads": p[11],
        }


def _residences(grid: str) -> Iterator[Row]:
    found = Residence.objects.filter(grid_id=grid, to_on__isnull=True)
    for pk, person, door, kind, since in found.values_list("id", "person_id", "dwelling_id", "kind", "from_on"):
        yield {
            "kind": "residence",
            "id": str(pk),
            "person": str(person),
            "dwelling": str(door),
            "residence_kind": kind,
            "since": _iso(since),
        }


def guests(grid: str) -> list[Row]:
    """People of other grids with a residence here (registered here, lives elsewhere): name and status only."""
    found = Person.objects.filter(residences__grid_id=grid, residences__to_on__isnull=True).exclude(grid_id=grid)
    rows = found.distinct().values_list("id", "name", "status")
    return [
        {"kind": "person", "id": str(pk), "name": name, "status": status, "guest": True} for pk, name, status in rows
    ]


def _organizations(grid: str) -> Iterator[Row]:
    found = Organization.objects.filter(grid_id=grid, status="active").values_list(
        "id",
        "name",
        "uscc",
        "org_kind",
        "address",
        "dwelling_id",
        "contact_name",
        "contact_phone_masked",
        "last_contact_on",
        "verified_on",
        "heads",
    )
    for o in found:
        yield {
            "kind": "organization",
            "id": str(o[0]),
            "name": o[1],
            "uscc": o[2],
            "org_kind": o[3],
            "address": o[4],
            "dwelling": str(o[5]) if o[5] else None,
            "contact_name": o[6],
            "contact_phone_mask": o[7],
            "last_contact_on": _iso(o[8]),
            "verified_on": _iso(o[9]),
            "heads": o[10],
        }


def _sites(grid: str) -> Iterator[Row]:
    found = Site.objects.filter(grid_id=grid, status="active").values_list(
        "id",
        "name",
        "site_kind",
        "address",
        "contact_name",
        "contact_phone_masked",
        "interval_days",
        "last_contact_on",
        "verified_on",
        "heads",
    )
    for s in found:
        yield {
            "kind": "site",
            "id": str(s[0]),
            "name": s[1],
            "site_kind": s[2],
            "address": s[3],
            "contact_name": s[4],
            "contact_phone_mask": s[5],
            "interval_days": s[6],
            "last_contact_on": _iso(s[7]),
            "verified_on": _iso(s[8]),
            "heads": s[9],
        }


def _care(grid: str, today: dt.date) -> Iterator[Row]:
    in_force = CareLabel.objects.filter(predicates.label_in_force(today), grid_id=grid, person__status="active")
    found = in_force.values_list(
        "id", "person_id", "category", "interval_days", "last_contact_on", "starts_on", "ends_on"
    )
    for pk, person, category, interval, last, starts_on, ends_on in found:
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
    found = of_grid.values_list("id", "contact__label__person", "need", "state", "referred_to", "contact__on", "ask_on")
    for pk, person, need, state, to, found_on, ask_on in found:
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
    if campaign is None:
        return
    found = (
        Target.objects.filter(campaign=campaign, grid_id=grid)
        .exclude(state="left")
        .values_list(
            "id",
            "kind",
            "entity",
            "state",
            "outcome",
            "n_visits",
            "bands",
            "last_visit_at",
            "revisit_at",
            "planned_on",
            "planned_band",
            "assignee_id",
            "note",
        )
    )
    for t in found:
        yield {
            "kind": "target",
            "id": str(t[0]),
            "place_kind": t[1],
            "place": str(t[2]),
            "state": t[3],
            "outcome": t[4],
            "n_visits": t[5],
            "bands": list(t[6]),
            "last_visit_at": _moment(t[7]),
            "revisit_at": _moment(t[8]),
            "planned_on": _iso(t[9]),
            "planned_band": t[10],
            "assignee": str(t[11]) if t[11] else None,
            "note": t[12],
        }


def _moment(value: dt.datetime | None) -> str | None:
    """A moment in UTC to the second, spelled one way."""
    return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if value is not None else None


def _visits(grid: str) -> Iterator[Row]:
    """The last standing visits of every place of the grid, and second accounts that wait for a decision."""
    columns = ("id", "kind", "entity", "outcome", "at", "worker", "worker_name", "n_confirmed", "n_changed")
    found = Visit.objects.filter(grid_id=grid, withdrawn_at__isnull=True).order_by("-at", "-id").values_list(*columns)
    n_of: defaultdict[uuid.UUID, int] = defaultdict(int)
    for v in found.iterator(2000):
        n_of[v[2]] += 1
        if n_of[v[2]] <= LAST_VISITS:
            yield {
                "kind": "visit",
                "id": str(v[0]),
                "place_kind": v[1],
                "place": str(v[2]),
                "outcome": v[3],
                "at": _moment(v[4]),
                "worker": str(v[5]) if v[5] else None,
                "worker_name": v[6],
                "n_confirmed": v[7],
                "n_changed": v[8],
            }
    waiting = Returned.objects.filter(
        grid=grid, state__in=("waiting", "assigned"), op__verb="visit.record", place__isnull=False
    )
    authors = dict(User.objects.filter(pk__in=waiting.values("op__user")).values_list("id", "name"))
    for pk, kind, place, at, user in waiting.values_list("op_id", "op__kind", "place", "op__at", "op__user"):
        yield {
            "kind": "visit",
            "id": str(pk),
            "place_kind": kind,
            "place": str(place),
            "outcome": "",
            "at": _moment(at),
            "worker": str(user),
            "worker_name": authors.get(user, ""),
            "n_confirmed": 0,
            "n_changed": 0,
            "waiting": True,
        }


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
        return registry.RESIDENCE_LABELS.get(str(value), str(value or ""))
    return dictionary.show(difference.kind, difference.field, value, sight.ON_PHONE)


def _tasks(grid: str) -> Iterator[Row]:
    """Returned work the office has handed to somebody."""
    found = Returned.objects.filter(grid=grid, state="assigned").select_related("op")
    for one in found:
        yield {
            "kind": "task",
            "id": str(one.op_id),
            "place_kind": one.op.kind,
            "place": str(one.place) if one.place else None,
            "assignee": str(one.assigned_to_id) if one.assigned_to_id else None,
            "by": one.decided_by_name,
            "text": one.note,
        }


def names_of(rows: Iterable[Row]) -> dict[str, str]:
    """Names of the users whom rows mention by id; outside the hash."""
    mentioned = {uuid.UUID(row[key]) for row in rows for key in ("assignee",) if row.get(key)}
    return (
        {str(pk): name for pk, name in User.objects.filter(pk__in=mentioned).values_list("id", "name")}
        if mentioned
        else {}
    )


def due_of(rows: Iterable[Row], *, today: dt.date) -> list[Row]:
    """What is due by tomorrow: care contacts, key sites, agreed revisits, planned doors, by day."""
    until = (today + dt.timedelta(days=1)).isoformat()
    found: list[Row] = []
    for row in rows:
        if row["kind"] == "care" and row["due_on"] <= until:
            found.append({"kind": "care", "id": row["id"], "on": row["due_on"]})
        elif row["kind"] == "site":
            last = dt.date.fromisoformat(row["last_contact_on"]) if row["last_contact_on"] else None
            on = _iso(last + dt.timedelta(days=row["interval_days"])) if last else today.isoformat()
            if on is not None and on <= until:
                found.append({"kind": "site", "id": row["id"], "on": on})
        elif row["kind"] == "target" and row["state"] != "visited" and (row["revisit_at"] or row["planned_on"]):
            on = str(row["revisit_at"] or row["planned_on"])[:10]
            if on <= until:
                found.append({"kind": "target", "id": row["id"], "on": on})
    return sorted(found, key=lambda one: (one["on"], one["kind"], one["id"]))
