"""What a cell of a blank may hold: the lists its own rules of input allow, written out or in a range of the file."""

from __future__ import annotations

import re
from typing import Any

from gridwalk.ledger.forms.blank import Blank
from gridwalk.ledger.inplace import book
from gridwalk.ledger.inplace.layout import column_number
from gridwalk.ledger.inplace.package import Package

_PLACE = re.compile(r"([A-Z]{1,3})(\d+)(?::([A-Z]{1,3})(\d+))?")
_RANGE = re.compile(r"(?:'?([^'!]+)'?!)?\$?([A-Z]{1,3})\$?(\d+)(?::\$?([A-Z]{1,3})\$?(\d+))?")


def of_blank(data: bytes, blank: Blank) -> dict[int, frozenset[str] | None]:
    """Column (from 0) → what a cell of the drawn rows may hold; None where a rule is not one of ours to read."""
    package = Package(data)
    part = next(part.part for part in book.sheets(package) if part.name == blank.sheet.name)
    row = blank.drawn[0]
    allowed: dict[int, frozenset[str] | None] = {}
    for rule in package.tree(part).iter("{*}dataValidation"):
        if rule.get("type", "none") == "none":
            continue
        places = rule.get("sqref") or "".join(rule.xpath(".//*[local-name()='sqref']/text()"))
        words = _words(rule, blank)
        for match in map(_PLACE.fullmatch, places.split()):
            if match and int(match[2]) <= row <= int(match[4] or match[2]):
                last = column_number(match[3] or match[1])
                allowed |= dict.fromkeys(range(column_number(match[1]) - 1, last), words)
    return allowed


def _words(rule: Any, blank: Blank) -> frozenset[str] | None:
    formula = "".join(rule.xpath("./*[local-name()='formula1']//text()")).strip()
    if rule.get("type") != "list":
        return None
    if formula.startswith('"'):
        return frozenset(word.strip() for word in formula.strip('"').split(","))
    match = _RANGE.fullmatch(formula)
    of = next((s for s in blank.sheets if s.name == match[1]), None) if match and match[1] else blank.sheet
    if match is None or of is None:
        return None
    top, bottom = int(match[3]), int(match[5] or match[3])
    left, right = column_number(match[2]) - 1, column_number(match[4] or match[2])
    return frozenset(text for cells in of.rows(top - 1, bottom) for text in cells[left:right] if text)
