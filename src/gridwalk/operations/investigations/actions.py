"""Proposing, deciding and reading an investigation. Two persons answer for it, and neither is the one looked into."""

from __future__ import annotations

import datetime as dt
import uuid

from gridwalk.accounts import persons
from gridwalk.accounts import rules as accounts
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.models import AuditEntry
from gridwalk.core.queries import NotHere
from gridwalk.method.text import reason_kept
from gridwalk.notices import actions as notices
from gridwalk.notices.rules import Kind
from gridwalk.operations import rules
from gridwalk.operations.investigations import queries
from gridwalk.operations.models import Investigation
from gridwalk.operations.rules import InvestigationError

STREET_DIGITS = 9


def propose(
    *,
    actor: Viewer,
    at: dt.datetime,
    user: uuid.UUID,
    cause: str,
    from_on: dt.date,
    to_on: dt.date,
    reason: str,
) -> Investigation:
    """Ask a colleague to look into what somebody did on some days. Raises NotPermitted, InvestigationError."""
    reason = reason_kept(reason)
    rules.check(cause=cause, from_on=from_on, to_on=to_on, reason=reason, today=clock.local_date(at))
    scopes = queries.scopes_of(user, from_on, to_on)
    if actor.id is None or actor.id == user or not queries.answers_for(actor, scopes):
        raise accounts.NotPermitted(Verb.INVESTIGATE)
    with core.write_to(actor=actor, at=at) as writing:
        investigation = Investigation.objects.create(
            user_id=user,
            cause=cause,
            from_on=from_on,
            to_on=to_on,
            reason=reason,
            proposed_by=actor.id,
            proposed_by_name=actor.name,
            proposed_at=at,
        )
        _audit(writing, AuditVerb.INVESTIGATION_PROPOSED, investigation, scope=_street(scopes), reason=reason)
    return investigation


def decide(*, actor: Viewer, at: dt.datetime, investigation: uuid.UUID, confirmed: bool, note: str) -> None:
    """The second person confirms or rejects it; confirmed, its entries are open to both for 14 days.

    Raises NotHere, InvestigationError.
    """
    asked = queries.get_investigation(actor, investigation)
    if not queries.may_decide(actor, asked):
        raise InvestigationError("没有定：要由另一位能调查的同事来定；定过的、撤回的，不能再定。")
    if persons.are_one(actor.id, [asked.proposed_by, asked.user_id]):
        raise InvestigationError(persons.SAME)
    note = reason_kept(note)
    if not confirmed and not note:
        raise InvestigationError("没有定：不同意的，请写明为什么。")
    state = "confirmed" if confirmed else "rejected"
    with core.write_to(actor=actor, at=at) as writing:
        _end_proposal(
            asked,
            state=state,
            decided_by=actor.id,
            decided_by_name=actor.name,
            decided_at=at,
            note=note,
            until_at=at + rules.OPEN_FOR if confirmed else None,
        )
        _audit(writing, AuditVerb(f"investigation.{state}"), asked, scope=_scope_of(asked), reason=note)
        if confirmed:
            notices.tell(writing, kind=Kind.INVESTIGATION, text=TOLD, to_user=asked.user_id)


TOLD = "有两位同事要看您某几天做过的记录：谁看、哪几天、为什么，在“我的操作记录”里。"


def withdraw(*, actor: Viewer, at: dt.datetime, investigation: uuid.UUID) -> None:
    """Whoever proposed it takes it back before it is decided. Raises NotHere, InvestigationError."""
    asked = queries.get_investigation(actor, investigation)
    if asked.proposed_by != actor.id:
        raise InvestigationError("没有撤回：由提出的人来撤回。")
    with core.write_to(actor=actor, at=at) as writing:
        _end_proposal(asked, state="withdrawn", decided_at=at)
        _audit(writing, AuditVerb.INVESTIGATION_WITHDRAWN, asked, scope=_scope_of(asked))


def open_entries(
    *, actor: Viewer, at: dt.datetime, investigation: uuid.UUID, limit: int, offset: int
) -> tuple[Investigation, list[AuditEntry]]:
    """The investigation and the entries it opens; that they were opened is noted, and the person reads it.

    Raises NotHere.
    """
    asked = queries.get_investigation(actor, investigation)
    if not queries.may_read(actor, asked, at):
        raise NotHere
    with core.write_to(actor=actor, at=at) as writing:
        _audit(writing, AuditVerb.INVESTIGATION_OPENED, asked, scope=_scope_of(asked), reason=asked.reason)
    return asked, queries.entries(asked, limit=limit, offset=offset)


def _end_proposal(asked: Investigation, **columns: object) -> None:
    """Write what became of a proposal, unless somebody was faster."""
    if not Investigation.objects.filter(pk=asked.pk, state="proposed").update(**columns):
        raise InvestigationError("没有定：刚才已经定过，或撤回了。")


def _audit(
    writing: core.Writing, verb: AuditVerb, investigation: Investigation, *, scope: str, reason: str = ""
) -> None:
    writing.audit(verb, scope=scope, kind="investigation", subject=investigation.pk, reason=reason)


def _scope_of(investigation: Investigation) -> str:
    return _street(queries.scopes_of(investigation.user_id, investigation.from_on, investigation.to_on))


def _street(scopes: set[str]) -> str:
    """The street in whose audit it stands: not the community's, whose people the person works among."""
    return min(scopes, default="")[:STREET_DIGITS]
