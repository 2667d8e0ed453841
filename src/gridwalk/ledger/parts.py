"""What a workbook's own parts say and no reader of cells tells: where its sheets lie, from which day it counts dates,
what is merged, what is struck out (ECMA-376 part 1, 18.2, 18.3, 18.8; strict and transitional alike).
"""

from __future__ import annotations

import dataclasses
import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO

from lxml import etree

BOOK = "xl/workbook.xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BLOCK = 1 << 20
Merge = tuple[int, int, int, int]
"""Top, left, bottom, right, all 0-based."""
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_CELL = re.compile(r"([A-Z]+)(\d+)")


class NoParts(Exception):
    """The file is no package of XML parts (an xlsb, or a broken one)."""


@dataclasses.dataclass(frozen=True)
class Struck:
    """Of which styles, and of which shared strings, everything is struck out."""

    styles: frozenset[int] = frozenset()
    strings: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.styles or self.strings)


class Parts:
    """The parts of an open workbook. Raises NoParts."""

    def __init__(self, file: BinaryIO) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
            self._stored = {name.replace("\\", "/").lower(): name for name in self._zip.namelist()}
            self._book = self._target_of("", "officeDocument")
            root = self._tree(self._book)
        except (zipfile.BadZipFile, etree.XMLSyntaxError, KeyError, StopIteration) as error:
            raise NoParts from error
        targets = {key: target for key, _, target in self._relations(self._book)}
        sheets = [e for e in root.iter() if _name(e) == "sheet"]
        self.sheets: dict[str, str] = {
            e.get("name", ""): targets.get(next((v for k, v in e.attrib.items() if k.endswith("}id")), ""), "")
            for e in sheets
        }
        """The name of every sheet, in their order, and its part."""
        properties = next((e for e in root.iter() if _name(e) == "workbookPr"), None)
        self.from_1904 = properties is not None and properties.get("date1904", "0") in {"1", "true", "on"}

    def usual(self) -> bytes | None:
        """The same workbook with its parts where every reader looks for them; None where they stand there already.

        Names of parts are free and are compared without case (ECMA-376 part 2, 9.1), which not every reader knows.
        """
        numbered = {part: f"xl/worksheets/sheet{n}.xml" for n, part in enumerate(self.sheets.values(), 1)}
        named = {"sharedStrings": "xl/sharedStrings.xml", "styles": "xl/styles.xml"}
        relations = list(self._relations(self._book))
        moved = {target: named.get(type_) or numbered.get(target, "") for _, type_, target in relations}
        own = {key: target for target, place in moved.items() if place for key, _, t in relations if t == target}
        fixed = all(target == named.get(type_, target) for _, type_, target in relations)
        if self._book == BOOK and fixed and all(self._stored.get(p.lower()) == p for p in (BOOK, *own.values())):
            return None
        space, office = "http://schemas.openxmlformats.org/package/2006/relationships", _OFFICE
        links = "".join(
            f'<Relationship Id="{key}" Type="{office}/{type_}" Target="{moved[target].removeprefix("xl/")}"/>'
            for key, type_, target in relations
            if key in own
        )
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as usual:
            usual.writestr("[Content_Types].xml", self._read("[Content_Types].xml"))
            usual.writestr(
                "_rels/.rels",
                f'<Relationships xmlns="{space}"><Relationship Id="r1" Type="{office}/officeDocument" Target="{BOOK}"/>'
                "</Relationships>",
            )
            usual.writestr(BOOK, self._read(self._book))
            usual.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{space}">{links}</Relationships>')
            for target in own.values():
                usual.writestr(moved[target], self._read(target))
        return out.getvalue()

    def merges(self, sheet: str) -> list[Merge]:
        """The merged cells. They stand behind the others: the part is read once."""
        before = b""
        merges: list[Merge] = []
        with self._open(self.sheets[sheet]) as file:
            while block := file.read(BLOCK):
                window = before + block
                if b"mergeCell" in window:
                    merges += [_merge(m) for m in _MERGE.finditer(window) if m.end() > len(before)]
                before = window[-256:]
        return merges

    def struck(self) -> Struck:
        """What is struck out whole, by style or within the shared strings; empty in nearly every workbook."""
        return Struck(frozenset(self._struck_styles()), frozenset(self._struck_strings()))

    def struck_cells(self, sheet: str, struck: Struck) -> dict[int, list[int]]:
        """0-based row → 0-based columns of the cells that hold something and are struck out."""
        cells: dict[int, list[int]] = {}
        with self._open(self.sheets[sheet]) as file:
            for _, element in etree.iterparse(file, events=("end",), resolve_entities=False, no_network=True):
                if _name(element) == "c":
                    match = _CELL.fullmatch(element.get("r", ""))
                    if match and _is_struck(element, struck):
                        cells.setdefault(int(match[2]) - 1, []).append(column_of(match[1]))
                    element.clear()
        return cells

    def _struck_styles(self) -> Iterator[int]:
        root = self._part_of_book("styles")
        fonts = [e for e in root.iter() if _name(e) == "fonts"] if root is not None else []
        struck = {n for n, font in enumerate(fonts[0] if fonts else ()) if _is_on(font)}
        formats = next((e for e in root.iter() if _name(e) == "cellXfs"), ()) if struck else ()
        yield from (n for n, style in enumerate(formats) if int(style.get("fontId", "0")) in struck)

    def _struck_strings(self) -> Iterator[int]:
        path = next((t for _, type_, t in self._relations(self._book) if type_ == "sharedStrings"), "")
        if path.lower() not in self._stored or not self._speaks_of(path, b"strike"):
            return
        for n, string in enumerate(e for e in self._tree(path) if _name(e) == "si"):
            runs = [e for e in string if _name(e) == "r"]
            if runs and all(_is_on(next((p for p in run if _name(p) == "rPr"), run)) for run in runs):
                yield n

    def _speaks_of(self, path: str, word: bytes) -> bool:
        before = b""
        with self._open(path) as file:
            while block := file.read(BLOCK):
                if word in before + block:
                    return True
                before = block[-len(word) :]
        return False

    def _part_of_book(self, type_: str) -> Any:
        path = next((target for _, of, target in self._relations(self._book) if of == type_), "")
        return self._tree(path) if path.lower() in self._stored else None

    def _target_of(self, part: str, type_: str) -> str:
        return next(target for _, of, target in self._relations(part) if of == type_)

    def _relations(self, part: str) -> Iterator[tuple[str, str, str]]:
        """Id, last word of the type, and target of each relation of a part."""
        folder, name = posixpath.split(part)
        for e in self._tree(posixpath.join(folder, "_rels", f"{name}.rels")):
            target = posixpath.normpath(posixpath.join("/", folder, e.get("Target", "").replace("\\", "/"))).lstrip("/")
            yield e.get("Id", ""), e.get("Type", "").rsplit("/", 1)[-1], target

    def _open(self, path: str) -> Any:
        return self._zip.open(self._stored[path.lower()])

    def _read(self, path: str) -> bytes:
        with self._open(path) as file:
            return bytes(file.read())

    def _tree(self, path: str) -> Any:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
        return etree.fromstring(self._read(path), parser)


def _name(element: Any) -> str:
    return str(element.tag).rsplit("}", 1)[-1]


def _is_on(font: Any) -> bool:
    """Whether a font, or the properties of a run, strikes out."""
    return any(_name(e) == "strike" and e.get("val", "1") not in {"0", "false"} for e in font)


def _is_struck(cell: Any, struck: Struck) -> bool:
    value = next((e.text or "" for e in cell if _name(e) == "v"), "")
    if not value and cell.get("t") != "inlineStr":
        return False
    if int(cell.get("s", "0")) in struck.styles:
        return True
    return cell.get("t") == "s" and value.isdigit() and int(value) in struck.strings


def _merge(match: re.Match[bytes]) -> Merge:
    left, top, right, bottom = match.groups()
    return int(top) - 1, column_of(left.decode()), int(bottom) - 1, column_of(right.decode())


def column_of(letters: str) -> int:
    """The 0-based column of its letters."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
