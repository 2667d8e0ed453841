"""Facts about one record."""

from __future__ import annotations

from gridwalk.sync import messages
from gridwalk.sync.actions import reading
from gridwalk.sync.actions.judgement import Judgement
from gridwalk.sync.actions.outcomes import Outcome, Plan
from gridwalk.sync.actions.references import References, Standing
from gridwalk.sync.actions.verbs.verb import SingleVerb, place_of_person
from gridwalk.sync.messages import Unreadable
from gridwalk.visits.values import Found


class FactSet(SingleVerb):
    """What is recorded of somebody or something is otherwise."""

    name = "fact.set"
    body = messages.Empty

    def place(self, outcome: Outcome, references: References) -> Standing | None:
        """Where the record belongs; it may be of somebody who is just coming."""
        return place_of_person(outcome, references)

    def plan(self, outcome: Outcome, references: References) -> Plan:
        """The facts, as claims."""
        intention = outcome.intention
        if intention.entity is None or not (intention.set or intention.extra):
            raise Unreadable("没有要改的内容。")
        entity = references.reach(intention.entity)
        facts = reading.claims_of(intention.op, intention.kind, entity, intention.set, references)
        return Plan(edition=references.edition, findings=Found(claims=facts))

    def apply(self, judgement: Judgement, outcome: Outcome) -> None:
        """Claim them."""
        judgement.claim(outcome.findings.claims)
