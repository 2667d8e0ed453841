"""Citizen identity numbers (公民身份号码, GB 11643-1999): 18 characters, or the 15 digits of before 1999."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import re

from gridwalk.method import text

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_NOISE = re.compile(r"[\s'’`‘\-_.,·]")
_SCIENTIFIC = re.compile(r"^\d(\.\d+)?[eE]\+?\d+$")
EARLIEST = dt.date(1890, 1, 1)

FAULTS = {
    "empty": "没有填证件号",
    "length": "证件号应是 18 位，这里是 {n} 位，请对照证件补全",
    "characters": "证件号里有不该有的字，请对照证件重填",
    "checksum": "证件号最后一位对不上，多半有一位抄错了，请对照证件核对",
    "birth_date": "证件号里的出生日期不存在，请对照证件核对",
    "damaged": "证件号被表格软件当成数字存，末几位已丢失，请把这一列设为文本后重填",
}


@dataclasses.dataclass(frozen=True)
class IdCard:
    """``value``: 18 characters, empty where ``fault`` is set. ``upgraded``: it was written with 15 digits."""

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
    return _CHECKS[sum(int(c) * w for c, w in zip(first17, _WEIGHTS, strict=True)) % 11]


def _born_on(digits: str) -> dt.date | None:
    try:
        return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def check(value: object) -> IdCard:
    """An identity number from a cell of any type. A number beyond 15 digits has lost its end: ``damaged``, never trusted."""
    if isinstance(value, (int, float)) and value >= 1e15:
        return IdCard(fault="damaged")
    return _check(value if isinstance(value, str) else text.fold(value))


@functools.lru_cache(maxsize=65536)
def _check(raw: str) -> IdCard:
    folded = text.fold(raw)
    if _SCIENTIFIC.match(folded):
        return IdCard(fault="damaged")
    number = _NOISE.sub("", folded).upper().replace("×", "X").replace("*", "*")
    if not number:
        return IdCard(fault="empty")
    if not number[:-1].isascii() or not number[:-1].isdigit() or not (number[-1].isdigit() or number[-1] == "X"):
        return IdCard(fault="characters", n=len(number))
    if len(number) == 15 and number.isdigit():
        upgraded, number = True, number[:6] + "19" + number[6:]
        number += checksum(number)
    elif len(number) == 18:
        upgraded = False
    else:
        return IdCard(fault="length", n=len(number))
    if number.endswith("000") and checksum(number[:17]) != number[17]:
        return IdCard(fault="damaged")
    born_on = _born_on(number[6:14])
    if born_on is None or born_on < EARLIEST:
        return IdCard(fault="birth_date")
    if checksum(number[:17]) != number[17]:
        return IdCard(fault="checksum")
    return IdCard(number, "", born_on, "male" if int(number[16]) % 2 else "female", upgraded, 18)


def mask(value: str) -> str:
    """``120199********1234``: the area and the last four; shorter values are starred whole."""
    return f"{value[:6]}{'*' * (len(value) - 10)}{value[-4:]}" if len(value) >= 15 else "*" * len(value)
