"""The persons of a street: households as in the census, and what happens to them between the two ledgers' days."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from . import names, papers
from .places import Door, Town, town
from .words import DOTTED, FOREIGN, PROVINCES

SIZES = (1, 2, 3, 4, 5, 6, 7)
SIZE_SHARES = (25.4, 29.7, 21.0, 13.2, 6.2, 3.1, 1.4)  # census of 2020
EARLY, LATE = date(2025, 4, 30), date(2026, 1, 31)

HERE, TENANT, ABSENT, DORMITORY = "here", "tenant", "absent", "dormitory"
GROUPS = {HERE: 0.64, TENANT: 0.19, ABSENT: 0.155, DORMITORY: 0.0025}  # of households
TWINS = 0.03  # of households with two children
SAME_GENERATION = 0.35  # siblings who share a character
MOTHERS_NAME = 0.07
MINDED = 0.03  # of households of two or three: grandparents minding a grandchild
MARRIED_IN = 0.15  # spouses registered elsewhere
MOVED, LEFT, CAME, BORN = 0.03, 0.025, 0.03, 0.09  # of households between the two days; of couples with a child
IMPOSSIBLE, SAME_NUMBER, RENAMED, FOREIGNERS, DOTTED_NAMES = 0.0001, 0.00002, 0.0006, 0.001, 0.002
NEW_PHONE, NEW_PHONE_TENANT, SECOND_PHONE = 0.1, 0.2, 0.05


@dataclass(slots=True, eq=False)
class Household:
    """Those who live, or are registered, behind one door."""

    key: int
    group: str
    registered: Door | None
    before: Door | None  # where they live on the early day; none where it is outside the street
    after: Door | None
    members: list["Person"] = field(default_factory=list)
    landline: str = ""
    came_late: bool = False
    left_early: bool = False


@dataclass(slots=True, eq=False)
class Person:
    """One human being, as a register without errors would have it."""

    key: int
    household: Household
    role: str  # husband, wife, child, grandchild, his parent, her parent, sharer
    surname: str
    given: str
    male: bool
    born: date
    number: str
    phone: str = ""
    old_phone: str = ""
    paper: str = "身份证"
    foreign: str = ""  # the name in the passport
    dotted: bool = False
    former: str = ""
    registered_here: bool = True
    home_town: str = ""
    died: bool = False
    twin: bool = False

    @property
    def name(self) -> str:
        """The whole name."""
        return f"{self.surname}·{self.given}" if self.dotted else self.surname + self.given

    @property
    def child_word(self) -> str:
        """What a child is called before it has a name."""
        return "子" if self.male else "女"

    @property
    def impossible(self) -> bool:
        """Whether the number on the very card fails its check."""
        return self.paper == "身份证" and not papers.is_possible(self.number)


class Street:
    """Draws households until there are enough persons."""

    def __init__(self, dice: Random, persons: int) -> None:
        self.dice = dice
        self.register = papers.Register(dice)
        self.town: Town = town(dice, persons)
        self.free = {community: list(doors) for community, doors in self.town.doors.items()}
        self.people: list[Person] = []
        self.households: list[Household] = []
        while len(self.people) < persons:
            self._household()
        self._share_numbers()

    def _door(self, community: str) -> Door:
        free = self.free[community]
        return free.pop() if free else self.dice.choice(self.town.doors[community])

    def _household(self) -> None:
        dice = self.dice
        group = dice.choices(list(GROUPS), list(GROUPS.values()))[0]
        community = dice.choice(list(self.town.doors))
        door = dice.choice(self.town.dormitories) if group == DORMITORY else self._door(community)
        home = Household(len(self.households), group, door, door, door)
        if group == ABSENT:
            home.before = home.after = None
        elif group in (TENANT, DORMITORY):
            home.registered = None
        self._move(home)
        self._fill(home)
        if dice.random() < 0.25:
            home.landline = papers.landline(dice)
        self._telephones(home)
        self.households.append(home)
        self.people += home.members

    def _move(self, home: Household) -> None:
        roll = self.dice.random() / (2 if home.group == TENANT else 1)
        if home.group == ABSENT:
            return
        if roll < MOVED and home.group != DORMITORY:
            home.after = self._door(self.dice.choice(list(self.free)))
        elif roll < MOVED + LEFT:
            home.left_early = True
        elif roll < MOVED + LEFT + CAME:
            home.came_late = True

    def _fill(self, home: Household) -> None:
        dice = self.dice
        if home.group == DORMITORY:
            for _ in range(dice.randrange(4, 14)):
                self._add(home, "sharer", dice.random() < 0.75, dice.randrange(1975, 2007))
            return
        size = dice.choices(SIZES, SIZE_SHARES)[0]
        if home.group == TENANT:
            size = min(size, 4)
        if size > 1 and dice.random() < (0.3 if home.group == TENANT else 0.04):
            for _ in range(size):
                self._add(home, "sharer", dice.random() < 0.5, dice.randrange(1970, 2006))
        elif size == 1:
            year = dice.randrange(1930, 1962) if dice.random() < 0.42 else dice.randrange(1962, 2005)
            male = dice.random() < (0.4 if year < 1962 else 0.55)
            self._add(home, "husband" if male else "wife", male, year)
        else:
            self._family(home, size)

    def _family(self, home: Household, size: int) -> None:
        dice = self.dice
        old = size == 2 and dice.random() < 0.55
        if size in (2, 3) and dice.random() < MINDED:
            self._minded(home, size)
            return
        year = dice.randrange(1935, 1966) if old else dice.randrange(1962, 1998)
        alone = size <= 3 and not old and dice.random() < 0.18
        if not (alone and dice.random() < 0.75):
            self._add(home, "husband", True, year)
        if not (alone and home.members):
            self._add(home, "wife", False, year + dice.choice((-2, -1, 0, 0, 1, 1, 2, 3, 4)))
        missing = size - len(home.members)
        elders = 0 if missing < 2 else dice.choices((0, 1, 2), (55, 28, 17))[0]
        self._children(home, missing - min(elders, missing - 1), year)
        if not old and len(home.members) < size:
            self._elders(home, min(2, size - len(home.members)))
        if dice.random() < BORN and not old and 1985 <= year <= 2000:
            self._baby(home)

    def _minded(self, home: Household, size: int) -> None:
        """A grandchild whose parents work elsewhere, with one grandparent or two."""
        year = self.dice.randrange(1945, 1965)
        for role, male in (("wife", False), ("husband", True))[: size - 1]:
            self._add(home, role, male, year)
        surname = home.members[-1].surname
        self._add(home, "grandchild", self.dice.random() < 0.53, year + self.dice.randrange(48, 60), surname=surname)

    def _children(self, home: Household, count: int, parents: int) -> None:
        dice = self.dice
        father = home.members[0]
        mother = home.members[-1]
        surname = mother.surname if dice.random() < MOTHERS_NAME else father.surname
        first = parents + dice.randrange(21, 34)
        generation = names.given(dice, first, True)[0] if dice.random() < SAME_GENERATION else ""
        twins = count >= 2 and dice.random() < TWINS
        for number in range(count):
            male = dice.random() < 0.53
            born = self._day(min(first + number * dice.randrange(2, 7), EARLY.year - 1))
            if twins and number == 1:
                born = home.members[-1].born
                male = home.members[-1].male if dice.random() < 0.7 else male
            child = self._add(home, "child", male, born.year, surname=surname, born=born, first=generation)
            child.twin = twins and number == 1
            while any(other is not child and other.name == child.name for other in home.members):
                child.given = names.given(dice, child.born.year, male)

    def _elders(self, home: Household, count: int) -> None:
        couple = home.members[:2]
        side = self.dice.choice(couple)
        role = "his parent" if side.role == "husband" else "her parent"
        year = side.born.year - self.dice.randrange(22, 33)
        for male in (True, False)[:count] if self.dice.random() < 0.4 else (False, True)[:count]:
            self._add(home, role, male, year + self.dice.randrange(4), surname=side.surname if male else "")

    def _baby(self, home: Household) -> None:
        """A child born shortly before the early day, or between the two."""
        born = EARLY + timedelta(days=self.dice.randrange(-110, (LATE - EARLY).days))
        male = self.dice.random() < 0.52
        self._add(home, "child", male, born.year, surname=home.members[0].surname, born=born)

    def _day(self, year: int) -> date:
        return date(year, 1, 1) + timedelta(days=self.dice.randrange(365))

    def _add(
        self,
        home: Household,
        role: str,
        male: bool,
        year: int,
        *,
        surname: str = "",
        born: date | None = None,
        first: str = "",
    ) -> Person:
        dice = self.dice
        born = born or self._day(year)
        impossible = dice.random() < IMPOSSIBLE
        number = self.register.impossible(born, male) if impossible else self.register.number(born, male)
        person = Person(
            key=len(self.people) + len(home.members),
            household=home,
            role=role,
            surname=surname or names.surname(dice),
            given=names.given(dice, born.year, male, first),
            male=male,
            born=born,
            number=number,
        )
        home.members.append(person)
        self._odd(person)
        person.registered_here = home.group in (HERE, ABSENT)
        if home.group == HERE and role in ("wife", "his parent", "her parent") and dice.random() < MARRIED_IN:
            person.registered_here = False
        person.home_town = dice.choice(PROVINCES)
        age = EARLY.year - born.year
        person.died = dice.random() < (0.0004 if age < 60 else 0.006 if age < 75 else 0.035)
        return person

    def _odd(self, person: Person) -> None:
        """Foreigners, names with a dot, former names."""
        dice = self.dice
        if person.household.group == TENANT and dice.random() < FOREIGNERS * 5:
            person.foreign, name = dice.choice(FOREIGN)
            person.surname, person.given = name[:1], name[1:]
            person.number, person.paper = self.register.passport(), "护照"
        elif person.role == "sharer" and dice.random() < DOTTED_NAMES * 8:
            person.surname, person.given = dice.choice(DOTTED).split("·")
            person.dotted = True
        elif dice.random() < RENAMED * 10:
            person.former = person.surname + names.given(dice, person.born.year, person.male)

    def _telephones(self, home: Household) -> None:
        """Adults have their own; children and many of the old are reached through another member."""
        dice = self.dice
        adults = [person for person in home.members if EARLY.year - person.born.year > 14]
        for person in adults:
            if EARLY.year - person.born.year > 74 and dice.random() < 0.35:
                continue
            person.phone = person.old_phone = papers.phone(dice)
            if dice.random() < (NEW_PHONE_TENANT if home.group == TENANT else NEW_PHONE):
                person.old_phone = papers.phone(dice)
        reached = [person for person in adults if person.phone]
        for person in home.members:
            if not person.phone and reached:
                other = dice.choice(reached)
                person.phone, person.old_phone = other.phone, other.old_phone
            elif not person.phone:
                person.phone = person.old_phone = home.landline

    def _share_numbers(self) -> None:
        """A few numbers were given out twice, to two people born on one day."""
        for person in self.people:
            if self.dice.random() < SAME_NUMBER and person.paper == "身份证":
                other = self.dice.choice(self.people)
                if other.household is not person.household and other.paper == "身份证":
                    other.number, other.born, other.male = person.number, person.born, person.male
