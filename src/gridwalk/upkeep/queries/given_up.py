"""What a plan about people takes away from the doors they are linked to."""

from __future__ import annotations

from gridwalk.registry.living import LIVING
from gridwalk.registry.models import Residence
from gridwalk.upkeep.models import Plan


def grids(plan: Plan) -> set[str]:
    """The grids that lose somebody: of a merge those of the homes that end, of a split those of the links that go."""
    if plan.kind not in {"merge_persons", "split_person"}:
        return set()
    links = {str(link.pk): link for link in Residence.objects.filter(person__in=plan.subjects, to_on__isnull=True)}
    if plan.kind == "split_person":
        return {links[pk].grid_id for pk in map(str, plan.choices.get("links", ())) if pk in links}
    home = links.get(str(plan.choices.get("home")))
    others = [link for link in links.values() if link.kind in LIVING]
    return {link.grid_id for link in others if home is not None and link.dwelling_id != home.dwelling_id}
