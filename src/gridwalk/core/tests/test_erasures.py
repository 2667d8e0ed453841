"""The ledger of erasures: what earlier versions wrote is read, what somebody else wrote is not."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from pathlib import Path

import pytest
from pytest_django import Settings

from gridwalk.core import erasures, ids
from gridwalk.core.erasures import Line


@pytest.fixture
def home(tmp_path: Path, settings: Settings) -> Path:
    settings.DATA_DIR, settings.BACKUP_DIR = tmp_path, ""
    return tmp_path


def test_a_line_says_how_somebody_ended_and_older_lines_do_not(home: Path, settings: Settings, at: dt.datetime) -> None:
    person, older = ids.new_id(), ids.new_id()
    line = erasures.line("person", at=at, id=person, status="moved_away", ended_on=dt.date(2026, 10, 1))
    erasures.note([line])
    told = {"what": "person", "id": str(older), "at": "2026-10-01T02:00:00+00:00"}
    text = "|".join(("erasure", *told.values()))
    mac = hmac.new(settings.BLIND_INDEX_KEY, text.encode(), hashlib.sha256).hexdigest()[:32]
    path = home / erasures.NAME
    path.write_text(path.read_text() + json.dumps({**told, "mac": mac}) + "\n")
    assert erasures.read(home) == [Line("person", str(older), told["at"]), line]
    assert (line.status, line.ended_on) == ("moved_away", "2026-10-01")

    forged = (
        path.read_text().replace("moved_away", "deceased").replace(f'"mac": "{mac}"', f'"status": "", "mac": "{mac}"')
    )
    path.write_text(forged)
    assert erasures.read(home) == [Line("person", str(older), told["at"])], "what was changed is passed over"
