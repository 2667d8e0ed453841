"""When a pair may not be taken without asking, however much it weighs, and when it is asked about however little.

A wrong pair costs more than a question: what a household shares (door, telephone, surname, of twins the birth date)
does not say which of its members somebody is, and a whole number, date or branch that contradicts is never overruled.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping

import numpy as np
import polars as pl

from gridwalk.method.linkage import places, prepare, score
from gridwalk.method.linkage.pairs import Bools, Compared, Pairs

CHILDREN = ("child", "grandchild", "sibling")
STILL_AT_HOME = 35
"""Years below which somebody of whom no relation is said may be one of twins at their parents'."""
EARLIEST_USE = dt.date(2025, 1, 1)
"""No ledger is of an earlier day; one of old people alone does not say when it was written."""
ASKED_BITS = 6.0
"""Bits at which name, telephone and door that agree are weighed at least."""
ASKED_AT_LEAST = 0.1
"""Bits at which one valid number is weighed at least, under whatever names: just enough to be asked about."""


@dataclasses.dataclass(frozen=True)
class Judged:
    """``sure``: which pairs may be taken without asking; ``least``: bits that a pair weighs at least.

    ``unless_twins``: which pairs are sure where ``twins.safe`` finds no twin who could be meant.
    """

    sure: Bools
    least: score.Bits
    unless_twins: Bools | None = None


def person(pairs: Pairs, of: Mapping[str, Compared]) -> Judged:
    """A name the same, or another beside something of the person's own: a number, a birth date that no twin shares."""
    at_home = np.isin(of["home"].level, ("same", "household"))
    twin = (at_home | (of["home"].level == "")) & child(pairs)
    possible = ~_contradicted(pairs, of)
    possible &= ~_namesake(pairs, of)
    sure = possible & _identified(pairs, of, at_home, twin)
    but_for_twins = possible & ~sure & _identified(pairs, of, at_home, np.zeros(pairs.n, dtype=np.bool_))
    return Judged(sure, _least_of_person(pairs, of), but_for_twins)


def _identified(pairs: Pairs, of: Mapping[str, Compared], at_home: Bools, twin: Bools) -> Bools:
    """Whether what agrees is a person's own; ``twin``: where a twin may share the birth date and much of the name."""
    called, number = of["name"].level, of["id"].level
    is_doubted, is_unnamed = pairs.each(pl.col("id_doubted"), pl.col("unnamed"))
    # A pupil's row may carry the father's number, and with it his birth date: nothing in it is the pupil's own.
    relatives = np.logical_or(*is_doubted)
    dated = (of["born"].level == "same") & ~relatives
    said = dated & _said(pairs)
    slip = np.isin(number, ("near", "two", "seen")) & (at_home | (of["phone"].level == "same") | said)
    own = ((number == "same") & ~twin & ~relatives) | slip & ~(twin & (number != "near")) | dated & ~twin
    own &= of["sex"].level != "other"
    # Four places and a surname are shared by chance in every ledger: something else has to agree as well.
    seen = (number == "seen") & (at_home | np.isin(of["phone"].level, ("same", "seen")) | dated)
    seen &= of["sex"].level != "other"
    undated = ~pairs.filled("born_on") & at_home & ~twin & (of["phone"].level != "other")
    numbered = np.isin(number, ("same", "near", "two"))
    # Who has no name yet is known by door and birth date; a list without names says nothing of which member it means.
    unnamed = dated & at_home & np.logical_or(*is_unnamed)
    identified: Bools = np.select(
        [called == "same", called == "sounds", called == "near", called == "seen", called == ""],
        [True, own | undated, own, own | (number == "near") | seen, numbered | unnamed],
        default=False,  # two names: what a register copied from the number says nothing for either
    ).astype(np.bool_)
    return identified


def _namesake(pairs: Pairs, of: Mapping[str, Compared]) -> Bools:
    """Whether nothing but the name and a door presumed from the row above agrees, and the telephones do not."""
    (above,) = pairs.each(pl.col(prepare.PRESUMED) == places.ABOVE)
    own = np.isin(of["id"].level, ("same", "near", "two", "seen")) | np.isin(of["born"].level, ("same", "near"))
    namesake: Bools = np.logical_or(*above) & (of["phone"].level == "other") & ~own
    return namesake


def _said(pairs: Pairs) -> Bools:
    """Where both rows themselves say the birth date."""
    (said,) = pairs.each(pl.col("born_said"))
    both: Bools = np.logical_and(*said)
    return both


def _contradicted(pairs: Pairs, of: Mapping[str, Compared]) -> Bools:
    number = of["id"].level
    borne_out = np.isin(number, ("same", "near", "two")) | (of["phone"].level == "same")
    born = (of["born"].level == "other") & (number != "same") & (_said(pairs) | ~borne_out)
    contradicted: Bools = born | np.isin(number, ("both_valid", "unseen"))
    return contradicted


def child(pairs: Pairs) -> Bools:
    """Whether one of the two may have a twin at home: a child of the house, or young where no relation is said."""
    latest = max(pairs.latest("born_on") or EARLIEST_USE, EARLIEST_USE)
    named, young = pairs.each(
        pl.col("relation").is_in(CHILDREN), pl.col("born_on") > dt.date(latest.year - STILL_AT_HOME, 1, 1)
    )
    unsaid = ~np.logical_or(*pairs.codes("relation"))
    is_child: Bools = np.logical_or(*named) | unsaid & np.logical_or(*young)
    return is_child


def _least_of_person(pairs: Pairs, of: Mapping[str, Compared]) -> score.Bits:
    """One valid number on both sides, or one name at one door, whatever the numbers say, is never passed over
    in silence; nor is, in short ledgers, a name that one person bears on either side.
    """
    known = (of["name"].level == "same") & np.isin(of["home"].level, score.AT_HOME)
    known &= (of["phone"].level == "same") | np.isin(of["id"].level, ("both_valid", "unseen"))
    asked = pairs.same("id_no")
    if pairs.are_few:
        alone = (of["name"].level == "same") & (pairs.others("name_key")[0] == 0)
        asked |= alone & ~_contradicted(pairs, of) & (of["sex"].level != "other")
    return np.select([known, asked], [ASKED_BITS, ASKED_AT_LEAST], default=-np.inf)


def dwelling(pairs: Pairs, of: Mapping[str, Compared]) -> Judged:
    """A row whose own room is not known is no door; another building or stairwell is another door."""
    sure = of["room"].level == "same"
    for part in ("estate", "building", "stairwell", "community"):
        sure &= of[part].level != "other"
    return Judged(sure, np.full(pairs.n, -np.inf))


def organization(pairs: Pairs, of: Mapping[str, Compared]) -> Judged:
    """Two branches, or one and the head office, are two organizations; so are two valid codes."""
    one = pairs.same("branch")
    number = of["id"].level
    sure = one & (number != "both_valid") & ((of["name"].level != "other") | (number == "same"))
    return Judged(sure, np.where(pairs.same("id_valid"), ASKED_AT_LEAST, -np.inf))


JUDGE: Mapping[str, Callable[[Pairs, Mapping[str, Compared]], Judged]] = {
    "person": person,
    "dwelling": dwelling,
    "organization": organization,
}
