"""``gridwalk fill`` as people run it: a department's blank, a community's ledgers, no data directory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from gridwalk.ledger.tests import books
from tests.harness import commands
from tests.harness.commands import Run

# Each asks a process of its own, which reads every file in a child.
pytestmark = pytest.mark.slow
HEADER = [
    "序号",
    "姓名",
    "性别（1男2女）",
    "身份证号",
    "年龄",
    "联系电话",
    "与户主关系",
    "现住址",
    "民族",
    "工装尺码",
    "身份证后四位",
]
LEDGER = ["姓名", "与户主关系", "身份证号", "联系电话", "性别", "居住类别", "地址", "人员状态"]
DOOR = "林古里5号楼2单元301"
WANG, LI, MING = books.id_no(1, "19400302"), books.id_no(2, "19461231"), books.id_no(3, "19470101")
ZHAO, QIAN = books.id_no(5, "19300101"), books.id_no(7, "19310101")


@pytest.fixture(scope="module")
def gridwalk() -> Iterator[Run]:
    """``gridwalk(folder, "fill", …)``: the finished process."""
    with commands.on_files() as run:
        yield run


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A blank with two rows drawn, a total and a line for signatures; a ledger of five persons."""
    blank(tmp_path / "空表.xlsx")
    ledger(
        tmp_path / "台账.xlsx",
        ["王伟", "户主", WANG, books.phone(5), "男", "常住", DOOR, ""],
        ["李芳", "妻", LI, books.phone(6), "女", "常住", DOOR, ""],
        ["王小明", "子", MING, "", "男", "常住", DOOR, ""],
        ["赵大", "户主", ZHAO, "", "男", "常住", DOOR, "去世"],
        ["钱二", "户主", QIAN, "", "男", "常住", DOOR, ""],
    )
    return tmp_path


def blank(target: Path, *, written: str = "", title: str = "80周岁以上老人花名册") -> None:
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet("附件1")
    look = book.add_format({"border": 1})
    sheet.merge_range("A1:K1", title)
    sheet.write("A2", "制定机关：某区民政局")
    sheet.write("H2", "请于2026年12月25日前报送")
    sheet.write_row("A3", HEADER, look)
    for row in (3, 4):
        for column in range(len(HEADER)):
            sheet.write_blank(row, column, None, look)
    if written:
        sheet.write_row("A4", [1, written, "", "", "", "", "", "某处", "", "38"], look)
    sheet.data_validation("G4:G5", {"validate": "list", "source": ["户主", "配偶", "其他"]})
    sheet.write("A6", "合计")
    sheet.write_formula("E6", "=MAX(E4:E5)")
    sheet.write("A7", "填表人：")
    book.close()


def ledger(target: Path, *rows: list[str]) -> None:
    target.write_bytes(books.xlsx({"甲": [LEDGER, *rows]}))


def cells(target: Path) -> list[list[Any]]:
    sheet: Any = openpyxl.load_workbook(target)["附件1"]
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]


def test_a_blank_is_filled_in_its_own_file_and_every_column_and_row_is_told_of(gridwalk: Run, files: Path) -> None:
    who = ("--who", "现住本社区，满 80 周岁", "--on", "2026-12-31")
    done = gridwalk(files, "fill", "空表.xlsx", "台账.xlsx", *who, "--out", "填好.xlsx", "--json")
    assert done.returncode == 0, done.stderr
    filled = cells(files / "填好.xlsx")
    assert filled[:3] == [
        [1, "王伟", "1", WANG, 86, books.phone(5), "户主", DOOR, None, None, WANG[-4:]],
        [2, "李芳", "2", LI, 80, books.phone(6), None, DOOR, None, None, LI[-4:]],
        [3, "钱二", "1", QIAN, 95, None, "户主", DOOR, None, None, QIAN[-4:]],
    ], "王小明 is 79 on that day, 赵大 has died"
    assert [row[0] for row in filled[3:]] == ["合计", "填表人："]
    assert filled[3][4] == "=MAX(E4:E6)"
    report = json.loads(done.stdout)
    form = report["blank"]
    assert (form["title"], form["due"], form["marks"]) == (
        "80周岁以上老人花名册",
        "2026年12月25日前",
        {"制定机关": "某区民政局"},
    )
    assert (form["header"], form["drawn"], form["below"]) == ([3, 3], [4, 5], [6, 7])
    means = {column["column"]: column["means"] for column in report["columns"]}
    assert (means["A"], means["E"], means["I"], means["J"]) == ("序号", "推算", "不收", "不归我们填")
    assert report["gaps"] == [
        {"row": 5, "column": "G", "why": "下拉选项里没有这个值"},
        {"row": 6, "column": "F", "why": "台账里没有，或读不出来"},
    ]
    assert (report["n_persons"], report["n_gone"], report["questions"]) == (3, 1, [])


def test_old_rows_and_unsure_columns_are_asked_and_an_answer_settles_them(gridwalk: Run, files: Path) -> None:
    blank(files / "旧.xlsx", written="张三")
    ask = ("fill", "旧.xlsx", "台账.xlsx", "--on", "2026-12-31", "--who", "女", "--out", "填好.xlsx")
    done = gridwalk(files, *ask)
    assert done.returncode == 2
    assert "第 4 行已经有内容" in done.stderr
    assert not (files / "填好.xlsx").exists()
    answers = {"已有内容": "清空", "列": {"H": "不填", "I": "姓名", "J": "电话"}}
    (files / "答复.json").write_text(json.dumps(answers), "utf-8")
    done = gridwalk(files, *ask, "--answers", "答复.json")
    assert done.returncode == 0, done.stderr
    row = cells(files / "填好.xlsx")[0]
    assert row == [1, "李芳", "2", LI, 80, books.phone(6), None, None, None, books.phone(6), LI[-4:]]


def test_a_column_of_somebody_else_or_of_another_meaning_is_not_filled(gridwalk: Run, files: Path) -> None:
    texts = ["姓名", "身份证号", "监护人电话", "银行卡号", "年龄段", "人员类别", "身份证号前六位", "户籍地址"]
    (files / "列.xlsx").write_bytes(books.xlsx({"附件1": [["老人名册"], texts, [], ["合计", ""]]}))
    done = gridwalk(files, "fill", "列.xlsx", "台账.xlsx", "--out", "填好.xlsx", "--json")
    assert done.returncode == 0, done.stderr
    means = [column["means"] for column in json.loads(done.stdout)["columns"]]
    assert means == ["字段", "字段", "不归我们填", "不收", "不归我们填", "要问", "不归我们填", "字段"]


def test_what_two_ledgers_say_differently_and_who_is_unsure_is_left_empty(gridwalk: Run, files: Path) -> None:
    ledger(
        files / "二.xlsx",
        ["王伟", "户主", WANG, books.phone(9), "男", "常住", DOOR, ""],
        ["孙三", "户主", books.id_no(8, "19350101"), "", "", "", DOOR, ""],
    )
    words = ("--who", "男，现住或户籍在本社区", "--on", "2026-12-31", "--out", "填好.xlsx", "--json")
    done = gridwalk(files, "fill", "空表.xlsx", "台账.xlsx", "二.xlsx", *words)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert cells(files / "填好.xlsx")[0][:6] == [1, "王伟", "1", WANG, 86, None]
    assert {"row": 4, "column": "F", "why": "几份台账写的不一样，或和证件号对不上"} in report["gaps"]
    assert report["questions"] == ["台账里看不出 1 人是否符合条件，没有填：二.xlsx 甲 第 3 行"]


def test_what_contradicts_a_number_and_a_passport_under_identity_cards_are_left_empty(
    gridwalk: Run, files: Path
) -> None:
    heads = ["姓名", "证件号码", "出生日期", "性别"]
    people = [["王伟", WANG, "1950-01-01", "女"], ["约翰", "护照E12345678", "1940-01-01", "男"]]
    (files / "证.xlsx").write_bytes(books.xlsx({"甲": [heads, *people]}))
    asked = ["姓名", "性别", "出生日期", "老人年龄", "身份证号", "身份证后四位", "证件号码"]
    (files / "空.xlsx").write_bytes(books.xlsx({"附件1": [["老人名册"], [], asked, [], ["合计", ""]]}))
    (files / "答复.json").write_text(json.dumps({"列": {"G": "证件号"}}), "utf-8")
    words = ("--on", "2026-12-31", "--answers", "答复.json", "--out", "填好.xlsx", "--json")
    done = gridwalk(files, "fill", "空.xlsx", "证.xlsx", *words)
    assert done.returncode == 0, done.stderr
    assert cells(files / "填好.xlsx")[:2] == [
        ["王伟", None, None, None, WANG, WANG[-4:], WANG],
        ["约翰", "男", "1940-01-01", 86, None, None, "护照 E12345678"],
    ], "王伟's number says a man born in 1940; a passport is no identity card"
    why = {(gap["row"], gap["column"]): gap["why"] for gap in json.loads(done.stdout)["gaps"]}
    assert why[4, "B"] == why[4, "C"] == why[4, "D"] == "几份台账写的不一样，或和证件号对不上"
    assert why[5, "E"] == why[5, "F"] == "台账里是别的证件，不是身份证号"


def test_none_of_last_years_rows_stays_beside_the_new_ones(gridwalk: Run, files: Path) -> None:
    heads = ["序号", "姓名", "身份证号", "现住址"]
    few, more = [2, "李四", "", ""], [3, "赵六", "", "单位宿舍3号楼"]
    old = [[1, "张三", "", "某处"], few, more]
    for name, *rows in (("旧", *old, ["合计"]), ("分", *old, ["小计"], more, ["合计"])):
        (files / f"{name}.xlsx").write_bytes(books.xlsx({"附件1": [["老人名册"], heads, *rows]}))
    (files / "答复.json").write_text(json.dumps({"已有内容": "清空"}), "utf-8")
    words = ("台账.xlsx", "--who", "女", "--answers", "答复.json", "--out", "填好.xlsx")
    done = gridwalk(files, "fill", "旧.xlsx", *words)
    assert done.returncode == 0, done.stderr
    sheet: Any = openpyxl.load_workbook(files / "填好.xlsx")["附件1"]
    assert [row for row in sheet.iter_rows(min_row=3, values_only=True) if any(row)] == [
        (1, "李芳", LI, DOOR),
        ("合计", None, None, None),
    ]
    (files / "填好.xlsx").unlink()
    done = gridwalk(files, "fill", "分.xlsx", *words)
    assert (done.returncode, "第 6 行像合计或说明，第 7 行又像是人" in done.stderr) == (2, True), done.stderr
    assert not (files / "填好.xlsx").exists()


def test_a_formula_in_some_of_the_rows_is_not_lost_nor_taken_for_a_note(gridwalk: Run, files: Path) -> None:
    for name, formulas in (("全", (3, 4)), ("半", (3,))):
        book = xlsxwriter.Workbook(files / f"{name}.xlsx")
        sheet = book.add_worksheet("附件1")
        sheet.write_row("A1", ["老人名册"])
        sheet.write_row("A2", [*HEADER, "加倍"])
        sheet.write_column("A3", [1, 2])  # numbered rows, of which the first is no second row of headings
        for row in formulas:
            sheet.write_formula(f"L{row}", f"=A{row}*2", None, 0)
        sheet.write("A5", "合计")
        book.close()
    done = gridwalk(files, "fill", "全.xlsx", "台账.xlsx", "--out", "填好.xlsx")
    assert done.returncode == 0, done.stderr
    sheet = openpyxl.load_workbook(files / "填好.xlsx")["附件1"]
    assert [sheet[f"L{row}"].value for row in range(3, 7)] == ["=A3*2", "=A4*2", "=A5*2", "=A6*2"]
    done = gridwalk(files, "fill", "半.xlsx", "台账.xlsx", "--out", "半填.xlsx")
    assert (done.returncode, "L 列有的行有公式，第 4 行没有" in done.stderr) == (2, True), done.stderr


def test_what_cannot_be_filled_is_refused_with_the_way_out(gridwalk: Run, files: Path) -> None:
    asked = ["姓名", "性别", "出生日期", "基本情况", "", "身份证后四位", "证件号码"]
    rows = [["老人名册"], asked, ["", "", "", "年龄", "身份证号"], [], ["合计"]]
    (files / "两行.xlsx").write_bytes(books.xlsx({"附件1": rows}))
    blank(files / "不收.xlsx", title="社区矫正人员花名册")
    (files / "图.xlsx").write_bytes(b"\x89PNG\r\n\x1a\n")
    for name, *words, says in (
        ("空表.xlsx", "--who", "满80周岁", "请加上 --on"),
        ("空表.xlsx", "--who", "高个子", "可以写：满 80 周岁"),
        ("空表.xlsx", "--on", "明天", "不是日期"),
        ("不收.xlsx", "不收的名单"),
        ("两行.xlsx", "第 3 行也像表头"),
        ("图.xlsx", "请向发表的单位要 xlsx"),
        ("台账.xlsx", "已经有内容"),
    ):
        done = gridwalk(files, "fill", name, "台账.xlsx", *words, "--out", "填好.xlsx")
        assert (done.returncode, says in done.stderr) == (2, True), (name, done.stderr)
        assert not (files / "填好.xlsx").exists()
    (files / "无别.xlsx").write_bytes(books.xlsx({"甲": [["姓名", "身份证号"], ["王伟", WANG]]}))
    for out, *words, says in (
        ("填好.csv", "台账.xlsx", "请以 .xlsx 结尾"),
        ("填好.xlsx", "无别.xlsx", "--who", "女", "无别.xlsx 甲 第 2 行。没有别的人可填，没有写"),
    ):
        done = gridwalk(files, "fill", "空表.xlsx", *words, "--out", out)
        assert (done.returncode, says in done.stderr, (files / out).exists()) == (2, True, False), done.stderr
    done = gridwalk(files, "fill", "空表.xlsx", "台账.xlsx", "--out", "台账.xlsx")
    assert (done.returncode, "写了会盖掉" in done.stderr) == (2, True)
