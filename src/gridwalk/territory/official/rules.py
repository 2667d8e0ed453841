"""What somebody types for the grids of a community: how many, or their names. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from gridwalk.method import text
from gridwalk.territory import rules

MOST = 99
"""Grids of a community that are laid out."""
_BETWEEN = re.compile(r"[\n\r\t,，、;；]+")


class GridsRefused(ValueError):
    """What was typed is no list of grids; the text says why, after the name of the community."""


def grids_of(typed: str) -> dict[int, str]:
    """Number → name of the grids that were typed: a count, or names with something between them; none for nothing.

    A name that says its number (第三网格, 3网格) gets that number, the others get those that are left, in their order.
    Raises GridsRefused.
    """
    words = [text.fold(word) for word in _BETWEEN.split(typed) if word.strip()]
    if len(words) == 1 and words[0].isdecimal():
        return _so_many(words[0])
    if len(words) > MOST:
        raise GridsRefused(f"一个社区最多 {MOST} 个网格，这里写了 {len(words)} 个。")
    for word in words:
        _check_name(word)
    _check_twice(words)
    return _numbered(words)


def _so_many(count: str) -> dict[int, str]:
    n = int(count) if len(count) < 4 else MOST + 1
    if not 0 < n <= MOST:
        raise GridsRefused(f"网格写 1 到 {MOST} 个，或一行一个名称。")
    return {number: rules.grid_name(number) for number in range(1, n + 1)}


def _check_name(name: str) -> None:
    if fault := rules.grid_name_fault(name):
        raise GridsRefused(fault)


def _check_twice(names: Sequence[str]) -> None:
    first: dict[str, str] = {}
    for name in names:
        if (key := rules.grid_key(name)) in first:
            same = f"两个网格都叫“{name}”" if first[key] == name else f"“{first[key]}”和“{name}”是同一个名称"
            raise GridsRefused(f"{same}，改一个再存。")
        first[key] = name


def _numbered(names: Sequence[str]) -> dict[int, str]:
    saying = {rules.grid_key(rules.grid_name(number)): number for number in range(1, MOST + 1)}
    numbers: Mapping[str, int] = {name: saying[key] for name in names if (key := rules.grid_key(name)) in saying}
    free = iter(sorted(set(range(1, MOST + 1)) - set(numbers.values())))
    placed = {numbers[name] if name in numbers else next(free): name for name in names}
    return dict(sorted(placed.items()))
