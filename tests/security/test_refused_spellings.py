"""Some hundred spellings of what is not taken, and as many headings that offices need (``spellings.toml``): the first
are refused, however they are obscured, the second are not. ``pytest -s`` prints the rates.
"""

from __future__ import annotations

import io
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from gridwalk.dictionary import refusals
from gridwalk.ledger import read

SPELLINGS = tomllib.loads((Path(__file__).parent / "spellings.toml").read_text(encoding="utf-8"))
JUDGES: dict[str, Callable[[str], str]] = {
    "headings": refusals.heading,
    "lists": lambda name: refusals.list_of(name) or refusals.title(name),
    "values": refusals.value,
}
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
OBSCURED: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "spaced": " ".join,
    "dotted": "·".join,
    "starred": "＊".join,
    "with signs between": "🔸".join,
    "with nothing between": "\u200b".join,
    "in full width": lambda text: text.translate(FULL_WIDTH),
    "in two lines": lambda text: text if text.isascii() else f"{text[: len(text) // 2]}\n{text[len(text) // 2 :]}",
    "numbered": lambda text: f"3.{text}",
    "with a unit": lambda text: f"{text}（代码）",
    "to be filled in": lambda text: f"*{text}(必填)",
    "underlined": lambda text: f"__{text}__",
}
IN_NAMES = ("as it is", "spaced", "dotted", "in full width", "underlined")
CASES = [
    (part, group, how)
    for part, groups in SPELLINGS.items()
    for group in groups
    for how in (OBSCURED if part == "headings" else IN_NAMES)
]


@pytest.mark.parametrize(("part", "group", "how"), CASES)
def test_what_is_not_taken_is_refused_and_nothing_else_is(part: str, group: str, how: str) -> None:
    spellings = SPELLINGS[part][group].split()
    refused = {spelling for spelling in spellings if JUDGES[part](OBSCURED[how](spelling))}
    sys.stdout.write(f"{part}, {group}, {how}: {len(refused)} of {len(spellings)} refused\n")
    assert refused == (set(spellings) if group.endswith("refused") else set())


def test_there_are_enough_of_them() -> None:
    n_of = {group: len(set(SPELLINGS["headings"][group].split())) for group in SPELLINGS["headings"]}
    assert min(n_of["refused"], n_of["harmless"]) > 200, n_of
    assert min(n_of["kept_back_refused"], n_of["kept_back_harmless"]) > 130, n_of


def test_below_a_row_of_groups_a_column_is_refused_as_well() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    rows: list[list[str | None]] = [
        ["基本信息", None, None, "特殊情况", None, "民"],
        ["姓名", "楼号", "室号", "前科", "包保 帮教人", "族"],
    ]
    rows += [["程望舒", "1号楼", f"10{n}", "无", "韩书言", "汉族"] for n in range(1, 4)]
    for row in rows:
        sheet.append(row)
    sheet.merge_cells("A1:C1")
    sheet.merge_cells("D1:E1")
    out = io.BytesIO()
    book.save(out)
    columns = read.read(out.getvalue(), "人口.xlsx").sheets[0].columns
    assert {column.header for column in columns if column.how == "forbidden"} == {"前科", "包保 帮教人", "族"}
