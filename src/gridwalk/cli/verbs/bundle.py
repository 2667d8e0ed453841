"""``gridwalk bundle``: everything an installation needs in one archive, for machines without a network."""

from __future__ import annotations

import argparse
import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from gridwalk import __version__
from gridwalk.cli import output
from gridwalk.cli.failures import CommandError
from gridwalk.cli.progress import Progress

HELP = "打包：软件和依赖打成一个文件，拿到不联网的机器上装"
ROOT = Path(__file__).parents[4]
INSTALLER = Path(__file__).parents[1] / "offline" / "install.py"
GUIDE = Path(__file__).parents[1] / "offline" / "离线安装.txt"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="目录", help="写到哪个目录")


def run(options: argparse.Namespace) -> int:
    """Make the archive out of a source tree; this machine fetches what is missing, the other one fetches nothing."""
    lock = ROOT / "requirements.lock"
    if not lock.is_file():
        raise CommandError("没有打包：要在源代码目录里运行（那里有 requirements.lock）。")
    options.folder.mkdir(parents=True, exist_ok=True)
    target = options.folder.absolute() / f"gridwalk-{__version__}-{_platform()}.tar"
    progress = Progress(n_stages=3)
    with tempfile.TemporaryDirectory(prefix="gridwalk-bundle-") as name:
        content = Path(name) / f"gridwalk-{__version__}"
        wheels = content / "wheels"
        wheels.mkdir(parents=True)
        with progress.stage("收集依赖"):
            _pip("download", "--quiet", "--require-hashes", "--only-binary=:all:", "-r", str(lock), "-d", str(wheels))
        with progress.stage("打包网格走访"):
            _pip("wheel", "--quiet", "--no-deps", "--no-build-isolation", str(ROOT), "-w", str(wheels))
        (content / "requirements.lock").write_bytes(lock.read_bytes())
        (content / "install.py").write_bytes(INSTALLER.read_bytes())
        (content / GUIDE.name).write_bytes(GUIDE.read_bytes())
        with progress.stage("写校验和、归档"):
            _checksums(content)
            _archive(content, target)
    output.say(f"打包好了：{target}（{target.stat().st_size / 1e6:,.0f} MB）")
    output.say(f"SHA-256：{_sha256(target)}")
    output.say(f"拿到同样系统（{_platform()}）的机器上，解开后运行 python3 install.py 目录。")
    return 0


def _pip(*words: str) -> None:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "pip", *words, "--disable-pip-version-check"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise CommandError(f"没有打成包：{lines[-1] if lines else 'pip 停了'}。请检查网络或本单位的软件源，再来一次。")


def _platform() -> str:
    import platform

    return f"{sys.platform}-{platform.machine()}-py{sys.version_info.major}{sys.version_info.minor}".lower()


def _checksums(content: Path) -> None:
    files = sorted(p for p in content.rglob("*") if p.is_file())
    lines = [f"{_sha256(path)}  {path.relative_to(content).as_posix()}" for path in files]
    (content / "SHA256SUMS").write_text("\n".join(lines) + "\n", "utf-8")


def _sha256(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _archive(content: Path, target: Path) -> None:
    partial = target.with_suffix(".part")
    try:
        with tarfile.open(partial, "w") as archive:
            for path in sorted(content.rglob("*")):
                info = archive.gettarinfo(path, arcname=path.relative_to(content.parent).as_posix())
                info.uid = info.gid = info.mtime = 0
                info.uname = info.gname = ""
                archive.addfile(info, io.BytesIO(path.read_bytes()) if path.is_file() else None)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
