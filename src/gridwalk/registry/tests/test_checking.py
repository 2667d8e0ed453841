"""线上检查: one record's contradictions in words, and the same as conditions over an area; warnings while typing in."""

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
from gridwalk.registry import rules
from gridwalk.registry.contradictions import CONDITIONS
from gridwalk.registry.models import Dwelling, Person, Residence
from gridwalk.registry.queries import checks, entry
from gridwalk.registry.rules import Occupant
from gridwalk.registry.tests.street import FIRST, GRID, NEXT_GRID, SECOND, Street, id_no, lead, phone

TODAY = dt.date(2026, 10, 13)
GROWN, YOUNG = dt.date(1980, 1, 1), dt.date(2010, 10, 14)


def codes(occupants: list[Occupant], **door: Any) -> list[str]:
    defaults: dict[str, Any] = {"occupancy": "occupied", "tenure": "owner", "area_m2": 60.0, "today": TODAY}
    return [c.code for c in rules.of_dwelling(occupants, **{**defaults, **door})]


def test_it_questions_what_cannot_all_be_true_of_a_door() -> None:
    family = [Occupant("王一", "lives_here", GROWN), Occupant("王二", "lives_here", YOUNG)]
    assert codes(family) == []
    assert codes(family, occupancy="vacant") == ["vacant_with_residents"]
    assert codes([Occupant("王一", "registered_here", GROWN)], occupancy="vacant") == []
    assert codes([*family, Occupant("李四", "tenant", GROWN)]) == ["owner_with_tenants"]
    assert codes(family, area_m2=6.0) == []
    assert codes(family, area_m2=5.9) == ["crowded"]
    assert codes(family * 10, area_m2=None) == ["crowded"]
    assert codes(family[1:]) == ["minor_alone"]
    assert codes([Occupant("王三", "lives_here", dt.date(2010, 10, 13))]) == []
    assert codes([Occupant("王四", "lives_here", None)]) == []
    assert codes([*family, Occupant("王五", "tenant", GROWN, n_homes=2)], tenure="let") == ["two_homes"]
    assert codes([*family, Occupant("王六", "lives_here", GROWN, "deceased", 2)]) == ["ended_but_living"]


def test_every_question_says_what_was_noticed_and_what_to_do() -> None:
    (found,) = rules.of_dwelling(
        [Occupant("王一", "tenant", GROWN)], occupancy="vacant", tenure="let", area_m2=None, today=TODAY
    )
    assert (found.sentence, found.todo) == ("登记为空房，却有 1 人现住", "上门核实，改居住状况或迁出")
    assert set(CONDITIONS) == set(rules.CHECKS)


def test_it_questions_what_cannot_all_be_true_of_a_person() -> None:
    def of(**more: Any) -> list[str]:
        facts: dict[str, Any] = {
            "status": "active", "n_homes": 1, "n_registered": 0, "n_same_name_and_birth": 0, "n_phone_doors": 1
        }  # fmt: skip
        return [c.code for c in rules.of_person(**{**facts, **more})]

    assert of() == []
    assert of(n_homes=2) == ["two_homes"]
    assert of(n_homes=0) == ["no_home"]
    assert of(n_homes=0, n_registered=1) == []
    assert of(n_same_name_and_birth=1, n_phone_doors=3) == ["same_name_and_birth", "phone_shared"]
    assert of(status="deceased") == ["ended_but_living"]
    assert of(status="deceased", n_homes=0) == []


@pytest.mark.parametrize(
    ("today", "since"),
    [
        (dt.date(2026, 10, 13), dt.date(2010, 10, 13)),
        (dt.date(2028, 2, 29), dt.date(2012, 2, 29)),
        (dt.date(2116, 2, 29), dt.date(2100, 2, 28)),
    ],
)
def test_sixteen_years_back(today: dt.date, since: dt.date) -> None:
    assert rules.of_age_since(today) == since


doors = st.fixed_dictionaries(
    {
        "occupancy": st.sampled_from(["occupied", "vacant", "unknown"]),
        "tenure": st.sampled_from(["owner", "let", "unknown"]),
        "area_m2": st.sampled_from(["", "5", "6", "60"]),
    }
)
people = st.tuples(
    st.integers(0, 2), st.integers(0, 2), st.sampled_from(["lives_here", "tenant", "registered_here"]),
    st.sampled_from(["active", "active", "deceased"]), st.sampled_from(["", "1980-01-01", "2010-10-14"]),
    st.integers(0, 1),
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(doors, min_size=3, max_size=3), st.lists(people, max_size=7))
def test_words_and_conditions_notice_the_same(street: Street, of_doors: list[Any], of_people: list[Any]) -> None:
    with transaction.atomic():
        made = [street.door(str(101 + n), **values) for n, values in enumerate(of_doors)]
        for home, second, kind, status, born, number in of_people:
            person = street.person("张桂兰", made[home], kind, born_on=born, phone=phone(number))
            Person.objects.filter(pk=person.id).update(status=status)
            if second != home:
                street_link(person, made[second])
        in_words: dict[str, set[uuid.UUID]] = {code: set() for code in CONDITIONS}
        for door in made:
            for found in checks.contradictions(SYSTEM, door, TODAY):
                in_words[found.code].add(door.id)
        for person in Person.objects.all():
            for found in checks.person_contradictions(SYSTEM, person):
                in_words[found.code].add(person.id)
        counts = {c.code: c.n for c in checks.contradiction_counts(SYSTEM, FIRST, TODAY)}
        for code, check in rules.CHECKS.items():
            listed = {row.id for row in checks.contradictory(SYSTEM, FIRST, code, TODAY)}
            of_kind = set((Dwelling if check.kind == "dwelling" else Person).objects.values_list("id", flat=True))
            assert listed == in_words[code] & of_kind, code
            assert counts[code] == len(listed)
        of_each = {d.id: checks.contradictions(SYSTEM, d, TODAY) for d in made}
        whole = {d.id: seen for d, seen in checks.contradiction_list(SYSTEM, FIRST, TODAY).items()}
        assert whole == {pk: seen for pk, seen in of_each.items() if seen}
        transaction.set_rollback(True)


def street_link(person: Person, door: Dwelling) -> None:
    """A second home that no action would make, as two ledgers merged by hand would."""
    Residence.objects.create(
        grid_id=door.grid_id, person=person, dwelling=door, kind="tenant", source="ledger", created_at=person.created_at
    )


def test_counts_and_lists_stay_inside_the_area_and_masked(street: Street) -> None:
    street.person("张桂兰", grid=GRID)
    street.person("李四", grid=f"{SECOND}000")
    centre = Viewer(None, "街道", (Held(Role.STREET_CENTRE, "120105001"),))

    def n(viewer: Viewer, scope: str) -> int:
        return {c.code: c.n for c in checks.contradiction_counts(viewer, scope, TODAY)}["no_home"]

    assert (n(SYSTEM, "120105001"), n(lead(), "120105001"), n(lead(), SECOND), n(centre, NEXT_GRID)) == (2, 1, 0, 0)
    (row,) = checks.contradictory(centre, FIRST, "no_home", TODAY)
    assert (row.title, row.grid) == ("张**", GRID)
    (row,) = checks.contradictory(lead(), FIRST, "no_home", TODAY)
    assert row.title == "张桂兰"


def test_the_counts_of_an_area_are_two_queries(street: Street) -> None:
    street.person("张桂兰", street.door())
    with CaptureQueriesContext(connection) as seen:
        checks.contradiction_counts(SYSTEM, FIRST, TODAY)
    assert len(seen) == 2


def warned(door: Dwelling, values: dict[str, str], kind: str = "lives_here", who: Viewer | None = None) -> list[str]:
    return [w.sentence for w in entry.warnings(who or lead(), door, values, kind)]


def test_it_warns_while_somebody_is_typed_in(street: Street) -> None:
    door = street.door("101", occupancy="vacant", tenure="owner")
    home = street.door("102")
    street.person("张桂兰", home, id_no=id_no(1), born_on="1980-01-01", phone=phone(1))
    assert warned(door, {"name": "王一"}, "registered_here") == []
    assert warned(door, {"name": "王一"}, "tenant") == ["这一户登记为空房", "这一户登记为自住"]
    assert warned(home, {"name": "张桂兰", "id_no": id_no(1)}) == [f"这个证件号已登记：张桂兰，{home.address}"]
    assert warned(home, {"name": "张桂兰", "born_on": "1980-01-01"}) == ["在册已有 1 人同名，出生日期也相同"]
    assert warned(home, {"name": "张桂兰", "born_on": "1981-01-01"}) == []
    for n in (103, 104):
        street.person(f"王{n}", street.door(str(n)), phone=phone(1))
    assert warned(home, {"name": "王一", "phone": phone(1)}) == ["这个电话已登记在 3 处房屋的人名下"]


def test_a_warning_tells_nothing_of_who_lives_elsewhere(street: Street) -> None:
    street.person("张桂兰", street.door("101", f"{SECOND}001"), id_no=id_no(1))
    said = warned(street.door("102"), {"name": "张桂兰", "id_no": id_no(1)})
    assert said == ["这个证件号已登记在别的网格"]
