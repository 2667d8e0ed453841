"""Records that may be one person, door or organization written twice: candidates from the database, judged by
``sameness``.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

import polars as pl
from django.db.models import CharField, Count, Exists, F, Func, Min, OuterRef, Q, QuerySet, Value, Window
from django.db.models.functions import Cast

from gridwalk.accounts.rules import ONE_STREET
from gridwalk.bench.cases import sameness
from gridwalk.bench.cases.case import Case, Inside, Member
from gridwalk.bench.cases.sameness import Somebody, by_key
from gridwalk.dictionary import relations
from gridwalk.method import address_writing, linkage, papers
from gridwalk.registry import columns, rules
from gridwalk.registry.living import LIVING
from gridwalk.registry.models import Difference, Dwelling, Organization, Person, Residence

Homes = Mapping[uuid.UUID, Mapping[uuid.UUID, str]]
"""Person → the doors they are linked to → the door's key."""


def same_number(inside: Inside, today: dt.date, codes: Collection[str]) -> list[Case]:
    """One ID number on several records: one of them struck off, or typed for somebody else and waiting as a difference.

    A record that was merged into another is that other one.
    """
    waiting = _numbers_waiting(inside)
    numbered = Person.objects.filter(merged_into__isnull=True).exclude(id_no_index="")
    ended = numbered.filter(status="struck_off")  # of those that stand nobody has another's number
    if inside.ids is not None:
        ended = ended.filter(id_no_index__in=numbered.filter(inside.of()).values("id_no_index"))
    same = Q(id_no_index=OuterRef("id_no_index"))
    standing = numbered.filter(same).exclude(status="struck_off")
    several = ended.filter(Exists(standing) | Exists(ended.filter(same).exclude(pk=OuterRef("pk"))))
    numbers = {*several.values_list("id_no_index", flat=True), *waiting}
    by_number: dict[str, set[uuid.UUID]] = {number: set(waiting.get(number, ())) for number in numbers}
    for pk, number in numbered.filter(id_no_index__in=numbers).values_list("id", "id_no_index"):
        by_number[number].add(pk)
    rows = _persons({pk for several in by_number.values() for pk in several})
    cases = []
    for number, records in sorted(by_number.items()):
        if len(records) > 1:
            people = [Member("person", pk, rows[pk].grid_id, (number, rows[pk].status)) for pk in sorted(records)]
            cases.append(Case("same_number", tuple(people), len(people)))
    return cases


def _numbers_waiting(inside: Inside) -> dict[str, set[uuid.UUID]]:
    """Numbers that wait as differences for a record inside, or for one whose number is a record's inside: number
    (blind) →
    the records they were typed for. Of a few records it is asked within their street, without opening a number of
    theirs.
    """
    asked = Difference.objects.filter(kind="person", field="id_no", state__in=rules.WAITING)
    own: set[str] = set()
    if inside.ids is None:
        asked = asked.filter(claimed_hash__in=list(asked.filter(inside.of()).values_list("claimed_hash", flat=True)))
    else:
        people = list(Person.objects.filter(inside.of()).values_list("grid_id", "id_no_index"))
        own = {number for _, number in people if number}
        streets = Q(pk__in=[])
        for street in {grid[:ONE_STREET] for grid, _ in people}:
            streets |= Q(grid__code__startswith=street)
        asked = asked.filter(streets)
    records_of: dict[str, set[uuid.UUID]] = {}
    for row in asked:
        if number := columns.number_key("person", row.opened("claimed")):
            records_of.setdefault(number, set()).add(row.entity)
    if inside.ids is None:
        return records_of
    return {number: records for number, records in records_of.items() if number in own or records & set(inside.ids)}


def namesakes(inside: Inside, today: dt.date, codes: Collection[str]) -> list[Case]:
    """Who bears one name, or names that sound alike: their sounds are looked for once.

    A check that is not asked for is not made: each opens ID numbers.
    """
    active = Person.objects.filter(status="active")
    sounds = _sounds(inside, active)
    same = _same_name_and_birth(inside, active, sounds) if "same_name_and_birth" in codes else []
    return [*same, *(_near_duplicate(active, sounds) if "near_duplicate" in codes else [])]


def _same_name_and_birth(inside: Inside, every: QuerySet[Person], sounds: Collection[str]) -> list[Case]:
    """One name and birth date; two different valid numbers are two persons."""
    active = every.filter(born_on__isnull=False)
    wanted = _namesakes(inside, active, sounds)
    rows = active.filter(name__in={name for name, _ in wanted}, born_on__in={born for _, born in wanted}).order_by("id")
    cases = []
    for same in by_key(
        rows.only("id", "grid_id", "name", "born_on", "id_no_index", "id_no_sealed"), lambda p: (p.name, p.born_on)
    ):
        if (same[0].name, same[0].born_on) in wanted:
            cases += [_of_persons("same_name_and_birth", group) for group in sameness.groups(same, _maybe_one)]
    return cases


def _namesakes(inside: Inside, active: QuerySet[Person], sounds: Collection[str]) -> set[tuple[str, dt.date]]:
    """Names with a birth date that several bear, one of them inside."""
    if not inside.is_wide:
        namesake = active.filter(name=OuterRef("name"), born_on=OuterRef("born_on")).exclude(pk=OuterRef("pk"))
        here = active.filter(inside.of(), Exists(namesake), born_on__isnull=False)
        return {(name, day) for name, day in here.values_list("name", "born_on") if day is not None}
    # Over a street all are grouped by sound, once: a look for each person's namesake costs five times as much.
    alike = active.filter(name_key__in=sounds)
    together = alike.order_by().values("name", "born_on").annotate(n=Count("pk"), here=_here(inside))
    several = together.filter(n__gt=1, here__gt=0).values_list("name", "born_on")
    return {(name, day) for name, day in several if day is not None}


def _here(inside: Inside) -> Count:
    return Count("pk", filter=inside.of())


def _maybe_one(left: Person, right: Person) -> bool:
    return not sameness.apart(somebody(left), somebody(right))


def somebody(person: Person, homes: Collection[uuid.UUID] = ()) -> Somebody:
    """What of a person's record tells persons apart."""
    paper = papers.paper_of(person.unseal("id_no")) if person.id_no_index else ""
    return Somebody(person.name, person.born_on, person.id_no_index, frozenset(homes), paper)


def _of_persons(code: str, people: Sequence[Person], more: Mapping[uuid.UUID, tuple[str, ...]] | None = None) -> Case:
    members = [
        Member("person", p.id, p.grid_id, (p.name, str(p.born_on), p.id_no_index, *(more or {}).get(p.id, ())))
        for p in people
    ]
    return Case(code, tuple(sorted(members, key=lambda m: m.id)), len(members))


def _near_duplicate(active: QuerySet[Person], sounds: Collection[str]) -> list[Case]:
    """Names that sound alike with one birth date (or none on one side), at one door or with one telephone."""
    rows = list(active.filter(name_key__in=sounds).order_by("id"))
    homes = homes_of([p.id for p in rows])
    pairs = [
        (left, right)
        for same in by_key(rows, lambda p: p.name_key)
        for left, right in _near_each_other(same, homes)
        if _worth_comparing(left, right, homes)
    ]
    alike = _twice(pairs, homes)
    beside = {(left.id, right.id) for pair in alike for left, right in (pair, pair[::-1])}
    concerned = {person.id: person for pair in alike for person in pair}
    looked_at = {pk: (p.phone_index, *sorted(map(str, homes.get(pk, {})))) for pk, p in concerned.items()}
    return [
        _of_persons("near_duplicate", group, looked_at)
        for same in by_key([p for p in rows if p.id in concerned], lambda p: p.name_key)
        for group in sameness.groups(same, lambda left, right: (left.id, right.id) in beside)
    ]


def _sounds(inside: Inside, active: QuerySet[Person]) -> set[str]:
    """The sounds of names that several bear on one day, or one of them on no day, one of them inside."""
    if inside.is_wide:
        by_day = active.order_by().values("name_key", "born_on").annotate(n=Count("pk"), here=_here(inside))
        by_day = by_day.filter(Q(n__gt=1, here__gt=0) | Q(born_on__isnull=True))
        days = list(by_day.values_list("name_key", "born_on"))
        loose = active.filter(name_key__in={key for key, day in days if day is None}).order_by()
        several = loose.values("name_key").annotate(n=Count("pk"), here=_here(inside)).filter(n__gt=1, here__gt=0)
        return {key for key, day in days if day is not None} | set(several.values_list("name_key", flat=True))
    here = active.filter(inside.of())
    sounds = active.filter(name_key=OuterRef("name_key")).exclude(pk=OuterRef("pk"))
    of_one_day = here.filter(Exists(sounds.filter(born_on=OuterRef("born_on")).exclude(name=OuterRef("name"))))
    of_no_day = here.filter(Exists(sounds), born_on__isnull=True)
    beside = here.filter(Exists(sounds.filter(born_on__isnull=True)))
    keys = of_one_day.values("name_key").union(of_no_day.values("name_key"), beside.values("name_key"))
    return {key["name_key"] for key in keys}


def _twice(pairs: Sequence[tuple[Person, Person]], homes: Homes) -> list[tuple[Person, Person]]:
    levels = compare(pairs, homes)
    return [pair for pair, how in zip(pairs, levels, strict=True) if sameness.twice(how)]


def _near_each_other(same: Sequence[Person], homes: Homes) -> list[tuple[Person, Person]]:
    """The pairs that have a door or a telephone in common."""
    at: dict[object, list[Person]] = {}
    for person in same:
        for place in (*homes.get(person.id, {}), *([person.phone_index] if person.phone_index else [])):
            at.setdefault(place, []).append(person)
    return list({(a.id, b.id): (a, b) for there in at.values() for a, b in combinations(there, 2)}.values())


def _worth_comparing(left: Person, right: Person, homes: Homes) -> bool:
    """One name with one birth date is another check's question."""
    if left.born_on and right.born_on and (left.born_on != right.born_on or left.name == right.name):
        return False
    return not sameness.apart(somebody(left, homes.get(left.id, {})), somebody(right, homes.get(right.id, {})))


def homes_of(persons: Collection[uuid.UUID]) -> dict[uuid.UUID, dict[uuid.UUID, str]]:
    """Person → the doors they are linked to, with their keys."""
    homes: dict[uuid.UUID, dict[uuid.UUID, str]] = {}
    links = Residence.objects.filter(person__in=persons, to_on__isnull=True)
    for person, door, key in links.values_list("person_id", "dwelling_id", "dwelling__address_key").order_by(
        "created_at"
    ):
        homes.setdefault(person, {})[door] = key
    return homes


def compare(pairs: Sequence[tuple[Person, Person]], homes: Homes) -> list[dict[str, str]]:
    """How pairs of persons compare (``method.linkage``), at the door they share where they share one."""
    if not pairs:
        return []
    records = []
    for left, right in pairs:
        here, there = homes.get(left.id, {}), homes.get(right.id, {})
        shared = next((door for door in here if door in there), None)
        both = [
            _record(p, own.get(shared) if shared else next(iter(own.values()), ""))
            for p, own in ((left, here), (right, there))
        ]
        if len({papers.paper_of(record["id_no"] or "") for record in both if record["id_no"]}) > 1:
            both = [record | {"id_no": None} for record in both]  # a passport says nothing against a citizen's card
        records += both
    schema = {column: pl.Date if column == "born_on" else pl.String for column in records[0]}
    frame = pl.DataFrame(records, schema).with_row_index("row")
    return linkage.compare(frame, [(2 * n, 2 * n + 1) for n in range(len(pairs))], "person")


def _record(person: Person, key: str | None) -> dict[str, Any]:
    estate, building, stairwell, room = address_writing.parts_of(key or "")
    values = {
        "name": person.name,
        "id_no": columns.read(person, "id_no"),
        "born_on": person.born_on,
        "sex": person.sex,
        "phone": columns.read(person, "phone"),
        "relation": relations.group(person.relation),
        "estate": estate,
        "building": building,
        "stairwell": stairwell,
        "room": room,
    }
    return {name: value or None for name, value in values.items()}


def _persons(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Person]:
    return {p.id: p for p in Person.objects.filter(pk__in=ids).only("id", "grid_id", "status")}


def kept_apart(inside: Inside, *, limit: int) -> list[tuple[Person, Person, str]]:
    """Pairs that look alike and are two persons, with the reason: one birth date at one door, or namesakes with
    two numbers.
    """
    living = Residence.objects.filter(
        to_on__isnull=True, kind__in=LIVING, person__status="active", person__born_on__isnull=False
    )
    shared = living.filter(inside.of("person")).order_by().values("dwelling", "person__born_on").annotate(n=Count("pk"))
    at = set(shared.filter(n__gt=1).order_by("dwelling").values_list("dwelling", "person__born_on")[: 2 * limit])
    links = living.filter(dwelling__in={door for door, _ in at}, person__born_on__in={born for _, born in at})
    links = links.select_related("person").order_by("dwelling_id", "person_id")
    numbered = Person.objects.filter(status="active", born_on__isnull=False).exclude(id_no_index="")
    other = numbered.filter(name=OuterRef("name"), born_on=OuterRef("born_on")).exclude(pk=OuterRef("pk"))
    # In the order of their ids, namesakes together: an order by name would tell what a mask hides.
    first = Window(Min(Cast("id", CharField())), partition_by=[F("name"), F("born_on")])
    namesakes = numbered.filter(inside.of()).filter(Exists(other)).order_by(first, "id")[: 2 * limit]
    apart: dict[tuple[uuid.UUID, uuid.UUID], tuple[Person, Person, str]] = {}
    for beside in by_key(links, lambda link: (link.dwelling_id, link.person.born_on)):
        for left, right in combinations(beside, 2):
            if why := sameness.apart(
                somebody(left.person, [left.dwelling_id]), somebody(right.person, [right.dwelling_id])
            ):
                apart[left.person_id, right.person_id] = (left.person, right.person, why)
    for named in by_key(namesakes, lambda p: (p.name, p.born_on)):
        for a, b in combinations(named, 2):
            apart.setdefault((a.id, b.id), (a, b, sameness.apart(somebody(a), somebody(b))))
    return list(apart.values())[:limit]


def _part(n: int) -> Func:
    """A part of an address key: estate, building, stairwell, room."""
    return Func(F("address_key"), Value("|"), Value(n), function="split_part", output_field=CharField())


def same_door(inside: Inside, today: dt.date, codes: Collection[str]) -> list[Case]:
    """One room of a building written with its stairwell and without; one door of two keys that today are one."""
    standing = Dwelling.objects.exclude(status="struck_off").exclude(room="")
    wanted = _rooms_without_stairwell(inside, standing)
    rows = standing.filter(building__in={b for b, _ in wanted}, room__in={r for _, r in wanted}).order_by("id")
    cases = []
    for same in by_key(
        rows.only("id", "grid_id", "address_key", "building", "room"), lambda d: (d.building_id, d.room)
    ):
        if (same[0].building_id, same[0].room) in wanted:
            doors = [Member("dwelling", d.id, d.grid_id, (d.address_key,)) for d in same]
            cases.append(Case("same_door", tuple(doors), len(doors)))
    return [*cases, *_keyed_before(inside)]


def _keyed_before(inside: Inside) -> list[Case]:
    """Doors that kept the key of an earlier reader, because another of their community had the new one."""
    standing = Dwelling.objects.exclude(status="struck_off")
    there = standing.filter(community__in=standing.filter(inside.of()).order_by().values("community"))
    named = there.annotate(estate=_part(1)).order_by().values_list("community", "estate").distinct()
    cases = []
    for community, estate in named:
        if address_writing.key_anew(f"{estate}|||") == f"{estate}|||":
            continue
        for door in standing.filter(community=community, address_key__startswith=f"{estate}|").order_by("id"):
            key = address_writing.key_anew(door.address_key)
            same = standing.filter(community=community, address_key=key)
            doors = [Member("dwelling", d.id, d.grid_id, (d.address_key,)) for d in (*same, door)]
            if len(doors) > 1:
                cases.append(Case("same_door", tuple(sorted(doors, key=lambda member: member.id)), len(doors)))
    return [case for case in cases if inside.touches(case)]


def _rooms_without_stairwell(inside: Inside, standing: QuerySet[Dwelling]) -> set[tuple[uuid.UUID | None, str]]:
    """Buildings with a room that several records say, one of them without its stairwell, one of them inside."""
    if inside.is_wide:
        rooms = standing.filter(building__isnull=False).annotate(stair=_part(3)).order_by().values("building", "room")
        several = rooms.annotate(n=Count("pk"), bare=Count("pk", filter=Q(stair="")), here=_here(inside))
        return set(several.filter(n__gt=1, bare__gt=0, here__gt=0).values_list("building", "room"))
    written = standing.annotate(stair=_part(3))
    twin = written.filter(building=OuterRef("building"), room=OuterRef("room")).exclude(pk=OuterRef("pk"))
    here = written.filter(inside.of())
    bare = here.filter(Exists(twin), stair="").values_list("building", "room")
    beside = here.filter(Exists(twin.filter(stair=""))).exclude(stair="").values_list("building", "room")
    return set(bare.union(beside))


def same_organization(inside: Inside, today: dt.date, codes: Collection[str]) -> list[Case]:
    """One name at one door or address, or one body's code under two credit codes."""
    active = Organization.objects.filter(status="active")
    other = active.exclude(pk=OuterRef("pk"))
    named = other.filter(name_key=OuterRef("name_key"))
    here = active.filter(inside.of())
    body = active.exclude(uscc="").annotate(body=_body())
    groups = _together(
        here.filter(Exists(named.filter(dwelling=OuterRef("dwelling"))))
        .values_list("name_key", flat=True)
        .union(
            here.filter(Exists(named.filter(address=OuterRef("address"))))
            .exclude(address="")
            .values_list("name_key", flat=True)
        ),
        active,
        "name_key",
    )
    coded = body.filter(inside.of()).filter(Exists(body.filter(body=OuterRef("body")).exclude(pk=OuterRef("pk"))))
    groups += _together(coded.values_list("body", flat=True), body, "body")
    unique = {tuple(sorted(o.id for o in group)): group for group in groups}
    return [
        Case(
            "same_organization",
            tuple(
                Member("organization", o.id, o.grid_id, (o.name_key, o.uscc, o.address, str(o.dwelling_id)))
                for o in sorted(group, key=lambda o: o.id)
            ),
            len(group),
        )
        for group in unique.values()
    ]


def _body() -> Func:
    start = sameness.CODE_OF_BODY.start + 1
    length = sameness.CODE_OF_BODY.stop - sameness.CODE_OF_BODY.start
    return Func(F("uscc"), Value(start), Value(length), function="substr", output_field=CharField())


def _together(keys: Iterable[str], rows: QuerySet[Organization], column: str) -> list[list[Organization]]:
    organizations = list(rows.filter(**{f"{column}__in": set(keys)}).order_by("id"))
    return [
        group
        for same in by_key(organizations, lambda o: getattr(o, column))
        for group in sameness.groups(same, _one_organization)
    ]


def _one_organization(left: Organization, right: Organization) -> bool:
    if not sameness.one_body(left.uscc, right.uscc):
        return False
    if left.uscc and right.uscc:
        return True
    at_door = left.dwelling_id is not None and left.dwelling_id == right.dwelling_id
    return at_door or (left.address != "" and left.address == right.address)
