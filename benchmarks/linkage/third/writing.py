"""How one office writes one person down: the texts, and what a reader can still make of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from random import Random

from . import names, papers, places
from .people import ABSENT, DORMITORY, HERE, Household, Person
from .places import Door
from .rates import Rates

DAY, YEAR, UNKNOWN = "day", "year", ""
NO_NUMBER = ("", "", "", "", "无", "未办理", "—", "未带证")
DATE_HABITS = ("dashes", "digits", "dots", "words", "slashes", "short")
ROUNDABOUT = ("own", "own", "head only", "head for all")
RELATIONS = {  # (of the head, of the member): his word, her word
    ("husband", "wife"): ("配偶", "妻"),
    ("wife", "husband"): ("夫", "配偶"),
    ("husband", "child"): ("子", "女"),
    ("wife", "child"): ("子", "女"),
    ("husband", "grandchild"): ("孙子", "孙女"),
    ("wife", "grandchild"): ("外孙", "外孙女"),
    ("husband", "his parent"): ("父亲", "母亲"),
    ("husband", "her parent"): ("岳父", "岳母"),
    ("wife", "his parent"): ("公公", "婆婆"),
    ("wife", "her parent"): ("父亲", "母亲"),
    ("his parent", "husband"): ("子", "子"),
    ("his parent", "wife"): ("儿媳", "儿媳"),
    ("his parent", "child"): ("孙子", "孙女"),
    ("his parent", "his parent"): ("夫", "妻"),
    ("her parent", "husband"): ("女婿", "女婿"),
    ("her parent", "wife"): ("女", "女"),
    ("her parent", "child"): ("外孙", "外孙女"),
    ("her parent", "her parent"): ("夫", "妻"),
    ("child", "child"): ("兄弟", "姐妹"),
    ("sharer", "sharer"): ("合租", "合租"),
}
KINDS = {  # words of the police, words of the community
    "registered": ("常住人口", "户在人在"),
    "absent": ("常住人口", "户在人不在"),
    "elsewhere": ("寄住人口", "人在户不在"),
    "tenant": ("流动人口", "租户"),
}


@dataclass(frozen=True, slots=True)
class Habits:
    """What the clerk of one community always does."""

    address: int
    aligns: str
    dates: str
    phones: str
    heads_only: bool  # the address stands in the head's row alone
    derived: bool  # the date of birth is taken out of the number
    plain_child: bool  # 子 and 女 without their order


def habits(dice: Random, tidy: bool) -> Habits:
    """A clerk; a tidy one keeps to the rules of the police."""
    if tidy:
        return Habits(3, "", "digits", "own", heads_only=False, derived=True, plain_child=False)
    return Habits(
        address=dice.randrange(5),
        aligns=dice.choice(names.ALIGNED) if dice.random() < 0.3 else "",
        dates=dice.choice(DATE_HABITS),
        phones=dice.choice(ROUNDABOUT),
        heads_only=dice.random() < 0.2,
        derived=dice.random() < 0.5,
        plain_child=dice.random() < 0.5,
    )


@dataclass(slots=True)
class Line:
    """One row: the texts, and behind them what they still tell about the person."""

    person: Person
    head: bool
    habits: Habits
    name: str = ""
    nearness: str = names.SAME
    number: str = ""
    shows: str = papers.NONE
    sex: str = ""
    born: str = ""
    born_shows: str = UNKNOWN
    phone: str = ""
    reached_by: frozenset[str] = frozenset()
    relation: str = ""
    kind: str = ""
    door: Door | None = None
    registered: Door | None = None
    community: str = ""
    parent: str = ""
    second: bool = False


class Pen:
    """Writes persons down at one office's rates."""

    def __init__(self, dice: Random, rates: Rates, day: date, tidy: bool) -> None:
        self.dice, self.rates, self.day, self.tidy = dice, rates, day, tidy

    def line(self, person: Person, head: Person, door: Door | None, clerk: Habits) -> Line:
        """The row of one person, its layout aside."""
        line = Line(person, person is head, clerk, door=door, registered=person.household.registered)
        if not person.registered_here:
            line.registered = None
        line.parent = self._parent(person)
        self._name(line)
        self._number(line)
        self._birth(line)
        self._phone(line, head)
        male = person.male != (self.dice.random() < self.rates.sex_slip)
        line.sex = "男" if male else "女"
        line.relation = self._relation(person, head, clerk)
        line.kind = KINDS[self._kind(person)][0 if self.tidy else 1]
        return line

    def _chance(self, rate: float) -> bool:
        return self.dice.random() < rate

    def _parent(self, person: Person) -> str:
        parents = [other for other in person.household.members if other.role in ("husband", "wife")]
        return self.dice.choice(parents).name if parents and person.role == "child" else ""

    def _name(self, line: Line) -> None:
        person = line.person
        age = (self.day - person.born).days
        if age < 120 and line.parent and self._chance(self.rates.unnamed):
            line.name = self.dice.choice((f"{line.parent}之{person.child_word}", "未取名", f"{line.parent}婴儿"))
            line.nearness = names.OTHER
            return
        clerk = line.habits
        line.name, line.nearness = names.written(
            self.dice, person, self.rates, line.parent, self.day.year, clerk.aligns
        )

    def _number(self, line: Line) -> None:
        person, rates, dice = line.person, self.rates, self.dice
        missing = rates.no_child_number if self.day.year - person.born.year < 6 else rates.no_number
        if line.nearness == names.OTHER and "之" in line.name:
            missing = 0.9
        if self._chance(missing):
            line.number = dice.choice(NO_NUMBER)
            return
        line.number, line.shows = person.number, papers.WHOLE
        if person.paper != "身份证":
            return
        self._spoil(line)
        if line.shows == papers.WHOLE and self._chance(rates.written):
            line.number = papers.dressed(dice, line.number)

    def _spoil(self, line: Line) -> None:
        """At most one thing that changes the number."""
        person, rates, dice = line.person, self.rates, self.dice
        number = person.number
        others = [other for other in person.household.members if other is not person and other.paper == "身份证"]
        roll = dice.random()
        chances: list[tuple[float, Callable[[], tuple[str, str]]]] = [
            (rates.digit, lambda: (papers.wrong_digit(dice, number), papers.SLIP)),
            (rates.swapped, lambda: (papers.swapped_digits(dice, number), papers.SLIP)),
            (rates.length, lambda: (papers.wrong_length(dice, number), papers.SLIP)),
            (rates.relative if others else 0.0, lambda: (dice.choice(others).number, papers.FALSE)),
            (rates.masked, lambda: papers.masked(dice, number)),
            (rates.cut, lambda: papers.cut(dice, number)),
            (
                rates.old_number if person.born.year < 1985 else 0.0,
                lambda: (number[:6] + number[8:17], papers.WHOLE),
            ),
        ]
        for rate, spoilt in chances:
            if roll < rate:
                line.number, line.shows = spoilt()
                return
            roll -= rate

    def _birth(self, line: Line) -> None:
        person, rates = line.person, self.rates
        if self._chance(rates.no_birth):
            return
        born = person.born
        exact = (born.year, born.month, born.day)
        if line.habits.derived and line.shows in (papers.SLIP, papers.FALSE) and len(line.number) == 18:
            written = line.number[6:14]
            parts = (int(written[:4]), int(written[4:6]), int(written[6:8])) if written.isdigit() else exact
        elif born.year < 1970 and self._chance(rates.lunar):
            parts = papers.lunar(born)
        elif self._chance(rates.birth_slip):
            parts = papers.other_day(self.dice, born)
        elif self._chance(rates.year_only):
            line.born, line.born_shows = str(born.year), YEAR
            return
        else:
            parts = exact
        line.born = papers.date_text(parts, line.habits.dates)
        line.born_shows = DAY if parts == exact else UNKNOWN

    def _phone(self, line: Line, head: Person) -> None:
        person, dice = line.person, self.dice
        owner = person if line.habits.phones == "own" else head
        if self._chance(self.rates.no_phone) or (line.habits.phones == "head only" and not line.head):
            return
        phone = owner.old_phone if self._chance(self.rates.old_phone) else owner.phone
        phones = [phone] if phone else []
        if person.household.landline and self._chance(0.06):
            phones.append(person.household.landline)
        line.reached_by = frozenset(phones)
        line.phone = dice.choice(("/", "、", " ", "，")).join(phones)
        if len(phones) == 1 and len(phone) == 11 and self._chance(self.rates.written):
            line.phone = dice.choice(
                (f"{phone[:3]}-{phone[3:7]}-{phone[7:]}", f"{phone[:3]} {phone[3:]}", "+86" + phone)
            )

    def _relation(self, person: Person, head: Person, clerk: Habits) -> str:
        if person is head:
            return self.dice.choice(("户主", "本人")) if not self.tidy else "户主"
        words = RELATIONS.get((head.role, person.role), ("其他", "其他"))
        word = words[0] if person.male else words[1]
        if word in ("子", "女") and not clerk.plain_child and person.role == "child":
            alike = [
                other
                for other in person.household.members
                if other.role == "child" and other.male == person.male and other.born <= person.born
            ]
            word = ("长", "次", "三", "四", "五", "六", "七")[min(6, max(0, len(alike) - 1))] + word
        return word

    def _kind(self, person: Person) -> str:
        group = person.household.group
        if group == HERE:
            return "registered" if person.registered_here else "elsewhere"
        return "absent" if group == ABSENT else "tenant"


def shown_door(dice: Random, rates: Rates, home: Household, late: bool, doors: list[Door]) -> Door | None:
    """The door the office has for a household: perhaps the old one, perhaps a wrong one, perhaps none."""
    if dice.random() < rates.no_address:
        return None
    stale = late and home.after is not home.before and dice.random() < rates.moved_kept
    door = home.before if not late or stale else home.after
    door = door or home.registered
    if door and home.group != DORMITORY and dice.random() < rates.address_slip:
        return places.slipped(dice, door, doors)
    return door


def head_of(dice: Random, rates: Rates, members: Iterable[Person]) -> Person:
    """Who stands as head: the husband, unless this office asked somebody else."""
    people = list(members)
    adults = [person for person in people if person.role not in ("child", "grandchild")] or people
    return dice.choice(adults) if dice.random() < rates.other_head else adults[0]
