"""A ledger file → canonical rows with their faults (docs/algorithms/ledgers.md)."""

from __future__ import annotations

import collections
import dataclasses
import functools
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary.types import Column as Stored
from gridwalk.ledger import body, captions, composite, frames, headers, table, tally, whose
from gridwalk.ledger.body import Stretch
from gridwalk.ledger.errors import LedgerError
from gridwalk.ledger.headers import Column, Header
from gridwalk.ledger.records import Fault, Row
from gridwalk.ledger.table import Table, TableRead
from gridwalk.ledger.tally import LeftOut, Tally
from gridwalk.ledger.wide import Wide
from gridwalk.method import names, text

OTHER_KIND = 2.0
FEWEST_PAIRS = 2
"""Headings beside their answers in a row above the header, from which on it tells of a record."""
FORM = "这是一张一格项目名、一格内容的登记表，没有读。请抄成一行一条的表再传"
UNSPLIT = (
    "“{}”这一列一格里写着几样内容（几个人，或姓名连着号码），没有读。请抄成一人一行，姓名、证件号、电话各一列，再传。"
)
COLOURS = re.compile("[红黄蓝绿橙紫灰粉]色|[标涂][红黄蓝绿灰]|[红黄蓝绿灰]底|底色|字体颜色|颜色")
TWO_NAMES = "这个证件号第 {} 行已写在另一个名字下，这一行没有记号码。请对照证件，看是谁的"
HEAD = 42
"""Rows of a sheet among which a header or a form is looked for."""
TITLE_WEIGHT = 3.0
TOLD_BY_TITLES = {"care": ("category", captions.category_of), "facility": ("facility_kind", captions.facility_kind_of)}
"""Kind → the field a title says for every row of a ledger kept one a category, and how."""


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
    coloured: tuple[int, ...] = ()
    """The rows that say that colours mean something."""
    unread: tuple[str, ...] = ()
    """The columns without a heading, and ours, each in words."""


@dataclasses.dataclass
class LedgerRows:
    """The records of a whole file. ``frame``, ``faults``: as ``table.TableRead``, counted through all tables."""

    kind: str
    sheets: list[SheetRead]
    frame: pl.DataFrame
    faults: pl.DataFrame

    @functools.cached_property
    def rows(self) -> list[Row]:
        """The records one by one; whole numbers as such, days as ISO text."""
        faults: dict[int, list[Fault]] = collections.defaultdict(list)
        for row, *of_row in self.faults.iter_rows():
            faults[row].append(Fault(*of_row))
        names = [name for name in self.frame.columns if dictionary.find(self.kind, name)]
        whole = [pl.col(n) for n in names if dictionary.column(self.kind, n) is Stored.WHOLE]
        values = self.frame.select(pl.col(names).cast(pl.String)).with_columns(of.cast(pl.Int64) for of in whole)
        places = self.frame.select("sheet", "row_no", "part").iter_rows() if len(self.frame) else ()
        return [
            Row(
                sheet=sheet,
                row_no=row_no,
                kind=self.kind,
                values={name: value for name, value in of_row.items() if value is not None},
                faults=faults.get(at, []),
                part=part,
            )
            for at, ((sheet, row_no, part), of_row) in enumerate(zip(places, values.iter_rows(named=True), strict=True))
        ]


@dataclasses.dataclass
class Ledger(LedgerRows):
    """A whole file. ``questions``: what a person must settle before the rows can be used.

    ``left_out``: the rows that became no record, each with its reason; ``tally``: the sum over all rows.
    """

    questions: list[str]
    refused: list[str]
    left_out: list[LeftOut]
    tally: Tally


def read(data: bytes, name: str, *, kind: str | None = None, mapping: Mapping[str, str] | None = None) -> Ledger:
    """Read a ledger. ``mapping``: header text → field, as a person chose; "" drops the column. Raises LedgerError."""
    return of_sheets(frames.of_bytes(data, name), name, kind=kind, mapping=mapping)


def of_sheets(
    sheets: Sequence[Wide], name: str, *, kind: str | None = None, mapping: Mapping[str, str] | None = None
) -> Ledger:
    """The ledger that a workbook's cells are. Raises LedgerError."""
    shown, hidden = _sheets_with_content(sheets)
    forms = [sheet for sheet in shown if body.is_form(_head(sheet))]
    shown = [sheet for sheet in shown if not any(sheet is form for form in forms)]
    headed = [(sheet, headers.find(_head(sheet), kind)) for sheet in shown]
    if len(shown) == 1 and headed[0][1] is None:
        headed = [(shown[0], whose.guess(shown[0].frame))]
    with_header = [(s.name, _head(s), header) for s, header in headed if header is not None]
    if not with_header and forms:
        raise LedgerError(f"{FORM}。")
    if not with_header and (unsplit := next(filter(None, (composite.unsplit(_head(sheet)) for sheet in shown)), "")):
        raise LedgerError(UNSPLIT.format(unsplit))
    if not with_header:
        raise LedgerError("没有找到表头：前 40 行里没有“姓名”“身份证号”“楼栋”“室号”这样的列名。请补上表头一行再传。")
    kind = kind or kind_of(with_header, name)
    reading = _Reading(kind, name, mapping or {})
    for sheet in hidden:
        reading.leave_sheet(sheet, "这张表是隐藏的，没有读；要导入请先取消隐藏")
    for sheet in forms:
        reading.leave_sheet(sheet, FORM)
    for sheet, header in headed:
        skipped = _skipped(header, kind, only=len(with_header) == 1, mapping=mapping or {})
        if header is None or skipped:
            reading.leave_sheet(sheet, skipped)
        else:
            reading.read_sheet(sheet, header)
    return reading.ledger(n_rows=sum(sheet.n_spoken() for sheet in [*shown, *forms, *hidden]))


def _head(sheet: Wide) -> list[list[str]]:
    return sheet.rows(0, HEAD)


def _sheets_with_content(sheets: Sequence[Wide]) -> tuple[list[Wide], list[Wide]]:
    """The sheets that are shown, and those that are hidden. Raises LedgerError."""
    with_content = [s for s in sheets if s.n_spoken()]
    if not with_content:
        raise LedgerError("这个工作簿里没有内容，没有导入。")
    return [s for s in with_content if not s.hidden], [s for s in with_content if s.hidden]


class _Reading:
    """A file while it is read: its tables, records and the rows left out, in the order of the file."""

    def __init__(self, kind: str, name: str, mapping: Mapping[str, str]) -> None:
        self._kind, self._name, self._mapping = kind, name, mapping
        self._sheets: list[SheetRead] = []
        self._tables: list[TableRead] = []
        self._left_out: list[LeftOut] = []
        self._n_unread = 0

    def leave_sheet(self, sheet: Wide, why: str) -> None:
        self._sheets.append(SheetRead(name=sheet.name, header=None, columns=[], skipped=why))
        self._n_unread += sheet.n_spoken()

    def read_sheet(self, sheet: Wide, header: Header) -> None:
        """Read the tables of a sheet, which may stand below each other."""
        above = [body.pairs(row) >= FEWEST_PAIRS for row in sheet.rows(0, header.top)]
        self._leave_out(sheet, (n for n, is_pairs in enumerate(above) if not is_pairs), "title")
        self._leave_out(sheet, (n for n, is_pairs in enumerate(above) if is_pairs), "form")
        place = None
        for stretch in body.stretches(sheet, header):
            self._leave_out(sheet, range(stretch.header.top, stretch.first), "header")
            if stretch.header is not header and (why := _skipped(stretch.header, self._kind, only=False, mapping={})):
                self._leave_out(sheet, range(stretch.first, stretch.last), "other")
                self._sheets.append(SheetRead(name=sheet.name, header=None, columns=[], skipped=why))
                continue
            place = self._read_table(sheet, stretch, place)

    def _leave_out(self, sheet: Wide, rows: Iterable[int], why: str) -> None:
        spoken = (n for n in rows if any(sheet.frame.row(n)))
        self._left_out += [LeftOut(sheet.name, n + 1, why) for n in spoken]

    def _read_table(self, sheet: Wide, stretch: Stretch, above: captions.Place | None) -> captions.Place:
        header = stretch.header
        columns = whose.map_columns(header, self._kind, sheet.body(stretch.first, stretch.last), self._mapping)
        of_titles = given(self._kind, columns, titles([self._name, sheet.name], sheet.rows(0, header.top)))
        over = [words for row in sheet.rows(0, header.top) if (words := body.only_text(row))] if above is None else []
        fields = {c.field for c in columns if c.field}
        if "building" in captions.place_of_titles([*over, sheet.name], fields - {"address"}):
            whose.read_in_building(columns)
            fields = {c.field for c in columns if c.field}
        place = captions.Place(sheet, stretch.first, fields, above, over)
        read_ = Table(sheet, stretch, columns, self._kind, of_titles, place).read()
        self._tables.append(read_)
        self._left_out += read_.left_out
        self._sheets.append(
            SheetRead(
                name=sheet.name,
                header=header,
                columns=columns,
                n_rows=len(read_.frame),
                given=of_titles,
                unread=tuple(_unread(sheet, columns, stretch)),
                last=stretch.last,
                coloured=tuple(_coloured(sheet, [*range(header.top), *(row.row_no - 1 for row in read_.left_out)])),
            )
        )
        return place

    def ledger(self, n_rows: int) -> Ledger:
        frame, faults = _joined(self._tables)
        return Ledger(
            kind=self._kind,
            sheets=self._sheets,
            frame=frame,
            faults=faults,
            questions=questions(self._kind, self._sheets),
            refused=[*refused(self._sheets), *besides(self._sheets)],
            left_out=self._left_out,
            tally=tally.of(
                self._kind,
                n_rows=n_rows,
                n_unread=self._n_unread,
                n_read=frame.select("sheet", "row_no").n_unique() if len(frame) else 0,
                n_records=len(frame),
                left_out=self._left_out,
            ),
        )


def _joined(tables: Sequence[TableRead]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The records of all tables, counted through, and their faults."""
    if not tables:
        return pl.DataFrame(schema={"row": pl.UInt32, "sheet": pl.String, "row_no": pl.UInt32}), pl.DataFrame(
            schema=table.FAULTS
        )
    starts = itertools.accumulate((len(of.frame) for of in tables), initial=0)
    faults = [of.faults.with_columns(pl.col("row") + start) for of, start in zip(tables, starts, strict=False)]
    frame = pl.concat([of.frame for of in tables], how="diagonal").drop("row").with_row_index("row")
    return frame, pl.concat(faults)


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
            if kind == "care" and not _says_category(header, above):
                fit = min(fit, WITHOUT_CATEGORY)
            points[kind] = points.get(kind, 0) + max(0.0, fit + TITLE_WEIGHT * (kind in hinted and fit > 0))
    best = max(points, key=lambda k: points[k])
    if points[best] <= 0:
        raise LedgerError(
            "认不出这是哪种台账（房屋、人员、单位、重点场所、设施、重点关爱人员）。请选好种类再读，或补上必要的列。"
        )
    return best


WITHOUT_CATEGORY = 0.1
"""How well a list of names and doors fits one of care where nothing says which care."""


def _says_category(header: Header, above: str) -> bool:
    return "category" in given("care", [], above) or any(
        headers.meant("care", words) == "category" for words in header.words
    )


def given(kind: str, columns: Sequence[Column], titles: str) -> dict[str, str]:
    """What the titles say of every row."""
    field, of_titles = TOLD_BY_TITLES.get(kind, ("", captions.category_of))
    if not field or any(c.field == field for c in columns):
        return {}
    value = of_titles(titles)
    return {field: value} if value else {}


def require_own_numbers(ledger: LedgerRows) -> None:
    """Take an ID number back from a row where an earlier one gives it to another name: whose it is is asked."""
    first: dict[str, Row] = {}
    for row in ledger.rows:
        number, name = row.values.get("id_no"), row.values.get("name")
        if not number or not name:
            continue
        earlier = first.setdefault(number, row)
        if names.key(earlier.values["name"]) != names.key(name):
            del row.values["id_no"]
            column = letter(ledger.sheets, row.sheet, row.row_no, "id_no")
            row.faults.append(Fault("id_no", column, "one_id_two_names", TWO_NAMES.format(earlier.row_no)))


def letter(sheets: Sequence[SheetRead], sheet: str, row_no: int, field: str) -> str:
    """The column that holds a field in the table a row stands in; "" where none does, or several do."""
    table = next((t for t in sheets if t.name == sheet and row_no <= t.last), None)
    letters = [c.letter for c in table.columns if c.field == field] if table and field else []
    return letters[0] if len(letters) == 1 else ""


_ASKED = frozenset({"asked", "guessed"})


def _shared(sheet: SheetRead, column: Column, sheets: Sequence[SheetRead]) -> str:
    """What to do about a column whose heading another table reads without a question: one choice would be for both."""
    others = (c for s in sheets if s is not sheet for c in s.columns if c.header == column.header)
    return "。别的表也有这一列，选了会一起变：请在这张表里改好列名再传" if any(c.field for c in others) else ""


def questions(kind: str, sheets: Sequence[SheetRead]) -> list[str]:
    """What a person must settle: two columns for one field, a required field without a column."""
    asked = [f"{s.name}：{c.note}{_shared(s, c, sheets)}" for s in sheets for c in s.columns if c.how in _ASKED]
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


def _coloured(sheet: Wide, rows: Iterable[int]) -> Iterator[int]:
    """The rows (as the table program numbers them) whose words say that colours mean something."""
    for n in rows:
        if any(COLOURS.search(cell) for cell in sheet.rows(n, n + 1)[0]):
            yield n + 1


def besides(sheets: Sequence[SheetRead]) -> list[str]:
    """What else of the tables was not read, each in a sentence."""
    coloured = [
        f"{s.name} 第 {n} 行说用颜色表示意思，颜色没有读：请把它写成一列（比如人员状态）再传"
        for s in sheets
        for n in s.coloured
    ]
    unread = [words for s in sheets for words in s.unread]
    return [*dict.fromkeys(coloured), *dict.fromkeys(unread), *filter(None, [unused(sheets)])]


def _unread(sheet: Wide, columns: Sequence[Column], stretch: Stretch) -> Iterator[str]:
    """The columns that hold something and have no heading, or ours: what was written into a workbook given back."""
    own = {c.index for c in columns if not c.header.startswith(headers.OURS)}
    above = sheet.rows(0, stretch.header.top + 1)
    for n, cells in enumerate(sheet.body(stretch.first, stretch.last).iter_columns()):
        if n not in own and cells.count():
            is_ours = any(n < len(row) and text.fold(row[n]).startswith(headers.OURS) for row in above)
            why = f"“{headers.OURS}”是上次交回的说明" if is_ours else "没有列名"
            yield f"{headers.letter(n)} 列{why}，没有读"


def unused(sheets: Sequence[SheetRead]) -> str:
    """The columns that hold something and mean no field of ours, in one sentence; empty where there is none."""
    named = [
        f"{c.letter} 列“{c.header}”（{'，'.join(filter(None, [c.note, c.look]))}）"
        for s in sheets
        for c in whose.unused(s.columns)
    ]
    return f"没有用到的列：{'、'.join(dict.fromkeys(named))}" if named else ""
