"""``gridwalk backup``: one sealed file with database and stored files; the keys are kept apart."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from gridwalk.cli import environment, output, schema
from gridwalk.cli.failures import CommandError
from gridwalk.cli.verbs import keyring

if TYPE_CHECKING:
    from gridwalk.operations.backups.making import Made

HELP = "备份：数据库和文件存成一个加密的备份文件（不含密钥）"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="目录", help="写到哪个目录，最好是另一块盘或另一台机器")


def run(options: argparse.Namespace) -> int:
    """Back up, whether the pages are served meanwhile or not."""
    require_folder(options.folder)
    with environment.database():
        schema.require_ready()
        path = _make(options.folder)
    output.say(f"备份好了，已读回核对：{path}")
    if not keyring.is_saved_apart():
        output.say("密钥不在备份里，还没有另存过。请运行 gridwalk keys save，把它存到别处；没有它，备份打不开。")
    return 0


def require_folder(folder: Path) -> None:
    """Raises CommandError where no backup can be written to, because it is a file."""
    if folder.exists() and not folder.is_dir():
        raise CommandError(f"{folder} 不是目录，没有备份。")


def _make(folder: Path) -> Path:
    from gridwalk.accounts.rules import SYSTEM
    from gridwalk.core import clock
    from gridwalk.operations.backups import actions

    backup = actions.make(folder=folder, actor=SYSTEM, at=clock.now())
    tell_size(backup)
    return backup.path


def tell_size(backup: Made) -> None:
    """How much is in a backup."""
    n_files = sum(name.startswith("files/") for name in backup.manifest.members)
    output.say(f"{backup.manifest.n_rows:,} 行，{n_files:,} 个文件，{backup.n_bytes / 1e6:,.1f} MB。")
