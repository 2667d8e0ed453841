"""One measured figure."""

from __future__ import annotations

import dataclasses
import json
from typing import ClassVar


@dataclasses.dataclass(frozen=True, kw_only=True)
class Result:
    """``peer``: what the same run measured of the peer or floor; ``ratio``: value / peer; ``goal``: the most it may be.

    The goal is held to the ratio where there is one, else to the value; ``least``: the least the value itself may be.
    ``met`` is None where neither is set.
    """

    name: str
    value: float
    unit: str
    peer: float | None = None
    goal: float | None = None
    note: str = ""
    least: float | None = None

    all: ClassVar[list[Result]] = []

    @property
    def ratio(self) -> float | None:
        return None if not self.peer else self.value / self.peer

    @property
    def met(self) -> bool | None:
        if self.least is not None:
            return self.value >= self.least
        if self.goal is None:
            return None
        return (self.value if self.ratio is None else self.ratio) <= self.goal

    def line(self) -> str:
        """The JSON line: name, value, unit, peer, ratio, goal, least, met, note."""
        numbers = {
            k: None if v is None else round(v, 3)
            for k, v in (
                ("value", self.value),
                ("peer", self.peer),
                ("ratio", self.ratio),
                ("goal", self.goal),
                ("least", self.least),
            )
        }
        return json.dumps(
            {"name": self.name, "unit": self.unit, **numbers, "met": self.met, "note": self.note}, ensure_ascii=False
        )

    def row(self) -> str:
        """A line to read."""
        beside = "" if self.ratio is None else f"  / {self.peer:.3f} = {self.ratio:.2f}"
        bound = f"≥ {self.least:g}" if self.least is not None else f"≤ {self.goal or 0:g}"
        goal = "" if self.met is None else f"  goal {bound} {'met' if self.met else 'MISSED'}"
        return f"{self.name:24} {self.value:10.3f} {self.unit:8}{beside}{goal}  {self.note}"
