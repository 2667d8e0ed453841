"""How shares that a sample says are written, and drawn with their interval (docs/console.md)."""

from __future__ import annotations

import math
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from gridwalk.inspection.rules import share_words

register = template.Library()
WIDTH, EDGE = 172, 4
"""Of a whisker's scale, and what stands free at either end."""


@register.filter
def share(value: float, way: str = "down") -> str:
    """95.9%, rounded down to a tenth; ``up``: an upper end, which is not to read less than it is."""
    return share_words(value, up=way == "up")


@register.filter
def tenths(value: float) -> str:
    """0.9."""
    return f"{value:.1f}"


@register.filter
def whole(value: float) -> str:
    """A number of doors that is reckoned, rounded down."""
    return f"{math.floor(value):,}"


@register.simple_tag
def whisker(estimate: Any, at_least: float, floor: float, name: str) -> SafeString:
    """The interval as a line, the share as a point, what is proved at least as a tick, from ``floor`` to 100 %."""

    def x(value: float) -> str:
        return f"{EDGE + WIDTH * max(0.0, value - floor) / (1 - floor):.1f}"

    words = f"{name}相符 {share(estimate.share)}，95% 区间 {share(estimate.lowest)} 到 {share(estimate.highest, 'up')}"
    return format_html(
        '<svg class="whisker" viewBox="0 0 180 22" role="img" aria-label="{}，不低于 {}"><path d="M4 17H176"/>'
        '<line class="span" x1="{}" x2="{}" y1="9" y2="9"/><line class="least" x1="{}" x2="{}" y1="2" y2="16"/>'
        '<circle cx="{}" cy="9" r="3.5"/></svg>',
        words,
        share(at_least),
        x(estimate.lowest),
        x(estimate.highest),
        x(at_least),
        x(at_least),
        x(estimate.share),
    )
