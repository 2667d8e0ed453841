"""Two clerks' ledgers of one population: other columns, other ways of writing, typed mistakes, and the answer key.

The mistakes are made here by hand-written rules that know nothing of the engine. ``RATES`` are shares of rows (both
sides).
"""

from __future__ import annotations

import dataclasses
import random
from pathlib import Path

import polars as pl

from benchmarks.linkage.people import Person, population

RATES = {
    "id_missing": 0.04,
    "id_typo": 0.015,
    "id_swapped": 0.005,
    "id_15": 0.01,
    "id_damaged": 0.008,
    "id_masked": 0.004,
    "name_sound": 0.008,
    "name_shape": 0.004,
    "name_traditional": 0.003,
    "name_note": 0.01,
    "name_space": 0.01,
    "born_missing": 0.03,
    "born_off": 0.004,
    "sex_wrong": 0.002,
    "phone_missing": 0.10,
    "phone_changed": 0.06,
    "phone_typo": 0.008,
    "moved": 0.015,
    "room_typo": 0.003,
    "stairwell_missing": 0.02,
}
ONE_SIDED = 0.05
DUPLICATED = 0.01
ALIASED = 0.05
"""Share of estates that one side calls by another name."""
SOUNDS = (
    "伟玮炜维",
    "芳方",
    "静婧敬",
    "丽莉立",
    "军君均",
    "强墙",
    "艳燕彦",
    "杰洁捷",
    "涛韬",
    "明铭鸣",
    "华桦",
    "国果",
    "建健剑",
    "志智至",
    "文雯",
    "英颖瑛",
    "玲凌铃",
    "子紫梓",
    "涵晗含",
    "轩宣萱",
    "宇雨语羽",
    "佳嘉家",
    "欣心新鑫",
    "怡宜仪",
    "晨辰琛",
    "浩昊皓",
    "海晓",
    "春纯",
)
SHAPES = {
    "伟": "纬",
    "芳": "芬",
    "军": "车",
    "玲": "珍",
    "梅": "海",
    "华": "毕",
    "建": "健",
    "志": "忠",
    "明": "朋",
    "国": "囯",
    "丽": "两",
    "涛": "淘",
    "磊": "垒",
    "晨": "震",
}
TRADITIONAL = {
    "张": "張",
    "陈": "陳",
    "刘": "劉",
    "杨": "楊",
    "赵": "趙",
    "吴": "吳",
    "孙": "孫",
    "马": "馬",
    "国": "國",
    "华": "華",
    "兰": "蘭",
    "军": "軍",
    "伟": "偉",
    "丽": "麗",
}
NOTES = ("（户主）", "(租户)", "（已婚）", "(儿子)", "（本人）")
HAN = "零一二三四五六七八九十"


@dataclasses.dataclass(frozen=True)
class Pair:
    """Two ledgers as files, and the truth: of every row its person (``who``) and the mistakes made in it."""

    left: Path
    right: Path
    left_key: Path
    right_key: Path


def write(folder: Path, n: int, seed: int) -> Pair:
    """Two ledgers of about ``n`` rows each, as Parquet, and their key."""
    rng = random.Random(seed * 7919 + 1)
    people = population(round(n / (1 - ONE_SIDED)), seed)
    aliases = _aliases(people, rng)
    here = [p for p in range(len(people)) if rng.random() >= ONE_SIDED]
    there = [p for p in range(len(people)) if rng.random() >= ONE_SIDED]
    rng.shuffle(there)
    left, left_who, left_errors = _side(people, here, rng, LEFT, {})
    right, right_who, right_errors = _side(people, there, rng, RIGHT, aliases)
    folder.mkdir(parents=True, exist_ok=True)
    pair = Pair(*(folder / f"{name}_{n}_{seed}.parquet" for name in ("left", "right", "left_key", "right_key")))
    for target, rows, columns in ((pair.left, left, LEFT.columns), (pair.right, right, RIGHT.columns)):
        pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row").with_columns(
            pl.all().replace("", None)
        ).write_parquet(target)
    for target, who, errors in ((pair.left_key, left_who, left_errors), (pair.right_key, right_who, right_errors)):
        pl.DataFrame(
            {"row": range(len(who)), "who": who, "errors": [",".join(sorted(e)) for e in errors]}
        ).write_parquet(target)
    return pair


@dataclasses.dataclass(frozen=True)
class Clerk:
    """How one side writes: its columns, dates, sexes, and the shares of its ways of writing a door."""

    columns: tuple[str, ...]
    sexes: tuple[str, str]
    date: str
    doors: tuple[tuple[float, str], ...]


LEFT = Clerk(
    ("姓名", "与户主关系", "性别", "公民身份号码", "出生日期", "联系电话", "现住址"),
    ("男", "女"),
    "{y}-{m:02d}-{d:02d}",
    (
        (0.5, "{e}{b}号楼{u}单元{r}室"),
        (0.2, "{e}{b}号楼{u}门{r}"),
        (0.2, "{e}{b}-{u}-{r}"),
        (0.07, "{e} {b}栋 {u}单元 {r}"),
        (0.03, "{e}{hb}号楼{hu}单元{r}"),
    ),
)
RIGHT = Clerk(
    ("name", "id_no", "sex", "born_on", "phone", "address"),
    ("男性", "女性"),
    "{y}.{m}.{d}",
    (
        (0.6, "河北区{e}{b}幢{u}单元{r}"),
        (0.25, "{e}{b}-{u}-{r}"),
        (0.1, "{e}{b}号楼{u}单元{f}层{r}室"),
        (0.05, "{e}{b}#{u}-{r}"),
    ),
)


def _aliases(people: list[Person], rng: random.Random) -> dict[str, str]:
    estates = sorted({p.estate for p in people})
    other = {"里": "楼", "园": "苑", "苑": "园", "小区": "家园", "花园": "公寓"}
    aliases = {}
    for estate in estates:
        if rng.random() < ALIASED:
            tail = next((t for t in other if estate.endswith(t)), "")
            aliases[estate] = estate.removesuffix(tail) + other[tail] if tail else estate + "新区"
    return aliases


def _side(
    people: list[Person], chosen: list[int], rng: random.Random, clerk: Clerk, aliases: dict[str, str]
) -> tuple[list[list[str]], list[int], list[set[str]]]:
    rows, who, errors = [], [], []
    for number in chosen:
        for _ in range(2 if rng.random() < DUPLICATED else 1):
            row, mistakes = _row(people[number], rng, clerk, aliases)
            rows.append(row)
            who.append(number)
            errors.append(mistakes)
    return rows, who, errors


def _row(person: Person, rng: random.Random, clerk: Clerk, aliases: dict[str, str]) -> tuple[list[str], set[str]]:
    mistakes = {error for error, rate in RATES.items() if rng.random() < rate}
    values = {
        "name": _name(person.name, mistakes, rng),
        "id": _number(person.id_no, mistakes, rng),
        "sex": clerk.sexes[person.male == ("sex_wrong" in mistakes)],
        "born": "" if "born_missing" in mistakes else _date(person, mistakes, clerk, rng),
        "phone": _phone(person.phone, mistakes, rng),
        "relation": person.relation,
        "door": _door(person, mistakes, clerk, aliases, rng),
    }
    order = (
        ("name", "relation", "sex", "id", "born", "phone", "door")
        if clerk is LEFT
        else ("name", "id", "sex", "born", "phone", "door")
    )
    return [values[k] for k in order], mistakes


def _name(name: str, mistakes: set[str], rng: random.Random) -> str:
    for error, replace in (
        ("name_sound", _sound),
        ("name_shape", lambda c, _: SHAPES.get(c)),
        ("name_traditional", lambda c, _: TRADITIONAL.get(c)),
    ):
        if error in mistakes:
            at = [i for i, c in enumerate(name) if replace(c, rng)]
            if not at:
                mistakes.discard(error)
                continue
            i = rng.choice(at)
            name = name[:i] + str(replace(name[i], rng)) + name[i + 1 :]
    if "name_note" in mistakes:
        name += rng.choice(NOTES)
    return name[0] + "　" + name[1:] if "name_space" in mistakes and len(name) == 2 else name


def _sound(char: str, rng: random.Random) -> str | None:
    group = next((g for g in SOUNDS if char in g), None)
    return rng.choice([c for c in group if c != char]) if group else None


def _number(number: str, mistakes: set[str], rng: random.Random) -> str:
    if "id_missing" in mistakes:
        return rng.choice(("", "", "无", "不详"))
    if "id_typo" in mistakes:
        i = rng.randrange(18)
        number = number[:i] + rng.choice([c for c in "0123456789" if c != number[i]]) + number[i + 1 :]
    if "id_swapped" in mistakes:
        i = rng.randrange(6, 16)
        number = number[:i] + number[i + 1] + number[i] + number[i + 2 :]
    if "id_damaged" in mistakes:
        return number[:15] + "000"
    if "id_masked" in mistakes:
        return number[:6] + "********" + number[-4:]
    if "id_15" in mistakes and number[6:8] == "19" and not mistakes & {"id_typo", "id_swapped"}:
        return number[:6] + number[8:17]
    return number


def _date(person: Person, mistakes: set[str], clerk: Clerk, rng: random.Random) -> str:
    y, m, d = person.born.year, person.born.month, person.born.day
    if "born_off" in mistakes:
        if rng.random() < 0.5 and d <= 12:
            m, d = d, m
        else:
            y += rng.choice((-1, 1, 10))
    return clerk.date.format(y=y, m=m, d=d)


def _phone(phone: str, mistakes: set[str], rng: random.Random) -> str:
    if "phone_missing" in mistakes:
        return ""
    if "phone_changed" in mistakes:
        return f"12{rng.randrange(10**9):09d}"
    if "phone_typo" in mistakes:
        i = rng.randrange(2, 11)
        phone = phone[:i] + rng.choice("0123456789") + phone[i + 1 :]
    return phone


def _door(person: Person, mistakes: set[str], clerk: Clerk, aliases: dict[str, str], rng: random.Random) -> str:
    estate, building, stairwell, room = (
        aliases.get(person.estate, person.estate),
        person.building,
        person.stairwell,
        person.room,
    )
    if "moved" in mistakes:
        building, stairwell, room = (
            rng.randint(1, 15),
            rng.randint(1, 4),
            f"{rng.randint(1, 18)}{rng.randint(1, 3):02d}",
        )
    if "room_typo" in mistakes:
        room = room[:-1] + str((int(room[-1]) + 1) % 10)
    if "stairwell_missing" in mistakes:
        return f"{estate}{building}号楼{room}"
    way = rng.choices([w for _, w in clerk.doors], [s for s, _ in clerk.doors])[0]
    han = "十" + HAN[building - 10] if 10 < building < 20 else HAN[building] if building <= 10 else str(building)
    return way.format(e=estate, b=building, u=stairwell, r=room, f=room[:-2], hb=han, hu=HAN[stairwell])
