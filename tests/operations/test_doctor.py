"""The doctor: every complaint it knows, brought about once, says what to do; and what is well is said to be well."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import connection
from pytest_django import Settings

from gridwalk.cli import children
from gridwalk.cli.verbs import doctor, keyring
from gridwalk.config import certificates, keys
from gridwalk.core import actions, clock
from gridwalk.core.actors import PROGRAM
from gridwalk.core.audit import verify
from gridwalk.operations import condition
from gridwalk.operations.backups import making, restoring
from gridwalk.operations.findings import Finding, State
from tests.harness.jobs import nobody_works

ROOT = Path(__file__).parents[2]


def only(findings: Iterable[Finding]) -> tuple[State, str]:
    """State and words, with what to do, of a single finding."""
    (finding,) = findings
    return finding.state, finding.says + finding.todo


@pytest.fixture
def home(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory of its own, for settings and for the command."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    settings.DATA_DIR, settings.SEALS_DIR, settings.BACKUP_DIR = folder, folder / "seals", ""
    monkeypatch.setenv("GRIDWALK_HOME", str(folder))
    return folder


def test_keys_missing_damaged_open_to_others_or_not_saved_apart(home: Path) -> None:
    state, words = only(doctor._keys())
    assert (state, "gridwalk init" in words) == (State.BAD, True)
    path = keys.create(home)
    state, words = only(doctor._keys())
    assert (state, "keys save" in words) == (State.BAD, True)
    path.chmod(0o644)
    assert "chmod 600" in only(doctor._keys())[1]
    path.chmod(0o600)
    (home / keyring.NOTE).write_text(json.dumps({"keys": keyring._marks(home)}))
    assert only(doctor._keys())[0] is State.OK
    keys.rotate(home)
    assert "没有另存过" in only(doctor._keys())[1], "the new one is not in what was saved"
    path.write_text("{}")
    assert "读不了或已损坏" in only(doctor._keys())[1]


def test_certificates_unreadable_over_or_nearly(home: Path) -> None:
    assert list(doctor._certificates()) == []
    folder, now = home / "https", clock.now()
    folder.mkdir()
    for days, state, words in (
        (397 + 30, State.BAD, "到期，手机连不上"),
        (380, State.WARN, "在那之前换"),
        (0, State.OK, "到期"),
    ):
        shutil.rmtree(folder)
        folder.mkdir()
        certificates.make(folder, ["127.0.0.1"], at=now - dt.timedelta(days=days))
        end = certificates.expires_at(folder / certificates.CERTIFICATE)
        assert (end < now) == (state is State.BAD)
        finding = only(doctor._certificates())
        assert (finding[0], words in finding[1]) == (state, True)
    (folder / certificates.CERTIFICATE).write_text("no certificate")
    assert "读不了" in only(doctor._certificates())[1]


def test_pages_not_served_or_served_in_the_clear(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRIDWALK_HTTPS", raising=False)
    assert "没有运行" in only(doctor._serving())[1]
    for address, state in (("http://127.0.0.1:8000/", State.WARN), ("https://gw.local:8443/", State.OK)):
        running = children.Running(address, 1)
        monkeypatch.setattr(children, "running", lambda running=running: running)
        assert only(doctor._serving())[0] is state


def test_names_that_no_browser_asks_for(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDWALK_HOSTS", "gw.lan, 10.1.2.3,[fd00::1],.street.lan")
    assert list(doctor._hosts()) == []
    for name in ("https://gw.lan", "gw.lan:8000", "fd00::1", "gw_1.lan"):
        monkeypatch.setenv("GRIDWALK_HOSTS", f"gw.lan,{name}")
        state, sentence = only(doctor._hosts())
        assert (state, f"“{name}”不会生效" in sentence) == (State.BAD, True)


@pytest.mark.django_db
def test_a_database_of_another_version_and_a_period_that_is_not_known(home: Path, settings: Settings) -> None:
    words = {finding.what: finding.says + finding.todo for finding in doctor._inside()}
    assert words["版本"] == "数据库和程序一致。"
    assert "只报数" in words["保存期限"]
    settings.RETENTION = "persons,ops"
    assert only(doctor._retention()) == (State.OK, "夜里自动清 2 类到期的数据。")
    settings.RETENTION = "people"
    assert only(doctor._retention())[0] is State.BAD
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_migrations SET name = '9999_later' WHERE app = 'retention' AND name LIKE '0001%'")
        assert "更新的版本写的" in only(doctor._inside())[1]
        cursor.execute("DELETE FROM django_migrations WHERE app = 'retention'")
        state, sentence = only(doctor._inside())
    assert state is State.BAD
    assert "还差 2 步。请停掉网页服务，运行 gridwalk upgrade" in sentence


@pytest.mark.django_db
def test_a_disk_that_is_nearly_full(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=3 << 30))
    assert condition._disk().state is State.OK
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1 << 30))
    finding = condition._disk()
    assert (finding.state, "请腾出空间" in finding.todo) == (State.BAD, True)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=3 << 30))
    monkeypatch.setattr(condition, "_rows", lambda sql: [(6 << 30,)])
    assert condition._disk().state is State.OK, "just half of it"
    monkeypatch.setattr(condition, "_rows", lambda sql: [(8 << 30,)])
    assert condition._disk().state is State.BAD, "less than half of what the database takes"


def test_backups_none_lost_old_or_beside_the_data(
    home: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    assert "GRIDWALK_BACKUPS" in condition._backup(now).todo
    settings.BACKUP_DIR = str(home / "b")
    assert "gridwalk backup" in condition._backup(now).todo
    copy = home / "one.gwbak"
    copy.write_bytes(b"x")
    making.note_latest(copy, at=now - dt.timedelta(hours=30))
    finding = condition._backup(now)
    assert (finding.state, finding.says) == (State.BAD, "上次备份是 30 小时前。")
    assert str(home / "b") in finding.todo
    making.note_latest(copy, at=now)
    assert condition._backup(now).state is State.WARN, "on the same disk"
    with monkeypatch.context() as other:
        other.setattr(condition, "os", SimpleNamespace(stat=lambda path: SimpleNamespace(st_dev=str(path))))
        elsewhere = home / "another disk" / "one.gwbak"
        elsewhere.parent.mkdir()
        elsewhere.write_bytes(b"x")
        making.note_latest(elsewhere, at=now)
        assert condition._backup(now).state is State.OK
    making.note_latest(copy, at=now)
    copy.unlink()
    assert "不见了" in condition._backup(now).says


@pytest.mark.django_db(transaction=True)
def test_jobs_that_wait_or_failed_and_a_worker_that_is_silent(home: Path) -> None:
    now = clock.now()
    nobody_works()
    assert [finding.says[:9] for finding in condition._jobs(now)] == ["后台任务没有在运行"]
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
        try:
            assert [finding.state for finding in condition._jobs(clock.now())] == [State.OK]
            cursor.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, status, scheduled_at)"
                " VALUES ('default', 'operations.back_up', 'todo', %s)",
                [now - dt.timedelta(hours=3)],
            )
            assert "有任务等了 3.0 小时" in next(finding.says for finding in condition._jobs(clock.now()))
            cursor.execute("UPDATE procrastinate_jobs SET status = 'failed'")
            states = [(finding.state, finding.says) for finding in condition._jobs(clock.now())]
            assert states == [(State.OK, "在运行。"), (State.WARN, "1 个任务没有做成。")]
        finally:
            nobody_works()


@pytest.mark.django_db
def test_an_audit_that_is_not_sealed_and_data_a_restore_replaced(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    assert "还没有封存过" in condition._seal(now).says
    actions.seal_audit(folder=home / "seals", actor=PROGRAM, at=now - dt.timedelta(days=2))
    assert condition._seal(now).state is State.WARN
    actions.seal_audit(folder=home / "seals", actor=PROGRAM, at=now)
    assert condition._seal(now).state is State.OK
    assert verify.latest_seal() is not None
    assert list(condition._replaced()) == []
    monkeypatch.setattr(restoring, "replaced", lambda: [("gridwalk_before_20261101000000", now)])
    assert "满 7 天" in only(condition._replaced())[1]


def test_a_list_of_leaked_passwords_that_is_gone_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(doctor._leaked_passwords()) == []
    monkeypatch.setenv("GRIDWALK_LEAKED_PASSWORDS", str(tmp_path / "leaked.txt"))
    (finding,) = doctor._leaked_passwords()
    assert finding.state is State.BAD
    assert "谁也换不了密码" in finding.says
    (tmp_path / "leaked.txt").write_text("")
    assert list(doctor._leaked_passwords()) == []


@pytest.mark.slow
def test_a_database_that_cannot_be_reached_is_said_with_what_to_do(home: Path, port: int) -> None:
    keys.create(home)
    env = {k: v for k, v in os.environ.items() if not k.startswith(("DJANGO_", "GRIDWALK_"))}
    env |= {
        "GRIDWALK_HOME": str(home),
        "DATABASE_URL": f"postgresql://a:b@127.0.0.1:{port}/c",
        "PYTHONPATH": str(ROOT / "src"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "gridwalk.cli", "doctor", "--json"], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    findings = {finding["what"]: finding for finding in json.loads(done.stdout)["findings"]}
    assert "连不上" in findings["数据库"]["says"]
    assert "DATABASE_URL" in findings["数据库"]["todo"]
