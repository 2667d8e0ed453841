"""来历: what happened to an entity, in plain words, masked."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.rules import Viewer
from gridwalk.core import clock
from gridwalk.core import queries as core
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.models import AuditEntry, Change
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import sight
from gridwalk.events import kinds
from gridwalk.events.models import Event
from gridwalk.events.queries import daily
from gridwalk.method import dates, names
from gridwalk.registry import rules
from gridwalk.registry.ends import EVIDENCE, PROPOSALS, STATUS_WORDS
from gridwalk.registry.living import RESIDENCE_LABELS, VACANCY_SOURCES
from gridwalk.registry.queries import sources
from gridwalk.territory import queries as territory
from gridwalk.territory import rules as codes
from gridwalk.visits.outcomes import OUTCOMES, Settles
from gridwalk.visits.rules import ROUND_FAULTS, ROUND_RESULTS

NOBODY = Viewer(None, "")
"""To whom no file is named."""
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
    """One entry, newest first: mark, sentence, by whom (``author``: their id), from where; ``event``: whose page opens.

    ``at``: for whoever does not answer for the door, the day alone; of a person, of whom it would tell the door that
    was opened on it, the month (``by_month``, its first day).
    """

    at: dt.date
    mark: str
    tone: str
    sentence: str
    by: str
    author: uuid.UUID | None
    note: str
    event: uuid.UUID | None = None
    by_month: bool = False


HANDED_OVER = frozenset({"residence", "care"})
"""What goes over to another record with a merge, which is told once, not link by link."""

HIDDEN_FROM_MASKED = frozenset({"occupancy", "tenure", "vacancy_source", "vacancy_confirmed_on"})
"""What the street centre does not read in a door's history: it says which doors stand empty (red line 5)."""

TELLING = frozenset({"let", "let_ended", "born"})
"""Events whose very name says so, or that a birth lies a few days back: whoever sees rows masked reads 动态更新."""

READINGS = frozenset({AuditVerb.NUMBER_REVEALED, AuditVerb.NUMBER_DIALLED, AuditVerb.CARD_CHECKED})
CARD = {"equal": "，一致", "differs": "，不一致", "kept": "，不一致", "too_often": "，没有比"}
"""How the history ends a try of a number from a card."""

OF_HOUSEHOLDS = frozenset({AuditVerb.HOUSEHOLD_HEAD_NAMED})
CARE = "care."
"""Verbs that say somebody is cared for: for the same eyes only."""

SILENT = frozenset({"ended_on", "verified_on", "status_pending", Change.LEFT})
"""Fields that say nothing by themselves: the change beside them does."""

PROPOSED = "提出{}，待另一人复核"


def past(
    kind: str,
    entities: Sequence[uuid.UUID],
    *,
    full: bool,
    viewer: Viewer = NOBODY,
    keeps: Callable[[str], bool] | None = None,
    limit: int = 60,
) -> list[Past]:
    """Changes and readings of some entities, newest first. The caller has checked that the viewer may see them.

    ``full``: the viewer sees rows in full there; otherwise names, days of birth and numbers are masked, how a door is
    used and what follows from that (who is linked to it, what came of a visit) and what was written freely (a reason, a
    file's name) are left out, and the authors are told by what they are, on a day (red line 2).
    ``keeps``: in which grids the viewer may take an event back.
    """
    changes = sources.named(viewer, core.history(entities, limit=limit))
    events = daily.events_of(entities, {change.op for change in changes})
    entries, ops = _of_events(events, entities, changes, full=full, keeps=keeps)
    if kind == "dwelling" and not full:
        entries = []  # who moved in or out, and that a door was let
    shown = [change for change in changes if change.op not in ops and _is_shown(change, full=full)]
    moments = {event.at for event in events}
    audited = {
        (entry.data.get("plan") or entry.id, entry.verb): entry for entry in core.audit_of(entities, limit=limit)
    }
    lines = [entry for entry in audited.values() if entry.at not in moments]
    of_changes = [_of_change(change, full=full) for change in shown]
    of_lines = [_of_audit(entry, full=full) for entry in lines]
    entries += [entry for entry in (*of_changes, *of_lines) if entry is not None]
    latest = sorted(entries, key=lambda entry: entry.at, reverse=True)[:limit]
    return latest if full else _unnamed(latest, by_month=kind == "person")


def _unnamed(entries: Sequence[Past], *, by_month: bool) -> list[Past]:
    """The entries as whoever does not answer for the door reads them."""
    told = accounts.authors({entry.author for entry in entries}, named=False)
    days = [clock.day_of(entry.at).replace(day=1) if by_month else clock.day_of(entry.at) for entry in entries]
    return [
        dataclasses.replace(entry, at=day, by=told(entry.author, entry.by), by_month=by_month)
        for entry, day in zip(entries, days, strict=True)
    ]


def _is_shown(change: Change, *, full: bool) -> bool:
    return full or (change.field not in HIDDEN_FROM_MASKED and change.kind != "residence")


def _of_events(
    events: Sequence[Event],
    entities: Sequence[uuid.UUID],
    loaded: Sequence[Change],
    *,
    full: bool,
    keeps: Callable[[str], bool] | None,
) -> tuple[list[Past], set[uuid.UUID]]:
    """Each event as one entry, and the ops those entries stand for. At the entity it happened to it is told whole;
    elsewhere only what it changed there is told.
    """
    whole = {event.id for event in events if event.entity in entities}
    of_op: dict[uuid.UUID, list[Change]] = {}
    of_loaded = [change for change in reversed(loaded) if change.op not in whole]
    for change in [*daily.changes_of([event for event in events if event.id in whole]), *of_loaded]:
        of_op.setdefault(change.op, []).append(change)
    entries = []
    for event in events:
        label = kinds.EVENTS[event.code].label if full or event.code not in TELLING else "动态更新"
        if event.id in of_op:
            entry = _of_event(
                of_op[event.id],
                at=event.at,
                mark="动",
                label=label,
                by=event.actor_name,
                author=event.actor,
                full=full,
            )
            opens = keeps is not None and keeps(event.grid_id)
            entries.append(dataclasses.replace(entry, event=event.id) if opens else entry)
        if event.undone_at is not None and event.undone_as is not None:
            back = of_op.get(event.undone_as, [])
            entries.append(
                _of_event(
                    back,
                    at=event.undone_at,
                    mark="撤",
                    label=f"撤销了“{label}”",
                    by=event.undone_by_name,
                    author=back[0].actor if back else event.actor,
                    full=full,
                )
            )
    return entries, {event.id for event in events} | {event.undone_as for event in events if event.undone_as}


def _of_event(
    changes: Sequence[Change],
    *,
    at: dt.datetime,
    mark: str,
    label: str,
    by: str,
    author: uuid.UUID | None,
    full: bool,
) -> Past:
    words = "；".join(sentences(changes, full=full))
    reason = next((change.reason for change in changes if change.reason), "") if full else ""
    return Past(
        at=at,
        mark=mark,
        tone="",
        sentence="：".join(part for part in (label, words) if part),
        by=by,
        author=author,
        note=reason.removeprefix(label).lstrip("，"),  # the entry begins with the word already
    )


def sentences(changes: Sequence[Change], *, full: bool) -> list[str]:
    """What some changes say, each sentence once, with how often it holds where that is more than one time."""
    shown = [change for change in changes if _is_shown(change, full=full)]
    words = [entry.sentence for change in shown if (entry := _of_change(change, full=full))]
    words += [
        PROPOSED.format(PROPOSALS[change.kind][str(change.new)])
        for change in shown
        if change.field == "status_pending" and change.new
    ]
    times = Counter(words)
    return [sentence if n == 1 else f"{sentence}（{n} 次）" for sentence, n in times.items()]


def _of_change(change: Change, *, full: bool) -> Past | None:
    """One change in words; None where another one says it."""
    if change.field in SILENT or (change.kind in HANDED_OVER and change.field in dictionary.KINDS):
        return None
    entry = TELLERS.get(change.field, _of_fact)(change, full)
    return entry if full else dataclasses.replace(entry, note=rules.SOURCES.get(change.source, change.source))


def _entry(change: Change, mark: str, sentence: str, *, tone: str = "", note: str | None = None) -> Past:
    """An entry of a change; its note is where it comes from and why, unless something else is said."""
    if note is None:
        source = change.source_ref or rules.SOURCES.get(change.source, change.source)
        note = " ".join(part for part in (source, change.reason) if part)
    return Past(
        at=change.at,
        mark=mark,
        tone=tone,
        sentence=sentence,
        by=change.actor_name,
        author=change.actor,
        note=note,
    )


def _of_fact(change: Change, full: bool) -> Past:
    is_link = change.kind == "residence" and change.field == "kind"
    label = dictionary.label("person", "residence_kind") if is_link else dictionary.label(change.kind, change.field)
    old, new = (_shown(change, value, full) or "空" for value in (change.old_clear, change.new_clear))
    words = f"{label} {old} → {new}" if old != new else f"{label}改过"  # two numbers of one mask
    return _entry(change, MARKS.get(change.source, "改"), words)


def _of_creation(change: Change, full: bool) -> Past:
    record = change.new if isinstance(change.new, dict) else {}
    name = str(record.get("name", ""))
    if change.kind == "residence":
        sentence = f"关联到这处房屋：{RESIDENCE_LABELS.get(str(record.get('kind')), '')}"
    elif change.kind == "person" and name:
        sentence = f"建档：{name if full else names.mask(name)}"
    else:
        sentence = f"建档（{RECORDS.get(change.kind, '记录')}）"
    return _entry(change, "建", sentence)


def _of_merge(change: Change, full: bool) -> Past:
    sentence = "并入另一条记录，内容都跟过去了" if change.new else "撤销合并，这一条恢复了"
    return _entry(change, "并", sentence, note=change.reason)


def _of_status(change: Change, full: bool) -> Past:
    mark = MARKS.get(change.source, "改") if change.kind == "facility" else "注"
    return _entry(change, mark, "状态改为" + _shown(change, change.new_clear, full))


def _of_grid(change: Change, full: bool) -> Past:
    """The grid a record came to, by name; people whom no door is known of stand in their community's grid 000."""
    code = str(change.new_clear or "")
    if change.kind == "person" and codes.is_unassigned(code):
        return _entry(change, "移", "没有登记的住处了，先放在“未划入网格”")
    return _entry(change, "移", f"移到 {territory.scope_name(code)}")


def _of_visit(change: Change, full: bool) -> Past:
    if not isinstance(change.new, dict):
        return _of_fact(change, full)
    record, code = change.new, str(change.new.get("outcome", ""))
    if change.kind == "dwelling" and not full:
        return _entry(change, "访", "走访", note="")  # alike, whatever came of it: whom nobody was met at stands empty
    outcome = OUTCOMES[code]
    words = f"走访，{outcome.label}"
    if record.get("n_confirmed"):
        words += f"，确认 {record['n_confirmed']} 人"
    if record.get("n_changed"):
        words += f"，改 {record['n_changed']} 处"
    elif outcome.settles is Settles.AT_ONCE:
        words += "，无变化"
    source = VACANCY_SOURCES.get(str(record.get("second_source", "")), "")
    return _entry(change, outcome.mark, words, tone=outcome.tone, note=source)


def _of_round(change: Change, full: bool) -> Past:
    if not isinstance(change.new, dict):
        return _of_fact(change, full)
    record = change.new
    result, mark, tone = ROUND_RESULTS.get(str(record.get("result")), ("", "巡", ""))
    fault = ROUND_FAULTS.get(str(record.get("fault")), "")
    words = "，".join(part for part in (f"巡检，{result}", fault, str(record.get("note", ""))) if part)
    on = dt.date.fromisoformat(str(record["on"]))
    note = "" if on == clock.local_date(change.at) else f"{on.month}月{on.day}日看的"
    return _entry(change, mark, words, tone=tone, note=note)


TELLERS: Mapping[str, Callable[[Change, bool], Past]] = {
    "outcome": _of_visit,
    "round": _of_round,
    Change.WHOLE: _of_creation,
    "merged_into": _of_merge,
    "status": _of_status,
    "grid": _of_grid,
}
"""The changes that have a sentence of their own; any other one is a fact that had one value and has another."""


def _shown(change: Change, value: object, full: bool) -> str:
    words: Mapping[str, str] | None = None
    if change.field == "status":
        words = STATUS_WORDS.get(change.kind)
    elif change.field == "vacancy_source":
        words = VACANCY_SOURCES
    elif change.kind == "residence" and change.field == "kind":
        words = RESIDENCE_LABELS
    if change.field == "born_on" and not full:
        return dates.mask(str(value or ""), on_record=clock.local_date(change.at).year)
    if words is None:
        reader = sight.ON_PAGE if full else sight.MASKED_ON_PAGE
        return dictionary.show(change.kind, change.field, value, reader)
    return words.get(str(value), str(value or ""))


def _of_audit(entry: AuditEntry, *, full: bool) -> Past | None:
    """One line of the audit in words; None where its verb has no mark, and for whoever may not see care."""
    verb = AuditVerb(entry.verb)
    if not verb.mark or (not full and (verb.startswith(CARE) or verb in OF_HOUSEHOLDS)):
        return None
    is_reading = verb in READINGS
    return Past(
        at=entry.at,
        mark=verb.mark,
        tone="q" if is_reading else "",
        sentence=_of_line(entry, verb, full=full),
        by=entry.actor_name,
        author=entry.actor,
        note="居民可见" if is_reading else entry.reason if full else "",
    )


def _of_line(entry: AuditEntry, verb: AuditVerb, *, full: bool) -> str:
    sentence = verb.told
    field = entry.data.get("field")
    if verb is AuditVerb.NUMBER_REVEALED and field:
        sentence = f"查看{dictionary.label(entry.kind, str(field))}" + (f"，事由：{entry.reason}" if full else "")
    if proposal := PROPOSALS.get(entry.kind, {}).get(str(entry.data.get("proposed"))):
        sentence = sentence.replace("注销登记", f"注销登记（{proposal}）", 1)
    if evidence := EVIDENCE.get(str(entry.data.get("evidence", ""))):
        sentence += f"，凭{evidence}"
    if verb is AuditVerb.CARD_CHECKED:
        sentence += CARD.get(str(entry.data.get("answer", "")), "")
    return sentence
