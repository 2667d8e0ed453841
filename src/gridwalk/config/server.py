"""Between Granian and Django: a request is read whole, then answered in a thread of its lane.

Granian's own WSGI reads the body inside the thread: four half-sent bodies would stop the whole server. Here a slow
client, whether it sends slowly or reads slowly, holds neither a thread nor a connection to the database.
"""

from __future__ import annotations

import asyncio
import functools
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from granian.rsgi import HTTPProtocol, Scope  # type: ignore[attr-defined] # passed on from elsewhere

from gridwalk.config.bodies import Bodies, Refused
from gridwalk.config.lanes import Lane
from gridwalk.core import patience

Headers = list[tuple[str, str]]
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

PHONES = "/phone/api/"
MOST_OF_PHONE = 4 << 20
MOST_OF_PAGE = 66 << 20
"""A ledger of 64 MB and the form around it."""
PLACES = 4
PUSH_GIVES_PLACE, PAGE_GIVES_PLACE = 0.25, 1.0
"""Seconds. A page seldom waits and often reckons: more of them at once would only be slower together."""

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


class Server:
    """RSGI over a WSGI application. ``connections``: to the database at most, each a thread; three of five for phones,
    which wait for grids more often than pages do.
    """

    def __init__(self, application: Application, *, connections: int) -> None:
        self._application, self._connections = application, connections
        self._bodies = Bodies()

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        most = max(PLACES, self._connections * 3 // 5)
        self._phones = Lane("phones", patience.PHONES, places=PLACES, threads=most, gives_place=PUSH_GIVES_PLACE)
        most = max(PLACES, self._connections - most)
        self._pages = Lane("pages", patience.PAGES, places=PLACES, threads=most, gives_place=PAGE_GIVES_PLACE)

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._phones.close()
        self._pages.close()

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        of_phone = scope.path.startswith(PHONES)
        try:
            body = await self._bodies.read(scope, protocol, most=MOST_OF_PHONE if of_phone else MOST_OF_PAGE)
        except Refused as refused:
            _refuse(protocol, refused.status, of_phone=of_phone)
            return
        lane = self._phones if of_phone else self._pages
        try:
            await lane.run(functools.partial(self._answer, scope, protocol, body))
        finally:
            self._bodies.release(body)

    def _answer(self, scope: Scope, protocol: HTTPProtocol, body: bytes) -> None:
        """Have the application answer, in this thread, and pass on what it says."""
        begun: list[tuple[int, Headers]] = []

        def start_response(status: str, headers: Headers, exc_info: Any = None) -> None:
            begun.append((int(status[:3]), headers))

        answer = self._application(environ_of(scope, body), start_response)
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
