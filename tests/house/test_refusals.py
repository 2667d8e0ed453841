"""Every refusal is refused somewhere: of the words of each, four characters stand in a test, and of those that no other
refusal has, four as well; what `untold.txt` lists is still told by words alone that others say too, or not at all.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "gridwalk"
HAN = re.compile("[一-鿿]")
SHORTEST = 4

UNTOLD = {
    "没有打包：要在源代码目录里运行": "the tests run in a source tree",
    " 是别的用户建的": "needs a second user of the machine",
    "恢复出来的内容和备份的清单对不上": "a backup's list is signed, and its rows are those of the list",
}
"""Refusals no test reaches, each by how one of its texts begins, with the reason."""


def _refusals() -> Iterator[tuple[str, list[str]]]:
    """Where, and the texts, of what is raised in words."""
    for path in sorted(SOURCE.rglob("*.py")):
        if "tests" in path.relative_to(ROOT).parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Raise) and node.exc is not None:
                constants = (part for part in ast.walk(node.exc) if isinstance(part, ast.Constant))
                texts = [part.value for part in constants if isinstance(part.value, str)]
                if any(len(HAN.findall(text)) >= SHORTEST for text in texts):
                    yield f"{path.relative_to(SOURCE).as_posix()}:{node.lineno}", texts


def _pieces(texts: list[str]) -> Iterator[str]:
    """Every four characters of a text, two of them Chinese."""
    for text in texts:
        for start in range(len(text) - SHORTEST + 1):
            piece = text[start : start + SHORTEST]
            if len(HAN.findall(piece)) >= 2:
                yield piece


def _words_of_tests() -> str:
    ours = [path for top in ("src", "tests") for path in (ROOT / top).rglob("*.py") if path != Path(__file__)]
    return "\n".join(path.read_text("utf-8") for path in ours if "tests" in path.relative_to(ROOT).parts)


@pytest.mark.slow
def test_of_every_refusal_four_characters_stand_in_a_test() -> None:
    words = _words_of_tests()
    nowhere = {where: texts for where, texts in _refusals() if not any(piece in words for piece in _pieces(texts))}
    untold = {start for texts in nowhere.values() for text in texts for start in UNTOLD if text.startswith(start)}
    assert [
        (where, texts)
        for where, texts in nowhere.items()
        if not any(text.startswith(start) for text in texts for start in UNTOLD)
    ] == []
    assert untold == set(UNTOLD), "what a test reaches by now is taken off the list"


@pytest.mark.slow
def test_of_every_refusal_words_of_its_own_stand_in_a_test() -> None:
    """“没有导入” alone stands in many tests and tells no refusal from another."""
    refusals = ["…".join(texts) for _, texts in _refusals()]
    said_by = Counter(piece for text in set(refusals) for piece in set(_pieces([text])))
    words = _words_of_tests()
    told = {words[start : start + SHORTEST] for start in range(len(words))}
    own = {text: {piece for piece in _pieces([text]) if said_by[piece] == 1} for text in refusals}
    untold = {text for text, pieces in own.items() if pieces and pieces.isdisjoint(told)}
    listed = Path(__file__).with_name("untold.txt").read_text("utf-8").splitlines()
    assert untold - set(listed) == set(), "a test says what must be refused, in words of its own"
    assert set(listed) - untold == set(), "what a test says by now is taken off the list"
