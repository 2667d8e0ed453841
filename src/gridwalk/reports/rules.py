"""What documents say and withhold, on plain values: words for figures and days, file names, disclosure control."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Mapping, Sequence

from gridwalk.indicators import rules as disclosure
from gridwalk.indicators.rules import P, Row

HIDDEN = "＊"
HIDDEN_NOTE = "＊：人数、户数少于 5，或由此能算出少于 5 的，不显示。"
EXPLAINED = ("refused", "absent")


def clean(text: str) -> str:
    """Text without control characters, which documents cannot hold, on one line."""
    return "".join(c if unicodedata.category(c) not in {"Cc", "Cs", "Co"} else " " for c in text).strip()


def tenths(n: int, d: int) -> int | None:
    """The percentage in tenths, rounded down, so that 99.96 % never reads 100; None for an empty denominator."""
    return n * 1000 // d if d else None


def percent(n: int, d: int) -> str:
    """70.7%; an em dash for an empty denominator."""
    found = tenths(n, d)
    return "—" if found is None else f"{found // 10}.{found % 10}%"


def day(on: dt.date, *, year: bool = False) -> str:
    """11月23日, or 2026年11月23日."""
    return (f"{on.year}年" if year else "") + f"{on.month}月{on.day}日"


def file_name(place: str, label: str, at: dt.datetime, suffix: str) -> str:
    """光复道街道周报表 2026-11-23 1000.xlsx: nothing in it that a file system refuses."""
    safe = "".join("_" if c in '\\/:*?"<>|' else c for c in clean(place))[:60]
    return f"{safe}{label} {at:%Y-%m-%d %H%M}.{suffix}"


def monday(on: dt.date) -> dt.date:
    """The first day of the week of ``on``."""
    return on - dt.timedelta(days=on.weekday())


def common_scope(parts: Sequence[str]) -> str:
    """The longest code prefix all parts share."""
    first, last = min(parts), max(parts)
    n = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[:n]


def parts_of(scope: str, held: Sequence[str]) -> tuple[str, ...]:
    """What of ``scope`` (code prefix) somebody holds who holds the prefixes ``held``; empty: nothing."""
    if any(scope.startswith(prefix) for prefix in held):
        return (scope,)
    return tuple(sorted(prefix for prefix in held if prefix.startswith(scope)))


def suppress_below(lines: Sequence[Row[P]], above: Mapping[str, P], shown: Mapping[str, P | None]) -> list[Row[P]]:
    """Suppress the lines of one area whose own line, counted ``above``, is itself on the sheet as ``shown``.

    Where the area's cell is withheld all its lines' cells are: their sum would give it away.
    """
    kept, _ = disclosure.suppress(lines, dict(above))
    for row in kept:
        for column, cell in shown.items():
            if cell is None:
                row[3][column] = None
    return kept


def suppress_reasons(counts: Mapping[str, int], *, split_shown: bool) -> dict[str, int | None]:
    """Counts by gap reason for those who see no rows; explained and remaining are known beside them where shown.

    Inside each of the two groups a single withheld count would follow from the sum: the smallest other goes too.
    """
    if not split_shown:
        return dict.fromkeys(counts)
    kept: dict[str, int | None] = dict(counts)
    for group in ([c for c in counts if c in EXPLAINED], [c for c in counts if c not in EXPLAINED]):
        small = [code for code in group if 0 < counts[code] < disclosure.SMALLEST_CELL]
        if len(small) == 1:
            others = sorted((counts[code], code) for code in group if code not in small and counts[code])
            small += [code for _, code in others[:1]]
        kept |= dict.fromkeys(small)
    return kept
