"""设施 and 巡检: a messy ledger, the list, rounds with a fault until it is repaired, and what is refused on the way."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.core import clock
from gridwalk.core.models import AuditEntry, Change
from gridwalk.reconcile.models import Import, StagedRow
from gridwalk.registry.models import Difference, Facility, Site
from gridwalk.retention import rules as retention
from gridwalk.retention.actions import applying
from gridwalk.retention.queries import due
from gridwalk.territory.models import Building
from gridwalk.upkeep.models import Plan
from gridwalk.visits.models import Round
from tests.harness.campaign import COMMUNITY, DOORS, GRID, confirm, upload, workbook
from tests.harness.people import SignIn
from tests.harness.plans import decide, draw_grids

pytestmark = pytest.mark.slow
STREET = "120105001"
NEXT = f"{COMMUNITY}002"
FACILITIES: list[list[Any]] = [
    [
        "序号",
        "设施编号",
        "设备类型",
        "小区",
        "楼号",
        "门",
        "安装位置",
        "管护责任单位",
        "责任人",
        "联系电话",
        "检查周期",
        "使用状态",
        "上次检查日期",
        "宗教",
    ],
    [
        1,
        "XHS-012",
        "消防栓",
        "海河花园",
        "５号楼",
        "1单元",
        "1层走廊",
        "海河物业",
        "程望舒",
        "120 1234 5671",
        "30天",
        "正常",
        "",
        "无",
    ],
    [
        2,
        "2号梯",
        "客梯",
        "海河花园",
        "5幢",
        "一单元",
        "门厅",
        "天津电梯维保站",
        "",
        "12012345672",
        "每半月一次",
        "停用",
        "",
        "",
    ],
    [3, None, "灭火器箱", "海河花园", "5栋", "1门", "3层过道", "海河物业", "", "", "不定期", "", "", ""],
    [4, None, "灭火器箱", "海河花园", "5栋", "1门", "5层过道", "海河物业", "", "1201234", "", "", "", ""],
    [5, "GGL-1", "公告栏", "海河花园", "19号楼", "", "楼前", "居委会", "", "", "", "", "", ""],
    [6, "SXT-3", "监控探头", "海河花园", "5号楼", "", "门口", "派出所", "", "", "", "", "", ""],
    [7, "CD-7", "充电桩", "", "", "", "海河花园5号楼北侧", "充电公司", "", "", 400, "", "", ""],
]


def facilities(lead: Client, rows: list[list[Any]] = FACILITIES, title: str = "设施台账") -> Import:
    return confirm(lead, upload(lead, workbook(title, rows)))


def notes(imported: Import) -> str:
    annotated = imported.annotated
    assert annotated is not None
    return "".join(fault["text"] for row in StagedRow.objects.filter(of=imported) for fault in row.faults)


def record(client: Client, subject: Facility | Site, do: str, **more: str) -> Any:
    on = {"on": clock.local_date(clock.now()).isoformat()}
    kind = "facility" if isinstance(subject, Facility) else "site"
    return client.post(
        "/rounds/record/", {"row": f"{kind}:{subject.pk}", "do": do, "page": "1", **on, **more}, follow=True
    )


def test_a_messy_ledger_becomes_facilities_once(street: Client) -> None:
    imported = facilities(street)
    assert imported.kind == "facility", "told by its headings and its title"
    assert (imported.n_created, imported.n_refused) == (6, 1)
    assert "“宗教”这一列不收" in "；".join(imported.refused)
    faults = notes(imported)
    assert "不认得这个写法，可填：消火栓" in faults, "a camera is no kind of facility"
    assert "系统里没有这栋楼" in faults
    assert "这里应是数字" in faults
    assert "应在 1 到 366 之间" in faults
    faulty = {
        row.row_no: [f["column"] for f in row.faults] for row in StagedRow.objects.filter(of=imported) if row.faults
    }
    assert faulty == {6: ["K"], 7: ["J"], 8: ["E"], 9: ["C"], 10: ["K"]}, "each at its row and column"

    building = Building.objects.get(key="5")
    hydrant = Facility.objects.get(name="XHS-012")
    assert (hydrant.facility_kind, hydrant.building_id, hydrant.grid_id) == ("hydrant", building.pk, GRID)
    assert hydrant.stairwell is not None
    assert hydrant.where == "海河花园 5号楼 1单元 1层走廊"
    assert hydrant.interval_days == 30
    assert "12012345671" not in hydrant.contact_phone_sealed
    lift = Facility.objects.get(name="2号梯")
    assert (lift.status, lift.interval_days) == ("out_of_use", 15)
    assert Facility.objects.filter(facility_kind="extinguisher").count() == 2, (
        "without a number the spot tells them apart"
    )
    board = Facility.objects.get(name="GGL-1")
    assert (board.building_id, board.grid_id) == (None, f"{COMMUNITY}000")
    assert Facility.objects.get(name="CD-7").building_id == building.pk, "the spot says the building too"

    again = facilities(
        street, [FACILITIES[0], *[[*row[:7], "新物业", *row[8:]] for row in FACILITIES[1:]]], "设施台账第二次"
    )
    assert (again.n_created, Facility.objects.count()) == (0, 6), "a second import makes no doubles"
    assert set(Difference.objects.filter(kind="facility").values_list("kind", "field")) == {("facility", "keeper")}
    difference = Difference.objects.filter(entity=hydrant.pk).get()
    shown = street.get(f"/differences/{difference.pk}/").content.decode()
    assert "消火栓 XHS-012" in shown
    assert 'value="to_door"' not in shown, "nobody lives there who could be asked"
    to_door = street.post(f"/differences/{difference.pk}/decide/", {"decision": "to_door"}, follow=True)
    assert "设施没有住户可问" in to_door.content.decode()
    street.post(f"/differences/{difference.pk}/decide/", {"decision": "accept"})
    hydrant.refresh_from_db()
    assert hydrant.keeper == "新物业"


def test_a_ledger_of_one_kind_needs_no_column_for_it_and_starts_the_clock(street: Client) -> None:
    today = clock.local_date(clock.now())
    rows = [
        ["编号", "位置", "楼栋", "管护单位", "最近检查日期"],
        ["M-1", "1层", "5号楼", "海河物业", (today - dt.timedelta(days=40)).isoformat()],
        ["M-2", "2层", "5号楼", "海河物业", (today + dt.timedelta(days=9)).isoformat()],
    ]
    imported = facilities(street, rows, "灭火器台账")
    assert (imported.kind, imported.n_created) == ("facility", 2)
    assert "上次巡检日期在将来，没有采用" in notes(imported)
    listed = Facility.objects.get(name="M-1")
    assert listed.facility_kind == "extinguisher"
    assert listed.last_contact_on == today - dt.timedelta(days=40)
    assert Facility.objects.get(name="M-2").last_contact_on is None
    due = street.get("/rounds/").content.decode()
    assert "灭火器 M-1" in due
    assert "灭火器 M-2" not in due
    facilities(street, rows, "灭火器台账又一份")
    assert Round.objects.filter(result="listed").count() == 1, "the same day is noted once"


def test_a_fault_stays_until_somebody_repaired_it(street: Client, sign_in: SignIn) -> None:
    facilities(street)
    hydrant, lift = Facility.objects.get(name="XHS-012"), Facility.objects.get(name="2号梯")
    page = f"/facilities/{hydrant.pk}/"
    future = (clock.local_date(clock.now()) + dt.timedelta(days=1)).isoformat()
    refused = record(street, hydrant, "faulty", fault="broken", note="水带破了", on=future)
    assert refused.status_code == 422
    assert "巡检日期在将来" in refused.content.decode()
    assert 'value="水带破了"' in refused.content.decode(), "what was typed is still there"
    assert record(street, hydrant, "faulty", fault="haunted").status_code == 422
    assert record(street, hydrant, "faulty", fault="other").status_code == 422
    assert record(street, hydrant, "repaired", note="物业").status_code == 422, "there is nothing to repair"
    assert "请选巡检结果" in record(street, hydrant, "blessed").content.decode()
    stranger = sign_in(Role.GRID_WORKER, NEXT)
    assert record(stranger, hydrant, "fine").status_code == 404, "somebody else's grid"
    assert stranger.get(page).status_code == 404
    assert not Round.objects.exists()

    worker = sign_in(Role.GRID_WORKER, GRID)
    record(worker, hydrant, "stopped", fault="broken", note="水带破了，找12012345671")
    hydrant.refresh_from_db()
    assert hydrant.status == "out_of_use"
    assert hydrant.last_contact_on == clock.local_date(clock.now())
    assert "12012345671" not in Round.objects.get().note
    shown = worker.get(page).content.decode()
    assert "停用待修" in shown
    assert "部件坏了，水带破了" in shown
    bulk = {
        "row": [f"facility:{hydrant.pk}", f"facility:{lift.pk}"],
        "do": "fine",
        "on": clock.local_date(clock.now()).isoformat(),
    }
    answer = worker.post("/rounds/record/", bulk, follow=True).content.decode()
    assert "有 2 处没有记" in answer, "a click on 完好 repairs nothing"
    assert "还有没修好的故障" in answer
    assert record(worker, hydrant, "repaired").status_code == 422, "who repaired it is asked"
    record(worker, hydrant, "repaired", note="海河物业")
    record(worker, lift, "repaired", note="电梯维保站")
    hydrant.refresh_from_db()
    assert hydrant.status == "active"
    history = worker.get(page).content.decode()
    assert "巡检，修好了，海河物业" in history

    repaired = Round.objects.get(entity=hydrant.pk, result="repaired")
    take_back = f"/rounds/{repaired.pk}/withdraw/"
    worker.post(take_back, {"back": f"facility:{hydrant.pk}", "reason": " "})
    repaired.refresh_from_db()
    assert repaired.withdrawn_at is None, "a reason is asked"
    assert stranger.post(take_back, {"back": f"facility:{hydrant.pk}", "reason": "错了"}).status_code == 404
    worker.post(take_back, {"back": f"facility:{hydrant.pk}", "reason": "记错了一处"})
    hydrant.refresh_from_db()
    assert hydrant.status == "out_of_use", "as the round before left it"
    assert "已撤销：记错了一处" in worker.get(page).content.decode()
    verbs = AuditEntry.objects.filter(subject=hydrant.pk).values_list("verb", flat=True)
    assert {"round.recorded", "round.withdrawn"} <= set(verbs)


def test_the_list_counts_what_is_in_time_and_several_are_seen_at_once(street: Client, sign_in: SignIn) -> None:
    facilities(street)
    with time_machine.travel(clock.now() + dt.timedelta(days=16)):
        street = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
        due = street.get("/rounds/").content.decode()
        assert "电梯 2号梯" in due, "its fifteen days are over"
        assert "消火栓 XHS-012" not in due
        listed = street.get("/facilities/", {"scope": COMMUNITY}).content.decode()
        assert pair(listed, "电梯") == (0, 1)
        assert pair(listed, "灭火器") == (2, 2)
        late = street.get("/facilities/", {"when": "overdue"}).content.decode()
        assert re.search(r"<h2>1 处</h2>", late), "as many as the figures leave"
        today = clock.local_date(clock.now()).isoformat()
        rows = [
            f"facility:{pk}"
            for pk in Facility.objects.filter(facility_kind="extinguisher").values_list("pk", flat=True)
        ]
        for _ in range(2):
            street.post("/rounds/record/", {"row": rows, "do": "fine", "on": today})
        assert Round.objects.filter(result="fine").count() == 2, "sent twice it is one round each"
        lift = Facility.objects.get(name="2号梯")
        record(street, lift, "repaired", note="维保站")
        assert pair(street.get("/facilities/").content.decode(), "电梯") == (1, 1)
    street = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
    assert "没有符合的设施" in street.get("/facilities/", {"kind": "fitness"}).content.decode()
    assert street.get("/facilities/", {"scope": "120105002"}).status_code == 404
    assert "先在左边勾选" in street.post("/rounds/record/", {"do": "fine", "on": ""}, follow=True).content.decode()


def pair(page: str, label: str) -> tuple[int, int]:
    match = re.search(rf">{label} <span class=\"pair\"><b>(\d+)</b><span> / (\d+)", page)
    assert match, label
    return int(match[1]), int(match[2])


def test_a_facility_is_added_on_its_buildings_page_and_found(street: Client, sign_in: SignIn) -> None:
    facilities(street)
    confirm(
        street,
        upload(
            street,
            workbook("重点场所台账", [["场所名称", "场所类型", "楼栋", "地址"], ["海河小吃店", "餐饮", "5号楼", ""]]),
        ),
    )
    building = Building.objects.get(key="5")
    page, form = f"/buildings/{building.pk}/", f"/buildings/{building.pk}/facilities/"
    shown = street.get(page).content.decode()
    assert "消火栓 XHS-012" in shown
    assert "海河小吃店" in shown
    wrong = street.post(form, {"facility_kind": "hydrant", "name": "XHS-013", "interval_days": "0", "spot": "2层"})
    assert wrong.status_code == 422
    assert "应在 1 到 366 之间" in wrong.content.decode()
    assert 'value="XHS-013"' in wrong.content.decode()
    assert street.post(form, {"facility_kind": "watchtower"}).status_code == 422
    assert street.post(form, {"name": "没有类型"}).status_code == 422
    assert "已登记" in street.post(form, {"facility_kind": "hydrant", "name": "XHS-012"}).content.decode()
    stairwell = building.stairwells.get(key="1")
    given = {"facility_kind": "hydrant", "name": "XHS-013", "spot": "2层", "stairwell": str(stairwell.pk)}
    street.post(form, given | {"contact_phone": "12012345679"})
    facility = Facility.objects.get(name="XHS-013")
    assert (facility.stairwell_id, facility.interval_days, facility.grid_id) == (stairwell.pk, 30, GRID)
    assert sign_in(Role.STREET_CENTRE, STREET).post(form, given | {"name": "X"}).status_code == 403
    for typed in ("XHS-013", "xhs-013", "12012345679", "尾号5679"):
        hits = street.post("/search/", {"q": typed}, follow=True).content.decode()
        assert "消火栓 XHS-013" in hits, typed
    assert "消火栓 XHS-012" in street.post("/search/", {"q": "消火栓"}, follow=True).content.decode()
    assert "12012345679" not in street.get(f"/facilities/{facility.pk}/").content.decode()

    state = f"/facilities/{facility.pk}/state/"
    street.post(state, {"do": "remove", "reason": ""})
    facility.refresh_from_db()
    assert facility.status == "active", "a reason is asked"
    street.post(state, {"do": "remove", "reason": "改造时拆了"})
    facility.refresh_from_db()
    assert facility.status == "removed"
    assert "消火栓 XHS-013" not in street.get(page).content.decode()
    assert "已拆除" in street.get(f"/facilities/{facility.pk}/").content.decode()
    assert (
        "没有记"
        in street.post(
            "/rounds/record/", {"row": f"facility:{facility.pk}", "do": "fine", "on": "2026-01-01"}, follow=True
        ).content.decode()
    )
    assert "XHS-013" in street.get("/facilities/", {"state": "removed"}).content.decode()
    street.post(state, {"do": "restore", "reason": "拆的是另一处"})
    facility.refresh_from_db()
    assert facility.status == "active"
    corrected = street.post(
        f"/correct/facility/{facility.pk}/", {"keeper": "新物业", "reason": "合同换了"}, follow=True
    )
    assert "新物业" in corrected.content.decode()


def test_a_round_of_a_key_site_is_a_contact(street: Client) -> None:
    rows = [["场所名称", "场所类型", "楼栋", "检查间隔"], ["海河小吃店", "餐饮", "5号楼", "7"]]
    confirm(street, upload(street, workbook("重点场所台账", rows)))
    site, today = Site.objects.get(), clock.local_date(clock.now())
    yesterday = today - dt.timedelta(days=1)
    page = f"/sites/{site.pk}/"
    street.post(f"/visits/site/{site.pk}/", {"at": f"{yesterday.isoformat()}T10:00", "outcome": "met"})
    record(street, site, "faulty", fault="blocked", note="门口堆货")
    site.refresh_from_db()
    assert site.last_contact_on == today
    shown = street.get(page).content.decode()
    assert "堵占，门口堆货" in shown
    assert "已修好" in shown
    assert (today + dt.timedelta(days=7)).strftime("%-m月%-d日") in shown
    round_ = Round.objects.get()
    street.post(f"/rounds/{round_.pk}/withdraw/", {"back": f"site:{site.pk}", "reason": "看错了店"})
    site.refresh_from_db()
    assert site.last_contact_on == yesterday, "the visit stands"
    record(street, site, "fine")
    assert "堵占" not in street.get("/rounds/").content.decode()


def test_three_times_the_facilities_take_the_same_queries(street: Client, sign_in: SignIn) -> None:
    def rows(first: int, n: int) -> list[list[Any]]:
        head = ["设施编号", "设施类型", "小区", "楼栋", "单元", "位置", "巡检周期"]
        return [
            head,
            *[[f"A-{i}", "灭火器", "海河花园", "5号楼", "1单元", f"{i}层", 1] for i in range(first, first + n)],
        ]

    facilities(street, rows(0, 4), "设施一")
    building = Building.objects.get(key="5")
    addresses = (f"/facilities/?scope={GRID}", f"/rounds/?scope={GRID}", f"/buildings/{building.pk}/")
    asked = []
    for title, more in (("", 0), ("设施二", 8)):
        if more:
            facilities(street, rows(4, more), title)
        for facility in Facility.objects.all():
            record(street, facility, "faulty", fault="expired")
        with time_machine.travel(clock.now() + dt.timedelta(days=3)):
            later = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
            counts = []
            for address in addresses:
                with CaptureQueriesContext(
                    connection,
                ) as queries:
                    assert later.get(address).content.decode().count("灭火器 A-") >= 4 + more
                counts.append(len(queries))
        asked.append(counts)
    assert asked[0] == asked[1]


def test_facilities_go_with_their_building_when_grids_are_split(street: Client, sign_in: SignIn) -> None:
    more = [DOORS[0], [GRID, "海河花园", "6号楼", "1单元", "101", "有人住", "自住", "80"]]
    confirm(street, upload(street, workbook("六号楼", more)))
    facilities(street)
    street.post(
        f"/buildings/{Building.objects.get(key='6').pk}/facilities/", {"facility_kind": "lift", "name": "六号梯"}
    )
    moved, stays = Facility.objects.get(name="六号梯"), Facility.objects.get(name="XHS-012")
    record(street, moved, "fine")
    third, fourth = f"{COMMUNITY}003", f"{COMMUNITY}004"
    keys = {key: str(pk) for key, pk in Building.objects.filter(grid_id=GRID).values_list("key", "id")}
    centre = sign_in(Role.STREET_CENTRE, STREET)
    draw_grids(
        centre,
        {"old": [GRID], "n": "2", f"b-{keys['5']}": third, f"b-{keys['6']}": fourth, "reason": "一人管不过来"},
    )
    plan = Plan.objects.get()
    decide(sign_in(Role.ADMINISTRATOR, STREET), plan.pk)
    moved.refresh_from_db()
    stays.refresh_from_db()
    assert (moved.grid_id, stays.grid_id) == (fourth, third)
    assert Round.objects.get(entity=moved.pk).grid_id == fourth
    assert moved.building is not None
    assert moved.building.grid_id == fourth
    assert "电梯 六号梯" in street.get("/facilities/", {"scope": fourth}).content.decode()


def test_the_contact_of_a_removed_facility_is_erased_after_two_years_and_the_facility_stays(street: Client) -> None:
    facilities(street)
    gone, broken = Facility.objects.get(name="XHS-012"), Facility.objects.get(name="2号梯")
    record(street, gone, "fine")
    street.post(f"/facilities/{gone.pk}/state/", {"do": "remove", "reason": "改造时拆了"})
    later = clock.now() + dt.timedelta(days=800)
    periods = retention.chosen(["contacts", "rounds"])
    assert {line.period.code: line.n for line in due(later, periods)} == {"contacts": 1, "rounds": 1}
    assert applying.apply(actor=SYSTEM, at=later, periods=periods) == {"rounds": 1, "contacts": 1}
    gone.refresh_from_db()
    broken.refresh_from_db()
    assert (gone.name, gone.contact_name, gone.contact_phone_sealed, gone.contact_phone_index) == (
        "XHS-012",
        "",
        "",
        "",
    )
    assert broken.contact_phone_sealed, "what is only broken is still looked after"
    assert "程望舒" not in str(list(Change.objects.filter(entity=gone.pk).values_list("new", flat=True)))
    round_ = Round.objects.get()
    assert (round_.worker, round_.worker_name, round_.result) == (None, "", "fine")
    assert sum(line.n for line in due(later, periods)) == 0


def test_a_facility_of_a_stairwell_goes_with_it_and_comes_back_to_the_one_building(
    street: Client, sign_in: SignIn
) -> None:
    more = [DOORS[0], *[[GRID, "海河花园", "7号楼", f"{n}单元", "101", "有人住", "自住", "80"] for n in (1, 2)]]
    confirm(street, upload(street, workbook("七号楼", more)))
    head = ["设施编号", "设施类型", "小区", "楼栋", "单元"]
    rows = [head, ["A-1", "电梯", "海河花园", "7号楼", "1单元"], ["A-2", "电梯", "海河花园", "7号楼", "2单元"]]
    facilities(street, [*rows, ["A-0", "公告栏", "海河花园", "7号楼", ""]])
    seven = Building.objects.get(key="7")
    third, fourth = f"{COMMUNITY}003", f"{COMMUNITY}004"
    places = {f"b-{Building.objects.get(key='5').pk}": third, f"b-{seven.pk}": third}
    centre = sign_in(Role.STREET_CENTRE, STREET)
    parted = {
        "old": [GRID],
        "n": "2",
        "reason": "一人管不过来",
        f"b-{seven.stairwells.get(key='2').pk}": fourth,
    } | places
    draw_grids(centre, parted)
    plan = Plan.objects.get()
    decide(sign_in(Role.ADMINISTRATOR, STREET), plan.pk)

    def stands() -> dict[str, tuple[str, str]]:
        facilities = Facility.objects.select_related("building")
        return {
            facility.name: (facility.grid_id, facility.building.grid_id) for facility in facilities if facility.building
        }

    assert stands() == {"A-0": (third, third), "A-1": (third, third), "A-2": (fourth, fourth)}
    again = facilities(street, rows, "设施台账第二次")
    assert (again.n_created, Facility.objects.count()) == (0, 3), "both halves are found again"
    with time_machine.travel(clock.now() + dt.timedelta(days=1)):
        centre, administrator = sign_in(Role.STREET_CENTRE, STREET), sign_in(Role.ADMINISTRATOR, STREET)
        centre.post(f"/areas/plans/{plan.pk}/reverse/", {"reason": "还是一个人管好"})
        reverse = Plan.objects.get(choices__reverses=str(plan.pk))
        decide(administrator, reverse.pk)
    building = Building.objects.get(key="7", ended_on__isnull=True)
    assert set(stands().values()) == {(building.grid_id, building.grid_id)}
    assert set(Facility.objects.values_list("building", flat=True)) == {building.pk}
    assert set(Facility.objects.exclude(stairwell=None).values_list("stairwell__building", flat=True)) == {building.pk}
