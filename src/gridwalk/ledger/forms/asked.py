"""Which column of a blank is what: a field with its way of writing, reckoned, a serial, never kept, not ours, asked."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import re
from collections.abc import Mapping
from typing import Any

from gridwalk.dictionary import fields as dictionary
from gridwalk.ledger import headers, subjects, whose
from gridwalk.ledger.errors import LedgerError
from gridwalk.ledger.forms.blank import SERIAL, Blank

_CODES = re.compile(r"(\d+)\s*[.、:：\-—]?\s*([\u4e00-\u9fff]+)")
_LAST_FOUR = re.compile("后四位|后4位|末四位|末4位")
_AGE = re.compile(
    rf"(?:基本|个人|本人|居民|人员|{subjects.RESIDENTS.pattern})?(?:实足|实际|现)?(?:年龄|周岁)(?:[(（]?周?岁[)）]?)?"
)
_CITIZENS = re.compile(r"身份证(?!件)|公民身份")
_ANY_PAPER = re.compile("护照|通行证|[/或、]")
_MONTH = re.compile("年月(?!日)")
_IN_PART = re.compile("[前后末]?[一二三四五六七八九十\\d]+位")
"""Numbers asked for in part: but for the last four none is written."""
NUMBERS = frozenset({"id_no", "phone"})
OPEN = frozenset({"residence_kind", "status"})
"""Fields whose headings (人员类别, 状态) mean something else in many a department's form."""
LEAVE = "不填"


class Means(enum.StrEnum):
    """What becomes of a column."""

    FIELD = "字段"
    AGE = "推算"
    SERIAL = "序号"
    FORMULA = "表内公式"
    REFUSED = "不收"
    NOT_OURS = "不归我们填"
    QUESTION = "要问"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Asked:
    """A column of the blank. ``codes``: what stands for a value where the heading says so (1男2女)."""

    index: int
    header: str
    means: Means
    field: str = ""
    note: str = ""
    codes: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def letter(self) -> str:
        """A, B … AA."""
        return headers.letter(self.index)

    @property
    def is_of_citizens(self) -> bool:
        """Whether it asks for the number of an identity card: that of a passport would be a wrong one there."""
        return self.field == "id_no" and bool(_CITIZENS.search(self.header)) and not _ANY_PAPER.search(self.header)

    def written(self, value: Any) -> str:
        """A value as this column writes it; "" where it cannot be written so."""
        if self.codes:
            return self.codes.get(str(value), "")
        if self.field in NUMBERS and _LAST_FOUR.search(self.header):
            return str(value)[-4:]
        if isinstance(value, dt.date):
            return value.strftime("%Y-%m" if _MONTH.search(self.header) else "%Y-%m-%d")
        return dictionary.choice_label("person", self.field, str(value))


def columns(blank: Blank, answers: Mapping[str, str]) -> list[Asked]:
    """Every column that has a heading. ``answers``: its letter → a field's label, 序号 or 不填. Raises LedgerError."""
    body = blank.sheet.frame[blank.drawn[0] - 1 : blank.drawn[0] - 1]
    read = whose.map_columns(blank.header, "person", body)
    if any(column.group for column in read):
        raise LedgerError("这张空表一行里要填几个人，还填不了。请改成一人一行，或手工填写。")
    headed = {headers.letter(index): header for index, header in enumerate(blank.header.texts) if header}
    for letter in answers:
        if letter not in headed:
            raise LedgerError(f"答复里说的 {letter} 列在空表里没有。有表头的列是：{'、'.join(headed)}。")
    by_index = {column.index: column for column in read}
    return [
        _answered(index, header, answers[letter])
        if (letter := headers.letter(index)) in answers and not dictionary.forbidden(header)
        else _of(index, header, by_index[index], blank)
        for index, header in enumerate(blank.header.texts)
        if header
    ]


def _answered(index: int, header: str, answer: str) -> Asked:
    labels = {field.label: field.name for field in dictionary.fields("person")}
    if answer == LEAVE:
        return Asked(index=index, header=header, means=Means.NOT_OURS, note="按答复不填")
    if answer == Means.SERIAL:
        return Asked(index=index, header=header, means=Means.SERIAL)
    if answer not in labels:
        raise LedgerError(
            f"{headers.letter(index)} 列（{header}）的答复“{answer}”不认识。可以是：{LEAVE}、序号、{'、'.join(labels)}。"
        )
    return _of_field(index, header, labels[answer])


def _of(index: int, header: str, column: headers.Column, blank: Blank) -> Asked:
    if reason := dictionary.forbidden(header):
        return Asked(index=index, header=header, means=Means.REFUSED, note=reason)
    if index in blank.formulas:
        return Asked(index=index, header=header, means=Means.FORMULA)
    if headers.bare(header) in SERIAL:
        return Asked(index=index, header=header, means=Means.SERIAL)
    if column.how == "asked":
        return Asked(index=index, header=header, means=Means.QUESTION, note=column.note)
    if column.how == "synonym" and column.field and not column.beside and not _IN_PART.search(header):
        if column.field in OPEN and header != (label := dictionary.label("person", column.field)):
            note = f"像是“{label}”，也可能是部门自己的分类，请定"
            return Asked(index=index, header=header, means=Means.QUESTION, field=column.field, note=note)
        return _of_field(index, header, column.field)
    if (number := headers.meant("person", _LAST_FOUR.sub("", header))) in NUMBERS and _LAST_FOUR.search(header):
        return _of_field(index, header, number)
    if not column.field and _AGE.fullmatch(header):
        return Asked(index=index, header=header, means=Means.AGE)
    return Asked(index=index, header=header, means=Means.NOT_OURS, note="字典里没有这一项")


def _of_field(index: int, header: str, field: str) -> Asked:
    pairs = _CODES.findall(header)
    codes: dict[str, str] = {}
    for code, word in pairs:
        value = dictionary.parse("person", field, word).value
        if value is None or value in codes:
            note = f"表头里的“{code}{word}”对不上“{dictionary.label('person', field)}”"
            return Asked(index=index, header=header, means=Means.QUESTION, field=field, note=note)
        codes[str(value)] = code
    return Asked(index=index, header=header, means=Means.FIELD, field=field, codes=codes)
