"""A ledger file → canonical rows with their faults (docs/algorithms/ledgers.md)."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary.types import Parsed
from gridwalk.ledger import captions, cells, headers, meanings
from gridwalk.ledger.cells import Sheet
from gridwalk.ledger.errors import LedgerError
from gridwalk.ledger.headers import Column, Header
from gridwalk.method import idcards, text

_FOOTER = re.compile(
    r"^(本页)?(合计|总计|小计|共计|填表|制表|填报|审核|审批|负责人签字|单位负责人|社区负责人|网格员签字|经办人|签字|联系电话:|日期:"
    r"|备注|说明|注[:1-9、]|以下空白|以上)|\((盖章|公章|签字)\)|^共\d+[人户条行]"
)
_NEVER_REPEATED = frozenset({"name", "id_no", "uscc", "born_on"})
OTHER_KIND = 2.0
MOST_LOST_BY_CHANCE = 2
TITLE_WEIGHT = 3.0
REPEATED_SHARE = 0.7
TOLD_BY_TITLES = {"care": ("category", captions.category_of), "facility": ("facility_kind", captions.facility_kind_of)}
"""Kind → the field a title says for every row of a ledger kept one a category, and how."""
REPEAT = Parsed(note="repeat")


@dataclasses.dataclass(frozen=True)
class Fault:
    """What is wrong with one cell. ``field`` empty: with the whole row."""

    field: str
    column: str
    code: str
    text: str

    def as_json(self) -> dict[str, str]:
        """As staged rows keep it; it never holds the cell's content."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(kw_only=True)
class Row:
    """One row. ``row_no`` is the number the table program shows. ``values``: canonical, only what is filled in.

    ``written``: the cells as they stand, by field; never stored.
    """

    sheet: str
    row_no: int
    kind: str
    values: dict[str, Any]
    faults: list[Fault]
    written: dict[str, Any] = dataclasses.field(default_factory=dict, repr=False)


@dataclasses.dataclass(kw_only=True)
class SheetRead:
    """A sheet as understood; ``skipped`` says why it holds no rows."""

    name: str
    header: Header | None
    columns: list[Column]
    n_rows: int = 0
    skipped: str = ""
    given: dict[str, str] = dataclasses.field(default_factory=dict)
    """What the title says of every row."""


@dataclasses.dataclass
class Ledger:
    """A whole file. ``questions``: what a person must settle before the rows can be used."""

    kind: str
    sheets: list[SheetRead]
    rows: list[Row]
    questions: list[str]
    refused: list[str]


def read(data: bytes, name: str, *, kind: str | None = None, mapping: Mapping[str, str] | None = None) -> Ledger:
    """Read a ledger. ``mapping``: header text → field, as a person chose; "" drops the column. Raises LedgerError."""
    shown, hidden = _sheets_with_content(data, name)
    headed = [(sheet, headers.find(sheet.rows, kind)) for sheet in shown]
    with_header = [(s.name, s.rows, header) for s, header in headed if header is not None]
    if not with_header:
        raise LedgerError("没有找到表头：前 20 行里没有“姓名”“身份证号”“楼栋”“室号”这样的列名。请补上表头一行再传。")
    kind = kind or kind_of(with_header, name)
    read_sheets = [_unread(sheet, "这张表是隐藏的，没有读；要导入请先取消隐藏") for sheet in hidden]
    rows: list[Row] = []
    for sheet, header in headed:
        skipped = _skipped(header, kind, only=len(with_header) == 1, mapping=mapping or {})
        if header is None or skipped:
            read_sheets.append(_unread(sheet, skipped))
            continue
        sheet_read, sheet_rows = _read_sheet(sheet, header, kind, name, mapping)
        read_sheets.append(sheet_read)
        rows.extend(sheet_rows)
    return Ledger(kind, read_sheets, rows, questions(kind, read_sheets), refused(read_sheets))


def _sheets_with_content(data: bytes, name: str) -> tuple[list[Sheet], list[Sheet]]:
    """The sheets that are shown, and those that are hidden. Raises LedgerError."""
    _, sheets = cells.read(data, name)
    with_content = [s for s in sheets if any(text.fold(c) for row in s.rows for c in row)]
    if not with_content:
        raise LedgerError("这个工作簿里没有内容，没有导入。")
    return [s for s in with_content if not s.hidden], [s for s in with_content if s.hidden]


def _unread(sheet: Sheet, why: str) -> SheetRead:
    return SheetRead(name=sheet.name, header=None, columns=[], skipped=why)


def _read_sheet(
    sheet: Sheet, header: Header, kind: str, name: str, mapping: Mapping[str, str] | None
) -> tuple[SheetRead, list[Row]]:
    columns = headers.map_columns(header, kind, sheet.rows[header.top + header.height :], mapping)
    of_titles = given(kind, columns, titles([name, sheet.name], sheet.rows[: header.top]))
    rows = list(_rows(sheet, header, columns, kind, of_titles))
    _distrust(rows, columns)
    return SheetRead(name=sheet.name, header=header, columns=columns, n_rows=len(rows), given=of_titles), rows


def _distrust(rows: Sequence[Row], columns: Sequence[Column]) -> None:
    """Take back ID numbers a table program has spoilt although they pass the check, as one in eleven does.

    Where a column holds more numbers that lost their last three digits than chance makes, none of the kind is trusted.
    """
    letter = next((c.letter for c in columns if c.field == "id_no"), "")
    written = [row.written.get("id_no") for row in rows] if letter else []
    wrong = [w for w, row in zip(written, rows, strict=False) if w not in ("", None) and "id_no" not in row.values]
    n_lost = sum(map(idcards.lost_its_end, wrong))
    if n_lost <= MOST_LOST_BY_CHANCE + MOST_LOST_BY_CHANCE / 100 * len(wrong):
        return
    for row in rows:
        if "id_no" in row.values and idcards.lost_its_end(row.written.get("id_no")):
            del row.values["id_no"]
            row.faults.append(Fault("id_no", letter, "damaged", idcards.FAULTS["damaged"]))


def _skipped(header: Header | None, kind: str, *, only: bool, mapping: Mapping[str, str]) -> str:
    """Why a sheet is not read; empty where it is. One workbook is one kind of ledger."""
    if header is None:
        return "没有找到表头，这张表没有读"
    if only:
        return ""
    own, score = headers.kind_of(header.texts)
    if own != kind and score - headers.fit(kind, header.texts) >= OTHER_KIND:
        return f"这张表像{dictionary.KINDS[own]}台账，和要导入的{dictionary.KINDS[kind]}台账不是一种，没有读；请另存为一个文件再传"
    if score < 0 and not any(mapping.get(words) for words in header.texts):
        return "没有找到表头，这张表没有读"
    return ""


def titles(names: Sequence[str], above: Sequence[Sequence[Any]]) -> str:
    """What stands over a table: the file's name, the sheet's, and the rows above the header."""
    return "\n".join(
        [*names, *(words for row in above for c in row if not (words := text.fold(c)).startswith(headers.OURS))]
    )


def kind_of(with_header: Sequence[tuple[str, Sequence[Sequence[Any]], Header]], name: str) -> str:
    """The kind of ledger by headers and titles; ``with_header``: each sheet's name, rows and header.

    Raises LedgerError.
    """
    points: dict[str, float] = {}
    for sheet, rows, header in with_header:
        above = titles([name, sheet], rows[: header.top])
        hinted = captions.hints(above)
        for kind in dictionary.KINDS:
            fit = headers.fit(kind, header.texts)
            if fit <= 0:  # 灭火器台账: what the title says needs no column
                fit = headers.fit(kind, [*header.texts, *given(kind, [], above)])
            points[kind] = points.get(kind, 0) + max(0.0, fit + TITLE_WEIGHT * (kind in hinted and fit > 0))
    best = max(points, key=lambda k: points[k])
    if points[best] <= 0:
        raise LedgerError(
            "认不出这是哪种台账（房屋、人员、单位、重点场所、设施、关怀对象）。请选好种类再读，或补上必要的列。"
        )
    return best


def given(kind: str, columns: Sequence[Column], titles: str) -> dict[str, str]:
    """What the titles say of every row."""
    field, of_titles = TOLD_BY_TITLES.get(kind, ("", captions.category_of))
    if not field or any(c.field == field for c in columns):
        return {}
    value = of_titles(titles)
    return {field: value} if value else {}


def questions(kind: str, sheets: Sequence[SheetRead]) -> list[str]:
    """What a person must settle: two columns for one field, a required field without a column."""
    asked = [f"{s.name}：{c.note}" for s in sheets for c in s.columns if c.how == "twice"]
    mapped = {c.field for s in sheets for c in s.columns} | {field for s in sheets for field in s.given}
    for field in dictionary.fields(kind):
        if field.required and field.name not in mapped and field.name not in {"sex", "born_on", "id_no", "occupancy"}:
            asked.append(f"没有“{field.label}”这一列，请在下面指明是哪一列")
    return list(dict.fromkeys(asked))


def refused(sheets: Sequence[SheetRead]) -> list[str]:
    """The columns the dictionary forbids, by name, with the reason."""
    return list(
        dict.fromkeys(
            f"“{c.header}”这一列不收，已略过：{c.note}" for s in sheets for c in s.columns if c.how == "forbidden"
        )
    )


def _rows(
    sheet: Sheet, header: Header, columns: Sequence[Column], kind: str, given: Mapping[str, str]
) -> Iterator[Row]:
    first = header.top + header.height
    matrix = _filled_down(sheet, first)
    used = [c for c in columns if c.field]
    place = captions.Place(sheet, first, {c.field for c in used})
    printed = Printed(matrix[:first], header)
    households = captions.Households(matrix[first:], columns, kind)
    cells_of = _Cells(kind, used)
    for index, row in enumerate(matrix[first:], first):
        plain = [text.fold(c) if isinstance(c, str) else c for c in row]
        if _is_no_record(plain, printed) or (index == first and is_numbering(plain)):
            continue
        only_text = _only_text(plain)
        if only_text and place.take(index, only_text):
            continue
        values, faults, written = cells_of.read(plain)
        if not values and not faults:
            continue
        households.fill(plain, values)
        for name, part in {**place.parts, **given}.items():
            values.setdefault(name, part)
        faults.extend(cells_of.missing(values, faults))
        yield Row(sheet=sheet.name, row_no=index + 1, kind=kind, values=values, faults=faults, written=written)


def _is_no_record(row: Sequence[Any], printed: Printed) -> bool:
    """Blank, a title or header that printing repeats, or a footer."""
    return not any(c not in ("", None) for c in row) or printed.again(row) or is_footer(row)


class _Cells:
    """Reads the cells of one sheet row by row; every distinct cell of a column is read once."""

    def __init__(self, kind: str, columns: Sequence[Column]) -> None:
        self._kind = kind
        self._columns: list[tuple[Column, dict[Any, Parsed]]] = [(c, {}) for c in columns]
        required = {f.name: f.label for f in dictionary.fields(kind) if f.required}
        self._required = [(c, required[c.field]) for c in columns if c.field in required]
        self._above: dict[str, Any] = {}
        self._wrong_above: set[str] = set()

    def read(self, row: Sequence[Any]) -> tuple[dict[str, Any], list[Fault], dict[str, Any]]:
        """Canonical values, faults, and the cells as written, of a row; 同上 takes what the row above has."""
        values: dict[str, Any] = {}
        faults: list[Fault] = []
        written: dict[str, Any] = {}
        for column, meant in self._columns:
            raw = row[column.index] if column.index < len(row) else ""
            if raw in ("", None):
                continue
            written[column.field] = raw
            parsed = meant.get(raw)
            if parsed is None:
                parsed = meant[raw] = self._parse(column, raw)
            if parsed is REPEAT:
                parsed = self._repeated(column.field)
            if parsed.fault or parsed.note:
                fault = self._take_odd(column, raw, parsed, values)
                faults += [fault] if fault else []
            elif parsed.value is not None:
                values[column.field] = parsed.value
        self._above, self._wrong_above = values, {fault.field for fault in faults}
        return values, faults, written

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
        return meanings.parse(self._kind, column.field, column.header, raw)

    def _repeated(self, field: str) -> Parsed:
        if field in _NEVER_REPEATED:
            return Parsed(None, "repeat", "各人不同，不能写“同上”，请写全")
        if field in self._wrong_above:
            return Parsed(None, "repeat", "上一行这一格有错，“同上”接不上，请写全")
        return Parsed(self._above.get(field))

    def missing(self, values: Mapping[str, Any], faults: Sequence[Fault]) -> list[Fault]:
        """A fault for every required column left blank."""
        faulty = {fault.field for fault in faults}
        return [
            Fault(column.field, column.letter, "missing", f"没有填{label}")
            for column, label in self._required
            if column.field not in values and column.field not in faulty
        ]


def _filled_down(sheet: Sheet, first: int) -> list[list[Any]]:
    """The matrix with vertical merges of the body filled down: a household merged over its members."""
    matrix = sheet.rows
    for top, left, bottom, right in sheet.merged:
        if top < first or bottom == top or top >= len(matrix):
            continue
        value = matrix[top][left] if left < len(matrix[top]) else ""
        for row in matrix[top + 1 : bottom + 1]:
            for column in range(left, right + 1):
                if column < len(row) and row[column] in ("", None):
                    row[column] = value
    return matrix


class Printed:
    """What stands above the body: titles and headers, which printing repeats at page breaks."""

    def __init__(self, above: Sequence[Sequence[Any]], header: Header) -> None:
        self._lines = {tuple(text.fold(c) if isinstance(c, str) else c for c in row) for row in above}
        self._words = [(words, headers.bare(words)) for words in header.texts]
        self._any = {word for pair in self._words for word in pair if word}

    def again(self, row: Sequence[Any]) -> bool:
        """Whether a row of the body is one of them once more."""
        if self._any.isdisjoint(row) and tuple(row) not in self._lines:
            return False
        if tuple(row) in self._lines:
            return True
        filled = [(i, cell) for i, cell in enumerate(row) if cell not in ("", None)]
        same = sum(
            1
            for i, cell in filled
            if i < len(self._words) and (cell == self._words[i][0] or headers.bare(cell) == self._words[i][1])
        )
        return len(filled) >= 2 and same >= REPEATED_SHARE * len(filled)


def is_footer(row: Sequence[Any]) -> bool:
    """合计, 填表人, 注: … below a table."""
    filled = [c for c in row if c not in ("", None)]
    first = str(filled[0]).replace(" ", "")
    return bool(_FOOTER.search(first)) and len(filled) <= max(4, len(row) // 3)


def is_numbering(row: Sequence[Any]) -> bool:
    """甲 1 2 3 …: the columns numbered below the header."""
    numbers = [str(c).removesuffix(".0") for c in row if c not in ("", None, "甲", "乙", "丙", "丁", "栏次")]
    return (
        len(numbers) >= 3
        and all(n.isdigit() for n in numbers)
        and numbers == [str(int(numbers[0]) + i) for i in range(len(numbers))]
    )


def _only_text(row: Sequence[Any]) -> str:
    """The text of a row that holds one text and nothing else."""
    filled = [c for c in row if c not in ("", None)]
    return filled[0] if len(filled) == 1 and isinstance(filled[0], str) else ""
