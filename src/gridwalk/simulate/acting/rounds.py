"""A grid worker's days: which door next, who opens, and what is written down."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence

from gridwalk.simulate.acting.findings import Finding, Listed
from gridwalk.simulate.acting.knocks import SHANGHAI, Day, Knock
from gridwalk.simulate.street import rng as chance
from gridwalk.simulate.street.model import Door, Place
from gridwalk.simulate.street.world import PILOT, World

# From, minutes: well inside the bands, never in quiet hours.
HOURS = {"morning": (dt.time(9, 5), 155), "afternoon": (dt.time(13, 40), 190), "evening": (dt.time(18, 15), 115)}
AT_HOME = {
    "elder": {"morning": 0.70, "afternoon": 0.62, "evening": 0.86, "weekend": 0.78},
    "worker": {"morning": 0.11, "afternoon": 0.15, "evening": 0.60, "weekend": 0.55},
    "mixed": {"morning": 0.44, "afternoon": 0.42, "evening": 0.74, "weekend": 0.66},
}
MOST_VISITS = 6
VACANT_INTERVAL, LET_INTERVAL = 60, 90
ONCE = 10_000


@dataclasses.dataclass(slots=True, kw_only=True)
class Round:
    """What the worker remembers of one door."""

    door: Door
    by_phone: bool
    bands: set[str] = dataclasses.field(default_factory=set)
    last_on: dt.date | None = None
    n_visits: int = 0
    n_failed: int = 0
    done: bool = False
    met: bool = False
    contact_on: dt.date | None = None
    appointment: tuple[dt.date, str] | None = None


class GridWorker:
    """One worker with a pace of their own, on one grid."""

    def __init__(self, world: World, listed: Listed, grid: str) -> None:
        self._world = world
        self._listed = listed
        self.grid = grid
        self._rng = chance.stream(world.seed, "worker", grid)
        pilot = grid.startswith(PILOT)
        self._pace = self._rng.uniform(24, 26.5) if pilot else self._rng.uniform(18, 25)
        doors = [d for d in world.doors.values() if d.place.grid == grid and d.usage == "residential"]
        answers = 0.95 if pilot else 0.42
        self._rounds = [
            Round(door=door, by_phone=listed.reachable(door) and self._rng.random() < answers) for door in doors
        ]
        start = self._rng.randrange(len(self._rounds) or 1)
        self._sweep = self._rounds[start:] + self._rounds[:start]
        self._care: dict[str, list[tuple[str, int, Round]]] = {}
        of_door = {r.door.ref: r for r in self._rounds}
        self._due: list[tuple[str, int, Round]] = []
        self._last_care: dict[str, dt.date] = {}
        for care in world.care.values():
            door = next(s.door for s in world.persons[care.person].stays if s.real and s.kind != "registered_here")
            if door in of_door:
                self._due.append((care.person, care.interval_days, of_door[door]))
        self._errands = _errands_in(world, grid)
        self._errand_on: dict[str, dt.date] = {}

    def work(self, day: Day) -> list[Knock]:
        """The knocks of one day in order of time."""
        pace = self._pace * self._rng.uniform(0.85, 1.12)
        done: list[Knock] = []
        busy: set[str] = set()
        for band, n in self._shifts(day, round(pace)):
            hours = HOURS["morning" if band == "weekend" else band]
            chosen = self._choose(day.date, band, n, busy)
            for index, (kind, ref, item) in enumerate(chosen):
                minute = int(hours[1] * (index + self._rng.random() * 0.7) / max(1, len(chosen)))
                at = dt.datetime.combine(day.date, hours[0], SHANGHAI) + dt.timedelta(minutes=minute)
                if isinstance(item, Place):
                    done.append(self._errand(at, kind, ref, item))
                    continue
                joins = not item.n_visits and not item.door.written and not self._listed.at_door[ref]
                done.append(dataclasses.replace(self._knock(at, band, item), joins=joins))
        return done

    def _shifts(self, day: Day, pace: int) -> list[tuple[str, int]]:
        if day.date.weekday() >= 5:
            return [("weekend", pace // 2 if day.saturday else pace)]
        if (day.date.weekday() + int(self.grid[-1])) % 5 in (0, 2):
            return [("afternoon", pace - pace // 2), ("evening", pace // 2)]
        return [("morning", pace // 2), ("afternoon", pace - pace // 2)]

    def _choose(self, on: dt.date, band: str, n: int, busy: set[str]) -> list[tuple[str, str, Round | Place]]:
        """What to do in a shift: appointments, care due, errands, vacant doors, tries again, new doors."""
        chosen: list[tuple[str, str, Round | Place]] = []
        if band in ("morning", "afternoon") and self._rng.random() < 0.2:
            chosen += self._errand_due(on, busy)
        rounds: list[Round] = []
        retries = self._retries(on, band)
        news = (r for r in self._sweep if not r.n_visits)
        queues: tuple[tuple[Iterator[Round], int], ...] = (
            (self._appointments(on, band), n),
            (self._care_due(on), 3),
            (self._recontacts(on), 2),
            (iter(retries), max(2, int(n * 0.55))),
            (news, n),
            (iter(retries), n),
        )
        for queue, most in queues:
            taken = 0
            for item in queue:
                if len(rounds) + len(chosen) >= n or taken >= most:
                    break
                if item.door.ref not in busy:
                    rounds.append(item)
                    busy.add(item.door.ref)
                    taken += 1
        rounds.sort(key=lambda r: r.door.ref)
        return chosen + [("dwelling", r.door.ref, r) for r in rounds]

    def _errand_due(self, on: dt.date, busy: set[str]) -> list[tuple[str, str, Round | Place]]:
        """The first site or organization whose contact is due; it is busy from then on."""
        for kind, ref, place, interval in self._errands:
            last = self._errand_on.get(ref)
            if ref not in busy and (last is None or (on - last).days >= interval - 3):
                busy.add(ref)
                return [(kind, ref, place)]
        return []

    def _appointments(self, on: dt.date, band: str) -> Iterator[Round]:
        return (r for r in self._rounds if r.appointment == (on, band) and r.n_visits < MOST_VISITS)

    def _care_due(self, on: dt.date) -> Iterator[Round]:
        for person, interval, item in self._due:
            last = self._last_care.get(person)
            by_phone = item.met and self._listed.reachable(item.door)
            if (last is None or (on - last).days >= interval - 1) and (by_phone or item.n_visits < MOST_VISITS):
                yield item

    def _recontacts(self, on: dt.date) -> Iterator[Round]:
        for item in self._rounds:
            door = item.door
            interval = VACANT_INTERVAL if door.occupancy == "vacant" else LET_INTERVAL if door.tenure == "let" else 0
            due = item.contact_on and interval and (on - item.contact_on).days >= interval - 4
            if item.done and due and item.n_visits < MOST_VISITS:
                yield item

    def _retries(self, on: dt.date, band: str) -> list[Round]:
        """Doors that failed on an earlier day: where the band was not tried yet first, then the longest waiting."""
        waiting = [
            r
            for r in self._rounds
            if r.n_failed and not r.done and r.n_visits < MOST_VISITS and r.last_on and (on - r.last_on).days >= 2
        ]
        return sorted(waiting, key=lambda r: (band in r.bands, r.last_on or on, r.door.ref))

    def _errand(self, at: dt.datetime, kind: str, ref: str, place: Place) -> Knock:
        luck = self._rng.random()
        if luck < 0.2:
            return Knock(at=at, grid=self.grid, kind=kind, ref=ref, place=place, outcome="no_answer")
        self._errand_on[ref] = at.date()
        if luck < 0.23 and kind == "organization":
            return Knock(at=at, grid=self.grid, kind=kind, ref=ref, place=place, outcome="not_found")
        return Knock(at=at, grid=self.grid, kind=kind, ref=ref, place=place, outcome="met", met_role="contact")

    def _knock(self, at: dt.datetime, band: str, item: Round) -> Knock:
        door = item.door
        first_fail = item.n_failed == 0
        item.last_on = at.date()
        item.appointment = None
        item.n_visits += 1
        if item.met and self._listed.reachable(door):
            return self._call(at, item)
        if door.occupancy == "vacant":
            return self._vacant(at, band, item, first_fail)
        item.bands.add(band)
        if self._rng.random() < AT_HOME[door.home][band]:
            return self._opened(at, item)
        if item.n_failed >= 2 and item.by_phone and not item.done:
            return self._call(at, item)
        item.n_failed += 1
        agreed = self._agree(at, item)
        return Knock(
            at=at,
            grid=self.grid,
            kind="dwelling",
            ref=door.ref,
            place=door.place,
            outcome="postponed" if agreed else "no_answer",
            revisit_at=agreed,
        )

    def _agree(self, at: dt.datetime, item: Round) -> dt.datetime | None:
        """A child at the door says when somebody is in."""
        if self._rng.random() >= 0.05 or item.door.home != "worker":
            return None
        day = at.date() + dt.timedelta(days=3)
        if (day.weekday() + int(self.grid[-1])) % 5 not in (0, 2) or day.weekday() > 4:
            return None
        item.appointment = (day, "evening")
        return dt.datetime.combine(day, dt.time(19, 0), SHANGHAI)

    def _opened(self, at: dt.datetime, item: Round) -> Knock:
        door = item.door
        if door.refuses and not self._care_of(item):
            item.done = True
            return Knock(at=at, grid=self.grid, kind="dwelling", ref=door.ref, place=door.place, outcome="refused")
        finding = Finding(confirmed=self._listed.really_living(door)) if item.met else self._listed.face_to_face(door)
        item.done = item.met = True
        item.contact_on = at.date()
        role = "tenant" if door.tenure == "let" else self._rng.choice(("head", "household"))
        return Knock(
            at=at,
            grid=self.grid,
            kind="dwelling",
            ref=door.ref,
            place=door.place,
            outcome="met",
            met_role=role,
            claims=finding.claims,
            confirmed=finding.confirmed,
            arrivals=finding.arrivals,
            departures=finding.departures,
            care=self._contacted(at.date(), item),
        )

    def _call(self, at: dt.datetime, item: Round) -> Knock:
        door = item.door
        item.done = True
        item.contact_on = at.date()
        return Knock(
            at=at,
            grid=self.grid,
            kind="dwelling",
            ref=door.ref,
            place=door.place,
            outcome="phone",
            met_role="household",
            confirmed=self._listed.really_living(door),
            care=self._contacted(at.date(), item),
        )

    def _vacant(self, at: dt.datetime, band: str, item: Round, first: bool) -> Knock:
        """An empty door: nobody answers, then a second source says why."""
        door = item.door
        item.bands.add(band)
        if first and not item.done:
            item.n_failed += 1
            return Knock(at=at, grid=self.grid, kind="dwelling", ref=door.ref, place=door.place, outcome="no_answer")
        item.done = True
        if self._listed.somebody_lives(door.ref):
            claims = tuple(("person", ref, "status", "moved_away") for ref in sorted(self._listed.at_door[door.ref]))
            return Knock(
                at=at,
                grid=self.grid,
                kind="dwelling",
                ref=door.ref,
                place=door.place,
                outcome="moved_away",
                met_role="neighbour",
                claims=claims,
            )
        item.contact_on = at.date()
        registered = self._listed.door(door.ref, "occupancy")
        owner = "owner_phone" if door.owner_phone else "neighbour"
        return Knock(
            at=at,
            grid=self.grid,
            kind="dwelling",
            ref=door.ref,
            place=door.place,
            outcome="vacant_confirmed",
            second_source=self._rng.choice(("property_office", "neighbour", owner)),
            claims=() if registered == "vacant" else (("dwelling", door.ref, "occupancy", "vacant"),),
        )

    def _care_of(self, item: Round) -> Sequence[str]:
        return tuple(person for person, _, where in self._due if where is item)

    def _contacted(self, on: dt.date, item: Round) -> tuple[str, ...]:
        persons = tuple(dict.fromkeys(self._care_of(item)))
        for person in persons:
            self._last_care[person] = on
        return persons


def _errands_in(world: World, grid: str) -> list[tuple[str, str, Place, int]]:
    """The key sites and organizations of a grid: kind, ref, place, days between contacts."""
    sites = [site for site in world.sites.values() if site.place.grid == grid]
    organizations = [business for business in world.organizations.values() if business.place.grid == grid]
    return [
        *(("site", site.ref, site.place, site.interval_days) for site in sites),
        *(("organization", business.ref, business.place, ONCE) for business in organizations),
    ]
