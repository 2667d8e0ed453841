"""``gridwalk import``: ledgers from files, as the import page does it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from gridwalk.cli import environment, output, schema
from gridwalk.cli.failures import CommandError
from gridwalk.cli.progress import Progress

HELP = "导入台账文件（列名都认得时；认不全的请到网页上核对）"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="文件", help="xlsx、xls、ods 或 csv，按先后导入")
    parser.add_argument("--scope", required=True, metavar="代码", help="台账是哪一片的：街道或社区代码")
    parser.add_argument("--as", dest="username", required=True, metavar="登录名", help="以谁的名义导入，要有导入权限")


def run(options: argparse.Namespace) -> int:
    """Import one file after the other. Exit code 1 where one was not imported."""
    missing = [path for path in options.files if not path.is_file()]
    if missing:
        raise CommandError(f"没有找到文件 {missing[0]}，什么都没导入。")
    with environment.database():
        schema.require_ready()
        actor = _actor(options.username)
        done = [_import(path, options.scope, actor) for path in options.files]
    return 0 if all(done) else 1


def _actor(username: str) -> Any:
    from gridwalk.accounts import queries
    from gridwalk.accounts.rules import SYSTEM
    from gridwalk.core import clock
    from gridwalk.core.queries import NotHere

    try:
        user = queries.get_user_by_name(SYSTEM, username)
    except NotHere:
        raise CommandError(f"没有“{username}”这个账号，什么都没导入。") from None
    return queries.viewer_of(user, clock.local_date(clock.now()))


def _import(path: Path, scope: str, actor: Any) -> bool:
    from gridwalk.core import clock
    from gridwalk.reconcile.actions import applying, staging

    progress = Progress()
    with progress.stage(f"{path.name}", "批") as step:
        at = clock.now()
        ledger = staging.upload(actor=actor, at=at, data=path.read_bytes(), name=path.name, scope=scope)
        if ledger.state == "mapping" and not ledger.questions:
            ledger = staging.stage(actor=actor, at=at, imported=ledger.id)
            ledger = applying.apply(actor=actor, at=at, imported=ledger.id, progress=step)
    for left_out in ledger.refused:
        output.say(f"  {left_out}")
    if ledger.state == "mapping":
        output.say(f"  还有几列要您先定，没有导入。请在网页“台账导入”里核对：{'；'.join(ledger.questions)}")
    elif ledger.state != "done":
        output.say(f"  没有导入：{ledger.message}")
    else:
        output.say(
            f"  {ledger.n_rows:,} 行：新建 {ledger.n_created:,}，更新 {ledger.n_changed:,}，一致 {ledger.n_same:,}，"
            f"没导入 {ledger.n_refused:,}；差异 {ledger.n_differences:,} 条"
        )
        if ledger.n_unassigned:
            output.say(f"  {ledger.n_unassigned:,} 户进了未划入网格，走不到。请在网页“划入网格”里划。")
        if ledger.n_faulty or ledger.n_refused:
            output.say("  有问题的格子标在“批注版”里，可在网页“台账导入”下载。")
    return bool(ledger.state == "done")
