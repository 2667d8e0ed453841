"""What a check finds: a case with its records, and where to look for cases."""

from __future__ import annotations

import dataclasses
import json
import uuid
from collections.abc import Collection, Sequence

from django.db.models import Q

from gridwalk.accounts.rules import ONE_STREET
from gridwalk.core import envelope
from gridwalk.core.queries import in_scopes


@dataclasses.dataclass(frozen=True)
class Member:
    """One record of a case. ``basis``: what the check looked at in it; never shown, never stored in the clear."""

    kind: str
    id: uuid.UUID
    grid: str
    basis: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """What tells that the basis has changed, without saying what it is."""
        return envelope.blind_index(json.dumps([self.kind, *self.basis], ensure_ascii=False), purpose="case")


@dataclasses.dataclass(frozen=True)
class Case:
    """Records that together raise one question.

    The first leads: the case is known by it. ``n``: what the sentence counts.
    """

    check: str
    members: tuple[Member, ...]
    n: int

    @property
    def lead(self) -> Member:
        """The record the case is listed under."""
        return self.members[0]

    @property
    def records(self) -> list[uuid.UUID]:
        """The records concerned, in order."""
        return sorted(m.id for m in self.members)

    @property
    def facts(self) -> dict[str, str]:
        """Record → its fingerprint."""
        return {str(m.id): m.fingerprint for m in self.members}

    @property
    def seen(self) -> str:
        """What a page shows the server it was made from; another one, and nothing is decided."""
        return envelope.blind_index(json.dumps(self.facts, sort_keys=True), purpose="case")


@dataclasses.dataclass(frozen=True)
class Inside:
    """Where to look: the grids of ``scopes``, or (``ids``) around these records."""

    scopes: Sequence[str] = ()
    ids: Collection[uuid.UUID] | None = None

    def of(self, path: str = "") -> Q:
        """The condition on a record, or on the record a link leads to (``person``, ``dwelling``)."""
        prefix = f"{path}__" if path else ""
        if self.ids is not None:
            return Q(**{f"{path or 'pk'}__in": list(self.ids)})
        return in_scopes(self.scopes, f"{prefix}grid__code")

    @property
    def is_wide(self) -> bool:
        """Whether it is so much that all records read once cost less than a look for each."""
        return self.ids is None and all(len(scope) <= ONE_STREET for scope in self.scopes)

    def touches(self, case: Case) -> bool:
        """Whether a record of the case is inside."""
        if self.ids is not None:
            return any(m.id in self.ids for m in case.members)
        return any(m.grid.startswith(scope) for m in case.members for scope in self.scopes)
