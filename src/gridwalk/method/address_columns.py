"""A column of addresses read at once: each way of writing is read once, the numbers are carried over.

Addresses of a place differ in their numbers: 阳光里5号楼2单元301 and 阳光里12号楼1单元602 are one way of writing. Every distinct way (the
text with its digits blanked, their count kept) is read by ``addresses.parse`` with two sets of made-up numbers; where both tell
which number becomes which part, the real numbers are put there by pattern. A way that cannot be told so, or one that reads
even one real address otherwise, goes to ``addresses.parse`` address by address: the answers are always the same.
"""

from __future__ import annotations

import dataclasses
import re

import polars as pl

from gridwalk.method import addresses, text
from gridwalk.method.addresses import Address

PARTS = ("road", "number", "estate", "building", "stairwell", "floor", "room", "fault")
PLACE = "某某里"
TOWER = "某某大厦"
_FORMS = {**{chr(0xFF10 + i): str(i) for i in range(10)}, "－": "-", "（": "(", "）": ")", "＃": "#", "，": ","}
_WRITABLE = r"^[\u4e00-\u9fffA-Za-z0-9#\-()/、.号 ]+$"
_NUMBERS_DECIDE = r"\d\s*(?:楼|[Ff])|\d{7,}|(?:^|\D)00"
"""Where what the numbers are decides what they mean (5楼501), or they are no part of a door (a telephone)."""
_NUMERALS = f"[{text.CHINESE_DIGITS}]"
_TOWER_END = r"(?:大厦|大楼|公寓|广场|中心|写字楼|商厦|酒店|商城)$"
_MOST_GROUPS = 7
LEAST = 6
"""Addresses of one way from which carrying the numbers over is quicker than reading each."""


@dataclasses.dataclass(frozen=True)
class Way:
    """Which number becomes which part: texts with ``{0}``, ``{1}`` … for the groups of digits.

    ``floor`` may also be ``room``: what the room's number says. ``estate`` None: the name before the numbers says road, number
    and estate.
    """

    road: str
    number: str
    estate: str | None
    building: str
    stairwell: str
    room: str
    floor: str
    fault: str


def parts(texts: pl.Series) -> pl.DataFrame:
    """``PARTS`` of every address, as ``addresses.parse`` reads them; ``floor`` Int64 or null, the others texts."""
    raw = texts.rename("raw").to_frame()
    distinct = raw.unique().drop_nulls()
    return raw.join(_read(distinct), on="raw", how="left", maintain_order="left").drop("raw")


def _read(distinct: pl.DataFrame) -> pl.DataFrame:
    usual = (
        distinct.with_columns(plain=pl.col("raw").str.replace_many(list(_FORMS), list(_FORMS.values())))
        .filter(
            pl.col("plain").str.contains(_WRITABLE) & pl.col("plain").str.contains(r"\d")
            & ~pl.col("plain").str.contains(_NUMBERS_DECIDE) & ~pl.col("plain").str.contains(r"  |^ | $|[{}]")
        )
        .with_columns(
            prefix=pl.col("plain").str.extract(r"^([^0-9 ]*)"), suffix=pl.col("plain").str.extract(r"^[^0-9 ]*(.*)$")
        )
        .with_columns(
            way=pl.col("suffix").str.replace_all(r"(^|\D)0(\d)", "${1}z${2}").str.replace_all(r"\d", "9"),
            groups=pl.col("suffix").str.extract_all(r"\d+").list.eval(_without_zeros(pl.element())),
        )
    )  # fmt: skip
    usual = usual.join(_prefixes(usual["prefix"]), on="prefix")
    plain = _by_way(usual.filter("simple"), "class", least=1)
    rest = usual.join(plain, on="raw", how="anti").with_columns(named=pl.col("prefix"))
    own = _by_way(rest, "named", least=LEAST)
    left = distinct.join(plain, on="raw", how="anti").join(own, on="raw", how="anti")["raw"]
    return pl.concat([plain, own, _exact(left)])


def _prefixes(prefix: pl.Series) -> pl.DataFrame:
    """Road, house number and estate of every distinct name before the numbers; whether it is a plain name, of which class.

    Names of one class read the same, so one stands for all.
    """
    distinct = prefix.unique().to_list()
    read = [addresses.named(p) for p in distinct]
    rows = [
        (p, *names, bool(names[2]) and _is_plain(p, names[2]), TOWER if re.search(_TOWER_END, p) else PLACE)
        for p, names in zip(distinct, read, strict=True)
    ]
    schema = {"prefix": pl.String, "road": pl.String, "number": pl.String, "estate": pl.String, "simple": pl.Boolean,
              "class": pl.String}  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def _is_plain(prefix: str, estate: str) -> bool:
    """Han characters only, no numeral, nothing at the end that belongs to the number behind it."""
    return (
        re.fullmatch("[\u4e00-\u9fff]+", prefix) is not None
        and not re.search(_NUMERALS, prefix)
        and addresses.ends_plainly(prefix)
        and prefix.endswith(estate)
    )


def _by_way(usual: pl.DataFrame, place: str, *, least: int) -> pl.DataFrame:
    """The addresses of each way that numbers can be put into. ``place``: the column of the name that stands before them;
    ``least``: how many addresses of a way make it worth reading."""
    ways = usual.group_by(place, "way").agg(raw=pl.col("raw").first(), n=pl.len()).filter(pl.col("n") >= least)
    known = [(name, way, _way(name, way, raw)) for name, way, raw in ways.select(place, "way", "raw").iter_rows()]
    shapes = {w: i for i, w in enumerate({w for _, _, w in known if w is not None})}
    table = pl.DataFrame(
        [(name, way, shapes[w]) for name, way, w in known if w is not None],
        schema={place: pl.String, "way": pl.String, "shape": pl.Int64}, orient="row",
    )  # fmt: skip
    by_index = list(shapes)
    found = [
        _filled(of_shape, by_index[int(str(shape[0]))])
        for shape, of_shape in usual.join(table, on=[place, "way"]).group_by("shape")
    ]
    return pl.concat([_exact(pl.Series("raw", [], dtype=pl.String)), *found])


def _without_zeros(number: pl.Expr) -> pl.Expr:
    bare = number.str.strip_chars_start("0")
    return pl.when(bare == "").then(pl.lit("0")).otherwise(bare)


def _way(place: str, way: str, example: str) -> Way | None:
    """What the way says, or None where the numbers themselves would have a say."""
    said = {_said(place, way, digits) for digits in ("23456781", "98765432")}
    found = said.pop()
    if said or found is None:
        return None
    real = addresses.parse(example)
    plain = "".join(_FORMS.get(c, c) for c in example)
    numbers = [n.lstrip("0") or "0" for n in re.findall(r"\d+", plain)]
    put = [p.format(*numbers) for p in (found.building, found.stairwell, found.room, found.fault)]
    return found if put == [real.building, real.stairwell, real.room, real.fault] else None


def _said(place: str, way: str, digits: str) -> Way | None:
    """The way read with made-up numbers: group n holds the n-th of ``digits`` over and over."""
    runs = list(re.finditer(r"z?9+", way))
    if len(runs) > _MOST_GROUPS:
        return None
    made, numbers, end = "", [], 0
    for run, digit in zip(runs, digits, strict=False):
        zeros = run[0].count("z")
        numbers.append(digit * (len(run[0]) - zeros))
        made += way[end : run.start()] + "0" * zeros + numbers[-1]
        end = run.end()
    read = addresses.parse(place + made + way[end:])
    texts = [
        _with_gaps(p, numbers) for p in (read.road, read.number, read.estate, read.building, read.stairwell, read.room)
    ]
    floor = _floor(read, numbers)
    if floor is None:
        return None
    road, number, estate, building, stairwell, room = texts
    if place in {PLACE, TOWER}:
        if (road, number, estate) != ("", "", place):
            return None
        return Way("", "", None, building, stairwell, room, floor, read.fault)
    return Way(road, number, estate, building, stairwell, room, floor, read.fault)


def _with_gaps(part: str, numbers: list[str]) -> str:
    """The part with gaps for made-up numbers; digits that are no made-up number come from numerals (五号楼) and stay."""
    for i, number in enumerate(numbers):
        part = part.replace(number, f"{{{i}}}", 1)
    return part


def _floor(read: Address, numbers: list[str]) -> str | None:
    """``room``: the floor the room's number says; a gap; or nothing. None where it is none of these."""
    if read.floor is None:
        return ""
    if addresses.floor_of(read.room) == read.floor:
        return "room"
    return next((f"{{{i}}}" for i, n in enumerate(numbers) if n == str(read.floor)), None)


def _filled(frame: pl.DataFrame, way: Way) -> pl.DataFrame:
    """The real numbers in their places."""
    room = _put(way.room)
    said = pl.col("room").str.extract(r"^[AC-Z]?(\d{1,2})\d{2}(?:\D|$)") if way.floor == "room" else _put(way.floor)
    if way.estate is not None:
        frame = frame.with_columns(road=_put(way.road), number=_put(way.number), estate=_put(way.estate))
    filled = frame.with_columns(
        building=_put(way.building), stairwell=_put(way.stairwell), room=room, fault=pl.lit(way.fault)
    )
    floor = said.cast(pl.Int64, strict=False) if way.floor else pl.lit(None, dtype=pl.Int64)
    return filled.with_columns(floor=floor).select("raw", *PARTS)


def _put(pattern: str) -> pl.Expr:
    pieces = re.split(r"\{(\d)\}", pattern)
    terms = [pl.col("groups").list.get(int(p)) if i % 2 else pl.lit(p) for i, p in enumerate(pieces) if i % 2 or p]
    return pl.concat_str(terms) if terms else pl.lit("")


def _exact(raw: pl.Series) -> pl.DataFrame:
    read = [addresses.parse(t) for t in raw.to_list()]
    columns = {
        p: pl.Series(p, [getattr(a, p) for a in read], dtype=pl.Int64 if p == "floor" else pl.String) for p in PARTS
    }
    return pl.DataFrame({"raw": raw, **columns})
