"""Names: drawn as in China, written as in ledgers."""

from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING

from pypinyin import lazy_pinyin

from .rates import Rates
from .words import (
    ANY_CHARACTER,
    COHORTS,
    COMPOUND,
    LIKE_SHAPES,
    MILK_NAMES,
    NEAR_SOUNDS,
    NEAR_SURNAMES,
    RARE,
    SURNAME_SHARES,
    SURNAME_TAIL,
    TRADITIONAL,
)

if TYPE_CHECKING:
    from .people import Person

SAME, NEAR, OTHER = "same", "near", "other"
TAIL_SHARE = 14.0  # per cent of all persons
RARE_SHARE = 0.004
POPULAR = 0.14  # of given names of two characters: one of the cohort's own list
ANYTHING = 0.4  # of the characters of the others: not the cohort's own
ALIGNED = ("　", "  ", " ")


def _surnames() -> tuple[list[str], list[float]]:
    words = SURNAME_SHARES.split()
    named = [word[0] for word in words]
    shares = [float(word[1:]) for word in words]
    tail = [*SURNAME_TAIL, *COMPOUND]
    weight = sum(shares) * TAIL_SHARE / (100 - TAIL_SHARE)
    ranks = [1 / (rank + 12) for rank in range(len(tail))]
    return named + tail, list(accumulate(shares + [weight * rank / sum(ranks) for rank in ranks]))


SURNAMES, SURNAME_WEIGHTS = _surnames()


@cache
def _zipf(length: int, shift: float) -> list[float]:
    return list(accumulate(1 / (rank + shift) for rank in range(length)))


def zipf(dice: Random, items: Sequence[str], shift: float = 3.0) -> str:
    """One of the items, the first ones more often."""
    return dice.choices(items, cum_weights=_zipf(len(items), shift))[0]


@cache
def _cohort(year: int, male: bool) -> tuple[float, list[str], str, str]:
    cohort = next(cohort for cohort in COHORTS if year < cohort.before)
    if male:
        return cohort.single, cohort.his.split(), cohort.his_first, cohort.his_second
    return cohort.single, cohort.her.split(), cohort.her_first, cohort.her_second


def surname(dice: Random) -> str:
    """A surname by its share among all Chinese."""
    return dice.choices(SURNAMES, cum_weights=SURNAME_WEIGHTS)[0]


def _character(dice: Random, own: str) -> str:
    return zipf(dice, ANY_CHARACTER, 30.0) if dice.random() < ANYTHING else zipf(dice, own, 6.0)


def given(dice: Random, year: int, male: bool, first: str = "") -> str:
    """A given name of the cohort; with `first`, the character the generation shares."""
    single, popular, firsts, seconds = _cohort(year, male)
    if first:
        name = first + _character(dice, seconds)
    elif dice.random() < single:
        name = _character(dice, seconds)
    elif dice.random() < POPULAR:
        name = zipf(dice, popular)
    else:
        name = _character(dice, firsts) + _character(dice, seconds)
    if dice.random() < RARE_SHARE:
        name = name[:-1] + dice.choice(list(RARE))
    return name


@cache
def _alike(character: str, groups: tuple[str, ...]) -> str:
    return "".join(group.replace(character, "") for group in groups if character in group)


def _slipped(dice: Random, name: str, length: int, groups: tuple[str, ...]) -> str:
    """One character exchanged for one that sounds or looks like it; the name itself where there is none."""
    places = [(at, _alike(name[at], groups)) for at in range(length, len(name))]
    if groups is SOUNDS:
        places += [(at, _alike(name[at], SURNAME_SOUNDS)) for at in range(length) if dice.random() < 0.3]
    places = [(at, others) for at, others in places if others]
    if not places:
        return name
    at, others = dice.choice(places)
    return name[:at] + dice.choice(others) + name[at + 1 :]


SOUNDS, SHAPES, SURNAME_SOUNDS = tuple(NEAR_SOUNDS), tuple(LIKE_SHAPES), tuple(NEAR_SURNAMES)


def _shortened(dice: Random, person: "Person") -> str:
    """A character left out, or the two of the given name exchanged."""
    if len(person.given) < 2:
        return person.name
    if dice.random() < 0.3:
        return person.surname + person.given[::-1]
    return person.surname + dice.choice(person.given)


def _without_rare(dice: Random, name: str) -> str:
    """What an old system writes for a character it does not have."""
    rare = next(character for character in name if character in RARE)
    stands = (*RARE[rare], "?", "？", "□", "*", "(" + RARE[rare][-1] + ")", "".join(lazy_pinyin(rare)))
    return name.replace(rare, dice.choice(stands))


def _called(dice: Random, person: "Person", parent: str, year: int) -> str:
    """What neighbours call somebody."""
    age = year - person.born.year
    if age < 12:
        return dice.choice(MILK_NAMES) if dice.random() < 0.6 else f"{parent or person.surname}之{person.child_word}"
    if age > 70:
        return person.surname + (dice.choice(("大爷", "师傅")) if person.male else dice.choice(("奶奶", "大娘", "氏")))
    return dice.choice(("小", "老", "阿")) + (person.surname if dice.random() < 0.5 else person.given[-1])


def _noted(dice: Random, person: "Person", name: str) -> str:
    notes = ["(户主)", "（业主）", "（本人）", "（租）", "(空挂)", "（长期外出）", "*", f"（{person.phone[-4:]}）"]
    if person.former:
        notes += [f"（曾用名{person.former}）"] * 8
    return name + dice.choice(notes)


def _misread(dice: Random, person: "Person", rates: Rates, parent: str, year: int) -> tuple[str, str]:
    """The name with at most one slip that changes characters."""
    roll = dice.random()
    if roll < rates.nickname and not person.dotted:
        return _called(dice, person, parent, year), OTHER
    roll -= rates.nickname
    name = person.name
    if roll < rates.sound:
        name = _slipped(dice, name, len(person.surname), SOUNDS)
    elif roll < rates.sound + rates.shape:
        name = _slipped(dice, name, len(person.surname), SHAPES)
    elif roll < rates.sound + rates.shape + rates.dropped and not person.dotted:
        name = _shortened(dice, person)
    elif any(character in RARE for character in name) and dice.random() < rates.rare_lost:
        name = _without_rare(dice, name)
    return name, SAME if name == person.name else NEAR


def written(dice: Random, person: "Person", rates: Rates, parent: str, year: int, aligns: str) -> tuple[str, str]:
    """The name as one row writes it, and how near it is to the true one: `SAME` folds to it."""
    if person.foreign:
        return dice.choice((person.name, person.foreign, person.foreign.title())), OTHER
    name, nearness = _misread(dice, person, rates, parent, year)
    if dice.random() < rates.traditional:
        name = "".join(TRADITIONAL.get(character, character) for character in name)
    if person.dotted and dice.random() < 0.4:
        name = name.replace("·", dice.choice(("•", ".", "．", " ", "")))
    elif aligns and len(name) == 2:
        name = name[0] + aligns + name[1]
    elif dice.random() < rates.written:
        name = dice.choice((" ".join(name), name + " ", "　" + name))
    if dice.random() < rates.noted:
        name = _noted(dice, person, name)
    return name, nearness
