"""The glossary names things that exist, and the code's names are its nouns."""

from __future__ import annotations

import ast
import importlib
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
GLOSSARY = ROOT / "docs" / "glossary.md"
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
    owner, rest = _module_and_rest(dotted)
    for name in rest:
        owner = getattr(owner, name)


def test_it_says_where_most_words_live() -> None:
    assert len(NAMED) > 50


@pytest.mark.slow
def test_a_name_says_what_it_holds_and_not_how_it_was_come_by(house: Any) -> None:
    """Of the names assigned and of the arguments, at most one in two hundred is ``found``, ``one``, ``said`` …"""
    shares = house.fillers(_source(house))
    assert max(shares.values()) <= 0.5, shares


def test_a_row_is_called_by_its_noun(house: Any) -> None:
    """A class of queries or actions shares its name with a class of at most one other room."""
    rooms: dict[str, set[str]] = defaultdict(set)
    for file in _source(house):
        if {"queries", "actions"} & {*file.path.parts, file.path.stem}:
            for node in file.tree.body:
                if isinstance(node, ast.ClassDef):
                    rooms[node.name].add(file.room)
    assert {name: sorted(of) for name, of in rooms.items() if len(of) > 2} == {}


def _source(house: Any) -> list[Any]:
    return [file for file in house.files(ROOT) if file.path.suffix == ".py" and file.place == "src"]
