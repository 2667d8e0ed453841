"""An inspector's doors on the sample's days: where they are, how far the asking is, nothing recorded."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from django.db.models import QuerySet, prefetch_related_objects

from gridwalk.accounts import persons
from gridwalk.accounts import queries as accounts
from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Viewer
from gridwalk.campaigns.models import Campaign
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary.types import Field
from gridwalk.inspection import rules
from gridwalk.inspection.models import Approach, Sample, SampledDoor
from gridwalk.inspection.queries import staffing
from gridwalk.inspection.rules import Circumstances, DoorState, Stage, Way
from gridwalk.method import names
from gridwalk.registry import columns
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
    from_on: dt.date
    until_on: dt.date
    n_tries: int
    state: DoorState
    state_label: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class SampledDoorSheet:
    """What is seen before an answer: the door and nothing recorded. ``n_phones``: how many can be dialled;
    ``n_dialled``: calls of which nothing was said yet; ``most_knocks``: of this sample, before the door is at the cap;
    ``quiet``: from and until; ``may_dial``: whether one may be now; ``ways``: how an approach or an answer may have
    been; ``why_not``: why not otherwise; ``asked_on``: when another sample asked here lately; ``closes_as``: why nobody
    may ask here any more; ``is_barred``: whether somebody else has to ask.
    """

    row: SampledDoorRow
    since: dt.date
    quiet: tuple[dt.time, dt.time]
    n_phones: int
    n_calls: int
    n_dialled: int
    n_knocks: int
    most_knocks: int
    may_dial: bool
    ways: list[Way]
    why_not: list[str]
    asked_on: dt.date | None
    closes_as: str
    is_barred: bool


def mine(viewer: Viewer, at: dt.datetime) -> list[SampledDoorRow]:
    """The doors given to the viewer that may be asked today, the open ones first, by address."""
    rows = _sent(viewer, _given(viewer, at).prefetch_related("approaches"))
    places = _places(rows)
    shown = [(row.stands is not DoorState.OPEN, row.grid_id, places[row.dwelling][1], row) for row in rows]
    return [_row(row, places[row.dwelling][0]) for *_, row in sorted(shown, key=lambda line: line[:3])]


def on_phone(viewer: Viewer, at: dt.datetime) -> list[SampledDoorSheet]:
    """Those that are open, in the walk, with what is seen of them; a constant number of queries a sample."""
    doors = _sent(viewer, _given(viewer, at).select_related("sample__campaign").filter(state=DoorState.OPEN))
    places = _places(doors)
    doors.sort(key=lambda door: (door.grid_id, places[door.dwelling][1]))
    return _sheets(viewer, doors, at)


def n_given(viewer: Viewer, at: dt.datetime) -> int:
    """How many doors were given to the viewer, open or not."""
    return len(_sent(viewer, _given(viewer, at)))


def _given(viewer: Viewer, at: dt.datetime) -> QuerySet[SampledDoor]:
    today = clock.local_date(at)
    on = SampledDoor.objects.filter(sample__stage=Stage.DRAWN, sample__from_on__lte=today, sample__to_on__gte=today)
    return on.select_related("sample").filter(inspector=viewer.id, inspector__isnull=False)


def _sent(viewer: Viewer, given: QuerySet[SampledDoor]) -> list[SampledDoor]:
    """Those of them that a post of the viewer still sends to."""
    return [door for door in given if is_sent(viewer, door)]


def is_sent(viewer: Viewer, door: SampledDoor) -> bool:
    """Whether a post of the viewer sends them to a door; its sample is read."""
    return staffing.sends(viewer, door.sample, rules.community_of(door.stratum))


def _places(doors: Collection[SampledDoor]) -> dict[uuid.UUID, tuple[str, str]]:
    """Dwelling → its address, and its place in the walk."""
    dwellings = Dwelling.objects.filter(pk__in=[door.dwelling for door in doors])
    return {pk: (address, walk) for pk, address, walk in dwellings.values_list("pk", "address", "walk_key")}


def get_door(viewer: Viewer, door: uuid.UUID, at: dt.datetime) -> SampledDoor:
    """One door of the viewer's on its days. Raises NotHere."""
    row = SampledDoor.objects.select_related("sample__campaign").filter(pk=door, inspector=viewer.id).first()
    if row is None or viewer.id is None or not is_on(row.sample, clock.local_date(at)) or not is_sent(viewer, row):
        raise NotHere
    return row


def is_on(sample: Sample, today: dt.date) -> bool:
    """Whether the doors of a sample are asked that day."""
    return sample.stands is Stage.DRAWN and sample.from_on <= today <= sample.to_on


def door_sheet(viewer: Viewer, door: uuid.UUID, at: dt.datetime) -> SampledDoorSheet:
    """What an inspector sees of a door. Raises NotHere."""
    (sheet,) = _sheets(viewer, [get_door(viewer, door, at)], at)
    return sheet


def _sheets(viewer: Viewer, doors: Sequence[SampledDoor], at: dt.datetime) -> list[SampledDoorSheet]:
    prefetch_related_objects(doors, "approaches")
    places, phones, knocks = _places(doors), _n_phones(doors), _knocks(doors)
    asked, left, barred = _asked_lately(doors, at), _left_alone(doors), barred_among(doors)
    return [
        _sheet(
            door,
            places[door.dwelling][0],
            circumstances(door, at, n_phones=phones[door.dwelling], n_at_door=knocks[door.pk]),
            n_phones=phones[door.dwelling],
            asked_on=asked.get(door.pk),
            left=left.get(door.pk),
            is_barred=viewer.id in barred.get(door.pk, ()),
        )
        for door in doors
    ]


def _sheet(
    door: SampledDoor,
    address: str,
    at_door: Circumstances,
    *,
    n_phones: int,
    asked_on: dt.date | None,
    left: DoorState | None,
    is_barred: bool,
) -> SampledDoorSheet:
    # what was done before the quiet hours is still written down in them
    refusals = {way: why for way in Way if (why := rules.may_approach(replace(at_door, is_quiet=False), way))}
    no_call = rules.may_dial(at_door)
    closing = rules.closes_as(at_door, left, was_asked=asked_on is not None)
    campaign = door.sample.campaign
    return SampledDoorSheet(
        row=_row(door, address),
        since=campaign.starts_on,
        quiet=(campaign.quiet_from, campaign.quiet_until),
        n_phones=n_phones,
        n_calls=at_door.n_calls,
        n_dialled=sum(not approach.outcome for approach in door.approaches.all()),
        n_knocks=at_door.n_knocks,
        most_knocks=max(0, at_door.most_at_door - at_door.n_at_door) + at_door.n_knocks,
        may_dial=not no_call,
        ways=[way for way in Way if way not in refusals],
        why_not=list(dict.fromkeys(why.partition("：")[2] for why in [no_call, *refusals.values()] if why)),
        asked_on=asked_on,
        closes_as=rules.DOOR_STATES[closing] if closing else "",
        is_barred=is_barred,
    )


def _row(door: SampledDoor, address: str) -> SampledDoorRow:
    return SampledDoorRow(
        id=door.pk,
        address=address,
        kind=rules.KINDS[door.sample.draws_for].label,
        from_on=door.sample.from_on,
        until_on=door.sample.to_on,
        n_tries=len(door.approaches.all()),
        state=door.stands,
        state_label=rules.DOOR_STATES[door.stands],
    )


def circumstances(
    door: SampledDoor, at: dt.datetime, *, n_phones: int | None = None, n_at_door: int | None = None
) -> Circumstances:
    """What may be done at a door now depends on; what is not read with other doors' is read."""
    ways = [approach.way for approach in door.approaches.all()]
    campaign: Campaign = door.sample.campaign
    return Circumstances(
        state=door.stands,
        n_calls=ways.count(Way.CALL),
        n_knocks=ways.count(Way.KNOCK),
        has_phone=bool(_n_phones([door])[door.dwelling] if n_phones is None else n_phones),
        n_at_door=_knocks([door])[door.pk] if n_at_door is None else n_at_door,
        most_at_door=campaign.max_visits,
        is_quiet=visits.is_quiet(at, campaign.quiet_from, campaign.quiet_until),
    )


def _knocks(doors: Collection[SampledDoor]) -> Counter[uuid.UUID]:
    """Sampled door → how often somebody stood there in its campaign, workers and inspectors together (red line 6)."""
    campaigns = {door.sample.campaign_id: door.sample.campaign for door in doors}
    counted: Counter[tuple[uuid.UUID, uuid.UUID]] = Counter()
    for pk, campaign in campaigns.items():
        dwellings = [door.dwelling for door in doors if door.sample.campaign_id == pk]
        walked = Visit.objects.filter(entity__in=dwellings, withdrawn_at=None, on__gte=campaign.starts_on)
        asked = Approach.objects.filter(door__dwelling__in=dwellings, way=Way.KNOCK, door__sample__campaign=pk)
        answered = SampledDoor.objects.filter(dwelling__in=dwellings, answer__way=Way.KNOCK, sample__campaign=pk)
        for rows, dwelling in ((walked.exclude(outcome="phone"), "entity"), (asked, "door__dwelling")):
            counted.update((pk, at_door) for at_door in rows.values_list(dwelling, flat=True))
        counted.update((pk, at_door) for at_door in answered.values_list("dwelling", flat=True))
    return Counter({door.pk: counted[door.sample.campaign_id, door.dwelling] for door in doors})


def _n_phones(doors: Collection[SampledDoor]) -> Counter[uuid.UUID]:
    """Dwelling → how many telephones can be dialled there."""
    links = with_telephone().filter(dwelling__in=[door.dwelling for door in doors])
    return Counter(dwelling for dwelling, _ in set(links.values_list("dwelling", "person__phone_index")))


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
    return _asked_lately([door], at).get(door.pk)


def _asked_lately(doors: Collection[SampledDoor], at: dt.datetime) -> dict[uuid.UUID, dt.date]:
    answers = SampledDoor.objects.filter(
        dwelling__in=[door.dwelling for door in doors], answer__at__gt=at - rules.ASKED_LATELY, answer__at__lte=at
    )
    days: dict[uuid.UUID, dt.date] = {}
    for pk, dwelling, moment in answers.order_by("answer__at").values_list("pk", "dwelling", "answer__at"):
        others = [door.pk for door in doors if door.dwelling == dwelling and door.pk != pk]
        days |= dict.fromkeys(others, clock.local_date(moment))
    return days


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


def _left_alone(doors: Collection[SampledDoor]) -> dict[uuid.UUID, DoorState]:
    """The same by sampled door."""
    samples = {door.sample_id: door.sample for door in doors}
    left: dict[uuid.UUID, DoorState] = {}
    for pk, sample in samples.items():
        of_sample = [door for door in doors if door.sample_id == pk]
        states = left_alone(sample, [door.dwelling for door in of_sample])
        left |= {door.pk: states[door.dwelling] for door in of_sample if door.dwelling in states}
    return left


def closing_state(door: SampledDoor, at: dt.datetime) -> DoorState | None:
    """What an open door becomes where nobody may ask there any more; None where it may be asked."""
    left = _left_alone([door]).get(door.pk)
    return rules.closes_as(circumstances(door, at), left, was_asked=asked_lately(door, at) is not None)


def is_barred(door: SampledDoor) -> bool:
    """Whether whoever the door was given to may not ask there: they visited it since, or somebody like them lives there
    by now.
    """
    return door.inspector_id in barred_among([door]).get(door.pk, ())


def barred_among(doors: Collection[SampledDoor]) -> dict[uuid.UUID, set[uuid.UUID]]:
    """Sampled door → its inspector, where it is barred to them."""
    staff = list(User.objects.filter(pk__in={door.inspector_id for door in doors if door.inspector_id}))
    barred = barred_to([door.dwelling for door in doors], staff)
    of_inspector = [(door.pk, door.dwelling, door.inspector_id) for door in doors if door.inspector_id]
    return {pk: {inspector} for pk, dwelling, inspector in of_inspector if dwelling in barred.get(inspector, ())}


def barred_to(doors: Collection[uuid.UUID], staff: Sequence[User]) -> dict[uuid.UUID, set[uuid.UUID]]:
    """Inspector → where they visited, by whatever account, or somebody of their name or telephone lives."""
    barred: defaultdict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    visits_made = list(Visit.objects.filter(entity__in=doors, worker__isnull=False).values_list("entity", "worker"))
    person = persons.among({worker for _, worker in visits_made if worker} | {user.pk for user in staff})
    for user in staff:
        barred[user.pk] |= {door for door, worker in visits_made if worker and person[worker] == person[user.pk]}
    at_home = _homes(staff)
    links = Residence.objects.filter(dwelling__in=doors, to_on=None, kind__in=LIVING)
    for door, name, index in links.values_list("dwelling", "person__name", "person__phone_index"):
        for mark in {("name", names.bare(name)), ("phone", index)}:
            for inspector in at_home.get(mark, ()):
                barred[inspector].add(door)
    return barred


def _homes(staff: Sequence[User]) -> Mapping[tuple[str, str], list[uuid.UUID]]:
    """By what somebody at a door would be told to be an inspector → those inspectors."""
    marks: defaultdict[tuple[str, str], list[uuid.UUID]] = defaultdict(list)
    for user in staff:
        marks["name", names.bare(user.name)].append(user.pk)
        if phone := accounts.work_phone(user) if user.work_phone_sealed else "":
            marks["phone", columns.index_of("phone", phone)].append(user.pk)
    return marks


def asked_fields() -> Sequence[Field]:
    """The fields that are asked at a door, those that must agree first."""
    return dictionary.asked_again("dwelling")


def n_living(dwelling: uuid.UUID) -> int:
    """How many live at a door by the register."""
    return Residence.objects.filter(dwelling=dwelling, to_on=None, kind__in=LIVING, person__status="active").count()
