"""Which test runs what, kept in a file: only test files that changed since are run anew, and of source that changed
since no line is trusted, only which functions are entered.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

AT_ONCE = 10
"""So many files of tests run in one go: a first run of them all takes hours, and goes on where it stopped."""
Tests = dict[str, dict[str, Any]]
"""Test → seconds it works, functions it enters, lines it runs (file → bits, see contexts.py)."""


def contexts(folder: Path, paths: Sequence[str], kept: Path, run: Callable[[Sequence[str], Path], None]) -> Tests:
    """What the tests below ``paths`` run. ``run(files, to)`` runs test files and writes what they run."""
    before = json.loads(kept.read_text("utf-8")) if kept.exists() else {"source": {}, "files": {}, "tests": {}}
    source = _digests(folder, [folder / "src" / "gridwalk"], "*.py")
    files = _digests(folder, [folder / path.partition("::")[0] for path in paths], "test_*.py")
    changed = sorted(file for file, digest in files.items() if before["files"].get(file) != digest)
    moved = {path for path, digest in before["source"].items() if source.get(path) != digest}
    tests = _untrusted({test: noted for test, noted in before["tests"].items() if _file(test) not in changed}, moved)
    watched = {file: digest for file, digest in {**before["files"], **files}.items() if file not in changed}
    for first in range(0, len(changed), AT_ONCE):
        batch = changed[first : first + AT_ONCE]
        print(f"watching {len(batch)} of {len(changed)} files of tests", file=sys.stderr, flush=True)
        fresh = folder / "contexts.json"
        run(batch, fresh)
        tests |= json.loads(fresh.read_text("utf-8"))
        watched |= {file: files[file] for file in batch}
        kept.write_text(json.dumps({"source": source, "files": watched, "tests": tests}), "utf-8")
    return {test: noted for test, noted in tests.items() if _file(test) in files}


def _untrusted(tests: Tests, moved: set[str]) -> Tests:
    """The tests without the lines of files that changed since."""
    names = {path.removeprefix("src/gridwalk/") for path in moved}
    return {
        test: {**noted, "lines": {path: bits for path, bits in noted["lines"].items() if path not in names}}
        for test, noted in tests.items()
    }


def _file(test: str) -> str:
    return test.partition("::")[0]


def _digests(root: Path, places: Sequence[Path], pattern: str) -> dict[str, str]:
    """File → digest of its text."""
    files = {file for place in places for file in ([place] if place.is_file() else place.rglob(pattern))}
    return {
        file.relative_to(root).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()[:16] for file in sorted(files)
    }
