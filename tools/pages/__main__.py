"""``python -m tools.pages HOME ADDRESS OUT``: every page of every account at four sizes.

HOME is the data directory of what is served at ADDRESS. OUT receives the pictures and ``faults.txt``: what goes
sideways, is cut, lies over something else, has no words; what axe complains of, targets below 24 pixels among it; what
the browser's console says; which empty sheets offer nothing to press. Ends with 1 where anything but an empty sheet
is named. Accounts: those of ``demo.json``, or ``--accounts role=name,…``.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import functools
import json
import re
import shutil
import sys
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Page

from tests.harness.browser import AXE
from tools.screens import console
from tools.screens.browser import Album, Cover, browser, viewport
from tools.screens.commits import inside, of_home

SIZES = ("1440x900", "1920x1080", "1024x768", "390x844")
AXED = {"1440x900", "390x844"}
FAULTS = (Path(__file__).parent / "faults.js").read_text(encoding="utf-8")
AXE_SOURCE = AXE.read_text(encoding="utf-8")
AXE_RUN = "axe.run(document, {resultTypes: ['violations'], rules: {'target-size': {enabled: true}}})"


@dataclasses.dataclass
class Looked(Album):
    """Pictures and faults of one account; ``faults``: kind · what → where it was seen."""

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
        (self.folder / "faults.txt").write_text(_table(self), encoding="utf-8")

    def note_fault(self, kind: str, what: str, where: str) -> None:
        """What was seen, and where."""
        self.faults.setdefault((kind, what), []).append(where)


def main() -> int:
    """Look at everything, write it down."""
    options = _options()
    shutil.rmtree(options.out, ignore_errors=True)
    options.out.mkdir(parents=True)
    accounts = _accounts(options)
    program = inside(of_home(options.home), list(accounts.values()))
    paths = [route for route in program["routes"] if "<" not in route and not route.startswith("phone/")]
    paths.remove("accounts/logout/")
    album = Looked(options.out, Cover([], ""), "*")
    n_pages = 0
    with browser() as opened:
        for role, account in accounts.items():
            with opened.new_context(
                viewport=viewport(SIZES[0]), locale="zh-CN", timezone_id="Asia/Shanghai"
            ) as profile:
                session = program["sessions"][account]
                profile.add_cookies([{"name": program["cookie"], "value": session, "url": options.address}])
                profile.on("console", functools.partial(_note_of_console, album, role))
                walk = console.Walk(profile.new_page(), options.address, album, role, SIZES, n_of_a_kind=1)
                walk.everything(paths)
                n_pages += len(walk.names)
                print(f"{role}: {len(walk.names)}", flush=True)
    print(f"{n_pages} pages, {len(album.faults)} kinds of faults: {options.out / 'faults.txt'}")
    return 1 if any(kind != "empty" for kind, _ in album.faults) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.pages", description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("address")
    parser.add_argument("out", type=Path)
    parser.add_argument("--accounts", default="", metavar="ROLE=NAME,…")
    return parser.parse_args()


def _accounts(options: argparse.Namespace) -> dict[str, str]:
    """Role → sign-in name."""
    if options.accounts:
        return dict(pair.split("=") for pair in options.accounts.split(","))
    members = json.loads((options.home / "demo.json").read_text(encoding="utf-8"))["members"]
    return {member["role"]: member["username"] for member in members}


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
