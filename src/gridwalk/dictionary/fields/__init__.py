"""Every field of every kind (a file a kind), and what the rest of the house asks about one."""

from __future__ import annotations

import functools
import re
from typing import Any

from gridwalk.dictionary import choices, readers, sight
from gridwalk.dictionary.fields import care, dwelling, facility, organization, person, site
from gridwalk.dictionary.sight import Reader
from gridwalk.dictionary.types import Column, Field, Parsed, Shown
from gridwalk.method import text

KINDS = {
    "dwelling": "房屋",
    "person": "人员",
    "organization": "单位",
    "site": "重点场所",
    "facility": "设施",
    "care": "关怀对象",
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

_FORBIDDEN = (
    (re.compile("民族|族别"), "民族不收"),
    (re.compile("宗教|信仰|信教|邪教"), "宗教信仰不收"),
    (re.compile("政治面貌|党员|党派|党团|入党|党支部"), "政治面貌不收"),
    (re.compile("信访|上访|缠访|闹访|维稳|涉稳"), "信访情况不收"),
    (
        re.compile("前科|刑满|刑释|服刑|安置帮教|矫正|犯罪|违法|吸毒|涉毒|戒毒|涉黑|在逃|管控|重点管理|列管|肇事肇祸"),
        "司法、公安信息不收",
    ),
    (re.compile("指纹|人脸|虹膜|声纹|照片|头像|血型|基因|DNA", re.IGNORECASE), "照片和生物特征不收"),
    (re.compile("婚育|避孕|孕检|性取向"), "婚育隐私不收"),
    (re.compile("积分|评分|风险等级|危险等级|分色|红黄绿|信用等级"), "不给人打分分色"),
    (re.compile("银行|卡号|账号|账户|(?<!低)收入|资产|存款"), "财产信息不收"),
    (re.compile("备注|说明|其它情况|其他情况|情况描述|附注|补充"), "备注不导入：里面常写着不该收的内容"),
)


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
    "residence": "现住房屋",
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
    return declared.choices[code][0] if declared and code in declared.choices else code


def parse(kind: str, name: str, raw: Any) -> Parsed:
    """A cell of that field as read."""
    return readers.formula_error(raw) or _INDEX[kind, name].read(raw)


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
    if (kind, name) not in choices.MIXED:
        return {}
    other, says = choices.MIXED[kind, name]
    value = parse(kind, other, raw).value
    if value not in says:
        return {}
    return {other: value} | ({name: says[value]} if says[value] else {})


@functools.lru_cache(maxsize=512)
def column(kind: str, name: str) -> Column:
    """How values of the field lie in its table; what is no field of ours lies as text."""
    declared = _INDEX.get((kind, name))
    return declared.column if declared else Column.TEXT


@functools.lru_cache(maxsize=512)
def is_sensitive(kind: str, name: str) -> bool:
    """Whether values of the field lie in the envelope wherever they are stored; an unknown field is not one of ours."""
    declared = _INDEX.get((kind, name))
    return declared is not None and declared.is_sensitive


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
    """A value as this reader sees it: whole, masked or not at all; coded values as their label."""
    if value is None or value == "":
        return ""
    declared = _INDEX.get((kind, name))
    if declared is None:
        return str(value)
    amount = sight.of(declared, reader)
    if amount is Shown.NOTHING:
        return ""
    if amount is Shown.MASKED:
        assert declared.mask is not None, "what may be masked has a mask"
        return declared.mask(str(value))
    return choice_label(kind, name, str(value))


def refused() -> list[tuple[str, str]]:
    """The words a heading is refused for, and why, as the document lists them."""
    return [(re.sub(r"\(\?<!低\)", "", pattern.pattern).replace("|", "、"), reason) for pattern, reason in _FORBIDDEN]


def forbidden(header: str) -> str:
    """Why a column of that header is refused; empty where it is not (domain.md, red lines 1 and 3)."""
    folded = text.fold(header).replace(" ", "")  # 民 族: headings are spaced out to fill their column
    for pattern, reason in _FORBIDDEN:
        if pattern.search(folded):
            return reason
    return ""
