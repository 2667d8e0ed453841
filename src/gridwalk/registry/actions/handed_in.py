"""ID numbers that somebody brings: how many of one area code and birth date are compared with the register at all.

Five hundred numbers fit what is shown of a person. Whoever compares a list of all of them would be told which it is.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import envelope
from gridwalk.core.actions import Writing
from gridwalk.registry import columns, predicates, rules
from gridwalk.registry.actions import tries
from gridwalk.registry.models import HandedInNumber, Person
from gridwalk.registry.queries import entities

CHUNK = 20_000


def withheld(*, actor: Viewer, at: dt.datetime, numbers: Collection[str]) -> frozenset[str]:
    """The days (``rules.day_of``) of which nothing may be told to ``actor``: too many numbers of such a day, in these
    files and those of the last thirty days, are of nobody on record in their own area.

    Whether a day is withheld rests on what nobody has; so it is withheld whole, or the number left over would be known.
    The server itself, which reads everything, is not counted.
    """
    if actor.id is None:
        return frozenset()
    by_day = _by_day(numbers)
    with core.write_to(actor=actor, at=at) as writing:
        User.objects.select_for_update().get(pk=actor.id)  # two files of one account are counted one after the other
        before = _brought_before(actor.id, at)
        earlier = {number for of_day in before.values() for number in of_day}
        on_record = _on_record(
            actor.scopes(Verb.IMPORT_LEDGER), {n for of_day in by_day.values() for n in of_day} - earlier
        )
        new = {day: sorted(of_day - on_record - before[day]) for day, of_day in by_day.items()}
        room = {day: rules.HANDED_IN_A_DAY - len(before[day]) for day in by_day}
        rows = [
            HandedInNumber(actor=actor.id, day_index=day, number_index=number, at=at)
            for day, misses in new.items()
            for number in misses[: max(0, room[day] + 1)]  # one more closes the day, whatever else comes
        ]
        HandedInNumber.objects.bulk_create(rows, batch_size=CHUNK)
        closed = {day for day, misses in new.items() if len(misses) > room[day]}
        told = {number for day, misses in new.items() if day not in closed for number in misses}
        tries.note(writing, _those(numbers, told), scopes=actor.scopes(Verb.SEE_ROWS), reason=tries.HANDED_IN)
    return frozenset(day for number in numbers if (day := rules.day_of(number)) and _day_index(day) in closed)


def _brought_before(account: uuid.UUID, at: dt.datetime) -> defaultdict[str, set[str]]:
    """Day → numbers, both by their indexes, that the account's files brought in the last thirty days."""
    own = HandedInNumber.objects.filter(actor=account)
    own.filter(at__lt=at - rules.HANDED_IN_FOR).delete()
    brought: defaultdict[str, set[str]] = defaultdict(set)
    for day, number in own.values_list("day_index", "number_index"):
        brought[day].add(number)
    return brought


def typed(writing: Writing, brought: Mapping[str, Collection[str]], *, reason: str = tries.TYPED) -> None:
    """Step: numbers that nobody has were typed, by the grid of the record they were written at, or searched for. They
    are counted with those of the files of whoever typed them.
    """
    for grid, numbers in brought.items():
        own = writing.of(grid)
        if isinstance(own.actor, Viewer) and own.actor.id is not None:
            tries.note(own, numbers, scopes=own.actor.scopes(Verb.SEE_ROWS), reason=reason)
            rows = [
                HandedInNumber(actor=own.actor.id, day_index=day, number_index=number, at=own.at)
                for day, of_day in _by_day(numbers).items()
                for number in of_day
            ]
            HandedInNumber.objects.bulk_create(rows, ignore_conflicts=True)


def released(writing: Writing, numbers: Collection[str], *, scope: str) -> None:
    """Step: a second person answers for these numbers of a ledger; they count no longer against whoever brought them,
    and stand in the lists of whom they could have been.
    """
    indexes = {number for of_day in _by_day(numbers).values() for number in of_day}
    for part in _parts(sorted(indexes)):
        HandedInNumber.objects.filter(number_index__in=part).delete()
    misses = indexes - _on_record((scope,), indexes)
    tries.note(writing, _those(numbers, misses), scopes=(scope,), reason=tries.RELEASED)


def _those(numbers: Collection[str], indexes: Collection[str]) -> list[str]:
    return [number for number in numbers if columns.index_of("id_no", number) in indexes] if indexes else []


def forget(number_index: str) -> None:
    """Step: nothing is kept of an erased person's number, whoever brought it."""
    if number_index:
        HandedInNumber.objects.filter(number_index=number_index).delete()


def _by_day(numbers: Collection[str]) -> Mapping[str, set[str]]:
    """Day → numbers, both by their indexes."""
    by_day: dict[str, set[str]] = defaultdict(set)
    for number in numbers:
        if day := rules.day_of(number):
            by_day[_day_index(day)].add(columns.index_of("id_no", number))
    return by_day


def _day_index(day: str) -> str:
    return envelope.blind_index(day, purpose="id_no_day")


def _on_record(scopes: Sequence[str], indexes: Collection[str]) -> set[str]:
    """Those that somebody has who is of these areas, or linked to a door there."""
    own = entities.linked_in(scopes)
    standing: set[str] = set()
    for part in _parts(sorted(indexes)):
        persons = Person.objects.filter(own, predicates.holds_number(part))
        standing |= set(persons.values_list("id_no_index", flat=True))
    return standing


def _parts(indexes: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(indexes), CHUNK):
        yield indexes[start : start + CHUNK]
