"""A made-up population: households with twins, fathers and sons of like names, in estates of ordinary buildings.

It knows nothing of how Gridwalk reads or matches. Identifiers are impossible: area code 120199, telephones beginning
12.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections.abc import Callable

# Surnames with their share of the population, per mille (rounded from published name statistics).
SURNAMES = {
    "王": 72,
    "李": 71,
    "张": 68,
    "刘": 54,
    "陈": 45,
    "杨": 31,
    "黄": 22,
    "赵": 21,
    "吴": 20,
    "周": 19,
    "徐": 15,
    "孙": 15,
    "马": 14,
    "朱": 13,
    "胡": 13,
    "郭": 12,
    "何": 11,
    "高": 11,
    "林": 11,
    "罗": 9,
    "郑": 9,
    "梁": 9,
    "谢": 8,
    "宋": 8,
    "唐": 7,
    "许": 7,
    "韩": 7,
    "邓": 7,
    "冯": 6,
    "曹": 6,
    "彭": 6,
    "曾": 6,
    "肖": 6,
    "田": 5,
    "董": 5,
    "潘": 5,
    "袁": 5,
    "蔡": 5,
    "蒋": 5,
    "余": 5,
    "于": 5,
    "杜": 4,
    "叶": 4,
    "程": 4,
    "魏": 4,
    "苏": 4,
    "吕": 4,
    "丁": 4,
    "任": 4,
    "卢": 4,
    "姚": 4,
    "沈": 4,
    "钟": 4,
    "姜": 3,
    "崔": 3,
    "谭": 3,
    "陆": 3,
    "范": 3,
    "汪": 3,
    "廖": 3,
    "石": 3,
    "金": 3,
    "韦": 2,
    "贾": 2,
    "夏": 2,
    "付": 2,
    "方": 2,
    "邹": 2,
    "熊": 2,
    "白": 2,
    "孟": 2,
    "秦": 2,
    "邱": 2,
    "侯": 2,
    "江": 2,
    "尹": 2,
    "薛": 2,
    "闫": 2,
    "段": 2,
    "雷": 2,
    "龙": 2,
    "史": 1,
    "陶": 1,
    "贺": 1,
    "毛": 1,
    "郝": 1,
    "顾": 1,
    "龚": 1,
    "邵": 1,
    "万": 1,
    "覃": 1,
    "武": 1,
    "钱": 1,
    "戴": 1,
    "严": 1,
    "欧阳": 1,
    "司马": 1,
    "单": 1,
    "解": 1,
}
MEN = {
    1940: "国 建 明 德 福 荣 志 永 金 玉 文 忠 义 成 富 贵 生 根 宝 才 华 庆 祥 海 山 树 林 春 长 清",
    1965: "建国 建华 建军 志强 国强 卫东 卫国 永强 军 强 勇 伟 斌 涛 杰 峰 刚 辉 明 平 超 鹏 磊 波 宏 海涛 志刚 文军 建平 国庆",
    1985: "伟 磊 鹏 超 洋 涛 杰 凯 浩 宇 俊 飞 博 帅 旭 阳 晨 鑫 龙 志伟 文博 海洋 晓东 俊杰 天宇 少华 子龙 振宇 建业 家伟",
    2005: "子轩 浩然 宇轩 浩宇 俊杰 子涵 雨泽 梓豪 天佑 一鸣 思远 嘉懿 煜城 懿轩 烨伟 博文 子墨 明轩 皓轩 晨曦 梓睿 奕辰 宇航 沐阳 泽楷",
}
WOMEN = {
    1940: "秀英 桂英 玉兰 淑珍 凤英 秀兰 桂兰 玉英 淑兰 素珍 桂芝 淑芬 秀珍 玉珍 桂花 兰英 春兰 凤兰 金凤 惠珍",
    1965: "丽 芳 敏 静 秀丽 红 艳 玲 桂芳 丽娟 淑华 春梅 秀梅 红梅 建华 玉梅 爱华 雪梅 亚男 金玲 燕 霞 娟 萍 莉",
    1985: "静 婷 娜 丹 雪 倩 颖 琳 璐 佳 莹 洁 欣 慧 蕾 晶 婷婷 丽娜 晓燕 雅静 思雨 海燕 佳琪 美玲 文静",
    2005: "子涵 梓涵 欣怡 诗涵 雨涵 梓萱 可馨 佳怡 一诺 思涵 紫萱 雨欣 梦瑶 依诺 语桐 若汐 沐晴 芷若 馨予 奕菲 诗琪 乐怡 心怡 语嫣",
}
GENERATION = "建国文志家子宇晓德永海春思天明雨梓佳"
ESTATE_HEADS = [
    "阳光",
    "春和",
    "福安",
    "康宁",
    "翠湖",
    "金色",
    "海河",
    "望海",
    "天泰",
    "金钢",
    "建昌",
    "中山",
    "靖江",
    "月牙",
    "真理",
    "昆纬",
    "榆关",
    "志成",
    "育红",
    "民权",
    "如意",
    "幸福",
    "和平",
    "友谊",
    "锦绣",
    "河滨",
    "兴业",
    "盛世",
    "君临",
    "长青",
]
ESTATE_TAILS = [
    "里",
    "里",
    "里",
    "园",
    "苑",
    "家园",
    "花园",
    "小区",
    "新村",
    "公寓",
    "名邸",
    "雅居",
    "华庭",
    "东里",
    "西里",
    "南里",
    "北里",
]
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclasses.dataclass
class Person:
    """The truth of one person."""

    name: str
    id_no: str
    male: bool
    born: dt.date
    phone: str
    relation: str
    estate: str
    building: int
    stairwell: int
    room: str


def id_no(born: dt.date, male: bool, rng: random.Random) -> str:
    """A number of an area that does not exist (GB 11643)."""
    stem = f"120199{born:%Y%m%d}{rng.randrange(500) * 2 + male:03d}"
    return stem + "10X98765432"[sum(int(c) * w for c, w in zip(stem, _WEIGHTS, strict=True)) % 11]


def population(n: int, seed: int) -> list[Person]:
    """``n`` people in households, door after door."""
    rng = random.Random(seed)
    surnames, shares = list(SURNAMES), list(SURNAMES.values())
    people: list[Person] = []
    taken: set[str] = set()
    for estate in _estates(rng):
        for building in range(1, rng.randint(4, 16)):
            floors, stairs = rng.choice((6, 6, 6, 11, 18, 26)), rng.choice((2, 3, 4, 5))
            for stairwell in range(1, stairs + 1):
                for floor in range(1, floors + 1):
                    for flat in range(1, rng.choice((2, 2, 3)) + 1):
                        if rng.random() < 0.12:
                            continue  # stands empty
                        door = (estate, building, stairwell, f"{floor}{flat:02d}")
                        people += _household(door, surnames, shares, rng, taken)
                        if len(people) >= n:
                            return people[:n]
    raise AssertionError("the estates never end")


def _estates(rng: random.Random):  # type: ignore[no-untyped-def]
    seen: set[str] = set()
    for number in range(10**6):
        name = rng.choice(ESTATE_HEADS) + rng.choice(ESTATE_TAILS)
        if name in seen:
            name = rng.choice(ESTATE_HEADS) + rng.choice(ESTATE_HEADS) + rng.choice(ESTATE_TAILS)
        if name in seen:
            name = f"{name[:-1]}{'一二三四五六七八九'[number % 9]}{name[-1]}"
        if name not in seen:
            seen.add(name)
            yield name


def _phone(rng: random.Random) -> str:
    return f"12{rng.randrange(10**9):09d}"


def _given(born: int, male: bool, rng: random.Random, shared: str = "") -> str:
    era = min((1940, 1965, 1985, 2005), key=lambda e: abs(e - born))
    given = rng.choice((MEN if male else WOMEN)[era].split())
    if shared:
        return shared + given[-1] if given[-1] != shared else shared + rng.choice(GENERATION)
    if len(given) == 1 and rng.random() < 0.45:
        return rng.choice(GENERATION) + given
    return given


def _household(
    door: tuple[str, int, int, str], surnames: list[str], shares: list[int], rng: random.Random, taken: set[str]
) -> list[Person]:
    size = rng.choices((1, 2, 3, 4, 5), (26, 33, 24, 12, 5))[0]
    father, mother = rng.choices(surnames, shares, k=2)
    age = rng.randint(24, 84) if size < 3 else rng.randint(28, 60)
    born = 2026 - age
    home = _phone(rng)
    members: list[Person] = []

    def add(surname: str, year: int, male: bool, relation: str, shared: str = "", day: dt.date | None = None) -> Person:
        on = day or dt.date(year, 1, 1) + dt.timedelta(days=rng.randrange(365))
        number = id_no(on, male, rng)
        while number in taken:
            number = id_no(on, male, rng)
        taken.add(number)
        phone = home if rng.random() < 0.25 else _phone(rng)
        member = Person(surname + _given(year, male, rng, shared), number, male, on, phone, relation, *door)
        members.append(member)
        return member

    head = add(father, born, rng.random() < 0.7, "户主")
    if size >= 2:
        add(mother, born + rng.randint(-4, 4), not head.male, "配偶")
    _children(add, head, father if head.male else mother, max(0, size - 2), rng)
    return members


def _children(add: Callable[..., Person], head: Person, surname: str, n: int, rng: random.Random) -> None:
    shared = rng.choice(GENERATION) if n > 1 and rng.random() < 0.6 else ""
    year = min(2025, head.born.year + rng.randint(22, 34))
    while n > 0:
        child = add(surname, year, rng.random() < 0.52, "子女", shared)
        if head.male and child.male and rng.random() < 0.02:
            child.name = head.name[: len(surname) + 1] + child.name[-1]  # like the father's
        n -= 1
        if n and rng.random() < 0.03:
            given = child.name[len(surname)] if len(child.name) > len(surname) + 1 else ""
            twin = add(surname, year, child.male, "子女", given, child.born)
            if twin.name == child.name:
                twin.name = child.name[:-1] + rng.choice(GENERATION)
            n -= 1
        year = min(2025, year + rng.randint(1, 6))
