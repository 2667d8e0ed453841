"""What happens at a door that was drawn: dialled, nobody reached, refused, answered."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Collection, Mapping

from gridwalk.accounts.rules import NotPermitted, Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock, ids
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.dictionary.types import Field
from gridwalk.followup.actions import taking_in
from gridwalk.followup.actions.taking_in import Noted
from gridwalk.followup.rules import Kind as MatterKind
from gridwalk.inspection import rates, rules
from gridwalk.inspection.actions import instalments
from gridwalk.inspection.models import Approach, DoorAnswer, Sample, SampledDoor
from gridwalk.inspection.queries import claimed, doors
from gridwalk.inspection.rates import CONTACT, LIVED_IN, Contact
from gridwalk.inspection.rules import (
    DOOR_STATES,
    Approached,
    AskingError,
    DoorState,
    Identity,
    Stage,
    Visited,
    Way,
    Who,
)
from gridwalk.registry import columns
from gridwalk.registry.actions import claims, numbers
from gridwalk.registry.models import Dwelling
from gridwalk.registry.rules import NOT_SAID, Claim
from gridwalk.territory.rules import unassigned_of

SOURCE = "inspector"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Reply:
    """What was said at a door. ``given_at``: None where it is written down at once; ``n_living``: None where nobody
    said; ``contact``: when somebody came or rang last; ``fields``: field of the dwelling → value.
    """

    way: Way
    visited: Visited
    who: Who
    given_at: dt.datetime | None = None
    n_living: int | None = None
    identity: Identity | None = None
    knows: bool | None = None
    contact: Contact | None = None
    fields: Mapping[str, str] = dataclasses.field(default_factory=dict)
    wanted: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Tried:
    """A call or a knock that brought no answer."""

    way: Way
    outcome: Approached
    at: dt.datetime


def dial(*, actor: Viewer, at: dt.datetime, door: uuid.UUID, number: int) -> str:
    """One of the telephones at a door, for one call that its owner reads of as 抽查, and that is one of the tries.

    Raises NotHere, AskingError, DialledTooOften.
    """
    before = doors.get_door(actor, door, at)
    with core.write_to(before.grid_id, actor=actor, at=at) as writing:
        row = _locked(writing, door, before.grid_id)
        _check_left_alone(row, at, "没有拨")
        if why := rules.may_dial(doors.circumstances(row, at)):
            raise AskingError(why)
        people = doors.telephones(row.dwelling)
        if not 1 <= number <= len(people):
            raise NotHere
        Approach.objects.create(door=row, way=Way.CALL, at=at)
        return numbers.ring(actor=actor, at=at, record=people[number - 1], field="phone", reason="抽查")


def approach(
    *,
    actor: Viewer,
    at: dt.datetime,
    door: uuid.UUID,
    way: Way,
    outcome: Approached,
    tried_at: dt.datetime | None = None,
) -> DoorState:
    """Record a call or a knock that brought no answer, ``tried_at`` where that was before; what becomes of the door.

    Raises NotHere, AskingError.
    """
    before = doors.get_door(actor, door, at)
    with core.write_to(*streams(before.grid_id), actor=actor, at=at) as writing:
        tried = Tried(way=way, outcome=outcome, at=tried_at or at)
        return approach_in(writing, door=door, grid=before.grid_id, tried=tried)


def approach_in(writing: Writing, *, door: uuid.UUID, grid: str, tried: Tried) -> DoorState:
    """Step: the same, over streams that are locked, also from a phone that had no network. Raises AskingError."""
    row = _locked(writing, door, grid)
    _check(row, tried.way, tried.at, writing.at)
    _forget_dialling(row, tried.way)
    Approach.objects.create(door=row, way=tried.way, outcome=tried.outcome, at=tried.at)
    state = rules.state_after(tried.outcome, row.approaches.count())
    if state is DoorState.OPEN and doors.circumstances(row, writing.at).is_capped:
        state = DoorState.CAPPED
    if state is not DoorState.OPEN:
        _close(writing, row, state)
    writing.audit(AuditVerb.SAMPLE_DOOR_TRIED, scope=row.grid_id, kind="sample", subject=row.sample_id)
    return state


def answer(*, actor: Viewer, at: dt.datetime, door: uuid.UUID, reply: Reply) -> None:
    """Record what was said at a door: its facts as claims, what is wanted as a matter. Raises NotHere, AskingError."""
    before = doors.get_door(actor, door, at)
    with core.write_to(*streams(before.grid_id), actor=actor, at=at) as writing:
        answer_in(writing, door=door, grid=before.grid_id, reply=reply)


def answer_in(writing: Writing, *, door: uuid.UUID, grid: str, reply: Reply) -> None:
    """Step: the same, over streams that are locked, also from a phone that had no network. Raises AskingError."""
    moment = reply.given_at or writing.at
    if reply.n_living is not None and not 0 <= reply.n_living <= rules.MOST_LIVING:
        raise AskingError(f"没有记：住几口人写 0 到 {rules.MOST_LIVING}。")
    row = _locked(writing, door, grid)
    _check(row, reply.way, moment, writing.at)
    _forget_dialling(row, reply.way)
    DoorAnswer.objects.create(
        door=row,
        way=reply.way,
        visited=reply.visited,
        who=reply.who,
        identity=reply.identity or "",
        knows=reply.knows,
        agrees=_agreements(row, reply) | _borne_out(row, reply, moment),
        at=moment,
    )
    _claim(writing, row, reply)
    _want(writing, row, reply.wanted)
    _close(writing, row, DoorState.ANSWERED, was_denied=reply.visited is Visited.NO)
    writing.audit(AuditVerb.SAMPLE_DOOR_ASKED, scope=row.grid_id, kind="sample", subject=row.sample_id)


def close(*, actor: Viewer, at: dt.datetime, door: uuid.UUID) -> DoorState:
    """Leave a door in peace that may not be asked any more, or give one back that somebody else has to ask; what
    becomes of it. Raises NotHere, AskingError.
    """
    before = doors.get_door(actor, door, at)
    with core.write_to(*streams(before.grid_id), actor=actor, at=at) as writing:
        return close_in(writing, door=door, grid=before.grid_id)


def close_in(writing: Writing, *, door: uuid.UUID, grid: str) -> DoorState:
    """Step: the same, over streams that are locked, also from a phone that had no network. Raises AskingError."""
    row = _locked(writing, door, grid)
    state = doors.closing_state(row, writing.at)
    if state is None:
        _give_back(row)
    else:
        _close(writing, row, state)
    writing.audit(AuditVerb.SAMPLE_DOOR_TRIED, scope=row.grid_id, kind="sample", subject=row.sample_id)
    return state or DoorState.OPEN


def _give_back(door: SampledDoor) -> None:
    """The door is nobody's until it is given again. Raises AskingError where its inspector may ask there."""
    if door.stands is not DoorState.OPEN or not doors.is_barred(door):
        raise AskingError("没有记：近来没有别的抽查问过，这一户也没有别的不能问的原因，照常问。")
    door.inspector = None
    door.save(update_fields=["inspector"])


def streams(grid: str) -> tuple[str, str]:
    """What is locked where something is said at a door: its grid, and its community's own, for a finding."""
    return grid, unassigned_of(grid)


def hold(samples: Collection[uuid.UUID]) -> None:
    """Step: hold all samples of which a push speaks before anything is said of their doors, in one order: two
    inspectors who asked for two samples in turn do not wait for each other. No query where there is none.
    """
    if samples:
        list(Sample.objects.select_for_update(of=("self",)).filter(pk__in=samples).order_by("pk").values_list("pk"))


def _locked(writing: Writing, door: uuid.UUID, grid: str) -> SampledDoor:
    """The door as it stands now, its sample held first, as whoever gives doors does.

    ``grid``: the one that is locked for it. Raises NotPermitted, AskingError.
    """
    of_sample = SampledDoor.objects.filter(pk=door).values("sample")
    sample = Sample.objects.select_for_update(of=("self",)).select_related("campaign").get(pk__in=of_sample)
    row = SampledDoor.objects.select_for_update().get(pk=door)
    if row.inspector_id != writing.actor.id:
        raise AskingError("没有记：这一户后来派给了别的核查员，由那位去问。")
    row.sample = sample
    if not isinstance(writing.actor, Viewer) or not doors.is_sent(writing.actor, row):
        raise NotPermitted(Verb.ASK_AGAIN)
    if sample.stands is not Stage.DRAWN:
        raise AskingError("没有记：这一轮已经公布抽签号，结果定了，不再添。")
    if row.grid_id != grid:
        raise AskingError("没有记：这一户刚划到别的网格。请再记一次。")
    return row


def _check(door: SampledDoor, way: Way, moment: dt.datetime, at: dt.datetime) -> None:
    """Raises AskingError where the door was not to be approached so at that moment."""
    rules.check_moment(moment, (door.sample.from_on, door.sample.to_on), at)
    _check_left_alone(door, at, "没有记")
    if why := rules.may_approach(doors.circumstances(door, moment), way):
        raise AskingError(why)


def _check_left_alone(door: SampledDoor, at: dt.datetime, refused: str) -> None:
    if door.stands is not DoorState.OPEN:
        return
    if asked_on := doors.asked_lately(door, at):
        raise AskingError(f"{refused}：别的核查员 {asked_on.month}月{asked_on.day}日问过这一户，不再打扰。")
    if state := doors.closing_state(door, at):
        raise AskingError(f"{refused}：这一户“{DOOR_STATES[state]}”，不再打扰。请在这一户的页上照实记下。")
    if doors.is_barred(door):
        raise AskingError(
            f"{refused}：这一户您走访过，或者有和您同名、同号码的人住，要换人问。请在这一户的页上退给街道。"
        )


def _forget_dialling(door: SampledDoor, way: Way) -> None:
    """The call that was dialled last, and of which nothing was said yet: what came of it takes its place."""
    last = door.approaches.filter(way=Way.CALL, outcome="").order_by("-at").first()
    if way is Way.CALL and last:
        last.delete()


def _close(writing: Writing, door: SampledDoor, state: DoorState, *, was_denied: bool = False) -> None:
    door.state, door.closed_at = state, writing.at
    door.save(update_fields=["state", "closed_at"])
    instalments.judge(writing, door.sample, was_denied=was_denied)


def _agreements(door: SampledDoor, reply: Reply) -> dict[str, bool]:
    """Field → whether what was said is as recorded; of what either does not say there is nothing."""
    dwelling = Dwelling.objects.get(pk=door.dwelling)
    agrees = {}
    if reply.n_living is not None:
        agrees[rules.N_LIVING] = reply.n_living == doors.n_living(door.dwelling)
    for field in doors.asked_fields():
        answered, recorded = _answered(reply, field), columns.read(dwelling, field.name)
        if answered not in NOT_SAID and recorded not in NOT_SAID:
            agrees[field.name] = answered == recorded
    return agrees


def _answered(reply: Reply, field: Field) -> str:
    """What was said of a field; a word that is none of its values is no answer."""
    value = reply.fields.get(field.name, "")
    return value if value in field.choices else ""


def _borne_out(door: SampledDoor, reply: Reply, moment: dt.datetime) -> dict[str, bool]:
    """Whether what the rates claim here is as was said at that moment; of what either does not say there is nothing."""
    dwelling = Dwelling.objects.get(pk=door.dwelling)
    today = clock.local_date(moment)
    drawn_on = clock.local_date(door.sample.drawn_at) if door.sample.drawn_at else today
    answers = {field.name: _answered(reply, field) for field in doors.asked_fields()}
    said = {
        CONTACT: rates.contact_agrees(reply.contact, claimed.intervals(dwelling, today), (today - drawn_on).days),
        LIVED_IN: rates.lived_in_agrees(
            n_living=reply.n_living,
            occupancy=answers.get("occupancy", ""),
            n_recorded=doors.n_living(door.dwelling),
            recorded=dwelling.occupancy,
        ),
    }
    return {name: agrees for name, agrees in said.items() if agrees is not None}


def _claim(writing: Writing, door: SampledDoor, reply: Reply) -> None:
    """What differs waits in the one queue; nothing that an inspector says applies by itself. How many live there says
    whether somebody does, where nothing else was said of that.
    """
    answers = {field.name: _answered(reply, field) for field in doors.asked_fields()}
    if answers["occupancy"] in NOT_SAID and reply.n_living is not None:
        answers["occupancy"] = rates.occupancy_told(reply.n_living)
    claims.apply_claims(
        writing,
        [
            Claim("dwelling", door.dwelling, name, value, SOURCE, source_ref=f"sample:{door.sample_id}")
            for name, value in answers.items()
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
            author_name="抽查",
            at=writing.at,
            recorded_at=writing.at,
            source=taking_in.SAMPLE,
        )
    )
