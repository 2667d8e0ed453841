"""How figures, dates and marks are written, the same on every page (docs/console.md)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from gridwalk.core import clock
from gridwalk.core.outward import outward
from gridwalk.dictionary import fields as dictionary
from gridwalk.indicators.rules import LEGEND, WITHHELD
from gridwalk.visits.outcomes import OUTCOMES

VACANT = OUTCOMES["vacant_confirmed"].mark
"""The character of a vacant door; on paper it is a settled door like any other (styles/print.css)."""

register = template.Library()
register.filter("outward", outward)


@register.filter
def num(value: Any) -> str:
    """12,345; an em dash for nothing."""
    return "—" if value in (None, "") else f"{int(value):,}"


@register.filter
def day(value: Any) -> str:
    """6月8日; with the year when it is not this one."""
    if not value:
        return "—"
    on = clock.day_of(value)
    return clock.day_words(on, year=on.year != clock.local_date(clock.now()).year)


@register.filter
def month(value: dt.date) -> str:
    """6月; with the year when it is not this one."""
    this_year = clock.local_date(clock.now()).year
    return f"{value.month}月" if value.year == this_year else f"{value.year}年{value.month}月"


@register.filter
def moment(value: Any) -> str:
    """6月8日 10:30; of a day, which is all that is told of others' work, 6月8日."""
    if not isinstance(value, dt.datetime):
        return day(value)
    return f"{day(value)} {clock.local(value):%H:%M}"


@register.filter
def percent(figure: Any) -> str:
    """70.7%, rounded down, so that 99.96 % never shows as 100; nothing for an empty denominator."""
    if figure is None or not figure.d:
        return ""
    tenths = figure.n * 1000 // figure.d
    return f"{tenths // 10}.{tenths % 10}%"


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """A value of a mapping by key."""
    return mapping.get(key) if mapping else None


@register.filter
def named(codes: Iterable[str], names: Mapping[str, str]) -> list[str | None]:
    """The names of codes, in their order."""
    return [names.get(code) for code in codes]


@register.filter
def phrase(value: Any, words: str) -> str:
    """``words`` with the value in the place of ``{}``; nothing where there is no value."""
    return words.replace("{}", str(value)) if value else ""


@register.filter
def minus(value: int, other: int) -> int:
    """What is left when ``other`` is taken off."""
    return value - other


@register.filter
def told(value: Any, unit: str = "") -> str:
    """A count as ``num`` has it, with its unit; the sign alone where it is withheld."""
    return WITHHELD if value in (None, "") else f"{num(value)} {unit}".rstrip()


@register.filter
def part(figure: Any, name: str) -> int | None:
    """A part of a figure by name; None where it is withheld."""
    return None if figure is None else figure.told(name)


@register.filter
def explained(figure: Any) -> int | None:
    """Explained doors of a coverage figure; None where they are withheld."""
    return part(figure, "explained")


@register.filter
def left(figure: Any) -> int | None:
    """What is neither visited nor explained; None where what is explained is withheld."""
    n_explained = explained(figure)
    return None if n_explained is None else figure.gap - n_explained


@register.simple_tag
def withheld_legend() -> str:
    """What the sign for a withheld count means."""
    return LEGEND


@register.simple_tag
def pair(figure: Any, unit: str = "", big: bool = False) -> SafeString:
    """A pair: numerator bold, denominator with its unit; the sign where it is withheld."""
    if figure is None:
        return format_html('<span class="s">{}</span>', WITHHELD)
    return format_html(
        '<span class="pair{}"><b>{}</b><span> / {}{}</span></span>',
        " big" if big else "",
        num(figure.n),
        num(figure.d),
        f" {unit}" if unit else "",
    )


@register.simple_tag
def bar(figure: Any, planned: int | None = None) -> SafeString:
    """Visited, explained, remaining to the same 100 %, with a tick for today's plan; an image with a
    sentence as name.
    """
    return SafeString("") if figure is None else _bar(figure.n, figure.told("explained"), figure.d, planned)


@register.simple_tag
def parts_bar(n: int, n_explained: int, d: int) -> SafeString:
    """The same bar from three plain counts."""
    return _bar(n, n_explained, d, None)


def _bar(n: int, n_explained: int | None, d: int, planned: int | None) -> SafeString:
    if not d:
        return SafeString("")
    done, explained_share = f"{n * 100 / d:.2f}%", f"{(n_explained or 0) * 100 / d:.2f}%"
    words = f"已走访 {n}，{'' if n_explained is None else f'已登记原因 {n_explained}，'}共 {d}"
    tick: Any = ""
    if planned is not None:
        words += f"，今日计划 {planned}"
        at = f"{min(100.0, planned * 100 / d):.2f}%"
        tick = format_html('<line class="plan" x1="{}" x2="{}" y1="-20%" y2="120%"/>', at, at)
    return format_html(
        '<svg class="bar" role="img" aria-label="{}"><rect class="bg" width="100%" height="100%"/>'
        '<rect class="v" width="{}" height="100%"/><rect class="e" x="{}" width="{}" height="100%"/>{}</svg>',
        words,
        done,
        done,
        explained_share,
        tick,
    )


@register.simple_tag
def mk(character: str, tone: str = "", label: str = "") -> SafeString:
    """A state mark: one character in a square; ``label`` is its name where no text stands beside it."""
    name = format_html(' role="img" aria-label="{}"', label) if label else ""
    kind = " kong" if character == VACANT else ""
    return format_html('<span class="mk {}{}"{}>{}</span>', tone, kind, name, character)


@register.filter
def kind(code: str) -> str:
    """What kind of record, in words: 人员, 房屋 …"""
    return dictionary.KINDS.get(code, code)


@register.filter
def outcome(code: str) -> str:
    """What came of a visit, in words; an unknown code as it is."""
    return OUTCOMES[code].label if code in OUTCOMES else code


@register.simple_tag
def spark(values: list[float]) -> SafeString:
    """A small line of the kept days; decoration, the figures stand beside it."""
    if len(values) < 2:
        return SafeString("")
    low, high = min(values), max(values)
    span = (high - low) or 1
    points = " ".join(
        f"{i * 62 / (len(values) - 1) + 1:.1f},{18 - (v - low) * 16 / span:.1f}" for i, v in enumerate(values)
    )
    return format_html(
        '<svg class="spark" viewBox="0 0 64 20" aria-hidden="true"><polyline points="{}"/></svg>', points
    )


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the sprite; decoration."""
    return format_html('<svg class="i" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>', ICONS[name])


ICONS = {
    "home": "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
    "list": "M4 6h11M4 12h11M4 18h7M19 10v8M15 14h8",
    "building": "M6 21V4h12v17M3 21h18M10 8h1M14 8h1M10 12h1M14 12h1M10 16h1M14 16h1",
    "people": (
        "M9 11a3.5 3.5 0 100-7 3.5 3.5 0 000 7zM2.5 20c0-3.6 2.900-6 6.500-6s6.500 2.400 6.500 6M16 4.500a3.500 3.500 0"
        " 010 6.500M18 14.500c2.200.8 3.500 2.800 3.500 5.500"
    ),
    "differ": "M7 4v16M7 4L4 7M7 4l3 3M17 20V4M17 20l-3-3M17 20l3-3",
    "pulse": "M3 12h4l2.500-6 5 12 2.500-6h4",
    "flag": "M5 21V4h13l-3 4.500 3 4.500H5",
    "pen": "M4 20l4-1L19 8l-3-3L5 16zM14 7l3 3",
    "heart": "M12 20s-8-5-8-10.500A4.500 4.500 0 0112 7a4.500 4.500 0 018 2.500C20 15 12 20 12 20z",
    "check": "M4 5h16v14H4zM8 12l3 3 5-6",
    "upload": "M12 15V4M8 8l4-4 4 4M4 16v4h16v-4",
    "download": "M12 4v11M8 11l4 4 4-4M4 17v3h16v-3",
    "compare": "M4 5h6v14H4zM14 5h6v14h-6zM6 9h2M16 9h2M6 13h2M16 13h2",
    "back": "M9 14l-5-5 5-5M4 9h10a6 6 0 0 1 0 12h-3",
    "file": "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
    "clock": "M12 21a9 9 0 100-18 9 9 0 000 18zM12 7v5l3.500 2",
    "key": "M8 16a4 4 0 100-8 4 4 0 000 8zM12 12h9M18 12v4",
    "map": "M3 6l6-2 6 2 6-2v14l-6 2-6-2-6 2zM9 4v14M15 6v14",
    "phone": "M7 3h10v18H7zM11 18h2",
    "hydrant": "M6 21h12M8 21V9a4 4 0 018 0v12M5 13h14M12 5V3M8 17h8",
    "inbox": "M4 13l3-8h10l3 8v6H4zM4 13h5l1.500 3h3L15 13h5",
    "search": "M11 18a7 7 0 100-14 7 7 0 000 14zM16 16l5 5",
    "lock": "M6 11h12v9H6zM9 11V8a3 3 0 016 0v3",
    "print": "M7 8V3h10v5M7 17H4V8h16v9h-3M7 14h10v7H7z",
}
