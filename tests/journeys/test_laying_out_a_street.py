"""A street out of the official list: chosen on the page, with its communities and grids, and taken back."""

from __future__ import annotations

import pytest
from django.test import Client

from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.campaigns.actions import founding
from gridwalk.core import actions as core
from gridwalk.core import clock, ids
from gridwalk.core.models import AuditEntry
from gridwalk.territory.models import Area, Grid
from tests.harness.people import SignIn

STREET = "120105001"
FIRST, SECOND, THIRD = f"{STREET}001", f"{STREET}003", f"{STREET}013"


@pytest.fixture
def keeper(sign_in: SignIn) -> Client:
    return sign_in(Role.ADMINISTRATOR, "")


def words(client: Client, path: str, **typed: object) -> str:
    answer = client.post(path, typed, follow=True) if typed else client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_street_is_chosen_with_its_communities_and_their_grids(keeper: Client) -> None:
    assert "选到本街道" in words(keeper, "/areas/")
    assert 'href="?area=12">天津市' in words(keeper, "/areas/pick/")
    assert 'href="?area=120105">河北区' in words(keeper, "/areas/pick/?area=12")
    assert 'href="?area=120105001">光复道街道' in words(keeper, "/areas/pick/?area=120105")
    assert "北岸华庭社区居委会" in words(keeper, "/areas/pick/?area=120105001")
    assert "没有它下面的街道" in words(keeper, "/areas/pick/?area=1201")
    for nowhere in ("1", "abc", FIRST, "999999"):
        assert keeper.get(f"/areas/pick/?area={nowhere}").status_code == 404

    typed = {"area": STREET, "community": [FIRST, SECOND], f"grids-{FIRST}": "河畔\n河畔"}
    page = words(keeper, "/areas/pick/", **typed)
    assert "没有建：北岸华庭社区居委会，两个网格都叫“河畔”，改一个再存。" in page
    assert f'value="{THIRD}"' in page
    assert "没有建：先勾上这个街道的社区" in words(keeper, "/areas/pick/", area=STREET, community=["120105002001"])
    assert "没有建：先从区划里选到一个街道" in words(keeper, "/areas/pick/", area="120105", community=[FIRST])
    assert not Area.objects.exists()

    page = words(keeper, "/areas/pick/", **{**typed, f"grids-{FIRST}": "河畔\n2网格"})
    assert "建好了 2 个社区、2 个网格" in page
    assert "还没有网格的社区：林古里。没有网格就派不了网格员" in page
    assert list(Area.objects.order_by("code").values_list("name", "short", "level")) == [
        ("天津市", "天津市", "province"),
        ("市辖区", "市辖区", "city"),
        ("河北区", "河北区", "district"),
        ("光复道街道", "光复道街道", "street"),
        ("北岸华庭社区居委会", "北岸华庭", "community"),
        ("林古里社区居委会", "林古里", "community"),
    ]
    grids = Grid.objects.order_by("code").values_list("code", "name", "kind")
    assert list(grids) == [
        (f"{FIRST}000", "未划入网格", "unassigned"),
        (f"{FIRST}001", "河畔", "basic"),
        (f"{FIRST}002", "2网格", "basic"),
        (f"{SECOND}000", "未划入网格", "unassigned"),
    ]
    assert "已建" in words(keeper, f"/areas/pick/?area={STREET}")


def test_more_grids_are_added_by_number_and_by_name(keeper: Client) -> None:
    words(keeper, "/areas/pick/", **{"area": STREET, "community": [FIRST], f"grids-{FIRST}": "1"})
    assert "没有建：本社区已有一个叫“1号网格”的网格" in words(keeper, "/areas/grids/", community=FIRST, n="1号网格")
    assert "建好了 2 个网格" in words(keeper, "/areas/grids/", community=FIRST, n="东片\n西片")
    assert "建好了 1 个网格" in words(keeper, "/areas/grids/", community=FIRST, n="1")
    grids = Grid.objects.filter(kind="basic").order_by("code").values_list("code", "name")
    assert list(grids) == [
        (f"{FIRST}001", "第一网格"),
        (f"{FIRST}002", "东片"),
        (f"{FIRST}003", "西片"),
        (f"{FIRST}004", "第四网格"),
    ]


def test_what_was_laid_out_is_taken_back_until_something_hangs_on_it(keeper: Client, sign_in: SignIn) -> None:
    grids = {f"grids-{code}": "2" for code in (FIRST, SECOND, THIRD)}
    words(keeper, "/areas/pick/", area=STREET, community=[FIRST, SECOND, THIRD], **grids)
    lead = sign_in(Role.COMMUNITY_LEAD, SECOND)
    sign_in(Role.GRID_WORKER, f"{FIRST}002")
    assert lead.post("/areas/take-back/", {"code": FIRST}).status_code == 403
    for nowhere in ("", STREET, "1" * 13):
        assert keeper.post("/areas/take-back/", {"code": nowhere}).status_code == 404

    page = words(keeper, f"/areas/?scope={STREET}")
    assert "撤销爱琴海" in page
    for code in (FIRST, SECOND, f"{FIRST}002", f"{FIRST}000", f"{FIRST}009"):
        assert f'name="code" value="{code}"' not in page
        assert "没有撤销：这里已经有岗位、台账、行动或登记" in words(keeper, "/areas/take-back/", code=code)
    with core.write_to(f"{SECOND}002", actor=SYSTEM, at=clock.now()) as writing:
        writing.created(f"{SECOND}002", "building", ids.new_id(), {"key": "1"}, source="office")
    assert "没有撤销" in words(keeper, "/areas/take-back/", code=f"{SECOND}002")

    assert "撤销了" in words(keeper, "/areas/take-back/", code=f"{FIRST}001")
    assert "撤销了" in words(keeper, "/areas/take-back/", code=THIRD)
    standing = Grid.objects.filter(kind="basic").order_by("code").values_list("code", flat=True)
    assert list(standing) == [f"{FIRST}002", f"{SECOND}001", f"{SECOND}002"]
    assert not Area.objects.filter(code=THIRD).exists()
    taken_back = AuditEntry.objects.filter(verb="areas.taken_back").order_by("at").values_list("scope", "data")
    assert list(taken_back) == [
        (STREET, {"code": f"{FIRST}001", "n": 1}),
        (STREET, {"code": THIRD, "n": 3}),
    ]


def test_a_community_that_a_campaign_names_stays_and_the_street_goes_with_its_last_one(keeper: Client) -> None:
    words(keeper, "/areas/pick/", area=STREET, community=[FIRST])
    today = clock.local_date(clock.now())
    campaign = founding.create_campaign(
        actor=SYSTEM,
        at=clock.now(),
        name="行动",
        scope=STREET,
        phases=dict.fromkeys(("prepare", "act", "sum_up"), (today, today)),
        waves=[founding.NewWave("全面铺开", (FIRST,), today)],
    )
    assert "没有撤销" in words(keeper, "/areas/take-back/", code=FIRST)
    campaign.delete()
    assert "撤销了" in words(keeper, "/areas/take-back/", code=FIRST)
    assert not Area.objects.exists()
