"""``gridwalk retention``: what is over its time, and, when told to, erasing it."""

from __future__ import annotations

import argparse

from gridwalk.cli import environment, output, schema
from gridwalk.cli.failures import CommandError

HELP = "保存期限：列出到期的数据；加 --apply 才清除"


def arguments(parser: argparse.ArgumentParser) -> None:
    doing = parser.add_mutually_exclusive_group()
    doing.add_argument("--dry-run", action="store_true", help="只列出，什么都不改（不写就是这样）")
    doing.add_argument("--apply", action="store_true", help="清除到期的，记入审计")
    parser.add_argument(
        "--only", default="all", metavar="类别", help="只看或只清哪几类，逗号分开（类别见报告第一列；默认全部）"
    )


def run(options: argparse.Namespace) -> int:
    """Report; with ``--apply`` erase just what the report says."""
    with environment.database():
        schema.require_ready()
        from gridwalk.accounts.rules import SYSTEM
        from gridwalk.core import clock
        from gridwalk.retention import queries, rules
        from gridwalk.retention.actions import applying

        try:
            periods = rules.chosen(options.only.split(","))
        except rules.RetentionError as error:
            raise CommandError(str(error)) from error
        at = clock.now()
        due = queries.due(at, periods)
        for over in due:
            since = f"，最早 {over.oldest:%Y-%m-%d}" if over.oldest else ""
            output.say(f"{over.period.code}　{over.period.what}：到期 {over.n:,} 条{since}")
            output.say(f"　　保存 {over.period.how_long}（从{over.period.since}算起），{over.period.why}。")
            output.say(f"　　清掉：{over.period.goes}。留下：{over.period.stays}。")
        if not options.apply:
            output.say("只是看看，什么都没有改。要清除，再加 --apply；清除了就找不回来，恢复旧备份也不会回来。")
            return 0
        done = applying.apply(actor=SYSTEM, at=at, periods=periods)
    output.say(f"清除了 {sum(done.values()):,} 条，已记入审计：")
    for code, n in done.items():
        if n:
            output.say(f"　{code}　{n:,}")
    return 0
