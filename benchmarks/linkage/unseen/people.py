"""Who lives where: families over three generations, flat shares, namesakes in one building, twins.

Impossible identifiers only: area code 120199, telephones beginning 12.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections.abc import Callable, Iterator

TODAY = dt.date(2026, 11, 1)

# Shares per thousand, rounded from published name statistics; the rest of the population shares the rare ones below.
COMMON = (
    "王71李72张68刘54陈45杨31赵23黄22周21吴20徐14孙15胡13朱12高12林11何11郭11马13罗8梁8宋8郑9谢7韩7唐7冯6于6董6萧5程5曹6袁5邓6许6傅5沈5曾5"
    "彭5吕5苏5卢4蒋4蔡5贾4丁4魏4薛4叶4阎3余4潘4杜4戴3夏3钟4汪3田4任4姜3范3方3石3姚3谭3廖3邹3熊3金3陆3郝2孔2白2崔3康2毛2邱2秦2江2史2顾2侯2邵2孟3龙2万2段2"
)
RARE = (
    "翟 仝 盖 缪 佟 冀 尉 逯 亓 燕 那 关 乐 查 区 仇 曲 牛 尚 温 芦 季 俞 章 "
    "鲁 葛 伍 申 尤 毕 聂 丛 焦 向 柳 邢 岳 齐 梅 莫 庄 辛 管 祝 左 涂 谷 祁 "
    "时 舒 耿 牟 卜 欧阳 上官 诸葛 皇甫 尉迟"
)
# Characters of given names with how often each is drawn, by when people were born.
MALE = {
    1955: "国9建9志6德6文5永5玉4春4福4金4林4成4宝4海3荣3贵3树3长3庆3平3强3明3军3祥2生2忠2义2有2万2学2",
    1980: "伟7强6军6勇5涛5杰5磊5明5刚4超4鹏4斌4波3辉3峰3平3志5建4海4晓3文3宇2飞2龙2凯2亮2东2洪2立2红2",
    2010: "宇8子8浩7轩7博5泽5梓5俊4睿4晨4明3涵4佳3豪3航3阳3嘉3铭3皓3霖2天3一3奕3辰4文3瑞2思2哲2",
}
FEMALE = {
    1955: "秀8桂7玉7英9兰7淑6珍6凤5芬4芳4华4梅4云4琴3花3素3美3荣3香3春3爱2金3月2莲2",
    1980: "丽8静6艳5敏5娟5芳4霞4燕4红5玲4娜4晓4婷3雪3梅3莉3春3海3洁2慧2颖2文2立2冬1亚2",
    2010: "涵8欣7梓6雨6子6萱5怡5诗4语4佳4思4可3一4妍3琪3彤3悦3瑶3宁2晨2嘉3心3若3熙2沐2",
}
FAR_NAMES = ("阿依古丽·买买提", "迪丽努尔·艾山", "古丽娜尔·吐尔逊", "买合木提·阿布都", "帕提古丽·玉素甫", "艾力·肉孜")
PLACES = [
    "昌",
    "泰",
    "宁",
    "德",
    "永",
    "顺",
    "盛",
    "和",
    "瑞",
    "祥",
    "荣",
    "华",
    "安",
    "庆",
    "丰",
    "兴",
    "新",
    "春",
    "民",
    "义",
    "仁",
    "文",
    "富",
    "长",
    "宝",
    "金",
    "锦",
    "江",
    "河",
    "海",
]
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclasses.dataclass(frozen=True)
class Door:
    """``style``: flats (building, stairwell, room) · tower (lettered, no stairwell) · courtyard (number, room) ·
    village (group, number).
    """

    style: str
    place: str
    building: str
    stairwell: str
    room: str


@dataclasses.dataclass(kw_only=True)
class Person:
    """The truth of one person. ``household``: who is entered together."""

    name: str
    id_no: str
    male: bool
    born: dt.date
    phone: str
    landline: str
    relation: str
    household: int
    door: Door


def drawn(table: str, rng: random.Random) -> str:
    """A character of a table like ``国9建8``."""
    return rng.choices(table[0::2], [int(n) for n in table[1::2]])[0]


def _surnames() -> tuple[list[str], list[float]]:
    names: list[str] = []
    shares: list[float] = []
    for char in COMMON:
        if char.isdigit():
            shares[-1] = shares[-1] * 10 + int(char)
        else:
            names.append(char)
            shares.append(0)
    rare = RARE.split()
    left = max(30.0, 1000 - sum(shares)) / 3
    return names + rare, shares + [left / len(rare)] * len(rare)


def id_no(born: dt.date, male: bool, rng: random.Random) -> str:
    """A number of an area that does not exist (GB 11643)."""
    stem = f"120199{born:%Y%m%d}{rng.randrange(500) * 2 + male:03d}"
    return stem + "10X98765432"[sum(int(c) * w for c, w in zip(stem, _WEIGHTS, strict=True)) % 11]


class Town:
    """Makes people, door after door, until there are enough."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed * 104729 + 17)
        self.people: list[Person] = []
        self._taken: set[str] = set()
        self._names, self._shares = _surnames()
        self._household = 0

    def fill(self, n: int) -> list[Person]:
        """At least ``n`` people; the last household is whole."""
        for door in self._doors():
            if self.rng.random() < 0.1:
                continue
            self._move_in(door)
            if len(self.people) >= n:
                break
        self._namesakes()
        return self.people

    def _doors(self) -> Iterator[Door]:
        rng = self.rng
        seen: set[str] = set()
        while True:
            style = rng.choices(("flats", "tower", "courtyard", "village"), (80, 8, 7, 5))[0]
            place = rng.choice(PLACES) + rng.choice(PLACES) + ("" if rng.random() < 0.8 else rng.choice(PLACES))
            place += rng.choice(
                {
                    "flats": ("里", "里", "园", "小区", "新村", "花园"),
                    "tower": ("大厦", "广场", "公寓"),
                    "courtyard": ("胡同", "大街", "巷"),
                    "village": ("村", "庄"),
                }[style]
            )
            if place in seen:
                continue
            seen.add(place)
            for building in range(1, rng.randint(2, 30) if style == "flats" else rng.randint(2, 5)):
                yield from self._building(style, place, building)

    def _building(self, style: str, place: str, building: int) -> Iterator[Door]:
        rng = self.rng
        if style == "flats":
            floors, flats = rng.choice((5, 6, 6, 7, 11, 18, 33)), rng.choice((2, 2, 3, 4))
            for stairwell in range(1, rng.choice((1, 2, 3, 3, 4, 6)) + 1):
                for floor in range(1, floors + 1):
                    yield from (
                        Door(style, place, str(building), str(stairwell), f"{floor}{f:02d}")
                        for f in range(1, flats + 1)
                    )
        elif style == "tower":
            for floor in range(3, rng.randint(12, 30)):
                yield from (
                    Door(style, place, "ABCDE"[building - 1], "", f"{floor}{f:02d}")
                    for f in range(1, rng.randint(5, 12))
                )
        elif style == "courtyard":
            number = str(building * rng.randint(2, 9))
            yield from (Door(style, place, number, "", str(f)) for f in range(1, rng.randint(3, 14)))
        else:
            yield from (Door(style, place, str(building), "", str(f)) for f in range(1, rng.randint(20, 60)))

    def _move_in(self, door: Door) -> None:
        rng = self.rng
        self._household += 1
        landline = f"022{rng.choice((12, 13))}{rng.randrange(10**6):06d}"
        kind = rng.choices(("alone", "couple", "family", "three", "shared"), (24, 26, 34, 11, 5))[0]
        surname = rng.choices(self._names, self._shares)[0]

        def add(own: str, born: int, male: bool, relation: str, on: dt.date | None = None, given: str = "") -> Person:
            return self._add(own, born, male, relation, door, landline, on, given)

        def spouse_of(partner: Person) -> Person:
            return add(
                rng.choices(self._names, self._shares)[0],
                partner.born.year + rng.randint(-5, 5),
                not partner.male,
                "配偶",
            )

        if kind == "shared":
            for number in range(rng.randint(3, 6)):
                add(
                    rng.choices(self._names, self._shares)[0],
                    rng.randint(1970, 2007),
                    rng.random() < 0.6,
                    "非亲属" if number else "户主",
                )
            return
        head = add(
            surname,
            rng.randint(1937, 2002) if kind != "family" else rng.randint(1962, 1998),
            rng.random() < 0.75,
            "户主",
        )
        if kind == "alone":
            return
        spouse = spouse_of(head)
        if kind == "couple":
            return
        youngest = min(2025, head.born.year + rng.randint(23, 36))
        self._children(add, head if rng.random() < 0.9 or not head.male else spouse, youngest, "子女")
        if kind == "three":
            parent = add(
                head.name[: len(surname)] if head.male else surname, head.born.year - rng.randint(22, 32), True, "父母"
            )
            if rng.random() < 0.6:
                spouse_of(parent).relation = "父母"

    def _children(self, add: Callable[..., Person], parent: Person, year: int, relation: str) -> None:
        rng = self.rng
        surname = parent.name[:2] if parent.name[:2] in ("欧阳", "上官", "诸葛", "皇甫", "尉迟") else parent.name[0]
        n = rng.choices((1, 2, 3), (62, 33, 5))[0]
        generation = drawn(MALE[2010], rng) if rng.random() < 0.35 else ""
        while n > 0:
            male = rng.random() < 0.52
            first = (self._echo(parent, surname) if male else "") or generation
            given = first + drawn((MALE if male else FEMALE)[2010], rng) if first else ""
            child = add(surname, year, male, relation, None, given)
            n -= 1
            if n and rng.random() < 0.08:
                self._twin(add, child, surname, year)
                n -= 1
            year = min(2026, year + rng.randint(1, 7))

    def _echo(self, parent: Person, surname: str) -> str:
        """The father's character in a son's name, seldom."""
        longer = parent.male and len(parent.name) > len(surname) + 1
        return parent.name[len(surname)] if longer and self.rng.random() < 0.015 else ""

    def _twin(self, add: Callable[..., Person], child: Person, surname: str, year: int) -> None:
        male = child.male if self.rng.random() < 0.7 else not child.male
        first = child.name[len(surname)] if len(child.name) > len(surname) + 1 else drawn(MALE[2010], self.rng)
        given = first + drawn((MALE if male else FEMALE)[2010], self.rng)
        add(surname, year, male, child.relation, child.born, given)

    def _add(
        self,
        surname: str,
        year: int,
        male: bool,
        relation: str,
        door: Door,
        landline: str,
        on: dt.date | None,
        given: str,
    ) -> Person:
        rng = self.rng
        first = dt.date(min(year, TODAY.year), 1, 1)
        born = on or first + dt.timedelta(days=rng.randrange(min(365, (TODAY - first).days)))
        number = id_no(born, male, rng)
        while number in self._taken:
            number = id_no(born, male, rng)
        self._taken.add(number)
        era = 1955 if year < 1968 else 1980 if year < 1998 else 2010
        table = (MALE if male else FEMALE)[era]
        kin = {p.name for p in self.people[-8:] if p.household == self._household}
        while not given or surname + given in kin:
            given = drawn(table, rng)
            if rng.random() < {1955: 0.82, 1980: 0.55, 2010: 0.88}[era]:
                given += drawn(table, rng)
        name = surname + given if rng.random() > 0.003 else rng.choice(FAR_NAMES)
        person = Person(
            name=name,
            id_no=number,
            male=male,
            born=born,
            phone=f"12{rng.randrange(10**9):09d}",
            landline=landline,
            relation=relation,
            household=self._household,
            door=door,
        )
        self.people.append(person)
        return person

    def _namesakes(self) -> None:
        """Three in a thousand bear the name of somebody else in their building, some of nearly their age."""
        by_building: dict[tuple[str, str], list[Person]] = {}
        for person in self.people:
            by_building.setdefault((person.door.place, person.door.building), []).append(person)
        for neighbours in by_building.values():
            for person in neighbours:
                if self.rng.random() < 0.003:
                    other = self.rng.choice(neighbours)
                    if other.male == person.male and other.household != person.household:
                        person.name = other.name
