"""The programs that ``serve`` runs beside itself: noted on disk, so that a killed parent's children are ended
by the next.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

from gridwalk.cli import environment

STOP_SECONDS = 20
END_SECONDS = 3
_LOG_BYTES = 20 << 20


@dataclasses.dataclass(frozen=True)
class Running:
    """A server that runs on this data directory."""

    address: str
    parent: int


def _note() -> Path:
    return environment.home() / "run" / "serving.json"


def _process(noted: dict[str, Any]) -> psutil.Process | None:
    """The process that was noted; None when it has ended, also when its number belongs to another one by now."""
    with contextlib.suppress(psutil.Error, KeyError):
        process = psutil.Process(noted["pid"])
        if abs(process.create_time() - noted["began"]) < 2 and process.status() != psutil.STATUS_ZOMBIE:
            return process
    return None


def _noted() -> dict[str, Any]:
    try:
        noted: dict[str, Any] = json.loads(_note().read_text())
        return noted
    except (OSError, ValueError):
        return {}


def running() -> Running | None:
    """The server that runs on this data directory, if one does."""
    noted = _noted()
    if noted and _process(noted["parent"]):
        return Running(noted["address"], noted["parent"]["pid"])
    return None


def certificate() -> Path | None:
    """The certificate that was last served with."""
    try:
        return Path((environment.home() / "run" / "certificate").read_text())
    except OSError:
        return None


def note_certificate(path: Path) -> None:
    """Write down which certificate is served with, for doctor."""
    note = environment.home() / "run" / "certificate"
    note.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    note.write_text(str(path))


def end_what_is_left_over() -> None:
    """End the children of a parent that was killed."""
    noted = _noted()
    left = [process for child in noted.get("children", []) if (process := _process(child))]
    _end(left)
    _note().unlink(missing_ok=True)


def note(address: str, children: Sequence[subprocess.Popen[bytes]]) -> None:
    """Write down who serves, with its children."""
    content = {
        "address": address,
        "parent": _describe(os.getpid()),
        "children": [_describe(child.pid) for child in children if child.poll() is None],
    }
    path = _note()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_suffix(".part")
    partial.write_text(json.dumps(content))
    partial.replace(path)


def _describe(pid: int) -> dict[str, Any]:
    return {"pid": pid, "began": psutil.Process(pid).create_time()}


def start(command: Sequence[str], *, log: str, env: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Start a Python program of ours whose words go to ``logs/<log>``; Ctrl-C at the terminal reaches only
    the parent.
    """
    path = environment.logs() / log
    with contextlib.suppress(OSError):
        if path.stat().st_size > _LOG_BYTES:
            path.replace(path.with_suffix(".old.log"))
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as out:
        return subprocess.Popen(  # noqa: S603
            [sys.executable, *command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=os.environ | (env or {}),
            start_new_session=sys.platform != "win32",
        )


def stop(children: Sequence[subprocess.Popen[bytes]]) -> None:
    """End the children, gently first, and strike them off."""
    alive = []
    for child in children:
        with contextlib.suppress(psutil.NoSuchProcess):
            alive.append(psutil.Process(child.pid))
    _end(alive)
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(1)
    _note().unlink(missing_ok=True)


def end_group(child: subprocess.Popen[bytes]) -> None:
    """End what a child that is gone has left running: it would keep the port, and its share of the requests."""
    if sys.platform == "win32":
        return
    left = []
    for process in psutil.process_iter(["status"]):
        with contextlib.suppress(psutil.Error, OSError):
            if os.getpgid(process.pid) == child.pid and process.info["status"] != psutil.STATUS_ZOMBIE:
                left.append(process)
    _end(left, seconds=END_SECONDS)


def _end(processes: Sequence[psutil.Process], *, seconds: float = STOP_SECONDS) -> None:
    below = [below for process in processes for below in _below(process)]
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _, alive = psutil.wait_procs([*processes, *below], timeout=seconds)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=5)


def _below(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []
