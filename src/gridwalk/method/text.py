"""Text as offices type it: full-width forms, odd spaces, circled and Chinese numerals, words that mean nothing."""

from __future__ import annotations

import functools
import re
import unicodedata

_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]")
_SPACES = re.compile(r"\s+")
_LEADING_ZEROS = re.compile(r"^0+(?=\d)")
_DASHES = re.compile("[\u2010-\u2015\u2212\uff0d\u2500\u30fc]")

EMPTY_WORDS = frozenset(
    {"", "无", "不详", "未知", "暂无", "没有", "空", "—", "-", "--", "——", "/", "\\", "／", "n/a", "na", "null", "none", "nan", "?", "？"}
)  # fmt: skip
REPEAT_WORDS = frozenset({"同上", "〃", "″", '"', "''", "“", "”", "同前", "如上"})

_DIGITS = {"零": 0, "〇": 0, "○": 0, "一": 1, "壹": 1, "二": 2, "贰": 2, "两": 2, "三": 3, "叁": 3, "四": 4, "肆": 4,
           "五": 5, "伍": 5, "六": 6, "陆": 6, "七": 7, "柒": 7, "八": 8, "捌": 8, "九": 9, "玖": 9}  # fmt: skip
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_TENS = {"廿": 20, "卅": 30}
CHINESE_DIGITS = "".join((*_DIGITS, *_UNITS, *_TENS))


def fold(value: object) -> str:
    """``value`` as plain text: NFKC (full-width and circled digits become plain), one kind of dash, single spaces.

    Floats that are whole numbers lose their ``.0``: workbooks store typed digits so.
    """
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    return _fold(str(value))


@functools.lru_cache(maxsize=1 << 17)
def _fold(raw: str) -> str:
    text = _DASHES.sub("-", _INVISIBLE.sub("", unicodedata.normalize("NFKC", raw)))
    return _SPACES.sub(" ", text).strip()


def meaning(value: object) -> str:
    """``empty`` (无, 不详, —, ／ …), ``repeat`` (同上, 〃) or ``value``: what a cell says before it is parsed."""
    text = fold(value)
    if text in REPEAT_WORDS or text == "同 上":
        return "repeat"
    return "empty" if text.lower() in EMPTY_WORDS else "value"


def chinese_number(text: str) -> int | None:
    """The number a Chinese numeral says (一百二十三, 廿一, 二〇五, 十), or None where it is none."""
    text = text.strip()
    if not text:
        return None
    if text.isascii():
        return int(text) if text.isdigit() else None
    if all(c in _DIGITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    total, current = 0, 0
    for char in text:
        if char in _DIGITS:
            current = _DIGITS[char]
        elif char in _TENS:
            total += _TENS[char]
        elif char in _UNITS:
            total += max(current, 1) * _UNITS[char] if char in "十拾" else current * _UNITS[char]
            current = 0
        else:
            return None
    return total + current


def number_key(raw: str) -> str:
    """A number without spelling: 〇五 = 05 = 5; letters upper-case; a word that is no number stays."""
    folded = fold(raw).upper()
    if folded.isascii():
        return _LEADING_ZEROS.sub("", folded)
    value = chinese_number(folded)
    return folded if value is None else str(value)
