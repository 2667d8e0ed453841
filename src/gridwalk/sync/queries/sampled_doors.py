"""The doors drawn that an inspector asks at, outside the rows: on the days of the sample, open ones only, blind."""

from __future__ import annotations

import datetime as dt
from typing import Any

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.inspection import rules
from gridwalk.inspection.queries import doors
from gridwalk.inspection.queries.doors import SampledDoorSheet


def of_inspector(viewer: Viewer, at: dt.datetime) -> dict[str, Any]:
    """The doors the viewer asks at, as the wire has them, and how many were given in all."""
    if not viewer.may_anywhere(Verb.ASK_AGAIN):
        return {"sampled": [], "n_sampled": 0}
    return {
        "sampled": [_door(sheet) for sheet in doors.on_phone(viewer, at)],
        "n_sampled": doors.n_given(viewer, at),
    }


def _door(sheet: SampledDoorSheet) -> dict[str, Any]:
    row = sheet.row
    return {
        "id": str(row.id),
        "address": row.address,
        "kind": row.kind,
        "since": sheet.since.isoformat(),
        "from_on": row.from_on.isoformat(),
        "until_on": row.until_on.isoformat(),
        "quiet": [f"{hour:%H:%M}" for hour in sheet.quiet],
        "n_phones": sheet.n_phones,
        "n_calls": sheet.n_calls,
        "n_dialled": sheet.n_dialled,
        "n_knocks": sheet.n_knocks,
        "most_knocks": sheet.most_knocks,
        "tries": rules.TRIES,
        "why_not": sheet.closes_as,
        "is_barred": sheet.is_barred,
    }
