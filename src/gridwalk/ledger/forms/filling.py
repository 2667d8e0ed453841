"""A blank with the rows of who belongs, and an account of every column, every row and every cell left empty."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from gridwalk.dictionary import fields as dictionary
from gridwalk.ledger.errors import LedgerError
from gridwalk.ledger.forms import people
from gridwalk.ledger.forms.asked import Asked, Means
from gridwalk.ledger.forms.blank import Blank
from gridwalk.ledger.forms.people import Person
from gridwalk.ledger.inplace import rows
from gridwalk.ledger.inplace.package import NotInPlace, Package
from gridwalk.method import idcards

REFUSED_IN_PLACE = (
    "这张空表里有移动不了的东西（数据透视表、控件、跨格的公式，或少见的写法），不能在原表里加行。"
    "请用表格软件打开，去掉这些，另存后再填。"
)
DISPUTED = "几份台账写的不一样，或和证件号对不上"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Gap:
    """A cell left empty, and why. It says no value."""

    row: int
    column: str
    why: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Filled:
    """The workbook, the rows that hold a person (from 1), the cells left empty, those that were written."""

    data: bytes
    rows: range
    gaps: list[Gap]
    n_written: int
    is_signature_ended: bool


def fill(
    data: bytes,
    blank: Blank,
    columns: Sequence[Asked],
    persons: Sequence[Person],
    *,
    on: dt.date | None,
    allowed: Mapping[int, frozenset[str] | None],
) -> Filled:
    """The blank with a row a person; what its drawn rows held is cleared. Raises LedgerError."""
    if not persons:
        raise LedgerError("没有一个人符合条件，没有写。请核对 --who 和台账。")
    gaps: list[Gap] = []
    records: list[dict[int, rows.Content]] = []
    n_written = 0
    first = blank.drawn[0]
    for n, person in enumerate(persons, start=1):
        record: dict[int, rows.Content] = _cleared(blank)
        for column in columns:
            content, why = _content(column, person, n, on, allowed)
            record[column.index + 1] = content
            if why:
                gaps.append(Gap(row=first + n - 1, column=column.letter, why=why))
            n_written += content != ""
        for index in blank.formulas:
            record.pop(index + 1, None)
        records.append(record)
    last_written = max(blank.written, default=0)
    spare = [_cleared(blank) for number in blank.drawn[len(persons) :] if number <= last_written]
    filled, ended = _written(data, blank, [*records, *spare])
    return Filled(
        data=filled,
        rows=range(first, first + len(persons)),
        gaps=gaps,
        n_written=n_written,
        is_signature_ended=ended,
    )


def _written(data: bytes, blank: Blank, records: Sequence[Mapping[int, rows.Content]]) -> tuple[bytes, bool]:
    """The workbook with the records in its drawn rows, and whether a signature of it was ended."""
    try:
        package = Package(data)
        rows.fill(package, blank.sheet.name, blank.drawn, records)
        ended = package.end_signatures()
        return package.data(), ended
    except NotInPlace as error:
        raise LedgerError(REFUSED_IN_PLACE) from error


def _cleared(blank: Blank) -> dict[int, rows.Content]:
    """An empty row: nothing of last year's stays beside a person."""
    width = len(blank.header.texts)
    return {index + 1: "" for index in range(width) if index not in blank.formulas}


def _content(
    column: Asked, person: Person, n: int, on: dt.date | None, allowed: Mapping[int, frozenset[str] | None]
) -> tuple[rows.Content, str]:
    """What a cell holds, and why it is empty where it should not be."""
    if column.means is Means.SERIAL:
        return n, ""
    if column.means is Means.AGE:
        born = people.agreed(person, "born_on")
        if on is None:
            return "", "没有说算到哪一天（--on）"
        if born is None:
            return "", DISPUTED if "born_on" in person.disputed else "台账里没有出生日期，或读不出来"
        return people.age(born, on), ""
    if column.means is not Means.FIELD:
        return "", ""
    if column.field in person.disputed:
        return "", DISPUTED
    value = person.values.get(column.field)
    if value is None:
        return "", "台账里没有，或读不出来"
    return _fitting(column, value, allowed)


def _fitting(column: Asked, value: Any, allowed: Mapping[int, frozenset[str] | None]) -> tuple[str, str]:
    """A value as the column writes it, in the words of its list where it has one."""
    if column.is_of_citizens and not idcards.check(value).value:
        return "", "台账里是别的证件，不是身份证号"
    written = column.written(value)
    if not written:
        return "", "表头给的代码里没有这个值"
    if column.index not in allowed:
        return written, ""
    words = allowed[column.index]
    if words is None:
        return "", "这一列设了输入规则，看不出能填什么"
    if written in words:
        return written, ""
    same = [word for word in words if dictionary.parse("person", column.field, word).value == value]
    is_choice = bool(dictionary.get("person", column.field).choices)
    return (same[0], "") if is_choice and len(same) == 1 else ("", "下拉选项里没有这个值")
