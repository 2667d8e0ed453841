"""核定: a case of the bench decided so that it stays decided, asked at the door, or put right at once; each can be
taken back.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.bench.cases import Case, Member
from gridwalk.bench.queries import checks, settled
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.actions import Writing
from gridwalk.core.queries import NotHere
from gridwalk.differences.actions import decisions
from gridwalk.differences.actions.decisions import Along, DecisionError, Grids
from gridwalk.registry import columns, rules
from gridwalk.registry.actions import claims
from gridwalk.registry.models import Difference, Residence, Settled
from gridwalk.registry.rules import CHECKS

CHANGED = "刚才有人改过这里面的内容，没有定。再看一眼再定。"
STATED = {"different": "different", "right": "right", "to_door": "to_door", "correct": "corrected"}
"""Choice on the page → what the decision is called afterwards. 是同一个 leads on to merging and decides nothing here."""
SAYS: Mapping[str, tuple[str, str]] = {
    "vacant_with_residents": ("occupancy", "occupied"),
    "owner_with_tenants": ("tenure", "let"),
    "ended_but_living": ("status", "active"),
}
"""Check → the field of the leading record and what it would have to be for the record to agree with itself."""


def settle(
    *,
    actor: Viewer,
    at: dt.datetime,
    check: str,
    lead: uuid.UUID,
    seen: str,
    choice: str,
    reason: str = "",
    home: uuid.UUID | None = None,
    along: Along | None = None,
    grids: Grids | None = None,
) -> Settled:
    """Decide a case.

    ``seen``: the case as the page showed it (``Case.seen``); ``home``: the door a person of two homes lives at.

    ``along`` goes with what is sent to the door, in ``grids`` too. Raises NotHere, NotPermitted, DecisionError.
    """
    today = clock.local_date(at)
    case = _case(actor, check, lead, today)
    anchor = _anchor(actor, case)
    if choice not in STATED or choice not in CHECKS[check].choices:
        raise DecisionError("这一类不这样定。请在列出的办法里选一个。")
    if choice not in checks.choices(actor, case):
        raise access.NotPermitted(Verb.DECIDE_DIFFERENCE)
    asked = _question(case, home, at=at) if choice in checks.ABOUT_A_FACT else None
    held = {m.grid for m in case.members}
    if asked is not None:
        held |= decisions.grids_of(asked) | (grids([asked]) if grids and choice == "to_door" else set())
    with core.write_to(*held, actor=actor, at=at) as writing:
        if not settled.undecided([_as_seen(actor, check, lead, today, seen)]):
            raise DecisionError("这一件刚才有人定过了。")
        made = Settled(
            grid_id=anchor.grid,
            check_code=check,
            lead=anchor.id,
            records=case.records,
            facts=case.facts,
            decision=STATED[choice],
            reason=rules.reason_kept(reason),
            decided_by=actor.id,
            decided_by_name=actor.name,
            decided_at=at,
        )
        if asked is not None:
            made.difference = _asked(writing, asked, made, along)
        _replace(made)
        made.save(force_insert=True)
        writing.audit(
            "case.settled",
            scope=anchor.grid,
            kind=anchor.kind,
            subject=anchor.id,
            data={"check": check, "decision": made.decision, "settled": str(made.id)},
            reason=made.reason,
        )
    return made


def _case(actor: Viewer, check: str, lead: uuid.UUID, today: dt.date) -> Case:
    case = checks.get_case(actor, check, lead, today)
    if case is None:
        raise DecisionError("刚才有人改过，这里已经不矛盾了，不用再定。")
    return case


def _as_seen(actor: Viewer, check: str, lead: uuid.UUID, today: dt.date, seen: str) -> Case:
    """The case as it is now, under the lock. Raises DecisionError where it is not what the page showed."""
    case = _case(actor, check, lead, today)
    if case.seen != seen:
        raise DecisionError(CHANGED)
    return case


def _anchor(actor: Viewer, case: Case) -> Member:
    """The record the decision is kept under: the first in an area where the actor decides. Raises NotPermitted."""
    for member in case.members:
        if actor.may(Verb.DECIDE_DIFFERENCE, member.grid):
            return member
    raise access.NotPermitted(Verb.DECIDE_DIFFERENCE)


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Fact:
    """One fact in question: what is recorded, and what would agree with the rest of the record."""

    entity: uuid.UUID
    kind: str
    grid: str
    field: str
    current: Any
    claimed: Any
    evidence: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def _question(case: Case, home: uuid.UUID | None, *, at: dt.datetime) -> Difference:
    """The case as a question about one fact, not stored yet. Raises DecisionError."""
    fact = _of_homes(case, home) if case.check == "two_homes" else _of_record(case)
    return claims.difference(
        at,
        grid=fact.grid,
        kind=fact.kind,
        entity=fact.entity,
        field=fact.field,
        current=fact.current,
        claimed=fact.claimed,
        source="check",
        source_ref=CHECKS[case.check].label,
        why="contradicts",
        evidence=fact.evidence,
    )


def _of_record(case: Case) -> _Fact:
    field, value = SAYS[case.check]
    lead = columns.TABLES[case.lead.kind]._default_manager.get(pk=case.lead.id)
    return _Fact(
        entity=lead.id,
        kind=case.lead.kind,
        grid=lead.grid_id,
        field=field,
        current=columns.read(lead, field),
        claimed=value,
    )


def _of_homes(case: Case, home: uuid.UUID | None) -> _Fact:
    """Where somebody of several homes lives: ``home``, or (to be asked at the first) the one recorded last."""
    links = list(
        Residence.objects.filter(person=case.lead.id, to_on__isnull=True, kind__in=rules.LIVING)
        .select_related("dwelling")
        .order_by("created_at", "id")
    )
    chosen = next((link for link in links if link.dwelling_id == home), None if home else links[-1] if links else None)
    if chosen is None or len(links) < 2:
        raise DecisionError(CHANGED)
    other = next(link for link in links if link is not chosen)
    return _Fact(
        entity=case.lead.id,
        kind="person",
        grid=case.lead.grid,
        field="residence",
        current=other.dwelling.address,
        claimed=chosen.dwelling.address,
        evidence={"dwelling": str(chosen.dwelling_id), "residence_kind": chosen.kind},
    )


def _asked(writing: Writing, asked: Difference, made: Settled, along: Along | None) -> uuid.UUID:
    """Send the question to its door, or decide it at once. Returns its id."""
    asked.decided_by, asked.decided_by_name, asked.decided_at = made.decided_by, made.decided_by_name, made.decided_at
    asked.reason = made.reason
    if made.decision == "to_door":
        asked.state = "to_door"
    else:
        asked.state = "accepted"
        decisions.accept(writing, asked, made.reason or CHECKS[made.check_code].label)
    asked.save(force_insert=True)
    if made.decision == "to_door" and along:
        along(writing, [asked])
    return asked.id


def _replace(made: Settled) -> None:
    """Decisions about nothing but these records are over: this one stands in their place."""
    Settled.objects.filter(check_code=made.check_code, state="standing", records__contained_by=made.records).update(
        state="replaced", ended_by_name=made.decided_by_name, ended_at=made.decided_at
    )


def undo(*, actor: Viewer, at: dt.datetime, settlement: uuid.UUID) -> Settled:
    """Take a decision back: the case is open again, a question is called back from the door, a fact put right
    is as before.

    Raises NotHere, NotPermitted, DecisionError.
    """
    found = Settled.objects.filter(pk=settlement).first()
    if found is None or not actor.may(Verb.SEE_ROWS, found.grid_id):
        raise NotHere
    access.require(actor, Verb.DECIDE_DIFFERENCE, found.grid_id)
    asked = Difference.objects.filter(pk=found.difference).first() if found.difference else None
    with core.write_to(found.grid_id, *(decisions.grids_of(asked) if asked else ()), actor=actor, at=at) as writing:
        found = Settled.objects.select_for_update().get(pk=settlement)
        if found.state != "standing":
            raise DecisionError("这一件已经撤回或重新定过了，不用再撤。")
        if asked is not None:
            _call_back(writing, Difference.objects.select_for_update().get(pk=asked.pk), found)
        found.state, found.ended_by_name, found.ended_at = "undone", actor.name, at
        found.save()
        writing.audit(
            "case.reopened",
            scope=found.grid_id,
            kind=CHECKS[found.check_code].kind,
            subject=found.lead,
            data={"check": found.check_code, "settled": str(found.id)},
        )
    return found


def _call_back(writing: Writing, asked: Difference, found: Settled) -> None:
    if found.decision == "corrected" and asked.state == "accepted":
        if writing.at - found.decided_at > decisions.UNDO_FOR:
            raise DecisionError("过了 7 天，不能撤回了。请到房屋或人员页直接更正。")
        decisions.take_back(writing, asked)
    if asked.state in {"accepted", "to_door"}:
        asked.state, asked.reason = "closed", "撤回"
        asked.save()
