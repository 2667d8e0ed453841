"""``gridwalk restore``: a backup in the place of the present data, whole or not at all."""

from __future__ import annotations

import argparse
from pathlib import Path

from gridwalk.cli import children, environment, output
from gridwalk.cli.failures import CommandError
from gridwalk.cli.verbs import keyring
from gridwalk.config import keys, postgres

HELP = "恢复：用备份文件换下现有数据（现有的另存 7 天）"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="文件", help="备份文件（.gwbak）")
    parser.add_argument("--keys", type=Path, metavar="文件", help="另存的密钥（换了机器、密钥文件丢了的时候）")
    keyring.passphrase_argument(parser)
    parser.add_argument("--check", action="store_true", help="只核对备份是否完整，什么都不改")


def run(options: argparse.Namespace) -> int:
    """Restore, or only look whether one could."""
    if not options.file.is_file():
        raise CommandError(f"没有找到备份文件 {options.file}，现有数据没有动。")
    serving = children.running()
    if serving and not options.check:
        raise CommandError(f"网页服务还在运行（{serving.address}），没有恢复。请先停掉它，再来一次。")
    if options.keys and not keys.path_in(environment.home()).exists():
        keyring.put_back(options.keys, options.passphrase_file)
    keys.load(environment.home())
    if options.check:
        return _check(options.file)
    if not environment.is_embedded():
        environment.set_up()
        return _restore(options.file)
    with postgres.Embedded(environment.home()).running():
        environment.set_up()
        return _restore(options.file)


def _check(path: Path) -> int:
    environment.set_up()
    from gridwalk.operations.backups import making

    manifest = making.check(path)
    output.say(
        f"备份完整：{manifest.made_at} 做的，{manifest.program} 版，{manifest.n_rows:,} 行，{len(manifest.members) - 1:,} 个文件。"
    )
    return 0


def _restore(path: Path) -> int:
    from gridwalk.accounts.rules import SYSTEM
    from gridwalk.core import clock
    from gridwalk.operations.backups import actions
    from gridwalk.retention.actions import applying
    from gridwalk.sync.actions import epochs

    at = clock.now()
    erased = 0

    def also() -> None:
        nonlocal erased
        epochs.raise_epoch(actor=SYSTEM, at=at, why="从备份恢复")
        erased = applying.replay(actor=SYSTEM, at=at, folders=[environment.home(), path.absolute().parent])

    done = actions.restore(path=path, actor=SYSTEM, at=at, also=also, step=lambda stage: output.say(f"{stage} …"))
    manifest = done.manifest
    output.say(
        f"恢复好了：{manifest.made_at} 的备份，{len(manifest.tables)} 张表、{manifest.n_rows:,} 行，逐表核对一致。"
    )
    if erased:
        output.say(f"备份之后清除过的，又清除了一遍：{erased:,} 条。")
    if done.kept:
        output.say(f"换下的数据还在数据库 {done.kept} 里，7 天后自动清除。")
    output.say("所有人要重新登录；手机会把近 30 天的走访再交一遍，不会重复。")
    return 0
