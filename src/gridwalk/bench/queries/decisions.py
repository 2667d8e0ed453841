"""已核定: which cases stay decided, what has changed where one comes back, and the list of what was decided."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Sequence

from django.db.models import Exists, OuterRef, QuerySet

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.bench.cases.case import Case
from gridwalk.bench.rules import CASE_DECISIONS, CHECKS
from gridwalk.core.queries import NotHere, in_scopes
from gridwalk.registry.models import CaseDecision, Difference
from gridwalk.registry.queries import titles


@dataclasses.dataclass(frozen=True)
class OpenCase:
    """A case that waits for a decision. ``earlier``: what was decided once about these records and no longer holds."""

    case: Case
    earlier: CaseDecision | None = None

    @property
    def joined(self) -> list[uuid.UUID]:
        """The records that have come to the case since it was decided."""
        if self.earlier is None:
            return []
        return [m.id for m in self.case.members if m.id not in self.earlier.records]

    @property
    def changed(self) -> list[uuid.UUID]:
        """The records in which what the check looks at has changed since."""
        facts = self.earlier.facts if self.earlier else {}
        return [m.id for m in self.case.members if facts.get(str(m.id), m.fingerprint) != m.fingerprint]


def undecided(cases: Sequence[Case]) -> list[OpenCase]:
    """The cases that no standing decision covers; one query."""
    records = {m.id for case in cases for m in case.members}
    if not records:
        return []
    standing = CaseDecision.objects.filter(
        state="standing", records__overlap=list(records), check_code__in={case.check for case in cases}
    ).annotate(at_the_door=Exists(Difference.objects.filter(pk=OuterRef("difference"), state="to_door")))
    by_record: dict[tuple[str, uuid.UUID], list[CaseDecision]] = {}
    for decision in standing.order_by("-decided_at"):
        for record in decision.records:
            by_record.setdefault((decision.check_code, record), []).append(decision)
    waiting = []
    for case in cases:
        about = {d.id: d for m in case.members for d in by_record.get((case.check, m.id), ())}.values()
        if not any(covers(decision, case) for decision in about):
            waiting.append(OpenCase(case, next((d for d in about if _concerns(d, case)), None)))
    return waiting


def covers(decision: CaseDecision, case: Case) -> bool:
    """Whether a decision still holds for a case: no record more, and every fact the check looks at as it was.

    A question sent to the door holds only while it is on its way: if the case is still there afterwards, it is asked
    again.
    """
    if decision.decision == "corrected":
        return False
    if decision.decision == "to_door" and not getattr(decision, "at_the_door", False):
        return False
    return all(decision.facts.get(str(m.id)) == m.fingerprint for m in case.members)


def _concerns(decision: CaseDecision, case: Case) -> bool:
    """Whether an earlier decision is worth telling: it was about the leading record's case, or about two
    of the group.
    """
    is_group = len(case.members) > 1 and len({m.kind for m in case.members}) == 1
    shared = sum(m.id in decision.records for m in case.members)
    return shared > 1 if is_group else case.lead.id in decision.records


@dataclasses.dataclass(frozen=True, kw_only=True)
class DecisionRow:
    """A decision as a row. ``state`` in words, empty while it stands."""

    id: uuid.UUID
    check: str
    label: str
    lead: uuid.UUID
    kind: str
    title: str
    n_records: int
    decision: str
    reason: str
    at: dt.datetime
    state: str
    undoable: bool


def decided(
    viewer: Viewer, scope: str, *, check: str = "", limit: int = 200, offset: int = 0, standing: bool = False
) -> list[DecisionRow]:
    """What was decided in a scope, the newest first; a constant number of queries."""
    rows = _decided(viewer, scope, check)
    if standing:
        rows = rows.filter(state="standing")
    return _rows(viewer, list(rows.order_by("-decided_at", "-id")[offset : offset + limit]))


def n_decided(viewer: Viewer, scope: str, *, check: str = "") -> int:
    """How much was decided in a scope."""
    return _decided(viewer, scope, check).count()


def _decided(viewer: Viewer, scope: str, check: str) -> QuerySet[CaseDecision]:
    inside = in_scopes(viewer.within(Verb.DECIDE_DIFFERENCE, scope), "grid__code")
    return CaseDecision.objects.filter(inside, **({"check_code": check} if check else {}))


def get_decision(viewer: Viewer, pk: uuid.UUID) -> DecisionRow:
    """One decision. Raises NotHere."""
    decision = CaseDecision.objects.filter(pk=pk).first()
    if decision is None or not viewer.may(Verb.DECIDE_DIFFERENCE, decision.grid_id):
        raise NotHere
    return _rows(viewer, [decision])[0]


def _rows(viewer: Viewer, decisions: Sequence[CaseDecision]) -> list[DecisionRow]:
    leads = _titles(viewer, decisions)
    states = dict(CaseDecision.STATES)
    return [
        DecisionRow(
            id=decision.id,
            check=decision.check_code,
            label=CHECKS[decision.check_code].label,
            lead=decision.lead,
            kind=kind,
            title=title,
            n_records=len(decision.records),
            decision=CASE_DECISIONS[decision.decision],
            reason=decision.reason,
            at=decision.decided_at,
            state="" if decision.state == "standing" else states[decision.state],
            undoable=decision.state == "standing",
        )
        for decision in decisions
        for kind, title in [leads[decision.lead]]
    ]


def _titles(viewer: Viewer, decisions: Sequence[CaseDecision]) -> dict[uuid.UUID, tuple[str, str]]:
    """Kind and title of the leading records: of the kind the check is about, or a door, where it is kept for
    another community.
    """
    leads = {decision.lead: (CHECKS[decision.check_code].kind, "") for decision in decisions}
    for kind in (*sorted({kind for kind, _ in leads.values()}), "dwelling"):
        untitled = [pk for pk, (of, title) in leads.items() if not title and kind in {of, "dwelling"}]
        leads |= {pk: (kind, title) for pk, (title, _) in titles.titles(viewer, kind, untitled).items()}
    return leads
