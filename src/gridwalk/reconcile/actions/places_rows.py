"""Applying rows of dwellings, organizations and key sites."""

from __future__ import annotations

import uuid
from typing import Any

from gridwalk.campaigns.actions import dispatch
from gridwalk.campaigns.actions.dispatch import Joining
from gridwalk.core.actions import Writing
from gridwalk.method import address_writing, names
from gridwalk.reconcile.actions.batch import Batch, claims_of, facts
from gridwalk.reconcile.places import Place, doors
from gridwalk.registry.actions import claims, creation
from gridwalk.registry.actions.claims import Judged
from gridwalk.registry.actions.doors import NewDoor, register_doors
from gridwalk.registry.models import Organization, Site
from gridwalk.registry.rules import Claim
from gridwalk.territory import rules as codes

Door = tuple[str, str]
"""A door by community and address key."""


def new_doors(writing: Writing, wanted: dict[Door, tuple[Place, dict[str, Any], str]]) -> dict[Door, uuid.UUID]:
    """Register the doors (place, facts, source ref); they join a running campaign. Returns their ids."""
    new = {
        door: NewDoor(grid=place.grid, address=place.address, values=values, source="ledger", source_ref=source_ref)
        for door, (place, values, source_ref) in wanted.items()
    }
    register_doors(writing, list(new.values()))
    joining = [
        Joining(door.grid, "dwelling", door.id, door.walk_key)
        for door in new.values()
        if door.values.get("usage", "residential") in {"residential", "mixed"}
    ]
    dispatch.join_targets(writing, joining)
    return {key: door.id for key, door in new.items()}


def doors_of_rows(
    writing: Writing, work: Batch, wanted: dict[Door, tuple[Place, dict[str, Any], str]]
) -> dict[Door, uuid.UUID]:
    """Register the doors a batch brings, and count those that have no grid yet. Returns their ids."""
    work.n_unassigned += sum(codes.is_unassigned(place.grid) for place, _, _ in wanted.values())
    return new_doors(writing, wanted) if wanted else {}


def apply_dwellings(writing: Writing, work: Batch) -> None:
    """Doors that stand get claims; new ones are registered once, a second row of the same door says claims."""
    wanted: dict[str, set[str]] = {}
    for place in work.places:
        if place.community and place.key:
            wanted.setdefault(place.community, set()).add(place.key)
    known = {door: pk for door, (pk, _) in doors(wanted).items()}
    fresh: dict[Door, tuple[Place, dict[str, Any], str]] = {}
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
    made = doors_of_rows(writing, work, fresh)
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
    say(writing, work, said)


def say(writing: Writing, work: Batch, said: list[tuple[int, Claim]]) -> None:
    """Say rows' facts as claims, and note on the rows what became of them."""
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
                "address": (address_writing.display(place.address) or str(values.get("address", "")))[:160]
            }
            if kind == "organization":
                extra["dwelling_id"] = place.dwelling
            one = creation.New(
                grid=place.grid,
                values=facts(kind, values),
                source="ledger",
                source_ref=work.source_refs[index],
                extra=extra,
            )
            new.append(one)
            remember(values, place, one.id)
            work.became(index, one.id, "created")
            continue
        work.rows[index].entity = pk
        said += [(index, c) for c in claims_of(kind, pk, values, source_ref=work.source_refs[index])]
    creation.register(writing, kind, new)
    dispatch.join_targets(
        writing,
        [Joining(one.grid, kind, one.id, f"~{names.sort_key(str(one.values['name']))}"[:80]) for one in new],
    )
    say(writing, work, said)
