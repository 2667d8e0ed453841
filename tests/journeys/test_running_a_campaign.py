"""A campaign looked at before it is dispatched, changed, paused, closed and opened again."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client

from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.campaigns import queries as campaigns
from gridwalk.campaigns.models import Campaign, Target
from gridwalk.core import clock
from gridwalk.indicators import actions as indicators
from gridwalk.indicators.models import Snapshot
from gridwalk.registry.models import Dwelling
from gridwalk.sync.queries import campaign as wire
from gridwalk.visits.models import Visit
from tests.harness.campaign import DOORS, GRID, begin, confirm, upload, workbook
from tests.harness.people import SignIn

pytestmark = pytest.mark.slow

STREET = "120105001"


@pytest.fixture
def centre(street: Client, sign_in: SignIn) -> Client:
    """The street centre, over a campaign whose pilot is dispatched: seven doors (tests/harness/campaign.py)."""
    return sign_in(Role.STREET_CENTRE, STREET)


def words(answer: Any) -> str:
    """A page without its tags and white space."""
    return "".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def form_of(campaign: Campaign, **other: Any) -> dict[str, Any]:
    """What the page of changes sends when nothing is touched, but for ``other``."""
    days = {f"{p.kind}_from": p.starts_on.isoformat() for p in campaign.phases.all()}
    days |= {f"{p.kind}_to": p.ends_on.isoformat() for p in campaign.phases.all()}
    usual = {"max_visits": "6", "quiet_from": "20:30", "quiet_until": "09:00", "group": "韩书言，书记，组长"}
    return {"name": campaign.name, **days, **usual, **other}


def knock(client: Client, room: str, outcome: str, hour: int = 10) -> None:
    door = Dwelling.objects.get(room=room)
    yesterday = clock.local_date(clock.now()) - dt.timedelta(days=1)
    at = f"{yesterday.isoformat()}T{hour}:00"
    assert client.post(f"/visits/dwelling/{door.pk}/", {"at": at, "outcome": outcome}).status_code == 302


def test_what_a_wave_would_bring_is_seen_before_and_the_pilot_goes_first(lead: Client, sign_in: SignIn) -> None:
    confirm(lead, upload(lead, workbook("房屋台账", DOORS)))
    centre = sign_in(Role.STREET_CENTRE, STREET)
    pilot = begin(centre)
    assert pilot.campaign.waves.count() == 1, "where the pilot is all there is, no empty wave waits behind it"
    rest = pilot.campaign.waves.create(
        order=2, name="全面铺开", scopes=[f"{STREET}099"], kinds=["dwelling"], starts_on=pilot.starts_on
    )
    seen = words(centre.get(f"/campaign/waves/{pilot.pk}/"))
    assert "住户7户" in seen
    assert "1个网格没有责任人，下派了也没有人去走" in seen
    later = words(centre.get(f"/campaign/waves/{rest.pk}/"))
    assert "先试点，再铺开：“试点”还没有下派。" in later and "下派这一批" not in later
    assert "没有下派：先试点，再铺开。请先下派“试点”。" in words(
        centre.post(f"/campaign/waves/{rest.pk}/dispatch/", follow=True)
    )
    assert not Target.objects.exists()
    assert lead.get(f"/campaign/waves/{pilot.pk}/").status_code == 403

    answer = words(centre.post(f"/campaign/waves/{pilot.pk}/dispatch/", follow=True))
    assert Target.objects.count() == 7
    assert "新增7个走访任务" in answer and "其中7个在1个没有责任人的网格里" in answer
    assert "没有要新增的" in words(centre.get(f"/campaign/waves/{pilot.pk}/"))
    again = words(centre.post(f"/campaign/waves/{pilot.pk}/dispatch/", follow=True))
    assert "没有新增：该派的都已经派过了。" in again


def test_a_campaign_is_changed_while_it_runs_and_may_disturb_less_never_more(centre: Client, street: Client) -> None:
    campaign = Campaign.objects.get()
    page = f"/campaign/{campaign.pk}/change/"
    assert "“试点”已经下派，它的社区和开始日期不再改。" in words(centre.get(page))
    for fault, other in [
        ("晚上最迟从20:30起", {"quiet_from": "21:00"}),
        ("早上最早到9:00", {"quiet_until": "08:30"}),
        ("写1到6", {"max_visits": "7"}),
        ("写1到6", {"max_visits": "0"}),
        ("要有名称", {"name": " "}),
        ("都要填全", {"act_to": ""}),
    ]:
        answer = centre.post(page, form_of(campaign, **other))
        assert answer.status_code == 422 and fault in words(answer), fault
    assert street.post(page, form_of(campaign)).status_code == 403
    later = (campaign.ends_on + dt.timedelta(days=10)).isoformat()
    changed = form_of(campaign, name="秋季走访", quiet_from="19:30", max_visits="3", act_to=later, sum_up_to=later)
    assert centre.post(page, changed).status_code == 302
    campaign.refresh_from_db()
    assert (campaign.name, campaign.max_visits, f"{campaign.quiet_from:%H:%M}") == ("秋季走访", 3, "19:30")
    assert campaign.ends_on.isoformat() == later
    assert (
        campaign.waves.get().dispatched_at is not None and Target.objects.filter(wave__campaign=campaign).count() == 8
    )
    assert campaign.leading_group.get().duty == "组长"


def test_a_pause_is_seen_at_the_phone_and_its_days_are_not_counted(centre: Client, street: Client) -> None:
    campaign = Campaign.objects.get()
    today = clock.local_date(clock.now())
    on_phone = wire.of_grid(GRID, today)
    assert on_phone is not None and on_phone["paused"] == ""
    assert "没有暂停：请写明原因" in words(centre.post(f"/campaign/{campaign.pk}/pause/", {"reason": " "}, follow=True))
    shown = words(centre.post(f"/campaign/{campaign.pk}/pause/", {"reason": "雨" * 121}, follow=True))
    assert "没有暂停：原因不超过120个字。" in shown
    assert "没有恢复：这次行动没有暂停。" in words(centre.post(f"/campaign/{campaign.pk}/resume/", follow=True))
    assert street.post(f"/campaign/{campaign.pk}/pause/", {"reason": "台风"}).status_code == 403
    answer = words(centre.post(f"/campaign/{campaign.pk}/pause/", {"reason": "台风，学校停课"}, follow=True))
    assert "起暂停：台风，学校停课。先不上门，计划线停着" in answer
    assert "已经是暂停的了" in words(centre.post(f"/campaign/{campaign.pk}/pause/", {"reason": "台风"}, follow=True))
    on_phone = wire.of_grid(GRID, today)
    assert on_phone is not None and on_phone["paused"] == "台风，学校停课"
    knock(street, "101", "no_answer")
    assert Target.objects.get(entity=Visit.objects.get().entity).n_visits == 1, "who went all the same is counted"

    pause = campaign.pauses.get()
    pause.starts_on = today - dt.timedelta(days=13)
    pause.save()
    campaign = campaigns.get_campaign(SYSTEM, campaign.pk)
    days = campaigns.workdays(campaign, today)
    assert days.count(today - dt.timedelta(days=13), today) == 0
    assert centre.post(f"/campaign/{campaign.pk}/resume/").status_code == 302
    assert campaign.pauses.get().ends_on == today - dt.timedelta(days=1)
    assert campaigns.pause_on(campaigns.get_campaign(SYSTEM, campaign.pk), today) is None


def test_an_end_hands_over_what_is_open_and_can_be_taken_back(centre: Client, street: Client) -> None:
    campaign = Campaign.objects.get()
    closing = words(centre.get(f"/campaign/{campaign.pk}/close/"))
    assert "没走到的8户转入日常" in closing
    assert street.post(f"/campaign/{campaign.pk}/close/").status_code == 403
    assert "行动里没走到" not in words(street.get("/daily/overdue/?field=campaign"))
    Dwelling.objects.update(verified_on=clock.local_date(clock.now()) - dt.timedelta(days=1))
    answer = words(centre.post(f"/campaign/{campaign.pk}/close/", follow=True))
    assert "这次行动已经结束" in answer and "撤销结束" in answer
    assert "没有结束：这次行动已经结束了。" in words(centre.post(f"/campaign/{campaign.pk}/close/", follow=True))
    shown = words(centre.post(f"/campaign/{campaign.pk}/pause/", {"reason": "台风"}, follow=True))
    assert "没有暂停：这次行动已经结束了。" in shown
    shown = words(centre.post(f"/campaign/waves/{campaign.waves.get().pk}/dispatch/", follow=True))
    assert "没有下派：这次行动已经结束了。" in shown
    assert "没有改：这次行动已经结束了。" in words(centre.post(f"/campaign/{campaign.pk}/change/", form_of(campaign)))
    listed = words(street.get("/daily/overdue/?field=campaign"))
    assert "行动结束时没走到的8户" in listed and "行动里没走到" in listed

    indicators.keep_day(at=clock.now())
    kept = Snapshot.objects.filter(campaign=campaign.pk, indicator="visits", on=clock.local_date(clock.now()))
    assert sum(row.d for row in kept) == 8

    knock(street, "101", "met")
    assert Visit.objects.get().target is None
    assert Target.objects.filter(state="visited").count() == 0, "the figures stand as they stood at the end"
    assert street.post(f"/campaign/{campaign.pk}/reopen/").status_code == 403
    assert "撤销了，行动接着走" in words(centre.post(f"/campaign/{campaign.pk}/reopen/", follow=True))
    assert Target.objects.filter(state="visited").count() == 1
    assert Visit.objects.get().target is not None
    assert "没有撤销：这次行动没有结束。" in words(centre.post(f"/campaign/{campaign.pk}/reopen/", follow=True))

    centre.post(f"/campaign/{campaign.pk}/close/")
    Campaign.objects.update(closed_at=clock.now() - dt.timedelta(days=8))
    assert "撤销结束" not in words(centre.get("/campaign/"))
    assert "结束超过七天了" in words(centre.post(f"/campaign/{campaign.pk}/reopen/", follow=True))


def test_the_working_days_are_those_of_the_visits_where_two_phases_overlap(centre: Client, street: Client) -> None:
    campaign, today = Campaign.objects.get(), clock.local_date(clock.now())
    campaign.phases.filter(kind="prepare").update(ends_on=today)
    shown = words(centre.get("/", follow=True))
    assert shown.count("个工作日，共") == 1 and f"–{today.month}月{today.day}日行动第" in shown
