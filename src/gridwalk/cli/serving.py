"""The web server and the job worker, as children of the command that serves."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import ipaddress
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from gridwalk import __version__
from gridwalk.cli import children, environment
from gridwalk.cli.failures import CommandError
from gridwalk.cli.keeping import REACHED_AT, Child, Keeper
from gridwalk.config import locks

START_SECONDS = 60
CONNECTIONS = 800
"""Of clients, to one web process; below the 1,024 files that a process may open where nobody raised the number."""
MOST_TO_DATABASE = 72
"""Connections of all web processes to the database; PostgreSQL takes 100 if it is not told otherwise."""


@contextlib.contextmanager
def serving(
    *, host: str, port: int, processes: int = 1, certificate: tuple[Path, Path] | None = None
) -> Iterator[Keeper]:
    """Serve for as long as the block runs; hands out who keeps it running. The database runs and Django is set up
    already.

    ``certificate``: certificate and key in PEM, then HTTPS. Raises CommandError: other machines would read along, a
    port in use, a server that does not start.
    """
    _require_unheard(host, secure=certificate is not None)
    keeper = _start(host, port, processes, certificate)
    try:
        _wait_until_open(host, port, keeper.pages.process)
        yield keeper
    finally:
        keeper.close()


def _start(host: str, port: int, processes: int, certificate: tuple[Path, Path] | None) -> Keeper:
    """Start both programs and note it. One start at a time: of two at the same moment the second finds the first."""
    run = environment.home() / "run"
    run.mkdir(parents=True, exist_ok=True, mode=0o700)
    with locks.held(run / "serving.lock"):
        running = children.running()
        if running:
            raise CommandError(f"已经在运行了：{running.address}。要重新启动，先在那个窗口按 Ctrl-C。")
        children.end_what_is_left_over()
        _require_free(host, port)
        collect_static()
        env = _env(host, processes, certificate)
        web = functools.partial(children.start, _web(host, port, processes, certificate), log="web.log", env=env)
        worker = functools.partial(children.start, _worker(), log="worker.log")
        with contextlib.ExitStack() as started:
            pages = Child("网页服务", web)
            started.callback(lambda: children.stop([pages.process]))
            jobs = Child("后台任务", worker, ready=_database_answers)
            started.callback(lambda: children.stop([jobs.process]))
            keeper = Keeper(
                pages,
                jobs,
                host=host,
                port=port,
                address=address(host, port, secure=certificate is not None),
                certificate=certificate,
            )
            keeper.note()
            started.pop_all()
    return keeper


def _database_answers() -> bool:
    from django.db import DatabaseError, connection

    try:
        connection.connect()
    except DatabaseError:
        return False
    finally:
        connection.close()
    return True


def address(host: str, port: int, *, secure: bool) -> str:
    """What to type into the browser."""
    shown = "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host  # noqa: S104 # nosec B104
    return f"{'https' if secure else 'http'}://{shown}:{port}/"


def _require_unheard(host: str, *, secure: bool) -> None:
    """In the clear the pages are for this machine alone, unless a proxy before the server speaks HTTPS."""
    if not secure and not _is_own(host) and os.environ.get("GRIDWALK_HTTPS") != "1":
        raise CommandError(
            f"没有启动：没有证书，在 {host} 上服务等于明文过网，只能在本机（127.0.0.1）打开。"
            "请加 --cert 和 --key（试用的证书：gridwalk https 主机），或放在 HTTPS 代理后面并设 GRIDWALK_HTTPS=1。"
        )


def _is_own(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _web(host: str, port: int, processes: int, certificate: tuple[Path, Path] | None) -> list[str]:
    command = [
        "-m",
        "granian",
        "--interface",
        "rsgi",
        "--host",
        host,
        "--port",
        str(port),
        "--workers",
        str(processes),
        "--http",
        "1",  # unlike HTTP/2 it ends connections that say nothing, and heads that come too slowly
        "--backpressure",
        str(CONNECTIONS),
        "--respawn-failed-workers",
        "--no-ws",
        "--log-level",
        "warning",
        "gridwalk.config.rsgi:application",
    ]
    if certificate:
        command[-1:-1] = ["--ssl-certificate", str(certificate[0]), "--ssl-keyfile", str(certificate[1])]
    return command


def _worker() -> list[str]:
    return ["-m", "django", "procrastinate", "worker"]


def _env(host: str, processes: int, certificate: tuple[Path, Path] | None) -> dict[str, str]:
    env = {}
    if "GRIDWALK_CONNECTIONS" not in os.environ:
        env["GRIDWALK_CONNECTIONS"] = str(max(8, min(20, MOST_TO_DATABASE // processes)))
    if certificate:
        env["GRIDWALK_HTTPS"] = "1"
    everywhere = {"0.0.0.0", "::"}  # noqa: S104 # nosec B104 compared with, not bound to
    if "GRIDWALK_HOSTS" not in os.environ and host not in {"127.0.0.1", "localhost", *everywhere}:
        env["GRIDWALK_HOSTS"] = f"{host},localhost,127.0.0.1"
    return env


def _require_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as error:
            raise CommandError(f"端口 {port} 不许普通用户使用。请换一个 1024 以上的：--port 8000。") from error
        except OverflowError as error:
            raise CommandError("端口要在 1 到 65535 之间。") from error
        except OSError as error:
            raise CommandError(
                f"端口 {port} 正被别的程序占用（或地址 {host} 不是本机的）。请换一个：--port {port + 1}。"
            ) from error


def _wait_until_open(host: str, port: int, web: subprocess.Popen[bytes]) -> None:
    target = REACHED_AT.get(host, host)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and web.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection((target, port), timeout=1):
            return
        time.sleep(0.1)
    raise CommandError(f"网页服务没有启动。日志在 {environment.logs() / 'web.log'}。")


def collect_static() -> None:
    """Gather what the browser loads into the data directory, when it is not there as this version has it."""
    from django.conf import settings
    from django.contrib.staticfiles import finders
    from django.core.management import call_command

    digest = hashlib.sha256(__version__.encode())
    for finder in finders.get_finders():
        for name, storage in finder.list([]):
            stat = Path(storage.path(name)).stat()
            digest.update(f"{name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    root = Path(settings.STATIC_ROOT)
    stamp = root / ".stamp"
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    root.mkdir(parents=True, exist_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(digest.hexdigest())
