"""Lists of one sort of people: 学生姓名 in a list of pupils is the record's own name, as 姓名 is elsewhere."""

from __future__ import annotations

import re

_SUBJECT = re.compile(
    "学生|学员|学童|考生|幼儿|婴幼儿|婴儿|儿童|孩子|小孩|宝宝|未成年人|青少年|老人|老年人|长者|患者|病人|服务对象|走访对象|帮扶对象|关爱对象|对象|"
    "党员|职工|员工|退休人员|退役军人|参保人员?|求助人|受助人|流动人[口员]|外来人[口员]|村民|社员|市民|群众|"
    "被(?:监护|照护|照料|看护|赡养|抚养|帮扶|保险|保)人"
)
RESIDENTS = re.compile(f"租户|租客|承租人|住户|居住人|使用人|{_SUBJECT.pattern}")
"""Who is the record itself in a list of people, and somebody else in a list of dwellings."""


def of(words: str) -> str:
    """The sort of people a heading names; empty where it names none."""
    match = _SUBJECT.match(words)
    return match[0] if match else ""
