"""撤销导入: what an import wrote, as history tells it, and what of that nobody has touched since."""

from __future__ import annotations

import dataclasses
import functools
import operator
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from gridwalk.campaigns.models import Target
from gridwalk.core import hanging
from gridwalk.core import queries as core
from gridwalk.core.models import Change, Receipt
from gridwalk.dictionary import fields as dictionary
from gridwalk.reconcile import rules
from gridwalk.reconcile.models import Import
from gridwalk.registry import columns
from gridwalk.registry.models import CareLabel, CaseDecision, Organization, Residence
from gridwalk.registry.queries import erased

GRID_ONLY = frozenset({"grid", Change.LEFT})
"""Changes that only say where a record stands: nobody touched it by them."""
WHY = {
    "visits.Visit": "visited",
    "visits.Round": "visited",
    "visits.CareContact": "contacted",
    "registry.Difference": "decided",
    "registry.Recheck": "decided",
    "registry.TakeOver": "decided",
    "registry.Person": "decided",
    "registry.Dwelling": "decided",
    "registry.Organization": "decided",
    "upkeep.Plan": "decided",
    "reconcile.Unmatched": "decided",
    "events.Event": "changed",
    "sync.Alias": "noted",
    "followup.Matter": "noted",
    "sync.Op": "noted",
    "sync.Returned": "noted",
    "reconcile.StagedRow": "listed",
    "reconcile.SideRow": "listed",
    "reconcile.BackfillItem": "handed_out",
    "registry.Residence": "linked",
    "registry.CareLabel": "linked",
}
"""Table → why a record of which a row of it speaks stays (a key of ``rules.WHY_STAYS``); of others it was used."""
ROOMS_THAT_READ = ("core", "notices")
"""Rooms whose rows tell of a record and are nobody's work at it."""
Fact = tuple[str, uuid.UUID, str]


@dataclasses.dataclass(frozen=True)
class Written:
    """What batches of an import wrote, oldest first. ``made``: what came to be by it, with its first change."""

    changes: list[Change]
    made: dict[uuid.UUID, Change]
    ids: QuerySet[Change, Any]
    """The ids of what it made, as a part of other queries: written out, ten thousand of them take seconds to parse."""

    @property
    def facts(self) -> dict[Fact, Change]:
        """The facts of records that stood already which they changed: the first change of each."""
        first: dict[Fact, Change] = {}
        for change in self.changes:
            is_of_record = change.entity not in self.made and change.kind in columns.TABLES
            if is_of_record and dictionary.find(change.kind, change.field):
                first.setdefault((change.kind, change.entity, change.field), change)
        return first

    def of(self, kind: str) -> set[uuid.UUID]:
        """What of a kind came to be."""
        return {pk for pk, change in self.made.items() if change.kind == kind}


def written(submission: Import, batches: Collection[int]) -> Written:
    """What these batches wrote."""
    results = core.receipt_results(rules.receipt_key(submission.pk, batch) for batch in batches)
    versions: dict[str, list[int]] = defaultdict(list)
    for result in results.values():
        for grid, version in result.get("versions", {}).items():
            versions[grid].append(version)
    if not versions:
        return Written([], {}, Change.objects.none().values("entity"))
    of_grids = (Q(stream=grid, version__in=of_grid) for grid, of_grid in versions.items())
    inside = Change.objects.filter(functools.reduce(operator.or_, of_grids))
    changes = list(inside.order_by("id"))  # ids sort by time
    made = {change.entity: change for change in changes if change.field == Change.WHOLE}
    return Written(changes, made, inside.filter(field=Change.WHOLE).values("entity"))


def unmade() -> Q:
    """The condition that a record left with the import that made it: a ledger that speaks of it begins another."""
    ops = Receipt.objects.filter(key__startswith=rules.UNDO_KEYS).values_list("result__op", flat=True)
    return Q(heads__has_key="status", heads__status__in=list(ops))  # else NULL, which a NOT leaves out as well


def is_told(submission: Import) -> bool:
    """Whether every batch that was applied has noted where history tells what it wrote."""
    keys = [rules.receipt_key(submission.pk, batch) for batch in range(submission.n_batches)]
    return all("versions" in result for result in core.receipt_results(keys).values())


def _gone_with(submission: Import) -> list[Import]:
    """The import, and those handed in after it that have been taken back: what they did is nobody's work any more."""
    later = Import.objects.filter(state="undone", created_at__gte=submission.created_at).exclude(pk=submission.pk)
    return [submission, *later]


def _ops_of(submission: Import) -> set[uuid.UUID]:
    """The operations of these imports and of their taking back."""
    keys = [
        key(ledger.pk, batch)
        for ledger in _gone_with(submission)
        for batch in range(ledger.n_batches)
        for key in (rules.receipt_key, rules.undo_key)
    ]
    return {uuid.UUID(result["op"]) for result in core.receipt_results(keys).values() if "op" in result}


def why_stay(submission: Import, wrote: Written, *, dispatched: bool) -> dict[uuid.UUID, str]:
    """Of what the import made, what stays, with why (a key of ``rules.WHY_STAYS``): somebody has touched it since, or
    something that stays rests on it. ``dispatched``: whether a second person lets leave what was dispatched.
    """
    ops = _ops_of(submission) | {change.op for change in wrote.changes}
    why = dict(_touched(submission, wrote, ops, dispatched=dispatched))
    later = Change.objects.filter(entity__in=wrote.ids).exclude(op__in=ops).exclude(field__in=GRID_ONLY)
    for entity in later.values_list("entity", flat=True):
        why.setdefault(entity, "changed")
    _spread(why, wrote)
    return why


def _touched(
    submission: Import, wrote: Written, ops: Collection[uuid.UUID], *, dispatched: bool
) -> Iterator[tuple[uuid.UUID, str]]:
    """Records with why they stay, the weightiest reason last."""
    made = wrote.made
    of_ledgers = (Q(source_ref__startswith=f"{ledger.file_id}:") for ledger in _gone_with(submission))
    ended = functools.reduce(operator.or_, of_ledgers) & Q(to_on__isnull=False)
    if not dispatched:
        yield from ((entity, "dispatched") for entity in waiting_targets(wrote))
    no_touch = {
        "registry.Residence": Q(pk__in=wrote.ids) | ended,
        "registry.CareLabel": Q(pk__in=wrote.ids),
        "registry.Difference": Q(state__in=("open", "closed")),
        "registry.Recheck": Q(state="withdrawn"),
        "registry.TakeOver": Q(source="ledger", asked_at__in={change.at for change in wrote.changes}),
        "campaigns.Target": Q(),
        "visits.Round": Q(pk__in=ops),
        "reconcile.StagedRow": Q(of=submission) | Q(of__state="undone"),
        "reconcile.SideRow": Q(of=submission),
        "reconcile.Unmatched": Q(state__in=("open", "gone")),
    }
    for table, path, rows in hanging.rows_about(wrote.ids, but=ROOMS_THAT_READ):
        label = table._meta.label
        if label in no_touch:
            rows = rows.exclude(no_touch[label]) if no_touch[label] else rows.none()
        for spoken in rows.values_list(path, flat=True):
            for entity in spoken if isinstance(spoken, list) else [spoken]:
                if entity in made:
                    yield entity, WHY.get(label, "used")
    for cases in CaseDecision.objects.filter(records__overlap=wrote.ids).values_list("records", flat=True):
        yield from ((entity, "decided") for entity in cases if entity in made)
    begun = Target.objects.filter(~WAITS, entity__in=wrote.ids).exclude(state="left")
    yield from ((entity, "visited") for entity in begun.values_list("entity", flat=True))
    yield from ((entity, "erased") for entity in erased.among(list(made)))


WAITS = Q(state="remaining", n_visits=0, planned_on__isnull=True)
"""The condition that nobody has begun with a target."""


def waiting_targets(wrote: Written) -> set[uuid.UUID]:
    """What of it a campaign asks to be visited and nobody has begun with."""
    targets = Target.objects.filter(WAITS, entity__in=wrote.ids)
    return set(targets.values_list("entity", flat=True))


def _spread(why: dict[uuid.UUID, str], wrote: Written) -> None:
    """Whoever stays keeps their door; a link that somebody changed keeps both its ends."""
    links = list(Residence.objects.filter(pk__in=wrote.ids).values_list("pk", "person_id", "dwelling_id"))
    labels = CareLabel.objects.filter(pk__in=wrote.of("care") & why.keys()).values_list("person_id", flat=True)
    for person in labels:
        why.setdefault(person, "contacted")
    for pk, person, _ in links:
        if pk in why:
            why.setdefault(person, "linked")
    for pk, person, door in links:
        if pk in why or person in why:
            why.setdefault(pk, "linked")
            why.setdefault(door, "lived_at")
    businesses = Organization.objects.filter(dwelling_id__in=wrote.ids, status="active")
    for pk, door in businesses.values_list("pk", "dwelling_id"):
        if pk in why or pk not in wrote.made:
            why.setdefault(door, "lived_at")
    for entity in why.keys() - wrote.made.keys():
        del why[entity]


def changed_since(submission: Import, facts: Mapping[Fact, Change]) -> set[Fact]:
    """Those of the facts the import changed that somebody has changed since, or whose person was erased."""
    if not facts:
        return set()
    ops = _ops_of(submission) | {change.op for change in facts.values()}
    later = Change.objects.filter(
        entity__among={entity for _, entity, _ in facts}, id__gt=min(change.id for change in facts.values())
    ).exclude(op__in=ops)
    touched = set(later.values_list("kind", "entity", "field"))
    gone = erased.among([entity for _, entity, _ in facts])
    return {fact for fact in facts if fact in touched or fact[1] in gone}
