"""关于: who runs the installation and where residents reach the communities, on pages, paper and phones."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.core import clock
from gridwalk.core.models import AuditEntry
from gridwalk.territory.models import Area
from gridwalk.territory.official import actions as official
from tests.harness.campaign import COMMUNITY
from tests.harness.people import SignIn

pytestmark = pytest.mark.django_db
DESK = f"/about/desks/{COMMUNITY}/"


@pytest.fixture
def keeper(sign_in: SignIn) -> Client:
    official.lay_out(actor=SYSTEM, at=clock.now(), street="120105001000", grids={COMMUNITY: "1"})
    return sign_in(Role.ADMINISTRATOR, "120105001")


def answer_to(client: Client, path: str, **typed: str) -> str:
    return client.post(path, typed, follow=True).content.decode()


def test_the_operator_stands_on_every_page_and_on_paper(keeper: Client, sign_in: SignIn) -> None:
    lead = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
    assert "还没有写，请管理员写上" in lead.get("/about/").content.decode()
    for unit in ("", "长" * 61):
        assert "没有存：单位要填，不超过 60 个字" in answer_to(keeper, "/about/operator/", unit=unit)
    assert "没有存：单位和备案编号里不要写" in answer_to(keeper, "/about/operator/", unit="=1+1")
    assert "没有存：单位和备案编号里不要写" in answer_to(
        keeper, "/about/operator/", unit="某街道", filing_number="12012345678"
    )
    assert lead.post("/about/operator/", {"unit": "某街道"}).status_code == 403
    assert "已保存" in answer_to(keeper, "/about/operator/", unit="光复道街道办事处", filing_number="津政备 001")
    for page in ("/about/", "/accounts/sessions/", "/campaign/", "/help/"):
        text = lead.get(page).content.decode()
        assert "光复道街道办事处" in text and "备案编号 津政备 001" in text, page
        assert "关于</a>" in text.split("</main>")[1], "at the foot"
        (question_mark,) = re.findall(r'href="(/help/[^"#]*)[^"]*"[^>]*aria-label="帮助', text)
        assert "社区书记" in lead.get(question_mark).content.decode()
    assert lead.get("/help/第二周/").status_code == 404
    assert AuditEntry.objects.filter(verb="operator.named").count() == 1


def test_a_community_says_where_its_desk_is(keeper: Client, sign_in: SignIn) -> None:
    assert "没有存：值班电话" in answer_to(keeper, DESK, phone="123")
    assert "没有存：地址不超过 60 个字" in answer_to(keeper, DESK, address="长" * 61)
    assert "没有存：地址、时间里不要写证件号" in answer_to(keeper, DESK, hours="12012345678")
    typed = {"phone": "12012345670", "address": "北岸路 1 号", "hours": "8:30–17:30"}
    assert "网格员的工牌上写着" in answer_to(keeper, DESK, **typed)
    area = Area.objects.get(code=COMMUNITY)
    assert (area.desk_phone, area.desk_address, area.desk_hours) == ("12012345670", "北岸路 1 号", "8:30–17:30")
    lead = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
    assert "12012345670，北岸路 1 号，8:30–17:30" in lead.get("/about/").content.decode()
    assert lead.post(DESK, typed).status_code == 403
    for elsewhere in ("120105002001", "120105001999"):
        assert keeper.post(f"/about/desks/{elsewhere}/", typed).status_code == 404
    assert AuditEntry.objects.filter(verb="areas.desk_set", scope=COMMUNITY).count() == 1
