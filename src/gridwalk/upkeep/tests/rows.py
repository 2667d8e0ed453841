"""Every row a correction may touch, as plain values with envelopes opened, to compare before with after."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import models

from gridwalk.campaigns.models import Target
from gridwalk.core import envelope
from gridwalk.followup.models import Matter
from gridwalk.reconcile.models import BackfillItem, SideRow, Unmatched
from gridwalk.registry.models import CareLabel, Difference, Dwelling, Organization, Person, Recheck, Residence, TakeOver
from gridwalk.registry.tests import street as made_up
from gridwalk.sync.models import Alias, Returned
from gridwalk.upkeep.actions import plans as actions
from gridwalk.upkeep.models import Plan
from gridwalk.upkeep.queries import plans
from gridwalk.visits.models import CareContact, CareNeed, Visit
from gridwalk.visits.tests.walk import Walk

TABLES: tuple[type[models.Model], ...] = (
    Person,
    Dwelling,
    Organization,
    Residence,
    CareLabel,
    CareContact,
    CareNeed,
    Difference,
    TakeOver,
    Recheck,
    Target,
    Visit,
    SideRow,
    BackfillItem,
    Unmatched,
    Alias,
    Matter,
    Returned,
)


def everything() -> dict[tuple[str, Any], dict[str, Any]]:
    """(table, key) → columns."""
    return {
        (table._meta.label, row.pk): {f.attname: _opened(row, f.attname) for f in table._meta.concrete_fields}
        for table in TABLES
        for row in table._default_manager.all()
    }


def _opened(row: models.Model, column: str) -> Any:
    value = getattr(row, column)
    if not envelope.is_sealed(value):
        return value
    if isinstance(row, Difference):
        return row.opened(column)
    return envelope.open_(value, table=row._meta.db_table, column=column.removesuffix("_sealed"), row=row.pk)


def different(
    before: dict[tuple[str, Any], dict[str, Any]], after: dict[tuple[str, Any], dict[str, Any]]
) -> Iterable[tuple[Any, ...]]:
    """(table, key, column, before, after) of whatever is not the same."""
    for key in sorted(before.keys() | after.keys(), key=str):
        old, new = before.get(key, {}), after.get(key, {})
        for column in sorted(old.keys() | new.keys()):
            if old.get(column) != new.get(column):
                yield *key, column, old.get(column), new.get(column)


def do(walk: Walk, kind: str, subjects: list[uuid.UUID], **choices: Any) -> Plan:
    """A plan proposed by one lead and done by another."""
    plan = Plan(kind=kind, subjects=subjects, choices=choices)
    proposal = actions.propose(
        actor=walk.lead,
        at=walk.at,
        kind=kind,
        subjects=subjects,
        choices=choices,
        evidence="id_card",
        reason="看过证件的",
        seen=plans.mark(plan),
    )
    actions.decide(
        actor=SECOND, at=walk.at, plan=proposal, confirmed=True, note="又看了一遍", seen=plans.mark(proposal)
    )
    proposal.refresh_from_db()
    return proposal


def undo(walk: Walk, plan: Plan) -> list[str]:
    """A done plan taken back."""
    return actions.undo(actor=SECOND, at=walk.at, plan=plan, reason="其实不是的")


SECOND = made_up.lead()
