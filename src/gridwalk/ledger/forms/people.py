"""Who belongs in a blank: the persons of some ledgers, each once, and the words that choose among them."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from gridwalk.ledger.errors import LedgerError
from gridwalk.ledger.sides import Side
from gridwalk.method import idcards

LIVE_HERE = frozenset({"lives_here", "lives_elsewhere_registered", "tenant", "boarder"})
REGISTERED_HERE = frozenset({"lives_here", "registered_here"})
PLACES = {
    "现居住或户籍在本社区": LIVE_HERE | REGISTERED_HERE,
    "现住或户籍在本社区": LIVE_HERE | REGISTERED_HERE,
    "现居住本社区": LIVE_HERE,
    "现住本社区": LIVE_HERE,
    "户籍在本社区": REGISTERED_HERE,
}
SEXES = {"男": "male", "男性": "male", "女": "female", "女性": "female"}
_AGE = re.compile(r"满\s*(\d{1,3})\s*周岁|(\d{1,3})\s*周岁以上")
_AROUND_NUMBER = re.compile(r"\s*(\d+)\s*")
_BETWEEN = re.compile(r"[，,、；;。\s]+")
WORDS = (
    "满 80 周岁（要写 --on）、男、女、现居住本社区、户籍在本社区、现居住或户籍在本社区；几个条件用逗号隔开，都要符合"
)
Condition = Callable[["Person"], bool | None]
"""True, False, or None where the ledger does not tell."""


@dataclasses.dataclass(kw_only=True)
class Person:
    """``values`` by field of the dictionary.

    ``disputed``: the fields of which two ledgers say different things, or one another than the number.
    """

    values: dict[str, Any]
    places: list[str]
    disputed: set[str] = dataclasses.field(default_factory=set)


def of(sides: Iterable[Side]) -> list[Person]:
    """The persons in the ledgers' order. Those of one ID number are one; what ledgers say differently is left open."""
    persons: list[Person] = []
    by_number: dict[str, Person] = {}
    for side in sides:
        for row in side.frame.select("sheet", "row_no", *side.fields).iter_rows(named=True):
            place = f"{side.name} {row.pop('sheet')} 第 {row.pop('row_no')} 行"
            values = {name: value for name, value in row.items() if value not in (None, "")}
            number = values.get("id_no", "")
            against = _against_number(values, number)
            if number in by_number:
                _join(by_number[number], values, place)
                by_number[number].disputed |= against
                continue
            person = Person(values=values, places=[place], disputed=against)
            persons.append(person)
            if number:
                by_number[number] = person
    return persons


def _against_number(values: dict[str, Any], number: str) -> set[str]:
    """Take the day of birth from the number where the row has none; which fields the row has against its number."""
    card = idcards.check(number)
    if card.born_on:
        values.setdefault("born_on", card.born_on)
    said = {"born_on": card.born_on, "sex": card.sex}
    return {name for name, value in said.items() if value and values.get(name, value) != value}


def _join(person: Person, values: dict[str, Any], place: str) -> None:
    person.places.append(place)
    for name, value in values.items():
        if person.values.setdefault(name, value) != value:
            person.disputed.add(name)


def age(born: dt.date, on: dt.date) -> int:
    """Full years of life on a day; who is born on 29 February has the birthday on 1 March of other years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def condition(words: str, on: dt.date | None) -> list[Condition]:
    """What ``--who`` says, each word a condition. Raises LedgerError, which lists the words there are."""
    return [_condition(word, on) for word in _BETWEEN.split(_AROUND_NUMBER.sub(r"\1", words)) if word]


def _condition(word: str, on: dt.date | None) -> Condition:
    if match := _AGE.fullmatch(word):
        if on is None:
            raise LedgerError(f"“{word}”要知道算到哪一天。请加上 --on，比如 --on 2026-12-31。")
        return _aged(int(match[1] or match[2]), on)
    if word in SEXES:
        return _is_among("sex", frozenset({SEXES[word]}))
    if word in PLACES:
        return _is_among("residence_kind", PLACES[word])
    raise LedgerError(f"--who 里的“{word}”不认识。可以写：{WORDS}。")


def _aged(years: int, on: dt.date) -> Condition:
    def is_so(person: Person) -> bool | None:
        born = agreed(person, "born_on")
        return None if born is None else age(born, on) >= years

    return is_so


def _is_among(field: str, values: frozenset[str]) -> Condition:
    def is_so(person: Person) -> bool | None:
        value = agreed(person, field)
        return None if value is None else value in values

    return is_so


def agreed(person: Person, field: str) -> Any:
    """A value that no other ledger contradicts; None where there is none."""
    return None if field in person.disputed else person.values.get(field)


@dataclasses.dataclass(frozen=True)
class Choice:
    """Who belongs; whom the ledgers do not tell enough of; how many are no longer on the books."""

    persons: list[Person]
    unsure: list[Person]
    n_gone: int

    @property
    def perhaps_twice(self) -> list[Person]:
        """Who has no number and the name of somebody else who belongs."""
        names = collections.Counter(person.values.get("name") for person in self.persons)
        return [p for p in self.persons if "id_no" not in p.values and names[p.values.get("name")] > 1]


def choose(persons: Sequence[Person], conditions: Sequence[Condition]) -> Choice:
    """Who fulfils every condition, and is neither dead, moved away nor struck off."""
    chosen: list[Person] = []
    unsure: list[Person] = []
    n_gone = 0
    for person in persons:
        if person.values.get("status", "active") != "active" and "status" not in person.disputed:
            n_gone += 1
            continue
        answers = [is_so(person) for is_so in conditions]
        if False in answers:
            continue
        (unsure if None in answers or "status" in person.disputed else chosen).append(person)
    return Choice(chosen, unsure, n_gone)
