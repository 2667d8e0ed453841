"""Unified social credit codes (统一社会信用代码, GB 32100-2015): 18 characters without I, O, S, V, Z."""

from __future__ import annotations

import dataclasses
import functools
import re

from stdnum.cn import uscc as stdnum_uscc
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from gridwalk.method import text

_NOISE = re.compile(r"[\s'’`\-_.,·]")

FAULTS = {
    "empty": "没有填统一社会信用代码",
    "length": "统一社会信用代码应是 18 位，请对照执照补全",
    "characters": "统一社会信用代码里有不该有的字（不用 I、O、S、V、Z），请对照执照重填",
    "checksum": "统一社会信用代码最后一位对不上，多半有一位抄错了，请对照执照核对",
}


@dataclasses.dataclass(frozen=True)
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
    code = _NOISE.sub("", text.fold(value)).upper()
    if not code:
        return Uscc(fault="empty")
    try:
        return Uscc(stdnum_uscc.validate(code))
    except InvalidLength:
        return Uscc(fault="length")
    except InvalidChecksum:
        return Uscc(fault="checksum")
    except ValidationError:
        return Uscc(fault="characters")
