"""Dates as ledgers write them: 1980.1.1, 1980年1月1日, 19800101, 29221 (a workbook's day number), real dates."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import re

from gridwalk.method import text

_PARTS = re.compile(r"^(\d{4})\s*[-./年\s]\s*(\d{1,2})\s*[-./月\s]\s*(\d{1,2})\s*日?(\s+\d{1,2}:\d{2}(:\d{2})?)?$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_MONTH_ONLY = re.compile(r"^(\d{4})\s*[-./年]?\s*(\d{1,2})\s*月?$")
_SERIAL = re.compile(r"^\d{4,5}(\.0+)?$")
_WORKBOOK_ZERO = dt.date(1899, 12, 30)

FAULTS = {
    "empty": "没有填日期",
    "format": "看不懂这个日期，请写成 1980-01-31 这样",
    "day": "这一天不存在，请核对",
    "month_only": "只写了年月，请补上日",
}


@dataclasses.dataclass(frozen=True)
class Date:
    """``value`` is None where ``fault`` is set."""

    value: dt.date | None = None
    fault: str = ""

    @property
    def fault_text(self) -> str:
        """The fault in words that say what to do; empty where there is none."""
        return FAULTS[self.fault] if self.fault else ""


def check(value: object) -> Date:
    """A date from a cell of any type; two-digit years are not guessed."""
    if isinstance(value, dt.datetime):
        return Date(value.date())
    if isinstance(value, dt.date):
        return Date(value)
    return _check(text.fold(value))


@functools.lru_cache(maxsize=65536)
def _check(folded: str) -> Date:
    if text.meaning(folded) != "value":
        return Date(fault="empty")
    found = _PARTS.match(folded) or _COMPACT.match(folded)
    if found:
        try:
            return Date(dt.date(int(found[1]), int(found[2]), int(found[3])))
        except ValueError:
            return Date(fault="day")
    if _SERIAL.match(folded) and 1000 <= float(folded) <= 73050:
        serial = int(float(folded))
        if not 1890 <= serial <= 2100:
            return Date(_WORKBOOK_ZERO + dt.timedelta(days=serial))
    return Date(fault="month_only" if _MONTH_ONLY.match(folded) else "format")


def parse(value: object) -> dt.date | None:
    """The date, or None."""
    return check(value).value
