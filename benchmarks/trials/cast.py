"""The people of one small community, all of them made up: area code 120199, telephones that begin with 12."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from benchmarks.linkage.third import names, papers

USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ORDERS = ("长", "次", "三")


@dataclass(frozen=True, slots=True)
class Resident:
    """One person."""

    name: str
    sex: str
    born: date
    number: str
    phone: str
    relation: str


@dataclass(slots=True)
class Home:
    """One door of 福安里 (building, entrance, room) and who lives there, the head first."""

    building: int
    entrance: int
    room: str
    people: list[Resident] = field(default_factory=list)

    @property
    def dashes(self) -> str:
        """2-3-401."""
        return f"{self.building}-{self.entrance}-{self.room}"

    @property
    def words(self) -> str:
        """福安里2号楼3门401室."""
        return f"福安里{self.building}号楼{self.entrance}门{self.room}室"


@dataclass(frozen=True, slots=True)
class Sent:
    """One file and what a careful person reads in it."""

    path: Path
    records: int
    kind: str
    trap: str


Builder = Callable[[Path], Sent]


def workbook() -> tuple[Workbook, Worksheet]:
    """A new workbook and its first sheet."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    return book, sheet


class Cast:
    """Draws people; the same seed gives the same people."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)
        self.register = papers.Register(self.dice)

    def resident(self, year: int, male: bool, relation: str, surname: str = "") -> Resident:
        """Somebody born in that year."""
        born = date(year, 1, 1) + timedelta(days=self.dice.randrange(365))
        name = (surname or names.surname(self.dice)) + names.given(self.dice, year, male)
        phone = papers.phone(self.dice)
        return Resident(name, "男" if male else "女", born, self.register.number(born, male), phone, relation)

    def family(self, children: int, elder: bool) -> list[Resident]:
        """A couple, their children, and perhaps his mother."""
        year = self.dice.randrange(1962, 1992)
        head = self.resident(year, True, "户主")
        people = [head, self.resident(year + 1, False, "妻")]
        for number in range(children):
            male = self.dice.random() < 0.5
            order = ORDERS[sum(child.sex == ("男" if male else "女") for child in people[2:])]
            word = order + ("子" if male else "女")
            people.append(self.resident(year + 26 + 3 * number, male, word, head.name[:1]))
        if elder:
            people.append(self.resident(year - 25, False, "母亲"))
        return people

    def uscc(self) -> str:
        """A credit code of a shop that does not exist."""
        body = f"92120199MA{self.dice.randrange(10**6, 10**7)}"
        total = sum(USCC_SIGNS.index(sign) * weight for sign, weight in zip(body, USCC_WEIGHTS, strict=True))
        return body + USCC_SIGNS[-total % 31]


@cache
def homes(seed: int = 2026) -> tuple[Home, ...]:
    """Twenty-four doors in two buildings of 福安里."""
    cast = Cast(seed)
    doors = [
        Home(building, entrance, f"{floor}0{flat}")
        for building in (1, 2)
        for entrance in (1, 2)
        for floor in (1, 2, 3)
        for flat in (1, 2)
    ]
    for number, home in enumerate(doors):
        home.people = cast.family(number % 3, number % 5 == 4)
    return tuple(doors)
