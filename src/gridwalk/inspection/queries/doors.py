"""An inspector's doors on the sample's days: where they are, how far the asking is, nothing recorded."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import replace

from django.db.models import QuerySet

from gridwalk.accounts.rules import Viewer
from gridwalk.campaigns.models import Campaign
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary.types import Agree, Field
from gridwalk.inspection import rules
from gridwalk.inspection.models import Approach, Sample, SampledDoor
from gridwalk.inspection.rules import Circumstances, DoorState, Stage, Way
from gridwalk.registry.living import LIVING
from gridwalk.registry.models import Dwelling, Person, Residence
from gridwalk.visits import rules as visits
from gridwalk.visits.models import Visit


@dataclasses.dataclass(frozen=True, kw_only=True)
class SampledDoorRow:
    """A door on somebody's list, in the walk."""

    id: uuid.UUID
    address: str
    kind: str
    until_on: dt.date
    n_tries: int
    state: DoorState
    state_label: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class SampledDoorSheet:
    """What is seen before an answer: the door and nothing recorded. ``n_phones``: how many can be dialled;
    ``may_dial``: whether one may be now; ``ways``: how an approach or an answer may have been; ``why_not``: why not
    otherwise; ``asked_on``: when another sample asked here lately; ``closes_as``: why nobody may ask here any more.
    """

    row: SampledDoorRow
    since: dt.date
    n_phones: int
    n_calls: int
    n_knocks: int
    may_dial: bool
    ways: list[Way]
    why_not: list[str]
    asked_on: dt.date | None
    closes_as: str


def mine(viewer: Viewer, at: dt.datetime) -> list[SampledDoorRow]:
    """The doors given to the viewer that may be asked today, the open ones first, by address."""
    today = clock.local_date(at)
    rows = list(
        SampledDoor.objects.select_related("sample")
        .prefetch_related("approaches")
        .filter(inspector=viewer.id, sample__stage=Stage.DRAWN, sample__from_on__lte=today, sample__to_on__gte=today)
    )
    places = dict(Dwelling.objects.filter(pk__in=[row.dwelling for row in rows]).values_list("pk", "address"))
    walk = dict(Dwelling.objects.filter(pk__in=list(places)).values_list("pk", "walk_key"))
    shown = [(row.stands is not DoorState.OPEN, row.grid_id, walk[row.dwelling], _row(row, places)) for row in rows]
    return [row for *_, row in sorted(shown, key=lambda line: line[:3])]


def get_door(viewer: Viewer, door: uuid.UUID, at: dt.datetime) -> SampledDoor:
    """One door of the viewer's on its days. Raises NotHere."""
    row = SampledDoor.objects.select_related("sample__campaign").filter(pk=door, inspector=viewer.id).first()
    if row is None or viewer.id is None or not is_on(row.sample, clock.local_date(at)):
        raise NotHere
    return row


def is_on(sample: Sample, today: dt.date) -> bool:
    """Whether the doors of a sample are asked that day."""
    return sample.stands is Stage.DRAWN and sample.from_on <= today <= sample.to_on


def door_sheet(viewer: Viewer, door: uuid.UUID, at: dt.datetime) -> SampledDoorSheet:
    """What an inspector sees of a door. Raises NotHere."""
    shown = get_door(viewer, door, at)
    dwelling = Dwelling.objects.get(pk=shown.dwelling)
    at_door = circumstances(shown, at)
    closing = closing_state(shown, at) if shown.stands is DoorState.OPEN else None
    # what was done before the quiet hours is still written down in them
    barred = {way: why for way in Way if (why := rules.may_approach(replace(at_door, is_quiet=False), way))}
    no_call = rules.may_dial(at_door)
    return SampledDoorSheet(
        row=_row(shown, {dwelling.pk: dwelling.address}),
        since=shown.sample.campaign.starts_on,
        n_phones=len(telephones(shown.dwelling)),
        n_calls=at_door.n_calls,
        n_knocks=at_door.n_knocks,
        may_dial=not no_call,
        ways=[way for way in Way if way not in barred],
        why_not=list(dict.fromkeys(why.partition("：")[2] for why in [no_call, *barred.values()] if why)),
        asked_on=asked_lately(shown, at),
        closes_as=rules.DOOR_STATES[closing] if closing else "",
    )


def _row(door: SampledDoor, places: dict[uuid.UUID, str]) -> SampledDoorRow:
    return SampledDoorRow(
        id=door.pk,
        address=places[door.dwelling],
        kind=rules.KINDS[door.sample.draws_for].label,
        until_on=door.sample.to_on,
        n_tries=len(door.approaches.all()),
        state=door.stands,
        state_label=rules.DOOR_STATES[door.stands],
    )


def circumstances(door: SampledDoor, at: dt.datetime) -> Circumstances:
    """What may be done at a door now depends on."""
    ways = list(door.approaches.values_list("way", flat=True))
    campaign: Campaign = door.sample.campaign
    return Circumstances(
        state=door.stands,
        n_calls=ways.count(Way.CALL),
        n_knocks=ways.count(Way.KNOCK),
        has_phone=bool(telephones(door.dwelling)),
        n_at_door=_knocks(door.dwelling, campaign),
        most_at_door=campaign.max_visits,
        is_quiet=visits.is_quiet(at, campaign.quiet_from, campaign.quiet_until),
    )


def _knocks(dwelling: uuid.UUID, campaign: Campaign) -> int:
    """How often somebody stood at the door in the campaign, workers and inspectors together (red line 6)."""
    walked = Visit.objects.filter(entity=dwelling, withdrawn_at=None, on__gte=campaign.starts_on).exclude(
        outcome="phone"
    )
    asked = Approach.objects.filter(door__dwelling=dwelling, way=Way.KNOCK, door__sample__campaign=campaign)
    answered = SampledDoor.objects.filter(dwelling=dwelling, answer__way=Way.KNOCK, sample__campaign=campaign)
    return walked.count() + asked.count() + answered.count()


def telephones(dwelling: uuid.UUID) -> list[Person]:
    """Who lives at a door and has a telephone on record, in an order that tells nothing; of one number, one of them."""
    links = with_telephone().filter(dwelling=dwelling).select_related("person")
    by_number: dict[str, Person] = {}
    for link in links.order_by("person__sort_key", "person"):
        by_number.setdefault(link.person.phone_index, link.person)
    return list(by_number.values())


def with_telephone() -> QuerySet[Residence]:
    """Where somebody lives who has a telephone on record: what can be dialled."""
    links = Residence.objects.filter(to_on=None, kind__in=LIVING, person__status="active")
    return links.exclude(person__phone_sealed="")


def asked_lately(door: SampledDoor, at: dt.datetime) -> dt.date | None:
    """The day on which another sample had an answer at the same door, where that is not long ago."""
    others = SampledDoor.objects.filter(
        dwelling=door.dwelling, answer__at__gt=at - rules.ASKED_LATELY, answer__at__lte=at
    ).exclude(pk=door.pk)
    last = others.order_by("-answer__at").values_list("answer__at", flat=True).first()
    return clock.local_date(last) if last else None


def left_alone(sample: Sample, dwellings: Collection[uuid.UUID]) -> dict[uuid.UUID, DoorState]:
    """Where nobody is to be sent: the door is gone, its people refused a visit or a check in this campaign, or want no
    more of these questions, whenever they said so.
    """
    standing = Dwelling.objects.filter(pk__in=dwellings, status="active").values_list("pk", flat=True)
    visits_refused = Visit.objects.filter(
        entity__in=dwellings, outcome="refused", withdrawn_at=None, on__gte=sample.campaign.starts_on
    ).values_list("entity", flat=True)
    others = SampledDoor.objects.filter(dwelling__in=dwellings).exclude(sample=sample)
    checks_refused = others.filter(state=DoorState.REFUSED, sample__campaign=sample.campaign_id)
    opted_out = others.filter(state=DoorState.OPTED_OUT)
    return (
        dict.fromkeys([*visits_refused, *checks_refused.values_list("dwelling", flat=True)], DoorState.BY_RECORD)
        | dict.fromkeys(opted_out.values_list("dwelling", flat=True), DoorState.OPTED_OUT)
        | dict.fromkeys(set(dwellings) - set(standing), DoorState.GONE)
    )


def closing_state(door: SampledDoor, at: dt.datetime) -> DoorState | None:
    """What an open door becomes where nobody may ask there any more; None where it may be asked."""
    state = left_alone(door.sample, [door.dwelling]).get(door.dwelling)
    if state is None and asked_lately(door, at):
        return DoorState.ASKED_ELSEWHERE
    if state is None and circumstances(door, at).is_capped:
        return DoorState.CAPPED
    return state


def asked_fields() -> Sequence[Field]:
    """The fields that are asked at a door, those that must agree first."""
    order = list(Agree)
    asked = [field for field in dictionary.fields("dwelling") if field.agrees is not None]
    return sorted(asked, key=lambda field: order.index(field.agrees) if field.agrees else len(order))


def n_living(dwelling: uuid.UUID) -> int:
    """How many live at a door by the register."""
    return Residence.objects.filter(dwelling=dwelling, to_on=None, kind__in=LIVING, person__status="active").count()
