"""``gridwalk simulate``: the synthetic street's ledgers as files, to practise importing with."""

from __future__ import annotations

import argparse
from pathlib import Path

from gridwalk.cli import output
from gridwalk.cli.failures import CommandError
from gridwalk.cli.progress import Progress

HELP = "写一套虚构街道的台账，练习导入用"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="目录", help="写到哪个目录（要空的）")
    parser.add_argument(
        "--size",
        choices=["small", "street"],
        default="small",
        metavar="大小",
        help="small 两个社区（默认），street 全街",
    )


def run(options: argparse.Namespace) -> int:
    """Write the ledgers; touches no database."""
    from gridwalk.simulate.street import workbooks
    from gridwalk.simulate.street.world import World

    if options.folder.exists() and (not options.folder.is_dir() or any(options.folder.iterdir())):
        raise CommandError(f"{options.folder} 里已有东西，没有写。请给一个空目录。")
    with Progress().stage("写台账"):
        files = workbooks.write_ledgers(World.make(options.size), options.folder)
    output.say(f"写好了 {len(files)} 份台账，人都是虚构的：{options.folder.absolute()}")
    return 0
