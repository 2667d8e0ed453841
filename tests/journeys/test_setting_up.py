"""启用准备: from what ``gridwalk init`` leaves to the first dispatch, as the administrator and the centre see it."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client

from gridwalk.accounts.models import Assignment
from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.campaigns.models import Target, Wave
from gridwalk.core import clock
from gridwalk.sync.models import Device
from gridwalk.territory.official import actions as official
from tests.harness.campaign import COMMUNITY, DOORS, GRID, begin, confirm, upload, workbook
from tests.harness.people import SignIn

SECOND_GRID = f"{COMMUNITY}002"
AREAS = {"area": "120105001", "community": [COMMUNITY], f"grids-{COMMUNITY}": "2"}


def states(client: Client) -> dict[str, str]:
    """Step → its mark, from the first page."""
    page = client.get("/").content.decode()
    assert "<h1>启用准备</h1>" in page
    steps = re.findall(r'<li[^>]*>\s*<div class="step">.*?<div>\s*<b>(.*?)</b>.*?class="mk[^"]*"[^>]*>(.)<', page, re.S)
    assert len(steps) == 7
    return dict(steps)


def button(client: Client, step: str) -> str:
    """Where the button of a step leads; "" for none."""
    page = client.get("/").content.decode()
    part = page[page.index(f"<b>{step}</b>") :].partition("</li>")[0]
    link = re.search(r'<span class="do">\s*<a class="btn sm[^"]*" href="([^"]+)"', part)
    return link[1] if link else ""


@pytest.mark.slow
def test_the_steps_are_the_first_page_until_something_is_dispatched(sign_in: SignIn) -> None:
    keeper, centre = sign_in(Role.ADMINISTRATOR, ""), sign_in(Role.STREET_CENTRE, "")
    nothing = {
        "区划网格": "办",
        "账号": "等",
        "台账": "等",
        "网格责任人": "等",
        "建立行动": "等",
        "下派": "等",
        "手机": "等",
    }
    assert states(keeper) == states(centre) == nothing
    assert (button(keeper, "区划网格"), button(centre, "区划网格")) == ("/areas/pick/", "")
    assert "由管理员来办" in centre.get("/").content.decode()

    keeper.post("/areas/pick/", AREAS)
    assert states(centre) == nothing | {"区划网格": "✓", "账号": "办", "台账": "可", "建立行动": "可"}
    assert button(keeper, "账号") == "/accounts/several/"
    assert (button(keeper, "台账"), button(centre, "台账")) == ("", "/imports/")
    assert "君临天下" in centre.get("/").content.decode()

    lead = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
    waiting = Assignment.objects.get(role=Role.COMMUNITY_LEAD)
    Assignment.objects.filter(pk=waiting.pk).update(state="proposed")
    assert states(keeper)["账号"] == "办"
    Assignment.objects.filter(pk=waiting.pk).update(state="confirmed")
    assert states(keeper)["账号"] == "✓"
    assert "<h1>启用准备</h1>" not in lead.get("/").content.decode()
    assert lead.get("/setup/").status_code == 403

    confirm(lead, upload(lead, workbook("房屋台账", DOORS)))
    assert states(centre)["台账"] == "✓"
    assert "还缺：君临天下 第一网格、君临天下 第二网格" in centre.get("/").content.decode()
    sign_in(Role.GRID_WORKER, GRID)
    other = sign_in(Role.GRID_WORKER, SECOND_GRID)
    worker = Assignment.objects.get(scope=GRID).user_id
    stranger = Assignment.objects.get(scope=SECOND_GRID).user_id
    path = f"/areas/{GRID}/responsible/"
    for user, why in ((stranger, "没有生效的岗位"), ("", "先选是谁")):
        assert why in keeper.post(path, {"user": user}, follow=True).content.decode()
    assert centre.post(path, {"user": worker}).status_code == 403
    assert "责任人写好了" in keeper.post(path, {"user": worker}, follow=True).content.decode()
    assert states(centre)["网格责任人"] == "办"
    keeper.post(f"/areas/{SECOND_GRID}/responsible/", {"user": stranger})
    assert states(centre)["网格责任人"] == "✓"

    assert states(centre)["下派"] == "等"
    wave = begin(centre)
    assert states(centre) == dict.fromkeys(nothing, "✓") | {"下派": "办", "手机": "可"}
    assert (button(keeper, "下派"), button(centre, "下派")) == ("", "/campaign/")
    centre.post(f"/campaign/waves/{wave.pk}/dispatch/")
    assert Wave.objects.get(pk=wave.pk).dispatched_at
    page = centre.get("/").content.decode()
    assert "<h1>启用准备</h1>" not in page
    assert "启用准备还差 1 步" in page
    assert keeper.get("/").headers["Location"] == "/accounts/list/"
    assert "位网格员有手机" in centre.get("/setup/").content.decode()
    door = Target.objects.filter(kind="dwelling").first()
    assert door is not None
    yesterday = clock.local_date(clock.now()) - dt.timedelta(days=1)
    lead.post(f"/visits/dwelling/{door.entity}/", {"at": f"{yesterday}T10:00", "outcome": "no_answer"})
    assert not Device.objects.exists()
    assert "启用准备还差" not in centre.get("/").content.decode(), "walked on paper as well"
    close = f"/campaign/{wave.campaign_id}/close/"
    assert "手机上没传完的" in centre.get(close).content.decode()
    assert lead.post(close).status_code == 403
    assert "行动结束了，数字留在这一刻" in centre.post(close, follow=True).content.decode()
    assert centre.get(close).headers["Location"] == "/campaign/", "it has ended"
    assert "<h1>启用准备</h1>" not in centre.get("/").content.decode(), "the office is set up once"
    assert other.get("/setup/").status_code == 403


@pytest.mark.django_db
def test_a_named_person_takes_the_place_of_whoever_was_named(sign_in: SignIn) -> None:
    keeper = sign_in(Role.ADMINISTRATOR, "")
    official.lay_out(actor=SYSTEM, at=clock.now(), street="120105001000", grids={COMMUNITY: "1"})
    for _ in range(2):
        sign_in(Role.GRID_WORKER, GRID)
    first, second = Assignment.objects.filter(scope=GRID).order_by("id").values_list("user_id", flat=True)
    for user in (first, second):
        keeper.post(f"/areas/{GRID}/responsible/", {"user": user})
        assert list(Assignment.objects.filter(responsible=True).values_list("user_id", flat=True)) == [user]


@pytest.mark.django_db
def test_a_community_has_a_responsible_person_among_its_leads(sign_in: SignIn) -> None:
    keeper, centre = sign_in(Role.ADMINISTRATOR, ""), sign_in(Role.STREET_CENTRE, COMMUNITY[:9])
    official.lay_out(actor=SYSTEM, at=clock.now(), street="120105001000", grids={COMMUNITY: "1"})
    begin(centre)
    assert "缺，请管理员在“区划网格”里设" in centre.get("/campaign/").content.decode()
    sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
    sign_in(Role.GRID_WORKER, GRID)
    lead = Assignment.objects.get(scope=COMMUNITY).user_id
    worker = Assignment.objects.get(scope=GRID).user_id
    address = f"/areas/{COMMUNITY}/responsible/"
    assert address in keeper.get("/areas/").content.decode()
    refused = keeper.post(address, {"user": worker}, follow=True).content.decode()
    assert "没有写：这个人在这里没有生效的岗位" in refused
    sign_in(Role.COMMUNITY_CLERK, COMMUNITY)
    clerk = Assignment.objects.get(role=Role.COMMUNITY_CLERK)
    refused = keeper.post(address, {"user": clerk.user_id}, follow=True).content.decode()
    assert "社区的责任人是社区书记（网格长），先给岗位，再设为责任人。" in refused, (
        "a clerk of the same community is none"
    )
    assert not Assignment.objects.filter(responsible=True).exists()
    assert "责任人写好了" in keeper.post(address, {"user": lead}, follow=True).content.decode()
    assert address not in keeper.get("/areas/").content.decode(), "one lead, and that one is named"
    assert "缺，请管理员" not in centre.get("/campaign/").content.decode()
    assert keeper.post("/areas/120105002001/responsible/", {"user": lead}).status_code == 404
    assert centre.post(address, {"user": lead}).status_code == 403
