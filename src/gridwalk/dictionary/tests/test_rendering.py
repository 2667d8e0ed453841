"""`python -m gridwalk.dictionary` writes the document and the phone's list where they are read."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]


def test_what_it_writes_is_what_stands_in_the_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    written: dict[Path, str] = {}
    monkeypatch.setattr(Path, "write_text", lambda path, text, encoding: written.update({path: text}))
    runpy.run_module("gridwalk.dictionary", run_name="__main__")
    places = [ROOT / "docs" / "dictionary.md", ROOT / "web" / "phone" / "fields.json"]
    assert written == {place: place.read_text("utf-8") for place in places}
