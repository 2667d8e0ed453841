"""The comparison of pictures (tools/screens): which page an address is, and how many pixels differ."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tools.pages import homes
from tools.screens.compare import Difference, differences
from tools.screens.console import pattern

ID = "0197d5a0-1f00-7000-8000-000000000001"


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("http://127.0.0.1:8000/", "/"),
        (f"http://127.0.0.1:8000/people/{ID}/looks/", "people/<id>/looks/"),
        (f"http://127.0.0.1:8000/upkeep/merge/person/{ID}/{ID}/", "upkeep/merge/person/<id>/<id>/"),
        ("http://127.0.0.1:8000/board/120105001/?by=grid", "board/<code>/?by=grid"),
        (
            f"http://127.0.0.1:8000/differences/?scope=120105001&kind=person&id={ID}",
            "differences/?id=…&kind=person&scope=…",
        ),
    ],
)
def test_a_page_is_its_address_without_ids_and_codes(url: str, page: str) -> None:
    assert pattern(url) == page


@pytest.mark.browser
def test_what_differs_is_counted_and_shown(browser: Browser, tmp_path: Path) -> None:
    """A square of 10 × 10 that is elsewhere leaves 100 pixels and takes 100; a step of one colour is no difference."""
    entries = {
        "moved · lead · 9x9": "moved.png",
        "as it was · lead · 9x9": "same.png",
        "refused · lead · ": "status 403",
    }
    albums = {"before": (0, "rgb(90, 90, 90)", "status 403"), "after": (40, "rgb(90, 91, 90)", "status 200")}
    page = browser.new_page(viewport={"width": 100, "height": 50})
    for name, (left, grey, status) in albums.items():
        folder = tmp_path / name
        folder.mkdir()
        for file, x in (("moved.png", left), ("same.png", 0)):
            square = f"position: absolute; top: 5px; left: {x}px; width: 10px; height: 10px; background: {grey}"
            page.set_content(f'<body style="margin: 0"><div style="{square}"></div>')
            page.screenshot(path=folder / file)
        (folder / "album.json").write_text(json.dumps(entries | {"refused · lead · ": status}))
    page.close()
    rows = list(differences(browser, tmp_path / "before", tmp_path / "after", tmp_path))
    assert rows == [
        Difference("moved", "lead", "9x9", 200, 5000),
        Difference("refused", "lead", "", 0, 0, "status 403 → status 200"),
    ]
    assert (tmp_path / "moved.png").exists()
    assert not (tmp_path / "same.png").exists()
    assert rows[0].line("a reason") == "moved · lead · 9x9 · 200 · 4.000% · a reason"


def test_a_data_directory_or_what_is_no_earlier_look_is_never_removed(
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    kept = out / "demo" / "home" / "gridwalk.toml"
    kept.parent.mkdir(parents=True)
    kept.write_text("kept", encoding="utf-8")
    (out / "demo" / "faults.txt").touch()
    for home in (kept.parent, out):
        with pytest.raises(SystemExit, match="lies in"):
            homes.clear(out, home)
    other = tmp_path / "other"
    other.mkdir()
    (other / "letter.txt").touch()
    with pytest.raises(SystemExit, match="is not empty"):
        homes.clear(other, None)
    assert kept.read_text(encoding="utf-8") == "kept" and (other / "letter.txt").exists()
    for name in ("out", "new", "empty"):
        (tmp_path / "empty").mkdir(exist_ok=True)
        homes.clear(tmp_path / name, tmp_path / "elsewhere" / "home")
        assert list((tmp_path / name).iterdir()) == []
