"""Finding the cases of online checks: one statement a check and area, read from ``cases/online``.

Each street sets its own checks, so areas are asked street by street.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import json
import uuid
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from django.db import connection

from gridwalk.accounts.rules import ONE_GRID, ONE_STREET
from gridwalk.bench.cases.case import Case, Inside, Member
from gridwalk.bench.models import CheckSetting
from gridwalk.bench.online import ONLINE
from gridwalk.core import clock
from gridwalk.registry.living import LIVING
from gridwalk.registry.models import Dwelling, Person
from gridwalk.territory import queries as territory

_STATEMENTS = Path(__file__).parent / "online"
ACROSS = frozenset({"phone_for_many"})
"""Checks whose cases go across grids: they are asked of the whole street."""


@dataclasses.dataclass(frozen=True)
class Setting:
    """A check as a street has it."""

    is_on: bool
    thresholds: Mapping[str, int]


def settings_of(street: str) -> dict[str, Setting]:
    """Every online check as a street has it; one query."""
    own = {setting.check_code: setting for setting in CheckSetting.objects.filter(street=street)}
    settings = {}
    for code, check in ONLINE.items():
        usual = {name: threshold.usual for name, threshold in check.thresholds.items()}
        setting = own.get(code)
        settings[code] = Setting(True, usual) if setting is None else Setting(setting.is_on, usual | setting.thresholds)
    return settings


def find(inside: Inside, today: dt.date, codes: Collection[str]) -> list[Case]:
    """The cases of some online checks in the areas of what is ``inside``, answered or not."""
    areas: dict[str, set[str]] = {}
    for area in _areas(inside):
        areas.setdefault(area[:ONE_STREET], set()).add(area)
    return [
        case
        for street, own in sorted(areas.items())
        for code, setting in settings_of(street).items()
        if code in codes and setting.is_on
        for area in ([street] if code in ACROSS else sorted(own))
        for case in _cases(code, area, setting.thresholds)
    ]


def _areas(inside: Inside) -> set[str]:
    """The areas to ask, none wider than a street; around records their grids."""
    if inside.ids is not None:
        of_kinds = (kind._default_manager.filter(pk__in=inside.ids) for kind in (Dwelling, Person))
        return {grid for records in of_kinds for grid in records.values_list("grid_id", flat=True)}
    wide = {scope for scope in inside.scopes if len(scope) < ONE_STREET}
    streets = {grid[:ONE_STREET] for scope in wide for grid in territory.grid_codes(scope)}
    return streets | (set(inside.scopes) - wide)


@functools.cache
def _statement(code: str) -> str:
    return "\n".join((_STATEMENTS / f"{name}.sql").read_text("utf-8") for name in ("answers", code))


def _cases(code: str, area: str, thresholds: Mapping[str, int]) -> Iterator[Case]:
    values: dict[str, int | str | list[str]] = {
        **thresholds,
        "first": area.ljust(ONE_GRID, "0"),
        "last": area.ljust(ONE_GRID, "9"),
        "living": list(LIVING),
        "zone": clock.LOCAL.key,
    }
    with connection.cursor() as cursor:
        cursor.execute(_statement(code), values)
        rows = cursor.fetchall()
    for members, n in rows:
        yield Case(code, _members(json.loads(members)), n)


def _members(rows: list[list[object]]) -> tuple[Member, ...]:
    """The records of a case, each once: who lives at two doors says both in one basis."""
    bases: dict[tuple[str, str, str], list[str]] = {}
    for kind, pk, grid, *basis in rows:
        bases.setdefault((str(kind), str(pk), str(grid)), []).extend(map(str, basis))
    return tuple(Member(kind, uuid.UUID(pk), grid, tuple(basis)) for (kind, pk, grid), basis in bases.items())
