"""Small workbooks written the way offices write them; impossible identifiers only."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter

from gridwalk.method import idcards

Merge = tuple[int, int, int, int, object]
PERSON = ["楼栋", "单元", "室号", "姓名", "与户主关系", "身份证号", "联系电话"]


def id_no(serial: int, born: str = "19800101") -> str:
    """A valid number of an area that does not exist; ``serial`` 0–999, odd for a man."""
    first17 = f"120199{born}{serial:03d}"
    return first17 + idcards.checksum(first17)


def phone(n: int) -> str:
    """A mobile number nobody can have."""
    return f"120{n:08d}"


def person(n: int, **changed: object) -> list[Any]:
    """A row under ``PERSON``; ``changed`` by field."""
    values: dict[str, object] = {
        "building": "5号楼",
        "stairwell": "2单元",
        "room": f"{n}01",
        "name": f"王{'一二三四五六七八九'[n % 9]}",
        "relation": "户主",
        "id_no": id_no(n),
        "phone": phone(n),
    }
    return list({**values, **changed}.values())


def xlsx(
    sheets: Mapping[str, Sequence[Sequence[object]]], *, merges: Sequence[Merge] = (), hidden: Sequence[str] = ()
) -> bytes:
    """A workbook; ``merges`` (top, left, bottom, right, value) 0-based go to the first sheet."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    for index, (name, rows) in enumerate(sheets.items()):
        sheet = book.add_worksheet(name)
        for row_no, row in enumerate(rows):
            sheet.write_row(row_no, 0, row)
        if index == 0:
            for top, left, bottom, right, value in merges:
                sheet.merge_range(top, left, bottom, right, value)
        if name in hidden:
            sheet.hide()
    book.close()
    return out.getvalue()
