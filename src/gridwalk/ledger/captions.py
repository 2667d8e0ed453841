"""Where a row stands when no column says it: the sheet's name, a caption across the table, a household written once."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

import polars as pl

from gridwalk.dictionary import choices, relations
from gridwalk.dictionary import fields as dictionary
from gridwalk.ledger.headers import Column
from gridwalk.ledger.values import Records
from gridwalk.ledger.wide import Wide
from gridwalk.method import addresses

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


_BUILDINGS = re.compile(r"\d+(?:号?楼|栋|幢|座)")
_SEVERAL = re.compile(r"\d\s*[、,，~至到和及与]\s*\d")
_ABOUT = re.compile(
    "(?:实有|常住|流动)?(?:人口|居民|住户|房屋|人员|户籍)?(?:基本)?(?:情况|信息)?(?:登记|统计|一览|花名|摸底|调查)?(?:台账|表|册|名册|名单)?$"
)


def place_of_titles(titles: Sequence[str], fields: Collection[str]) -> dict[str, str]:
    """What the titles say of every row: the building of a table kept one a building; one that names several says none.

    Where a title and the sheet's name say different buildings, neither is believed.
    """
    places = [place_of(_ABOUT.sub("", words), fields) for words in titles if not _names_several(words)]
    if len({place["building"] for place in places if "building" in place}) > 1:
        return {}
    return {name: part for place in places for name, part in place.items()}


def estate_of_titles(titles: Sequence[str]) -> tuple[str, str]:
    """The estate and the building that the titles name together; "" where they name none, or several."""
    told = {
        (parsed.estate, parsed.building)
        for parsed in (addresses.parse(_ABOUT.sub("", words)) for words in titles if not _names_several(words))
        if parsed.estate and parsed.building and not parsed.room
    }
    return told.pop() if len(told) == 1 else ("", "")


def _names_several(words: str) -> bool:
    return len(_BUILDINGS.findall(words)) > 1 or bool(_SEVERAL.search(words))


def across(sheet: Wide, first: int) -> set[int]:
    """0-based rows of the body whose one text is merged across half the table: captions and notes, never a record."""
    width = sheet.frame.width
    return {
        top
        for top, left, bottom, right in sheet.merged
        if top >= first and top == bottom and 2 * (right - left + 1) >= width and right - left >= 2
        if top < len(sheet.frame) and sum(cell is not None for cell in sheet.frame.row(top)) == 1
    }


class Place:
    """Where the rows of a sheet stand that no column says: by the sheet's name, then by each caption above them."""

    def __init__(
        self, sheet: Wide, first: int, fields: Collection[str], above: Place | None = None, titles: Sequence[str] = ()
    ) -> None:
        """``above``: where the table above it in the same sheet ended; ``titles``: what stands over the first."""
        of_titles = place_of_titles([*titles, sheet.name], fields)
        self.parts: dict[str, str] = of_titles | {
            n: p for n, p in (above.parts if above else {}).items() if n not in fields
        }
        self.building: tuple[str, str] = estate_of_titles([*titles, sheet.name]) if above is None else above.building
        """The estate and the building of the whole sheet, where its titles name them."""
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


_AROUND = frozenset({"community", "grid_name", "grid_code"})
"""What says where a door is and not which: many write it in every row and the door once."""
_DOOR = ("room", "address")
"""What tells a door from its neighbours; the estate, the building and its entrance may stand in every row."""


def fill_households(records: Records, columns: Sequence[Column], rows: pl.DataFrame, kind: str) -> None:
    """Give members the door of the head above where the table writes it beside the head only, without merging.

    Decided for each community's rows together (the whole table where no column says one), by the share of members
    whose door is blank: in other ledgers a blank stays one. A row that leaves out its community is of the last one
    written above.
    """
    fields = {c.field for c in columns if c.field and dictionary.get(kind, c.field).locates}
    doors = fields & {*_DOOR} or fields - _AROUND
    relation = next((c for c in columns if c.field == "relation"), None)
    if relation is None or not doors:
        return
    at_doors = pl.nth([c.index for c in columns if c.field in doors])
    community = [pl.nth(c.index) for c in columns if c.field == "community"] or [pl.lit("")]
    households = rows.select(
        is_head=_of_heads(rows.to_series(relation.index)),
        is_blank=pl.all_horizontal(at_doors.is_null()),
        community=pl.coalesce(community).forward_fill().fill_null(""),
    )
    member = ~pl.col("is_head")  # null of who is unrelated, and of no relation
    blanks = households.filter(member).group_by("community").agg(n=pl.len(), n_blank=pl.col("is_blank").sum())
    blanks = blanks.filter((pl.col("n") >= FEWEST_MEMBERS) & (pl.col("n_blank") >= WRITTEN_ONCE_SHARE * pl.col("n")))
    if not blanks.is_empty():
        _fill_members(records, households, fields, doors, set(blanks["community"]))


def _fill_members(
    records: Records,
    households: pl.DataFrame,
    fields: Collection[str],
    doors: Collection[str],
    communities: Collection[str],
) -> None:
    """``households``: of each row whether it is a head's and its community; ``fields``: what says where, in the
    records, ``doors`` those of them that say which door; ``communities``: those in which a door is written once.

    A row that writes another building than the head above it has no door of the head's.
    """
    written = {field: records.values[field].to_list() for field in fields}
    place: dict[str, Any] = {}
    last_community = ""
    for at, (is_head, community) in enumerate(households.select("is_head", "community").iter_rows()):
        cells = {field: values[at] for field, values in written.items() if values[at] is not None}
        parts = cells.keys() - _AROUND
        if is_head or parts & {*doors} or any(cells[field] != place.get(field) for field in parts):
            place, last_community = cells, community
        elif is_head is False and community == last_community and community in communities:
            for field in place.keys() - cells.keys():
                written[field][at] = place[field]
    for field, values in written.items():
        records.values[field] = pl.Series(field, values, dtype=records.values[field].dtype)


def _of_heads(cells: pl.Series) -> pl.Series:
    """Of each row whether it is a head of household; null where it has no relation or is unrelated.

    A relation nobody knows is a relative's all the same.
    """

    def of_head(cell: str) -> bool | None:
        relation = dictionary.parse("person", "relation", cell)
        if relation.value is None:
            return False if relation.fault else None
        return None if relation.value == relations.UNRELATED else bool(relation.value == relations.HEAD)

    heads = {cell: of_head(cell) for cell in cells.drop_nulls().unique()}
    return cells.replace_strict(heads, default=None, return_dtype=pl.Boolean)
