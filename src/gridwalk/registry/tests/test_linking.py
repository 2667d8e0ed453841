"""Who lives where: links, moves, and which grid a person belongs to."""

from __future__ import annotations

from gridwalk.core.models import Change
from gridwalk.registry.actions import creation
from gridwalk.registry.models import CareLabel, Difference, Residence
from gridwalk.registry.tests.street import (
    FAR_GRID,
    FIRST,
    GRID,
    GRIDS,
    NEXT_GRID,
    Street,
    id_no,
    links,
    open_differences,
)
from gridwalk.timeline import queries as timeline


def test_a_ledger_never_makes_a_second_home_and_asks_once(street: Street) -> None:
    home, other = street.door("101"), street.door("102", NEXT_GRID)
    person = street.person("张桂兰", home, "tenant")
    for _ in range(2):
        street.move_in(person, other, "lives_here", "ledger")
    assert links(person) == [(home.id, "tenant")]
    assert open_differences() == [("residence", "lives_in_two_places")]
    (asked,) = Difference.objects.all()
    assert asked.opened("current") == home.address
    assert asked.opened("claimed") == other.address


def test_a_ledger_adds_a_registration_beside_a_home(street: Street) -> None:
    home, registered = street.door("101"), street.door("102", NEXT_GRID)
    person = street.person("张桂兰", home, "tenant")
    street.move_in(person, registered, "registered_here", "ledger")
    assert links(person) == [(registered.id, "registered_here"), (home.id, "tenant")]
    assert open_differences() == []


def test_nobody_is_registered_twice_and_a_ledger_asks(street: Street) -> None:
    old, new = street.door("101"), street.door("102", NEXT_GRID)
    away, here = street.person("张桂兰", old, "registered_here"), street.person("李四", old, "lives_here")
    for kind in ("lives_here", "registered_here"):
        street.move_in(away, new, kind, "ledger")
    street.move_in(here, new, "registered_here", "ledger")
    assert (links(away), links(here)) == ([(old.id, "registered_here")], [(old.id, "lives_here")])
    assert open_differences() == [("residence", "registered_twice")] * 2, "one claim a door"
    street.move_in(away, new, "lives_here", "office")
    street.move_in(here, new, "registered_here", "office")
    assert links(away) == [(new.id, "lives_here")]
    assert links(here) == [(old.id, "lives_elsewhere_registered"), (new.id, "registered_here")]


def test_a_ledger_that_brings_somebody_home_asks_where_they_live_now(street: Street) -> None:
    registered, home = street.door("101", FAR_GRID), street.door("102", NEXT_GRID)
    person = street.person("张桂兰", registered, "registered_here")
    street.move_in(person, home, "tenant")
    street.move_in(person, registered, "lives_here", "ledger")
    assert links(person) == [(registered.id, "registered_here"), (home.id, "tenant")]
    (asked,) = Difference.objects.all()
    assert (asked.field, asked.why, asked.grid_id) == ("residence", "lives_in_two_places", NEXT_GRID)


def test_a_ledger_that_says_another_kind_asks(street: Street) -> None:
    home = street.door()
    person = street.person("张桂兰", home, "lives_here")
    street.move_in(person, home, "registered_here", "ledger")
    assert links(person) == [(home.id, "lives_here")]
    assert open_differences() == [("residence_kind", "ledger_differs")]


def test_whoever_moves_stays_registered_where_their_household_is(street: Street) -> None:
    old, new = street.door("101"), street.door("102", NEXT_GRID)
    person = street.person("张桂兰", old, "lives_here")
    street.move_in(person, new, "tenant")
    person.refresh_from_db()
    assert links(person) == [(old.id, "registered_here"), (new.id, "tenant")]
    assert person.grid_id == NEXT_GRID
    link = Residence.objects.get(dwelling=old)
    assert "居住类别 户籍在此，住在这里 → 户籍在此，住在别处" in {
        p.sentence for p in timeline.past("person", [link.id], full=True)
    }


def test_whoever_moves_with_the_household_leaves_nothing_behind(street: Street) -> None:
    old, new = street.door("101"), street.door("102", NEXT_GRID)
    person = street.person("张桂兰", old, "lives_here")
    tenant = street.person("李四", old, "tenant")
    street.move_in(person, new, "lives_here")
    street.move_in(tenant, new, "tenant")
    assert links(person) == [(new.id, "lives_here")]
    assert links(tenant) == [(new.id, "tenant")]


def test_coming_home_to_the_registered_door_leaves_the_rented_one(street: Street) -> None:
    registered, rented = street.door("101"), street.door("102", NEXT_GRID)
    person = street.person("张桂兰", registered, "registered_here")
    street.move_in(person, rented, "tenant")
    street.move_in(person, registered, "lives_here")
    assert links(person) == [(registered.id, "lives_here")]


def test_two_moves_in_one_batch_end_at_the_last_door(street: Street) -> None:
    first, second = street.door("101"), street.door("102")
    person = street.person("张桂兰")
    with street.writing() as writing:
        n_links = creation.link(
            writing,
            [
                creation.NewResidence(person=person.id, dwelling=first.id, grid=GRID, kind="tenant", source="visit"),
                creation.NewResidence(person=person.id, dwelling=second.id, grid=GRID, kind="tenant", source="visit"),
            ],
        )
    assert n_links == 2
    assert links(person) == [(second.id, "tenant")]
    assert Residence.objects.get(dwelling=first).to_on == street.at.date()


def test_a_person_belongs_to_the_home_then_to_the_registered_door_then_to_none(street: Street) -> None:
    home, registered = street.door("101", NEXT_GRID), street.door("102", FAR_GRID)
    person = street.person("张桂兰", home, "tenant", id_no=id_no(1))
    street.move_in(person, registered, "registered_here")
    with street.writing() as writing:
        creation.label_care(
            writing, [creation.NewCare(person=person.id, grid=NEXT_GRID, category="aged", source="ledger")]
        )
    street.say(person, "name", "张桂蓝", "visit")
    grids = []
    for door in (home, registered):
        with street.writing() as writing:
            creation.end_residences(
                writing, list(Residence.objects.filter(dwelling=door)), source="office", reason="迁出"
            )
            creation.place_persons(writing, [person.id])
        person.refresh_from_db()
        grids.append(person.grid_id)
        assert CareLabel.objects.get().grid_id == person.grid_id
        assert Difference.objects.get().grid_id == person.grid_id
    assert grids == [FAR_GRID, f"{FAR_GRID[:12]}000"]
    assert set(grids) < set(GRIDS)
    left = Change.objects.filter(entity=person.id, field=Change.LEFT)
    assert sorted(left.values_list("stream_id", flat=True)) == [NEXT_GRID, FAR_GRID]


def test_a_care_label_is_given_once_while_it_stands_and_ends_after_a_year(street: Street) -> None:
    person = street.person("张桂兰", street.door())
    plan = creation.NewCare(person=person.id, grid=GRID, category="living_alone", source="ledger")
    with street.writing() as writing:
        assert len(creation.label_care(writing, [plan, plan])) == 1
        assert len(creation.label_care(writing, [plan])) == 0
    label = CareLabel.objects.get()
    assert (label.interval_days, (label.ends_on - label.starts_on).days) == (7, 365)
    assert person.grid_id.startswith(FIRST)
