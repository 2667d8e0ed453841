"""注销与恢复 through the pages: what follows is shown, evidence is asked, a second person confirms, mistakes come back."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.campaigns.actions.dispatch import Joining, join_targets
from gridwalk.campaigns.models import Target
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.registry.actions import claims, creation
from gridwalk.registry.models import Difference, Dwelling, Organization, Person, Recheck, Residence, Site
from gridwalk.registry.rules import Claim
from gridwalk.territory.models import Building
from tests.harness.campaign import COMMUNITY, DOORS, GRID, confirm, id_no, move_in, upload, workbook
from tests.harness.people import SignIn

pytestmark = pytest.mark.slow


def words(answer: Any) -> str:
    text: str = answer.content.decode()
    return text


def propose(client: Client, kind: str, pk: uuid.UUID, proposed: str, evidence: str, reason: str = "去看过") -> Any:
    form = {"proposed": proposed, "evidence": evidence, "reason": reason}
    return client.post(f"/ends/{kind}/{pk}/", form, follow=True)


def recheck(client: Client, *, confirmed: bool = True) -> Any:
    waiting = Recheck.objects.filter(state="open").earliest("proposed_at", "pk")
    form = {"confirmed": "1" if confirmed else "0", "note": "和物业核对过"}
    return client.post(f"/rechecks/end/{waiting.pk}/", form, follow=True)


@pytest.fixture
def second(street: Client, sign_in: SignIn) -> Client:
    """Another lead of the community, who rechecks."""
    return sign_in(Role.COMMUNITY_LEAD, COMMUNITY)


def place(kind: str, name: str, door: Dwelling | None = None) -> uuid.UUID:
    """An organization or site on record and in the campaign."""
    new = creation.New(
        grid=GRID, values={"name": name}, source="office", extra={"dwelling_id": door.pk} if door else {}
    )
    with core.write_to(GRID, actor=SYSTEM, at=clock.now()) as writing:
        creation.register(writing, kind, [new])
        join_targets(writing, [Joining(GRID, kind, new.id, name)])
    return new.id


def test_a_door_pulled_down_keeps_its_people_its_shop_and_its_questions(street: Client, second: Client) -> None:
    door = Dwelling.objects.get(room="101")
    shop = place("organization", "海河小吃店", door)
    with core.write_to(GRID, actor=SYSTEM, at=clock.now()) as writing:
        claims.apply_claims(
            writing, [Claim("dwelling", door.pk, "area_m2", "80", "ledger", source_ref="房管台账 第 7 行")]
        )
    asked = Difference.objects.get(entity=door.pk, field="area_m2")
    before = words(street.get(f"/ends/dwelling/{door.pk}/"))
    for shown in ("程望舒", "程兰因", "没有住处", "海河小吃店", "2 条，照样能定", "1 项"):
        assert shown in before, shown
    for missing, told in (
        ({"evidence": ""}, "依据材料"),
        ({"reason": " "}, "写明原因"),
        ({"proposed": "closed"}, "不能这样注销"),
    ):
        form = {"proposed": "demolished", "evidence": "demolition_notice", "reason": "拆迁"} | missing
        wrong = street.post(f"/ends/dwelling/{door.pk}/", form)
        assert (wrong.status_code, told in words(wrong)) == (422, True)
        assert missing == {"reason": " "} or 'value="拆迁"' in words(wrong), "what was typed stands"
    assert not Recheck.objects.exists()

    propose(
        client=street,
        kind="dwelling",
        pk=door.pk,
        proposed="demolished",
        evidence="demolition_notice",
        reason="拆迁，电话 12000000001",
    )
    assert Recheck.objects.get().reason == "拆迁，电话 ******"
    assert "由另一位同事复核" in words(street.get(f"/ends/dwelling/{door.pk}/"))
    assert "正等着复核" in words(propose(street, "dwelling", door.pk, "struck_off", "at_the_door"))
    assert "不能自己复核" in words(recheck(street))
    assert "拆迁公告" in words(second.get("/rechecks/"))
    recheck(second)

    door.refresh_from_db()
    assert (door.status, door.ended_as) == ("struck_off", "demolished")
    assert Target.objects.get(entity=door.pk).state == "left"
    assert set(Person.objects.filter(name__in=["程望舒", "程兰因"]).values_list("status", "grid_id")) == {
        ("active", f"{COMMUNITY}000")
    }
    assert Organization.objects.get(pk=shop).status == "active"
    assert "海河小吃店" in words(street.get(f"/bench/door_gone/{shop}/"))
    assert "登记在已注销的房屋里" in words(street.get(f"/organizations/{shop}/"))
    street.post(f"/differences/{asked.pk}/decide/", {"decision": "accept"})
    asked.refresh_from_db()
    assert asked.state == "accepted"
    page = words(street.get(f"/doors/{door.pk}/"))
    for shown in ("已拆除", "提出注销登记（拆除），待复核，凭拆迁公告", "恢复在册"):
        assert shown in page, shown

    propose(client=street, kind="dwelling", pk=door.pk, proposed="active", evidence="at_the_door", reason="拆的是隔壁")
    assert "不能自己复核" in words(recheck(street))
    recheck(second)
    door.refresh_from_db()
    assert (door.status, door.ended_as, door.ended_on) == ("active", "", None)
    assert set(Residence.objects.filter(dwelling=door, to_on__isnull=True).values_list("person__name", flat=True)) == {
        "程望舒",
        "程兰因",
    }
    assert set(Person.objects.filter(name__startswith="程").values_list("grid_id", flat=True)) == {GRID}
    assert Target.objects.get(entity=door.pk).state == "remaining"
    assert "复核同意恢复在册" in words(street.get(f"/doors/{door.pk}/"))
    assert "这一条在册，不用恢复" in words(propose(street, "dwelling", door.pk, "active", "at_the_door"))


def test_what_has_been_registered_anew_meanwhile_stays_and_nobody_gets_two_homes(
    street: Client, second: Client
) -> None:
    door = Dwelling.objects.get(room="101")
    person = Person.objects.get(name="程望舒")
    propose(
        client=street, kind="dwelling", pk=door.pk, proposed="struck_off", evidence="at_the_door", reason="登记重了"
    )
    recheck(second)
    other = Dwelling.objects.get(room="201")
    move_in(street, other.pk, "程望舒", id_no=id_no(11))
    propose(client=street, kind="dwelling", pk=door.pk, proposed="active", evidence="at_the_door", reason="没有登记重")
    recheck(second)
    assert list(
        Residence.objects.filter(person=person, to_on__isnull=True).values_list("dwelling__room", flat=True)
    ) == ["201"]
    assert Residence.objects.filter(dwelling=door, to_on__isnull=True).count() == 1

    propose(
        client=street, kind="dwelling", pk=door.pk, proposed="struck_off", evidence="at_the_door", reason="登记重了"
    )
    recheck(second)
    confirm(street, upload(street, workbook("补登记", [DOORS[0], DOORS[1]])))
    refused = words(propose(street, "dwelling", door.pk, "active", "at_the_door"))
    assert "已经另有一条在册" in refused


def test_a_person_said_to_have_died_comes_back_to_their_home(street: Client, second: Client) -> None:
    person = Person.objects.get(name="程兰因")
    page = words(street.get(f"/ends/person/{person.pk}/"))
    assert "5号楼 1单元 101" in page
    propose(client=street, kind="person", pk=person.pk, proposed="deceased", evidence="phone", reason="听邻居说")
    assert "去世" in words(street.get(f"/people/{person.pk}/"))
    recheck(second, confirmed=False)
    assert Person.objects.get(pk=person.pk).status == "active"
    propose(
        client=street, kind="person", pk=person.pk, proposed="deceased", evidence="death_certificate", reason="家属来办"
    )
    recheck(second)
    assert not Residence.objects.filter(person=person, to_on__isnull=True).exists()
    propose(client=street, kind="person", pk=person.pk, proposed="active", evidence="in_person", reason="同名的另一位")
    recheck(second)
    person.refresh_from_db()
    assert (person.status, person.ended_on, person.status_pending, person.grid_id) == ("active", None, "", GRID)
    assert Residence.objects.filter(person=person, to_on__isnull=True, dwelling__room="101").count() == 1


def test_a_shop_that_closed_and_a_site_that_is_no_more(street: Client, second: Client, sign_in: SignIn) -> None:
    shop, site = place("organization", "海河小吃店"), place("site", "海河菜市场")
    assert "停业、搬离，注销登记这家单位" in words(street.get(f"/organizations/{shop}/"))
    propose(
        client=street,
        kind="organization",
        pk=shop,
        proposed="moved_away",
        evidence="property_office",
        reason="门面已空",
    )
    propose(client=street, kind="site", pk=site, proposed="closed", evidence="deregistration", reason="市场撤了")
    assert Target.objects.get(entity=shop).state == "remaining", "the denominator keeps it until the recheck"
    recheck(second)
    recheck(second)
    assert (Organization.objects.get(pk=shop).status, Site.objects.get(pk=site).status) == ("moved_away", "closed")
    assert set(Target.objects.filter(entity__in=[shop, site]).values_list("state", flat=True)) == {"left"}
    assert "已搬离" in words(street.get(f"/organizations/{shop}/"))
    propose(client=street, kind="organization", pk=shop, proposed="active", evidence="at_the_door", reason="还在")
    recheck(second)
    assert (Organization.objects.get(pk=shop).status, Target.objects.get(entity=shop).state) == ("active", "remaining")
    elsewhere = sign_in(Role.GRID_WORKER, f"{COMMUNITY}002")
    assert elsewhere.get(f"/ends/organization/{shop}/").status_code == 404
    assert street.get(f"/ends/nothing/{shop}/").status_code == 404


def test_a_whole_building_goes_and_comes_back_as_one(street: Client, second: Client, sign_in: SignIn) -> None:
    building = Building.objects.get(key="5")
    alone = Dwelling.objects.get(room="302")
    propose(client=street, kind="dwelling", pk=alone.pk, proposed="struck_off", evidence="at_the_door", reason="打通了")
    n = Dwelling.objects.exclude(status="struck_off").count()
    page = words(street.get(f"/ends/building/{building.pk}/"))
    assert f"{n - 1} 户一起提" in page, "what was proposed by itself is rechecked by itself"
    assert "整栋拆除" in words(street.get(f"/buildings/{building.pk}/"))
    assert "整栋一起只办拆除" in words(propose(street, "building", building.pk, "struck_off", "at_the_door"))
    propose(
        client=street,
        kind="building",
        pk=building.pk,
        proposed="demolished",
        evidence="demolition_notice",
        reason="整栋征收",
    )
    waiting = words(second.get("/rechecks/"))
    assert f"{n - 1} 户一起" in waiting
    assert waiting.count(f"{n - 1} 户一起") == 1
    assert Dwelling.objects.filter(status="active").count() == 0
    assert Target.objects.exclude(state="left").count() == n, "in the denominator until the second person has said so"
    recheck(second)
    with CaptureQueriesContext(connection) as few:
        recheck(second)
    assert Dwelling.objects.exclude(status="struck_off").count() == 0
    assert Target.objects.exclude(state="left").count() == 0
    assert Building.objects.get(pk=building.pk).ended_on is not None
    assert not Residence.objects.filter(to_on__isnull=True).exists()
    assert Person.objects.filter(status="active").count() == 4
    assert len(few) < 120

    propose(
        client=street, kind="building", pk=building.pk, proposed="active", evidence="at_the_door", reason="拆的是 6号楼"
    )
    recheck(second)
    assert Dwelling.objects.filter(status="active").count() == n - 1
    assert Residence.objects.filter(to_on__isnull=True).count() == 4
    assert Building.objects.get(pk=building.pk).ended_on is None
    assert Target.objects.exclude(state="left").count() == n - 1
    worker = sign_in(Role.GRID_WORKER, f"{COMMUNITY}002")
    assert worker.get(f"/ends/building/{building.pk}/").status_code == 404
