"""What happens at a door that was drawn: dialled, nobody reached, refused, answered."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Mapping

from gridwalk.accounts.rules import Viewer
from gridwalk.core import actions as core
from gridwalk.core import ids
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.followup.actions import taking_in
from gridwalk.followup.actions.taking_in import Noted
from gridwalk.followup.rules import Kind as MatterKind
from gridwalk.inspection import rules
from gridwalk.inspection.actions import instalments
from gridwalk.inspection.models import Approach, DoorAnswer, SampledDoor
from gridwalk.inspection.queries import doors
from gridwalk.inspection.rules import Approached, AskingError, DoorState, Identity, Kind, Visited, Way, Who
from gridwalk.registry import columns
from gridwalk.registry.actions import claims, numbers
from gridwalk.registry.models import Dwelling
from gridwalk.registry.rules import NOT_SAID, Claim
from gridwalk.territory.rules import unassigned_of

SOURCE = "inspector"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Statement:
    """What was said at a door. ``n_living``: None where nobody said; ``fields``: field of the dwelling → value."""

    way: Way
    visited: Visited
    who: Who
    n_living: int | None = None
    identity: Identity | None = None
    knows: bool | None = None
    fields: Mapping[str, str] = dataclasses.field(default_factory=dict)
    wanted: str = ""


def dial(*, actor: Viewer, at: dt.datetime, door: uuid.UUID, number: int) -> str:
    """One of the telephones at a door, for one call that its owner reads of as 抽查.

    Raises NotHere, AskingError, DialledTooOften.
    """
    seen = doors.get_door(actor, door, at)
    if why := rules.may_approach(doors.circumstances(seen, at), Way.CALL):
        raise AskingError(why.replace("没有记", "没有拨", 1))
    people = doors.telephones(seen.dwelling)
    if not 1 <= number <= len(people):
        raise NotHere
    return numbers.ring(actor=actor, at=at, record=people[number - 1], field="phone", reason="抽查")


def approach(*, actor: Viewer, at: dt.datetime, door: uuid.UUID, way: Way, outcome: Approached) -> DoorState:
    """Record a call or a knock that brought no answer; what becomes of the door. Raises NotHere, AskingError."""
    seen = doors.get_door(actor, door, at)
    with core.write_to(seen.grid_id, actor=actor, at=at) as writing:
        held = _held(actor, door, at, way)
        Approach.objects.create(door=held, way=way, outcome=outcome, at=at)
        held.state = rules.state_after(outcome, held.approaches.count())
        held.closed_at = None if held.stands is DoorState.OPEN else at
        held.save(update_fields=["state", "closed_at"])
        _audit(writing, AuditVerb.SAMPLE_DOOR_TRIED, held)
        if held.stands is not DoorState.OPEN:
            _judge(writing, held, was_denied=False)
    return held.stands


def answer(*, actor: Viewer, at: dt.datetime, door: uuid.UUID, said: Statement) -> None:
    """Record what was said at a door: its facts as claims, what is wanted as a matter. Raises NotHere, AskingError."""
    seen = doors.get_door(actor, door, at)
    if said.n_living is not None and not 0 <= said.n_living <= rules.MOST_LIVING:
        raise AskingError(f"没有记：住几口人写 0 到 {rules.MOST_LIVING}。")
    with core.write_to(seen.grid_id, unassigned_of(seen.grid_id), actor=actor, at=at) as writing:
        held = _held(actor, door, at, said.way)
        DoorAnswer.objects.create(
            door=held,
            way=said.way,
            visited=said.visited,
            who=said.who,
            identity=said.identity or "",
            knows=said.knows,
            agrees=_agreements(held, said),
            at=at,
        )
        held.state, held.closed_at = DoorState.ANSWERED, at
        held.save(update_fields=["state", "closed_at"])
        _claim(writing, held, said)
        _want(writing, held, said.wanted)
        _audit(writing, AuditVerb.SAMPLE_DOOR_ASKED, held)
        _judge(writing, held, was_denied=said.visited is Visited.NO)


def close_asked(*, actor: Viewer, at: dt.datetime, door: uuid.UUID) -> None:
    """Leave a door in peace where another sample has asked lately. Raises NotHere, AskingError."""
    seen = doors.get_door(actor, door, at)
    with core.write_to(seen.grid_id, actor=actor, at=at) as writing:
        held = _locked(door)
        if held.stands is not DoorState.OPEN or doors.asked_lately(held, at) is None:
            raise AskingError("没有记：这一户近来没有别的抽查问过，照常问。")
        held.state, held.closed_at = DoorState.ASKED_ELSEWHERE, at
        held.save(update_fields=["state", "closed_at"])
        _audit(writing, AuditVerb.SAMPLE_DOOR_TRIED, held)
        _judge(writing, held, was_denied=False)


def _held(actor: Viewer, door: uuid.UUID, at: dt.datetime, way: Way) -> SampledDoor:
    """The door, judged as it stands now. Raises NotHere, AskingError."""
    held = _locked(door)
    if held.inspector_id != actor.id:
        raise NotHere
    if asked_on := doors.asked_lately(held, at):
        raise AskingError(f"没有记：别的核查员 {asked_on.month}月{asked_on.day}日问过这一户，不再打扰。")
    if why := rules.may_approach(doors.circumstances(held, at), way):
        raise AskingError(why)
    if not Dwelling.objects.filter(pk=held.dwelling, status="active").exists():
        raise AskingError("没有记：这一户已注销登记，不用再问。")
    return held


def _locked(door: uuid.UUID) -> SampledDoor:
    return SampledDoor.objects.select_for_update(of=("self",)).select_related("sample__campaign").get(pk=door)


def _agreements(door: SampledDoor, said: Statement) -> dict[str, bool]:
    """Field → whether what was said is as recorded; of what either does not say nothing is told."""
    dwelling = Dwelling.objects.get(pk=door.dwelling)
    agrees = {}
    if said.n_living is not None:
        agrees[rules.N_LIVING] = said.n_living == doors.n_living(door.dwelling)
    for field in doors.asked_fields():
        told, recorded = said.fields.get(field.name, ""), columns.read(dwelling, field.name)
        if told not in NOT_SAID and recorded not in NOT_SAID:
            agrees[field.name] = told == recorded
    return agrees


def _claim(writing: Writing, door: SampledDoor, said: Statement) -> None:
    """What differs waits in the one queue; nothing that an inspector says applies by itself."""
    told = [(field.name, said.fields.get(field.name, "")) for field in doors.asked_fields()]
    claims.apply_claims(
        writing,
        [
            Claim("dwelling", door.dwelling, name, value, SOURCE, source_ref=f"sample:{door.sample_id}")
            for name, value in told
            if value not in NOT_SAID
        ],
    )


def _want(writing: Writing, door: SampledDoor, wanted: str) -> None:
    if not wanted.strip():
        return
    taking_in.note(
        Noted(
            id=ids.new_id(),
            grid=door.grid_id,
            kind=MatterKind.REQUEST,
            place_kind="dwelling",
            place=door.dwelling,
            text=wanted.strip(),
            photos=[],
            author=writing.actor.id or door.pk,
            author_name=writing.actor.name,
            at=writing.at,
            recorded_at=writing.at,
        )
    )


def _audit(writing: Writing, verb: AuditVerb, door: SampledDoor) -> None:
    writing.audit(verb, scope=door.grid_id, kind="sample", subject=door.sample_id)


def _judge(writing: Writing, door: SampledDoor, *, was_denied: bool) -> None:
    if door.sample.draws_for is Kind.ACCEPTANCE:
        instalments.judge(writing, door.sample_id, was_denied=was_denied)
