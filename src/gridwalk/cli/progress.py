"""Progress by stage: a line for each, counting as it goes, with its seconds at the end."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Step = Callable[[int, int], None]
LEAST, LEAST_IN_A_FILE = 0.2, 10.0
"""So many seconds lie between two counts: on a terminal, where they take each other's place, and in a file or pipe."""


class Progress:
    """Prints stages as they go and keeps what each took in ``seconds``.

    >>> progress = Progress(n_stages=8)
    >>> with progress.stage("导入台账", "份") as step:
    ...     step(3, 20)
    """

    def __init__(self, n_stages: int = 0) -> None:
        self.n_stages = n_stages
        self.seconds: dict[str, float] = {}
        self._line = ""
        self._shown_at = 0.0

    @contextmanager
    def stage(self, name: str, unit: str = "") -> Iterator[Step]:
        """Announce the stage, hand out ``step(done, total)`` to be called as it goes, note its seconds."""
        began = self._shown_at = time.monotonic()
        number = len(self.seconds) + 1
        self._line = (f"[{number}/{self.n_stages}] " if self.n_stages else "") + name
        self._show(self._line + " …")

        def step(done: int, total: int) -> None:
            now = time.monotonic()
            least = LEAST if sys.stdout.isatty() else LEAST_IN_A_FILE
            if now - self._shown_at > least or done == total:
                self._shown_at = now
                self._show(f"{self._line} … {done:,} / {total:,} {unit}".rstrip())

        try:
            yield step
        except BaseException:
            self._end(f"{self._line} 没有做完")
            raise
        self.seconds[name] = round(time.monotonic() - began, 2)
        self._end(f"{self._line} {self.seconds[name]:.1f} 秒")

    def _show(self, text: str) -> None:
        sys.stdout.write(f"\r\x1b[2K{text}" if sys.stdout.isatty() else f"{text}\n")
        sys.stdout.flush()

    def _end(self, text: str) -> None:
        sys.stdout.write(f"\r\x1b[2K{text}\n" if sys.stdout.isatty() else f"{text}\n")
        sys.stdout.flush()
