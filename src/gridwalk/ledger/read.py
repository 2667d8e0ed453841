"""A ledger file → canonical rows with their faults (docs/algorithms/ledgers.md)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gridwalk.dictionary import fields as dictionary
from gridwalk.ledger import body, captions, cells, groups, headers, tally, whose
from gridwalk.ledger.body import Printed, Stretch
from gridwalk.ledger.cells import Sheet
from gridwalk.ledger.errors import LedgerError
from gridwalk.ledger.faults import Fault
from gridwalk.ledger.groups import Group
from gridwalk.ledger.headers import Column, Header
from gridwalk.ledger.tally import LeftOut, Tally
from gridwalk.ledger.values import Cells
from gridwalk.method import idcards, text

OTHER_KIND = 2.0
MOST_LOST_BY_CHANCE = 2
TITLE_WEIGHT = 3.0
TOLD_BY_TITLES = {"care": ("category", captions.category_of), "facility": ("facility_kind", captions.facility_kind_of)}
"""Kind → the field a title says for every row of a ledger kept one a category, and how."""
LONGEST_ALONE = 8
"""Characters of a name or room that is a record without anything beside it; what is longer is a remark."""
STRUCK_SHARE = 0.8
"""Of the filled cells of a row that is struck out as a whole."""


@dataclasses.dataclass(kw_only=True)
class Row:
    """One record. ``row_no`` is the number the table program shows; ``part`` tells records of one row apart, from 0.

    ``values``: canonical, only what is filled in. ``written``: the cells as they stand, by field; never stored.
    """

    sheet: str
    row_no: int
    kind: str
    values: dict[str, Any]
    faults: list[Fault]
    written: dict[str, Any] = dataclasses.field(default_factory=dict, repr=False)
    part: int = 0


@dataclasses.dataclass(kw_only=True)
class SheetRead:
    """A table as understood, one a sheet or several below each other; ``skipped`` says why it holds no rows."""

    name: str
    header: Header | None
    columns: list[Column]
    n_rows: int = 0
    skipped: str = ""
    given: dict[str, str] = dataclasses.field(default_factory=dict)
    """What the title says of every row."""
    last: int = 0
    """The row (0-based) behind the last of the table."""


@dataclasses.dataclass
class Ledger:
    """A whole file. ``questions``: what a person must settle before the rows can be used.

    ``left_out``: the rows that became no record, each with its reason; ``tally``: the sum over all rows.
    """

    kind: str
    sheets: list[SheetRead]
    rows: list[Row]
    questions: list[str]
    refused: list[str]
    left_out: list[LeftOut]
    tally: Tally


def read(data: bytes, name: str, *, kind: str | None = None, mapping: Mapping[str, str] | None = None) -> Ledger:
    """Read a ledger. ``mapping``: header text → field, as a person chose; "" drops the column. Raises LedgerError."""
    return of_sheets(cells.read(data, name)[1], name, kind=kind, mapping=mapping)


def of_sheets(
    sheets: Sequence[Sheet], name: str, *, kind: str | None = None, mapping: Mapping[str, str] | None = None
) -> Ledger:
    """The ledger that a workbook's cells are; the cells are folded in place. Raises LedgerError."""
    shown, hidden = _sheets_with_content(sheets)
    for sheet in [*shown, *hidden]:
        sheet.rows = [[text.fold(c) if isinstance(c, str) else c for c in row] for row in sheet.rows]
    headed = [(sheet, headers.find(sheet.rows, kind)) for sheet in shown]
    if len(shown) == 1 and headed[0][1] is None:
        headed = [(shown[0], whose.guess(shown[0].rows))]
    with_header = [(s.name, s.rows, header) for s, header in headed if header is not None]
    if not with_header:
        raise LedgerError("没有找到表头：前 20 行里没有“姓名”“身份证号”“楼栋”“室号”这样的列名。请补上表头一行再传。")
    kind = kind or kind_of(with_header, name)
    reading = _Reading(kind, name, mapping or {})
    for sheet in hidden:
        reading.leave_sheet(sheet, "这张表是隐藏的，没有读；要导入请先取消隐藏")
    for sheet, header in headed:
        skipped = _skipped(header, kind, only=len(with_header) == 1, mapping=mapping or {})
        if header is None or skipped:
            reading.leave_sheet(sheet, skipped)
        else:
            reading.read_sheet(sheet, header)
    return reading.ledger(n_rows=sum(map(_n_spoken, [*shown, *hidden])))


def _n_spoken(sheet: Sheet) -> int:
    """How many rows of a sheet say anything."""
    return sum(1 for row in sheet.rows if any(c not in ("", None) for c in row))


def _sheets_with_content(sheets: Sequence[Sheet]) -> tuple[list[Sheet], list[Sheet]]:
    """The sheets that are shown, and those that are hidden. Raises LedgerError."""
    with_content = [s for s in sheets if any(text.fold(c) for row in s.rows for c in row)]
    if not with_content:
        raise LedgerError("这个工作簿里没有内容，没有导入。")
    return [s for s in with_content if not s.hidden], [s for s in with_content if s.hidden]


class _Reading:
    """A file while it is read: its tables, records and the rows left out, in the order of the file."""

    def __init__(self, kind: str, name: str, mapping: Mapping[str, str]) -> None:
        self._kind, self._name, self._mapping = kind, name, mapping
        self._sheets: list[SheetRead] = []
        self._rows: list[Row] = []
        self._left_out: list[LeftOut] = []
        self._n_unread = 0

    def leave_sheet(self, sheet: Sheet, why: str) -> None:
        self._sheets.append(SheetRead(name=sheet.name, header=None, columns=[], skipped=why))
        self._n_unread += _n_spoken(sheet)

    def read_sheet(self, sheet: Sheet, header: Header) -> None:
        """Read the tables of a sheet, which may stand below each other."""
        self._leave_out(sheet, range(header.top), "title")
        place = None
        for stretch in body.stretches(sheet.rows, header):
            self._leave_out(sheet, range(stretch.header.top, stretch.first), "header")
            if stretch.header is not header and (why := _skipped(stretch.header, self._kind, only=False, mapping={})):
                self._leave_out(sheet, range(stretch.first, stretch.last), "other")
                self._sheets.append(SheetRead(name=sheet.name, header=None, columns=[], skipped=why))
                continue
            place = self._read_table(sheet, stretch, place)

    def _leave_out(self, sheet: Sheet, rows: Iterator[int] | range, why: str) -> None:
        spoken = (n for n in rows if any(c not in ("", None) for c in sheet.rows[n]))
        self._left_out += [LeftOut(sheet.name, n + 1, why) for n in spoken]

    def _read_table(self, sheet: Sheet, stretch: Stretch, above: captions.Place | None) -> captions.Place:
        header = stretch.header
        matrix = _filled_down(sheet, stretch.first, stretch.last)
        rows = matrix[stretch.first : stretch.last]
        columns = whose.map_columns(header, self._kind, rows, self._mapping)
        of_titles = given(self._kind, columns, titles([self._name, sheet.name], sheet.rows[: header.top]))
        place = captions.Place(sheet, stretch.first, {c.field for c in columns if c.field}, above)
        table = _Table(sheet, stretch, columns, self._kind, of_titles, place)
        records = list(table.records())
        _distrust(records, columns)
        self._rows += records
        self._left_out += table.left_out
        self._sheets.append(
            SheetRead(
                name=sheet.name,
                header=header,
                columns=columns,
                n_rows=len(records),
                given=of_titles,
                last=stretch.last,
            )
        )
        return place

    def ledger(self, n_rows: int) -> Ledger:
        return Ledger(
            kind=self._kind,
            sheets=self._sheets,
            rows=self._rows,
            questions=questions(self._kind, self._sheets),
            refused=[*refused(self._sheets), *filter(None, [unused(self._sheets)])],
            left_out=self._left_out,
            tally=tally.of(
                self._kind,
                n_rows=n_rows,
                n_unread=self._n_unread,
                records=((row.sheet, row.row_no) for row in self._rows),
                left_out=self._left_out,
            ),
        )


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
    own, score = headers.kind_of(header.words)
    if own != kind and score - headers.fit(kind, header.words) >= OTHER_KIND:
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
            fit = headers.fit(kind, header.words)
            if fit <= 0:  # 灭火器台账: what the title says needs no column
                fit = headers.fit(kind, [*header.words, *given(kind, [], above)])
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


def letter(sheets: Sequence[SheetRead], sheet: str, row_no: int, field: str) -> str:
    """The column that holds a field in the table a row stands in; "" where none does, or several do."""
    table = next((t for t in sheets if t.name == sheet and row_no <= t.last), None)
    letters = [c.letter for c in table.columns if c.field == field] if table and field else []
    return letters[0] if len(letters) == 1 else ""


def questions(kind: str, sheets: Sequence[SheetRead]) -> list[str]:
    """What a person must settle: two columns for one field, a required field without a column."""
    asked = [f"{s.name}：{c.note}" for s in sheets for c in s.columns if c.how in {"asked", "guessed"}]
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


def unused(sheets: Sequence[SheetRead]) -> str:
    """The columns that hold something and mean no field of ours, in one sentence; empty where there is none."""
    named = [
        f"{c.letter} 列“{c.header}”" + (f"（{c.note}）" if c.note else "")
        for s in sheets
        for c in whose.unused(s.columns)
    ]
    return f"没有用到的列：{'、'.join(dict.fromkeys(named))}" if named else ""


class _Table:
    """The records of one table, and the rows of it that are none."""

    def __init__(
        self,
        sheet: Sheet,
        stretch: Stretch,
        columns: Sequence[Column],
        kind: str,
        of_titles: Mapping[str, str],
        place: captions.Place,
    ) -> None:
        self._sheet, self._stretch, self._kind = sheet, stretch, kind
        self._given, self._place = of_titles, place
        self._used = {c.index for c in columns if c.field}
        self._numbering = {c.index for c in columns if c.header in headers.NUMBERING}
        self._groups = groups.of(columns)
        self._cells = [Cells(kind, group.columns, from_1904=sheet.from_1904) for group in self._groups]
        rows = sheet.rows[stretch.first : stretch.last]
        self._households = captions.Households(rows, columns if len(self._groups) == 1 else (), kind)
        self.left_out: list[LeftOut] = []

    def records(self) -> Iterator[Row]:
        """Every record in order; the other rows go to ``left_out``."""
        printed = Printed(self._sheet.rows[: self._stretch.first], self._stretch.header)
        for index in range(self._stretch.first, self._stretch.last):
            row = self._sheet.rows[index]
            if not any(c not in ("", None) for c in row):
                continue
            why = body.around(row, printed, is_first=index == self._stretch.first) or self._no_record(index, row)
            records = [] if why else list(self._of_row(index, row))
            yield from records
            if not records:
                self.left_out.append(
                    LeftOut(self._sheet.name, index + 1, why or body.says_nothing(row, self._used, self._numbering))
                )

    def _no_record(self, index: int, row: Sequence[Any]) -> str:
        struck = self._sheet.struck.get(index, ())
        n_filled = sum(1 for c in row if c not in ("", None))
        if len(struck) >= STRUCK_SHARE * n_filled:
            return "struck"
        words = body.only_text(row)
        if words and self._place.take(index, words):
            return "caption"
        if words and not self._is_record_alone(row):
            return "caption" if body.is_subtitle(words) else "alone"
        return ""

    def _is_record_alone(self, row: Sequence[Any]) -> bool:
        """Whether the one text of a row is a record in a table of so few columns, or stands where a required one is."""
        at = next(i for i, c in enumerate(row) if c not in ("", None))
        required = {f.name for f in dictionary.fields(self._kind) if f.required} | {"room", "address"}
        for group in self._groups:
            column = next((c for c in group.columns if c.index == at), None)
            if column is not None and column.field in required:
                is_value = dictionary.parse(self._kind, column.field, row[at]).value is not None
                return len(self._used) < 2 or (is_value and len(row[at]) <= LONGEST_ALONE)
        return False

    def _of_row(self, index: int, row: Sequence[Any]) -> Iterator[Row]:
        for part, (group, cells_of) in enumerate(zip(self._groups, self._cells, strict=True)):
            if len(self._groups) > 1 and group.is_empty(row):
                continue
            values, faults, written = cells_of.read(row, self._sheet.struck.get(index, ()))
            if not values and not faults:
                continue
            self._complete(row, group, values)
            faults.extend(cells_of.missing(values, faults))
            yield Row(
                sheet=self._sheet.name,
                row_no=index + 1,
                kind=self._kind,
                values=values,
                faults=faults,
                written=written,
                part=part,
            )

    def _complete(self, row: Sequence[Any], group: Group, values: dict[str, Any]) -> None:
        """What the row's own cells do not say: the household's door, the caption's place, the title's, the group's."""
        self._households.fill(row, values)
        for name, part in {**self._place.parts, **self._given, **group.given}.items():
            values.setdefault(name, part)


def _filled_down(sheet: Sheet, first: int, last: int) -> list[list[Any]]:
    """The matrix with vertical merges of the body filled down: a household merged over its members."""
    matrix = sheet.rows
    for top, left, bottom, right in sheet.merged:
        if not first <= top < last or bottom == top or top >= len(matrix):
            continue
        value = matrix[top][left] if left < len(matrix[top]) else ""
        for row in matrix[top + 1 : bottom + 1]:
            for column in range(left, right + 1):
                if column < len(row) and row[column] in ("", None):
                    row[column] = value
    return matrix
