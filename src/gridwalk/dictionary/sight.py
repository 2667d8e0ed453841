"""What is shown of a field at each depth of sight, on a page, on the phone, in a file: the one table
(red lines 3 to 5).

Who reads is a small value: ``accounts`` makes it from a viewer and a scope (``Viewer.reader``); nothing here knows
accounts. The table is by sensitivity; a field that needs another line names it (``Field.sight``).
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping

from gridwalk.dictionary.types import Field, Sensitivity, Shown, Sight


class Depth(enum.IntEnum):
    """How deep somebody sees into a scope; the index into a line of the table."""

    COUNTS = 0
    MASKED = 1
    ROWS = 2
    REVEALED = 3
    """One value in full, with a reason and a record of the look."""


class Place(enum.StrEnum):
    """Where it is read. ``file``: whatever leaves the house, paper included."""

    PAGE = "page"
    PHONE = "phone"
    FILE = "file"


@dataclasses.dataclass(frozen=True)
class Reader:
    """Who reads, and where. ``care``: may see care, and with it vacancy and letting (red line 5)."""

    depth: Depth
    place: Place = Place.PAGE
    care: bool = True


ON_PAGE = Reader(Depth.ROWS, Place.PAGE)
"""A page that only those open who see its rows in full."""
MASKED_ON_PAGE = Reader(Depth.MASKED, Place.PAGE, care=False)
"""A page as who sees rows masked reads it, wherever its rows are."""
ON_PHONE = Reader(Depth.ROWS, Place.PHONE)
IN_FILE = Reader(Depth.ROWS, Place.FILE)
HANDED_OUT = Reader(Depth.REVEALED, Place.FILE)
"""A file with full numbers, told in the list of each person in it."""

_NOTHING, _PRESENT, _MASKED, _WHOLE = Shown.NOTHING, Shown.PRESENT, Shown.MASKED, Shown.WHOLE

#           counts    masked    rows      revealed
_OPEN = (_NOTHING, _WHOLE, _WHOLE, _WHOLE)
_PART = (_NOTHING, _MASKED, _WHOLE, _WHOLE)
_NUMBER = (_NOTHING, _PRESENT, _MASKED, _WHOLE)
_PRESENCE = (_NOTHING, _PRESENT, _WHOLE, _WHOLE)
_NEVER = (_NOTHING, _NOTHING, _NOTHING, _NOTHING)

OPEN = Sight(page=_OPEN, phone=_OPEN, file=_OPEN)
NAME = Sight(page=_PART, phone=_PART, file=_PART)
"""The name of a person: 王** for who sees rows masked."""
BIRTH = Sight(page=_PART, phone=_PART, file=_PART)
"""A birth date: only the year for who sees rows masked. Beside the whole date no more than 500 ID numbers fit."""
NUMBER = Sight(page=_NUMBER, phone=_NUMBER, file=_NUMBER)
"""An ID or telephone number: only whether there is one for who sees rows masked (red line 4)."""
HOME = Sight(page=_PRESENCE, phone=_PRESENCE, file=_PRESENCE)
"""Where somebody is registered, and whose a door is: only whether it is written for who sees rows masked. The one names
the room of most people, the other sets the doors apart that are let; who lives at which door is not theirs to know.
"""
VACANCY = Sight(page=_OPEN, phone=_OPEN, file=_NEVER, with_care=True)
"""Whether a door stands empty or is let: only for who may see care, never on paper or in a file (red line 5)."""

PRESETS: Mapping[Sensitivity, Sight] = {
    Sensitivity.PUBLIC: OPEN,
    Sensitivity.INTERNAL: OPEN,
    Sensitivity.PERSONAL: OPEN,
    Sensitivity.SENSITIVE: NUMBER,
}


def of(field: Field, reader: Reader) -> Shown:
    """How much of a field a reader is shown."""
    sight = field.sight or PRESETS[field.sensitivity]
    if sight.with_care and not reader.care:
        return Shown.NOTHING
    line: tuple[Shown, ...] = getattr(sight, reader.place)
    return line[reader.depth]
