"""What ``bench mutants`` changes, and whom it asks: every change differs, stands where it says, and leaves the rest."""

from __future__ import annotations

import ast
import dataclasses
import json
import random
from collections.abc import Sequence
from pathlib import Path
from types import CodeType, FunctionType, SimpleNamespace

import pytest

from benchmarks.mutants import asking, changes, contexts, sample, watched
from benchmarks.mutants.changes import Mutant

SOURCE = Path(__file__).parents[2] / "src" / "gridwalk"
CODE = '''
"""Words of 3 lines."""
ROLES = {"worker": {Verb.SEE_ROWS, Verb.REVEAL}}

class Room:
    def write(self, rows, day: int = 1):
        """Some more words."""
        if rows and not day > 3:
            raise Refused("没有记")
        access.require(actor, Verb.REVEAL, grid)
        rows.filter(grid=grid, to_on=None).select_for_update()
        writing.change(old, new)
        writing.audit(verb, scope=grid)
'''
EXPECTED = {
    "condition": ["if not (rows and (not day > 3))", "if False"],
    "comparison": ["day >= 3"],
    "logic": ["rows or not day > 3", "not day > 3", "rows", "day > 3"],
    "constant": ["2", "4"],
    "arguments": ["writing.change(new, old)"],
    "call": ["pass"],
    "write": ["pass"],
    "audit": ["pass"],
    "filter": ["rows.all()", "rows.filter(to_on=None)", "rows.filter(grid=grid)"],
    "lock": [".filter(grid=grid, to_on=None)"],
    "refusal": ["pass"],
    "permission": ["pass"],
    "entry": ["{Verb.REVEAL}", "{Verb.SEE_ROWS}", "{Verb.SEE_ROWS, Verb.REVEAL, Verb.SEE_AUDIT}"],
}


def test_each_kind_of_change_is_made_where_it_can_be_and_nowhere_else() -> None:
    texts: dict[str, list[str]] = {}
    for mutant in changes.mutants("room/actions.py", CODE):
        texts.setdefault(mutant.kind, []).append(mutant.after)
        assert mutant.function == ("" if mutant.kind == "entry" else "Room.write")
        before = ast.unparse(ast.parse(CODE)).splitlines()
        after = changes.changed(CODE, mutant.index).splitlines()
        assert len(set(before) ^ set(after)) in {1, 2}, f"more than one line differs: {mutant}"
    assert {kind: texts.get(kind) for kind in EXPECTED} == EXPECTED


@pytest.mark.slow
def test_every_change_of_the_program_can_be_read_and_differs() -> None:
    dice = random.Random(11)
    for path in dice.sample(sorted(SOURCE.glob("*/rules.py")), 4):
        source = path.read_text("utf-8")
        plain = ast.unparse(ast.parse(source))
        for mutant in changes.mutants("rules.py", source)[:30]:
            assert changes.changed(source, mutant.index) != plain, mutant


def test_a_sample_is_the_same_for_the_same_seed_and_takes_of_every_room() -> None:
    rooms = {room: changes.mutants(f"{room}/actions.py", CODE) for room in ("core", "visits", "sync")}
    chosen = sample.chosen(rooms, 9, seed=4)
    assert chosen == sample.chosen(rooms, 9, seed=4) != sample.chosen(rooms, 9, seed=5)
    assert {mutant.room for mutant in chosen} == set(rooms) and len(set(chosen)) == 9
    kinds = [mutant.kind for mutant in sample.aimed(rooms, 12, seed=4)]
    assert sorted(kinds) == sorted(2 * changes.AIMED)


@pytest.mark.parametrize(
    ("function", "asked"), [("write", ["own", "quick", "slow"]), ("", ["reads", "own", "quick", "slow", "x"])]
)
def test_who_reads_a_table_is_asked_first_then_the_rooms_own_tests_then_the_quick_ones(
    function: str, asked: list[str]
) -> None:
    writes = {"functions": ["sync/actions.py::write"], "lines": {"sync/actions.py": "2"}}
    turns_back = {**writes, "lines": {"sync/actions.py": "1"}}
    noted = {
        "tests/test_b.py::slow": {"seconds": 9.0, **writes},
        "tests/test_c.py::quick": {"seconds": 0.1, **writes},
        "tests/test_c.py::too_slow": {"seconds": 99.0, **writes},
        "src/gridwalk/sync/tests/test_a.py::own": {"seconds": 2.0, **writes},
        "tests/test_d.py::x": {"seconds": 12.0, "functions": ["sync/actions.py::read"], "lines": {}},
        "tests/test_d.py::elsewhere": {"seconds": 0.1, "functions": ["visits/actions.py::write"], "lines": {}},
        "tests/test_e.py::reads": {"seconds": 0.2, "functions": [], "lines": {}},
    }
    if function:
        noted["tests/test_b.py::before_the_line"] = {"seconds": 0.1, **turns_back}
    readers = {"sync/actions.py": {"tests/test_e.py"}}
    mutant = Mutant(
        path="sync/actions.py", index=0, kind="call", line=1, function=function, before="push()", after="pass"
    )
    assert [test.rpartition("::")[2] for test in sample.asked(mutant, noted, readers, seconds=60)] == asked


def test_of_a_file_of_tables_alone_those_are_asked_that_read_its_package_then_those_that_run_its_room() -> None:
    noted = {
        "tests/test_a.py::names": {"seconds": 3.0, "functions": [], "lines": {}},
        "tests/test_b.py::runs": {"seconds": 1.0, "functions": ["sync/actions.py::write"], "lines": {}},
        "tests/test_b.py::else": {"seconds": 1.0, "functions": ["visits/actions.py::write"], "lines": {}},
    }
    mutant = Mutant(
        path="sync/words/refused.py", index=0, kind="constant", line=1, function="", before="True", after="False"
    )
    asked = sample.asked(mutant, noted, {"sync/words.py": {"tests/test_a.py"}}, seconds=60)
    assert asked == ["tests/test_a.py::names", "tests/test_b.py::runs"]


NAMED = """
class _Room:
    async def read(self):
        return 1

    def write(self):
        def each():
            return 2
        return lambda: 3
"""


def test_a_change_is_told_by_the_name_python_gives_to_where_it_stands() -> None:
    names = {mutant.before: mutant.function for mutant in changes.mutants("rooms.py", NAMED)}
    assert names == {
        "1": "_Room.read",
        "2": "_Room.write.<locals>.each",
        "3": "_Room.write.<locals>.<lambda>",
    }


def test_a_test_that_must_see_a_line_or_a_lock_is_asked_before_all() -> None:
    noted = {
        "tests/a.py::quick": {"seconds": 0.1, "functions": ["sync/actions/epochs.py::raise_epoch"], "lines": {}},
        "tests/b.py::sees": {"seconds": 50.0, "functions": [], "lines": {}},
        "tests/b.py::sees_later": {"seconds": 70.0, "functions": [], "lines": {}},
    }
    named = {"tests/b.py::sees", "tests/b.py::sees_later"}
    mutant = Mutant(
        path="sync/actions/epochs.py", index=0, kind="lock", line=1, function="raise_epoch", before="", after=""
    )
    assert sample.asked(mutant, noted, {}, seconds=60, named=named) == ["tests/b.py::sees", "tests/a.py::quick"]
    root = SOURCE.parents[1]
    (test,) = sample.naming(root, mutant)
    assert test.partition("::")[2] == "test_an_epoch_follows_the_one_that_began_meanwhile"
    line = dataclasses.replace(mutant, kind="audit", before="writing.audit(AuditVerb.BACKFILL_HANDED_OUT, scope=sc")
    assert sample.naming(root, line)
    assert not sample.naming(root, dataclasses.replace(mutant, kind="call"))


def test_what_a_test_runs_is_kept_until_its_file_changes_and_a_line_until_its_source_does(tmp_path: Path) -> None:
    source, tests = tmp_path / "src" / "gridwalk", tmp_path / "tests"
    for path in (source / "doors.py", tests / "test_a.py", tests / "test_b.py"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("1")
    watched_files: list[list[str]] = []

    def run(files: Sequence[str], to: Path) -> None:
        watched_files.append(list(files))
        noted = {"seconds": 1.0, "functions": ["doors.py::open"], "lines": {"doors.py": "2"}}
        to.write_text(json.dumps({f"{file}::test_it": noted for file in files}))

    def lines() -> dict[str, dict[str, str]]:
        tests = watched.contexts(tmp_path, ["tests"], tmp_path / "kept.json", run)
        return {test.removeprefix("tests/"): noted["lines"] for test, noted in tests.items()}

    line = {"doors.py": "2"}
    assert lines() == lines() == {"test_a.py::test_it": line, "test_b.py::test_it": line}
    (tests / "test_a.py").write_text("2")
    (source / "doors.py").write_text("2")
    assert lines() == {"test_a.py::test_it": line, "test_b.py::test_it": {}}
    (tests / "test_b.py").unlink()
    assert lines() == {"test_a.py::test_it": line}
    assert watched_files == [["tests/test_a.py", "tests/test_b.py"], ["tests/test_a.py"]]


def test_a_first_look_at_all_tests_that_was_cut_short_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watched, "AT_ONCE", 2)
    names = ["tests/test_a.py", "tests/test_b.py", "tests/test_c.py"]
    for name in (*names, "src/gridwalk/doors.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    looked_at: list[str] = []

    def run(files: Sequence[str], to: Path) -> None:
        looked_at.extend(files)
        if len(looked_at) == 3:
            raise KeyboardInterrupt
        noted = {"seconds": 1.0, "functions": ["doors.py::open"], "lines": {"doors.py": "2"}}
        to.write_text(json.dumps({f"{file}::test_it": noted for file in files}))

    with pytest.raises(KeyboardInterrupt):
        watched.contexts(tmp_path, ["tests"], tmp_path / "kept.json", run)
    tests = watched.contexts(tmp_path, ["tests"], tmp_path / "kept.json", run)
    assert sorted(tests) == [f"{name}::test_it" for name in names]
    assert looked_at == [*names, "tests/test_c.py"]


def test_of_each_test_the_lines_are_noted_that_ran() -> None:
    entered = contexts.Entered({1, 2, 3})
    frame = SimpleNamespace(f_lineno=2, f_trace_lines=True)
    for line in (2, 3, 2):
        frame.f_lineno = line
        entered.follow(frame, "line", None)  # type: ignore[arg-type]
    assert entered.waiting == {1} and frame.f_trace_lines
    entered.n_calm = contexts.CALM - 1
    entered.follow(frame, "line", None)  # type: ignore[arg-type]
    assert not entered.is_followed and not frame.f_trace_lines, "what goes round and round is left"


READ_ONCE = """
def is_high(floor, most=3):
    return any(each > most for each in [floor])

class Door:
    @property
    def room(self):
        return 101

    @room.setter
    def room(self, value):
        self.floor = 4
"""


def test_a_change_inside_a_function_is_taken_into_use_without_reading_anew_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "doors.py"
    path.write_text(READ_ONCE)
    by_text = {mutant.after: mutant for mutant in changes.mutants("doors.py", READ_ONCE)}

    def code(after: str) -> CodeType | None:
        return asking.new_code(path, by_text[after].index, by_text[after].function)

    changed = code("each >= most")
    assert changed is not None and FunctionType(changed, {"any": any})(3, 3) is True
    assert code("4") is None, "a default was reckoned when the function was made"
    assert code("102") is None and code("5") is None, "two functions of one name"


def test_what_changes_nothing_is_listed_with_its_reason_and_still_stands_there() -> None:
    stands = {
        sample.key(mutant)
        for path in {path for path, *_ in sample.equivalent()}
        for mutant in changes.mutants(path, (SOURCE / path).read_text("utf-8"))
    }
    assert set(sample.equivalent()) <= stands, "a line that is gone is taken off the list"
    assert all(len(reason) > 20 for reason in sample.equivalent().values())
