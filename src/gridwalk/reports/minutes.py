"""The minutes of a progress meeting, written from what was decided at it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from gridwalk.accounts.rules import Viewer
from gridwalk.core import clock
from gridwalk.followup.models import Meeting
from gridwalk.followup.queries import as_of as matters
from gridwalk.reports import decisions, rules
from gridwalk.reports.figures import Figures
from gridwalk.territory import queries as territory


def write(viewer: Viewer, meeting: Meeting, at: dt.datetime, serial: int) -> tuple[dict[str, Any], Figures]:
    """What the minutes say, and their figures."""
    figures, about = Figures(serial), {"meeting": str(meeting.id)}
    stood = matters.decided(viewer, meeting.street, meeting.id, at)
    names = territory.place_names([decision.community for decision in stood])
    rows = [
        {
            "title": decision.row.title,
            "number": decision.row.number,
            "owner": names[decision.community],
            "due": figures.add(
                f"事项 {decision.row.number}：期限",
                rules.day(decision.standing.due_on),
                "decision",
                matter=str(decision.row.id),
                part="due",
                **about,
            ),
        }
        for decision in stood
    ]
    content = {
        "street": territory.scope_name(meeting.street),
        "number": meeting.number,
        "held_on": rules.day(meeting.held_on, year=True) if meeting.held_on else "",
        "begins": f"{meeting.begins:%H:%M}",
        "place": meeting.place,
        "present": meeting.present,
        "excused": meeting.excused,
        "practice": meeting.practice,
        "as_of": rules.as_of(clock.local(at)),
        "n": figures.add(
            "会议议定事项", decisions.count(stood, "all", at), "decisions", unit="件", part="all", **about
        ),
        "decisions": rows,
    }
    return content, figures
