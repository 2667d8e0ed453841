"""The workbook's table of strings: those that no cell uses any more are emptied; the numbers of all others stay."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from xml.parsers import expat

from gridwalk.ledger.inplace.package import NotInPlace, Package
from gridwalk.ledger.inplace.sheet import spliced

_ROOT = re.compile(rb"<([\w.-]+:)?sst\b")


def drop_unused(package: Package, parts: Iterable[str]) -> None:
    """Empty every string that no cell of these worksheets shows."""
    table = next((r.target for r in package.relations(package.book) if r.is_a("sharedStrings")), "")
    if table not in package:
        return
    used: set[int] = set()
    for part in parts:
        used |= _used(package.read(part))
    xml = package.read(table)
    root = _ROOT.search(xml)
    prefix = root[1] or b"" if root else b""
    nothing = b"<%bt></%bt>" % (prefix, prefix)  # some readers do not count a string without a text
    package.write(table, spliced(xml, [(start, end, nothing) for start, end in _unused(xml, used)]))


def _parser() -> expat.XMLParserType:
    def refuse(*_: object) -> None:
        raise NotInPlace("a part declares a document type")

    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartDoctypeDeclHandler = refuse
    return parser


def _parse(parser: expat.XMLParserType, xml: bytes) -> None:
    try:
        parser.Parse(xml, True)
    except (expat.ExpatError, ValueError) as error:
        raise NotInPlace("a part is no XML") from error


def _used(xml: bytes) -> set[int]:
    """The strings that a worksheet's cells show."""
    parser, used = _parser(), set()
    is_string = False
    digits: list[str] = []

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal is_string
        local = name.rpartition("}")[2]
        if local == "c":
            is_string = attributes.get("t") == "s"
        elif local == "v" and is_string:
            digits.clear()
            parser.CharacterDataHandler = digits.append

    def finish(name: str) -> None:
        if is_string and name.endswith("}v"):
            parser.CharacterDataHandler = None
            used.add(int("".join(digits)))

    parser.StartElementHandler, parser.EndElementHandler = start, finish
    _parse(parser, xml)
    return used


def _unused(xml: bytes, used: set[int]) -> list[tuple[int, int]]:
    """Where the contents of the unused strings stand."""
    parser = _parser()
    places: list[tuple[int, int]] = []
    depth, number, inside = 0, -1, 0

    def start(name: str, _: Mapping[str, str]) -> None:
        nonlocal depth, number, inside
        depth += 1
        if depth == 2 and name.endswith("}si"):
            number += 1
            inside = 0
        elif depth == 3 and not inside:
            inside = parser.CurrentByteIndex

    def finish(name: str) -> None:
        nonlocal depth
        if depth == 2 and name.endswith("}si") and inside and number not in used:
            places.append((inside, parser.CurrentByteIndex))
        depth -= 1

    parser.StartElementHandler, parser.EndElementHandler = start, finish
    _parse(parser, xml)
    return places
