"""Formulas that reach beyond the file: found, and made text; and what hangs on a formula that goes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gridwalk.ledger.inplace.layout import Layout, letters_of
from gridwalk.ledger.inplace.package import Package
from gridwalk.ledger.inplace.sheet import Edit

_TEXT = re.compile(r'"[^"]*"')
_ADDRESS = re.compile(r"(?:https?|ftp|file)\s*:|\\\\|//", re.IGNORECASE)
_OTHER_BOOK = re.compile(r"\[[^\[\]]+\][^\[\]()+*/&,;]*!")
_CALLS = re.compile(
    r"(?:^|[^\w.])(?:_xlfn\.|_xlws\.)*(?:WEBSERVICE|HYPERLINK|IMAGE|RTD|DDE|CALL|REGISTER(?:\.ID)?|EXEC|SQL\.REQUEST"
    r"|STOCKHISTORY|CUBE\w+|IMPORT(?:DATA|FEED|HTML|XML|RANGE))\s*\(",
    re.IGNORECASE,
)
MOST_LISTED = 20


def reaches_out(formula: str) -> bool:
    """Whether a formula reads or opens what is not in the file: another workbook, an address, a program (DDE)."""
    bare = _TEXT.sub('""', formula)
    return bool("|" in bare or _OTHER_BOOK.search(bare) or _CALLS.search(bare) or _ADDRESS.search(formula))


class Outgoing:
    """Makes a workbook's outgoing formulas text, and ends its links to other files."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._places: list[str] = []

    def of_sheet(self, name: str, layout: Layout, gone: Mapping[tuple[int, int], Edit]) -> dict[tuple[int, int], Edit]:
        """The cells of a sheet whose formula becomes its own text."""
        shared = {cell.shared: cell.formula for cell in layout.cells() if cell.shared and cell.formula}
        edits = {}
        for cell in layout.cells():
            formula = cell.formula or shared.get(cell.shared, "") if cell.formula is not None else ""
            if cell.at not in gone and formula and reaches_out(formula):
                edits[cell.at] = Edit(text=f"={formula}")
                self._places.append(f"{name}!{letters_of(cell.column)}{cell.row}")
        return edits

    def finish(self) -> list[str]:
        """End what links the workbook itself has; what was done, in words."""
        says = []
        if self._places:
            more = f" 等 {len(self._places)} 处" if len(self._places) > MOST_LISTED else ""
            says.append(f"会连到文件以外的公式，已改成文字：{'、'.join(self._places[:MOST_LISTED])}{more}")
        if self._end_links():
            says.append("到别的文件的链接")
        return says

    def _end_links(self) -> bool:
        book = self._package.book
        ended = False
        root = self._package.tree(book)
        for name in root.iterfind("{*}definedNames/{*}definedName"):
            if name.text and reaches_out(name.text):
                name.text, ended = "#REF!", True
        links = [r for r in self._package.relations(book) if r.is_a("externalLink")]
        for references in root.findall("{*}externalReferences"):
            root.remove(references)
            ended = True
        if ended:
            self._package.write_tree(book, root)
        for link in links:
            self._package.unrelate(book, link.target)
            self._package.remove(link.target)
        return self._stop_refreshing() or ended or bool(links)

    def _stop_refreshing(self) -> bool:
        stopped = False
        for relation in self._package.relations(self._package.book):
            if relation.is_a("connections") and relation.target in self._package:
                root = self._package.tree(relation.target)
                for connection in root:
                    stopped |= any(connection.attrib.pop(name, None) for name in ("refreshOnLoad", "interval"))
                if stopped:
                    self._package.write_tree(relation.target, root)
        return stopped


def release_shared(layout: Layout, edits: dict[tuple[int, int], Edit]) -> None:
    """Where the cell that holds a shared formula goes, the others of its group keep their last value."""
    held = {cell.shared for cell in layout.cells() if cell.shared and cell.formula and cell.at in edits}
    for cell in layout.cells():
        if cell.shared in held and cell.at not in edits:
            edits[cell.at] = Edit(value_only=True)


def drop_calculation(package: Package) -> None:
    """Take out the order of calculation, which may name a cell without a formula; a table program makes it anew."""
    for relation in package.relations(package.book):
        if relation.is_a("calcChain"):
            package.unrelate(package.book, relation.target)
            package.remove(relation.target)
