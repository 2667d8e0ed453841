"""Every field of every kind (a file a kind), and what the rest of the house asks about one."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

from gridwalk.dictionary import choices, readers, refusals, sight
from gridwalk.dictionary.fields import care, dwelling, facility, organization, person, site
from gridwalk.dictionary.sight import Reader
from gridwalk.dictionary.types import Agree, Column, Field, Parsed, Shown
from gridwalk.method import text

KINDS = {
    "dwelling": "房屋",
    "person": "人员",
    "organization": "单位",
    "site": "重点场所",
    "facility": "设施",
    "care": "重点关爱人员",
}

_BY_KIND: dict[str, tuple[Field, ...]] = {
    "dwelling": dwelling.FIELDS,
    "person": person.FIELDS,
    "organization": organization.FIELDS,
    "site": site.FIELDS,
    "facility": facility.FIELDS,
    "care": care.FIELDS,
}
_INDEX = {(f.kind, f.name): f for fields_ in _BY_KIND.values() for f in fields_}


def fields(kind: str) -> tuple[Field, ...]:
    """The fields of a kind, in the order forms show them. Raises KeyError."""
    return _BY_KIND[kind]


@functools.cache
def compared(kind: str) -> tuple[Field, ...]:
    """The fields that a comparison with the register looks at; none where the kind is not compared."""
    return tuple(f for f in _BY_KIND[kind] if f.compared)


@functools.cache
def on_phone(kind: str) -> tuple[Field, ...]:
    """The fields of a kind that phones keep."""
    return tuple(f for f in _BY_KIND[kind] if f.on_phone)


@functools.cache
def at_door(kind: str) -> tuple[Field, ...]:
    """The fields that the sheet at the door offers, in its order."""
    return tuple(sorted((f for f in _BY_KIND[kind] if f.form.door is not None), key=lambda f: f.form.door or 0))


def asked_again(kind: str) -> tuple[Field, ...]:
    """The fields that a check asks again at a door, those that must agree first."""
    order = list(Agree)
    asked = [field for field in _BY_KIND[kind] if field.agrees is not None]
    return tuple(sorted(asked, key=lambda field: order.index(field.agrees) if field.agrees else len(order)))


def get(kind: str, name: str) -> Field:
    """One field. Raises KeyError."""
    return _INDEX[kind, name]


def find(kind: str, name: str) -> Field | None:
    """One field, or None where the dictionary has no such field."""
    return _INDEX.get((kind, name))


def label(kind: str, name: str) -> str:
    """The field's Chinese label; structural names the change feed uses are labelled here too."""
    declared = _INDEX.get((kind, name))
    return declared.label if declared else _STRUCTURAL.get(name, name)


_STRUCTURAL = {
    "residence": "现居住房屋",
    "grid": "所属网格",
    "*": "建档",
    "-": "移到别的网格",
    "outcome": "走访",
    "vacancy_source": "空房核实来源",
    "state": "状态",
    "responsible": "责任人",
    "ended_on": "结束日期",
    "ended_why": "结束原因",
    "to_on": "迁出日期",
    "dwelling": "所在房屋",
}


def choice_label(kind: str, name: str, code: str) -> str:
    """The label of a coded value; the code itself where it has none."""
    declared = _INDEX.get((kind, name))
    code = today(kind, name, code)
    return declared.choices[code][0] if declared and code in declared.choices else code


def today(kind: str, name: str, value: Any) -> Any:
    """A value as it is kept today; of a coded one that is told by a code of once, today's."""
    declared = _INDEX.get((kind, name))
    return declared.former.get(value, value) if declared and declared.former else value


def says_no_more(kind: str, name: str, value: Any, than: Any) -> bool:
    """Whether a coded value says the same as another, and less of it: 子 beside 长子."""
    declared = _INDEX.get((kind, name))
    return bool(declared and declared.finer and than in declared.finer.get(value, ()))


def parse(kind: str, name: str, raw: Any) -> Parsed:
    """A cell of that field as read."""
    return readers.formula_error(raw) or _INDEX[kind, name].read(raw)


def unfit(kind: str, name: str, value: Any) -> str:
    """Why a value can lie in no column of the field, whoever brings it, in words; "" where it can.

    What ``parse`` lets pass is never unfit: this is what stands behind it, for whatever came another way.
    """
    if not value or not isinstance(value, str) or column(kind, name) is Column.SEALED:
        return ""  # and numbers are kept in no cache
    return _unfit_text(kind, name, value)


@functools.lru_cache(maxsize=1 << 13)
def _unfit_text(kind: str, name: str, value: str) -> str:
    declared = _INDEX.get((kind, name))
    if declared is None:
        return ""
    if declared.choices:
        return "" if today(kind, name, value) in declared.choices else "不认得这个写法"
    if declared.column is not Column.TEXT:
        return ""
    if declared.read is readers.person_name and readers.is_no_name(value):
        return "这一格不像姓名，请核对"
    fault = readers.fault_of_text(value)
    return fault.text if fault else ""


def typed(field: Field, answers: Mapping[str, str]) -> str:
    """What a form says of a field, as ``parse`` reads it: with what stands in the box beside it."""
    value = answers.get(field.name, "").strip()
    return str(field.beside.join(answers.get(field.beside.name, ""), value)) if value and field.beside else value


def answer(kind: str, name: str, header: str, raw: Any) -> Parsed | None:
    """A yes or no under a heading that asks (是否空置: 是 → vacant); None where the cell is no such answer.

    What yes means is decided by the heading, never by the field.
    """
    asked = choices.YES_NO.get((kind, name))
    if not asked or "是否" not in text.fold(header).replace(" ", ""):
        return None
    folded = text.fold(raw).lower()
    if folded not in choices.YES and folded not in choices.NO:
        return None
    for pattern, yes, no in asked:
        if re.search(pattern, text.fold(header).replace(" ", "")):
            return Parsed((yes if folded in choices.YES else no) or None)
    return None


def mixed(kind: str, name: str, raw: Any) -> dict[str, str]:
    """Values by field where a cell answers a neighbouring question (居住状况: 出租 → occupied and let); else empty."""
    for other, says in choices.MIXED.get((kind, name), ()):
        value = parse(kind, other, raw).value
        if value in says:
            return {other: value} | ({name: says[value]} if says[value] else {})
    return {}


@functools.lru_cache(maxsize=512)
def column(kind: str, name: str) -> Column:
    """How values of the field lie in its table; what is no field of ours lies as text."""
    declared = _INDEX.get((kind, name))
    return declared.column if declared else Column.TEXT


def is_sensitive(kind: str, name: str) -> bool:
    """Whether values of the field lie in the envelope wherever they are stored; an unknown field is not one of ours."""
    return name in sensitive(kind)


@functools.cache
def sensitive(kind: str) -> frozenset[str]:
    """The fields of a kind whose values lie in the envelope wherever they are stored; none of what is no kind of ours
    (residences, targets: their changes are kept like those of records).
    """
    return frozenset(f.name for f in _BY_KIND.get(kind, ()) if f.is_sensitive)


def is_phone(kind: str, name: str) -> bool:
    """Whether the field is a telephone, which can be dialled."""
    declared = _INDEX.get((kind, name))
    return declared is not None and declared.index == "phone"


def shown(kind: str, name: str, reader: Reader) -> Shown:
    """How much of the field a reader is shown; all of what is no field of ours."""
    declared = _INDEX.get((kind, name))
    return sight.of(declared, reader) if declared else Shown.WHOLE


def stays_inside(kind: str, name: str) -> bool:
    """Whether the field is neither printed nor written into any file that leaves the house (red line 5)."""
    return shown(kind, name, sight.HANDED_OUT) is Shown.NOTHING


def show(kind: str, name: str, value: Any, reader: Reader) -> str:
    """A value as this reader sees it: whole, masked, 有 or 无, or not at all; coded values as their label."""
    declared = _INDEX.get((kind, name))
    amount = sight.of(declared, reader) if declared else Shown.WHOLE
    is_empty = value is None or value == ""
    if amount is Shown.PRESENT:
        return "无" if is_empty else "有"
    if is_empty or amount is Shown.NOTHING:
        return ""
    if declared is None:
        return str(value)
    if amount is Shown.MASKED:
        assert declared.mask is not None, "what may be masked has a mask"
        return declared.mask(str(value))
    return choice_label(kind, name, str(value))


def forbidden(header: str) -> str:
    """Why a column of that header is refused; empty where it is not (domain.md, red lines 1 and 3)."""
    return refusals.heading(text.fold(header[: 4 * refusals.MOST_IN_A_HEADING]))
