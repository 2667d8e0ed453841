"""A ledger of guesses is told nothing: not which number is somebody's, and to who sees rows masked no row at all."""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import openpyxl
import pytest
from django.db import transaction
from django.test import Client

from gridwalk.accounts.rules import Role
from gridwalk.core import clock
from gridwalk.reconcile.actions import applying, comparing
from gridwalk.reconcile.models import Import
from gridwalk.registry.models import CareLabel, Difference, Dwelling, HandedInNumber, Person
from tests.harness.campaign import COMMUNITY, GRID, id_no, upload, workbook
from tests.harness.people import SignIn, signed_in
from tests.journeys.test_comparing import AT_101, HEADER, compared, people

pytestmark = pytest.mark.slow
STREET = "120105001"
MEN = range(1, 1000, 2)
DAY = "同一地区、同一天出生的号码"


def guesses(serials: Any, name: str = "程望舒") -> list[list[Any]]:
    """Rows of one person, each with another number that fits."""
    return [HEADER, *([*AT_101, name, "男", id_no(n), "1980.1.1", "", "常住", "汉"] for n in serials)]


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


def cells(client: Client, path: str) -> list[str]:
    """Every cell and remark of a workbook that is handed out; none where it is not."""
    answer: Any = client.get(path)
    if answer.status_code != 200:
        return []
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    sheets = openpyxl.load_workbook(io.BytesIO(data)).worksheets
    every = [cell for sheet in sheets for row in sheet.iter_rows() for cell in row]
    return [str(cell.value) for cell in every if cell.value is not None] + [
        cell.comment.text for cell in every if cell.comment
    ]


def taken(client: Client, rows: list[list[Any]], title: str = "人口台账（猜）") -> Import:
    """An import through the pages, applied by whoever pressed the button."""
    imported = upload(client, workbook(title, rows))
    client.post(f"/imports/{imported.pk}/mapping/", {"do": "apply"})
    return applying.apply(actor=signed_in(client), at=clock.now(), imported=imported.pk)


def test_of_all_numbers_that_fit_a_birth_date_a_comparison_says_of_none_whether_it_is_somebodys(
    street: Client, actor: Any, sign_in: SignIn
) -> None:
    n_asked = Difference.objects.count()
    one = compared(street, actor, guesses(MEN))
    assert one.n_withheld == 500 and (one.n_pairs, one.n_left) == (0, 0)
    page = words(street.get(f"/comparisons/{one.pk}/"))
    assert "500 行没有核对" in page and "程望舒" not in page, "nor as missing in the file"
    told = cells(street, f"/comparisons/{one.pk}/annotated/")
    assert sum(DAY in cell for cell in told) == 500
    assert not [cell for cell in told if "相同" in cell or "不同：" in cell or "没有找到" in cell]
    assert Difference.objects.count() == n_asked
    alone = compared(street, actor, guesses([11]))
    assert alone.n_withheld == 1, "or what is not withheld would be the number"
    other_day = compared(street, actor, [HEADER, [*AT_101, "程兰因", "女", id_no(2, "19500203"), "", "", "常住", "汉"]])
    assert (other_day.n_withheld, other_day.n_pairs) == (0, 1), "other days are compared as ever"

    release = f"/comparisons/{one.pk}/release/"
    centre = sign_in(Role.STREET_CENTRE, STREET)
    assert street.post(release, {"reason": "都核过身份证"}).status_code == 403
    assert "没有放行：请写明怎么核实过" in words(centre.post(release, {"reason": "好"}, follow=True))
    assert "已放行 500 行" in words(centre.post(release, {"reason": "都核过身份证"}, follow=True))
    assert "没有要放行的行" in words(centre.post(release, {"reason": "都核过身份证"}, follow=True))
    answer = street.post(f"/comparisons/{one.pk}/again/")
    again = comparing.run(actor=actor, at=clock.now(), comparison=uuid.UUID(answer.headers["Location"].split("/")[-2]))
    assert again.n_withheld == 0 and again.n_pairs == 1
    assert compared(street, actor, guesses([11])).n_withheld == 0, "they count no longer"


def test_file_after_file_no_more_numbers_of_a_day_are_tried_than_of_an_honest_ledger(
    street: Client, actor: Any
) -> None:
    """Of this day two were brought by the ledger of the community itself; 13 more, and one that closes the day."""
    assert HandedInNumber.objects.values("day_index").distinct().count() == 2
    tried = range(101, 199, 2)
    answered = [compared(street, actor, guesses([n], name=f"任意{n}")).n_withheld == 0 for n in tried[:16]]
    assert answered == [True] * 13 + [False] * 3
    assert compared(street, actor, people()).n_withheld == 2, "the day stays closed, the others do not"


def test_an_import_of_guesses_registers_nobody_and_says_of_no_row_whether_it_is_somebodys(
    street: Client, sign_in: SignIn
) -> None:
    n_people = Person.objects.count()
    one = taken(street, guesses(MEN))
    assert (one.n_rows, one.n_refused, one.n_created, one.n_same, one.n_differences) == (500, 500, 0, 0, 0)
    assert Person.objects.count() == n_people
    page = words(street.get(f"/imports/{one.pk}/"))
    assert DAY in page and "G" in page and "没导入" in page, "at its row and column"
    care = [["姓名", "身份证号", "关爱类别"], *(["程望舒", id_no(n), "独居老人"] for n in MEN)]
    assert taken(street, care, "重点关爱名册").n_refused == 500

    release = f"/imports/{one.pk}/release/"
    own = sign_in(Role.STREET_CENTRE, STREET)
    Import.objects.filter(pk=one.pk).update(actor=signed_in(own).id)
    assert "是您自己交来的" in words(own.post(release, {"reason": "都核过身份证"}, follow=True))
    second = sign_in(Role.STREET_CENTRE, STREET)
    assert "已放行 500 行" in words(second.post(release, {"reason": "都核过身份证"}, follow=True))
    street.post(f"/imports/{one.pk}/mapping/", {"do": "apply"})
    done = applying.apply(actor=signed_in(street), at=clock.now(), imported=one.pk)
    assert (done.state, done.n_created, done.n_refused) == ("done", 499, 0)
    assert "由" in words(street.get(f"/imports/{one.pk}/")) and "都核过身份证" in words(
        street.get(f"/imports/{one.pk}/")
    )


def everything(client: Client, kind: str, pk: Any) -> str:
    """All that a ledger tells: its page, the list, the moving part, the workbook, the rate."""
    paths = [f"/{kind}/{pk}/", f"/{kind}/", f"/{kind}/{pk}/progress/", "/consistency/", "/", "/audit/"]
    pages = [words(client.get(path, follow=True)) for path in paths]
    text = " ".join([*pages, *cells(client, f"/{kind}/{pk}/annotated/")])
    text = re.sub(r"[0-9a-f-]{36}|\d+月\d+日( \d+:\d+)?|\d{6}-[0-9A-F]{8}|\d+:\d+", "·", text)
    return re.sub(r"程望[舒月]|空置|有人住|自住|出租|独居老人", "?", text)


@pytest.mark.parametrize(
    ("title", "right", "wrong"),
    [
        ("人口台账", guesses([11]), guesses([11], name="程望月")),
        (
            "房屋台账",
            [["网格编码", "小区", "楼栋", "单元", "室号", "居住状况", "使用情况"], [GRID, *AT_101, "有人住", "出租"]],
            [["网格编码", "小区", "楼栋", "单元", "室号", "居住状况", "使用情况"], [GRID, *AT_101, "空置", "自住"]],
        ),
    ],
)
def test_who_sees_rows_masked_is_told_the_same_of_a_row_that_fits_and_of_one_that_does_not(
    street: Client, sign_in: SignIn, title: str, right: list[list[Any]], wrong: list[list[Any]]
) -> None:
    Dwelling.objects.filter(room="101").update(tenure="let", occupancy="occupied")
    compared_to, imported_as = [], []
    for rows in (right, wrong):
        with undone():
            centre = sign_in(Role.STREET_CENTRE, STREET)
            file = {"file": workbook(title, rows), "scope": COMMUNITY, "source": "ledger"}
            pk = centre.post("/comparisons/upload/", file).headers["Location"].split("/")[-2]
            centre.post(f"/comparisons/{pk}/mapping/", {"do": "compare"})
            comparing.run(actor=signed_in(centre), at=clock.now(), comparison=uuid.UUID(pk))
            compared_to.append(everything(centre, "comparisons", pk))
        with undone():
            centre = sign_in(Role.STREET_CENTRE, STREET)
            imported = taken(centre, rows, title)
            assert imported.n_refused == 1 and not Person.objects.filter(name="程望月")
            imported_as.append(everything(centre, "imports", imported.pk))
    assert compared_to[0] == compared_to[1]
    assert "没有过半，不计入一致率" in compared_to[0] and "尚未比对台账" in compared_to[0]
    assert imported_as[0] == imported_as[1] and "只能办过半的台账" in imported_as[0]


@contextmanager
def undone() -> Iterator[None]:
    """A world that is undone afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_care_cannot_be_asked_by_a_row(street: Client, sign_in: SignIn) -> None:
    header = ["姓名", "身份证号", "关爱类别"]
    lanyin = ["程兰因", id_no(2, "19500203"), "独居老人"]
    three = [header, ["程望舒", id_no(11), "残疾人"], ["孟昭宁", id_no(4), "残疾人"], lanyin]
    assert taken(street, three, "重点关爱名册").n_created == 3
    told = []
    for labelled in (True, False):
        with undone():
            if not labelled:
                somebody = Person.objects.get(name="韩书言")
                CareLabel.objects.filter(person__name="程兰因").update(person=somebody)
            centre = sign_in(Role.STREET_CENTRE, STREET)
            imported = taken(centre, [header, lanyin], "重点关爱名册")
            assert imported.n_refused == 1 and CareLabel.objects.count() == 3
            told.append(everything(centre, "imports", imported.pk))
    assert told[0] == told[1]


def test_invented_rows_change_no_published_rate(street: Client, actor: Any, sign_in: SignIn) -> None:
    compared(street, actor, people())
    before = words(street.get("/consistency/"))
    assert "0 / 5" in before
    invented = [HEADER, *([*AT_101, f"任意{n}", "男", "", "1971.2.3", "", "常住", "汉"] for n in range(40))]
    thin = compared(street, actor, invented)
    assert words(street.get("/consistency/")) == before
    assert "0 / 5" in words(sign_in(Role.LEADING_GROUP, STREET).get("/consistency/"))
    page = words(street.get(f"/comparisons/{thin.pk}/"))
    assert "没有过半，不计入一致率" in page, "it is kept, and says so"


def test_half_a_community_tells_who_handed_it_in_and_sees_rows_masked_no_sum_until_a_second_person_answers(
    street: Client, sign_in: SignIn
) -> None:
    """Who may add a row reads from a sum whether it agrees; so the sums of two such files read alike."""
    centre = sign_in(Role.STREET_CENTRE, STREET)
    told = []
    at_501 = ["海河花园", "5号楼", "1单元", "501"]
    for name, number in (("孟昭宁", id_no(4)), ("任意名", id_no(8))):
        with undone():
            every = [*people(), [*at_501, name, "女", number, "19800101", "", "常住", "汉"]]
            told.append(everything(centre, "comparisons", compared(centre, signed_in(centre), every).pk))
    assert told[0] == told[1] and "等另一人放行" in told[0]
    one = compared(centre, signed_in(centre), people())
    own = f"/comparisons/{one.pk}/"
    assert "0 / 5" not in words(centre.get(own)) and "尚未比对台账" in words(centre.get("/consistency/"))
    reason = {"reason": "电话问过社区"}
    assert "是您自己交来的" in words(centre.post(f"{own}release/", reason, follow=True))
    second = sign_in(Role.STREET_CENTRE, STREET)
    assert "核实情况" in words(second.get(own))
    assert "请写明怎么核实过这份表" in words(second.post(f"{own}release/", {"reason": "好"}, follow=True))
    assert "从现在起计入一致率" in words(second.post(f"{own}release/", reason, follow=True))
    page = words(centre.get(own))
    assert "0 / 5" in page and "姓名 1" not in page, "2 of 4 on record are in it; a small number of a field is not told"
    assert "0 / 5" in words(sign_in(Role.LEADING_GROUP, STREET).get("/consistency/"))
    assert "姓名 1" not in words(centre.get("/consistency/")), "nor on the board"
    assert "程" not in page and "白露" not in page
    assert "没有逐行的结果" in page or "逐行的结果在社区书记的待办里" in page
    answer = centre.get(f"/comparisons/{one.pk}/annotated/", follow=True)
    assert "只告诉各社区的数" in words(answer) or not one.annotated
    assert "白露" in words(street.get(f"/comparisons/{one.pk}/")), "the lead decides row by row"
