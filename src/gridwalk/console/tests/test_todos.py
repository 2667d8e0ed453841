"""今日待办 and the badge of 待复核: what is counted is of the scope shown, and what it leads to lists as many."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from django.test import Client
from django.utils.html import strip_tags

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Role
from gridwalk.campaigns.models import Target
from gridwalk.core import clock, ids
from gridwalk.core.outward import outward
from gridwalk.phone.tests.conftest import PASSWORD, Field, field
from gridwalk.phone.tests.test_pushing import push, visit
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, SECOND
from gridwalk.sync.models import Device
from gridwalk.territory.models import Area, Building, Grid
from tests.harness.campaign import workbook
from tests.harness.pages import Reader
from tests.harness.people import new_account
from tests.harness.phones import Wire, through

__all__ = ["field"]

STREET = FIRST[:9]


def signed_in(user: User) -> Client:
    client = Reader()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def both(field: Field) -> Client:
    """Who leads both communities."""
    field.lead.assignments.create(
        id=ids.new_id(),
        role=Role.COMMUNITY_LEAD,
        scope=SECOND,
        from_on=clock.local_date(clock.now()) - dt.timedelta(days=1),
        state="confirmed",
    )
    return signed_in(field.lead)


def home(client: Client, scope: str) -> str:
    page = client.get(f"/board/{scope}/").content.decode()
    return " ".join(strip_tags(page[page.index("今日待办") :]).split())


def badge(client: Client) -> int:
    page = client.get("/about/").content.decode()
    shown = re.search(r"待复核\s*<em>(\d+)</em>", page)
    return int(shown[1]) if shown else 0


def bound(field: Field, user: User) -> Wire:
    wire = Wire(send=through(field.client), now=clock.now)
    assert wire.activate(user.username, PASSWORD, field.code(user))[0] == 200
    return wire


def test_what_phones_brought_is_counted_where_it_was_walked(field: Field, both: Client) -> None:
    near, far = field.street.door("101"), field.street.door("102", FAR_GRID)
    other = field.street.door("103")
    field.walk.dispatch()
    theirs = new_account(Role.GRID_WORKER, FAR_GRID, name="远行")
    wires = [(bound(field, field.worker), [near, other]), (bound(field, theirs), [far])]
    for user in (field.worker, theirs):
        user.assignments.update(to_on=clock.local_date(clock.now()).replace(day=1))
    for wire, doors in wires:
        push(wire, *(visit(seq, door) for seq, door in enumerate(doors, start=1)))
    assert "2 条手机传来的没记上" in home(both, FIRST)
    assert "1 条手机传来的没记上" in home(both, SECOND)
    assert f'href="/returned/?scope={SECOND}"' in both.get(f"/board/{SECOND}/").content.decode()
    listed = both.get(f"/returned/?scope={SECOND}").content.decode()
    assert listed.count("放行并登记</button>") == 1
    assert "的 1 条。" in listed
    assert both.get("/returned/").content.decode().count("放行并登记</button>") == 3
    assert signed_in(new_account(Role.COMMUNITY_LEAD, SECOND)).get(f"/returned/?scope={FIRST}").status_code == 404
    pk = re.search(r"/returned/([\w-]+)/", listed)
    assert pk is not None
    answer = both.post(f"/returned/{pk[1]}/", {"do": "set_aside", "note": "已另记", "scope": SECOND}, follow=True)
    assert answer.redirect_chain == [(f"/returned/?scope={SECOND}", 302)]
    assert "手机传来的没记上" not in home(both, SECOND) and "2 条手机传来的没记上" in home(both, FIRST)


def test_a_ledger_that_stopped_half_way_is_counted_and_listed_in_its_area(field: Field, both: Client) -> None:
    rows = [["姓名", "证件号码"], ["程望舒", ""]]
    for way in ("imports", "comparisons"):
        sent = {"scope": SECOND, "kind": "person", "source": "ledger", "file": workbook("台账", rows)}
        assert both.post(f"/{way}/upload/", sent).status_code == 302
    assert "份台账没有" not in home(both, FIRST)
    theirs = home(both, SECOND)
    assert "1 份台账没有导入完" in theirs and "1 份台账没有比对完" in theirs
    buttons = both.get(f"/board/{SECOND}/").content.decode()
    for way in ("imports", "comparisons"):
        assert f'href="/{way}/?scope={SECOND}"' in buttons
        listed = strip_tags(both.get(f"/{way}/?scope={SECOND}").content.decode())
        assert "的 1 份。" in listed and "台账.xlsx" in listed
        elsewhere = both.get(f"/{way}/?scope={FIRST}").content.decode()
        assert "的 0 份。" in elsewhere and "台账.xlsx" not in elsewhere and "看全部" in elsewhere
        everything = both.get(f"/{way}/").content.decode()
        assert "只看" not in everything and "台账.xlsx" in everything
        assert signed_in(new_account(Role.COMMUNITY_LEAD, SECOND)).get(f"/{way}/?scope={FIRST}").status_code == 404


def test_a_community_where_nothing_stands_yet_is_not_missing_from_the_comparisons(field: Field) -> None:
    field.street.door("102", FAR_GRID)
    unbegun = Area.objects.create(code=f"{STREET}003", name="建国道居委会", short="建国道", level="community")
    unassigned = Grid.objects.create(
        code=f"{unbegun.code}000",
        area=unbegun,
        name="未划入网格",
        kind="unassigned",
        valid_from=dt.date(2026, 9, 1),
    )
    centre = signed_in(new_account(Role.STREET_CENTRE, STREET))
    assert "0 / 2" in strip_tags(centre.get(f"/consistency/?scope={STREET}").content.decode())
    assert "建国道" not in home(centre, STREET)
    Building.objects.create(grid=unassigned, name="1号楼", key="1")
    assert "0 / 3" in strip_tags(centre.get(f"/consistency/?scope={STREET}").content.decode())
    assert "等 3 个社区台账还没比对" in home(centre, STREET)


def test_a_silent_phone_is_told_of_and_listed_where_its_worker_walks(field: Field, both: Client) -> None:
    field.phone()
    bound(field, new_account(Role.GRID_WORKER, FAR_GRID, name="远行"))
    bound(field, new_account(Role.GRID_WORKER, FAR_GRID, name="长行"))
    with time_machine.travel(clock.now() + dt.timedelta(days=3)):
        assert Device.objects.count() == 3
        lead = signed_in(field.lead)
        assert "1 台手机两天没同步" in home(lead, FIRST)
        assert "2 台手机两天没同步" in home(lead, SECOND)
        assert "1 台手机两天没同步" in home(lead, GRID)
        assert f'href="/phones/?scope={SECOND}"' in lead.get(f"/board/{SECOND}/").content.decode()
        listed = strip_tags(lead.get(f"/phones/?scope={SECOND}").content.decode())
        assert "的 2 部。" in listed and "远行" in listed and "长行" in listed
        assert "的 1 部。" in lead.get(f"/phones/?scope={FIRST}").content.decode()
        assert "只看" not in lead.get("/phones/").content.decode()
        theirs = signed_in(new_account(Role.COMMUNITY_LEAD, SECOND))
        assert theirs.get(f"/phones/?scope={FIRST}").status_code == 404


def test_the_badge_counts_the_lines_of_its_page_plans_among_them(field: Field, both: Client) -> None:
    doors = [field.street.door(room) for room in ("101", "102", "103")]
    people = [field.street.person(name, doors[0]) for name in ("程望舒", "欧阳雨桐", "欧阳雨童")]
    field.walk.dispatch()
    assert badge(both) == 0
    push(field.phone(), *(visit(seq, door, "moved_away") for seq, door in enumerate(doors[1:], start=1)))
    assert Target.objects.filter(state="pending").count() == 2
    assert badge(both) == 2
    ended = {"proposed": "moved_away", "evidence": "phone", "reason": "听邻居说"}
    assert both.post(f"/ends/person/{people[0].pk}/", ended).status_code == 302
    assert badge(both) == 3
    merge = f"/upkeep/merge/person/{outward(people[1].pk)}/{outward(people[2].pk)}/"
    shown = both.get(merge).content.decode()
    sides = dict(re.findall(r'name="(side-\w+)"\s+value="(\w+)"\s+checked', shown))
    seen = re.search(r'name="seen" value="(\w+)"', shown)
    assert seen is not None
    given = {**sides, "seen": seen[1], "evidence": "in_person", "reason": "本人说只有一个", "home": str(doors[0].pk)}
    assert both.post(merge, given).status_code == 302
    page = both.get("/rechecks/").content.decode()
    assert "走访上报 2<" in page and "注销登记、恢复 1<" in page and "更正方案 1<" in page
    assert badge(both) == 4


def test_who_rechecks_in_parts_of_a_scope_has_a_to_do_for_each_and_the_badge_counts_all(
    field: Field, both: Client
) -> None:
    field.lead.assignments.create(
        id=ids.new_id(),
        role=Role.LEADING_GROUP,
        scope=STREET,
        from_on=clock.local_date(clock.now()) - dt.timedelta(days=1),
        state="confirmed",
    )
    near = field.street.door("101")
    far = [field.street.door(room, FAR_GRID) for room in ("201", "202")]
    field.walk.dispatch()
    push(field.phone(), visit(1, near, "moved_away"))
    theirs = bound(field, new_account(Role.GRID_WORKER, FAR_GRID, name="远行"))
    push(theirs, *(visit(seq, door, "moved_away") for seq, door in enumerate(far, start=1)))
    shown = both.get(f"/board/{STREET}/").content.decode()
    assert "甲：1 户等另一人复核" in shown and "乙：2 户等另一人复核" in shown
    urls = re.findall(r'href="(/rechecks/\?scope=\d+)"', shown)
    assert urls == [f"/rechecks/?scope={FIRST}", f"/rechecks/?scope={SECOND}"]
    for url, n in zip(urls, (1, 2), strict=True):
        assert f"走访上报 {n}<" in both.get(url).content.decode()
    assert badge(both) == 3, "over all scopes, though the page opens with the first"
    assert "走访上报 1<" in both.get("/rechecks/").content.decode()


def test_a_scoped_page_of_what_was_returned_says_whose_it_is_and_stays_in_its_scope(field: Field, both: Client) -> None:
    door = field.street.door("101")
    field.walk.dispatch()
    wire = bound(field, field.worker)
    field.worker.assignments.update(to_on=clock.local_date(clock.now()).replace(day=1))
    push(wire, visit(1, door))
    empty = both.get(f"/returned/?scope={SECOND}").content.decode()
    assert "乙没有退回的内容。" in empty and "没能记上的" not in empty
    assert f'href="/returned/?show=decided&scope={SECOND}"' in empty.replace("&amp;", "&")
    of_all = both.get("/returned/").content.decode()
    assert 'href="/returned/?show=decided"' in of_all
    listed = both.get(f"/returned/?scope={FIRST}").content.decode().replace("&amp;", "&")
    alone = re.search(r'href="(/returned/\?op=[\w-]+&scope=\d+)"', listed)
    assert alone is not None and alone[1].endswith(f"&scope={FIRST}")
    assert f'href="/returned/?scope={FIRST}"' in both.get(alone[1]).content.decode()
    decided = both.get(f"/returned/?scope={FIRST}&show=decided").content.decode()
    assert 'href="/returned/?show=decided"' in decided, "all of what was decided"
