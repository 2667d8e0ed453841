"""What says where a cell is, around the rows of a worksheet and in the parts beside it, after a row was repeated."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

from gridwalk.ledger.inplace.layout import letters_of, merges
from gridwalk.ledger.inplace.package import NotInPlace, Package, Relation
from gridwalk.ledger.inplace.references import Repeated
from gridwalk.ledger.inplace.sheet import TAG, xml_text

_PLACES = re.compile(rb"""(\s(ref|sqref|topLeftCell|activeCell|location)\s*=\s*)("[^"]*"|'[^']*')""")
_STILL = frozenset({b"hyperlink", b"selection", b"pane", b"sheetView", b"mergeCell"})
"""Elements that say something of one cell and not of its copies."""
_FORMULAS = re.compile(
    rb"(<(?:[\w.-]+:)?(?:formula[12]?|calculatedColumnFormula|totalsRowFormula|f)(?:\s[^>]*)?>)([^<]*)(</)"
)
_LISTED = re.compile(rb"(<(?:[\w.-]+:)?sqref>)([^<]*)(</)")
_BREAKS = re.compile(rb"<(?:[\w.-]+:)?rowBreaks\b.*?</(?:[\w.-]+:)?rowBreaks\s*>", re.DOTALL)
_BREAK = re.compile(rb"""(<(?:[\w.-]+:)?brk\b[^>]*?\sid\s*=\s*["'])(\d+)""")
_MERGED = re.compile(rb"<((?:[\w.-]+:)?)mergeCells\b.*?</(?:[\w.-]+:)?mergeCells\s*>", re.DOTALL)
_LOCAL = re.compile(rb"<(?:[\w.-]+:)?([\w.-]+)")
_CHART = re.compile(r"xl/charts/[^/]*\.xml")
_CACHE = re.compile(r"xl/pivotCache/pivotCacheDefinition\d*\.xml")
_ANCHOR = re.compile(r"(?s)(<x:Anchor>)([^<]*)(</x:Anchor>)")
_NOTE_ROW = re.compile(r"(<x:Row>\s*)(\d+)")


def require_movable(package: Package, part: str) -> None:
    """Raises NotInPlace where the sheet holds what cannot be moved without harm."""
    if any(r.is_a("pivotTable") for r in package.relations(part)):
        raise NotInPlace("a pivot table among the rows")
    if any(r.is_a("control") or r.is_a("oleObject") for r in package.relations(part)):
        raise NotInPlace("a control among the rows")


def written(xml: bytes, repeated: Repeated, *, own: bool) -> bytes:
    """What stands before or behind the rows as it is written now; ``own``: of the sheet whose row is repeated.

    Of another sheet only formulas are looked at, which may name that one.
    """

    def formula(match: re.Match[bytes]) -> bytes:
        before = unescape(match[2].decode())
        after = repeated.formula(before, own=own)
        return match[0] if after == before else match[1] + xml_text(after).encode() + match[3]

    xml = _FORMULAS.sub(formula, xml)
    if own:
        xml = _LISTED.sub(lambda m: m[1] + repeated.areas(m[2].decode()).encode() + m[3], xml)
        xml = _BREAKS.sub(lambda m: _BREAK.sub(lambda b: b[1] + _line(b[2], repeated), m[0]), xml)
    return TAG.sub(lambda tag: _tag(tag[0], repeated, own), xml)


def _line(number: bytes, repeated: Repeated) -> bytes:
    """Of a break, which stands behind its row: behind the last copy where it stood behind the repeated one."""
    row = int(number)
    return str(row + repeated.n if row >= repeated.row else row).encode()


def _tag(tag: bytes, repeated: Repeated, own: bool) -> bytes:
    local = _LOCAL.match(tag)
    if local is None or local[1] == b"mergeCell":
        return tag

    def place(match: re.Match[bytes]) -> bytes:
        before = unescape(match[3][1:-1].decode())
        if match[2] == b"location":
            after = repeated.formula(before, own=False) if local[1] == b"hyperlink" else before
        else:
            after = repeated.areas(before, grows=local[1] not in _STILL) if own else before
        return match[0] if after == before else match[1] + b'"' + _attribute(after) + b'"'

    return _PLACES.sub(place, tag)


def _attribute(text: str) -> bytes:
    return xml_text(text).replace('"', "&quot;").encode()


def merged(xml: bytes, repeated: Repeated) -> bytes:
    """The merged areas: those within the row once for every copy, those that reach beyond it longer."""
    match = _MERGED.search(xml)
    if match is None:
        return xml
    areas = []
    for area in merges(b"sheetData" + match[0]):
        top, left, bottom, right = area
        if top == bottom == repeated.row:
            areas += [(top + k, left, top + k, right) for k in range(repeated.n + 1)]
        else:
            areas.append(repeated.area(area))
    p = match[1].decode()
    cells = "".join(
        f'<{p}mergeCell ref="{letters_of(left)}{top}:{letters_of(right)}{bottom}"/>'
        for top, left, bottom, right in areas
    )
    new = f'<{p}mergeCells count="{len(areas)}">{cells}</{p}mergeCells>'
    return xml[: match.start()] + new.encode() + xml[match.end() :]


def move(package: Package, part: str, repeated: Repeated) -> None:
    """Everything beside the worksheets: names, tables, pictures, comments, charts, what pivot tables read."""
    _names(package, repeated)
    kinds: dict[str, Callable[[Package, str, Repeated], None]] = {
        "table": _table,
        "drawing": _drawing,
        "comments": _places_of_notes,
        "threadedComment": _places_of_notes,
        "vmlDrawing": _boxes,
    }
    for relation in package.relations(part):
        mover = next((mover for kind, mover in kinds.items() if relation.is_a(kind)), None)
        if mover is not None and _is_inside(package, relation):
            mover(package, relation.target, repeated)
    for name in package.names():
        if _CHART.fullmatch(name):
            _rewrite(package, name, written(package.read(name), repeated, own=False))
        elif _CACHE.fullmatch(name):
            _source(package, name, repeated)


def _is_inside(package: Package, relation: Relation) -> bool:
    return not relation.external and relation.target in package


def _rewrite(package: Package, name: str, xml: bytes) -> None:
    if xml != package.read(name):
        package.write(name, xml)


def _names(package: Package, repeated: Repeated) -> None:
    root = package.tree(package.book)
    changed = False
    for name in root.iterfind("{*}definedNames/{*}definedName"):
        after = repeated.formula(name.text or "", own=False)
        changed |= after != (name.text or "")
        name.text = after
    if changed:
        package.write_tree(package.book, root)


def _table(package: Package, name: str, repeated: Repeated) -> None:
    _rewrite(package, name, written(package.read(name), repeated, own=True))


def _drawing(package: Package, name: str, repeated: Repeated) -> None:
    root = package.tree(name)
    changed = False
    for anchor in root:
        ends = [end for end in (anchor.find("{*}from/{*}row"), anchor.find("{*}to/{*}row")) if end is not None]
        if not ends or anchor.get("editAs") == "absolute":
            continue
        lines = [int(end.text) for end in ends]  # from 0
        moved = [repeated.line(line + 1) - 1 for line in lines]
        if anchor.get("editAs") == "oneCell":
            moved = [line + moved[0] - lines[0] for line in lines]
        changed |= moved != lines
        for end, line in zip(ends, moved, strict=True):
            end.text = str(line)
    if changed:
        package.write_tree(name, root)


def _places_of_notes(package: Package, name: str, repeated: Repeated) -> None:
    root = package.tree(name)
    changed = False
    for note in root.iterfind(".//*[@ref]"):
        after = repeated.areas(note.get("ref", ""), grows=False)
        changed |= after != note.get("ref")
        note.set("ref", after)
    if changed:
        package.write_tree(name, root)


def _boxes(package: Package, name: str, repeated: Repeated) -> None:
    """The boxes of comments: the row they belong to, and where they are drawn."""

    def anchor(match: re.Match[str]) -> str:
        numbers = [int(number) for number in match[2].split(",")]
        if len(numbers) != 8:
            return match[0]
        for at in (2, 6):
            numbers[at] = repeated.line(numbers[at] + 1) - 1
        return match[1] + ", ".join(map(str, numbers)) + match[3]

    text = package.read(name).decode()
    moved = _NOTE_ROW.sub(lambda m: f"{m[1]}{repeated.line(int(m[2]) + 1) - 1}", _ANCHOR.sub(anchor, text))
    _rewrite(package, name, moved.encode())


def _source(package: Package, name: str, repeated: Repeated) -> None:
    """What a pivot table of another sheet reads."""
    root = package.tree(name)
    source = root.find("{*}cacheSource/{*}worksheetSource")
    if source is None or source.get("sheet", "").lower() != repeated.sheet.lower() or not source.get("ref"):
        return
    after = repeated.areas(source.get("ref", ""))
    if after != source.get("ref"):
        source.set("ref", after)
        package.write_tree(name, root)
