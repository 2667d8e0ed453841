"""线上核查: a flag says its reason, the community answers, and the answers say how good the rule is."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client

from gridwalk.accounts.rules import Role
from gridwalk.bench.models import CheckSetting
from gridwalk.core import clock
from gridwalk.core.models import AuditEntry
from gridwalk.registry.models import CaseDecision, Dwelling
from gridwalk.visits.models import Visit
from tests.harness.campaign import COMMUNITY, GRID, move_in
from tests.harness.people import SignIn
from tests.journeys.test_bench import decide, text

STREET = COMMUNITY[:9]


def row(client: Client, label: str, **query: str) -> str:
    """What the page says of one rule, without tags and white space."""
    shown = text(client, "/online/", **query)
    (cells,) = [part for part in shown.split("<tr>") if label in part]
    return "".join(re.sub(r"<[^>]+>", " ", cells).split())


def answered(room: str, outcome: str, days_ago: int = 1) -> Visit:
    """An answer at a door, as a phone would have left it."""
    at = clock.now() - dt.timedelta(days=days_ago)
    return Visit.objects.create(
        grid_id=GRID,
        kind="dwelling",
        entity=Dwelling.objects.filter(room=room).earliest("address").pk,
        outcome=outcome,
        at=at,
        on=clock.local_date(at),
        band="morning",
        worker_name="沈若溪",
        source="phone",
        received_at=at,
    )


@pytest.fixture
def met(street: Client) -> Client:
    """Somebody was met where nobody is registered, and where somebody is."""
    answered("201", "met")
    answered("101", "met")
    return street


def test_a_flag_says_why_is_answered_and_feeds_the_precision_of_its_rule(met: Client) -> None:
    assert row(met, "见到人，没登记人").startswith("见到人，没登记人1")
    assert "核对的是数据，不用于个人考核" in text(met, "/online/")
    shown = text(met, "/bench/", check="met_nobody")
    for words in (
        "走访见到人或打通了电话，这一户没有登记人",
        "海河花园 5号楼 1单元 201",
        "见面，没有变化",
        "没有登记人",
    ):
        assert words in shown, words
    assert "沈若溪" not in shown, "nothing of who visited"
    assert "海河花园 5号楼 1单元 101" not in shown.split("接下来")[0], "somebody is registered there"
    assert "没有答：选“有原因”的，先在“依据”里写上原因" in decide(met, shown, "explained")
    assert "没有答：选“规则有误”的" in decide(met, text(met, "/bench/", check="met_nobody"), "rule_wrong")
    assert "这一类不这样定" in decide(met, text(met, "/bench/", check="met_nobody"), "right")
    after = decide(met, text(met, "/bench/", check="met_nobody"), "explained", reason="租客不肯登记")
    assert "见到人，没登记人：有原因，已处理。按 U 撤销。" in after
    assert "有原因" in text(met, "/bench/settled/") and "租客不肯登记" in text(met, "/bench/settled/")
    assert row(met, "见到人，没登记人").startswith("见到人，没登记人0")
    assert "0/1样本不足有原因1，规则有误0" in row(met, "见到人，没登记人")
    undone = CaseDecision.objects.get(state="standing")
    met.post(f"/bench/settled/{undone.pk}/undo/", {"scope": COMMUNITY})
    assert "0/0样本不足" in row(met, "见到人，没登记人")
    decide(met, text(met, "/bench/", check="met_nobody"), "real")
    assert "1/1样本不足" in row(met, "见到人，没登记人")
    move_in(met, Dwelling.objects.filter(room="201").earliest("address").pk, "程新")
    assert "没有待答的了" in text(met, "/bench/", check="met_nobody"), "put right, it is gone by itself"


def test_ten_answers_say_how_often_a_rule_is_right(met: Client) -> None:
    shown = text(met, "/bench/", check="met_nobody")
    decide(met, shown, "real")
    real = CaseDecision.objects.get()
    for n in range(9):
        CaseDecision.objects.create(
            grid_id=GRID,
            check_code="met_nobody",
            lead=real.lead,
            records=[Dwelling.objects.order_by("pk")[0].pk] * (n + 2),
            facts={},
            decision="real" if n < 5 else "explained",
            decided_by_name="书记",
            decided_at=real.decided_at,
        )
    # Wilson for 6 of 10, rounded outwards.
    assert "6/10属实31–84%95%区间；有原因4，规则有误0" in row(met, "见到人，没登记人")


def test_the_street_centre_sets_a_rule_and_reads_how_many_not_which(met: Client, sign_in: SignIn) -> None:
    centre = sign_in(Role.STREET_CENTRE, STREET)
    shown = text(centre, "/bench/", check="met_nobody")
    assert "“见到人，没登记人”有 1 件。说到哪一户住着谁、空着还是出租，由社区和网格员来看。" in shown
    assert "5号楼" not in shown
    refused = centre.post("/online/phone_for_many/set/", {"is_on": "on", "doors": "1"}, follow=True).content.decode()
    assert "没有改：“一个电话核实几户”的“同一个号码……户”，请填 2 到 50 的整数。" in refused
    assert not CheckSetting.objects.exists()
    centre.post("/online/phone_for_many/set/", {"is_on": "on", "doors": "5"})
    assert "同一个号码5户" in row(met, "一个电话核实几户")
    off = centre.post("/online/met_nobody/set/", {}, follow=True).content.decode()
    assert "“见到人，没登记人”改好了：停用。答过的照旧，不用再答。" in off
    assert row(met, "见到人，没登记人").startswith("见到人，没登记人停用0")
    assert CheckSetting.objects.get(check_code="met_nobody").is_on is False
    assert list(AuditEntry.objects.filter(verb="check.set").values_list("scope", flat=True)) == [STREET] * 2
    assert met.post("/online/met_nobody/set/", {"is_on": "on"}).status_code == 403, "a community sets no rule"
    assert centre.post("/online/shoe_size/set/", {"is_on": "on"}).status_code == 404
    assert sign_in(Role.LEADING_GROUP, STREET).get("/online/").status_code == 403
    elsewhere = sign_in(Role.STREET_CENTRE, "120105002")
    assert elsewhere.post("/online/met_nobody/set/", {"is_on": "on", "scope": STREET}).status_code == 404


def test_records_and_answers_are_asked_on_pages_of_their_own(met: Client) -> None:
    assert "线上核查" in text(met, "/bench/"), "the navigation leads there"
    assert "见到人，没登记人" not in text(met, "/bench/")
    door = Dwelling.objects.filter(room="201").earliest("address")
    assert "没有登记人" not in text(met, f"/doors/{door.pk}/")


def test_flags_are_counted_by_community_never_by_grid(met: Client, sign_in: SignIn) -> None:
    """A grid is one person's work: asked for a grid, both pages answer for its community."""
    centre = sign_in(Role.STREET_CENTRE, STREET)
    for client in (met, centre):
        assert row(client, "见到人，没登记人", scope=GRID).startswith("见到人，没登记人1")
        shown = text(client, "/online/", scope=GRID)
        assert f"check=met_nobody&scope={COMMUNITY}" in shown and GRID not in shown.split("<main")[1]
        assert f'value="{GRID}"' not in text(client, "/bench/", check="met_nobody", scope=GRID)
        assert f'value="{GRID}"' in text(client, "/bench/", scope=GRID), "records are asked about by grid"
