"""What a plan of visits consists of: days, knocks, and what comes out at the door."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
import zoneinfo
from collections.abc import Iterator, Mapping

from gridwalk.method import workdays
from gridwalk.method.workdays import Workdays
from gridwalk.simulate.street.model import Place

SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")
WORKDAYS = Workdays()
OPS = uuid.UUID("6f1a36f2-1f6f-5b0e-9a52-8d3f6f0c2a11")


@dataclasses.dataclass(frozen=True, slots=True)
class Day:
    """The ``n``-th working day. ``saturday``: a shift beside them, which belongs to the Monday after it."""

    n: int
    date: dt.date
    saturday: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody found living at the door whom the register does not have there; ``values`` are dictionary fields."""

    ref: str
    residence_kind: str
    values: Mapping[str, str]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Knock:
    """One knock, call or second source, with its outcome.

    ``kind``: dwelling | organization | site; ``ref`` and ``place`` say which. ``claims``: (kind, ref, field, value).
    ``confirmed``: persons whose record was read out and is right. ``departures``: persons who do not live at this door.
    ``care``: persons whose care contact this was. ``joins``: the door is in no ledger and joins the register now.
    """

    at: dt.datetime
    grid: str
    kind: str
    ref: str
    place: Place
    outcome: str
    second_source: str = ""
    met_role: str = ""
    revisit_at: dt.datetime | None = None
    claims: tuple[tuple[str, str, str, str], ...] = ()
    confirmed: tuple[str, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    departures: tuple[str, ...] = ()
    care: tuple[str, ...] = ()
    joins: bool = False

    @property
    def op(self) -> uuid.UUID:
        """The intention's id: the same plan gives the same ids, so a replay twice doubles nothing."""
        return uuid.uuid5(OPS, f"{self.kind}|{self.ref}|{self.at.isoformat()}")


def calendar(start: dt.date, upto_day: int) -> Iterator[Day]:
    """Working days from ``start`` on, with a Saturday shift every second week."""
    date, n = start, 0
    while n < upto_day:
        if WORKDAYS.is_worked(date):
            n += 1
            yield Day(n, date)
        elif date.weekday() == 5 and not workdays.name_of(date) and date.isocalendar().week % 2 == 0 and n:
            yield Day(n + 1, date, saturday=True)
        date += dt.timedelta(days=1)
