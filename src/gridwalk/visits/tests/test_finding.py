"""What is found at a door reaches the register, once and only where it may."""

from __future__ import annotations

from typing import Any

from gridwalk.core import ids
from gridwalk.registry.models import CareLabel, Person, Recheck, Residence
from gridwalk.registry.rules import Claim
from gridwalk.registry.tests import street as made_up
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, NEXT_GRID
from gridwalk.visits.actions import at_the_door, recording
from gridwalk.visits.models import CareContact, Visit
from gridwalk.visits.needs import Need
from gridwalk.visits.tests.walk import Walk, dwelling, target
from gridwalk.visits.values import Arrival, Found, NewVisit


def label(person: Person, days: int = 7) -> CareLabel:
    on = person.created_at.date()
    return CareLabel.objects.create(
        grid_id=person.grid_id,
        person=person,
        category="living_alone",
        interval_days=days,
        starts_on=on,
        ends_on=on.replace(year=on.year + 1),
        source="ledger",
        created_at=person.created_at,
    )


def test_one_visit_feeds_everything_that_is_kept_about_a_home(walk: Walk) -> None:
    door = walk.street.door()
    stays, leaves = walk.street.person("王试甲", door), walk.street.person("王试乙", door, "tenant")
    died = walk.street.person("王试丙", door)
    care = label(stays)
    walk.dispatch()
    baby = Arrival({"name": "王试丁", "id_no": made_up.id_no(1, "20260901")}, "lives_here")
    walk.knock(
        door,
        "met",
        walk.then(),
        met_adult=True,
        findings=Found(
            claims=(Claim("dwelling", door.id, "tenure", "owner", "visit"),),
            confirmed=(stays.id,),
            arrivals=(baby,),
            departures=(leaves.id,),
            ends=((died.id, "deceased"),),
            care=(Need(person=stays.id, need="repair", help="given"),),
        ),
    )
    living = set(Residence.objects.filter(dwelling=door, to_on__isnull=True).values_list("person__name", flat=True))
    assert living == {"王试甲", "王试丙", "王试丁"}
    assert dwelling(door.id).tenure == "owner"
    assert Person.objects.get(pk=stays.id).verified_on == Person.objects.get(pk=baby.id).verified_on == walk.at.date()
    assert Person.objects.get(pk=leaves.id).grid_id == f"{FIRST}000"
    assert (Person.objects.get(pk=died.id).status, Recheck.objects.get().proposed) == ("active", "deceased")
    contact = CareContact.objects.get()
    assert (contact.label_id, contact.need, contact.help) == (care.id, "repair", "given")
    assert CareLabel.objects.get().last_contact_on == walk.at.date()
    visit = Visit.objects.get()
    assert (visit.n_confirmed, visit.n_changed) == (1, 4)


def test_a_visit_speaks_only_of_its_own_door(walk: Walk) -> None:
    door, next_door, far = walk.street.door("101"), walk.street.door("102"), walk.street.door("101", FAR_GRID)
    here, neighbour = walk.street.person("王试甲", door), walk.street.person("王试乙", next_door)
    stranger = walk.street.person("王试丙", far)
    walk.dispatch()
    foreign = [
        Found(confirmed=(here.id, stranger.id)),
        Found(departures=(neighbour.id,)),
        Found(ends=((stranger.id, "deceased"),)),
        Found(care=(Need(person=stranger.id),)),
        Found(claims=(Claim("person", stranger.id, "phone", made_up.phone(1), "visit"),)),
        Found(claims=(Claim("dwelling", far.id, "tenure", "let", "visit"),)),
        Found(confirmed=(ids.new_id(),)),
    ]
    for findings in foreign:
        answer = walk.knock(door, "met", walk.then(), findings=findings)
        assert answer.reason == "填的人里有不在这一户名下的，没有记。请刷新这一户再填。"
    assert walk.knock(
        door, "met", walk.then(), findings=Found(care=(Need(person=here.id, need="a car"),))
    ).reason.startswith("不认得")
    assert not Visit.objects.exists()
    assert Person.objects.get(pk=stranger.id).verified_on is None
    assert walk.knock(door, "met", walk.then(), findings=Found(confirmed=(here.id,))).accepted


def test_who_is_known_to_have_ended_does_not_hold_up_the_batch(walk: Walk) -> None:
    door = walk.street.door()
    person = walk.street.person("王试甲", door)
    walk.dispatch()
    Person.objects.filter(pk=person.id).update(status="moved_away")
    end = Found(ends=((person.id, "deceased"),))
    visits = [
        NewVisit(kind="dwelling", entity=door.id, outcome="met", at=walk.then(-1, hour), findings=end)
        for hour in (9, 10)
    ]
    answers = recording.record_visits(actor=walk.worker, at=walk.at, grid=GRID, visits=visits)
    assert [a.accepted for a in answers] == [True, True]
    assert not Recheck.objects.exists()


def test_two_contacts_in_one_batch_are_both_kept_and_the_later_day_counts(walk: Walk) -> None:
    door = walk.street.door()
    person = walk.street.person("王试甲", door)
    label(person)
    walk.dispatch()
    visits = [
        NewVisit(
            kind="dwelling",
            entity=door.id,
            outcome="met",
            at=walk.then(days),
            findings=Found(care=(Need(person=person.id, need=need, help="given"),)),
        )
        for days, need in ((0, "medical"), (-3, "repair"))
    ]
    recording.record_visits(actor=walk.worker, at=walk.at, grid=GRID, visits=visits)
    assert sorted(CareContact.objects.values_list("need", flat=True)) == ["medical", "repair"]
    assert CareLabel.objects.get().last_contact_on == walk.at.date()


def test_vacancy_counts_only_with_a_second_source_and_another_worker_only_after_a_week(walk: Walk) -> None:
    door = walk.street.door()
    walk.dispatch()
    other = made_up.worker()
    walk.knock(door, "vacant_confirmed", walk.then(-9))
    assert (target(door).state, dwelling(door.id).occupancy) == ("remaining", "unknown")
    walk.knock(door, "vacant_confirmed", walk.then(-3), by=other, second_source="other_worker")
    assert (target(door).state, dwelling(door.id).vacancy_source) == ("remaining", "")
    walk.knock(door, "vacant_confirmed", walk.then(-1), by=walk.worker, second_source="other_worker")
    assert target(door).state == "remaining"  # the other looked only two days before, and one's own look is no second
    walk.knock(door, "vacant_confirmed", walk.then(-2), by=other, second_source="other_worker")
    home = dwelling(door.id)
    assert target(door).state == "visited"
    assert (home.occupancy, home.vacancy_source, home.vacancy_confirmed_on) == (
        "vacant",
        "other_worker",
        walk.then(-2).date(),
    )


def test_an_older_proof_typed_in_late_does_not_replace_a_newer_one(walk: Walk) -> None:
    door = walk.street.door()
    walk.dispatch()
    walk.knock(door, "vacant_confirmed", walk.then(-1), second_source="neighbour")
    walk.knock(door, "vacant_confirmed", walk.then(-5), second_source="property_office")
    home = dwelling(door.id)
    assert (home.vacancy_source, home.vacancy_confirmed_on) == ("neighbour", walk.then(-1).date())
    assert home.last_contact_on == walk.then(-1).date()


def test_a_visit_writes_to_the_grids_of_those_it_speaks_of_and_to_no_other(walk: Walk) -> None:
    street = walk.street
    door, next_door, far = street.door("101"), street.door("201", NEXT_GRID), street.door("301", FAR_GRID)
    here, moves = street.person("王试甲", door), street.person("王试乙", next_door, id_no=made_up.id_no(1))
    street.person("王试丙", far)
    street.move_in(here, next_door, "registered_here")
    Residence.objects.filter(person=here, kind="registered_here").update(grid=NEXT_GRID)

    def touched(**said: Any) -> set[str]:
        return at_the_door.grids_touched(GRID, [Found(**said)])

    assert touched() == set()
    assert touched(confirmed=(here.id,)) == {GRID}
    assert touched(departures=(here.id,)) == {GRID, NEXT_GRID, f"{FIRST}000"}
    assert touched(arrivals=(Arrival({"name": "王试乙", "id_no": made_up.id_no(1)}, "tenant"),)) == {NEXT_GRID}
    assert touched(arrivals=(Arrival({"name": "王试丁", "id_no": made_up.id_no(3)}, "tenant"),)) == set()
    Person.objects.filter(pk=moves.pk).update(status="struck_off")
    assert NEXT_GRID in touched(arrivals=(Arrival({"name": "王试乙", "id_no": made_up.id_no(1)}, "tenant"),))
