"""One dead process is not the end: what is killed is running again within seconds, and pages say so meanwhile."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import psutil
import psycopg
import pytest

from gridwalk.cli import keeping
from gridwalk.cli.failures import CommandError
from gridwalk.cli.keeping import Child, Ends
from gridwalk.config import postgres
from tests.operations.test_commands import answer, environment, left_over, serve

SECONDS = 60


class Program:
    """A process that has ended, or runs."""

    pid = -1

    def __init__(self, code: int | None) -> None:
        self.code = code

    def poll(self) -> int | None:
        return self.code


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """``clock[0]``: the seconds that have passed."""
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_what_ends_is_started_again_after_a_pause_and_given_up_when_it_keeps_ending(clock: list[float]) -> None:
    programs: list[Program] = []

    def start() -> Program:
        programs.append(Program(None))
        return programs[-1]

    child = Child("后台任务", start)  # type: ignore[arg-type]
    assert not child.look()
    for n, pause in enumerate((0.25, 0.5, 1, 2, 4), 1):
        programs[-1].code = -9
        assert not child.look()
        clock[0] += pause - 0.01
        assert not child.look()
        clock[0] += 0.02
        assert child.look() and len(programs) == n + 1
    programs[-1].code = -9
    with pytest.raises(CommandError, match="后台任务两分钟里停了 6 次，不再重新启动。数据都在"):
        child.look()


def test_what_ends_now_and_then_is_never_given_up(clock: list[float]) -> None:
    ends = Ends("网页服务")
    assert [ends.note() for _ in range(5)] == [0.25, 0.5, 1, 2, 4]
    clock[0] += keeping.WITHIN_SECONDS + 1
    assert [ends.note() for _ in range(3)] == [0.25, 0.5, 1]


def test_a_worker_without_a_database_is_neither_started_nor_given_up(clock: list[float]) -> None:
    away = [True]
    programs = [Program(-9), Program(None)]
    start = cast("Callable[[], subprocess.Popen[bytes]]", lambda: programs.pop(0))
    child = Child("后台任务", start, ready=lambda: not away[0])
    for _ in range(20):
        assert not child.look()
        clock[0] += 5
    away[0] = False
    assert child.look()


# --- as processes -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A data directory after ``gridwalk init``; whatever still runs on it is ended."""
    with tempfile.TemporaryDirectory(prefix="gridwalk-restarting-") as name:
        Path(name).chmod(0o755)
        path = Path(name) / "home"
        words = [sys.executable, "-m", "gridwalk.cli", "init"]
        subprocess.run(words, env=environment(path), cwd=name, capture_output=True, check=True, timeout=120)
        yield path
        for process in left_over(path):
            process.kill()
            process.wait(10)


@pytest.fixture
def server(home: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    running = serve(home, port)
    assert answer(port) == 200
    yield running
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)
    assert running.returncode == 0
    assert not left_over(home)


def of_kind(home: Path, *words: str) -> list[psutil.Process]:
    """The processes of a data directory whose command names all the words, the oldest first."""
    processes = [p for p in left_over(home) if all(word in " ".join(p.cmdline()) for word in words)]
    return sorted(processes, key=lambda process: process.create_time())


def until(happens: Callable[[], bool]) -> float:
    """The seconds until something is so."""
    began = time.monotonic()
    while not happens():
        assert time.monotonic() - began < SECONDS
        time.sleep(0.1)
    return time.monotonic() - began


def status_of(port: int, path: str = "/accounts/login/") -> tuple[int, str, str]:
    """Status, Retry-After and text; (0, "", "") where nobody listens."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
            return response.status, "", response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get("Retry-After", ""), error.read().decode()
    except OSError:
        return 0, "", ""


@pytest.mark.slow
def test_a_killed_job_worker_is_replaced_and_no_page_notices(
    home: Path, port: int, server: subprocess.Popen[str]
) -> None:
    (worker,) = of_kind(home, "procrastinate", "worker")
    worker.kill()
    until(lambda: any(p.pid != worker.pid for p in of_kind(home, "procrastinate", "worker")))
    assert status_of(port)[0] == 200
    assert server.poll() is None


@pytest.mark.slow
def test_a_killed_web_server_comes_back_with_all_its_processes_and_a_page_says_so_meanwhile(
    home: Path, port: int, server: subprocess.Popen[str]
) -> None:
    before = {process.pid for process in of_kind(home, "granian")}
    of_kind(home, "granian")[0].kill()
    seen: list[tuple[int, str, str]] = []

    def back() -> bool:
        seen.append(status_of(port))
        now = {process.pid for process in of_kind(home, "granian")}
        return seen[-1][0] == 200 and len(now) >= 1 and not now & before

    until(back)
    between = [text for status, _, text in seen if status == 503]
    assert between and all("系统正在恢复" in text and 'http-equiv="refresh"' in text for text in between)
    assert {retry for status, retry, _ in seen if status == 503} == {"3"}


@pytest.mark.slow
def test_while_the_database_is_away_pages_say_that_it_comes_back_and_then_it_is_back(
    home: Path, port: int, server: subprocess.Popen[str]
) -> None:
    data = postgres.Embedded(home).data
    (postmaster,) = [p for p in psutil.process_iter() if p.pid == int((data / "postmaster.pid").read_text().split()[0])]
    os.kill(server.pid, signal.SIGSTOP)  # so that there is time to look
    try:
        postmaster.kill()
        until(lambda: status_of(port, "/healthz")[0] == 503)
        status, retry, text = status_of(port)
        assert (status, retry, "系统正在恢复" in text) == (503, "3", True)
        status, retry, text = status_of(port, "/phone/api/epoch")
        assert (status, retry, '"problem":"busy"' in text) == (503, "3", True)
    finally:
        os.kill(server.pid, signal.SIGCONT)
    until(lambda: status_of(port)[0] == 200)
    assert status_of(port, "/phone/api/epoch")[0] == 200
    until(lambda: len(of_kind(home, "procrastinate", "worker")) == 1)


@pytest.mark.slow
def test_when_all_connections_are_taken_pages_and_phones_are_told_to_wait(
    home: Path, port: int, server: subprocess.Popen[str]
) -> None:
    url = postgres.Embedded(home).url()
    with psycopg.connect(url, autocommit=True) as first:
        first.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        with contextlib.ExitStack() as taken:
            for _ in range(200):
                try:
                    taken.enter_context(psycopg.connect(url))
                except psycopg.OperationalError:
                    break
            statuses = {status_of(port)[:2] for _ in range(8)}
            statuses |= {status_of(port, "/phone/api/epoch")[:2] for _ in range(8)}
            assert (503, "3") in statuses and statuses <= {(200, ""), (503, "3")}
    until(lambda: status_of(port)[0] == 200)


@pytest.mark.slow
def test_of_two_starts_at_the_same_moment_one_serves_whole_and_the_other_says_so(home: Path, port: int) -> None:
    for stamp in (home / "static").glob(".stamp"):
        stamp.unlink()  # so that both would gather the browser's files
    words = [sys.executable, "-m", "gridwalk.cli", "serve", "--port"]
    starts = [
        subprocess.Popen(
            [*words, str(port + n)],
            env=environment(home),
            cwd=home.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for n in (0, 0)
    ]
    until(lambda: any(start.poll() is not None for start in starts) or status_of(port)[0] == 200)
    until(lambda: any(start.poll() is not None for start in starts))
    (late,) = [start for start in starts if start.poll() is not None]
    (serving,) = [start for start in starts if start is not late]
    assert late.returncode == 1
    assert "已经在运行了" in late.communicate()[0]
    until(lambda: status_of(port)[0] == 200)
    assert serving.stdout is not None
    assert "按 Ctrl-C 停止" in serving.stdout.readline() + serving.stdout.readline(), "it waits for nothing else"
    text = status_of(port)[2]
    for asset in re.findall(r'(?:href|src)="(/static/[^"]+)"', text):
        assert status_of(port, asset)[0] == 200, asset
    serving.send_signal(signal.SIGINT)
    serving.communicate(timeout=60)
    assert serving.returncode == 0
