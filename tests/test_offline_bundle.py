"""The offline bundle: made here, installed and used where there is no network."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
NOWHERE = {
    "http_proxy": "http://127.0.0.1:9",
    "https_proxy": "http://127.0.0.1:9",
    "PIP_INDEX_URL": "http://127.0.0.1:9/",
}


def _without_network(*command: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """In a namespace without network where this user may make one, else with every way out closed."""
    may = subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False).returncode == 0
    kept = {k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "LANG"}} | NOWHERE | (env or {})
    words = ["unshare", "-n", *command] if may else list(command)
    return subprocess.run(words, capture_output=True, text=True, check=False, env=kept, stdin=subprocess.DEVNULL)


def test_it_installs_and_starts_without_a_network_and_refuses_a_changed_file(tmp_path: Path) -> None:
    env = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    made = subprocess.run(
        [sys.executable, "-m", "gridwalk.cli", "bundle", str(tmp_path)], env=env, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    (bundle,) = tmp_path.glob("*.tar")
    with tarfile.open(bundle) as archive:
        archive.extractall(tmp_path / "there", filter="data")
    (content,) = (tmp_path / "there").iterdir()

    installer, target = str(content / "install.py"), tmp_path / "gridwalk"
    done = _without_network(sys.executable, installer, str(target))
    assert done.returncode == 0, done.stderr
    gridwalk = str(target / "bin" / "gridwalk")
    env = {"GRIDWALK_HOME": str(tmp_path / "home")}
    started = _without_network(gridwalk, "init", env=env)
    assert started.returncode == 0, started.stderr
    static = _without_network(gridwalk, "django", "findstatic", "gridwalk/built/console.css", env=env)
    assert str(target) in static.stdout, static.stderr

    lock = content / "requirements.lock"
    lock.write_text(lock.read_text() + "\n")
    refused = _without_network(sys.executable, installer, str(tmp_path / "again"))
    assert refused.returncode == 1
    assert "requirements.lock 和校验和对不上" in refused.stderr
    assert not (tmp_path / "again").exists()
