"""``python3 run.py bench [NAME …] [--quick] [--json]``: each result one JSON line, or a table to read.

``--quick``: two communities instead of the street, fewer repeats; ends within a minute on two cores (``mutants``: only
the fast part of the tests is asked). Ends with 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import record
from benchmarks.results import Result

NAMES = ("import", "pages", "write", "search", "compare", "checks", "startup", "memory")
ON_FILES = ("addresses", "annotate", "forms", "linkage", "supervision", "suppression", "whole")
"""Measured on files alone; they need no server."""
PHONES = ("sync", "phone", "hold")
"""Measured on a server of their own, with phones at it."""
FILLED = ("lists",)
"""Measured in a database that fills itself with a million people."""
ON_TESTS = ("mutants",)
"""The tests measured, in a copy of the project."""


def _on_server(wanted: set[str], home: Path, options: argparse.Namespace) -> Iterator[Result]:
    """What needs a database of its own."""
    if not wanted & {*NAMES, *PHONES, *FILLED}:
        return
    home.chmod(0o711)
    os.environ["GRIDWALK_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "gridwalk.config.settings"
    os.environ.pop("DATABASE_URL", None)
    from gridwalk.config import keys, postgres

    keys.create(home)
    server = postgres.Embedded(home)
    with server.running():
        if "sync" in wanted:
            from benchmarks import sync

            yield from sync.everything(
                quick=options.quick,
                long=options.long,
                days=options.days,
                shares=options.shares,
                record=options.record,
                kept=options.kept,
                part=options.part,
            )
            server.empty()
        if "phone" in wanted:
            from benchmarks import phone

            yield from phone.everything(quick=options.quick)
            server.empty()
        if "hold" in wanted:
            from benchmarks import holding

            yield from holding.everything(quick=options.quick)
            server.empty()
        if "lists" in wanted:
            from benchmarks import lists

            yield from lists.everything(quick=options.quick)
            server.empty()
        if wanted & set(NAMES):
            from benchmarks import measure

            yield from measure.everything(wanted, quick=options.quick, home=home)


def _on_files(wanted: set[str], folder: Path, options: argparse.Namespace) -> Iterator[Result]:
    if "addresses" in wanted:
        from benchmarks import addresses

        yield from addresses.everything(quick=options.quick)
    if "annotate" in wanted:
        from benchmarks import annotating

        yield from annotating.everything(quick=options.quick)
    if "forms" in wanted:
        from benchmarks import forms

        yield from forms.everything(quick=options.quick)
    if "linkage" in wanted:
        from benchmarks.linkage import measure

        yield from measure.everything(folder / "linkage", quick=options.quick, full=options.full)
    if "supervision" in wanted:
        from benchmarks.supervision import measure as supervision

        yield from supervision.everything(quick=options.quick)
    if "suppression" in wanted:
        from benchmarks import suppression

        yield from suppression.everything(quick=options.quick)
    if "whole" in wanted:
        from benchmarks import whole

        yield from whole.everything(folder / "whole", quick=options.quick, full=options.full)


def _on_tests(wanted: set[str], options: argparse.Namespace) -> Iterator[Result]:
    if "mutants" in wanted:
        from benchmarks.mutants import measure

        yield from measure.everything(
            n=options.sample,
            n_aimed=options.aimed,
            seed=options.seed,
            fast=options.quick,
            tests=options.tests,
            kept=options.contexts,
            answered=options.answers,
            only=options.only,
            seconds=options.seconds,
        )


def _part(text: str) -> tuple[int, int]:
    """``1/2`` as (1, 2). Raises ValueError."""
    nth, n_parts = map(int, text.split("/"))
    if not 1 <= nth <= n_parts:
        raise ValueError(text)
    return nth, n_parts


def main() -> int:
    """Measure in one data directory of its own, which is removed afterwards."""
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument(
        "names",
        nargs="*",
        choices=[*NAMES, *ON_FILES, *PHONES, *FILLED, *ON_TESTS, []],
        metavar="NAME",
        help=" · ".join([*NAMES, *ON_FILES, *PHONES, *FILLED, *ON_TESTS]),
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--long", action="store_true", help="sync: 10,000 phone-days, every planted bug in 200 runs")
    parser.add_argument("--days", type=int, help="sync: nothing but phone-days, until the record has so many")
    parser.add_argument("--record", type=Path, default=record.PLACE, help="sync: the record, if it is another file")
    parser.add_argument("--shares", type=int, help="sync: nothing but every planted bug in so many days of the model")
    parser.add_argument(
        "--kept", type=Path, help="sync: the bugs in days that are done, kept in this file, are not done again"
    )
    parser.add_argument(
        "--part", type=_part, default=(1, 1), help="sync: of 2 processes that share the file, 1/2 or 2/2"
    )
    parser.add_argument("--full", action="store_true", help="linkage, whole: a million rows as well")
    parser.add_argument("--sample", type=int, default=400, help="mutants: so many changes at random")
    parser.add_argument("--aimed", type=int, default=120, help="mutants: so many of the kinds that get away easily")
    parser.add_argument("--seed", type=int, default=1, help="mutants: another one, other changes")
    parser.add_argument("--tests", nargs="*", default=[], help="mutants: only these tests are asked")
    parser.add_argument("--contexts", type=Path, help="mutants: which tests run what, kept in this file")
    parser.add_argument("--answers", type=Path, help="mutants: what was asked, kept in this file, is not asked again")
    parser.add_argument("--seconds", type=float, default=60, help="mutants: so much of tests is asked about a change")
    parser.add_argument("--only", nargs="*", default=[], help="mutants: only these kinds or parts of paths")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    wanted = set(options.names or NAMES)
    with tempfile.TemporaryDirectory(prefix="gridwalk-bench-") as folder:
        home = Path(folder)
        for results in (
            _on_server(wanted, home, options),
            _on_files(wanted, home, options),
            _on_tests(wanted, options),
        ):
            for result in results:
                print(result.line() if options.json else result.row(), flush=True)
                Result.all.append(result)
    return 0 if all(result.met is not False for result in Result.all) else 1


if __name__ == "__main__":
    sys.exit(main())
