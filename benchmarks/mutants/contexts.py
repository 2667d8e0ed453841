"""A plugin for pytest: which functions and lines of ours each test runs, and how long it works.

Nothing but the standard library is needed for it. Code is followed line by line only until all its lines were seen in
that test, or until it went round for long without a new one: what reckons much would take many times as long.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

SOURCE = str(Path("src/gridwalk").resolve()) + os.sep
CALM = 3000
"""So many lines in turn that were seen before: the code is followed no further."""
_entered: dict[CodeType, Entered] = {}
_contexts: dict[str, dict[str, Any]] = {}


@dataclasses.dataclass(slots=True)
class Entered:
    """Code that was entered: its lines that did not run yet, and how many ran in turn that had run before."""

    waiting: set[int]
    n_calm: int = 0

    @property
    def is_followed(self) -> bool:
        return bool(self.waiting) and self.n_calm < CALM

    def follow(self, frame: FrameType, event: str, argument: Any) -> Callable[..., Any]:
        """As Python calls it at each line."""
        if event == "line":
            if frame.f_lineno in self.waiting:
                self.waiting.discard(frame.f_lineno)
                self.n_calm = 0
            else:
                self.n_calm += 1
            frame.f_trace_lines = self.is_followed
        return self.follow


def _note(frame: FrameType, event: str, argument: Any) -> Callable[..., Any] | None:
    code = frame.f_code
    entered = _entered.get(code)
    if entered is None:
        if not code.co_filename.startswith(SOURCE):
            return None
        entered = _entered[code] = Entered(_lines(code))
    return entered.follow if entered.is_followed else None


def _lines(code: CodeType) -> set[int]:
    return {line for _, _, line in code.co_lines() if line}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Note what is called, fixtures and all, and how long that works: others may use the machine as well."""
    _entered.clear()
    begun = time.process_time()
    threading.settrace(_note)
    sys.settrace(_note)
    try:
        return (yield)
    finally:
        sys.settrace(None)
        threading.settrace(None)
        seconds = time.process_time() - begun
        functions = sorted(f"{_path(code)}::{code.co_qualname}" for code in _entered)
        _contexts.setdefault(item.nodeid, {}).update(functions=functions, lines=_bits(), seconds=seconds)


def _path(code: CodeType) -> str:
    return code.co_filename.removeprefix(SOURCE)


def _bits() -> dict[str, str]:
    """File → the lines of it that ran, each a bit of a number that is spelled in hexadecimal."""
    lines: dict[str, int] = {}
    for code, entered in list(_entered.items()):
        lines[_path(code)] = lines.get(_path(code), 0) | sum(1 << line for line in _lines(code) - entered.waiting)
    return {path: f"{bits:x}" for path, bits in lines.items()}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Whoever fails without any change tells nothing of one."""
    if report.failed or report.skipped:
        _contexts.setdefault(report.nodeid, {})["useless"] = True


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write what was noted where ``GRIDWALK_CONTEXTS`` says."""
    useful = {test: noted for test, noted in _contexts.items() if not noted.get("useless")}
    Path(os.environ["GRIDWALK_CONTEXTS"]).write_text(json.dumps(useful))
