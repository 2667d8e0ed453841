"""A workbook to be changed in place, by the names of its sheets."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

from lxml import etree

from gridwalk.ledger.inplace import comments, sheet
from gridwalk.ledger.inplace.layout import Area, Layout, letters_of, merges
from gridwalk.ledger.inplace.package import MIME, NotInPlace, Package, space_of
from gridwalk.ledger.inplace.sheet import Edit
from gridwalk.ledger.inplace.styles import Styles


@dataclasses.dataclass(frozen=True)
class SheetPart:
    """A worksheet of the workbook; charts of their own are none."""

    name: str
    part: str
    hidden: bool


class Book:
    """The workbook. Nothing is changed before ``data``. Raises NotInPlace."""

    def __init__(self, data: bytes, *, author: str, colour: str) -> None:
        self.package = Package(data)
        self._author = author
        self.styles = Styles(self.package, colour)
        self.sheets = {part.name: part for part in sheets(self.package)}
        self._edits: dict[str, dict[tuple[int, int], Edit]] = {}
        self._texts: dict[str, dict[str, list[str]]] = {}
        self._places: dict[str, tuple[int, int]] = {}
        self._threaded: dict[str, set[str]] = {}
        self._widths: dict[str, tuple[int, int]] = {}
        self._merged: dict[str, list[Area]] = {}
        self._rows: dict[str, frozenset[int]] = {}
        self._layouts: dict[str, Layout] = {}
        self.n_comments = 0

    def part(self, name: str) -> str:
        """The part of a sheet. Raises NotInPlace."""
        if name not in self.sheets:
            raise NotInPlace(f"no sheet {name}")
        return self.sheets[name].part

    def xml(self, name: str) -> bytes:
        """A sheet's bytes."""
        return self.package.read(self.part(name))

    def merged(self, name: str) -> list[Area]:
        """A sheet's merged areas."""
        if name not in self._merged:
            self._merged[name] = merges(self.xml(name))
        return self._merged[name]

    def colour(self, name: str, row: int, column: int) -> None:
        """Colour a cell."""
        edit = self._edits.setdefault(name, {}).setdefault((row, column), Edit())
        edit.style = lambda style: self.styles.look(style, coloured=True)

    def write(self, name: str, row: int, column: int, text: str, *, coloured: bool, quoted: bool) -> None:
        """Put a text into a cell; ``quoted``: it stays text also when somebody edits it."""
        edit = self._edits.setdefault(name, {}).setdefault((row, column), Edit())
        edit.text = text
        if coloured or quoted:
            edit.style = lambda style: self.styles.look(style, coloured=coloured, quoted=quoted)

    def comment(self, name: str, row: int, column: int, text: str) -> bool:
        """Say something beside a cell, once; False where nobody would see it."""
        if name not in self._threaded:
            self._threaded[name] = comments.threaded(self.package, self.part(name))
        cell = f"{letters_of(column)}{row}"
        if cell in self._threaded[name]:
            return False
        texts = self._texts.setdefault(name, {})
        if cell not in texts:
            texts[cell] = []
            self.n_comments += 1
        if text not in texts[cell]:
            texts[cell].append(text)
        self._places[cell] = (row, column)
        return True

    def widen(self, name: str, column: int, width: int) -> None:
        """Give a column beyond the user's own its width."""
        self._widths[name] = (column, width)

    def expect(self, name: str, rows: Iterable[int]) -> None:
        """Say which rows of a sheet will be changed, so that it is looked through once."""
        self._rows[name] = frozenset(rows)

    def layout(self, name: str) -> Layout:
        """Where things stand in a sheet, with the cells of the rows that will be changed."""
        if name not in self._layouts:
            self._layouts[name] = Layout(self.xml(name), rows=self._rows.get(name, frozenset()))
        return self._layouts[name]

    def add(self, name: str, rows: Iterable[Sequence[Any]], *, quote: Sequence[str]) -> None:
        """A further sheet of texts and numbers; texts that begin like one of ``quote`` stay texts."""
        part = self.package.free("xl/worksheets/sheet{}.xml")
        space = space_of(self.package.tree(self.package.book))
        quoted = self.styles.look(0, coloured=False, quoted=True)
        lines = [_line(number, row, tuple(quote), quoted) for number, row in enumerate(rows, start=1)]
        view = (
            '<sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        )
        self.package.write(
            part,
            f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{space}"><sheetViews>{view}'
            f"</sheetView></sheetViews><sheetData>{''.join(lines)}</sheetData></worksheet>".encode(),
        )
        self.package.declare(part, f"{MIME}spreadsheetml.worksheet+xml")
        id_ = self.package.relate(self.package.book, "worksheet", part)
        root = self.package.tree(self.package.book)
        listed = root.find(f"{{{space}}}sheets")
        number = max((int(s.get("sheetId", 0)) for s in listed), default=0) + 1
        added = etree.SubElement(listed, f"{{{space}}}sheet", name=name, sheetId=str(number))
        added.set(f"{{{self.package.office}}}id", id_)
        self.package.write_tree(self.package.book, root)
        self.sheets[name] = SheetPart(name, part, hidden=False)

    @property
    def is_changed(self) -> bool:
        """Whether anything is to be changed."""
        return bool(self._edits or self._texts) or self.package.is_changed

    def data(self) -> bytes:
        """The file with its changes."""
        for name in dict.fromkeys([*self._edits, *self._texts]):
            self._keep(name)
        self.styles.keep()
        return self.package.data()

    def _keep(self, name: str) -> None:
        part, edits = self.part(name), self._edits.get(name, {})
        box = None
        if texts := self._texts.get(name):
            own = comments.Comments(self.package, part, self._author)
            box = own.keep({cell: "；".join(words) for cell, words in texts.items()}, self._places)
        xml = self.xml(name)
        layout = self.layout(name)
        changes = sheet.edited(xml, layout, edits)
        if box:
            at = sheet.behind_drawing(layout)
            changes.append((at, at, f"<{layout.prefix}".encode() + box))
        if name in self._widths:
            changes += sheet.widened(xml, layout, *self._widths[name])
        self.package.write(part, sheet.spliced(xml, changes))


def sheets(package: Package) -> list[SheetPart]:
    """The worksheets in the workbook's order."""
    root = package.tree(package.book)
    relations = {r.id: r for r in package.relations(package.book)}
    parts = []
    for child in root.iterfind(f"{{{space_of(root)}}}sheets/{{*}}sheet"):
        id_ = next((value for name, value in child.attrib.items() if name.endswith("}id")), "")
        relation = relations.get(id_)
        if relation is not None and relation.is_a("worksheet") and relation.target in package:
            hidden = child.get("state", "visible") != "visible"
            parts.append(SheetPart(child.get("name", ""), relation.target, hidden))
    return parts


def _line(number: int, row: Sequence[Any], quote: tuple[str, ...], quoted: int) -> str:
    cells = []
    for column, value in enumerate(row, start=1):
        at = f'<c r="{letters_of(column)}{number}"'
        if isinstance(value, str) and value:
            style = f' s="{quoted}"' if value.startswith(quote) else ""
            cells.append(f'{at}{style} t="inlineStr"><is><t xml:space="preserve">{sheet.xml_text(value)}</t></is></c>')
        elif isinstance(value, bool):
            cells.append(f'{at} t="b"><v>{int(value)}</v></c>')
        elif isinstance(value, (int, float)):
            cells.append(f"{at}><v>{value}</v></c>")
    return f'<row r="{number}">{"".join(cells)}</row>'
