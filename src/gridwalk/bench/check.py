"""What a check is, over records or over answers given at doors; plain values only."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True)
class Threshold:
    """From where on an online check asks: its words around the number, what it is at first, least and at most."""

    before: str
    after: str
    usual: int
    least: int
    most: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Check:
    """One rule over records: the kind of record that leads its cases, its short name, what to do, the facts
    it looks at.

    ``choices``: what can be decided of a case. ``tells_use``: its cases say which doors stand empty or are let;
    ``tells_home``: who lives at which door, and by that the same (red line 5). ``thresholds``: of an online check,
    what a street may set, by name.
    """

    kind: str
    label: str
    todo: str
    looks_at: str
    choices: tuple[str, ...]
    tells_use: bool = False
    tells_home: bool = False
    thresholds: Mapping[str, Threshold] = dataclasses.field(default_factory=dict)
