"""The comments of one sheet: their texts in one part, the boxes that show them in a drawing (VML) of another."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree

from gridwalk.ledger.inplace import sheet
from gridwalk.ledger.inplace.layout import column_number
from gridwalk.ledger.inplace.package import MIME, Package, space_of

BLOCK = 1024
"""Boxes are numbered in blocks; every drawing of a workbook has blocks of its own."""
_BLOCKS = re.compile(rb"""<o:idmap\b[^>]*?\bdata=["']([\d,\s]+)["']""")
_VML_SPACES = {
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "x": "urn:schemas-microsoft-com:office:excel",
}
_DECLARED = " ".join(f'xmlns:{prefix}="{space}"' for prefix, space in _VML_SPACES.items())
_BOX_TYPE = (
    '<v:shapetype {spaces} id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_BOX = (
    '<v:shape {spaces} id="_x0000_s{id}" type="#_x0000_t202" style="position:absolute;margin-left:60pt;margin-top:2pt;'
    'width:195pt;height:45pt;z-index:{z};visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">'
    '<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:Anchor>{left}, 15, {top}, 2, {right}, 31, {bottom}, 1</x:Anchor><x:AutoFill>False</x:AutoFill>"
    "<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)


def where(package: Package, part: str) -> str:
    """The part that holds a sheet's comments; empty where it has none."""
    return next((r.target for r in package.relations(part) if r.is_a("comments")), "")


def threaded(package: Package, part: str) -> set[str]:
    """The cells with a conversation, where a table program shows nothing else."""
    conversations = [r.target for r in package.relations(part) if r.is_a("threadedComment")]
    return {child.get("ref", "") for target in conversations for child in package.tree(target)}


def clear(package: Package, part: str, goes: Callable[[int, int], bool]) -> int:
    """Empty a sheet's comments and conversations on the cells that go; how many."""
    cleared = 0
    for relation in package.relations(part):
        if not (relation.is_a("comments") or relation.is_a("threadedComment")):
            continue
        root = package.tree(relation.target)
        for comment in [c for c in root.iter() if c.get("ref") and goes(*_place(c.get("ref")))]:
            for child in list(comment):
                comment.remove(child)
            if relation.is_a("comments"):
                etree.SubElement(comment, f"{{{space_of(root)}}}text")
            cleared += 1
        package.write_tree(relation.target, root)
    return cleared


class Comments:
    """A sheet's comments, to which others are added by cell (``G3``). Raises package.NotInPlace."""

    def __init__(self, package: Package, part: str, author: str) -> None:
        self._package, self._sheet, self._author = package, part, author
        self._part = where(package, part)
        space = space_of(package.tree(package.book))
        self._root = (
            package.tree(self._part) if self._part else etree.Element(f"{{{space}}}comments", nsmap={None: space})
        )
        self._space = space_of(self._root)
        self._list = self._child(self._root, "commentList")
        self.own = {comment.get("ref", ""): comment for comment in self._list}

    def _tag(self, name: str) -> str:
        return f"{{{self._space}}}{name}"

    def _child(self, parent: Any, name: str) -> Any:
        child = parent.find(self._tag(name))
        return etree.SubElement(parent, self._tag(name)) if child is None else child

    def _author_id(self) -> str:
        authors = self._root.find(self._tag("authors"))
        if authors is None:
            authors = etree.Element(self._tag("authors"))
            self._root.insert(0, authors)
        names = [author.text or "" for author in authors]
        if self._author not in names:
            etree.SubElement(authors, self._tag("author")).text = self._author
            names.append(self._author)
        return str(names.index(self._author))

    def keep(self, texts: Mapping[str, str], places: Mapping[str, tuple[int, int]]) -> bytes | None:
        """Write the sheet's comments with these by cell; those of the user's own stay before ours.

        The element that the sheet then needs for its boxes, None where it has it.
        """
        author = self._author_id()
        new = [cell for cell in texts if cell not in self.own]
        for cell, text in texts.items():
            if cell in self.own:
                self._append(self.own[cell], f"；{text}")
            else:
                comment = etree.SubElement(self._list, self._tag("comment"), ref=cell, authorId=author)
                self._append(comment, text)
        self._list[:] = sorted(self._list, key=lambda comment: _place(comment.get("ref", "")))
        if not self._part:
            self._part = self._package.free("xl/comments{}.xml")
            self._package.declare(self._part, f"{MIME}spreadsheetml.comments+xml")
            self._package.relate(self._sheet, "comments", self._part)
        self._package.write_tree(self._part, self._root)
        return self._box([places[cell] for cell in new]) if new else None

    def _append(self, comment: Any, text: str) -> None:
        """Put a text behind a comment's own, which keeps its looks."""
        body = self._child(comment, "text")
        for plain in body.findall(self._tag("t")):  # a plain text before a run is shown by no table program
            run = etree.Element(self._tag("r"))
            body.replace(plain, run)
            run.append(plain)
        words = etree.SubElement(etree.SubElement(body, self._tag("r")), self._tag("t"))
        words.text = sheet.writable(text)
        words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")

    def _box(self, places: list[tuple[int, int]]) -> bytes | None:
        shown = _legacy_id(self._package.read(self._sheet))
        drawing = next(
            (r for r in self._package.relations(self._sheet) if r.is_a("vmlDrawing") and r.id == shown), None
        )
        blocks = self._free_blocks(-(-len(places) // (BLOCK - 1)))
        if drawing is not None:
            vml = self._package.read(drawing.target)
            self._package.write(drawing.target, _with_boxes(vml, places, blocks))
            return None
        part = self._package.free("xl/drawings/vmlDrawing{}.vml")
        blocks_taken = f'<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{blocks[0]}"/></o:shapelayout>'
        empty = f"<xml {_DECLARED}>{blocks_taken}</xml>"
        self._package.write(part, _with_boxes(empty.encode(), places, blocks))
        self._package.declare(part, f"{MIME}vmlDrawing")
        id_ = self._package.relate(self._sheet, "vmlDrawing", part)
        return f'legacyDrawing xmlns:r="{self._package.office}" r:id="{id_}"/>'.encode()

    def _free_blocks(self, n: int) -> list[int]:
        taken = {
            int(number)
            for name in self._package.names()
            if name.lower().endswith(".vml")
            for blocks in _BLOCKS.findall(self._package.read(name))
            for number in blocks.decode().replace(",", " ").split()
        }
        first = max(taken, default=0) + 1
        return list(range(first, first + n))


def _place(cell: str) -> tuple[int, int]:
    letters = cell.rstrip("0123456789")
    return int(cell[len(letters) :] or 0), column_number(letters)


def _legacy_id(xml: bytes) -> str:
    """The relation of the drawing that shows a sheet's comments."""
    tag = re.search(rb"<(?:[\w.-]+:)?legacyDrawing\b[^>]*>", xml[max(0, xml.rfind(b"sheetData")) :])
    id_ = re.search(rb"""\b[\w.-]+:id\s*=\s*["']([^"']*)""", tag[0]) if tag else None
    return id_[1].decode() if id_ else ""


def _with_boxes(vml: bytes, places: list[tuple[int, int]], blocks: list[int]) -> bytes:
    """A drawing with a hidden box for each cell. It is spliced: table programs write VML that is no XML."""
    declared = all(f'xmlns:{prefix}="{space}"'.encode() in vml for prefix, space in _VML_SPACES.items())
    spaces = "" if declared else _DECLARED
    boxes = [] if b'"_x0000_t202"' in vml else [_BOX_TYPE.format(spaces=spaces)]
    for index, (row, column) in enumerate(places):
        block, number = divmod(index, BLOCK - 1)
        boxes.append(
            _BOX.format(
                spaces=spaces,
                id=blocks[block] * BLOCK + number + 1,
                z=index + 1,
                left=column,
                right=column + 3,
                top=max(0, row - 2),
                bottom=row + 2,
                row=row - 1,
                column=column - 1,
            )
        )
    own = _BLOCKS.search(vml)
    if own is not None:
        numbers = dict.fromkeys([*own[1].decode().replace(",", " ").split(), *map(str, blocks)])
        vml = vml[: own.start(1)] + ",".join(numbers).encode() + vml[own.end(1) :]
    end = vml.rindex(b"</")
    return vml[:end] + "".join(boxes).encode() + vml[end:]
