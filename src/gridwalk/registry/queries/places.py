"""Doors by what somebody types of their address."""

from __future__ import annotations

from gridwalk.accounts.rules import Viewer
from gridwalk.method import address_writing, addresses
from gridwalk.registry.models import Dwelling
from gridwalk.registry.queries import search


def doors_at(viewer: Viewer, typed: str) -> list[Dwelling]:
    """The doors of the viewer's area an address may mean, in walking order; the one it says in full where it does."""
    ids = [hit.id for hit in search.search(viewer, typed) if hit.kind == "dwelling"]
    doors = list(Dwelling.objects.filter(pk__in=ids, status="active").order_by("grid_id", "walk_key"))
    exactly = address_writing.key(addresses.parse(typed))
    return [door for door in doors if door.address_key == exactly] or doors
