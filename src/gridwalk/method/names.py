"""Chinese names of persons and organizations: one spelling, keys that sound alike, an order by pinyin."""

from __future__ import annotations

import dataclasses
import functools
import re

from pypinyin import Style, lazy_pinyin

from gridwalk.method import text

_BRACKETS = re.compile(r"[(（\[【<《](.*?)[)）\]】>》]")
_OPEN_BRACKET = re.compile(r"[(（\[【].*$")
_DOTS = re.compile(r"[•●∙・‧.．。]")
_BETWEEN_HAN = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
_HAN = re.compile(r"[\u3400-\u9fff]")

SURNAMES = {
    "单": "shan", "解": "xie", "仇": "qiu", "曾": "zeng", "任": "ren", "华": "hua", "查": "zha", "盖": "ge", "朴": "piao",
    "区": "ou", "尉": "wei", "宓": "mi", "乐": "yue", "员": "yun", "逄": "pang", "缪": "miao", "翟": "zhai", "冼": "xian",
    "覃": "qin", "黑": "he", "种": "chong", "折": "she", "召": "shao", "长孙": "zhangsun", "尉迟": "yuchi", "万俟": "moqi",
}  # fmt: skip

_LEGAL = re.compile(
    r"(股份有限公司|有限责任公司|有限公司|集团公司|总公司|分公司|公司|个体工商户|\(个体工商户\)|合伙企业|有限合伙|\(有限合伙\)|\(普通合伙\)|工作室|经营部|商行|店)$"
)


@dataclasses.dataclass(frozen=True)
class Name:
    """``value``: the name; ``note``: what stood in brackets beside it (已故, 租户, 户主 …)."""

    value: str
    note: str = ""


@functools.lru_cache(maxsize=65536)
def normalise(raw: str) -> Name:
    """A person's name with notes split off, spaces between characters removed (王 伟), middle dots unified."""
    folded = text.fold(raw)
    notes = " ".join(_BRACKETS.findall(folded))
    bare = _OPEN_BRACKET.sub("", _BRACKETS.sub("", folded)).strip(" *★")
    bare = _DOTS.sub("·", _BETWEEN_HAN.sub("", bare))
    return Name(bare.strip("· "), notes.strip())


def _syllables(name: str) -> list[str]:
    for length in (2, 1):
        surname = name[:length]
        if surname in SURNAMES:
            return [SURNAMES[surname], *lazy_pinyin(name[length:], style=Style.NORMAL)]
    return lazy_pinyin(name, style=Style.NORMAL)


def _fold_sound(syllable: str) -> str:
    for accent, plain in (("zh", "z"), ("ch", "c"), ("sh", "s")):
        if syllable.startswith(accent):
            syllable = plain + syllable[2:]
    return syllable[:-1] if syllable.endswith("ng") else syllable


@functools.lru_cache(maxsize=65536)
def key(name: str) -> str:
    """A key equal for names that sound alike: folded pinyin a character (zh=z, ch=c, sh=s, -ng=-n), joined by spaces."""
    return " ".join(_fold_sound(s.lower()) for s in _syllables(name))


@functools.lru_cache(maxsize=65536)
def sort_key(name: str) -> str:
    """Pinyin, then the name itself: plain byte order is then the order of a Chinese dictionary."""
    return " ".join(s.lower() for s in _syllables(name)) + "|" + name


@functools.lru_cache(maxsize=65536)
def initials(name: str) -> str:
    """The first letter of each syllable: 王小明 → ``wxm``."""
    return "".join(s[:1].lower() for s in _syllables(name))


def mask(name: str) -> str:
    """``王**``: the surname and a star a further character, for those who see rows masked."""
    if not name:
        return ""
    keep = 2 if name[:2] in SURNAMES and len(name) > 2 else 1
    return name[:keep] + "*" * max(1, len(name) - keep)


@functools.lru_cache(maxsize=8192)
def organization_key(name: str) -> str:
    """A key equal for spellings of one organization: no brackets, no place of registration marks, no legal form."""
    folded = text.fold(name).replace(" ", "").replace("(", "").replace(")", "").lower()
    while True:
        bare = _LEGAL.sub("", folded)
        if bare == folded or len(bare) < 2:
            return folded
        folded = bare
