"""线上核查: one record's contradictions in words, and the same as conditions over an area; warnings while typing in."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridwalk.accounts.rules import SYSTEM, Held, Role, Viewer
from gridwalk.bench.cases import contradictions, sameness
from gridwalk.bench.online import ANSWERS
from gridwalk.bench.queries import checks
from gridwalk.bench.rules import CHECKS, PHONE_DOORS, RECORDS, Occupant, of_age_since, of_dwelling, sentence
from gridwalk.core.queries import NotHere
from gridwalk.events.queries import entry
from gridwalk.registry.living import LIVING
from gridwalk.registry.models import Dwelling, Person, Residence
from gridwalk.registry.tests.street import FIRST, GRID, NEXT_GRID, SECOND, Street, id_no, lead, phone

TODAY = dt.date(2026, 10, 13)
GROWN, YOUNG = dt.date(1980, 1, 1), dt.date(2010, 10, 14)


def codes(living: list[Occupant], **door: Any) -> list[str]:
    defaults: dict[str, Any] = {"occupancy": "occupied", "tenure": "owner", "area_m2": 60.0, "today": TODAY}
    return of_dwelling(living, **{**defaults, **door})


def test_it_questions_what_cannot_all_be_true_of_a_door() -> None:
    family = [Occupant("lives_here", GROWN), Occupant("lives_here", YOUNG)]
    assert codes(family) == []
    assert codes(family, occupancy="vacant") == ["vacant_with_residents"]
    assert codes([], occupancy="vacant") == []
    assert codes([*family, Occupant("tenant", GROWN)]) == ["owner_with_tenants"]
    assert codes([*family, Occupant("tenant", GROWN)], tenure="let") == []
    assert codes(family, area_m2=6.0) == []
    assert codes(family, area_m2=5.9) == ["crowded"]
    assert codes(family[:1], area_m2=2.0) == []  # a small room for one is no crowd
    assert codes(family * 10, area_m2=60.0) == ["crowded"]  # twenty people in sixty square metres
    assert codes(family * 9 + family[:1], area_m2=60.0) == []
    assert codes(family * 10, area_m2=None) == ["crowded"]
    assert codes(family[1:]) == ["minor_alone"]
    assert codes([Occupant("lives_here", dt.date(2010, 10, 13))]) == []  # sixteen today
    assert codes([Occupant("lives_here", None)]) == []


def test_every_check_has_its_words_and_is_found_somewhere() -> None:
    assert {code for of, _ in contradictions.FINDERS for code in of} == set(CHECKS)
    for code, check in CHECKS.items():
        assert sentence(code, 2)
        assert set(check.choices) <= {"same", "different", "right", "to_door", "correct", *ANSWERS}


@pytest.mark.parametrize(
    ("today", "since"),
    [
        (dt.date(2026, 10, 13), dt.date(2010, 10, 13)),
        (dt.date(2028, 2, 29), dt.date(2012, 2, 29)),
        (dt.date(2116, 2, 29), dt.date(2100, 2, 28)),
    ],
)
def test_sixteen_years_back(today: dt.date, since: dt.date) -> None:
    assert of_age_since(today) == since


doors = st.fixed_dictionaries(
    {
        "occupancy": st.sampled_from(["occupied", "vacant", "unknown"]),
        "tenure": st.sampled_from(["owner", "let", "unknown"]),
        "area_m2": st.sampled_from(["", "5", "6", "60"]),
    }
)
people = st.tuples(
    st.integers(0, 2),
    st.integers(0, 2),
    st.sampled_from(["lives_here", "tenant", "registered_here"]),
    st.sampled_from(["active", "active", "deceased"]),
    st.sampled_from(["", "1980-01-01", "2010-10-14"]),
    st.integers(0, 1),
)


@pytest.mark.slow
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(doors, min_size=3, max_size=3), st.lists(people, max_size=7))
def test_what_the_database_finds_is_what_the_rules_find_record_by_record(
    street: Street, of_doors: list[Any], of_people: list[Any]
) -> None:
    with transaction.atomic():
        dwellings = [street.door(str(101 + n), **values) for n, values in enumerate(of_doors)]
        for home, second, kind, status, born, number in of_people:
            person = street.person("张桂兰", dwellings[home], kind, born_on=born, phone=phone(number))
            Person.objects.filter(pk=person.id).update(status=status)
            if second != home:
                street_link(person, dwellings[second])
        by_hand = recounted(dwellings)
        cases = checks.open_cases(SYSTEM, FIRST, TODAY, list(by_hand))
        for code, leads in by_hand.items():
            assert {waiting.case.lead.id for waiting in cases if waiting.case.check == code} == leads, code
        counts = {c.code: c.n for c in checks.counted(cases)}
        assert counts == {code: len(by_hand.get(code, ())) for code in RECORDS}
        # Over a street all are read at once instead of a look for each: the same cases.
        whole = checks.open_cases(SYSTEM, FIRST[:9], TODAY, list(by_hand))
        assert {(w.case.check, w.case.seen) for w in whole} == {(w.case.check, w.case.seen) for w in cases}
        for door in dwellings:
            own = {row.lead for row in checks.touching(SYSTEM, [door.id], TODAY) if row.kind == "dwelling"}
            assert own == {pk for code in AT_DOORS for pk in by_hand[code] if pk == door.id}
        transaction.set_rollback(True)


AT_DOORS = ("vacant_with_residents", "owner_with_tenants", "crowded", "minor_alone")


def recounted(doors: list[Dwelling]) -> dict[str, set[uuid.UUID]]:
    """The leads of every case, by the rules and nothing else, one record at a time."""
    homes: dict[uuid.UUID, list[Residence]] = {}
    links = Residence.objects.filter(to_on__isnull=True, kind__in=LIVING)
    for link in links.select_related("person", "dwelling"):
        homes.setdefault(link.person_id, []).append(link)
    return leads_at_doors(doors, homes) | leads_of_persons(homes) | leads_of_several(homes)


Homes = dict[uuid.UUID, list[Residence]]


def leads_at_doors(doors: list[Dwelling], homes: Homes) -> dict[str, set[uuid.UUID]]:
    leads: dict[str, set[uuid.UUID]] = {code: set() for code in AT_DOORS}
    active = [link for own in homes.values() for link in own if link.person.status == "active"]
    for door in doors:
        living = [Occupant(link.kind, link.person.born_on) for link in active if link.dwelling_id == door.id]
        area = float(door.area_m2) if door.area_m2 else None
        for code in of_dwelling(living, occupancy=door.occupancy, tenure=door.tenure, area_m2=area, today=TODAY):
            leads[code].add(door.id)
    return leads


def leads_of_persons(homes: Homes) -> dict[str, set[uuid.UUID]]:
    leads: dict[str, set[uuid.UUID]] = {code: set() for code in ("two_homes", "no_home", "ended_but_living")}
    for person in Person.objects.order_by("id"):
        n_homes = len(homes.get(person.id, []))
        if person.status != "active":
            if n_homes:
                leads["ended_but_living"].add(person.id)
        elif n_homes > 1:
            leads["two_homes"].add(person.id)
        elif not Residence.objects.filter(person=person, to_on__isnull=True).exists():
            leads["no_home"].add(person.id)
    return leads


def leads_of_several(homes: Homes) -> dict[str, set[uuid.UUID]]:
    by_name: dict[Any, list[uuid.UUID]] = {}
    by_phone: dict[str, dict[uuid.UUID, set[uuid.UUID]]] = {}
    active = list(Person.objects.filter(status="active").order_by("id"))
    for person in active:
        if person.born_on:
            by_name.setdefault((person.name, person.born_on), []).append(person.id)
        if at := {link.dwelling_id for link in homes.get(person.id, [])}:
            by_phone.setdefault(person.phone_index, {})[person.id] = at
    return {
        "same_name_and_birth": {ids[0] for ids in by_name.values() if len(ids) > 1},
        "phone_shared": {min(at) for at in by_phone.values() if len(set().union(*at.values())) >= PHONE_DOORS},
        "near_duplicate": leads_of_near([person for person in active if not person.born_on]),
    }


def leads_of_near(undated: list[Person]) -> set[uuid.UUID]:
    """One name without a birth date beside the same name, where they share a door or a telephone."""
    active = list(Person.objects.filter(status="active").order_by("id"))
    at = {
        p.id: set(Residence.objects.filter(person=p, to_on__isnull=True).values_list("dwelling", flat=True))
        for p in active
    }

    def near(a: Person, b: Person) -> bool:
        return (a in undated or b in undated) and (bool(at[a.id] & at[b.id]) or a.phone_index == b.phone_index)

    return {min(p.id for p in group) for group in sameness.groups(active, near)}


def street_link(person: Person, door: Dwelling) -> None:
    """A second home that no action would make, as two ledgers merged by hand would."""
    Residence.objects.create(
        grid_id=door.grid_id, person=person, dwelling=door, kind="tenant", source="ledger", created_at=person.created_at
    )


def test_counts_and_lists_stay_inside_the_area_and_masked(street: Street) -> None:
    street.person("张桂兰", grid=GRID)
    street.person("李四", grid=f"{SECOND}000")
    centre = Viewer(None, "街道", (Held(Role.STREET_CENTRE, "120105001"),))

    def names(viewer: Viewer, scope: str) -> list[str]:
        return [row.title for row in checks.rows(viewer, checks.open_cases(viewer, scope, TODAY, ["no_home"]))]

    street_wide = "120105001"
    assert names(SYSTEM, street_wide) == ["张桂兰", "李四"]
    assert names(lead(), street_wide) == ["张桂兰"]
    assert names(lead(), SECOND) == []
    assert names(centre, NEXT_GRID) == []
    assert names(centre, FIRST) == ["张**"]


def test_who_may_not_see_vacancy_is_told_how_many_and_not_which_doors(street: Street) -> None:
    street.person("张桂兰", street.door("101", occupancy="vacant"))
    centre = Viewer(None, "街道", (Held(Role.STREET_CENTRE, "120105001"),))
    cases = checks.open_cases(centre, FIRST, TODAY, ["vacant_with_residents"])
    assert [c.n for c in checks.counted(cases) if c.code == "vacant_with_residents"] == [1]
    assert checks.rows(centre, cases) == []
    with pytest.raises(NotHere):
        checks.get_case(centre, "vacant_with_residents", cases[0].case.lead.id, TODAY)
    assert len(checks.rows(lead(), cases)) == 1


def test_who_may_not_know_who_lives_at_which_door_is_told_how_many_cases_there_are(street: Street) -> None:
    door = street.door("101", area_m2=4, occupancy="occupied", tenure="let")
    for name in ("张桂兰", "张桂英"):
        street.person(name, door, "tenant", born_on="2019-01-01", relation="child")
    street_link(street.person("张桂芳", street.door("102"), relation="child"), street.door("103"))
    centre = Viewer(None, "街道", (Held(Role.STREET_CENTRE, "120105001"),))
    for code in ("crowded", "minor_alone", "no_head", "two_homes"):
        cases = checks.open_cases(centre, FIRST, TODAY, [code])
        assert sum(counted.n for counted in checks.counted(cases)) >= 1, code
        assert checks.rows(centre, cases) == [], code
        with pytest.raises(NotHere):
            checks.get_case(centre, code, cases[0].case.lead.id, TODAY)
        assert checks.rows(lead(), cases), code


def test_the_cases_of_an_area_cost_the_same_number_of_queries_for_more_of_them(street: Street) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            checks.rows(SYSTEM, checks.open_cases(SYSTEM, FIRST, TODAY))
        return len(seen)

    def family(n: int) -> None:
        door = street.door(str(100 + n), occupancy="vacant", tenure="owner")
        street.person("张桂兰", door, "tenant", born_on="1980-01-01", phone=phone(1))
        street.person("张桂岚", door, born_on="1980-01-01", phone=phone(1))

    for n in range(3):
        family(n)
    few = cost()
    for n in range(3, 9):
        family(n)
    assert cost() == few


def warned(door: Dwelling, values: dict[str, str], kind: str = "lives_here", who: Viewer | None = None) -> list[str]:
    return [w.sentence for w in entry.warnings(who or lead(), door, values, kind)]


def test_it_warns_while_somebody_is_typed_in(street: Street) -> None:
    door = street.door("101", occupancy="vacant", tenure="owner")
    home = street.door("102")
    street.person("张桂兰", home, id_no=id_no(1), born_on="1980-01-01", phone=phone(1))
    assert warned(door, {"name": "王一"}, "registered_here") == []
    assert warned(door, {"name": "王一"}, "tenant") == ["这一户登记为空房", "这一户登记为自住"]
    assert warned(home, {"name": "张桂兰", "id_no": id_no(1)}) == ["这个人本社区已有登记"]
    assert warned(home, {"name": "张桂兰", "born_on": "1980-01-01"}) == ["在册已有 1 人同名，出生日期也相同"]
    assert warned(home, {"name": "张桂兰", "born_on": "1981-01-01"}) == []
    for n in (103, 104):
        street.person(f"王{n}", street.door(str(n)), phone=phone(1))
    assert warned(home, {"name": "王一", "phone": phone(1)}) == ["这个电话已登记在 3 处房屋的人名下"]


def test_a_door_is_warned_of_by_what_it_is_and_who_comes(street: Street) -> None:
    living = {"lives_here", "lives_elsewhere_registered", "tenant", "boarder"}
    door = street.door("101")
    for kind in (*living, "registered_here", ""):
        for occupancy in ("vacant", "occupied", ""):
            for tenure in ("owner", "let", ""):
                door.occupancy, door.tenure = occupancy, tenure
                expected = ["这一户登记为空房"] if kind in living and occupancy == "vacant" else []
                expected += ["这一户登记为自住"] if kind == "tenant" and tenure == "owner" else []
                assert warned(door, {"name": "王一"}, kind) == expected, (kind, occupancy, tenure)


def test_a_warning_counts_those_who_could_be_the_same_person(street: Street) -> None:
    home, far = street.door("101"), street.door("101", f"{SECOND}001")
    born = {"born_on": "1980-01-01"}
    street.person("张桂兰", home, **born)
    street.person("张桂兰", home, **born, id_no=id_no(1))
    street.person("张桂兰", home, born_on="1980-01-02")
    street.person("张桂芳", home, **born)
    street.person("张桂兰", far, **born)
    gone = street.person("张桂兰", home, **born)
    type(gone).objects.filter(pk=gone.pk).update(status="moved_away")
    same = "在册已有 {} 人同名，出生日期也相同"
    assert warned(home, {"name": "张桂兰", **born}) == [same.format(2)]
    assert warned(home, {"name": "张桂兰", **born, "id_no": id_no(3)}) == [same.format(1)], "the other has a number"
    assert warned(home, {"name": "张桂兰"}) == warned(home, {"born_on": "1980-01-01"}) == []
    assert warned(far, {"name": "张桂兰", **born}, who=lead(SECOND)) == [same.format(1)]


def test_a_warning_tells_nothing_of_who_lives_elsewhere(street: Street) -> None:
    street.person("张桂兰", street.door("101", f"{SECOND}001"), id_no=id_no(1))
    door = street.door("102")
    assert (
        warned(door, {"name": "张桂兰", "id_no": id_no(1)}) == warned(door, {"name": "张桂兰", "id_no": id_no(2)}) == []
    )
    assert warned(street.door("103", f"{SECOND}001"), {"name": "李四", "id_no": id_no(1)}) == []
