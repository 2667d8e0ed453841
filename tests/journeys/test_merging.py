"""Two records of one person: side by side, rechecked by a second person, done at once, undone, in chains."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gridwalk.accounts.rules import Role
from gridwalk.core import clock
from gridwalk.core.models import AuditEntry, Change
from gridwalk.core.outward import outward
from gridwalk.registry.models import CareLabel, Difference, Dwelling, Person, Residence
from gridwalk.upkeep.models import Plan
from tests.harness.campaign import COMMUNITY, GRID, confirm, id_no, move_in, upload, workbook
from tests.harness.people import SignIn

pytestmark = pytest.mark.slow
NAME = "韩书言"


def door(room: str) -> Dwelling:
    return Dwelling.objects.get(address__endswith=room, address__contains="1单元")


def add(lead: Client, room: str, name: str, *, kind: str = "lives_here", **more: str) -> Person:
    """Somebody typed in at a door, whatever the page warns of."""
    before = set(Person.objects.values_list("id", flat=True))
    move_in(lead, door(room).pk, name, kind, **more)
    return Person.objects.exclude(pk__in=before).get()


@pytest.fixture
def twice(street: Client) -> tuple[Person, Person]:
    """韩书言 of the ledger, at 102 and without a number; and typed in again at 202, with one."""
    return Person.objects.get(name=NAME), add(street, "202", NAME, id_no=id_no(13), kind="tenant")


def path(stays: Person, goes: Person) -> str:
    return f"/upkeep/merge/person/{outward(stays.pk)}/{outward(goes.pk)}/"


def propose(client: Client, stays: Person, goes: Person, **more: str) -> Plan:
    """Choose the other's number and telephone as given, and send it to be rechecked."""
    shown = client.get(path(stays, goes)).content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', shown)
    assert seen, shown
    sides = dict(re.findall(r'name="(side-\w+)"\s+value="(\w+)"\s+checked', shown))
    homes = Residence.objects.filter(person=stays, to_on__isnull=True).exclude(kind="registered_here")
    given = {
        **sides,
        "seen": seen[1],
        "evidence": "in_person",
        "reason": "本人说只有一个",
        "home": str(homes[0].pk),
    } | more
    answer = client.post(path(stays, goes), given)
    assert answer.status_code == 302, answer.content.decode()
    return Plan.objects.latest("proposed_at")


def decide(client: Client, plan: Plan, confirmed: str = "1", note: str = "电话里又问过本人") -> str:
    shown = client.get(f"/upkeep/{plan.pk}/").content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', shown)
    assert seen, shown
    given = {"seen": seen[1], "confirmed": confirmed, "note": note}
    return client.post(f"/upkeep/{plan.pk}/decide/", given, follow=True).content.decode()


@pytest.fixture
def second(sign_in: SignIn, lead: Client) -> Client:
    """A colleague of the community who may recheck."""
    return sign_in(Role.COMMUNITY_LEAD, COMMUNITY)


def test_two_records_become_one_when_a_second_person_agrees(
    street: Client, second: Client, twice: tuple[Person, Person]
) -> None:
    stays, goes = twice
    assert "同一个人有两条记录" in street.get(f"/people/{stays.pk}/").content.decode()
    merge_page = street.get(f"/upkeep/merge/person/{stays.pk}/").content.decode()
    assert path(stays, goes) in merge_page, "the same name comes to mind by itself"
    searched = street.post(f"/upkeep/merge/person/{stays.pk}/", {"q": id_no(13)}).content.decode()
    assert path(stays, goes) in searched
    shown = street.get(path(stays, goes)).content.decode()
    assert "现在住在哪里" in shown
    assert id_no(13) not in shown, "numbers are masked"
    today = clock.local_date(clock.now())
    CareLabel.objects.create(
        grid_id=GRID,
        person=goes,
        category="living_alone",
        interval_days=7,
        starts_on=today,
        source="office",
        ends_on=today + dt.timedelta(days=90),
        created_at=clock.now(),
    )
    plan = propose(street, stays, goes)
    for person in twice:
        assert Person.objects.get(pk=person.pk).status == "active", "nothing moves before the recheck"
        assert "合并人员" in street.get(f"/people/{person.pk}/").content.decode()
    own = street.get(f"/upkeep/{plan.pk}/").content.decode()
    assert "由另一位同事复核" in own
    refused = street.post(f"/upkeep/{plan.pk}/decide/", {"confirmed": "1", "note": "自己看过", "seen": ""})
    assert refused.status_code == 422
    assert "提出的人不能自己复核" in refused.content.decode()
    waiting = second.get("/rechecks/").content.decode()
    assert f"/upkeep/{plan.pk}/" in waiting
    assert "办好了" in decide(second, plan)

    for person in twice:
        person.refresh_from_db()
    assert (goes.status, goes.merged_into, goes.name) == ("struck_off", stays.pk, NAME)
    assert stays.unseal("id_no") == id_no(13)
    homes = list(Residence.objects.filter(person=stays, to_on__isnull=True).values_list("dwelling__room", flat=True))
    assert homes == ["102"], "lives where it was chosen, not in two places"
    assert not Residence.objects.filter(person=goes).exists(), "past links follow too"
    assert CareLabel.objects.get().person_id == stays.pk
    page = street.get(f"/people/{goes.pk}/").content.decode()
    assert "已并入" in page
    assert f"/people/{outward(stays.pk)}/" in page
    both = street.get(f"/people/{stays.pk}/").content.decode()
    assert "并入另一条记录" in both, "one timeline tells of both"
    assert street.post("/search/", {"q": NAME}).headers["Location"] == f"/people/{outward(stays.pk)}/"
    verbs = AuditEntry.objects.filter(verb__startswith="upkeep.").values_list("verb", "subject")
    assert set(verbs) == {(f"upkeep.{what}", p.pk) for what in ("proposed", "done") for p in twice}
    again = street.get(path(stays, goes), follow=True).content.decode()
    assert "已经并入另一条" in again
    correcting = street.post(f"/correct/person/{goes.pk}/", {"phone": "12000000001", "reason": "改到注销的那条"})
    assert "到留下的那一条上改" in correcting.content.decode()
    assert id_no(13) not in str(list(Plan.objects.values()))


def test_what_the_phones_and_ledgers_say_of_the_one_that_went_reaches_the_one_that_stayed(
    street: Client, second: Client, twice: tuple[Person, Person]
) -> None:
    stays, goes = twice
    decide(second, propose(street, stays, goes))
    rows = [
        ["小区", "楼栋", "单元", "室号", "姓名", "身份证号", "联系电话"],
        ["海河花园", "5号楼", "1单元", "102", NAME, id_no(13), "12000000099"],
    ]
    confirm(street, upload(street, workbook("又一份", rows)))
    assert Person.objects.filter(name=NAME).count() == 2
    assert Difference.objects.filter(entity=stays.pk, field="phone", state="open").exists()


def test_it_is_undone_with_a_reason_and_what_came_since_stays(
    street: Client, second: Client, twice: tuple[Person, Person]
) -> None:
    stays, goes = twice
    plan = propose(street, stays, goes)
    decide(second, plan)
    street.post(f"/correct/person/{stays.pk}/", {"phone": "12000000077", "reason": "本人改号"})
    undo = f"/upkeep/{plan.pk}/undo/"
    assert second.post(undo, {"reason": ""}).status_code == 422
    page = second.post(undo, {"reason": "本人来说是两个人"}, follow=True).content.decode()
    assert "撤销了" in page
    for person in twice:
        person.refresh_from_db()
    assert (goes.status, goes.merged_into, goes.ended_on) == ("active", None, None)
    assert goes.unseal("id_no") == id_no(13)
    assert stays.id_no_index == ""
    assert stays.unseal("phone") == "12000000077", "what was said since is nobody's to take away"
    homes = {p.name + r.dwelling.room for p in twice for r in Residence.objects.filter(person=p, to_on__isnull=True)}
    assert homes == {f"{NAME}102", f"{NAME}202"}
    assert "已经是“已撤销”" in second.post(undo, {"reason": "再撤一次"}).content.decode()
    last = Change.objects.filter(entity=goes.pk, field="merged_into").latest("version")
    assert (last.old, last.new) == (str(stays.pk), None)


def test_a_chain_leads_to_its_end_and_is_undone_from_its_end(
    street: Client, second: Client, twice: tuple[Person, Person]
) -> None:
    b, a = twice
    c = add(street, "301", NAME, phone="12000000055")
    first = propose(street, b, a)
    decide(second, first)
    last = propose(street, c, b)
    decide(second, last)
    assert {p.merged_into for p in Person.objects.filter(pk__in=[a.pk, b.pk])} == {c.pk}, "nobody is led through two"
    assert street.post("/search/", {"q": NAME}).headers["Location"] == f"/people/{outward(c.pk)}/"
    refused = second.post(f"/upkeep/{first.pk}/undo/", {"reason": "弄错了这次"})
    assert "先撤销后来的那次" in refused.content.decode()
    assert f"/upkeep/{last.pk}/" in second.get(f"/upkeep/{first.pk}/").content.decode()
    second.post(f"/upkeep/{last.pk}/undo/", {"reason": "弄错了后一次"})
    assert Person.objects.get(pk=a.pk).merged_into == b.pk
    second.post(f"/upkeep/{first.pk}/undo/", {"reason": "弄错了前一次"})
    assert Person.objects.filter(name=NAME, status="active").count() == 3


def test_it_refuses_what_makes_no_sense_and_who_may_not(
    street: Client, second: Client, twice: tuple[Person, Person], sign_in: SignIn
) -> None:
    stays, goes = twice
    assert "同一条记录" in street.get(path(stays, stays), follow=True).content.decode()
    assert street.get(path(stays, Person(pk=uuid.uuid4()))).status_code == 404
    for who, scope in ((Role.STREET_CENTRE, "120105001"), (Role.LEADING_GROUP, "120105001")):
        assert sign_in(who, scope).get(path(stays, goes)).status_code == 403
    assert sign_in(Role.GRID_WORKER, f"{COMMUNITY}002").get(path(stays, goes)).status_code == 404
    given = {"evidence": "in_person", "reason": "本人说只有一个", "home": str(Residence.objects.get(person=goes).pk)}
    seen = re.search(r'name="seen" value="(\w+)"', street.get(path(stays, goes)).content.decode())
    assert seen
    for wrong, why in (
        ({"evidence": ""}, "没有提交：请选依据，看过、问过什么"),
        ({"reason": "是"}, "没有提交：请写明原因（不少于 4 个字），复核的人要看，来历里要留着"),
        ({"home": ""}, "请选现在住在哪一处"),
        ({"seen": "old"}, "刚才有人改过"),
    ):
        answer = street.post(path(stays, goes), given | {"seen": seen[1]} | wrong)
        assert answer.status_code == 422, why
        assert why in answer.content.decode()
    assert Plan.objects.count() == 0

    plan = propose(street, stays, goes)
    third = add(street, "301", NAME)
    again = street.post(path(stays, third), given | {"seen": seen[1]})
    assert "刚才有人改过" in again.content.decode()
    shown = re.search(r'name="seen" value="(\w+)"', again.content.decode())
    assert shown
    assert "已有一个方案等着复核" in street.post(path(stays, third), given | {"seen": shown[1]}).content.decode()
    page = second.get(f"/upkeep/{plan.pk}/").content.decode()
    street.post(f"/correct/person/{stays.pk}/", {"phone": "12000000078", "reason": "本人改号"})
    stale = re.search(r'name="seen" value="(\w+)"', page)
    assert stale
    late = second.post(f"/upkeep/{plan.pk}/decide/", {"confirmed": "1", "note": "核对", "seen": stale[1]})
    assert late.status_code == 422
    assert "刚才有人改过" in late.content.decode()
    assert "提出后改过" in late.content.decode(), "what changed is shown"
    assert "没有同意" in decide(second, plan, "0")
    own = propose(street, stays, goes)
    assert sign_in(Role.COMMUNITY_LEAD, COMMUNITY).post(f"/upkeep/{own.pk}/withdraw/").status_code == 403
    street.post(f"/upkeep/{own.pk}/withdraw/")
    assert list(Plan.objects.order_by("proposed_at").values_list("state", flat=True)) == ["rejected", "withdrawn"]


def test_two_valid_numbers_speak_for_two_people(street: Client, second: Client, twice: tuple[Person, Person]) -> None:
    stays, goes = twice
    street.post(f"/correct/person/{stays.pk}/", {"id_no": id_no(15), "reason": "看过证件"})
    shown = street.get(path(stays, goes)).content.decode()
    assert "多半不是同一个人" in shown
    seen = re.search(r'name="seen" value="(\w+)"', shown)
    home = Residence.objects.get(person=goes)
    given = {"evidence": "phone", "reason": "本人说只有一个", "home": str(home.pk), "seen": seen[1] if seen else ""}
    assert "多半不是同一个" in street.post(path(stays, goes), given).content.decode()
    ticked = street.post(path(stays, goes), given | {"wrong_number": "1"})
    assert "要看过证件" in ticked.content.decode()
    plan = propose(street, stays, goes, **{"side-id_no": "right", "wrong_number": "1", "evidence": "id_card"})
    assert "另一个号码是错的" in second.get(f"/upkeep/{plan.pk}/").content.decode()
    decide(second, plan)
    stays.refresh_from_db()
    assert stays.unseal("id_no") == id_no(13)
    second.post(f"/upkeep/{plan.pk}/undo/", {"reason": "其实是两个人"})
    numbers = {p.unseal("id_no") for p in Person.objects.filter(pk__in=[stays.pk, goes.pk])}
    assert numbers == {id_no(13), id_no(15)}


def test_an_end_that_waits_comes_first(street: Client, second: Client, twice: tuple[Person, Person]) -> None:
    stays, goes = twice
    street.post(f"/ends/person/{goes.pk}/", {"proposed": "moved_away", "evidence": "phone", "reason": "听邻居说"})
    assert "注销还等着复核" in street.get(path(stays, goes), follow=True).content.decode()


def test_the_list_asks_the_database_the_same_for_many_plans(
    street: Client, second: Client, twice: tuple[Person, Person]
) -> None:
    propose(street, *twice)

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert second.get("/rechecks/").status_code == 200
        return len(captured)

    asked()
    before, n_before = asked(), second.get("/rechecks/").content.decode().count("合并人员")
    first = Plan.objects.get()
    for _ in range(2):
        plan = Plan.objects.get(pk=first.pk)
        plan.pk = uuid.uuid4()
        plan.save(force_insert=True)
    assert asked() == before
    assert second.get("/rechecks/").content.decode().count("合并人员") == n_before + 2
