"""Installs Gridwalk out of the folder this file lies in, without a network: python3 install.py 目录."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main(words: list[str]) -> int:
    """Check every file, make the environment, install only what is here."""
    if len(words) != 1:
        return _stop("用法：python3 install.py 目录（装到哪里，例如 /opt/gridwalk）")
    if sys.version_info < (3, 11):  # noqa: UP036 whoever unpacks it may have an older one
        return _stop(f"要 Python 3.11 以上，这里是 {sys.version_info[0]}.{sys.version_info[1]}。什么都没装。")
    target = Path(words[0]).absolute()
    for line in (HERE / "SHA256SUMS").read_text("utf-8").splitlines():
        wanted, name = line.split("  ", 1)
        path = HERE / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != wanted:
            return _stop(f"{name} 和校验和对不上，什么都没装。请重新拷贝这个包。")
    python = target / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        venv.create(target, with_pip=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--no-index", "--disable-pip-version-check"]
    wheels = ["--find-links", str(HERE / "wheels")]
    subprocess.run([*pip, *wheels, "--require-hashes", "-r", str(HERE / "requirements.lock")], check=True)  # noqa: S603
    ours = sorted((HERE / "wheels").glob("gridwalk-*.whl"))[-1]
    subprocess.run([*pip, "--no-deps", "--force-reinstall", str(ours)], check=True)  # noqa: S603
    sys.stdout.write(f"装好了：{target}。接下来运行 {python.parent / 'gridwalk'} init\n")
    return 0


def _stop(text: str) -> int:
    sys.stderr.write(text + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
