"""The mask hides (red line 4): from all that an account can open without a reason, numbers are put together."""

from __future__ import annotations

import io
import re
import uuid
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gridwalk.accounts.rules import Role
from gridwalk.core import clock
from gridwalk.core.models import AuditEntry, StoredFile
from gridwalk.core.outward import outward
from gridwalk.reconcile.actions import comparing
from gridwalk.registry.models import Difference, Dwelling, Person
from gridwalk.simulate.oracle import fitting
from gridwalk.simulate.oracle.fitting import Clues
from tests.harness.campaign import COMMUNITY, GRID, id_no, workbook
from tests.harness.pages import text_of
from tests.harness.people import SignIn, signed_in
from tests.journeys.test_comparing import HEADER, compared

pytestmark = pytest.mark.slow


def words(client: Client, path: str) -> str:
    """The page as it is read: its tags left out."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


def clues(*pages: str) -> Clues:
    """What an attacker takes from pages about one person, all of it."""
    text = " ".join(pages)
    day = re.search(r"出生日期 (\d{4}-\d{2}-\d{2}|\d{4}年)", text)
    sex = "male" if "性别 男" in text else "female" if "性别 女" in text else ""
    stars = fitting.starred(text)
    return Clues(
        born=day[1] if day else "",
        sex=sex,
        id_nos=tuple(token for token in stars if len(token) == 18),
        phones=tuple(token for token in stars if len(token) == 11),
    )


def looked_at(client: Client, person: Person) -> Clues:
    door = person.residences.get().dwelling_id
    return clues(words(client, f"/people/{person.pk}/"), words(client, f"/doors/{door}/"))


def test_500_numbers_fit_what_worker_and_lead_are_shown_and_100000_what_the_street_is(
    street: Client, sign_in: SignIn
) -> None:
    person = Person.objects.get(name="程望舒")
    street.post(f"/correct/person/{person.pk}/", {"id_no": id_no(13), "phone": "12012345699", "reason": "看过证件"})
    assert "证件号改过" in words(street, f"/people/{person.pk}/"), "two numbers of one mask are not told twice"
    for client in (street, sign_in(Role.GRID_WORKER, GRID)):
        shown = looked_at(client, person)
        assert (shown.born, shown.sex, shown.id_nos) == ("1980-01-01", "male", ("120199************",))
        assert fitting.n_id_numbers(shown) == 500
        assert id_no(13) in set(fitting.id_numbers(shown))
        assert {"*******5699", "*******5671"} >= set(shown.phones)
        assert min(map(fitting.n_phones, shown.phones)) >= 10_000
    centre = sign_in(Role.STREET_CENTRE, "120105001")
    shown = looked_at(centre, person)
    assert (shown.born, shown.id_nos, shown.phones) == ("1980年", (), ())
    assert fitting.n_id_numbers(shown) == 366 * 500 >= 100_000
    page = words(centre, f"/people/{person.pk}/")
    assert "证件号 待核" in page and "电话 有" in page, "not verified at the door yet"
    assert "程望舒" not in page and "01-01" not in page and "看过证件" not in page
    nobody = sign_in(Role.LEADING_GROUP, "120105001")
    assert nobody.get(f"/people/{person.pk}/").status_code in {403, 404}


def test_the_history_of_a_door_says_that_it_was_let_only_to_who_may_see_that(street: Client, sign_in: SignIn) -> None:
    door = Dwelling.objects.get(room="101")
    street.post(f"/correct/dwelling/{door.pk}/", {"tenure": "let", "area_m2": "88.5", "reason": "看过合同"})
    own = words(street, f"/doors/{door.pk}/")
    assert "建筑面积 74.2 → 88.5" in own and "使用情况 自住 → 出租" in own and "看过合同" in own
    masked = words(sign_in(Role.STREET_CENTRE, "120105001"), f"/doors/{door.pk}/")
    assert "建筑面积 74.2 → 88.5" in masked
    assert "使用情况" not in masked and "出租" not in masked and "看过合同" not in masked


def test_opening_the_numbers_of_a_door_asks_no_more_queries(street: Client) -> None:
    def n_queries() -> int:
        street.get(f"/doors/{door.pk}/")
        with CaptureQueriesContext(connection) as asked:
            assert "*******5671" in street.get(f"/doors/{door.pk}/").content.decode()
        return len(asked)

    door = Dwelling.objects.get(room="101")
    before = n_queries()
    for n in range(3):
        line = {"name-0": f"程小{'甲乙丙'[n]}", "id_no-0": id_no(101 + 2 * n), "phone-0": f"1201234000{n}"}
        street.post(
            f"/daily/moved_in/dwelling/{door.pk}/",
            {**line, "residence_kind": "lives_here", "told": "self", "seen": "1"},
        )
    assert "程小丙" in street.get(f"/doors/{door.pk}/").content.decode()
    assert n_queries() <= before + 1


def test_no_mask_of_a_number_and_no_hash_of_a_file_lies_beside(street: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name || '.' || column_name FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND column_name ~ 'mask'"
        )
        assert cursor.fetchall() == []
    assert not hasattr(StoredFile, "sha256")


def test_the_end_of_an_id_number_takes_a_surname_or_a_door_and_a_reason_and_stands_in_the_list(
    street: Client, sign_in: SignIn
) -> None:
    person = Person.objects.get(name="程望舒")
    path, tail = "/search/id/", id_no(11)[-4:]
    assert "没有查到" in street.post("/search/", {"q": f"尾号{tail}"}).content.decode()
    for beside, reason, why in (
        ("", "card", "还要写姓"),
        ("程", "", "没有查：请选一个事由，居民能看到"),
        ("程", "想看看", "请选一个事由"),
    ):
        refused = street.post(path, {"tail": tail, "beside": beside, "reason": reason})
        assert refused.status_code == 422 and why in refused.content.decode()
    assert not AuditEntry.objects.filter(verb="number.id_tail_searched").exists()
    assert "程望舒" not in street.post(path, {"tail": tail, "beside": "王", "reason": "card"}).content.decode()
    for beside in ("程", "5号楼1单元101"):
        shown = street.post(path, {"tail": tail, "beside": beside, "reason": "card"}).content.decode()
        assert "程望舒" in shown and "5号楼 1单元 101" in shown
    assert "5671" not in text_of(shown), "name and door, no more"
    looks = street.post(f"/people/{person.pk}/looks/", {"reason": "本人到社区查询"}).content.decode()
    assert looks.count("用证件号后四位和姓（或住处）查到了本人") == 2 and "当面核对证件" in looks
    entries = AuditEntry.objects.filter(verb__startswith="number.id_tail")
    assert tail not in str(list(entries.values("verb", "scope", "kind", "data", "reason"))), "ids may hold any digits"
    for _ in range(17):
        street.post(path, {"tail": tail, "beside": "程", "reason": "list"})
    full = street.post(path, {"tail": tail, "beside": "程", "reason": "list"})
    assert full.status_code == 422 and "今天已查满 20 次" in full.content.decode()
    assert sign_in(Role.STREET_CENTRE, "120105001").get(path).status_code == 403
    stranger = sign_in(Role.COMMUNITY_LEAD, "120105001024")
    assert "没有查到" in stranger.post(path, {"tail": tail, "beside": "程", "reason": "card"}).content.decode()


@pytest.mark.parametrize("typed", ["程望舒", "程望月", "望舒", "cheng wang shu", "cws", "尾号5671"])
def test_who_sees_rows_masked_confirms_no_name_by_searching(street: Client, sign_in: SignIn, typed: str) -> None:
    centre = sign_in(Role.STREET_CENTRE, "120105001")
    with CaptureQueriesContext(connection) as asked:
        shown = centre.post("/search/", {"q": typed}).content.decode()
    by_surname = centre.post("/search/", {"q": "程"}).content.decode()
    hits = re.findall(r'href="/people/([0-9a-f-]+)/"', shown)
    if typed.startswith("程"):
        assert hits == re.findall(r'href="/people/([0-9a-f-]+)/"', by_surname) != []
        with CaptureQueriesContext(connection) as asked_otherwise:
            centre.post("/search/", {"q": "程没有这人"})
        assert len(asked) == len(asked_otherwise)
    else:
        assert hits == []
    person = Person.objects.get(name="程望舒")
    answer = centre.post("/search/", {"q": id_no(11)})
    assert answer.headers["Location"] == f"/people/{outward(person.pk)}/", "a whole number is known already"


def test_a_number_held_elsewhere_is_asked_about_and_never_told(street: Client, sign_in: SignIn) -> None:
    held, door = Person.objects.get(name="程望舒"), Dwelling.objects.get(room="201")
    worker = sign_in(Role.GRID_WORKER, f"{COMMUNITY}002")
    Person.objects.filter(name="韩书言").update(grid_id=f"{COMMUNITY}002")
    Dwelling.objects.filter(pk=door.pk).update(grid_id=f"{COMMUNITY}002")
    own = Person.objects.get(name="韩书言")
    told = worker.post(f"/correct/person/{own.pk}/", {"id_no": id_no(11), "reason": "看过证件"}, follow=True)
    assert "证件号有疑问的成了差异" in told.content.decode() and "程望舒" not in told.content.decode()
    assert Difference.objects.get(entity=own.pk, field="id_no").why == "number_taken"
    line = {"name-0": "任意名", "id_no-0": id_no(11), "residence_kind": "lives_here", "told": "self", "seen": "1"}
    kept = worker.post(f"/daily/moved_in/dwelling/{door.pk}/", line, follow=True).content.decode()
    assert "程望舒" not in kept and held.residences.filter(dwelling=door).count() == 0, "the other side is asked"
    assert Difference.objects.get(entity=held.pk, field="residence").why == "taken_over"
    looks = street.post(f"/people/{held.pk}/looks/", {"reason": "本人到社区查询"}).content.decode()
    assert looks.count("在别人的登记里填了本人的证件号") == 1 and looks.count("有人报来住在别处，用了这个证件号") == 1


def right_side(client: Client, pk: object) -> tuple[list[tuple[Any, ...]], str]:
    answer: Any = client.get(f"/comparisons/{pk}/annotated/")
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    book = openpyxl.load_workbook(io.BytesIO(data))
    text = "\n".join(str(cell.value) for sheet in book for row in sheet for cell in row if cell.value is not None)
    return list(book["仅右侧"].values)[1:], text


def test_a_ledger_of_one_row_lists_nobody_else_and_no_file_says_which_door_stands_empty(
    street: Client, sign_in: SignIn, actor: Any
) -> None:
    one = [HEADER, ["海河花园", "9号楼", "1单元", "101", "任意名", "男", "", "1971.2.3", "", "常住", "汉"]]
    listed, text = right_side(street, compared(street, actor, one).pk)
    assert listed == [] and "程望舒" not in text, "its file covers no half of the grid"
    centre = sign_in(Role.STREET_CENTRE, "120105001")
    theirs = compared(centre, signed_in(centre), one)
    assert theirs.annotated is None and centre.get(f"/comparisons/{theirs.pk}/annotated/").status_code == 404
    Dwelling.objects.filter(room="302").update(occupancy="vacant", tenure="let")
    doors = [["网格编码", "小区", "楼栋", "单元", "室号", "居住状况", "使用情况"]]
    doors += [[GRID, "海河花园", "5号楼", "1单元", f"{n}01", "有人住", "自住"] for n in (1, 2, 3)]
    doors += [[GRID, "海河花园", "5号楼", "1单元", "102", "有人住", "自住"]]
    doors += [[GRID, "海河花园", "5号楼", "1单元", "202", "有人住", "自住"]]
    answer = street.post(
        "/comparisons/upload/", {"file": workbook("房屋台账（新）", doors), "scope": COMMUNITY, "source": "ledger"}
    )
    pk = answer.headers["Location"].split("/")[-2]
    street.post(f"/comparisons/{pk}/mapping/", {"do": "compare"})
    comparing.run(actor=actor, at=clock.now(), comparison=uuid.UUID(pk))
    listed, text = right_side(street, pk)
    assert "302" in str(listed), "half of the grid is in the file"
    assert "空房" not in text and "出租" not in text


def test_a_born_child_tells_the_street_no_day(street: Client, sign_in: SignIn) -> None:
    person = Person.objects.get(name="程望舒")
    door = person.residences.get().dwelling_id
    answer = street.post(
        f"/daily/born/dwelling/{door}/",
        {
            "parent": [str(person.pk)],
            "name": "程小满",
            "sex": "female",
            "born_on": "2026-05-21",
            "registered": "here",
            "told": "self",
            "seen": "1",
        },
    )
    assert answer.status_code == 302, answer.content.decode()
    child = Person.objects.get(name="程小满")
    centre = sign_in(Role.STREET_CENTRE, "120105001")
    shown = words(centre, f"/people/{child.pk}/") + words(centre, f"/doors/{door}/")
    assert "05-21" not in shown and "5月21日" not in shown and "出生：" not in shown and "动态更新" in shown
    assert "2026-05-21" in words(street, f"/people/{child.pk}/")
    assert "出生，" not in words(street, "/audit/") + words(centre, "/audit/") + words(centre, "/audit/?of=work")
