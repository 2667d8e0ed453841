"""One community from workbook to register to visit to rate 1 to a page, through HTTP as its users do it."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.campaigns.models import Target
from gridwalk.core import clock
from gridwalk.reconcile import jobs, rules
from gridwalk.reconcile.actions import applying
from gridwalk.reconcile.models import Import, StagedRow
from gridwalk.registry.models import Difference, Dwelling, Person, Recheck
from gridwalk.territory.models import Stairwell
from tests.harness.campaign import COMMUNITY, DOORS, GRID, PEOPLE, confirm, id_no, upload, workbook
from tests.harness.people import SignIn

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def pair(client: Client) -> tuple[int, int]:
    counted = re.search(
        r"<section><h2><b>一</b>.*?<b>([\d,]+)</b><span> / ([\d,]+)",
        client.get(f"/board/{COMMUNITY}/").content.decode(),
        re.S,
    )
    assert counted is not None
    return int(counted[1].replace(",", "")), int(counted[2].replace(",", ""))


def last_working_morning() -> dt.date:
    day = clock.local_date(clock.now()) - dt.timedelta(days=1)
    return day


def test_a_messy_workbook_becomes_the_register_and_says_what_was_wrong_where(lead: Client) -> None:
    doors = confirm(lead, upload(lead, workbook("房屋台账", DOORS)))
    assert (doors.n_created, Dwelling.objects.count()) == (7, 7)
    ledger = upload(lead, workbook("实有人口台账", PEOPLE, ("A4:A5", "B4:B5", "C4:C5", "D4:D5")))
    shown = lead.get(f"/imports/{ledger.pk}/").content.decode()
    assert "“民族”这一列不收" in shown
    assert "12012345671" not in shown
    done = confirm(lead, ledger)
    assert (done.state, done.n_created, Person.objects.count()) == ("done", 4, 4)
    shown = lead.get(f"/imports/{ledger.pk}/").content.decode()
    assert re.search(r'<td class="r">6</td><td>G</td><td class="wrap">证件号最后一位对不上', shown)
    assert "房屋台账里没有这一户" in shown
    back = openpyxl.load_workbook(io.BytesIO(b"".join(lead.get(f"/imports/{ledger.pk}/annotated/"))))
    assert "证件号最后一位对不上" in str(back.worksheets[0]["G6"].comment.text)
    assert back.worksheets[0]["G4"].comment is None

    again = confirm(lead, upload(lead, workbook("实有人口台账", PEOPLE, ("A4:A5", "B4:B5", "C4:C5", "D4:D5"))))
    assert (again.n_created, Person.objects.count(), Dwelling.objects.count()) == (0, 4, 8)

    broken = upload(lead, SimpleUploadedFile("台账.xlsx", b"PK\x03\x04 no workbook"))
    assert broken.state == "failed"
    assert "已损坏" in lead.get(f"/imports/{broken.pk}/").content.decode()


def test_a_row_without_an_estate_finds_its_door_where_only_one_can_be_meant(street: Client) -> None:
    without = [[*PEOPLE[0][1:-1]], ["5号楼", "1单元", "301", "裴子衿", "女", id_no(8), "1980-01-01", "", "常住"]]
    done = confirm(street, upload(street, workbook("没写小区", without)))
    assert (done.n_created, done.n_faulty, Dwelling.objects.count()) == (1, 0, 8)
    assert Dwelling.objects.get(room="301").residences.get().person.name == "裴子衿"
    more = [DOORS[0], [GRID, "君悦园", "5号楼", "1单元", "101", "有人住", "自住", ""]]
    confirm(street, upload(street, workbook("又一个小区", more)))
    two = [without[0], ["5号楼", "1单元", "302", "唐亦舟", "男", id_no(9), "1980-01-01", "", "常住"]]
    asked = confirm(street, upload(street, workbook("两个小区都有", two)))
    assert "看不出是哪一户" in street.get(f"/imports/{asked.pk}/").content.decode()
    assert not Person.objects.get(name="唐亦舟").residences.exists()


def test_two_spellings_of_an_estate_are_one_building(lead: Client) -> None:
    rows = [
        DOORS[0],
        [GRID, "建国小区", "5号楼", "1单元", "101", "有人住", "自住", ""],
        [GRID, "建国", "5幢", "1门", "102", "有人住", "自住", ""],
    ]
    confirm(lead, upload(lead, workbook("房屋台账", rows)))
    assert Stairwell.objects.count() == 1
    assert Dwelling.objects.count() == 2


def test_a_cut_import_goes_on_where_it_stopped_and_doubles_nothing(
    lead: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        DOORS[0],
        *[[f"{COMMUNITY}00{1 + n % 2}", "海河花园", f"{n}号楼", "1", "101", "有人住", "自住", ""] for n in range(1, 9)],
    ]
    monkeypatch.setattr(rules, "BATCH_ROWS", 4)  # a grid's rows
    ledger = upload(lead, workbook("房屋台账", rows))
    lead.post(f"/imports/{ledger.pk}/mapping/", {"do": "apply"})
    real, calls = applying._save, []

    def cut(*arguments: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("the power went")
        real(*arguments)

    monkeypatch.setattr(applying, "_save", cut)
    with pytest.raises(RuntimeError):
        jobs.apply(imported=str(ledger.pk), user=str(ledger.actor))
    assert (Dwelling.objects.count(), Import.objects.get().n_batches_done) == (4, 1)
    assert "没导完，停在第 1 / 2 批" in lead.get(f"/imports/{ledger.pk}/").content.decode()
    monkeypatch.setattr(applying, "_save", real)
    applying.apply(actor=SYSTEM, at=clock.now(), imported=ledger.pk)
    assert (Dwelling.objects.count(), Import.objects.get().state) == (8, "done")


def test_paper_visits_move_the_rate_by_exactly_what_was_typed(street: Client) -> None:
    assert pair(street) == (0, 8)
    stairwell = Stairwell.objects.get(building__key="5", key="1")
    doors = {d.room: d for d in Dwelling.objects.filter(stairwell=stairwell)}
    on = last_working_morning().isoformat()
    typed = {
        "on": on,
        "band": "morning",
        f"o-{doors['101'].pk}": "met",
        f"o-{doors['102'].pk}": "no_answer",
        f"o-{doors['201'].pk}": "refused",
        f"o-{doors['401'].pk}": "vacant_confirmed",
    }
    assert street.post(f"/paper/{stairwell.pk}/", typed).status_code == 302
    assert pair(street) == (1, 8), "vacant without a second source settles nothing"
    assert street.post(f"/paper/{stairwell.pk}/", typed).status_code == 302
    assert pair(street) == (1, 8), "the same paper twice is the same visits"
    second = {
        "on": on,
        "band": "afternoon",
        f"o-{doors['401'].pk}": "vacant_confirmed",
        f"s-{doors['401'].pk}": "neighbour",
        f"o-{doors['102'].pk}": "phone",
    }
    street.post(f"/paper/{stairwell.pk}/", second)
    assert pair(street) == (3, 8)
    gaps = street.get(f"/gaps/?scope={GRID}").content.decode()
    listed = re.findall(r'class="b" href="/doors/[^"]+">(\w+)</a>', gaps)
    assert sorted(listed) == sorted({"202", "301", "302", "501", "201"}), "number and list come from the same condition"
    assert Person.objects.filter(verified_on__isnull=False).count() == 3

    future = (clock.local_date(clock.now()) + dt.timedelta(days=2)).isoformat()
    refused = street.post(f"/paper/{stairwell.pk}/", {"on": future, "band": "morning", f"o-{doors['301'].pk}": "met"})
    assert refused.status_code == 422
    assert "走访时间在将来，没有记" in refused.content.decode()
    assert pair(street) == (3, 8)


def test_each_line_of_paper_has_its_own_time_and_keeps_what_was_typed_where_it_was_refused(street: Client) -> None:
    stairwell = Stairwell.objects.get(building__key="5", key="1")
    doors = {d.room: d.pk for d in Dwelling.objects.filter(stairwell=stairwell)}
    on = last_working_morning().isoformat()
    shown = street.get(f"/paper/{stairwell.pk}/").content.decode()
    assert "<th>时段</th>" in shown and f'name="b-{doors["101"]}"' in shown
    typed = {
        "on": on,
        "band": "afternoon",
        f"o-{doors['101']}": "no_answer",
        f"b-{doors['101']}": "morning",
        f"o-{doors['102']}": "no_answer",
        f"b-{doors['102']}": "",
        f"o-{doors['201']}": "no_answer",
        f"b-{doors['201']}": "evening",
    }
    assert street.post(f"/paper/{stairwell.pk}/", typed).status_code == 302
    bands = {room: Target.objects.get(entity=doors[room]).bands for room in ("101", "102", "201")}
    assert bands == {"101": ["morning"], "102": ["afternoon"], "201": ["evening"]}

    future = (clock.local_date(clock.now()) + dt.timedelta(days=2)).isoformat()
    late = {
        "on": future,
        "band": "morning",
        f"o-{doors['401']}": "vacant_confirmed",
        f"b-{doors['401']}": "evening",
        f"s-{doors['401']}": "neighbour",
    }
    refused = street.post(f"/paper/{stairwell.pk}/", late)
    assert refused.status_code == 422
    line = refused.content.decode().split(f'data-door="{doors["401"]}"')[1].split("</tr>")[0]
    kept = [part.split('"')[0] for part in line.split('value="') if " selected" in part.split(">")[0]]
    assert kept == ["vacant_confirmed", "evening", "neighbour"]


def test_quiet_hours_are_refused_and_a_day_visit_is_recorded(street: Client) -> None:
    door = Dwelling.objects.get(room="301")
    day = last_working_morning()
    night = street.post(f"/visits/dwelling/{door.pk}/", {"at": f"{day}T21:00", "outcome": "met"}, follow=True)
    assert "不上门，没有记" in night.content.decode()
    assert Target.objects.get(entity=door.pk).state == "remaining"
    street.post(f"/visits/dwelling/{door.pk}/", {"at": f"{day}T10:00", "outcome": "met"})
    assert Target.objects.get(entity=door.pk).state == "visited"
    other, again = Dwelling.objects.get(room="302"), day + dt.timedelta(days=2)

    def put_off(until: str) -> str:
        asked = {"at": f"{day}T10:00", "outcome": "postponed", "revisit_at": until}
        return street.post(f"/visits/dwelling/{other.pk}/", asked, follow=True).content.decode()

    assert "这段时间不上门，没有记" in put_off(f"{again}T21:00")
    assert "已保存" in put_off(f"{again}T19:00")
    listed = street.get(f"/gaps/?scope={GRID}").content.decode()
    assert f"{again.month}月{again.day}日 19:00 去，居民约好的" in listed and "约好回访 1" in listed


def test_a_correction_needs_good_values_and_a_reason(street: Client) -> None:
    person = Person.objects.get(name="韩书言")
    bad = street.post(
        f"/correct/person/{person.pk}/", {"id_no": "12019919800101", "phone": "12012345699", "reason": "看过证件"}
    )
    assert bad.status_code == 422
    assert "应是 18 位，这里是 14 位" in bad.content.decode()
    assert Person.objects.get(pk=person.pk).unseal("phone").endswith("5673"), "nothing of it was stored"
    street.post(f"/correct/person/{person.pk}/", {"id_no": id_no(13), "reason": "看过证件"})
    assert Person.objects.get(pk=person.pk).unseal("id_no") == id_no(13)
    assert id_no(13) not in street.get(f"/people/{person.pk}/").content.decode()


def test_a_full_number_takes_a_reason_that_stands_on_the_persons_page(street: Client) -> None:
    person = Person.objects.get(name="程望舒")
    refused = street.post(f"/reveal/person/{person.pk}/id_no/", {"reason": ""}, follow=True)
    assert id_no(11) not in refused.content.decode()
    shown = street.post(f"/reveal/person/{person.pk}/id_no/", {"reason": "办理停水通知"})
    assert id_no(11) in shown.content.decode()
    assert "办理停水通知" in street.get(f"/people/{person.pk}/").content.decode()


def test_a_second_ledger_asks_and_the_decision_can_be_taken_back(street: Client) -> None:
    later = [
        PEOPLE[0],
        ["海河花园", "5号楼", "1单元", "101", "程望舒", "男", id_no(11), "1980.1.1", "12099999999", "常住", "汉"],
    ]
    confirm(street, upload(street, workbook("复核台账", later)))
    asked = Difference.objects.get(field="phone", state="open")
    assert "*******9999" in street.get("/differences/").content.decode()
    street.post(f"/differences/{asked.pk}/decide/", {"decision": "accept"})
    assert Person.objects.get(name="程望舒").unseal("phone").endswith("9999")
    street.post(f"/differences/{asked.pk}/undo/")
    assert Person.objects.get(name="程望舒").unseal("phone").endswith("5671")
    wrong = street.post(f"/differences/{asked.pk}/decide/", {"decision": "burn"}, follow=True)
    assert "只能采用、保留或送上门核实" in wrong.content.decode()


def test_striking_off_lowers_nothing_until_a_second_person_agrees(street: Client, sign_in: SignIn) -> None:
    door = Dwelling.objects.get(room="302")
    street.post(
        f"/ends/dwelling/{door.pk}/", {"reason": "已拆除", "proposed": "demolished", "evidence": "demolition_notice"}
    )
    assert pair(street)[1] == 8
    recheck = Recheck.objects.get()
    mine = street.post(f"/rechecks/end/{recheck.pk}/", {"confirmed": "1", "note": "去看过"}, follow=True)
    assert "提出的人不能自己复核" in mine.content.decode()
    assert pair(street)[1] == 8
    sign_in(Role.COMMUNITY_LEAD, COMMUNITY).post(f"/rechecks/end/{recheck.pk}/", {"confirmed": "1", "note": "去看过"})
    assert pair(street)[1] == 7


def test_search_finds_inside_the_area_only_and_masks_for_the_street(street: Client, sign_in: SignIn) -> None:
    for typed in ("程望舒", "望舒", "cheng wang shu", id_no(11), "12012345671"):
        counted = street.post("/search/", {"q": typed}, follow=True).content.decode()
        assert "程望舒" in counted, typed
    assert "5号楼 1单元 301" in street.post("/search/", {"q": "5-1-301"}, follow=True).content.decode()
    stranger = sign_in(Role.GRID_WORKER, f"{COMMUNITY}002")
    assert "没有查到" in stranger.post("/search/", {"q": "程望舒"}).content.decode()
    centre = sign_in(Role.STREET_CENTRE, "120105001").post("/search/", {"q": "程望舒"}, follow=True).content.decode()
    assert "程**" in centre
    assert "程望舒</" not in centre


def test_lists_ask_the_same_number_of_queries_for_more_rows(street: Client) -> None:
    def n_queries(url: str) -> int:
        street.get(url)
        with CaptureQueriesContext(connection) as asked:
            assert street.get(url).status_code == 200
        return len(asked)

    building = Stairwell.objects.get(building__key="5", key="1").building_id
    urls = [f"/gaps/?scope={GRID}", f"/buildings/{building}/", f"/board/{COMMUNITY}/", "/differences/", "/imports/"]
    before = {url: n_queries(url) for url in urls}
    more = [
        DOORS[0],
        *[
            [GRID, "海河花园", "5号楼", "1单元", f"{f}0{n}", "有人住", "自住", ""]
            for f in range(6, 12)
            for n in (1, 2, 3)
        ],
    ]
    confirm(street, upload(street, workbook("补充房屋", more)))
    after = {url: n_queries(url) for url in urls}
    assert {url: after[url] - before[url] for url in urls} == dict.fromkeys(urls, 0)


def test_numbers_lie_in_no_table_in_the_clear(street: Client) -> None:
    numbers = [id_no(11), id_no(2, "19500203"), id_no(4), "12012345671", "12012345673"]
    assert StagedRow.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND data_type IN ('text', 'character varying', 'jsonb', 'json', 'ARRAY')"
        )
        for table, column in cursor.fetchall():
            for number in numbers:
                cursor.execute(f'SELECT count(*) FROM "{table}" WHERE "{column}"::text LIKE %s', [f"%{number}%"])
                assert cursor.fetchone() == (0,), (table, column)
