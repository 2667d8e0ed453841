"""Records that may be one, side by side: a column each, what speaks for one and what against."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.bench.cases import alikes, sameness
from gridwalk.bench.cases.case import Case, Member
from gridwalk.bench.queries import checks
from gridwalk.bench.queries.evidence import sheet
from gridwalk.bench.queries.evidence.places import places
from gridwalk.bench.queries.evidence.sheet import BESIDE, Arguments, Cell, Column, Evidence, FactLine
from gridwalk.dictionary import fields as dictionary
from gridwalk.registry import columns
from gridwalk.registry.models import Dwelling, Entity, Organization, Person
from gridwalk.registry.queries import entities

Rows = Mapping[uuid.UUID, Entity]
"""The records of a case the viewer may see."""


def side_by_side(viewer: Viewer, case: Case) -> Evidence:
    """The records of a case, a column each."""
    members = [m for m in case.members if m.kind == case.lead.kind]
    shown = members[:BESIDE]
    rows = sheet.visible(viewer, case.lead.kind, [m.id for m in shown])
    speaks = ARGUMENTS.get(case.check)
    for_one, against = speaks(list(rows.values())) if speaks else ([], [])
    return Evidence(
        columns=[_column(viewer, m, rows.get(m.id)) for m in shown],
        lines=[*_facts(viewer, rows, shown), *_places(viewer, rows, shown)],
        arguments=Arguments(for_one=for_one, against=against, think=_think(case, rows, len(shown))),
        n_more=len(members) - len(shown),
    )


def _column(viewer: Viewer, member: Member, row: Entity | None) -> Column:
    return Column(
        kind=member.kind,
        id=member.id,
        title=_title(viewer, row) if row else checks.ELSEWHERE,
        note=sheet.origin(viewer, row) if row else sheet.SHOWN_THERE,
        open=row is not None,
    )


def _title(viewer: Viewer, row: Entity) -> str:
    if isinstance(row, Person):
        return entities.shown_name(viewer, row.grid_id, row.name)
    return row.address if isinstance(row, Dwelling) else str(getattr(row, "name", ""))


def _facts(viewer: Viewer, rows: Rows, members: Sequence[Member]) -> list[FactLine]:
    facts = {pk: {f.field: f for f in own} for pk, own in entities.facts_of(viewer, list(rows.values())).items()}
    lines = []
    for field, fact in max(facts.values(), key=len, default={}).items():
        cells = [_cell(facts.get(m.id, {}).get(field)) for m in members]
        clear = [str(columns.read(row, field) or "") for row in rows.values()]
        lines.append(FactLine(fact.label, cells, _alike(clear), dictionary.stays_inside(members[0].kind, field)))
    return [line for line in lines if any(cell.text for cell in line.cells)]


def _cell(fact: entities.Fact | None) -> Cell:
    return Cell(fact.value, fact.source) if fact and fact.value else Cell("")


def _alike(values: Sequence[str]) -> bool | None:
    filled = [value for value in values if value]
    return len(set(filled)) == 1 if len(filled) > 1 else None


def _places(viewer: Viewer, rows: Rows, members: Sequence[Member]) -> list[FactLine]:
    lines = []
    for label, words in places(viewer, list(rows.values())).items():
        cells = [Cell(words.get(m.id, "")) for m in members]
        lines.append(FactLine(label, cells, _alike([words.get(pk, "") for pk in rows])))
    return [line for line in lines if any(cell.text for cell in line.cells)]


def _of_persons(rows: Sequence[Entity]) -> tuple[list[str], list[str]]:
    """Pair by pair, as ``method.linkage`` compares them."""
    persons = [row for row in rows if isinstance(row, Person)]
    homes = alikes.homes_of([p.id for p in persons])
    pairs = list(combinations(persons, 2))
    words = [sameness.evidence(levels) for levels in alikes.compare(pairs, homes)]
    for (left, right), (_, against) in zip(pairs, words, strict=True):
        why = sameness.apart(
            alikes.somebody(left, homes.get(left.id, {})), alikes.somebody(right, homes.get(right.id, {}))
        )
        if why and why != sameness.TWO_NUMBERS:
            against.append(why)
    return _merged([for_one for for_one, _ in words]), _merged([against for _, against in words])


def _merged(several: Sequence[Sequence[str]]) -> list[str]:
    return list(dict.fromkeys(word for words in several for word in words))


def _of_doors(rows: Sequence[Entity]) -> tuple[list[str], list[str]]:
    return ["同一栋楼、同一个室号"], ["单元写得不同，要是那个单元没有这个室号，就是一户"]


def _of_organizations(rows: Sequence[Entity]) -> tuple[list[str], list[str]]:
    bodies = [row for row in rows if isinstance(row, Organization)]
    name = _alike([body.name_key for body in bodies])
    place = _alike([str(body.dwelling_id or body.address) for body in bodies])
    code = _alike([body.uscc[sameness.CODE_OF_BODY] for body in bodies])
    words = [
        (name, "名称相同", "名称不同"),
        (place, "地址相同", "地址不同"),
        (code, "信用代码里的主体码相同", "信用代码不同"),
    ]
    return [yes for alike, yes, _ in words if alike], [no for alike, _, no in words if alike is False]


ARGUMENTS: Mapping[str, Callable[[Sequence[Entity]], tuple[list[str], list[str]]]] = {
    "same_number": _of_persons,
    "same_name_and_birth": _of_persons,
    "near_duplicate": _of_persons,
    "same_door": _of_doors,
    "same_organization": _of_organizations,
}
"""Check → what speaks for one record and what against."""


def _think(case: Case, rows: Rows, n_shown: int) -> list[str]:
    persons = [row for row in rows.values() if isinstance(row, Person)]
    words = []
    if len(rows) < n_shown:
        words.append("有一条在别的社区，定之前问一声那边")
    if case.check == "same_number" and any(person.status == "struck_off" for person in persons):
        words.append("有一条已经注销，可能是注销以后又重新登记")
    if n := sum(not person.id_no_index for person in persons):
        words.append(f"有 {n} 条没有证件号，上门补上就清楚了")
    return words


@dataclasses.dataclass(frozen=True)
class Apart:
    """Two records that look alike and are kept apart, with the reason."""

    left: uuid.UUID
    right: uuid.UUID
    titles: str
    why: str


def kept_apart(viewer: Viewer, scope: str, *, limit: int = 12) -> list[Apart]:
    """Persons who look like one and are two: twins at home, namesakes with two valid numbers; two queries."""
    return [
        Apart(left.id, right.id, f"{_title(viewer, left)}、{_title(viewer, right)}", why)
        for left, right, why in alikes.kept_apart(checks.inside(viewer, scope), limit=limit)
        if all(viewer.may(Verb.SEE_ROWS_MASKED, person.grid_id) for person in (left, right))
    ]
