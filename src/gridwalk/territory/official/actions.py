"""Laying a street out of the official list."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.territory import actions as territory
from gridwalk.territory import rules
from gridwalk.territory.actions import TerritoryError
from gridwalk.territory.models import Area, Grid
from gridwalk.territory.official import queries
from gridwalk.territory.official.rules import GridsRefused, grids_of


@dataclasses.dataclass(frozen=True)
class LaidOut:
    """What was laid out; ``without``: the communities for which no grid was typed."""

    n_communities: int
    n_grids: int
    without: list[str]


def lay_out(*, actor: Viewer, at: dt.datetime, street: str, grids: Mapping[str, str]) -> LaidOut:
    """Take a street over with some of its communities; ``grids``: community → what was typed for its grids.

    What is there already stays as it is. Every community gets its grid 000. Raises NotPermitted, TerritoryError.
    """
    line = queries.line(street)
    if not line or line[-1].level != "street":
        raise TerritoryError("没有建：先从区划里选到一个街道。")
    scope = line[-1].scope
    access.require(actor, Verb.MANAGE_AREAS, scope)
    chosen = [area for area in queries.communities(scope) if area.code in grids]
    if not chosen or len(chosen) != len(grids):
        raise TerritoryError("没有建：先勾上这个街道的社区。")
    wanted = {area.code: _wanted(area.name, grids[area.code]) for area in chosen}
    with core.write_to(actor=actor, at=at) as writing:
        parents = [None, *(area.code for area in line)]
        rows = [_row(area, parent) for area, parent in zip(line, parents, strict=False)]
        Area.objects.bulk_create([*rows, *(_row(area, street) for area in chosen)], ignore_conflicts=True)
        writing.audit(AuditVerb.AREAS_LOADED, scope=scope, data={"n": len(rows) + len(chosen)})
        today = clock.local_date(at)
        for community, names in wanted.items():
            territory.add_grids(community, {0: rules.grid_name(0)}, today)
            if names:
                territory.add_grids(community, names, today)
                writing.audit(AuditVerb.GRIDS_CREATED, scope=community, data={"n": len(names)})
    without = [rules.short_name(area.name) for area in chosen if not wanted[area.code]]
    return LaidOut(len(chosen), sum(map(len, wanted.values())), without)


def add_grids(*, actor: Viewer, at: dt.datetime, community: str, typed: str) -> int:
    """More grids for a community: so many, or by their names; they get the next numbers. Returns how many.

    Raises NotPermitted, TerritoryError.
    """
    access.require(actor, Verb.MANAGE_AREAS, community)
    names = list(_wanted("", typed).values())
    if not names:
        raise TerritoryError("没有建：写要添几个网格，或一行一个名称。")
    standing = Grid.objects.filter(area_id=community)
    with core.write_to(rules.unassigned_of(community), actor=actor, at=at) as writing:
        called = {rules.grid_key(name) for name in standing.filter(valid_to=None).values_list("name", flat=True)}
        first = max((int(code[12:]) for code in standing.values_list("code", flat=True)), default=0) + 1
        by_number = typed.strip().isdecimal()
        added = {first + i: rules.grid_name(first + i) if by_number else name for i, name in enumerate(names)}
        for name in added.values():
            if rules.grid_key(name) in called:
                raise TerritoryError(f"没有建：本社区已有一个叫“{name}”的网格。")
        territory.add_grids(community, added, clock.local_date(at))
        writing.audit(AuditVerb.GRIDS_CREATED, scope=community, data={"n": len(added)})
    return len(added)


def _wanted(community: str, typed: str) -> dict[int, str]:
    try:
        return grids_of(typed)
    except GridsRefused as error:
        raise TerritoryError("没有建：" + "，".join(filter(None, (community, str(error))))) from error


def _row(area: queries.OfficialArea, parent: str | None) -> Area:
    short = rules.short_name(area.name) if area.level == "community" else area.name
    return Area(code=area.code, name=area.name, short=short[:30], level=area.level, parent_id=parent)
