"""Figures as somebody reads them off pages, documents and phones, and where two of them disagree."""

from __future__ import annotations

import dataclasses
import html
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

INLINE = re.compile(r"</?(?:a|b|em|i|kbd|span|strong|u)\b[^>]*>|<!--.*?-->", re.S)
TAG = re.compile(r"<(script|style|svg|select)\b.*?</\1>|<[^>]+>", re.S)
ROW, CELL = re.compile(r"<tr\b.*?</tr>", re.S), re.compile(r"<t[dh]\b.*?</t[dh]>", re.S)
WITHHELD = "不公开"
NUMBER = rf"(?:-?[\d,]+|{WITHHELD})"
PAIR = rf"(?:[\d,]+ / [\d,]+|{WITHHELD})"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Reading:
    """A figure of an area as it stands in a place; ``unit``: "" where it is not said beside it."""

    place: str
    area: str
    figure: str
    value: str
    unit: str = ""


def text(page: str) -> str:
    """A page line by line, as it is seen; what stands beside each other in a line stays together."""
    lines = html.unescape(TAG.sub("\n", INLINE.sub("", page))).splitlines()
    return "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)


def rows(page: str) -> list[list[str]]:
    """The rows of all tables of a page, cell by cell."""
    return [[text(cell).replace("\n", " ") for cell in CELL.findall(row)] for row in ROW.findall(page)]


def plain(value: str) -> str:
    """``4,701`` and ``4701`` are one number."""
    return value.replace(",", "").strip()


def read(place: str, area: str, seen: str, patterns: Mapping[str, str]) -> Iterator[Reading]:
    """A reading for each pattern, whose groups are the value and, if it is said, the unit; each has to stand there."""
    for figure, pattern in patterns.items():
        match = re.search(pattern, seen)
        assert match is not None, f"{place} {area}: {figure} is not there\n{seen}"
        value, unit = (*match.groups(), "")[:2]
        yield Reading(place=place, area=area, figure=figure, value=plain(value), unit=unit or "")


def summed(place: str, area: str, figure: str, values: Iterable[str], unit: str = "") -> Reading:
    """What several figures beside each other come to; where one is withheld, so is the sum."""
    told = [plain(value) for value in values]
    total = WITHHELD if WITHHELD in told else str(sum(map(int, told)))
    return Reading(place=place, area=area, figure=figure, value=total, unit=unit)


def split(seen: Iterable[Reading]) -> Iterator[Reading]:
    """A pair tells three figures: what is done, what is due, what is missing."""
    for reading in seen:
        done, slash, due = reading.value.partition(" / ")
        if not slash:
            yield reading
            continue
        for name, value in (("n", done), ("d", due), ("gap", str(int(due) - int(done)))):
            yield dataclasses.replace(reading, figure=f"{reading.figure}.{name}", value=value)


def disagreements(readings: Iterable[Reading]) -> list[str]:
    """Figures that read otherwise in another place, or in another unit."""
    of: defaultdict[tuple[str, str], list[Reading]] = defaultdict(list)
    for reading in readings:
        of[reading.area, reading.figure].append(reading)
    return [
        f"{area or '合计'} {figure}: " + "；".join(f"{r.place} {r.value} {r.unit}".strip() for r in several)
        for (area, figure), several in of.items()
        if len({r.value for r in several}) > 1 or len({r.unit for r in several if r.unit}) > 1
    ]


def places(readings: Iterable[Reading]) -> dict[str, set[str]]:
    """Figure → where it was read."""
    of: defaultdict[str, set[str]] = defaultdict(set)
    for reading in readings:
        of[reading.figure].add(reading.place)
    return dict(of)
