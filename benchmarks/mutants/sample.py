"""Which changes are made, and which tests are asked about each."""

from __future__ import annotations

import ast
import random
import re
import tomllib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.mutants.changes import AIMED, Mutant, mutants

LEFT_OUT = {"migrations", "tests", "models", "simulate", "cli"}
"""Tables are kept by migrations, the synthetic street is recounted by its own oracle, commands run as programs of their
own, beside the process that is watched.
"""
VERB = re.compile(r"AuditVerb\.([A-Z_]+)")

Contexts = Mapping[str, Mapping[str, Any]]
Key = tuple[str, str, str, str]


def key(mutant: Mutant) -> Key:
    """What a change is told by, wherever its line moves to."""
    return mutant.path, mutant.function, mutant.before, mutant.after


def equivalent() -> dict[Key, str]:
    """The changes that change nothing, each with the reason."""
    rows = tomllib.loads((Path(__file__).parent / "equivalent.toml").read_text("utf-8"))["mutant"]
    return {(row["path"], row["function"], row["before"], row["after"]): row["reason"] for row in rows}


def population(source: Path) -> dict[str, list[Mutant]]:
    """All changes that can be made, by room, without those that change nothing."""
    rooms: dict[str, list[Mutant]] = defaultdict(list)
    nothing = equivalent()
    for path in sorted(source.rglob("*.py")):
        name = path.relative_to(source)
        if LEFT_OUT.isdisjoint(part.removesuffix(".py") for part in name.parts) and name.stem != "apps":
            for mutant in mutants(name.as_posix(), path.read_text("utf-8")):
                if key(mutant) not in nothing:
                    rooms[mutant.room].append(mutant)
    return rooms


def chosen(rooms: Mapping[str, Sequence[Mutant]], n: int, seed: int) -> list[Mutant]:
    """``n`` changes at random: of every room two, of the others by how much there is to change in it."""
    dice = random.Random(seed)
    shuffled = {room: dice.sample(changes, len(changes)) for room, changes in sorted(rooms.items())}
    first = [mutant for changes in shuffled.values() for mutant in changes[:2]]
    rest = [mutant for changes in shuffled.values() for mutant in changes[2:]]
    return dice.sample(first, min(n, len(first))) + dice.sample(rest, max(0, min(n - len(first), len(rest))))


def aimed(rooms: Mapping[str, Sequence[Mutant]], n: int, seed: int) -> list[Mutant]:
    """``n`` changes of the kinds that get away most easily, as many of each."""
    dice = random.Random(seed)
    kinds = {kind: [m for changes in rooms.values() for m in changes if m.kind == kind] for kind in AIMED}
    return [m for of_kind in kinds.values() for m in dice.sample(of_kind, min(-(-n // len(AIMED)), len(of_kind)))][:n]


def importing(root: Path) -> dict[str, set[str]]:
    """File of the source → the files of tests that name something of it: those read its tables without a call."""
    readers: dict[str, set[str]] = defaultdict(set)
    for path in (path for top in ("src", "tests") for path in (root / top).rglob("*.py")):
        if "tests" not in path.relative_to(root).parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("gridwalk"):
                module = (node.module or "").replace(".", "/").removeprefix("gridwalk").lstrip("/")
                for name in (module, *(f"{module}/{alias.name}".lstrip("/") for alias in node.names)):
                    readers[f"{name}.py"].add(path.relative_to(root).as_posix())
    return readers


def naming(root: Path, mutant: Mutant) -> set[str]:
    """The tests that the harness's tables say must see an audit line written, or rows locked, there."""
    harness = root / "tests" / "harness"
    if mutant.kind == "lock":
        of_path = tomllib.loads((harness / "locks.toml").read_text("utf-8")).get(mutant.path, {})
        return {test for lock, test in of_path.items() if lock.split()[0] == mutant.function}
    if mutant.kind == "audit" and (verb := VERB.search(mutant.before)):
        trails = tomllib.loads((harness / "trails.toml").read_text("utf-8"))
        return {
            f"{path}::{test}"
            for path, of_path in trails.items()
            for test, words in of_path.items()
            if verb[1].lower() in {word.partition("*")[0].replace(".", "_") for word in words.split()}
        }
    return set()


def asked(
    mutant: Mutant,
    contexts: Contexts,
    readers: Mapping[str, set[str]],
    *,
    seconds: float,
    named: Collection[str] = (),
) -> list[str]:
    """The tests that run the changed line, as many as work so long; of what stands outside of functions first those
    that read the tables of its file, then all that run it. The quickest of those ``named`` is asked before all.
    """
    running = [test for test, noted in contexts.items() if _runs(noted, mutant)]
    if not running:  # some lines are no place of their own, as the end of what is written over several
        running = [test for test, noted in contexts.items() if _enters(noted["functions"], mutant)]
    readers_of = readers.get(mutant.path, set())
    reading: list[str] = []
    if not mutant.function:
        readers_of = readers_of | readers.get(f"{mutant.path.rpartition('/')[0]}.py", set())
        reading = [test for test in contexts if test.partition("::")[0] in readers_of]
        if not running:  # tables alone, which others of the room read
            room = f"{mutant.path.partition('/')[0]}/"
            running = [t for t, noted in contexts.items() if any(f.startswith(room) for f in noted["functions"])]
    running = sorted(set(running).difference(reading))
    taken = sorted(
        (test for test in contexts if test.partition("[")[0] in named), key=lambda test: contexts[test]["seconds"]
    )[:1]
    sum_seconds = sum(contexts[test]["seconds"] for test in taken)
    for test in (
        *_in_turn(reading, mutant.room, readers_of, contexts),
        *_in_turn(running, mutant.room, readers_of, contexts),
    ):
        if test in taken or (taken and sum_seconds + contexts[test]["seconds"] > seconds):
            continue
        taken.append(test)
        sum_seconds += contexts[test]["seconds"]
    return taken


def _runs(noted: Mapping[str, Any], mutant: Mutant) -> bool:
    """Whether the test runs the line; where lines are not trusted, whether it enters the function."""
    bits = noted["lines"].get(mutant.path)
    if not mutant.function or bits is None:
        return _enters(noted["functions"], mutant)
    return bool(int(bits, 16) >> mutant.line & 1)


def _enters(functions: Sequence[str], mutant: Mutant) -> bool:
    if mutant.function:
        return f"{mutant.path}::{mutant.function}" in functions
    return any(function.startswith(f"{mutant.path}::") for function in functions)


def _in_turn(tests: Sequence[str], room: str, naming: Collection[str], contexts: Contexts) -> Iterator[str]:
    """First what names the file or is the room's own, then one of every file, then the second of every file …: the
    quick ones earlier.
    """
    by_file: dict[str, list[str]] = defaultdict(list)
    for test in sorted(tests, key=lambda test: contexts[test]["seconds"]):
        by_file[test.partition("::")[0]].append(test)
    rank = {test: n for of_file in by_file.values() for n, test in enumerate(of_file)}
    own = f"src/gridwalk/{room}/"

    def is_far(test: str) -> bool:
        return not test.startswith(own) and test.partition("::")[0] not in naming

    yield from sorted(tests, key=lambda test: (is_far(test), rank[test], contexts[test]["seconds"]))
