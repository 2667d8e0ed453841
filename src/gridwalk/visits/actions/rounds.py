"""巡检: rounds of facilities and key sites. A fault stays until a later round says that it is repaired, and by whom."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import bulk, clock, ids
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.method.text import reason_kept
from gridwalk.registry import columns
from gridwalk.registry.actions import claims
from gridwalk.registry.models import Facility
from gridwalk.registry.rules import Claim
from gridwalk.visits import rules
from gridwalk.visits.models import Round, Visit
from gridwalk.visits.outcomes import CONTACTS
from gridwalk.visits.rules import Look

KINDS = ("facility", "site")
"""What is looked at on rounds."""
NOTE_LENGTH = 60
Thing = tuple[str, uuid.UUID]
"""Kind and id of what is looked at."""


class RoundRefused(Exception):
    """A round that is not recorded or withdrawn; the text says why and what to do."""


@dataclasses.dataclass(frozen=True)
class Seen:
    """What was seen on a day: a result of ``rules.ROUND_RESULTS``; with a fault what it is and whether it
    can be used.
    """

    on: dt.date
    result: str = "fine"
    fault: str = ""
    note: str = ""
    out_of_use: bool = False


@dataclasses.dataclass(frozen=True)
class Recorded:
    """How many rounds were recorded, and why others were not."""

    n: int
    refused: Mapping[uuid.UUID, str]


def record_rounds(*, actor: Viewer, at: dt.datetime, things: Sequence[Thing], seen: Seen) -> Recorded:
    """Record the same for one or several things, in one transaction; what is refused does not hold the others.

    The same round sent twice is one. Raises NotHere, NotPermitted, RoundRefused.
    """
    _require_sound(seen, clock.local_date(at))
    grids = {entity.grid_id for entity in _load(things)}
    for grid in grids:
        if not actor.may(Verb.SEE_ROWS, grid):
            raise NotHere
        access.require(actor, Verb.RECORD_VISIT, grid)
    with core.write_to(*grids, actor=actor, at=at) as writing:
        entities = _load(things, lock=True)
        looks = _looks([entity.id for entity in entities])
        rounds: list[tuple[Any, Round]] = []
        refused: dict[uuid.UUID, str] = {}
        for entity in entities:
            if reason := _refusal(entity, seen, looks[entity.id]):
                refused[entity.id] = reason
            elif not any(_same(past_look, seen, actor) for past_look, _ in looks[entity.id]):
                rounds.append((entity, _round(writing, entity, seen)))
        _save(writing, rounds, looks)
    return Recorded(len(entities) - len(refused), refused)


def _require_sound(seen: Seen, today: dt.date) -> None:
    if seen.on > today:
        raise RoundRefused("没有记：巡检日期在将来，请核对日期。")
    if seen.result not in {"fine", "faulty", "repaired"}:
        raise RoundRefused("没有记：请选巡检结果。")
    if seen.result == "faulty" and seen.fault not in rules.ROUND_FAULTS:
        raise RoundRefused("没有记：请选是什么故障。")
    if seen.fault == "other" and not seen.note.strip():
        raise RoundRefused("没有记：选了“其他”，请写几个字说明。")
    if seen.result == "repaired" and not seen.note.strip():
        raise RoundRefused("没有记：请写谁修的。")


def _load(things: Sequence[Thing], *, lock: bool = False) -> list[Any]:
    """The things in the order they were named. Raises NotHere where one is not there."""
    wanted: dict[str, set[uuid.UUID]] = defaultdict(set)
    for kind, pk in things:
        if kind not in KINDS:
            raise NotHere
        wanted[kind].add(pk)
    entities: dict[uuid.UUID, Any] = {}
    for kind, pks in wanted.items():
        rows = columns.TABLES[kind]._default_manager.filter(pk__in=pks)
        entities |= {row.pk: row for row in (rows.select_for_update() if lock else rows)}
    if not entities or len(entities) != len({pk for _, pk in things}):
        raise NotHere
    return [entities[pk] for pk in dict.fromkeys(pk for _, pk in things)]


def _looks(entities: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[tuple[Round, Look]]]:
    """The standing rounds of some things."""
    looks: dict[uuid.UUID, list[tuple[Round, Look]]] = defaultdict(list)
    for round_ in Round.objects.filter(entity__in=entities, withdrawn_at__isnull=True):
        looks[round_.entity].append((round_, look(round_)))
    return looks


def look(round_: Round) -> Look:
    """A round as a plain value."""
    return Look(round_.on, round_.created_at, round_.result, round_.out_of_use, round_.was)


def _refusal(entity: Any, seen: Seen, standing: Sequence[tuple[Round, Look]]) -> str:
    if entity.status == "removed" or (entity.KIND == "site" and entity.status != "active"):
        return "已不在用，没有记。"
    last = rules.last_look(past_look for _, past_look in standing)
    is_broken = (
        entity.status != "active" if isinstance(entity, Facility) else last is not None and last.result == "faulty"
    )
    if seen.result == "fine" and is_broken and (last is None or seen.on >= last.on):
        return "还有没修好的故障，没有记。修好了，打开它写明谁修的。"
    if seen.result == "repaired" and not is_broken:
        return "没有记着的故障，不用记修好。记一次完好就行。"
    if seen.result == "repaired" and last is not None and seen.on < last.on:
        return "修好的日子早于发现故障的日子，没有记。请核对日期。"
    return ""


def _same(earlier: Round, seen: Seen, actor: Viewer) -> bool:
    return (earlier.on, earlier.result, earlier.fault, earlier.worker) == (seen.on, seen.result, seen.fault, actor.id)


def _round(writing: Writing, entity: Any, seen: Seen) -> Round:
    return Round(
        id=ids.new_id(),
        grid_id=entity.grid_id,
        kind=entity.KIND,
        entity=entity.id,
        on=seen.on,
        result=seen.result,
        fault=seen.fault if seen.result == "faulty" else "",
        out_of_use=seen.out_of_use and seen.result == "faulty",
        note=reason_kept(seen.note)[:NOTE_LENGTH],
        was=entity.status,
        worker=writing.actor.id,
        worker_name=writing.actor.name,
        created_at=writing.at,
    )


def _save(
    writing: Writing, rounds: Sequence[tuple[Any, Round]], standing: Mapping[uuid.UUID, Sequence[tuple[Round, Look]]]
) -> None:
    """Step: rounds move the last contact of their things, and the state of a facility where no later round stands."""
    bulk.insert([round_ for _, round_ in rounds])
    new_claims: list[Claim] = []
    by_kind: dict[str, list[tuple[Any, Round]]] = defaultdict(list)
    for entity, round_ in rounds:
        by_kind[entity.KIND].append((entity, round_))
        entity.last_contact_on = max(round_.on, entity.last_contact_on or round_.on)
        new = look(round_)
        others = (other for _, other in standing.get(entity.id, ()))
        if isinstance(entity, Facility) and new.leaves and rules.last_look([new, *others]) == new:
            new_claims.append(
                Claim("facility", entity.id, "status", new.leaves, "round", reason=round_.note, op=round_.id)
            )
        record = {"on": round_.on.isoformat(), "result": round_.result, "fault": round_.fault, "note": round_.note}
        writing.change(
            stream=entity.grid_id,
            kind=entity.KIND,
            entity=entity.id,
            field="round",
            old=None,
            new=record,
            source="round",
            op=round_.id,
        )
        writing.audit(
            AuditVerb.ROUND_RECORDED,
            scope=entity.grid_id,
            kind=entity.KIND,
            subject=entity.id,
            data={"round": str(round_.id), "result": round_.result},
        )
    for group in by_kind.values():
        confirmed = [(entity.id, round_.on) for entity, round_ in group]
        claims.confirm_loaded(writing, [entity for entity, _ in group], confirmed, source="round")
    claims.apply_claims(writing, new_claims)


def note_listed(writing: Writing, listed: Mapping[uuid.UUID, dt.date]) -> None:
    """Step: a ledger says when facilities were last looked at; nothing where a round of that day or later is known."""
    entities = Facility.objects.in_bulk(list(listed))
    looks = _looks(list(entities))
    new = {pk: on for pk, on in listed.items() if all(past_look.on < on for past_look, _ in looks[pk])}
    _save(writing, [(entities[pk], _round(writing, entities[pk], Seen(on, "listed"))) for pk, on in new.items()], looks)


def withdraw_listed(writing: Writing, rounds: Collection[uuid.UUID], *, reason: str) -> None:
    """Step: a ledger that said when facilities were last looked at is taken back, and so is that."""
    listed = Round.objects.filter(pk__in=rounds, result="listed", withdrawn_at__isnull=True)
    facilities = list(Facility.objects.select_for_update().filter(pk__in=listed.values("entity")))
    listed.update(withdrawn_at=writing.at, withdrawn_reason=reason[:200])
    for facility in facilities:
        facility.last_contact_on = last_contact(facility.pk)
    bulk.update(facilities, ["last_contact_on"])


def withdraw_round(*, actor: Viewer, at: dt.datetime, round_: uuid.UUID, reason: str) -> Thing:
    """Take a wrong round back with a reason; last contact and state fall back to what stands.

    Returns what it was about.

    Raises NotHere, NotPermitted, RoundRefused.
    """
    withdrawn = Round.objects.filter(pk=round_, withdrawn_at__isnull=True).first()
    if withdrawn is None or not actor.may(Verb.SEE_ROWS, withdrawn.grid_id):
        raise NotHere
    access.require(actor, Verb.RECORD_VISIT, withdrawn.grid_id)
    reason = reason_kept(reason)
    if not reason:
        raise RoundRefused("没有撤销：请写明原因，来历里要留着。")
    with core.write_to(withdrawn.grid_id, actor=actor, at=at) as writing:
        if not Round.objects.filter(pk=round_, withdrawn_at__isnull=True).update(
            withdrawn_at=at, withdrawn_reason=reason
        ):
            raise NotHere
        (entity,) = _load([(withdrawn.kind, withdrawn.entity)], lock=True)
        entity.last_contact_on = last_contact(withdrawn.entity)
        entity.save(update_fields=["last_contact_on"])
        others = [past_look for _, past_look in _looks([withdrawn.entity])[withdrawn.entity]]
        state = rules.state_without(look(withdrawn), others)
        if isinstance(entity, Facility) and state and entity.status != "removed":
            claims.apply_claims(writing, [Claim("facility", entity.id, "status", state, "round", reason=reason)])
        writing.audit(
            AuditVerb.ROUND_WITHDRAWN,
            scope=withdrawn.grid_id,
            kind=withdrawn.kind,
            subject=withdrawn.entity,
            data={"round": str(withdrawn.id)},
            reason=reason,
        )
    return withdrawn.kind, withdrawn.entity


def last_contact(entity: uuid.UUID) -> dt.date | None:
    """The day somebody last saw to a place, by its standing visits and rounds."""
    visits = Visit.objects.filter(entity=entity, withdrawn_at__isnull=True, outcome__in=CONTACTS)
    rounds = Round.objects.filter(entity=entity, withdrawn_at__isnull=True)
    days = [*visits.values_list("on", flat=True), *rounds.values_list("on", flat=True)]
    return max(days, default=None)
