"""A process that has read the program and its tests once. For each change it forks: the child takes the changed code of
the function into use, asks the tests and ends. Reading everything anew takes longer than most tests do.

    python -m benchmarks.mutants.asking TESTFILE …

It first says which functions ran while the program was read: what those did stays done, so they cannot be changed here.
Then, for each line ``{"path", "index", "function", "tests", "seconds"}``, whether the change was noticed, or null where
it lies in no function that could be changed.
"""

from __future__ import annotations

import ast
import gc
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest

from benchmarks.mutants import running
from benchmarks.mutants.changes import changed

SOURCE = Path("src/gridwalk").resolve()


def main(files: list[str]) -> int:
    """Until nothing is asked any more."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    entered: set[CodeType] = set()

    def note(frame: FrameType, event: str, argument: Any) -> None:
        entered.add(frame.f_code)

    sys.setprofile(note)
    code = pytest.main([*running.QUIET, "--collect-only", "-qq", *files])
    sys.setprofile(None)
    if code:
        return int(code)
    ours = {c for c in entered if Path(c.co_filename).is_relative_to(SOURCE)}
    ran = sorted({f"{Path(c.co_filename).relative_to(SOURCE)}::{running.outermost(c.co_qualname)}" for c in ours})
    print(json.dumps(ran), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(_noticed(**json.loads(line))), file=answers, flush=True)
    return 0


def _noticed(*, path: str, index: int, function: str, tests: list[str], seconds: float) -> bool | None:
    code = new_code(SOURCE / path, index, function)
    functions = _made_of(SOURCE / path, running.outermost(function)) if code else []
    if code is None or not functions:
        return None

    def ask() -> int:
        for each in functions:
            each.__code__ = code
        return int(pytest.main([*running.QUIET, "-x", *tests]))

    return running.fails(ask, seconds)


def new_code(path: Path, index: int, function: str) -> CodeType | None:
    """The code of the outermost function with the change; None if there are several of its name, or if the change is
    outside of it, as a default of an argument is.
    """
    source = path.read_text("utf-8")
    name = running.outermost(function)
    before = list(_codes(compile(ast.unparse(ast.parse(source)), str(path), "exec"), name))
    after = list(_codes(compile(changed(source, index), str(path), "exec"), name))
    if len(before) != 1 or len(after) != 1 or _bare(before[0]) == _bare(after[0]):
        return None
    return after[0]


def _codes(code: CodeType, name: str) -> Iterator[CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            if inner.co_qualname == name:
                yield inner
            yield from _codes(inner, name)


def _bare(code: CodeType) -> tuple[object, ...]:
    """What a code does, wherever it stands."""
    consts = [_bare(inner) if isinstance(inner, CodeType) else repr(inner) for inner in code.co_consts]
    return code.co_code, code.co_names, code.co_varnames, code.co_freevars, tuple(consts)


def _made_of(path: Path, name: str) -> list[FunctionType]:
    gc.unfreeze()  # what was read in before the tests
    functions = [o for o in gc.get_objects() if type(o) is FunctionType]
    return [f for f in functions if (f.__code__.co_filename, f.__code__.co_qualname) == (str(path), name)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
