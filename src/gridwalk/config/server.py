"""Between Granian and Django: a request is read whole, then answered in a thread of its lane.

Granian's own WSGI reads the body inside the thread: four half-sent bodies would stop the whole server. Here a slow
client, whether it sends slowly or reads slowly, holds neither a thread nor a connection to the database.
"""

from __future__ import annotations

import asyncio
import dataclasses
import functools
import io
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from granian.rsgi import HTTPProtocol, Scope  # type: ignore[attr-defined] # passed on from elsewhere

from gridwalk.config.bodies import Bodies, Refused
from gridwalk.config.gathering import Gathering
from gridwalk.config.lanes import Lane, threads
from gridwalk.config.timing import BEGAN
from gridwalk.core import patience

Headers = list[tuple[str, str]]
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Pushes = Callable[[Sequence[dict[str, Any]]], Sequence[dict[str, Any] | None]]
"""What does the work of several pushes at once. It returns what their environments tell the application of it; None of
one: nothing of it was done, it is to be answered by itself.
"""

PHONES = "/phone/api/"
PUSH = f"{PHONES}push"
MOST_OF_PHONE = 4 << 20
MOST_OF_PAGE = 66 << 20
"""A ledger of 64 MB and the form around it."""
PLACES = 4
PHONE_GIVES_PLACE, PAGE_GIVES_PLACE = 0.25, 1.0
"""Seconds. A page seldom waits and often reckons: more of them at once would only be slower together."""
GROUPS, MOST_IN_GROUP = 2, 32
"""Groups of pushes at once: while one waits for the database the other reckons. What one costs more than a push is
shared by so many already that a larger group would only be later.
"""

_REFUSALS = {
    400: ("malformed", "这次没传完，什么都没有存。请再试一次。"),
    408: ("too_slow", "网太慢，这次没传完，什么都没有存。请换个信号好的地方再试。"),
    413: ("too_large", "一次传得太多，什么都没有存。请分几次传。"),
    503: ("busy", "现在同时传的太多，什么都没有存。请过半分钟再试。"),
}
_BUSY_SECONDS = 30


class File:
    """``wsgi.file_wrapper``: a file as Django hands it out, read by the server and not by a thread of ours."""

    def __init__(self, file: io.BufferedIOBase, block_size: int = 0) -> None:
        self.file = file

    def __iter__(self) -> Iterator[bytes]:
        yield self.file.read()

    def close(self) -> None:
        self.file.close()


@dataclasses.dataclass(frozen=True, eq=False)
class _Request:
    """A request that was read whole."""

    scope: Scope
    protocol: HTTPProtocol
    body: bytes


class Server:
    """RSGI over a WSGI application. ``connections``: to the database at most, each a thread; three of five for phones,
    which wait for grids more often than pages do. ``pushes``: does the work of those that wait at the same moment.
    ``ready``: done at the start by each thread that phones begin with, which no phone then has to wait for.
    """

    def __init__(
        self, application: Application, *, connections: int, pushes: Pushes, ready: Callable[[], None]
    ) -> None:
        self._application, self._pushed, self._ready = application, pushes, ready
        self._n_of_phones = max(PLACES, connections * 3 // 5)
        self._n_of_pages = max(PLACES, connections - self._n_of_phones)
        self._bodies = Bodies()

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        phones = threads("phones", patience.PHONES, self._n_of_phones)
        pages = threads("pages", patience.PAGES, self._n_of_pages)
        self._threads = phones, pages
        for _ in range(PLACES):  # none of them is idle yet when the next is asked for: each is a thread of its own
            phones.submit(self._ready)
        self._phones = Lane(phones, places=PLACES, gives_place=PHONE_GIVES_PLACE)
        self._pages = Lane(pages, places=PLACES, gives_place=PAGE_GIVES_PLACE)
        self._pushes = Gathering(
            Lane(phones, places=GROUPS, gives_place=PHONE_GIVES_PLACE),
            self._answer_together,
            alone=Lane(phones, places=max(1, self._n_of_phones - PLACES), gives_place=None),
            by_itself=self._answer,
            most=MOST_IN_GROUP,
        )

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        for of_lanes in self._threads:
            of_lanes.shutdown()

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        of_phone = scope.path.startswith(PHONES)
        try:
            body = await self._bodies.read(scope, protocol, most=MOST_OF_PHONE if of_phone else MOST_OF_PAGE)
        except Refused as refused:
            _refuse(protocol, refused.status, of_phone=of_phone)
            return
        request = _Request(scope, protocol, body)
        try:
            if scope.path == PUSH and scope.method == "POST":
                await self._pushes.do(request)
            else:
                await (self._phones if of_phone else self._pages).run(functools.partial(self._answer, request))
        finally:
            self._bodies.release(body)

    def _answer_together(self, requests: Sequence[_Request]) -> list[_Request]:
        """Answer several pushes, in this thread; those that are left, nothing of which was done or heard."""
        began = time.perf_counter()
        environs = [environ_of(request.scope, request.body) for request in requests]
        left = []
        for request, environ, answer in zip(requests, environs, self._pushed(environs), strict=True):
            if answer is None:
                left.append(request)
                continue
            try:
                self._respond(request.protocol, environ | answer | {BEGAN: began})
            except Exception:  # it is asked by itself what became of it, and what fails again is an error of its own
                left.append(request)
        return left

    def _answer(self, request: _Request) -> None:
        """Have the application answer, in this thread."""
        self._respond(request.protocol, environ_of(request.scope, request.body))

    def _respond(self, protocol: HTTPProtocol, environ: dict[str, Any]) -> None:
        """Pass on what the application says."""
        begun: list[tuple[int, Headers]] = []

        def start_response(status: str, headers: Headers, exc_info: Any = None) -> None:
            begun.append((int(status[:3]), headers))

        answer = self._application(environ, start_response)
        try:
            if isinstance(answer, File) and type(answer.file) is io.BufferedReader:
                protocol.response_file(*begun[-1], answer.file.name)
            else:
                content = b"".join(answer)
                protocol.response_bytes(*begun[-1], content)
        finally:
            close = getattr(answer, "close", None)
            if close:
                close()


def environ_of(scope: Scope, body: bytes) -> dict[str, Any]:
    """The request as PEP 3333 has it. A header whose name holds an underscore would pass for another one: it is left
    out.
    """
    server, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": server.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": File,
    }
    for name, value in scope.headers.items():
        if "_" in name:
            continue
        key = f"HTTP_{name.upper().replace('-', '_')}"
        environ[key] = value if key not in environ else f"{environ[key]}{';' if name == 'cookie' else ','}{value}"
    environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE", "")
    environ.pop("HTTP_CONTENT_LENGTH", None)
    environ["CONTENT_LENGTH"] = str(len(body)) if body else ""
    environ.setdefault("HTTP_HOST", scope.authority or "")
    return environ


def _refuse(protocol: HTTPProtocol, status: int, *, of_phone: bool) -> None:
    """Answer a body that was not taken, and end the connection: what still comes on it is no request."""
    problem, words = _REFUSALS[status]
    kind = "application/json" if of_phone else "text/html"
    headers = [("content-type", f"{kind}; charset=utf-8"), ("connection", "close"), ("cache-control", "no-store")]
    content: dict[str, Any] = {"problem": problem, "text": words}
    if status == 503:
        headers.append(("retry-after", str(_BUSY_SECONDS)))
        content["seconds"] = _BUSY_SECONDS
    page = f'<!DOCTYPE html><html lang="zh-CN"><meta charset="utf-8"><title>没有收下</title><p>{words}</p></html>'
    protocol.response_str(status, headers, json.dumps(content, ensure_ascii=False) if of_phone else page)
