"""``gridwalk audit``: look the audit through, or seal it to a file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from gridwalk.cli import environment, output, schema
from gridwalk.cli.failures import CommandError

if TYPE_CHECKING:
    from gridwalk.core.audit.verify import Verified

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
    parser.add_argument(
        "--seal",
        type=Path,
        metavar="文件",
        help="查的时候只对照这份封存文件（审计员手里的）；不写就对照 GRIDWALK_SEALS 里的每一份",
    )
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
    from django.conf import settings

    from gridwalk.core.audit import copies, verify

    verified = verify.verify([seal] if seal else verify.kept_seals(Path(settings.SEALS_DIR)))
    if folder:
        verified.breaks += copies.compare(folder)
    if not verified.breaks:
        output.say(
            f"审计完整：{verified.n_lines:,} 行，{verified.n_chains:,} 条链，没有被改、被删、被插。{_beside(verified)}"
        )
        return 0
    for fault in verified.breaks[:SHOWN]:
        was = f"，原来是：{fault.was}" if fault.was else ""
        output.say(f"{fault.chain or '（不在链上）'} 第 {fault.seq:,} 行{_WORDS[fault.kind]}{was}")
    if len(verified.breaks) > SHOWN:
        output.say(f"还有 {len(verified.breaks) - SHOWN:,} 处。")
    output.say(_beside(verified))
    output.complain(f"审计对不上，共 {len(verified.breaks):,} 处。请保留现场：先备份，再请审计员核对。")
    return 1


def _beside(verified: Verified) -> str:
    """What of the seals was compared, how old the newest is."""
    from gridwalk.core import clock

    if verified.newest is None:
        return "还没有封存过，链尾被截掉、整条链被重做查不出来：请运行 gridwalk audit seal，封存文件交审计员另处保管。"
    hours = (clock.now() - verified.newest).total_seconds() / 3600
    age = f"{hours:.0f} 小时" if hours >= 1 else f"{hours * 60:.0f} 分钟"
    words = f"对照了 {verified.n_seals:,} 份封存，最新一份是 {age}前的，之后的行只靠链本身。"
    if verified.given_up:
        words += f"其中 {verified.given_up:,} 份是从备份恢复时放弃的那一段，不比。"
    if verified.missing:
        words += f"有 {verified.missing:,} 份前面缺了一份：请和审计员手里的核对。"
    return words
