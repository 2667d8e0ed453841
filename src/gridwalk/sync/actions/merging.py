"""Step of a merge: phones that know the record that goes, under its own id or another, reach the one that stays."""

from __future__ import annotations

from gridwalk.core.moving import Moves
from gridwalk.registry.models import Entity
from gridwalk.sync.models import Alias, Note, Returned


def hand_over(moves: Moves, stays: Entity, goes: Entity) -> None:
    """Other ids phones have for the record, notes made at it, returned work that waits for a decision about it.

    The record's own id needs no alias: it says itself where it was merged into (``reading``).
    """
    moves.set(Alias.objects.filter(entity=goes.pk), entity=stays.pk)
    moves.set(Note.objects.filter(place=goes.pk), place=stays.pk)
    moves.set(Returned.objects.filter(place=goes.pk, state__in=("waiting", "assigned")), place=stays.pk)
    follow(stays)


def follow(entity: Entity) -> None:
    """Notes and returned work of a place stand in the place's grid."""
    Note.objects.filter(place=entity.pk).exclude(grid=entity.grid_id).update(grid=entity.grid_id)
    Returned.objects.filter(place=entity.pk).exclude(grid=entity.grid_id).update(grid=entity.grid_id)
