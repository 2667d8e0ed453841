"""A blank as a department sent it: its title, marks, header, and the rows drawn for persons. Pure.

Only a table with a person a row is read. Whatever is anything else is refused with the way out, never half filled.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Mapping, Sequence, Set

from gridwalk.dictionary import refusals
from gridwalk.ledger import cells, guard, headers
from gridwalk.ledger.errors import LedgerError, ListRefused
from gridwalk.ledger.headers import Header
from gridwalk.ledger.inplace import book
from gridwalk.ledger.inplace.layout import EVERY, Layout
from gridwalk.ledger.inplace.package import NotInPlace, Package
from gridwalk.ledger.wide import Wide

HEAD = 42
"""Rows among which the header is looked for."""
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"%PDF")
_TOTAL = re.compile(r"[合总小共]\s*计")
_BELOW = re.compile(r"填[表报]|制表|审核|负责人|经办人|联系人|单位|注[：:]|说明|备注[：:]|盖章")
_SERIAL_NUMBER = re.compile(r"\d{1,5}(?:\.0)?")
_ID_NUMBER = re.compile(r"\d{17}[\dXx]")
_TITLE = re.compile(r"(?:表|册|名单|台账|清单|统计|汇总|登记)\s*(?:[(（].*[)）])?$")
_SENDER = re.compile(r"(?:制发|制表|制定|下发|布置)(?:单位|机关|部门)[：:]\s*(\S+)")
_DUE = re.compile(r"(?:(?:\d{4}年)?\d{1,2}月\d{1,2}日)(?:下班)?(?:之?前|以前)")
_MARKS = {
    "表号": re.compile(r"表\s*号[：:]\s*(\S+)"),
    "制定机关": re.compile(r"制[定表]机关[：:]\s*(\S+)"),
    "批准文号": re.compile(r"(?:批准|备案)(?:机关)?文号[：:]\s*(\S+)"),
    "有效期限": re.compile(r"有效期(?:限)?(?:至)?[：:]\s*(\S+)"),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Blank:
    """``sheet``: its table's; ``drawn``: the rows for records, from 1; ``written``: those of them that hold something.

    ``below``: the rows behind them that hold something. ``formulas``: the columns (from 0) reckoned by the form itself.
    """

    ending: str
    """What the filled file's name must end in."""
    sheet: Wide
    sheets: tuple[Wide, ...]
    """All of the file's, hidden ones too: its lists of choices stand there."""
    header: Header
    drawn: range
    written: tuple[int, ...]
    below: tuple[int, ...]
    formulas: frozenset[int]
    title: str
    sender: str
    due: str
    marks: dict[str, str]


def read(data: bytes, name: str) -> Blank:
    """The blank. Raises LedgerError, ListRefused."""
    if data.startswith(_PICTURES):
        raise LedgerError("空表是图片或 PDF，填不了。请向发表的单位要 xlsx 的原表。")
    if (kind := guard.format_of(data, name)) != "xlsx":
        raise LedgerError(f"空表是 {kind}，还填不了。请用表格软件打开，另存为 xlsx 后再填。")
    _, sheets = cells.read(data, name)
    every = tuple(Wide.of(sheet) for sheet in sheets if any(any(row) for row in sheet.rows))
    shown = [sheet for sheet in every if not sheet.hidden]
    headed = [(sheet, header) for sheet in shown if (header := headers.find(sheet.rows(0, HEAD), None))]
    if len(headed) != 1:
        raise LedgerError(
            f"这个空表里有 {len(headed)} 张带表头的表，只会填一张表、一人一行的空表。请把要填的一张另存为一个文件。"
        )
    sheet, header = headed[0]
    if headers.kind_of(header.words)[0] != "person":
        raise LedgerError("这张空表不像一人一行的名册（没有“姓名”和“证件号”这样的列），还填不了。请手工填写。")
    above = [text for row in sheet.rows(0, header.top) for text in row if text]
    title = next(filter(_TITLE.search, above), "")
    if reason := refusals.list_of(sheet.name) or next(filter(None, map(refusals.title, above)), ""):
        raise ListRefused(f"这张表是不收的名单（{reason}），没有填。")
    return _drawn(data, sheet, every, header, above, title)


def _marks(texts: Sequence[str]) -> dict[str, str]:
    matches = ((name, pattern.search(text)) for name, pattern in _MARKS.items() for text in texts)
    return {name: match[1] for name, match in matches if match}


def _drawn(
    data: bytes, sheet: Wide, sheets: tuple[Wide, ...], header: Header, above: Sequence[str], title: str
) -> Blank:
    layout = _layout(data, sheet.name)
    header = _of_its_rows(sheet, header, layout)
    first = header.top + header.height + 1
    formulas = _formulas(layout, first)
    contents = {
        number: {column: text for column, text in enumerate(row) if text and column not in formulas}
        for number, row in enumerate(sheet.rows(first - 1, len(sheet.frame)), start=first)
    }
    serial = {column for column, text in enumerate(header.texts) if headers.bare(text) in SERIAL}
    ends = (number for number, texts in contents.items() if _is_below(texts, serial))
    looks = max((row.number for row in layout.rows), default=first)
    end = next(ends, max(first, looks) + 1)
    if any(top < bottom and bottom + 1 >= first and top + 1 < end for top, _, bottom, _ in sheet.merged):
        raise LedgerError("表头下面有上下合并的格子，像是一户一块，还填不了。请改成一人一行，或手工填写。")
    if _is_heading_row(contents.get(first, {}).values()):
        raise LedgerError(f"第 {first} 行也像表头，没有认成表头。请把它并进上一行，表头只留一行，再来一次。")
    if end == first:
        raise LedgerError(f"表头下面（第 {first} 行起）没有留给填写的行。请在表头下插入一个空行，再来一次。")
    drawn = range(first, end)
    below = tuple(number for number, texts in contents.items() if number >= end and texts)
    _require_one_block(drawn, {n: contents[n] for n in below}, serial)
    _require_formulas_throughout(layout, drawn)
    return Blank(
        ending=Package(data).ending,
        sheet=sheet,
        sheets=sheets,
        header=header,
        drawn=drawn,
        written=tuple(n for n in drawn if contents.get(n, {}).keys() - serial),
        below=below,
        formulas=frozenset(formulas),
        title=title,
        sender=next((m[1] for text in above if (m := _SENDER.search(text))), ""),
        due=next((m[0] for text in above if (m := _DUE.search(text))), ""),
        marks=_marks(above),
    )


def _formulas(layout: Layout, number: int) -> set[int]:
    """The columns (from 0) that a row reckons."""
    return {cell.column - 1 for cell in layout.cells() if cell.row == number and cell.formula is not None}


def _of_its_rows(sheet: Wide, header: Header, layout: Layout) -> Header:
    """The header without a second row that is drawn for a record: it says nothing, or a serial and formulas.

    Where cells of the first reach down into it, it is the header's.
    """
    lower = header.top + 1
    upper = _row(sheet, header.top + 1)
    serial = {column for column, text in enumerate(upper) if headers.bare(text) in SERIAL}
    reckoned = _formulas(layout, lower + 1)
    says = {column: text for column, text in enumerate(_row(sheet, lower + 1)) if text and column not in reckoned}
    if header.height < 2 or says.keys() - serial or (says and not _is_numbered(says, serial)):
        return header
    if any(top <= header.top and bottom >= lower for top, _, bottom, _ in sheet.merged):
        return header
    return Header(header.top, 1, tuple(upper))


SERIAL = frozenset({"序号", "序", "no", "No", "NO"})


def _row(sheet: Wide, number: int) -> list[str]:
    rows = sheet.rows(number - 1, number)
    return rows[0] if rows else []


def _is_heading_row(texts: Collection[str]) -> bool:
    """Whether a row is a second one of headings: half of them is enough, for what is cleared is lost."""
    return len(texts) > 1 and 2 * sum(map(headers.is_heading, texts)) >= len(texts)


def _is_below(texts: Mapping[int, str], serial: Set[int]) -> bool:
    """Whether a row is a total, a note or a line for signatures: those end the rows for records.

    A numbered row is a record, however little it says: last year's person in it must not stay.
    """
    if any(map(_TOTAL.match, texts.values())):
        return True
    if not texts or _is_numbered(texts, serial):
        return False
    return bool(_BELOW.match(next(iter(texts.values())))) or len(texts.keys() - serial) == 1


def _is_numbered(texts: Mapping[int, str], serial: Set[int]) -> bool:
    return any(_SERIAL_NUMBER.fullmatch(text) for column, text in texts.items() if column in serial)


def _require_one_block(drawn: range, below: Mapping[int, Mapping[int, str]], serial: Set[int]) -> None:
    """Raises LedgerError where records seem to go on behind a total: they would stay beside the new ones."""
    for number, texts in below.items():
        if _is_numbered(texts, serial) or any(map(_ID_NUMBER.fullmatch, texts.values())):
            raise LedgerError(
                f"第 {drawn[-1] + 1} 行像合计或说明，第 {number} 行又像是人。只会填连在一起的行："
                "请把不要的行删掉，或把要填的行移到一起，再来一次。"
            )


def _require_formulas_throughout(layout: Layout, drawn: range) -> None:
    """Raises LedgerError where only some of the drawn rows have a column's formula: some persons would be without."""
    rows: dict[int, set[int]] = {}
    for cell in layout.cells():
        if cell.formula is not None and cell.row in drawn:
            rows.setdefault(cell.column, set()).add(cell.row)
    for column, has in sorted(rows.items()):
        if lacking := [row for row in drawn if row not in has]:
            raise LedgerError(
                f"{headers.letter(column - 1)} 列有的行有公式，第 {lacking[0]} 行没有。"
                f"请把公式填满第 {drawn[0]}–{drawn[-1]} 行（多余的空行可以删掉），或把公式去掉，再来一次。"
            )


def _layout(data: bytes, name: str) -> Layout:
    try:
        package = Package(data)
        part = next(part.part for part in book.sheets(package) if part.name == name)
        xml = package.read(part)
        layout = Layout(xml, rows=EVERY)
    except (NotInPlace, StopIteration) as error:
        raise LedgerError("这个工作簿的写法少见，不能在原表里填。请用表格软件打开，另存为 xlsx 后再填。") from error
    if any(element == "sheetProtection" for element, _ in layout.behind_body):
        raise LedgerError("这张空表设了工作表保护，还填不了。请先撤销工作表保护，另存后再填。")
    return layout
