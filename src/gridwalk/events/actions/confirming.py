"""电话核实过，无变化: what is overdue is confirmed without a visit, one record or several at once (P9)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.registry import columns
from gridwalk.registry.actions import claims

REASON = "电话核实，无变化"


def confirm_by_phone(
    *, actor: Viewer, at: dt.datetime, persons: Collection[uuid.UUID], dwellings: Collection[uuid.UUID]
) -> int:
    """Note that these records were found unchanged today by telephone; returns how many.

    Raises NotHere, NotPermitted.
    """
    wanted: dict[str, list[Any]] = {}
    for kind, ids in (("person", persons), ("dwelling", dwellings)):
        rows = columns.TABLES[kind]._default_manager.filter(pk__in=list(ids)).only("id", "grid_id")
        wanted[kind] = list(rows)
    grids = sorted({row.grid_id for rows in wanted.values() for row in rows})
    for grid in grids:
        if not actor.may(Verb.SEE_ROWS_MASKED, grid):
            raise NotHere
        access.require(actor, Verb.EDIT_REGISTER, grid)
    today = clock.local_date(at)
    with core.write_to(*grids, actor=actor, at=at, reason=REASON) as writing:
        n = sum(
            claims.confirm(writing, kind, [(row.pk, today) for row in rows], source="office")
            for kind, rows in wanted.items()
        )
        for grid in grids:
            of_grid = sum(row.grid_id == grid for rows in wanted.values() for row in rows)
            writing.audit(AuditVerb.FACTS_CONFIRMED, scope=grid, data={"n": of_grid}, reason=REASON)
    return n
