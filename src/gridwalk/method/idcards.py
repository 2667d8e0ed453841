"""Citizen identity numbers (公民身份号码, GB 11643-1999): 18 characters, or the 15 digits of before 1999."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import re

from gridwalk.method import text

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
LENGTH = 18
_NOISE = re.compile(r"[\s'’`‘′\-_.,·]")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+?\d+", re.IGNORECASE)
_WHOLE_FLOAT = re.compile(r"(\d+)\.0*")  # what a table program made of a typed number
_CROSSES = str.maketrans("×Х✕✖", "XXXX")  # the sign of multiplication and the Cyrillic letter look like an X
_MASK = re.compile(r"X{3,}")
_NUMBER = re.compile(r"[0-9]{17}[0-9X]|[0-9]{15}")
_STRAY = re.compile(r"[^0-9X]")
EARLIEST = dt.date(1890, 1, 1)

FAULTS = {
    "empty": "没有填证件号",
    "length": "证件号应是 18 位，这里是 {n} 位，请对照证件补全",
    "characters": "证件号里有不该有的字，请对照证件重填",
    "masked": "证件号中间是星号，看不到全号，请换一份没有遮盖的，或留空",
    "checksum": "证件号最后一位对不上，多半有一位抄错了，请对照证件核对",
    "birth_date": "证件号里的出生日期不存在，请对照证件核对",
    "damaged": "证件号被表格软件当成数字存，末几位已丢失，请把这一列设为文本后重填",
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IdCard:
    """``value``: 18 characters, empty where ``fault`` is set. ``upgraded``: it was written with 15 digits.

    ``n``: how many characters it was written with.
    """

    value: str = ""
    fault: str = ""
    born_on: dt.date | None = None
    sex: str = ""
    upgraded: bool = False
    n: int = 0

    @property
    def fault_text(self) -> str:
        """The fault in words that say what to do; empty where there is none."""
        return FAULTS[self.fault].format(n=self.n) if self.fault else ""


def checksum(first17: str) -> str:
    """The 18th character for 17 digits (GB 11643, ISO 7064 MOD 11-2)."""
    return CHECKS[sum(int(c) * w for c, w in zip(first17, WEIGHTS, strict=True)) % 11]


def check(value: object) -> IdCard:
    """An identity number from a cell of any type.

    A number beyond 15 digits has lost its end: ``damaged``, never trusted.
    """
    if isinstance(value, (int, float)) and abs(value) >= 1e15:
        return IdCard(fault="damaged")
    return _check(value if isinstance(value, str) else text.fold(value))


@functools.lru_cache(maxsize=65536)
def _check(raw: str) -> IdCard:
    folded = text.fold(raw)
    whole = _WHOLE_FLOAT.fullmatch(folded)
    if _SCIENTIFIC.fullmatch(folded) or (whole and len(whole[1]) > 15):
        return IdCard(fault="damaged")
    number = tidy(whole[1] if whole else folded)
    if not _NUMBER.fullmatch(number):
        return IdCard(fault=_fault_of_shape(number), n=len(number))
    n = len(number)
    if n == 15:
        number = f"{number[:6]}19{number[6:]}"
        number += checksum(number)
    right = checksum(number[:17]) == number[17]
    if not right and number.endswith("000"):
        return IdCard(fault="damaged", n=n)
    born_on = _birth_date(number)
    if born_on is None:
        return IdCard(fault="birth_date", n=n)
    if not right:
        return IdCard(fault="checksum", n=n)
    return IdCard(
        value=number, fault="", born_on=born_on, sex="male" if int(number[16]) % 2 else "female", upgraded=n == 15, n=n
    )


def tidy(folded: str) -> str:
    """A number without spaces and marks, letters as capitals, and stars for the crosses that mask a part of it."""
    number = _NOISE.sub("", folded).upper().translate(_CROSSES)
    return _MASK.sub(lambda crosses: "*" * len(crosses[0]), number)


def _fault_of_shape(number: str) -> str:
    """Why the characters are no number of 15 or 18 places."""
    if not number:
        return "empty"
    if "*" in number:
        return "masked"
    stray = _STRAY.search(number) or "X" in number[:-1]
    return "characters" if stray or len(number) in (15, 18) else "length"


def _birth_date(number: str) -> dt.date | None:
    """The birth date in 18 characters; None where there is no such day, or nobody living was born on it."""
    try:
        born_on = dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    return born_on if born_on >= EARLIEST else None


def lost_its_end(value: object) -> bool:
    """Whether a cell looks like a number a table program kept as a number: beyond fifteen digits only zeros or
    a double's.
    """
    if isinstance(value, (int, float)):
        return abs(value) >= 1e15
    text_ = str(value or "").strip()
    if len(text_) != 18 or not text_.isascii() or not text_.isdigit():
        return False
    return text_.endswith("000") or int(float(str((int(text_) + 500) // 1000) + "000")) == int(text_)


def mask(value: str) -> str:
    """``120199************``: the area and nothing else (red line 4).

    Beside a birth date and a sex half of the day's order numbers fit, which is 500: any digit of the last four would
    leave fewer, the check digit alone 45. Numbers of 15 places get as many stars; what is no number gets stars only.
    """
    return (value[:6] if len(value) >= 15 else "") + "*" * 12
