"""What ended with a record's own end, so that it can be shown and brought back with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gridwalk.core.models import Change
from gridwalk.registry.models import Dwelling, Person, Residence


def links(entities: Sequence[Any]) -> list[Residence]:
    """The links that ended with these entities' own end: a person's homes, a door's people."""
    if not entities or not isinstance(entities[0], Person | Dwelling):
        return []
    mine = {"person__in" if isinstance(entities[0], Person) else "dwelling__in": [entity.pk for entity in entities]}
    ended = Residence.objects.filter(**mine, to_on__isnull=False).select_related("person", "dwelling")
    by_end = {entity.heads.get("status") for entity in entities}
    last: dict[Any, str] = {}
    for pk, op in (
        Change.objects.filter(entity__in=ended, field="to_on").order_by("at", "id").values_list("entity", "op")
    ):
        last[pk] = str(op)
    return [link for link in ended.order_by("created_at") if last.get(link.pk) in by_end]
