"""`python -m gridwalk.dictionary` writes anew what is rendered from the fields: the document, and the phone's list."""

from __future__ import annotations

from pathlib import Path

from gridwalk.dictionary import document, sheets

ROOT = Path(__file__).parents[3]

if __name__ == "__main__":
    (ROOT / "docs" / "dictionary.md").write_text(document.render(), encoding="utf-8")
    (ROOT / "web" / "phone" / "fields.json").write_text(sheets.render(), encoding="utf-8")
