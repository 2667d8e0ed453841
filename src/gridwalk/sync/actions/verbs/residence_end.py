"""Somebody no longer lives, or is registered, at a dwelling."""

from __future__ import annotations

from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.registry.actions import creation
from gridwalk.registry.models import Residence
from gridwalk.sync import messages
from gridwalk.sync.actions.judgement import Judgement
from gridwalk.sync.actions.outcomes import Outcome, Plan
from gridwalk.sync.actions.references import References, Standing
from gridwalk.sync.actions.verbs.verb import SingleVerb
from gridwalk.sync.messages import Unreadable
from gridwalk.visits.values import Found


class ResidenceEnd(SingleVerb):
    """The op's entity is the residence."""

    name = "residence.end"
    body = messages.Empty

    def place(self, outcome: Outcome, references: References) -> Standing | None:
        """The dwelling's."""
        residence = outcome.intention.entity
        if residence not in references.residences:
            return super().place(outcome, references)
        _, outcome.place, grid = references.residences[residence]
        return Standing("residence", grid, "active")

    def plan(self, outcome: Outcome, references: References) -> Plan:
        """One departure."""
        residence = outcome.intention.entity
        if residence not in references.residences:
            raise Unreadable("这条居住关系已经不在了。")
        person, _, _ = references.residences[residence]
        return Plan(edition=references.edition, findings=Found(departures=(person,)))

    def apply(self, judgement: Judgement, outcome: Outcome) -> None:
        """The home is left, and the person follows whatever home remains."""
        (person,) = outcome.findings.departures
        residence = outcome.intention.entity or outcome.intention.op
        links = list(Residence.objects.filter(person_id=person, pk=residence, to_on__isnull=True))
        creation.leave_homes(judgement.writing, links, source="visit", reason="上门核实，已不在此住")
        creation.place_persons(judgement.writing, [person])
        judgement.writing.audit(AuditVerb.PERSON_MOVED_OUT, scope=outcome.grid, kind="person", subject=person)
