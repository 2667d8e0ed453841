"""Every page of the console as every role sees it: from the addresses that need no object on, along the links
of the pages.

A page is known by its address with ids and codes taken out. Of a page of objects the first one is looked at that a link
leads to, in the order of the pages: the same object in both commits, whatever its id.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Browser, Page, Response
from playwright.sync_api import Error as BrowserError

from tools.screens.browser import SETTLED, Album, context, viewport
from tools.screens.commits import Commit

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
CODE = re.compile(r"\d{6,}")
NO_PAGE = re.compile("Download is starting|ERR_ABORTED|ERR_HTTP_RESPONSE_CODE_FAILURE")
"""What the browser says of a file, and of an answer without a word in it."""
WORD = re.compile(r"[a-z_]+")
NOT_PAGES = re.compile(r"/(phone/|static/|accounts/logout/)")
LINKS = """() => ['href', 'hx-get', 'action'].flatMap((name) => [...document.querySelectorAll(`[${name}]`)]
    .map((one) => new URL(one.getAttribute(name), location).href))"""
FOLDED = "() => [...document.querySelectorAll('details:not([open])')].map((one) => (one.open = true)).length"
MOST_OF_A_KIND = 3
"""How many sorts and filters of one page are looked at: the same address with the same names in its query."""


def pattern(url: str) -> str:
    """The page an address belongs to: ``/people/0197…/?sort=name`` is ``people/<id>/?sort=name``."""
    parts = urlsplit(url)
    path = CODE.sub("<code>", UUID.sub("<id>", parts.path)).lstrip("/") or "/"
    query = "&".join(
        f"{name}={value if WORD.fullmatch(value) else '…'}" for name, value in sorted(parse_qsl(parts.query))
    )
    return f"{path}?{query}" if query else path


def _kind(name: str) -> str:
    return re.sub(r"=[^&]*", "", name)


class Walk:
    """One role's way through the console."""

    def __init__(
        self, page: Page, base: str, album: Album, role: str, sizes: Sequence[str], *, n_of_a_kind: int = MOST_OF_A_KIND
    ) -> None:
        """``n_of_a_kind``: how many sorts and filters of one page are looked at."""
        self.page, self.base, self.album, self.role, self.sizes = page, base, album, role, sizes
        self.n_of_a_kind = n_of_a_kind
        self.waiting: deque[str] = deque()
        self.names: set[str] = set()
        self.kinds: Counter[str] = Counter()

    def everything(self, paths: Iterable[str]) -> None:
        """Go to these addresses, and wherever they lead."""
        self._add(f"{self.base}/{path}" for path in paths)
        while self.waiting:
            self._visit(self.waiting.popleft())

    def _add(self, urls: Iterable[str]) -> None:
        for url in urls:
            name = pattern(url)
            inside = url.startswith(f"{self.base}/") and not NOT_PAGES.match(urlsplit(url).path)
            if inside and name not in self.names and self.kinds[_kind(name)] < self.n_of_a_kind:
                self.names.add(name)
                self.kinds[_kind(name)] += 1
                self.waiting.append(url.split("#")[0])

    def _visit(self, url: str) -> None:
        name = pattern(url)
        try:
            response = self.page.goto(url, wait_until="load")
        except BrowserError as error:
            if not NO_PAGE.search(error.message):
                raise
            answer = self.page.request.get(url)
            profile = self.page.context
            self.page.close()  # the browser's own page of the fault would come a moment later, into the next page
            self.page = profile.new_page()
            self.album.note(name, self.role, f"status {answer.status} {answer.headers.get('content-type', '')}".strip())
            return
        assert response is not None
        landed = pattern(self.page.url)
        if landed != name:
            self.album.note(name, self.role, f"leads to {landed}")
            if landed in self.names:
                return
            self.names.add(landed)
        if not _is_page(response):
            kind = response.headers.get("content-type", "")
            self.album.note(landed, self.role, f"status {response.status} {kind}".strip())
            landed = f"status {response.status}"
            if landed in self.names or not kind.startswith("text/html"):
                return
            self.names.add(landed)
        self.page.evaluate(SETTLED)
        self._add(self.page.evaluate(LINKS))
        self.shoot(landed)

    def sign_in(self, members: Iterable[dict[str, str]]) -> None:
        """What the form of signing in answers: to a wrong password, and to the right one of whoever has a
        second factor.
        """
        for member in members:
            for password in ("wrong", member["password"]):
                self.page.goto(f"{self.base}/accounts/login/")
                self.page.locator("input[name=login]").fill(member["username"])
                self.page.locator("input[name=password]").fill(password)
                with self.page.expect_navigation(wait_until="load"):
                    self.page.keyboard.press("Enter")
                name = f"{pattern(self.page.url)} after signing in"
                if name not in self.names:
                    self.names.add(name)
                    self.shoot(name)
            self.page.context.clear_cookies()

    def shoot(self, name: str) -> None:
        """The page in all its sizes, and once more with all that was folded."""
        if not self.album.wants(name):
            return
        self.album.cover.over(self.page)
        sizes = self.sizes_of(name)
        for size in sizes:
            if len(sizes) > 1:
                self.page.set_viewport_size(viewport(size))
                self.page.evaluate(SETTLED)
            self.album.shoot(self.page, name=name, role=self.role, size=size, whole=True)
            if self.page.evaluate(FOLDED):
                self.album.shoot(self.page, name=f"{name} unfolded", role=self.role, size=size, whole=True)
                self.page.evaluate("() => document.querySelectorAll('details').forEach((one) => (one.open = false))")

    def sizes_of(self, name: str) -> Sequence[str]:
        """The sizes in which a page is looked at."""
        return self.sizes


def _is_page(response: Response) -> bool:
    return response.status == 200 and response.headers.get("content-type", "").startswith("text/html")


def look(
    commit: Commit, base: str, opened: Browser, album: Album, *, sizes: Sequence[str], more: Sequence[str]
) -> None:
    """Take every page of every role, and of nobody. ``more``: addresses no link leads to."""
    inside = commit.inside()
    paths = [*(route for route in inside["routes"] if "<" not in route and not route.startswith("phone/")), *more]
    paths.remove("accounts/logout/")
    reached: set[str] = set()
    roles = {member["role"]: inside["sessions"][member["username"]] for member in commit.members()}
    for role, session in {**roles, "nobody": None}.items():
        with context(opened, sizes[0]) as profile:
            if session:
                profile.add_cookies([{"name": inside["cookie"], "value": session, "url": base}])
            walk = Walk(profile.new_page(), base, album, role, sizes)
            walk.everything(paths)
            if not session:
                walk.sign_in(commit.members())
            reached |= walk.names
        print(f"{commit.sha[:9]} {role}: {len(album.entries)}", flush=True)
    album.note("addresses nobody reached", "all", ", ".join(_unreached(inside["routes"], reached)))


def _unreached(routes: Iterable[str], names: Iterable[str]) -> Iterator[str]:
    """Addresses of the console that no link led to, as the URL table writes them."""
    paths = {name.split("?")[0] for name in names}
    for route in routes:
        one = re.compile(re.sub(r"<(\w+)[^>]*>", lambda part: "<id>" if part[1] == "uuid" else "[^/]+", route))
        if route and not route.startswith("phone/") and not any(one.fullmatch(path) for path in paths):
            yield route
