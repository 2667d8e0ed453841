"""Every lock is seen taken: whoever locks rows in a function names in ``tests/harness/locks.toml`` the test that sees
it, and those tests are there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.harness import locks

ROOT = Path(__file__).parents[2]


def _locking() -> Iterator[str]:
    """path::function of whatever asks for ``select_for_update``."""
    for path in sorted(locks.SOURCE.rglob("*.py")):
        if "tests" not in path.relative_to(locks.SOURCE).parts:
            for function in _functions(ast.parse(path.read_text("utf-8")), ""):
                yield f"{path.relative_to(locks.SOURCE).as_posix()}::{function}"


def _functions(parent: ast.AST, outer: str) -> Iterator[str]:
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{outer}{node.name}.")
        elif isinstance(node, ast.FunctionDef) and _locks(node):
            yield f"{outer}{node.name}"


def _locks(function: ast.FunctionDef) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr == "select_for_update" for node in ast.walk(function))


def test_every_function_that_locks_rows_has_a_test_that_sees_it_do_so() -> None:
    seen = {function for of_test in locks.locks().values() for function, _ in of_test}
    assert seen == set(_locking())


def test_the_tests_that_see_a_lock_are_there() -> None:
    for test in locks.locks():
        path, _, name = test.partition("::")
        assert f"def {name}(" in (ROOT / path).read_text("utf-8"), test
