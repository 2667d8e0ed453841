"""What a decision does to the fact a difference is about: the claim accepted, or the value before brought back.

Steps for one or for many; each returns why it was not done, difference by difference.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gridwalk.core.actions import Writing
from gridwalk.dictionary import fields as dictionary
from gridwalk.registry import columns, rules
from gridwalk.registry.actions import claims, creation, ends, takeovers
from gridwalk.registry.ends import is_end
from gridwalk.registry.models import Difference, Dwelling, Residence
from gridwalk.registry.rules import Claim, Verdict

LINKS = ("residence", "residence_kind")
"""Fields that are no column of the record: where somebody lives, and as what."""
TAKEN = f"{rules.TO_VERIFY}，没有采用。对照证件看一遍；没写错，请街道网格中心核实。"
SEVERAL = "这一项有几种说法在等，请逐条定。"
UNFIT = "那一边写的存不了：是号码，或别的栏里的字。请保留登记，或到房屋、人员页直接更正。"
CHANGED_SINCE = "采用以后又有人改过这一项，没有撤销。请到房屋或人员页直接更正。"

Refusals = dict[uuid.UUID, str]
"""Difference → why it is not done."""


@dataclasses.dataclass(frozen=True)
class Present:
    """A fact as it stands now, the change that made it so, and the grid it stands in."""

    value: Any
    head: str | None
    grid: str


def records_of(differences: Sequence[Difference]) -> dict[uuid.UUID, Any]:
    """The records differences are about, a query a kind."""
    records: dict[uuid.UUID, Any] = {}
    for kind in {row.kind for row in differences}:
        table = columns.TABLES[kind]._default_manager
        records |= table.in_bulk([row.entity for row in differences if row.kind == kind])
    return records


def present(row: Difference, record: Any) -> Present | None:
    """The fact now; None where there is nothing to compare: somebody moves, or lives there no longer."""
    if row.field == "residence":
        return None
    if row.field == "residence_kind":
        link = _link(row)
        return Present(link.kind, None, row.grid_id) if link else None
    return Present(columns.read(record, row.field), record.heads.get(row.field), record.grid_id)


def accept(writing: Writing, differences: Sequence[Difference], reason: str) -> Refusals:
    """Step: what is claimed becomes the fact. Two claims about one fact need a person to choose."""
    n_claims = Counter((row.entity, row.field) for row in differences)
    refusals: Refusals = {}
    values = []
    for row in differences:
        if n_claims[row.entity, row.field] > 1:
            refusals[row.id] = SEVERAL
        elif way := _way(row):
            if why := way.accept(writing, row, reason):
                refusals[row.id] = why
        else:
            values.append((row, row.opened("claimed")))
    return refusals | _write(writing, values, reason or "采用差异")


def take_back(writing: Writing, differences: Sequence[Difference], reason: str) -> Refusals:
    """Step: facts that were accepted are again what they were before, unless somebody has changed them since."""
    records = records_of(differences)
    refusals: Refusals = {}
    values = []
    for row in differences:
        if way := _way(row):
            if why := way.take_back(writing, row):
                refusals[row.id] = why
        elif rules.or_empty(columns.read(records[row.entity], row.field)) != rules.or_empty(row.opened("claimed")):
            refusals[row.id] = CHANGED_SINCE
        else:
            values.append((row, rules.or_empty(row.opened("current"))))
    return refusals | _write(writing, values, reason)


def _write(writing: Writing, values: Sequence[tuple[Difference, Any]], reason: str) -> Refusals:
    refusals = {row.id: UNFIT for row, value in values if dictionary.unfit(row.kind, row.field, value)}
    claimed = [
        Claim(row.kind, row.entity, row.field, value, "office", source_ref=row.source_ref, reason=reason)
        for row, value in values
        if row.id not in refusals
    ]
    judged = claims.apply_claims(writing, claimed)
    taken = {(verdict.claim.entity, verdict.claim.field) for verdict in judged if verdict.verdict is Verdict.ASK}
    return refusals | {row.id: TAKEN for row, _ in values if (row.entity, row.field) in taken}


@dataclasses.dataclass(frozen=True)
class Way:
    """How a claim becomes the fact, and is taken back, where that is more than writing a value; "" where it is done."""

    accept: Callable[[Writing, Difference, str], str]
    take_back: Callable[[Writing, Difference], str]


def _way(row: Difference) -> Way | None:
    if is_end(row.kind, row.field, row.opened("claimed")):
        return _ENDING
    return _WAYS.get(row.field)


def _move(writing: Writing, row: Difference, reason: str) -> str:
    door = Dwelling.objects.get(pk=row.evidence["dwelling"])
    if door.status == "struck_off":
        return "这处房屋已经注销，不能迁入。请先核对房屋。"
    kind = takeovers.kind_given(writing, row, door)
    _move_in(writing, row.entity, door.id, door.grid_id, kind)
    takeovers.fulfil(writing, row)
    return ""


def _stay_moved(writing: Writing, row: Difference) -> str:
    return "迁移不能一键撤销，请到人员页迁回原处。"


def _change_kind(writing: Writing, row: Difference, reason: str) -> str:
    link = _link(row)
    if link is None:
        return "这个人已经不在这一户了，这一条不用再定，保留即可。"
    _move_in(writing, row.entity, link.dwelling_id, link.grid_id, str(row.opened("claimed")))
    return ""


def _change_kind_back(writing: Writing, row: Difference) -> str:
    link = _link(row)
    if link is None or link.kind != row.opened("claimed"):
        return CHANGED_SINCE
    _move_in(writing, row.entity, link.dwelling_id, link.grid_id, str(row.opened("current")))
    return ""


def _link(row: Difference) -> Residence | None:
    """The link a difference about somebody's kind of residence is about; None where it has ended."""
    return Residence.objects.select_for_update().filter(pk=row.evidence["residence"], to_on__isnull=True).first()


def _move_in(writing: Writing, person: uuid.UUID, door: uuid.UUID, grid: str, kind: str) -> None:
    creation.link(writing, [creation.NewResidence(person=person, dwelling=door, grid=grid, kind=kind, source="office")])
    creation.place_persons(writing, [person])


def _propose_end(writing: Writing, row: Difference, reason: str) -> str:
    record = columns.TABLES[row.kind]._default_manager.select_for_update().get(pk=row.entity)
    try:
        ends.propose(writing, record, str(row.opened("claimed")), reason=reason or "采用台账")
    except ends.EndError as error:
        return str(error)
    return ""


def _withdraw_end(writing: Writing, row: Difference) -> str:
    withdrawn = ends.withdraw(writing, row.entity)
    return "" if withdrawn else "这次注销已经复核过了，不能撤销。请到人员页核对状态。"


_ENDING = Way(_propose_end, _withdraw_end)
_WAYS: Mapping[str, Way] = {
    "residence": Way(_move, _stay_moved),
    "residence_kind": Way(_change_kind, _change_kind_back),
}
