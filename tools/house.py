"""The house in figures: how wide its lines are, how its names speak, how its rooms hang together.

``python tools/house.py [--ref COMMIT] [--json]``: of the working tree, or of a commit as ``git archive`` gives it.
"""

from __future__ import annotations

import argparse
import ast
import dataclasses
import functools
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

KINDS = (".py", ".html", ".css", ".vue", ".ts")
PLACES = ("src", "web", "tests", "benchmarks", "tools")
LEFT_OUT = {"node_modules", "static", "built", "migrations", "dist", "__pycache__"}  # nobody wrote these
FILLERS = {"found", "one", "said", "made", "held", "known", "thing"}
WIDEST, LONGEST, HARD, HARDER, BY_POSITION = 120, 40, 10, 15, 5
FORKS = (ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.match_case)
Function = ast.FunctionDef | ast.AsyncFunctionDef
Figures = dict[str, Any]
ROOT = Path(__file__).parents[1]


@dataclasses.dataclass(frozen=True)
class File:
    """A source file: where it stands, and its text."""

    path: Path
    text: str

    @property
    def place(self) -> str:
        """The top folder it stands in; a room's own tests are tests."""
        return "tests" if "tests" in self.path.parts else self.path.parts[0]

    @property
    def room(self) -> str:
        """The room of the package it stands in; "" outside."""
        parts = self.path.parts
        return parts[2] if parts[:2] == ("src", "gridwalk") and len(parts) > 3 else ""

    @functools.cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)


def files(root: Path) -> list[File]:
    """Every file of the kinds measured, in order."""
    paths = []
    for place in PLACES:
        for folder, below, names in os.walk(root / place):
            below[:] = sorted(set(below) - LEFT_OUT)
            paths += [Path(folder, name) for name in sorted(names) if name.endswith(KINDS)]
    return [File(path.relative_to(root), path.read_text("utf-8")) for path in paths]


def widths(tree: Iterable[File]) -> Figures:
    """Characters a line that is not blank, and how many lines are too wide, by kind and place of the file."""
    sizes: dict[tuple[str, str], list[int]] = defaultdict(list)
    for file in tree:
        sizes[file.path.suffix, file.place] += [len(line) for line in file.text.splitlines() if line.strip()]
    measured = sorted(sizes.items(), key=lambda item: (KINDS.index(item[0][0]), PLACES.index(item[0][1])))
    return {
        f"{kind} in {place}": f"mean {sum(of) / len(of):.1f}, longest {max(of)}, wide {sum(n > WIDEST for n in of)}"
        for (kind, place), of in measured
    }


def skips(python: Iterable[File]) -> Figures:
    """Lines on which the formatter is switched off."""
    counts = {"src": 0, "tests of rooms": 0, "elsewhere": 0}
    for file in python:
        where = "elsewhere" if not file.room else "src" if file.place == "src" else "tests of rooms"
        counts[where] += file.text.count("# fmt: " + "skip")
    return counts


def fillers(source: Iterable[File]) -> Figures:
    """The share of filler names in per cent, among the names assigned (``Name`` stored) and among the arguments."""
    names: dict[str, list[str]] = {"assigned": [], "arguments": []}
    for node in nodes(source):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names["assigned"].append(node.id)
        elif isinstance(node, ast.arg):
            names["arguments"].append(node.arg)
    return {way: round(100 * sum(name in FILLERS for name in of) / len(of), 2) for way, of in names.items()}


def biggest(python: Iterable[File]) -> str:
    """The biggest room, in per cent of the lines of all rooms."""
    sizes: Counter[str] = Counter()
    for file in python:
        sizes[file.room] += len(file.text.splitlines()) if file.room else 0
    ((room, n_lines),) = sizes.most_common(1)
    return f"{100 * n_lines / sizes.total():.1f} {room}"


def arrows(source: Iterable[File], layers: list[list[str]]) -> Figures:
    """Rooms that import a room above or beside them, and rooms that import each other in a circle."""
    floor = {room: level for level, of in enumerate(layers) for room in of}
    imports: dict[str, set[str]] = {room: set() for room in floor}
    for file in source:
        if file.room in floor:
            imports[file.room] |= set(imported(file)) & floor.keys() - {file.room}
    up = [f"{room} → {other}" for room, of in imports.items() for other in sorted(of) if floor[other] <= floor[room]]
    return {"arrows up": up, "circles": circles(imports)}


def imported(file: File) -> Iterator[str]:
    """The rooms a file imports, wherever in it."""
    for node in ast.walk(file.tree):
        paths = []
        if isinstance(node, ast.ImportFrom) and node.module:
            paths = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            paths = [alias.name for alias in node.names]
        yield from (path.split(".")[1] for path in paths if path.startswith("gridwalk."))


def circles(imports: Mapping[str, set[str]]) -> list[list[str]]:
    """Groups of rooms that reach each other."""
    reached = {room: set(of) for room, of in imports.items()}
    for between in imports:
        for of in reached.values():
            of |= reached[between] if between in of else set()
    groups = {frozenset(other for other in of if room in reached[other]) for room, of in reached.items() if room in of}
    return sorted(sorted(group) for group in groups)


def layers_of(root: Path) -> list[list[str]]:
    """The order of the rooms, the topmost first, as the import contract has it."""
    contracts = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    order = next(contract["layers"] for contract in contracts if contract.get("containers") == ["gridwalk"])
    return [[room.strip(" ()") for room in layer.split("|")] for layer in order]


def functions(source: Iterable[File]) -> Figures:
    """How long functions are, and how many ways lead through them."""
    lengths: dict[str, int] = {}
    numbers: dict[str, int] = {}
    for file in source:
        for node in ast.walk(file.tree):
            if isinstance(node, Function):
                name = f"{file.path.relative_to('src/gridwalk')}:{node.lineno} {node.name}"
                lengths[name], numbers[name] = (node.end_lineno or 0) - node.lineno + 1, cyclomatic(node)
    longest, hardest = max(lengths, key=lengths.__getitem__), max(numbers, key=numbers.__getitem__)
    return {
        "in all": len(lengths),
        f"over {LONGEST} lines": sum(n > LONGEST for n in lengths.values()),
        "longest": f"{lengths[longest]} {longest}",
        "cyclomatic, mean": round(sum(numbers.values()) / len(numbers), 2),
        f"cyclomatic > {HARD}": sum(n > HARD for n in numbers.values()),
        f"cyclomatic > {HARDER}": sum(n > HARDER for n in numbers.values()),
        "cyclomatic, most": f"{numbers[hardest]} {hardest}",
    }


def cyclomatic(function: Function) -> int:
    """McCabe's number: one, and one more for each fork; a function defined inside counts with it and for itself."""
    number = 1
    for node in ast.walk(function):
        if isinstance(node, FORKS):
            number += 1
        elif isinstance(node, ast.BoolOp):
            number += len(node.values) - 1
        elif isinstance(node, ast.comprehension):
            number += 1 + len(node.ifs)
    return number


def constructions(source: Iterable[File]) -> int:
    """Calls of a class with more values by position than one can tell apart."""
    calls = [node for node in nodes(source) if isinstance(node, ast.Call) and len(node.args) > BY_POSITION]
    return sum(ast.unparse(call.func).rpartition(".")[2].lstrip("_")[:1].isupper() for call in calls)


def classes(source: Iterable[File]) -> list[str]:
    """Names that classes of several rooms bear, with the number of rooms."""
    rooms: dict[str, set[str]] = defaultdict(set)
    for file in source:
        for node in file.tree.body if file.room else ():
            if isinstance(node, ast.ClassDef):
                rooms[node.name].add(file.room)
    return [f"{name} ×{len(of)}" for name, of in sorted(rooms.items()) if len(of) > 1]


def nodes(source: Iterable[File]) -> Iterator[ast.AST]:
    """All of the syntax."""
    for file in source:
        yield from ast.walk(file.tree)


def measure(root: Path) -> Figures:
    """All figures of a tree; what is read as syntax: of the package, without tests and migrations."""
    tree = files(root)
    python = [file for file in tree if file.path.suffix == ".py"]
    source = [file for file in python if file.place == "src"]
    return {
        "characters a line": widths(tree),
        "fmt: skip": skips(python),
        "filler names, %": fillers(source),
        "biggest room, %": {"with tests": biggest(python), "without tests": biggest(source)},
        "rooms": arrows(source, layers_of(root)),
        "functions": functions(source),
        "constructions": {f"> {BY_POSITION} by position": constructions(source)},
        "classes": {"of one name": classes(source)},
    }


def at_commit(ref: str) -> Figures:
    """All figures of a commit."""
    archive = subprocess.check_output(["git", "archive", ref], cwd=ROOT)
    with tempfile.TemporaryDirectory() as folder, tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
        return measure(Path(folder))


def table(figures: Figures) -> Iterator[str]:
    """A line a figure; of a list its length first."""
    for name, of in figures.items():
        for what, value in of.items():
            text = f"{len(value)} {', '.join(map(str, value))}" if isinstance(value, list) else value
            yield f"{name:<18} {what:<20} {text}".rstrip()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="The house in figures.")
    parser.add_argument("--ref", help="a commit instead of the working tree")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = at_commit(options.ref) if options.ref else measure(ROOT)
    lines = [json.dumps(figures, ensure_ascii=False)] if options.json else table(figures)
    sys.stdout.writelines(f"{line}\n" for line in lines)


if __name__ == "__main__":
    main()
