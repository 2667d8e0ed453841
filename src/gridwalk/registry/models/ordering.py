"""How lists order the records of the register; their indexes and their queries say it in the same words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import F, Index, Q, TextField, Value
from django.db.models.functions import MD5, Cast, Coalesce


def days(column: str) -> Coalesce:
    """A column of days in the order of a list: what has no day stands before all days."""
    return Coalesce(F(column), Value(dt.date(1, 1, 1)))


def by_lot() -> MD5:
    """An order that says nothing of when records were made: ids of before 0.6 go through a ledger door by door, and all
    of them say the day.
    """
    return MD5(Cast("id", TextField()))


STANDING = Q(merged_into__isnull=True)
"""The records that lists show, and that their indexes hold."""
OF_PERSONS_BESIDE_NAMES = (
    *("sex", "born_on", "id_no_index", "id_no_checked_on", "phone_index", "relation"),
    *("registered_address", "status", "verified_on"),
)
OF_PERSONS = ("id", "name", "sort_key", *OF_PERSONS_BESIDE_NAMES)
OF_DOORS = ("usage", "occupancy", "tenure", "area_m2", "owner_name", "owner_phone_index", "status", "verified_on")
"""What their lists are asked for and sorted by: an index that holds it all answers without opening a record."""


def few(name: str, *fields: str, where: Q | None = None, include: Sequence[str] = ()) -> Index:
    """The index ``name`` of what few records of a list have: a walk along its order would pass a million without it.

    ``include``: what the list is asked for beside. The planner believes that rows which stand beside each other in an
    index by grid lie beside each other in the table as well; those that lack something never do.
    """
    condition = STANDING & where if where else STANDING
    return Index(fields=[*fields, "grid"], include=include or None, condition=condition, name=name)


def by_name(name: str) -> Index:
    """The index ``name`` of a list in the order of names; the grid in it tells what is of a scope."""
    return Index(fields=["sort_key", "id"], include=["grid"], condition=STANDING, name=name)


def by_text(name: str) -> Index:
    """The index ``name`` of people by how their names begin, merged ones too: it answers with all a list asks for."""
    include = ["grid", "merged_into", *OF_PERSONS_BESIDE_NAMES]
    return Index(fields=["name", "sort_key", "id"], include=include, name=name)


def by_day(column: str, *, name: str) -> Index:
    """The index ``name`` of a list in the order of a column of days."""
    return Index(days(column), "id", include=["grid", column], condition=STANDING, name=name)
