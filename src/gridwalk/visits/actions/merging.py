"""Step of a merge: the visits made at the place that goes are visits of the one that stays, and its target is one."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from gridwalk.campaigns.actions import dispatch
from gridwalk.campaigns.actions.dispatch import Joining
from gridwalk.campaigns.models import Target
from gridwalk.core import hanging
from gridwalk.core.actions import Writing
from gridwalk.core.moving import Moves
from gridwalk.registry.models import Entity
from gridwalk.visits.actions import targets
from gridwalk.visits.models import Visit


def hand_over(moves: Moves, stays: Entity, goes: Entity, *, walk_key: str) -> None:
    """Visits, and in running campaigns the target they settle: the place that stays has one (it joins where it had
    none), the other leaves the scope. A closed campaign's targets stay as they were counted.
    """
    running = Target.objects.filter(campaign__state="running")
    second = list(running.filter(entity=goes.pk))
    if second:
        dispatch.join_targets(moves.writing, [Joining(stays.grid_id, stays.KIND, stays.pk, walk_key)])
    first = dict(running.filter(entity=stays.pk).values_list("campaign_id", "id"))
    for target in second:
        if same := first.get(target.campaign_id):
            moves.set(Visit.objects.filter(target=target), target_id=same)
    moves.set(second, history="target", state="left")
    hanging.repoint(moves, stays, goes, "visits")
    follow(moves.writing, [stays])


def follow(writing: Writing, places: Sequence[Entity]) -> None:
    """Visits and targets stand in their place's grid; a running campaign's targets are settled by their own visits."""
    hanging.follow(places, "visits")
    for place in places:
        of_place = Target.objects.filter(entity=place.pk, campaign__state="running")
        of_place.exclude(grid_id=place.grid_id).update(grid_id=place.grid_id)
        _settle(writing, place.pk, list(of_place.select_for_update()))


def _settle(writing: Writing, place: uuid.UUID, settling: Sequence[Target]) -> None:
    standing = list(Visit.objects.filter(entity=place, withdrawn_at__isnull=True).order_by("at"))
    was = {target: target.state for target in settling}
    for target in settling:
        targets.settle(target, standing)
    targets.save(writing, settling, was, source="office")
