"""``gridwalk upgrade``: a safety copy, the migrations, a look whether all is well."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from gridwalk import __version__
from gridwalk.cli import children, environment, output, schema
from gridwalk.cli.failures import CommandError
from gridwalk.cli.verbs import backup

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
    with environment.database():
        schema.require_ours()
        behind = schema.pending()
        if not behind:
            output.say(f"已经是 {__version__} 的样子，没有要升级的。")
            return 0
        output.say("先备份 …")
        copy = backup.make(folder)
        output.say(f"升级前的备份：{copy}")
        try:
            steps = schema.migrate()
            _check()
        except Exception as error:
            from gridwalk.cli import failures

            output.complain(failures.sentence(error))
            raise CommandError(
                f"升级没有做完。升级前的数据都在备份里：请换回以前的版本，运行 gridwalk restore {copy}。"
            ) from error
    output.say(f"升级好了，共 {steps} 步，检查通过。运行 gridwalk serve 启动服务。")
    return 0


def _check() -> None:
    """Whether the database is as this program wants it, and the program finds nothing wrong with its settings."""
    from django.core.management import call_command

    schema.require_ready()
    call_command("check", fail_level="ERROR", verbosity=0)
