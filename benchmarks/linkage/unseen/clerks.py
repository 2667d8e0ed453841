"""How two offices write the same people down, and what goes wrong: by clerk, by household, by row.

Shares in ``RATES``.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import random

from benchmarks.linkage.unseen.people import FEMALE, Door, Person, drawn

RATES = {
    # of rows
    "id_typo": 0.012,
    "id_swapped": 0.005,
    "id_masked": 0.004,
    "id_lost_digit": 0.003,
    "id_of_relative": 0.002,
    "id_15": 0.05,
    "id_missing": 0.025,
    "id_missing_infant": 0.45,  # of those under three
    "name_sound": 0.008,
    "name_shape": 0.004,
    "name_turned": 0.002,
    "name_cut": 0.002,
    "name_traditional": 0.004,
    "name_note": 0.012,
    "name_infant": 0.10,  # of those under one: 张三之子
    "born_lunar": 0.05,  # of those born before 1970
    "born_first": 0.006,
    "born_typo": 0.004,
    "sex_wrong": 0.002,
    "phone_changed": 0.07,
    "phone_missing": 0.09,
    "phone_typo": 0.006,
    "phone_relative": 0.05,
    "phone_landline": 0.04,
    "phone_two": 0.02,
    "door_typo": 0.003,
    "door_vague": 0.004,
    "stairwell_missing": 0.015,
    # of households
    "moved": 0.012,
    "gone": 0.03,
    # of clerks: a clerk's sheet is some 400 rows
    "clerk_damaged": 0.015,
    "clerk_head_phone": 0.06,
    "clerk_no_birth": 0.05,
    "clerk_year_only": 0.02,
    "clerk_no_stairwell": 0.02,
}
GONE_ALONE = 0.025
DUPLICATED = 0.01
RENAMED = 0.06
"""Share of estates that one office calls by another name throughout."""
SHEET = 400
SOUND = (
    "伟维玮 强墙 丽莉利 芳方 静敬 军钧 杰洁 华桦 玲铃凌 英瑛 国果 建健 志智 文雯 明鸣名 "
    "宇雨 浩昊皓 涵含 轩萱宣 欣鑫心新 梓子紫 佳嘉家 怡宜仪 晨辰 海孩 燕艳 秀绣 桂贵 淑书 "
    "珍真 春椿 林琳 平萍 红宏洪 娟涓 霞暇 成诚承 庆清 荣容 思丝 诗师 语羽 悦月 瑶遥 "
    "张章 陆路 余于俞 徐许 吕铝"
)
SHAPE = (
    "伟纬 芳芬 静净 军车 杰木 玲怜 英荚 建律 志忠 文丈 宇字 浩洁 涵函 欣欧 怡治 晨震 "
    "秀季 桂挂 淑叔 珍诊 春舂 林材 红江 娟捐 成戍 荣荥 思恩 诗持 王玉 李季 刘刻 陈阵 "
    "朱未 于干 田由 侯候 史吏 泽译 睿睿 铭铬"
)
TRADITIONAL = {
    "张": "張",
    "刘": "劉",
    "陈": "陳",
    "杨": "楊",
    "赵": "趙",
    "孙": "孫",
    "马": "馬",
    "罗": "羅",
    "郑": "鄭",
    "谢": "謝",
    "韩": "韓",
    "国": "國",
    "华": "華",
    "伟": "偉",
    "丽": "麗",
    "兰": "蘭",
    "云": "雲",
    "爱": "愛",
    "凤": "鳳",
    "宝": "寶",
    "龙": "龍",
    "晓": "曉",
    "静": "靜",
    "军": "軍",
}


def pairs_of(text: str) -> dict[str, str]:
    """Each character with what else may be written for it."""
    alike: dict[str, str] = {}
    for group in text.split():
        for char in group:
            alike[char] = alike.get(char, "") + group.replace(char, "")
    return alike


SOUNDS, SHAPES = pairs_of(SOUND), pairs_of(SHAPE)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Office:
    """One side: its columns and what stands in them; whether the door has columns of its own; how clerks
    word things.
    """

    columns: tuple[str, ...]
    means: tuple[str, ...]
    cut: bool
    dates: tuple[str, ...]
    sexes: tuple[tuple[str, str], ...]
    relations: dict[str, tuple[str, ...]]


STREET = Office(
    columns=(
        "序号",
        "姓名",
        "性别",
        "身份证号码",
        "出生年月日",
        "与户主关系",
        "联系方式",
        "小区（村）",
        "楼号",
        "单元",
        "房号",
        "备注",
    ),
    means=(
        "number",
        "name",
        "sex",
        "id",
        "born",
        "relation",
        "phone",
        "place",
        "building",
        "stairwell",
        "room",
        "note",
    ),
    cut=True,
    dates=("{y}-{m:02d}-{d:02d}", "{y}.{m}.{d}", "{y}年{m}月{d}日", "{y}{m:02d}{d:02d}"),
    sexes=(("男", "女"),),
    relations={
        "户主": ("户主", "本人"),
        "配偶": ("配偶", "妻", "夫"),
        "子女": ("子女", "子", "女"),
        "父母": ("父母", "父"),
        "非亲属": ("非亲属", "合租"),
    },
)
PLATFORM = Office(
    columns=("人员姓名", "证件号码", "人员性别", "出生日期", "手机号码", "居住地址", "户主关系"),
    means=("name", "id", "sex", "born", "phone", "address", "relation"),
    cut=False,
    dates=("{y}/{m}/{d}", "{y}-{m:02d}-{d:02d} 00:00:00"),
    sexes=(("男性", "女性"), ("1", "2")),
    relations={"户主": ("户主",), "配偶": ("配偶",), "子女": ("子女",), "父母": ("父母",), "非亲属": ("其他",)},
)
WAYS = {
    "flats": (
        "{p}{b}号楼{s}单元{r}室",
        "{p}{b}-{s}-{r}",
        "{p}{b}楼{s}门{r}",
        "{p}{b}栋{s}单元{r}",
        "河北区{p}{b}号楼{s}门{r}号",
        "{p}第{b}幢{s}单元{r}室",
        "{p}{b}#楼{s}单元{r}",
    ),
    "tower": ("{p}{b}座{r}", "{p}{b}座{r}室", "{p}{b}栋{r}", "{p}{b}-{r}"),
    "courtyard": ("{p}{b}号院{r}号", "{p}{b}号{r}号", "{p}{b}号院内{r}室"),
    "village": ("{p}{b}组{r}号", "{p}第{b}村民小组{r}号", "{p}{b}组{r}"),
}
VAGUE = ("菜市场楼上", "{p}门口平房", "{p}底商", "暂住{p}亲戚家", "{p}")


@dataclasses.dataclass
class Clerk:
    """A clerk's ways: dates, sexes, the wording of doors, and the habits that spoil a whole sheet."""

    date: str
    sexes: tuple[str, str]
    way: dict[str, str]
    habits: set[str]

    @classmethod
    def hired(cls, office: Office, rng: random.Random) -> Clerk:
        """One more clerk of that office."""
        habits = {h for h, rate in RATES.items() if h.startswith("clerk_") and rng.random() < rate}
        return cls(
            rng.choice(office.dates), rng.choice(office.sexes), {s: rng.choice(w) for s, w in WAYS.items()}, habits
        )


@dataclasses.dataclass
class Written:
    """One row of cells by meaning, whose it is, and the mistakes made in it."""

    who: int
    cells: dict[str, str]
    mistakes: set[str]


def copy_out(
    people: list[Person],
    members: dict[int, list[int]],
    rows: list[tuple[int, Door, bool]],
    office: Office,
    names: dict[str, str],
    rng: random.Random,
) -> list[Written]:
    """Rows (person, door, moved) as one office's clerks write them; ``names``: what this office calls an estate."""
    written = []
    clerk = Clerk.hired(office, rng)
    for at, (number, door, moved) in enumerate(rows):
        if at % SHEET == 0:
            clerk = Clerk.hired(office, rng)
        person = people[number]
        kin = [people[k] for k in members[person.household] if k != number]
        mistakes = _mistakes(person, rng) | ({"moved"} if moved else set()) | clerk.habits
        cells = {
            "name": _name(person, kin, mistakes, rng),
            "id": _id(person, kin, mistakes, rng),
            "born": _born(person, mistakes, clerk, rng),
            "sex": clerk.sexes[person.male == ("sex_wrong" in mistakes)],
            "phone": _phone(person, kin, mistakes, rng),
            "relation": _relation(person, office, rng),
            **_door(door=door, mistakes=mistakes, clerk=clerk, office=office, names=names, rng=rng),
        }
        written.append(Written(number, cells, mistakes))
    return written


def _mistakes(person: Person, rng: random.Random) -> set[str]:
    rows = {e for e, rate in RATES.items() if not e.startswith(("clerk_", "moved", "gone")) and rng.random() < rate}
    if person.born < dt.date(2023, 11, 1):
        rows.discard("id_missing_infant")
    if person.born < dt.date(2025, 11, 1):
        rows.discard("name_infant")
    if person.born.year >= 1970:
        rows.discard("born_lunar")
    if person.born.year >= 1995:
        rows.discard("id_15")
    return rows


def _one_char(name: str, table: dict[str, str], rng: random.Random) -> str | None:
    at = [i for i, c in enumerate(name) if table.get(c)]
    if not at:
        return None
    i = rng.choice(at)
    return name[:i] + rng.choice(table[name[i]]) + name[i + 1 :]


def _name(person: Person, kin: list[Person], mistakes: set[str], rng: random.Random) -> str:
    name = _with_wrong_characters(person.name, mistakes, rng)
    name = _turned_or_cut(name, mistakes)
    if "name_infant" in mistakes:
        mothers = [k for k in kin if not k.male and k.born.year < 2005]
        if mothers:
            name = f"{mothers[0].name}之{'子' if person.male else '女'}"
        else:
            mistakes.discard("name_infant")
    if "·" in name and rng.random() < 0.5:
        name = name.replace("·", rng.choice((".", "", "•", " ")))
    if "name_note" in mistakes:
        name += rng.choice(("(亡)", "（服刑）", "（空挂）", "（租）", " 外出", "(低保)", "（曾用名）"))
    return name


def _with_wrong_characters(name: str, mistakes: set[str], rng: random.Random) -> str:
    for error, table in (("name_sound", SOUNDS), ("name_shape", SHAPES), ("name_traditional", TRADITIONAL)):
        if error in mistakes:
            changed = _one_char(name, table, rng)
            if changed is None:
                mistakes.discard(error)
            name = changed or name
    return name


def _turned_or_cut(name: str, mistakes: set[str]) -> str:
    for error, changed in (("name_turned", name[0] + name[:0:-1]), ("name_cut", name[:-1])):
        if error in mistakes:
            if len(name) == 3 and changed != name:
                name = changed
            else:
                mistakes.discard(error)
    return name


def _id(person: Person, kin: list[Person], mistakes: set[str], rng: random.Random) -> str:
    number = person.id_no
    if mistakes & {"id_missing", "id_missing_infant"}:
        return rng.choice(("", "", "", "无", "未办", "/"))
    if "id_of_relative" in mistakes:
        if not kin:
            mistakes.discard("id_of_relative")
            return number
        return rng.choice(kin).id_no
    if "id_15" in mistakes:
        if not mistakes & {"clerk_damaged", "id_typo", "id_swapped", "id_masked", "id_lost_digit"}:
            return number[:6] + number[8:17]
        mistakes.discard("id_15")
    number = _mistyped(number, mistakes, rng)
    if mistakes & {"id_lost_digit", "id_masked", "clerk_damaged"}:
        return _incomplete(number, mistakes, rng)
    return _in_some_writing(number, rng)


def _mistyped(number: str, mistakes: set[str], rng: random.Random) -> str:
    if "id_typo" in mistakes:
        i = rng.choice((*range(6, 18), *range(14, 18)))
        number = number[:i] + rng.choice([c for c in "0123456789" if c != number[i]]) + number[i + 1 :]
    if "id_swapped" in mistakes:
        i = rng.choice([i for i in range(17) if number[i] != number[i + 1]])
        number = number[:i] + number[i + 1] + number[i] + number[i + 2 :]
    return number


def _incomplete(number: str, mistakes: set[str], rng: random.Random) -> str:
    if "id_lost_digit" in mistakes:
        i = rng.randrange(18)
        return number[:i] + number[i + 1 :]
    if "id_masked" in mistakes:
        return number[:10] + "****" + number[14:] if rng.random() < 0.5 else number[:3] + "***********" + number[-4:]
    return number if number[-1] == "X" else rng.choice((number[:15] + "000", f"{number[0]}.{number[1:6]}E+17"))


def _in_some_writing(number: str, rng: random.Random) -> str:
    if number.endswith("X") and rng.random() < 0.2:
        return number[:-1] + rng.choice(("x", "Ｘ", "×"))
    if rng.random() > 0.02:
        return number
    return rng.choice((" " + number, number + " ", f"{number[:6]} {number[6:14]} {number[14:]}", "'" + number))


def _born(person: Person, mistakes: set[str], clerk: Clerk, rng: random.Random) -> str:
    if "clerk_no_birth" in mistakes:
        return ""
    on = person.born
    if "born_lunar" in mistakes:
        on -= dt.timedelta(days=rng.randint(19, 49))  # the other calendar's day and month, taken for this one's
    if "born_first" in mistakes:
        on = on.replace(month=1, day=1)
    if "born_typo" in mistakes:
        on = (
            on.replace(year=on.year + rng.choice((-10, -1, 1, 10)))
            if rng.random() < 0.6 and on.day < 29
            else on.replace(day=min(28, on.day // 10 + 1))
        )
    if "clerk_year_only" in mistakes:
        return f"{on.year}年" if rng.random() < 0.3 else f"{on.year}.{on.month}"
    return clerk.date.format(y=on.year, m=on.month, d=on.day)


def _phone(person: Person, kin: list[Person], mistakes: set[str], rng: random.Random) -> str:
    if "phone_missing" in mistakes or person.born.year > 2016:
        return ""
    if mistakes & {"clerk_head_phone", "phone_relative"} and kin:
        return next((k.phone for k in kin if k.relation == "户主"), kin[0].phone)
    if "phone_landline" in mistakes:
        return rng.choice((person.landline[3:], f"022-{person.landline[3:]}", person.landline))
    phone = person.phone
    if "phone_changed" in mistakes:
        return f"12{rng.randrange(10**9):09d}"
    if "phone_typo" in mistakes:
        i = rng.randrange(2, 11)
        phone = (
            phone[:i] + phone[i + 1 :] if rng.random() < 0.3 else phone[:i] + str(rng.randrange(10)) + phone[i + 1 :]
        )
    if "phone_two" in mistakes:
        other = kin[0].phone if kin else f"12{rng.randrange(10**9):09d}"
        return rng.choice(("{}、{}", "{}/{}", "{} {}", "{}；{}")).format(*rng.sample((phone, other), 2))
    return f"{phone[:3]}-{phone[3:7]}-{phone[7:]}" if rng.random() < 0.01 else phone


def _relation(person: Person, office: Office, rng: random.Random) -> str:
    words = office.relations[person.relation]
    gendered = {"妻": False, "夫": True, "子": True, "女": False, "父": True}
    return rng.choice([w for w in words if gendered.get(w, person.male) == person.male])


def _door(
    door: Door, mistakes: set[str], clerk: Clerk, office: Office, names: dict[str, str], rng: random.Random
) -> dict[str, str]:
    place, room = names.get(door.place, door.place), door.room
    if "door_typo" in mistakes:
        i = rng.randrange(len(room))
        room = room[:i] + str((int(room[i]) + rng.choice((1, 9))) % 10 or 1) + room[i + 1 :]
    stairwell = door.stairwell
    if not stairwell:
        mistakes -= {"stairwell_missing", "clerk_no_stairwell"}
    elif mistakes & {"stairwell_missing", "clerk_no_stairwell"}:
        stairwell = ""
    if "door_vague" in mistakes:
        text = rng.choice(VAGUE).format(p=place)
        return {"place": text, "building": "", "stairwell": "", "room": "", "address": text}
    if office.cut:
        units = {
            "flats": ("", "号楼", "楼", "栋"),
            "tower": ("座", ""),
            "courtyard": ("号院", "号"),
            "village": ("组",),
        }[door.style]
        unit = rng.choice(("", "单元", "门")) if stairwell else ""
        return {
            "place": place,
            "building": door.building + rng.choice(units),
            "stairwell": stairwell + unit,
            "room": room,
            "address": "",
        }
    way = clerk.way[door.style]
    if door.stairwell and not stairwell:
        way = "{p}{b}号楼{r}室" if "-" not in way else "{p}{b}-{r}"
    return {
        "place": "",
        "building": "",
        "stairwell": "",
        "room": "",
        "address": way.format(p=place, b=door.building, s=stairwell, r=room),
    }


def other_name(place: str, rng: random.Random) -> str:
    """What another office calls an estate: the old name, a fuller one, a shorter one."""
    for tail, others in (
        ("小区", ("", "家园")),
        ("花园", ("苑", "小区")),
        ("里", ("里小区", "楼")),
        ("园", ("苑", "园小区")),
        ("新村", ("村", "小区")),
    ):
        if place.endswith(tail):
            return place.removesuffix(tail) + rng.choice(others) if len(place) > 2 + len(tail) - 1 else place
    return place + drawn(FEMALE[1955], rng)
