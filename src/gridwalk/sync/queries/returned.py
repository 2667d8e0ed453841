"""Reads of returned work: what it says, masked, and what to do about it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import envelope
from gridwalk.core.queries import NotHere, in_scopes
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import sight
from gridwalk.inspection.models import Sample, SampledDoor
from gridwalk.inspection.rules import KINDS
from gridwalk.registry import columns
from gridwalk.registry.ends import PROPOSALS
from gridwalk.sync import messages, rules
from gridwalk.sync.models import Op, Returned
from gridwalk.visits.outcomes import OUTCOMES


@dataclasses.dataclass(frozen=True, kw_only=True)
class Row:
    """A returned op as a row; ``lines``: what it says, (label, value masked).

    ``author``: where it stands alone; a list would say whose phone had how much returned (red line 2). ``of_round``:
    the sample it is of; then neither the door nor what was heard is shown, so that who decides cannot pick answers.
    """

    id: uuid.UUID
    grid: str
    verb: str
    author: str
    at: dt.datetime
    received_at: dt.datetime
    place: uuid.UUID | None
    place_kind: str
    title: str
    reason: str
    text: str
    todo: str
    state: str
    state_label: str
    assigned_to: str
    note: str
    clock_uncertain: bool
    lines: tuple[tuple[str, str], ...]
    of_round: uuid.UUID | None = None
    is_of_sample: bool = False


WAITING, DECIDED = ("waiting", "assigned"), ("released", "set_aside")


def _visible(viewer: Viewer, scope: str) -> QuerySet[Returned]:
    """What a community decides about its doors, and what inspectors heard, for who draws rounds there."""
    of_doors = in_scopes(viewer.within(Verb.DECIDE_DIFFERENCE, scope), "grid")
    of_rounds = in_scopes(viewer.within(Verb.DRAW_SAMPLE, scope), "grid")
    of_samples = Q(op__verb__in=rules.OF_SAMPLES)
    inside = (of_doors & ~of_samples) | (of_rounds & of_samples)
    return Returned.objects.filter(inside).select_related("op", "assigned_to")


def may_decide(viewer: Viewer) -> bool:
    """Whether returned work may wait for the viewer at all."""
    return viewer.may_anywhere(Verb.DECIDE_DIFFERENCE) or viewer.may_anywhere(Verb.DRAW_SAMPLE)


def n_waiting(viewer: Viewer, scope: str) -> int:
    """How many of a scope wait for the viewer."""
    return _visible(viewer, scope).filter(state__in=WAITING).count()


def n_decided(viewer: Viewer, scope: str) -> int:
    """How many of a scope the viewer released or set aside."""
    return _decided(viewer, scope).count()


def _decided(viewer: Viewer, scope: str) -> QuerySet[Returned]:
    return _visible(viewer, scope).filter(state__in=DECIDED, decided_by=viewer.id, decided_by__isnull=False)


def waiting(viewer: Viewer, scope: str, *, decided: bool = False, limit: int = 100, offset: int = 0) -> list[Row]:
    """Returned ops of a scope, the oldest first; ``decided``: those the viewer released or set aside, the newest
    first.
    """
    returned = _decided(viewer, scope) if decided else _visible(viewer, scope).filter(state__in=WAITING)
    ordered = returned.order_by("-decided_at", "pk") if decided else returned.order_by("created_at", "pk")
    return _rows(list(ordered[offset : offset + limit]))


def get(viewer: Viewer, op: uuid.UUID) -> Row:
    """One returned op. Raises NotHere."""
    row = _visible(viewer, "").filter(pk=op).first()
    if row is None:
        raise NotHere
    author = User.objects.filter(pk=row.op.user).values_list("name", flat=True).first()
    return dataclasses.replace(_rows([row])[0], author=author or "")


def _rows(returned: Sequence[Returned]) -> list[Row]:
    titles: dict[uuid.UUID, tuple[str, str]] = {}
    places = [r.place for r in returned if r.place]
    for kind, column in (("dwelling", "address"), ("organization", "name"), ("site", "name"), ("person", "name")):
        rows = columns.TABLES[kind]._default_manager.filter(pk__in=places).values_list("id", column)
        titles |= {pk: (kind, title) for pk, title in rows}
    shown = [
        Row(
            id=r.pk,
            grid=r.grid,
            verb=messages.VERBS.get(r.op.verb, r.op.verb),
            author="",
            at=r.op.at,
            received_at=r.op.received_at,
            place=r.place,
            place_kind=titles.get(r.place, ("", ""))[0] if r.place else "",
            title=titles.get(r.place, ("", "不在系统登记里"))[1] if r.place else "不在系统登记里",
            reason=r.reason,
            text=_why(r.op),
            todo=rules.TO_DO.get(r.reason, ""),
            state=r.state,
            state_label=r.get_state_display(),
            assigned_to=r.assigned_to.name if r.assigned_to else "",
            note=r.note,
            clock_uncertain=r.op.clock_uncertain,
            lines=() if r.op.verb in rules.OF_SAMPLES else tuple(_lines(r.op)),
        )
        for r in returned
    ]
    return _of_rounds(shown, returned)


def _of_rounds(rows: list[Row], returned: Sequence[Returned]) -> list[Row]:
    """The rows with those of samples named by their round."""
    doors = {r.pk: r.op.entity for r in returned if r.op.verb in rules.OF_SAMPLES}
    if not doors:
        return rows
    drawn = SampledDoor.objects.filter(pk__in=[door for door in doors.values() if door]).select_related("sample")
    sample_of: dict[uuid.UUID | None, Sample] = {door.pk: door.sample for door in drawn}
    return [_of_round(row, sample_of.get(doors[row.id])) if row.id in doors else row for row in rows]


def _of_round(row: Row, sample: Sample | None) -> Row:
    title = f"{KINDS[sample.draws_for].label}第 {sample.number} 轮的一户" if sample else "没有这一户的抽查"
    todo = rules.TO_DO_OF_SAMPLES.get(row.reason, rules.TO_DO_OF_SAMPLES["not_valid"])
    return dataclasses.replace(
        row, verb="抽查", title=title, todo=todo, is_of_sample=True, of_round=sample.pk if sample else None
    )


def _why(op: Op) -> str:
    """The reason for whoever decides, where it was not given in words of its own; what was said besides stays."""
    words = rules.REASONS.get(op.reason)
    if op.verb in rules.OF_SAMPLES and op.reason == "not_permitted":
        return rules.NO_POST
    if not words or not op.text.startswith(words):
        return op.text
    return rules.FOR_THE_OFFICE.get(op.reason, words) + op.text.removeprefix(words)


def _lines(op: Op) -> list[tuple[str, str]]:
    if not op.body_sealed:
        return []
    body = json.loads(envelope.open_(op.body_sealed, table="sync_op", column="body", row=op.pk))
    data = body.get("data") if isinstance(body.get("data"), dict) else {}
    lines = []
    outcome = data.get("outcome")
    if isinstance(outcome, str):
        lines.append(("结果", OUTCOMES[outcome].label if outcome in OUTCOMES else "（读不懂）"))
    if isinstance(data.get("confirmed"), list) and data["confirmed"]:
        lines.append(("核实", f"{len(data['confirmed'])} 人无变化"))
    lines += _facts(str(body.get("kind") or ""), body.get("set"))
    for edit in _dicts(data.get("edits")):
        lines += _facts(str(edit.get("kind") or ""), edit.get("set"))
    for arrival in [*_dicts(data.get("arrivals")), *([data] if isinstance(data.get("values"), dict) else [])]:
        values = arrival.get("values")
        for field, value in (values if isinstance(values, dict) else {}).items():
            lines.append((f"添人 {dictionary.label('person', field)}", _shown("person", field, value)))
    for end in _dicts(data.get("ends")):
        lines.append(("提出注销登记", PROPOSALS["person"].get(str(end.get("end")), "")))
    if isinstance(data.get("reason"), str):
        lines.append(("原因", data["reason"][:200]))
    return [
        (messages.storable(label), messages.storable(value)) for label, value in lines
    ]  # half a character has no page


def _dicts(raw: Any) -> list[dict[str, Any]]:
    return [item for item in raw if isinstance(item, dict)] if isinstance(raw, list) else []


def _facts(kind: str, raw: Any) -> list[tuple[str, str]]:
    if not isinstance(raw, dict):
        return []
    return [
        (dictionary.label(kind, field), _shown(kind, field, fact.get("v")))
        for field, fact in raw.items()
        if isinstance(fact, dict)
    ]


def _shown(kind: str, field: str, raw: Any) -> str:
    """A value as typed, read and masked; what cannot be read is not shown: it may be a number in the wrong place."""
    if dictionary.find(kind, field) is None:
        return "（读不懂）"
    parsed = dictionary.parse(kind, field, raw)
    return dictionary.show(kind, field, parsed.value, sight.ON_PAGE) if not parsed.fault else f"（{parsed.text}）"
