"""Bytes that a killed program wrote and never noted."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest
from pytest_django import Settings

from gridwalk.core import actions, clock, files, ids
from gridwalk.core.actors import PROGRAM
from gridwalk.operations import jobs
from gridwalk.operations.backups import restoring

pytestmark = pytest.mark.django_db(transaction=True)


def test_they_go_in_time_unless_another_database_may_name_them(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA_DIR = tmp_path
    at = clock.now()
    noted = actions.store_file(
        data=b"x", name="a.xlsx", purpose="ledger", scope="", keep=dt.timedelta(days=365), actor=PROGRAM, at=at
    )
    old, new, half = ids.new_id(), ids.new_id(), files.path_of(ids.new_id()).with_suffix(".part")
    for file_id in (old, new):
        files.write(file_id, b"x")
    half.parent.mkdir(exist_ok=True)
    half.write_bytes(b"GWF1")
    long_ago = (at - dt.timedelta(days=41)).timestamp()
    for path in (files.path_of(noted.pk), files.path_of(old), half):
        os.utime(path, (long_ago, long_ago))
    with monkeypatch.context() as patched:
        patched.setattr(restoring, "replaced", lambda: [("gridwalk_before_20261129000000", at)])
        jobs.erase_expired_files.func(0)
    assert files.path_of(old).exists() and half.exists()
    jobs.erase_expired_files.func(0)
    assert not files.path_of(old).exists() and not half.exists()
    assert files.path_of(new).exists(), "its program may still be about to note it, or a photo is on its way"
    assert files.read(noted.pk) == b"x"
