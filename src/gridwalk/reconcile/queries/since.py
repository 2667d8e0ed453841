"""Which records the register began or ended since a side was last heard of: it must add them, or end them too."""

from __future__ import annotations

import datetime as dt
import functools
import operator
import uuid
from collections.abc import Sequence

from django.db.models import Exists, Min, OuterRef, Q

from gridwalk.reconcile.models import SideRow, Unmatched
from gridwalk.registry import columns
from gridwalk.registry.ends import ended_word

STANDING = Q(status__in=("active", "strike_off_pending"))
"""The condition on a record of any kind that the register has it."""
TWICE = "并入另一条"
"""How a record ended that was merged into another one."""


def begun(inside: Q, *, source: str, kind: str, entity: uuid.UUID | None = None) -> list[tuple[uuid.UUID, str]]:
    """The records, with their grids, that came after the first that a side said of their grid, and that it has not.

    ``entity``: this one alone.

    ``inside``: the condition on ``grid``. What a comparison has listed as lacking is a person's to decide: left out.
    A grid of which the side said nothing lacks nothing: nobody knows what the side has.
    """
    records = columns.TABLES[kind]._default_manager.filter(STANDING)
    if entity is not None:
        records = records.filter(pk=entity)
        inside &= Q(grid__in=list(records.values_list("grid_id", flat=True)))
    of_side = SideRow.objects.filter(inside, source=source, kind=kind).order_by()
    heard = dict(of_side.values_list("grid").annotate(Min("at")))
    if not heard:
        return []
    later = functools.reduce(operator.or_, (Q(grid=grid, created_at__gt=at) for grid, at in heard.items()))
    own = {"source": source, "kind": kind, "entity": OuterRef("pk")}
    unheard = (
        records.filter(later)
        .exclude(Exists(SideRow.objects.filter(**own)))
        .exclude(Exists(Unmatched.objects.filter(**own, what="register_only")))
    )
    return list(unheard.order_by("grid_id", "created_at", "id").values_list("pk", "grid_id"))


def ended(entities: Sequence[uuid.UUID], kind: str) -> dict[uuid.UUID, str]:
    """Of these records those that ended, each with how."""
    records = columns.TABLES[kind]._default_manager.filter(pk__in=entities).exclude(STANDING)
    return {record.pk: _how(record, kind) for record in records}


def _how(record: object, kind: str) -> str:
    if getattr(record, "merged_into", None) is not None:
        return TWICE
    return ended_word(kind, str(getattr(record, "status", "")), str(getattr(record, "ended_as", "")))


def last_heard(inside: Q, source: str) -> dt.datetime | None:
    """When the side last said anything there; None where it never did."""
    return SideRow.objects.filter(inside, source=source).order_by("-at").values_list("at", flat=True).first()
