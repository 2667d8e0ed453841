"""Making a change in a copy of the project and asking the tests, one forked pytest a change."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import importlib
import json
import math
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, NoReturn

from benchmarks.mutants.changes import Mutant, changed

ROOT = Path(__file__).resolve().parents[2]
BESIDE = shutil.ignore_patterns(".git", ".venv", "node_modules", "__pycache__", ".*_cache", ".gridwalk*")
"""What is not copied: what other programs made."""
QUIET = ["-q", "-n", "0", "-p", "no:cacheprovider", "-W", "ignore"]
PRELOADED = (
    "pytest",
    "django.db.models",
    "django.test.client",
    "hypothesis",
    "openpyxl",
    "lxml.etree",
    "rapidfuzz.fuzz",
)
"""What every test process needs and no change touches; read once, before the forks."""
READ_LATER = ("src/gridwalk/ledger/tests/test_formats.py",)
"""Test files that reckon with polars while they are read: its threads do not live on in a fork, which would wait."""
PATIENCE = 4
"""A change that makes its tests work so many times as long hangs, which is noticed."""
START_SECONDS = 60.0
WAITING = 10
"""So many times as long as it may work a test may take: others may use the machine as well."""

HOLDING = """
import sys
from gridwalk.config import postgres
from tests.settings import TEST_HOME
with postgres.Embedded(TEST_HOME, durable=False).running():
    print("ready", flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def working_copy(folder: Path) -> Iterator[Path]:
    """A copy of the project with a database server of its own; the checkout is not touched.

    Compiled files are told by what their source says, not by its time: a change of a moment counts.
    """
    folder.chmod(0o711)  # the server's own user goes through it
    shutil.copytree(ROOT, folder, ignore=BESIDE, dirs_exist_ok=True)
    compiling = ["-m", "compileall", "-q", "--invalidation-mode", "checked-hash", "src", "tests"]
    subprocess.run([sys.executable, *compiling], cwd=folder, check=True)
    holding = subprocess.Popen(
        [sys.executable, "-c", HOLDING],
        cwd=folder,
        env=_environment(folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        if holding.stdout is None or holding.stdout.readline() != "ready\n":
            raise RuntimeError("the tests' database does not start")
        yield folder
    finally:
        holding.communicate()


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GRIDWALK", "DATABASE_URL"))}
    return {**kept, "PYTHONPATH": f"{folder / 'src'}{os.pathsep}{folder}", "PYTHONDONTWRITEBYTECODE": "1"}


def watch(folder: Path, paths: Sequence[str], to: Path, *, fast: bool) -> None:
    """Run the tests once without a change and note what each of them runs."""
    marks = "not slow and not browser" if fast else "not browser"
    words = [*QUIET, "-p", "benchmarks.mutants.contexts", "-m", marks, *paths]
    environment = {**_environment(folder), "GRIDWALK_CONTEXTS": str(to)}
    subprocess.run([sys.executable, "-m", "pytest", *words], cwd=folder, env=environment, stdout=sys.stderr)


def preload() -> None:
    """Import what all test processes need, in this one."""
    for name in PRELOADED:
        importlib.import_module(name)


@contextlib.contextmanager
def reading_once(folder: Path, files: Sequence[str]) -> Iterator[Asking]:
    """A process of the copy that has read these test files, and what they test."""
    words = [sys.executable, "-m", "benchmarks.mutants.asking", *(file for file in files if file not in READ_LATER)]
    process = subprocess.Popen(
        words, cwd=folder, env=_environment(folder), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None and process.stdout is not None
    ran = process.stdout.readline()
    if not ran:
        raise RuntimeError("the tests cannot be read")
    yield Asking(frozenset(json.loads(ran)), process.stdin, process.stdout)
    process.communicate()


@dataclasses.dataclass(frozen=True)
class Asking:
    """The pipes to that process. ``ran``: the functions that ran while it read."""

    ran: frozenset[str]
    questions: IO[str]
    answers: IO[str]

    def is_noticed(self, mutant: Mutant, tests: Sequence[str], *, seconds: float) -> bool | None:
        """As below; None where the change cannot be made in what was read already."""
        if not mutant.function or f"{mutant.path}::{outermost(mutant.function)}" in self.ran:
            return None
        change = {"path": mutant.path, "index": mutant.index, "function": mutant.function}
        print(json.dumps({**change, "tests": tests, "seconds": _most(seconds)}), file=self.questions, flush=True)
        answer: bool | None = json.loads(self.answers.readline())
        return answer


def outermost(function: str) -> str:
    """The function or method of a module or class that a name of Python's lies in."""
    return function.partition(".<locals>")[0]


def _most(seconds: float) -> float:
    return START_SECONDS + PATIENCE * seconds


def is_noticed(folder: Path, mutant: Mutant, tests: Sequence[str], *, seconds: float) -> bool:
    """Whether one of the tests fails over the change, or no longer comes to an end."""
    path = folder / "src" / "gridwalk" / mutant.path
    source = path.read_text("utf-8")
    try:
        path.write_text(changed(source, mutant.index), "utf-8")
        return fails(functools.partial(_ask, folder, tests), _most(seconds))
    finally:
        path.write_text(source, "utf-8")


def fails(ask: Callable[[], int], most: float) -> bool:
    """Whether ``ask`` in a forked process answers other than 0, or works longer than ``most`` seconds, or waits."""
    child = os.fork()
    if not child:
        _answer(ask, most)
    until = time.monotonic() + WAITING * most
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status != 0
        time.sleep(0.05)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def _answer(ask: Callable[[], int], most: float) -> NoReturn:
    """In the forked process, which is ended by the system after so much work."""
    code = 1
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(most), math.ceil(most)))
        silent = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silent, stream)
        code = ask()
    finally:
        os._exit(code)


def _ask(folder: Path, tests: Sequence[str]) -> int:
    """Become a pytest of the copy, which reads everything anew."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(_environment(folder))
    sys.dont_write_bytecode = True
    sys.path[:] = [str(folder / "src"), str(folder), *(p for p in sys.path if not _is_ours(p))]
    for name in [name for name in sys.modules if name.partition(".")[0] in {"benchmarks", "gridwalk", "tests"}]:
        del sys.modules[name]
    importlib.invalidate_caches()
    import pytest

    return int(pytest.main([*QUIET, "-x", *tests]))


def _is_ours(path: str) -> bool:
    return not path or Path(path).resolve() in {ROOT, ROOT / "src"}
