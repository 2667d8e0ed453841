"""What every verb of the phone answers: where an op belongs, what it is to do, and doing it."""

from __future__ import annotations

import abc
import contextlib
from collections.abc import Iterator, Sequence
from typing import ClassVar

from gridwalk.accounts.rules import NotPermitted, Viewer
from gridwalk.accounts.rules import Verb as Permission
from gridwalk.campaigns.rules import CampaignError
from gridwalk.core.actions import Writing
from gridwalk.core.queries import NotHere
from gridwalk.followup.rules import MatterError
from gridwalk.inspection.rules import AskingError
from gridwalk.registry.actions.ends import EndError
from gridwalk.registry.models import Person
from gridwalk.sync.actions.judgement import Judgement
from gridwalk.sync.actions.outcomes import Outcome, Plan
from gridwalk.sync.actions.references import References, Standing
from gridwalk.sync.messages import Body
from gridwalk.visits.actions.recording import VisitRefused

Batch = tuple[Judgement, Sequence[Outcome]]
"""What of a push is done at once."""


class Verb(abc.ABC):
    """A verb of the phone. Each has a file here and a line in the table; nothing else dispatches."""

    name: ClassVar[str]
    body: ClassVar[type[Body]]
    """What its ops carry in ``data``."""
    takes: ClassVar[Permission] = Permission.RECORD_VISIT
    """What its author must be permitted where it is judged."""
    refusal: ClassVar[str] = ""
    """What its author is told who is not; empty: as of a visit."""

    def place(self, outcome: Outcome, references: References) -> Standing | None:
        """The standing of what an op speaks of, whose grid it is judged in; notes which door it is."""
        return place_of_entity(outcome, references)

    def permits(self, author: Viewer, standing: Standing) -> bool:
        """Whether its author may say it of what stands there."""
        return author.may(self.takes, standing.grid)

    def plan(self, outcome: Outcome, references: References) -> Plan:
        """What the op is to do. Raises Unreadable."""
        return Plan(edition=references.edition)

    def joins(self, batch: Sequence[Outcome], outcome: Outcome) -> bool:
        """Whether an op is done together with those before it."""
        return False

    def reaches_out(self, outcome: Outcome) -> bool:
        """Whether what was planned may come to concern other grids, or what others refer to: then it is done alone."""
        return True

    @abc.abstractmethod
    def do(self, writing: Writing, batches: Sequence[Batch]) -> None:
        """Do what was planned, for several pushes at once; the grids are locked. ``writing``: the whole of theirs."""


class SingleVerb(Verb):
    """A verb that is done op by op. What the rooms below refuse is the op's fault alone."""

    def do(self, writing: Writing, batches: Sequence[Batch]) -> None:
        """Do it for one op after the other."""
        for judgement, batch in batches:
            for outcome in batch:
                with _refusals_of(outcome, self.refusal):
                    self.apply(judgement, outcome)

    @abc.abstractmethod
    def apply(self, judgement: Judgement, outcome: Outcome) -> None:
        """Do it for one op."""


@contextlib.contextmanager
def _refusals_of(outcome: Outcome, not_permitted: str) -> Iterator[None]:
    try:
        yield
    except (EndError, VisitRefused, CampaignError, MatterError, AskingError) as refused:
        outcome.returned("not_valid", str(refused))
    except NotPermitted:
        outcome.returned("not_permitted", not_permitted)
    except (NotHere, Person.DoesNotExist):
        outcome.returned("not_here")


def place_of_entity(outcome: Outcome, references: References) -> Standing | None:
    """The standing of what an op speaks of, whatever its verb: what a newer phone says is placed so, and returned."""
    intention = outcome.intention
    if intention.entity is None:
        return None
    outcome.place = references.reach(intention.entity)
    standing = references.entities.get(outcome.place)
    return standing if standing is None or intention.kind in {"", standing.kind} else None


def place_of_person(outcome: Outcome, references: References) -> Standing | None:
    """Where somebody is registered or, where an earlier op of the same push brings them, where they will be."""
    person = outcome.intention.entity
    if person is None or references.reach(person) in references.entities:
        return place_of_entity(outcome, references)
    return references.standing_of_arrival(person) or place_of_entity(outcome, references)
