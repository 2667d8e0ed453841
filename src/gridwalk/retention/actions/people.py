"""Erasing who somebody was: a nameless row stays, with its status, its dates and the skeleton of its history."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat, Right

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import envelope, erasures, hanging
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.models import Change
from gridwalk.core.queries import NotHere
from gridwalk.method.text import reason_kept
from gridwalk.reconcile.models import Comparison, Import, SideRow, StagedRow
from gridwalk.registry import columns
from gridwalk.registry.models import CareLabel, CaseDecision, Difference, Dwelling, Entity, Person
from gridwalk.retention import queries
from gridwalk.retention.models import Erased
from gridwalk.retention.rules import ERASED_NAME, RetentionError
from gridwalk.sync.models import Op
from gridwalk.upkeep.models import Plan
from gridwalk.upkeep.queries.merges import KIND_OF
from gridwalk.visits.models import CareNeed

KEPT_FIELDS = ("status", "status_pending", "grid", "verified_on", Change.LEFT)
"""Changes whose values stay: what became of the record, never who it was."""
CONTACTS = {
    "dwelling": ("owner_name", "owner_phone"),
    "organization": ("contact_name", "contact_phone"),
    "site": ("contact_name", "contact_phone"),
    "facility": ("contact_name", "contact_phone"),
}
"""Who is named at a place, by kind: name and telephone."""
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
    if Erased.objects.filter(pk=person).exists():
        raise RetentionError("早已清除了，不用再清。")
    reason = reason_kept(reason)
    if len(reason) < 4:
        raise RetentionError("没有清除：请写明谁提出、为什么（不少于 4 个字），审计里要留着。")
    erase(actor=actor, at=at, persons=[person], why="request", reason=reason)


def erase(*, actor: Viewer, at: dt.datetime, persons: Sequence[uuid.UUID], why: str, reason: str = "") -> int:
    """Erase these persons' identity, one transaction each; ``why``: period · request · restore. Returns how many.

    The ledger is written before the transaction ends: a power cut may leave a line for an erasure to be done again,
    never an erasure that a restore would undo.
    """
    n = 0
    own = Q(pk__in=list(persons)) | Q(merged_into__in=list(persons))  # a record merged into theirs is theirs as well
    for record in Person.objects.filter(own).exclude(pk__in=Erased.objects.values("pk")):
        doors = Dwelling.objects.filter(residences__person=record).values_list("grid_id", flat=True)
        with core.write_to(record.grid_id, *doors, actor=actor, at=at) as writing:
            _erase(writing, Person.objects.select_for_update().get(pk=record.pk))
            Erased.objects.create(id=record.pk, kind="person", at=at, why=why, by=actor.id, by_name=actor.name)
            writing.audit(
                AuditVerb.PERSON_ERASED,
                scope=record.grid_id,
                kind="person",
                subject=record.pk,
                data={"why": why},
                reason=reason,
            )
            erasures.note([erasures.line("person", at=at, id=record.pk)])
        n += 1
    return n


def _erase(writing: Writing, person: Person) -> None:
    labels = CareLabel.objects.filter(person=person)
    needs = CareNeed.objects.filter(contact__label__in=labels)
    _records_of(person)
    _forget(
        Change.objects.filter(entity__in=[*labels.values_list("pk", flat=True), *needs.values_list("pk", flat=True)])
    )
    _doors_owned_by(person)
    _ops_about(person)
    nameless = Concat(
        Value("~"), Right(Cast(F("id"), TextField()), 12)
    )  # still one of its kind: several may begin on a day
    labels.update(category=nameless, source_ref="", consent="", ended_why="")
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


def _records_of(person: Person) -> None:
    _forget(Change.objects.filter(entity=person.pk))
    Difference.objects.filter(entity=person.pk, state="open").update(state="closed")
    hanging.erase(person.pk)
    plans = Plan.objects.filter(subjects__contains=[person.pk])
    clear_plans(plans)
    plans.filter(state="open").update(state="withdrawn")
    for decision in CaseDecision.objects.filter(records__contains=[person.pk]):
        kept = {record: fact for record, fact in decision.facts.items() if record != str(person.pk)}
        CaseDecision.objects.filter(pk=decision.pk).update(facts=kept, reason="")

    for table in (Import, Comparison):
        clear_samples(queries.with_samples(table).filter(read_as__contains=person.name))


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


def _doors_owned_by(person: Person) -> None:
    """Doors the person was linked to and is written down as the owner of."""
    for door in Dwelling.objects.filter(residences__person=person, owner_name=person.name).distinct():
        erase_contact(door)


def erase_contact(entity: Entity) -> None:
    """Take the owner's or contact's name and telephone from a place, from its history and from what ledgers
    said of it.
    """
    name, phone = CONTACTS[entity.KIND]
    for column in (name, f"{phone}_sealed", f"{phone}_index"):
        setattr(entity, column, "")
    columns.rekey(entity)
    entity.save()
    own = Change.objects.filter(entity=entity.pk)
    own.filter(field__in=(name, phone)).update(old=None, new=None, reason="")
    for whole in own.filter(field=Change.WHOLE):
        if isinstance(whole.new, dict):
            kept = {field: value for field, value in whole.new.items() if field not in (name, phone)}
            Change.objects.filter(pk=whole.pk).update(new=kept)
    claims = Difference.objects.filter(entity=entity.pk, field__in=(name, phone))
    claims.filter(state="open").update(state="closed")
    claims.update(current=None, claimed=None, claimed_hash="", evidence={}, reason="")
    decided = Plan.objects.filter(subjects__contains=[entity.pk], kind__in=MERGES).exclude(state="open")
    clear_plans(decided)  # what was before names them
    hanging.erase(entity.pk, StagedRow, SideRow)


def _ops_about(person: Person) -> None:
    """What phones sent about the person, found by opening what the grids' phones sent and is still kept."""
    grids = {person.grid_id, *person.residences.values_list("grid_id", flat=True)}
    for op in Op.objects.filter(grid__in=grids).exclude(body_sealed="").iterator():
        if op.entity == person.pk or str(person.pk) in _body(op):
            Op.objects.filter(pk=op.pk).update(body_sealed="", text="")


def _body(op: Op) -> str:
    try:
        body: object = json.loads(envelope.open_(op.body_sealed, table="sync_op", column="body", row=op.pk))
    except envelope.EnvelopeError:
        return ""
    return json.dumps(body)
