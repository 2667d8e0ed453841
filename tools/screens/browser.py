"""The browser that looks: one clock, no animation, and what differs from run to run covered before a shot is taken."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import fnmatch
import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from tests.harness.browser import QUIET, executable
from tools.screens.commits import AT

STEADY = [
    "--font-render-hinting=none",
    "--disable-lcd-text",
    "--force-color-profile=srgb",
    "--disable-checker-imaging",
    "--disable-partial-raster",
    "--disable-skia-runtime-opts",
    "--disable-threaded-animation",
    "--run-all-compositor-stages-before-draw",
]
"""As Chromium's own tests of pictures are run: every frame drawn to its end, and nothing kept of the one before."""
MOST_TRIES = 6
SETTLED = """async () => {
    await document.fonts.ready;
    while (document.querySelector('.htmx-request')) await new Promise((done) => setTimeout(done, 50));
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""
COVER = """([rules, hidden]) => {
    const covers = rules.map(([pattern, text]) => [new RegExp(pattern, 'g'), text]);
    const cover = (text) => covers.reduce((so_far, [pattern, by]) => so_far.replace(pattern, by), text);
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; (node = texts.nextNode()); ) {
        const covered = cover(node.data);
        if (covered !== node.data) node.data = covered;
    }
    for (const field of document.querySelectorAll('input:not([type=file]), textarea')) {
        const covered = cover(field.value);
        if (covered !== field.value) field.value = covered;
    }
    if (hidden) for (const one of document.querySelectorAll(hidden)) one.style.visibility = 'hidden';
}"""


@dataclasses.dataclass(frozen=True)
class Cover:
    """What differs from run to run: patterns of text with what is shown instead, and elements that are hidden."""

    texts: Sequence[tuple[str, str]]
    hidden: str

    def over(self, page: Page) -> None:
        """Cover it on the page as it is now."""
        page.evaluate(COVER, [self.texts, self.hidden])


@dataclasses.dataclass
class Album:
    """The shots of one commit.

    ``entries``: page · role · size → the shot's file, or the answer's status where there is none.
    """

    folder: Path
    cover: Cover
    only: str
    entries: dict[str, str] = dataclasses.field(default_factory=dict)

    def wants(self, name: str) -> bool:
        """Whether this page is asked for."""
        return fnmatch.fnmatchcase(name, self.only)

    def note(self, name: str, role: str, answer: str) -> None:
        """A page without a picture: a refusal, a file, a redirection."""
        if self.wants(name):
            self.entries[_key(name, role, "")] = answer

    def shoot(self, page: Page, *, name: str, role: str, size: str, whole: bool) -> None:
        """A shot of the page, or of what the screen shows of it, where it is asked for."""
        if not self.wants(name):
            return
        words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:80]
        file = f"{len(self.entries):04d}-{words}-{size}.png"
        (self.folder / file).write_bytes(_steady(page, whole=whole))
        self.entries[_key(name, role, size)] = file

    def write(self) -> None:
        """Write down what was taken, for the comparison and for the next run."""
        text = json.dumps(self.entries, ensure_ascii=False, indent=1)
        (self.folder / "album.json").write_text(text, encoding="utf-8")


def _steady(page: Page, *, whole: bool) -> bytes:
    """A shot that is the same twice in a row: on a busy machine the browser hands out pages it has not drawn
    to their end.
    """
    shots = [b""]
    while len(shots) < MOST_TRIES:
        shots.append(page.screenshot(full_page=whole, animations="disabled", caret="hide", scale="css"))
        if shots[-1] == shots[-2]:
            break
    return shots[-1]


def _key(name: str, role: str, size: str) -> str:
    return " · ".join([name, role, size])


def viewport(size: str) -> ViewportSize:
    """``1440x900`` as playwright wants it."""
    width, height = size.split("x")
    return {"width": int(width), "height": int(height)}


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """The system's Chromium, drawing the same on every run."""
    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=executable(), args=[*QUIET, *STEADY, *sandbox])
        yield opened
        opened.close()


@contextlib.contextmanager
def context(opened: Browser, size: str, **options: Any) -> Iterator[BrowserContext]:
    """A profile of its own whose clock shows what the server's does."""
    profile = opened.new_context(viewport=viewport(size), locale="zh-CN", timezone_id="Asia/Shanghai", **options)
    profile.clock.set_fixed_time(dt.datetime.fromisoformat(AT))
    yield profile
    profile.close()
