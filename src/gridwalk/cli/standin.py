"""While no web process listens, the port answers that it comes back, and browsers ask again by themselves.

Linux lets two programs of one user listen on a port, so the web server takes over while the stand-in still answers.
Elsewhere the web server's own queue of connections keeps browsers waiting for the seconds it takes.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
import sys
import threading
from pathlib import Path

SECONDS = 3
READS_FOR = 5
_PHONES = b" /phone/api/"
_PAGE = f"""<!DOCTYPE html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="{SECONDS}">
<title>正在恢复 · 网格走访</title>
<h1>系统正在恢复</h1>
<p>网页服务停了一下，正在自己起来。先前存的都在。</p>
<p>这一页 {SECONDS} 秒后自己再试；刚才在交表的，请按浏览器的“后退”，过几秒再交一次。</p>
</html>
"""
_FOR_PHONE = json.dumps({"problem": "busy", "seconds": SECONDS, "text": "服务器正在恢复，内容都在手机里。"})


class StandIn:
    """Answers on a port from when it is made until it is closed."""

    def __init__(self, host: str, port: int, certificate: tuple[Path, Path] | None) -> None:
        self._loop = asyncio.new_event_loop()
        self._where, self._certificate = (host, port), certificate
        self._thread = threading.Thread(target=self._run, name="stand-in", daemon=True)
        self._thread.start()

    @staticmethod
    def possible() -> bool:
        """Whether two programs may listen on one port."""
        return sys.platform == "linux"

    def close(self) -> None:
        """Leave the port to the web server."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(READS_FOR)

    def _run(self) -> None:
        with contextlib.suppress(OSError):  # the port went to somebody else: then there is nobody to stand in for
            server = self._loop.run_until_complete(self._listen())
            self._loop.run_forever()
            server.close()
        self._loop.close()

    async def _listen(self) -> asyncio.Server:
        context = None
        if self._certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self._certificate)
        family = socket.AF_INET6 if ":" in self._where[0] else socket.AF_INET
        listening = socket.socket(family)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listening.bind(self._where)
        patience = READS_FOR if context else None
        return await asyncio.start_server(_answer, sock=listening, ssl=context, ssl_handshake_timeout=patience)


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
        async with asyncio.timeout(READS_FOR):
            head = await reader.readuntil(b"\r\n\r\n")
            writer.write(_response(head.partition(b"\r\n")[0]))
            await writer.drain()
    writer.close()


def _response(line: bytes) -> bytes:
    kind, content = ("application/json", _FOR_PHONE) if _PHONES in line else ("text/html", _PAGE)
    body = content.encode()
    head = (
        f"HTTP/1.1 503 Service Unavailable\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
        f"Retry-After: {SECONDS}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body
