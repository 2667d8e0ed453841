"""Which paper a number stands on (证件类型), and whether it can be a number of that paper.

A citizen's number, and one built like it, is kept as it is: its area tells the paper. Every other number is kept
behind the name of its paper (``护照 E12345678``), so that equal texts are equal papers with equal numbers.
"""

from __future__ import annotations

import dataclasses
import re

from gridwalk.method import idcards, text

CITIZEN, RESIDENCE, PERMANENT, OTHER = "citizen", "residence", "permanent", "other"
WORDS: dict[str, tuple[str, ...]] = {
    kind: tuple(words.split())
    for kind, words in {
        CITIZEN: (
            "居民身份证 身份证 二代证 二代身份证 第二代身份证 临时身份证 临时居民身份证 户口簿 户口本 居民户口簿 公民身份号码 身份证号 居住证 暂住证 驾驶证 机动车驾驶证 社保卡 "
            "社会保障卡 111 112 113 116 154 335"
        ),
        "passport": (
            "护照 普通护照 外国护照 外籍护照 中国护照 因私护照 公务护照 公务普通护照 因公普通护照 外交护照 香港特别行政区护照 澳门特别行政区护照 400 411 412 413 414 420 421"
        ),
        "to_mainland": "港澳居民来往内地通行证 港澳通行证 回乡证 港澳同胞回乡证 港澳居民通行证 516",
        "from_taiwan": "台湾居民来往大陆通行证 台胞证 台湾通行证 台湾居民通行证 511",
        RESIDENCE: "港澳台居民居住证 港澳居民居住证 台湾居民居住证 港澳台居住证",
        PERMANENT: "外国人永久居留身份证 外国人永久居留证 永久居留身份证 永久居留证 553",
        "officer": (
            "军官证 士兵证 士官证 军人证 警官证 武警警官证 武警士兵证 文职干部证 文职人员证 离休干部证 中国人民解放军军官证 中国人民解放军士兵证 中国人民武装警察部队警官证 "
            "中国人民武装警察部队士兵证 114 115 118 119 120 122 123"
        ),
        "birth": "出生医学证明 出生证明 出生证 117",
        OTHER: "其他证件 其他 其它 其它证件 学生证 旅行证 外国人居留证 外国人居留许可 133 415 554 990",
    }.items()
}
"""By the words offices use, the first of which is kept with the number, and the codes of GA/T 517 (常用证件代码).

On a residence permit, a driving licence or a card of social insurance stands the citizen's own number.
"""
SHAPES = {
    "passport": r"(?=.*\d)[A-Z0-9]{5,12}",
    "to_mainland": r"([HM]\d{8})(?:\d{2})?",
    "from_taiwan": r"(\d{8})(?:\d{2})?(?:\(?[A-Z]\)?)?",
    RESIDENCE: r"(?:810000|820000|830000)\d{11}[0-9X]",
    PERMANENT: r"[A-Z]{3}\d{12}|9\d{16}[0-9X]",
    "officer": r"[\u4e00-\u9fff]{0,4}[A-Z]?\d{4,12}",
    "birth": r"[A-Z]\d{8,9}",
    OTHER: r"(?=.*\d)[\u4e00-\u9fffA-Z0-9]{4,24}",
}
"""What a number looks like; a group is the part that stays when the paper is renewed (H12345678 of H1234567802)."""
_CERTAIN = {
    "to_mainland": re.compile(r"[HM]\d{10}"),
    PERMANENT: re.compile(r"[A-Z]{3}\d{12}"),
    "officer": re.compile(r"[军武]字\d{5,9}"),
}
"""Forms that no other paper has; a passport may look like nearly anything."""
_BY_AREA = {"81": RESIDENCE, "82": RESIDENCE, "83": RESIDENCE, "9": PERMANENT}
_KINDS = {word: kind for kind, words in WORDS.items() for word in words}
_NAMED = re.compile(
    "("
    + "|".join(sorted((w for w in _KINDS if not w.isdigit()), key=len, reverse=True))
    + r")(?:号码|号|码)?[\s:-]*(?=\S)"
)
_FORMAL = re.compile("[第号]")
HINT = "不是居民身份证的，请写明证件类型，如“护照 E12345678”"
STARS = "*" * 12
_SEARCHED = re.compile(r"[A-Z]{1,3}\d{6,12}")
"""A number that is looked for without its paper; without letters, or with marks, it is an address or a telephone."""


@dataclasses.dataclass(frozen=True, slots=True)
class Number:
    """``value``: as it is kept, empty where ``fault`` is set; ``text``: the fault in words."""

    value: str = ""
    fault: str = ""
    text: str = ""


def kind_of(raw: object) -> str:
    """The paper a cell names; "" where it names none that is known."""
    return _KINDS.get(text.fold(raw).replace(" ", ""), "")


def label(kind: str) -> str:
    """What a paper is called."""
    return WORDS[kind][0]


def short(value: str) -> str:
    """The paper of a kept number in a word."""
    kind = paper_of(value)
    return "身份证" if kind == CITIZEN else label(kind)


def paper_of(value: str) -> str:
    """The paper on which a kept number stands."""
    name, _, number = value.partition(" ")
    if number:
        return _KINDS.get(name, OTHER)
    return next((kind for area, kind in _BY_AREA.items() if value.startswith(area)), CITIZEN)


def is_other(kind: str) -> bool:
    """Whether it is a paper on which no citizen's number stands."""
    return kind in SHAPES


def told(kind: str, raw: object) -> object:
    """A number with its paper, as ``check`` reads it; the number alone where a citizen's card or nothing is named."""
    is_spoilt = isinstance(raw, (int, float)) and abs(raw) >= 1e15
    return raw if not is_other(kind) or is_spoilt else f"{label(kind)} {text.fold(raw)}"


def check(raw: object) -> Number:
    """A number from a cell of any type: a citizen's, or behind the name of its paper, or of a form only one has."""
    card = idcards.check(raw)
    if card.value:
        return Number(card.value)
    folded = text.fold(raw)
    named = _NAMED.match(folded)
    number = _tidy(folded[named.end() :] if named else folded)
    kind = _KINDS[named[1]] if named else next((k for k, form in _CERTAIN.items() if form.fullmatch(number)), "")
    if kind in {"", CITIZEN}:
        return _citizens(idcards.check(number) if named else card)
    return _of(kind, number)


def values_of(typed: str) -> list[str]:
    """Every kept number that a typed one may mean, where its paper is not named."""
    number = check(typed).value
    if number:
        return [number]
    folded = text.fold(typed).upper()
    kinds = SHAPES if _SEARCHED.fullmatch(folded) else {}
    return [value for kind in kinds if (value := _of(kind, folded).value)]


def mask(value: str) -> str:
    """``120199************``, ``护照 ************``: the area, or the paper, and nothing else (red line 4)."""
    name, _, number = value.partition(" ")
    return f"{name} {STARS}" if number else idcards.mask(value)


def _tidy(folded: str) -> str:
    number = idcards.tidy(folded)
    return _FORMAL.sub("", number) if re.search(r"[\u4e00-\u9fff]", number) else number


def _of(kind: str, number: str) -> Number:
    if "*" in number:
        return Number(fault="masked", text=idcards.FAULTS["masked"])
    card = idcards.check(number)
    if card.value and (kind == OTHER or paper_of(card.value) == kind):
        return Number(card.value)
    shape = re.fullmatch(SHAPES[kind], number)
    is_like_a_citizens = len(number) in {15, 18} and number[:-1].isdigit()
    if shape is None or is_like_a_citizens:
        return Number(fault="paper", text=f"不像{label(kind)}的号码，请对照证件核对")
    return Number(f"{label(kind)} {shape[1] if shape.re.groups else number}")


def _citizens(card: idcards.IdCard) -> Number:
    words = card.fault_text + (f"；{HINT}" if card.fault == "characters" else "")
    return Number(card.value, card.fault, words)
