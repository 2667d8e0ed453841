"""一张表 as lists: what each eye sees, asks and sorts by; views that are kept; files and calls of what is seen."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import re
import uuid

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gridwalk.accounts.rules import Role
from gridwalk.console.views import lists
from gridwalk.core import clock, outward
from gridwalk.core.models import AuditEntry
from gridwalk.lists.models import Export, SavedView
from gridwalk.lists.rules import Way
from gridwalk.registry.models import Dwelling, Person, Residence, by_lot
from gridwalk.registry.queries import lists as register
from tests.harness.campaign import COMMUNITY, GRID, id_no
from tests.harness.pages import text_of
from tests.harness.people import SignIn

pytestmark = pytest.mark.slow
STREET = "120105001"


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def rows(shown: str) -> list[str]:
    """The first cell of every row."""
    return re.findall(r'<td>\s*<a class="b" href="[^"]*">([^<]*)</a>', shown)


def change(client: Client, kind: str, do: str, **given: object) -> str:
    """The address that a changed view leads to."""
    answer = client.post(f"/register/{kind}/change/", {"do": do, **given})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.headers["Location"])


def view_in(address: str) -> str:
    match = re.search(r"view=([0-9a-f-]{36})", address)
    assert match, address
    return match[1]


def crowd(n_persons: int) -> None:
    """So many more people behind one door, in the order of their numbers."""
    home = Dwelling.objects.filter(status="active").order_by("walk_key")[0]
    at = clock.now()
    for n in range(n_persons):
        person = Person.objects.create(
            grid_id=home.grid_id,
            name=f"众{n}",
            name_key=f"众{n}",
            sort_key=f"zhong {n:03}",
            born_on=dt.date(1970, 1, 1) + dt.timedelta(days=n),
            created_at=at,
            source="ledger",
        )
        Residence.objects.create(
            grid_id=home.grid_id, person=person, dwelling=home, kind="lives_here", source="ledger", created_at=at
        )


def on_paper(shown: str) -> list[list[str]]:
    """The cells of each row of a printed list."""
    body = shown[shown.index("<tbody>") : shown.index("</tbody>")]
    return [re.findall(r"<td[^>]*>\s*([^<]*?)\s*</td>", row) for row in body.split("<tr>")[1:]]


def test_a_lead_asks_and_nothing_that_was_typed_stands_in_an_address(
    street: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = text(street, "/register/")
    assert rows(shown) == ["程兰因", "程望舒", "韩书言", "孟昭宁"], "in the order of pinyin"
    assert "人员状态 <b>是 在册</b>" in shown
    assert "120199************" in shown and id_no(11)[-4:] not in shown
    address = change(street, "person", "add", field="name", op="contains", value="望舒")
    assert "望舒" not in address and re.fullmatch(r"/register/person/\?scope=\d+&view=[0-9a-f-]{36}", address)
    assert rows(text(street, address)) == ["程望舒"]
    counted = text(street, address.replace("?", "total/?") + f"&shown=1&first={Person.objects.get(name='程望舒').pk}")
    assert "<b>1</b>" in counted and "/ 4 人" in counted and "第 1–1" in counted
    assert "1 户" in text_of(counted)
    assert '<span id="whole" hx-swap-oob="true">全部 1 人</span>' in counted, "what the export's button takes away"
    assert 'data-whole="1"' in counted and "全选 1 人" in text_of(counted), "from the bar, on other pages too"
    monkeypatch.setattr(register, "MOST_AT_HOME", 0)
    assert "户" not in text_of(text(street, address.replace("?", "total/?"))), "they would take longer than a total may"
    home = change(street, "person", "add", field="home", op="contains", value="海河花园5号楼1单元101")
    assert "海河" not in home and 1 <= len(rows(text(street, home))) < 4
    elsewhere = change(street, "person", "add", field="home", op="contains", value="海河花园9号楼")
    assert "没有符合条件的人员" in text(street, elsewhere)
    address = change(street, "person", "drop", view=view_in(address), nth="1")
    assert len(rows(text(street, address))) == 4
    refused = street.post(
        "/register/person/change/",
        {"do": "add", "field": "name", "op": "contains", "value": "12012345671"},
        follow=True,
    )
    assert "里不要写证件号、电话号码" in refused.content.decode()
    refused = street.post(
        "/register/person/change/", {"do": "add", "field": "born_on", "op": "older", "value": "很久"}, follow=True
    )
    assert "没有添加条件：“出生日期”要写天数，比如 180" in refused.content.decode()


def test_each_kind_has_its_list_and_its_rows_lead_to_their_pages(street: Client) -> None:
    for kind, first in {
        "dwelling": ["海河花园 5号楼 1单元 101"],
        "organization": [],
        "site": [],
        "facility": [],
        "building": ["海河花园"],
    }.items():
        assert rows(text(street, f"/register/{kind}/"))[:1] == first, kind
    building = re.search(r'href="(/buildings/[^"]+)"', text(street, "/register/building/"))
    assert building and street.get(building[1]).status_code == 200
    assert street.get("/register/elephant/").status_code == 404


def test_the_tabs_have_their_totals_from_a_request_of_their_own(street: Client, sign_in: SignIn) -> None:
    """Worked by hand from the register: all of a scope, whatever is asked, in as many queries however much there is."""
    tabs = re.search(r'hx-get="(/register/totals/[^"]+)"', text(street, "/register/dwelling/"))
    assert tabs, "the page asks for them when it is there"
    path = tabs[1].replace("&amp;", "&")
    with CaptureQueriesContext(connection) as few:
        shown = " ".join(re.sub(r"<[^>]+>", " ", text(street, path)).split())
    n_doors = Dwelling.objects.filter(grid__code__startswith=COMMUNITY).count()
    assert f"人员 4 房屋 {n_doors} 单位 0 重点场所 0 设施 0 楼栋 " in shown and n_doors > 4
    assert 'aria-current="page"' in text(street, path).split("房屋")[0].rpartition("<a")[2]
    crowd(60)
    with CaptureQueriesContext(connection) as many:
        assert "人员 64" in " ".join(re.sub(r"<[^>]+>", " ", text(street, path)).split())
    assert len(few) == len(many)
    other = sign_in(Role.COMMUNITY_LEAD, "120105001009")
    assert other.get(f"/register/totals/?scope={COMMUNITY}").status_code == 404


def test_masked_eyes_neither_sort_nor_ask_by_what_is_starred(street: Client, sign_in: SignIn) -> None:
    centre = sign_in(Role.STREET_CENTRE, STREET)
    shown = text(centre, "/register/")
    assert "程**" in shown or "程*" in shown
    assert "程望舒" not in shown and "按姓名排" not in shown and "年长的在前" not in shown
    assert "核实日期" not in shown and "住处" not in shown and "居住类别" not in shown
    assert 'data-household="' not in shown and "户" not in text_of(text(centre, "/register/person/total/"))
    people = Person.objects.filter(status="active").order_by("grid_id", by_lot())
    rows_ = [str(outward.outward(pk)) for pk in people.values_list("pk", flat=True)]
    assert re.findall(r'name="row" value="([^"]+)"', shown) == rows_
    for field, op, value in (
        ("name", "contains", "望舒"),
        ("born_on", "before", "1960-01-01"),
        ("verified_on", "older", "10"),
        ("residence_kind", "is", "tenant"),
        ("registered_address", "contains", "天津"),
    ):
        answer = centre.post(
            "/register/person/change/", {"do": "add", "field": field, "op": op, "value": value}, follow=True
        )
        assert "不能这样筛选" in answer.content.decode(), field
    assert change(centre, "person", "sort", sort="oldest")
    assert "年长的在前" not in text(centre, "/register/"), "a sort that is not offered is not kept up"
    presence = text(centre, change(centre, "dwelling", "add", field="owner_name", op="has_not"))
    assert "产权人 <b>没有</b>" in presence, "whether an owner is recorded is shown to them"
    for field, op, value in (("occupancy", "is", "vacant"), ("tenure", "is", "let")):
        answer = centre.post(
            "/register/dwelling/change/", {"do": "add", "field": field, "op": op, "value": value}, follow=True
        )
        assert "不能这样筛选" in answer.content.decode(), field


def test_a_number_is_asked_for_as_a_whole_and_asking_counts_as_a_search(street: Client) -> None:
    asked = {"field": "id_no", "op": "equals"}
    address = change(street, "person", "add", **asked, value=id_no(11))
    shown = text(street, address)
    assert rows(shown) == ["程望舒"] and id_no(11) not in shown and "等于填的号码" in shown
    person = Person.objects.get(name="程望舒")
    assert AuditEntry.objects.filter(verb="number.searched", subject=person.pk).count() == 1
    kept = street.post("/register/person/keep/", {"do": "save", "view": view_in(address), "name": "他"}, follow=True)
    assert "按号码找的条件不存进视图" in kept.content.decode(), "opened again it would be asked without a line"
    assert not SavedView.objects.exclude(name="").exists()
    wrong = street.post("/register/person/change/", {"do": "add", **asked, "value": "1201"}, follow=True)
    assert "这不是一个完整的号码" in wrong.content.decode()
    for n in range(20):
        change(street, "person", "add", **asked, value=id_no(600 + n))
    assert AuditEntry.objects.filter(verb="number.missed").count() == 20
    refused = street.post("/register/person/change/", {"do": "add", **asked, "value": id_no(11)}, follow=True)
    assert "今天输入的完整号码已有 20 个查不到人" in refused.content.decode()
    saved = change(street, "person", "add", field="id_no", op="has_not")
    assert id_no(11) not in str(dict(street.session)) and rows(text(street, saved)) == [
        p.name for p in Person.objects.filter(id_no_index="", status="active").order_by("sort_key", "id")
    ]


def test_vacancy_and_letting_stay_on_the_screen_and_with_who_looks(street: Client, sign_in: SignIn) -> None:
    address = change(street, "dwelling", "add", field="occupancy", op="is", value="vacant")
    shown = text(street, address)
    assert rows(shown) == ["海河花园 5号楼 1单元 401"]
    assert (
        "只在屏幕上看，打开已记下" in shown and "data-print" not in shown and "/export/" not in shown.split("<aside")[1]
    )
    assert AuditEntry.objects.filter(verb="list.opened", scope=COMMUNITY).count() == 1
    refused = street.post("/register/dwelling/export/", {"view": view_in(address)}, follow=True)
    assert "带空房、出租的视图只在屏幕上看" in refused.content.decode()
    assert not AuditEntry.objects.filter(verb="file.exported").exists()
    street.post("/register/dwelling/keep/", {"do": "save", "view": view_in(address), "name": "空着的"})
    kept = SavedView.objects.get(name="空着的")
    refused = street.post("/register/dwelling/keep/", {"do": "share", "view": str(kept.pk)}, follow=True)
    assert "带空房、出租的视图只有自己能打开" in refused.content.decode()
    assert sign_in(Role.COMMUNITY_LEAD, COMMUNITY).get(f"/register/views/{kept.pk}/").status_code == 404


def test_a_view_is_kept_shared_and_says_what_its_reader_may_not_see(street: Client, sign_in: SignIn) -> None:
    address = change(street, "person", "add", field="born_on", op="before", value="1960-01-01")
    street.post("/register/person/keep/", {"do": "save", "view": view_in(address), "name": "老人"})
    kept = SavedView.objects.get(name="老人")
    link = f"/register/views/{kept.pk}/"
    assert rows(street.get(link, follow=True).content.decode()) == ["程兰因"]
    worker, centre = sign_in(Role.GRID_WORKER, GRID), sign_in(Role.STREET_CENTRE, STREET)
    assert worker.get(link).status_code == 404
    shared = street.post("/register/person/keep/", {"do": "share", "view": str(kept.pk)}, follow=True)
    assert "的同事能打开" in shared.content.decode()
    copied = f'<a class="btn" href="{link}"><span>复制本视图链接</span></a>'
    assert copied in shared.content.decode() and copied not in text(street, address), "of a view others may open"
    assert AuditEntry.objects.get(verb="view.shared").scope == COMMUNITY
    assert rows(worker.get(link, follow=True).content.decode()) == ["程兰因"], "in the worker's own grid"
    shown = centre.get(link, follow=True).content.decode()
    assert "按您看不到的项目筛选：出生日期" in shown and rows(shown) == [] and "1960" not in text_of(shown)
    assert "您看不到的列" in shown
    assert centre.get(f"/register/person/total/?view={kept.pk}").status_code == 404
    opened = change(centre, "person", "open", view=str(kept.pk))
    assert len(rows(text(centre, opened))) == 4
    refused = worker.post("/register/person/keep/", {"do": "remove", "view": str(kept.pk)}, follow=True)
    assert "没有删：这个视图是别人的" in refused.content.decode()
    refused = worker.post("/register/person/keep/", {"do": "unshare", "view": str(kept.pk)}, follow=True)
    assert "没有共享：这个视图是别人的" in refused.content.decode()
    street.post("/register/person/keep/", {"do": "unshare", "view": str(kept.pk)})
    assert worker.get(link).status_code == 404
    for name, why in (("", "起个名字"), ("程望舒 12012345671", "没有存：视图的名字里不要写证件号")):
        refused = street.post("/register/person/keep/", {"do": "save", "name": name}, follow=True)
        assert why in refused.content.decode()
    street.post("/register/person/keep/", {"do": "remove", "view": str(kept.pk)})
    assert not SavedView.objects.filter(name="老人").exists()


def test_columns_are_kept_for_the_next_time(street: Client, sign_in: SignIn) -> None:
    change(street, "person", "columns", column=["sex", "relation"])
    heads = re.findall(r"<th[^>]*>([^<]+)</th>", text(street, "/register/"))
    assert heads == ["姓名", "性别", "与户主关系"]
    change(street, "person", "columns", column=["sex", "relation"], up="relation")
    heads = re.findall(r"<th[^>]*>([^<]+)</th>", text(street, "/register/"))
    assert heads == ["姓名", "与户主关系", "性别"]
    other = re.findall(r"<th[^>]*>([^<]+)</th>", text(sign_in(Role.COMMUNITY_LEAD, COMMUNITY), "/register/"))
    assert "电话" in other, "everybody has their own"


def test_a_file_holds_exactly_what_is_seen_and_the_persons_list_says_so(street: Client, sign_in: SignIn) -> None:
    address = change(street, "person", "add", field="born_on", op="before", value="1960-01-01")
    answer = street.post("/register/person/export/", {"view": view_in(address)})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    heads, *cells = [[cell.value or "" for cell in row] for row in sheet.iter_rows()]
    assert heads == ["姓名", "性别", "出生日期", "证件号", "电话", "住处", "与户主关系", "核实日期"]
    assert [row[:3] for row in cells] == [["程兰因", "女", "1950-02-03"]]
    assert str(cells[0][3]).startswith("120199************")
    foot = sheet.oddFooter
    assert foot is not None and foot.left is not None and "内部资料" in str(foot.left.text)
    person = Person.objects.get(name="程兰因")
    export = Export.objects.get()
    assert export.entities == [person.pk]
    assert AuditEntry.objects.get(verb="file.exported").subject == export.pk
    looks = street.post(f"/people/{person.pk}/looks/", {"reason": "本人来问谁看过"}).content.decode()
    assert "导出了名单，里面有本人" in looks
    other = Person.objects.get(name="程望舒")
    chosen = street.post("/register/person/export/", {"row": [str(other.pk), str(uuid.uuid4())]})
    sheet = openpyxl.load_workbook(io.BytesIO(chosen.content)).active
    assert sheet is not None and [row[0].value for row in sheet.iter_rows()] == ["姓名", "程望舒"]
    given = {"view": view_in(address), "row": str(other.pk), "whole": "1"}
    whole = openpyxl.load_workbook(io.BytesIO(street.post("/register/person/export/", given).content)).active
    assert whole is not None and [row[0].value for row in whole.iter_rows()] == ["姓名", "程兰因"], "all of the view"
    centre = sign_in(Role.STREET_CENTRE, STREET)
    masked = openpyxl.load_workbook(io.BytesIO(centre.post("/register/person/export/").content)).active
    assert masked is not None
    everything = [str(cell.value) for row in masked.iter_rows() for cell in row]
    assert "程望舒" not in everything and "1950-02-03" not in everything and "有" in everything
    assert sign_in(Role.GRID_WORKER, GRID).post("/register/person/export/").status_code == 403


def test_calls_are_a_page_with_buttons_and_nothing_else(street: Client, sign_in: SignIn) -> None:
    person = Person.objects.get(name="程望舒")
    shown = street.post("/register/person/calls/", {"row": str(person.pk)}).content.decode()
    assert f'action="/dial/person/{outward.outward(person.pk)}/phone/"' in shown and "12012345671" not in shown
    assert "不打印、不导出" in shown and "没有选人" in street.post("/register/person/calls/").content.decode()
    assert sign_in(Role.STREET_CENTRE, STREET).post("/register/person/calls/").status_code == 403
    assert street.post("/register/building/calls/", {"row": str(person.pk)}).status_code == 404
    stranger = sign_in(Role.COMMUNITY_LEAD, "120105001024")
    assert stranger.post("/register/person/calls/", {"row": str(person.pk), "scope": COMMUNITY}).status_code == 404


def test_turning_pages_survives_the_way_back_and_a_row_that_is_gone(street: Client) -> None:
    crowd(120)
    for sort in ("name", "oldest", "youngest", "verified", "grid"):
        change(street, "person", "sort", sort=sort)
        pages, address = [], "/register/person/"
        while address:
            shown = text(street, address)
            pages.append(rows(shown))
            onward = re.search(r'href="(\?[^"]*after=[^"]+)"', shown)
            address = f"/register/person/{onward[1].replace('&amp;', '&')}" if onward else ""
        assert [len(page) for page in pages] == [50, 50, 24], sort
        assert len({name for page in pages for name in page}) == 124, sort
        back = re.search(r'href="(\?[^"]*before=[^"]+)"', shown)
        assert back and rows(text(street, f"/register/person/{back[1].replace('&amp;', '&')}")) == pages[1], sort
    assert rows(text(street, f"/register/person/?after={uuid.uuid4()}")) == pages[0], "gone: from the beginning"


def test_a_condition_stands_once_and_a_view_has_only_so_many(street: Client) -> None:
    view = ""
    for n in (*range(1, 20), 1):
        asked = {"field": "area_m2", "op": "most", "value": str(n), "view": view}
        view = view_in(change(street, "dwelling", "add", **asked))
    shown = text(street, f"/register/dwelling/?view={view}")
    assert shown.count("建筑面积（平方米） <b>不多于") == 19, "beside 在册; the one that was asked twice stands once"
    assert "没有符合条件的房屋。去掉一个条件再看。" in shown
    again = {"do": "add", "field": "area_m2", "op": "most", "value": "20", "view": view}
    refused = street.post("/register/dwelling/change/", again, follow=True).content.decode()
    assert "没有添加条件：一个视图最多 20 个条件，先去掉一个。" in refused


def test_three_times_the_rows_cost_the_same_queries(street: Client) -> None:
    def cost(path: str) -> int:
        text(street, path)
        with CaptureQueriesContext(connection) as asked:
            text(street, path)
        return len(asked)

    kinds = ["/register/person/?count=1", "/register/dwelling/?count=1", "/register/building/"]
    before = [cost(path) for path in kinds]
    person = Person.objects.get(name="程望舒")
    for n in range(12):
        person.pk, person.id_no_index, person.name, person._state.adding = uuid.uuid4(), "", f"众{n}", True
        person.id_no_sealed = person.phone_sealed = ""
        person.save(force_insert=True)
    assert [cost(path) for path in kinds] == before


def test_who_sees_counts_only_has_no_list_and_an_empty_street_says_what_comes_first(
    lead: Client, sign_in: SignIn
) -> None:
    assert sign_in(Role.DISTRICT_CENTRE, "120105").get("/register/").status_code == 403
    assert sign_in(Role.ADMINISTRATOR, STREET).get("/register/").status_code == 403
    assert sign_in(Role.DISTRICT_CENTRE, "120105").post("/register/person/export/").status_code == 404
    shown = text(lead, "/register/person/")
    assert "这里还没有登记人员。导入台账或上门走访之后就有了。" in shown and "没有符合条件的人员" not in shown
    assert "/print/" not in shown and "/export/" not in shown, "nothing to take away"
    assert "这里还没有登记人员" in text(lead, change(lead, "person", "drop", nth="0"))


def test_a_condition_that_nobody_meets_says_so_and_how_to_go_on(street: Client) -> None:
    address = change(street, "person", "add", field="born_on", op="before", value="1901-01-01")
    shown = text(street, address)
    assert "没有符合条件的人员。去掉一个条件再看。" in shown and "还没有登记人员" not in shown
    assert "/print/" not in shown and "/export/" not in shown
    counted = text(street, address.replace("?", "total/?") + "&shown=0")
    assert "<b>0</b>" in counted and "hx-swap-oob" not in counted, "there is no button to say it at"
    nothing = street.post("/register/person/print/", {"view": view_in(address)}).content.decode()
    assert "共 <b>0</b> 人" in nothing, "an address kept in a tab: an empty sheet that says so"


def test_people_of_a_grid_stand_in_no_order_of_their_making(street: Client, sign_in: SignIn) -> None:
    """Ids of before 0.6 sort as the ledger did, door by door: whoever sees names masked must not read it."""
    serial = uuid.UUID("019a0000-0000-7000-8000-000000000000").int
    Person.objects.bulk_create(
        Person(
            id=uuid.UUID(int=serial + n),
            grid_id=GRID,
            name=f"王{n}",
            sort_key=f"wang{n:02}",
            source="ledger",
            created_at=clock.now(),
        )
        for n in range(20)
    )
    shown = text(sign_in(Role.STREET_CENTRE, STREET), "/register/")
    listed = [outward.inward(uuid.UUID(address)) for address in re.findall(r'href="/people/([0-9a-f-]{36})/"', shown)]
    made = [pk.int - serial for pk in listed if 0 <= pk.int - serial < 20]
    assert len(made) == 20
    assert made not in (sorted(made), sorted(made, reverse=True))
    assert 5 <= sum(a < b for a, b in itertools.pairwise(made)) <= 14, "half of them, by lot"


def test_a_list_that_can_be_printed_says_its_days_in_one_piece_and_one_with_vacancy_cannot(street: Client) -> None:
    shown = text(street, "/register/person/?count=1")
    assert "/register/person/print/" in shown and re.search(r'<td class="nw">\s*\d{4}-\d\d-\d\d\s*</td>', shown)
    assert shown.count("<thead>") == 1, "the heads that each sheet repeats"
    inside = text(street, change(street, "dwelling", "add", field="occupancy", op="is", value="vacant"))
    assert "data-print" not in inside and "/print/" not in inside and 'class="sheet secret"' in inside


def test_a_view_of_any_length_is_printed_whole_and_noted_as_a_file_is(street: Client, sign_in: SignIn) -> None:
    crowd(56)
    shown = street.post("/register/person/print/").content.decode()
    assert [cells[0] for cells in on_paper(shown)[:5]] == ["程兰因", "程望舒", "韩书言", "孟昭宁", "众0"]
    assert len(on_paper(shown)) == 60 and "共 <b>60</b> 人" in shown
    assert shown.count("<thead>") == 1 and shown.count("<tfoot>") == 1, "both stand on each sheet"
    for words in ("人员名单", "人员状态 <b>是 在册</b>", "数据截至", "按姓名"):
        assert words in " ".join(shown.replace("<b\n", "<b").split()), words
    assert id_no(11)[-4:] not in shown and "120199************" in shown
    entry, export = AuditEntry.objects.get(verb="file.exported"), Export.objects.get()
    assert (entry.subject, entry.data["ending"], len(export.entities)) == (export.pk, "paper", 60)
    assert f"编号 {entry.data['number']}，内部资料" in shown
    person = Person.objects.get(name="程兰因")
    looks = street.post(f"/people/{person.pk}/looks/", {"reason": "本人来问谁看过"}).content.decode()
    assert "打印了名单，里面有本人" in looks and entry.data["number"] in looks
    address = change(street, "person", "add", field="born_on", op="before", value="1960-01-01")
    asked = street.post("/register/person/print/", {"view": view_in(address)}).content.decode()
    assert [cells[0] for cells in on_paper(asked)] == ["程兰因"] and "早于 1960-01-01" in asked
    other = Person.objects.get(name="程望舒")
    chosen = street.post("/register/person/print/", {"row": [str(other.pk)]}).content.decode()
    assert [cells[0] for cells in on_paper(chosen)] == ["程望舒"] and "选出 <b>1</b> 人" in chosen
    masked = sign_in(Role.STREET_CENTRE, STREET).post("/register/person/print/").content.decode()
    assert "程望舒" not in masked and "1950-02-03" not in masked and "程**" in masked


def test_what_may_not_be_printed_says_why_and_leaves_no_line(
    street: Client, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = change(street, "dwelling", "add", field="occupancy", op="is", value="vacant")
    inside = street.post("/register/dwelling/print/", {"view": view_in(address)}, follow=True).content.decode()
    assert "没有打印：带空房、出租的视图只在屏幕上看。去掉这些列和条件再打印。" in inside
    monkeypatch.setitem(lists.MOST_ROWS, Way.PAPER, 3)
    long = street.post("/register/person/print/", follow=True).content.decode()
    assert "没有打印：一次最多打印 3 行，先加条件或换小一些的范围，或改用导出。" in long
    assert sign_in(Role.GRID_WORKER, GRID).post("/register/person/print/").status_code == 403
    assert "打印这一页" in text(sign_in(Role.GRID_WORKER, GRID), "/register/")
    assert not Export.objects.exists() and not AuditEntry.objects.filter(verb="file.exported").exists()
    monkeypatch.setitem(lists.MOST_ROWS, Way.PAPER, 4)
    assert len(on_paper(street.post("/register/person/print/").content.decode())) == 4
