"""A plugin for pytest: which functions of ours each test enters, and how long it works.

Functions, not lines: a call costs a hundredth of what following every line costs, and whoever enters the function of a
changed line is asked. Nothing but the standard library is needed for it.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

SOURCE = str(Path("src/gridwalk").resolve()) + os.sep
_entered: set[CodeType] = set()
_contexts: dict[str, dict[str, Any]] = {}


def _note(frame: FrameType, event: str, argument: Any) -> None:
    _entered.add(frame.f_code)


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
        functions = sorted(
            f"{code.co_filename.removeprefix(SOURCE)}::{code.co_qualname}"
            for code in _entered
            if code.co_filename.startswith(SOURCE)
        )
        seconds = time.process_time() - begun
        _contexts.setdefault(item.nodeid, {}).update(functions=functions, seconds=seconds)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Whoever fails without any change tells nothing of one."""
    if report.failed or report.skipped:
        _contexts.setdefault(report.nodeid, {})["useless"] = True


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write what was noted where ``GRIDWALK_CONTEXTS`` says."""
    useful = {test: noted for test, noted in _contexts.items() if not noted.get("useless")}
    Path(os.environ["GRIDWALK_CONTEXTS"]).write_text(json.dumps(useful))
