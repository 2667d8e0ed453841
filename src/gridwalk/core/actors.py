"""Who acts, as far as this room needs to know: accounts.rules.Viewer is one."""

from __future__ import annotations

import dataclasses
import uuid
from typing import Protocol


class Actor(Protocol):
    """Someone whose name stands in change feed and audit; ``id`` is None for the system itself."""

    @property
    def id(self) -> uuid.UUID | None: ...
    @property
    def name(self) -> str: ...


@dataclasses.dataclass(frozen=True)
class Program:
    """The program itself, for what it does at night without anybody asking."""

    id: uuid.UUID | None = None
    name: str = "系统"


PROGRAM = Program()
