"""What a side was told, by file or by hand, and how far it has taken it over."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping, Sequence

from django.db.models import QuerySet

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core.models import Change
from gridwalk.core.queries import in_scopes
from gridwalk.dictionary import fields as dictionary
from gridwalk.reconcile.models import BackfillItem


def unproved(source: str, kind: str, entities: Sequence[uuid.UUID]) -> QuerySet[BackfillItem]:
    """What a side was told of these records, and its exports have not proved."""
    return BackfillItem.objects.filter(source=source, kind=kind, entity__in=entities).exclude(state="proved")


def changed_again(told: Mapping[uuid.UUID, BackfillItem], kind: str) -> set[uuid.UUID]:
    """Of records handed over whole, those of which a compared field was changed afterwards."""
    if not told:
        return set()
    first = min(item.handed_out_at for item in told.values())
    fields = [field.name for field in dictionary.compared(kind)]
    changes = Change.objects.filter(entity__in=list(told), field__in=fields, at__gt=first)
    return {entity for entity, at in changes.values_list("entity", "at") if at > told[entity].handed_out_at}


@dataclasses.dataclass(frozen=True)
class Progress:
    """How far a side has taken over what it was told."""

    source: str
    kind: str
    n_handed_out: int
    n_proved: int
    n_still_open: int


def progress(viewer: Viewer, *, source: str, kind: str, scope: str) -> Progress:
    """Counts of what a side was told, by file or by hand, as its last export proved it."""
    counts = dict.fromkeys(dict(BackfillItem.STATES), 0)
    inside = BackfillItem.objects.filter(
        in_scopes(viewer.within(Verb.SEE_ROWS, scope), "grid"), source=source, kind=kind
    )
    for state in inside.values_list("state", flat=True):
        counts[state] += 1
    return Progress(source, kind, sum(counts.values()), counts["proved"], counts["still_open"])
