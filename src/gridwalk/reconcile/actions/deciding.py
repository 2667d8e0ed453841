"""Deciding what stood on one side only, and whether two records are one: singly or many at once, undone for
seven days.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import bulk, clock, ids
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.dictionary import fields as dictionary
from gridwalk.differences.actions import deciding as differences
from gridwalk.differences.queries import at_doors
from gridwalk.method.text import reason_kept
from gridwalk.reconcile.actions import places_rows
from gridwalk.reconcile.models import Unmatched
from gridwalk.reconcile.places import Place, Places
from gridwalk.registry import columns, holders, rules
from gridwalk.registry.actions import creation, ends, takeovers
from gridwalk.registry.holders import Comer
from gridwalk.registry.models import Dwelling, Person

CHOICES: Mapping[str, Mapping[str, str]] = {
    "ledger_only": {"registered": "登记进系统", "at_door": "上门核实", "set_aside": "搁置"},
    "register_only": {"kept": "保留", "at_door": "上门核实", "strike_off": "注销登记，提交复核"},
    "question": {"same": "是同一条", "different": "不是同一条"},
}
NEEDS_REASON = frozenset({"strike_off", "set_aside"})


class UnmatchedRefused(Exception):
    """A decision that cannot be made; the text says why and what to do."""


@dataclasses.dataclass
class Tally:
    """How many were decided, and why the others were not."""

    n_done: int = 0
    left: dict[str, int] = dataclasses.field(default_factory=lambda: defaultdict(int))

    @property
    def text(self) -> str:
        """What was not done, in words; empty where everything was."""
        return "；".join(f"{n} 条没办成：{why}" for why, n in self.left.items())


def decide(*, actor: Viewer, at: dt.datetime, unmatched: Sequence[uuid.UUID], decision: str, reason: str = "") -> Tally:
    """Decide open records, a transaction a grid. What cannot be done so stays open and is counted with its reason.

    Raises NotPermitted, UnmatchedRefused.
    """
    if decision in NEEDS_REASON and not reason.strip():
        raise UnmatchedRefused("请写明原因，复核的人要看。")
    reason = reason_kept(reason)
    by_grid: dict[str, list[uuid.UUID]] = defaultdict(list)
    for row in Unmatched.objects.filter(pk__in=list(unmatched), state="open").select_related("of"):
        access.require(actor, Verb.DECIDE_DIFFERENCE, row.grid)
        if decision not in CHOICES[row.what]:
            raise UnmatchedRefused("这一类不能这样定。")
        by_grid[row.grid].append(row.id)
    outcome = Tally()
    for grid, chosen in sorted(by_grid.items()):
        with core.write_to(grid, actor=actor, at=at) as writing:
            rows = list(Unmatched.objects.select_for_update().filter(pk__in=chosen, state="open").select_related("of"))
            done = _DO[decision](writing, rows, reason, outcome) if decision in _DO else rows
            for row in done:
                row.state, row.reason = decision, reason
                row.decided_at, row.decided_by, row.decided_by_name = at, actor.id, actor.name
            bulk.update(done, ["state", "made", "reason", "decided_at", "decided_by", "decided_by_name"])
            outcome.n_done += _n_records(done)
            if done:
                writing.audit(
                    AuditVerb(f"unmatched.{decision}"),
                    scope=grid,
                    kind=done[0].kind,
                    data={"records": _n_records(done)},
                    reason=reason,
                )
    return outcome


def undo(*, actor: Viewer, at: dt.datetime, unmatched: Sequence[uuid.UUID]) -> Tally:
    """Take decisions back within seven days, a transaction a grid; what cannot be taken back is counted with
    its reason.

    Raises NotPermitted.
    """
    by_grid: dict[str, list[uuid.UUID]] = defaultdict(list)
    for row in Unmatched.objects.filter(pk__in=list(unmatched)):
        access.require(actor, Verb.DECIDE_DIFFERENCE, row.grid)
        by_grid[row.grid].append(row.id)
    outcome = Tally()
    for grid, chosen in sorted(by_grid.items()):
        with core.write_to(grid, actor=actor, at=at) as writing:
            back, lacked = [], set()
            for row in Unmatched.objects.select_for_update().filter(pk__in=chosen):
                if row.entity not in lacked and (why := _not_undone(writing, row)):
                    outcome.left[why] += 1
                    continue
                row.state, row.decided_by, row.decided_by_name, row.decided_at = "open", None, "", None
                back.append(row)
                lacked |= {row.entity} if row.what == "register_only" else set()  # by both files, and decided as one
            bulk.update(back, ["state", "decided_by", "decided_by_name", "decided_at"])
            outcome.n_done += _n_records(back)
            if back:
                n = {"records": _n_records(back)}
                writing.audit(AuditVerb.UNMATCHED_REOPENED, scope=grid, kind=back[0].kind, data=n)
    return outcome


def _n_records(rows: Sequence[Unmatched]) -> int:
    """How many records the rows speak of: both files of a comparison may lack one."""
    return len({row.entity if row.what == "register_only" else row.pk for row in rows})


def _not_undone(writing: Writing, row: Unmatched) -> str:
    """Why a decision stays; empty when it is taken back (the proposal to strike off is withdrawn here)."""
    if row.state in {"open", "gone"} or row.decided_at is None or writing.at - row.decided_at > clock.UNDO_FOR:
        return "还没有定，或者过了 7 天"
    if row.state == "registered":
        return "已经登记进系统，登错了请到它的页面提交注销登记"
    if row.state == "strike_off" and (row.entity is None or not ends.withdraw(writing, row.entity)):
        return "这次注销已经复核过了"
    return ""


def _register(writing: Writing, rows: Sequence[Unmatched], reason: str, outcome: Tally) -> list[Unmatched]:
    """Records only a ledger has, into the register: a door by its address, a person at a door that stands."""
    values = [row.opened() for row in rows]
    places = Places(rows[0].of.scope).locate(values) if rows else []
    done = []
    for row, of_row, place in zip(rows, values, places, strict=True):
        why = _MAKE[row.kind](writing, row, of_row, place)
        if why:
            outcome.left[why] += 1
        else:
            done.append(row)
    return done


def _make_dwelling(writing: Writing, row: Unmatched, values: Mapping[str, object], place: Place) -> str:
    if not place.key or place.grid not in writing.versions:
        return "地址认不出是哪一户，请先把台账的地址补全"
    if place.dwelling is not None:
        return "系统里已经有这一户了"
    door = (place.community, place.key)
    facts = {k: columns.from_text(row.kind, k, v) for k, v in values.items() if k in _facts("dwelling")}
    row.made = places_rows.new_doors(writing, {door: (place, facts, _ref(row))})[door]
    return ""


def _make_person(writing: Writing, row: Unmatched, values: Mapping[str, object], place: Place) -> str:
    if not values.get("name"):
        return "没有姓名，登记不了"
    if place.dwelling is None or place.grid not in writing.versions:
        return "系统里没有这一户，请先登记房屋"
    comer = Comer(
        id=ids.drawn_id(),
        values={k: v for k, v in values.items() if k in _facts("person")},
        kind=str(values.get("residence_kind") or "lives_here"),
        dwelling=place.dwelling,
        grid=place.grid,
        source=row.source,
        source_ref=_ref(row),
    )
    if standing := holders.of([comer]):
        takeovers.ask(writing, [comer], standing)
        return "证件号登记在别处，已请那边确认"
    facts = {
        k: columns.from_text(row.kind, k, v)
        for k, v in values.items()
        if k in _facts("person") and k not in {"residence_kind", "status"}
    }
    (row.made,) = creation.register(
        writing,
        "person",
        [creation.New(grid=place.grid, values=rules.with_identity(facts), source=row.source, source_ref=_ref(row))],
    )
    kind = str(values.get("residence_kind") or "lives_here")
    creation.link(
        writing,
        [
            creation.NewResidence(
                person=row.made,
                dwelling=place.dwelling,
                grid=place.grid,
                kind=kind,
                source=row.source,
                source_ref=_ref(row),
            )
        ],
    )
    return ""


def _make_organization(writing: Writing, row: Unmatched, values: Mapping[str, object], place: Place) -> str:
    if not values.get("name"):
        return "没有单位名称，登记不了"
    if values.get("uscc") and columns.holders("organization", [values["uscc"]]):
        return "这个信用代码已登记在另一条记录上，请先核对两条"
    facts = {
        k: columns.from_text(row.kind, k, v) for k, v in values.items() if k in _facts("organization") and k != "status"
    }
    extra = {"address": str(values.get("address") or "")[:160], "dwelling_id": place.dwelling}
    (row.made,) = creation.register(
        writing,
        "organization",
        [creation.New(grid=row.grid, values=facts, source=row.source, source_ref=_ref(row), extra=extra)],
    )
    return ""


_MAKE: Mapping[str, Callable[[Writing, Unmatched, Mapping[str, object], Place], str]] = {
    "dwelling": _make_dwelling,
    "person": _make_person,
    "organization": _make_organization,
}


def _facts(kind: str) -> set[str]:
    return {f.name for f in dictionary.fields(kind) if not f.locates}


def _ref(row: Unmatched) -> str:
    return row.of.source_ref(row.of.side(row.source), row.sheet, row.row_no)


def _strike_off(writing: Writing, rows: Sequence[Unmatched], reason: str, outcome: Tally) -> list[Unmatched]:
    """Records only the register has: their end is proposed, a second person rechecks it."""
    done: list[Unmatched] = []
    proposed: set[uuid.UUID | None] = set()
    for row in rows:
        if row.entity in proposed:  # both files lack it
            done.append(row)
            continue
        entity = columns.TABLES[row.kind]._default_manager.select_for_update().filter(pk__in=[row.entity]).first()
        if not isinstance(entity, Person | Dwelling) or entity.grid_id not in writing.versions:
            outcome.left["已不在这个网格，或不能这样注销"] += 1
            continue
        try:
            ends.propose(writing, entity, "struck_off", reason=reason)
        except ends.EndError as error:
            outcome.left[str(error)] += 1
        else:
            done.append(row)
            proposed.add(row.entity)
    return done


def _at_door(writing: Writing, rows: Sequence[Unmatched], reason: str, outcome: Tally) -> list[Unmatched]:
    """The door goes on its worker's list: the record's own, or the one the ledger's address names."""
    located = Places(rows[0].of.scope).locate([row.opened() for row in rows]) if rows else []
    at = {row.id: place.dwelling for row, place in zip(rows, located, strict=True) if place.dwelling}
    named = at_doors.dwellings(set(at.values()))
    doors = {pk: named[dwelling] for pk, dwelling in at.items() if dwelling in named} | at_doors.doors_of(rows)
    listed = differences.list_doors(writing, doors.values())
    done = []
    for row in rows:
        if row.id in doors and doors[row.id].entity in listed:
            row.made = doors[row.id].entity
            done.append(row)
        else:
            outcome.left["找不到是哪一户，没法上门核实"] += 1
    return done


_DO: Mapping[str, Callable[[Writing, Sequence[Unmatched], str, Tally], list[Unmatched]]] = {
    "registered": _register,
    "strike_off": _strike_off,
    "at_door": _at_door,
}
