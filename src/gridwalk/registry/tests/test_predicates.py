"""The conditions that counts and gap lists share, each on rows made for its hard cases, worked by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Q

from gridwalk.core import clock, ids
from gridwalk.registry import predicates
from gridwalk.registry.models import CareLabel, Dwelling, Facility, Person, Residence, Site
from gridwalk.registry.tests.street import GRID, Street

TODAY = dt.date(2026, 10, 13)
HOME, OVER, GONE = ("lives_here", "now", "stands"), ("lives_here", "over", "stands"), ("tenant", "now", "struck_off")
REGISTERED, LEFT = ("registered_here", "now", "stands"), ("registered_here", "over", "stands")
PULLED_DOWN = ("registered_here", "now", "struck_off")
LINKS: dict[str, list[tuple[str, str, str]]] = {
    "nowhere": [],
    "one home": [HOME],
    "as a tenant": [("tenant", "now", "stands")],
    "two homes": [HOME, HOME],
    "three homes": [HOME, HOME, HOME],
    "a home that is over": [OVER],
    "a home at a door struck off": [GONE],
    "one home after another": [OVER, HOME],
    "one home and one struck off": [HOME, GONE],
    "registered, lives elsewhere": [REGISTERED],
    "registered at a door struck off": [PULLED_DOWN],
    "registered at two doors": [REGISTERED, REGISTERED],
    "registered at two doors, one over": [REGISTERED, LEFT],
    "registered at two doors, one struck off": [REGISTERED, PULLED_DOWN],
    "a home, registered at two doors": [HOME, REGISTERED, REGISTERED],
    "two homes, registered at one": [HOME, HOME, REGISTERED],
}


WISH = "chronic_illness"


def door(street: Street, name: str, **values: Any) -> Dwelling:
    """A door that is called something in the test."""
    new = street.door(str(1001 + Dwelling.objects.count()))
    Dwelling.objects.filter(pk=new.pk).update(room=name, **values)
    return new


def person(name: str, **values: Any) -> Person:
    at = clock.at_local(TODAY, 8)
    return Person.objects.create(grid_id=GRID, name=name, source="office", created_at=at, **values)


def link(street: Street, who: Person, kind: str, state: str, stands: str) -> None:
    status = "struck_off" if stands == "struck_off" else "active"
    live(who, door(street, who.name[:20], status=status), kind, over=state == "over")


def live(who: Person, home: Dwelling, kind: str = "lives_here", *, over: bool = False) -> None:
    Residence.objects.create(
        grid_id=home.grid_id,
        person=who,
        dwelling=home,
        kind=kind,
        to_on=TODAY - dt.timedelta(days=900) if over else None,
        source="office",
        created_at=home.created_at,
    )


def persons(condition: Q) -> set[str]:
    return set(Person.objects.filter(condition).values_list("name", flat=True))


def doors(condition: Q) -> set[str]:
    return set(Dwelling.objects.filter(condition).values_list("room", flat=True))


def test_rate_4_counts_exactly_one_home_that_is_current_and_stands(street: Street) -> None:
    for name, links in LINKS.items():
        who = person(name)
        for kind, state, stands in links:
            link(street, who, kind, state, stands)
    linked = {
        "one home",
        "as a tenant",
        "one home after another",
        "one home and one struck off",
        "registered, lives elsewhere",
        "registered at two doors, one over",
        "registered at two doors, one struck off",
        "a home, registered at two doors",
    }
    nowhere = {"nowhere", "a home that is over", "a home at a door struck off", "registered at a door struck off"}
    two_homes = {"two homes", "three homes", "two homes, registered at one"}
    several = {*two_homes, "registered at two doors"}
    assert persons(predicates.person_linked()) == linked
    assert persons(predicates.person_without_home()) == nowhere
    assert persons(predicates.person_with_several_homes()) == several
    assert persons(predicates.person_in_two_homes()) == two_homes
    at_home = {"one home", "as a tenant", "one home after another", "one home and one struck off", *two_homes}
    assert persons(predicates.person_with_home()) == {*at_home, "a home, registered at two doors"}
    assert linked | nowhere | several == set(LINKS), "everybody is linked or stands in the gap, for one reason"
    assert len(linked) + len(nowhere) + len(several) == len(LINKS)


def test_a_door_is_resolved_by_who_lives_there_now_or_by_a_vacancy_that_is_proved(street: Street) -> None:
    def home(room: str, *people: tuple[str, bool, str], **values: Any) -> None:
        of_people = door(street, room, **values)
        for kind, over, status in people:
            live(person(f"{room} {kind}", status=status), of_people, kind, over=over)

    home("1", ("lives_here", False, "active"))
    home("2", ("boarder", False, "active"), occupancy="vacant")
    home("3", ("lives_here", True, "active"))
    home("4", ("lives_here", False, "deceased"))
    home("5", ("registered_here", False, "active"))
    home("6")
    home("7", occupancy="vacant")
    home("8", occupancy="vacant", vacancy_source="property_office")
    home("9", occupancy="occupied", vacancy_source="property_office")
    home("10", ("lives_here", True, "active"), ("tenant", False, "active"))
    assert doors(predicates.dwelling_resolved()) == {"1", "2", "8", "10"}


def test_what_awaits_its_recheck_still_counts(street: Street) -> None:
    for room, status in (("1", "active"), ("2", "strike_off_pending"), ("3", "struck_off")):
        door(street, room, status=status)
    assert doors(predicates.dwelling_active()) == {"1", "2"}
    for status in ("active", "deceased", "moved_away"):
        person(status, status=status)
    assert persons(predicates.person_active()) == {"active"}


def test_a_person_is_complete_with_all_four_and_valid_with_a_number_one_home_and_no_open_end(street: Street) -> None:
    def whole(name: str, **values: Any) -> Person:
        given = {"id_no_index": f"of {name}", "sex": "female", "born_on": dt.date(1980, 1, 1)}
        return person(name, **{**given, **values})

    whole("whole")
    whole("")
    for missing, nothing in (("id_no_index", ""), ("sex", ""), ("born_on", None)):
        whole(f"no {missing}", **{missing: nothing})
    whole("pending", status_pending="deceased")
    two = whole("two homes")
    for _ in range(2):
        link(street, two, *HOME)
    assert persons(predicates.person_complete()) == {"whole", "pending", "two homes"}
    assert persons(predicates.person_valid()) == {"whole", "", "no sex", "no born_on"}


def days_ago(n: int) -> dt.date:
    return TODAY - dt.timedelta(days=n)


def test_a_door_falls_due_on_the_day_after_its_interval_and_a_new_one_as_from_its_first_day(street: Street) -> None:
    for vacant, days in ((True, 60), (False, 90)):
        for n in (days, days + 1):
            room = f"{'vacant' if vacant else 'let'} {n}"
            of = {"occupancy": "vacant"} if vacant else {"occupancy": "occupied", "tenure": "let"}
            begun = dt.time(0, 0) if n == days else dt.time(23, 59)
            at = dt.datetime.combine(days_ago(n), begun, tzinfo=clock.LOCAL)
            door(street, f"{room} seen", **of, last_contact_on=days_ago(n))
            door(street, f"{room} new", **of, created_at=at)
    rooms = {d.room: d for d in Dwelling.objects.filter(predicates.dwelling_overdue(TODAY))}
    assert set(rooms) == {"vacant 61 seen", "vacant 61 new", "let 91 seen", "let 91 new"}
    due = dict(Dwelling.objects.annotate(due=predicates.dwelling_due_on()).values_list("room", "due"))
    assert (due["vacant 60 seen"], due["let 90 new"]) == (TODAY, TODAY), "due today is not overdue yet"


@pytest.mark.parametrize(
    ("table", "overdue"), [(Site, predicates.site_overdue), (Facility, predicates.facility_overdue)]
)
def test_a_place_falls_due_by_its_own_interval(street: Street, table: Any, overdue: Callable[[dt.date], Q]) -> None:
    for name, contact, first in (
        ("today", days_ago(30), days_ago(99)),
        ("yesterday", days_ago(31), days_ago(99)),
        ("new, today", None, days_ago(30)),
        ("new, yesterday", None, days_ago(31)),
    ):
        row = {"grid_id": GRID, "name": name, "interval_days": 30, "last_contact_on": contact, "source": "office"}
        table.objects.create(**row, created_at=clock.at_local(first, 23, 59))
    assert set(table.objects.filter(overdue(TODAY)).values_list("name", flat=True)) == {
        "yesterday",
        "new, yesterday",
    }


def label(who: Person, **values: Any) -> CareLabel:
    given = {"category": "living_alone", "interval_days": 7, "starts_on": days_ago(90), "ends_on": days_ago(-90)}
    return CareLabel.objects.create(
        id=ids.new_id(), grid_id=GRID, person=who, source="office", created_at=who.created_at, **{**given, **values}
    )


def test_a_label_holds_from_its_first_to_its_last_day_with_consent_where_it_rests_on_it(street: Street) -> None:
    labels: dict[str, dict[str, Any]] = {
        "holds": {},
        "first day": {"starts_on": TODAY},
        "tomorrow": {"starts_on": days_ago(-1)},
        "last day": {"ends_on": TODAY},
        "over": {"ends_on": days_ago(1)},
        "ended today": {"ended_on": TODAY},
        "ends tomorrow": {"ended_on": days_ago(-1)},
        "wish unsaid": {"category": WISH},
        "wish said": {"category": WISH, "consent": "self"},
    }
    for name, values in labels.items():
        label(person(name), **values)
    holding = {"holds", "first day", "last day", "ends tomorrow", "wish said"}
    assert persons(predicates.has_care(TODAY)) == holding
    assert set(CareLabel.objects.filter(predicates.label_in_force(TODAY)).values_list("person__name", flat=True)) == (
        holding
    )


def test_care_is_overdue_by_the_label_whose_interval_is_shortest(street: Street) -> None:
    people: dict[str, list[dt.date | None]] = {
        "in time": [days_ago(7)],
        "late": [days_ago(8)],
        "never": [None],
        "one of two": [days_ago(1), days_ago(8)],
        "both in time": [days_ago(1), days_ago(7)],
    }
    for name, contacts in people.items():
        who = person(name)
        for n, contact in enumerate(contacts):
            label(who, last_contact_on=contact, starts_on=days_ago(90 - n))
    ended = person("late, ended")
    label(ended, last_contact_on=days_ago(8), ended_on=days_ago(1))
    assert persons(predicates.care_overdue(TODAY)) == {"late", "never", "one of two"}
    due = dict(Person.objects.annotate(due=predicates.first_due(TODAY)).values_list("name", "due"))
    assert (due["one of two"], due["both in time"], due["never"]) == (days_ago(1), TODAY, days_ago(83))


def test_what_was_verified_stays_fresh_for_half_a_year_to_the_day(street: Street) -> None:
    for name, on in (("fresh", days_ago(180)), ("stale", days_ago(181)), ("never", None)):
        person(name, verified_on=on)
    assert persons(predicates.person_fresh(TODAY)) == {"fresh"}
    assert predicates.ages("person") and min(predicates.ages("person").values()) == 180
