#!/usr/bin/env python3
"""Boots Gridwalk from a checkout with a plain Python: makes .venv, installs from the lock files, hands over.

    python3 run.py demo            a synthetic street with its hundred days, served on this machine
    python3 run.py test [--fast] [--no-browser] [pytest's own options]
    python3 run.py bench [NAME] [--quick] [--json]
    python3 run.py ANYTHING ELSE   the installed ``gridwalk`` command

Standard library only, and a syntax that old Pythons can read, so that they can say they are too old.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
OLDEST = (3, 11)
RUN_LOCKS = ["requirements.lock", "requirements-build.lock"]
TEST_LOCKS = ["requirements-test.lock"]


def say(text):
    print(text, flush=True)


def give_up(text):
    say(text)
    sys.exit(1)


def check_python():
    if sys.version_info < OLDEST:
        give_up(
            "这个 Python 是 {}.{}，要 3.11 或更新的。\n"
            "Debian 12、Ubuntu 24.04 及以后自带；macOS、Windows 请从 python.org 安装，再用新的 python3 运行。".format(
                *sys.version_info[:2]
            )
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        give_up(
            "这个 Python 缺少 venv 或 ensurepip，建不了独立环境。请先安装：\n"
            "  Debian / Ubuntu：  apt-get install python3-venv\n"
            "  其他系统：        装带 venv 和 pip 的完整 Python 3.11 以上（python.org）"
        )


def digest(names):
    """What the environment depends on: the lock files, the project file, this Python, and where the checkout lies."""
    found = hashlib.sha256((sys.version + str(VENV)).encode())
    for name in [*names, "pyproject.toml"]:
        found.update((ROOT / name).read_bytes())
    return found.hexdigest()


def pip(*words):
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *words]
    if subprocess.call(command, cwd=str(ROOT)):
        give_up(
            "软件包没有装上。请看上面的原因：多半是网络，或 pip 的镜像设置（pip config list）。再运行一次会接着装。"
        )


def make_venv():
    if PYTHON.exists() and subprocess.call([str(PYTHON), "-c", "import pip"], stderr=subprocess.DEVNULL) == 0:
        return
    say("正在建独立环境 .venv …")
    if VENV.exists():
        shutil.rmtree(str(VENV))
    if subprocess.call([sys.executable, "-m", "venv", str(VENV)]):
        shutil.rmtree(str(VENV), ignore_errors=True)
        give_up("独立环境没有建成。Debian / Ubuntu 请先 apt-get install python3-venv；也请看看磁盘是否已满或只读。")


def install(test):
    """Make .venv as the lock files say; a moment when it is so already."""
    for stamp, locks in [("run", RUN_LOCKS), ("test", TEST_LOCKS)][: 2 if test else 1]:
        wanted = digest(locks)
        path = VENV / (".gridwalk-" + stamp)
        if PYTHON.exists() and path.exists() and path.read_text() == wanted:
            continue
        check_python()
        make_venv()
        say("正在安装%s软件包，第一次要几分钟 …" % ("测试用的" if stamp == "test" else ""))
        pip("--require-hashes", *[word for lock in locks for word in ("-r", lock)])
        if stamp == "run":
            pip("--no-build-isolation", "--no-deps", "--editable", ".")
        path.write_text(wanted)
    if subprocess.call([str(PYTHON), "hatch_build.py"], cwd=str(ROOT)):
        give_up("网页没有编译成功，原因见上。")


def hand_over(command):
    """Become ``command`` (Windows: run it and pass its exit code on)."""
    sys.stdout.flush()
    if not WINDOWS:
        os.execv(command[0], command)  # noqa: S606
    child = subprocess.Popen(command)
    while True:
        try:
            sys.exit(child.wait())
        except KeyboardInterrupt:
            continue  # the child got it as well and is stopping


def test_command(words):
    chosen = []
    if "--fast" in words:
        chosen.append("not slow and not browser")
    elif "--no-browser" in words:
        chosen.append("not browser")
    rest = [word for word in words if word not in ("--fast", "--no-browser")]
    workers = [] if any(word.startswith("-n") for word in rest) else ["-n", str(max(2, min(8, os.cpu_count() or 2)))]
    marks = ["-m", chosen[0]] if chosen else []
    return [str(PYTHON), "-m", "pytest", "-q", *workers, *marks, *rest]


def main(words):
    if WINDOWS:
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(encoding="utf-8", errors="replace")
    if sys.version_info < OLDEST:
        check_python()
    os.environ.setdefault("GRIDWALK_HOME", str(ROOT / ".gridwalk"))
    if not words or words[0] in ("-h", "--help"):
        say(__doc__)
        return
    verb, rest = words[0], words[1:]
    install(test=verb in ("test", "bench"))
    if verb == "test":
        # Workers, and the programs that tests start, read in the same sources again and again: compiled once.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.chdir(str(ROOT))
        hand_over(test_command(rest))
    elif verb == "bench":
        os.chdir(str(ROOT))
        hand_over([str(PYTHON), "-m", "benchmarks", *rest])
    else:
        hand_over([str(PYTHON), "-m", "gridwalk.cli", verb, *rest])


if __name__ == "__main__":
    main(sys.argv[1:])
