"""What becomes of intentions: applied through the rooms below, asked as a difference, or kept and returned
with a reason. What each verb does stands in its file of ``verbs``.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from gridwalk.accounts.models import Assignment
from gridwalk.accounts.rules import Role, State, Verb, Viewer
from gridwalk.core import plain
from gridwalk.core.actions import Writing
from gridwalk.inspection.actions import asking
from gridwalk.registry.rules import Claim
from gridwalk.sync import rules
from gridwalk.sync.actions import leaving_out, reading, references
from gridwalk.sync.actions.judgement import Judgement
from gridwalk.sync.actions.outcomes import Outcome
from gridwalk.sync.actions.references import References
from gridwalk.sync.actions.verbs import VERBS
from gridwalk.sync.actions.verbs.verb import Verb as PhoneVerb
from gridwalk.sync.actions.verbs.verb import place_of_entity
from gridwalk.sync.messages import Unreadable
from gridwalk.sync.rules import RETURNED, Intention
from gridwalk.visits.actions import at_the_door
from gridwalk.visits.values import Found


def _posts(user: uuid.UUID) -> QuerySet[Assignment, Any]:
    """Where somebody visits, or once did."""
    return Assignment.objects.filter(user_id=user, role=Role.GRID_WORKER, state=State.CONFIRMED).values_list("scope")


# Asked with every op that is refused, so it is built once and asked past the ORM.
_POSTS = plain.Query(_posts, user=uuid.UUID(int=0))


class OtherGrids(Exception):
    """What was read before the lock has moved to grids that are not locked; nothing was done."""

    def __init__(self, grids: set[str]) -> None:
        super().__init__(grids)
        self.grids = grids


class Judge:
    """One push, deposit or release: what it refers to, the grids it writes, and the judging in order."""

    def __init__(
        self,
        viewer: Viewer,
        intentions: Sequence[Intention],
        *,
        at: dt.datetime,
        behind: dt.timedelta,
        happened: Mapping[uuid.UUID, dt.datetime] | None = None,
        withheld: str = "",
        read: References | None = None,
    ) -> None:
        """``behind``: server time less phone time; ``happened``: when an op happened, where that was settled before.

        ``withheld``: why nothing is applied whoever sent it, in words; all of it waits for a decision. ``read``: what
        they refer to, where it was read together with others'.
        """
        self._withheld = withheld
        self.viewer = viewer
        self._at = at
        self._references = read or references.load(intentions, own_scopes(viewer))
        self.outcomes: dict[uuid.UUID, Outcome] = {}
        for intention in intentions:
            moment = rules.happened(intention.at, behind=behind, received=at)
            settled = (happened or {}).get(intention.op, moment.at)
            outcome = Outcome(intention=intention, at=settled, uncertain=moment.uncertain)
            leaving_out.leave_out(outcome, self._references.erasures)
            self.outcomes[intention.op] = outcome
        for outcome in self.outcomes.values():
            self._plan(outcome)
        self.grids = self._grids()

    def _plan(self, outcome: Outcome) -> None:
        intention = outcome.intention
        verb = VERBS.get(intention.verb)
        place = verb.place if verb else place_of_entity
        standing = place(outcome, self._references)
        if standing is not None:
            outcome.grid = standing.grid
        if outcome.left_out == leaving_out.ALL:
            outcome.remark(leaving_out.ALL)
        elif intention.fault:
            outcome.returned(intention.fault)
        elif standing is None:
            outcome.returned("not_here")
        elif standing.status == "struck_off":
            outcome.returned("struck_off")
        elif self._withheld:
            outcome.returned("not_permitted", self._withheld)
        elif verb is not None and not verb.permits(self.viewer, standing):
            outcome.returned(*self._why_not(verb, standing.grid))
        elif self._read(outcome):
            outcome.faults = reading.faults_of_extra(intention, self._references)

    def _read(self, outcome: Outcome) -> bool:
        """Plan an op anew where what it refers to means something else by now; False where it cannot be read."""
        if outcome.plan is not None and outcome.plan.edition == self._references.edition:
            return True
        try:
            plan = VERBS[outcome.intention.verb].plan(outcome, self._references)
            outcome.plan = dataclasses.replace(plan, aside=tuple(self._as_theirs(fact) for fact in plan.aside))
        except Unreadable as fault:
            outcome.plan = None
            outcome.unreadable(fault.text)
        return outcome.plan is not None

    def _as_theirs(self, fact: Claim) -> Claim:
        """A fact about a record that the author does not answer for is only asked of the side that does."""
        is_theirs = self.viewer.may(Verb.RECORD_VISIT, self._references.entities[fact.entity].grid)
        return fact if is_theirs else dataclasses.replace(fact, asks="not_theirs")

    def _why_not(self, verb: PhoneVerb, grid: str) -> tuple[str, str]:
        """Whether it was theirs once, and why not in words where the verb has its own."""
        if self.viewer.id is None or verb.refusal:
            return "not_permitted", verb.refusal
        posts = _POSTS.ask(user=self.viewer.id)()
        return "former_holder" if any(grid.startswith(scope) for (scope,) in posts) else "not_permitted", ""

    def _grids(self) -> set[str]:
        grids = {outcome.grid for outcome in self.outcomes.values() if outcome.grid}
        by_grid: dict[str, list[Found]] = {}
        for outcome in self.outcomes.values():
            if outcome.plan is not None:
                by_grid.setdefault(outcome.grid, []).append(outcome.plan.findings)
                grids = grids.union(outcome.plan.streams)
                others = {fact.entity for fact in outcome.plan.aside} | outcome.plan.others.persons
                grids = grids.union(*(self._references.grids_of(pk) for pk in others))
        for grid, findings in by_grid.items():
            if any(at_the_door.brings_or_takes(of_op) for of_op in findings):
                grids |= at_the_door.grids_touched(grid, findings)
            for person in {person for of_op in findings for person in of_op.persons}:
                grids |= self._references.grids_of(person)
        return grids

    def has_moved(self, locked: Mapping[str, int]) -> bool:
        """Whether what was read may stand otherwise by now. ``locked``: the grids that are, with their versions.

        Every write raises the version of its grid. A grid whose version was not read counts as written to; so does
        one that whoever comes or leaves has come to belong to meanwhile.
        """
        versions = self._references.versions
        if any(versions.get(grid) != version - 1 for grid, version in locked.items()):
            return True
        return not self._grids() <= locked.keys()

    def require(self, locked: Collection[str]) -> None:
        """Raises OtherGrids unless all it writes to is locked."""
        if not self.grids <= set(locked):
            raise OtherGrids(self.grids | set(locked))

    @property
    def reaches_out(self) -> bool:
        """Whether judging it may come to concern more than its grids, or what others refer to."""
        planned = [outcome for outcome in self.outcomes.values() if outcome.plan is not None]
        return not self.grids or any(VERBS[o.intention.verb].reaches_out(o) for o in planned)

    @property
    def samples(self) -> set[uuid.UUID]:
        """The samples of which somebody was asked."""
        plans = [outcome.plan for outcome in self.outcomes.values() if outcome.plan is not None]
        return {plan.sample for plan in plans if plan.sample is not None}

    def run(self, writing: Writing) -> list[Outcome]:
        """Judge all in order; the grids are locked."""
        return run(writing, [(self, writing)])[0]

    def judgement(self, writing: Writing) -> Judgement:
        """What doing its ops brings with it, noted in ``writing``."""
        return Judgement(
            writing=writing,
            viewer=self.viewer,
            at=self._at,
            references=self._references,
            outcomes=self.outcomes,
        )

    def batches(self) -> Iterator[list[Outcome]]:
        """The ops that can be done, in order, those together that join; each batch is done before the next is read."""
        batch: list[Outcome] = []
        for outcome in self.outcomes.values():
            if outcome.plan is None:
                continue
            if batch and not self._joins(batch, outcome):
                yield self._readable(batch)
                batch = []
            batch.append(outcome)
        yield self._readable(batch)

    def _joins(self, batch: Sequence[Outcome], outcome: Outcome) -> bool:
        verb = outcome.intention.verb
        return batch[0].intention.verb == verb and VERBS[verb].joins(batch, outcome)

    def _readable(self, batch: Sequence[Outcome]) -> list[Outcome]:
        for outcome in batch:
            if outcome.intention.entity in self._references.awaited:
                outcome.returned("not_here")
        return [outcome for outcome in batch if outcome.state != RETURNED and self._read(outcome)]


def own_scopes(viewer: Viewer) -> tuple[str, ...]:
    """The grids whose versions are read before what an author's ops speak of."""
    return viewer.scopes(Verb.WALK)


def run(writing: Writing, judges: Sequence[tuple[Judge, Writing]]) -> list[list[Outcome]]:
    """Judge several pushes, whose grids are locked: each in its order, and of all of them together what comes next.

    ``writing``: the whole; with each judge its part, of grids that no other one writes to.
    """
    asking.hold({sample for judge, _ in judges for sample in judge.samples})
    under_way = [(judge.judgement(part), judge.batches()) for judge, part in judges]
    while under_way:
        by_verb: dict[str, list[tuple[Judgement, Sequence[Outcome]]]] = {}
        coming = [(judgement, batches, next(batches, None)) for judgement, batches in under_way]
        for judgement, _, batch in coming:
            if batch:
                by_verb.setdefault(batch[0].intention.verb, []).append((judgement, batch))
        for verb, of_verb in by_verb.items():
            VERBS[verb].do(writing, of_verb)
        under_way = [(judgement, batches) for judgement, batches, batch in coming if batch is not None]
    for judge, _ in judges:
        leaving_out.tell(judge.outcomes.values())
    return [list(judge.outcomes.values()) for judge, _ in judges]
