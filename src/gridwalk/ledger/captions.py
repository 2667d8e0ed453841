"""Where a row stands when no column says it: the sheet's name, a caption across the table, a household written once."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

from gridwalk.dictionary import choices, relations
from gridwalk.dictionary import fields as dictionary
from gridwalk.ledger.cells import Sheet
from gridwalk.ledger.headers import Column
from gridwalk.method import addresses, text

HINTS = {
    "dwelling": re.compile("房屋|房产|住房|出租房|空置房|空房|楼盘"),
    "person": re.compile("人口|居民|人员|户籍"),
    "organization": re.compile("单位|商户|企业|法人|门店|个体"),
    "site": re.compile("场所|点位"),
    "facility": re.compile(
        "设施|设备|器材|"
        + "|".join(choices.FACILITY_KIND[kind][0] for kind in choices.FACILITY_KIND if kind != "other")
    ),
    "care": re.compile("关爱|关怀|帮扶|重点人群|独居|空巢|高龄|残疾|低保|困境|特困|优抚|失独|退役"),
}
FEWEST_MEMBERS = 3
WRITTEN_ONCE_SHARE = 0.6


def hints(titles: str) -> set[str]:
    """The kinds a title or file name speaks of (独居老人花名册 → care)."""
    return {kind for kind, pattern in HINTS.items() if pattern.search(titles)}


def category_of(titles: str) -> str:
    """The one care category a title names: lists are often kept one a category, without a column for it."""
    categories = {
        code
        for code, words in choices.CARE_CATEGORY.items()
        if any(len(w) > 1 and w in titles for w in words[:-1] or words)
    }
    return categories.pop() if len(categories) == 1 else ""


def facility_kind_of(titles: str) -> str:
    """The one kind of facility a title names: 灭火器台账 has no column for it."""
    kinds = {
        code for code, words in choices.FACILITY_KIND.items() if code != "other" and any(w in titles for w in words)
    }
    return kinds.pop() if len(kinds) == 1 else ""


def place_of(words: str, fields: Collection[str]) -> dict[str, str]:
    """What a caption (5号楼, 二单元, 林古里3号楼2单元) says of the rows below; only what no column (``fields``) says."""
    if {"address", "building"} & set(fields):
        return {}
    parsed = addresses.parse(words)
    if parsed.room:
        return {}
    parts = {"building": parsed.building, "stairwell": parsed.stairwell}
    if parsed.building:
        parts["estate"] = parsed.estate
    return {name: part for name, part in parts.items() if part and name not in fields}


def across(sheet: Sheet, first: int) -> set[int]:
    """0-based rows of the body whose one text is merged across half the table: captions and notes, never a record."""
    width = max((len(row) for row in sheet.rows), default=0)
    return {
        top
        for top, left, bottom, right in sheet.merged
        if top >= first and top == bottom and 2 * (right - left + 1) >= width and right - left >= 2
        if top < len(sheet.rows) and sum(1 for cell in sheet.rows[top] if text.fold(cell)) == 1
    }


class Place:
    """Where the rows of a sheet stand that no column says: by the sheet's name, then by each caption above them."""

    def __init__(self, sheet: Sheet, first: int, fields: Collection[str], above: Place | None = None) -> None:
        """``above``: where the table above it in the same sheet ended."""
        self.parts: dict[str, str] = place_of(sheet.name, fields) | {
            n: p for n, p in (above.parts if above else {}).items() if n not in fields
        }
        self._fields = fields
        self._across = across(sheet, first)

    def take(self, index: int, words: str) -> bool:
        """Whether the one text of a row (0-based in the sheet) is no record but a note or caption, which the rows
        below follow; a new building forgets the stairwell of the last.
        """
        caption = place_of(words, self._fields)
        if not caption and index not in self._across:
            return False
        if "building" in caption:
            self.parts.pop("stairwell", None)
        self.parts |= caption
        return True


class Households:
    """A ledger that writes the door beside the head of household only, without merging, and leaves the members' blank.

    Decided for the sheet as a whole, by the share of members whose door is blank: in other ledgers a blank stays one.
    """

    def __init__(self, rows: Sequence[Sequence[Any]], columns: Sequence[Column], kind: str) -> None:
        self._places = [c.field for c in columns if c.field and dictionary.get(kind, c.field).locates]
        self._relation = next((c.index for c in columns if c.field == "relation"), None)
        self._door: dict[str, Any] = {}
        self.written_once = False
        if self._relation is None or not self._places:
            return
        indexes = [c.index for c in columns if c.field in self._places]
        n_members = n_blank = 0
        for row in rows:
            if self._of_head(row) is False:
                n_members += 1
                n_blank += not any(text.fold(row[i]) for i in indexes if i < len(row))
        self.written_once = n_members >= FEWEST_MEMBERS and n_blank >= WRITTEN_ONCE_SHARE * n_members

    def _of_head(self, row: Sequence[Any]) -> bool | None:
        """Whether the row is a head of household; None where it has no relation or is unrelated.

        A relation nobody knows is a relative's all the same.
        """
        if self._relation is None or self._relation >= len(row):
            return None
        relation = dictionary.parse("person", "relation", row[self._relation])
        if relation.value is None:
            return False if relation.fault else None
        return None if relation.value == relations.UNRELATED else relation.value == relations.HEAD

    def fill(self, row: Sequence[Any], values: dict[str, Any]) -> None:
        """Give a member the door of the head above; a head's row begins the next household."""
        if not self.written_once:
            return
        of_head = self._of_head(row)
        own = {name: values[name] for name in self._places if name in values}
        if own or of_head:
            self._door = own
        elif of_head is False:
            values.update(self._door)
