"""Daily changes through the pages: each event with what it refuses, the timeline, taking back; and what is overdue."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.campaigns.models import Target
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.models import AuditEntry, Change, Stream
from gridwalk.core.outward import outward
from gridwalk.events.models import Event
from gridwalk.method import addresses
from gridwalk.registry.actions import creation
from gridwalk.registry.actions import doors as registering
from gridwalk.registry.models import Dwelling, Organization, Person, Recheck, Residence
from gridwalk.registry.tests.street import phone, uscc
from tests.harness.campaign import COMMUNITY, GRID, id_no
from tests.harness.people import SignIn

pytestmark = pytest.mark.slow


def door(room: str) -> Dwelling:
    return Dwelling.objects.get(room=room, stairwell__key="1", usage="residential", building__key="5", tenure="owner")


def text(client: Client, path: str, **given: Any) -> str:
    answer = client.get(path, given)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return answer.content.decode()


def today(days: int = 0) -> str:
    return (clock.local_date(clock.now()) + dt.timedelta(days=days)).isoformat()


def answers(**more: Any) -> dict[str, Any]:
    return {"on": today(-3), "told": "self"} | more


def saved(client: Client, path: str, raw: dict[str, Any]) -> tuple[Event, str]:
    """Send a form that must be stored; the event and the page that says what was written."""
    answer = client.post(path, raw)
    assert answer.status_code == 302, re.findall(
        r'class="err"[^>]*>([^<]+)|say error[^>]*>([^<]+)', answer.content.decode()
    )
    return Event.objects.latest("at"), text(client, answer.headers["Location"])


def refused(client: Client, path: str, raw: dict[str, Any]) -> str:
    n = Change.objects.count()
    answer = client.post(path, raw)
    assert answer.status_code == 422
    assert Change.objects.count() == n
    return answer.content.decode()


def test_where_it_happened_is_found_from_one_box(street: Client, sign_in: SignIn) -> None:
    shown = text(street, "/daily/")
    for word in (
        "入住",
        "搬离",
        "出生",
        "去世",
        "结婚",
        "出租",
        "退租",
        "产权变更",
        "新开业",
        "停业",
        "户口迁入",
        "户口迁出",
    ):
        assert f">{word}</a>" in shown, word
    answer = street.post("/daily/", {"event": "let", "q": "海河花园5号楼1单元102"})
    assert answer.headers["Location"] == f"/daily/let/dwelling/{outward(door('102').pk)}/"
    answer = street.post("/daily/", {"event": "died", "q": "程兰因"})
    assert answer.headers["Location"] == f"/daily/died/person/{outward(Person.objects.get(name='程兰因').pk)}/"
    several = street.post("/daily/", {"event": "let", "q": "海河花园5号楼1单元"}).content.decode()
    assert several.count("记出租</a>") == 8
    assert "没有查到" in street.post("/daily/", {"event": "closed", "q": "程兰因"}).content.decode()
    assert street.get("/daily/", {"event": "divorced"}).status_code == 404
    elsewhere = sign_in(Role.COMMUNITY_LEAD, "120105001024")
    assert "没有查到" in elsewhere.post("/daily/", {"event": "let", "q": "海河花园5号楼1单元102"}).content.decode()
    assert elsewhere.get(f"/daily/let/dwelling/{door('102').pk}/").status_code == 404
    centre = sign_in(Role.STREET_CENTRE, "120105001")
    assert centre.get("/daily/").status_code == 403


def test_people_move_in_and_what_is_wrong_stands_at_its_field(street: Client, sign_in: SignIn) -> None:
    home = door("201")
    path = f"/daily/moved_in/dwelling/{home.pk}/"
    worker = sign_in(Role.GRID_WORKER, GRID)
    wrong = id_no(21)[:-1] + ("1" if id_no(21)[-1] != "1" else "2")
    raw = answers(
        **{"name-0": "沈青禾", "id_no-0": wrong, "phone-0": phone(7), "residence_kind": "tenant", "on": today(1)}
    )
    shown = refused(worker, path, raw)
    assert re.search(r'id="e-id_no-0" role="alert">[^<]*证件号', shown)
    assert "这一天还没到" in shown
    for typed in ("沈青禾", wrong, phone(7)):
        assert f'value="{typed}"' in shown
    assert '<option value="tenant" selected>' in shown

    raw |= {"id_no-0": id_no(21), "on": today(-3), "name-1": "程兰因", "id_no-1": id_no(2, "19500203")}
    second_look = worker.post(path, raw)
    assert second_look.status_code == 200
    shown = second_look.content.decode()
    assert "这个人本社区已有登记" in shown
    assert "这一户登记为自住" in shown
    assert not Event.objects.exists()
    event, shown = saved(worker, path, raw | {"seen": "1"})
    assert "已登记：入住" in shown
    assert "建档：沈青禾" in shown
    moved = Person.objects.get(name="程兰因")
    current = Residence.objects.filter(person=moved, to_on__isnull=True).order_by("kind")
    assert [(r.dwelling.room, r.kind) for r in current] == [("101", "registered_here"), ("201", "tenant")]
    assert "已登记住在这里" in refused(
        worker, path, answers(**{"name-0": "沈青禾", "id_no-0": id_no(21), "residence_kind": "tenant"})
    )

    past = text(street, f"/doors/{home.pk}/")
    assert past.count("入住：建档：沈青禾") == 1  # one event, one entry
    assert past.count("关联到这处房屋") == 1
    assert "关联到这处房屋：租住（2 次）" in past
    theirs = text(street, f"/people/{moved.pk}/")
    assert "入住：" in theirs
    assert "沈青禾" not in theirs.split("来历")[-1]  # only what it changed there
    entry = AuditEntry.objects.get(verb="daily.recorded")
    assert entry.data == {"event": "moved_in", "op": str(event.pk)}
    assert id_no(21) not in str(entry.__dict__)

    undone = worker.post(f"/daily/recorded/{event.pk}/undo/", follow=True).content.decode()
    assert "已撤销：入住" in undone
    assert Person.objects.get(name="沈青禾").status == "struck_off"
    assert Residence.objects.get(person=moved, to_on__isnull=True).kind == "lives_here"
    assert "撤销了“入住”" in text(street, f"/doors/{home.pk}/")
    assert "已经撤销过" not in undone
    assert f"/daily/recorded/{event.pk}/" in text(street, f"/doors/{home.pk}/"), (
        "whoever answers for the door gets there"
    )
    assert "已撤销" in text(worker, "/daily/")
    assert "已撤销" not in text(street, "/daily/"), "nobody else reads a list of it"
    assert "撤销过了" in worker.post(f"/daily/recorded/{event.pk}/undo/", follow=True).content.decode()


def test_moving_out_goes_to_another_door_or_away_with_a_recheck(street: Client, sign_in: SignIn) -> None:
    person = Person.objects.get(name="程望舒")
    path = f"/daily/moved_out/person/{person.pk}/"
    assert f'value="{person.pk}" checked' in text(street, path)
    shown = refused(
        street, path, answers(who=[str(person.pk)], where="door", address="海河花园5号楼1单元", residence_kind="tenant")
    )
    assert "有几处" in shown
    assert 'value="海河花园5号楼1单元"' in shown
    event, shown = saved(
        street,
        path,
        answers(who=[str(person.pk)], where="door", address="海河花园5号楼1单元301", residence_kind="lives_here"),
    )
    link = Residence.objects.get(person=person, to_on__isnull=True)
    assert (link.dwelling.room, link.kind, link.from_on) == ("301", "lives_here", dt.date.fromisoformat(today(-3)))
    saved(street, path, answers(who=[str(person.pk)], where="away", keeps="leaves"))
    recheck = Recheck.objects.get(entity=person.pk)
    assert (recheck.proposed, recheck.state) == ("moved_away", "open")
    assert recheck.reason.startswith("搬离，")
    changed = street.post(f"/daily/recorded/{event.pk}/undo/", follow=True).content.decode()
    assert "后来有人改过其中的内容，没有撤销" in changed
    other = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
    other.post(f"/rechecks/end/{recheck.pk}/", {"confirmed": "1", "note": "电话问过"})
    person.refresh_from_db()
    assert person.status == "moved_away"
    back = street.post(f"/daily/recorded/{Event.objects.latest('at').pk}/undo/", follow=True).content.decode()
    assert "没有撤销" in back


def test_a_birth_a_death_and_a_marriage(street: Client, sign_in: SignIn) -> None:
    home = door("101")
    mother = Person.objects.get(name="程望舒")
    path = f"/daily/born/dwelling/{home.pk}/"
    raw = {"parent": str(mother.pk), "sex": "female", "born_on": today(-9), "registered": "here", "told": "paper"}
    assert "这一天还没到" in refused(street, path, raw | {"born_on": today(2)})
    event, shown = saved(street, path, raw)
    assert "建档：程望舒之女" in shown
    child = Person.objects.get(name="程望舒之女")
    street.post(f"/correct/person/{child.pk}/", {"name": "程安", "reason": "出生证"})
    refused_undo = street.post(f"/daily/recorded/{event.pk}/undo/", follow=True).content.decode()
    assert "后来有人改过" in refused_undo

    old = Person.objects.get(name="程兰因")
    path = f"/daily/died/person/{old.pk}/"
    assert "早于登记的出生日期" in refused(street, path, answers(who=str(old.pk), on="1949-01-01"))
    assert "请选是谁" in refused(street, f"/daily/died/dwelling/{home.pk}/", answers())
    saved(street, path, answers(who=str(old.pk)))
    old.refresh_from_db()
    assert (old.status, old.status_pending) == ("active", "deceased")
    told = text(street, f"/people/{old.pk}/")
    assert "去世：提出去世，待另一人复核" in told
    assert told.count("提出注销登记，待复核") == 0  # the same event is not told twice
    mine = street.post(
        f"/rechecks/end/{Recheck.objects.get(entity=old.pk).pk}/", {"confirmed": "1", "note": "核对过"}, follow=True
    )
    assert "提出的人不能自己复核" in mine.content.decode()

    path = f"/daily/married/dwelling/{home.pk}/"
    raw = answers(
        **{"who": str(mother.pk), "name-0": "许知远", "id_no-0": id_no(31), "home": "theirs", "registered": "elsewhere"}
    )
    assert "对方没有登记的住处" in refused(street, path, raw)
    assert "没找到这一处" in refused(street, path, raw | {"home": "other", "address": "海河花园9号楼"})
    saved(street, path, raw | {"home": "here"})
    spouse = Person.objects.get(name="许知远")
    assert Residence.objects.get(person=spouse).kind == "lives_elsewhere_registered"


def test_a_dwelling_is_let_its_let_ends_and_it_has_another_owner(street: Client, sign_in: SignIn) -> None:
    home = door("202")
    path = f"/daily/let/dwelling/{home.pk}/"
    raw = answers(
        **{
            "name-0": "沈青禾",
            "id_no-0": id_no(21),
            "name-1": "许知远",
            "phone-1": "12",
            "owner_name": "王房东",
            "owner_phone": phone(3),
        }
    )
    shown = refused(street, path, raw)
    assert 'id="e-phone-1"' in shown
    assert 'value="王房东"' in shown
    _, shown = saved(street, path, raw | {"phone-1": phone(4)})
    assert "使用情况 自住 → 出租" in shown
    assert "关联到这处房屋：租住（2 次）" in shown
    assert "下一户" in shown
    assert phone(3) not in shown
    home.refresh_from_db()
    assert (home.tenure, home.verified_on) == ("let", clock.local_date(clock.now()))
    centre = sign_in(Role.STREET_CENTRE, "120105001")
    assert "出租" not in text(centre, f"/doors/{home.pk}/").split("来历")[-1]  # red line 5

    tenants = list(Residence.objects.filter(dwelling=home, kind="tenant").values_list("person_id", flat=True))
    path = f"/daily/let_ended/dwelling/{home.pk}/"
    assert text(street, path).count(" checked") == 2  # the tenants are chosen already
    assert "还有 1 人没选" in refused(street, path, answers(who=[str(tenants[0])], after="vacant:property_office"))
    saved(street, path, answers(who=[str(pk) for pk in tenants], after="vacant:property_office"))
    home.refresh_from_db()
    assert (home.occupancy, home.vacancy_source) == ("vacant", "property_office")
    assert "没有登记为出租" in refused(street, path, answers(after="owner"))

    path = f"/daily/owner_changed/dwelling/{home.pk}/"
    assert "现在：王房东" in text(street, path)
    assert "请填新产权人" in refused(street, path, answers())
    event, _ = saved(street, path, answers(owner_name="李房东"))
    home.refresh_from_db()
    assert (home.owner_name, home.owner_phone_index) == ("李房东", "")
    street.post(f"/daily/recorded/{event.pk}/undo/")
    home.refresh_from_db()
    assert home.owner_name == "王房东"
    assert home.owner_phone_index
    Dwelling.objects.filter(pk=home.pk).update(status="struck_off")
    assert "已注销，没有记" in refused(street, path, answers(owner_name="李房东"))
    assert "产权变更" not in text(street, f"/doors/{home.pk}/").split("来历")[0]


def test_a_business_opens_and_closes(street: Client, sign_in: SignIn) -> None:
    home = door("102")
    path = f"/daily/opened/dwelling/{home.pk}/"
    raw = answers(
        name="河北早点", uscc=uscc(1), org_kind="household_business", contact_name="沈青禾", contact_phone=phone(5)
    )
    shown = refused(street, path, raw | {"uscc": uscc(1)[:-1] + ("A" if uscc(1)[-1] != "A" else "B")})
    assert 'id="e-uscc"' in shown
    saved(street, path, raw)
    shop = Organization.objects.get(name="河北早点")
    assert "已登记：河北早点，海河花园 5号楼 1单元 102" in refused(street, path, raw)
    assert "停业</a>" in text(street, f"/organizations/{shop.pk}/")
    path = f"/daily/closed/organization/{shop.pk}/"
    assert "请写原因" in refused(street, path, answers())
    _, shown = saved(street, path, answers(why="到期不租了，电话12000000001"))
    shop.refresh_from_db()
    assert (shop.status, Recheck.objects.get(entity=shop.pk).state) == ("active", "open"), "a second person decides"
    assert not Change.objects.filter(reason__contains="12000000001").exists()
    assert "停业" in text(street, f"/organizations/{shop.pk}/")
    elsewhere = sign_in(Role.COMMUNITY_LEAD, "120105001024")
    assert elsewhere.post(path, answers(why="关了")).status_code == 404
    assert street.get(f"/daily/closed/dwelling/{home.pk}/").status_code == 404


def test_registrations_come_and_go(street: Client, sign_in: SignIn) -> None:
    person = Person.objects.get(name="程望舒")
    path = f"/daily/registered_out/person/{person.pk}/"
    assert "请选谁的户口迁走了" in refused(street, path, answers())
    event, _ = saved(street, path, answers(who=[str(person.pk)]))
    assert Residence.objects.get(person=person, to_on__isnull=True).kind == "lives_elsewhere_registered"
    home = door("101")
    path = f"/daily/registered_in/dwelling/{home.pk}/"
    assert "请选人" in refused(street, path, answers())
    saved(street, path, answers(who=[str(person.pk)]))
    assert Residence.objects.get(person=person, to_on__isnull=True).kind == "lives_here"
    assert "后来有人改过" in street.post(f"/daily/recorded/{event.pk}/undo/", follow=True).content.decode()
    Event.objects.update(at=clock.now() - dt.timedelta(days=8))
    latest = Event.objects.order_by("-id")[0]
    assert "撤销这一笔" not in text(street, f"/daily/recorded/{latest.pk}/")
    assert "过了 7 天" in street.post(f"/daily/recorded/{latest.pk}/undo/", follow=True).content.decode()
    homeless = Person.objects.get(name="孟昭宁")
    Residence.objects.filter(person=homeless).update(to_on=clock.local_date(clock.now()))
    answer = street.get(f"/daily/moved_out/person/{homeless.pk}/", follow=True)
    assert "还没有关联房屋" in answer.content.decode()


def stairwell_of(n: int, building: str) -> None:
    """More doors with one person each, nobody ever verified."""
    new = [
        registering.NewDoor(
            grid=GRID, address=addresses.parse(f"海河花园{building}号楼1单元{floor:02d}01"), values={}, source="ledger"
        )
        for floor in range(1, n + 1)
    ]
    with core.write_to(GRID, actor=SYSTEM, at=clock.now()) as writing:
        registering.register_doors(writing, new)
        people = [
            creation.New(grid=GRID, values={"name": f"甲{'一二三四五六七八九十'[i % 10]}"}, source="ledger")
            for i in range(n)
        ]
        creation.register(writing, "person", people)
        creation.link(
            writing,
            [
                creation.NewResidence(person=p.id, dwelling=d.id, grid=GRID, kind="lives_here", source="ledger")
                for p, d in zip(people, new, strict=True)
            ],
        )


def test_the_pages_cost_the_same_for_three_times_the_people(street: Client) -> None:
    def cost(path: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            text(street, path)
        return len(asked)

    home = door("101")
    paths = ["/daily/overdue/", "/daily/", f"/daily/let/dwelling/{home.pk}/", f"/doors/{home.pk}/"]
    stairwell_of(2, "7")
    saved(street, f"/daily/owner_changed/dwelling/{home.pk}/", answers(owner_name="王房东"))
    before = [cost(path) for path in paths]
    stairwell_of(9, "8")
    for name in ("李房东", "赵房东", "孙房东"):
        saved(street, f"/daily/owner_changed/dwelling/{home.pk}/", answers(owner_name=name))
    assert [cost(path) for path in paths] == before


def gap(client: Client) -> int:
    """How many persons 鲜活 says are missing."""
    shown = text(client, "/gaps/", indicator="freshness", scope=COMMUNITY)
    match = re.search(r"未完成共 <b>([\d,]+) 人", shown)
    assert match
    return int(match[1])


def listed(client: Client, **given: str) -> int:
    shown = text(client, "/daily/overdue/", scope=COMMUNITY, **given)
    return len(re.findall(r'name="one" value="person:', shown))


def test_the_list_is_what_the_indicator_counts_and_a_call_confirms(street: Client, sign_in: SignIn) -> None:
    day = clock.local_date(clock.now())
    n = Person.objects.filter(status="active").count()
    assert n == 4
    assert (listed(street), gap(street)) == (4, 4)  # nobody was ever verified
    dates = {"程望舒": 180, "程兰因": 181, "韩书言": 0}  # the 180th day still counts, the 181st does not
    for name, days in dates.items():
        Person.objects.filter(name=name).update(verified_on=day - dt.timedelta(days=days))
    Stream.objects.filter(code__startswith=COMMUNITY).update(version=10_000)  # so that the indicator counts anew
    assert (listed(street), gap(street)) == (2, 2)
    shown = text(street, "/daily/overdue/", scope=COMMUNITY)
    assert "程望舒" not in shown
    assert "还没核实过" in shown
    assert "<b>2</b><span> / 4 人</span>" in shown  # phone and kind of residence: two of four within 180 days
    assert listed(street, field="dwelling.tenure") == 0
    assert listed(street, field="person.phone") == 2

    person = Person.objects.get(name="程兰因")
    worker = sign_in(Role.GRID_WORKER, GRID)
    stranger = sign_in(Role.GRID_WORKER, f"{COMMUNITY}002")
    assert stranger.post("/daily/overdue/do/", {"one": f"person:{person.pk}"}).status_code == 404
    answer = worker.post("/daily/overdue/do/", {"one": f"person:{person.pk}", "back": "/daily/overdue/"}, follow=True)
    assert "1 条电话核实过" in answer.content.decode()
    person.refresh_from_db()
    assert person.verified_on == day
    change = Change.objects.get(entity=person.pk, field="verified_on")
    assert (change.reason, change.source) == ("电话核实，无变化", "office")
    assert (listed(street), gap(street)) == (1, 1)

    doors = [f"dwelling:{d.pk}:{d.pk}" for d in Dwelling.objects.filter(grid_id=GRID, status="active")]
    assert "先选几条" in street.post("/daily/overdue/do/", {}, follow=True).content.decode()
    Target.objects.filter(entity=Dwelling.objects.get(room="401").pk).delete()
    shown = street.post("/daily/overdue/do/", {"row": doors, "do": "visit"}, follow=True).content.decode()
    assert "1 户并进了走访任务，7 户本来就在里面" in shown
    assert worker.post("/daily/overdue/do/", {"row": doors, "do": "visit"}).status_code == 403
    shown = street.post("/daily/overdue/do/", {"row": doors, "do": "confirm"}, follow=True).content.decode()
    assert "8 条电话核实过" in shown
    assert "这处房屋" not in text(street, "/daily/overdue/", scope=COMMUNITY)
    masked = text(sign_in(Role.STREET_CENTRE, "120105001"), "/daily/overdue/", scope=COMMUNITY)
    assert "只有社区和网格员看得到" in masked  # they are counted; who they are would tell who lives where
    assert "孟**" not in masked
    assert "孟昭宁" not in masked
    assert "电话核实过，无变化" not in masked  # who sees rows masked knows no number to call
    assert street.get("/daily/overdue/", {"scope": "120105001024"}).status_code == 404
