"""The table of security requirements: every number of the standard once, counts that add up, and tests that exist."""

from __future__ import annotations

import ast
import hashlib
import re
from collections import Counter
from pathlib import Path

from gridwalk.accounts import passwords

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/security/asvs.md").read_text("utf-8")
ROW = re.compile(
    r"^\| (V[\d. V]+) \| ([12]) \| (.+?) \| (pass|deviation|not applicable) \| (.*?) ?\| (.*?) ?\|$", re.MULTILINE
)
ROWS = ROW.findall(TEXT)
STANDARD = "d14a9133210ac2b4592509abc6bd37ad90be24a82a3b85b200e67bfe13bdc2f1"
"""SHA-256 over the sorted lines ``number level`` of ASVS 5.0.0, levels 1 and 2."""


def test_it_judges_every_requirement_once() -> None:
    judged = sorted(f"{number} {level}" for numbers, level, *_ in ROWS for number in numbers.split())
    assert hashlib.sha256("\n".join(judged).encode()).hexdigest() == STANDARD


def test_its_counts_are_those_of_its_rows() -> None:
    for wanted in ("1", "2"):
        counted = Counter({"pass": 0, "deviation": 0, "not applicable": 0})
        for numbers, level, _, verdict, *_ in ROWS:
            counted[verdict] += len(numbers.split()) if level == wanted else 0
        figures = " | ".join(str(n) for n in (*counted.values(), counted.total()))
        assert f"| level {wanted} | {figures} |" in TEXT


def test_each_verdict_has_its_ground() -> None:
    for numbers, _, _, verdict, how, shown in ROWS:
        assert how or shown, numbers
        if verdict == "pass":
            assert shown or "reviewed" in how or "](" in how, numbers
        if verdict == "deviation":
            assert how, numbers


def test_it_names_the_words_a_password_is_not_made_of() -> None:
    assert ", ".join(passwords.OWN_WORDS) in TEXT


def test_every_test_it_names_exists() -> None:
    named = set(re.findall(r"`((?:src|tests)/[\w/]+\.py)::(test_\w+)`", TEXT))
    assert len(named) > 60
    for file, test in sorted(named):
        tree = ast.parse((ROOT / file).read_text("utf-8"))
        assert test in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, (file, test)
