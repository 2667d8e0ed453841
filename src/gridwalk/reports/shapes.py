"""What the content of a document holds. One made by an earlier release lacks what was added since: that reads empty,
so that every document stays readable.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gridwalk.reports.models import MINUTES, PACK, PROGRESS, SUMMARY, WEEKLY, Document

Content = dict[str, Any]
_REPORT: Mapping[str, Any] = {"street": "", "name": "", "as_of": ""}
EMPTY: Mapping[str, Mapping[str, Any]] = {
    PACK: {
        "street": "",
        "number": 0,
        "on": "",
        "campaign": "",
        "as_of": "",
        "before_on": "",
        "made_before": "",
        "rates": [],
        "forecast": None,
        "sample": None,
        "rounds": [],
        "problems": [],
        "matters": [],
        "kinds": [],
        "last": None,
        "decisions": [],
        "practice": "",
    },
    MINUTES: {
        "street": "",
        "number": 0,
        "held_on": "",
        "begins": "",
        "place": "",
        "present": "",
        "excused": "",
        "practice": "",
        "as_of": "",
        "n": {"value": 0},
        "decisions": [],
    },
    SUMMARY: _REPORT,
    WEEKLY: _REPORT,
    PROGRESS: _REPORT,
}
"""Kind → key → its value where a document has none. A key is added here and never given another meaning."""


def content_of(document: Document) -> Content:
    """What a document says, whichever release made it."""
    return {**EMPTY[document.kind], **document.content}
