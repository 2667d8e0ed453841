"""Which side of a merge is suggested, by source and day; and what each kind of plan asks of whom."""

from __future__ import annotations

import datetime as dt

import pytest

from gridwalk.accounts.rules import Verb
from gridwalk.dictionary.types import Authority
from gridwalk.upkeep import rules
from gridwalk.upkeep.rules import Origin

EARLY, LATE = dt.datetime(2026, 3, 1, tzinfo=dt.UTC), dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
SOURCES = {"inspector", "ledger", "platform", "resident", "office", "visit"}


@pytest.mark.parametrize(
    ("authority", "left", "right", "side"),
    [
        (Authority.DOOR, Origin("visit", EARLY), Origin("office", LATE), "left"),
        (Authority.DOOR, Origin("office", LATE), Origin("visit", EARLY), "right"),
        (Authority.DOOR, Origin("visit", EARLY), Origin("visit", LATE), "right"),
        (Authority.DOOR, Origin("visit", LATE), Origin("visit", EARLY), "left"),
        (Authority.DOOR, Origin("visit", LATE), Origin("visit", LATE), "left"),
        (Authority.DOOR, Origin("visit", None), Origin("visit", EARLY), "right"),
        (Authority.DOOR, Origin("visit", EARLY), Origin("visit", None), "left"),
        (Authority.DOOR, Origin("", LATE), Origin("inspector", None), "right"),
        (Authority.DOOR, Origin("inspector", None), Origin("", LATE), "left"),
        (Authority.RESIDENT, Origin("visit", LATE), Origin("resident", EARLY), "right"),
        (Authority.DOCUMENT, Origin("visit", LATE), Origin("ledger", EARLY), "right"),
        (Authority.DOCUMENT, Origin("office", EARLY), Origin("platform", LATE), "left"),
    ],
)
def test_the_better_proved_value_is_suggested_then_the_later_one_then_what_stays(
    authority: Authority, left: Origin, right: Origin, side: str
) -> None:
    assert rules.suggested(authority, left, right) == side


def test_every_source_is_ranked_once_for_each_authority() -> None:
    for ranks in rules._RANK.values():
        assert len(ranks) == len(SOURCES) and set(ranks) == SOURCES
    assert set(rules._RANK) == set(Authority)


def test_what_each_kind_of_plan_asks_of_whom() -> None:
    usual = (Verb.SEE_ROWS_MASKED, Verb.SEE_ROWS, Verb.EDIT_REGISTER, Verb.RECHECK, True, True)
    terms = {
        code: (kind.seen_by, kind.known_to, kind.proposed_by, kind.decided_by, kind.evidence, kind.undone)
        for code, kind in rules.KINDS.items()
    }
    assert terms == {
        "merge_persons": usual,
        "merge_dwellings": usual,
        "merge_organizations": usual,
        "split_person": usual,
        "move_household": usual,
        "renumber_building": usual,
        "regrid": (Verb.REGRID, Verb.REGRID, Verb.REGRID, Verb.MANAGE_AREAS, False, False),
        "take_back_import": (
            Verb.SEE_ROWS_MASKED,
            Verb.IMPORT_LEDGER,
            Verb.IMPORT_LEDGER,
            Verb.RECHECK,
            False,
            False,
        ),
    }
