"""核定: a case of the bench decided so that it stays decided, asked at the door, or put right at once; each can be
taken back.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.bench import online
from gridwalk.bench.cases.case import Case, Member
from gridwalk.bench.queries import checks, decisions
from gridwalk.bench.rules import CASE_DECISIONS, CHECKS
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.dictionary.relations import HEAD
from gridwalk.differences.actions import deciding, facts
from gridwalk.differences.actions.deciding import DecisionError
from gridwalk.method.text import reason_kept
from gridwalk.registry import columns
from gridwalk.registry.actions import claims
from gridwalk.registry.living import LIVING
from gridwalk.registry.models import CaseDecision, Difference, Person, Residence

CHANGED = "刚才有人改过这里面的内容，没有定。再看一眼再定。"
STATED = {
    "different": "different",
    "right": "right",
    "to_door": "to_door",
    "correct": "corrected",
    **{answer: answer for answer in online.ANSWERS},
}
"""Choice on the page → what the decision is called afterwards. 是同一个 leads on to merging and decides nothing here."""
FOLLOWS = {"to_door": "to_door", "correct": "accept"}
"""Choice about a fact → the decision about the difference it is."""
SAYS: Mapping[str, tuple[str, str]] = {
    "vacant_with_residents": ("occupancy", "occupied"),
    "owner_with_tenants": ("tenure", "let"),
    "ended_but_living": ("status", "active"),
}
"""Check → the field of the leading record and what it would have to be for the record to agree with itself."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Choice:
    """What is decided of a case. ``seen``: the case as the page showed it (``Case.seen``); ``home``: the door a
    person of two homes lives at.
    """

    check: str
    lead: uuid.UUID
    seen: str
    choice: str
    reason: str = ""
    home: uuid.UUID | None = None


def decide(*, actor: Viewer, at: dt.datetime, chosen: Choice) -> CaseDecision:
    """Decide a case; what is asked at a door puts the door on its worker's list.

    Raises NotHere, NotPermitted, DecisionError.
    """
    case = _case(actor, chosen, at)
    anchor = _anchor(actor, case)
    if chosen.choice not in STATED or chosen.choice not in CHECKS[case.check].choices:
        raise DecisionError("这一类不这样定。请在列出的办法里选一个。")
    if chosen.choice not in checks.choices(actor, case):
        raise access.NotPermitted(Verb.DECIDE_DIFFERENCE)
    if chosen.choice in online.WITH_REASON and not chosen.reason.strip():
        raise DecisionError(f"没有答：选“{CASE_DECISIONS[chosen.choice]}”的，先在“依据”里写上原因。")
    follows = FOLLOWS.get(chosen.choice, "")
    question = _question(case, chosen.home, at=at) if follows else None
    grids = {m.grid for m in case.members} | (deciding.grids([question], follows) if question else set())
    with core.write_to(*grids, actor=actor, at=at) as writing:
        case = _case(actor, chosen, at)
        if case.seen != chosen.seen:
            raise DecisionError(CHANGED)
        if not decisions.undecided([case]):
            raise DecisionError("这一件刚才有人定过了。")
        decision = _decision(writing, case, anchor, chosen)
        if question is not None:
            _ask(writing, question, decision, follows)
        _replace(decision)
        decision.save(force_insert=True)
        writing.audit(
            AuditVerb.CASE_DECIDED,
            scope=anchor.grid,
            kind=anchor.kind,
            subject=anchor.id,
            data={"check": case.check, "decision": decision.decision, "case_decision": str(decision.id)},
            reason=decision.reason,
        )
    return decision


def _case(actor: Viewer, chosen: Choice, at: dt.datetime) -> Case:
    case = checks.get_case(actor, chosen.check, chosen.lead, clock.local_date(at))
    if case is None:
        raise DecisionError("刚才有人改过，这里已经不矛盾了，不用再定。")
    return case


def _anchor(actor: Viewer, case: Case) -> Member:
    """The record the decision is kept under: the first in an area where the actor decides. Raises NotPermitted."""
    for member in case.members:
        if actor.may(Verb.DECIDE_DIFFERENCE, member.grid):
            return member
    raise access.NotPermitted(Verb.DECIDE_DIFFERENCE)


def _decision(writing: Writing, case: Case, anchor: Member, chosen: Choice) -> CaseDecision:
    return CaseDecision(
        grid_id=anchor.grid,
        check_code=case.check,
        lead=anchor.id,
        records=case.records,
        facts=case.facts,
        decision=STATED[chosen.choice],
        reason=reason_kept(chosen.reason),
        decided_by=writing.actor.id,
        decided_by_name=writing.actor.name,
        decided_at=writing.at,
    )


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
    fact = _of_homes(case, home) if case.check == "two_homes" else _FACTS.get(case.check, _of_record)(case)
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
        Residence.objects.filter(person=case.lead.id, to_on__isnull=True, kind__in=LIVING)
        .select_related("dwelling")
        .order_by("created_at", "id")
    )
    candidates = [link for link in links if link.dwelling_id == home] if home else links[-1:]
    if not candidates or len(links) < 2:
        raise DecisionError(CHANGED)
    chosen = candidates[0]
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


def _of_household(case: Case) -> _Fact:
    """Asked at the first: of a household without a head its first member, of several heads the one recorded last."""
    people = Person.objects.in_bulk([m.id for m in case.members if m.kind == "person"])
    links = Residence.objects.filter(dwelling=case.lead.id, person__in=people, to_on__isnull=True)
    order = list(links.order_by("created_at", "id").values_list("person_id", flat=True))
    if not order:
        raise DecisionError(CHANGED)
    person = people[order[0] if case.check == "no_head" else order[-1]]
    return _Fact(
        entity=person.pk,
        kind="person",
        grid=person.grid_id,
        field="relation",
        current=person.relation,
        claimed=HEAD if case.check == "no_head" else "",
    )


_FACTS: Mapping[str, Callable[[Case], _Fact]] = {"no_head": _of_household, "several_heads": _of_household}
"""Check → the fact it asks about, where that is not the leading record's (``SAYS``)."""


def _ask(writing: Writing, question: Difference, decision: CaseDecision, follows: str) -> None:
    """Send the question to its door, or answer it at once; a fact put right says why."""
    reason = decision.reason or ("" if follows == "to_door" else CHECKS[decision.check_code].label)
    deciding.ask_decided(writing, question, follows, reason)
    decision.difference = question.id


def _replace(decision: CaseDecision) -> None:
    """Decisions about nothing but these records are over: this one stands in their place."""
    over = CaseDecision.objects.filter(
        check_code=decision.check_code, state="standing", records__contained_by=decision.records
    )
    over.update(state="replaced", ended_by_name=decision.decided_by_name, ended_at=decision.decided_at)


def undo(*, actor: Viewer, at: dt.datetime, decision: uuid.UUID) -> CaseDecision:
    """Take a decision back: the case is open again, a question is called back from the door, a fact put right
    is as before.

    Raises NotHere, NotPermitted, DecisionError.
    """
    earlier = CaseDecision.objects.filter(pk=decision).first()
    if earlier is None or not actor.may(Verb.SEE_ROWS, earlier.grid_id):
        raise NotHere
    access.require(actor, Verb.DECIDE_DIFFERENCE, earlier.grid_id)
    questions = list(Difference.objects.filter(pk=earlier.difference)) if earlier.difference else []
    with core.write_to(earlier.grid_id, *deciding.grids(questions), actor=actor, at=at) as writing:
        earlier = CaseDecision.objects.select_for_update().get(pk=decision)
        if earlier.state != "standing":
            raise DecisionError("这一件已经撤销或重新定过了，不用再撤。")
        for question in Difference.objects.select_for_update().filter(pk__in=[asked.pk for asked in questions]):
            _call_back(writing, question, earlier)
        earlier.state, earlier.ended_by_name, earlier.ended_at = "undone", actor.name, at
        earlier.save()
        writing.audit(
            AuditVerb.CASE_REOPENED,
            scope=earlier.grid_id,
            kind=CHECKS[earlier.check_code].kind,
            subject=earlier.lead,
            data={"check": earlier.check_code, "case_decision": str(earlier.id)},
        )
    return earlier


def _call_back(writing: Writing, question: Difference, earlier: CaseDecision) -> None:
    if earlier.decision == "corrected" and question.state == "accepted":
        if writing.at - earlier.decided_at > clock.UNDO_FOR:
            raise DecisionError("过了 7 天，不能撤销了。请到房屋或人员页直接更正。")
        for why in facts.take_back(writing, [question], "撤销采用").values():
            raise DecisionError(why)
    if question.state in {"accepted", "to_door"}:
        question.state, question.reason = "closed", "撤销"
        question.save()
