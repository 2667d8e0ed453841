"""What the rooms refuse, each by the words a person reads, and nothing of it done. The success stands beside it, or in
the room's own tests.
"""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import hashlib
import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from gridwalk.accounts import actions as accounts
from gridwalk.accounts import queries
from gridwalk.accounts.actions import AccountError
from gridwalk.accounts.models import User
from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.campaigns.models import Campaign
from gridwalk.core import clock
from gridwalk.core.audit import verify
from gridwalk.ledger import comparing, sides
from gridwalk.ledger.errors import LedgerError
from gridwalk.ledger.tests import books
from gridwalk.phone.tests.conftest import Field, field
from gridwalk.phone.tests.test_devices import JPEG
from gridwalk.phone.tests.test_pushing import push, visit
from gridwalk.registry.models import CareLabel, Facility, Person, Recheck
from gridwalk.registry.tests.street import FIRST, GRID, NEXT_GRID, Street
from gridwalk.sync import rules as sync
from gridwalk.sync.models import Attachment, Op
from gridwalk.territory import rules as territory
from gridwalk.territory.models import Building, Grid
from gridwalk.upkeep.models import Plan
from gridwalk.upkeep.rules import UpkeepError
from gridwalk.upkeep.tests import rows
from gridwalk.visits.models import CareContact, CareNeed, Round, Visit
from gridwalk.visits.tests.walk import Walk
from tests.harness.people import STREET, SignIn
from tests.harness.phones import op

__all__ = ["field"]
TODAY = clock.local_date(clock.now())


@pytest.fixture
def street(db: None, at: dt.datetime) -> Street:
    return Street.lay_out(at)


@pytest.fixture
def office(street: Street, sign_in: SignIn) -> Client:
    """The lead of the first community."""
    return sign_in(Role.COMMUNITY_LEAD, FIRST)


def answer_to(client: Client, path: str, **typed: Any) -> str:
    """What a page answers to what was sent."""
    answer = client.post(path, typed, follow=True)
    assert answer.status_code in {200, 422}, (path, answer.status_code)
    return str(answer.content.decode())


# accounts


def new_user(**other: str) -> User:
    given: dict[str, Any] = {"username": "wangli", "name": "王丽", "password": "walk-every-door-26"}
    return accounts.create_user(actor=SYSTEM, at=clock.now(), **{**given, **other})


@pytest.mark.django_db
def test_an_account_needs_a_name_of_its_length_and_a_good_password() -> None:
    for other, words in (
        ({"name": " "}, "没有存：登录名和姓名都要填"),
        ({"name": "王" * 41}, "没有存：登录名、姓名、职务都不超过 40 个字"),
        ({"post": "长" * 41}, "职务都不超过 40 个字"),
        ({"password": "12345678"}, "密码没有存："),
    ):
        with pytest.raises(AccountError, match=words):
            new_user(**other)
    assert not User.objects.exists()
    assert new_user(name="王" * 40).name == "王" * 40


def test_nobody_closes_the_own_account_and_nothing_is_decided_of_nothing(
    account: Callable[..., User], sign_in: SignIn
) -> None:
    own, other = account(Role.ADMINISTRATOR, STREET), account(Role.LEADING_GROUP, STREET)
    keeper = queries.viewer_of(own, TODAY)
    with pytest.raises(AccountError, match="没有停用：不能停用自己的账号，请另一位管理员来办"):
        accounts.deactivate(actor=keeper, at=clock.now(), user=own)
    accounts.deactivate(actor=keeper, at=clock.now(), user=other)
    assert set(User.objects.filter(is_active=True).values_list("pk", flat=True)) == {own.pk}
    assert "没有定：先勾选要定的岗位" in answer_to(sign_in(Role.STREET_CENTRE, STREET), "/roles/decide/", do="confirm")


# areas


def test_grids_are_made_in_communities_and_are_called_something(street: Street, sign_in: SignIn) -> None:
    keeper = sign_in(Role.ADMINISTRATOR, STREET)
    n = Grid.objects.count()
    assert "没有建：网格写 1 到 99 个" in answer_to(keeper, "/areas/grids/", community=FIRST, n="0")
    assert "没有建：写要添几个网格" in answer_to(keeper, "/areas/grids/", community=FIRST, n=" ")
    for name, why in {
        "": "没有改：名称要填",
        "长" * 41: "没有改：网格名称不超过 40 个字",
        "=河畔": "没有改：网格名称里不要写证件号、电话号码，也不用 = + - @ 开头",
        "未划入网格": "没有改：“未划入网格”每个社区自带一个，不用写",
    }.items():
        assert why in answer_to(keeper, f"/areas/grids/{GRID}/name/", name=name)
    assert "没有改：网格名称里不要写证件号" in answer_to(keeper, f"/areas/grids/{GRID}/name/", name="河畔 12012345678")
    assert "名称已保存" in answer_to(keeper, f"/areas/grids/{GRID}/name/", name="河畔")
    assert (Grid.objects.count(), Grid.objects.get(pk=GRID).name) == (n, "河畔")
    for community, number in ((f"{STREET}000", 1), (FIRST, 1000)):
        with pytest.raises(territory.CodeError, match="不是社区代码，或网格序号不在 0 到 999 之间"):
            territory.grid_code(community, number)
    assert territory.grid_code(FIRST, 999) == f"{FIRST}999"


def test_buildings_are_put_into_a_grid_when_some_are_ticked(office: Client) -> None:
    assert "没有划：先勾上要划的楼" in answer_to(office, "/areas/unassigned/", community=FIRST, grid=GRID)


def test_a_campaign_that_makes_no_sense_is_not_founded(street: Street, sign_in: SignIn) -> None:
    days = {f"{phase}_{end}": str(TODAY) for phase in ("prepare", "act", "sum_up") for end in ("from", "to")}
    centre = sign_in(Role.STREET_CENTRE, STREET)
    assert "没有建：行动要有名称" in answer_to(centre, "/campaign/new/", name="", **days, pilot=[FIRST])
    assert "里不要写证件号" in answer_to(centre, "/campaign/new/", name="找 120 1234 5678", **days, pilot=[FIRST])
    assert not Campaign.objects.exists()


def test_an_account_is_not_called_after_a_number_or_a_formula(sign_in: SignIn) -> None:
    keeper = sign_in(Role.ADMINISTRATOR, STREET)
    for typed in ({"username": "12012345678"}, {"name": "王试12012345678"}, {"post": "120199195203070010"}):
        page = answer_to(keeper, "/accounts/new/", **{"username": "wangshi", "name": "王试", **typed})
        assert "里不要写证件号、电话号码" in page
    for name in ('=HYPERLINK("http://x.invalid","王试")', "+cmd", "@王试", "-王试"):
        assert "不能用 = + - @ 开头" in answer_to(keeper, "/accounts/new/", username="wangshi", name=name)
    assert not User.objects.filter(name__contains="王试").exists()
    assert "一次性密码" in answer_to(keeper, "/accounts/new/", username="wangshi", name="王试")


# records


def test_an_end_says_which(street: Street, office: Client) -> None:
    door = street.door()
    assert "没有提交：请选是哪一种" in answer_to(
        office, f"/ends/dwelling/{door.pk}/", proposed="", evidence="in_person", reason="楼拆了"
    )
    assert not Recheck.objects.exists()


def test_a_facility_is_of_some_kind(street: Street, office: Client) -> None:
    street.door()
    path = f"/buildings/{Building.objects.get().pk}/facilities/"
    shown = answer_to(office, path, name="XHS-1")
    assert "没有存：请选是哪一类设施" in shown and "请选一类" in shown
    assert not Facility.objects.exists()
    for _ in range(2):
        shown = answer_to(office, path, facility_kind="hydrant", name="XHS-1")
    assert "没有存：这栋楼已有一处同类同号的设施" in shown
    assert Facility.objects.get().address == "甲里 1号楼", "it says where it stands"


def test_a_round_has_a_day_and_says_what_is_wrong_and_who_repaired_it(street: Street, office: Client) -> None:
    street.door()
    answer_to(office, f"/buildings/{Building.objects.get().pk}/facilities/", facility_kind="hydrant", name="XHS-1")
    round_ = {"row": f"facility:{Facility.objects.get().pk}", "on": str(TODAY)}
    for typed, words in (
        ({"on": ""}, "没有记：请填巡检的日期"),
        ({"do": "faulty"}, "没有记：请选是什么故障"),
        ({"do": "faulty", "fault": "other", "note": " "}, "没有记：选了“其他”，请写几个字说明"),
        ({"do": "repaired", "note": ""}, "没有记：请写谁修的"),
    ):
        assert words in answer_to(office, "/rounds/record/", **{**round_, **typed}), words
    assert not Round.objects.exists()
    assert "已登记，1 处" in answer_to(office, "/rounds/record/", **round_, do="faulty", fault="other", note="漆掉了")
    assert Round.objects.count() == 1
    assert "还有没修好的故障，没有记" in answer_to(office, "/rounds/record/", **round_, do="fine")
    answer_to(office, "/rounds/record/", **round_, do="repaired", note="海河物业")
    assert "没有记着的故障，不用记修好" in answer_to(office, "/rounds/record/", **round_, do="repaired", note="又一次")
    assert Round.objects.count() == 2


def test_a_visit_typed_in_has_its_hour(street: Street, office: Client) -> None:
    door = street.door()
    assert "没有记：请填走访的日期和时间" in answer_to(office, f"/visits/dwelling/{door.pk}/", at="", outcome="met")
    assert not Visit.objects.exists()


def test_the_end_of_a_number_is_four_characters_and_stands_beside_a_name(street: Street, office: Client) -> None:
    for tail in ("12", "12345", "1X34"):
        assert "没有查：后四位写四个字" in answer_to(office, "/search/id/", tail=tail, beside="王", reason="visit")
    assert "没有查：还要写姓" in answer_to(office, "/search/id/", tail="123X", beside="", reason="visit")


# care


@pytest.fixture
def cared_for(street: Street, office: Client) -> Person:
    """Somebody with a label of help."""
    person = street.person("程望舒", street.door())
    answer_to(office, f"/care/people/{person.pk}/new/", category="aged")
    assert CareLabel.objects.count() == 1
    return person


def test_a_label_is_added_whole_or_not_and_consent_says_how(cared_for: Person, office: Client) -> None:
    new = f"/care/people/{cared_for.pk}/new/"
    shown = answer_to(office, new, category="chronic_illness", starts_on=str(TODAY + dt.timedelta(1)))
    assert "没有加：有几处填得不对，改好再加，内容都在" in shown and "要先问过本人" in shown
    shown = answer_to(office, f"/care/labels/{CareLabel.objects.get().pk}/", do="consent", consent="")
    assert "没有记：同意这一项要改一改" in shown
    assert CareLabel.objects.get().consent == ""


def test_a_contact_and_a_help_are_written_whole_or_not(cared_for: Person, office: Client) -> None:
    contact = f"/care/people/{cared_for.pk}/contact/"
    need = {"need": "medical", "help": "referred", "to": "hospital", "on": str(TODAY)}
    assert "没有记：有几处要改一改，内容都在" in answer_to(office, contact, **{**need, "to": ""})
    assert "没有记：日期要改一改，内容都在" in answer_to(office, contact, **{**need, "on": "前天下午"})
    assert not CareContact.objects.exists()
    answer_to(office, contact, **{**need, "by": str(TODAY + dt.timedelta(days=5))})
    care_need = CareNeed.objects.get()
    assert "没有记：有几处要改一改，内容都在" in answer_to(office, f"/care/needs/{care_need.pk}/", do="referred", to="")
    care_need.refresh_from_db()
    assert care_need.state == "referred"


# corrections of several records


@pytest.fixture
def walk(street: Street, at: dt.datetime) -> Walk:
    return Walk(street, at)


def test_who_is_only_registered_at_a_door_does_not_move_while_the_registration_stays(walk: Walk) -> None:
    old, new = walk.street.door("101"), walk.street.door("102", NEXT_GRID)
    person = walk.street.person("程望舒", old, "registered_here")
    choices = {"registration": "stays", "from_on": walk.at.date().isoformat(), "old_door": "unknown"}
    with pytest.raises(UpkeepError, match="没有提交：户口留在原处的话，只在这里登记户籍的人不用搬"):
        rows.do(walk, "move_household", [old.id, new.id, person.id], **choices)
    assert not Plan.objects.exists()


def test_what_is_no_longer_merged_cannot_be_taken_apart(walk: Walk) -> None:
    stays, goes = walk.street.person("程望舒"), walk.street.person("程望舒")
    plan = rows.do(walk, "merge_persons", [stays.id, goes.id], fields={})
    Person.objects.filter(pk=goes.pk).update(merged_into=None)
    with pytest.raises(UpkeepError, match="没有撤销：这两条已不是合并着的样子，请刷新后再看"):
        rows.undo(walk, plan)
    plan.refresh_from_db()
    assert plan.state == "done"


def test_a_plan_that_is_decided_is_not_decided_again(walk: Walk) -> None:
    stays, goes = walk.street.person("程望舒"), walk.street.person("程望舒")
    plan = rows.do(walk, "merge_persons", [stays.id, goes.id], fields={})
    rows.undo(walk, plan)
    with pytest.raises(UpkeepError, match="这个方案已经是“已撤销”，请刷新后再看"):
        rows.undo(walk, plan)


# ledgers and seals


@pytest.mark.django_db
def test_what_cannot_be_compared_or_read_says_so(tmp_path: Path) -> None:
    facility = sides.read_bytes(
        books.xlsx({"Sheet1": [["设施编号", "设备类型", "小区", "楼号"], ["XHS-1", "消火栓", "海河花园", "5号楼"]]}),
        "设施台账.xlsx",
        kind="facility",
    )
    with pytest.raises(LedgerError, match="设施台账还不能比对，能比的是人员、房屋、单位"):
        comparing.compare(facility, facility)
    seal = tmp_path / "seal.txt"
    seal.write_text("什么都不是\n")
    with pytest.raises(verify.SealError, match="不是完整的封存文件，或被改过。请换审计员手里的那一份"):
        verify.verify(seals=[seal])


# phones


def code(answer: tuple[int, Any]) -> tuple[int, str]:
    return answer[0], str(answer[1].get("text", "")) if isinstance(answer[1], dict) else ""


@pytest.mark.slow
def test_a_phone_that_sends_too_much_or_lost_the_time_is_told_so(field: Field) -> None:
    wire = field.phone()
    packed = gzip.compress(os.urandom(sync.MOST_BYTES + 10))
    swelling = gzip.compress(b" " * (sync.MOST_BYTES_OPENED + 10))
    somebody = f'Gridwalk device="{uuid.uuid4()}", at="0", sig="{"A" * 86}=="'
    for body, headers in (
        (packed, {"Content-Encoding": "gzip"}),
        (swelling, {"Content-Encoding": "gzip"}),
    ):
        status, content = wire.send("POST", "/phone/api/push", {"Authorization": somebody, **headers}, body)
        assert (status, "一次传得太多，请分几次传" in content.decode()) == (413, True), headers
    late = field.phone(now=lambda: clock.now() - dt.timedelta(hours=2))
    late.ahead = 0
    authorization = late.authorization("POST", "/phone/api/pull", b"{}")
    status, content = late.send("POST", "/phone/api/pull", {"Authorization": authorization}, b"{}")
    assert (status, "手机不知道现在几点，没有取到。请再试一次" in content.decode()) == (409, True)


@pytest.mark.slow
def test_a_photo_out_of_bounds_is_refused_by_name(field: Field) -> None:
    wire = field.phone()
    sha = hashlib.sha256(JPEG).hexdigest()

    def create(length: int, sum_: str = sha) -> str:
        metadata = f"sha256 {base64.b64encode(sum_.encode()).decode()}"
        headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(length), "Upload-Metadata": metadata}
        return str(wire.ask("POST", "attachments/", b"", headers=headers)[1])

    def patch(offset: int, data: bytes) -> str:
        headers = {
            "Tus-Resumable": "1.0.0",
            "Upload-Offset": str(offset),
            "Content-Type": "application/offset+octet-stream",
        }
        return str(wire.ask("PATCH", f"attachments/{Attachment.objects.get().id}", data, headers=headers)[1])

    assert "照片没有校验值" in create(len(JPEG), "")
    assert "照片超过 200 kB" in create(300_000)
    assert not Attachment.objects.exists()
    create(len(JPEG))
    assert "照片上传的位置不对" in patch(7, JPEG)
    assert "照片比说好的大" in patch(0, JPEG + b"!")
    assert "照片传坏了，请重传" in patch(0, JPEG[:-1] + b"!")
    assert (Attachment.objects.get().received, Attachment.objects.get().complete_at) == (0, None)


@pytest.mark.slow
def test_what_a_phone_says_of_nothing_comes_back_in_words(field: Field, sign_in: SignIn) -> None:
    door = field.street.door("101")
    field.walk.dispatch()
    wire = field.phone()
    nameless = op(
        1,
        "person.add",
        "person",
        visit(1, door)["op"],
        at=clock.now(),
        data={"dwelling": str(door.id), "values": {}, "residence_kind": "tenant"},
    )
    of_a_person = visit(2, field.street.person("程望舒", door))
    push(wire, nameless, of_a_person)
    texts = list(Op.objects.order_by("seq").values_list("text", flat=True))
    assert "新添的人没有填姓名" in texts[0]
    assert "走访的不是房屋、单位或场所" in texts[1]
    pk = Op.objects.earliest("seq").pk
    shown = answer_to(sign_in(Role.COMMUNITY_LEAD, FIRST), f"/returned/{pk}/", do="assign", to="", note="再去看看")
    assert "没有交办：请选一位网格员" in shown
