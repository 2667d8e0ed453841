"""Actors of these tests: this room knows no accounts."""

from __future__ import annotations

import dataclasses
import uuid

from gridwalk.core import ids


@dataclasses.dataclass(frozen=True)
class Somebody:
    """An id and a name, all that change feed and audit ask for."""

    name: str
    id: uuid.UUID | None = dataclasses.field(default_factory=ids.new_id)


SYSTEM = Somebody("系统", None)
WORKER = Somebody("王试")
