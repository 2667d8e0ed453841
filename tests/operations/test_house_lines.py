"""What is done to the house itself stands in the audit: backups, keys, seals, the phones' epoch."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gridwalk.accounts.rules import SYSTEM
from gridwalk.core import actions as core
from gridwalk.core.models import AuditEntry
from gridwalk.operations.backups import actions as backups
from gridwalk.operations.backups import making, restoring
from gridwalk.operations.resealing import actions as resealing
from gridwalk.sync.actions import epochs
from tests.harness.jobs import nobody_works

pytestmark = pytest.mark.django_db
MANIFEST = SimpleNamespace(n_rows=12)


def lines() -> list[tuple[str, dict[str, Any]]]:
    return list(AuditEntry.objects.order_by("id").values_list("verb", "data"))


def test_backups_are_noted_when_they_are_made_put_back_and_dropped(
    at: dt.datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "make", lambda folder, at: SimpleNamespace(manifest=MANIFEST, n_bytes=7))
    backups.make(folder=tmp_path, actor=SYSTEM, at=at)
    monkeypatch.setattr(restoring, "restore", lambda path, *, at, prepare, step: prepare())
    also: list[str] = []
    backups.restore(
        path=tmp_path / "a.gwb", actor=SYSTEM, at=at, also=lambda: also.append("epoch"), step=lambda _: None
    )
    asked: list[dt.datetime] = []

    def drop(older_than: dt.datetime) -> list[str]:
        asked.append(older_than)
        return ["old", "older"]

    monkeypatch.setattr(restoring, "drop_replaced", drop)
    assert backups.drop_replaced(actor=SYSTEM, at=at) == ["old", "older"]
    monkeypatch.setattr(restoring, "drop_replaced", lambda older_than: [])
    assert backups.drop_replaced(actor=SYSTEM, at=at) == []
    assert (also, asked) == (["epoch"], [at - dt.timedelta(days=7)])
    assert lines() == [
        ("backup.made", {"rows": 12, "bytes": 7}),
        ("backup.restored", {"file": "a.gwb"}),
        ("backup.replaced_dropped", {"n": 2}),
    ]


def test_keys_that_change_an_audit_that_is_sealed_and_a_new_epoch_are_noted(at: dt.datetime, tmp_path: Path) -> None:
    nobody_works()
    resealing.begin(key_id="k2", actor=SYSTEM, at=at)
    core.seal_audit(folder=tmp_path, actor=SYSTEM, at=at)
    number = epochs.raise_epoch(actor=SYSTEM, at=at, why="恢复到昨天")
    (rotated, sealed, raised) = lines()
    assert rotated == ("keys.rotated", {"key": "k2"})
    assert sealed[0] == "audit.sealed" and len(sealed[1]["digest"]) >= 64
    assert raised == ("sync.epoch_raised", {"epoch": number})
    assert AuditEntry.objects.get(verb="sync.epoch_raised").reason == "恢复到昨天"
    nobody_works()
