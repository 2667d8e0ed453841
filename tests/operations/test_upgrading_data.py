"""Data of each version before, restored from its small dump, brought to today's tables: nothing is lost, whatever stops
it half-way, and every message leads on.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from gridwalk import __version__
from gridwalk.config import keys
from gridwalk.operations import versions
from tests.harness import commands
from tests.harness.commands import Run

pytestmark = pytest.mark.slow
DUMPS = commands.ROOT / "tests" / "dumps"
GRID = "120105001023001"


@pytest.fixture
def server(postgres_url: str) -> Iterator[str]:
    """An empty database of its own on the tests' server, as ``postgresql://…``."""
    name = f"gridwalk_test_{os.getpid()}_restored"
    with psycopg.connect(postgres_url, autocommit=True) as maintenance:
        maintenance.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        maintenance.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name))
        )
        yield urlsplit(postgres_url)._replace(path=f"/{name}").geturl()
        maintenance.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def gridwalk(server: str, tmp_path: Path) -> Iterator[Run]:
    """``gridwalk("status")`` on a data directory whose database is ``server``: the finished process."""
    with commands.on(tmp_path, {"DATABASE_URL": server}) as run:
        yield run


@pytest.fixture
def restored(server: str, gridwalk: Run, tmp_path: Path, request: pytest.FixtureRequest) -> Run:
    """The same on a home whose database was restored from the dump ``request.param`` (``0.2``)."""
    with psycopg.connect(server, autocommit=True) as database:
        database.execute(gzip.decompress((DUMPS / f"{request.param}.sql.gz").read_bytes()))
    shutil.copy(DUMPS / f"{request.param}.keys.json", keys.path_in(tmp_path))
    keys.path_in(tmp_path).chmod(0o600)
    return gridwalk


from_each = pytest.mark.parametrize("restored", sorted(versions.FIRST), indirect=True)
from_the_oldest = pytest.mark.parametrize("restored", ["0.2"], indirect=True)


def said(done: subprocess.CompletedProcess[str], code: int = 0) -> str:
    """What a command printed, which ended with ``code``."""
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def rows(server: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(server) as database:
        return database.execute(query).fetchall()


def counts(server: str) -> dict[str, int]:
    tables = ("registry_person", "registry_dwelling", "visits_visit", "core_auditentry")
    return {table: rows(server, f"SELECT count(*) FROM {table}")[0][0] for table in tables}


@from_each
def test_it_is_brought_to_todays_tables_with_nothing_lost_and_its_phone_goes_on(
    restored: Run, server: str, request: pytest.FixtureRequest
) -> None:
    before = counts(server)
    n_noted = int("升级好了" in said(restored("upgrade")))  # the copy stands in the audit
    assert "完整" in said(restored("audit", "verify"))
    assert "没有要升级的" in said(restored("upgrade"))
    assert counts(server) == {
        "registry_person": 5,
        "registry_dwelling": 9,
        "visits_visit": 4,
        "core_auditentry": before["core_auditentry"] + n_noted,
    }
    came_from = rows(
        server,
        "SELECT source_ref FROM registry_person UNION SELECT source_ref FROM core_change WHERE source = 'ledger'",
    )
    assert came_from and all(re.fullmatch(r"(第 \d+ 行|[0-9a-f-]{36}:\d+:\d+)?", ref) for (ref,) in came_from), (
        "no name of a file or sheet stays"
    )
    plan = rows(server, "SELECT kind, state, communities, choices->'old' FROM upkeep_plan")
    assert plan == [("regrid", "open", ["120105001023"], [GRID])], "a plan of grids drawn anew is one of upkeep"
    _a_phone_half_way_through_its_queue_goes_on(restored, server, request.node.callspec.params["restored"])


def _a_phone_half_way_through_its_queue_goes_on(restored: Run, server: str, version: str) -> None:
    """Seven ops: three visits were sent, the answer to the third was lost; two visits, a fact and a newcomer wait."""
    phone = json.loads(restored(version, module="tests.dumps.going_on").stdout)
    assert phone == {
        "answers": [[200, ["accepted"] * 5]] * 2,
        "next_seq": 8,
        "grids": [GRID],
        "apart": [],
    }
    assert (counts(server)["visits_visit"], counts(server)["registry_person"]) == (6, 6), "each once"
    assert rows(server, "SELECT count(*) FROM sync_op") == [(7,)]
    assert "完整" in said(restored("audit", "verify"))


@from_the_oldest
def test_every_message_leads_to_the_upgrade_and_the_upgrade_works(restored: Run, server: str, tmp_path: Path) -> None:
    before = counts(server)
    for words in (
        ["serve"],
        ["backup", str(tmp_path / "copies")],
        ["createuser", "x", "--name", "许", "--role", "inspector"],
    ):
        refusal = said(restored(*words), 1)
        assert f"数据是 0.2 版的，程序是 {__version__} 版" in refusal, words
        assert "运行 gridwalk upgrade：它先备份" in refusal, words
    assert "这里已经有数据，没有动它。数据是 0.2 版的" in said(restored("init"), 1)
    for verb in ("status", "doctor"):
        assert "运行 gridwalk upgrade：它先备份" in said(restored(verb), 1)
    assert counts(server) == before
    assert not (tmp_path / "copies").exists()

    done = said(restored("upgrade", "--to", str(tmp_path / "copies")))
    (copy,) = (tmp_path / "copies").glob("*.gwbak")
    assert f"升级前的备份（0.2 版的数据）：{copy}" in done
    assert "0.2 版" in said(restored("restore", "--check", str(copy)))
    assert "请先用 0.2 版恢复，再换成这个版本运行 gridwalk upgrade" in said(restored("restore", str(copy)), 1)
    said(restored("backup", str(tmp_path / "copies")))
    assert "版本：数据库和程序一致" in restored("doctor").stdout


STOP = """
CREATE FUNCTION public.stop() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN IF current_query() LIKE '%{word}%' THEN RAISE EXCEPTION 'stopped'; END IF; END $$;
CREATE EVENT TRIGGER stop ON ddl_command_start EXECUTE FUNCTION public.stop()
"""
GO_ON = "DROP EVENT TRIGGER stop; DROP FUNCTION public.stop()"


def execute(server: str, statements: str) -> None:
    with psycopg.connect(server, autocommit=True) as database:
        database.execute(statements)


@from_the_oldest
def test_an_upgrade_stopped_half_way_goes_on_with_the_copy_it_began_with(
    restored: Run, server: str, tmp_path: Path
) -> None:
    execute(server, STOP.format(word="anchor"))  # a column of the audit's chains: other rooms' steps are done by then
    stopped = said(restored("upgrade"), 1)
    (copy,) = (tmp_path / "backups").glob("*.gwbak")
    assert f"升级前的数据都在备份里：{copy}" in stopped
    assert "再运行一次 gridwalk upgrade，会接着用这份备份" in stopped
    assert f"换回 0.2 版的程序，运行 gridwalk restore {copy}" in stopped
    for words in (["serve"], ["backup", str(tmp_path / "b")], ["doctor"], ["status"]):
        half_way = said(restored(*words), 1)
        assert "上次升级没有做完" in half_way, words
        assert f"换回 0.2 版的程序，运行 gridwalk restore {copy}" in half_way, words

    execute(server, GO_ON)
    copy.rename(tmp_path / "away")
    lost = said(restored("upgrade"), 1)
    assert f"{copy} 不见了" in lost and "gridwalk migrate" in lost, "a copy made now would fit no program"
    (tmp_path / "away").rename(copy)
    assert f"{copy}\n" in said(restored("upgrade"))
    assert list((tmp_path / "backups").glob("*.gwbak")) == [copy]
    assert counts(server)["registry_person"] == 5
    assert "完整" in said(restored("audit", "verify"))


@from_the_oldest
def test_an_upgrade_that_did_nothing_uses_its_copy_again_unless_the_data_went_on(
    restored: Run, server: str, tmp_path: Path
) -> None:
    def copies() -> list[Path]:
        return sorted((tmp_path / "backups").glob("*.gwbak"))

    execute(server, STOP.format(word=""))
    said(restored("upgrade"), 1)
    assert "数据没有变过，核对无误，接着用它" in said(restored("upgrade"), 1)
    assert len(copies()) == 1
    execute(server, "UPDATE registry_person SET name = name || '兰' WHERE name = '许清源'")  # the old program went on
    assert "接着用它" not in said(restored("upgrade"), 1)
    assert len(copies()) == 2
    copies()[-1].write_bytes(b"broken")
    assert "接着用它" not in said(restored("upgrade"), 1)
    assert len(copies()) == 3
    execute(server, GO_ON)
    assert "接着用它" in said(restored("upgrade"))
    assert rows(server, "SELECT count(*) FROM registry_person WHERE name = '许清源兰'") == [(1,)]


def test_a_database_without_tables_leads_to_init_and_one_cut_off_while_made_is_finished(
    gridwalk: Run, server: str, tmp_path: Path
) -> None:
    keys.create(tmp_path)
    for _ in range(2):
        for words in (["serve"], ["upgrade"], ["backup", str(tmp_path / "b")], ["doctor"], ["status"]):
            assert "请运行 gridwalk init" in said(gridwalk(*words), 1), words
        said(gridwalk("django", "migrate", "accounts", "0001", "-v0"))  # where an init was killed
    assert "数据库好了" in said(gridwalk("init", "--generate"))
    assert "没有要升级的" in said(gridwalk("upgrade"))


@pytest.mark.parametrize("version", sorted(versions.FIRST))
def test_each_version_before_has_its_dump_and_is_told_by_its_migrations(version: str) -> None:
    dump = gzip.decompress((DUMPS / f"{version}.sql.gz").read_bytes()).decode()
    applied = re.findall(r"INSERT INTO public\.django_migrations VALUES \(\d+, '(\w+)', '(\w+)'", dump)
    told = versions.version_of([".".join(migration) for migration in applied])
    assert told in {version, __version__}, "this version's own dump lacks nothing"
    assert sorted(path.name.removesuffix(".sql.gz") for path in DUMPS.glob("*.sql.gz")) == sorted(versions.FIRST)
