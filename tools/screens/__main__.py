"""``python -m tools.screens BEFORE AFTER``: what moves on the screen from one commit to another, in pixels, each with
its reason.

Both commits get the same demo (one seed, one frozen clock, counted ids) and the same walk. ``tools/screens.toml``
says what is covered, and why a page may differ. Ends with 1 when a page differs for no reason. ``tools.screens X X``
makes everything twice and shows that the tool itself moves nothing.
"""

from __future__ import annotations

import argparse
import fnmatch
import hashlib
import json
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tools.screens import browser, compare, console, phone
from tools.screens.commits import HERE, ROOT, Commit, sha_of

SETTINGS = ROOT / "tools" / "screens.toml"


def main() -> int:
    """Make both commits, look at both, compare."""
    options = _options()
    settings = tomllib.loads(SETTINGS.read_text(encoding="utf-8"))
    sizes = options.sizes.split(",")
    names = [sha_of(options.before), sha_of(options.after)]
    if names[0] == names[1]:
        names[1] += "-again"
    options.cache.mkdir(parents=True, exist_ok=True)
    albums: list[Path] = []
    for name in names:
        commit = Commit(name.removesuffix("-again"), options.cache / (name[:12] + name[40:]))
        commit.make(options.cache / "keys.json")
        albums.append(_look(commit, settings, sizes=sizes, only=options.only))
    out = options.out or options.cache / "out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    with browser.browser() as opened:
        rows = list(compare.differences(opened, albums[0], albums[1], out))
    return _report(rows, settings.get("reason", []), n_pages=len(_album(albums[0])), out=out)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.screens", description=__doc__)
    parser.add_argument("before")
    parser.add_argument("after")
    parser.add_argument("--only", default="*", metavar="GLOB", help="pages whose name fits, as people/* or phone/*")
    parser.add_argument("--sizes", default="1440x900", metavar="SIZES", help="of the console, as 1440x900,1024x768")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where the table and what differs go, in red")
    cache = Path(tempfile.gettempdir()) / "gridwalk-screens"
    parser.add_argument("--cache", type=Path, default=cache, metavar="DIR", help="sources, demos, shots of each commit")
    return parser.parse_args()


def _look(commit: Commit, settings: Mapping[str, Any], *, sizes: Sequence[str], only: str) -> Path:
    """The folder of the commit's shots; taken only where this tool has not taken the same ones before."""
    folder = commit.folder / "shots" / _stamp(settings, sizes, only)
    if (folder / "album.json").exists():
        print(f"{commit.sha[:9]}: {len(_album(folder))} shots kept", flush=True)
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    texts = [(cover["text"], cover["by"]) for cover in settings["cover"]]
    cover = browser.Cover([*texts, (str(commit.folder), "<cache>")], ", ".join(settings["hidden"]))
    album = browser.Album(folder, cover, only)
    with commit.serving() as base, browser.browser() as opened:
        if not only.startswith("phone/"):
            console.look(commit, base, opened, album, sizes=sizes, more=settings["more"])
        phone.look(commit, base, opened, album)
    album.write()
    return folder


def _stamp(settings: Mapping[str, Any], sizes: Sequence[str], only: str) -> str:
    """Of all that decides what the shots show, but the commit."""
    how = {name: value for name, value in settings.items() if name != "reason"}
    digest = hashlib.sha256(json.dumps([how, list(sizes), only]).encode())
    for path in sorted(HERE.rglob("*.py")):
        if path.name not in {"__main__.py", "compare.py"}:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _album(folder: Path) -> dict[str, str]:
    entries: dict[str, str] = json.loads((folder / "album.json").read_text(encoding="utf-8"))
    return entries


def _report(
    rows: Sequence[compare.Difference], reasons: Sequence[Mapping[str, Any]], *, n_pages: int, out: Path
) -> int:
    """Print the table; 1 where a page differs for no reason."""
    n_without = 0
    lines = ["page · role · size · pixels differing · % · reason"]
    for row in rows:
        reason = next((reason["why"] for reason in reasons if _covers(reason, row)), None)
        n_without += reason is None
        lines.append(row.line(reason))
    lines.append(f"{n_pages} looked at, {len(rows)} differ, {n_without} of them for no reason. Pictures: {out}")
    (out / "table.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))
    return 1 if n_without else 0


def _covers(reason: Mapping[str, Any], row: compare.Difference) -> bool:
    """Whether the reason is for this page, and no more pixels differ than it says."""
    return fnmatch.fnmatchcase(row.page, reason["page"]) and row.pixels <= reason.get("pixels", row.pixels)


if __name__ == "__main__":
    sys.exit(main())
