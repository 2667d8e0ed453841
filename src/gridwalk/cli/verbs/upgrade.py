"""``gridwalk upgrade``: a safety copy, the migrations, a look whether all is well."""

from __future__ import annotations

import argparse
import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

from gridwalk import __version__
from gridwalk.cli import children, environment, failures, output, schema
from gridwalk.cli.failures import CommandError
from gridwalk.cli.verbs import backup
from gridwalk.config import locks

if TYPE_CHECKING:
    from gridwalk.operations.backups.making import Made

HELP = "升级：先备份，再更新数据库，再检查"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--to", type=Path, metavar="目录", help="备份写到哪个目录（默认 GRIDWALK_BACKUPS，没有就在数据目录里）"
    )


def run(options: argparse.Namespace) -> int:
    """Bring the data to this version; a failure names the copy from which the version before can be restored."""
    serving = children.running()
    if serving:
        raise CommandError(f"网页服务还在运行（{serving.address}），没有升级。请先停掉它，再来一次。")
    folder = options.to or Path(os.environ.get("GRIDWALK_BACKUPS") or environment.home() / "backups")
    backup.require_folder(folder)
    # A second one waits for the first, and then has nothing left to do.
    with environment.database(), locks.held(environment.home() / "upgrade.lock"):
        schema.require_upgradable()
        if not schema.pending():
            output.say(f"已经是 {__version__} 的样子，没有要升级的。")
            return 0
        copy = _copy(folder)
        try:
            steps = schema.migrate()
            _check()
            _note(copy)
        except Exception as error:
            output.complain(failures.sentence(error))
            raise CommandError(
                f"升级没有做完，升级前的数据都在备份里：{copy.path}。上面说的处理好以后，再运行一次 gridwalk upgrade，"
                f"会接着用这份备份；要退回去，请换回 {copy.manifest.program} 版的程序，运行 gridwalk restore {copy.path}。"
            ) from error
    output.say(f"升级好了，共 {steps} 步，检查通过。运行 gridwalk serve 启动服务。")
    return 0


def _copy(folder: Path) -> Made:
    """The safety copy, made or made the last time. Raises BackupError."""
    from gridwalk.core import clock
    from gridwalk.operations.backups import upgrading

    output.say("先备份 …")
    copy, is_new = upgrading.copy_before(folder, at=clock.now())
    if is_new:
        backup.tell_size(copy)
    output.say(f"升级前的备份（{copy.manifest.program} 版的数据）：{copy.path}")
    if not is_new:
        output.say("这是上次升级时做的，数据没有变过，核对无误，接着用它。")
    return copy


def _check() -> None:
    """Whether the database is as this program wants it, and the program finds nothing wrong with its settings."""
    from django.core.management import call_command

    schema.require_ready()
    call_command("check", fail_level="ERROR", verbosity=0, stdout=io.StringIO())


def _note(copy: Made) -> None:
    from gridwalk.accounts.rules import SYSTEM
    from gridwalk.core import clock
    from gridwalk.operations.backups import actions

    actions.note_made(copy, actor=SYSTEM, at=clock.now())
