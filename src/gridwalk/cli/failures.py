"""An exception as a sentence: what happened, whether anything is lost, what to do.

What nobody foresaw becomes one short line and an entry in the log. The entry names places in the program and the kind
of exception, never its text nor any value: those can hold personal data.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import traceback
from pathlib import Path
from types import TracebackType

from gridwalk.cli import environment


class CommandError(Exception):
    """A command that cannot be done so; the text says why and what to do."""


_SPOKEN = {
    "CommandError",
    "DatabaseUrlError",
    "KeyFileError",
    "EmbeddedError",
    "AccountError",
    "TerritoryError",
    "SubmissionRefused",
    "LedgerError",
    "CampaignError",
    "BackupError",
    "RetentionError",
    "KeysError",
}
"""Exceptions whose text is written for the user, by name: their rooms are read in only where a command needs them."""


def sentence(error: BaseException) -> str:
    """What to tell the user. Writes the log where the exception is not one of ours."""
    if type(error).__name__ in _SPOKEN:
        return str(error)
    if type(error).__name__ == "NotPermitted":
        return "这个账号的岗位没有这项权限。请换有权限的账号。"
    if isinstance(error, OSError):
        words = _of_system(error)
        if words:
            return words
    if type(error).__name__ == "OperationalError":
        return (
            "连不上数据库。若用的是自己的 PostgreSQL，请检查 DATABASE_URL、网络和数据库是否在运行；"
            f"若用内置数据库，日志在 {environment.home() / 'postgres' / 'server.log'}。已存的数据没有动。"
        )
    where = _log(error)
    return f"出了没料到的错（{type(error).__name__}），这一步没有做完，已存的数据没有动。详情在 {where}，里面没有个人信息。"


def _of_system(error: OSError) -> str:
    name = error.filename or ""
    if error.errno == 28:
        return "磁盘满了，这一步没有做完。请腾出空间后再来一次。"
    if error.errno == 30:
        return f"磁盘是只读的，写不了 {name}。请换一个目录（GRIDWALK_HOME）。"
    if isinstance(error, PermissionError):
        return f"没有权限使用 {name}。请检查目录归谁所有，或换一个目录（GRIDWALK_HOME）。"
    if isinstance(error, FileNotFoundError):
        return f"没有找到 {name}。"
    return ""


def _log(error: BaseException) -> Path:
    path = environment.logs() / "gridwalk.log"
    lines = [f"{dt.datetime.now(tz=dt.UTC).isoformat(timespec='seconds')} gridwalk {' '.join(sys.argv[1:2])}"]
    seen: BaseException | None = error
    while seen is not None:
        name = f": {seen}" if isinstance(seen, ImportError) else ""  # names modules only
        lines.append(f"{type(seen).__module__}.{type(seen).__qualname__}{name}")
        lines += _places(seen.__traceback__)
        seen = seen.__cause__ or seen.__context__
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as out:
            out.write("\n".join(lines) + "\n")
    except OSError:
        sys.stderr.write("\n".join(lines) + "\n")
    return path


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)
    return [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
