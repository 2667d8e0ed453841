"""The recount: every figure once more, from the ledgers as written and the knocks as made, without the database's code.

What an import is agreed to do with a row (``replay`` follows it; reconcile's import must do the same):

1. Files are read in the order dwelling, person, organization, site, care; within one, rows from top to bottom.
2. A dwelling row makes a door, known by community and ``estate|building|stairwell|room`` without spelling (5幢 = 5号楼). A
   second row for the same door makes none; what it says differently becomes a difference.
3. A person row with a valid ID number (15 digits are upgraded, x is X) is the person of that number anywhere in the
   street. Without a valid one (checksum wrong, damaged by a spreadsheet) the person enters without ID number,
   flagged, and is new.
4. A second row of the same person doubles nothing: it fills what is empty; what differs becomes a difference.
5. A row leads to a door when estate, building and room can be read (同上 repeats the row above). A door that the dwelling
   ledger lacks joins, flagged ``door_only_here``: residential, occupancy and tenure unknown, in the grid of its
   building. A row without any readable door makes a person without a house, in the community's grid 000, flagged
   ``no_door``.
6. ``registered_here`` is a registration; the other kinds are homes. A ledger never gives a second current home: it asks
   (``lives_in_two_places``), and the first row's home stays.
7. Several phones in a cell: the first counts. Notes in brackets are split from names. Forbidden columns are refused.
8. A care row finds its person by ID number; chronic illness without consent counts for nothing. Organizations and
   sites are one row each.

What a knock does: claims from the door apply to occupancy, tenure and phone, fill an empty ID number, and turn a status
(deceased, moved away) into an end that awaits its recheck: the person stays active meanwhile. Confirmed persons and
arrivals are verified that day; a departure ends the home at this door, and who is registered there stays registered
there.
``met``, ``phone`` and ``vacant_confirmed`` are contacts with the door; whoever is confirmed by ``met`` or ``phone``
has had a care contact for every label in force. See docs/algorithms/rates.md.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence

from gridwalk.simulate.acting.days import wave_day
from gridwalk.simulate.acting.knocks import SHANGHAI, Knock, calendar
from gridwalk.simulate.oracle import replay, settling
from gridwalk.simulate.street.workbooks import LedgerFile

FRESH = dt.timedelta(days=180)
VACANT_INTERVAL, LET_INTERVAL = 60, 90


@dataclasses.dataclass(frozen=True, slots=True)
class Count:
    """A numerator and its denominator."""

    n: int
    d: int


class Recount:
    """``start``: first day of the action phase; ``imported_on``: the day the ledgers entered the register."""

    def __init__(self, files: Sequence[LedgerFile], *, imported_on: dt.date, start: dt.date) -> None:
        self.register = replay.Register(imported_on)
        self.register.read(files)
        self._start = start
        self._wave_starts = {day.n: day.date for day in calendar(start, 60) if not day.saturday}

    def take(self, knocks: Iterable[Knock], upto: dt.datetime) -> None:
        """Hear the knocks made at or before a moment, in order of time."""
        for knock in sorted((k for k in knocks if k.at <= upto), key=lambda k: k.at):
            self.register.hear(knock)

    def figures(self, as_of: dt.date, scope: str = "") -> dict[str, Count]:
        """Every figure at the end of a day, for the grids whose code begins with ``scope``. Keys as in indicators."""
        return {
            **self._coverage(as_of, scope),
            **self._attention(as_of, scope),
            **self._linkage(scope),
            **self._qualities(as_of, scope),
        }

    def _dispatched(self, grid: str, as_of: dt.date) -> bool:
        return self._wave_starts[wave_day(grid)] <= as_of

    def _coverage(self, as_of: dt.date, scope: str) -> dict[str, Count]:
        register = self.register
        targets = {
            "visits": [
                ref
                for ref, door in register.dwellings.items()
                if door.usage in ("residential", "mixed") and self._in(door.grid, as_of, scope)
            ],
            "organizations": [r for r, o in register.organizations.items() if self._in(o.grid, as_of, scope)],
            "sites": [ref for ref, site in register.sites.items() if self._in(site.grid, as_of, scope)],
        }
        figures: dict[str, Count] = {}
        for name, refs in targets.items():
            states = {ref: settling.settle(register.attempts.get(ref, ())) for ref in refs}
            for state in ("visited", "explained", "pending", "remaining"):
                key = name if state == "visited" else f"{name}.{state}"
                figures[key] = Count(sum(s == state for s in states.values()), len(refs))
            met = sum(
                state == "visited" and settling.met_in_person(register.attempts[ref]) for ref, state in states.items()
            )
            figures[f"{name}.in_person"] = Count(met, len(refs))
        return figures

    def _in(self, grid: str, as_of: dt.date, scope: str) -> bool:
        return grid.startswith(scope) and self._dispatched(grid, as_of)

    def _attention(self, as_of: dt.date, scope: str) -> dict[str, Count]:
        register = self.register
        sites = [site for site in register.sites.values() if site.grid.startswith(scope)]
        doors = [door for door in register.dwellings.values() if door.grid.startswith(scope)]
        vacant = [door for door in doors if door.occupancy == "vacant"]
        let = [door for door in doors if door.tenure == "let" and door.occupancy != "vacant"]
        parts = {
            "care": self._care(as_of, scope),
            "site": _in_time(((_last_seen(s), s.interval_days) for s in sites), as_of),
            "vacant": _in_time(((_last_seen(d), VACANT_INTERVAL) for d in vacant), as_of),
            "let": _in_time(((_last_seen(d), LET_INTERVAL) for d in let), as_of),
        }
        return {"attention": _sum(parts.values())} | {f"attention.{name}": part for name, part in parts.items()}

    def _care(self, as_of: dt.date, scope: str) -> Count:
        """Of the persons with a label in force, those with no contact overdue."""
        overdue_of: dict[str, bool] = {}
        for label in self.register.labels:
            if label.starts_on <= as_of <= label.ends_on and self._grid(label.person).startswith(scope):
                late = _late(label.contact_on or label.starts_on, label.interval_days, as_of)
                overdue_of[label.person] = overdue_of.get(label.person, False) or late
        return Count(sum(not late for late in overdue_of.values()), len(overdue_of))

    def _grid(self, ref: str) -> str:
        return self.register.grid_of(self.register.persons[ref])

    def _persons(self, scope: str) -> list[replay.Person]:
        return [p for p in self.register.persons.values() if self.register.grid_of(p).startswith(scope)]

    def _linkage(self, scope: str) -> dict[str, Count]:
        persons = self._persons(scope)
        homes = {ref for p in self.register.persons.values() for ref in p.homes}
        doors = [(ref, door) for ref, door in self.register.dwellings.items() if door.grid.startswith(scope)]
        resolved = sum(ref in homes or (d.occupancy == "vacant" and d.vacancy_source != "") for ref, d in doors)
        return {
            "linkage": _share(persons, lambda p: len(p.homes) == 1 or (not p.homes and len(p.registered) == 1)),
            "linkage.homeless": _share(persons, lambda p: not p.homes and not p.registered),
            "linkage.several": _share(persons, lambda p: len(p.homes) > 1 or (not p.homes and len(p.registered) > 1)),
            "dwellings_resolved": Count(resolved, len(doors)),
        }

    def _qualities(self, as_of: dt.date, scope: str) -> dict[str, Count]:
        persons = self._persons(scope)
        verified = [(p.verified_on, p) for p in persons if p.verified_on]
        return {
            "persons_verified": Count(sum(on >= self._start for on, _ in verified), len(persons)),
            "completeness": _share(persons, lambda p: all(p.facts.values())),
            "freshness": Count(sum(on >= as_of - FRESH for on, _ in verified), len(persons)),
            "validity": _share(persons, lambda p: p.facts["id_no"] != "" and len(p.homes) <= 1 and not p.pending),
        }


def _last_seen(record: replay.Dwelling | replay.Place) -> dt.date:
    return record.contact_on or record.created_on


def _sum(parts: Collection[Count]) -> Count:
    return Count(sum(part.n for part in parts), sum(part.d for part in parts))


def _late(last: dt.date, interval_days: int, as_of: dt.date) -> bool:
    return last + dt.timedelta(days=interval_days) < as_of


def _in_time(contacts: Iterable[tuple[dt.date, int]], as_of: dt.date) -> Count:
    late = [_late(last, interval, as_of) for last, interval in contacts]
    return Count(late.count(False), len(late))


def _share(persons: Sequence[replay.Person], met: Callable[[replay.Person], bool]) -> Count:
    return Count(sum(map(met, persons)), len(persons))


def recount(
    files: Sequence[LedgerFile],
    knocks: Iterable[Knock],
    *,
    as_of: dt.date,
    imported_on: dt.date,
    start: dt.date,
    scope: str = "",
) -> dict[str, Count]:
    """The figures at the end of ``as_of``. ``knocks``: all that were recorded, from whatever grid."""
    count = Recount(files, imported_on=imported_on, start=start)
    count.take(knocks, dt.datetime.combine(as_of, dt.time.max, SHANGHAI))
    return count.figures(as_of, scope)
