"""Doors, and the five habits of writing one down."""

from dataclasses import dataclass
from random import Random

from .words import COMMUNITIES, ESTATE_ENDS, ESTATES, LANES, ROADS, WORKS

STREET = "天津市海津区东风街道"  # neither the district nor the street exists
PERSONS_A_COMMUNITY = 3500
CHINESE = "零一二三四五六七八九十"


@dataclass(frozen=True, slots=True, eq=False)
class Estate:
    """A group of buildings with one name."""

    name: str
    alias: str
    road: str
    community: str
    stairwell_word: str  # 单元, or 门 as in Tianjin


@dataclass(frozen=True, slots=True, eq=False)
class Door:
    """One dwelling, shop or dormitory room."""

    estate: Estate
    building: int
    stairwell: int  # 0 in a tower with one entrance, a lane or a row of shops
    room: str
    lane: str = ""  # of a bungalow, or the word for a shop
    grid: int = 1


@dataclass(frozen=True, slots=True)
class Town:
    """All doors of the street, by community."""

    doors: dict[str, list[Door]]
    dormitories: list[Door]


def _estate(dice: Random, community: str, names: list[str]) -> Estate:
    name = names.pop() if names else f"{dice.choice(ESTATES)}{dice.choice(ESTATE_ENDS)}{dice.randrange(2, 99)}期"
    road = f"{dice.choice(ROADS)}{dice.choice(('路', '道'))}{dice.randrange(1, 260)}号"
    alias = dice.choice((dice.choice(WORKS) + "宿舍", name[:2], name[:2] + "小区", road + "院", "老" + name))
    return Estate(name, alias, road, community, dice.choice(("单元", "门", "门")))


def _flats(dice: Random, estate: Estate, grid: int) -> list[Door]:
    """The doors of one estate: old walk-ups, or towers."""
    tower = dice.random() < 0.35
    floors = dice.choice((11, 18, 26, 33)) if tower else dice.choice((5, 6, 6, 7))
    doors = []
    for building in range(1, dice.randrange(3, 9) if tower else dice.randrange(4, 16)):
        stairwells = [0] if tower else list(range(1, dice.choice((3, 4, 5, 6)) + 1))
        flats = dice.choice((4, 6)) if tower else dice.choice((2, 2, 3))
        doors += [
            Door(estate, building, stairwell, f"{floor}{flat:02d}", grid=grid)
            for stairwell in stairwells
            for floor in range(1, floors + 1)
            for flat in range(1, flats + 1)
        ]
    return doors


def _ground(dice: Random, estate: Estate, grid: int) -> list[Door]:
    """Bungalows and shops where people live."""
    lane = dice.choice(LANES)
    doors = [Door(estate, number, 0, "", lane=lane, grid=grid) for number in range(1, dice.randrange(4, 18))]
    return doors + [
        Door(estate, 0, 0, str(number), lane="底商", grid=grid) for number in range(1, dice.randrange(3, 9))
    ]


def town(dice: Random, persons: int) -> Town:
    """A street with room for so many persons."""
    names = [name + end for name in ESTATES for end in dict.fromkeys(ESTATE_ENDS)]
    dice.shuffle(names)
    doors: dict[str, list[Door]] = {}
    dormitories: list[Door] = []
    count = max(1, round(persons / PERSONS_A_COMMUNITY))
    for number in range(count):
        again, at = divmod(number, len(COMMUNITIES))
        community = COMMUNITIES[at] + (f"第{_spelt(again + 1, 3)}" if again else "") + "社区"
        own: list[Door] = []
        grid = 0
        while len(own) < min(persons, PERSONS_A_COMMUNITY) / 2 + 60:
            grid += 1
            estate = _estate(dice, community, names)
            own += _flats(dice, estate, grid)
            if dice.random() < 0.4:
                own += _ground(dice, estate, grid)
        dormitories += [Door(estate, 99, 0, f"{room}", lane="集体宿舍", grid=grid) for room in range(101, 106)]
        dice.shuffle(own)
        doors[community] = own
    return Town(doors, dormitories)


def slipped(dice: Random, door: Door, doors: list[Door]) -> Door:
    """Another door written by mistake: mostly of the same estate."""
    near = [other for other in dice.sample(doors, min(40, len(doors))) if other.estate is door.estate]
    return dice.choice(near or doors)


def _spelt(number: int, habit: int) -> str:
    """A building's number in digits, or in Chinese as some write it."""
    if habit == 3 and 0 < number <= 10:
        return CHINESE[number]
    return str(number)


def _odd(door: Door, habit: int) -> str:
    """A bungalow, a shop or a dormitory."""
    if door.lane == "底商":
        return f"{door.estate.road}底商{door.room}号" if habit % 2 else f"{door.estate.name}底商{door.room}"
    if door.lane == "集体宿舍":
        return f"{door.estate.name}集体宿舍{door.room}" + ("室" if habit % 2 else "")
    return f"{door.lane}{door.building}号" if habit % 2 else f"{door.lane}{door.building}"


def address(door: Door, habit: int, with_estate: bool = True) -> str:
    """The door by habit 0–4: dashes, words, building and room, road number, alias."""
    if door.lane:
        return _odd(door, habit)
    estate = door.estate.name if with_estate else ""
    stair = str(door.stairwell) if door.stairwell else ""
    if habit == 0:
        return estate + "-".join(part for part in (str(door.building), stair, door.room) if part)
    stair_words = f"{stair}{door.estate.stairwell_word}" if stair else ""
    if habit == 1:
        return f"{estate}{door.building}号楼{stair_words}{door.room}室"
    if habit == 2:
        return f"{estate}{door.building}栋{stair + '-' if stair else ''}{door.room}"
    if habit == 3:
        return f"{door.estate.road}({door.estate.name}){_spelt(door.building, 3)}号楼{stair_words}{door.room}"
    return f"{door.estate.alias}{door.building}楼{stair_words}{door.room}号"


def parts(door: Door, habit: int) -> tuple[str, str, str, str]:
    """Estate, building, stairwell and room in columns of their own."""
    if door.lane:
        return door.estate.name, "", "", _odd(door, habit)
    estate = door.estate.alias if habit == 4 else door.estate.name
    building = (str(door.building), f"{door.building}号楼", f"{door.building}栋", f"{_spelt(door.building, 3)}号楼")
    stair = str(door.stairwell) if door.stairwell else ""
    words = f"{stair}{door.estate.stairwell_word}" if stair and habit in (1, 3) else stair
    return estate, building[habit % 4], words, door.room + ("室" if habit == 1 else "")
