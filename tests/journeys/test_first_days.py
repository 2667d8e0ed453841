"""The first days of an office: an administrator as ``gridwalk init`` makes one, the areas, the first posts."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable
from typing import Any

import docx
import openpyxl
import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import SYSTEM, Role, takes_two
from gridwalk.campaigns.models import Target
from gridwalk.cli.verbs import createuser
from gridwalk.console.views import rechecks
from gridwalk.core import clock
from gridwalk.indicators.models import Tally
from gridwalk.registry.models import Dwelling, Person
from gridwalk.territory import actions as territory
from gridwalk.territory.models import Stairwell
from tests.harness.campaign import COMMUNITY, DOORS, GRID, PEOPLE, TREE, begin, confirm, dispatch, upload, workbook
from tests.harness.pages import Reader
from tests.harness.people import signed_in
from tests.journeys.test_comparing import compared, people
from tests.journeys.test_no_dead_ends import dead_ends, walked

OTHER_STREET: dict[str, Any] = {
    **TREE,
    "street": {"code": "120105002000", "name": "望海楼街道"},
    "communities": [{"code": "120105002001", "name": "金钢里社区居委会", "short": "金钢里"}],
}
BOARD = "/board/120105001/"
SEES_COUNTS = set(Role) - {Role.ADMINISTRATOR, Role.INSPECTOR}
Post = Callable[[Role, str], Client]


def lay_out(tree: dict[str, Any] = TREE, community: str = COMMUNITY) -> None:
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
    client = Reader()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def administrator(transactional_db: None) -> Client:
    return first_sign_in(make("admin", Role.ADMINISTRATOR))


@pytest.fixture
def confirming(administrator: Client) -> Client:
    """The street centre of ``gridwalk init``, who confirms the posts."""
    return first_sign_in(make("wangge", Role.STREET_CENTRE))


def make(username: str, role: Role) -> User:
    """What ``gridwalk init`` does for one of its two persons."""
    createuser.create(username=username, name=username, roles=[role], scope="", post="", generate=True, actor=SYSTEM)
    return User.objects.get(username=username)


@pytest.fixture
def post(administrator: Client, confirming: Client) -> Post:
    """``post(Role.STREET_CENTRE, "光复道街道")``: an account made on the pages, its area chosen by name, its post
    confirmed by the street centre; signed in.
    """

    def make(role: Role, area: str) -> Client:
        username = f"user{User.objects.count()}"
        administrator.post("/accounts/new/", {"username": username, "name": "沈若溪", "post": "网格中心"})
        user = User.objects.get(username=username)
        scope = next(code for code, name in offered(administrator, user) if name == area)
        today = clock.local_date(clock.now()).isoformat()
        answer = administrator.post(f"/accounts/{user.pk}/assign/", {"role": role, "scope": scope, "from_on": today})
        assert answer.status_code == 302
        waiting = [str(row.pk) for row in user.assignments.filter(state="proposed")]
        assert bool(waiting) == takes_two(role)
        if waiting:
            confirming.post("/roles/decide/", {"row": waiting, "do": "confirm"})
        return first_sign_in(user)

    return make


def offered(administrator: Client, user: User) -> list[tuple[str, str]]:
    """The areas of the page of an account, code and name."""
    page = administrator.get(f"/accounts/{user.pk}/").content.decode()
    choice = page[page.index('id="scope"') :].partition("</select>")[0]
    return re.findall(r'<option value="(\w+)">([^<]+)</option>', choice)


def test_every_area_laid_out_is_offered_for_a_post(administrator: Client) -> None:
    user = User.objects.get()
    assert offered(administrator, user) == [("all", "全部")]
    lay_out()
    assert offered(administrator, user) == [
        ("all", "全部"),
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
    centre = post(Role.STREET_CENTRE, area)
    assert "光复道街道，七步走完" in centre.get("/").content.decode()
    page = centre.get("/board/120105001/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "<h1>光复道街道</h1>" in text
    assert '<summary title="换一个地方看">光复道街道</summary>' in text
    assert "全部" not in text
    assert ">君临天下</a>" in text


def everywhere(role: Role) -> Client:
    """Somebody whose area is everything, as on the server's own word."""
    return first_sign_in(make(f"{role}-everywhere", role))


@pytest.mark.slow
def test_no_page_needs_an_area_narrower_than_everything(confirming: Client) -> None:
    everyone = {role: everywhere(role) for role in Role}
    broken = []
    for laid_out in ("nothing", "no grids", "one street", "two streets"):
        if laid_out == "no grids":
            territory.load_areas(actor=SYSTEM, at=clock.now(), tree=TREE)
        elif laid_out == "one street":
            lay_out()
        elif laid_out == "two streets":
            lay_out(OTHER_STREET, "120105002001")
        for role, client in everyone.items():
            broken += [(laid_out, role, end) for end in dead_ends(client)[0]]
            if role in SEES_COUNTS:
                assert client.get("/wall/").status_code == 200, (laid_out, role)
    assert not broken, "\n".join(map(str, broken))


@pytest.fixture
def imported(post: Post) -> tuple[Client, Client]:
    """The lead and the centre of a street whose ledgers are in."""
    lay_out()
    lead, centre = post(Role.COMMUNITY_LEAD, "君临天下"), post(Role.STREET_CENTRE, "光复道街道")
    confirm(lead, upload(lead, workbook("房屋台账", DOORS)))
    confirm(lead, upload(lead, workbook("实有人口台账", PEOPLE, ("A4:A5", "B4:B5", "C4:C5", "D4:D5"))))
    return lead, centre


@pytest.mark.slow
def test_what_has_come_of_ledgers_is_told_to_whoever_sees_counts(
    imported: tuple[Client, Client], administrator: Client
) -> None:
    _, centre = imported
    for client, sees_counts in ((centre, True), (administrator, False)):
        page = client.get("/setup/", {"scope": "120105001"}).content.decode()
        assert "七步" in page
        assert [word in page for word in ("各社区的台账", "/board/120105001/")] == [sees_counts] * 2


@pytest.fixture
def begun(imported: tuple[Client, Client]) -> tuple[Client, Client]:
    """The campaign is under way and dispatched."""
    dispatch(lambda role, scope: imported[1])
    return imported


def documents(client: Client) -> tuple[str, str]:
    """The progress workbook's line of rate 3 and the summary's text, as downloaded from the page of reports."""
    answers = []
    for kind in ("progress", "summary"):
        answer = client.post("/reports/", {"kind": kind}, follow=True)
        answers.append(io.BytesIO(answer.content))
    sheet = openpyxl.load_workbook(answers[0])["总览"]
    lines = [[str(cell.value) for cell in cells] for cells in sheet.iter_rows() if cells[1].value == "台账一致率"]
    return " ".join(lines[0][3:]), "\n".join(p.text for p in docx.Document(answers[1]).paragraphs)


@pytest.mark.slow
def test_no_page_and_no_document_denies_a_rate_that_another_shows(begun: tuple[Client, Client], post: Post) -> None:
    lead, centre = begun
    district = post(Role.DISTRICT_CENTRE, "河北区")
    for path in (BOARD, "/wall/"):
        assert "尚未比对" in centre.get(path).content.decode()
    assert all("尚未比对" in document for document in documents(centre))
    compared(
        lead, signed_in(lead), people("12012345671", "程兰因")
    )  # two alike, one here alone, two there alone: 2 of 5
    for path in ("/", "/wall/", "/consistency/"):
        page = centre.get(path).content.decode()
        assert "<b>2</b><span> / 5 条</span>" in page
        assert "40.0%" in page
        assert "尚未比对" not in page
    line, summary = documents(centre)
    assert line.startswith("2 5 0.4 3 台账 ↔ 系统登记（1 个社区中 1 个比对过）")
    assert "台账 ↔ 系统登记（1 个社区中 1 个比对过） 2 / 5 条，40.0%。" in summary
    assert "台账一致率（台账 ↔ 系统登记）尚差 3 条。" in summary
    assert "台账和系统登记对不上的，逐条核对" in summary
    assert "尚未比对" not in line + summary
    wall = district.get("/wall/").content.decode()
    assert "<b>2</b><span> / 5 条</span>" in wall  # how many records are equal is progress
    assert '<span class="s">不公开</span>' in wall  # how many care recipients were contacted is not
    assert documents(district)[0] == line
    assert "台账 ↔ 系统登记（1 个社区中 1 个比对过） 2 / 5 条，40.0%。" in documents(district)[1]


def came_of(*visits: tuple[str, str]) -> None:
    """What came of the doors in walking order, as if they had been walked; the kept counts are counted anew."""
    for door, (state, outcome) in zip(Target.objects.order_by("walk_key"), visits, strict=True):
        Target.objects.filter(pk=door.pk).update(state=state, outcome=outcome)
    Tally.objects.all().delete()


PRAISE = re.compile(
    r"都在期限内|都已理清|都联系过|以内看过|都记上|都划好|都走访|都对上|都一致|全部走访|没有未完成的|没有待定的了|没有要回填的了|没有要改回去的了"
)
"""What is said where all of something is done."""


@pytest.mark.slow
def test_nothing_recorded_does_not_read_as_done(post: Post) -> None:
    """Also every tab of the pages that list what waits: ``of_each_kind``."""
    lay_out()
    posts = {Role.COMMUNITY_LEAD: "君临天下", Role.STREET_CENTRE: "光复道街道", Role.GRID_WORKER: "君临天下 第一网格"}
    praised, paths = [], set()
    for role, area in posts.items():
        for _, path, answer in walked(post(role, area), of_each_kind=20):
            paths.add(path.partition("?")[0])
            if answer.headers["Content-Type"].startswith("text/html") and not path.startswith("/help/"):
                praised += [f"{role} {path}: {praise[0]}" for praise in PRAISE.finditer(answer.content.decode())]
    assert {"/daily/overdue/", "/bench/", "/care/", "/rounds/", "/returned/"} <= paths
    assert not praised, "\n".join(praised)


@pytest.mark.slow
def test_nothing_dispatched_does_not_read_as_done(imported: tuple[Client, Client]) -> None:
    lead, centre = imported

    def everywhere() -> dict[str, str]:
        pages = {path: centre.get(path).content.decode() for path in (BOARD, "/wall/", "/gaps/")}
        return pages | {"walk": lead.get(f"/walk/{GRID}/").content.decode()}

    wave = begin(centre)
    for path, page in everywhere().items():
        assert "还没下派走访任务" in page, path
        assert "都走访了" not in page, path
    assert "没有未完成的" not in centre.get("/gaps/?indicator=sites").content.decode()
    assert "还没有应做的" in centre.get("/gaps/?indicator=attention&scope=" + GRID[:-1] + "2").content.decode()
    centre.post(f"/campaign/waves/{wave.pk}/dispatch/")
    doors = Target.objects.filter(kind="dwelling")
    assert doors.count() == 8  # six rooms, 401, and 501 of the people's ledger; 1门101 is 101 once more
    for path, page in everywhere().items():
        assert "还没下派走访任务" not in page, path
        assert "都走访了" not in page, path
        assert "剩下的不用再去" not in page, path
    assert "下派的任务里，没有应走访的。" in centre.get(f"/gaps/?scope={GRID[:-1]}2").content.decode()

    came_of(*[("visited", "met")] * 5, *[("explained", "refused")] * 2, ("pending", "moved_away"))
    for path in (BOARD, "/wall/"):
        assert "已走访 5 / 8 户，剩下的不用再去：已登记原因 2 户，等复核 1 户。" in centre.get(path).content.decode()
    assert "都走访了" not in centre.get("/gaps/").content.decode()
    came_of(*[("visited", "met")] * 8)
    for path, page in everywhere().items():
        assert "都走访了，8 / 8 户。" in page, path


def paged(client: Client, path: str, row: str) -> list[str]:
    """What matches ``row`` on a list's pages, from the first one on by 下一页."""
    rows, seen = [], {path}
    while path:
        page = client.get(path).content.decode()
        rows += re.findall(row, page)
        links = re.findall(r'href="(\?[^"#]*)(?:#\w+)?">下一页', page)
        onward = [f"/rechecks/{link.replace('&amp;', '&')}" for link in links]
        path = next((link for link in onward if link not in seen), "")
        seen.add(path)
    return rows


@pytest.mark.slow
def test_no_limit_of_a_list_is_shown_as_a_total(begun: tuple[Client, Client], monkeypatch: pytest.MonkeyPatch) -> None:
    lead, centre = begun
    monkeypatch.setattr(rechecks, "WAITING", 3)
    yesterday = (clock.local_date(clock.now()) - dt.timedelta(days=1)).isoformat()
    for stairwell in Stairwell.objects.all():
        doors = Dwelling.objects.filter(stairwell=stairwell)
        gone = {f"o-{door.pk}": "moved_away" for door in doors}
        assert lead.post(f"/paper/{stairwell.pk}/", {"on": yesterday, "band": "morning", **gone}).status_code == 302
    for person in Person.objects.all():
        lead.post(f"/ends/person/{person.pk}/", {"proposed": "moved_away", "evidence": "phone", "reason": "听邻居说"})
    home = centre.get("/").content.decode()
    assert "8 户等另一人复核" in home and "4 件注销、恢复等复核" in home and "台账还没比对" in home
    assert re.search(r"未走访清单\s*<em>8</em>", home) and re.search(r"待复核\s*<em>12</em>", home)
    assert 'aria-label="去复核：8 户等另一人复核"' in home
    theirs = lead.get("/").content.decode()
    assert "户没登记人，也没核实空房" in theirs and "看是哪些：" in theirs
    assert "没登记人" not in lead.get("/wall/").content.decode(), "who lives where stands on no wall"
    page = centre.get("/rechecks/").content.decode()
    assert "走访上报 8<" in page
    assert "注销登记、恢复 4<" in page
    assert page.count("退回重走") == 3
    assert "这一页 3，从第 1 起，共 8" in page
    visits = paged(centre, "/rechecks/?list=visits", r"/rechecks/target/([\w-]+)/")
    assert len(set(visits)) == 8
    assert len(set(paged(centre, "/rechecks/?list=ends&from=3", r"/rechecks/end/([\w-]+)/"))) == 4
