"""How well addresses are read (the gold set labelled by hand), and how fast a column of them."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import polars as pl

from benchmarks.results import Result
from gridwalk.method import address_columns, addresses
from gridwalk.method.tests import gold

_NAMES = [
    f"{first}{last}"
    for first in [
        "阳光",
        "林古",
        "翠海",
        "盛宇",
        "金堂",
        "泰来",
        "扶轮",
        "昆仑",
        "丹江",
        "开江",
        "祥和",
        "远洋",
        "君临",
        "海河",
        "建昌",
        "幸福",
    ]
    for last in ["里", "花园", "家园", "小区", "新村", "公寓", "佳苑", "大厦", "东里"]
]
_WAYS = (
    "{e}{b}号楼{s}单元{r}",
    "{e}{b}-{s}-{r}",
    "{e}{b}栋{s}门{r}室",
    "{e} {b}号楼 {s}单元 {r}室",
    "天津市河北区{e}{b}号楼{s}单元{r}",
    "{e}{b}#{s}-{r}",
    "{e}{b}号楼{r}",
    "建国道92号{e}{b}幢{s}单元{r}",
    "{e}{b}号楼{s}门{r}（租户）",
)


def _addresses(n: int) -> list[str]:
    drawn, texts = random.Random(7), set[str]()
    while len(texts) < n:
        room = f"{drawn.randint(1, 33)}{drawn.randint(1, 12):02d}"
        texts.add(
            drawn.choice(_WAYS).format(e=drawn.choice(_NAMES), b=drawn.randint(1, 60), s=drawn.randint(1, 8), r=room)
        )
    return sorted(texts, key=lambda text: drawn.random())


def everything(*, quick: bool) -> Iterator[Result]:
    """Right and wrong on the parts of the gold set; seconds for a column of distinct addresses beside one by one."""
    for part in gold.PARTS:
        shares = gold.shares(part)
        of = f"{shares['n']:.0f} hand-labelled addresses, {part}"
        yield Result(
            name=f"addresses.{part}.not_right", value=100 * (1 - shares["right"]), unit="%", peer=None, goal=2, note=of
        )
        yield Result(
            name=f"addresses.{part}.wrong",
            value=100 * shares["wrong"],
            unit="%",
            peer=None,
            goal=0.5,
            note=of + "; another door claimed",
        )
    n = 40_000 if quick else 400_000
    texts = _addresses(n)
    column = pl.Series(texts)
    started = time.process_time()
    address_columns.parts(column)
    at_once = time.process_time() - started
    some = texts[: n // 10]
    addresses.parse.cache_clear()
    started = time.process_time()
    for text in some:
        addresses.parse(text)
    each = (time.process_time() - started) * n / len(some)
    yield Result(
        name="addresses.column",
        value=at_once,
        unit="s",
        peer=each,
        goal=None if quick else 0.1,
        note=f"{n:,} distinct addresses at once / one by one, processor seconds",
    )
