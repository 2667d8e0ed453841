"""Which rows of a scope a viewer's assignments open."""

from __future__ import annotations

from django.db.models import Q

from gridwalk.accounts.rules import Verb, Viewer


def within(viewer: Viewer, verb: Verb, scope: str = "", *, column: str = "grid") -> Q:
    """The rows that lie both in the scope and where the viewer may do so."""
    inside = Q(pk__in=[])
    for area in viewer.scopes(verb):
        if area.startswith(scope) or scope.startswith(area):
            inside |= Q(**{f"{column}__startswith": max(area, scope, key=len)})
    return inside
