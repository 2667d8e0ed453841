"""Data of each version before, restored from its small dump, brought to today's tables: nothing is lost."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from gridwalk.config import keys

DUMPS = Path(__file__).parents[1] / "dumps"


@pytest.fixture
def restored(postgres_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """The environment of a home whose database was restored from the dump ``request.param`` (``0.2``)."""
    name = f"gridwalk_test_{os.getpid()}_restored"
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name)))
        url = urlsplit(postgres_url)._replace(path=f"/{name}").geturl()
        with psycopg.connect(url, autocommit=True) as database:
            database.execute(gzip.decompress((DUMPS / f"{request.param}.sql.gz").read_bytes()))
        shutil.copy(DUMPS / f"{request.param}.keys.json", keys.path_in(tmp_path))
        keys.path_in(tmp_path).chmod(0o600)
        ours = {
            "GRIDWALK_HOME": str(tmp_path),
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "gridwalk.config.settings",
        }
        yield os.environ | ours
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def gridwalk(environment: dict[str, str], *words: str) -> str:
    command = [sys.executable, "-m", "gridwalk.cli", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("restored", ["0.2"], indirect=True)
def test_it_is_brought_to_todays_tables_with_nothing_lost(restored: dict[str, str]) -> None:
    with psycopg.connect(restored["DATABASE_URL"]) as database:
        before = _counts(database)
    gridwalk(restored, "migrate")
    assert "完整" in gridwalk(restored, "audit", "verify")
    with psycopg.connect(restored["DATABASE_URL"]) as database:
        assert _counts(database) == before
        plan = database.execute("SELECT kind, state, communities, choices->'old' FROM upkeep_plan").fetchall()
        came_from = database.execute(
            "SELECT source_ref FROM registry_person UNION SELECT source_ref FROM core_change WHERE source = 'ledger'"
        ).fetchall()
    assert came_from and all(re.fullmatch(r"(第 \d+ 行)?", ref) for (ref,) in came_from), (
        "no name of a file or sheet stays"
    )
    assert before == {
        "registry_person": 5,
        "registry_dwelling": 9,
        "visits_visit": 1,
        "core_auditentry": before["core_auditentry"],
    }
    assert plan == [("regrid", "open", ["120105001023"], ["120105001023001"])], (
        "a plan of grids drawn anew is one of upkeep"
    )


def _counts(database: psycopg.Connection) -> dict[str, int]:
    tables = ("registry_person", "registry_dwelling", "visits_visit", "core_auditentry")
    rows = [database.execute(f"SELECT count(*) FROM {table}").fetchone() for table in tables]
    return {table: row[0] for table, row in zip(tables, rows, strict=True) if row}
