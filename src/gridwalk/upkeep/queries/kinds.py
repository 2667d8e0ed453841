"""What each kind of plan has to answer about itself.

A new kind is a line here, one in ``actions.kinds``, one in ``rules.KINDS``.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from gridwalk.accounts.rules import Viewer
from gridwalk.upkeep.models import Plan
from gridwalk.upkeep.queries.imports import TakingBack
from gridwalk.upkeep.queries.merges import KIND_OF, Merge
from gridwalk.upkeep.queries.moves import Move
from gridwalk.upkeep.queries.regridding import Regridding
from gridwalk.upkeep.queries.renumbering import Renumbering
from gridwalk.upkeep.queries.splits import Split
from gridwalk.upkeep.rules import REGRID, TAKE_BACK


class Reads(Protocol):
    """The reads of one kind of plan."""

    def stands_in(self, plan: Plan) -> set[str]:
        """The grids whose data it is about; what who proposes and who rechecks must hold there, its kind says."""

    def grids(self, plan: Plan) -> set[str]:
        """Every grid that doing or undoing it may write to."""

    def state(self, plan: Plan) -> Mapping[str, Any]:
        """The state of its records without a value: another state means that somebody changed something."""

    def titles(self, viewer: Viewer, plans: Sequence[Plan]) -> Mapping[uuid.UUID, str]:
        """What each of these plans is about, in words, in a constant number of queries."""

    def shown(self, viewer: Viewer, plan: Plan) -> Mapping[str, Any]:
        """What its page shows; ``template`` names the part that shows it."""


READS: Mapping[str, Reads] = {
    **{plan: Merge(of) for of, plan in KIND_OF.items()},
    "split_person": Split(),
    "move_household": Move(),
    "renumber_building": Renumbering(),
    REGRID: Regridding(),
    TAKE_BACK: TakingBack(),
}
