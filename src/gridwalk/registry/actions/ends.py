"""Ends (去世, 迁走, 拆除, 停业 …) and returns: proposed by one person, true only when another has rechecked (P15).

Nothing cascades: people of a door that ends stay on record, organizations and open differences stay as they are. The
doors of a whole building are proposed, rechecked and ended as one (``Recheck.together``). What a return brings back
is in ``returns``.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from gridwalk.accounts import persons
from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import bulk, clock, ids
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.method.text import reason_kept
from gridwalk.registry import columns
from gridwalk.registry.actions import creation, households, returns
from gridwalk.registry.ends import AT_ONCE, EVIDENCE_OF, PROPOSALS, REINSTATED
from gridwalk.registry.households import Naming
from gridwalk.registry.models import Dwelling, Entity, Organization, Person, Recheck, Residence, Site
from gridwalk.registry.queries import ends
from gridwalk.territory import actions as territory
from gridwalk.territory import rules as codes
from gridwalk.territory.models import Building


class EndError(Exception):
    """An end or a return that cannot be proposed or decided; the text says why, ``field`` where."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


Ending = Person | Dwelling | Organization | Site
NOT_SO = "这一类不能这样注销。"
WAITS = "没有提交：已经有人提出来了，正等着复核。"
STANDS = "没有提交：这一条在册，不用恢复。"
GONE = "这一条已经不在册了，不用再注销。请刷新后再看。"


def propose(writing: Writing, entity: Entity, proposed: str, *, reason: str, evidence: str = "") -> Recheck:
    """Step: propose an end. The entity stays active, marked as awaiting recheck; a second proposal is the first."""
    if proposed not in PROPOSALS.get(entity.KIND, {}):
        raise EndError(NOT_SO)
    standing = Recheck.objects.filter(entity=entity.id, state="open").first()
    if standing is not None:
        return standing
    if not isinstance(entity, Ending) or entity.status != "active":
        raise EndError(GONE)
    return _propose(writing, [entity], proposed, reason=reason, evidence=evidence)[0]


def _propose(
    writing: Writing,
    entities: Sequence[Ending],
    proposed: str,
    *,
    reason: str,
    evidence: str,
    together: uuid.UUID | None = None,
    heads: Sequence[Naming] = (),
) -> list[Recheck]:
    reason = reason_kept(reason)
    rechecks = [
        Recheck(
            grid_id=entity.grid_id,
            kind=entity.KIND,
            entity=entity.pk,
            proposed=proposed,
            reason=reason,
            evidence=evidence,
            together=together,
            heads=[naming.plain() for naming in heads],
            proposed_by=writing.actor.id,
            proposed_by_name=writing.actor.name,
            proposed_at=writing.at,
        )
        for entity in entities
    ]
    bulk.insert(rechecks)
    _mark(writing, entities, proposed, reason)
    for recheck in rechecks:
        writing.audit(
            AuditVerb.RETURN_PROPOSED if proposed == REINSTATED else AuditVerb.END_PROPOSED,
            scope=recheck.grid_id,
            kind=recheck.kind,
            subject=recheck.entity,
            data={"proposed": proposed, "evidence": evidence},
            reason=reason,
        )
    return rechecks


def _mark(writing: Writing, entities: Sequence[Ending], proposed: str, reason: str = "") -> None:
    """Show that an end or return waits (``proposed``), or no longer does (empty).

    Organizations and sites show their recheck.
    """
    for entity in entities:
        if isinstance(entity, Person):
            entity.status_pending = proposed
        elif isinstance(entity, Dwelling) and entity.status != "struck_off":
            entity.status = "strike_off_pending" if proposed else "active"
        writing.change(
            stream=entity.grid_id,
            kind=entity.KIND,
            entity=entity.pk,
            field="status_pending",
            old=None,
            new=proposed,
            source="office",
            reason=reason,
        )
    if entities and isinstance(entities[0], Person | Dwelling):
        bulk.update(entities, ["status_pending" if isinstance(entities[0], Person) else "status"])


def propose_end(
    *,
    actor: Viewer,
    at: dt.datetime,
    kind: str,
    entity: uuid.UUID,
    proposed: str,
    evidence: str,
    reason: str,
    heads: Sequence[Naming] = (),
) -> list[Recheck]:
    """Propose an end or a return (``REINSTATED``) from a page; ``kind`` "building": of all its doors at once.

    ``heads``: who is head then, where the proposer knows; the one who rechecks may say otherwise. Raises NotHere,
    NotPermitted, EndError.
    """
    subject = _subject(actor, kind, entity, proposed)
    _refuse_form(subject.of, kind, proposed, evidence, reason)
    households.require_naming(actor, heads)
    with core.write_to(subject.grid, actor=actor, at=at) as writing:
        table: Any = columns.TABLES[subject.of]._default_manager
        records = list(table.select_for_update().filter(subject.rows).order_by("pk"))
        waits = Recheck.objects.filter(entity__in=[record.pk for record in records], state="open")
        waiting = set(waits.values_list("entity", flat=True))
        fit = [record for record in records if record.pk not in waiting and _may_be(record, proposed)]
        if not fit:
            raise EndError(WAITS if waiting else STANDS if proposed == REINSTATED else GONE)
        if proposed == REINSTATED and (taken := returns.taken(fit)):
            raise EndError(taken)
        return _propose(
            writing,
            fit,
            proposed,
            reason=reason,
            evidence=evidence,
            together=ids.new_id() if kind == "building" else None,
            heads=heads,
        )


def _refuse_form(of: str, kind: str, proposed: str, evidence: str, reason: str) -> None:
    """Raises EndError with the field that is wrong; ``of``: the kind of the records, ``kind`` may be a building."""
    if proposed not in {REINSTATED, *PROPOSALS[of]}:
        raise EndError(NOT_SO if proposed else "没有提交：请选是哪一种。", "proposed")
    if kind == "building" and proposed not in AT_ONCE:
        raise EndError("没有提交：整栋一起只办拆除和恢复，登记错了的一户一户办。", "proposed")
    if evidence not in EVIDENCE_OF[of]:
        raise EndError("没有提交：请选依据材料。", "evidence")
    if not reason.strip():
        raise EndError("没有提交：请写明原因，复核的人要看。", "reason")


@dataclasses.dataclass(frozen=True)
class _Subject:
    """What is proposed about: the kind of its records, their grid, which they are."""

    of: str
    grid: str
    rows: Q


def _subject(actor: Viewer, kind: str, pk: uuid.UUID, proposed: str) -> _Subject:
    if kind == "building":
        subject: Any = Building.objects.filter(pk=pk).first()
        rows = Q(building=pk, grid=subject.grid_id) if subject else Q()
        if proposed == REINSTATED:
            rows &= Q(ended_as="demolished")
    else:
        table = columns.TABLES.get(kind) if kind in PROPOSALS else None
        subject = table._default_manager.filter(pk=pk).first() if table else None
        rows = Q(pk=pk)
    if subject is None or not actor.may(Verb.SEE_ROWS, subject.grid_id):
        raise NotHere
    access.require(actor, Verb.EDIT_REGISTER, subject.grid_id)
    return _Subject("dwelling" if kind == "building" else kind, subject.grid_id, rows)


def _may_be(entity: Ending, proposed: str) -> bool:
    if proposed == REINSTATED:
        return entity.status not in {"active", "strike_off_pending"}
    return entity.status == "active"


def withdraw(writing: Writing, entity: uuid.UUID) -> bool:
    """Step: take back an end that waits for its recheck; False where none waits."""
    recheck = Recheck.objects.filter(entity=entity, state="open").first()
    if recheck is None:
        return False
    _mark(writing, _locked([recheck]), "")
    recheck.state, recheck.decided_at = "withdrawn", writing.at
    recheck.decided_by, recheck.decided_by_name = writing.actor.id, writing.actor.name
    recheck.heads = []
    recheck.save()
    writing.audit(
        AuditVerb.END_WITHDRAWN,
        scope=recheck.grid_id,
        kind=recheck.kind,
        subject=entity,
        data={"proposed": recheck.proposed},
    )
    return True


def as_one(recheck: Recheck) -> list[Recheck]:
    """The recheck with those that were proposed and are decided together with it."""
    if recheck.together is None:
        return [recheck]
    return list(Recheck.objects.filter(together=recheck.together, state=recheck.state).order_by("pk"))


def decide(
    writing: Writing,
    rechecks: Sequence[Recheck],
    *,
    confirmed: bool,
    note: str,
    heads: Sequence[Naming] | None = None,
) -> None:
    """Step: decide rechecks of one proposal by a person other than the proposer; ``grids_of`` must be locked.

    ``heads``: who is head of a household that loses its head; None: whoever the proposer named. Raises EndError.
    """
    if not rechecks or any(recheck.state != "open" for recheck in rechecks):
        raise EndError("这一条已经复核过了。")
    if any(recheck.proposed_by is not None and recheck.proposed_by == writing.actor.id for recheck in rechecks):
        raise EndError("提出的人不能自己复核，请另一位同事来复核。")
    if persons.are_one(writing.actor.id, [recheck.proposed_by for recheck in rechecks]):
        raise EndError(persons.SAME)
    entities = _locked(rechecks)
    returning = rechecks[0].proposed == REINSTATED
    if not confirmed:
        _mark(writing, entities, "")
    elif returning:
        if taken := returns.taken(entities):
            raise EndError(taken)
        returns.reinstate(writing, entities, reason=rechecks[0].reason)
    else:
        _end(writing, entities, rechecks)
        _name_heads(writing, rechecks[0], heads)
    for recheck in rechecks:
        recheck.state = "confirmed" if confirmed else "rejected"
        recheck.decided_by, recheck.decided_by_name = writing.actor.id, writing.actor.name
        recheck.decided_at, recheck.note, recheck.heads = writing.at, reason_kept(note), []
    bulk.update(rechecks, ["state", "decided_by", "decided_by_name", "decided_at", "note", "heads"])
    what = "return" if returning else "end"
    for recheck, entity in zip(rechecks, entities, strict=True):
        writing.audit(
            AuditVerb(f"{what}.confirmed" if confirmed else f"{what}.rejected"),
            scope=entity.grid_id,
            kind=recheck.kind,
            subject=entity.pk,
            data={"proposed": recheck.proposed},
            reason=recheck.note,
        )


def _name_heads(writing: Writing, recheck: Recheck, heads: Sequence[Naming] | None) -> None:
    namings = [Naming.of_plain(kept) for kept in recheck.heads] if heads is None else heads
    try:
        households.name_heads(writing, namings, reason=recheck.reason)
    except households.HouseholdError as error:
        raise EndError(str(error)) from error


@dataclasses.dataclass(frozen=True)
class Reporter:
    """Who reported an end at the door, and when."""

    id: uuid.UUID | None
    name: str
    at: dt.datetime


def end_reported(writing: Writing, entity: Entity, proposed: str, *, by: Reporter, reason: str, note: str) -> None:
    """Step: an end that ``by`` reported and the writing's actor, somebody else, has rechecked. Raises EndError."""
    recheck = propose(writing, entity, proposed, reason=reason, evidence="at_the_door")
    recheck.proposed_by, recheck.proposed_by_name, recheck.proposed_at = by.id, by.name, by.at
    recheck.save(update_fields=["proposed_by", "proposed_by_name", "proposed_at"])
    decide(writing, [recheck], confirmed=True, note=note)


def _locked(rechecks: Sequence[Recheck]) -> list[Any]:
    """The entities of rechecks of one kind, in their order."""
    table = columns.TABLES[rechecks[0].kind]
    locked: dict[Any, Any] = {
        e.pk: e for e in table._default_manager.select_for_update().filter(pk__in=[r.entity for r in rechecks])
    }
    return [locked[recheck.entity] for recheck in rechecks]


def _end(writing: Writing, entities: Sequence[Any], rechecks: Sequence[Recheck]) -> None:
    today, reason = clock.local_date(writing.at), rechecks[0].reason
    touched = ["status", "heads"]
    for entity, recheck in zip(entities, rechecks, strict=True):
        writing.change(
            stream=entity.grid_id,
            kind=entity.KIND,
            entity=entity.pk,
            field="status",
            old="active",
            new=recheck.proposed,
            source="office",
            reason=reason,
        )
        entity.status, entity.heads = recheck.proposed, {**entity.heads, "status": str(writing.op)}
        if isinstance(entity, Dwelling):
            entity.status, entity.ended_as, entity.ended_on = "struck_off", recheck.proposed, today
            touched += ["ended_as", "ended_on"]
        elif isinstance(entity, Person):
            entity.status_pending, entity.ended_on = "", today
            touched += ["status_pending", "ended_on"]
    bulk.update(entities, touched)
    links = list(Residence.objects.filter(_links_of(rechecks)))
    creation.end_residences(writing, links, source="office", reason=reason)
    if isinstance(entities[0], Dwelling):
        creation.place_persons(writing, [link.person_id for link in links])
        territory.end_empty_buildings(writing, _left_empty(entities))


def _left_empty(doors: Sequence[Dwelling]) -> list[uuid.UUID]:
    """The buildings in which no door stands any more, now that these were demolished."""
    gone = {door.building_id for door in doors if door.ended_as == "demolished"} - {None}
    standing = Dwelling.objects.filter(building__in=gone).exclude(status="struck_off")
    return sorted(pk for pk in gone - set(standing.values_list("building_id", flat=True)) if pk)


def _links_of(rechecks: Sequence[Recheck]) -> Q:
    """The links an end ends: a person's, a door's; an organization has none."""
    subjects = [recheck.entity for recheck in rechecks]
    of = {"person": Q(person__in=subjects), "dwelling": Q(dwelling__in=subjects)}
    return of.get(rechecks[0].kind, Q(pk__in=[])) & Q(to_on__isnull=True)


def grids_of(rechecks: Sequence[Recheck]) -> set[str]:
    """The grids a decision writes to: the entities', those of the links it ends or brings back, those their people
    then belong to.
    """
    kind, subjects = rechecks[0].kind, [recheck.entity for recheck in rechecks]
    table: Any = columns.TABLES[kind]
    rows = list(table._default_manager.filter(pk__in=subjects))
    links = Residence.objects.filter(_links_of(rechecks))
    if rechecks[0].proposed == REINSTATED:
        links = Residence.objects.filter(pk__in=[link.pk for link in ends.links(rows)])
    grids = {*(row.grid_id for row in rows), *links.values_list("grid_id", flat=True)}
    if kind == "dwelling" or rechecks[0].proposed == REINSTATED:
        persons = Person.objects.filter(id__in=links.values("person_id"))
        homes = Residence.objects.filter(person__in=persons, to_on__isnull=True)
        own = set(persons.values_list("grid_id", flat=True))
        grids |= own | {codes.unassigned_of(grid) for grid in own} | set(homes.values_list("grid_id", flat=True))
    return grids
