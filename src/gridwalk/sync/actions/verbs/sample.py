"""What an inspector heard, or did not hear, at a door that was drawn."""

from __future__ import annotations

import uuid

from gridwalk.accounts.rules import Verb as Permission
from gridwalk.accounts.rules import Viewer
from gridwalk.core.queries import NotHere
from gridwalk.inspection.actions import asking
from gridwalk.inspection.actions.asking import Reply, Tried
from gridwalk.inspection.rates import Contact
from gridwalk.inspection.rules import Approached, Identity, Visited, Way, Who
from gridwalk.sync import messages
from gridwalk.sync.actions.judgement import Judgement
from gridwalk.sync.actions.outcomes import Outcome, Plan
from gridwalk.sync.actions.references import References, Standing
from gridwalk.sync.actions.verbs.verb import SingleVerb


class _OfSampledDoor(SingleVerb):
    """The op's entity is the door as it was drawn. What comes back waits at the street: a community whose visits are
    checked reads neither which doors were drawn nor what was said there.
    """

    takes = Permission.ASK_AGAIN
    refusal = "没有记：您现在不是这里的核查员。要接着问，请找街道的管理员。"

    def place(self, outcome: Outcome, references: References) -> Standing | None:
        """The grid the door is in now."""
        door = references.drawn.get(_door(outcome)) if outcome.intention.entity else None
        if door is None:
            return None
        return Standing("sampled_door", door.grid, "active")

    def permits(self, author: Viewer, standing: Standing) -> bool:
        """Whether they are an inspector at all: of mutual checks their post is in the community that checks, not where
        the door is. That the door was given to them, and that a post still sends them there, is held to where it is
        locked.
        """
        return author.may_anywhere(self.takes)

    def plan(self, outcome: Outcome, references: References) -> Plan:
        """What was heard, the streams it may write to, and its sample."""
        heard = messages.read_body(self.body, outcome.intention.data)
        sample = references.drawn[_door(outcome)].sample
        return Plan(edition=references.edition, heard=heard, streams=asking.streams(outcome.grid), sample=sample)


class SampleAnswer(_OfSampledDoor):
    """What was said there."""

    name = "sample.answer"
    body = messages.SampleAnswer

    def apply(self, judgement: Judgement, outcome: Outcome) -> None:
        """Keep it as of when it was said."""
        heard = outcome.heard(messages.SampleAnswer)
        reply = Reply(
            way=Way(heard.way),
            visited=Visited(heard.visited),
            who=Who(heard.who),
            given_at=outcome.at,
            n_living=heard.n_living,
            identity=Identity(heard.identity) if heard.identity else None,
            knows=heard.knows,
            contact=Contact(heard.contact) if heard.contact else None,
            fields=heard.fields,
            wanted=heard.wanted,
        )
        asking.answer_in(judgement.writing, door=_door(outcome), grid=outcome.grid, reply=reply)


class SampleApproach(_OfSampledDoor):
    """A call or a knock without an answer."""

    name = "sample.approach"
    body = messages.SampleApproach

    def apply(self, judgement: Judgement, outcome: Outcome) -> None:
        """Count it as of when it was."""
        heard = outcome.heard(messages.SampleApproach)
        tried = Tried(way=Way(heard.way), outcome=Approached(heard.outcome), at=outcome.at)
        asking.approach_in(judgement.writing, door=_door(outcome), grid=outcome.grid, tried=tried)


class SampleLeave(_OfSampledDoor):
    """A door that may not be asked any more, or that somebody else has to ask."""

    name = "sample.leave"
    body = messages.Empty

    def apply(self, judgement: Judgement, outcome: Outcome) -> None:
        """Leave it in peace."""
        asking.close_in(judgement.writing, door=_door(outcome), grid=outcome.grid)


def _door(outcome: Outcome) -> uuid.UUID:
    door = outcome.intention.entity
    if door is None:
        raise NotHere
    return door
