"""Which rows a test must lock. ``locks.toml`` says of every function that locks rows which test sees it do so: whoever
tests alone waits for nobody, and a lock that is gone changes no page.

What the second judges by is what stands at the last moment before the lock (``before_locking``). That it waits until
then is shown by the same tests with two connections (``two_connections``).
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.harness.meanwhile import Beside

TABLE = Path(__file__).with_name("locks.toml")
SOURCE = Path(__file__).parents[2] / "src" / "gridwalk"


def locks() -> dict[str, set[tuple[str, str]]]:
    """Test → (path::function, table) of each lock it must see taken."""
    by_test: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for path, of_path in tomllib.loads(TABLE.read_text("utf-8")).items():
        for lock, test in of_path.items():
            function, table = lock.split()
            by_test[test].add((f"{path}::{function}", table))
    return dict(by_test)


_LOCKS = locks()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[Any]:
    """Note the locks while the test runs; it fails where one is missing."""
    expected = _LOCKS.get(item.nodeid.partition("[")[0])
    if not expected:
        return (yield)
    seen: set[tuple[str, str]] = set()

    def note(execute: Callable[..., Any], sql: Any, *more: Any) -> Any:
        if table := _locked(sql):
            seen.add((_asking(), table))
        return execute(sql, *more)

    with connection.execute_wrapper(note):
        result = yield
    assert not expected - seen, "not locked"
    return result


def _locked(sql: Any) -> str:
    """The table of which a statement locks rows, or empty."""
    text = str(sql)
    return text.partition(' FROM "')[2].partition('"')[0] if re.search("FOR (NO KEY )?UPDATE", text) else ""


def _asking() -> str:
    """The function of ours that the statement comes from."""
    frame = sys._getframe(1)
    while frame.f_back and not Path(frame.f_code.co_filename).is_relative_to(SOURCE):
        frame = frame.f_back
    path = Path(frame.f_code.co_filename)
    function = frame.f_code.co_qualname.partition(".<locals>")[0]
    return f"{path.relative_to(SOURCE).as_posix()}::{function}" if path.is_relative_to(SOURCE) else ""


@pytest.fixture
def two_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """What happens before a lock happens on another connection, which holds the rows until this one waits for them."""
    monkeypatch.setattr(sys.modules[__name__], "_BESIDE", True)


_BESIDE = False


@contextmanager
def before_locking(table: str, change: Callable[[], object]) -> Iterator[None]:
    """In the block ``change`` happens at the last moment before rows of the table are locked, as what somebody did for
    whom the lock was waited for.
    """
    locked: list[str] = []
    beside: list[Beside] = []

    def first(execute: Callable[..., Any], sql: Any, params: Any, *more: Any) -> Any:
        if not locked and _locked(sql) == table:
            locked.append(table)
            if _BESIDE:
                beside.append(Beside(lambda: connection.cursor().execute(sql, params), change))
            else:
                change()
        return execute(sql, params, *more)

    with connection.execute_wrapper(first):
        yield
    assert locked, f"no row of {table} was locked"
    for each in beside:
        each.end()
