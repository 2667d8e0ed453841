"""Who sees counts only puts all pages and documents together, and solves no count that is withheld (red line 5)."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterable

import openpyxl
import pytest
from django.test import Client

from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.campaigns.actions import dispatch, founding
from gridwalk.campaigns.actions.founding import NewWave
from gridwalk.campaigns.models import Target
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.indicators import actions as indicators
from gridwalk.indicators.models import Disclosure
from gridwalk.ledger import location
from gridwalk.registry.actions import creation, doors
from gridwalk.registry.models import Dwelling
from gridwalk.territory import actions as territory
from tests.harness.attacker import Attacker
from tests.harness.campaign import TREE
from tests.harness.people import SignIn

STREET, LINGULI, JUNLIN = "120105001", "120105001001", "120105001023"
DOORS = 25
UNPROVED = {LINGULI: (1, 9, 10), JUNLIN: (4, 4, 12)}
"""Doors of which nobody knows whether somebody lives there, by grid; the first grid's is the attack's."""
REFUSED = {LINGULI: (6, 1, 7), JUNLIN: (5, 0, 5)}
LEFT = 6
SIGN = "不公开"
GRIDS = [f"{community}00{n}" for community in UNPROVED for n in (1, 2, 3)]
PAIR = r'(?:<span class="pair"><b>([\d,]+)</b><span> / ([\d,]+)[^<]*</span></span>|<span class="s">不公开</span>)'


@pytest.fixture
def street(db: None) -> None:
    """Two communities of three grids with 25 doors each: dispatched, all but six and the refusals visited."""
    now = clock.now()
    begun, today = now - dt.timedelta(days=30), clock.local_date(now)
    communities = [
        {"code": LINGULI, "name": "林古里社区居委会", "short": "林古里"},
        {"code": JUNLIN, "name": "君临天下社区居委会", "short": "君临天下"},
    ]
    territory.load_areas(actor=SYSTEM, at=begun, tree={**TREE, "communities": communities})
    for community in UNPROVED:
        territory.create_grids(actor=SYSTEM, at=begun, community=community, n=3, from_on=clock.local_date(begun))
    for grid in GRIDS:
        register(grid, begun)
    days = [today + dt.timedelta(days=n) for n in (-30, -20, -19, 20, 21, 30)]
    campaign = founding.create_campaign(
        actor=SYSTEM,
        at=begun,
        name="百日行动",
        scope=STREET,
        phases=dict(zip(("prepare", "act", "sum_up"), zip(days[::2], days[1::2], strict=True), strict=True)),
        waves=[NewWave("全面铺开", tuple(UNPROVED), days[2])],
        leading_group=[("孙试长", "街道主任", "组长")],
    )
    dispatch.dispatch_wave(actor=SYSTEM, at=now - dt.timedelta(days=15), wave=campaign.waves.get().pk)
    for grid in GRIDS:
        settle(grid, now)
    indicators.keep_day(at=now - dt.timedelta(days=8))


def register(grid: str, at: dt.datetime) -> None:
    place = {"estate": f"{grid[-6:]}里", "building": "1", "stairwell": "1"}
    new = [
        doors.NewDoor(grid=grid, address=location.address_of({**place, "room": f"{n}01"}), values={}, source="office")
        for n in range(1, DOORS + 1)
    ]
    with core.write_to(grid, actor=SYSTEM, at=at) as writing:
        doors.register_doors(writing, new)
        people = [creation.New(grid=grid, values={"name": f"赵试{n}"}, source="office") for n in range(20)]
        creation.register(writing, "person", people)


def settle(grid: str, now: dt.datetime) -> None:
    """As visits would do: most doors are seen to, some refuse, of some nobody knows who lives there."""
    n = int(grid[-1]) - 1
    rooms = list(Dwelling.objects.filter(grid_id=grid).order_by("id").values_list("id", flat=True))
    proved = rooms[UNPROVED[grid[:12]][n] :]
    Dwelling.objects.filter(pk__in=proved).update(occupancy="vacant", vacancy_source="neighbour")
    targets = list(Target.objects.filter(grid_id=grid).order_by("id").values_list("id", flat=True))
    refused, visited = targets[: REFUSED[grid[:12]][n]], targets[REFUSED[grid[:12]][n] + LEFT :]
    Target.objects.filter(pk__in=refused).update(state="explained", outcome="refused")
    Target.objects.filter(pk__in=visited).update(state="visited", outcome="met", met_in_person=True, settled_at=now)


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def pairs(text: str, pattern: str) -> list[tuple[int, int] | None]:
    """The pairs behind ``pattern``; None where the sign stands."""
    return [
        (int(n.replace(",", "")), int(d.replace(",", ""))) if n else None for n, d in re.findall(pattern + PAIR, text)
    ]


def resolved(client: Client) -> dict[str, tuple[int, int] | None]:
    """房屋已明 of every area, each from its own board."""
    scopes = [STREET, *UNPROVED, *GRIDS]
    return {scope: pairs(page(client, f"/board/{scope}/"), "房屋已明 ")[0] for scope in scopes}


def explained(client: Client) -> dict[str, int | None]:
    """已登记原因 of every area, from the boards' legend; beside the lines of every board it reads the same."""
    counts = {}
    for scope in (STREET, *UNPROVED, *GRIDS):
        text = page(client, f"/board/{scope}/")
        (count,) = re.findall(r"已登记原因 <b>([\d,]+|不公开)</b>", text)
        counts[scope] = None if count == SIGN else int(count)
    return counts


def inside(area: str) -> list[str]:
    return [grid for grid in GRIDS if grid.startswith(area)]


def unsolved(attacker: Attacker, areas: Iterable[str]) -> dict[str, int]:
    return {area: len(attacker.fitting(dict.fromkeys(inside(area), 1))) for area in areas}


@pytest.mark.parametrize(("role", "scope"), [(Role.LEADING_GROUP, STREET), (Role.DISTRICT_CENTRE, "120105")])
def test_all_boards_together_solve_no_withheld_count(street: None, sign_in: SignIn, role: Role, scope: str) -> None:
    """One grid lacks 1: its community's sum, its siblings' own boards, the street: eleven boards, one plan."""
    client = sign_in(role, scope)
    shown = resolved(client)
    attacker = Attacker()
    for grid in GRIDS:
        attacker.learn({grid: 1, (grid, "lacks"): 1}, DOORS)
    for area, pair in shown.items():
        if pair is not None:
            attacker.learn(dict.fromkeys(inside(area), 1), pair[0])
    withheld = [area for area, pair in shown.items() if pair is None]
    assert f"{LINGULI}001" in withheld
    assert shown[STREET] == (6 * DOORS - 40, 6 * DOORS)
    fitting = unsolved(attacker, withheld)
    assert min(fitting.values()) >= 5, fitting
    told = page(client, "/") + page(client, "/wall/") + page(client, f"/board/{STREET}/?by=grid")
    assert "少于" not in told
    assert SIGN in told


def test_what_is_explained_is_withheld_with_what_is_left_and_progress_is_not(street: None, sign_in: SignIn) -> None:
    client = sign_in(Role.LEADING_GROUP, STREET)
    shown = explained(client)
    attacker = Attacker()
    for n, grid in enumerate(GRIDS):
        gap = [*REFUSED[LINGULI], *REFUSED[JUNLIN]][n] + LEFT
        attacker.learn({grid: 1, (grid, "left"): 1}, gap)
    for area, count in shown.items():
        if count is not None:
            attacker.learn(dict.fromkeys(inside(area), 1), count)
    withheld = [area for area, count in shown.items() if count is None]
    assert {f"{LINGULI}002", f"{JUNLIN}002"} <= set(withheld)
    assert shown[STREET] == 24
    fitting = unsolved(attacker, withheld)
    assert min(fitting.values()) >= 5, fitting
    by_grid = page(client, f"/board/{JUNLIN}/")
    assert "<b>19</b><span> / 25</span>" in by_grid  # nobody refused: 25 − 6, to the last one
    assert "<b>14</b><span> / 25</span>" in by_grid
    assert f'<td class="r">{SIGN}</td>' in by_grid


def test_progress_of_businesses_and_records_is_told_to_the_last_one(street: None, sign_in: SignIn) -> None:
    text = page(sign_in(Role.LEADING_GROUP, STREET), "/")
    assert "单位 <span" in text and "<b>0</b><span> / 120 人必填齐</span>" in text


def test_a_grid_has_no_curve_and_no_week(street: None, sign_in: SignIn) -> None:
    for role, scope in ((Role.LEADING_GROUP, STREET), (Role.STREET_CENTRE, STREET), (Role.COMMUNITY_LEAD, LINGULI)):
        client = sign_in(role, scope)
        community, grid = page(client, f"/board/{LINGULI}/"), page(client, f"/board/{LINGULI}001/")
        assert "每天已走访户数与计划" in community and "较上周" in community
        assert "每天已走访户数与计划" not in grid and "较上周" not in grid


@pytest.mark.parametrize("prefix", ["12010500102", "1201050010010", "12010500100100", "1201050010", "12010", "x" * 12])
def test_only_codes_of_areas_are_areas(street: None, sign_in: SignIn, prefix: str) -> None:
    client = sign_in(Role.DISTRICT_CENTRE, "12")
    assert client.get(f"/board/{prefix}/").status_code == 404
    assert client.get(f"/consistency/?scope={prefix}").status_code == 404
    assert client.get(f"/board/{prefix[:9]}/").status_code == (200 if prefix.startswith(STREET) else 404)
    assert client.get(f"/board/{LINGULI}001/").status_code == 200


def test_documents_withhold_what_pages_withhold(street: None, sign_in: SignIn) -> None:
    client = sign_in(Role.DISTRICT_CENTRE, "120105")
    shown = resolved(client)
    answer = client.post("/reports/", {"kind": "progress"}, follow=True)
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    names = {"林古里": LINGULI, "君临天下": JUNLIN}
    lines = {}
    for title, first in (("各社区", 16), ("各网格", 15)):
        sheet = book[title]
        assert "房屋居住已明率" in str(sheet.cell(3, first + 1).value)
        for row in sheet.iter_rows(min_row=5, values_only=True):
            number = {"第一网格": "001", "第二网格": "002", "第三网格": "003"}.get(str(row[1]), "")
            area = STREET if row[0] == "合计" else names[str(row[0])] + number
            lines[area] = None if row[first] == SIGN else (row[first], row[first + 1])
    assert lines == shown


def test_what_was_shown_is_kept_by_kind_of_viewer_and_day(street: None, sign_in: SignIn) -> None:
    first, second = sign_in(Role.LEADING_GROUP, STREET), sign_in(Role.DISTRICT_CENTRE, "120105")
    page(first, "/")
    kept = Disclosure.objects.get()
    page(second, f"/board/{JUNLIN}/")
    assert Disclosure.objects.get().key == kept.key
    assert (kept.kind, kept.on) == ("", clock.local_date(clock.now()))
    assert kept.values["dwellings_resolved"][STREET] == [110, 40]
    assert f"{LINGULI}001" not in kept.values["dwellings_resolved"]
    page(sign_in(Role.STREET_CENTRE, STREET), "/")
    assert Disclosure.objects.count() == 1  # who sees rows needs no plan


def test_who_sees_the_rows_of_one_community_is_told_no_more_of_the_other(street: None, sign_in: SignIn) -> None:
    """A lead who sits in the leading group knows one community whole: the plan for such viewers counts on that."""
    from gridwalk.accounts import actions as accounts
    from gridwalk.accounts.models import User

    client = sign_in(Role.COMMUNITY_LEAD, LINGULI)
    user = User.objects.get(pk=client.session["_auth_user_id"])
    accounts.assign(
        actor=SYSTEM,
        at=clock.now(),
        user=user.id,
        role=Role.LEADING_GROUP,
        scope=STREET,
        from_on=clock.local_date(clock.now()) - dt.timedelta(1),
    )
    shown = resolved(client)
    assert [shown[grid] for grid in inside(LINGULI)] == [(DOORS - n, DOORS) for n in UNPROVED[LINGULI]]
    attacker = Attacker()
    for grid in GRIDS:
        attacker.learn({grid: 1, (grid, "lacks"): 1}, DOORS)
    for area, pair in shown.items():
        if pair is not None:
            attacker.learn(dict.fromkeys(inside(area), 1), pair[0])
    withheld = [area for area, pair in shown.items() if pair is None]
    assert withheld and all(area.startswith(JUNLIN) for area in withheld)
    assert min(unsolved(attacker, withheld).values()) >= 5
    assert Disclosure.objects.get().kind == LINGULI
