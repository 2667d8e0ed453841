"""Applying rows of dwellings, organizations and key sites."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from gridwalk.campaigns.actions import dispatch
from gridwalk.campaigns.actions.dispatch import Joining
from gridwalk.core.actions import Writing
from gridwalk.method import address_writing, names
from gridwalk.reconcile.actions.batch import Batch, facts
from gridwalk.reconcile.actions.walking import claim, walk
from gridwalk.reconcile.places import Place, doors
from gridwalk.reconcile.queries import taking_back
from gridwalk.registry.actions import creation
from gridwalk.registry.actions.doors import NewDoor, register_doors
from gridwalk.registry.models import Organization, Site
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
    work.unassigned.update(place.grid for place, _, _ in wanted.values() if codes.is_unassigned(place.grid))
    return new_doors(writing, wanted) if wanted else {}


def apply_dwellings(writing: Writing, work: Batch) -> None:
    """Doors that stand get claims; new ones are registered once, a second row of the same door makes claims."""
    work.note_places()
    standing = _standing(work)
    first: dict[Door, int] = {}
    for index in _with_door(work):
        door = _door(work, index)
        if door in first:
            work.fault(index, "same_row_twice")
        elif door not in standing:
            first[door] = index
    fresh = {
        door: (work.places[index], facts("dwelling", work.values[index]), work.source_ref(index))
        for door, index in first.items()
    }
    registered = doors_of_rows(writing, work, fresh)

    def find(index: int) -> uuid.UUID | None:
        door = _door(work, index)
        return None if first.get(door) == index else standing.get(door) or registered[door]

    row_claims = walk(work, "dwelling", find=find, begin=lambda index: registered[_door(work, index)])
    claim(writing, work, row_claims)


def _door(work: Batch, index: int) -> Door:
    return work.places[index].community, work.places[index].key


def _standing(work: Batch) -> dict[Door, uuid.UUID]:
    """The doors of the rows that are on record."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for place in work.places:
        if place.community and place.key:
            wanted[place.community].add(place.key)
    return {door: pk for door, (pk, _) in doors(wanted).items()}


def _with_door(work: Batch) -> Iterator[int]:
    """The rows that say which door they mean; the others are refused."""
    for index in work.present():
        if all(_door(work, index)):
            yield index
        else:
            work.fault(index, "no_door", "room")
            work.rows[index].state = "refused"


def apply_organizations(writing: Writing, work: Batch) -> None:
    """Known by credit code, else by name in the grid; one that another community has on record is left to that."""
    coded = {o.uscc: o for o in work.coded().select_related("grid__area")}
    for index, values in enumerate(work.values):
        holder = coded.get(str(values.get("uscc") or ""))
        if holder is not None and not holder.grid_id.startswith(work.of.scope):
            work.fault(index, "code_elsewhere", there=holder.grid.area.short)
    by_code = {uscc: o.id for uscc, o in coded.items()}
    keys = {names.organization_key(str(v.get("name") or "")) for v in work.values} - {""}
    grids = {p.grid for p in work.places}
    named = Organization.objects.filter(grid_id__in=grids, name_key__among=keys).exclude(taking_back.unmade())
    by_name = {(o.grid_id, o.name_key): o.id for o in named}

    def name_key(index: int) -> tuple[str, str]:
        return work.places[index].grid, names.organization_key(str(work.values[index]["name"]))

    def find(index: int) -> uuid.UUID | None:
        return by_code.get(str(work.values[index].get("uscc") or "")) or by_name.get(name_key(index))

    def remember(index: int, pk: uuid.UUID) -> None:
        if work.values[index].get("uscc"):
            by_code[str(work.values[index]["uscc"])] = pk
        by_name[name_key(index)] = pk

    _apply_named(writing, work, "organization", find=find, remember=remember)


def apply_sites(writing: Writing, work: Batch) -> None:
    """Known by name in the grid."""
    grids = {p.grid for p in work.places}
    named = Site.objects.filter(grid_id__in=grids).exclude(taking_back.unmade())
    by_name = {(s.grid_id, s.name): s.id for s in named}

    def name_key(index: int) -> tuple[str, str]:
        return work.places[index].grid, str(work.values[index]["name"])

    def remember(index: int, pk: uuid.UUID) -> None:
        by_name[name_key(index)] = pk

    _apply_named(writing, work, "site", find=lambda index: by_name.get(name_key(index)), remember=remember)


def _apply_named(
    writing: Writing,
    work: Batch,
    kind: str,
    *,
    find: Callable[[int], uuid.UUID | None],
    remember: Callable[[int, uuid.UUID], None],
) -> None:
    """Organizations or sites: new ones are registered and join a running campaign, the others get claims."""
    work.note_places()
    new: list[creation.New] = []

    def begin(index: int) -> uuid.UUID:
        new.append(_new_named(work, kind, index))
        remember(index, new[-1].id)
        return new[-1].id

    row_claims = walk(work, kind, field="name", find=find, begin=begin)
    creation.register(writing, kind, new)
    joining = [Joining(n.grid, kind, n.id, f"~{names.sort_key(str(n.values['name']))}"[:80]) for n in new]
    dispatch.join_targets(writing, joining)
    claim(writing, work, row_claims)


def _new_named(work: Batch, kind: str, index: int) -> creation.New:
    place, values = work.places[index], work.values[index]
    extra: dict[str, Any] = {
        "address": (address_writing.display(place.address) or str(values.get("address", "")))[:160]
    }
    if kind == "organization":
        extra["dwelling_id"] = place.dwelling
    return creation.New(
        grid=place.grid, values=facts(kind, values), source="ledger", source_ref=work.source_ref(index), extra=extra
    )
