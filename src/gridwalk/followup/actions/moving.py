"""What is done about a matter: one act after the other, each an entry that is never changed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gridwalk.accounts import persons
from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Role, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock, envelope, ids
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.followup import rules
from gridwalk.followup.actions.taking_in import streams
from gridwalk.followup.models import Entry, Matter
from gridwalk.followup.papers import PaperRefused, paper
from gridwalk.followup.queries.matters import get_matter
from gridwalk.followup.rules import COURSES, DIGITS, ENDED, LONGEST_TEXT, MOVES, Act, Level, MatterError, Stage
from gridwalk.method.text import without_numbers
from gridwalk.notices import actions as notices
from gridwalk.notices.rules import Kind as NoticeKind
from gridwalk.territory import queries as territory
from gridwalk.territory.rules import unassigned_of

TICK = dt.timedelta(microseconds=1)
"""By so much at least an entry is recorded after the one before it."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Wording:
    """What is said with an act. ``extent``: of 举一反三, how many there were, were checked, were wrong."""

    text: str = ""
    due_on: dt.date | None = None
    to: str = ""
    extent: tuple[int, int, int] = (0, 0, 0)
    outside: str = ""
    outside_number: str = ""


@dataclasses.dataclass(frozen=True)
class Upload:
    """A file that proves something, as a browser sends it."""

    name: str
    data: bytes


@dataclasses.dataclass(frozen=True, kw_only=True)
class MoveEvidence:
    """When an act was done, and what proves it: a stored file, or the hashes of photos that follow from a phone.

    ``entry``: the op's id, so that what comes twice is one.
    """

    at: dt.datetime
    file: uuid.UUID | None = None
    photos: Sequence[str] = ()
    entry: uuid.UUID | None = None


def move(
    *,
    actor: Viewer,
    at: dt.datetime,
    matter: uuid.UUID,
    act: Act,
    wording: Wording = Wording(),
    file: Upload | None = None,
) -> Matter:
    """Do one act. Raises NotHere, NotPermitted, MatterError."""
    row = get_matter(actor, matter)
    stored = _store(actor, row, act, file, at=at) if file else None
    try:
        with core.write_to(*_streams(row, act, wording), actor=actor, at=at) as writing:
            moved = _locked(row.pk)
            _do(writing, moved, actor, act, wording, MoveEvidence(at=at, file=stored))
    except BaseException:
        if stored is not None:
            core.erase_file(stored, actor=actor, at=at)
        raise
    return moved


def move_in(
    writing: Writing, *, actor: Viewer, matter: uuid.UUID, act: Act, wording: Wording, evidence: MoveEvidence, grid: str
) -> Matter:
    """Step: an act said on a phone, in the grid that is locked. Raises NotHere, NotPermitted, MatterError."""
    moved = _locked(get_matter(actor, matter).pk)
    if moved.grid != grid:
        raise NotHere
    _do(writing, moved, actor, act, wording, evidence)
    return moved


def _locked(matter: uuid.UUID) -> Matter:
    return Matter.objects.select_for_update().get(pk=matter)


def _do(writing: Writing, matter: Matter, actor: Viewer, act: Act, wording: Wording, evidence: MoveEvidence) -> None:
    move_ = MOVES.get(act)
    if move_ is None:
        raise MatterError("没有这样的办法。请按页上列出的来。")
    access.require(actor, move_.verb, matter.scope)
    if act is Act.HANDED_OVER:
        access.require(actor, move_.verb, wording.to)
    after = rules.stage_after(matter.course, matter.stands, act)
    text = without_numbers(wording.text.strip())[:LONGEST_TEXT]
    if move_.needs and not (text or wording.outside.strip()):
        raise MatterError(f"没有记：请写{move_.needs}。")
    if move_.by_another:
        _check_another(matter, actor)
    data = _EFFECTS.get(act, _nothing)(writing, matter, wording)
    matter.stage = after
    recorded_at = _after_the_last(matter, writing.at)
    if after in ENDED:
        matter.ended_at, matter.ended_by = recorded_at, actor.id
    matter.save()
    entry = Entry(
        id=evidence.entry or ids.new_id(),
        matter=matter,
        act=act,
        data=data | ({"photos": list(evidence.photos)} if evidence.photos else {}),
        file_id=evidence.file,
        by=actor.id,
        by_name=actor.name,
        at=evidence.at,
        recorded_at=recorded_at,
    )
    if text:
        entry.text_sealed = envelope.seal(text, table="followup_entry", column="text", row=entry.id)
    entry.save(force_insert=True)
    writing.audit(
        AuditVerb.MATTER_PRESSED if act is Act.PRESSED else AuditVerb.MATTER_MOVED,
        scope=matter.scope,
        kind="matter",
        subject=matter.id,
        data={"act": str(act)},
    )


def _after_the_last(matter: Matter, at: dt.datetime) -> dt.datetime:
    """When an entry of a matter that is locked is recorded: acts that come in one message stand one after the other."""
    last = matter.entries.order_by("-recorded_at").values_list("recorded_at", flat=True).first()
    return max(at, last + TICK) if last else at


def _check_another(matter: Matter, actor: Viewer) -> None:
    """Who handed it in cannot find it good. Raises MatterError."""
    if actor.id is not None and actor.id == matter.handed_in_by:
        raise MatterError("提交复核的是您自己，要另一个人来复核：请另一位书记或街道网格中心来定。")
    if persons.are_one(actor.id, [matter.handed_in_by]):
        raise MatterError(persons.SAME)


def _store(actor: Viewer, matter: Matter, act: Act, file: Upload, *, at: dt.datetime) -> uuid.UUID:
    access.require(actor, MOVES[act].verb, matter.scope)
    try:
        kept = paper(file.name, file.data)
    except PaperRefused as error:
        raise MatterError(str(error)) from error
    return core.store_file(
        data=kept.data,
        name=kept.name,
        purpose="matter",
        scope=matter.scope,
        keep=rules.EVIDENCE_KEPT,
        actor=actor,
        at=at,
    ).id


def _streams(matter: Matter, act: Act, wording: Wording) -> set[str]:
    """The grid a matter stands in, and the one it is handed over to."""
    to = _grid_of(matter, wording.to) if act is Act.HANDED_OVER else matter.grid
    return {*streams(matter.grid), *streams(to)}


def _grid_of(matter: Matter, scope: str) -> str:
    """Where a matter stands once an area owns it: one of a door stays in its grid. Raises MatterError."""
    if len(scope) not in DIGITS.values() or not scope.startswith(matter.street) or not territory.is_place(scope):
        raise MatterError("没有换：请选本街道的一个社区、网格，或街道自己。")
    if matter.place is not None:
        if not matter.grid.startswith(scope):
            raise MatterError("没有换：这是一户的事，只能在它的网格、社区和街道之间换。")
        return matter.grid
    if len(scope) == DIGITS[Level.GRID]:
        raise MatterError("没有换：不是哪一户的事，请换给社区或街道。")
    return unassigned_of(scope) if len(scope) == DIGITS[Level.COMMUNITY] else scope


def _nothing(writing: Writing, matter: Matter, wording: Wording) -> dict[str, Any]:
    return {}


def _extent(writing: Writing, matter: Matter, wording: Wording) -> dict[str, Any]:
    n, n_checked, n_wrong = wording.extent
    if not n >= n_checked >= n_wrong >= 0:
        raise MatterError("没有记：查过的不能比一共的多，不对的不能比查过的多。")
    return {"n": n, "checked": n_checked, "wrong": n_wrong}


def _extent_done(writing: Writing, matter: Matter, wording: Wording) -> dict[str, Any]:
    rules.check_extent(matter.entries.filter(act=Act.EXTENT_NOTED).count())
    return {}


def _hand_in(writing: Writing, matter: Matter, wording: Wording) -> dict[str, Any]:
    matter.handed_in_by = writing.actor.id
    return {}


def _pass(writing: Writing, matter: Matter, wording: Wording) -> dict[str, Any]:
    """A finding is looked at again; the day stands from the recheck on."""
    if Stage.EFFECT in rules.COURSES[matter.course].stages:
        matter.effect_on = clock.local_date(writing.at) + dt.timedelta(days=rules.EFFECT_AFTER)
        return {"effect_on": matter.effect_on.isoformat()}
    return {}


def _hold(writing: Writing, matter: Matter, wording: Wording) -> dict[str, Any]:
    if matter.effect_on:
        rules.check_effect(clock.local_date(writing.at), matter.effect_on)
    return {}


def _pass_on(writing: Writing, matter: Matter, wording: Wording) -> dict[str, Any]:
    matter.outside = without_numbers(wording.outside.strip())[: rules.LONGEST_OUTSIDE]
    matter.outside_number = without_numbers(wording.outside_number.strip())[: rules.LONGEST_OUTSIDE_NUMBER]
    if not matter.outside:
        raise MatterError("没有转：请写转给哪个单位。")
    return {}


def _drop(writing: Writing, matter: Matter, wording: Wording) -> dict[str, Any]:
    if writing.actor.id is not None and writing.actor.id in {matter.author, matter.handed_in_by}:
        raise MatterError("立这件事、办这件事的人不能自己说它不成立，请另一个人来定。")
    if persons.are_one(writing.actor.id, [matter.author, matter.handed_in_by]):
        raise MatterError(persons.SAME)
    return {}


def _reopen(writing: Writing, matter: Matter, wording: Wording) -> dict[str, Any]:
    """Whoever ended it is told."""
    if matter.ended_by:
        notices.tell(
            writing,
            to_user=matter.ended_by,
            kind=NoticeKind.MATTER,
            text=f"您办结的事项 {matter.year}-{matter.number:03}，{writing.actor.name}重新办理了。",
        )
    before = matter.due_on
    matter.due_on = rules.due_on(matter.course, clock.local_date(writing.at), territory.workdays())
    matter.ended_at = matter.ended_by = matter.effect_on = matter.pressed_at = None
    return {"old": before.isoformat(), "new": matter.due_on.isoformat()}


def _change_due(writing: Writing, matter: Matter, wording: Wording) -> dict[str, Any]:
    today = clock.local_date(writing.at)
    if wording.due_on is None or not today <= wording.due_on <= today + dt.timedelta(days=366):
        raise MatterError("没有改：新的期限写今天起一年内的一天。")
    before, matter.due_on = matter.due_on, wording.due_on
    return {"old": before.isoformat(), "new": wording.due_on.isoformat()}


def _hand_over(writing: Writing, matter: Matter, wording: Wording) -> dict[str, Any]:
    grid = _grid_of(matter, wording.to)
    if wording.to == matter.scope:
        raise MatterError("没有换：它已经是这里的事了。")
    before = matter.scope
    matter.grid, matter.level = grid, _LEVELS[len(wording.to)]
    return {"old": before, "new": wording.to}


def _press(writing: Writing, matter: Matter, wording: Wording) -> dict[str, Any]:
    """The community is told which; the leading group is told kind, community and days, never the door."""
    today = clock.local_date(writing.at)
    if not rules.is_overdue(matter.stands, matter.due_on, today):
        raise MatterError("没有过期，不用督办。")
    days = (today - matter.due_on).days
    community = matter.scope[: DIGITS[Level.COMMUNITY]]
    notices.tell(
        writing,
        role=Role.STREET_CENTRE if matter.level == Level.STREET else Role.COMMUNITY_LEAD,
        scope=community,
        kind=NoticeKind.MATTER,
        text=f"督办：事项 {matter.year}-{matter.number:03} 过期 {days} 天，请尽快办结或写明原因。",
        about=("matter", matter.id),
    )
    notices.tell(
        writing,
        role=Role.LEADING_GROUP,
        scope=matter.street,
        kind=NoticeKind.MATTER,
        text=f"督办：{territory.scope_name(community)}的{COURSES[matter.course].label} 1 件，过期 {days} 天。",
    )
    matter.pressed_at = writing.at
    return {"days": days}


_LEVELS = {digits: level for level, digits in DIGITS.items()}
_EFFECTS: Mapping[Act, Callable[[Writing, Matter, Wording], dict[str, Any]]] = {
    Act.EXTENT_NOTED: _extent,
    Act.EXTENT_DONE: _extent_done,
    Act.HANDED_IN: _hand_in,
    Act.CAME_BACK: _hand_in,
    Act.PASSED: _pass,
    Act.HELD: _hold,
    Act.PASSED_ON: _pass_on,
    Act.DROPPED: _drop,
    Act.REOPENED: _reopen,
    Act.DUE_CHANGED: _change_due,
    Act.HANDED_OVER: _hand_over,
    Act.PRESSED: _press,
}
"""What an act does beside moving the matter on; returns what its entry keeps."""
