"""Ages are protected (docs/algorithms/suppression.md) and no figure says any: who sees counts only reads the same of a
street of old people and of a street of children.
"""

from __future__ import annotations

import datetime as dt
import inspect

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction

from gridwalk.accounts.rules import Role
from gridwalk.core import clock
from gridwalk.indicators import actions as indicators
from gridwalk.indicators import definitions
from gridwalk.registry import predicates
from gridwalk.registry.tests.street import GRID, NEXT_GRID, Street
from gridwalk.visits.tests.walk import Walk
from tests.journeys.test_not_watched import Account, client_of, walked

NOW = clock.at_local(dt.date(2026, 10, 13), 16)
COUNTS_ONLY = [(Role.LEADING_GROUP, "120105001"), (Role.DISTRICT_CENTRE, "120105")]


def read_of(born_on: str, account: Account) -> dict[tuple[str, str, int], str]:
    """What who sees counts only reads of a street whose people were all born on a day."""
    with transaction.atomic(), time_machine.travel(NOW, tick=False):
        cache.clear()
        street = Street.lay_out(NOW)
        for grid in (GRID, NEXT_GRID):
            for n in range(1, 7):
                street.person("程望舒", street.door(f"{n}0{1 + (grid == GRID)}", grid, tenure="owner"), born_on=born_on)
        Walk(street, NOW).dispatch()
        indicators.keep_day(at=NOW)
        pages = {
            (str(role), path, n): page
            for role, scope in COUNTS_ONLY
            for (path, n), page in walked(client_of(account(role, scope))).items()
        }
        transaction.set_rollback(True)
    return pages


@pytest.mark.slow
def test_no_page_and_no_file_of_who_sees_counts_only_says_anything_of_ages(db: None, account: Account) -> None:
    old, young = read_of("1938-05-06", account), read_of("2024-05-06", account)
    assert [key for key in old | young if old.get(key) != young.get(key)] == []
    opened = {path for (_, path, _), page in old.items() if page.startswith("200")}
    assert {"/", "/wall/", "/reports/"} <= opened, opened


def test_no_indicator_reads_a_birth_date() -> None:
    """Whether one is filled in is *completeness*; what it says is counted nowhere."""
    read = {indicator.code for indicator in definitions.INDICATORS.values() if "born" in str(indicator.explanation)}
    assert not read
    assert "born_on" not in inspect.getsource(definitions)
    conditions = inspect.getsource(predicates)
    assert "born_on__" not in conditions.replace("born_on__isnull", "") and 'F("born_on")' not in conditions
