"""Households (户) and who is head of one (户主, GB/T 4761); plain values only.

Every word of relation refers to the head. A door may hold a household that lives there and one that is only registered
there. Tenants and boarders belong to neither: whom their words refer to often lives elsewhere. A collective household
has words for nobody, so nothing is missing in it.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary.relations import HEAD, UNRELATED
from gridwalk.registry.living import REGISTERED

REFERS_TO_NOBODY = frozenset({"", HEAD, UNRELATED})
HOME = "lives_here"
GUEST = "lives_elsewhere_registered"
OF_HOUSEHOLD = (HOME, GUEST, REGISTERED)
"""How somebody is linked to a door whose household they may be of."""
WITHOUT_HOUSEHOLD = frozenset({"business", "other"})
"""Usages of a door at which nobody keeps house: whoever is registered there is so collectively (集体户)."""


@dataclasses.dataclass(frozen=True)
class Member:
    """Somebody at a door: how they are linked to it, and what they are to the head."""

    person: uuid.UUID
    kind: str
    relation: str

    @property
    def is_head(self) -> bool:
        """Whether they are recorded as the head."""
        return self.relation == HEAD

    @property
    def refers_to_head(self) -> bool:
        """Whether their word of relation says nothing without a head."""
        return self.relation not in REFERS_TO_NOBODY


Members = Sequence[Member]


@dataclasses.dataclass(frozen=True)
class Naming:
    """Who is head at a door now. ``relations``: what others are to them, as far as that was asked."""

    dwelling: uuid.UUID
    head: uuid.UUID
    relations: Mapping[uuid.UUID, str]

    def plain(self) -> dict[str, Any]:
        """As it is kept with a proposal."""
        relations = {str(person): word for person, word in self.relations.items()}
        return {"dwelling": str(self.dwelling), "head": str(self.head), "relations": relations}

    @classmethod
    def of_plain(cls, kept: Mapping[str, Any]) -> Naming:
        """As it was kept."""
        relations = {
            uuid.UUID(person): dictionary.today("person", "relation", word)
            for person, word in kept["relations"].items()
        }
        return cls(uuid.UUID(kept["dwelling"]), uuid.UUID(kept["head"]), relations)


def living(at_door: Members, *, is_let: bool) -> list[Member]:
    """The household that lives at a door; in a let dwelling whoever is registered elsewhere is no part of it."""
    kinds = (HOME,) if is_let else (HOME, GUEST)
    return [member for member in at_door if member.kind in kinds]


def absent(at_door: Members) -> list[Member]:
    """Whoever is only registered at a door."""
    return [member for member in at_door if member.kind == REGISTERED]


def heads(at_door: Members, *, is_let: bool) -> list[Member]:
    """The heads of the household that lives at a door. Absent households may be several at one address."""
    return _heads(living(at_door, is_let=is_let))


def without_head(at_door: Members, *, is_let: bool) -> list[Member]:
    """Whose words of relation refer to nobody."""
    here, away = living(at_door, is_let=is_let), absent(at_door)
    members = []
    if _lives_headless(here, away):
        members += _related(here)
    if _is_absent_headless(here, away):
        members += _related(away)
    return members


def succeeding(before: Members, after: Members, *, is_let: bool) -> list[Member]:
    """Who may be head once things are as ``after``, where a household loses its head by that; else nobody.

    Who lives at the door comes first.
    """
    here, away = living(after, is_let=is_let), absent(after)
    lost_here = heads(before, is_let=is_let) and here and _lives_headless(here, away)
    lost_away = _heads(absent(before)) and away and _is_absent_headless(here, away)
    if not lost_here and not lost_away:
        return []
    return [member for member in (*here, *away) if not member.is_head]


def beside(at_door: Members, head: uuid.UUID, *, is_let: bool) -> list[Member]:
    """Whose words of relation refer to the one who is head now; nobody of a household that has its own."""
    here, away = living(at_door, is_let=is_let), absent(at_door)
    own, other = (here, away) if any(member.person == head for member in here) else (away, here)
    household = own if _heads(other) else [*own, *other]
    return [member for member in household if member.person != head]


def _lives_headless(here: Members, away: Members) -> bool:
    """One who is only registered at the door, and there alone, may be the head of those who live there."""
    return not _heads(here) and bool(_related(away) or not _heads(away))


def _is_absent_headless(here: Members, away: Members) -> bool:
    """Who lives at the door and is registered there may be the head of those who are only registered."""
    return not _heads(away) and not _heads([member for member in here if member.kind == HOME])


def _heads(members: Members) -> list[Member]:
    return [member for member in members if member.is_head]


def _related(members: Members) -> list[Member]:
    return [member for member in members if member.refers_to_head]
