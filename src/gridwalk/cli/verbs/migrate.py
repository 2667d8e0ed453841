"""``gridwalk migrate``: bring the database to this version."""

from __future__ import annotations

import argparse

from gridwalk.cli import environment, output, schema

HELP = "只更新数据库，不备份；平时用 gridwalk upgrade"


def arguments(parser: argparse.ArgumentParser) -> None:
    """None: it always does the whole of it."""


def run(options: argparse.Namespace) -> int:
    """Migrate."""
    with environment.database():
        steps = schema.migrate()
    output.say(f"升级好了，共 {steps} 步。" if steps else "已经是这个版本的样子，没有要升级的。")
    return 0
