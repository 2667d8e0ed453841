"""``gridwalk`` on one data directory, every command a process of its own, forked from one that has read the program in:
that reading is nearly all the time of a small command. Tests of the command line itself start it as a user does.
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
    """``run("status")``, or ``run("0.3", module="…")``: the finished process. The program is read in with the first of
    them, when the home has its keys.
    """
    ours = {
        "GRIDWALK_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "gridwalk.config.settings",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
    }
    programs: list[subprocess.Popen[str]] = []

    def run(*words: str, module: str = "gridwalk.cli") -> subprocess.CompletedProcess[str]:
        if not programs:
            programs.append(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.harness.commands"],
                    env={**os.environ, **ours, **environment},
                    cwd=home,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
        asked, answered = programs[0].stdin, programs[0].stdout
        assert asked is not None and answered is not None
        asked.write(json.dumps([module, *words]) + "\n")
        asked.flush()
        code, out, err = json.loads(answered.readline())
        return subprocess.CompletedProcess(words, code, out, err)

    try:
        yield run
    finally:
        for program in programs:
            program.communicate()


def _answer() -> list[str] | None:
    """Start what each line asks for and tell what became of it. Returns in the process that is to do it: the module and
    its words; None when nothing more is asked.
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


if __name__ == "__main__":
    import django

    django.setup()
    from django.db.migrations.loader import MigrationLoader

    import gridwalk.config.urls  # noqa: F401 with the pages comes all that they call

    MigrationLoader(None)
    gc.freeze()  # what is read in stays: nobody looks through it for garbage, at the end of each process least of all

    asked = _answer()
    if asked is not None:
        module, *sys.argv[1:] = asked
        runpy.run_module(module, run_name="__main__", alter_sys=True)
