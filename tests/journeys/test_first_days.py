"""The first days of an office: an administrator as ``gridwalk init`` makes one, the areas, the first posts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.cli import createuser
from gridwalk.core import clock
from gridwalk.territory import actions as territory
from tests.harness.campaign import COMMUNITY, GRID, TREE
from tests.journeys.test_no_dead_ends import dead_ends

OTHER_STREET = {
    **TREE,
    "street": {"code": "120105002000", "name": "望海楼街道"},
    "communities": [{"code": "120105002001", "name": "金钢里社区居委会", "short": "金钢里"}],
}
SEES_COUNTS = set(Role) - {Role.ADMINISTRATOR, Role.INSPECTOR}
Post = Callable[[Role, str], Client]


def lay_out(tree: dict[str, object] = TREE, community: str = COMMUNITY) -> None:
    """What ``gridwalk areas`` does with a file."""
    territory.load_areas(actor=SYSTEM, at=clock.now(), tree=tree)
    territory.create_grids(
        actor=SYSTEM, at=clock.now(), community=community, n=2, from_on=clock.local_date(clock.now())
    )


def first_sign_in(user: User) -> Client:
    """Past the new password and the one-time code."""
    user.must_change_password = False
    user.save()
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "never used here"})
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def administrator(transactional_db: None) -> Client:
    createuser.create(username="admin", name="系统管理员", role="administrator", scope="", post="", generate=True)
    return first_sign_in(User.objects.get())


@pytest.fixture
def post(administrator: Client) -> Post:
    """``post(Role.STREET_CENTRE, "光复道街道")``: an account made on the pages, its area chosen by name; signed in."""

    def make(role: Role, area: str) -> Client:
        username = f"user{User.objects.count()}"
        administrator.post("/accounts/new/", {"username": username, "name": "沈若溪", "post": "网格中心"})
        user = User.objects.get(username=username)
        scope = next(code for code, name in offered(administrator, user) if name == area)
        today = clock.local_date(clock.now()).isoformat()
        answer = administrator.post(f"/accounts/{user.pk}/assign/", {"role": role, "scope": scope, "from_on": today})
        assert answer.status_code == 302
        return first_sign_in(user)

    return make


def offered(administrator: Client, user: User) -> list[tuple[str, str]]:
    """The areas of the page of an account, code and name."""
    page = administrator.get(f"/accounts/{user.pk}/").content.decode()
    choice = page[page.index('id="scope"') :].partition("</select>")[0]
    return re.findall(r'<option value="(\w*)">([^<]+)</option>', choice)


def test_every_area_laid_out_is_offered_for_a_post(administrator: Client) -> None:
    user = User.objects.get()
    assert offered(administrator, user) == [("", "全部")]
    lay_out()
    assert offered(administrator, user) == [
        ("", "全部"),
        ("12", "天津市"),
        ("1201", "市辖区"),
        ("120105", "河北区"),
        ("120105001", "光复道街道"),
        (COMMUNITY, "君临天下"),
        (GRID, "君临天下 第一网格"),
        (f"{COMMUNITY}002", "君临天下 第二网格"),
    ]


@pytest.mark.parametrize("area", ["光复道街道", "全部", "河北区"])
def test_a_street_centre_has_a_home(post: Post, area: str) -> None:
    lay_out()
    page = post(Role.STREET_CENTRE, area).get("/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "<h1>光复道街道</h1>" in text
    assert '<span class="area" title="光复道街道">' in text
    assert "全部" not in text
    assert ">君临天下</a>" in text


def test_no_page_needs_an_area_narrower_than_everything(post: Post) -> None:
    everyone = {role: post(role, "全部") for role in Role}
    broken = []
    for laid_out in ("nothing", "one street", "two streets"):
        if laid_out == "one street":
            lay_out()
        elif laid_out == "two streets":
            lay_out(OTHER_STREET, "120105002001")
        for role, client in everyone.items():
            broken += [(laid_out, role, end) for end in dead_ends(client)[0]]
            if role in SEES_COUNTS:
                assert client.get("/wall/").status_code == 200, (laid_out, role)
    assert not broken, "\n".join(map(str, broken))
