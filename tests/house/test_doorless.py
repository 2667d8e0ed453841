"""Actions that nobody can reach by a page, a phone, a command or a job are listed in docs/console.md, and no others."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOORS = {"console", "phone", "cli"}
"""Rooms somebody outside the program comes in by; ``simulate`` is none: it acts for nobody."""


def _modules() -> Iterator[tuple[list[str], ast.Module]]:
    for path in sorted((ROOT / "src" / "gridwalk").rglob("*.py")):
        parts = path.relative_to(ROOT / "src").with_suffix("").parts
        if not {"tests", "migrations", "simulate"} & set(parts):
            yield [part for part in parts if part != "__init__"], ast.parse(path.read_text("utf-8"))


def _names_used(node: ast.AST, meaning: dict[str, str]) -> Iterator[str]:
    for below in ast.walk(node):
        if isinstance(below, ast.Name | ast.Attribute):
            first, _, rest = ast.unparse(below).partition(".")
            if first in meaning:
                yield f"{meaning[first]}.{rest}".rstrip(".")


def _doorless() -> set[str]:
    """Public functions of ``actions`` that take an actor and to which no use leads from a door or a job."""
    used: dict[str, set[str]] = defaultdict(set)
    actions, reached = set(), set()
    for parts, tree in _modules():
        module = ".".join(parts)
        imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        meaning = {a.asname or a.name: f"{node.module}.{a.name}" for node in imports for a in node.names}
        defined = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        meaning |= {node.name: f"{module}.{node.name}" for node in defined}
        for node in tree.body:
            name = f"{module}.{node.name}" if isinstance(node, ast.FunctionDef | ast.ClassDef) else module
            used[name] |= set(_names_used(node, meaning))
            if name == module or DOORS & set(parts[1:2]) or parts[-1] == "jobs":
                reached.add(name)
            if isinstance(node, ast.FunctionDef) and "actions" in parts and not node.name.startswith("_"):
                actions |= {name for argument in node.args.kwonlyargs if argument.arg == "actor"}
    waiting = list(reached)
    while waiting:
        follow = used[waiting.pop()] - reached
        reached |= follow
        waiting += follow
    return actions - reached


@pytest.mark.slow
def test_the_actions_without_a_page_are_the_listed_ones() -> None:
    section = (
        (ROOT / "docs" / "console.md")
        .read_text("utf-8")
        .partition("## Actions without a page")[2]
        .partition("\n## ")[0]
    )
    assert _doorless() == set(re.findall(r"^\| `(gridwalk\.[\w.]+)`", section, re.MULTILINE))
