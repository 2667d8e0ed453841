"""The glossary names things that exist."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.md"
NAMED = re.findall(r"\| `([\w.]+)` \|$", GLOSSARY.read_text(encoding="utf-8"), re.MULTILINE)


def _module_and_rest(dotted: str) -> tuple[object, list[str]]:
    parts = ["gridwalk", *dotted.split(".")]
    for length in range(len(parts), 1, -1):
        try:
            return importlib.import_module(".".join(parts[:length])), parts[length:]
        except ModuleNotFoundError as error:
            if not ".".join(parts[:length]).startswith(str(error.name)):
                raise
    raise ModuleNotFoundError(dotted)


@pytest.mark.parametrize("dotted", sorted(set(NAMED)))
def test_it_names_something_that_exists(dotted: str) -> None:
    found, rest = _module_and_rest(dotted)
    for name in rest:
        found = getattr(found, name)


def test_it_says_where_most_words_live() -> None:
    assert len(NAMED) > 50
