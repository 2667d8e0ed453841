"""工作日历: the plan's line stands still on a holiday, and on a day that the office sets itself."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.test import Client

from gridwalk.accounts.rules import Role
from gridwalk.territory.models import SetDay
from tests.harness.campaign import COMMUNITY
from tests.harness.people import STREET, SignIn

CALENDAR = "/campaign/workdays/"
STORM = {"first": "2026-11-03", "last": "2026-11-04", "works": "free", "name": "台风停工"}


def told(client: Client, address: str) -> str:
    return client.get(address, follow=True).content.decode()


@pytest.mark.django_db
def test_the_centre_sets_days_of_its_own_and_takes_them_back(sign_in: SignIn) -> None:
    centre, lead = sign_in(Role.STREET_CENTRE, STREET), sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
    page = told(lead, CALENDAR + "?year=2026")
    assert "国庆节" in page and "248</b> 个工作日" in page
    assert "保存日历</button>" not in page
    assert "由街道网格中心登记" in page and "在这里登记" not in page
    assert "在这里登记" in told(centre, CALENDAR + "?year=2026")
    assert lead.post(CALENDAR + "set/", STORM).status_code == 403
    assert not SetDay.objects.exists()

    answer = centre.post(CALENDAR + "set/", STORM, follow=True).content.decode()
    assert "登记了 2 天" in answer and "台风停工" in answer and "246</b> 个工作日" in answer
    assert dict(SetDay.objects.values_list("day", "works")) == {
        dt.date(2026, 11, 3): False,
        dt.date(2026, 11, 4): False,
    }
    assert centre.post(CALENDAR + "set/", STORM | {"works": "worked", "name": "改为上班"}).status_code == 302
    assert "248</b> 个工作日" in told(centre, CALENDAR + "?year=2026")
    assert lead.post(CALENDAR + "forget/", {"day": "2026-11-03"}).status_code == 403
    assert "照国家安排" in centre.post(CALENDAR + "forget/", {"day": "2026-11-03"}, follow=True).content.decode()
    assert "已经不在登记里" in centre.post(CALENDAR + "forget/", {"day": "2026-11-03"}, follow=True).content.decode()
    assert [row.day.day for row in SetDay.objects.all()] == [4]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"first": ""}, "选好从哪天"),
        ({"works": "half"}, "选好从哪天"),
        ({"last": "2026-11-02"}, "不能早于"),
        ({"last": "2026-12-31"}, "一次最多 31 天"),
        ({"name": " "}, "写明为什么"),
        ({"name": "找 12012345678"}, "没有登记：事由里不要写证件号、电话号码"),
        ({"name": "=1+1"}, "不用 = + - @ 开头"),
    ],
)
def test_what_cannot_be_set_is_said(sign_in: SignIn, wrong: dict[str, str], says: str) -> None:
    centre = sign_in(Role.STREET_CENTRE, STREET)
    assert says in centre.post(CALENDAR + "set/", STORM | wrong, follow=True).content.decode()
    assert not SetDay.objects.exists()


@pytest.mark.django_db
def test_a_year_that_is_not_arranged_yet_says_so(sign_in: SignIn) -> None:
    page = told(sign_in(Role.LEADING_GROUP, STREET), CALENDAR + "?year=2028")
    assert "现在按周一到周五算" in page and "260</b> 个工作日" in page


@pytest.mark.parametrize(
    ("last", "says"),
    [
        # October 2026: 22 days Monday to Friday, five of them free from the 1st to the 7th, Saturday the 10th worked.
        ("2026-10-31", "行动阶段 18 个工作日；10月1日不上班，从 10月8日算起。"),
        ("2026-10-07", "行动阶段里一个工作日也没有"),
    ],
)
def test_a_campaign_that_begins_on_a_holiday_says_from_when_it_counts(
    lead: Client, sign_in: SignIn, last: str, says: str
) -> None:
    centre = sign_in(Role.STREET_CENTRE, STREET)
    phases = {"prepare": ("2026-09-20", "2026-09-30"), "act": ("2026-10-01", last), "sum_up": (last, last)}
    days = {
        f"{name}_{end}": day for name, ends in phases.items() for end, day in zip(("from", "to"), ends, strict=True)
    }
    plan = {"name": "百日行动", **days, "quiet_from": "20:30", "quiet_until": "09:00", "max_visits": "6"}
    assert says in centre.post("/campaign/new/", plan, follow=True).content.decode()
    backwards = centre.post("/campaign/new/", plan | {"act_to": "2026-09-30"})
    assert backwards.status_code == 422 and "没有建：" in backwards.content.decode()


@pytest.mark.parametrize(("today", "is_over"), [("2026-11-01", True), ("2026-10-31", False)])
def test_a_campaign_whose_visits_are_over_already_says_so(
    lead: Client, sign_in: SignIn, today: str, is_over: bool
) -> None:
    phases = {
        "prepare": ("2026-09-20", "2026-09-30"),
        "act": ("2026-10-08", "2026-10-31"),
        "sum_up": ("2026-11-09",) * 2,
    }
    days = {
        f"{name}_{end}": day for name, ends in phases.items() for end, day in zip(("from", "to"), ends, strict=True)
    }
    plan = {"name": "百日行动", **days, "quiet_from": "20:30", "quiet_until": "09:00", "max_visits": "6"}
    with time_machine.travel(dt.datetime.fromisoformat(f"{today}T10:00:00+08:00")):
        founded = sign_in(Role.STREET_CENTRE, STREET).post("/campaign/new/", plan, follow=True).content.decode()
    said = "行动阶段 10月31日已经结束，今天起一户也排不进去，请改日期。"
    assert "行动阶段 18 个工作日。" in founded and (said in founded) is is_over
