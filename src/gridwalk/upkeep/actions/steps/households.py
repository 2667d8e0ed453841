"""Steps of moving a household: whoever goes is linked to the other door, registered where they said, and can be
brought back.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from gridwalk.core import bulk
from gridwalk.core.actions import Writing
from gridwalk.core.moving import Moves
from gridwalk.registry.actions import creation
from gridwalk.registry.living import REGISTERED, kind_after_move, kind_of_both, stays_registered
from gridwalk.registry.models import Dwelling, Residence
from gridwalk.upkeep.actions.steps import merging

PROOF = ("vacancy_source", "vacancy_confirmed_on")


def move(moves: Moves, leaving: Sequence[Residence], to: Dwelling, *, along: bool, from_on: dt.date) -> list[Residence]:
    """End these links, or leave the registration behind, and link their people to ``to``; returns the links made.

    ``along``: the household registration moves too. Who is linked to ``to`` already keeps that one link.
    """
    writing = moves.writing
    people = [link.person_id for link in leaving]
    standing = {
        link.person_id: link for link in Residence.objects.filter(dwelling=to, person__in=people, to_on__isnull=True)
    }
    links = []
    for link in leaving:
        kind = kind_after_move(link.kind, along=along)
        if there := standing.get(link.person_id):
            moves.set([there], history="residence", kind=kind_of_both(there.kind, kind))
            continue
        new = Residence(
            grid_id=to.grid_id,
            person_id=link.person_id,
            dwelling=to,
            kind=kind,
            from_on=from_on,
            source="office",
            created_at=writing.at,
        )
        record = {"person": str(link.person_id), "dwelling": str(to.pk), "kind": kind}
        writing.created(to.grid_id, "residence", new.pk, record, source="office", reason=moves.reason)
        links.append(new)
    staying = [link for link in leaving if stays_registered(link.kind, along=along)]
    moves.set(staying, history="residence", kind=REGISTERED, to_on=None)
    moves.set([link for link in leaving if link not in staying], history="residence", to_on=from_on)
    bulk.insert(links)
    creation.place_persons(writing, people)
    return links


def use_doors(moves: Moves, facts: Mapping[uuid.UUID, Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """What becomes of the doors, through the one door for facts; returns by door what they were, for ``give_back``."""
    before = {}
    for door in Dwelling.objects.select_for_update().filter(pk__in=list(facts)):
        was = {door.pk: {name: getattr(door, name) for name in PROOF}}
        before[str(door.pk)] = merging.take_facts(moves, door, facts[door.pk])
        moves.noticed(Dwelling.objects.filter(pk=door.pk), was)
    return before


def give_doors_back(
    writing: Writing, before: Mapping[str, Sequence[Mapping[str, Any]]], op: uuid.UUID, *, reason: str
) -> list[str]:
    """The doors are used as before where nobody has said otherwise since; returns the fields left alone."""
    kept = []
    for door in Dwelling.objects.select_for_update().filter(pk__in=list(before)):
        kept += merging.give_facts_back(writing, door, before[str(door.pk)], op, reason=reason)
    return kept
