"""Ends (去世, 迁走, 注销): proposed by one person, true only when another has rechecked (P15, domain.md §2)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from typing import Any

from django.db.models import QuerySet

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.actions import Writing
from gridwalk.core.queries import NotHere
from gridwalk.registry import columns, rules
from gridwalk.registry.actions import creation
from gridwalk.registry.models import Dwelling, Entity, Person, Recheck, Residence


class EndError(Exception):
    """An end that cannot be proposed or decided; the text says why."""


def propose(writing: Writing, entity: Entity, proposed: str, *, reason: str) -> Recheck:
    """Step: propose an end. The entity stays active, marked as awaiting recheck; a second proposal is the first."""
    if proposed not in rules.PROPOSALS.get(entity.KIND, {}):
        raise EndError("这一类不能这样注销。")
    standing = Recheck.objects.filter(entity=entity.id, state="open").first()
    if standing is not None:
        return standing
    if not isinstance(entity, Person | Dwelling) or entity.status != "active":
        raise EndError("这一条已经不在册了，不用再注销。请刷新后再看。")
    reason = rules.reason_kept(reason)
    recheck = Recheck.objects.create(
        grid_id=entity.grid_id, kind=entity.KIND, entity=entity.id, proposed=proposed, reason=reason,
        proposed_by=writing.actor.id, proposed_by_name=writing.actor.name, proposed_at=writing.at,
    )  # fmt: skip
    if isinstance(entity, Person):
        entity.status_pending = proposed
        entity.save(update_fields=["status_pending"])
    else:
        entity.status = "strike_off_pending"
        entity.save(update_fields=["status"])
    writing.change(
        entity.grid_id, entity.KIND, entity.id, "status_pending", None, proposed, source="office", reason=reason
    )
    writing.audit("end.proposed", scope=entity.grid_id, kind=entity.KIND, subject=entity.id,
                  data={"proposed": proposed}, reason=reason)  # fmt: skip
    return recheck


def propose_end(*, actor: Viewer, at: dt.datetime, kind: str, entity: uuid.UUID, proposed: str, reason: str) -> Recheck:
    """Propose an end from a page. Raises NotHere, NotPermitted, EndError."""
    if not reason.strip():
        raise EndError("请写明原因，复核的人要看。")
    found = columns.TABLES[kind]._default_manager.filter(pk=entity).first()
    if found is None or not actor.may(Verb.SEE_ROWS, found.grid_id):
        raise NotHere
    access.require(actor, Verb.EDIT_REGISTER, found.grid_id)
    with core.write_to(found.grid_id, actor=actor, at=at) as writing:
        found = columns.TABLES[kind]._default_manager.select_for_update().get(pk=entity)
        return propose(writing, found, proposed, reason=reason)


def withdraw(writing: Writing, entity: uuid.UUID) -> bool:
    """Step: take back an end that waits for its recheck; False where none waits."""
    recheck = Recheck.objects.filter(entity=entity, state="open").first()
    if recheck is None:
        return False
    _stays(writing, _locked(recheck))
    recheck.state, recheck.decided_at = "withdrawn", writing.at
    recheck.decided_by, recheck.decided_by_name = writing.actor.id, writing.actor.name
    recheck.save()
    writing.audit("end.withdrawn", scope=recheck.grid_id, kind=recheck.kind, subject=entity,
                  data={"proposed": recheck.proposed})  # fmt: skip
    return True


def decide(writing: Writing, recheck: Recheck, *, confirmed: bool, note: str) -> None:
    """Step: decide a recheck by a person other than the proposer; ``grids_of`` it must be locked. Raises EndError."""
    if recheck.state != "open":
        raise EndError("这一条已经复核过了。")
    if recheck.proposed_by is not None and recheck.proposed_by == writing.actor.id:
        raise EndError("提出的人不能自己复核，请另一位同事来复核。")
    entity = _locked(recheck)
    if confirmed:
        _end(writing, entity, recheck)
    else:
        _stays(writing, entity)
    recheck.state = "confirmed" if confirmed else "rejected"
    recheck.decided_by, recheck.decided_by_name, recheck.decided_at = writing.actor.id, writing.actor.name, writing.at
    recheck.note = rules.reason_kept(note)
    recheck.save()
    writing.audit("end.confirmed" if confirmed else "end.rejected", scope=entity.grid_id, kind=recheck.kind,
                  subject=entity.pk, data={"proposed": recheck.proposed}, reason=recheck.note)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Reporter:
    """Who reported an end at the door, and when."""

    id: uuid.UUID | None
    name: str
    at: dt.datetime


def end_reported(
    writing: Writing, entity: Entity, proposed: str, *, by: Reporter, reason: str, note: str
) -> None:  # fmt: skip
    """Step: an end that ``by`` reported and the writing's actor, somebody else, has rechecked. Raises EndError."""
    recheck = propose(writing, entity, proposed, reason=reason)
    recheck.proposed_by, recheck.proposed_by_name, recheck.proposed_at = by.id, by.name, by.at
    decide(writing, recheck, confirmed=True, note=note)


def _locked(recheck: Recheck) -> Person | Dwelling:
    entity = columns.TABLES[recheck.kind]._default_manager.select_for_update().get(pk=recheck.entity)
    assert isinstance(entity, Person | Dwelling)
    return entity


def _stays(writing: Writing, entity: Person | Dwelling) -> None:
    if isinstance(entity, Person):
        entity.status_pending = ""
        entity.save(update_fields=["status_pending"])
    else:
        entity.status = "active"
        entity.save(update_fields=["status"])
    writing.change(entity.grid_id, entity.KIND, entity.pk, "status_pending", None, "", source="office")


def _end(writing: Writing, entity: Person | Dwelling, recheck: Recheck) -> None:
    writing.change(entity.grid_id, recheck.kind, entity.pk, "status", "active", recheck.proposed, source="office",
                   reason=recheck.reason)  # fmt: skip
    entity.status, entity.ended_on = recheck.proposed, clock.local_date(writing.at)
    entity.heads = {**entity.heads, "status": str(writing.op)}
    touched = ["status", "ended_on", "heads"]
    if isinstance(entity, Person):
        entity.status_pending = ""
        touched.append("status_pending")
    entity.save(update_fields=touched)
    links = list(_links(recheck))
    creation.end_residences(writing, links, source="office", reason=recheck.reason)
    if isinstance(entity, Dwelling):
        creation.settle_grids(writing, [link.person_id for link in links])


def _links(recheck: Recheck) -> QuerySet[Residence]:
    links = Residence.objects.filter(to_on__isnull=True)
    if recheck.kind == "person":
        return links.filter(person_id=recheck.entity)
    return links.filter(dwelling_id=recheck.entity)


def grids_of(recheck: Recheck) -> set[str]:
    """The grids a decision writes to: the entity's, those of the links it ends, those its residents then belong to."""
    entity: Any = columns.TABLES[recheck.kind]._default_manager.get(pk=recheck.entity)
    links = _links(recheck)
    grids = {entity.grid_id, *links.values_list("grid_id", flat=True)}
    if recheck.kind == "dwelling":
        persons = Person.objects.filter(id__in=links.values("person_id"))
        homes = Residence.objects.filter(person__in=persons, to_on__isnull=True)
        own = set(persons.values_list("grid_id", flat=True))
        grids |= own | {grid[:12] + "000" for grid in own} | set(homes.values_list("grid_id", flat=True))
    return grids
