"""Making a change in a copy of the project and asking the tests, one forked pytest a change."""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

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
PATIENCE = 4
"""A change that makes its tests take so many times as long hangs, which is noticed."""
START_SECONDS = 60.0

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


def contexts(folder: Path, paths: Sequence[str], *, fast: bool, to: Path) -> None:
    """Run the tests once without a change and note what each of them enters."""
    marks = "not slow and not browser" if fast else "not browser"
    words = [*QUIET, "-p", "benchmarks.mutants.contexts", "-m", marks, *paths]
    environment = {**_environment(folder), "GRIDWALK_CONTEXTS": str(to)}
    subprocess.run([sys.executable, "-m", "pytest", *words], cwd=folder, env=environment, stdout=sys.stderr)


def preload() -> None:
    """Import what all test processes need, in this one."""
    for name in PRELOADED:
        importlib.import_module(name)


def is_noticed(folder: Path, mutant: Mutant, tests: Sequence[str], *, seconds: float) -> bool:
    """Whether one of the tests fails over the change, or no longer comes to an end."""
    path = folder / "src" / "gridwalk" / mutant.path
    source = path.read_text("utf-8")
    try:
        path.write_text(changed(source, mutant.index), "utf-8")
        return _fails(folder, tests, START_SECONDS + PATIENCE * seconds)
    finally:
        path.write_text(source, "utf-8")


def _fails(folder: Path, tests: Sequence[str], most: float) -> bool:
    child = os.fork()
    if not child:
        os.setsid()
        _ask(folder, tests)
    until = time.monotonic() + most
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status != 0
        time.sleep(0.05)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def _ask(folder: Path, tests: Sequence[str]) -> None:
    """In the forked process: become a pytest of the copy. Never returns."""
    code = 1
    try:
        silent = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silent, stream)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(_environment(folder))
        sys.dont_write_bytecode = True
        sys.path[:] = [str(folder / "src"), str(folder), *(p for p in sys.path if not _is_ours(p))]
        for name in [name for name in sys.modules if name.partition(".")[0] in {"benchmarks", "gridwalk", "tests"}]:
            del sys.modules[name]
        importlib.invalidate_caches()
        import pytest

        code = int(pytest.main([*QUIET, "-x", *tests]))
    finally:
        os._exit(code)


def _is_ours(path: str) -> bool:
    return not path or Path(path).resolve() in {ROOT, ROOT / "src"}
