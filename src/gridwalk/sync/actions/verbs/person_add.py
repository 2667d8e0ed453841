"""Somebody is registered at a dwelling, without a visit."""

from __future__ import annotations

from gridwalk.core import clock
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.sync import messages
from gridwalk.sync.actions import reading
from gridwalk.sync.actions.judgement import Judgement
from gridwalk.sync.actions.outcomes import Outcome, Plan
from gridwalk.sync.actions.references import References, Standing
from gridwalk.sync.actions.verbs.verb import SingleVerb
from gridwalk.visits.actions import at_the_door
from gridwalk.visits.models import Visit
from gridwalk.visits.values import Found


class PersonAdd(SingleVerb):
    """The op's entity is the new person's id."""

    name = "person.add"
    body = messages.NewPerson

    def place(self, outcome: Outcome, references: References) -> Standing | None:
        """The dwelling's."""
        dwelling = messages.as_uuid(outcome.intention.data.get("dwelling"))
        outcome.place = references.reach(dwelling) if dwelling else None
        return references.entities.get(outcome.place) if outcome.place else None

    def plan(self, outcome: Outcome, references: References) -> Plan:
        """One arrival."""
        body = messages.read_body(messages.NewPerson, outcome.intention.data)
        arrival = reading.arrival_of(outcome.intention.entity, body)
        return Plan(edition=references.edition, findings=Found(arrivals=(arrival,)))

    def apply(self, judgement: Judgement, outcome: Outcome) -> None:
        """Arrivals are read by their visit; this one is never recorded."""
        assert outcome.place is not None
        intention = outcome.intention
        carrier = Visit(
            id=intention.op,
            grid_id=outcome.grid,
            kind="dwelling",
            entity=outcome.place,
            on=clock.local_date(outcome.at),
        )
        judgement.take_in(at_the_door.arrive(judgement.writing, [(carrier, outcome.findings)]))
        judgement.arrive([outcome])
        judgement.writing.audit(AuditVerb.PERSON_ADDED, scope=outcome.grid, kind="person", subject=intention.entity)
