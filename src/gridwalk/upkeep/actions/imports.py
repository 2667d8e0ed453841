"""撤销导入, together with what was dispatched of it: a second person lets it leave, and the job takes it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from gridwalk.accounts.rules import Viewer
from gridwalk.core import clock
from gridwalk.core.actions import Writing
from gridwalk.reconcile.actions import taking_back
from gridwalk.reconcile.actions.submissions import SubmissionRefused
from gridwalk.reconcile.actions.taking_back import Asker
from gridwalk.upkeep.models import Plan
from gridwalk.upkeep.queries.imports import TakingBack
from gridwalk.upkeep.rules import UpkeepError


class TakeBack:
    """Taking back an import of which something was dispatched."""

    def refuse(self, plan: Plan) -> None:
        """Raises UpkeepError where the import cannot be taken back as things stand."""
        if why := taking_back.refusal(TakingBack().ledger(plan), clock.now()):
            raise UpkeepError(why)

    def do(self, writing: Writing, plan: Plan) -> dict[str, Any]:
        """Let the job begin. Raises UpkeepError."""
        try:
            taking_back.begin(
                actor=cast(Viewer, writing.actor),
                at=writing.at,
                imported=plan.subjects[0],
                reason=plan.reason,
                asked_by=Asker(plan.proposed_by, plan.proposed_by_name),
            )
        except SubmissionRefused as error:
            raise UpkeepError(str(error)) from error
        return {}

    def undo(self, writing: Writing, plan: Plan, before: Mapping[str, Any]) -> list[str]:
        """Never called (``rules.KINDS``): what was taken back by mistake is imported again."""
        raise UpkeepError("没有撤销：撤错了的，把那份台账再导入一次。")
