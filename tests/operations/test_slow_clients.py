"""Whoever sends or reads slowly costs nobody else anything: bodies are read before a thread is taken."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
import threading
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from typing import Any, cast

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from granian.rsgi import HTTPProtocol, Scope  # type: ignore[attr-defined] # passed on from elsewhere

from gridwalk.config import bodies, rsgi
from gridwalk.config.bodies import Bodies, Refused
from gridwalk.config.lanes import Lane, threads
from gridwalk.config.server import PLACES, Server, environ_of
from gridwalk.core import patience
from gridwalk.sync.queries import rows
from tests.harness import servers
from tests.harness.echo import LARGE

MB = 1 << 20


class Sent:
    """A request as far as it has come; ``pieces`` are the bytes, after which it stays silent or ends."""

    def __init__(self, *pieces: bytes, length: int | None, silent: bool = False) -> None:
        chunked = {"transfer-encoding": "chunked"}
        self.headers = chunked if length is None else {"content-length": str(length)}
        self._pieces, self._silent = pieces, silent
        self.n_read = 0

    async def __call__(self) -> bytes:
        if self._silent:
            await asyncio.sleep(60)
        return b"".join(self._pieces)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            self.n_read += 1
            yield piece
        if self._silent:
            await asyncio.sleep(60)
        yield b""


def read(sent: Sent, most: int = 8 * MB, into: Bodies | None = None) -> bytes:
    return asyncio.run((into or Bodies()).read(cast(Scope, sent), cast(HTTPProtocol, sent), most=most))


def refusal(sent: Sent, most: int = 8 * MB, into: Bodies | None = None) -> int:
    with pytest.raises(Refused) as refused:
        read(sent, most, into)
    return refused.value.status


def test_a_body_is_read_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "SECONDS", 0.05)
    monkeypatch.setattr(bodies, "SLOWEST", 1 << 40)
    assert read(Sent(b"{}", length=2)) == b"{}"
    assert read(Sent(b"a" * MB, b"b", length=MB + 1)) == b"a" * MB + b"b"
    assert read(Sent(b"ab", b"c", length=None)) == b"abc"
    assert refusal(Sent(b"{", length=1000, silent=True)) == 408
    assert refusal(Sent(b"a" * MB, length=2 * MB, silent=True)) == 408
    assert refusal(Sent(b"a", length=None, silent=True)) == 408
    assert refusal(Sent(b"a" * MB, length=2 * MB)) == 400, "it broke off"
    assert refusal(Sent(b"ab", b"", length=None)) == 400, "so did this one: an empty piece before the end"


def test_a_body_is_bounded_before_it_is_read_and_what_is_kept_is_bounded_too() -> None:
    long = Sent(b"a", length=9 * MB)
    assert (refusal(long), long.n_read) == (413, 0)
    endless = Sent(*[bytes(MB)] * 100, length=None)
    assert (refusal(endless), endless.n_read) == (413, 9)
    kept = Bodies(room=2 * MB)
    body = read(Sent(bytes(2 * MB), length=2 * MB), into=kept)
    assert refusal(Sent(bytes(MB), length=MB), into=kept) == 503
    assert read(Sent(b"{}", length=2), into=kept) == b"{}", "what is short always finds room"
    kept.release(body)
    assert len(read(Sent(bytes(MB), length=MB), into=kept)) == MB


def test_who_waits_gives_the_place_to_the_next_and_phones_hold_up_no_page() -> None:
    freed = threading.Event()

    async def day() -> tuple[str, str, list[bool]]:
        of_phones, of_pages = threads("phones", patience.PHONES, 4), threads("pages", patience.PAGES, 1)
        phones = Lane(of_phones, places=2, gives_place=0.02)
        pages = Lane(of_pages, places=1, gives_place=0.02)
        waiting = [asyncio.ensure_future(phones.run(lambda: freed.wait(10))) for _ in range(3)]
        push = await asyncio.wait_for(phones.run(lambda: "pushed"), 5)
        waiting.append(asyncio.ensure_future(phones.run(lambda: freed.wait(10))))
        await asyncio.sleep(0.1)  # now all threads of the phones wait
        page = await asyncio.wait_for(pages.run(lambda: "shown"), 5)
        freed.set()
        waited = await asyncio.gather(*waiting)
        of_phones.shutdown()
        of_pages.shutdown()
        return push, page, waited

    assert asyncio.run(day()) == ("pushed", "shown", [True] * 4)


def test_the_threads_that_phones_begin_with_are_ready_before_anybody_asks() -> None:
    """All of them at once, each on a connection of its own; a database that is away keeps nobody from starting."""
    together = threading.Barrier(PLACES + 1, timeout=10)

    def get_ready() -> None:
        together.wait()

    serving = Server(lambda environ, start: [], connections=20, pushes=lambda several: [], ready=get_ready)
    loop = asyncio.new_event_loop()
    serving.__rsgi_init__(loop)
    together.wait()
    serving.__rsgi_del__(loop)
    loop.close()


@pytest.mark.django_db
def test_a_thread_gets_ready_by_what_a_pull_asks_and_without_a_database_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with CaptureQueriesContext(connection) as queries:
        rsgi.get_ready()
    assert {"registry_person", "campaigns_target", "visits_visit"} <= {
        table for query in queries for table in re.findall(r'FROM "(\w+)"', query["sql"])
    }

    def away(*args: object, **values: object) -> None:
        raise OperationalError

    monkeypatch.setattr(rows, "of_grid", away)
    rsgi.get_ready()


def test_a_request_is_passed_on_as_the_browser_sent_it() -> None:
    class Headers(dict[str, str]):
        def items(self) -> Any:
            return [
                ("host", "gw"),
                ("cookie", "a=1"),
                ("cookie", "b=2"),
                ("x-forwarded-for", "192.0.2.1"),
                ("x_forwarded_for", "198.51.100.1"),  # would pass for the one above
                ("content-type", "text/plain"),
                ("content-length", "7"),
            ]

    class Asked:
        method, path, query_string, scheme, http_version = "POST", "/表/", "q=%E8%A1%A8", "https", "1.1"
        server, client, authority, headers = "[::1]:8000", "[2001:db8::7]:4711", None, Headers()

    environ = environ_of(cast(Scope, Asked()), b"content")
    shown = {name: environ[name] for name in environ if name.startswith(("HTTP_", "CONTENT_", "REMOTE", "SERVER_N"))}
    assert shown == {
        "HTTP_HOST": "gw",
        "HTTP_COOKIE": "a=1;b=2",
        "HTTP_X_FORWARDED_FOR": "192.0.2.1",
        "CONTENT_TYPE": "text/plain",
        "CONTENT_LENGTH": "7",
        "REMOTE_ADDR": "2001:db8::7",
        "SERVER_NAME": "::1",
    }
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/表/"
    assert (environ["wsgi.url_scheme"], environ["wsgi.input"].read()) == ("https", b"content")


# --- as a process -----------------------------------------------------------------------------------------------------

SOON = 2.5
"""Seconds, on a machine that has other things to do; what is held up here takes longer or never ends."""
HEAD = "POST {path} HTTP/1.1\r\nHost: gw\r\n"
HALVES = (
    HEAD.format(path="/phone/api/push") + "Content-Le",
    HEAD.format(path="/phone/api/push") + "Content-Length: 1000\r\n\r\n{",
    HEAD.format(path="/accounts/login/") + "Content-Length: 9000\r\n\r\n{",
    HEAD.format(path="/accounts/login/") + "Transfer-Encoding: chunked\r\n\r\n5\r\nab",
)


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    with servers.echoing() as port:
        yield port


def seconds_of(port: int, path: str) -> float:
    began = time.perf_counter()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", b"whole", timeout=20) as response:
        assert json.load(response)["body"] == "whole"
    return time.perf_counter() - began


@pytest.mark.slow
def test_two_hundred_half_sent_requests_hold_up_neither_page_nor_phone(server: int) -> None:
    with contextlib.ExitStack() as open_:
        slow = [open_.enter_context(socket.create_connection(("127.0.0.1", server), 10)) for _ in range(200)]
        for n, connection in enumerate(slow):
            connection.sendall(HALVES[n % 4].encode())
        for _ in range(3):
            assert seconds_of(server, "/phone/api/push") < SOON
            assert seconds_of(server, "/board/") < SOON
            for connection in slow[3::4]:  # one byte a second
                connection.sendall(b"c")
            time.sleep(0.3)
        answers = [connection.recv(4096).decode() for connection in slow[1:3]]
    assert [answer[9:12] for answer in answers] == ["408", "408"]
    assert '"problem": "too_slow"' in answers[0] and "请换个信号好的地方再试" in answers[1]


@pytest.mark.slow
def test_who_does_not_read_the_answer_holds_no_thread(server: int) -> None:
    with contextlib.ExitStack() as open_:
        for _ in range(30):
            deaf = open_.enter_context(socket.create_connection(("127.0.0.1", server), 10))
            deaf.sendall(b"GET /large HTTP/1.1\r\nHost: gw\r\n\r\n")
        time.sleep(0.5)
        assert seconds_of(server, "/board/") < SOON
    with urllib.request.urlopen(f"http://127.0.0.1:{server}/large", timeout=20) as response:
        assert len(response.read()) == LARGE


@pytest.mark.slow
def test_pushes_that_wait_hold_up_no_page_and_none_that_need_not_wait(server: int) -> None:
    """Eleven wait some seconds each: one fewer than the lane has threads. With four for everybody it took three times
    as long.
    """
    waiting = [threading.Thread(target=seconds_of, args=(server, "/phone/api/wait")) for _ in range(11)]
    for thread in waiting:
        thread.start()
    time.sleep(0.1)
    assert seconds_of(server, "/board/") < SOON
    assert seconds_of(server, "/phone/api/push") < SOON
    for thread in waiting:
        thread.join()


@pytest.mark.slow
def test_a_body_that_is_too_long_is_refused_unread(server: int) -> None:
    head = HEAD.format(path="/phone/api/push") + "Content-Length: 99000000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server), 10) as connection:
        connection.sendall(head.encode())
        answer = connection.recv(4096).decode()
    assert answer.startswith("HTTP/1.1 413") and '"problem": "too_large"' in answer
