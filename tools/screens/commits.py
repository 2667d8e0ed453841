"""A commit made ready to be looked at: its source, its browser assets, its small demo, its server."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import hatch_build

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
AT = "2026-06-10T10:30:00+08:00"
"""When it is in both commits: a working day outside the quiet hours, far from any nightly job."""
NICE = ["nice", "-n", "5"]
IDS = {"demo": 0, "serve": 1, "inside": 3}
"""Where each program begins to count its ids; the worker takes the number after its server's."""


def sha_of(name: str) -> str:
    """The full name of a commit."""
    return _output(["git", "rev-parse", "--verify", f"{name}^{{commit}}"])


@dataclasses.dataclass(frozen=True)
class Commit:
    """A commit in a folder of its own; what was made there is kept for the next run."""

    sha: str
    folder: Path

    @property
    def source(self) -> Path:
        return self.folder / "source"

    @property
    def home(self) -> Path:
        """The data directory that is served; made anew from ``kept`` each time."""
        return self.folder / "home"

    @property
    def kept(self) -> Path:
        """The data directory as the demo left it."""
        return self.folder / "kept"

    def make(self, keys: Path) -> None:
        """Source, assets and demo, where they are not there yet. ``keys``: the key file all demos share."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.source.exists():
            self._check_out()
        if not self.kept.exists():
            self._make_demo(keys)

    def _check_out(self) -> None:
        partial = self.folder / "source.part"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        archive = self.folder / "source.tar"
        subprocess.run(["git", "archive", "-o", str(archive), self.sha], cwd=ROOT, check=True)
        shutil.unpack_archive(archive, partial, filter="data")
        archive.unlink()
        _build(partial)
        partial.rename(self.source)

    def _make_demo(self, keys: Path) -> None:
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir()
        if keys.exists():
            shutil.copy2(keys, self.home / "keys.json")
        words = [sys.executable, "-m", "gridwalk.cli", "demo", "--size", "small", "--no-serve"]
        with (self.folder / "demo.log").open("w") as log:
            subprocess.run([*NICE, *words], env=self._environment("demo"), stdout=log, stderr=log, check=True)
        if not keys.exists():
            shutil.copy2(self.home / "keys.json", keys)
        subprocess.run(["cp", "-a", self.home, self.folder / "kept.part"], check=True)
        (self.folder / "kept.part").rename(self.kept)

    def _environment(self, program: str) -> dict[str, str]:
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "gridwalk.config.settings",
            "GRIDWALK_HOME": str(self.home),
            "PGOPTIONS": "-c max_parallel_workers_per_gather=0 -c synchronize_seqscans=off",
            "PYTHONHASHSEED": "0",
            "PYTHONPATH": os.pathsep.join([str(HERE / "frozen"), str(self.source / "src")]),
            "SCREENS_AT": AT,
            "SCREENS_IDS": str(IDS[program]),
        }

    @contextlib.contextmanager
    def serving(self) -> Iterator[str]:
        """Serve the demo as it was made; the address, for as long as the block runs."""
        shutil.rmtree(self.home, ignore_errors=True)
        subprocess.run(["cp", "-a", self.kept, self.home], check=True)
        with serving(self._environment("serve"), self.folder / "serve.log", beside=NICE) as address:
            yield address

    def members(self) -> list[dict[str, str]]:
        """The accounts of the demo, one a role: role, name, username, password."""
        members: list[dict[str, str]] = json.loads((self.home / "demo.json").read_text(encoding="utf-8"))["members"]
        return members

    def inside(self) -> dict[str, Any]:
        """What ``inside`` prints: the cookie's name, the addresses, a session of every account."""
        return inside(self._environment("inside"), [member["username"] for member in self.members()])


def inside(environment: Mapping[str, str], usernames: Sequence[str]) -> dict[str, Any]:
    """What ``tools.screens.inside`` prints of a data directory: the cookie's name, the addresses, a session of each
    account.
    """
    answer: dict[str, Any] = json.loads(_output([sys.executable, str(HERE / "inside.py"), *usernames], environment))
    return answer


def of_home(home: Path) -> dict[str, str]:
    """The environment of a program about this data directory."""
    return os.environ | {"DJANGO_SETTINGS_MODULE": "gridwalk.config.settings", "GRIDWALK_HOME": str(home)}


@contextlib.contextmanager
def serving(environment: Mapping[str, str], log: Path, *, beside: Sequence[str] = ()) -> Iterator[str]:
    """Serve a data directory; the address, for as long as the block runs. ``beside``: words before the command."""
    port = free_port()
    words = [*beside, sys.executable, "-m", "gridwalk.cli", "serve", "--port", str(port)]
    with log.open("w") as lines:
        server = subprocess.Popen(words, env=environment, stdout=lines, stderr=lines)
    try:
        wait_until_open(port, server, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)


def _build(source: Path) -> None:
    """The browser's assets; the packages of our own ``web/`` serve where they are those of the commit's lock file."""
    modules, web = ROOT / "web" / "node_modules", source / "web"
    if not hatch_build.has_packages(web / "package-lock.json"):
        subprocess.run([*NICE, sys.executable, "hatch_build.py"], cwd=source, check=True)
        return
    (web / "node_modules").symlink_to(modules)
    node, npm = hatch_build.find_node()
    path = {"PATH": os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])}
    _output([*NICE, str(node), str(npm), "run", "build"], os.environ | path, cwd=web)


def _output(words: list[str], env: Mapping[str, str] | None = None, cwd: Path = ROOT) -> str:
    done = subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(words)}\n{(done.stdout + done.stderr)[-3000:]}")
    return done.stdout.strip()


def free_port() -> int:
    """A port that is free just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_open(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    """Come back when the server answers; end with its log where it does not."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.2)
    sys.exit(f"the server did not start: {log}\n{log.read_text()[-3000:]}")
