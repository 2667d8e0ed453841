"""``bench mutants``: a random sample and an aimed one, what of them was noticed by room and kind, and what was not."""

from __future__ import annotations

import dataclasses
import json
import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from benchmarks.mutants import running, sample, watched
from benchmarks.mutants.changes import Mutant
from benchmarks.results import Result

LEAST = 85.0
TESTS = ("src", "tests/house", "tests/journeys", "tests/security", "tests/operations")


@dataclasses.dataclass(frozen=True)
class Answer:
    """What the tests said of one change; ``n_tests`` is 0 where none runs its place."""

    mutant: Mutant
    noticed: bool
    n_tests: int

    def __str__(self) -> str:
        return f"{self.mutant}{'' if self.n_tests else '  (run by no test that was asked)'}"


def everything(
    *,
    n: int,
    n_aimed: int,
    seed: int,
    fast: bool,
    tests: Sequence[str],
    kept: Path | None,
    answered: Path | None,
    only: Sequence[str],
    seconds: float,
) -> Iterator[Result]:
    """``tests``: which may be asked; ``kept``: the file of contexts, made where it is not there yet; ``answered``: a
    file of answers, which grows, and what stands in it is not asked again; ``only``: kinds, or parts of paths;
    ``seconds``: so much of tests is asked about one change.
    """
    with tempfile.TemporaryDirectory(prefix="gridwalk-mutants-") as name, running.working_copy(Path(name)) as folder:
        contexts = _contexts(folder, kept, tests or TESTS, fast=fast)
        rooms = sample.population(folder / "src" / "gridwalk")
        if only:
            rooms = {room: [m for m in all_ if _wanted(m, only)] for room, all_ in rooms.items()}
        at_random = sample.chosen(rooms, n, seed)
        aimed = [m for m in sample.aimed(rooms, n_aimed, seed) if m not in at_random]
        readers = sample.importing(folder)
        running.preload()
        in_turn = random.Random(seed).sample([*at_random, *aimed], len(at_random) + len(aimed))
        asked = {
            m: sample.asked(m, contexts, readers, seconds=seconds, named=sample.naming(folder, m)) for m in in_turn
        }
        files = sorted({test.partition("::")[0] for tests in asked.values() for test in tests})
        with running.reading_once(folder, files) as asking:
            before = _before(answered)
            answers = {}
            for mutant, tests_asked in asked.items():
                noticed = before.get(sample.key(mutant))
                if noticed is None:
                    noticed = _is_noticed(folder, mutant, tests_asked, contexts, asking)
                    _keep(answered, mutant, noticed)
                answers[mutant] = Answer(mutant, noticed, len(tests_asked))
    rest = sum(len(changes) for changes in rooms.values())
    yield _score("mutants.random", [answers[m] for m in at_random], note=f"of {rest:,} changes, seed {seed}")
    yield _score("mutants.aimed", [answers[m] for m in aimed], note="audit, filters, locks, refusals, permissions")
    yield from _by("kind", answers.values(), lambda m: m.kind)
    yield from _by("room", answers.values(), lambda m: m.room)
    yield _score("mutants", list(answers.values()), least=LEAST)


def _wanted(mutant: Mutant, only: Sequence[str]) -> bool:
    return any(word == mutant.kind or word in mutant.path for word in only)


def _contexts(folder: Path, kept: Path | None, tests: Sequence[str], *, fast: bool) -> sample.Contexts:
    path = (kept or folder / "kept.json").resolve()
    return watched.contexts(folder, tests, path, lambda files, to: running.watch(folder, files, to, fast=fast))


def _is_noticed(
    folder: Path, mutant: Mutant, tests: Sequence[str], contexts: sample.Contexts, asking: running.Asking
) -> bool:
    seconds = sum(contexts[test]["seconds"] for test in tests)
    noticed = asking.is_noticed(mutant, tests, seconds=seconds) if tests else False
    if noticed is None:
        noticed = running.is_noticed(folder, mutant, tests, seconds=seconds)
    print("noticed " if noticed else "SURVIVED", f"{len(tests):4}", mutant, file=sys.stderr, flush=True)
    return noticed


def _before(path: Path | None) -> dict[sample.Key, bool]:
    """What was answered before, by what was changed."""
    if path is None or not path.exists():
        return {}
    rows = map(json.loads, path.read_text("utf-8").splitlines())
    return {tuple(row["key"]): row["noticed"] for row in rows}


def _keep(path: Path | None, mutant: Mutant, noticed: bool) -> None:
    if path is not None:
        with path.open("a", encoding="utf-8") as file:
            row = {"key": sample.key(mutant), "noticed": noticed, "text": str(mutant)}
            print(json.dumps(row, ensure_ascii=False), file=file, flush=True)


def _by(what: str, answers: Iterable[Answer], named: Callable[[Mutant], str]) -> Iterator[Result]:
    parts: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        parts[named(answer.mutant)].append(answer)
    for part, of_part in sorted(parts.items()):
        yield _score(f"mutants.{what}.{part}", of_part)


def _score(name: str, answers: Sequence[Answer], *, note: str = "", least: float | None = None) -> Result:
    noticed = sum(answer.noticed for answer in answers)
    survivors = "".join(f"\n    {answer}" for answer in answers if not answer.noticed) if least else ""
    return Result(
        name=name,
        value=100 * noticed / len(answers) if answers else 0,
        unit="%",
        least=least,
        note=f"{noticed} of {len(answers)} noticed{'; ' if note else ''}{note}{survivors}",
    )
