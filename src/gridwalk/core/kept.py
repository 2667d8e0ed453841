"""What becomes of a table's rows when their grid is redrawn, or the record they speak of moves, is merged or erased.

A model whose rows stand in a grid, or speak of a record of the register, says it once: ``KEPT = Kept(…)``. The steps of
``core.hanging`` walk these declarations. What they cannot do is done by hand; the declaration says where.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any


@dataclasses.dataclass(frozen=True)
class Stays:
    """The rows stay as they are."""

    why: str


@dataclasses.dataclass(frozen=True)
class ByHand:
    """A step of its own does it: ``step`` is its dotted name below ``gridwalk``."""

    step: str


@dataclasses.dataclass(frozen=True)
class Goes:
    """The rows stand in the grid of their record. ``alone``: which of them follow where it goes alone (None: none);
    where grids are redrawn, all of them follow.
    """

    alone: Mapping[str, Any] | None = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Repointed:
    """The rows speak of the record that stays. ``only``: which of them."""

    only: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Blanked:
    """The rows stay without what they say: these columns get these values. ``by``: the path to the record, where it is
    not the first column of ``of``.
    """

    columns: Mapping[str, Any]
    by: str = ""


@dataclasses.dataclass(frozen=True)
class Deleted:
    """The rows go."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Kept:
    """What hangs on what. Raises ValueError where something is left open.

    ``grid``: the column of the grid the rows stand in. ``of``: the columns that say of which record they speak, or on
    which other row they hang; the first that leads to a grid counts.
    """

    grid: str = ""
    of: tuple[str, ...] = ()
    moved: Goes | ByHand | Stays | None = None
    merged: Repointed | ByHand | Stays | None = None
    erased: Blanked | Deleted | ByHand | Stays | None = None

    def __post_init__(self) -> None:
        if bool(self.grid) is not bool(self.moved):
            raise ValueError("rows that stand in a grid say what becomes of them when it moves, and no others do")
        if not bool(self.of) is bool(self.merged) is bool(self.erased):
            raise ValueError("rows that speak of a record say what becomes of them when it is merged and when erased")
        if isinstance(self.moved, Goes) and not self.of:
            raise ValueError("rows that go with their record name it")
