"""Something is done about a matter."""

from __future__ import annotations

from gridwalk.core.queries import NotHere
from gridwalk.followup.actions import moving
from gridwalk.followup.actions.moving import MoveEvidence, Wording
from gridwalk.followup.models import Matter
from gridwalk.followup.rules import DIGITS, Act, Level
from gridwalk.sync import messages
from gridwalk.sync.actions.judgement import Judgement
from gridwalk.sync.actions.outcomes import Outcome, Plan
from gridwalk.sync.actions.references import References, Standing
from gridwalk.sync.actions.verbs.verb import SingleVerb


class MatterAct(SingleVerb):
    """The op's entity is the matter; what it may come to stands in ``followup.rules``."""

    name = "matter.act"
    body = messages.MatterAct

    def place(self, outcome: Outcome, references: References) -> Standing | None:
        """The matter's grid; what is the street's own is in none."""
        pk = outcome.intention.entity
        matter = Matter.objects.filter(pk=pk).values_list("grid", "place").first() if pk else None
        if matter is None or len(matter[0]) != DIGITS[Level.GRID]:
            return None
        outcome.place = matter[1]
        return Standing("matter", matter[0], "active")

    def plan(self, outcome: Outcome, references: References) -> Plan:
        """What is done, and why."""
        act = messages.read_body(messages.MatterAct, outcome.intention.data)
        return Plan(edition=references.edition, act=act)

    def apply(self, judgement: Judgement, outcome: Outcome) -> None:
        """Do it, as it stands by now."""
        intention, act = outcome.intention, outcome.plan.act if outcome.plan else None
        if act is None or intention.entity is None:
            raise NotHere
        moving.move_in(
            judgement.writing,
            actor=judgement.viewer,
            matter=intention.entity,
            act=Act(act.act),
            wording=Wording(text=act.text, outside=act.outside, outside_number=act.outside_number),
            evidence=MoveEvidence(at=outcome.at, photos=intention.att, entry=intention.op),
            grid=outcome.grid,
        )
