"""Finding the cases of the checks ``CHECKS``: set-based, over the grids of an area or around some records.

A case is a group, not a pair: everybody who shares a telephone, every record of one name and birth date. It holds
what the check looked at, record by record (``Member.basis``), so that a decision can tell whether that has changed
since.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Iterable, Sequence

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet

from gridwalk.bench.cases import alikes, answers, households
from gridwalk.bench.cases.case import Case, Inside, Member
from gridwalk.bench.cases.sameness import by_key
from gridwalk.bench.online import ONLINE
from gridwalk.bench.rules import (
    CROWDED,
    PHONE_DOORS,
    RECORDS,
    SQUARE_METRES_EACH,
    Occupant,
    of_age_since,
    of_dwelling,
)
from gridwalk.registry.households import OF_HOUSEHOLD
from gridwalk.registry.living import LIVING
from gridwalk.registry.models import Organization, Person, Residence


def _homes() -> QuerySet[Residence]:
    """Where people are said to live now, at doors that stand."""
    return Residence.objects.filter(to_on__isnull=True, kind__in=LIVING).exclude(dwelling__status="struck_off")


def _living() -> QuerySet[Residence]:
    return _homes().filter(person__status="active")


def _at_doors(inside: Inside, today: dt.date, codes: Collection[str]) -> list[Case]:
    """The database finds the doors worth a look, all in one pass; ``of_dwelling`` and ``households`` judge them."""
    doors = list(_doubtful(inside, today))
    heads = households.heads(doors) if OF_HEADS.intersection(codes) else []
    return [*heads, *(_of_doors(doors, today) if OF_DOORS.intersection(codes) else [])]


OF_DOORS = frozenset({"vacant_with_residents", "owner_with_tenants", "crowded", "minor_alone"})
OF_HEADS = frozenset({"no_head", "several_heads"})


def _of_doors(doors: Collection[uuid.UUID], today: dt.date) -> list[Case]:
    links = _living().filter(dwelling__in=doors)
    links = links.select_related("dwelling", "person").order_by("dwelling_id", "person_id").only(*_LOOKED_AT)
    return [case for of_door in by_key(links, lambda link: link.dwelling_id) for case in _of_door(of_door, today)]


def _doubtful(inside: Inside, today: dt.date) -> QuerySet[Residence, uuid.UUID]:
    """Every door the rules may question, and few others."""
    living = Q(kind__in=LIVING)
    links = Residence.objects.filter(to_on__isnull=True, person__status="active", kind__in={*LIVING, *OF_HOUSEHOLD})
    counted = (
        links.exclude(dwelling__status="struck_off")
        .filter(inside.of("dwelling"))
        .order_by()
        .values("dwelling")
        .annotate(
            n=Count("pk", filter=living),
            tenants=Count("pk", filter=Q(kind="tenant")),
            eldest=Min("person__born_on", filter=living),
            undated=Count("pk", filter=living & Q(person__born_on__isnull=True)),
            **households.counted(),
        )
        .filter(
            Q(n__gt=0, dwelling__occupancy="vacant")
            | Q(dwelling__tenure="owner", tenants__gt=0)
            | Q(n__gte=CROWDED)
            | Q(n__gt=1, dwelling__area_m2__lt=SQUARE_METRES_EACH * F("n"))
            | Q(undated=0, eldest__gt=of_age_since(today))
            | households.DOUBTFUL
        )
    )
    return counted.values_list("dwelling", flat=True)


_LOOKED_AT = (
    "kind",
    "person__born_on",
    "person__grid_id",
    "dwelling__area_m2",
    "dwelling__grid_id",
    "dwelling__occupancy",
    "dwelling__tenure",
)


def _of_door(links: Sequence[Residence], today: dt.date) -> Iterable[Case]:
    door = links[0].dwelling
    area = float(door.area_m2) if door.area_m2 else None
    living = [Occupant(link.kind, link.person.born_on) for link in links]
    for code in of_dwelling(living, occupancy=door.occupancy, tenure=door.tenure, area_m2=area, today=today):
        concerned = [link for link in links if code != "owner_with_tenants" or link.kind == "tenant"]
        looked_at = {"vacant_with_residents": door.occupancy, "owner_with_tenants": door.tenure, "crowded": str(area)}
        people = [
            Member(
                "person",
                link.person_id,
                link.person.grid_id,
                (str(link.person.born_on),) if code == "minor_alone" else (),
            )
            for link in concerned
        ]
        yield Case(
            code, (Member("dwelling", door.id, door.grid_id, (looked_at.get(code, ""),)), *people), len(concerned)
        )


def _two_homes(inside: Inside, today: dt.date, codes: Collection[str]) -> list[Case]:
    cases = _with_doors("two_homes", _living().filter(person__in=_linked_twice(inside)))
    return [case for case in cases if case.n > 1]


def _linked_twice(inside: Inside) -> list[uuid.UUID]:
    """Who has two links, and so may have two homes. Person and door are looked at for these few only."""
    links = Residence.objects.filter(to_on__isnull=True, kind__in=LIVING)
    links = links if inside.ids is None else links.filter(inside.of("person"))
    several = links.order_by().values("person").annotate(n=Count("pk")).filter(n__gt=1)
    return list(several.values_list("person", flat=True))


def _ended_but_living(inside: Inside, today: dt.date, codes: Collection[str]) -> list[Case]:
    return _with_doors("ended_but_living", _homes().filter(inside.of("person")).exclude(person__status="active"))


def _with_doors(code: str, links: QuerySet[Residence]) -> list[Case]:
    """A case for each person, with the doors they are said to live at."""
    cases = []
    for own in by_key(links.select_related("person", "dwelling").order_by("person_id", "created_at", "id"), _person_of):
        person = own[0].person
        doors = [Member("dwelling", link.dwelling_id, link.dwelling.grid_id) for link in own]
        cases.append(Case(code, (Member("person", person.id, person.grid_id, (person.status,)), *doors), len(own)))
    return cases


def _person_of(link: Residence) -> uuid.UUID:
    return link.person_id


def _no_home(inside: Inside, today: dt.date, codes: Collection[str]) -> list[Case]:
    links = Residence.objects.filter(person=OuterRef("pk"), to_on__isnull=True).exclude(dwelling__status="struck_off")
    rows = Person.objects.filter(inside.of(), ~Exists(links), status="active").values_list("id", "grid_id")
    return [Case("no_home", (Member("person", pk, grid),), 1) for pk, grid in rows]


def _phone_shared(inside: Inside, today: dt.date, codes: Collection[str]) -> list[Case]:
    living = _living().filter(person__phone_index__in=_phones(inside))
    here = Count("pk", filter=inside.of("person"))
    shared = living.order_by().values("person__phone_index").annotate(n=Count("pk"), here=here)
    shared = shared.filter(n__gte=PHONE_DOORS, here__gt=0)
    links = _living().filter(person__phone_index__in=list(shared.values_list("person__phone_index", flat=True)))
    cases = []
    for users in by_key(links.select_related("person").order_by("person_id"), lambda link: link.person.phone_index):
        people = []
        for own in by_key(users, _person_of):
            doors = sorted(str(link.dwelling_id) for link in own)
            people.append(
                Member("person", own[0].person_id, own[0].person.grid_id, (own[0].person.phone_index, *doors))
            )
        n_doors = len({link.dwelling_id for link in users})
        if n_doors >= PHONE_DOORS:
            cases.append(Case("phone_shared", tuple(people), n_doors))
    return cases


def _phones(inside: Inside) -> QuerySet[Person, str] | set[str]:
    """The telephones that may be those of people at several doors."""
    people = Person.objects.exclude(phone_index="")
    if not inside.is_wide:
        return people.filter(inside.of(), status="active").values_list("phone_index", flat=True)
    # Several doors have several people, or somebody with two homes: found in the index of telephones alone.
    by_phone = people.order_by().values("phone_index").annotate(n=Count("phone_index")).filter(n__gte=PHONE_DOORS)
    of_two_homes = people.filter(pk__in=_linked_twice(inside))
    return {phone for of in (by_phone, of_two_homes) for phone in of.values_list("phone_index", flat=True)}


def _door_gone(inside: Inside, today: dt.date, codes: Collection[str]) -> list[Case]:
    gone = Organization.objects.filter(
        inside.of() | inside.of("dwelling"), status="active", dwelling__status="struck_off"
    )
    rows = gone.values_list("id", "grid_id", "dwelling_id", "dwelling__grid_id")
    return [
        Case("door_gone", (Member("organization", pk, grid, (str(door),)), Member("dwelling", door, door_grid)), 1)
        for pk, grid, door, door_grid in rows
    ]


Finder = Callable[[Inside, dt.date, Collection[str]], list[Case]]
"""Where, as of which day, and the codes that are asked: who finds for several does no work for the others."""
FINDERS: Sequence[tuple[Collection[str], Finder]] = (
    (("same_number",), alikes.same_number),
    (("same_name_and_birth", "near_duplicate"), alikes.namesakes),
    (("same_door",), alikes.same_door),
    (("same_organization",), alikes.same_organization),
    (("two_homes",), _two_homes),
    (("no_home",), _no_home),
    (("ended_but_living",), _ended_but_living),
    (("phone_shared",), _phone_shared),
    (("door_gone",), _door_gone),
    (OF_DOORS | OF_HEADS, _at_doors),
    (tuple(ONLINE), answers.find),
)
"""Codes of ``CHECKS`` → what finds their cases as of a day; a constant number of queries each."""


def find(inside: Inside, today: dt.date, codes: Collection[str] = tuple(RECORDS)) -> list[Case]:
    """The cases of some checks that touch what is ``inside``, decided or not."""
    return [
        case
        for of, finder in FINDERS
        if set(of) & set(codes)
        for case in finder(inside, today, codes)
        if case.check in codes and inside.touches(case)
    ]
