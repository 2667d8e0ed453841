"""What notices are about, and what their text may say."""

from __future__ import annotations

import enum
import re

LONGEST = 200
NUMBER = re.compile(r"\d{7,}")
"""Digits in a row as in a telephone or ID number; nothing the office says of itself has so many."""


class Kind(enum.StrEnum):
    """What a notice is about."""

    ACCOUNT = "account"
    ROLE = "role"
    INVESTIGATION = "investigation"
    TAKEOVER = "takeover"
    MATTER = "matter"
    SAMPLE = "sample"


WORK = {Kind.TAKEOVER, Kind.MATTER, Kind.SAMPLE}
"""What a worker or inspector did at a door brought them about: told by day, and not by whom (red line 2)."""

LABELS = {
    Kind.ACCOUNT: "账号",
    Kind.ROLE: "岗位",
    Kind.INVESTIGATION: "调查",
    Kind.TAKEOVER: "迁移",
    Kind.MATTER: "事项",
    Kind.SAMPLE: "抽查",
}


def plain(text: str) -> str:
    """A text as it may be told, without what looks like a number of a resident.

    A notice links to the record it is about, where it is judged anew who may see what.
    """
    return NUMBER.sub("…", text)[:LONGEST]
