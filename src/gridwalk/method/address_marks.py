"""An address with the marks and characters that the patterns know, whatever was typed for them."""

from __future__ import annotations

import re

_TRADITIONAL = str.maketrans("號樓棟單門層", "号楼栋单门层")
STEM_APART = re.compile(r"(?<=\d)-(?=[甲乙丙丁](?:[室户号房]|$))")  # 101-甲室
_MARKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<![A-Za-z])[Nn][Oo]\.?\s*(?=\d)"), ""),  # No.5
    (re.compile(r"(?<=[0-9A-Za-z])一+(?=[0-9A-Za-z])|-{2,}|~"), "-"),  # 5一2一301: the numeral typed for a dash
    (STEM_APART, ""),
    (re.compile(r"(?<=号) (?=楼(?:\s|\d|-|$))|(?<=单) (?=元)"), ""),
    (re.compile(r"(?<=\d)\.(?=号|单元|门|栋|幢|室|楼|层)"), ""),
    (re.compile(r"(?<=\d)[oO](?=\d)"), "0"),
    (re.compile(r"(?<=\d)l(?![A-Za-z])"), "1"),
    (re.compile(r"(?<=\d)\s*/\s*F(?![A-Za-z])"), "层"),  # 18/F
    (re.compile(r"[门楼]牌号?:?\s*(?=\d)"), ""),  # 建国道门牌92号
    (re.compile(r"(?<=号)(?:四合|大杂|杂)院"), "院"),
    (re.compile(r"\((\d{1,4})\)(?=号楼|[幢栋座门室]|单元)|(?<=单元)\((\d{3,4})\)(?=$|室)"), r"\1\2"),  # (2)单元(301)
    # A building in two halves is two: 21号楼(东侧) is the building 21东, as in a column of its own.
    (re.compile(r"(?<=\d)(?:号楼|[楼幢栋])\(([东西南北])(?:半?[侧边部段]|半|楼)?\)"), r"\1楼"),
)


def usual(folded: str) -> str:
    """No.5, 5.号, 號, 5一2一301 as they are written most."""
    usual_ = folded.translate(_TRADITIONAL)
    for odd, mark in _MARKS:
        usual_ = odd.sub(mark, usual_)
    return usual_
