"""来历: what happened to an entity, in plain words, masked."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from gridwalk.core import clock
from gridwalk.core import queries as core
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.models import AuditEntry, Change
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import sight
from gridwalk.events import kinds
from gridwalk.events.models import Event
from gridwalk.events.queries import daily
from gridwalk.method import names
from gridwalk.registry import rules
from gridwalk.registry.ends import EVIDENCE, PROPOSALS, STATUS_WORDS
from gridwalk.registry.living import RESIDENCE_LABELS, VACANCY_SOURCES
from gridwalk.territory import queries as territory
from gridwalk.visits.outcomes import OUTCOMES
from gridwalk.visits.rules import ROUND_FAULTS, ROUND_RESULTS

RECORDS = dictionary.KINDS | {"residence": "人房关联"}
MARKS = {
    "visit": "改",
    "ledger": "账",
    "office": "改",
    "resident": "改",
    "inspector": "查",
    "platform": "账",
    "round": "巡",
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Past:
    """One entry, newest first: mark, sentence, by whom, from where."""

    at: dt.datetime
    mark: str
    tone: str
    sentence: str
    by: str
    note: str


HANDED_OVER = frozenset({"residence", "care"})
"""What goes over to another record with a merge, which is told once, not link by link."""

HIDDEN_FROM_MASKED = frozenset({"occupancy", "tenure", "vacancy_source", "vacancy_confirmed_on"})
"""What the street centre does not read in a door's history: it says which doors stand empty (red line 5)."""

TELL_OF_LETTING = frozenset({"let", "let_ended"})
"""Events whose very name says so: whoever sees rows masked reads 动态更新."""


CARE = "care."
"""Verbs that say somebody is cared for: for the same eyes only."""


def past(kind: str, entities: Sequence[uuid.UUID], *, full: bool, limit: int = 60) -> list[Past]:
    """Changes and readings of some entities, newest first. The caller has checked that the viewer may see them.

    ``full``: the viewer sees rows in full there; otherwise names are masked and vacancy is left out.
    """
    changes = core.history(entities, limit=limit)
    told = daily.events_of(entities, {c.op for c in changes})
    entries, ops = _of_events(told, entities, changes, full=full)
    entries += [
        p
        for c in changes
        if c.op not in ops and (full or c.field not in HIDDEN_FROM_MASKED) and (p := _of_change(c, full=full))
    ]
    moments = {event.at for event in told}
    audited = {(e.data.get("plan") or e.id, e.verb): e for e in core.audit_of(entities, limit=limit)}
    entries += [p for e in audited.values() if e.at not in moments and (p := _of_audit(e, full=full))]
    return sorted(entries, key=lambda p: p.at, reverse=True)[:limit]


def _of_events(
    told: Sequence[Event], entities: Sequence[uuid.UUID], loaded: Sequence[Change], *, full: bool
) -> tuple[list[Past], set[uuid.UUID]]:
    """Each event as one entry, and the ops those entries stand for. At the entity it happened to it is told whole;
    elsewhere only what it changed there is told.
    """
    whole = {event.id for event in told if event.entity in entities}
    of_op: dict[uuid.UUID, list[Change]] = {}
    of_loaded = [change for change in reversed(loaded) if change.op not in whole]
    for change in [*daily.changes_of([e for e in told if e.id in whole]), *of_loaded]:
        of_op.setdefault(change.op, []).append(change)
    entries = []
    for event in told:
        label = kinds.EVENTS[event.code].label if full or event.code not in TELL_OF_LETTING else "动态更新"
        if event.id in of_op:
            entries.append(_one(event.at, "动", label, event.actor_name, of_op[event.id], full=full))
        if event.undone_at is not None and event.undone_as is not None:
            back = of_op.get(event.undone_as, [])
            entries.append(_one(event.undone_at, "撤", f"撤回了“{label}”", event.undone_by_name, back, full=full))
    return entries, {event.id for event in told} | {event.undone_as for event in told if event.undone_as}


def _one(at: dt.datetime, mark: str, label: str, by: str, changes: Sequence[Change], *, full: bool) -> Past:
    said = sentences(changes, full=full)
    reason = next((c.reason for c in changes if c.reason), "") if full else ""
    reason = reason.removeprefix(label).lstrip("，")  # the entry begins with the word already
    return Past(
        at=at,
        mark=mark,
        tone="",
        sentence="：".join(part for part in (label, "；".join(said)) if part),
        by=by,
        note=reason,
    )


def sentences(changes: Sequence[Change], *, full: bool) -> list[str]:
    """What some changes say, each sentence once, with how often it holds where that is more than one time."""
    shown = [c for c in changes if full or c.field not in HIDDEN_FROM_MASKED]
    said = [past.sentence for change in shown if (past := _of_change(change, full=full))]
    said += [PROPOSED.format(PROPOSALS[c.kind][str(c.new)]) for c in shown if c.field == "status_pending" and c.new]
    return [s if said.count(s) == 1 else f"{s}（{said.count(s)} 次）" for s in dict.fromkeys(said)]


PROPOSED = "提出{}，待另一人复核"


def _of_change(change: Change, *, full: bool) -> Past | None:
    source = rules.SOURCES.get(change.source, change.source)
    note = " ".join(x for x in (change.source_ref or source, change.reason) if x)
    if change.field == "outcome" and isinstance(change.new, dict):
        return _of_visit(change, change.new, full=full)
    if change.field == "round" and isinstance(change.new, dict):
        return _of_round(change, change.new)
    if change.field == Change.WHOLE:
        return Past(
            at=change.at, mark="建", tone="", sentence=_came_to_be(change, full=full), by=change.actor_name, note=note
        )
    if change.field == "merged_into":
        sentence = "并入另一条记录，内容都跟过去了" if change.new else "撤销合并，这一条恢复了"
        return Past(at=change.at, mark="并", tone="", sentence=sentence, by=change.actor_name, note=change.reason)
    if change.field == "ended_on" or (change.kind in HANDED_OVER and change.field in dictionary.KINDS):
        return None
    if change.field in {"verified_on", "status_pending", Change.LEFT}:  # where it went, the change beside it says
        return None
    if change.field == "status":
        mark = MARKS.get(change.source, "改") if change.kind == "facility" else "注"
        return Past(
            at=change.at,
            mark=mark,
            tone="",
            sentence="状态改为" + _shown(change, change.new_clear),
            by=change.actor_name,
            note=note,
        )
    if change.field == "grid":
        return Past(at=change.at, mark="移", tone="", sentence=_grid_moved_to(change), by=change.actor_name, note=note)
    is_link = change.kind == "residence" and change.field == "kind"
    label = dictionary.label("person", "residence_kind") if is_link else dictionary.label(change.kind, change.field)
    sentence = f"{label} {_shown(change, change.old_clear) or '空'} → {_shown(change, change.new_clear) or '空'}"
    return Past(
        at=change.at, mark=MARKS.get(change.source, "改"), tone="", sentence=sentence, by=change.actor_name, note=note
    )


def _grid_moved_to(change: Change) -> str:
    """The grid a record came to, by name; people whom no door is known of stand in their community's grid 000."""
    code = str(change.new_clear or "")
    if change.kind == "person" and code.endswith("000"):
        return "没有登记的住处了，先放在“未划入网格”"
    return f"移到 {territory.scope_name(code)}"


def _came_to_be(change: Change, *, full: bool) -> str:
    record = change.new if isinstance(change.new, dict) else {}
    if change.kind == "residence":
        return f"关联到这处房屋：{RESIDENCE_LABELS.get(str(record.get('kind')), '')}"
    name = str(record.get("name", ""))
    if change.kind == "person" and name:
        return f"建档：{name if full else names.mask(name)}"
    return f"建档（{RECORDS.get(change.kind, '记录')}）"


def _of_visit(change: Change, record: dict[str, Any], *, full: bool) -> Past:
    outcome = str(record.get("outcome", ""))
    if outcome == "vacant_confirmed" and not full:
        return Past(at=change.at, mark="访", tone="v", sentence="走访，已核实", by=change.actor_name, note="")
    known = OUTCOMES[outcome]
    words = f"走访，{known.label}"
    if record.get("n_confirmed"):
        words += f"，确认 {record['n_confirmed']} 人"
    words += f"，改 {record['n_changed']} 处" if record.get("n_changed") else ("，无变化" if outcome == "met" else "")
    source = VACANCY_SOURCES.get(str(record.get("second_source", "")), "")
    return Past(
        at=change.at,
        mark=known.mark,
        tone=known.tone,
        sentence=words,
        by=change.actor_name,
        note=source,
    )


def _of_round(change: Change, record: dict[str, Any]) -> Past:
    words, mark, tone = ROUND_RESULTS.get(str(record.get("result")), ("", "巡", ""))
    fault = ROUND_FAULTS.get(str(record.get("fault")), "")
    said = "，".join(part for part in (f"巡检，{words}", fault, str(record.get("note", ""))) if part)
    on = dt.date.fromisoformat(str(record["on"]))
    note = "" if on == clock.local_date(change.at) else f"{on.month}月{on.day}日看的"
    return Past(at=change.at, mark=mark, tone=tone, sentence=said, by=change.actor_name, note=note)


def _shown(change: Change, value: object) -> str:
    if change.field == "status" and change.kind in STATUS_WORDS:
        return STATUS_WORDS[change.kind].get(str(value), str(value or ""))
    if change.field == "vacancy_source":
        return VACANCY_SOURCES.get(str(value), str(value or ""))
    if change.kind == "residence" and change.field == "kind":
        return RESIDENCE_LABELS.get(str(value), str(value or ""))
    return dictionary.show(change.kind, change.field, value, sight.ON_PAGE)


def _of_audit(entry: AuditEntry, *, full: bool) -> Past | None:
    verb = AuditVerb(entry.verb)
    if not verb.mark or (verb.startswith(CARE) and not full):
        return None
    sentence = verb.told
    field = entry.data.get("field")
    revealed = verb is AuditVerb.NUMBER_REVEALED
    if revealed and field:
        sentence = f"查看{dictionary.label(entry.kind, str(field))}，事由：{entry.reason}"
    if word := PROPOSALS.get(entry.kind, {}).get(str(entry.data.get("proposed"))):
        sentence = sentence.replace("注销", f"注销（{word}）", 1)
    if seen := EVIDENCE.get(str(entry.data.get("evidence", ""))):
        sentence += f"，凭{seen}"
    return Past(
        at=entry.at,
        mark=verb.mark,
        tone="q" if revealed else "",
        sentence=sentence,
        by=entry.actor_name,
        note="居民可见" if revealed else entry.reason,
    )
