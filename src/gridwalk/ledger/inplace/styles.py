"""The looks of cells: for a cell's own look the same one coloured, or quoted so that its text is never a formula."""

from __future__ import annotations

import copy
from typing import Any

from lxml import etree

from gridwalk.ledger.inplace.package import MIME, NotInPlace, Package, space_of

EMPTY = (
    '<styleSheet xmlns="{space}"><fonts count="1"><font/></fonts><fills count="2"><fill>'
    '<patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="1"><xf/></cellXfs></styleSheet>'
)
"""The looks of a workbook that has none."""


class Styles:
    """The workbook's looks, to which others are added. Raises NotInPlace."""

    def __init__(self, package: Package, colour: str) -> None:
        self._package, self._colour = package, colour
        self._part = next((r.target for r in package.relations(package.book) if r.is_a("styles")), "")
        self._looks: dict[tuple[int, bool, bool], int] = {}
        self._fill = -1
        if not self._part:
            self._part = self._added()
        self._root = package.tree(self._part)
        self._space = space_of(self._root)

    def _added(self) -> str:
        part = "xl/styles.xml"  # where some readers look for it whatever the relation says
        if part in self._package:
            raise NotInPlace("looks that the workbook does not use")
        self._package.write(part, EMPTY.format(space=space_of(self._package.tree(self._package.book))).encode())
        self._package.declare(part, f"{MIME}spreadsheetml.styles+xml")
        self._package.relate(self._package.book, "styles", part)
        return part

    def _group(self, name: str) -> Any:
        group = self._root.find(f"{{{self._space}}}{name}")
        if group is None:
            raise NotInPlace(f"no {name} in the styles")
        return group

    def look(self, style: int, *, coloured: bool, quoted: bool = False) -> int:
        """The look like ``style`` that is coloured, quoted, or both."""
        key = (style, coloured, quoted)
        if key not in self._looks:
            looks = self._group("cellXfs")
            if not 0 <= style < len(looks):
                raise NotInPlace("a look that is not there")
            new = copy.deepcopy(looks[style])
            if coloured:
                new.set("fillId", str(self._coloured()))
                new.set("applyFill", "1")
            if quoted:
                new.set("quotePrefix", "1")
            looks.append(new)
            looks.set("count", str(len(looks)))
            self._looks[key] = len(looks) - 1
        return self._looks[key]

    def _coloured(self) -> int:
        if self._fill < 0:
            fills = self._group("fills")
            fill = etree.SubElement(fills, f"{{{self._space}}}fill")
            pattern = etree.SubElement(fill, f"{{{self._space}}}patternFill", patternType="solid")
            etree.SubElement(pattern, f"{{{self._space}}}fgColor", rgb=f"FF{self._colour}")
            etree.SubElement(pattern, f"{{{self._space}}}bgColor", indexed="64")
            fills.set("count", str(len(fills)))
            self._fill = len(fills) - 1
        return self._fill

    def keep(self) -> None:
        """Write the looks back, if any was added."""
        if self._looks:
            self._package.write_tree(self._part, self._root)
