"""``gridwalk reconcile`` and ``gridwalk check`` as people run them: processes of their own, on files, without a data
directory.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
import xlwt

from gridwalk.method import idcards
from tests.harness import commands
from tests.harness.commands import Run

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


def id_no(born: str, serial: int) -> str:
    return (stem := f"120199{born}{serial:03d}") + idcards.checksum(stem)


KING, LI, MING = id_no("19560302", 1), id_no("19581111", 2), id_no("19850707", 3)


@pytest.fixture(scope="module")
def gridwalk() -> Iterator[Run]:
    """``gridwalk(folder, "check", "a.csv")``: the finished process."""
    with commands.on_files() as run:
        yield run


@pytest.fixture
def ledgers(tmp_path: Path) -> tuple[Path, Path]:
    """A community's workbook as a clerk keeps it, and the platform's export."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "5号楼"
    sheet.append(["林古里社区常住人口台账"])
    sheet.merge_cells("A1:H1")
    sheet.append(["序号", "姓名", "与户主关系", "身份证号", "联系电话", "单元", "室号", "民族"])
    sheet.append([1, "王　伟", "户主", KING, "１２０１２３４５６７８", "2单元", "301", "汉"])
    sheet.append([2, "李芳", "配偶", float(LI[:15] + "000"), "〃", "〃", "〃", "汉"])
    sheet.append([3, "王小明(已搬离)", "子", MING, "12012345679/12012345670", "2单元", "301", "汉"])
    sheet.append([4, "=cmd|x", "户主", "不详", "不详", "1门", "一〇一", "汉"])
    sheet.append(["合计", "4人"])
    book.save(tmp_path / "左.xlsx")
    rows = [
        ["name", "id_no", "phone", "address"],
        ["王伟", KING, "12012345678", "林古里5号楼2单元301"],
        ["李方", LI, "12012345678", "林古里小区5-2-301"],
        ["王小明", MING, "12012345679", "林古里5栋2门301室"],
        ["钱七", id_no("19900101", 1), "12099999999", "林古里5号楼1单元102"],
    ]
    with (tmp_path / "平台.csv").open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows(rows)
    return tmp_path / "左.xlsx", tmp_path / "平台.csv"


def test_two_files_of_different_layout_are_compared_and_everything_asked_for_is_written(
    gridwalk: Run, ledgers: tuple[Path, Path], tmp_path: Path
) -> None:
    words = ("reconcile", "左.xlsx", "平台.csv", "--out", "差.xlsx", "--pairs", "pairs.csv", "--rows", "rows.jsonl")
    done = gridwalk(tmp_path, *words)
    assert done.returncode == 0, done.stderr
    assert "约定各项全部一致的" in done.stdout
    assert "民族" in done.stderr  # refused by name, the rest goes on without it
    assert (tmp_path / "pairs.csv").read_text().splitlines()[0] == "left_row,right_row,status,score"
    with (tmp_path / "pairs.csv").open() as file:
        pairs = {(r["left_row"], r["right_row"]): r["status"] for r in csv.DictReader(file)}
    assert pairs == {("0", "0"): "match", ("1", "1"): "match", ("2", "2"): "match"}
    rows = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text("utf-8").splitlines()]
    assert rows[0]["values"]["phone"] == "12012345678"
    assert rows[1]["faults"][0]["code"] == "damaged"
    assert (rows[6]["values"]["building"], rows[6]["values"]["stairwell"], rows[6]["values"]["room"]) == (
        "5",
        "2",
        "301",
    )
    book = openpyxl.load_workbook(tmp_path / "差.xlsx")
    assert book.sheetnames == ["5号楼", "汇总", "差异", "仅左侧", "仅右侧", "疑似同一人", "重复"]
    assert "李方" in book["5号楼"]["B4"].comment.text
    assert book["5号楼"]["B3"].comment is None
    assert [c.value for c in book["差异"][2]][4:8] == ["李芳", "姓名", "不同", "李芳"]
    assert book["仅右侧"]["C2"].value == "钱七"
    assert ((tmp_path / "差.xlsx").stat().st_mode & 0o077) == 0


def test_the_totals_can_be_read_by_a_program(gridwalk: Run, ledgers: tuple[Path, Path], tmp_path: Path) -> None:
    """3 pairs, 1 + 1 one-sided: five records, of which the Wangs of rows 1 and 3 agree on name, number,
    phone and door.
    """
    done = gridwalk(tmp_path, "reconcile", "左.xlsx", "平台.csv", "--json")
    totals = json.loads(done.stdout)
    assert (totals["n_pairs"], totals["n_left_only"], totals["n_right_only"]) == (3, 1, 1)
    assert (totals["n_equal"], totals["n_union"]) == (2, 5)
    assert totals["by_field"]["phone"] == [3, 3]
    assert totals["by_field"]["name"] == [2, 3]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("姓名,身份证号\n", "没有一行数据"),
        ("甲,乙\n1,2\n", "表头"),
        ("单位名称,统一社会信用代码\n甲店,9212010500000000XX\n", "不是一种"),
        ("", "空的"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words_with_exit_code_two(
    gridwalk: Run, ledgers: tuple[Path, Path], tmp_path: Path, content: str, complaint: str
) -> None:
    (tmp_path / "坏.csv").write_text(content, "utf-8")
    done = gridwalk(tmp_path, "reconcile", "左.xlsx", "坏.csv", "--out", "差.xlsx")
    assert done.returncode == 2
    assert complaint in done.stderr
    assert not (tmp_path / "差.xlsx").exists()
    assert gridwalk(tmp_path, "reconcile", "左.xlsx", "没有.csv").returncode == 2


@pytest.mark.parametrize(
    ("out", "complaint"), [("左.xlsx", "写了会盖掉"), ("没有/a.xlsx", "没有 没有 这个目录"), (".", "写不了")]
)
def test_a_result_is_never_written_over_a_ledger_nor_begun_where_it_cannot_end(
    gridwalk: Run, ledgers: tuple[Path, Path], tmp_path: Path, out: str, complaint: str
) -> None:
    before = ledgers[0].read_bytes()
    done = gridwalk(tmp_path, "reconcile", "左.xlsx", "平台.csv", "--out", out)
    assert (done.returncode, ledgers[0].read_bytes()) == (2, before)
    assert complaint in done.stderr
    assert not list(tmp_path.glob("*.part"))


def test_it_goes_on_when_nobody_reads_its_words_any_more(ledgers: tuple[Path, Path], tmp_path: Path) -> None:
    words = [sys.executable, "-m", "gridwalk.cli", "reconcile", "左.xlsx", "平台.csv", "--out", "差.xlsx"]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen(words, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as done:
        assert done.stdout and done.stderr
        done.stdout.close()
        assert done.wait(60) == 0, done.stderr.read()
    assert (tmp_path / "差.xlsx").exists()


def test_two_columns_for_one_field_are_said_and_not_guessed(gridwalk: Run, tmp_path: Path) -> None:
    (tmp_path / "双.csv").write_text(f"姓名,手机号,联系电话,身份证号\n王伟,12012345678,12012345679,{KING}\n", "utf-8")
    done = gridwalk(tmp_path, "check", "双.csv")
    assert done.returncode == 0
    assert "都像电话" in done.stderr


def test_a_ledger_s_own_faults_are_found_and_marked(gridwalk: Run, tmp_path: Path) -> None:
    rows = [
        "姓名,性别,出生日期,身份证号,联系电话,住址",
        f"王伟,女,1956-03-03,{KING},12012345678,林古里5号楼2单元301",
        f"王伟,男,1956-03-02,{KING},12012345678,林古里5号楼2单元301",
        f"王威,男,,{KING},,林古里5号楼2单元302",
        "李芳,女,,120199195811110021,,五号楼",
    ]
    (tmp_path / "册.csv").write_text("\n".join(rows) + "\n", "utf-8")
    done = gridwalk(tmp_path, "check", "册.csv", "--json", "--rows", "rows.jsonl", "--out", "批注.xlsx")
    faults = json.loads(done.stdout)["faults"]
    assert {
        "born_disagrees": 1,
        "sex_disagrees": 1,
        "duplicate": 1,
        "one_id_two_names": 1,
        "no_room": 1,
        "checksum": 1,
    }.items() <= faults.items()
    rows_read = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text("utf-8").splitlines()]
    assert {f["code"] for f in rows_read[0]["faults"]} == {"born_disagrees", "sex_disagrees"}
    assert "证件号" in str(
        [[c.value for c in row] for row in openpyxl.load_workbook(tmp_path / "批注.xlsx").worksheets[0].iter_rows()]
    )


def test_an_old_workbook_is_read_and_its_annotated_copy_says_that_it_was_rebuilt(gridwalk: Run, tmp_path: Path) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("房屋")
    for row, cells in enumerate(
        [["小区", "楼栋", "单元", "室号", "居住状况", "使用情况"], ["林古里", "5", "2", "301", "空置", "出租"]]
    ):
        for column, value in enumerate(cells):
            sheet.write(row, column, value)
    book.save(str(tmp_path / "房屋.xls"))
    done = gridwalk(tmp_path, "check", "房屋.xls", "--kind", "dwelling", "--out", "批注.xlsx")
    assert done.returncode == 0, done.stderr
    assert "写着空置，又写着出租" in done.stdout
    assert "重做的 xlsx" in done.stdout


FAULTY_TWICE = {
    "人口": [
        "姓名,性别,出生日期,身份证号,联系电话,楼栋,单元,室号",
        f"王伟,男,1956-03-02,{KING},12012345678,5号楼,2单元,301",
        f"王威,男,1956-03-02,{KING},12012345678,5号楼,2单元,302",
        f"王卫,男,1956-03-02,{KING},12012345678,5号楼,2单元,303",
        f"李芳,女,1958-11-11,{LI},,5号楼,2单元,301",
        f"李芳,女,1958-11-11,{LI},,5号楼,2单元,301",
        f"李芳,女,1958-11-11,{LI},,5号楼,2单元,301",
    ],
    "房屋": ["小区,楼栋,单元,室号,居住状况,使用情况", *["林古里,5号楼,2单元,301,空置,出租"] * 3],
    "单位": [
        "单位名称,统一社会信用代码,楼栋,室号",
        "甲店,91120199GW0000011Q,5号楼,101",
        "乙店,91120199GW0000011Q,5号楼,102",
        "丙店,91120199GW0000011Q,5号楼,103",
    ],
}
"""Ledgers in which each fault that quotes a row or a number stands more than once."""


@pytest.mark.parametrize("way", ["csv", "xlsx", "parquet"])
@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (
            "人口",
            ["这个电话写在 3 户，请核对"] * 3
            + ["这个证件号还写在第 2 行另一个名字下，请对照证件核对"] * 2
            + ["和第 5 行重复：证件号和姓名都相同"] * 2,
        ),
        ("房屋", ["和第 2 行重复：同一户写了两行"] * 2 + ["写着空置，又写着出租，请核对"] * 3),
        (
            "单位",
            ["这个信用代码还写在第 2 行另一个名称下，请对照执照核对"] * 2 + ["和第 2 行重复：信用代码相同"] * 2,
        ),
    ],
)
def test_a_fault_that_stands_twice_is_listed_twice(
    gridwalk: Run, tmp_path: Path, way: str, of: str, expected: list[str]
) -> None:
    rows = [line.split(",") for line in FAULTY_TWICE[of]]
    ledger = tmp_path / f"{of}.{way}"
    if way == "csv":
        ledger.write_text("\n".join(FAULTY_TWICE[of]) + "\n", "utf-8")
    elif way == "parquet":
        pl.DataFrame(rows[1:], schema=dict.fromkeys(rows[0], pl.String), orient="row").write_parquet(ledger)
    else:
        book = openpyxl.Workbook()
        sheet: Any = book.active
        for row in rows:
            sheet.append(row)
        book.save(ledger)
    done = gridwalk(tmp_path, "check", ledger.name, "--out", "批注.xlsx")
    assert done.returncode == 0, done.stderr
    assert f"{len(rows)} 行，" in done.stdout and "1 表头表尾，0 要看" in done.stdout
    faults = done.stdout.partition("要改的格子")[2].splitlines()
    listed = [line.partition("：")[2] for line in faults if " 行" in line and "：" in line]
    assert sorted(listed) == sorted(expected)
    assert (tmp_path / "批注.xlsx").exists()


def test_a_row_written_twice_is_marked_as_a_row_and_not_in_a_column_that_is_not_read(
    gridwalk: Run, tmp_path: Path
) -> None:
    line = f"李芳,{LI},5号楼,2单元,301,汉"
    (tmp_path / "册.csv").write_text(f"姓名,身份证号,楼栋,单元,室号,民族\n{line}\n{line}\n", "utf-8")
    done = gridwalk(tmp_path, "check", "册.csv")
    assert done.returncode == 0, done.stderr
    assert "Sheet1 第 3 行：和第 2 行重复：证件号和姓名都相同" in done.stdout
