"""Erasing who somebody was: a nameless row stays, with its status, its dates and the skeleton of its history."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from django.db.models import F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat, Right

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import erasures, hanging
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.models import Change
from gridwalk.core.queries import NotHere
from gridwalk.method.text import reason_kept
from gridwalk.reconcile.models import SideRow, StagedRow
from gridwalk.registry import columns
from gridwalk.registry.actions import ends, erasing, handed_in
from gridwalk.registry.models import CareLabel, CaseDecision, Difference, Dwelling, Entity, Person, TakeOver
from gridwalk.registry.queries import erased
from gridwalk.registry.rules import CONTACTS, WAITING
from gridwalk.retention.actions import ledger_rows, ops
from gridwalk.retention.rules import ERASED_NAME, RetentionError
from gridwalk.sync.erased import Erasure
from gridwalk.sync.models import Alias, Shadow
from gridwalk.upkeep.models import Plan
from gridwalk.upkeep.queries.merges import KIND_OF
from gridwalk.visits.models import CareNeed

KEPT_FIELDS = ("status", "status_pending", "grid", "verified_on", Change.LEFT)
"""Changes whose values stay: what became of the record, never who it was."""
MERGES = tuple(KIND_OF.values())
"""Plans that keep, sealed, the facts their records had before."""


def erase_person(*, actor: Viewer, at: dt.datetime, person: uuid.UUID, reason: str) -> None:
    """Erase a de-registered person's identity at request. Raises NotHere, NotPermitted, RetentionError.

    Whoever is still registered is de-registered first, with its recheck; what was erased can be brought back by nobody.
    """
    registered = Person.objects.filter(pk=person).first()
    if registered is None or not actor.may(Verb.SEE_ROWS_MASKED, registered.grid_id):
        raise NotHere
    access.require(actor, Verb.RECHECK, registered.grid_id)
    if registered.status == "active":
        raise RetentionError("没有清除：这个人还在册。先办去世、迁走或注销，复核同意之后再清。")
    if erased.among([person]):
        raise RetentionError("早已清除了，不用再清。")
    if registered.merged_into is not None:
        raise RetentionError("没有清除：这一条已并入另一条，身份内容在那一条上。请到那一条上清。")
    reason = reason_kept(reason)
    if len(reason) < 4:
        raise RetentionError("没有清除：请写明谁提出、为什么（不少于 4 个字），审计里要留着。")
    erase(actor=actor, at=at, persons=[person], why="request", reason=reason)


@dataclasses.dataclass(frozen=True)
class Erasing:
    """When somebody was erased, and how and on which day they were de-registered before; of a ledger's line."""

    at: dt.datetime
    status: str
    ended_on: dt.date


def erase(
    *,
    actor: Viewer,
    at: dt.datetime,
    persons: Collection[uuid.UUID],
    why: str,
    reason: str = "",
    before: Mapping[uuid.UUID, Erasing] = MappingProxyType({}),
) -> int:
    """Erase these persons' identity, one transaction each; ``why``: period · request · restore. Returns how many.

    ``before``: who was erased once already, in newer data than these. The ledger is written before the transaction
    ends: a power cut may leave a line for an erasure to be done again, never an erasure that a restore would undo.
    """
    n = 0
    own = Q(pk__in=persons) | Q(merged_into__in=persons)  # a record merged into theirs is theirs as well
    for record in Person.objects.filter(own).exclude(erased.GONE):
        doors = Dwelling.objects.filter(residences__person=record).values_list("grid_id", flat=True)
        with core.write_to(record.grid_id, *doors, actor=actor, at=at) as writing:
            ends.withdraw(writing, record.pk)
            person = Person.objects.select_for_update().get(pk=record.pk)
            earlier = before.get(record.pk)
            if earlier is not None:
                erasing.end_again(writing, person, status=earlier.status, on=earlier.ended_on)
            files = _erase(writing, person, why=why, at=earlier.at if earlier else at)
            writing.audit(
                AuditVerb.PERSON_ERASED,
                scope=record.grid_id,
                kind="person",
                subject=record.pk,
                data={"why": why},
                reason=reason,
            )
        for file in files:  # bytes cannot be rolled back
            core.erase_file(file, actor=actor, at=at)
        n += 1
    return n


def mark_unknown(*, actor: Viewer, at: dt.datetime, persons: Collection[uuid.UUID], why: str) -> None:
    """Note who was erased of whom these data, being older, have no record: phones may still bring them."""
    on_record = set(Person.objects.filter(pk__in=persons).values_list("pk", flat=True))
    unknown = set(persons) - on_record - erased.among(persons)
    if not unknown:
        return
    with core.write_to(actor=actor, at=at) as writing:
        erasing.mark("person", unknown, why=why, at=at)
        ops.forget(writing, Erasure(persons=frozenset(unknown)), Q())


def _erase(writing: Writing, person: Person, *, why: str, at: dt.datetime) -> set[uuid.UUID]:
    """Returns the stored files that name the person."""
    labels = CareLabel.objects.filter(person=person)
    needs = CareNeed.objects.filter(contact__label__in=labels)
    stays = list(person.residences.values_list("pk", flat=True))
    ids = {person.pk, *_called(person)}
    grids = _grids_of(person)
    files = ledger_rows.forget(person, grids)
    _records_of(person)
    _forget(
        Change.objects.filter(entity__in=[*labels.values_list("pk", flat=True), *needs.values_list("pk", flat=True)])
    )
    Change.objects.filter(entity__in=stays).update(reason="")  # where they lived stays, what was written of it goes
    doors = _doors_owned_by(person)
    for door in doors:
        erase_contact(door, why=why, at=at)
    erasure = Erasure(persons=frozenset(ids), places=frozenset(door.pk for door in doors))
    ops.forget(writing, erasure, ops.of_communities(grids))
    Shadow.objects.filter(grid__in=writing.versions).update(hash="")  # of rows among which theirs was; made anew
    nameless = Concat(
        Value("~"), Right(Cast(F("id"), TextField()), 12)
    )  # still one of its kind: several may begin on a day
    labels.update(category=nameless, source_ref="", consent="", ended_why="")
    handed_in.forget(person.id_no_index)
    person.name = person.name_key = person.sort_key = ERASED_NAME
    for column in (
        "id_no_sealed",
        "id_no_index",
        "sex",
        "phone_sealed",
        "phone_index",
        "relation",
        "registered_address",
        "source_ref",
    ):
        setattr(person, column, "")
    person.born_on, person.id_no_checked_on, person.search_keys = None, None, []
    person.save()
    writing.change(
        stream=person.grid_id, kind="person", entity=person.pk, field="name", old=None, new=None, source="office"
    )
    erasing.mark("person", ids, why=why, at=at)
    own = erasures.line("person", at=at, id=person.pk, status=person.status, ended_on=person.ended_on)
    erasures.note([own, *(erasures.line("person", at=at, id=pk) for pk in sorted(ids - {person.pk}))])
    return files


def _called(person: Person) -> set[uuid.UUID]:
    """The ids that phones gave the person before they knew who it was."""
    taken = TakeOver.objects.filter(difference__entity=person.pk)
    aliases = Alias.objects.filter(entity=person.pk)
    return {*taken.values_list("pk", flat=True), *aliases.values_list("pk", flat=True)}


def _grids_of(person: Person) -> set[str]:
    """Every grid in which something was ever written about the person, and of every door."""
    written = Change.objects.filter(entity=person.pk).values_list("stream_id", flat=True)
    asked = TakeOver.objects.filter(difference__entity=person.pk).values_list("grid_id", flat=True)
    return {person.grid_id, *person.residences.values_list("grid_id", flat=True), *written, *asked}


def _records_of(person: Person) -> None:
    _forget(Change.objects.filter(entity=person.pk))
    Difference.objects.filter(entity=person.pk, state__in=WAITING).update(state="closed")
    hanging.erase(person.pk)
    plans = Plan.objects.filter(subjects__contains=[person.pk])
    clear_plans(plans)
    plans.filter(state="open").update(state="withdrawn")
    for decision in CaseDecision.objects.filter(records__contains=[person.pk]):
        kept = {record: fact for record, fact in decision.facts.items() if record != str(person.pk)}
        CaseDecision.objects.filter(pk=decision.pk).update(facts=kept, reason="")


def _forget(changes: QuerySet[Change]) -> None:
    changes.exclude(field__in=KEPT_FIELDS).update(old=None, new=None, reason="", source_ref="")
    changes.update(reason="")


def clear_plans(plans: QuerySet[Plan]) -> int:
    """Take out of plans what was chosen, written and before; that they were done stays.

    They cannot be undone any more.
    """
    return plans.update(choices={}, seen={}, undo_sealed="", reason="", note="", undone_reason="")


def clear_samples(rows: QuerySet[Any]) -> int:
    """Take the sample cells out of how imports or comparisons understood their columns; returns how many had some."""
    ledgers = list(rows)
    for ledger in ledgers:
        type(ledger)._default_manager.filter(pk=ledger.pk).update(mapping=_without_samples(ledger.mapping))
    return len(ledgers)


def _without_samples(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: [] if key == "sample" else _without_samples(inner) for key, inner in value.items()}
    return [_without_samples(inner) for inner in value] if isinstance(value, list) else value


def _doors_owned_by(person: Person) -> list[Dwelling]:
    """Doors the person was linked to and is written down as the owner of."""
    return list(Dwelling.objects.filter(residences__person=person, owner_name=person.name).distinct())


def erase_contact(entity: Entity, *, why: str, at: dt.datetime) -> None:
    """Take the owner's or contact's name and telephone from a place, from its history and from what ledgers
    said of it; what phones said of it is left to ``ops.forget``.
    """
    name, phone = CONTACTS[entity.KIND]
    for column in (name, f"{phone}_sealed", f"{phone}_index"):
        setattr(entity, column, "")
    entity.heads = {field: head for field, head in entity.heads.items() if field not in (name, phone)}
    columns.rekey(entity)
    entity.save()
    own = Change.objects.filter(entity=entity.pk)
    own.filter(field__in=(name, phone)).update(old=None, new=None, reason="")
    for whole in own.filter(field=Change.WHOLE):
        if isinstance(whole.new, dict):
            kept = {field: value for field, value in whole.new.items() if field not in (name, phone)}
            Change.objects.filter(pk=whole.pk).update(new=kept)
    claims = Difference.objects.filter(entity=entity.pk, field__in=(name, phone))
    claims.filter(state__in=WAITING).update(state="closed")
    claims.update(current=None, claimed=None, claimed_hash="", evidence={}, reason="")
    decided = Plan.objects.filter(subjects__contains=[entity.pk], kind__in=MERGES).exclude(state="open")
    clear_plans(decided)  # what was before names them
    hanging.erase(entity.pk, StagedRow, SideRow)
    erasing.mark(entity.KIND, [entity.pk], why=why, at=at)
    erasures.note([erasures.line(entity.KIND, at=at, id=entity.pk)])
