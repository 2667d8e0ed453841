"""``gridwalk audit``: look the audit through, or seal it to a file."""

from __future__ import annotations

import argparse
from pathlib import Path

from gridwalk.cli import environment, output, schema
from gridwalk.cli.failures import CommandError

HELP = "审计：verify 查有没有被改、被删、被插，seal 封存到文件"
SHOWN = 20
_WORDS = {
    "changed": "被改过",
    "removed": "之前有缺，被删过",
    "inserted": "是后来插进去的",
    "cut": "起到末尾被删掉了",
    "sealed": "和封存文件里的不一样",
    "copied": "和副本里的不一样，或被删了",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["verify", "seal"], metavar="做什么", help="verify 查，seal 封存")
    parser.add_argument("--seal", type=Path, metavar="文件", help="查的时候对照这份封存文件（审计员手里的）")
    parser.add_argument("--copies", type=Path, metavar="目录", help="查的时候逐行对照这个目录里的副本")
    parser.add_argument("--to", type=Path, metavar="目录", help="封存到哪个目录（默认 GRIDWALK_SEALS）")


def run(options: argparse.Namespace) -> int:
    """Exit code 1 where a chain does not hold."""
    if options.seal and not options.seal.is_file():
        raise CommandError(f"没有找到封存文件 {options.seal}。")
    if options.copies and not options.copies.is_dir():
        raise CommandError(f"没有找到副本的目录 {options.copies}。")
    with environment.database():
        schema.require_ready()
        return _verify(options.seal, options.copies) if options.what == "verify" else _seal(options.to)


def _seal(folder: Path | None) -> int:
    from django.conf import settings

    from gridwalk.accounts.rules import SYSTEM
    from gridwalk.core import actions, clock
    from gridwalk.core.audit import verify

    seal = actions.seal_audit(folder=folder or Path(settings.SEALS_DIR), actor=SYSTEM, at=clock.now())
    output.say(f"审计封存好了：{seal}")
    output.say(f"摘要：{verify.digest_of(seal)}")
    output.say("请把文件（至少这一行摘要）交给审计员另处保管。")
    return 0


def _verify(seal: Path | None, folder: Path | None = None) -> int:
    from gridwalk.core.audit import copies, verify

    verified = verify.verify(seal)
    if folder:
        verified.breaks += copies.compare(folder)
    if not verified.breaks:
        beside = "，和封存文件一致" if seal else ""
        output.say(f"审计完整：{verified.n_lines:,} 行，{verified.n_chains:,} 条链，没有被改、被删、被插{beside}。")
        return 0
    for fault in verified.breaks[:SHOWN]:
        was = f"，原来是：{fault.was}" if fault.was else ""
        output.say(f"{fault.chain or '（不在链上）'} 第 {fault.seq:,} 行{_WORDS[fault.kind]}{was}")
    if len(verified.breaks) > SHOWN:
        output.say(f"还有 {len(verified.breaks) - SHOWN:,} 处。")
    output.complain(
        f"审计对不上，共 {len(verified.breaks):,} 处。请保留现场：先备份，再请审计员核对；从备份恢复过的，恢复之后的行会对不上以后的封存。"
    )
    return 1
