"""What is taken out of a workbook before it is kept: cells, and wherever else the file has their contents once more.

A table program keeps the contents of a cell in many places: the table of strings, the cells' comments, what pivot
tables and charts remember, the log of changes, links to other workbooks. Each is cleared so that the file still opens.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any

from lxml import etree

from gridwalk.ledger.inplace import comments, formulas, strings
from gridwalk.ledger.inplace.book import SheetPart, sheets
from gridwalk.ledger.inplace.layout import Area, Layout, column_number, is_without_formulas
from gridwalk.ledger.inplace.package import Package, relations_of, space_of
from gridwalk.ledger.inplace.sheet import Edit, edited, spliced

EMPTY_SHEET = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{space}"><sheetData/></worksheet>'
)
_REFERENCE = re.compile(r"^'?([^'!]+)'?!\$?([A-Z]+)\$?\d+(?::\$?([A-Z]+)\$?\d+)?$")
_REMARKS = frozenset({"title", "subject", "description", "keywords", "category"})
_PIVOT_GONE = "（没有存）"
LAST_ROW = 1 << 20


@dataclasses.dataclass
class Gone:
    """What goes of one sheet: everything, or columns (from 1) each from a row on."""

    columns: dict[int, int] = dataclasses.field(default_factory=dict)
    whole: bool = False


class Blanking:
    """One workbook whose refused contents go. ``says``: what went besides; ``is_of_cells``: whether a cell goes.

    Raises package.NotInPlace.
    """

    def __init__(self, data: bytes, gone: Mapping[str, Gone], is_refused: Callable[[str], object]) -> None:
        self.package = Package(data)
        self._original = data
        self.says: list[str] = []
        self.is_of_cells = False
        self._gone = gone
        self._is_refused = is_refused
        self._areas: dict[str, list[Area]] = {}
        self._sheets = sheets(self.package)
        for sheet in self._sheets:
            columns = gone[sheet.name].columns if sheet.name in gone else {}
            self._areas[sheet.name] = [(top, column, LAST_ROW, column) for column, top in columns.items()]

    def data(self) -> bytes:
        """The workbook without what goes."""
        self._clear_pivots()
        outgoing = formulas.Outgoing(self.package)
        for sheet in self._sheets:
            if sheet.name in self._gone and self._gone[sheet.name].whole:
                self._empty(sheet)
            else:
                self._clear_sheet(sheet, outgoing)
        self._clear_charts()
        self._clear_revisions()
        self._clear_properties()
        self.says += outgoing.finish()
        if any(self._areas.values()) or any(gone.whole for gone in self._gone.values()):
            strings.drop_unused(self.package, [sheet.part for sheet in self._sheets])
        if not self.package.is_changed:
            return self._original
        if self.package.end_signatures():
            self.says.append("电子签名（改过的文件不再是签过名的那一份）")
        return self.package.data()

    def _empty(self, sheet: SheetPart) -> None:
        """A sheet that is a refused list: nothing of it stays but its name."""
        self.is_of_cells = True
        space = space_of(self.package.tree(self.package.book))
        reached = self.package.reached()
        self.package.write(sheet.part, EMPTY_SHEET.format(space=space).encode())
        self.package.remove(relations_of(sheet.part))
        for name in reached - self.package.reached():
            self.package.remove(name)

    def _clear_sheet(self, sheet: SheetPart, outgoing: formulas.Outgoing) -> None:
        areas = self._areas[sheet.name]
        xml = self.package.read(sheet.part)
        if not areas and is_without_formulas(xml):
            return
        columns: Container[int] = {c for _, left, _, right in areas for c in range(left, right + 1)} if areas else ()
        layout = Layout(xml, columns=columns, formulas=True)
        edits = {cell.at: Edit(text="") for cell in layout.cells() if _inside(areas, *cell.at)}
        edits |= outgoing.of_sheet(sheet.name, layout, edits)
        if edits:
            self.is_of_cells = True
            formulas.release_shared(layout, edits)
            self.package.write(sheet.part, spliced(xml, edited(xml, layout, edits)))
            formulas.drop_calculation(self.package)
        if areas and (n := comments.clear(self.package, sheet.part, lambda row, column: _inside(areas, row, column))):
            self.says.append(f"{sheet.name}：这些列上的批注 {n} 条")

    def _clear_pivots(self) -> None:
        refused = {
            name: fields
            for name in self.package.names()
            if re.fullmatch(r"xl/pivotCache/pivotCacheDefinition\d*\.xml", name)
            and (fields := self._refused_fields(name))
        }
        for name, fields in refused.items():
            self._clear_cache(name, fields)
        for sheet in self._sheets:
            for table in (r.target for r in self.package.relations(sheet.part) if r.is_a("pivotTable")):
                caches = {r.target for r in self.package.relations(table) if r.is_a("pivotCacheDefinition")}
                if caches & refused.keys():
                    self._areas[sheet.name].append(_shown_area(self.package.tree(table)))
                    self.says.append(f"{sheet.name}：用到这些列的透视表")

    def _refused_fields(self, name: str) -> set[int]:
        root = self.package.tree(name)
        source = root.find("{*}cacheSource/{*}worksheetSource")
        of = source.get("sheet", "") if source is not None else ""
        every = of in self._gone and self._gone[of].whole
        fields = root.findall("{*}cacheFields/{*}cacheField")
        return {n for n, field in enumerate(fields) if every or self._is_refused(field.get("name", ""))}

    def _clear_cache(self, name: str, fields: set[int]) -> None:
        root = self.package.tree(name)
        for number, field in enumerate(root.findall("{*}cacheFields/{*}cacheField")):
            items = field.find("{*}sharedItems")
            if number in fields and items is not None:
                _replace_items(items)
        root.set("refreshOnLoad", "1")
        self.package.write_tree(name, root)
        for records in (r.target for r in self.package.relations(name) if r.is_a("pivotCacheRecords")):
            rows = self.package.tree(records)
            for row in rows:
                for number in fields:
                    if number < len(row) and etree.QName(row[number]).localname != "x":
                        row.replace(row[number], etree.Element(f"{{{space_of(rows)}}}m"))
            self.package.write_tree(records, rows)

    def _clear_charts(self) -> None:
        gone = {name: self._areas.get(name, []) for name in self._areas}
        for name in [n for n in self.package.names() if re.fullmatch(r"xl/charts/[^/]*\.xml", n)]:
            root = self.package.tree(name)
            cleared = [_clear_cached(f) for f in root.iterfind(".//{*}f") if self._refers(f.text or "", gone)]
            if any(cleared):
                self.package.write_tree(name, root)
                self.says.append("图表里记着的这些列")

    def _refers(self, formula: str, gone: Mapping[str, Iterable[Area]]) -> bool:
        match = _REFERENCE.match(formula)
        if match is None:
            return False
        if match[1] in self._gone and self._gone[match[1]].whole:
            return True
        left, right = column_number(match[2]), column_number(match[3] or match[2])
        return any(area[1] <= right and left <= area[3] for area in gone.get(match[1], []))

    def _clear_revisions(self) -> None:
        """A workbook that several people edit at once logs every old value."""
        logs = [name for name in self.package.names() if name.startswith("xl/revisions/")]
        for name in logs:
            self.package.unrelate(self.package.book, name)
            self.package.remove(name)
        if logs:
            self.says.append("多人共用时的修订记录")

    def _clear_properties(self) -> None:
        cleared = False
        for relation in self.package.relations(""):
            if relation.external or relation.target not in self.package:
                continue
            if relation.is_a("custom-properties"):
                cleared |= self._clear_part(relation.target, lambda root: list(root), drop=True)
            if relation.is_a("core-properties"):
                cleared |= self._clear_part(
                    relation.target, lambda root: [c for c in root if etree.QName(c).localname in _REMARKS and c.text]
                )
        if cleared:
            self.says.append("文件属性里的标题、备注")

    def _clear_part(self, name: str, of: Callable[[Any], list[Any]], *, drop: bool = False) -> bool:
        root = self.package.tree(name)
        children = of(root)
        for child in children:
            if drop:
                root.remove(child)
            else:
                child.text = None
        if children:
            self.package.write_tree(name, root)
        return bool(children)


def _inside(areas: Iterable[Area], row: int, column: int) -> bool:
    return any(top <= row <= bottom and left <= column <= right for top, left, bottom, right in areas)


def _shown_area(table: Any) -> Area:
    """Where a pivot table stands, with its filters above."""
    location = table.find("{*}location")
    first, _, last = (location.get("ref") if location is not None else "A1").partition(":")
    above = int(location.get("rowPageCount", 0)) + 1 if location is not None else 0
    (top, left), (bottom, right) = (_place(cell) for cell in (first, last or first))
    return max(1, top - above), left, bottom, right


def _place(cell: str) -> tuple[int, int]:
    letters = cell.rstrip("0123456789")
    return int(cell[len(letters) :]), column_number(letters)


def _replace_items(items: Any) -> None:
    """Other items at the same places, for pivot tables point at them by number."""
    space = space_of(items)
    n = len(items)
    for child in list(items):
        items.remove(child)
    for number in range(n):
        etree.SubElement(items, f"{{{space}}}s", v=f"{_PIVOT_GONE}{number + 1}")
    items.attrib.clear()
    if n:
        items.set("count", str(n))


def _clear_cached(formula: Any) -> bool:
    """Forget what a chart remembers of the cells it draws; it reads them again when it is opened."""
    cache = formula.getnext()
    points = [] if cache is None else list(cache.iterfind(".//{*}pt"))
    for point in points:
        point.getparent().remove(point)
    return bool(points)
