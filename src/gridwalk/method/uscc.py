"""Unified social credit codes (统一社会信用代码, GB 32100-2015): 18 characters without I, O, S, V, Z."""

from __future__ import annotations

import dataclasses
import functools
import re

from stdnum.cn import uscc as stdnum_uscc

from gridwalk.method import text

_NOISE = re.compile(r"[\s'’`‘′\-_.,·]")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+?\d+", re.IGNORECASE)
# Registering authority (digits; A military, N rural, Y others), kind, six digits of the area, nine of the body, check.
# stdnum knows the authority's digits only and would refuse a village's cooperative, so the form is read here.
_CODE = re.compile(r"[1-9ANY][1-9A-HJ-NP-RTUWXY][0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}")

FAULTS = {
    "empty": "没有填统一社会信用代码",
    "length": "统一社会信用代码应是 18 位，请对照执照补全",
    "characters": "统一社会信用代码里有不该有的字（不用 I、O、S、V、Z），请对照执照重填",
    "checksum": "统一社会信用代码最后一位对不上，多半有一位抄错了，请对照执照核对",
    "damaged": "统一社会信用代码被表格软件当成数字存，末几位已丢失，请把这一列设为文本后重填",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Uscc:
    """``value``: 18 characters, empty where ``fault`` is set."""

    value: str = ""
    fault: str = ""

    @property
    def fault_text(self) -> str:
        """The fault in words that say what to do; empty where there is none."""
        return FAULTS[self.fault] if self.fault else ""


@functools.lru_cache(maxsize=8192)
def check(value: str) -> Uscc:
    """A unified social credit code from a cell's text."""
    folded = text.fold(value)
    if _SCIENTIFIC.fullmatch(folded):
        return Uscc(fault="damaged")
    code = _NOISE.sub("", folded).upper()
    if not code:
        return Uscc(fault="empty")
    if len(code) != 18:
        return Uscc(fault="length" if code.isascii() and code.isalnum() else "characters")
    if not _CODE.fullmatch(code):
        return Uscc(fault="characters")
    return Uscc(code) if stdnum_uscc.calc_check_digit(code[:17]) == code[17] else Uscc(fault="checksum")
