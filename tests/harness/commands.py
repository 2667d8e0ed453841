"""``gridwalk``, every command a process of its own, forked from one that has read the program in: that reading is
nearly all the time of a small command. Tests of the command line itself start it as a user does.

    python -m tests.harness.commands [--without-a-home]
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[2]
Run = Callable[..., subprocess.CompletedProcess[str]]


@contextmanager
def on(home: Path, environment: Mapping[str, str]) -> Iterator[Run]:
    """``run("status")``, or ``run("0.3", module="…")``, on a data directory: the finished process. The program is read
    in with the first of them, when the home has its keys.
    """
    ours = {"GRIDWALK_HOME": str(home), "DJANGO_SETTINGS_MODULE": "gridwalk.config.settings"}
    with _reading({**ours, **environment}) as ask:

        def run(*words: str, module: str = "gridwalk.cli") -> subprocess.CompletedProcess[str]:
            return ask(home, module, *words)

        yield run


@contextmanager
def on_files() -> Iterator[Run]:
    """``run(folder, "check", "a.csv")``, of the commands that need no data directory: the finished process."""
    with _reading({"NO_COLOR": "1"}, "--without-a-home") as ask:

        def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
            return ask(folder, "gridwalk.cli", *words)

        yield run


@contextmanager
def _reading(environment: Mapping[str, str], *how: str) -> Iterator[Run]:
    """``ask(folder, module, *words)`` of a process that is started with the first question."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DJANGO_", "GRIDWALK_")) and k != "DATABASE_URL"}
    path = {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    programs: list[subprocess.Popen[str]] = []

    def ask(folder: Path, module: str, *words: str) -> subprocess.CompletedProcess[str]:
        if not programs:
            programs.append(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.harness.commands", *how],
                    env={**kept, **path, **environment},
                    cwd=ROOT,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
        asked, answered = programs[0].stdin, programs[0].stdout
        assert asked is not None and answered is not None
        asked.write(json.dumps([str(folder), module, *words]) + "\n")
        asked.flush()
        code, out, err = json.loads(answered.readline())
        return subprocess.CompletedProcess(words, code, out, err)

    try:
        yield ask
    finally:
        for program in programs:
            program.communicate()


def _answer() -> list[str] | None:
    """Start what each line asks for and tell what became of it. Returns in the process that is to do it: where, the
    module and its words; None when nothing more is asked.
    """
    for line in sys.stdin:
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = os.fork()
            if child == 0:
                with open(os.devnull, "rb") as nothing:
                    for number, stream in enumerate((nothing, out, err)):
                        os.dup2(stream.fileno(), number)
                words: list[str] = json.loads(line)
                return words
            _, status = os.waitpid(child, 0)
            sys.stdout.write(json.dumps([os.waitstatus_to_exitcode(status), _text(out), _text(err)]) + "\n")
            sys.stdout.flush()
    return None


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode()


def _read_all() -> None:
    import django

    django.setup()
    from django.db.migrations.loader import MigrationLoader

    import gridwalk.config.urls  # noqa: F401 with the pages comes all that they call

    MigrationLoader(None)


def _read_what_needs_no_home() -> None:
    """Nothing is reckoned yet: what reckons with threads does not live on in a fork."""
    from gridwalk.cli.verbs import check, reconcile  # noqa: F401
    from gridwalk.ledger import annotate, comparing, diff_workbook, sides  # noqa: F401


if __name__ == "__main__":
    (_read_what_needs_no_home if sys.argv[1:] else _read_all)()
    gc.freeze()  # what is read in stays: nobody looks through it for garbage, at the end of each process least of all

    asked = _answer()
    if asked is not None:
        folder, module, *sys.argv[1:] = asked
        os.chdir(folder)
        runpy.run_module(module, run_name="__main__", alter_sys=True)
