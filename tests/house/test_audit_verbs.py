"""Every verb of the audit stands in one place with its words, and each of them is written by some action."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.audit.work import OFFICE, WORK
from tests.harness import trails

SOURCE = Path(__file__).parents[2] / "src" / "gridwalk"
DECLARING = {SOURCE / "core" / "audit" / name for name in ("verbs.py", "work.py")}
"""Files that name verbs and write none."""


def _nodes() -> Iterator[tuple[Path, ast.AST]]:
    for path in sorted(SOURCE.rglob("*.py")):
        if path not in DECLARING and "tests" not in path.relative_to(SOURCE).parts:
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                yield path, node


def _family(text: ast.JoinedStr) -> str:
    """``f"upkeep.{state}"`` as the pattern of the verbs it can spell."""
    parts = (re.escape(str(p.value)) if isinstance(p, ast.Constant) else "[a-z_]+" for p in text.values)
    return "".join(parts)


def _is_verb(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "AuditVerb"


def test_every_verb_is_written_by_an_action() -> None:
    named: set[str] = set()
    families: set[str] = set()
    for _, node in _nodes():
        if isinstance(node, ast.Attribute) and _is_verb(node.value):
            named.add(node.attr)
        if isinstance(node, ast.Call) and _is_verb(node.func):
            families |= {_family(text) for text in ast.walk(node) if isinstance(text, ast.JoinedStr)}
    unwritten = [
        verb.value
        for verb in AuditVerb
        if verb.name not in named and not any(re.fullmatch(family, verb.value) for family in families)
    ]
    assert unwritten == []
    assert [f for f in sorted(families) if not any(re.fullmatch(f, verb.value) for verb in AuditVerb)] == []


BESIDE = {
    "dwelling.corrected": "person.corrected",
    "organization.corrected": "person.corrected",
    "site.corrected": "person.corrected",
    "end.rejected": "end.confirmed",
    "return.rejected": "return.confirmed",
    "grids.plan_rejected": "grids.plan_done",
    "grids.plan_withdrawn": "upkeep.withdrawn",
    "upkeep.rejected": "upkeep.done",
    "unmatched.at_door": "unmatched.strike_off",
    "unmatched.different": "unmatched.strike_off",
    "unmatched.kept": "unmatched.strike_off",
    "unmatched.registered": "unmatched.strike_off",
    "unmatched.same": "unmatched.strike_off",
    "unmatched.set_aside": "unmatched.strike_off",
}
"""Verbs that the same call writes as the one beside them."""


def test_every_verb_is_left_by_a_test_that_looks_for_it() -> None:
    left = {verb for trail in trails.trails().values() for verb in trail}
    assert set(AuditVerb) - left == set(BESIDE), "a new verb stands in the trail of a test, or its call is another's"
    assert set(BESIDE.values()) <= left <= set(AuditVerb)
    for test in trails.trails():
        path, _, name = test.partition("::")
        assert f"\ndef {name}(" in (SOURCE.parents[1] / path).read_text("utf-8"), test


def test_every_verb_has_its_line() -> None:
    table = trails.lines()
    for verb in AuditVerb:
        family = f"{verb.partition('.')[0]}.*"
        assert verb in table or family in table or verb.startswith("grids.plan_"), verb


@pytest.mark.slow
def test_no_verb_is_spelt_out_beside_its_place() -> None:
    codes = {verb.value for verb in AuditVerb}
    assert [
        (path.name, node.lineno, node.value)
        for path, node in _nodes()
        if isinstance(node, ast.Constant) and node.value in codes
    ] == []
    assert [
        (path.name, node.lineno)
        for path, node in _nodes()
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "audit"
        and node.args
        and isinstance(node.args[0], (ast.Constant, ast.JoinedStr))
    ] == []


def test_every_verb_has_words_a_mark_of_one_character_and_a_code_that_fits_its_column() -> None:
    for verb in AuditVerb:
        assert re.fullmatch(r"[a-z]+\.[a-z_]+", verb.value) and len(verb.value) <= 48, verb
        assert verb.name == verb.value.upper().replace(".", "_")
        assert re.search("[一-鿿]", verb.words) and len(verb.mark) <= 1, verb


def test_a_verb_says_how_many() -> None:
    assert AuditVerb.TARGETS_PLANNED.sentence({"n": 1200}) == "排了走访（1,200）"
    assert AuditVerb.IMPORT_STAGED.sentence({"rows": 7, "batches": 2}) == "读取了台账（7）"
    assert AuditVerb.VISIT_RECORDED.sentence({}) == "记了走访"


def test_every_verb_is_work_or_an_act_of_the_office() -> None:
    assert set(AuditVerb) == WORK | OFFICE, "a new verb says whether others read by whom and when it was done"
    assert frozenset() == WORK & OFFICE
    assert {AuditVerb.VISIT_RECORDED, AuditVerb.ACCOUNT_SIGNED_IN, AuditVerb.NUMBER_REVEALED} <= WORK


def test_births_and_lettings_are_told_to_nobody_line_by_line() -> None:
    """操作记录 lists OFFICE to who sees no rows: what happened at a door may not come into it (red line 5)."""
    assert {verb for verb in OFFICE if verb.value.startswith("daily.")} == set()
    assert {AuditVerb.DAILY_RECORDED, AuditVerb.DAILY_UNDONE} <= WORK
