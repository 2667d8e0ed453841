"""The key file and the choice of the database."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from django.conf import settings

from gridwalk.config import databases, keys, secretfiles
from gridwalk.operations.backups import server


def test_a_key_file_is_private_whole_and_never_overwritten(tmp_path: Path) -> None:
    home = tmp_path / "home"
    path = keys.create(home)
    loaded = keys.load(home)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [len(key) for key in loaded.envelope.values()] == [32]
    assert loaded.active in loaded.envelope
    assert len(loaded.blind_index) == 32
    assert len(loaded.django_secret) >= 50
    with pytest.raises(keys.KeyFileError, match="密钥文件已经有了"):
        keys.create(home)
    assert keys.load(home) == loaded
    assert [file.name for file in home.iterdir()] == [keys.NAME]


def test_a_missing_or_damaged_key_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(keys.KeyFileError, match="gridwalk init"):
        keys.load(tmp_path)
    path = keys.create(tmp_path)
    content = json.loads(path.read_text())
    for damaged in ("", "{", "[]", json.dumps(content | {"envelope": {"k1": "?"}}), json.dumps({"active": "k1"})):
        path.write_text(damaged)
        with pytest.raises(keys.KeyFileError, match="备份的密钥文件"):
            keys.load(tmp_path)


def test_a_directory_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    tmp_path.joinpath("file").write_text("")
    with pytest.raises(keys.KeyFileError, match="写不了密钥文件"):
        keys.create(tmp_path / "file" / "home")


def test_what_a_killed_writer_left_does_not_stand_in_the_way(tmp_path: Path) -> None:
    target = tmp_path / "secret"
    tmp_path.joinpath(f"secret.{os.getpid()}.part").write_text("half")
    secretfiles.create(target, "whole")
    assert target.read_text() == "whole"
    with pytest.raises(FileExistsError):
        secretfiles.create(target, "other")
    assert target.read_text() == "whole"


def test_a_database_url_becomes_settings_and_another_kind_is_refused() -> None:
    database = databases.from_url("postgresql://user:p%40ss@db.lan:5433/grid%20walk?sslmode=verify-full")
    assert (database["USER"], database["PASSWORD"], database["HOST"], database["PORT"], database["NAME"]) == (
        "user",
        "p@ss",
        "db.lan",
        "5433",
        "grid walk",
    )
    assert databases.from_url("postgresql://u:p@/name?host=/run/pg")["HOST"] == "/run/pg"
    with pytest.raises(databases.DatabaseUrlError, match="只支持 PostgreSQL"):
        databases.from_url("mysql://u:p@h/name")


def test_a_database_elsewhere_is_reached_under_tls_only(monkeypatch: pytest.MonkeyPatch) -> None:
    for here in ("postgresql://u:p@127.0.0.1/n", "postgresql://u:p@localhost/n", "postgresql://u:p@/n?host=/run/pg"):
        assert "sslmode" not in databases.from_url(here)["OPTIONS"]
    in_the_clear = ("", "?sslmode=prefer", "?sslmode=disable", "?host=/run/pg,db.lan", "?sslrootcert=/etc/root.pem")
    for asked in in_the_clear:
        with pytest.raises(databases.DatabaseUrlError, match="要加密"):
            databases.from_url(f"postgresql://u:p@db.lan/n{asked}")
    used = databases.from_url("postgresql://u:p@db.lan/n?sslmode=verify-full&sslrootcert=%2Fetc%2Froot.pem")
    assert (used["OPTIONS"]["sslmode"], used["OPTIONS"]["sslrootcert"]) == ("verify-full", "/etc/root.pem")
    monkeypatch.setitem(settings.DATABASES, "default", used)
    told = server.environment("n")
    assert (told["PGSSLMODE"], told["PGSSLROOTCERT"], told["PGHOST"]) == ("verify-full", "/etc/root.pem", "db.lan")
    assert server.login()["sslmode"] == "verify-full", "backups and restores, too"
