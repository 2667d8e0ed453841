"""Telephone numbers as they stand in ledgers: several in a cell, spaces inside, landlines with area code."""

from __future__ import annotations

import dataclasses
import functools
import re

from gridwalk.method import text

_BETWEEN = re.compile(r"[,;、，；/\\|或和及]|\s{2,}")
_NOISE = re.compile(r"[\s()\-'’.·+]")
_MOBILE = re.compile(r"^1[2-9]\d{9}$")
_LANDLINE = re.compile(r"^(0\d{2,3})?[2-8]\d{6,7}$")
_WORDS = re.compile(r"[^\d\s()\-+'’.·,;、，；/\\|或和及]+")

FAULTS = {
    "empty": "没有填电话",
    "length": "电话位数不对，手机应是 11 位，请核对",
    "characters": "电话里没有号码，请重填",
}


@dataclasses.dataclass(frozen=True)
class Phone:
    """``value``: the first number; ``others``: further ones of the cell; ``fault`` where none can be dialled."""

    value: str = ""
    others: tuple[str, ...] = ()
    fault: str = ""

    @property
    def fault_text(self) -> str:
        """The fault in words that say what to do; empty where there is none."""
        return FAULTS[self.fault] if self.fault else ""


def _number(part: str) -> str:
    digits = _NOISE.sub("", part)
    if digits.startswith("0086"):
        digits = digits[4:]
    elif digits.startswith("86") and len(digits) == 13:
        digits = digits[2:]
    return digits if _MOBILE.match(digits) or _LANDLINE.match(digits) else ""


@functools.lru_cache(maxsize=65536)
def check(value: str) -> Phone:
    """The telephone numbers of a cell's text, mobiles first as they stand."""
    folded = text.fold(value)
    if text.meaning(folded) != "value":
        return Phone(fault="empty")
    cleaned = _WORDS.sub(" , ", folded)
    whole = _number(cleaned)
    found = [whole] if whole else [n for n in map(_number, _BETWEEN.split(cleaned)) if n]
    if not found and " " in cleaned:
        found = [n for n in map(_number, cleaned.split(" ")) if n]
    if found:
        unique = tuple(dict.fromkeys(found))
        return Phone(unique[0], unique[1:])
    return Phone(fault="length" if any(c.isdigit() for c in folded) else "characters")


def parse(value: str) -> tuple[str, ...]:
    """Every number of a cell, in order; empty where none can be dialled."""
    phone = check(value)
    return (phone.value, *phone.others) if phone.value else ()


def mask(value: str) -> str:
    """``12*****1234``: the first two and the last four, so that mobiles keep eleven characters."""
    return f"{value[:2]}{'*' * (len(value) - 6)}{value[-4:]}" if len(value) >= 8 else "*" * len(value)
