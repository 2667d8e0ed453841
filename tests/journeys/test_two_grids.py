"""Who works in two grids, or leads two communities, chooses wherever a scope is shown; a phone is managed by whoever
answers for one of them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.test import Client

from gridwalk.accounts import actions as accounts
from gridwalk.accounts.models import Assignment, User
from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.core import clock
from gridwalk.reconcile.models import Import
from gridwalk.territory import actions as territory
from tests.harness.campaign import COMMUNITY, DOORS, GRID, TREE, begin, confirm, dispatch, workbook
from tests.harness.pages import Reader
from tests.harness.people import SignIn

pytestmark = pytest.mark.slow


Account = Callable[..., User]
NEXT = "120105001024"
NEXT_GRID = f"{NEXT}001"
PAGES = {
    "/gaps/": "scope",
    "/gaps/?indicator=attention": "scope",
    "/register/": "scope",
    "/buildings/": "grid",
    "/facilities/": "scope",
    "/rounds/": "scope",
    "/daily/overdue/": "scope",
    "/bench/": "scope",
    "/campaign/": "scope",
    "/paper/": "grid",
    "/consistency/": "scope",
}
"""Pages of a grid worker that show one scope, each with the parameter that asks for another."""
OF_A_LEAD = ["/differences/", "/differences/rules/", "/backfill/", "/rechecks/", "/bench/settled/"]


@pytest.fixture
def areas(transactional_db: None) -> None:
    communities = [*TREE["communities"], {"code": NEXT, "name": "林古里社区居委会", "short": "林古里"}]
    territory.load_areas(actor=SYSTEM, at=clock.now(), tree={**TREE, "communities": communities})
    for community in (COMMUNITY, NEXT):
        territory.create_grids(
            actor=SYSTEM, at=clock.now(), community=community, n=2, from_on=clock.local_date(clock.now())
        )


def entered(user: User) -> Client:
    client = Reader()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def also(user: User, role: Role, scope: str) -> None:
    today = clock.local_date(clock.now())
    accounts.assign(actor=SYSTEM, at=clock.now(), user=user.id, role=role, scope=scope, from_on=today - dt.timedelta(1))


@pytest.fixture
def worker(areas: None, account: Account) -> User:
    user = account(Role.GRID_WORKER, GRID, name="周双格")
    also(user, Role.GRID_WORKER, NEXT_GRID)
    return user


def choices(client: Client, path: str) -> dict[str, str]:
    """What a page offers to turn to: name → address; the one it shows is marked."""
    text = client.get(path).content.decode()
    frame = re.search(r'<nav class="[^"]*" aria-label="换一个网格或社区">(.*?)</nav>', text, re.S)
    links = re.findall(r'<a href="([^"]*)"([^>]*)>([^<]*)</a>', frame[1]) if frame else []
    return {
        name + ("*" if "aria-current" in marks else ""): address.replace("&amp;", "&") for address, marks, name in links
    }


@pytest.mark.parametrize("path", PAGES)
def test_a_worker_with_two_grids_chooses_on_every_page_that_shows_one(worker: User, sign_in: SignIn, path: str) -> None:
    begin(sign_in(Role.STREET_CENTRE, "120105001"))
    client = entered(worker)
    first = choices(client, path)
    assert list(first) == ["君临天下 第一网格*", "林古里 第一网格"], path
    address = first["林古里 第一网格"]
    assert f"{PAGES[path]}={NEXT_GRID}" in address
    assert list(choices(client, address)) == ["君临天下 第一网格", "林古里 第一网格*"], path
    for kept in path.partition("?")[2].split("&"):
        assert kept in address, "what else was chosen stays chosen"
    narrow = client.get(address.replace(NEXT_GRID, f"{NEXT}002"))
    assert narrow.status_code == 404, "a third grid is not theirs"


def test_who_has_one_area_is_offered_none(areas: None, account: Account) -> None:
    for role, scope in ((Role.GRID_WORKER, GRID), (Role.COMMUNITY_LEAD, COMMUNITY), (Role.STREET_CENTRE, NEXT[:9])):
        client = entered(account(role, scope))
        assert choices(client, "/gaps/") == {}


@pytest.mark.parametrize("path", [*PAGES, *OF_A_LEAD])
def test_who_leads_two_communities_chooses_between_them(
    areas: None, account: Account, sign_in: SignIn, path: str
) -> None:
    begin(sign_in(Role.STREET_CENTRE, "120105001"))
    user = account(Role.COMMUNITY_LEAD, COMMUNITY)
    also(user, Role.COMMUNITY_LEAD, NEXT)
    client = entered(user)
    offered = choices(client, path)
    assert list(offered) == ["君临天下*", "林古里"], path
    if "buildings" not in path and "paper" not in path:  # these go on to the first grid
        assert list(choices(client, offered["林古里"])) == ["君临天下", "林古里*"], path


def test_the_overview_and_the_lists_of_a_lead_reach_both_communities(areas: None, account: Account) -> None:
    user = account(Role.COMMUNITY_LEAD, COMMUNITY)
    also(user, Role.COMMUNITY_LEAD, NEXT)
    client = entered(user)
    assert choices(client, "/")["林古里"] == f"/board/{NEXT}/"
    for path in ("/differences/", "/backfill/", "/bench/"):
        text = client.get(path).content.decode()
        assert "君临天下 第一网格" in text and "林古里 第一网格" in text, path
    for path in ("/imports/", "/comparisons/"):
        text = client.get(path).content.decode()
        assert f'value="{COMMUNITY}"' in text and f'value="{NEXT}"' in text, path
    other = entered(account(Role.COMMUNITY_LEAD, NEXT)).get("/imports/").content.decode()
    assert f'value="{COMMUNITY}"' not in other


def test_paper_of_the_second_grid_is_entered_and_care_is_looked_at_there(
    worker: User, account: Account, sign_in: SignIn
) -> None:
    lead = sign_in(Role.COMMUNITY_LEAD, NEXT)
    doors = [DOORS[0], *([NEXT_GRID, *row[1:]] for row in DOORS[1:-1])]
    answer = lead.post("/imports/upload/", {"file": workbook("房屋台账", doors), "scope": NEXT, "kind": ""})
    confirm(lead, Import.objects.get(pk=answer.headers["Location"].split("/")[-2]))
    dispatch(sign_in)
    client = entered(worker)
    page = client.get(choices(client, "/paper/")["林古里 第一网格"]).content.decode()
    (stairwell,) = re.findall(r"/paper/([0-9a-f-]{36})/", page)
    assert client.get(f"/paper/{stairwell}/").status_code == 200
    assert f'value="{NEXT_GRID}"' in client.get("/care/").content.decode()
    building = client.get(f"/buildings/?grid={NEXT_GRID}").headers["Location"]
    assert choices(client, building)["君临天下 第一网格"] == f"/buildings/?grid={GRID}"


def test_a_code_comes_from_whoever_answers_for_one_of_the_grids(worker: User, account: Account) -> None:
    leads = {scope: entered(account(Role.COMMUNITY_LEAD, scope)) for scope in (COMMUNITY, NEXT)}
    for scope, lead in leads.items():
        assert "周双格" in lead.get("/phones/").content.decode(), scope
        assert "周双格 的激活码" in lead.post("/phones/code/", {"user": str(worker.id)}).content.decode(), scope
    Assignment.objects.filter(user=worker, scope=GRID).update(to_on=clock.local_date(clock.now()) - dt.timedelta(1))
    assert leads[COMMUNITY].post("/phones/code/", {"user": str(worker.id)}).status_code == 403
    assert leads[NEXT].post("/phones/code/", {"user": str(worker.id)}).status_code == 200
