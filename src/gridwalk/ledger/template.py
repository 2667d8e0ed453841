"""The workbook a ledger of a kind is filled in: headings of the dictionary, what may be written, an example; pure."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter

from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary.types import Column, Field

_TEXT = {"font_name": "宋体", "font_size": 11, "num_format": "@", "quote_prefix": True}
_PLACE = {
    "community": "幸福里",
    "grid_name": "第一网格",
    "estate": "海河花园",
    "building": "5号楼",
    "stairwell": "1单元",
}
_DOOR = {**_PLACE, "room": "101"}
EXAMPLES: Mapping[str, Mapping[str, str]] = {
    "dwelling": {
        **_DOOR,
        "usage": "住宅",
        "occupancy": "有人住",
        "tenure": "自住",
        "area_m2": "74.2",
        "owner_name": "王试甲",
        "owner_phone": "12012345678",
    },
    "person": {
        **_DOOR,
        "name": "王试甲",
        "relation": "户主",
        "id_no": "120199198001010018",
        "sex": "男",
        "born_on": "1980-01-01",
        "phone": "12012345678",
        "residence_kind": "户籍在此，住在这里",
        "registered_address": "海河花园5号楼1单元101",
    },
    "organization": {
        "name": "海河小吃店",
        "uscc": "",
        "org_kind": "个体工商户",
        "contact_name": "王试甲",
        "contact_phone": "12012345678",
        **_DOOR,
    },
    "site": {
        "name": "海河花园幼儿园",
        "site_kind": "学校幼儿园",
        "contact_name": "王试甲",
        "contact_phone": "12012345678",
        **_DOOR,
    },
    "facility": {
        "name": "1号",
        "facility_kind": "消火栓",
        "spot": "南门东侧",
        "keeper": "物业公司",
        "contact_name": "王试甲",
        "contact_phone": "12012345678",
        "interval_days": "30",
        "status": "正常",
        **_PLACE,
    },
    "care": {
        "name": "王试甲",
        "id_no": "120199198001010018",
        "phone": "12012345678",
        "category": "独居",
        "interval_days": "7",
        "starts_on": "2026-09-01",
        "consent": "",
        "consent_on": "",
        **_DOOR,
    },
}
"""Kind → the columns of its template, in their order, each with what an example writes. The people are invented."""
EXAMPLE = "填写说明"
"""The second sheet: a sentence a column, so that no cell of it is taken for a heading."""
NEVER = (
    "传上来只读第一页，这一页不读。只收上面这些列，别的列传上来也不用。",
    "一个人信什么、是哪一族、办过什么案、生什么病，都不收，请不要写。证件的图片不收。",
    "一行写一条，不合并格。",
)
"""What is never collected, in words that no refusal of a column takes for one."""
_HINTS = {Column.DATE: "写成 2026-06-01", Column.WHOLE: "写数字", Column.NUMBER: "写数字"}
FILLED = 2000
"""Rows that choose from a list."""


def workbook(kind: str) -> bytes:
    """Sheet 1: the headings, every cell text. Sheet 2: a line a column, with an example, then what may be chosen."""
    fields = [dictionary.get(kind, name) for name in EXAMPLES[kind]]
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    text = book.add_format(_TEXT)
    head = book.add_format(_TEXT | {"bold": True, "bg_color": "#E8E6E1", "border": 1})
    needed = book.add_format(_TEXT | {"bold": True, "bg_color": "#F9E6E1", "border": 1})
    rows, told = book.add_worksheet(f"{dictionary.KINDS[kind]}台账"), book.add_worksheet(EXAMPLE)
    rows.freeze_panes(1, 0)
    rows.set_column(0, len(fields) - 1, 16, text)
    told.set_column(0, 0, 60, text)
    for column, field in enumerate(fields):
        rows.write_string(0, column, field.label, needed if field.required else head)
        for at, words in enumerate((_told(field, EXAMPLES[kind][field.name]), *words_of(field))):
            told.write_string(column, at, words, text)
        if field.choices:
            rows.data_validation(1, column, FILLED, column, _choice(column, field))
    for at, words in enumerate(NEVER, start=len(fields) + 1):
        told.write_string(at, 0, words, text)
    book.close()
    return out.getvalue()


def _told(field: Field, example: str) -> str:
    """What is to be known of a column, in a sentence."""
    known = filter(None, ["要填" if field.required else "可以空着", _HINTS.get(field.column, "")])
    offered = "，从右边选" if field.choices else ""
    return f"“{field.label}”：{'，'.join(known)}{offered}{f'，例如 {example}' if example else ''}"


def words_of(field: Field) -> Sequence[str]:
    """What a column offers to choose from."""
    return [words[0] for words in field.choices.values()]


def _choice(line: int, field: Field) -> dict[str, Any]:
    """A list to choose from; other words are let through, for the reader knows many of them."""
    return {
        "validate": "list",
        "source": f"='{EXAMPLE}'!$B${line + 1}:${_letters(len(field.choices))}${line + 1}",
        "error_type": "warning",
        "error_title": field.label,
        "error_message": "这里一般从列表里选。照您写的也读，读不懂会告诉您。",
    }


def _letters(column: int) -> str:
    """The letters of a column counted from 0."""
    return (chr(64 + column // 26) if column >= 26 else "") + chr(65 + column % 26)
