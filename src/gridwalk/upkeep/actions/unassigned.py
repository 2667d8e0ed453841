"""划入网格: buildings of a community's grid 000 go to one of its grids, with all that stands in them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns.actions import dispatch
from gridwalk.campaigns.actions import regridding as campaigns
from gridwalk.campaigns.actions.dispatch import Joining
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.registry import predicates
from gridwalk.registry.actions import creation
from gridwalk.registry.actions import regridding as registry
from gridwalk.registry.models import Dwelling, Organization, Person
from gridwalk.territory import queries as territory
from gridwalk.territory import rules as codes
from gridwalk.territory.models import Building
from gridwalk.upkeep.actions import regridding
from gridwalk.upkeep.rules import UpkeepError


def assign(*, actor: Viewer, at: dt.datetime, community: str, buildings: Sequence[uuid.UUID], grid: str) -> int:
    """Put buildings of grid 000 into a grid of the community; returns how many doors went there.

    Nobody rechecks it: grid 000 is nobody's, and whoever imports a ledger might have written the grid there. A running
    campaign takes the doors in. Raises NotPermitted, UpkeepError.
    """
    access.require(actor, Verb.IMPORT_LEDGER, community)
    chosen = set(buildings)
    if not chosen:
        raise UpkeepError("没有划：先勾上要划的楼。", "buildings")
    _require_grid(community, grid)
    unassigned = codes.unassigned_of(community)
    with core.write_to(unassigned, grid, actor=actor, at=at) as writing:
        _require_grid(community, grid)
        regridding.require_no_ledger_under_way(community)
        standing = Building.objects.filter(pk__in=chosen, grid_id=unassigned, ended_on__isnull=True)
        if standing.count() != len(chosen):
            raise UpkeepError("没有划：其中有楼刚才已经划走了，请看一眼现在的样子再划。", "buildings")
        doors = list(Dwelling.objects.filter(grid_id=unassigned, building__in=chosen).values_list("id", flat=True))
        registry.move_grids(writing, [unassigned], dict.fromkeys(chosen, grid), rest=unassigned)
        people = Person.objects.filter(residences__dwelling__in=doors, residences__to_on__isnull=True)
        creation.place_persons(writing, list(people.values_list("id", flat=True)))
        regridding.follow([unassigned], [unassigned, grid], clock.local_date(at))
        campaigns.follow_doors(writing, [unassigned], [grid])
        _join(writing, doors)
        writing.audit(
            AuditVerb.GRIDS_BUILDINGS_ASSIGNED,
            scope=community,
            kind="grid",
            data={"grid": grid, "buildings": len(chosen), "doors": len(doors)},
        )
    return len(doors)


def _require_grid(community: str, grid: str) -> None:
    if codes.is_unassigned(grid) or grid not in territory.grid_codes(community):
        raise UpkeepError("没有划：先选划到本社区的哪个网格。", "grid")


def _join(writing: Writing, doors: Sequence[uuid.UUID]) -> None:
    """The doors and the organizations behind them join the campaigns that run in their grid, as what is found
    there does.
    """
    homes = Dwelling.objects.filter(predicates.dwelling_active(), pk__in=doors, usage__in=["residential", "mixed"])
    firms = Organization.objects.filter(dwelling__in=doors, status="active")
    joining = [Joining(home.grid_id, "dwelling", home.pk, home.walk_key) for home in homes]
    joining += [Joining(firm.grid_id, "organization", firm.pk, f"~{firm.sort_key}"[:80]) for firm in firms]
    dispatch.join_targets(writing, [target for target in joining if target.grid in writing.versions])
