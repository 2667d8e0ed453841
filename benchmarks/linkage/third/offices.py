"""The ledgers of the offices: who is on them, under which headings, in which order."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random

import polars as pl

from . import names, places, writing
from .people import ABSENT, EARLY, LATE, Household, Person, Street
from .rates import Rates
from .writing import Line

Cells = dict[str, str]
DROPPED = {"number": 0.3, "phone": 0.25, "born": 0.4, "address": 0.12, "sex": 0.3, "relation": 0.4}
LINKING = ("number", "phone", "born", "address")


@dataclass(slots=True)
class Plan:
    """One ledger to be written."""

    office: str
    rates: Rates
    late: bool
    columns: frozenset[str]  # of those a ledger may lack, the ones it has
    split: bool  # estate, building, stairwell and room in columns of their own

    @property
    def day(self) -> date:
        """The day it was closed."""
        return LATE if self.late else EARLY


def columns(dice: Random) -> frozenset[str]:
    """The columns of a messy ledger: some are missing, but never all that could link it."""
    while True:
        kept = frozenset(name for name, missing in DROPPED.items() if dice.random() >= missing)
        if len(kept & set(LINKING)) >= 2:
            return kept


def concerns(office: str, person: Person) -> bool:
    """Whether somebody of that kind belongs on the ledger of that office."""
    age = EARLY.year - person.born.year
    if office == "elders":
        return age >= 60
    if office == "school":
        return 6 <= age <= 15
    return True


class Ledger:
    """Collects the lines of one office and lays them out."""

    def __init__(self, dice: Random, street: Street, plan: Plan) -> None:
        self.dice, self.street, self.plan = dice, street, plan
        self.tidy = plan.office == "police"
        self.pen = writing.Pen(dice, plan.rates, plan.day, self.tidy)
        self.clerks = {name: writing.habits(dice, self.tidy) for name in street.town.doors}
        self.contiguous = any(clerk.heads_only for clerk in self.clerks.values())
        self.lines: list[Line] = []
        for home in street.households:
            self._household(home)
        self._order()

    def _listed(self, person: Person) -> bool:
        rates, home = self.plan.rates, person.household
        if person.born > self.plan.day or not concerns(self.plan.office, person):
            return False
        if home.left_early if self.plan.late else home.came_late:
            return False
        if person.died and self.plan.late and self.dice.random() >= rates.dead_kept:
            return False
        if home.group == ABSENT:
            return self.dice.random() < rates.living_elsewhere
        rate = rates.registered_here if person.registered_here else rates.registered_elsewhere
        return self.dice.random() < rate

    def _household(self, home: Household) -> None:
        members = [person for person in home.members if self._listed(person)]
        if not members:
            return
        dice, rates = self.dice, self.plan.rates
        place = (home.after if self.plan.late else home.before) or home.registered
        community = place.estate.community if place else next(iter(self.clerks))
        doors = self.street.town.doors[community]
        door = writing.shown_door(dice, rates, home, self.plan.late, doors)
        community = door.estate.community if door else community
        clerk = self.clerks[community]
        head = writing.head_of(dice, rates, members)
        for person in sorted(members, key=lambda person: person is not head):
            self.lines.append(self.pen.line(person, head, door, clerk))
            self.lines[-1].community = community
            if dice.random() < rates.second_row:
                other = door if dice.random() < 0.6 else dice.choice(doors)
                line = self.pen.line(person, person, other, clerk)
                line.second, line.community = True, community
                self.lines.append(line)

    def _order(self) -> None:
        """By door, by household, by name or as they came; second rows stand where they fell."""
        dice = self.dice
        seconds = [line for line in self.lines if line.second]
        firsts = [line for line in self.lines if not line.second]
        order = dice.choice(("door", "came") if self.contiguous else ("door", "came", "name", "any"))
        if order == "door":
            homes = {id(line.person.household): line.door for line in firsts}
            firsts.sort(key=lambda line: _door_key(homes[id(line.person.household)], line.person.household.key))
        elif order == "came":
            keys = {home.key: dice.random() for home in self.street.households}
            firsts.sort(key=lambda line: keys[line.person.household.key])
        elif order == "name":
            firsts.sort(key=lambda line: line.name)
        else:
            dice.shuffle(firsts)
        self.lines = firsts
        heads = [at for at, line in enumerate(firsts) if line.head] if self.contiguous else range(len(firsts))
        places_ = sorted((dice.choice(heads) for _ in seconds), reverse=True) if heads else []
        for at, line in zip(places_, seconds, strict=True):
            self.lines.insert(at, line)

    def frame(self) -> pl.DataFrame:
        """The rows as they are handed in, all of them texts."""
        layout = LAYOUTS[self.plan.office]
        rows = [layout(self, number, line) for number, line in enumerate(self.lines, 1)]
        gone = {heading for heading in rows[0] if COLUMN_OF.get(heading, heading) in DROPPED.keys() - self.plan.columns}
        kept = [heading for heading in rows[0] if heading not in gone]
        return pl.DataFrame(
            {heading: [row[heading] for row in rows] for heading in kept}, schema=dict.fromkeys(kept, pl.String)
        )

    def address(self, line: Line) -> str:
        """The address cell of one row: blank below the head where the clerk writes it once."""
        if not line.door or (line.habits.heads_only and not line.head and not line.second):
            return ""
        return places.address(line.door, line.habits.address)

    def parts(self, line: Line) -> tuple[str, str, str, str]:
        """The same in four cells."""
        if not line.door or (line.habits.heads_only and not line.head and not line.second):
            return "", "", "", ""
        return places.parts(line.door, line.habits.address)


def _door_key(door: places.Door | None, household: int) -> tuple[str, str, str, int, int, str, int]:
    if door is None:
        return "", "", "", 0, 0, "", household
    return (
        door.estate.community,
        door.estate.name,
        door.lane,
        door.building,
        door.stairwell,
        door.room.zfill(5),
        household,
    )


def _police(ledger: Ledger, number: int, line: Line) -> Cells:
    person = line.person
    home = places.STREET + places.address(line.door, 3) if line.door else ""
    registered = places.STREET + places.address(line.registered, 3) if line.registered else person.home_town
    return {
        "序号": str(number),
        "户号": f"1201{person.household.key:08d}",
        "姓名": line.name,
        "与户主关系": line.relation,
        "性别": line.sex,
        "出生日期": line.born,
        "公民身份号码": line.number,
        "户籍地址": registered,
        "现住址": "" if person.household.group == ABSENT else home,
        "联系电话": line.phone,
        "人口类别": line.kind,
    }


def _community(ledger: Ledger, number: int, line: Line) -> Cells:
    door = line.door
    where = {"社区": line.community, "网格": f"第{door.grid}网格" if door else ""}
    if ledger.plan.split:
        estate, building, stairwell, room = ledger.parts(line)
        where |= {"小区": estate, "楼号": building, "单元": stairwell, "室": room}
    else:
        where |= {"住址": ledger.address(line)}
    return {
        "序号": str(number),
        **where,
        "姓名": line.name,
        "与户主关系": line.relation,
        "性别": line.sex,
        "出生年月": line.born,
        "身份证号": line.number,
        "联系电话": line.phone,
        "人户状态": line.kind,
    }


def _property(ledger: Ledger, number: int, line: Line) -> Cells:
    door = line.door
    return {
        "小区": door.estate.name if door else "",
        "房号": places.address(door, 0, with_estate=False) if door else "",
        "住户姓名": line.name,
        "关系": line.relation,
        "性别": line.sex,
        "联系方式": line.phone,
        "身份证号码": line.number,
        "出生日期": line.born,
        "物业费": ledger.dice.choice(("已交", "未交", "")),
    }


def _tenants(ledger: Ledger, number: int, line: Line) -> Cells:
    landlord = names.surname(ledger.dice) + names.given(ledger.dice, 1970, True)
    return {
        "序号": str(number),
        "出租房屋地址": ledger.address(line),
        "房东姓名": landlord,
        "承租人姓名": line.name,
        "性别": line.sex,
        "承租人身份证号": line.number,
        "承租人电话": line.phone,
        "承租人出生日期": line.born,
    }


def _elders(ledger: Ledger, number: int, line: Line) -> Cells:
    return {
        "序号": str(number),
        "老人姓名": line.name,
        "性别": line.sex,
        "年龄": str(ledger.plan.day.year - line.person.born.year),
        "出生年月": line.born,
        "身份证号": line.number,
        "家庭住址": ledger.address(line),
        "联系电话": line.phone,
    }


def _school(ledger: Ledger, number: int, line: Line) -> Cells:
    return {
        "序号": str(number),
        "学生姓名": line.name,
        "性别": line.sex,
        "出生日期": line.born,
        "学生身份证号": line.number,
        "家庭住址": ledger.address(line),
        "监护人姓名": line.parent,
        "监护人电话": line.phone,
    }


LAYOUTS: dict[str, Callable[[Ledger, int, Line], Cells]] = {
    "police": _police,
    "community": _community,
    "property": _property,
    "tenants": _tenants,
    "elders": _elders,
    "school": _school,
}
COLUMN_OF = {
    **dict.fromkeys(("公民身份号码", "身份证号", "身份证号码", "承租人身份证号", "学生身份证号"), "number"),
    **dict.fromkeys(("联系电话", "联系方式", "承租人电话", "监护人电话"), "phone"),
    **dict.fromkeys(("出生日期", "出生年月", "承租人出生日期", "年龄"), "born"),
    **dict.fromkeys(("现住址", "户籍地址", "住址", "家庭住址", "出租房屋地址", "房号"), "address"),
    **dict.fromkeys(("小区", "楼号", "单元", "室"), "address"),
    "性别": "sex",
    "与户主关系": "relation",
    "关系": "relation",
}
FIELDS = {
    **dict.fromkeys(("姓名", "住户姓名", "承租人姓名", "老人姓名", "学生姓名"), "name"),
    **{heading: "id_no" for heading, column in COLUMN_OF.items() if column == "number"},
    **{heading: "born_on" for heading, column in COLUMN_OF.items() if column == "born" and heading != "年龄"},
    **{heading: "phone" for heading, column in COLUMN_OF.items() if column == "phone" and heading != "监护人电话"},
    **dict.fromkeys(("现住址", "住址", "家庭住址", "出租房屋地址"), "address"),
    **dict.fromkeys(("与户主关系", "关系"), "relation"),
    **dict.fromkeys(("人口类别", "人户状态"), "residence_kind"),
    "性别": "sex",
    "户籍地址": "registered_address",
    "社区": "community",
    "网格": "grid_name",
    "小区": "estate",
    "楼号": "building",
    "单元": "stairwell",
    "室": "room",
    "房号": "room",
}  # what a careful reader takes each heading for, by the names of the field dictionary; the rest tells of others
