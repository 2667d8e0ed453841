"""``gridwalk areas``: the official areas of a street and its grids, from a file."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from gridwalk.cli import environment, output, schema
from gridwalk.cli.failures import CommandError

HELP = "导入区划和网格（一个街道的官方区划代码表，JSON）"
ABOVE = ("province", "city", "district", "street")
"""The areas a community lies in. Their codes are often written without the zeros at the end."""
EXAMPLE = (
    '{"province": {"code": …, "name": …}, "city": …, "district": …, "street": …, '
    '"communities": [{"code": …, "name": …, "grids": 3}]}'
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="文件", help=f"写法：{EXAMPLE}；grids 是这个社区有几个网格")


def run(options: argparse.Namespace) -> int:
    """Load the areas and make the grids; running it again renames and adds, and takes nothing away."""
    tree = read(options.file)
    with environment.database():
        schema.require_ready()
        n_areas, n_grids = _load(tree)
    output.say(f"存好了：{n_areas} 个区划，{n_grids} 个网格。下一步：给每个网格设责任人，再导入房屋台账。")
    return 0


def read(path: Path) -> dict[str, Any]:
    """The areas of a file, every code with all its digits. Raises CommandError."""
    try:
        tree: dict[str, Any] = json.loads(path.read_text("utf-8"))
        for level in ABOVE:
            tree[level]["code"], _ = str(tree[level]["code"]).ljust(12, "0"), tree[level]["name"]
        for community in tree["communities"]:
            community["code"], _, _ = str(community["code"]), community["name"], int(community.get("grids", 0))
    except FileNotFoundError as error:
        raise CommandError(f"没有找到文件 {path}，什么都没导入。") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{path} 不是区划代码表，什么都没导入。要写成：{EXAMPLE}") from error
    _check(tree)
    return tree


def _check(tree: dict[str, Any]) -> None:
    """Every code is one of its level: under another, names would not be known again and pages show digits."""
    from gridwalk.territory import rules

    try:
        for level in ABOVE:
            rules.level_of(tree[level]["code"])
        street = tree["street"]["code"]
        if rules.level_of(street) != "street":
            raise rules.CodeError(f"{street} 不是街道的代码。")
        for community in tree["communities"]:
            if rules.level_of(community["code"]) != "community" or community["code"][:9] != street[:9]:
                raise rules.CodeError(f"{community['code']}（{community['name']}）不是这个街道的社区。")
    except rules.CodeError as error:
        raise CommandError(f"什么都没导入：{error}改好文件再导。") from error


def _load(tree: dict[str, Any]) -> tuple[int, int]:
    from gridwalk.accounts.rules import SYSTEM
    from gridwalk.core import clock
    from gridwalk.territory import actions as territory

    at = clock.now()
    n_areas = territory.load_areas(actor=SYSTEM, at=at, tree=tree)
    n_grids = 0
    for community in tree["communities"]:
        grids = territory.create_grids(
            actor=SYSTEM,
            at=at,
            community=community["code"],
            n=int(community.get("grids", 0)),
            from_on=clock.local_date(at),
        )
        n_grids += len(grids)
    return n_areas, n_grids
