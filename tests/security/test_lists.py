"""What a list has for whom: every query of an area, asked by each role of that place and of another, in exact numbers.

In the first grid stands one of each kind; behind the second community's border stand the same people and doors again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import SYSTEM, NotPermitted, Viewer
from gridwalk.bench.queries import checks, decisions
from gridwalk.campaigns import queries as campaigns
from gridwalk.console import plain_lists
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.differences.queries import at_doors, batches, differences
from gridwalk.indicators import queries as indicators
from gridwalk.lists import queries as pages
from gridwalk.lists.listing import Listing
from gridwalk.reconcile.queries import comparisons
from gridwalk.registry.actions import ends
from gridwalk.registry.queries import care, lists, rechecks
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, NEXT_GRID, Street, phone
from gridwalk.territory import queries as territory
from gridwalk.upkeep.queries import plans
from gridwalk.visits.queries import care as needs
from gridwalk.visits.queries import overdue, rounds, worklist
from gridwalk.visits.tests.test_finding import label
from tests.security import objects

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def size(rows: Any) -> int:
    """How many a list has, whatever it comes with."""
    if isinstance(rows, int):
        return rows
    if isinstance(rows, tuple):
        return size(rows[0])
    return len(rows)


def n_seen(ask: Callable[[Viewer, str], Any], who: Viewer, scope: str) -> int | str:
    try:
        return size(ask(who, scope))
    except (NotHere, NotPermitted):
        return "-"


def listed(listing: Listing, who: Viewer, scope: str, today: dt.date) -> int:
    """The rows of a list's first page, which must be as many as its total says."""
    reader = who.reader(scope)
    view = pages.usable(listing, listing.view, reader)
    asking = pages.Asking(listing=listing, viewer=who, reader=reader, scope=scope, view=view, today=today)
    n = len(pages.page(asking).rows)
    assert pages.total(asking).n == n
    return n


LISTS = """
worker lead street district inspector leading administrator next_worker next_lead next_street
open_cases        0    1    1    0    0    0    0    1    0    0
decided           0    1    0    0    0    0    0    0    0    0
n_decided         0    1    0    0    0    0    0    0    0    0
of_nobody         3    3    3    3    0    3    0    0    0    0
questions         0    0    0    -    -    -    -    -    -    -
recent            0    1    0    0    0    0    0    0    0    0
choices           0    1    0    0    0    0    0    0    0    0
visible           0    2    0    0    0    0    0    0    0    0
n_open            0    2    0    0    0    0    0    0    0    0
sources           0    1    0    0    0    0    0    0    0    0
visible_grids     1    3    3    3    -    3    -    1    -    -
comparisons       0    1    0    0    0    0    0    0    0    0
care_due          1    2    -    -    -    -    -    -    -    -
care_ending       1    2    -    -    -    -    -    -    -    -
persons           2    3    3    -    -    -    -    -    -    -
doors             2    3    3    -    -    -    -    -    -    -
rechecks         0    1    1    0    0    0    0    0    0    0
n_rechecks       0    1    1    0    0    0    0    0    0    0
grids             1    3    3    3    0    3    0    1    0    0
plans             0    1    1    0    0    0    0    0    0    0
followed          1    1    -    -    -    -    -    -    -    -
n_followed        1    1    -    -    -    -    -    -    -    -
overdue           2    3    3    -    -    -    -    -    -    -
without_door      0    0    0    -    -    -    -    -    -    -
facilities        1    1    1    -    -    -    -    -    -    -
rounds_due        2    2    2    -    -    -    -    -    -    -
in_time           1    1    1    -    -    -    -    -    -    -
gaps              2    2    2    -    -    -    -    -    -    -
"""
"""List → how many each role finds there, ``-`` where it does not open: a worker in the own grid, everybody else in the
first community.
"""


def test_a_list_has_what_is_theirs_to_see(at: dt.datetime, account: Callable[..., User]) -> None:
    world = objects.lay_out(at, account)
    street = Street(at)
    for grid in (NEXT_GRID, FAR_GRID):
        home = street.door("102", grid) if grid == FAR_GRID else street.door("202", grid)
        other = street.person("王试甲", home, phone=phone(3), born_on="1980-01-01")
        street.say(other, "phone", phone(4))
        label(other)
        said: dict[str, Any] = {"proposed": "moved_away", "evidence": "phone", "reason": "搬去外地"}
        ends.propose_end(actor=SYSTEM, at=at, kind="person", entity=other.pk, **said)
    later = clock.local_date(at) + dt.timedelta(days=355)
    today = clock.local_date(at)
    asked: dict[str, Callable[[Viewer, str], Any]] = {
        "open_cases": lambda v, scope: checks.open_cases(v, scope, today),
        "decided": lambda v, scope: decisions.decided(v, scope),
        "n_decided": lambda v, scope: decisions.n_decided(v, scope),
        "of_nobody": lambda v, scope: campaigns.of_nobody(v, world.campaign, scope, today),
        "questions": lambda v, scope: at_doors.questions(v, scope),
        "recent": lambda v, scope: batches.recent(v, scope, at),
        "choices": lambda v, scope: batches.choices(v, scope),
        "visible": lambda v, scope: differences.visible(v, scope).count(),
        "n_open": lambda v, scope: differences.n_open(v, scope),
        "sources": lambda v, scope: differences.sources(v, scope),
        "visible_grids": lambda v, scope: indicators.visible_grids(v, scope),
        "comparisons": lambda v, scope: comparisons.n_waiting(v, scope),
        "care_due": lambda v, scope: care.due(v, scope, later),
        "care_ending": lambda v, scope: care.listed(v, scope, "ending", later),
        "persons": lambda v, scope: listed(lists.PERSONS, v, scope, today),
        "doors": lambda v, scope: listed(lists.DOORS, v, scope, today),
        "rechecks": lambda v, scope: rechecks.waiting(v, scope),
        "n_rechecks": lambda v, scope: rechecks.n_waiting(v, scope),
        "grids": lambda v, scope: territory.grids(v, scope=scope),
        "plans": lambda v, scope: plans.waiting(v, scope),
        "followed": lambda v, scope: needs.followed(v, scope, later),
        "n_followed": lambda v, scope: needs.n_followed(v, scope),
        "overdue": lambda v, scope: overdue.doors(v, scope, later),
        "without_door": lambda v, scope: overdue.without_door(v, scope, later),
        "facilities": lambda v, scope: rounds.facilities(v, scope, rounds.Chosen(), later),
        "rounds_due": lambda v, scope: rounds.due(v, scope, later),
        "in_time": lambda v, scope: sum(f.d for f in rounds.in_time(v, scope, today)),
        "gaps": lambda v, scope: worklist.gaps(v, world.campaign, scope, at=at),
    }
    viewers = objects.viewers()
    found = {
        name: [n_seen(ask, viewer, GRID if who == "worker" else FIRST) for who, viewer in viewers.items()]
        for name, ask in asked.items()
    }
    head, *lines = (line.split() for line in LISTS.strip().splitlines())
    assert head == list(viewers)
    assert found == {name: [n if n == "-" else int(n) for n in numbers] for name, *numbers in lines}


CHOSEN_FROM = """
gaps          worker lead street
gap_person    worker lead street
gap_dwelling  worker lead street
gap_site      worker lead street
visits        lead street
ends          lead street
plans         lead street
waiting       lead
due           worker lead
labels        worker lead
places        worker lead
needs         worker lead
matters       worker lead street
acts          lead street administrator
imports       lead street
comparisons   lead street
people        administrator
"""
"""List on a page of another kind → the roles that choose from it; everybody else is told that there is none."""


def test_each_list_on_a_page_is_chosen_from_by_whom_the_table_names(at: dt.datetime) -> None:
    Street.lay_out(at)

    def may(who: Viewer, code: str) -> bool:
        try:
            return plain_lists.get_list(who, code).code == code
        except NotHere:
            return False

    here = {name: viewer for name, viewer in objects.viewers().items() if not name.startswith("next")}
    table = {code: set(names) for code, *names in map(str.split, CHOSEN_FROM.strip().splitlines())}
    assert {code: {name for name, who in here.items() if may(who, code)} for code in table} == table
    assert set(table) == {*plain_lists._OF_EVERYBODY, *plain_lists._OF_VIEWER}
