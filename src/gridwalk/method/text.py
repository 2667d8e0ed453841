"""Text as offices type it: full-width forms, odd spaces, circled and Chinese numerals, words that mean nothing."""

from __future__ import annotations

import functools
import re
import unicodedata

import opencc

from gridwalk.method import rare

# Zero-width and direction marks, soft hyphens, variation selectors; control characters and lone surrogates, which no
# database column takes. Private-use characters stay: rare characters of names are typed with them.
_INVISIBLE = re.compile(
    "[\u00ad\u115f\u1160\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\ud800-\udfff"
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]"
)
SAYS = (
    r"[^\s\x1c-\x1f\x{ad}\x{115f}\x{1160}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}-\x{2064}\x{fe00}-\x{fe0f}"
    r"\x{feff}\x{3164}\x{ffa0}\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]"
)
"""What polars finds in every text of which ``fold`` leaves something."""
_RARE = re.compile(rare.PATTERN)
_SPACES = re.compile(r"\s+")
_FORMULA = re.compile(r"[=+@]|-(?!\d{1,3}(?!\d))")
_LEADING_ZEROS = re.compile(r"^0+(?=\d)")
_LONG_NUMBER = re.compile(r"\d(?:[\s-]?\d){6,}[Xx]?")
_LAST_FOUR = re.compile(r"((?:尾号|[后末最][后末]?[四4]位)\D{0,4})\d{3}[\dXx](?!\d)")
_WRITTEN_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])"
    r"(?:\d{6}[ -]?\d{8}[ -]?\d{3}[\dXx]|1[2-9]\d[ -]?\d{4}[ -]?\d{4}|0\d{2,3}[ -]?[2-8]\d{6,7})"
    r"(?![0-9A-Za-z])"
)
MANY_DIGITS = r"\d[\d -]{8}\d"
"""A pattern that fits every text that ``says_number``, and some others."""
_DASHES = re.compile("[\u2010-\u2015\u2212\uff0d\u2500\u30fc]")

# Both as ``fold`` leaves them, lower-case and without spaces; a cell of dashes and stops says nothing either.
EMPTY_WORDS = frozenset(
    {
        "无",
        "不详",
        "未知",
        "暂无",
        "没有",
        "空",
        "空白",
        "未填",
        "未登记",
        "无此项",
        "(空)",
        "(无)",
        "n/a",
        "na",
        "null",
        "none",
        "nan",
    }
)
REPEAT_WORDS = frozenset(
    {"同上", "同前", "如上", "上同", "〃", '"', "''", "“", "”", "“”", "′′", "〞", "〝", "`′", "´´", "\u2033"}
)

_DIGITS = {
    "零": 0,
    "〇": 0,
    "○": 0,
    "一": 1,
    "壹": 1,
    "二": 2,
    "贰": 2,
    "两": 2,
    "三": 3,
    "叁": 3,
    "四": 4,
    "肆": 4,
    "五": 5,
    "伍": 5,
    "六": 6,
    "陆": 6,
    "七": 7,
    "柒": 7,
    "八": 8,
    "捌": 8,
    "九": 9,
    "玖": 9,
}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_TENS = {"廿": 20, "卅": 30}
_NEVER_ALONE = "百佰千仟"  # a hundred is always 一百
CHINESE_DIGITS = "".join((*_DIGITS, *_UNITS, *_TENS))


_NOTHING = re.compile(r"[-_/\\|.,。、;:!?*~·…()\[\]]*")  # marks that say yes or no (√, ×) are values
_ALSO_SIMPLIFIED = "乾吒夥徵扞於昇氾祕蒐薹蠁袷陞麴麽"
"""What the tables of traditional characters change although it stands in the list of 2013 (通用规范汉字表), for names
above all: 於 and 于 are two surnames.
"""
_OPENCC = opencc.OpenCC("t2s")
_HAN = "\n".join(map(chr, range(0x3400, 0xA000)))
_TO_SIMPLIFIED = {
    ord(old): new
    for old, new in zip(_HAN, _OPENCC.convert(_HAN), strict=True)
    if old != new and old not in _ALSO_SIMPLIFIED
}
_RARER = re.compile("[\U00020000-\U000323af]")
"""The other planes' characters: so rare that no table of them is made beforehand."""
TRADITIONAL = "[" + "".join(map(chr, _TO_SIMPLIFIED)) + "]"
"""A pattern that finds the characters ``simplified`` changes."""


def fold(value: object) -> str:
    """``value`` as plain text: NFKC (full-width and circled digits become plain), radicals and GBK's private codes as
    the characters they stand for, one kind of dash, single spaces.

    Floats that are whole numbers lose their ``.0``: workbooks store typed digits so.
    """
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    return _fold(str(value))


@functools.lru_cache(maxsize=1 << 17)
def _fold(raw: str) -> str:
    if not raw.isascii():
        if _RARE.search(raw):
            raw = raw.translate(rare.TABLE)
        raw = _DASHES.sub("-", _INVISIBLE.sub("", unicodedata.normalize("NFKC", _INVISIBLE.sub("", raw))))
    elif not raw.isprintable():
        raw = _INVISIBLE.sub("", raw)
    return _SPACES.sub(" ", raw).strip()


@functools.lru_cache(maxsize=1 << 16)
def _meaning(folded: str) -> str:
    word = folded.replace(" ", "").rstrip("。.!").lower() or folded
    if word in REPEAT_WORDS:
        return "repeat"
    return "empty" if word in EMPTY_WORDS or _NOTHING.fullmatch(word) else "value"


def meaning(value: object) -> str:
    """``empty`` (无, 不详, —, ／ …), ``repeat`` (同上, 〃) or ``value``: what a cell says before it is parsed."""
    return _meaning(fold(value))


@functools.lru_cache(maxsize=1 << 15)
def simplified(raw: str) -> str:
    """Traditional characters as simplified ones (張偉 → 张伟): for keys, never for what is stored.

    Character by character: by words 沈思 would become 沉思, and the part of a name another name than the whole.
    """
    if raw.isascii():
        return raw
    return _RARER.sub(lambda rarer: str(_OPENCC.convert(rarer[0])), raw.translate(_TO_SIMPLIFIED))


_LONGEST_NUMERAL = 30
"""No numeral of an office is as long; thousands of digits are no number to Python either."""


def chinese_number(raw: str) -> int | None:
    """The number a Chinese numeral says (一百二十三, 廿一, 二〇五, 十, 1百20), or None where it is none."""
    numeral = raw.strip()
    if not numeral or len(numeral) > _LONGEST_NUMERAL:
        return None
    if numeral.isdecimal():
        return int(numeral)
    digits = [_digit(char) for char in numeral]
    if None in digits:
        return _sum_of_units(numeral)
    return int("".join(map(str, digits)))


def _digit(char: str) -> int | None:
    return int(char) if char.isdecimal() else _DIGITS.get(char)


def _sum_of_units(numeral: str) -> int | None:
    """千, 百 and 十, each times the digits before it, and the digits behind the last; each unit is smaller than the
    one before it.
    """
    total, factor, limit = 0, 0, 10_000
    for char in numeral:
        digit = _digit(char)
        if digit is None:
            unit = _UNITS.get(char) or _TENS.get(char, limit)
            if unit >= limit or char in (_TENS if factor else _NEVER_ALONE):
                return None
            total, factor, limit = total + unit * (factor or 1), 0, 10 if char in _TENS else unit
        elif char.isdecimal():
            factor = factor * 10 + digit
        elif factor:
            return None
        else:
            factor = digit
    return total + factor if factor < limit else None


def number_key(raw: str) -> str:
    """A number without spelling: 〇五 = 05 = 5; letters upper-case; a word that is no number stays."""
    folded = fold(raw).upper()
    if folded.isascii():
        return _LEADING_ZEROS.sub("", folded)
    value = chinese_number(folded)
    return folded if value is None else str(value)


def shape(cell: str) -> str:
    """What a cell looks like, not what it says: ``0`` for a digit, ``A`` for a Latin letter, ``字`` for any other."""
    return "".join("0" if c.isdigit() else ("A" if c.isascii() else "字") if c.isalpha() else c for c in cell)


def says_number(folded: str) -> bool:
    """Whether a text holds what is shaped like an ID number, a mobile or a landline with its area code: they have
    fields of their own, which are sealed.
    """
    return bool(_WRITTEN_NUMBER.search(folded))


def without_numbers(name: str) -> str:
    """A name, as of a file, with what is shaped like an ID or telephone number starred whole."""
    return _WRITTEN_NUMBER.sub("*" * 6, name)


LONGEST_FILE_NAME = 200


def file_name(name: str) -> str:
    """The name under which a file is kept: without numbers, and not too long."""
    return without_numbers(name)[:LONGEST_FILE_NAME]


def begins_formula(folded: str) -> bool:
    """Whether a table program would reckon with a text: =1+1, +cmd, @SUM, -cmd|…; −1 (a floor) is none."""
    return bool(_FORMULA.match(folded))


def reason_kept(reason: str) -> str:
    """A reason as it may be stored: numbers of seven digits and more are starred whole, for they have their own
    sealed fields; so are the last four of one, where the words say that they are.
    """
    starred = _LAST_FOUR.sub(lambda match: match[1] + "*" * 4, _LONG_NUMBER.sub("*" * 6, reason.strip()))
    return starred[:200]
