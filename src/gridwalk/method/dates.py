"""Dates as ledgers write them: 1980.1.1, 1980年1月1日, 19800101, 29221 (a workbook's day number), real dates."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import re

from gridwalk.method import text

_PARTS = re.compile(
    r"(\d{4})\s*[-./年\s]\s*(\d{1,2})\s*[-./月\s]\s*(\d{1,2})\s*[日号]?"
    r"(?:[T\s]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_INCOMPLETE = re.compile(r"(?:1[89]|20)\d{2}(?:\s*[-./年]?\s*(?:0?[1-9]|1[0-2])\s*月?|\s*年?)")
_SHORT_YEAR = re.compile(r"\d{2}\s*[-./年]\s*\d{1,2}\s*[-./月]\s*\d{1,2}\s*[日号]?|\d{6}|\d{1,2}[-/]\d{1,2}[-/]\d{2}")
_HAN_PARTS = re.compile(
    rf"([{text.CHINESE_DIGITS}]{{4}})年([{text.CHINESE_DIGITS}]+)月([{text.CHINESE_DIGITS}]+)[日号]"
)
_SERIAL = re.compile(r"\d{4,5}(?:\.\d+)?")
_WORKBOOK_ZERO = dt.date(1899, 12, 30)  # day 60 is the 29 February 1900 that never was: right from 1 March 1900 on
_FIRST_SERIAL, _LAST_SERIAL = 1000, 73050  # 1902-09-26 … 2099-12-31
_YEARS = range(1850, 10_000)  # 9999-12-31 is how systems write “without end”
_LOOKS_LIKE_A_YEAR = range(1850, 2101)

FAULTS = {
    "empty": "没有填日期",
    "format": "看不懂这个日期，请写成 1980-01-31 这样",
    "day": "这一天不存在，请核对",
    "month_only": "日期不完整，请补上月和日",
    "short_year": "年份只写了两位，请写全四位",
}


@dataclasses.dataclass(frozen=True, slots=True)
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
        value = value.date()
    if isinstance(value, dt.date):
        return _date(value.year, value.month, value.day)
    return _check(text.fold(value))


@functools.lru_cache(maxsize=65536)
def _check(folded: str) -> Date:
    if text.meaning(folded) != "value":
        return Date(fault="empty")
    if match := _PARTS.fullmatch(folded) or _COMPACT.fullmatch(folded):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    if match := _HAN_PARTS.fullmatch(folded):
        parts = [text.chinese_number(part) for part in match.groups()]
        return _date(*(part or 0 for part in parts))
    if _SERIAL.fullmatch(folded):
        serial = int(float(folded))
        is_day = len(folded.split(".")[0]) == 5 or serial not in _LOOKS_LIKE_A_YEAR
        if _FIRST_SERIAL <= serial <= _LAST_SERIAL and is_day:
            return Date(_WORKBOOK_ZERO + dt.timedelta(days=serial))
    if _INCOMPLETE.fullmatch(folded):
        return Date(fault="month_only")
    return Date(fault="short_year" if _SHORT_YEAR.fullmatch(folded) else "format")


def _date(year: int, month: int, day: int) -> Date:
    try:
        return Date(dt.date(year, month, day)) if year in _YEARS else Date(fault="day")
    except ValueError:
        return Date(fault="day")


def mask(value: str, *, on_record: int | None = None) -> str:
    """``1962年``: the year of a day as it is stored (ISO), for those who see rows masked.

    ``on_record``: the year they were registered in. Of who was born in it, or in the one before, it is not said in
    which of the two: of a child born in February and registered in March few days would be left.
    """
    if not _ISO.fullmatch(value):
        return ""
    if on_record is not None and on_record - int(value[:4]) <= 1:
        return f"{on_record - 1}–{on_record}年"
    return f"{value[:4]}年"


def parse(value: object) -> dt.date | None:
    """The date, or None."""
    return check(value).value
