"""Numbers of other papers than a citizen's card: from a ledger, in the form, found, looked at, checked, told apart."""

from __future__ import annotations

import html

import pytest
from django.test import Client

from gridwalk.core.models import Change
from gridwalk.core.outward import outward
from gridwalk.reconcile.models import Import
from gridwalk.registry import columns
from gridwalk.registry.models import Difference, Dwelling, Person
from tests.harness.campaign import DOORS, confirm, id_no, move_in, upload, workbook

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
HEADER = ["小区", "楼号", "单元", "室号", "姓名", "性别", "出生日期", "证件类型", "证件号码"]
PASSPORT = "护照 E12345678"


def row(name: str, paper: str, number: str, room: str = "101") -> list[str]:
    return ["海河花园", "5号楼", "1单元", room, name, "女", "1980-01-01", paper, number]


def person(name: str) -> Person:
    return Person.objects.get(name=name)


def number(name: str) -> str:
    return str(columns.read(person(name), "id_no"))


def shown(client: Client, path: str) -> str:
    return html.unescape(client.get(path).content.decode())


@pytest.fixture
def office(lead: Client) -> Client:
    confirm(lead, upload(lead, workbook("房屋台账", DOORS)))
    ledger = [HEADER, row("玛丽", "护照", "e1234 5678"), row("程望舒", "居民身份证", id_no(2, "19800101"))]
    done = confirm(lead, upload(lead, workbook("实有人口台账", ledger)))
    assert (done.state, done.n_created, done.n_faulty) == ("done", 2, 0)
    return lead


def test_a_passport_is_kept_sealed_with_its_paper_masked_and_shown_for_a_reason(office: Client) -> None:
    mary = person("玛丽")
    assert number("玛丽") == PASSPORT and "E12345678" not in str(mary.__dict__)
    assert (mary.sex, str(mary.born_on)) == ("female", "1980-01-01"), "the row's own: no number says otherwise"
    page = shown(office, f"/people/{mary.pk}/")
    assert "护照 ************" in page and "E1234" not in page
    assert "身份证 未核" in shown(office, f"/people/{person('程望舒').pk}/")
    path = f"/reveal/person/{mary.pk}/id_no/"
    assert "E12345678" not in html.unescape(office.post(path, {"reason": "看"}, follow=True).content.decode())
    assert PASSPORT in html.unescape(office.post(path, {"reason": "本人要求核对护照"}).content.decode())
    change = Change.objects.get(entity=mary.pk, field=Change.WHOLE)
    assert "E12345678" not in str(change.new)


def test_the_same_paper_with_the_same_number_is_the_same_person(office: Client) -> None:
    again = [
        HEADER,
        row("玛丽", "414", "E12345678"),
        row("约翰", "护照", "E12345679"),
        row("安娜", "军官证", "E12345678"),
    ]
    done: Import = confirm(office, upload(office, workbook("实有人口台账", again)))
    assert (done.n_created, Person.objects.count()) == (2, 4)
    assert number("安娜") == "军官证 E12345678", "another paper, another person"


def test_the_form_takes_a_number_with_its_paper_and_refuses_one_that_is_none(office: Client) -> None:
    path = f"/correct/person/{person('程望舒').pk}/"
    assert '<option value="passport"' in shown(office, path)
    form = {"paper": "passport", "id_no": id_no(2), "reason": "看了护照"}
    assert "不像护照的号码" in html.unescape(office.post(path, form).content.decode())
    office.post(path, form | {"id_no": "G12345678"})
    assert number("程望舒") == "护照 G12345678"
    office.post(path, {"paper": "citizen", "id_no": id_no(2), "reason": "看了身份证"})
    assert number("程望舒") == id_no(2)
    office.post(path, {"paper": "passport", "id_no": "E12345678", "reason": "看了护照"})
    assert Difference.objects.get(state="open", field="id_no").why == "number_taken", "Mary has it"


def test_somebody_moves_in_by_a_named_paper_and_is_found_by_the_bare_number(office: Client) -> None:
    door = Dwelling.objects.get(room="102")
    refused = office.post(
        f"/daily/moved_in/dwelling/{door.pk}/",
        {"name-0": "大卫", "id_no-0": "H12345678", "residence_kind": "tenant", "told": "self"},
    )
    assert "请写明证件类型" in html.unescape(refused.content.decode())
    move_in(office, door.pk, "大卫", "tenant", id_no="回乡证H12345678")
    assert number("大卫") == "港澳居民来往内地通行证 H12345678"
    for typed in ("H12345678", "h1234567802", "港澳通行证 H12345678"):
        found = html.unescape(office.post("/search/", {"q": typed}, follow=True).content.decode())
        assert f"/people/{outward(person('大卫').pk)}/" in found, typed


def test_a_card_of_another_paper_is_compared_by_the_server(office: Client) -> None:
    mary = person("玛丽")

    def checked(typed: str) -> str:
        return office.post(f"/people/{mary.pk}/card/", {"number": typed}, follow=True).content.decode()

    assert "一致：和登记的号码一样" in checked("e1234 5678"), "of the paper on record"
    assert "不一致" in checked("军官证 E12345678")
    assert "不一致" in checked(id_no(2))
    assert "也不算一次" in checked("E1")
    assert "护照 ************ 已核" in shown(office, f"/people/{mary.pk}/")
