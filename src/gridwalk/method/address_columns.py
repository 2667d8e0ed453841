"""A column of addresses read at once: each way of writing is read once, the numbers are carried over.

Addresses of a place differ in their numbers: 阳光里5号楼2单元301 and 阳光里12号楼1单元602 are one way of writing. Every distinct
way (the text with its digits blanked, their count kept) is read by ``addresses.parse`` with two sets of made-up
numbers; where both tell which number becomes which part, the real numbers are put there by pattern. A way that cannot
be told so, or one that reads even one real address otherwise, goes to ``addresses.parse`` address by address: the
answers are always the same.
"""

from __future__ import annotations

import dataclasses
import re

import polars as pl

from gridwalk.method import address_places, addresses, text
from gridwalk.method.addresses import Address

PARTS = ("road", "number", "estate", "building", "stairwell", "floor", "room", "fault")
PLACE = "某某里"
TOWER = "某某大厦"
_FORMS = {**{chr(0xFF10 + i): str(i) for i in range(10)}, "－": "-", "（": "(", "）": ")", "＃": "#", "，": ","}
_TENS = [h + o for h in ("", *(f"{t}十" for t in ("", *"二三四五六七八九"))) for o in ("", *"一二三四五六七八九")][1:]
_NUMERALS_BEFORE = {
    f"{han}{unit}": f"{number}{unit}" for number, han in enumerate(_TENS, start=1) for unit in ("号楼", "单元")
}
"""五号楼, 二十一单元: numerals as digits. Texts with other numerals (百, 廿, 第) are read one by one."""
_OTHER_NUMERALS = "[百佰千仟零〇○廿卅第两壹贰叁肆伍陆柒捌玖拾]"
_FORMED = "[" + "".join(_FORMS) + "]"
_HAN_UNIT = "[一二三四五六七八九十](?:号楼|单元)"
_WRITABLE = r"^[\u4e00-\u9fffA-Za-z0-9#\-()/、.号 ]+$"
_NUMBERS_DECIDE = "|".join(
    (
        r"\d\s*(?:楼|[Ff])|负|地下|[B-]\d层",
        r"[4-9]\d\s*(?:单|门|洞|梯|号门)|\d{7}|\d{3}[- ]\d{4}[- ]\d{4}|(?:^|\D)0(?:0|\D|$)|  |^ | $",
    )
)
"""Where what the numbers are decides what they mean (5楼501), or they are no part of a door (a telephone)."""
_BUILDING_BY_STAIRWELL = r"(\d)\s*楼(\s*\d{1,2}\s*(?:单元|门)\s*\d)"
"""5楼3门301: what stands before a stairwell is a building, whatever its number."""
_NUMERALS = f"[{text.CHINESE_DIGITS}]"
_MOST_GROUPS = 7
LEAST = 6
"""Addresses of one way from which carrying the numbers over is quicker than reading each."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Way:
    """Which number becomes which part: texts with ``{0}``, ``{1}`` … for the groups of digits.

    ``floor`` may also be ``room``: what the room's number says. ``estate`` None: the name before the numbers says
    road, number and estate.
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
    """``PARTS`` of every address, as ``addresses.parse`` reads them; ``floor`` Int64 or null, the others texts.

    Give it distinct texts: each is worked out as often as it stands there.
    """
    rows = _split(texts.rename("raw").to_frame().with_row_index("at"))
    usual = rows.filter(pl.col("suffix").is_not_null())
    usual = usual.join(_prefixes(usual["prefix"]), on="prefix", how="left", maintain_order="left")
    plain, rest = _by_way(usual.filter("simple"), "class", least=1)
    own, left = _by_way(pl.concat([usual.filter(~pl.col("simple")), rest]), "name", least=LEAST)
    odd = pl.concat([rows.filter(pl.col("suffix").is_null()).select("at", "raw"), left.select("at", "raw")])
    return pl.concat([plain, own, _exact(odd)]).sort("at").drop("at")


def _split(rows: pl.DataFrame) -> pl.DataFrame:
    """``prefix``: the name before the numbers, ``suffix`` and ``way``: what follows, with its digits and without,
    ``groups``: the numbers. Null where what the numbers are decides what they mean."""
    formed = pl.col("raw").str.replace_many(_FORMS)
    rows = rows.with_columns(plain=pl.when(pl.col("raw").str.contains(_FORMED)).then(formed).otherwise("raw"))
    han = pl.col("plain").str.contains(_HAN_UNIT) & ~pl.col("plain").str.contains(_OTHER_NUMERALS)
    if rows.select(han.any()).item():
        digits = pl.col("plain").str.replace_many(_NUMERALS_BEFORE, leftmost=True)
        rows = rows.with_columns(plain=pl.when(han).then(digits).otherwise("plain"))
    sure = pl.col("plain").str.replace_all(_BUILDING_BY_STAIRWELL, "${1}号楼${2}")
    usual = pl.col("plain").str.contains(_WRITABLE) & ~sure.str.contains(_NUMBERS_DECIDE)
    split = pl.when(usual).then("plain").str.extract_groups(r"^(?<prefix>[^0-9 ]*)(?<suffix>.*\d.*)$").alias("split")
    rows = rows.with_columns(split).unnest("split")
    zero = pl.col("suffix").str.contains(r"(?:^|\D)0")
    marked = pl.when(zero).then(pl.col("suffix").str.replace_all(r"(^|\D)0(\d)", "${1}z${2}")).otherwise("suffix")
    return rows.with_columns(
        way=marked.str.replace_all("[0-8]", "9"), groups=pl.col("suffix").str.extract_all(r"[1-9]\d*")
    )


def _prefixes(prefix: pl.Series) -> pl.DataFrame:
    """Road, house number and estate of every distinct name before the numbers; whether it is a plain name, of
    which class.

    Names of one class read the same, so one stands for all.
    """
    distinct = prefix.unique().to_list()
    read = [addresses.named(p) for p in distinct]
    rows = [
        (p, p, *names, bool(names[2]) and _is_plain(p, names[2]), TOWER if address_places.TOWERS.search(p) else PLACE)
        for p, names in zip(distinct, read, strict=True)
    ]
    schema = {
        "prefix": pl.String,
        "name": pl.String,
        "road": pl.String,
        "number": pl.String,
        "estate": pl.String,
        "simple": pl.Boolean,
        "class": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _is_plain(prefix: str, estate: str) -> bool:
    """Han characters only, no numeral, nothing at the end that belongs to the number behind it."""
    return (
        re.fullmatch("[\u4e00-\u9fff]+", prefix) is not None
        and not re.search(_NUMERALS, prefix)
        and addresses.ends_plainly(prefix)
        and prefix.endswith(estate)
    )


def _by_way(usual: pl.DataFrame, place: str, *, least: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The addresses of each way that numbers can be put into, and the rest. ``place``: the column of the name that
    stands before them; ``least``: how many addresses of a way make it worth reading.
    """
    keyed = usual.with_columns(key=pl.struct(place, "way").hash())
    ways = (
        keyed.group_by("key").agg(pl.col(place, "way", "raw", "plain").first(), n=pl.len()).filter(pl.col("n") >= least)
    )
    readings = [(key, _way(*texts)) for key, *texts in ways.select("key", place, "way", "raw", "plain").iter_rows()]
    shapes = list({w for _, w in readings if w is not None})
    table = pl.DataFrame(
        [(key, shapes.index(w)) for key, w in readings if w is not None],
        schema={"key": pl.UInt64, "shape": pl.UInt32},
        orient="row",
    )
    shaped = keyed.join(table, on="key", how="left", maintain_order="left").drop("key")
    filled = [_filled(shaped.filter(pl.col("shape") == i), way) for i, way in enumerate(shapes)]
    return pl.concat([_exact(usual.clear()), *filled]), shaped.filter(pl.col("shape").is_null()).drop("shape")


def _way(place: str, way: str, example: str, plain: str) -> Way | None:
    """What the way says (``plain``: the example with its numerals as digits), or None where the numbers themselves
    would have a say.
    """
    readings = {_reading(place, way, digits) for digits in ("23456781", "98765432")}
    reading = readings.pop()
    if readings or reading is None:
        return None
    real = addresses.parse(example)
    numbers = [n.lstrip("0") or "0" for n in re.findall(r"\d+", plain)]
    named = [] if reading.estate is None else ["road", "number", "estate"]
    compared = [*named, "building", "stairwell", "room", "fault"]
    put = [getattr(reading, part).format(*numbers) for part in compared]
    return reading if put == [getattr(real, part) for part in compared] else None


def _reading(place: str, way: str, digits: str) -> Way | None:
    """The way read with made-up numbers: group n holds the n-th of ``digits`` over and over."""
    runs = list(re.finditer(r"z?9+", way))
    if len(runs) > _MOST_GROUPS:
        return None
    written, numbers, end = "", [], 0
    for run, digit in zip(runs, digits, strict=False):
        zeros = run[0].count("z")
        numbers.append(digit * (len(run[0]) - zeros))
        written += way[end : run.start()] + "0" * zeros + numbers[-1]
        end = run.end()
    read = addresses.parse(place + written + way[end:])
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
        return Way(
            road="",
            number="",
            estate=None,
            building=building,
            stairwell=stairwell,
            room=room,
            floor=floor,
            fault=read.fault,
        )
    return Way(
        road=road,
        number=number,
        estate=estate,
        building=building,
        stairwell=stairwell,
        room=room,
        floor=floor,
        fault=read.fault,
    )


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
    storey = pl.col("room").str.extract(r"^[AC-Z]?(\d{1,2})\d{2}(?:\D|$)") if way.floor == "room" else _put(way.floor)
    if way.estate is not None:
        frame = frame.with_columns(road=_put(way.road), number=_put(way.number), estate=_put(way.estate))
    filled = frame.with_columns(
        building=_put(way.building), stairwell=_put(way.stairwell), room=room, fault=pl.lit(way.fault)
    )
    floor = storey.cast(pl.Int64, strict=False) if way.floor else pl.lit(None, dtype=pl.Int64)
    return filled.with_columns(floor=floor).select("at", *PARTS)


def _put(pattern: str) -> pl.Expr:
    pieces = re.split(r"\{(\d)\}", pattern)
    terms = [pl.col("groups").list.get(int(p)) if i % 2 else pl.lit(p) for i, p in enumerate(pieces) if i % 2 or p]
    return pl.concat_str(terms) if terms else pl.lit("")


def _exact(rows: pl.DataFrame) -> pl.DataFrame:
    read = [addresses.parse(t or "") for t in rows["raw"].to_list()]
    columns = {
        p: pl.Series(p, [getattr(a, p) for a in read], dtype=pl.Int64 if p == "floor" else pl.String) for p in PARTS
    }
    return pl.DataFrame({"at": rows["at"], **columns})
