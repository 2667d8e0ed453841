"""What a field declares, and what reading a cell of it gives."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable
from typing import Any


@dataclasses.dataclass(frozen=True)
class Parsed:
    """A cell as read: ``value`` JSON-able or None; ``fault``: code, ``text``: the same in words; ``note``: what
    was split off.
    """

    value: Any = None
    fault: str = ""
    text: str = ""
    note: str = ""


class Sensitivity(enum.StrEnum):
    """``sensitive`` values lie in the envelope wherever they are stored."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"


class Authority(enum.StrEnum):
    """Who may change a fact directly (architecture, idea 2); what may not becomes a difference.

    ``door``: a visit face to face applies, a ledger fills what is empty. ``document``: proved by a document, so a visit
    fills what is empty and questions what differs. ``resident``: the resident's own word applies as well.
    """

    DOOR = "door"
    DOCUMENT = "document"
    RESIDENT = "resident"


Choices = dict[str, tuple[str, ...]]
"""code → the words it is written with, the label first."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Field:
    """One datum of one kind of record, with everything that is said about it anywhere."""

    kind: str
    name: str
    label: str
    synonyms: tuple[str, ...]
    read: Callable[[Any], Parsed]
    purpose: str
    basis: str
    retention: str
    sensitivity: Sensitivity = Sensitivity.INTERNAL
    required: bool = False
    choices: Choices = dataclasses.field(default_factory=dict)
    mask: Callable[[str], str] | None = None
    authority: Authority = Authority.DOOR
    fresh_days: int | None = None
    locates: bool = False
    """Only says which door is meant (a column of a ledger), no fact of its own."""

    @property
    def is_sensitive(self) -> bool:
        return self.sensitivity is Sensitivity.SENSITIVE
