"""Taking back a community or a grid that was laid out by mistake, as long as nothing hangs on it."""

from __future__ import annotations

import datetime as dt

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.territory import actions as territory
from gridwalk.territory import queries
from gridwalk.territory import rules as codes
from gridwalk.upkeep.queries import areas
from gridwalk.upkeep.rules import UpkeepError


def take_back(*, actor: Viewer, at: dt.datetime, code: str) -> None:
    """Take a community back with its grids, or a single grid; a street without communities goes with the last one.

    Raises NotPermitted, UpkeepError.
    """
    access.require(actor, Verb.MANAGE_AREAS, code)
    grids = queries.grid_codes(code)
    with core.write_to(*grids, actor=actor, at=at) as writing:
        if code not in areas.removable(code):
            raise UpkeepError(
                "没有撤销：这里已经有岗位、台账、行动或登记，撤不掉了。网格可以改名，也可以在“拆并网格”里并掉。"
            )
        territory.remove_grids(writing, grids)
        if len(code) < codes.GRID:
            territory.remove_area(writing, code)
        writing.audit(AuditVerb.AREAS_TAKEN_BACK, scope=code[:9], data={"code": code, "n": len(grids)})
