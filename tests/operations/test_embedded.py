"""The embedded PostgreSQL under our own launcher, with real servers and real kills."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from gridwalk.config import postgres
from gridwalk.config.postgres import Embedded, EmbeddedError

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


@pytest.fixture
def home() -> Iterator[Path]:
    """A data directory the database's own user can reach, and no server left behind."""
    with tempfile.TemporaryDirectory(prefix="gridwalk-embedded-") as name:
        Path(name).chmod(0o755)
        home = Path(name) / "home"
        yield home
        for process in servers(home):
            process.kill()
            process.wait(10)
        shutil.rmtree(Embedded(home).sockets, ignore_errors=True)


def servers(home: Path) -> list[psutil.Process]:
    """The postmasters that run on a data directory."""
    processes = []
    for process in psutil.process_iter(["cmdline"]):
        command = process.info["cmdline"] or []
        if "-D" in command and command[command.index("-D") + 1].startswith(str(home)):
            processes.append(process)
    return processes


def test_it_keeps_strangers_out_and_its_data_private(home: Path) -> None:
    server = Embedded(home)
    with server.running() as url:
        with psycopg.connect(url) as connection:
            shown = {
                name: str(connection.execute(f"SHOW {name}").fetchone()[0])  # type: ignore[index]
                for name in ("listen_addresses", "data_checksums", "password_encryption", "server_encoding", "fsync")
            }
        assert shown == {
            "listen_addresses": "",
            "data_checksums": "on",
            "password_encryption": "scram-sha-256",
            "server_encoding": "UTF8",
            "fsync": "on",
        }
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(url.replace(server._login()["password"], "guess"))
        assert (home / "postgres.json").stat().st_mode & 0o777 == 0o600
        assert server.data.stat().st_mode & 0o777 == 0o700
        assert server.sockets.stat().st_mode & 0o777 == 0o700
        (process,) = servers(home)
        assert process.uids().real != 0
        assert server.is_running()
    assert not servers(home)
    assert not server.is_running()
    assert not server.sockets.exists()


def test_two_programs_share_it_and_the_last_one_stops_it(home: Path) -> None:
    program = (
        "import sys, pathlib; from gridwalk.config.postgres import Embedded\n"
        "with Embedded(pathlib.Path(sys.argv[1])).running(): print('up', flush=True); sys.stdin.read()"
    )
    env = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    with Embedded(home).running() as url:
        other = subprocess.Popen(
            [sys.executable, "-c", program, str(home)], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert other.stdout is not None
        assert other.stdout.readline() == b"up\n"
        assert len(servers(home)) == 1
    assert psycopg.connect(url)
    other.communicate()
    assert not servers(home)


@pytest.mark.parametrize("victims", ["server", "everything"])
def test_it_opens_what_a_kill_left_behind(home: Path, victims: str) -> None:
    program = (
        "import sys, pathlib, psycopg; from gridwalk.config.postgres import Embedded\n"
        "server = Embedded(pathlib.Path(sys.argv[1])); server.start()\n"
        "connection = psycopg.connect(server.url(), autocommit=True)\n"
        "connection.execute('CREATE TABLE kept (n int)')\n"
        "for n in range(10**9): connection.execute('INSERT INTO kept VALUES (%s)', [n]); print(n, flush=True)"
    )
    env = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    writer = subprocess.Popen([sys.executable, "-c", program, str(home)], env=env, stdout=subprocess.PIPE)
    assert writer.stdout is not None
    acknowledged = -1
    while acknowledged < 50:
        acknowledged = int(writer.stdout.readline())
    (server,) = servers(home)
    children = server.children(recursive=True) if victims == "everything" else []
    for process in [server, *children]:
        process.kill()
    writer.kill()
    acknowledged = max([acknowledged, *map(int, writer.communicate()[0].split())])
    with Embedded(home).running() as url, psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*), max(n) FROM kept").fetchone()
        assert row is not None
        assert row[0] == row[1] + 1
        assert row[1] >= acknowledged


def test_it_begins_again_after_a_first_start_that_was_cut_off(home: Path) -> None:
    server = Embedded(home)
    half_made = server.data.with_suffix(".part")
    half_made.mkdir(parents=True)
    half_made.joinpath("PG_VERSION").write_text("18\n")
    with server.running():
        assert server.is_running()
    assert not half_made.exists()


def test_it_starts_over_a_pid_file_whose_number_belongs_to_another_program(home: Path) -> None:
    server = Embedded(home)
    with server.running():
        text = (server.data / "postmaster.pid").read_text()
    sleeper = _sleeper(server)
    stale = server.data / "postmaster.pid"
    stale.write_text("\n".join([str(sleeper.pid), *text.splitlines()[1:]]) + "\n")
    server._own(stale, 0o600)
    try:
        with server.running():
            assert server.is_running()
    finally:
        sleeper.kill()
        sleeper.wait()


def _sleeper(server: Embedded) -> subprocess.Popen[bytes]:
    return subprocess.Popen(["sleep", "60"], user=server._uid, group=server._gid)


def test_it_refuses_data_of_another_version_without_touching_it(home: Path) -> None:
    server = Embedded(home)
    server._own_dir(server.data)
    version = server.data / "PG_VERSION"
    version.write_text("99\n")
    with pytest.raises(EmbeddedError, match="PostgreSQL 99 的"):
        server.start()
    assert [path.name for path in server.data.iterdir()] == ["PG_VERSION"]


def test_a_server_that_ends_while_it_starts_is_not_waited_for(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be waited for until the end of the day; a start that goes on looks some twenty times a second."""
    server = Embedded(home)
    with server.running():
        control = server.data / "global" / "pg_control"
    kept = control.read_bytes()
    control.write_bytes(b"")
    looks, sleep = iter(range(600)), time.sleep

    def wait(seconds: float) -> None:
        assert next(looks, None) is not None, "it ended long ago"
        sleep(seconds)

    with monkeypatch.context() as patch:
        patch.setattr(postgres, "START_SECONDS", 86_400)
        patch.setattr(time, "sleep", wait)
        with pytest.raises(EmbeddedError, match="pg_control"):
            server.start()
    control.write_bytes(kept)
    with server.running():
        assert server.is_running()


def test_it_says_when_the_directory_cannot_be_written(home: Path) -> None:
    home.parent.joinpath("file").write_text("")
    with pytest.raises(EmbeddedError, match="写不了目录"):
        Embedded(home.parent / "file" / "home").start()


@pytest.mark.parametrize(
    ("output", "says"),
    [
        ("FATAL:  could not write to file: No space left on device", "磁盘满了"),
        ("FATAL:  could not create file: Read-only file system", "写不了"),
        ('FATAL:  lock file "postmaster.pid" already exists', "占用"),
        ("FATAL:  unrecognized configuration parameter", "unrecognized configuration parameter"),
    ],
)
def test_it_turns_the_servers_words_into_what_to_do(output: str, says: str) -> None:
    assert says in postgres._explain(output, Path("/data"))


def test_it_waits_for_orphans_of_a_killed_server(home: Path) -> None:
    server = Embedded(home)
    server.start()
    (process,) = servers(home)
    helpers = process.children()
    for helper in helpers:
        helper.suspend()
    process.kill()
    for helper in helpers:
        threading.Timer(0.5, helper.resume).start()
    server.start()
    assert server.is_running()
    server.stop()
