"""Records in the rows drawn for them, of which the last is repeated for as many as there are.

What stood below moves down, with everything that says where a cell is: formulas of all sheets, names, merged areas,
rules of input and of looks, tables, filters, breaks, pictures, comments, charts. Parts that say nothing of a moved cell
stay byte for byte. A formula's last value is taken out where it no longer holds, and is reckoned anew on opening.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from lxml import etree

from gridwalk.ledger.inplace import around, formulas
from gridwalk.ledger.inplace.book import SheetPart, sheets
from gridwalk.ledger.inplace.layout import EVERY, Cell, Layout, Row, is_without_formulas, letters_of
from gridwalk.ledger.inplace.package import NotInPlace, Package
from gridwalk.ledger.inplace.references import LAST_ROW, Repeated, copied
from gridwalk.ledger.inplace.sheet import spliced, tag_at, without, xml_text
from gridwalk.ledger.inplace.styles import Styles

Content = str | int | float
Contents = Mapping[int, Content]
"""By column, from 1. A text stays a text, however much it looks like a number."""
_FORMULA = re.compile(rb"<(?:[\w.-]+:)?f\b([^>]*?)(?:/>|>(.*?)</(?:[\w.-]+:)?f\s*>)", re.DOTALL)
_ROW_NUMBER = re.compile(rb"""(\br\s*=\s*["'][A-Z]*)\d+""")
_AREA = re.compile(rb"""(\bref\s*=\s*["'])([^"']*)""")
_MISTAKEN = re.compile(r"[\d=+\-@'\t\r]")
"""How a text begins that a table program takes for a number, a date or a formula as soon as somebody edits it."""
_SHARED = re.compile(rb"""\s+(?:t|ref|si)\s*=\s*("[^"]*"|'[^']*')""")


def fill(package: Package, name: str, drawn: range, records: Sequence[Contents]) -> None:
    """Put the records into the rows of a sheet that are drawn for them, and further ones into copies of the last.

    A drawn row keeps what no record says otherwise; a copy keeps the last one's look, merged cells and formulas.
    Raises NotInPlace where the file cannot be changed so without harm.
    """
    of_sheet = next((part for part in sheets(package) if part.name == name), None)
    if of_sheet is None or not records or not drawn:
        raise NotInPlace(f"no sheet {name}, or nothing to write")
    repeated = Repeated(name, drawn[-1], max(0, len(records) - len(drawn)))
    around.require_movable(package, of_sheet.part)
    has_formulas, styles = False, Styles(package, "")
    for part in sheets(package):
        has_formulas |= _Sheet(package, part, repeated, styles).keep(drawn, records)
    styles.keep()
    if repeated.n:
        around.move(package, of_sheet.part, repeated)
    if has_formulas:
        formulas.drop_calculation(package)
        _reckon_on_opening(package)


class _Sheet:
    """One worksheet; ``own``: the one whose row is repeated."""

    def __init__(self, package: Package, part: SheetPart, repeated: Repeated, styles: Styles) -> None:
        self.styles = styles
        self._package, self._part, self._repeated = package, part.part, repeated
        self._own = part.name == repeated.sheet
        self._xml = package.read(part.part)
        self._prefix = ""
        self._masters: dict[str, Cell] = {}

    def keep(self, drawn: range, records: Sequence[Contents]) -> bool:
        """Write the sheet as it is now; whether a formula of it was written anew."""
        if not self._own and is_without_formulas(self._xml):
            return self._keep_tail(self._xml)
        layout = Layout(self._xml, rows=EVERY if self._own else (), formulas=True)
        self._prefix = layout.prefix
        self._masters = {cell.shared: cell for cell in layout.cells() if cell.shared and cell.formula}
        if not self._own:
            return self._keep_formulas(layout)
        taken = drawn[: len(records)]
        changes = [*self._moved(layout, taken), *self._rows(layout, taken, records)]
        start, end = layout.body
        shift = sum(len(new) - (stop - at) for at, stop, new in changes)
        written = spliced(self._xml, changes)
        head, tail = written[:start], written[end + shift :]
        body = written[start : end + shift]
        head, tail = (around.written(part, self._repeated, own=True) for part in (head, tail))
        tail = around.merged(tail, self._repeated)
        self._package.write(self._part, head + body + tail)
        return any(cell.formula is not None for cell in layout.cells())

    def _keep_tail(self, xml: bytes) -> bool:
        changed = around.written(xml, self._repeated, own=False)
        if changed != xml:
            self._package.write(self._part, changed)
        return False

    def _keep_formulas(self, layout: Layout) -> bool:
        """Another sheet: only where a formula names the one whose row is repeated."""
        named = [cell for cell in layout.cells() if self._is_named(cell)]
        groups = {cell.shared for cell in named if cell.shared}
        at = {cell.at for cell in named}
        changes = [
            (cell.start, cell.end, self._cell(cell, cell.row))
            for cell in layout.cells()
            if cell.at in at or cell.shared in groups
        ]
        start, end = layout.body
        shift = sum(len(new) - (stop - at) for at, stop, new in changes)
        written = spliced(self._xml, changes)
        head, body, tail = written[:start], written[start : end + shift], written[end + shift :]
        written = head + body + around.written(tail, self._repeated, own=False)
        if written != self._xml:
            self._package.write(self._part, written)
        return bool(changes)

    def _is_named(self, cell: Cell) -> bool:
        formula = self._formula(cell)
        return self._repeated.formula(formula, own=False) != formula

    def _moved(self, layout: Layout, taken: range) -> Iterable[tuple[int, int, bytes]]:
        """Every row that takes no record: lower where it stood below it, its formulas written anew."""
        for row in layout.rows:
            if row.number in taken:
                continue
            number = self._repeated.line(row.number)
            if number > LAST_ROW:
                raise NotInPlace("no room below")
            if number != row.number:
                tag = tag_at(self._xml, row.start)
                yield row.start, row.start + len(tag), _numbered(tag, number)
            for cell in row.cells:
                if number != row.number or cell.formula is not None:
                    yield cell.start, cell.end, self._cell(cell, number)

    def _cell(self, cell: Cell, number: int) -> bytes:
        """A cell in its row as numbered now."""
        xml = self._xml[cell.start : cell.end]
        tag = tag_at(xml, 0)
        if cell.formula is None:
            return _numbered(tag, number) + xml[len(tag) :]
        formula = self._repeated.formula(self._formula(cell), own=self._own)
        return self._with_formula(xml, _numbered(tag, number), formula)

    def _formula(self, cell: Cell) -> str:
        """A cell's formula, also where it shares that of another cell."""
        if cell.formula or cell.shared not in self._masters:
            return cell.formula or ""
        master = self._masters[cell.shared]
        return copied(master.formula or "", rows=cell.row - master.row, columns=cell.column - master.column)

    def _with_formula(self, xml: bytes, tag: bytes, formula: str) -> bytes:
        """A cell with its formula by itself, shared with none, and without its last value."""
        match = _FORMULA.search(xml)
        if match is None:
            raise NotInPlace("a formula that is not there")
        attributes = _SHARED.sub(b"", match[1]) if b"shared" in match[1] else self._over(match[1])
        written = f"<{self._prefix}f".encode() + attributes.rstrip(b" /") + b">" + xml_text(formula).encode()
        return without(tag, "t") + written + f"</{self._prefix}f></{self._prefix}c>".encode()

    def _over(self, attributes: bytes) -> bytes:
        """What a formula over several cells says of itself."""
        if b"dataTable" in attributes:
            raise NotInPlace("a table of what would be")

        def moved(match: re.Match[bytes]) -> bytes:
            first, _, last = match[2].decode().partition(":")
            top, bottom = (int(end.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) for end in (first, last or first))
            if top <= self._repeated.row <= bottom:
                raise NotInPlace("a formula over several cells reaches into the row")
            return match[1] + self._repeated.areas(match[2].decode()).encode()

        return _AREA.sub(moved, attributes) if self._own else attributes

    def _rows(self, layout: Layout, taken: range, records: Sequence[Contents]) -> Iterable[tuple[int, int, bytes]]:
        """The drawn rows with a record each, the last of them with all that are left."""
        rows = {row.number: row for row in layout.rows}
        behind = self._xml.rindex(b"</", *layout.body)
        for number, record in zip(taken, records, strict=False):
            row = rows.get(number)
            if row is None:  # the file does not mention a row that nobody has touched
                at = next((later.start for later in layout.rows if later.number > number), behind)
                row = Row(number, at, at, [])
            rest = records[len(taken) :] if number == taken[-1] else ()
            columns = sorted({cell.column for cell in row.cells}.union(record, *rest))
            drawn = _Drawn(self, row, columns)
            yield row.start, row.end, b"".join(drawn.record(r, k) for k, r in enumerate((record, *rest)))

    def drawn(self, cell: Cell, k: int) -> bytes:
        """A cell of the repeated row where no record says anything: itself, or its ``k``-th copy."""
        xml = self._xml[cell.start : cell.end]
        tag = tag_at(xml, 0)
        if cell.formula is None:
            return xml if k == 0 else self._empty(without(_numbered(tag, cell.row + k), "t", "cm", "vm"))
        formula = self._repeated.formula(self._formula(cell), own=True)
        return self._with_formula(xml, _numbered(tag, cell.row + k), copied(formula, rows=k) if k else formula)

    @staticmethod
    def _empty(tag: bytes) -> bytes:
        return tag if tag.endswith(b"/>") else tag[:-1].rstrip() + b"/>"

    def tag(self, row: Row) -> bytes:
        """A row's opening tag."""
        if row.start == row.end:
            return f'<{self._prefix}row r="{row.number}">'.encode()
        tag = without(tag_at(self._xml, row.start), "spans")
        return tag[:-2].rstrip() + b">" if tag.endswith(b"/>") else tag

    @property
    def prefix(self) -> str:
        """What stands before the names of the sheet's elements."""
        return self._prefix


class _Drawn:
    """The row as it was drawn, to be written again and again."""

    def __init__(self, sheet: _Sheet, row: Row, columns: Sequence[int]) -> None:
        self._sheet, self._number = sheet, row.number
        self._cells = {cell.column: cell for cell in row.cells}
        self._tag = sheet.tag(row)
        self._closing = f"</{sheet.prefix}row>".encode()
        p = sheet.prefix
        self._columns = [(column, letters_of(column), *self._looks(column)) for column in columns]
        self._text_opens = f't="inlineStr"><{p}is><{p}t xml:space="preserve">'
        self._text_closes = f"</{p}t></{p}is></{p}c>"

    def _looks(self, column: int) -> tuple[str, str]:
        """The column's own look, and the one in which a text is never taken for something else."""
        style = self._cells[column].style if column in self._cells else 0
        quoted = self._sheet.styles.look(style, coloured=False, quoted=True)
        return f's="{style}" ' if style else "", f's="{quoted}" '

    def record(self, record: Contents, k: int) -> bytes:
        """The row that many rows below the first, with a record in it."""
        number, p = self._number + k, self._sheet.prefix
        parts = [_numbered(self._tag, number)]
        for column, letters, style, quoted in self._columns:
            content = record.get(column)
            if content is None:
                cell = self._cells.get(column)
                parts += [] if cell is None else [self._sheet.drawn(cell, k)]
            elif isinstance(content, str):
                look = quoted if _MISTAKEN.match(content) else style
                opening = f'<{p}c r="{letters}{number}" {look}'
                parts.append(
                    f"{opening}{self._text_opens}{xml_text(content)}{self._text_closes}".encode()
                    if content
                    else f"{opening}/>".encode()
                )
            else:
                parts.append(f'<{p}c r="{letters}{number}" {style}><{p}v>{content}</{p}v></{p}c>'.encode())
        return b"".join([*parts, self._closing])


def _numbered(tag: bytes, number: int) -> bytes:
    return _ROW_NUMBER.sub(lambda match: match[1] + str(number).encode(), tag, count=1)


def _reckon_on_opening(package: Package) -> None:
    """Values that hang on a moved cell are reckoned when the file is opened."""
    root = package.tree(package.book)
    reckoning = root.find("{*}calcPr")
    if reckoning is None:
        names = [etree.QName(child).localname for child in root]
        behind = {"workbookPr", "bookViews", "sheets", "functionGroups", "externalReferences", "definedNames"}
        at = max(n for n, local in enumerate(names) if local in behind) + 1
        reckoning = etree.Element(f"{{{etree.QName(root).namespace}}}calcPr")
        root.insert(at, reckoning)
    reckoning.set("fullCalcOnLoad", "1")
    package.write_tree(package.book, root)
