"""A visit is taken back by whoever made it."""

from __future__ import annotations

from gridwalk.accounts.rules import NotPermitted
from gridwalk.accounts.rules import Verb as Permission
from gridwalk.core.queries import NotHere
from gridwalk.sync import messages
from gridwalk.sync.actions.judgement import Judgement
from gridwalk.sync.actions.outcomes import Outcome, Plan
from gridwalk.sync.actions.references import References, Standing
from gridwalk.sync.actions.verbs.verb import SingleVerb
from gridwalk.visits.actions import withdrawing
from gridwalk.visits.models import Visit


class VisitWithdraw(SingleVerb):
    """The op's entity is the visit; one's own only."""

    name = "visit.withdraw"
    body = messages.Reason

    def place(self, outcome: Outcome, references: References) -> Standing | None:
        """The visit's; it may have been recorded in the same push."""
        pk = outcome.intention.entity
        if pk is None:
            return None
        recording = references.op_of_visit(pk)
        if recording is not None:
            outcome.place = references.reach(recording.entity) if recording.entity else None
            standing = references.entities.get(outcome.place) if outcome.place else None
            return standing if standing is None or recording.kind in {"", standing.kind} else None
        visit = Visit.objects.filter(pk=pk).values_list("kind", "entity", "grid_id").first()
        outcome.place = visit[1] if visit else None
        return Standing(visit[0], visit[2], "active") if visit else None

    def plan(self, outcome: Outcome, references: References) -> Plan:
        """Only why."""
        body = messages.read_body(messages.Reason, outcome.intention.data)
        return Plan(edition=references.edition, reason=body.reason)

    def apply(self, judgement: Judgement, outcome: Outcome) -> None:
        """Withdraw it."""
        visit = outcome.intention.entity
        if visit is None:
            raise NotHere
        if not Visit.objects.filter(pk=visit, worker=judgement.viewer.id).exists():
            raise NotPermitted(Permission.RECORD_VISIT)
        withdrawing.withdraw_visit(actor=judgement.viewer, at=judgement.at, visit=visit, reason=outcome.reason_given)
