"""Whom a row means that has a name and a door and no number on record: the only one there, or it is asked."""

from __future__ import annotations

import pytest
from django.test import Client

from gridwalk.reconcile.models import Import, StagedRow
from gridwalk.registry.models import CareLabel, Difference, Dwelling, Person
from tests.harness.campaign import DOORS, confirm, id_no, upload, workbook

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
HEAD = ["小区", "楼栋", "单元", "室号", "姓名", "性别", "身份证号", "出生日期", "联系电话", "居住类别"]
AT = ["海河花园", "5号楼", "1单元"]
OLD, YOUNG, OTHER = id_no(21, "19600102"), id_no(23, "19900304"), id_no(25, "19600102")

Row = tuple[str, str, str]
"""Name, number, birth date; all of them men in room 101."""
FATHER, SON = ("周玉忠", "", "1960-01-02"), ("周玉忠", "", "1990-03-04")
BARE: Row = ("周玉忠", "", "")


def people(client: Client, *rows: Row, room: str = "101") -> Import:
    lines = [[*AT, room, name, "男", number, born_on, "", "常住"] for name, number, born_on in rows]
    return confirm(client, upload(client, workbook("实有人口台账", [HEAD, *lines])))


def on_record() -> list[tuple[str, str]]:
    """Birth dates and numbers of everybody, in the order of their births."""
    everybody = Person.objects.filter(status="active")
    return sorted((str(p.born_on or ""), p.unseal("id_no") if p.id_no_sealed else "") for p in everybody)


def codes(imported: Import) -> list[list[str]]:
    """The faults of each row that concern its name."""
    rows = StagedRow.objects.filter(of=imported).order_by("row_no", "part")
    return [[fault["code"] for fault in row.faults if fault["field"] == "name"] for row in rows]


@pytest.fixture
def doors(lead: Client) -> Client:
    confirm(lead, upload(lead, workbook("房屋台账", DOORS)))
    return lead


@pytest.mark.parametrize(
    ("ledgers", "expected"),
    [
        ([[BARE], [BARE]], [("", "")]),
        ([[BARE], [("周玉忠", OLD, "")]], [("1960-01-02", OLD)]),  # the number was wrong at first and is put right
        ([[("周玉忠", OLD, "")], [BARE]], [("1960-01-02", OLD)]),
        ([[BARE, ("周玉忠", OLD, "")]], [("1960-01-02", OLD)]),
        ([[FATHER], [("周玉忠", OLD, "")]], [("1960-01-02", OLD)]),
        ([[FATHER, SON]], [("1960-01-02", ""), ("1990-03-04", "")]),
        ([[FATHER, SON], [SON, FATHER]], [("1960-01-02", ""), ("1990-03-04", "")]),
        ([[FATHER, SON], [("周玉忠", YOUNG, "")]], [("1960-01-02", ""), ("1990-03-04", YOUNG)]),
        ([[("周玉忠", OLD, ""), ("周玉忠", YOUNG, "")], [SON]], [("1960-01-02", OLD), ("1990-03-04", YOUNG)]),
        ([[("周玉忠", OLD, ""), ("周玉忠", OTHER, "")]], [("1960-01-02", OLD), ("1960-01-02", OTHER)]),
        ([[BARE, FATHER, SON]], [("1960-01-02", ""), ("1990-03-04", "")]),
    ],
)
def test_a_row_belongs_to_the_only_one_of_its_name_at_its_door(
    doors: Client, ledgers: list[list[Row]], expected: list[tuple[str, str]]
) -> None:
    for rows in ledgers:
        people(doors, *rows)
    assert on_record() == expected
    assert not Difference.objects.filter(state="open", kind="person").exists()


@pytest.mark.parametrize("later", [BARE, ("周玉忠", id_no(27, "19600102"), "")])
def test_of_several_it_is_asked_and_the_row_is_not_taken(doors: Client, later: Row) -> None:
    people(doors, ("周玉忠", OLD, ""), ("周玉忠", YOUNG, ""))
    before = on_record()
    imported = people(doors, BARE)
    assert (on_record(), codes(imported), imported.n_refused) == (before, [["namesakes"]], 1)
    assert "看不出是哪一个" in doors.get(f"/imports/{imported.pk}/").content.decode()
    people(doors, later, room="102")
    assert len(on_record()) == 3, "at another door the name is nobody's"


def test_a_day_that_is_a_slip_is_a_difference_and_no_second_person(doors: Client) -> None:
    people(doors, FATHER)
    people(doors, ("周玉忠", "", "1960-01-20"))
    assert on_record() == [("1960-01-02", "")]
    assert Difference.objects.get(state="open", kind="person").field == "born_on"


@pytest.mark.parametrize(
    ("first", "later"),
    [(FATHER, SON), (FATHER, ("周玉忠", YOUNG, "")), (FATHER, ("周玉忠", id_no(29, "19600120"), ""))],
)
def test_who_is_taken_for_another_of_the_name_is_said_at_the_row(doors: Client, first: Row, later: Row) -> None:
    people(doors, first)
    imported = people(doors, later)
    assert (len(on_record()), codes(imported)) == (2, [["namesake_apart"]])
    assert "当作两个人登记了" in doors.get(f"/imports/{imported.pk}/").content.decode()


def test_a_label_of_care_is_given_to_the_only_one_of_the_name_else_asked(doors: Client) -> None:
    head = ["小区", "楼栋", "单元", "室号", "姓名", "关爱类别"]
    people(doors, ("周玉忠", OLD, ""), ("周玉忠", YOUNG, ""))
    people(doors, ("程望舒", OTHER, ""), room="102")
    rows = [[*AT, "101", "周玉忠", "独居老人"], [*AT, "102", "程望舒", "独居老人"]]
    imported = confirm(doors, upload(doors, workbook("重点关爱人员台账", [head, *rows])))
    assert [label.person.name for label in CareLabel.objects.all()] == ["程望舒"]
    assert (imported.kind, imported.n_refused, codes(imported)) == ("care", 1, [["namesakes"], []])
    assert Dwelling.objects.filter(status="struck_off").count() == 0
