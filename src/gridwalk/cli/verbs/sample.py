"""``gridwalk sample``: draw a sample again from its kept frame."""

from __future__ import annotations

import argparse
import uuid
from pathlib import Path

from gridwalk.cli import environment, output, schema
from gridwalk.cli.failures import CommandError

HELP = "抽查：verify 用公布的抽签号、冻结的名单重抽一遍，看和当时抽出的是不是一样"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["verify"], metavar="做什么", help="verify 重抽一遍")
    parser.add_argument("sample", type=uuid.UUID, metavar="编号", help="抽查的编号，在它那一页的网址里")
    parser.add_argument("--seed", type=Path, metavar="文件", help="用这个文件里的抽签号，不用系统里公布的")
    parser.add_argument(
        "--frame",
        type=Path,
        metavar="文件",
        help="用这份名单，不用系统里冻结的；名单写着门牌，网页上不给，只有备份里有",
    )


def run(options: argparse.Namespace) -> int:
    """Exit code 1 where something differs."""
    seed = _read(options.seed).decode("utf-8", "replace") if options.seed else ""
    frame = _read(options.frame) if options.frame else None
    with environment.database():
        schema.require_ready()
        return _verify(options.sample, seed, frame)


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise CommandError(f"没有找到文件 {path}。")
    return path.read_bytes()


def _verify(sample: uuid.UUID, seed: str, frame: bytes | None) -> int:
    from gridwalk.inspection.queries import verifying

    differences = verifying.differences(sample, seed=seed, frame=frame)
    if not differences:
        output.say("一致：抽签号、名单、抽出的户都和当时的一样。")
        return 0
    for difference in differences:
        output.complain(difference)
    return 1
