"""What each kind of plan does and how it is taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from gridwalk.core.actions import Writing
from gridwalk.upkeep.actions.imports import TakeBack
from gridwalk.upkeep.actions.merges import Merging
from gridwalk.upkeep.actions.moves import Moving
from gridwalk.upkeep.actions.regridding import Regrid
from gridwalk.upkeep.actions.renumbering import Renumber
from gridwalk.upkeep.actions.splits import Splitting
from gridwalk.upkeep.models import Plan
from gridwalk.upkeep.queries.merges import KIND_OF
from gridwalk.upkeep.rules import REGRID, TAKE_BACK


class Work(Protocol):
    """The writes of one kind of plan, inside a writing that holds all its grids (new ones come to be in it)."""

    def refuse(self, plan: Plan) -> None:
        """Raises UpkeepError where the plan cannot be done as its records stand; asked at the proposal and at
        the recheck.
        """

    def do(self, writing: Writing, plan: Plan) -> dict[str, Any]:
        """Do it; returns what ``undo`` needs, JSON-able, in the clear (it is sealed). Raises UpkeepError."""

    def undo(self, writing: Writing, plan: Plan, before: Mapping[str, Any]) -> list[str]:
        """Take it back; returns in words what stays because somebody has changed it since. Raises UpkeepError."""


WORK: Mapping[str, Work] = {
    **{plan: Merging(of) for of, plan in KIND_OF.items()},
    "split_person": Splitting(),
    "move_household": Moving(),
    "renumber_building": Renumber(),
    REGRID: Regrid(),
    TAKE_BACK: TakeBack(),
}
