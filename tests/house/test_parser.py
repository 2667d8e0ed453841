"""The parser that the tests share fails as the program's own does."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.harness import parsing


def test_a_file_that_takes_too_long_and_a_parser_that_has_ended_are_said() -> None:
    late = "import sys; sys.stdin.buffer.readline(); sys.stdout.write('[-14, 0]\\n')"
    for program, error in ((late, subprocess.TimeoutExpired), ("input()", AssertionError)):
        words = [sys.executable, "-c", program]
        with (
            subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parser,
            pytest.raises(error),
        ):
            parsing._ask(parser, "csv", b"")


def test_the_parser_answers() -> None:
    with parsing._start() as parser:
        done = parsing._ask(parser, "csv", "姓名\n王一\n".encode())
        assert done.returncode == 0 and "王一" in done.stdout.decode("unicode_escape")
        assert parser.stdin is not None
        parser.stdin.close()
