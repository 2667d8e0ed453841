"""已核定: which cases stay decided, what has changed where one comes back, and the list of what was decided."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.bench.cases import Case
from gridwalk.core.queries import NotHere
from gridwalk.registry import rules
from gridwalk.registry.models import Difference, Settled
from gridwalk.registry.queries import titles
from gridwalk.registry.rules import CHECKS


@dataclasses.dataclass(frozen=True)
class Open:
    """A case that waits for a decision. ``earlier``: what was decided once about these records and no longer holds."""

    case: Case
    earlier: Settled | None = None

    @property
    def joined(self) -> list[uuid.UUID]:
        """The records that have come to the case since it was decided."""
        known = set(self.earlier.records) if self.earlier else set()
        return [m.id for m in self.case.members if m.id not in known] if self.earlier else []

    @property
    def changed(self) -> list[uuid.UUID]:
        """The records in which what the check looks at has changed since."""
        facts = self.earlier.facts if self.earlier else {}
        return [m.id for m in self.case.members if str(m.id) in facts and facts[str(m.id)] != m.fingerprint]


def undecided(cases: Sequence[Case]) -> list[Open]:
    """The cases that no standing decision covers; one query."""
    records = {m.id for case in cases for m in case.members}
    if not records:
        return []
    standing = Settled.objects.filter(
        state="standing", records__overlap=list(records), check_code__in={case.check for case in cases}
    ).annotate(at_the_door=Exists(Difference.objects.filter(pk=OuterRef("difference"), state="to_door")))
    by_record: dict[tuple[str, uuid.UUID], list[Settled]] = {}
    for one in standing.order_by("-decided_at"):
        for record in one.records:
            by_record.setdefault((one.check_code, record), []).append(one)
    found = []
    for case in cases:
        about = {one.id: one for m in case.members for one in by_record.get((case.check, m.id), ())}.values()
        if not any(covers(one, case) for one in about):
            found.append(Open(case, next((one for one in about if _concerns(one, case)), None)))
    return found


def covers(one: Settled, case: Case) -> bool:
    """Whether a decision still holds for a case: no record more, and every fact the check looks at as it was.

    A question sent to the door holds only while it is on its way: if the case is still there afterwards, it is asked
    again.
    """
    if one.decision == "corrected" or (one.decision == "to_door" and not getattr(one, "at_the_door", False)):
        return False
    return all(one.facts.get(str(m.id)) == m.fingerprint for m in case.members)


def _concerns(one: Settled, case: Case) -> bool:
    """Whether an earlier decision is worth telling: it was about the leading record's case, or about two
    of the group.
    """
    is_group = len(case.members) > 1 and len({m.kind for m in case.members}) == 1
    shared = sum(m.id in one.records for m in case.members)
    return shared > 1 if is_group else case.lead.id in one.records


@dataclasses.dataclass(frozen=True)
class Row:
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
    by: str
    at: dt.datetime
    state: str
    ended: str
    undoable: bool


def decided(
    viewer: Viewer, scope: str, *, check: str = "", limit: int = 200, offset: int = 0, standing: bool = False
) -> list[Row]:
    """What was decided in a scope, the newest first; a constant number of queries."""
    rows = _decided(viewer, scope, check)
    if standing:
        rows = rows.filter(state="standing")
    return _rows(viewer, list(rows.order_by("-decided_at", "-id")[offset : offset + limit]))


def n_decided(viewer: Viewer, scope: str, *, check: str = "") -> int:
    """How much was decided in a scope."""
    return _decided(viewer, scope, check).count()


def _decided(viewer: Viewer, scope: str, check: str) -> QuerySet[Settled]:
    inside = Q(pk__in=[])
    for held in viewer.scopes(Verb.DECIDE_DIFFERENCE):
        if held.startswith(scope) or scope.startswith(held):
            inside |= Q(grid__code__startswith=max(held, scope, key=len))
    return Settled.objects.filter(inside, **({"check_code": check} if check else {}))


def get_settled(viewer: Viewer, pk: uuid.UUID) -> Row:
    """One decision. Raises NotHere."""
    found = Settled.objects.filter(pk=pk).first()
    if found is None or not viewer.may(Verb.DECIDE_DIFFERENCE, found.grid_id):
        raise NotHere
    return _rows(viewer, [found])[0]


def _rows(viewer: Viewer, found: Sequence[Settled]) -> list[Row]:
    named = _named(viewer, found)
    states = dict(Settled.STATES)
    return [
        Row(
            one.id,
            one.check_code,
            CHECKS[one.check_code].label,
            one.lead,
            *named[one.lead],
            len(one.records),
            rules.SETTLED[one.decision],
            one.reason,
            one.decided_by_name,
            one.decided_at,
            "" if one.state == "standing" else states[one.state],
            one.ended_by_name,
            one.state == "standing",
        )
        for one in found
    ]


def _named(viewer: Viewer, found: Sequence[Settled]) -> dict[uuid.UUID, tuple[str, str]]:
    """Kind and title of the leading records: of the kind the check is about, or a door, where it is kept for
    another community.
    """
    named = {one.lead: (CHECKS[one.check_code].kind, "") for one in found}
    for kind in (*sorted({kind for kind, _ in named.values()}), "dwelling"):
        waiting = [pk for pk, (of, title) in named.items() if not title and kind in {of, "dwelling"}]
        named |= {pk: (kind, title) for pk, (title, _) in titles.titles(viewer, kind, waiting).items()}
    return named
