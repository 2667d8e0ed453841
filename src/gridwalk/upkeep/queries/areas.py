"""What of the areas can still be taken back: communities and grids on which nothing hangs yet."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from gridwalk.accounts.models import Assignment
from gridwalk.campaigns.models import Campaign, Wave
from gridwalk.core.models import Change
from gridwalk.reconcile.models import Submission
from gridwalk.territory import rules as codes
from gridwalk.territory.models import Grid

GIVEN_UP = ("cancelled", "failed")
"""States of a ledger of which nothing came."""


def bare(scope: str) -> set[str]:
    """The grids in force inside a scope in which nothing was ever written and nobody had a post; grid 000 as well."""
    written = Change.objects.filter(stream_id=OuterRef("code"))
    posted = Assignment.objects.filter(scope=OuterRef("code"))
    grids = Grid.objects.filter(~Exists(written), ~Exists(posted), code__startswith=scope, valid_to__isnull=True)
    return set(grids.values_list("code", flat=True))


def removable(scope: str) -> set[str]:
    """The codes of grids and communities inside a scope that can be taken back."""
    free = bare(scope)
    standing = Grid.objects.filter(code__startswith=scope).values_list("code", "area_id")
    hung = {community for code, community in standing if code not in free} | _named()
    communities = {community for _, community in standing} - hung
    return communities | {code for code in free if not codes.is_unassigned(code)}


def _named() -> set[str]:
    """The communities that a post, a ledger or a campaign names."""
    scopes = [
        *Assignment.objects.values_list("scope", flat=True).distinct(),
        *Submission.objects.exclude(state__in=GIVEN_UP).values_list("scope", flat=True).distinct(),
        *Campaign.objects.values_list("scope", flat=True),
        *(scope for scopes in Wave.objects.values_list("scopes", flat=True) for scope in scopes),
    ]
    return {scope[:12] for scope in scopes if len(scope) >= 12}
