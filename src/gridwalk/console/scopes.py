"""Turning a page to another area of its viewer's: who works in two grids, or leads two communities, chooses."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from gridwalk.accounts.rules import Verb, Viewer
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
