"""Tables that speak of persons are known to the erasing, tables kept by grid to the moving of grids: a new one is
thought about.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import models

from gridwalk.registry.models import Person

ERASED = {
    "core.Change",
    "registry.CareLabel",
    "registry.Difference",
    "registry.Recheck",
    "registry.CaseDecision",
    "reconcile.StagedRow",
    "reconcile.Unmatched",
    "reconcile.SideRow",
    "reconcile.BackfillItem",
    "sync.Op",
    "upkeep.Plan",
}
"""``retention.actions.people`` takes a person's values out of them."""
HOLD_NO_VALUES = {
    "core.AuditEntry": "ids and reasons; the chain must hold",
    "accounts.Grant": "an id for a time",
    "registry.Residence": "the skeleton of who lived where",
    "events.Event": "what happened when, by ids",
    "campaigns.Target": "of doors and places",
    "visits.Visit": "of doors and places; its details have a period of their own",
    "visits.Round": "of facilities and key sites",
    "sync.Alias": "two ids",
}

MOVED = {
    "territory.Building",
    "registry.Dwelling",
    "registry.Person",
    "registry.Residence",
    "registry.Organization",
    "registry.Site",
    "registry.Facility",
    "visits.Round",
    "registry.CareLabel",
    "registry.Difference",
    "registry.Recheck",
    "registry.CaseDecision",
    "events.Event",
    "campaigns.Target",
    "visits.Visit",
    "visits.CareContact",
    "reconcile.Unmatched",
    "reconcile.SideRow",
    "reconcile.BackfillItem",
    "sync.Returned",
    "sync.Note",
}
"""``registry.actions.regridding``, ``campaigns.actions`` and ``upkeep.actions.regridding`` take them along."""
STAY = {
    "core.Change": "history says where it happened",
    "indicators.Tally": "counted anew",
    "sync.Shadow": "made anew",
    "indicators.Snapshot": "the trend of a grid ends with it",
    "reconcile.StagedRow": "where the ledger's row was applied",
    "sync.Op": "where the phone's op was judged",
}


def tables() -> Iterator[type[models.Model]]:
    for model in apps.get_models():
        if model.__module__.startswith("gridwalk."):
            yield model


def test_every_table_that_speaks_of_persons_is_known_to_the_erasing() -> None:
    found = set()
    for model in tables():
        fields = model._meta.concrete_fields
        names = {field.name for field in fields} & {"entity", "subject", "subjects", "person", "persons", "records"}
        if names or any(field.related_model is Person for field in fields if field.is_relation):
            found.add(model._meta.label)
    assert found == ERASED | set(HOLD_NO_VALUES), "see retention.actions.people"


def test_every_table_kept_by_grid_is_known_to_the_moving_of_grids() -> None:
    found = {m._meta.label for m in tables() if {f.name for f in m._meta.concrete_fields} & {"grid", "stream"}}
    assert found == MOVED | set(STAY), "see upkeep.actions.regridding"
