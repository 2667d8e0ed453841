"""Who was named head with a plan, and taking that back with it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from gridwalk.core.actions import Writing
from gridwalk.registry.actions import households, queue
from gridwalk.registry.households import Naming
from gridwalk.registry.models import Difference, Person
from gridwalk.registry.rules import WAITING
from gridwalk.upkeep.actions.steps import merging
from gridwalk.upkeep.rules import UpkeepError

Before = Mapping[str, Mapping[str, Any]]
"""Person → what they were to the head, and under which head of the fact."""


def name_heads(writing: Writing, namings: Sequence[Naming], *, reason: str) -> Before:
    """Step: these are heads now; returns what everybody was before, for ``give_back``. Raises UpkeepError."""
    concerned = {person for naming in namings for person in (naming.head, *naming.relations)}
    before = {
        str(person.pk): {"field": "relation", "old": person.relation, "head": person.heads.get("relation")}
        for person in Person.objects.filter(pk__in=concerned)
    }
    try:
        households.name_heads(writing, namings, reason=reason)
    except households.HouseholdError as error:
        raise UpkeepError(str(error)) from error
    return before


def give_back(writing: Writing, before: Before, op: uuid.UUID, *, reason: str) -> list[str]:
    """Step: everybody is again what they were, where nobody has said otherwise since and their grid is locked. What the
    naming asked of others is asked no more. Returns in words what stays.
    """
    left = 0
    for person in Person.objects.select_for_update().filter(pk__in=list(before)).order_by("pk"):
        if person.grid_id in writing.versions and person.merged_into is None:
            left += len(merging.give_facts_back(writing, person, [before[str(person.pk)]], op, reason=reason))
        else:
            left += 1
    asked = Difference.objects.select_for_update().filter(why="head_changed", head=op, state__in=WAITING)
    queue.close(writing, list(asked), "更正方案撤销了")
    return [f"{left} 人的与户主关系后来又改过，没有动"] if left else []
