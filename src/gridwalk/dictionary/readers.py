"""How a cell of each type is read: one canonical, JSON-able value or a fault in the user's words."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gridwalk.dictionary import refusals
from gridwalk.dictionary.types import Choices, Parsed
from gridwalk.method import address_parts, areas, dates, names, newborns, papers, phones, text, uscc

FORMULA_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})
NOT_A_NAME = frozenset(
    (
        "户主",
        "租户",
        "房主",
        "业主",
        "承租人",
        "空户",
        "空房",
        "空置",
        "空关",
        "无人",
        "没人",
        "不在",
        "出租",
        "拒访",
        "待查",
        "待核实",
        "未知",
        *("本人", "配偶", "妻子", "丈夫", "儿子", "女儿", "父亲", "母亲", "男", "女", "是", "否", "有", "对"),
    )
)
"""Words that stand in other columns: whoever is called so has slipped by one."""
NAME_FAULTS = {
    "masked": ("masked", "姓名被遮住了，看不到全名，请换一份没有遮盖的"),
    "unreadable": ("unreadable", "姓名里有显示不出的字，请对照证件补上"),
    "components": ("components", "姓名里像是把一个字拆开写了，请换成真字，打不出的请对照证件核对"),
    "several": ("several_names", "一格里有几个名字，请一人一行"),
}
SEVERAL_NAMES = re.compile(r"[\u3400-\u9fff]\s*[、,，;；/]\s*[\u3400-\u9fff]")
NUMBER = re.compile(r"^(-?\d+(?:\.\d+)?)\s*(?:平方米|平米|㎡|m2|m²|平|天|日|层|楼)?$", re.IGNORECASE)
OF_A_PLACE = (
    rf"[省市区县旗盟州乡镇村屯庄组街路道巷里弄号楼栋幢室门院园苑]|外地|农场|林场|大厦|公寓|^(?:{areas.PROVINCES})"
)
_OF_A_PLACE = re.compile(OF_A_PLACE)
_OF_ANOTHER = re.compile(
    r"(?:儿子?|女儿?|子女|父亲?|母亲?|爸爸?|妈妈?|家长|家属|配偶|丈夫|妻子?|老伴|爷爷|奶奶|孙子|孙女|邻居|亲戚|亲属|房东|监护人|保姆)(?:电话|手机)?[)\]】:]"
)
_NUMBER_BEHIND = re.compile(r"[^\W\d_]\s?\d+$")
_NOTE = re.compile(r"[(\[【][^)\]】]*[)\]】]")
LONG_NUMBER = re.compile(r"\d{7}")
EMPTY = Parsed()


@dataclasses.dataclass(frozen=True)
class Plain:
    """Text of at most ``max_length`` characters."""

    max_length: int

    def __call__(self, raw: Any) -> Parsed:
        value = text.fold(raw)
        if text.meaning(value) == "empty":
            return EMPTY
        if len(value) > self.max_length:
            return Parsed(None, "too_long", f"太长了，最多 {self.max_length} 个字")
        if reason := refusals.value(value):
            return Parsed(None, "refused", f"这一格写着不收的内容（{reason}），没有读")
        return fault_of_text(value) or Parsed(value)


@dataclasses.dataclass(frozen=True)
class Place(Plain):
    """Text that says where something is."""

    def __call__(self, raw: Any) -> Parsed:
        parsed = super().__call__(raw)
        if parsed.value is not None and not _OF_A_PLACE.search(parsed.value):
            return Parsed(None, "address", "这一格不像地址，请核对")
        return parsed


EMPTY_SHOP = re.compile(
    r"^(?:(?:旺铺|门面房?|商铺|店铺|门店|底商|铺面|摊位|房屋|本店|此[房店]|现|暂时?|目前|已)?"
    r"(?:(?:空[置铺店房着闲]|闲置|待[租售]|招[租商]|[出急转]租|急?转让|急转|吉[铺屋]|无人经营|无人|未租|未出租|未使用|没有?人|关门|关闭|歇业|停业|停用)"
    r"(?:中|了|状态)?[、,/]?)+|旺铺)$"
)


@dataclasses.dataclass(frozen=True)
class Firm(Plain):
    """What an organization is called: what hangs in the window of an empty shop is nobody's name."""

    def __call__(self, raw: Any) -> Parsed:
        if EMPTY_SHOP.search(text.fold(raw).replace(" ", "")):
            return Parsed(
                None, "empty_shop", "写的是空铺、招租、停业，不是单位名称，没有导入。空着的房屋请记在房屋台账里"
            )
        return super().__call__(raw)


def fault_of_text(value: str) -> Parsed | None:
    """What no text of ours holds: numbers that have sealed fields of their own, and what a table program reckons."""
    if text.says_number(value):
        return Parsed(None, "number_written", "这里不要写证件号、电话号码，请写到它们自己的栏里")
    if text.begins_formula(value):
        return Parsed(None, "formula_written", "不能用 = + - @ 开头，表格软件会当成公式，请改成文字")
    return None


@dataclasses.dataclass(frozen=True)
class Part(Plain):
    """Text that is one part of an address (a key of ``address_parts.TEXTS``)."""

    part: str

    def __call__(self, raw: Any) -> Parsed:
        value = text.fold(raw)
        fault, words = ("", "") if text.meaning(value) == "empty" else address_parts.fault(self.part, value)
        return Parsed(None, fault, words) if fault else super().__call__(raw)


def id_no(raw: Any) -> Parsed:
    """A citizen's identity number, or one of another paper behind its name."""
    if text.meaning(raw) == "empty":
        return EMPTY
    number = papers.check(raw)
    return Parsed(number.value or None, number.fault, number.text)


def credit_code(raw: Any) -> Parsed:
    """A unified social credit code."""
    if text.meaning(raw) == "empty":
        return EMPTY
    code = uscc.check(text.fold(raw))
    return Parsed(code.value or None, code.fault, code.fault_text)


def phone(raw: Any) -> Parsed:
    """The first telephone number of a cell; that there are further ones is remarked."""
    if _OF_ANOTHER.search(text.fold(raw)):
        return Parsed(None, "whose", "这一格写着是别人的电话，没有读。本人的请填在这里，别人的请另起一列")
    checked = phones.check(text.fold(raw))
    if checked.fault == "empty":
        return EMPTY
    remark = SEVERAL_PHONES if checked.value and (checked.others or checked.is_partial) else ""
    return Parsed(checked.value or None, checked.fault, checked.fault_text, remark=remark)


SEVERAL_PHONES = "这一格不止一个号码，只记了第一个。请核对；要换成另一个，请把它写在最前面"
NUMBER_BEHIND = "姓名后面的数字没有记。写错了请去掉；是为了分清同名的人，请填证件号或出生日期"
UNNAMED = "这里写的不是姓名，当作还没有起名的孩子。已有姓名的，请写姓名"
SEPARATORS = "、,，;；/ "
"""What may stand behind the last name of a cell, also before its note: 王伟、 and 王伟,（已故）."""


def person_name(raw: Any) -> Parsed:
    """A person's name, its note in brackets split off; read again until nothing more comes off: 王伟,（已故）、."""
    if text.meaning(raw) == "empty":
        return EMPTY
    folded = text.fold(raw)
    if fault := names.fault(folded):
        return Parsed(None, *NAME_FAULTS[fault])
    if names.is_addressed(folded):
        return Parsed(None, "name", "这里只写了称呼，请写全名")
    name = names.normalise(names.without_number(folded.rstrip(SEPARATORS)))
    if name.value and name.value != folded:
        bare = person_name(name.value)
        remark = NUMBER_BEHIND if bare.value and _NUMBER_BEHIND.search(folded) else bare.remark
        return dataclasses.replace(bare, note=name.note or bare.note, remark=remark)
    if wrong := fault_of_text(name.value):
        return wrong
    if SEVERAL_NAMES.search(name.value):
        return Parsed(None, "several_names", "一格里有几个名字，请一人一行", name.note)
    if is_no_name(name.value) or any(c.isdigit() for c in name.value):
        return Parsed(None, "name", "这一格不像姓名，请核对", name.note)
    return Parsed(name.value, note=name.note, remark=UNNAMED if newborns.is_unnamed(name.value) else "")


LONGEST_OWNERS = 40


def owner_names(raw: Any) -> Parsed:
    """Who owns a dwelling: one name, or several with 、 between; two rows would be one dwelling twice."""
    owners = [person_name(name) for name in names.listed(text.fold(raw))]
    value = "、".join(str(owner.value) for owner in owners)
    if not owners or any(owner.fault for owner in owners) or len(value) > LONGEST_OWNERS:
        return person_name(raw)
    return Parsed(value)


def is_no_name(value: str) -> bool:
    """Whether nobody is called so: a number, a date, a word of another column."""
    return value in NOT_A_NAME or not any(c.isalpha() for c in value) or bool(LONG_NUMBER.search(value))


def date(raw: Any) -> Parsed:
    """A date, as ISO text."""
    checked = dates.check(raw)
    if checked.fault == "empty":
        return EMPTY
    return Parsed(checked.value.isoformat() if checked.value else None, checked.fault, checked.fault_text)


@dataclasses.dataclass(frozen=True)
class Number:
    """A number with an optional unit, as text with at most two decimals."""

    lowest: float
    highest: float

    def __call__(self, raw: Any) -> Parsed:
        folded = text.fold(raw)
        if text.meaning(folded) == "empty":
            return EMPTY
        match = NUMBER.match(folded)
        if not match:
            return Parsed(None, "number", "这里应是数字，请核对")
        value = float(match[1])
        if not self.lowest <= value <= self.highest:
            return Parsed(None, "range", f"应在 {self.lowest:g} 到 {self.highest:g} 之间，请核对")
        return Parsed(f"{value:.2f}".rstrip("0").rstrip("."))


@dataclasses.dataclass(frozen=True)
class Whole(Number):
    """A whole number with an optional unit, as int."""

    def __call__(self, raw: Any) -> Parsed:
        number = super().__call__(raw)
        if number.value is None:
            return number
        if not float(number.value).is_integer():
            return Parsed(None, "number", "这里应是整数，请核对")
        return Parsed(int(float(number.value)))


_EVERY = re.compile(
    r"^每?([\d一二两三四五六七八九十]{0,9})个?(天|日|周|星期|半个?月|月|季度?|半年|年)度?[一1]?[次检查]?(?:检查|巡检)?$"
)
_EVERY_DAYS = {
    "天": 1,
    "日": 1,
    "周": 7,
    "星期": 7,
    "半月": 15,
    "半个月": 15,
    "月": 30,
    "季": 90,
    "季度": 90,
    "半年": 180,
    "年": 365,
}


def interval(raw: Any) -> Parsed:
    """Days between two contacts or rounds, 1 to 366: 30, 30天, 每月, 每两周一次, 季检."""
    match = _EVERY.match(text.fold(raw).replace(" ", ""))
    if match and (n := text.number_key(match[1].replace("两", "二")) or "1").isdigit():
        raw = int(n) * _EVERY_DAYS[match[2]]
    return Whole(1, 366)(raw)


def formula_error(raw: Any) -> Parsed | None:
    """What a failed formula left in a cell (#N/A after a lookup) is never a value of any field."""
    if isinstance(raw, str) and raw.startswith("#") and raw.strip().upper() in FORMULA_ERRORS:
        return Parsed(None, "formula", f"这一格是公式算错留下的 {raw.strip()}，请填上真值")
    return None


def _word(raw: Any) -> str:
    return text.fold(raw).replace(" ", "").lower()


def choice(
    choices: Choices, former: Mapping[str, str] | None = None, short: Sequence[str] = ()
) -> Callable[[Any], Parsed]:
    """One of ``choices``, by code, by a code of once, or by any word it is written with; ``short``: those a fault
    names, where they are many.
    """
    by_word = {_word(word): code for code, words in choices.items() for word in (code, *words)} | dict(former or {})

    def read(raw: Any) -> Parsed:
        folded = _word(raw)
        if folded in by_word:
            return Parsed(by_word[folded])
        if text.meaning(folded) == "empty":
            return EMPTY
        bare, note = _NOTE.sub("", folded), "".join(_NOTE.findall(folded))
        if note and bare in by_word:
            return Parsed(by_word[bare], note=note.strip("()[]【】"))
        labels = " / ".join(choices[code][0] for code in short or choices) + (" 等" if short else "")
        return Parsed(None, "choice", f"不认得这个写法，可填：{labels}")

    return read
