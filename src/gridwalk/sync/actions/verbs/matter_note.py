"""A hazard or a request of a door."""

from __future__ import annotations

from gridwalk.sync import messages
from gridwalk.sync.actions.judgement import Judgement
from gridwalk.sync.actions.outcomes import Outcome, Plan
from gridwalk.sync.actions.references import References
from gridwalk.sync.actions.verbs.verb import SingleVerb
from gridwalk.sync.messages import Unreadable


class MatterNote(SingleVerb):
    """Kept as it was noted; offices read it."""

    name = "matter.note"
    body = messages.Note

    def plan(self, outcome: Outcome, references: References) -> Plan:
        """The note itself."""
        if not outcome.intention.data:
            raise Unreadable("隐患或诉求没有内容。")
        return Plan(edition=references.edition, note=messages.read_body(messages.Note, outcome.intention.data))

    def apply(self, judgement: Judgement, outcome: Outcome) -> None:
        """Keep it."""
        judgement.note(outcome, outcome.note, outcome.intention.op)
