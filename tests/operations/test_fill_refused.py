"""``gridwalk fill``: blanks and answers it cannot go by, each refused in words of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.harness.commands import Run
from tests.operations.test_fill_command import files, gridwalk

__all__ = ["files", "gridwalk"]
pytestmark = pytest.mark.slow  # a process for each refusal


def test_a_blank_of_another_shape_is_refused(gridwalk: Run, files: Path) -> None:
    def shaped(name: str, change: Any) -> None:
        book = openpyxl.load_workbook(files / "空表.xlsx")
        change(book)
        book.save(files / name)

    def several(book: Any) -> None:
        for column, heading in enumerate(("成员1姓名", "成员1身份证号", "成员2姓名", "成员2身份证号"), 8):
            book["附件1"].cell(3, column, heading)

    shaped("锁.xlsx", lambda book: setattr(book["附件1"].protection, "sheet", True))
    shaped("并.xlsx", lambda book: book["附件1"].merge_cells("A4:A5"))
    shaped("两张.xlsx", lambda book: book.copy_worksheet(book["附件1"]))
    shaped("无行.xlsx", lambda book: book["附件1"].delete_rows(4, 2))
    shaped("几人.xlsx", several)
    (files / "空表.csv").write_text("姓名,身份证号\n", "utf-8")
    for name, says in (
        ("锁.xlsx", "设了工作表保护"),
        ("并.xlsx", "像是一户一块"),
        ("两张.xlsx", "张带表头的表"),
        ("空表.csv", "空表是 csv，还填不了"),
        ("无行.xlsx", "没有留给填写的行"),
        ("几人.xlsx", "一行里要填几个人"),
    ):
        done = gridwalk(files, "fill", name, "台账.xlsx", "--out", "填好.xlsx")
        assert (done.returncode, says in done.stderr) == (2, True), (name, done.stderr)


def test_an_answer_that_names_nothing_is_refused(gridwalk: Run, files: Path) -> None:
    for written, says in (
        ("{", "不是 JSON"),
        ('{"x": 1}', "两样答复"),
        (json.dumps({"列": {"Z": "留空"}}), "列在空表里没有"),
        (json.dumps({"列": {"B": "随便"}}), "不认识。可以是"),
    ):
        (files / "答复.json").write_text(written, "utf-8")
        done = gridwalk(files, "fill", "空表.xlsx", "台账.xlsx", "--answers", "答复.json", "--out", "填好.xlsx")
        assert (done.returncode, says in done.stderr) == (2, True), (written, done.stderr)
