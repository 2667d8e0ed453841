"""Applying rows of dwellings, organizations and key sites."""

from __future__ import annotations

import uuid
from typing import Any

from gridwalk.campaigns import actions as campaigns
from gridwalk.core import ids
from gridwalk.core.actions import Writing
from gridwalk.method import addresses, names
from gridwalk.reconcile.actions.batch import Batch, claims_of, facts
from gridwalk.reconcile.places import Place, doors
from gridwalk.registry.actions import claims, creation
from gridwalk.registry.actions.claims import Judged
from gridwalk.registry.models import Organization, Site
from gridwalk.registry.rules import Claim
from gridwalk.territory import actions as territory
from gridwalk.territory.actions import WantedStairwell

UNKNOWN = {"usage": "residential", "occupancy": "unknown", "tenure": "unknown"}


def wanted_stairwell(place: Place) -> WantedStairwell:
    """The building and stairwell a place stands in; where a road and number stand for them, they are its building."""
    address = place.address
    return WantedStairwell(
        place.grid, address.estate or address.road, address.building or address.number, address.stairwell
    )


def new_doors(
    writing: Writing, wanted: dict[tuple[str, str], tuple[Place, dict[str, Any], str]]
) -> dict[tuple[str, str], uuid.UUID]:
    """Register the doors of ``(community, key)`` → (place, facts, source ref), with buildings and stairwells; they join a running campaign."""
    stairs = territory.ensure_stairwells(writing, list({wanted_stairwell(p) for p, _, _ in wanted.values()}))
    made: dict[tuple[str, str], uuid.UUID] = {}
    new = []
    for door, (place, values, source_ref) in wanted.items():
        building, stairwell = stairs[wanted_stairwell(place)]
        address = place.address
        walk = addresses.walking_order(address.estate or address.road, address.building or address.number,
                                       address.stairwell, str(address.floor or ""), address.room)[:80]  # fmt: skip
        one = creation.New(
            place.grid, {**UNKNOWN, **values}, "ledger", source_ref,
            extra={
                "building_id": building, "stairwell_id": stairwell, "community": place.community,
                "address": addresses.display(address)[:120], "address_key": place.key, "floor": address.floor,
                "room": address.room[:20], "walk_key": walk,
            },
            id=ids.new_id(),
        )  # fmt: skip
        made[door] = one.id
        new.append(one)
    creation.register(writing, "dwelling", new)
    for one in new:
        if one.values["usage"] in {"residential", "mixed"}:
            campaigns.join_target(
                writing, grid=one.grid, kind="dwelling", entity=one.id, walk_key=one.extra["walk_key"]
            )
    return made


def apply_dwellings(writing: Writing, work: Batch) -> None:
    """Doors that stand get claims; new ones are registered once, a second row of the same door says claims."""
    wanted: dict[str, set[str]] = {}
    for place in work.places:
        if place.community and place.key:
            wanted.setdefault(place.community, set()).add(place.key)
    known = {door: pk for door, (pk, _) in doors(wanted).items()}
    fresh: dict[tuple[str, str], tuple[Place, dict[str, Any], str]] = {}
    said: list[tuple[int, Claim]] = []
    first: dict[tuple[str, str], int] = {}
    for index, place in enumerate(work.places):
        if place.fault:
            work.fault(index, place.fault)
        if not place.community or not place.key or work.rows[index].state == "refused":
            if work.rows[index].state != "refused":
                work.fault(index, "no_door", "room")
                work.rows[index].state = "refused"
            continue
        door = (place.community, place.key)
        if door not in known and door not in fresh:
            fresh[door] = (place, facts("dwelling", work.values[index]), work.source_refs[index])
            first[door] = index
        elif door in fresh:
            work.fault(index, "same_row_twice")
    made = new_doors(writing, fresh) if fresh else {}
    for index, place in enumerate(work.places):
        door = (place.community, place.key)
        if work.rows[index].state == "refused":
            continue
        if first.get(door) == index:
            work.became(index, made[door], "created")
            continue
        pk = known.get(door) or made[door]
        work.rows[index].entity = pk
        said += [(index, c) for c in claims_of("dwelling", pk, work.values[index], source_ref=work.source_refs[index])]
    _say(writing, work, said)


def _say(writing: Writing, work: Batch, said: list[tuple[int, Claim]]) -> None:
    judged = claims.apply_claims(writing, [claim for _, claim in said])
    index_of = {id(claim): index for index, claim in said}
    work.judged([(index_of[id(one.claim)], one) for one in judged])
    count_asked(work, judged)


def count_asked(work: Batch, judged: list[Judged]) -> None:
    """Add the claims that became differences to the batch's count."""
    work.n_differences += sum(1 for one in judged if one.verdict == "ask")


def apply_organizations(writing: Writing, work: Batch) -> None:
    """Known by credit code, else by name in the grid."""
    codes = {str(v.get("uscc") or "") for v in work.values} - {""}
    by_code = {o.uscc: o.id for o in Organization.objects.filter(uscc__in=codes, status="active")}
    keys = {names.organization_key(str(v.get("name") or "")) for v in work.values} - {""}
    grids = {p.grid for p in work.places}
    by_name = {(o.grid_id, o.name_key): o.id for o in Organization.objects.filter(grid_id__in=grids, name_key__in=keys)}

    def find(values: dict[str, Any], place: Place) -> uuid.UUID | None:
        code = str(values.get("uscc") or "")
        return by_code.get(code) or by_name.get((place.grid, names.organization_key(str(values["name"]))))

    def remember(values: dict[str, Any], place: Place, pk: uuid.UUID) -> None:
        if values.get("uscc"):
            by_code[str(values["uscc"])] = pk
        by_name[place.grid, names.organization_key(str(values["name"]))] = pk

    _apply_named(writing, work, "organization", find, remember)


def apply_sites(writing: Writing, work: Batch) -> None:
    """Known by name in the grid."""
    grids = {p.grid for p in work.places}
    by_name = {(s.grid_id, s.name): s.id for s in Site.objects.filter(grid_id__in=grids)}

    def find(values: dict[str, Any], place: Place) -> uuid.UUID | None:
        return by_name.get((place.grid, str(values["name"])))

    def remember(values: dict[str, Any], place: Place, pk: uuid.UUID) -> None:
        by_name[place.grid, str(values["name"])] = pk

    _apply_named(writing, work, "site", find, remember)


def _apply_named(writing: Writing, work: Batch, kind: str, find: Any, remember: Any) -> None:
    new: list[creation.New] = []
    said: list[tuple[int, Claim]] = []
    for index, (values, place) in enumerate(zip(work.values, work.places, strict=True)):
        if place.fault:
            work.fault(index, place.fault)
        if work.rows[index].state == "refused":
            continue
        if not values.get("name"):
            work.rows[index].state = "refused"
            continue
        pk = find(values, place)
        if pk is None:
            extra: dict[str, Any] = {
                "address": (addresses.display(place.address) or str(values.get("address", "")))[:160]
            }
            if kind == "organization":
                extra["dwelling_id"] = place.dwelling
            one = creation.New(place.grid, facts(kind, values), "ledger", work.source_refs[index], extra=extra)
            new.append(one)
            remember(values, place, one.id)
            work.became(index, one.id, "created")
            continue
        work.rows[index].entity = pk
        said += [(index, c) for c in claims_of(kind, pk, values, source_ref=work.source_refs[index])]
    creation.register(writing, kind, new)
    for one in new:
        name = str(one.values["name"])
        campaigns.join_target(
            writing, grid=one.grid, kind=kind, entity=one.id, walk_key=f"~{names.sort_key(name)}"[:80]
        )
    _say(writing, work, said)
