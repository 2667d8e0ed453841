"""A worksheet's bytes with some cells changed; what is not changed stays byte for byte."""

from __future__ import annotations

import bisect
import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

from gridwalk.ledger.inplace.layout import Cell, Layout, Row, letters_of
from gridwalk.ledger.inplace.package import NotInPlace

TAG = re.compile(rb"""<[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>""")
_LAST_OF_WIDTH = re.compile(rb"""\bmax\s*=\s*["'](\d+)""")
_FORMULA = re.compile(rb"<(?:[\w.-]+:)?f\b[^>]*?(?:/>|>.*?</(?:[\w.-]+:)?f\s*>)", re.DOTALL)
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BEHIND_DRAWING = frozenset(
    {
        "legacyDrawingHF",
        "drawingHF",
        "picture",
        "oleObjects",
        "controls",
        "webPublishItems",
        "tableParts",
        "extLst",
        "AlternateContent",
    }
)
"""What stands behind a worksheet's drawings of comments (ECMA-376, CT_Worksheet)."""


@dataclasses.dataclass(slots=True, kw_only=True)
class Edit:
    """What becomes of a cell: another look, a text instead of its content ("" clears it), a formula's last value."""

    style: Callable[[int], int] | None = None
    text: str | None = None
    value_only: bool = False


def edited(xml: bytes, layout: Layout, edits: Mapping[tuple[int, int], Edit]) -> list[tuple[int, int, bytes]]:
    """The changes to a worksheet that give cells what ``edits`` says, by row and column; a missing cell is added.

    The layout must hold all cells of the rows in which one may be missing.
    """
    by_row: dict[int, dict[int, Edit]] = {}
    for (number, column), edit in edits.items():
        by_row.setdefault(number, {})[column] = edit
    changes: list[tuple[int, int, bytes]] = []
    for row in layout.rows:
        wanted = by_row.pop(row.number, None)
        if wanted:
            changes += _edited_row(xml, layout.prefix, row, wanted)
    changes += _new_rows(xml, layout, by_row)
    return changes


def _edited_row(xml: bytes, prefix: str, row: Row, wanted: dict[int, Edit]) -> list[tuple[int, int, bytes]]:
    changes: list[tuple[int, int, bytes]] = []
    for cell in row.cells:
        edit = wanted.pop(cell.column, None)
        if edit is not None:
            changes.append((cell.start, cell.end, _edited_cell(xml[cell.start : cell.end], prefix, cell, edit)))
    added = {column: edit for column, edit in wanted.items() if edit.text or edit.style}
    if not added:
        return changes
    opening = tag_at(xml, row.start)
    tag = without(opening, "spans")
    if opening.endswith(b"/>"):
        new = b"".join(_new_cell(prefix, row.number, column, added[column]) for column in sorted(added))
        return [(row.start, row.end, tag[:-2].rstrip() + b">" + new + f"</{prefix}row>".encode())]
    changes.append((row.start, row.start + len(opening), tag))
    closing = xml.rindex(b"</", row.start, row.end)
    places = [cell.column for cell in row.cells]
    for column in sorted(added):
        behind = bisect.bisect_right(places, column)
        at = row.cells[behind].start if behind < len(places) else closing
        changes.append((at, at, _new_cell(prefix, row.number, column, added[column])))
    return changes


def _new_rows(xml: bytes, layout: Layout, by_row: dict[int, dict[int, Edit]]) -> list[tuple[int, int, bytes]]:
    changes: list[tuple[int, int, bytes]] = []
    numbers = [row.number for row in layout.rows]
    start, end = layout.body
    opening = tag_at(xml, start)
    is_empty = opening.endswith(b"/>")
    closing = end if is_empty else xml.rindex(b"</", start, end)
    new = b""
    for number in sorted(by_row):
        cells = {column: edit for column, edit in by_row[number].items() if edit.text or edit.style}
        if not cells:
            continue
        written = b"".join(_new_cell(layout.prefix, number, column, cells[column]) for column in sorted(cells))
        written = f'<{layout.prefix}row r="{number}">'.encode() + written + f"</{layout.prefix}row>".encode()
        behind = bisect.bisect_right(numbers, number)
        if behind < len(numbers):
            changes.append((layout.rows[behind].start, layout.rows[behind].start, written))
        else:
            new += written
    if new and is_empty:
        changes.append((start, end, opening[:-2].rstrip() + b">" + new + f"</{layout.prefix}sheetData>".encode()))
    elif new:
        changes.append((closing, closing, new))
    return changes


def tag_at(xml: bytes, start: int) -> bytes:
    """The tag that begins there. Raises NotInPlace."""
    tag = TAG.match(xml, start)
    if tag is None:
        raise NotInPlace("a tag that does not end")
    return tag[0]


def without(tag: bytes, *names: str) -> bytes:
    """A tag without these attributes."""
    for name in names:
        tag = re.sub(rb"""\s+%b\s*=\s*("[^"]*"|'[^']*')""" % name.encode(), b"", tag)
    return tag


def _with(tag: bytes, name: str, value: object) -> bytes:
    """A tag with an attribute set."""
    tag = without(tag, name)
    end = -2 if tag.endswith(b"/>") else -1
    return tag[:end].rstrip() + f" {name}={quoteattr(str(value))}".encode() + tag[end:]


def _edited_cell(xml: bytes, prefix: str, cell: Cell, edit: Edit) -> bytes:
    tag = tag_at(xml, 0)
    content = xml[len(tag) :]
    if edit.style is not None:
        tag = _with(tag, "s", edit.style(cell.style))
    if edit.text is None and not edit.value_only:
        return tag + content
    tag = without(tag, "cm", "vm")
    if edit.text is None:
        return tag + _FORMULA.sub(b"", content, count=1)
    tag = without(tag, "t")
    open_tag = (tag[:-2] if tag.endswith(b"/>") else tag[:-1]).rstrip()
    if not edit.text:
        return open_tag + b"/>"
    return open_tag + b' t="inlineStr">' + _inline(prefix, edit.text) + f"</{prefix}c>".encode()


def _new_cell(prefix: str, row: int, column: int, edit: Edit) -> bytes:
    style = edit.style(0) if edit.style else 0
    start = f'<{prefix}c r="{letters_of(column)}{row}"' + (f' s="{style}"' if style else "")
    if not edit.text:
        return f"{start}/>".encode()
    return f'{start} t="inlineStr">'.encode() + _inline(prefix, edit.text) + f"</{prefix}c>".encode()


def _inline(prefix: str, text: str) -> bytes:
    return f'<{prefix}is><{prefix}t xml:space="preserve">{xml_text(text)}</{prefix}t></{prefix}is>'.encode()


def writable(text: str) -> str:
    """A text without the characters that no XML can hold."""
    return _UNWRITABLE.sub("", text)


def xml_text(text: str) -> str:
    """A text as XML writes it."""
    return escape(writable(text), {"\r": "&#13;"})


def spliced(xml: bytes, changes: Iterable[tuple[int, int, bytes]]) -> bytes:
    """The bytes with changes (start, end, instead) that do not overlap; of two insertions at one place the first
    stands first.
    """
    parts, at = [], 0
    for start, end, instead in sorted(changes, key=lambda change: change[:2]):
        parts += [xml[at:start], instead]
        at = end
    return b"".join([*parts, xml[at:]])


def behind_drawing(layout: Layout) -> int:
    """Where a worksheet's drawing of comments goes."""
    at = layout.end
    for name, start in reversed(layout.behind_body):
        if name not in _BEHIND_DRAWING:
            break
        at = start
    return at


def widened(xml: bytes, layout: Layout, column: int, width: int) -> list[tuple[int, int, bytes]]:
    """The change that gives a column its width; none where the user's own widths reach beyond it."""
    prefix = layout.prefix
    new = f'<{prefix}col min="{column}" max="{column}" width="{width}" customWidth="1"/>'.encode()
    if layout.columns_end < 0:
        start = layout.body[0]
        return [(start, start, f"<{prefix}cols>".encode() + new + f"</{prefix}cols>".encode())]
    end = layout.columns_end
    own = xml[xml.rfind(b"cols", 0, end) : end]
    reach = max((int(last) for last in _LAST_OF_WIDTH.findall(own)), default=0)
    return [] if reach >= column else [(end, end, new)]
