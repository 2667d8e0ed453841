"""Somebody died or left for good: proposed here, decided by a second person."""

from __future__ import annotations

from gridwalk.registry.actions import ends
from gridwalk.registry.models import Person
from gridwalk.sync import messages
from gridwalk.sync.actions import reading
from gridwalk.sync.actions.judgement import Judgement
from gridwalk.sync.actions.outcomes import Outcome, Plan
from gridwalk.sync.actions.references import References, Standing
from gridwalk.sync.actions.verbs.verb import SingleVerb, place_of_person
from gridwalk.sync.messages import Unreadable
from gridwalk.visits.values import Found


class PersonEnd(SingleVerb):
    """The op's entity is the person."""

    name = "person.end"
    body = messages.PersonEnd

    def place(self, outcome: Outcome, references: References) -> Standing | None:
        """Where they are registered; they may just be coming."""
        return place_of_person(outcome, references)

    def plan(self, outcome: Outcome, references: References) -> Plan:
        """One end."""
        body = messages.read_body(messages.PersonEnd, outcome.intention.data)
        if outcome.intention.entity is None:
            raise Unreadable(messages.WORDS["end"])
        end = reading.end_of(outcome.intention.entity, body.end, references)
        return Plan(edition=references.edition, findings=Found(ends=(end,)), reason=body.reason)

    def apply(self, judgement: Judgement, outcome: Outcome) -> None:
        """Propose it."""
        ((person, end),) = outcome.findings.ends
        entity = Person.objects.select_for_update().get(pk=person)
        reason = outcome.reason_given or "上门时得知"
        ends.propose(judgement.writing, entity, end, reason=reason, evidence="at_the_door")
