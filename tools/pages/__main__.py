"""``python -m tools.pages OUT``: every page of every role, of a street that has just begun and of the small demo.

Both are made under OUT, unless ``--home`` names a data directory that stands outside of it (nobody may be serving it).
What an earlier look left in OUT is removed; an OUT with anything else in it is refused. Each page is
looked at in four sizes, the wall at its own as well, and told in one line with the number of its faults. Each home's
``faults.txt`` has them: what goes sideways, is cut, lies over something else, has no words; what axe complains of,
targets below 24 pixels among it; what the browser's console says; which empty sheets offer nothing to press. Ends with
1 where anything but an empty sheet is named. The phone app is looked at by ``tools.screens``.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import functools
import re
import sys
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.harness.browser import AXE
from tools.pages import homes
from tools.screens import console
from tools.screens.browser import Album, Cover, browser, viewport
from tools.screens.commits import inside, of_home, serving

SIZES = ("1440x900", "1024x768", "390x844", "360x640")
WALL, ON_THE_WALL = "wall/", "1920x1080"
A_SLOW_PAGE = 180_000
"""Milliseconds: how a page looks is judged here, not how fast it comes on a machine that others use as well."""
AXED = {SIZES[0], SIZES[2], ON_THE_WALL}
"""Axe is asked once a layout: of a desk's, of a phone's and of the wall's."""
FAULTS = (Path(__file__).parent / "faults.js").read_text(encoding="utf-8")
AXE_SOURCE = AXE.read_text(encoding="utf-8")
AXE_RUN = "axe.run(document, {resultTypes: ['violations'], rules: {'target-size': {enabled: true}}})"


@dataclasses.dataclass
class Looked(Album):
    """Pictures and faults of one home; ``faults``: kind · what → where it was seen."""

    faults: dict[tuple[str, str], list[str]] = dataclasses.field(default_factory=dict)

    def shoot(self, page: Page, *, name: str, role: str, size: str, whole: bool) -> None:
        """The picture, and all that is wrong with the page."""
        if name.endswith(" unfolded") or not page.title():  # a part of a page, for htmx
            return
        words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "home"
        file = self.folder / size / f"{role}-{words}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=file, type="jpeg", quality=70, full_page=whole, animations="disabled", caret="hide")
        where = f"{name} {role} {size}"
        for kind, what in page.evaluate(FAULTS):
            self.note_fault(kind, what, where)
        if size in AXED:
            page.evaluate(AXE_SOURCE)
            for violation in page.evaluate(AXE_RUN)["violations"]:
                for node in violation["nodes"]:
                    self.note_fault(f"axe {violation['id']}", node["html"][:140], where)

    def note_fault(self, kind: str, what: str, where: str) -> None:
        """What was seen, and where."""
        self.faults.setdefault((kind, what), []).append(where)

    @property
    def n_faults(self) -> int:
        """How often anything was seen."""
        return sum(map(len, self.faults.values()))


class PageWalk(console.Walk):
    """A walk that tells each page as it comes to it; the wall hangs at a size of its own."""

    album: Looked

    def shoot(self, name: str) -> None:
        """All sizes of a page, and a line about it."""
        was = self.album.n_faults
        super().shoot(name)
        print(f"{self.album.n_faults - was:3} faults  {self.role}  {name}", flush=True)
        (self.album.folder / "faults.txt").write_text(_table(self.album), encoding="utf-8")

    def sizes_of(self, name: str) -> tuple[str, ...]:
        """Those of every page."""
        return (*self.sizes, ON_THE_WALL) if name == WALL else tuple(self.sizes)


def main() -> int:
    """Look at everything, write it down."""
    options = _options()
    homes.clear(options.out, options.home)
    with browser() as opened:
        albums = [_look(home, options.out / name, opened) for name, home in _homes(options, opened).items()]
    return 1 if any(kind != "empty" for album in albums for kind, _ in album.faults) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.pages", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--home", type=Path)
    return parser.parse_args()


def _homes(options: argparse.Namespace, opened: Browser) -> dict[str, Path]:
    """Name → data directory."""
    if options.home:
        return {options.home.name: options.home}
    made = {name: options.out / name / "home" for name in ("fresh", "demo")}
    for home in made.values():
        home.parent.mkdir()
    homes.make_fresh(made["fresh"], opened)
    homes.make_demo(made["demo"])
    return made


def _look(home: Path, out: Path, opened: Browser) -> Looked:
    """Every page of every role of a home."""
    out.mkdir(exist_ok=True)
    album, n_pages = Looked(out, Cover([], ""), "*"), 0
    accounts = homes.accounts(home)
    with serving(of_home(home), out / "serve.log") as address:
        for role, account in accounts.items():
            program = inside(of_home(home), [account])  # now: a session that is left alone for half an hour ends
            paths = [route for route in program["routes"] if "<" not in route and not route.startswith("phone/")]
            paths.remove("accounts/logout/")
            with opened.new_context(
                viewport=viewport(SIZES[0]), locale="zh-CN", timezone_id="Asia/Shanghai"
            ) as profile:
                session = program["sessions"][account]
                profile.add_cookies([{"name": program["cookie"], "value": session, "url": address}])
                profile.set_default_navigation_timeout(A_SLOW_PAGE)
                profile.on("console", functools.partial(_note_of_console, album, role))
                walk = PageWalk(profile.new_page(), address, album, role, SIZES, n_of_a_kind=1)
                walk.everything(paths)
                n_pages += len(walk.names)
    print(f"{n_pages} pages, {len(album.faults)} kinds of faults: {out / 'faults.txt'}")
    return album


def _note_of_console(album: Looked, role: str, message: ConsoleMessage) -> None:
    if message.type == "error" and "status of 4" not in message.text:
        album.note_fault("console", message.text[:140], f"{message.location.get('url', '')} {role}")


def _table(album: Looked) -> str:
    lines = []
    kinds = collections.Counter(kind for kind, _ in album.faults)
    for kind, n in sorted(kinds.items()):
        lines.append(f"== {kind}: {n}")
        for (of, what), wheres in sorted(album.faults.items()):
            if of == kind:
                lines.append(f"{len(wheres):4}× {what}\n      {'; '.join(wheres[:4])}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
