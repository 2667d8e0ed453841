"""``gridwalk ledgers``: what a trial version registered, as workbooks that can be imported."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from gridwalk.cli import environment, ledger_files, output, schema
from gridwalk.cli.failures import CommandError

HELP = "把试用版（0.1）登记的内容写成台账工作簿，好导入新的数据目录"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, metavar="目录", help="写到哪个目录，要还没有或是空的")


def run(options: argparse.Namespace) -> int:
    """Write one workbook a kind; numbers are whole in them, so only this account of the machine may read them."""
    folder: Path = options.out
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CommandError(f"{folder} 里已经有东西，没有写。请给一个新目录。")
    with environment.database():
        if schema.refusal() != schema.TRIAL:
            raise CommandError("这不是试用版的数据，不用这样带走：升级用 gridwalk upgrade，导出在网页上。")
        from gridwalk.dictionary import fields as dictionary
        from gridwalk.operations import trial

        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for kind in trial.kinds():
            path = folder / f"{dictionary.KINDS[kind]}台账.xlsx"
            with ledger_files.whole(path) as part:
                n = trial.write(kind, part)
            output.say(f"{path.name}：{n:,} 条")
    output.say(f"写好了，在 {os.fspath(folder)}。里面有完整号码，导入以后请删掉。")
    return 0
