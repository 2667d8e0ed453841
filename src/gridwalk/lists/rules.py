"""What a list may be asked: conditions in one sentence language, and views of it. Pure values.

What a reader may not see they may not sort, filter or count by either: ``ops`` and ``closed`` say so for every list.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from gridwalk.dictionary.sight import Depth, Reader
from gridwalk.dictionary.types import Shown
from gridwalk.method import text


class ListError(Exception):
    """A condition that cannot be asked; the text says why and what to do."""


class Way(enum.StrEnum):
    """How a view leaves the house, in the word of its button."""

    FILE = "导出"
    PAPER = "打印"


PAPER = "paper"
"""What the audit calls the ending of a file that is sheets of paper."""


class Type(enum.StrEnum):
    """What a field holds, and by that what it can be asked."""

    TEXT = "text"
    CHOICE = "choice"
    DATE = "date"
    NUMBER = "number"
    SEALED = "sealed"
    MARK = "mark"
    """Whether a predicate of the room holds; never a column."""


class Op(enum.StrEnum):
    """What a condition says of a field."""

    IS = "is"
    IS_NOT = "is_not"
    HAS = "has"
    HAS_NOT = "has_not"
    EQUALS = "equals"
    CONTAINS = "contains"
    STARTS = "starts"
    BEFORE = "before"
    SINCE = "since"
    OLDER = "older"
    LEAST = "least"
    MOST = "most"
    HOLDS = "holds"
    HOLDS_NOT = "holds_not"


WORDS = {
    Op.IS: "是",
    Op.IS_NOT: "不是",
    Op.HAS: "有",
    Op.HAS_NOT: "没有",
    Op.EQUALS: "等于",
    Op.CONTAINS: "含",
    Op.STARTS: "开头是",
    Op.BEFORE: "早于",
    Op.SINCE: "不早于",
    Op.OLDER: "已过天数超过",
    Op.LEAST: "不少于",
    Op.MOST: "不多于",
    Op.HOLDS: "是",
    Op.HOLDS_NOT: "不是",
}
_PRESENCE = (Op.HAS, Op.HAS_NOT)
WITHOUT_VALUE = {Op.HAS, Op.HAS_NOT, Op.HOLDS, Op.HOLDS_NOT}
_OPS = {
    Type.TEXT: _PRESENCE,
    Type.CHOICE: (Op.IS, Op.IS_NOT),
    Type.DATE: (Op.OLDER, Op.BEFORE, Op.SINCE, *_PRESENCE),
    Type.NUMBER: (Op.LEAST, Op.MOST, *_PRESENCE),
    Type.SEALED: (Op.EQUALS, *_PRESENCE),
    Type.MARK: (Op.HOLDS, Op.HOLDS_NOT),
}
NOT_RECORDED = ""
"""Among the values of a choice: nothing is recorded."""
MOST_DAYS = 36500
DAYS = (dt.date(1900, 1, 1), dt.date(2199, 12, 31))
MOST_CONDITIONS = 20
"""Conditions of a view: more than anybody reads as a sentence."""
LONGEST = 60
"""Characters of what a text is searched for."""


def to_all(reader: Reader) -> Shown:
    """Whole to whoever opens the list at all: its page is guarded by a verb of its own."""
    return Shown.WHOLE


def to_rows(reader: Reader) -> Shown:
    """Whole to whoever sees rows, masked or not."""
    return Shown.NOTHING if reader.depth is Depth.COUNTS else Shown.WHOLE


@dataclasses.dataclass(frozen=True, kw_only=True)
class ListField:
    """One datum of a list: as a column, as a condition, or both.

    ``shown``: how much of it a reader sees. ``path``: its column in the database. ``keys``: what a text is looked up
    by, where it can be searched. ``asks``: the condition as a query, where the path alone does not say it.
    ``inside``: tells vacancy or letting; a view with it stays on the screen and with its owner (red line 5).
    ``always``: never empty, so nobody asks whether it is there. ``only``: what is asked of it, where that is less
    than its type offers. ``starts``: a text that is asked for by how it begins. ``through``: one that is looked
    through whole, where a list is short. ``moment``: its column holds moments, of which days are asked. ``days``: a
    date's column as an index keeps it, what has no day before all days. ``groups``: choice → its group in the form.
    """

    name: str
    label: str
    type: Type
    path: str = ""
    choices: Mapping[str, str] = dataclasses.field(default_factory=dict)
    shown: Callable[[Reader], Shown] = to_rows
    keys: Callable[[str], Collection[str]] | None = None
    asks: Callable[[Condition, dt.date], Any] | None = None
    is_column: bool = True
    is_asked: bool = True
    inside: bool = False
    always: bool = False
    starts: bool = False
    only: tuple[Op, ...] = ()
    moment: bool = False
    days: Any = None
    through: bool = False
    groups: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def is_brief(self) -> bool:
        """Whether its values are read in one glance and never broken: days and numbers."""
        return self.type in (Type.DATE, Type.NUMBER)

    @property
    def grouped(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The choices by group, as a form offers them."""
        by_group: dict[str, list[tuple[str, str]]] = {}
        for code, words in self.choices.items():
            by_group.setdefault(self.groups.get(code, ""), []).append((code, words))
        return list(by_group.items())


def choice_field(name: str, label: str, choices: Mapping[str, str], **more: Any) -> ListField:
    """A datum with choices, of a list whose page is guarded by a verb of its own; never empty."""
    given: dict[str, Any] = {"path": name, "shown": to_all, "always": True, **more}
    return ListField(name=name, label=label, type=Type.CHOICE, choices=choices, **given)


def day_field(name: str, label: str, **more: Any) -> ListField:
    """A moment by its day, of such a list."""
    given: dict[str, Any] = {"path": name, "shown": to_all, "moment": True, **more}
    return ListField(name=name, label=label, type=Type.DATE, **given)


@dataclasses.dataclass(frozen=True)
class Condition:
    """A field, what is said of it, and with which values. Of a sealed number: only its keyed index."""

    field: str
    op: Op
    values: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class View:
    """How a list is looked at. Empty ``columns`` or ``sort``: the list's own."""

    columns: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    sort: str = ""


def to_json(view: View) -> dict[str, Any]:
    """A view as it is stored."""
    conditions = [{"field": c.field, "op": str(c.op), "values": list(c.values)} for c in view.conditions]
    return {"columns": list(view.columns), "conditions": conditions, "sort": view.sort}


def from_json(stored: Mapping[str, Any]) -> View:
    """A view as it was stored."""
    conditions = tuple(Condition(c["field"], Op(c["op"]), tuple(c["values"])) for c in stored["conditions"])
    return View(columns=tuple(stored["columns"]), conditions=conditions, sort=stored["sort"])


def in_order(columns: Sequence[str], wanted: Collection[str], *, new: Sequence[str]) -> tuple[str, ...]:
    """Those of some columns that are wanted, as they stand, then the ``new`` ones among the wanted; each once."""
    return tuple(dict.fromkeys(name for name in (*columns, *new) if name in wanted))


def moved(columns: tuple[str, ...], name: str, step: int) -> tuple[str, ...]:
    """The columns with one a place further (``step`` 1) or back; the first stays first: it leads to the record."""
    if name not in columns[1:]:
        return columns
    others = [column for column in columns if column != name]
    others.insert(max(1, columns.index(name) + step), name)
    return tuple(others)


def is_column(field: ListField, reader: Reader) -> bool:
    """Whether a reader may have the field as a column."""
    return field.is_column and field.shown(reader) is not Shown.NOTHING


def ops(field: ListField, reader: Reader) -> tuple[Op, ...]:
    """What a reader may ask of a field: of one that is masked nothing, of one that is only there whether it is."""
    amount = field.shown(reader)
    if not field.is_asked or amount is Shown.NOTHING:
        return ()
    if field.type is Type.SEALED or amount is Shown.WHOLE:
        searched = ((Op.CONTAINS,) if field.keys or field.through else ()) + ((Op.STARTS,) if field.starts else ())
        offered = searched + _OPS[field.type]
        offered = field.only or offered
        return tuple(op for op in offered if not (field.always and op in _PRESENCE))
    return _PRESENCE if amount is Shown.PRESENT else ()


def condition(field: ListField, op: str, typed: Sequence[str], reader: Reader) -> Condition:
    """What was typed as a condition, a sealed number in the clear. Raises ListError."""
    offered = ops(field, reader)
    if op not in offered:
        raise ListError(f"没有添加条件：“{field.label}”不能这样筛选，请从列出的条件里选。")
    asked = Op(op)
    if asked in WITHOUT_VALUE:
        return Condition(field.name, asked)
    values = [value.strip() for value in typed if value.strip() or field.type is Type.CHOICE]
    fault = _fault(field, asked, values)
    if fault:
        raise ListError(f"没有添加条件：“{field.label}”{fault}")
    return Condition(field.name, asked, tuple(values))


def with_condition(view: View, asked: Condition) -> View:
    """A view that asks one thing more; what it asks already is not asked twice. Raises ListError."""
    if asked in view.conditions:
        return view
    if len(view.conditions) >= MOST_CONDITIONS:
        raise ListError(f"没有添加条件：一个视图最多 {MOST_CONDITIONS} 个条件，先去掉一个。")
    return dataclasses.replace(view, conditions=(*view.conditions, asked))


def _fault(field: ListField, op: Op, values: Sequence[str]) -> str:
    if not values:
        return "要填一个值。"
    if field.type is Type.CHOICE:
        return "" if set(values) <= {NOT_RECORDED, *field.choices} else "没有这一项，请从列出的里面选。"
    value = values[0]
    if op is Op.OLDER:
        is_days = value.isascii() and value.isdigit() and 0 < int(value[:6]) <= MOST_DAYS
        return "" if is_days else "要写天数，比如 180。"
    if field.type is Type.DATE:
        return "" if _is_day(value) else "要写日期，比如 2026-03-01。"
    if field.type is Type.NUMBER:
        return "" if _is_number(value) else "要写数字，比如 90。"
    if field.type is Type.TEXT and text.says_number(text.fold(value)):
        return "里不要写证件号、电话号码，它们有自己的条件。"
    return "" if len(value) <= LONGEST else f"最多写 {LONGEST} 个字。"


def _is_day(value: str) -> bool:
    try:
        return DAYS[0] <= dt.date.fromisoformat(value) <= DAYS[1]
    except ValueError:
        return False


def _is_number(value: str) -> bool:
    try:
        return 0 <= Decimal(value) < 1_000_000
    except InvalidOperation:
        return False


def sentence(field: ListField, asked: Condition) -> tuple[str, str]:
    """A condition in words: the field, and what is said of it."""
    words = WORDS[asked.op]
    if asked.op in WITHOUT_VALUE:
        return field.label, words
    if field.type is Type.SEALED:
        return field.label, f"{words}填的号码"
    if field.type is Type.CHOICE:
        labels = [field.choices.get(value, value) if value else "没有登记" for value in asked.values]
        return field.label, f"{words} {' 或 '.join(labels)}"
    if asked.op is Op.OLDER:
        return field.label, f"已过 {asked.values[0]} 天以上"
    return field.label, f"{words} {asked.values[0]}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Closed:
    """What of a view its reader may not use: names of columns and of conditions' fields, and whether its sort."""

    columns: tuple[str, ...]
    conditions: tuple[str, ...]
    sort: bool


def closed(view: View, fields: Mapping[str, ListField], reader: Reader, *, sorts: Sequence[str]) -> Closed:
    """What of a view a reader may not see. Without a condition more would be listed than was meant: nothing is."""
    columns = tuple(n for n in view.columns if n not in fields or not is_column(fields[n], reader))
    conditions = tuple(
        c.field for c in view.conditions if c.field not in fields or c.op not in ops(fields[c.field], reader)
    )
    return Closed(columns=columns, conditions=conditions, sort=bool(view.sort) and view.sort not in sorts)


def stays_inside(view: View, fields: Mapping[str, ListField]) -> bool:
    """Whether a view shows or filters by vacancy or letting: no file, no paper, no link for others (red line 5)."""
    names = {*view.columns, *(c.field for c in view.conditions)}
    return any(fields[name].inside for name in names if name in fields)


def asks_for_a_number(view: View) -> bool:
    """Whether a view asks for who has a number: typing it was noted in their list, and opening the view is not."""
    return any(c.op is Op.EQUALS for c in view.conditions)
