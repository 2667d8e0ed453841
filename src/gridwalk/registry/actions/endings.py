"""Ends (去世, 迁走, 注销): proposed by one person, true only when another has rechecked (P15, domain.md §2)."""

from __future__ import annotations

import datetime as dt
import uuid

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
    recheck = Recheck.objects.create(
        grid_id=entity.grid_id, kind=entity.KIND, entity=entity.id, proposed=proposed, reason=reason,
        proposed_by=writing.actor.id, proposed_by_name=writing.actor.name, proposed_at=writing.at,
    )  # fmt: skip
    if isinstance(entity, Person):
        entity.status_pending = proposed
        entity.save(update_fields=["status_pending"])
    elif isinstance(entity, Dwelling):
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
        return propose(writing, found, proposed, reason=reason.strip())


def decide(writing: Writing, recheck: Recheck, *, confirmed: bool, note: str) -> None:
    """Step: decide a recheck by a person other than the proposer. Raises EndError."""
    if recheck.state != "open":
        raise EndError("这一条已经复核过了。")
    if recheck.proposed_by is not None and recheck.proposed_by == writing.actor.id:
        raise EndError("提出的人不能自己复核，请另一位同事来复核。")
    entity = columns.TABLES[recheck.kind]._default_manager.select_for_update().get(pk=recheck.entity)
    today = clock.local_date(writing.at)
    if isinstance(entity, Person):
        entity.status_pending = ""
        if confirmed:
            entity.status, entity.ended_on = recheck.proposed, today
        entity.save(update_fields=["status", "status_pending", "ended_on"])
    elif isinstance(entity, Dwelling):
        entity.status = "struck_off" if confirmed else "active"
        entity.ended_on = today if confirmed else None
        entity.save(update_fields=["status", "ended_on"])
    if confirmed:
        links = Residence.objects.filter(to_on__isnull=True)
        links = links.filter(person_id=entity.pk) if recheck.kind == "person" else links.filter(dwelling_id=entity.pk)
        for residence in links:
            if residence.grid_id in writing.versions:
                creation.end_residence(writing, residence, source="office", reason=recheck.reason)
        writing.change(entity.grid_id, recheck.kind, entity.pk, "status", "active", recheck.proposed,
                       source="office", reason=recheck.reason)  # fmt: skip
    recheck.state = "confirmed" if confirmed else "rejected"
    recheck.decided_by, recheck.decided_by_name, recheck.decided_at = writing.actor.id, writing.actor.name, writing.at
    recheck.note = note
    recheck.save()
    writing.audit("end.confirmed" if confirmed else "end.rejected", scope=entity.grid_id, kind=recheck.kind,
                  subject=entity.pk, data={"proposed": recheck.proposed}, reason=note)  # fmt: skip


def grids_of(recheck: Recheck) -> set[str]:
    """The grids a decision writes to: the entity's and those of the links it ends."""
    links = Residence.objects.filter(to_on__isnull=True)
    links = (
        links.filter(person_id=recheck.entity) if recheck.kind == "person" else links.filter(dwelling_id=recheck.entity)
    )
    return {recheck.grid_id, *links.values_list("grid_id", flat=True)}
