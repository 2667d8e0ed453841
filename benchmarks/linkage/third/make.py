"""Two ledgers of one street and the truth about them."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from random import Random

import polars as pl

from . import names, papers, writing
from .offices import DROPPED, LINKING, Ledger, Plan, columns, concerns
from .people import Household, Street
from .rates import OFFICES, rough
from .writing import Line

CLEAN_PAIR = ("community", "police")
MESSY_PAIRS = (
    ("community", "police"),
    ("community", "property"),
    ("community", "community"),
    ("tenants", "community"),
    ("tenants", "police"),
    ("property", "police"),
    ("elders", "community"),
    ("elders", "police"),
    ("school", "community"),
)
WORLD = 1.1  # persons of the street for one row a side
PARTIAL = {"elders": 2.6, "school": 4.0, "tenants": 4.0}  # offices that list only some: persons for one row
BESIDE = 0.06  # other households on the larger ledger of such a pair
NAME_ONLY, LESS, IMPOSSIBLE = "nothing but a name", "not even a name", "impossible number"


@dataclass(frozen=True, slots=True)
class Ledgers:
    """What `make` gives: rows are counted from 1, in the order of the frames."""

    left: pl.DataFrame
    right: pl.DataFrame
    truth: pl.DataFrame  # left, right, kind: `same`, or `second` where a person's second row takes part
    left_out: pl.DataFrame  # left, right, reason: not to be counted either way; one side may be empty


def make(seed: int, persons: int, messy: bool = False, offices: tuple[str, str] | None = None) -> Ledgers:
    """Two ledgers of about so many rows; the same arguments give the same ledgers."""
    dice = Random(f"third {seed} {persons} {messy}")
    pair = offices or (dice.choice(MESSY_PAIRS) if messy else CLEAN_PAIR)
    street = Street(dice, round(persons * WORLD * max(PARTIAL.get(office, 1.0) for office in pair)))
    if any(office in PARTIAL for office in pair):
        _keep_concerned(street, pair, dice)
    late = dice.random() < 0.5
    plans = [_plan(dice, office, late is bool(side), messy) for side, office in enumerate(pair)]
    while len(set(LINKING) & plans[0].columns & plans[1].columns) < 2:
        plans = [_plan(dice, plan.office, plan.late, messy) for plan in plans]
    left, right = (Ledger(dice, street, plan) for plan in plans)
    truth, left_out = _pairs(street, left, right)
    return Ledgers(left.frame(), right.frame(), truth, left_out)


def _plan(dice: Random, office: str, late: bool, messy: bool) -> Plan:
    rates = OFFICES[office]
    kept = columns(dice) if messy else frozenset(DROPPED)
    return Plan(office, rough(rates, dice) if messy else rates, late, kept, split=dice.random() < 0.6)


def _keep_concerned(street: Street, pair: tuple[str, str], dice: Random) -> None:
    """Leaves out most households nobody of which is on the smaller ledger."""

    def stays(home: Household) -> bool:
        if "tenants" in pair and home.group == "tenant":
            return True
        small = pair[0] if pair[0] in PARTIAL else pair[1]
        if small != "tenants" and any(concerns(small, person) for person in home.members):
            return True
        return dice.random() < BESIDE

    street.households = [home for home in street.households if stays(home)]
    street.people = [person for home in street.households for person in home.members]


class Judge:
    """Decides whether a human could tell that two rows are one person."""

    def __init__(self, street: Street, left: Ledger, right: Ledger) -> None:
        self.namesakes = Counter((person.name, person.born.year) for person in street.people)
        self.columns = left.plan.columns & right.plan.columns
        if "school" in (left.plan.office, right.plan.office):
            self.columns -= {"phone"}  # there it is the guardian's
        self.has_number = ["number" in ledger.plan.columns for ledger in (left, right)]
        self.has_born = ["born" in ledger.plan.columns for ledger in (left, right)]
        self.has_address = "address" in self.columns
        self.together = self._together(left, right) if self.has_address else Counter()

    def _together(self, left: Ledger, right: Ledger) -> Counter[tuple[object, ...]]:
        """How many names of one household stand at one door here and at one door there."""
        there = {line.person.key: line for line in right.lines if not line.second and line.nearness == names.SAME}
        here = [line for line in left.lines if not line.second and line.nearness == names.SAME]
        return Counter(self._doors(line, there[line.person.key]) for line in here if line.person.key in there)

    @staticmethod
    def _doors(left: Line, right: Line) -> tuple[object, ...]:
        return left.person.household.key, left.door, right.door

    def reason(self, left: Line, right: Line) -> str:
        """Why the pair is left out; nothing where it can be decided."""
        person = left.person
        if person.impossible:
            return IMPOSSIBLE
        number, birth = self._number(left, right), self._birth(left, right)
        phone = "phone" in self.columns and bool(left.reached_by & right.reached_by)
        door = self.has_address and left.door is not None and left.door is right.door
        nearness = {left.nearness, right.nearness}
        if names.OTHER in nearness:
            return "" if number or (door and birth == writing.DAY) else LESS
        if number or phone or door or birth == writing.DAY:
            return ""
        unique = self.namesakes[person.name, person.born.year] == 1
        if left.door and right.door and self.together[self._doors(left, right)] > 1:
            return ""  # a family is known by its other names
        if names.NEAR not in nearness and birth == writing.YEAR and unique:
            return ""
        return NAME_ONLY if names.NEAR not in nearness else LESS

    def _number(self, left: Line, right: Line) -> bool:
        tells = (papers.WHOLE, papers.SLIP, papers.TAIL)
        return all(self.has_number) and left.shows in tells and right.shows in tells

    def _birth(self, left: Line, right: Line) -> str:
        shown = [self._born(line, side) for side, line in enumerate((left, right))]
        if writing.UNKNOWN in shown:
            return writing.UNKNOWN
        return writing.YEAR if writing.YEAR in shown else writing.DAY

    def _born(self, line: Line, side: int) -> str:
        in_number = self.has_number[side] and line.shows in (papers.WHOLE, papers.BIRTH)
        if in_number and line.person.paper == "身份证":
            return writing.DAY
        return line.born_shows if self.has_born[side] else writing.UNKNOWN


def _by_person(lines: list[Line]) -> dict[int, list[tuple[int, Line]]]:
    rows: dict[int, list[tuple[int, Line]]] = defaultdict(list)
    for number, line in enumerate(lines, 1):
        rows[line.person.key].append((number, line))
    return rows


def _pairs(street: Street, left: Ledger, right: Ledger) -> tuple[pl.DataFrame, pl.DataFrame]:
    judge = Judge(street, left, right)
    lefts, rights = _by_person(left.lines), _by_person(right.lines)
    truth: list[tuple[int, int, str]] = []
    left_out: list[tuple[int | None, int | None, str]] = []
    for person in street.people:
        here, there = lefts.get(person.key, []), rights.get(person.key, [])
        for number, line in here:
            for other_number, other in there:
                reason = judge.reason(line, other)
                if reason:
                    left_out.append((number, other_number, reason))
                else:
                    truth.append((number, other_number, "second" if line.second or other.second else "same"))
        if person.impossible and not (here and there):
            left_out += [(number, None, IMPOSSIBLE) for number, _ in here]
            left_out += [(None, number, IMPOSSIBLE) for number, _ in there]
    numbers = {"left": pl.Int64, "right": pl.Int64}
    return (
        pl.DataFrame(truth, schema={**numbers, "kind": pl.String}, orient="row").sort("left", "right"),
        pl.DataFrame(left_out, schema={**numbers, "reason": pl.String}, orient="row").sort("left", "right"),
    )
