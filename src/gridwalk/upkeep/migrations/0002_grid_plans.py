"""拆并方案 become a kind of 更正方案; what was before a done one is what was seen of it."""

from __future__ import annotations

from typing import Any

from django.db import migrations


def take_over(apps: Any, editor: Any) -> None:
    plans, grid_plans = apps.get_model("upkeep", "Plan"), apps.get_model("territory", "GridPlan")
    for old in grid_plans.objects.order_by("proposed_at"):
        choices = {"old": old.old, "new": old.new, "buildings": old.buildings, "workers": old.workers}
        if old.reverses_id:
            choices["reverses"] = str(old.reverses_id)
        plans.objects.create(
            id=old.id,
            kind="regrid",
            communities=[old.community_id],
            subjects=[],
            choices=choices,
            seen=old.before,
            reason=old.reason,
            state=old.state,
            proposed_by=old.proposed_by,
            proposed_by_name=old.proposed_by_name,
            proposed_at=old.proposed_at,
            decided_by=old.decided_by,
            decided_by_name=old.decided_by_name,
            decided_at=old.decided_at,
            note=old.note,
        )


class Migration(migrations.Migration):
    dependencies = [("upkeep", "0001_initial"), ("territory", "0001_initial")]

    operations = [migrations.RunPython(take_over)]
