"""What a PostgreSQL that was killed leaves behind, and which of it stands in the way of the next start.

PostgreSQL itself copes with a lock file whose process is gone. It refuses one whose number belongs to another program
by now (after a power cut) or to a process nobody has waited for (a zombie); those files are removed here, after the
killed server's own helpers have ended, so that two servers can never work on the same data.
"""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import psutil


def postmaster(data: Path) -> psutil.Process | None:
    """The server that runs on a data directory, if one does, answering or not."""
    with contextlib.suppress(psutil.Error, OSError, ValueError, IndexError):
        process = psutil.Process(int((data / "postmaster.pid").read_text().splitlines()[0]))
        if _works_in(process, data):
            return process
    return None


def _of(data: Path) -> list[psutil.Process]:
    """Live PostgreSQL processes of a data directory: the server and its helpers all work in it."""
    processes = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if _works_in(process, data):
                processes.append(process)
    return processes


def _works_in(process: psutil.Process, data: Path) -> bool:
    return (
        process.name().startswith("postgres")
        and process.status() != psutil.STATUS_ZOMBIE
        and Path(process.cwd()) == data.resolve()
    )


def clear(data: Path, sockets: Path, *, seconds: float) -> None:
    """Wait for helpers of a killed server to end (they do by themselves), then remove lock files that name
    nobody of ours.

    While a server lives, or helpers do not end, nothing is removed: PostgreSQL then refuses to start, as it should.
    """
    if not (data / "postmaster.pid").exists():
        return
    deadline = time.monotonic() + seconds
    while _of(data):
        if postmaster(data) is not None or time.monotonic() > deadline:
            return
        time.sleep(0.05)
    for path in [data / "postmaster.pid", *sockets.glob(".s.PGSQL.*")]:
        path.unlink(missing_ok=True)


def wait_for_end(process: psutil.Process, *, seconds: float) -> None:
    """Wait until a server is down; a child nobody has waited for yet (a zombie) is down."""
    deadline = time.monotonic() + seconds
    with contextlib.suppress(psutil.NoSuchProcess):
        while process.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
            time.sleep(0.05)
