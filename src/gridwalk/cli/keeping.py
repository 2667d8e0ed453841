"""What serves is kept running: whatever ends by itself is started again within seconds, the database as well.

Only what keeps ending is given up, in words. While no web process listens, a stand-in says that it comes back.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import psutil

from gridwalk.cli import children, environment, output
from gridwalk.cli.failures import CommandError
from gridwalk.cli.standin import StandIn
from gridwalk.config import postgres

MOST_ENDS = 6
WITHIN_SECONDS = 120
LONGEST_PAUSE = 8
REACHED_AT = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}  # noqa: S104 # nosec B104 asked, not bound to
"""Where a server that listens everywhere is reached from this machine."""


class Ends:
    """When a program ended by itself, and how long to wait until it is started again."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._at: deque[float] = deque(maxlen=MOST_ENDS)

    def note(self) -> float:
        """It has ended; returns the seconds to wait. Raises CommandError where it keeps ending."""
        now = time.monotonic()
        self._at.append(now)
        lately = [at for at in self._at if now - at < WITHIN_SECONDS]
        if len(lately) == MOST_ENDS:
            raise CommandError(
                f"{self._name}两分钟里停了 {MOST_ENDS} 次，不再重新启动。数据都在；日志在 {environment.logs()}。"
                "请运行 gridwalk doctor 看缺什么，再启动。"
            )
        output.complain(f"{self._name}意外停了，正在重新启动。数据都在。")
        return float(min(0.25 * 2 ** (len(lately) - 1), LONGEST_PAUSE))


class Child:
    """A program that runs beside us. ``ready``: whether it could run at all; until then it is neither started again nor
    given up.
    """

    def __init__(
        self, name: str, start: Callable[[], subprocess.Popen[bytes]], *, ready: Callable[[], bool] = lambda: True
    ) -> None:
        self._start, self._ready, self._ends = start, ready, Ends(name)
        self.process = start()
        self._due: float | None = None

    def look(self) -> bool:
        """Start it again where it has ended and the pause is over; whether it was started. Raises CommandError."""
        if self._due is None:
            if self.process.poll() is None:
                return False
            children.end_group(self.process)
            self._due = time.monotonic() + (self._ends.note() if self._ready() else 0)
        if time.monotonic() < self._due:
            return False
        if not self._ready():
            self._due = time.monotonic() + LONGEST_PAUSE / 4
            return False
        self.process, self._due = self._start(), None
        return True


class Keeper:
    """Web server, job worker and, where it is ours, the database."""

    def __init__(
        self, pages: Child, jobs: Child, *, host: str, port: int, address: str, certificate: tuple[Path, Path] | None
    ) -> None:
        self.pages, self.jobs = pages, jobs
        self._where, self._address, self._certificate = (host, port), address, certificate
        self._database = postgres.Embedded(environment.home()) if environment.is_embedded() else None
        self._ends = Ends("数据库")
        self._stand_in: StandIn | None = None

    @property
    def processes(self) -> list[subprocess.Popen[bytes]]:
        """The children as they are now."""
        return [self.pages.process, self.jobs.process]

    def note(self) -> None:
        """Write down who serves."""
        children.note(self._address, self.processes)

    def look(self) -> None:
        """Mend what has ended; called twice a second. Raises CommandError."""
        if self._database and not self._database.lives():
            time.sleep(self._ends.note())
            try:
                self._database.start()
            except postgres.EmbeddedError as error:
                output.complain(str(error))
        if any([self.pages.look(), self.jobs.look()]):
            self.note()
        self._mind_the_port()

    def close(self) -> None:
        """End the children, gently first."""
        if self._stand_in:
            self._stand_in.close()
        children.stop(self.processes)

    def _mind_the_port(self) -> None:
        if self._stand_in is None:
            if StandIn.possible() and self._refuses():
                self._stand_in = StandIn(*self._where, self._certificate)
        elif self._listens():
            self._stand_in.close()
            self._stand_in = None

    def _refuses(self) -> bool:
        """Whether nobody listens. A connection that only takes long is a busy server's."""
        host, port = self._where
        try:
            with socket.create_connection((REACHED_AT.get(host, host), port), timeout=1):
                return False
        except ConnectionRefusedError:
            return True
        except OSError:
            return False

    def _listens(self) -> bool:
        """Whether a web process listens; a connection would not tell, for the stand-in takes it as well."""
        with contextlib.suppress(psutil.Error):
            web = psutil.Process(self.pages.process.pid)
            for process in [web, *web.children(recursive=True)]:
                if any(c.status == psutil.CONN_LISTEN for c in process.net_connections("tcp")):
                    return True
        return False
