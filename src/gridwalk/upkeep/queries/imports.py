"""The reads of taking an import back together with what was dispatched of it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from gridwalk.accounts.rules import SYSTEM, Viewer
from gridwalk.core.queries import NotHere
from gridwalk.reconcile.models import Import
from gridwalk.reconcile.queries import outlook
from gridwalk.upkeep.models import Plan
from gridwalk.upkeep.rules import TAKE_BACK


class TakingBack:
    """Reads of such a plan: its one subject is the import."""

    def ledger(self, plan: Plan) -> Import:
        """The import. Raises NotHere."""
        ledger = Import.objects.filter(pk__in=plan.subjects).first()
        if ledger is None:
            raise NotHere
        return ledger

    def stands_in(self, plan: Plan) -> set[str]:
        """The grids its rows were applied to."""
        rows = self.ledger(plan).rows.exclude(state__in=("refused", "waiting")).exclude(grid="")
        return set(rows.values_list("grid", flat=True).distinct()) or {self.ledger(plan).scope}

    def grids(self, plan: Plan) -> set[str]:
        """None: the plan only lets the job begin, which locks the grids of a batch at a time."""
        return set()

    def state(self, plan: Plan) -> Mapping[str, Any]:
        """How much would leave and stay in each grid."""
        ledger = self.ledger(plan)
        if ledger.state in {"undoing", "undone"}:
            return {"state": ledger.state}
        shown = outlook.of_import(SYSTEM, ledger, dispatched=True)
        return {line.code: [line.n_leave, line.n_stay] for line in shown.grids} | {"values": shown.n_values}

    def titles(self, viewer: Viewer, plans: Sequence[Plan]) -> Mapping[uuid.UUID, str]:
        """The names of the ledgers."""
        names = dict(Import.objects.filter(pk__in=[plan.subjects[0] for plan in plans]).values_list("pk", "name"))
        return {plan.id: names.get(plan.subjects[0], "台账") for plan in plans}

    def shown(self, viewer: Viewer, plan: Plan) -> Mapping[str, Any]:
        """What would leave and what would stay."""
        ledger, asked = self.ledger(plan), plan.state == "open"
        return {
            "template": "console/upkeep/_take_back_plan.html",
            "ledger": ledger,
            "outlook": outlook.of_import(viewer, ledger, dispatched=True) if asked else None,
        }


def waiting(imported: uuid.UUID) -> Plan | None:
    """The plan about an import that waits for its recheck."""
    return Plan.objects.filter(kind=TAKE_BACK, subjects__contains=[imported], state="open").first()
