"""The views of a building's chart: who may open which, what each says of a door, and that opening is noted."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gridwalk.accounts.rules import Role
from gridwalk.core import clock
from gridwalk.core.models import AuditEntry
from gridwalk.registry.models import CareLabel, Difference, Dwelling, Person
from gridwalk.territory.rules import unassigned_of
from tests.harness.campaign import COMMUNITY, GRID
from tests.harness.people import SignIn

pytestmark = pytest.mark.slow


def chart(client: Client, building: object, view: str = "") -> tuple[str, dict[str, str]]:
    """The page, and room → what its door reads aloud."""
    answer = client.get(f"/buildings/{building}/", {"view": view} if view else {})
    assert answer.status_code == 200, answer.status_code
    shown = answer.content.decode()
    return shown, dict(re.findall(r'class="sr">[^<]*?层 (\w+)(?:，([^<]*))?</span>', shown))


def care_for(person: Person) -> None:
    """Every seven days, and nobody has come for sixty."""
    long_ago = clock.local_date(clock.now()) - dt.timedelta(days=60)
    CareLabel.objects.create(
        grid_id=person.grid_id,
        person=person,
        category="aged",
        interval_days=7,
        starts_on=long_ago,
        ends_on=long_ago + dt.timedelta(days=300),
        source="office",
        created_at=clock.now(),
    )


@pytest.fixture
def building(street: Client) -> object:
    """In 101 somebody lives whose contact is overdue and whose sex is asked about; 201 is let; 401 stands empty."""
    who = Person.objects.get(name="程望舒")
    care_for(who)
    Difference.objects.create(
        grid_id=GRID,
        kind="person",
        entity=who.pk,
        field="sex",
        claimed="female",
        source="ledger",
        created_at=clock.now(),
    )
    doors = Dwelling.objects.filter(grid_id=GRID)
    doors.filter(room="201").update(occupancy="occupied", tenure="let")
    doors.filter(room="401").update(occupancy="vacant")
    return doors.get(room="401").building_id


def test_each_view_says_of_a_door_what_it_is_for(street: Client, building: object) -> None:
    shown, doors = chart(street, building)
    assert re.findall(r'(?:\?view=\w+|/)"[^>]*>(走访|居住|关爱到期|差异)</a>', shown) == [
        "走访",
        "居住",
        "关爱到期",
        "差异",
    ]
    assert "data-print" in shown and not AuditEntry.objects.filter(verb="list.opened").exists()
    living, doors = chart(street, building, "living")
    assert (doors["401"], doors["201"]) == ("空房", "出租房")
    care, doors = chart(street, building, "care")
    assert (doors["101"], doors["401"]) == ("关爱联系到期", "")
    asked, doors = chart(street, building, "differences")
    assert (doors["101"], doors["401"]) == ("有差异待定", "")
    for page in (living, care, asked):
        assert "data-print" not in page and 'class="sheet secret"' in page, "on the screen alone"
    noted = AuditEntry.objects.filter(verb="list.opened", scope=GRID)
    assert sorted(entry.data["list"] for entry in noted) == ["care", "living"]
    assert street.get(f"/buildings/{building}/", {"view": "elephant"}).status_code == 404


def test_the_legend_has_its_order_whatever_the_doors_are(street: Client, building: object) -> None:
    uses = {"101": ("unknown", "unknown"), "102": ("vacant", "unknown"), "201": ("occupied", "lent")}
    Dwelling.objects.filter(grid_id=GRID).update(occupancy="occupied", tenure="owner")
    for room, (occupancy, tenure) in uses.items():
        Dwelling.objects.filter(grid_id=GRID, room=room).update(occupancy=occupancy, tenure=tenure)
    shown, _ = chart(street, building, "living")
    legend = shown[shown.index('class="in legend"') :]
    said = re.findall(r"(自住|出租房|借住|空房|待核实) \d", " ".join(re.sub(r"<[^>]+>", " ", legend).split()))
    assert said == ["自住", "借住", "空房", "待核实"]


def test_who_may_not_know_how_doors_are_used_has_the_first_view_alone(
    street: Client, building: object, sign_in: SignIn
) -> None:
    centre = sign_in(Role.STREET_CENTRE, COMMUNITY[:9])
    shown, _ = chart(centre, building)
    assert "居住</a>" not in shown and "关爱到期" not in shown
    for view in ("living", "care", "differences"):
        assert centre.get(f"/buildings/{building}/", {"view": view}).status_code == 404
    assert not AuditEntry.objects.filter(verb="list.opened").exists()


def test_of_a_door_in_somebody_elses_grid_a_view_says_nothing(
    street: Client, building: object, sign_in: SignIn
) -> None:
    Dwelling.objects.filter(grid_id=GRID, room__in=("101", "201")).update(grid_id=unassigned_of(GRID))
    worker = sign_in(Role.GRID_WORKER, GRID)
    for view, of_own in (("living", "空房"), ("care", ""), ("differences", "")):
        _, doors = chart(worker, building, view)
        assert (doors["401"], doors["101"], doors["201"]) == (of_own, "", ""), view


def test_a_view_asks_as_many_queries_however_many_doors_it_marks(street: Client, building: object) -> None:
    def n_queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            chart(street, building, "care")
        return len(asked)

    few = n_queries()
    for person in Person.objects.filter(status="active").exclude(name="程望舒"):
        care_for(person)
    assert n_queries() == few
