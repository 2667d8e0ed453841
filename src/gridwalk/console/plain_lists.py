"""The lists that stand on pages of other kinds, each by its code: the page of a list renders its own rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core.queries import NotHere
from gridwalk.differences.queries import differences
from gridwalk.followup.queries import matters
from gridwalk.indicators import gaps
from gridwalk.lists.listing import PlainList
from gridwalk.operations.office import queries as office
from gridwalk.reconcile.queries import submissions
from gridwalk.registry.queries import care, rechecks
from gridwalk.territory import queries as territory
from gridwalk.territory import rules as codes
from gridwalk.upkeep.queries import plans
from gridwalk.visits.queries import care as needs
from gridwalk.visits.queries import worklist

_OF_EVERYBODY = {
    listing.code: listing
    for listing in (
        worklist.GAPS,
        worklist.PENDING,
        rechecks.ENDS,
        plans.PLANS,
        differences.WAITING,
        care.DUE,
        care.LABELS,
        care.PLACES,
        needs.NEEDS,
        office.ACTS,
        matters.LIST,
        submissions.IMPORTS,
        submissions.COMPARISONS,
        *gaps.LISTS.values(),
    )
}


def get_list(viewer: Viewer, code: str) -> PlainList:
    """One list by its code. Raises NotHere where there is none, or the viewer holds its verb nowhere."""
    listing = _OF_VIEWER[code](viewer) if code in _OF_VIEWER else _OF_EVERYBODY.get(code)
    if listing is None or not viewer.may_anywhere(listing.verb):
        raise NotHere
    return listing


def accounts(viewer: Viewer) -> PlainList:
    """The list of accounts, with the areas this viewer keeps."""
    areas = [codes.scope_of(area.code) for area in territory.areas(viewer)]
    return office.accounts_list(territory.place_names(s for s in areas if viewer.may(Verb.MANAGE_ACCOUNTS, s)))


_OF_VIEWER: Mapping[str, Callable[[Viewer], PlainList]] = {"people": accounts}
