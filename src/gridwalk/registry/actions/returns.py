"""恢复在册: a record that was ended by mistake comes back, with the links its end had ended, unless life has
gone on since.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gridwalk.core import bulk
from gridwalk.core.actions import Writing
from gridwalk.registry import columns
from gridwalk.registry.actions import creation
from gridwalk.registry.living import LIVING
from gridwalk.registry.models import Dwelling, Person, Residence
from gridwalk.registry.queries import ends, erased
from gridwalk.registry.rules import ERASED
from gridwalk.territory import actions as territory


def taken(entities: Sequence[Any]) -> str:
    """Why these cannot come back: merged into another, erased, or another standing record has the address or number;
    empty where they can.
    """
    if any(entity.merged_into for entity in entities):
        return "没有恢复：这一条已并入另一条。要分开，到那一条的“更正方案”里撤销合并。"
    if erased.among([entity.pk for entity in entities]):
        return f"没有恢复：{ERASED}"
    doors = [entity for entity in entities if isinstance(entity, Dwelling)]
    return _address_taken(doors) if doors else _number_taken(entities)


def _address_taken(doors: Sequence[Dwelling]) -> str:
    for community in {door.community for door in doors}:
        keys = [door.address_key for door in doors if door.community == community]
        standing = Dwelling.objects.filter(community=community, address_key__in=keys).exclude(status="struck_off")
        if again := standing.first():
            return f"没有恢复：{again.address} 已经另有一条在册，用那一条。"
    return ""


def _number_taken(entities: Sequence[Any]) -> str:
    if not entities or entities[0].KIND not in columns.NUMBERS:
        return ""
    field = columns.NUMBERS[entities[0].KIND][0]
    holders = columns.holders(entities[0].KIND, [columns.read(entity, field) for entity in entities])
    if set(holders.values()) - {entity.pk for entity in entities}:
        return "没有恢复：这个号码已登记在另一条在册的记录上，用那一条。"
    return ""


def reinstate(writing: Writing, entities: Sequence[Any], *, reason: str) -> None:
    """Step: entities of one kind are on record again. Whoever has another home by now keeps that; who has died or moved
    away since, and a door that is gone, get no link back.
    """
    back = ends.links(entities)
    touched = ["status", "heads"]
    for entity in entities:
        was = getattr(entity, "ended_as", "") or entity.status
        writing.change(
            stream=entity.grid_id,
            kind=entity.KIND,
            entity=entity.pk,
            field="status",
            old=was,
            new="active",
            source="office",
            reason=reason,
        )
        entity.status, entity.heads = "active", {**entity.heads, "status": str(writing.op)}
        if isinstance(entity, Dwelling):
            entity.ended_as, entity.ended_on = "", None
            touched += ["ended_as", "ended_on"]
        elif isinstance(entity, Person):
            entity.status_pending, entity.ended_on = "", None
            touched += ["status_pending", "ended_on"]
    bulk.update(entities, touched)
    if isinstance(entities[0], Dwelling):
        territory.stand_again(writing, sorted({door.building_id for door in entities if door.building_id}))
    _reopen(writing, back, {entity.pk for entity in entities}, reason)


def _reopen(writing: Writing, back: Sequence[Residence], returning: set[Any], reason: str) -> None:
    """Links go on where both their ends stand and nobody gets a second home or the same link twice."""
    current = Residence.objects.filter(person_id__in=[link.person_id for link in back], to_on__isnull=True)
    has_home = set(current.filter(kind__in=LIVING).values_list("person_id", flat=True))
    at_door = set(current.values_list("person_id", "dwelling_id"))
    again = []
    for link in back:
        person_stands = link.person_id in returning or link.person.status == "active"
        door_stands = link.dwelling_id in returning or link.dwelling.status != "struck_off"
        second = link.kind in LIVING and link.person_id in has_home
        if person_stands and door_stands and not second and (link.person_id, link.dwelling_id) not in at_door:
            again.append(link)
            at_door.add((link.person_id, link.dwelling_id))
    creation.reopen_residences(writing, again, source="office", reason=reason)
    creation.place_persons(writing, sorted({link.person_id for link in again}))
