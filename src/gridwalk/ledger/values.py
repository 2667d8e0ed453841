"""The cells of one record → its values and faults; every distinct cell of a column is read once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import types
from gridwalk.dictionary.types import Parsed
from gridwalk.ledger import groups, meanings
from gridwalk.ledger.headers import Column
from gridwalk.ledger.records import Fault
from gridwalk.method import address_parts, papers, text

NEVER_REPEATED = frozenset({"name", "id_no", "uscc", "born_on"})
REPEAT = Parsed(note="repeat")
WRONG_DOOR = frozenset({address_parts.FAULT, address_parts.SEVERAL})
"""Faults that leave a row without its door: the other parts would tell another one."""
DAYS_TO_1904 = 1462
"""What a day's number lacks where a workbook counts from 1904."""
STRUCK = Parsed(None, "struck", "这一格划掉了，没有读。还有效请去掉删除线，作废请清空")


class Cells:
    """Reads one record's cells row by row."""

    def __init__(
        self, kind: str, columns: Sequence[Column], *, from_1904: bool = False, paper: Column | None = None
    ) -> None:
        """``paper``: the column that says on which paper the ID number stands."""
        self._kind = kind
        self._paper = paper
        self._from_1904 = from_1904
        self._columns: list[tuple[Column, dict[Any, Parsed]]] = [(c, {}) for c in columns]
        required = {f.name: f.label for f in dictionary.fields(kind) if f.required}
        self._required = [(c, required[c.field]) for c in columns if c.field in required]
        self._above: dict[str, Any] = {}
        self._wrong_above: set[str] = set()

    def distrust(self, field: str, cells: Collection[str], fault: Parsed) -> None:
        """Take those cells of a field for wrong, for what stands in the others."""
        for column, meant in self._columns:
            if column.field == field:
                meant |= dict.fromkeys(cells, fault)

    def read(
        self, row: Sequence[Any], struck: Collection[int] = ()
    ) -> tuple[dict[str, Any], list[Fault], dict[str, Any]]:
        """Canonical values, faults, and the cells as written, of a row; 同上 takes what the row above has."""
        values: dict[str, Any] = {}
        faults: list[Fault] = []
        written: dict[str, Any] = {}
        paper = self._paper_of(row)
        for column, meant in self._columns:
            raw = row[column.index] if column.index < len(row) else ""
            if raw in ("", None):
                continue
            if column.says:
                raw = _ticked(column, raw)
                if not raw:
                    continue
            written[column.field] = raw
            said = papers.told(paper, raw) if column.field == "id_no" else raw
            parsed = STRUCK if column.index in struck else meant.get(said)
            if parsed is None:
                parsed = meant[said] = self._parse(column, said)
            if parsed is REPEAT:
                parsed = self._repeated(column.field)
            if parsed.fault or parsed.note:
                fault = self._take_odd(column, raw, parsed, values)
                faults += [fault] if fault else []
            elif parsed.value is not None:
                values[column.field] = parsed.value
        if any(fault.code in WRONG_DOOR for fault in faults):
            for field in ("room", "address"):
                values.pop(field, None)
        self._above, self._wrong_above = values, {fault.field for fault in faults}
        return values, faults, written

    def _paper_of(self, row: Sequence[Any]) -> str:
        """The paper the row names, where it is known."""
        at = self._paper.index if self._paper else len(row)
        return papers.kind_of(row[at]) if at < len(row) else ""

    def _take_odd(self, column: Column, raw: Any, parsed: Parsed, values: dict[str, Any]) -> Fault | None:
        """Take what a cell says beside or instead of its own field; its fault, where nothing explains it."""
        beside = meanings.values_beside(self._kind, column.field, raw, parsed)
        if not parsed.fault and parsed.value is not None:
            values[column.field] = parsed.value
        for field, value in beside.items():
            values.setdefault(field, value)
        if not parsed.fault or (parsed.fault == "choice" and beside):
            return None
        return Fault(column.field, column.letter, parsed.fault, parsed.text)

    def _parse(self, column: Column, raw: Any) -> Parsed:
        if isinstance(raw, str) and text.meaning(raw) == "repeat":
            return REPEAT
        is_day = self._from_1904 and dictionary.column(self._kind, column.field) is types.Column.DATE
        if is_day and isinstance(raw, (int, float)):
            raw += DAYS_TO_1904
        return meanings.parse(self._kind, column.field, column.header, raw)

    def _repeated(self, field: str) -> Parsed:
        if field in NEVER_REPEATED:
            return Parsed(None, "repeat", "各人不同，不能写“同上”，请写全")
        if field in self._wrong_above:
            return Parsed(None, "repeat", "上一行这一格有错，“同上”接不上，请写全")
        return Parsed(self._above.get(field))

    def missing(self, row: Sequence[Any], values: Mapping[str, Any], faults: Sequence[Fault]) -> list[Fault]:
        """A fault for every required column left blank."""
        faulty = {fault.field for fault in faults} | ({"id_no"} if papers.is_other(self._paper_of(row)) else set())
        return [
            Fault(column.field, column.letter, "missing", f"没有填{label}")
            for column, label in {column.field: (column, label) for column, label in self._required}.values()
            if column.field not in values and column.field not in faulty
        ]


def paper_beside(columns: Sequence[Column], own: Sequence[Column]) -> Column | None:
    """The column that names the paper of the number among ``own``: the one that stands nearest, and to no other's."""
    number = next((c for c in own if c.field == "id_no"), None)
    named = [c for c in columns if c.how == "paper"]
    if number is None or not named:
        return None
    numbers = [c.index for c in columns if c.field == "id_no"]
    nearest = min(named, key=lambda c: abs(c.index - number.index))
    owner = min(numbers, key=lambda index: (abs(index - nearest.index), index < nearest.index))
    return nearest if owner == number.index else None


def _ticked(column: Column, raw: Any) -> str:
    """What a tick says: its column's lower heading; "" where the cell says no."""
    return column.says if text.fold(raw).lower() in groups.TICKS else ""
