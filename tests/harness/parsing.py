"""The child that parses a ledger, forked from one that has read the parser in: nearly all of a small file is that.

What the child does is the program's own (``cells.main``, within its bounds). The tests of formats and of refused files
start it as the program does (``started_parser``).

    python -m tests.harness.parsing
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator

import pytest

from gridwalk.ledger import cells

Parsed = Callable[[str, bytes], "subprocess.CompletedProcess[bytes]"]
STARTED = cells.parsed


@pytest.fixture(scope="session", autouse=True)
def parser() -> Iterator[None]:
    """Every ledger is parsed by a fork."""
    programs: list[subprocess.Popen[bytes]] = []
    turn = threading.Lock()

    def parsed(kind: str, data: bytes) -> subprocess.CompletedProcess[bytes]:
        with turn:
            if not programs:
                programs.append(_start())
            return _ask(programs[0], kind, data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cells, "parsed", parsed)
        yield
    for program in programs:
        program.communicate()


@pytest.fixture(scope="module")
def started_parser(parser: None) -> Iterator[None]:
    """In this module every ledger is parsed by a child that is started for it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cells, "parsed", STARTED)
        yield


def _start() -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "tests.harness.parsing"]
    return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=cells.environment())


def _ask(program: subprocess.Popen[bytes], kind: str, data: bytes) -> subprocess.CompletedProcess[bytes]:
    assert program.stdin is not None and program.stdout is not None
    program.stdin.write(json.dumps([kind, len(data)]).encode() + b"\n" + data)
    program.stdin.flush()
    head = program.stdout.readline()
    assert head, f"the parser of the tests has ended ({program.poll()})"
    code, n_bytes = json.loads(head)
    if code == -signal.SIGALRM:
        raise subprocess.TimeoutExpired([kind], cells.SECONDS)
    return subprocess.CompletedProcess([kind], code, program.stdout.read(n_bytes), b"")


def _answer() -> None:
    """Fork for each file that comes in, and say what became of it."""
    while head := sys.stdin.buffer.readline():
        kind, n_bytes = json.loads(head)
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out:
            given.write(sys.stdin.buffer.read(n_bytes))
            given.seek(0)
            child = os.fork()
            if child == 0:
                signal.alarm(cells.SECONDS)  # as long as the program waits
                os.dup2(given.fileno(), 0)
                os.dup2(out.fileno(), 1)
                code = cells.main(kind)
                sys.stdout.flush()
                os._exit(code)
            _, status = os.waitpid(child, 0)
            out.seek(0)
            answer = out.read()
        sys.stdout.buffer.write(json.dumps([os.waitstatus_to_exitcode(status), len(answer)]).encode() + b"\n" + answer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    import python_calamine  # noqa: F401 what a workbook needs

    _answer()
