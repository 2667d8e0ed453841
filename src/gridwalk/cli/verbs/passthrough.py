"""``gridwalk django …``: Django's own commands on this data directory, for developers."""

from __future__ import annotations

import argparse

from gridwalk.cli import environment

HELP = "开发用：Django 自己的命令"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs=argparse.REMAINDER, metavar="…", help="例如：makemigrations")


def run(options: argparse.Namespace) -> int:
    """Hand the words on."""
    with environment.database():
        from django.core.management import execute_from_command_line

        execute_from_command_line(["gridwalk django", *options.words])
    return 0
