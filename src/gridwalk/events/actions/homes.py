"""入住, 搬离, 结婚, 户口迁入, 户口迁出: who lives and who is registered where."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core.actions import Writing
from gridwalk.core.queries import NotHere
from gridwalk.dictionary.relations import HEAD, SPOUSE
from gridwalk.events import kinds as events
from gridwalk.events.actions import steps
from gridwalk.events.actions.reading import Coming, Row, Typed, get_door, links_of
from gridwalk.events.models import Event
from gridwalk.registry import rules
from gridwalk.registry.actions import creation
from gridwalk.registry.actions.corrections import CorrectionError
from gridwalk.registry.living import LIVING, REGISTERED
from gridwalk.registry.models import Dwelling, Person, Residence

HERE = "已登记住在这里"


def move_in(*, actor: Viewer, at: dt.datetime, dwelling: uuid.UUID, people: Sequence[Row], raw: Row) -> Event:
    """People come to live at a door: new ones, or those with that ID number from where they lived.

    Raises NotHere, CorrectionError.
    """
    door = get_door(actor, dwelling)
    typed = Typed(actor, raw, at)
    coming = typed.people(people, door, least=1)
    kind = typed.choice("residence_kind", events.LIVES, missing="请选居住类型")
    _refuse_who_is_here(typed, coming, door, kind)
    on, told = typed.day(missing=""), typed.told()
    typed.check()
    typed.look_twice(door, coming, kind, answers={"vacant_with_residents"})
    grids = steps.grids_of(steps.on_record(coming), coming)
    with steps.happening("moved_in", door, actor=actor, at=at, on=on, told=told, grids=grids) as (writing, event):
        source = events.source(told)
        steps.arrive(writing, door, coming, kind, on=on, source=source)
        steps.say(writing, door, source, occupancy="occupied")
    return event


def find_home(*, actor: Viewer, at: dt.datetime, person: uuid.UUID, raw: Row) -> Event:
    """Somebody on record who is linked to no door turns out to live at one; by the record itself, with or without
    an ID number.

    Raises NotHere, CorrectionError.
    """
    resident = Person.objects.filter(pk=person).first()
    if resident is None or not actor.may(Verb.EDIT_REGISTER, resident.grid_id):
        raise NotHere
    if resident.status != "active" or resident.status_pending:
        raise CorrectionError("这个人已经不在册，或正等人复核，没有记。请先到人员页核对状态。", {"who": "不在册"})
    if Residence.objects.filter(person=resident, to_on__isnull=True).exists():
        raise CorrectionError("这个人刚才已经登记了住处，没有再记。请到人员页看。", {"who": "已有住处"})
    typed = Typed(actor, raw, at)
    door = typed.door()
    kind = typed.choice("residence_kind", events.LIVES, missing="请选居住类型")
    on, told = typed.day(missing=""), typed.told()
    typed.check()
    assert door is not None
    comer = Coming({}, resident)
    typed.look_twice(door, [comer], kind, answers={"vacant_with_residents"})
    with steps.happening(
        "moved_in", door, actor=actor, at=at, on=on, told=told, grids=steps.grids_of([resident.pk])
    ) as (
        writing,
        event,
    ):
        source = events.source(told)
        steps.arrive(writing, door, [comer], kind, on=on, source=source)
        steps.say(writing, door, source, occupancy="occupied")
    return event


def _refuse_who_is_here(typed: Typed, coming: Sequence[Coming], door: Dwelling, kind: str) -> None:
    kinds = {link.person_id: link.kind for link in links_of(door)}
    for n, comer in enumerate(coming):
        if comer.person is not None and kinds.get(comer.person.pk) == kind:
            typed.refuse(f"id_no-{n}", HERE)


def move_out(*, actor: Viewer, at: dt.datetime, dwelling: uuid.UUID, who: Collection[str], raw: Row) -> Event:
    """People of a door leave it: for another door of the register, for elsewhere, or nobody knows where to.

    Raises NotHere, CorrectionError.
    """
    door = get_door(actor, dwelling, takes=False)
    typed = Typed(actor, raw, at)
    living = [link for link in links_of(door) if link.kind in LIVING]
    leaving = typed.chosen(living, who, missing="请选谁已搬离")
    where = typed.choice("where", events.WHERE, missing="请选搬到哪里")
    target = typed.door() if where == "door" else None
    if target is not None and target.pk == door.pk:
        typed.refuse("address", "这就是原来的地址")
    kind = typed.choice("residence_kind", events.LIVES, missing="请选在那边的居住类型") if where == "door" else ""
    keeps = typed.choice("keeps", events.KEEPS) != "leaves"
    after = typed.choice("after", events.AFTER)
    if len(leaving) < len(living) and after.startswith("vacant"):
        typed.refuse("after", f"还有 {len(living) - len(leaving)} 人没搬离，不是空房")
    on, told = typed.day(), typed.told()
    typed.check()
    persons = [link.person_id for link in leaving]
    grids = steps.grids_of(persons) | ({target.grid_id} if target else set())
    with steps.happening("moved_out", door, actor=actor, at=at, on=on, told=told, grids=grids) as (writing, event):
        source = events.source(told)
        if target is not None:
            _move_to(writing, target, persons, kind, on=on, source=source)
        else:
            steps.depart(writing, leaving, keeps=keeps, on=on, source=source, for_good=told if where == "away" else "")
        steps.say_after(writing, door, after, source=source)
    return event


def _move_to(
    writing: Writing, door: Dwelling, persons: Sequence[uuid.UUID], kind: str, *, on: dt.date | None, source: str
) -> None:
    steps.house(writing, door, persons, kind, on=on, source=source)
    steps.say(writing, door, source, occupancy="occupied")


def marry(
    *, actor: Viewer, at: dt.datetime, dwelling: uuid.UUID, who: Collection[str], people: Sequence[Row], raw: Row
) -> Event:
    """Two people live together from now on; only home, relation and registration are written, no marital status.

    Raises NotHere, CorrectionError.
    """
    door = get_door(actor, dwelling)
    typed = Typed(actor, raw, at)
    living = [link for link in links_of(door) if link.kind in LIVING]
    chosen = typed.chosen(living, who, missing="请选这一户里是谁")
    coming = typed.people(people, door, least=1)
    choice = typed.choice("home", events.HOME, missing="请选住到哪里")
    home = _common_home(typed, door, coming, choice)
    if chosen and coming and coming[0].person is not None and coming[0].person.pk == chosen[0].person_id:
        typed.refuse("id_no-0", "这是同一个人")
    registered = typed.choice("registered", events.REGISTERED, missing="请选户口落在哪里")
    on, told = typed.day(), typed.told()
    typed.check()
    assert home is not None
    kind = "lives_here" if registered == "here" else "lives_elsewhere_registered"
    typed.look_twice(home, coming, kind, answers={"vacant_with_residents"})
    persons = [chosen[0].person_id, *steps.on_record(coming)]
    grids = steps.grids_of(persons, coming) | {home.grid_id}
    with steps.happening("married", door, actor=actor, at=at, on=on, told=told, grids=grids) as (writing, event):
        couple = _Couple(chosen[0].person, coming[0], home, kind, on, events.source(told))
        _MARRIED[choice](writing, couple)
    return event


@dataclasses.dataclass(frozen=True)
class _Couple:
    """Who of a door marries whom, and where and how they live from then on."""

    partner: Person
    spouse: Coming
    home: Dwelling
    kind: str
    on: dt.date | None
    source: str


def _common_home(typed: Typed, door: Dwelling, coming: Sequence[Coming], choice: str) -> Dwelling | None:
    """Where the two will live; None where that is not said yet, or the spouse has no home of the register."""
    if choice == "other":
        return typed.door()
    if choice != "theirs":
        return door if choice == "here" else None
    theirs = _home_of(coming[0]) if coming else None
    if theirs is None:
        typed.refuse("home", "对方没有登记的住处。选“住到另一处”，写地址")
    return theirs


def _move_to_spouse(writing: Writing, couple: _Couple) -> None:
    spouse = couple.spouse.person
    assert spouse is not None
    _move_partner(writing, couple)
    steps.say(writing, couple.partner, couple.source, relation=events.spouse_of(spouse.relation, couple.partner.sex))


def _take_spouse_in(writing: Writing, couple: _Couple) -> None:
    sex = rules.with_identity(couple.spouse.values).get("sex") or ""
    _arrive_as(writing, couple, events.spouse_of(couple.partner.relation, sex))


def _move_together(writing: Writing, couple: _Couple) -> None:
    """Into a home where nobody lives, the one of the door is its head and the other the spouse."""
    empty = not [link for link in links_of(couple.home) if link.kind in LIVING]
    _move_partner(writing, couple)
    steps.say(writing, couple.partner, couple.source, relation=HEAD if empty else "")
    _arrive_as(writing, couple, SPOUSE if empty else "")


def _move_partner(writing: Writing, couple: _Couple) -> None:
    _move_to(writing, couple.home, [couple.partner.pk], couple.kind, on=couple.on, source=couple.source)


def _arrive_as(writing: Writing, couple: _Couple, relation: str) -> None:
    values = couple.spouse.values
    spouse = dataclasses.replace(couple.spouse, values={**values, "relation": relation or values["relation"]})
    steps.arrive(writing, couple.home, [spouse], couple.kind, on=couple.on, source=couple.source)
    steps.say(writing, couple.home, couple.source, occupancy="occupied")


_MARRIED: Mapping[str, Callable[[Writing, _Couple], None]] = {
    "here": _take_spouse_in,
    "theirs": _move_to_spouse,
    "other": _move_together,
}
"""By where they will live."""


def _home_of(comer: Coming) -> Dwelling | None:
    links = Residence.objects.filter(person=comer.person, to_on__isnull=True, kind__in=LIVING) if comer.person else None
    link = links.select_related("dwelling").order_by("created_at").first() if links is not None else None
    return link.dwelling if link is not None and link.dwelling.status == "active" else None


def register_in(
    *, actor: Viewer, at: dt.datetime, dwelling: uuid.UUID, who: Collection[str], people: Sequence[Row], raw: Row
) -> Event:
    """The household registration of people comes to a door, whether or not they live there.

    Raises NotHere, CorrectionError.
    """
    door = get_door(actor, dwelling)
    typed = Typed(actor, raw, at)
    here = {link.person_id: link for link in links_of(door)}
    chosen = typed.chosen(list(here.values()), who)
    coming = typed.people(people, door)
    if not chosen and not coming:
        typed.refuse("who", "请选人，或在下面填是谁")
    for n, comer in enumerate(coming):
        if comer.person is not None and comer.person.pk in here:
            typed.refuse(f"id_no-{n}", "这个人在这一户，在上面选就行")
    on, told = typed.day(), typed.told()
    typed.check()
    typed.look_twice(door, coming, REGISTERED)
    persons = [link.person_id for link in chosen]
    grids = steps.grids_of([*persons, *steps.on_record(coming)], coming)
    with steps.happening("registered_in", door, actor=actor, at=at, on=on, told=told, grids=grids) as (writing, event):
        source = events.source(told)
        _leave_registrations(writing, [*persons, *steps.on_record(coming)], door, on=on, source=source)
        kinds = {link: "lives_here" for link in chosen if link.kind in LIVING}
        creation.retype_residences(writing, kinds, source=source, reason=writing.reason)
        steps.arrive(writing, door, coming, REGISTERED, on=on, source=source)
        creation.place_persons(writing, persons)
    return event


def _leave_registrations(
    writing: Writing, persons: Sequence[uuid.UUID], door: Dwelling, *, on: dt.date | None, source: str
) -> None:
    """Nobody is registered twice: at other doors the registration ends, and who lives there goes on living there."""
    others = Residence.objects.filter(person_id__in=persons, to_on__isnull=True).exclude(dwelling=door)
    _unregister(writing, list(others.order_by("created_at", "id")), on=on, source=source)


def _unregister(writing: Writing, links: Sequence[Residence], *, on: dt.date | None, source: str) -> None:
    links = steps.current(links)
    living = {link: "lives_elsewhere_registered" for link in links if link.kind == "lives_here"}
    creation.retype_residences(writing, living, source=source, reason=writing.reason)
    only = [link for link in links if link.kind == REGISTERED]
    creation.end_residences(writing, only, source=source, reason=writing.reason, on=on)


def register_out(*, actor: Viewer, at: dt.datetime, dwelling: uuid.UUID, who: Collection[str], raw: Row) -> Event:
    """The household registration of people leaves a door; who lives there goes on living there.

    Raises NotHere, CorrectionError.
    """
    door = get_door(actor, dwelling, takes=False)
    typed = Typed(actor, raw, at)
    here = [link for link in links_of(door) if link.kind in {"lives_here", REGISTERED}]
    chosen = typed.chosen(here, who, missing="请选谁的户口迁走了")
    on, told = typed.day(), typed.told()
    typed.check()
    persons = [link.person_id for link in chosen]
    grids = steps.grids_of(persons)
    with steps.happening("registered_out", door, actor=actor, at=at, on=on, told=told, grids=grids) as (writing, event):
        _unregister(writing, chosen, on=on, source=events.source(told))
        creation.place_persons(writing, persons)
    return event
