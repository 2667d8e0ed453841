"""The offline bundle: made here, installed and used where there is no network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
NOWHERE = {
    "http_proxy": "http://127.0.0.1:9",
    "https_proxy": "http://127.0.0.1:9",
    "PIP_INDEX_URL": "http://127.0.0.1:9/",
}


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder the database's user can pass through, so that nothing is left elsewhere on the machine."""
    with tempfile.TemporaryDirectory(prefix="gridwalk-offline-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def _may_leave_the_network() -> bool:
    return subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False).returncode == 0


def _without_network(*command: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """In a namespace without network where this user may make one, else with every way out closed."""
    kept = {k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "LANG"}} | NOWHERE | (env or {})
    words = ["unshare", "-n", *command] if _may_leave_the_network() else list(command)
    return subprocess.run(words, capture_output=True, text=True, check=False, env=kept, stdin=subprocess.DEVNULL)


def test_it_installs_and_starts_without_a_network_and_refuses_a_changed_file(folder: Path) -> None:
    env = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    bundled = subprocess.run(
        [sys.executable, "-m", "gridwalk.cli", "bundle", str(folder)],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert bundled.returncode == 0, bundled.stderr
    (bundle,) = folder.glob("*.tar")
    with tarfile.open(bundle) as archive:
        archive.extractall(folder / "there", filter="data")
    (content,) = (folder / "there").iterdir()

    installer, target = str(content / "install.py"), folder / "gridwalk"
    done = _without_network(sys.executable, installer, str(target))
    assert done.returncode == 0, done.stderr
    gridwalk = str(target / "bin" / "gridwalk")
    env = {"GRIDWALK_HOME": str(folder / "home")}
    if _may_leave_the_network():
        reached = "import socket; socket.create_connection(('127.0.0.1', 9), timeout=1)"
        cut = _without_network(str(target / "bin" / "python"), "-c", reached)
        assert "Network is unreachable" in cut.stderr, "not even this machine itself is reached there"
    else:
        sys.stderr.write("no network namespace for this user: only indexes and proxies were closed\n")
    started = _without_network(gridwalk, "init", env=env)
    assert started.returncode == 0, started.stderr
    looked = _without_network(gridwalk, "doctor", "--json", env=env)
    findings = {finding["what"]: finding for finding in json.loads(looked.stdout)["findings"]}
    assert findings["版本"]["state"] == "ok", findings
    assert findings["时钟"]["state"] == "ok", findings
    assert "还没有备份过" in findings["备份"]["says"]
    static = _without_network(gridwalk, "django", "findstatic", "gridwalk/built/console.css", env=env)
    assert str(target) in static.stdout, static.stderr

    lock = content / "requirements.lock"
    lock.write_text(lock.read_text() + "\n")
    refused = _without_network(sys.executable, installer, str(folder / "again"))
    assert refused.returncode == 1
    assert "requirements.lock 和校验和对不上" in refused.stderr
    assert not (folder / "again").exists()
