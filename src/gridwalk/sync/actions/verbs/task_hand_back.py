"""A door is given back to the office."""

from __future__ import annotations

import uuid

from gridwalk.campaigns.actions import arranging
from gridwalk.campaigns.models import Target
from gridwalk.sync import messages
from gridwalk.sync.actions.judgement import Judgement
from gridwalk.sync.actions.outcomes import Outcome, Plan
from gridwalk.sync.actions.references import References, Standing
from gridwalk.sync.actions.verbs.verb import SingleVerb
from gridwalk.sync.rules import Intention


class TaskHandBack(SingleVerb):
    """Of a target; the only verb whose op may have no entity."""

    name = "task.hand_back"
    body = messages.HandBack

    def place(self, outcome: Outcome, references: References) -> Standing | None:
        """The target's."""
        pk = _target(outcome.intention)
        target = Target.objects.filter(pk=pk).values_list("kind", "entity", "grid_id").first() if pk else None
        outcome.place = target[1] if target else None
        return Standing(target[0], target[2], "active") if target else None

    def plan(self, outcome: Outcome, references: References) -> Plan:
        """Only why."""
        body = messages.read_body(messages.HandBack, outcome.intention.data)
        return Plan(edition=references.edition, reason=body.reason)

    def apply(self, judgement: Judgement, outcome: Outcome) -> None:
        """Hand it back."""
        target = _target(outcome.intention) or outcome.intention.op
        arranging.hand_back(actor=judgement.viewer, at=judgement.at, target=target, reason=outcome.reason_given)


def _target(intention: Intention) -> uuid.UUID | None:
    return messages.as_uuid(intention.data.get("target")) or intention.entity
