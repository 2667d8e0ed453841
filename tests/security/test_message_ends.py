"""Where one request ends and the next begins, as the server of ours reads it (request smuggling)."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from tests.harness import servers

pytestmark = pytest.mark.slow
HIDDEN = "GET /hidden HTTP/1.1\r\nHost: gw\r\n\r\n"


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    """A port where the web server runs as ``gridwalk serve`` starts it, with an application that says what it read."""
    with servers.echoing() as port:
        yield port


def ask(
    port: int, *lines: str, body: str = "", line: str = "POST /first HTTP/1.1"
) -> tuple[list[int], list[Any], bool]:
    """The statuses and texts of all answers to what was sent on one connection, and whether the server ended it."""
    sent = "\r\n".join([line, "Host: gw", *lines, "", body])
    answer, ended = b"", False
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(sent.encode())
        connection.settimeout(2)
        with suppress(TimeoutError):
            while part := connection.recv(65536):
                answer += part
            ended = True
    text = answer.decode()
    statuses = [int(status) for status in re.findall(r"HTTP/1\.1 (\d{3})", text)]
    return statuses, [json.loads(found) for found in re.findall(r"\{.*?\}", text)], ended


def test_a_length_beside_chunks_counts_for_nothing_and_ends_the_connection(server: int) -> None:
    chunked = "Transfer-Encoding: chunked"
    statuses, (said,), ended = ask(server, "Content-Length: 41", chunked, body=f"0\r\n\r\n{HIDDEN}")
    assert (statuses, said["path"], said["body"], ended) == ([200], "/first", "", True)
    statuses, (said,), ended = ask(server, chunked, "Content-Length: 4", body=f"3\r\nabc\r\n0\r\n\r\n{HIDDEN}")
    assert (statuses, said["path"], said["body"], ended) == ([200], "/first", "abc", True)
    statuses, texts, _ = ask(server, "Content-Length: 3", body=f"abc{HIDDEN}")
    assert (statuses, [text["path"] for text in texts]) == ([200, 200], ["/first", "/hidden"]), "two, one after another"


@pytest.mark.parametrize(
    "lines",
    [
        ["Content-Length: 0", "Content-Length: 35"],
        ["Content-Length: 0, 35"],
        ["Content-Length: +35"],
        ["Content-Length: 0x23"],
        ["Content-Length: 35", "Transfer-Encoding: xchunked"],
        ["Content-Length: 35", "Transfer-Encoding : chunked"],
        ["Transfer-Encoding: chunked, identity"],
        ["Content-Length: 0", "X-Folded: a", " Content-Length: 35"],
    ],
)
def test_a_request_whose_end_is_in_doubt_is_refused(server: int, lines: list[str]) -> None:
    assert ask(server, *lines, body=HIDDEN) == ([400], [], True)


def test_chunks_of_the_older_version_of_http_are_refused(server: int) -> None:
    old = ask(server, "Transfer-Encoding: chunked", body=f"0\r\n\r\n{HIDDEN}", line="POST /first HTTP/1.0")
    assert old == ([400], [], True)
