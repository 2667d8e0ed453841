"""The web server as ``gridwalk serve`` starts it, with the application of ``echo``."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from gridwalk.cli import serving

ROOT = Path(__file__).parents[2]


@contextlib.contextmanager
def echoing() -> Iterator[int]:
    """The port it listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = serving._web("127.0.0.1", port, 1, None)
    command[-1] = "tests.harness.echo:application"
    env = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    with subprocess.Popen([sys.executable, *command], cwd=ROOT, env=env) as running:
        for _ in range(300):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        yield port
        running.terminate()
