"""What a field declares, and what reading a cell of it gives."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable, Mapping
from typing import Any


@dataclasses.dataclass(frozen=True)
class Parsed:
    """A cell as read: ``value`` JSON-able or None; ``fault``: code, ``text``: the same in words; ``note``: what
    was split off. ``remark``: in words, what a cell says beside the value that is taken of it, or instead of one.
    """

    value: Any = None
    fault: str = ""
    text: str = ""
    note: str = ""
    remark: str = ""


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


class Agree(enum.StrEnum):
    """Whether what is said when a door is asked again has to be as recorded; each type has an error rate of its own."""

    MUST = "must"
    SHOULD = "should"
    MAY = "may"


AGREES: Mapping[Agree, str] = {Agree.MUST: "必须相符", Agree.SHOULD: "应当相符", Agree.MAY: "可以变"}


class Column(enum.StrEnum):
    """How a field lies in the table of its kind. ``sealed``: in the envelope, with a blind index beside it."""

    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    SEALED = "sealed"


class Shown(enum.StrEnum):
    """How much of a value is shown."""

    NOTHING = "nothing"
    PRESENT = "present"
    """Only whether something is recorded: 有 or 无."""
    MASKED = "masked"
    WHOLE = "whole"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sight:
    """What is shown of a field in each place, by depth (``sight.Depth``). ``with_care``: only to who may see care."""

    page: tuple[Shown, Shown, Shown, Shown]
    phone: tuple[Shown, Shown, Shown, Shown]
    file: tuple[Shown, Shown, Shown, Shown]
    with_care: bool = False


@dataclasses.dataclass(frozen=True, kw_only=True)
class Form:
    """A field's place in forms. ``office``: the office's short form 更正登记 offers it.

    ``door``: its order in the sheet at the door; None: that sheet does not offer it. ``asks``: the words of that sheet,
    where they are not the label. ``group``: fields that are asked for together; a difference about one of them brings
    up all. ``when``: field → values, one of which must hold for it to be asked for at all.
    """

    office: bool = True
    door: int | None = None
    asks: str = ""
    group: str = ""
    when: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    short: tuple[str, ...] = ()
    """Of a long choice the codes that short forms offer; what is recorded more exactly stays so."""


Choices = dict[str, tuple[str, ...]]
"""code → the words it is written with, the label first."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Beside:
    """A second column, or a second box of a form, that says how a value is to be read; it is kept within the value."""

    name: str
    label: str
    synonyms: tuple[str, ...]
    choices: Choices
    codes: str
    """Where the codes among the words are from."""
    join: Callable[[str, Any], Any]
    """A code of ``choices`` and what was typed → what ``Field.read`` reads."""
    shapes: Mapping[str, str]
    """Code → the pattern of a value, of those that have one."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Field:
    """One datum of one kind of record, with everything that is said about it anywhere.

    ``sight``: what is shown of it, where that is not what its sensitivity says (``sight.PRESETS``).
    """

    kind: str
    name: str
    label: str
    synonyms: tuple[str, ...]
    read: Callable[[Any], Parsed]
    purpose: str
    basis: str
    retention: str
    column: Column = Column.TEXT
    index: str = ""
    """What the blind index of a sealed field is keyed by; fields of one word find each other."""
    never_empty: bool = False
    """Holds something from the first day on: nobody can empty it."""
    compared: bool = False
    """Whether a comparison with a ledger looks at it; a kind with such a field can be compared."""
    on_phone: bool = False
    form: Form = dataclasses.field(default_factory=Form)
    unit: str = ""
    sensitivity: Sensitivity = Sensitivity.INTERNAL
    required: bool = False
    choices: Choices = dataclasses.field(default_factory=dict)
    former: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Codes that were kept once, and that phones may still send → today's."""
    finer: Mapping[str, frozenset[str]] = dataclasses.field(default_factory=dict)
    """Code → the codes that say the same, and more of it."""
    mask: Callable[[str], str] | None = None
    sight: Sight | None = None
    authority: Authority = Authority.DOOR
    fresh_days: int | None = None
    agrees: Agree | None = None
    """Asked again at a door that a sample drew; None: not asked."""
    beside: Beside | None = None
    locates: bool = False
    """Only says which door is meant (a column of a ledger), no fact of its own."""
    on_link: bool = False
    """Lies on the link between a person and a door, not on the record itself."""

    @property
    def offered(self) -> dict[str, str]:
        """What a short form offers of a choice: code → label."""
        return {code: self.choices[code][0] for code in self.form.short or self.choices}

    @property
    def is_sensitive(self) -> bool:
        return self.sensitivity is Sensitivity.SENSITIVE
