"""Telephone numbers as they stand in ledgers: several in a cell, spaces inside, landlines with area code."""

from __future__ import annotations

import dataclasses
import functools
import re

from gridwalk.method import text

_BETWEEN = re.compile(r"[,;、，；/\\|]")
_NOISE = re.compile(r"[\s()\-'’.·+]")
_WORDS = re.compile(r"[^\d\s()\-+'’.·,;、，；/\\|]+")
_EXTENSION = re.compile(r"\s*(?:转|分机|EXT)\s*\d{1,6}|(?<=\d{7})-\d{1,5}(?!\d)", re.IGNORECASE)
_WHOLE_FLOAT = re.compile(r"(\d{7,})\.0+")  # what a table program made of a typed number
_COUNTRY = re.compile(r"^(?:\+?86|0086)(?=1[2-9]\d{9}$|0?\d{2,3}[2-8]\d{6,7}$)")
_MOBILE = re.compile(r"1[2-9]\d{9}")
_LANDLINE = re.compile(r"(?:0(?:10|2\d|[3-9]\d{2}))?[2-8]\d{6,7}|[48]00\d{7}")
_FEWEST_DIGITS = 5
"""Of what is meant for a number; fewer are an extension or a short number."""
_MASK = re.compile(r"\*|(?<=\d)[xX×]{3,}(?=\d|$)|^[xX×]{3,}(?=\d)")
STARS = "[*＊xXｘＸ×]"
"""What every masked number holds, as it may be written."""
_CROSS = re.compile("[xX×]")
_TWO_MOBILES = re.compile(r"(1[2-9]\d{9})(1[2-9]\d{9})")

FAULTS = {
    "empty": "没有填电话",
    "length": "电话位数不对，手机应是 11 位，请核对",
    "characters": "电话里没有号码，请重填",
    "masked": "电话中间是星号，看不到全号，请换一份没有遮盖的，或留空",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Phone:
    """``value``: the first number; ``others``: further ones of the cell; ``fault`` where none can be dialled.

    ``is_partial``: whether more digits stand in the cell than are numbers that can be dialled.
    """

    value: str = ""
    others: tuple[str, ...] = ()
    fault: str = ""
    is_partial: bool = False

    @property
    def fault_text(self) -> str:
        """The fault in words that say what to do; empty where there is none."""
        return FAULTS[self.fault] if self.fault else ""


def _numbers(part: str) -> tuple[str, ...]:
    digits = _COUNTRY.sub("", _NOISE.sub("", part))
    if _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits):
        return (digits,)
    two = _TWO_MOBILES.fullmatch(digits)
    return (two[1], two[2]) if two else ()


@functools.lru_cache(maxsize=65536)
def check(value: str) -> Phone:
    """The telephone numbers of a cell's text, as they stand; an extension is dropped."""
    folded = text.fold(value)
    if _MOBILE.fullmatch(folded):
        return Phone(folded)
    if whole := _WHOLE_FLOAT.fullmatch(folded):
        folded = whole[1]
    if text.meaning(folded) != "value":
        return Phone(fault="empty")
    cleaned = _WORDS.sub(",", _EXTENSION.sub(",", folded))
    numbers: list[str] = []
    is_partial = False
    for part in _BETWEEN.split(cleaned):
        whole_part = _numbers(part)
        of_part = whole_part or [number for piece in part.split(" ") for number in _numbers(piece)]
        is_partial |= not of_part and sum(map(str.isdigit, part)) >= _FEWEST_DIGITS
        numbers += of_part
    if numbers:
        first, *others = dict.fromkeys(numbers)
        return Phone(first, tuple(others), is_partial=is_partial)
    if _MASK.search(folded):
        return Phone(fault="masked")
    return Phone(fault="length" if any(c.isdigit() for c in folded) else "characters")


def parse(value: str) -> tuple[str, ...]:
    """Every number of a cell, in order; empty where none can be dialled."""
    phone = check(value)
    return (phone.value, *phone.others) if phone.value else ()


def further(value: str) -> str:
    """The numbers of a cell but the first, with a space between."""
    return " ".join(check(value).others)


def seen(value: str) -> str:
    """A masked number as far as it can be seen (120****0012); "" for others."""
    return _CROSS.sub("*", _NOISE.sub("", text.fold(value))) if check(value).fault == "masked" else ""


def mask(value: str) -> str:
    """``*******1234``: the last four behind seven stars, whatever the length (red line 4).

    Were the length told, a landline of eight places would be one of 7,000. As it is, every mobile number fits as well.
    """
    return "*" * 7 + (value[-4:] if len(value) >= 7 else "")
