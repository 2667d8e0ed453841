"""划入网格: buildings, stairwells and single doors of a community's grid 000 go to one of its grids, and back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence

from django.db.models import Q

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
from gridwalk.territory.models import Building, Stairwell
from gridwalk.upkeep.actions import regridding
from gridwalk.upkeep.queries import unassigned as queries
from gridwalk.upkeep.rules import UpkeepError
from gridwalk.visits.models import Visit


def assign(*, actor: Viewer, at: dt.datetime, community: str, chosen: Collection[uuid.UUID], grid: str) -> int:
    """Put buildings, stairwells or single doors of grid 000 into a grid of the community; returns how many doors went
    there.

    Nobody rechecks it: grid 000 is nobody's, and whoever imports a ledger might have written the grid there. A running
    campaign takes the doors in. Raises NotPermitted, UpkeepError.
    """
    access.require(actor, Verb.IMPORT_LEDGER, community)
    wanted = set(chosen)
    if not wanted:
        raise UpkeepError("没有划：先勾上要划的楼、单元或户。", "buildings")
    _require_grid(community, grid)
    unassigned = codes.unassigned_of(community)
    with core.write_to(unassigned, grid, actor=actor, at=at) as writing:
        _require_grid(community, grid)
        regridding.require_no_ledger_under_way(community)
        parts, loose = _parts(wanted, unassigned)
        if len(parts) + len(loose) != len(wanted):
            raise UpkeepError("没有划：其中有的刚才已经划走了，请看一眼现在的样子再划。", "buildings")
        inside = Q(building__in=parts) | Q(stairwell__in=parts) | Q(pk__in=loose)
        doors = list(Dwelling.objects.filter(inside, grid_id=unassigned).values_list("id", flat=True))
        _move(writing, {unassigned: grid}, parts=dict.fromkeys(parts, grid), loose=loose, doors=doors)
        _join(writing, doors)
        writing.audit(
            AuditVerb.GRIDS_BUILDINGS_ASSIGNED,
            scope=community,
            kind="grid",
            data={"grid": grid, "buildings": len(wanted), "doors": len(doors)},
        )
    return len(doors)


def take_back(*, actor: Viewer, at: dt.datetime, community: str, op: uuid.UUID) -> tuple[int, int]:
    """Put back into grid 000 what was put into a grid in one go; returns how many doors went back, and how many stay
    because others of their stairwell were there before.

    Raises NotPermitted, NotHere, UpkeepError.
    """
    access.require(actor, Verb.IMPORT_LEDGER, community)
    assigned = next((row for row in queries.lately(actor, community, at) if row.op == op), None)
    if assigned is None:
        raise UpkeepError("没有撤销：已经撤销过，或者过了 7 天。要改，请用“拆并网格”。")
    unassigned, grid = codes.unassigned_of(community), assigned.grid
    with core.write_to(unassigned, grid, actor=actor, at=at) as writing:
        regridding.require_no_ledger_under_way(community)
        if Visit.objects.filter(entity__in=assigned.doors, at__gt=assigned.at, withdrawn_at__isnull=True).exists():
            raise UpkeepError("没有撤销：其中有户划入以后走访过。要改，请用“拆并网格”。")
        parts, loose = queries.whole_parts(assigned.doors, grid)
        inside = Q(building__in=parts) | Q(stairwell__in=parts) | Q(pk__in=loose)
        doors = list(Dwelling.objects.filter(inside, grid_id=grid).values_list("id", flat=True))
        _move(writing, {grid: unassigned}, parts=dict.fromkeys(parts, unassigned), loose=loose, doors=doors)
        writing.audit(
            AuditVerb.GRIDS_ASSIGNMENT_UNDONE,
            scope=community,
            kind="grid",
            data={"grid": grid, "doors": len(doors)},
        )
    return len(doors), len(assigned.doors) - len(doors)


def _parts(wanted: Collection[uuid.UUID], unassigned: str) -> tuple[list[uuid.UUID], list[uuid.UUID]]:
    """Which of these are buildings or stairwells of grid 000, and which single doors there."""
    standing = Building.objects.filter(grid_id=unassigned, ended_on__isnull=True)
    parts = list(standing.filter(pk__in=wanted).values_list("pk", flat=True))
    parts += Stairwell.objects.filter(building__in=standing, pk__in=wanted).values_list("pk", flat=True)
    loose = Dwelling.objects.filter(grid_id=unassigned, building__isnull=True, pk__in=wanted)
    return parts, list(loose.values_list("pk", flat=True))


def _move(
    writing: Writing,
    way: Mapping[str, str],
    *,
    parts: Mapping[uuid.UUID, str],
    loose: Sequence[uuid.UUID],
    doors: Sequence[uuid.UUID],
) -> None:
    """From one grid to the other, with people, what is kept by grid, and targets."""
    ((old, new),) = way.items()
    registry.move_grids(writing, [old], parts, rest=old)
    registry.move_doors(writing, loose, new)
    people = Person.objects.filter(residences__dwelling__in=doors, residences__to_on__isnull=True)
    creation.place_persons(writing, list(people.values_list("id", flat=True)))
    regridding.follow([old], [old, new], clock.local_date(writing.at))
    campaigns.follow_doors(writing, [old], [new])


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
