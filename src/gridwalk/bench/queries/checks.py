"""The open cases of an area or around some records, counted and listed (P14, P16).

Records are questioned, never people; nothing here is counted by worker.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection, Sequence

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.bench.cases import contradictions
from gridwalk.bench.cases.case import Case, Inside, Member
from gridwalk.bench.queries import decisions
from gridwalk.bench.queries.decisions import OpenCase
from gridwalk.bench.rules import CHECKS, RECORDS, sentence
from gridwalk.core.queries import NotHere, in_scopes
from gridwalk.registry import columns
from gridwalk.registry.living import LIVING
from gridwalk.registry.models import Residence
from gridwalk.registry.queries import titles

ABOUT_A_FACT = frozenset({"correct", "to_door"})
ELSEWHERE = "别的社区的一条记录"
"""In place of a record outside the viewer's area: that there is one is all they learn."""


def phone_doors(viewer: Viewer, phone_index: str) -> int:
    """At how many doors that the viewer sees in full people with that phone live."""
    if not phone_index:
        return 0
    inside = in_scopes(viewer.scopes(Verb.SEE_ROWS), "grid__code")
    links = Residence.objects.filter(
        inside, person__phone_index=phone_index, person__status="active", to_on__isnull=True, kind__in=LIVING
    )
    return links.values("dwelling").distinct().count()


def open_cases(viewer: Viewer, scope: str, today: dt.date, codes: Collection[str] = tuple(RECORDS)) -> list[OpenCase]:
    """The cases inside a scope that nobody has decided, or whose ground has changed since."""
    return decisions.undecided(contradictions.find(inside(viewer, scope), today, codes))


def inside(viewer: Viewer, scope: str) -> Inside:
    """The parts of a scope whose rows the viewer may see, at least masked."""
    return Inside(viewer.within(Verb.SEE_ROWS_MASKED, scope))


@dataclasses.dataclass(frozen=True)
class Counted:
    """One check over an area: how many cases wait."""

    code: str
    kind: str
    label: str
    todo: str
    n: int


def counted(cases: Sequence[OpenCase], codes: Collection[str] = tuple(RECORDS)) -> list[Counted]:
    """Some checks with their counts, in the order of the checks."""
    n = Counter(waiting.case.check for waiting in cases)
    asked = {code: check for code, check in CHECKS.items() if code in codes}
    return [Counted(code, check.kind, check.label, check.todo, n[code]) for code, check in asked.items()]


@dataclasses.dataclass(frozen=True, kw_only=True)
class CaseRow:
    """A case as a row.

    ``record``: the one it is shown under, of ``kind``; ``again``: it was decided once and has come back.
    """

    check: str
    lead: uuid.UUID
    record: uuid.UUID
    kind: str
    grid: str
    title: str
    sentence: str
    todo: str
    again: bool


def rows(viewer: Viewer, cases: Sequence[OpenCase]) -> list[CaseRow]:
    """Cases as rows, by grid and title; without those that would tell the viewer how a door is used or who lives there.

    At most two queries a kind of record.
    """
    shown = [(waiting, shown_lead(viewer, waiting.case)) for waiting in cases if may_be_told(viewer, waiting.case)]
    titles_of = names(viewer, [lead for _, lead in shown])
    listed = [
        CaseRow(
            check=waiting.case.check,
            lead=waiting.case.lead.id,
            record=lead.id,
            kind=lead.kind,
            grid=lead.grid,
            title=titles_of[lead.id],
            sentence=sentence(waiting.case.check, waiting.case.n),
            todo=CHECKS[waiting.case.check].todo,
            again=waiting.earlier is not None,
        )
        for waiting, lead in shown
    ]
    return sorted(listed, key=lambda row: (row.grid, row.title, row.lead))


@dataclasses.dataclass(frozen=True)
class Queue:
    """The rows of one check, and the chosen one among them; ``row`` need not be in the viewer's scope."""

    rows: list[CaseRow]
    row: CaseRow | None

    @property
    def _at(self) -> int | None:
        leads = [row.lead for row in self.rows]
        return leads.index(self.row.lead) if self.row and self.row.lead in leads else None

    @property
    def number(self) -> int | None:
        """The place of the chosen row, counted from one."""
        return None if self._at is None else self._at + 1

    @property
    def before(self) -> CaseRow | None:
        """The row before the chosen one."""
        return self.rows[self._at - 1] if self._at else None

    @property
    def after(self) -> CaseRow | None:
        """The row after the chosen one."""
        return next(iter(self.following), None) if self._at is not None else None

    @property
    def following(self) -> list[CaseRow]:
        """What comes after the chosen row; all, where none is chosen."""
        return self.rows[self.number or 0 :]


def may_be_told(viewer: Viewer, case: Case) -> bool:
    """Whether the viewer may know of which door the case speaks (red line 5)."""
    check = CHECKS[case.check]
    if check.tells_use and not viewer.may(Verb.SEE_CARE, case.lead.grid):
        return False
    return not check.tells_home or any(viewer.may(Verb.SEE_CARE, member.grid) for member in case.members)


def choices(viewer: Viewer, case: Case) -> tuple[str, ...]:
    """What the viewer may decide of a case. A fact is put right, or asked about at the door, by who decides where its
    record stands; what the records are to each other, by whoever decides where one of them stands.
    """
    if viewer.may(Verb.DECIDE_DIFFERENCE, case.lead.grid):
        return CHECKS[case.check].choices
    if not any(viewer.may(Verb.DECIDE_DIFFERENCE, m.grid) for m in case.members):
        return ()
    return tuple(choice for choice in CHECKS[case.check].choices if choice not in ABOUT_A_FACT)


def shown_lead(viewer: Viewer, case: Case) -> Member:
    """The record a case is shown under: the first the viewer may see."""
    return next((m for m in case.members if viewer.may(Verb.SEE_ROWS_MASKED, m.grid)), case.lead)


def names(viewer: Viewer, members: Sequence[Member]) -> dict[uuid.UUID, str]:
    """What each record is called, as the viewer may see it."""
    visible = [m for m in members if viewer.may(Verb.SEE_ROWS_MASKED, m.grid)]
    shown = {m.id: ELSEWHERE for m in members}
    for kind in sorted({m.kind for m in visible}):
        of_kind = titles.titles(viewer, kind, [m.id for m in visible if m.kind == kind])
        shown |= {pk: title for pk, (title, _) in of_kind.items()}
    return shown


def touching(viewer: Viewer, records: Collection[uuid.UUID], today: dt.date) -> list[CaseRow]:
    """The open cases some records are part of, for the pages of a door or a person."""
    return rows(viewer, decisions.undecided(contradictions.find(Inside(ids=frozenset(records)), today)))


def get_case(viewer: Viewer, code: str, record: uuid.UUID, today: dt.date) -> Case | None:
    """The case of a check that a record leads or is part of, decided or not; None where there is none (any more).

    Raises NotHere where the viewer may not see the record, or not what the check tells of it.
    """
    if code not in CHECKS:
        raise NotHere
    cases = contradictions.find(Inside(ids=frozenset([record])), today, [code])
    for case in sorted(cases, key=lambda case: case.lead.id != record):
        if any(viewer.may(Verb.SEE_ROWS_MASKED, m.grid) for m in case.members) and may_be_told(viewer, case):
            return case
    grid = (
        columns.TABLES[CHECKS[code].kind]._default_manager.filter(pk=record).values_list("grid_id", flat=True).first()
    )
    if cases or grid is None or not viewer.may(Verb.SEE_ROWS_MASKED, grid):
        raise NotHere
    return None


def get_open_case(viewer: Viewer, code: str, record: uuid.UUID, today: dt.date) -> OpenCase | None:
    """An open case by one of its records; None where it is decided or gone. Raises NotHere."""
    case = get_case(viewer, code, record, today)
    return next(iter(decisions.undecided([case])), None) if case else None
