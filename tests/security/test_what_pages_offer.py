"""What each role is offered on the pages of what lies in its area: the ways on, and the buttons, as the table says.

A page that opens says nothing of what is offered there; whoever is offered what is refused them, or not offered what
is theirs to do, sees it here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import resolve, reverse

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Role
from gridwalk.campaigns.models import Campaign
from gridwalk.core import clock
from gridwalk.registry.models import Person
from gridwalk.registry.tests.street import FIRST, GRID
from tests.harness.people import SignIn
from tests.security import objects

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

ROLES = {"worker": (Role.GRID_WORKER, GRID), "lead": (Role.COMMUNITY_LEAD, FIRST), "street": objects.POSTS["street"]}
LINK = re.compile(r'\s(?:href|action|formaction|hx-get|hx-post)="(/[^"?#]*)')
SHOWN_TO_ALL = {"about", "board", "record_rounds"}
"""The way up; a form around lists of facilities, of which the buttons count."""
BUTTON = re.compile(r'<button[^>]*\sname="(\w+)"[^>]*\svalue="([a-z_]+)"')


OFFERED = """
door worker            bench_case building correct daily_event daily_form dwelling merge_find move_find person
                       propose_end record_visit upkeep_plan
door lead              bench_case building correct daily_event daily_form dossier dwelling merge_find move_find person
                       propose_end record_visit upkeep_plan
door street            building dwelling upkeep_plan
person worker          care_contact care_label care_need care_new correct daily_form dial dwelling merge_find
                       propose_end reveal split_person upkeep_plan
person lead            care_contact care_label care_need care_new correct daily_form dial difference dossier
                       dwelling merge_find person_access propose_end reveal split_person upkeep_plan
person street          person_access upkeep_plan
ended worker           bench_case correct daily_event dwelling propose_end
ended lead             bench_case correct daily_event dossier dwelling erase_person person_access propose_end
ended street           erase_person person_access
organization worker    correct daily_form merge_find propose_end record_visit
organization lead      correct daily_form merge_find propose_end record_visit
organization street
site worker            correct do=faulty do=fine propose_end record_visit
site lead              correct do=faulty do=fine propose_end record_visit
site street
facility worker        correct do=faulty do=fine do=remove do=stopped facilities facility_state
facility lead          correct do=faulty do=fine do=remove do=stopped facilities facility_state
facility street        facilities
building worker        add_facility building building_door buildings dwelling propose_end renumber
building lead          add_facility building building_door buildings dwelling propose_end renumber
building street        building building_door buildings dwelling
care_label worker      care care_contact do=end do=interval do=renew do=responsible do=review dwelling person
care_label lead        care care_contact do=end do=interval do=renew do=responsible do=review dwelling person
care_label street      nothing
daily_event worker     daily daily_form dwelling
daily_event lead       daily daily_form dwelling
daily_event street     nothing
difference worker      nothing
difference lead        decide decision=accept decision=keep decision=to_door differences differences_list dwelling
                       person reveal_difference rules
difference street      nothing
import worker          nothing
import lead            do=again do=apply do=preview import_cancel import_mapping imports
import street          do=again do=apply do=preview import_cancel import_mapping imports
comparison worker      nothing
comparison lead        comparison_cancel comparison_mapping comparisons do=again do=compare
comparison street      comparison_cancel comparison_mapping comparisons do=again do=compare
overdue worker         daily do=confirm dwelling overdue_do
overdue lead           daily do=confirm do=visit dwelling overdue_do
overdue street         daily do=visit dwelling overdue_do
gaps worker            choose do=add do=evening do=off do=slot do=today dwelling gaps_plan walk_sheet
gaps lead              choose do=add do=evening do=off do=reassign do=slot do=today dwelling gaps_export
                       gaps_hand_over gaps_plan
gaps street            choose do=add do=evening do=off do=reassign do=slot do=today dwelling gaps_export
                       gaps_hand_over gaps_plan
campaign worker        gaps workdays
campaign lead          gaps grants substitutes workdays
campaign street        campaign_change campaign_close campaign_pause campaign_wave gaps grants substitutes
                       workdays
facilities worker      do=fine facility rounds
facilities lead        do=fine facility rounds
facilities street      facility rounds
care worker            care_contact choose dial do=add dwelling person
care lead              care_contact choose dial do=add dwelling person
care street            nothing
bench worker           bench bench_move_out dwelling person
bench lead             bench bench_decide bench_decided bench_move_out bench_undo choice=to_door dwelling person
bench street           bench
comparisons worker     nothing
comparisons lead       choose comparison comparison_upload consistency do=add estates
comparisons street     choose comparison comparison_upload consistency do=add
imports worker         nothing
imports lead           choose do=add import import_template import_upload
imports street         choose do=add import import_template import_upload
devices worker         nothing
devices lead           badge_set device_code outbox_import
devices street         nothing
"""
"""Page and role → where it leads and what its buttons do; the way up aside. ``nothing``: it does not open.
"""


def offered(client: Client, path: str) -> set[str]:
    """Names of what a page leads to or lets do."""
    answer = client.get(path)
    if answer.status_code != 200:
        return {"nothing"}
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    links = {resolve(link).view_name.removeprefix("console:") for link in LINK.findall(main)}
    return links - SHOWN_TO_ALL | {f"{name}={value}" for name, value in BUTTON.findall(main)}


def pages(at: dt.datetime, account: Callable[..., User]) -> dict[str, str]:
    """Page → its address: one of each kind of object, and the lists they stand in."""
    world = objects.lay_out(at, account)
    ends_on = clock.local_date(clock.now()) + dt.timedelta(days=30)  # days to be planned for, on whatever day it runs
    Campaign.objects.filter(pk=world.campaign.pk).update(ends_on=ends_on)
    ended = Person.objects.get(name="王试乙")
    Person.objects.filter(pk=ended.pk).update(status="moved_away", ended_on=at.date())
    records = {
        "door": ("dwelling", world.door),
        "person": ("person", world.person),
        "ended": ("person", ended),
        "organization": ("organization", world.organization),
        "site": ("site", world.site),
        "facility": ("facility", world.facility),
        "building": ("building", world.building),
        "care_label": ("care_label", world.label),
        "daily_event": ("daily_event", world.event),
        "difference": ("difference", world.difference),
        "import": ("import", world.imported),
        "comparison": ("comparison", world.compared),
    }
    lists = {line.split()[0] for line in written()} - records.keys()
    return {page: reverse(f"console:{name}", args=[row.pk]) for page, (name, row) in records.items()} | {
        page: reverse(f"console:{page}") for page in lists
    }


def written() -> list[str]:
    """The lines of the table, each on one."""
    return re.sub(r"\n +", " ", OFFERED.strip()).splitlines()


def test_each_role_is_offered_what_the_table_says(
    at: dt.datetime, account: Callable[..., User], sign_in: SignIn
) -> None:
    table = {(page, who): set(names) for page, who, *names in (line.split() for line in written())}
    clients = {who: sign_in(*post) for who, post in ROLES.items()}
    paths = pages(at, account)
    assert {(page, who): offered(clients[who], paths[page]) for page, who in table} == table
