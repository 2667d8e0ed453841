"""撤销导入: an import is taken back whole, as far as nobody has touched what it made; what stays is listed with why."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client

from gridwalk.accounts.rules import Role
from gridwalk.campaigns.models import Target
from gridwalk.core import clock
from gridwalk.core.models import AuditEntry, Receipt
from gridwalk.reconcile import jobs, rules
from gridwalk.reconcile.actions import taking_back
from gridwalk.reconcile.models import Import, SideRow, StagedRow
from gridwalk.registry.models import Difference, Dwelling, Person, Residence
from gridwalk.retention.rules import ERASED_NAME
from gridwalk.territory.models import Building
from gridwalk.upkeep.models import Plan
from tests.harness.campaign import COMMUNITY, DOORS, GRID, PEOPLE, confirm, id_no, move_in, upload, workbook
from tests.harness.erasing import erase, where
from tests.harness.people import SignIn, signed_in
from tests.harness.plans import decide

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
MERGES = ("A4:A5", "B4:B5", "C4:C5", "D4:D5")


def page(client: Client, imported: Import) -> str:
    return str(client.get(f"/imports/{imported.pk}/undo/", follow=True).content.decode())


def take_back(client: Client, imported: Import, reason: str = "列对错了") -> Import:
    """Press the button and let the job run."""
    answer = client.post(f"/imports/{imported.pk}/undo/", {"reason": reason, "do": "now"})
    assert answer.status_code == 302, answer.content.decode()
    jobs.take_back(imported=str(imported.pk), user=str(signed_in(client).id))
    return Import.objects.get(pk=imported.pk)


def doors(client: Client) -> Import:
    return confirm(client, upload(client, workbook("房屋台账", DOORS)))


def people(client: Client, rows: list[list[Any]] = PEOPLE) -> Import:
    merges = MERGES if rows is PEOPLE else ()
    return confirm(client, upload(client, workbook("实有人口台账", rows, merges)))


def counted(shown: str) -> tuple[int, int]:
    """What the page says leaves and stays."""
    told = re.search(r"撤走 ([\d,]+) 条，留下 ([\d,]+) 条", shown)
    assert told is not None, shown
    return int(told[1]), int(told[2])


def standing() -> tuple[int, int, int]:
    """Doors, persons and current links on record."""
    return (
        Dwelling.objects.exclude(status="struck_off").count(),
        Person.objects.filter(status="active").count(),
        Residence.objects.filter(to_on__isnull=True).count(),
    )


def test_an_import_is_taken_back_whole_and_may_be_put_right_and_imported_again(lead: Client, sign_in: SignIn) -> None:
    rooms, ledger = doors(lead), people(lead)
    assert standing() == (8, 4, 4), "the people's ledger made one door, 501"
    assert "导错了？7 天以内可以整份撤销" in lead.get(f"/imports/{ledger.pk}/").content.decode()
    shown = page(lead, ledger)
    assert counted(shown) == (5, 0), "four people and the door"
    assert "1 房屋、4 人员" in shown
    assert "原因" not in lead.get(f"/imports/{ledger.pk}/").content.decode()
    refused = lead.post(f"/imports/{ledger.pk}/undo/", {"reason": "错", "do": "now"})
    assert (refused.status_code, standing()) == (422, (8, 4, 4))
    assert "请写明为什么撤销" in refused.content.decode()

    done = take_back(lead, ledger)
    assert (done.state, done.n_undone, done.n_stayed, standing()) == ("undone", 4, 0, (7, 0, 0))
    assert not SideRow.objects.filter(of=ledger).exists()
    assert set(StagedRow.objects.filter(of=ledger).values_list("state", flat=True)) == {"undone"}
    told = lead.get(f"/imports/{ledger.pk}/").content.decode()
    assert "撤走 4 行，留下 0 行。" in told
    assert "原因：列对错了" in told
    twice = lead.post(f"/imports/{ledger.pk}/undo/", {"reason": "列对错了", "do": "now"}, follow=True)
    assert "不用再撤" in twice.content.decode()
    verbs = AuditEntry.objects.filter(subject=ledger.pk).values_list("verb", flat=True)
    assert {"import.undo_started", "import.batch_undone", "import.undone"} <= set(verbs)
    person = Person.objects.get(name="程望舒")
    assert "撤销导入：列对错了" in lead.get(f"/people/{person.pk}/").content.decode()

    elsewhere = sign_in(Role.COMMUNITY_LEAD, "120105001024")
    assert elsewhere.get(f"/imports/{rooms.pk}/undo/").status_code == 404
    assert sign_in(Role.GRID_WORKER, GRID).get(f"/imports/{rooms.pk}/undo/").status_code == 403

    assert counted(page(lead, rooms)) == (7, 0), "whoever was taken back rests on no door any more"
    assert take_back(lead, rooms).n_undone == 7
    assert standing() == (0, 0, 0)
    assert not Building.objects.filter(ended_on__isnull=True).exists(), "a building it began stands no longer"

    again, later = doors(lead), people(lead)
    assert (again.n_created, later.n_created, standing()) == (7, 4, (8, 4, 4))
    assert Building.objects.filter(ended_on__isnull=True).count() == 1


def test_what_somebody_has_touched_stays_with_its_door_and_the_page_says_why(street: Client, sign_in: SignIn) -> None:
    ledger = Import.objects.get(kind="person")
    touched = Person.objects.get(name="韩书言")
    street.post(f"/correct/person/{touched.pk}/", {"phone": "12012345699", "reason": "本人来电"})
    door = Dwelling.objects.get(room="501")
    move_in(street, door.pk, "沈青禾")
    shown = page(street, ledger)
    assert counted(shown) == (3, 2), "three people go; 韩书言 and the door of 沈青禾 stay"
    assert "入库以后有人改过" in shown
    done = take_back(street, ledger)
    left = Person.objects.filter(source="ledger", status="active").values_list("name", flat=True)
    assert "韩书言" in set(left)
    assert (len(left), door.status) == (1, "active")
    assert (done.n_undone, done.n_stayed) == (3, 1)
    listed = street.get(f"/imports/{ledger.pk}/").content.decode()
    assert "撤销时留下：入库以后有人改过" in listed
    assert "撤销时留下：入库以后改过、加过人房关联" in listed


def walked(client: Client, door: Dwelling) -> None:
    """Somebody knocked at the door yesterday."""
    yesterday = clock.local_date(clock.now()) - dt.timedelta(days=1)
    given = {"at": f"{yesterday.isoformat()}T10:00", "outcome": "no_answer"}
    assert client.post(f"/visits/dwelling/{door.pk}/", given).status_code == 302


def asked_for() -> int:
    """How many doors the campaign asks for: what the rate is reckoned of."""
    return Target.objects.filter(kind="dwelling").exclude(state="left").count()


def test_what_was_dispatched_leaves_only_when_a_second_person_agrees(street: Client, sign_in: SignIn) -> None:
    rooms, people_ = Import.objects.get(kind="dwelling"), Import.objects.get(kind="person")
    take_back(street, people_)
    assert asked_for() == 8, "501 was dispatched: it stays, though nobody of the ledger is left in it"
    assert Dwelling.objects.get(room="501").status == "active"
    walked(street, Dwelling.objects.get(room="101", stairwell__key="1", tenure="owner"))
    shown = page(street, rooms)
    assert counted(shown) == (0, 7)
    assert "已下派，没有另一人复核" in shown
    assert "入库以后走访、巡检过" in shown
    assert "连已下派的 6 处一起撤，提交另一人复核" in shown
    mark = re.search(r'name="seen" value="(\w+)"', shown)
    assert mark is not None
    given = {"reason": "整份台账是旧的", "do": "together", "seen": mark[1]}
    sent = street.post(f"/imports/{rooms.pk}/undo/", given, follow=True).content.decode()
    assert "已提交复核。另一人同意以前，什么都没有撤。" in sent
    assert (asked_for(), Import.objects.get(pk=rooms.pk).state) == (8, "done")
    plan = Plan.objects.get()
    assert "已提交复核" in page(street, rooms)
    assert "提出的人不能自己复核" in decide(street, plan.pk).content.decode()
    assert asked_for() == 8

    centre = sign_in(Role.STREET_CENTRE, "120105001")
    waits = centre.get(f"/upkeep/{plan.pk}/").content.decode()
    assert counted(waits) == (6, 1)
    assert "保留原因" not in waits, "who sees rows masked is told counts only"
    decide(centre, plan.pk)
    assert Import.objects.get(pk=rooms.pk).state == "undoing"
    assert "正在撤销，第 0 / 1 批" in street.get(f"/imports/{rooms.pk}/").content.decode()
    assert street.get(f"/imports/{rooms.pk}/progress/").headers.get("HX-Refresh") is None
    jobs.take_back(imported=str(rooms.pk), user=str(signed_in(centre).id))
    done = Import.objects.get(pk=rooms.pk)
    assert (done.state, done.n_undone, done.n_stayed) == ("undone", 6, 1)
    assert asked_for() == 2, "the door that was walked, and 501"
    told = street.get(f"/imports/{rooms.pk}/").content.decode()
    assert f"{done.agreed_by_name}同意" in told
    assert done.undone_by_name != done.agreed_by_name
    assert "撤走 6 行，留下 1 行。" in centre.get(f"/upkeep/{plan.pk}/").content.decode()


def test_a_cut_run_goes_on_where_it_stopped(lead: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "BATCH_ROWS", 4)  # a grid's rows
    rows = [
        DOORS[0],
        *[[f"{COMMUNITY}00{1 + n % 2}", "海河花园", f"{n}号楼", "1", "101", "有人住", "自住", ""] for n in range(1, 9)],
    ]
    ledger = confirm(lead, upload(lead, workbook("房屋台账", rows)))
    lead.post(f"/imports/{ledger.pk}/undo/", {"reason": "整份是旧的", "do": "now"})
    real, calls = taking_back._TakingBack.run, []

    def cut(self: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("the power went")
        return real(self)

    monkeypatch.setattr(taking_back._TakingBack, "run", cut)
    user = str(signed_in(lead).id)
    with pytest.raises(RuntimeError):
        jobs.take_back(imported=str(ledger.pk), user=user)
    assert (standing()[0], Import.objects.get().state, Import.objects.get().n_batches_undone) == (4, "undoing", 1)
    assert "继续撤销" in lead.get(f"/imports/{ledger.pk}/").content.decode()
    assert lead.post(f"/imports/{ledger.pk}/undo/", {}).status_code == 302
    assert "已经结束了" in lead.post(f"/imports/{ledger.pk}/cancel/", follow=True).content.decode()
    jobs.take_back(imported=str(ledger.pk), user=user)
    done = Import.objects.get()
    assert (standing()[0], done.state, done.n_undone, done.n_batches_undone) == (0, "undone", 8, 2)
    jobs.take_back(imported=str(ledger.pk), user=user)
    assert Import.objects.get().n_undone == 8, "once more does nothing"


def test_what_cannot_be_taken_back_says_why(lead: Client) -> None:
    ledger = upload(lead, workbook("房屋台账", DOORS))
    assert "没有入库过什么" in page(lead, ledger)
    done = confirm(lead, ledger)
    Import.objects.filter(pk=done.pk).update(state="paused")
    assert "这份还没导完" in page(lead, done)
    Import.objects.filter(pk=done.pk).update(state="done", finished_at=clock.now() - dt.timedelta(days=8))
    assert "过了 7 天，不能整份撤销了" in page(lead, done)
    assert "导错了？" not in lead.get(f"/imports/{done.pk}/").content.decode()
    Import.objects.filter(pk=done.pk).update(finished_at=clock.now())
    Receipt.objects.filter(key__startswith=f"import:{done.pk}:").update(result={"rows": 7})
    assert "系统升级以前导入的" in page(lead, done)
    assert standing()[0] == 7


def test_values_go_back_questions_end_and_what_another_ledger_says_too_stays(lead: Client) -> None:
    doors(lead)
    first = people(lead)
    rows = [
        [*PEOPLE[0][:-1], "户籍地址"],
        ["海河花园", "5号楼", "1单元", "501", "孟昭宁", "女", id_no(4), "19800101", "12012345688", "常住", "河北区"],
        ["海河花园", "5号楼", "1单元", "102", "程望舒", "男", id_no(11), "", "12012345672", "常住", ""],
        ["海河花园", "5号楼", "1单元", "201", "梅若华", "女", id_no(31), "", "", "租户", ""],
    ]
    ledger = people(lead, rows)
    person = Person.objects.get(name="孟昭宁")
    assert (person.unseal("phone"), person.registered_address) == ("12012345688", "河北区")
    assert Difference.objects.filter(state="open", entity=Person.objects.get(name="程望舒").pk).count() == 2
    home = Residence.objects.get(person__name="程望舒", to_on__isnull=True).dwelling.room
    shown = page(lead, ledger)
    assert "补上的 2 项内容恢复成导入以前的样子" in shown
    assert "问的 2 条差异不再问" in shown
    assert said_by(first, ledger) == (2, 3)
    stays = page(lead, first)
    assert "另一份台账也写着" in stays
    assert counted(stays) == (2, 3), "孟昭宁 with the door 501 and 程望舒 stand in the later ledger too"

    take_back(lead, ledger)
    person.refresh_from_db()
    assert (person.unseal("phone"), person.registered_address, person.status) == ("", "", "active")
    questions = Difference.objects.filter(entity=Person.objects.get(name="程望舒").pk)
    assert set(questions.values_list("state", "reason")) == {("closed", "问的那份台账已撤销")}
    assert Residence.objects.get(person__name="程望舒", to_on__isnull=True).dwelling.room == home == "101"
    assert Person.objects.get(name="梅若华").status == "struck_off"
    assert counted(page(lead, first)) == (5, 0), "what was taken back touches nobody"
    assert said_by(first, ledger) == (4, 0), "what the ledger before said of them is what their side says again"
    take_back(lead, first)
    assert standing() == (7, 0, 0)


def said_by(*ledgers: Import) -> tuple[int, ...]:
    """Of how many records each of the ledgers is the last that spoke."""
    return tuple(SideRow.objects.filter(of=ledger).count() for ledger in ledgers)


def test_what_ledgers_said_comes_back_in_whichever_order_they_are_taken_back(lead: Client) -> None:
    doors(lead)
    first, second, third = (people(lead) for _ in range(3))
    assert said_by(first, second, third) == (0, 0, 4)
    take_back(lead, second)
    assert (said_by(first, second, third), SideRow.every.count()) == ((0, 0, 4), 15)
    take_back(lead, third)
    assert (said_by(first, second, third), SideRow.every.count()) == ((4, 0, 0), 11)
    again = people(lead)
    Import.objects.filter(pk=again.pk).update(finished_at=clock.now() - dt.timedelta(days=8))
    people(lead)
    assert said_by(first, again) == (0, 0)
    assert not SideRow.every.filter(of=first).exists(), "kept no longer than an import can be taken back"


def test_who_was_erased_since_stays_erased(street: Client) -> None:
    ledger = Import.objects.get(kind="person")
    person = Person.objects.get(name="程望舒")
    erase(person, street)
    shown = page(street, ledger)
    assert "身份内容已清除，谁也找不回来" in shown
    assert counted(shown) == (3, 2), "the door 501 was dispatched"
    done = take_back(street, ledger)
    assert "留下 1 行、补建的房屋 1 户。" in street.get(f"/imports/{ledger.pk}/").content.decode()
    person.refresh_from_db()
    assert (person.name, person.id_no_sealed, person.status) == (ERASED_NAME, "", "moved_away")
    row = StagedRow.objects.get(of=ledger, entity=person.pk)
    assert (row.values, row.faults, row.state) == ({}, [], "stayed")
    assert (done.n_undone, done.n_stayed) == (3, 1)
    assert where("程望舒") == []


def test_every_kind_of_ledger_is_taken_back(lead: Client) -> None:
    doors(lead)
    people(lead)
    care = [["姓名", "身份证号", "关爱类别"], ["程兰因", id_no(2, "19500203"), "高龄老人"]]
    shops = [["单位名称", "统一社会信用代码", "楼栋", "单元", "室号"], ["海河便民店", "", "5号楼", "1单元", "101"]]
    sites = [["场所名称", "场所类型", "地址"], ["海河小吃店", "餐饮", "5号楼"]]
    hydrants = [["设施类型", "设施编号", "楼栋", "上次巡检日期"], ["消火栓", "XHS-01", "5号楼", "2026-11-01"]]
    before = standing()
    for title, rows in (("重点关爱名册", care), ("单位台账", shops), ("重点场所台账", sites), ("设施台账", hydrants)):
        ledger = confirm(lead, upload(lead, workbook(title, rows)))
        assert ledger.n_created == 1, (title, ledger.message)
        assert counted(page(lead, ledger)) == (1, 0), title
        assert (take_back(lead, ledger).n_undone, standing()) == (1, before), title
        again = confirm(lead, upload(lead, workbook(title, rows)))
        assert again.n_created == 1, f"{title}: put right and imported again, it is there again"
        same = confirm(lead, upload(lead, workbook(title, rows)))
        assert (same.n_created, same.n_same) == (0, 1), f"{title}: it is not there twice"
        assert take_back(lead, same).state == "undone"
        assert take_back(lead, again).n_undone == 1, title
