"""What documents say and withhold, on plain values: words for figures and days, file names, disclosure control."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Collection, Mapping, Sequence

from gridwalk.indicators.rules import SMALLEST_CELL

NUMERALS = "零一二三四五"
OTHER_REASONS, ALL_REASONS = "其余原因", "各种原因合计"


def clean(text: str) -> str:
    """Text without control characters, which documents cannot hold, on one line."""
    return "".join(c if unicodedata.category(c) not in {"Cc", "Cs", "Co"} else " " for c in text)


def tenths(n: int, d: int) -> int | None:
    """The percentage in tenths, rounded down, so that 99.96 % never reads 100; None for an empty denominator."""
    return n * 1000 // d if d else None


def percent(n: int, d: int) -> str:
    """70.7%; an em dash for an empty denominator."""
    share = tenths(n, d)
    return "—" if share is None else f"{share // 10}.{share % 10}%"


def day(on: dt.date, *, year: bool = False) -> str:
    """11月23日, or 2026年11月23日."""
    return (f"{on.year}年" if year else "") + f"{on.month}月{on.day}日"


def days(first: dt.date, last: dt.date) -> str:
    """2026年12月24日至2027年1月8日; the year of the last day where it is another."""
    return f"{day(first, year=True)}至{day(last, year=last.year != first.year)}"


def as_of(at: dt.datetime) -> str:
    """数据截至 2026年11月23日 10:00, for a moment on the street's wall clock."""
    return f"数据截至 {day(at.date(), year=True)} {at:%H:%M}"


def monday(on: dt.date) -> dt.date:
    """The first day of the week of ``on``."""
    return on - dt.timedelta(days=on.weekday())


def common_scope(parts: Sequence[str]) -> str:
    """The longest code prefix all parts share."""
    first, last = min(parts), max(parts)
    n = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[:n]


def merge_small(counts: Mapping[str, int], explained: Collection[str], *, split_shown: bool) -> list[tuple[str, int]]:
    """Gap reasons for those who see no rows, the largest first, small ones merged into one that is not small.

    ``explained``: the reasons that add up to 已登记原因. It and what remains are known beside them where ``split_shown``,
    so each of the two groups is merged by itself; otherwise no reason is told. A reason that nobody gave is merged
    like a small one where it is among ``counts``.
    """
    groups = [[c for c in counts if c in explained], [c for c in counts if c not in explained]]
    if not split_shown:
        groups = [[]]
    shown: list[tuple[str, int]] = []
    for group in groups:
        ordered = sorted((counts[code], code) for code in group)
        merged: list[tuple[int, str]] = []
        while ordered and (
            ordered[0][0] < SMALLEST_CELL or len(merged) == 1 or 0 < sum(n for n, _ in merged) < SMALLEST_CELL
        ):
            merged.append(ordered.pop(0))
        shown += [(code, n) for n, code in ordered]
    rest = sum(counts.values()) - sum(n for _, n in shown)
    shown += [(OTHER_REASONS if shown else ALL_REASONS, rest)] if rest else []
    return sorted(shown, key=lambda pair: (-pair[1], pair[0]))


def signed(n: int) -> str:
    """+1,272, −3, 0: a change in words."""
    return f"{'+' if n > 0 else '−' if n < 0 else ''}{abs(n):,}"
