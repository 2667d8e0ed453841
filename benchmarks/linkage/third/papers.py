"""ID numbers, telephones and dates of birth: true ones, and as ledgers write them.

All ID numbers carry the area code 120199, which was never given out; all telephones begin with 12.
"""

import math
from datetime import date, timedelta
from random import Random

AREA = "120199"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
MONTH = 29.530588
NEW_MOON = date(2000, 1, 7)  # in Beijing

# what a reader can make of a number as it is written
WHOLE, SLIP, TAIL, BIRTH, FALSE, NONE = "whole", "slip", "tail", "birth", "false", "none"


def check_digit(body: str) -> str:
    """The eighteenth sign of an ID number (ISO 7064, MOD 11-2)."""
    return CHECKS[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def is_possible(number: str) -> bool:
    """Whether the eighteen signs pass their check and hold a date."""
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return check_digit(number[:17]) == number[17]


class Register:
    """Gives every person a number that nobody else has."""

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self.taken: set[str] = set()

    def number(self, born: date, male: bool) -> str:
        """A valid number of somebody born on that day."""
        while True:
            order = self.dice.randrange(1, 999)
            order -= (order % 2) != male
            body = f"{AREA}{born:%Y%m%d}{order:03d}"
            if order > 0 and body not in self.taken:
                self.taken.add(body)
                return body + check_digit(body)

    def impossible(self, born: date, male: bool) -> str:
        """A number whose check digit is wrong on the very card, as early registers gave out."""
        number = self.number(born, male)
        return number[:17] + self.dice.choice(CHECKS.replace(number[17], ""))

    def passport(self) -> str:
        """A number of a foreign passport."""
        return f"{self.dice.choice('EGMKPN')}{self.dice.choice(('12', '199'))}{self.dice.randrange(10**6):06d}"


def phone(dice: Random) -> str:
    """A mobile telephone nobody has."""
    return f"12{dice.randrange(10**9):09d}"


def landline(dice: Random) -> str:
    """A telephone of the household nobody has."""
    return f"12{dice.randrange(10**6):06d}"


def wrong_digit(dice: Random, number: str) -> str:
    """One digit mistyped, mostly in the last eight."""
    at = dice.randrange(6, 17) if dice.random() < 0.8 else dice.randrange(0, 6)
    return number[:at] + dice.choice("0123456789".replace(number[at], "")) + number[at + 1 :]


def swapped_digits(dice: Random, number: str) -> str:
    """Two neighbours exchanged."""
    places = [at for at in range(6, 16) if number[at] != number[at + 1]]
    at = dice.choice(places)
    return number[:at] + number[at + 1] + number[at] + number[at + 2 :]


def wrong_length(dice: Random, number: str) -> str:
    """A digit dropped or doubled, or the last X not typed."""
    if number.endswith("X") and dice.random() < 0.6:
        return number[:-1]
    at = dice.randrange(6, 17)
    return number[:at] + number[at + 1 :] if dice.random() < 0.6 else number[:at] + number[at] + number[at:]


def cut(dice: Random, number: str) -> tuple[str, str]:
    """What is left of a number that the spreadsheet took for one."""
    if number.endswith("X"):
        return number, WHOLE  # with an X it is a text
    if dice.random() < 0.3:
        return "1.20199E+17", NONE
    return number[:15] + "000", BIRTH


def masked(dice: Random, number: str) -> tuple[str, str]:
    """A number behind stars, by one of three habits."""
    habit = dice.random()
    if habit < 0.5:
        return number[:6] + "********" + number[14:], TAIL
    if habit < 0.8:
        return number[:14] + "****", BIRTH
    return number[:3] + "***********" + number[14:], TAIL


def dressed(dice: Random, number: str) -> str:
    """The right number in an odd dress."""
    return dice.choice(
        (
            number.lower(),
            f"{number[:6]} {number[6:14]} {number[14:]}",
            number.translate(WIDE),
            "'" + number,
            number + " ",
            number.replace("X", "×"),
        )
    )


def _moons(day: date) -> int:
    """How many new moons there were between 2000-01-07 and the day, by their mean distance."""
    return math.floor(((day - NEW_MOON).days + 0.9) / MONTH)


def lunar(day: date) -> tuple[int, int, int]:
    """Year, month and day by the moon, to a day or so (leap months are not told apart)."""
    moons = _moons(day)
    first = NEW_MOON + timedelta(days=math.floor(moons * MONTH + 0.1))
    year = day.year
    if moons <= _moons(date(year, 1, 20)):
        year -= 1
    month = moons - _moons(date(year, 1, 20))
    return year, min(12, month), min(30, (day - first).days + 1)


def other_day(dice: Random, born: date) -> tuple[int, int, int]:
    """A date of birth with one slip in it."""
    roll = dice.random()
    if roll < 0.3 and born.day <= 12 and born.day != born.month:
        return born.year, born.day, born.month
    if roll < 0.6:
        return born.year + dice.choice((-10, -1, 1, 10)), born.month, born.day
    if roll < 0.8:
        return born.year, born.month % 12 + 1, min(born.day, 28)
    return born.year, born.month, born.day % 28 + 1


def date_text(parts: tuple[int, int, int], habit: str) -> str:
    """The date as the ledger's column writes it."""
    year, month, day = parts
    match habit:
        case "digits":
            return f"{year}{month:02d}{day:02d}"
        case "dots":
            return f"{year}.{month}.{day}"
        case "words":
            return f"{year}年{month}月{day}日"
        case "slashes":
            return f"{year}/{month}/{day}"
        case "month":
            return f"{year}.{month:02d}"
        case "short" if year < 2000:
            return f"{year % 100:02d}.{month}.{day}"
        case _:
            return f"{year}-{month:02d}-{day:02d}"
