"""Turning a page to another area of its viewer's: who works in two grids, or leads two communities, chooses."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from django.urls import reverse

from gridwalk.accounts.rules import ONE_COMMUNITY, Verb, Viewer
from gridwalk.territory import queries as territory


@dataclasses.dataclass(frozen=True)
class Turning:
    """What a page shows, by which verb, and its address for another scope."""

    verb: Verb
    scope: str
    address: Callable[[str], str]


@dataclasses.dataclass(frozen=True)
class ScopeChoice:
    """One of the viewer's own scopes; ``is_shown``: the page is of it, or of a part of it."""

    scope: str
    name: str
    url: str
    is_shown: bool


def choices(viewer: Viewer, turning: Turning | None) -> list[ScopeChoice]:
    """The scopes where the viewer holds the page's verb, to choose from; none where there is one only."""
    own = viewer.scopes(turning.verb) if turning else ()
    if turning is None or len(own) < 2:
        return []
    names = territory.place_names(own)
    return [ScopeChoice(scope, names[scope], turning.address(scope), turning.scope.startswith(scope)) for scope in own]


def below(viewer: Viewer) -> list[tuple[str, str]]:
    """(name, address) of the areas inside the viewer's own, for the bar: a street's communities with their figures, a
    community's grids with what is left there; in code order. None for who holds one grid.
    """
    own = viewer.scopes(Verb.SEE_COUNTS)
    if any(len(scope) < ONE_COMMUNITY for scope in own):
        grids = territory.grids(viewer, scope="")
        areas = {grid.area_id: grid.area.short for grid in grids if grid.kind != "unassigned"}
        return [(name, reverse("console:board", args=[code])) for code, name in areas.items()]
    if len(own) == 1 and len(own[0]) == ONE_COMMUNITY and viewer.may(Verb.SEE_ROWS_MASKED, own[0]):
        grids = territory.grids(viewer, scope=own[0])
        gaps = reverse("console:gaps")
        return [(grid.name, f"{gaps}?scope={grid.code}") for grid in grids if grid.kind != "unassigned"]
    return []
