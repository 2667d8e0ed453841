"""A visit with its whole household."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from gridwalk.accounts import queries as accounts
from gridwalk.campaigns import queries as campaigns
from gridwalk.core import clock
from gridwalk.core.actions import Writing
from gridwalk.registry import columns
from gridwalk.registry.actions import claims
from gridwalk.registry.actions.claims import Judged
from gridwalk.registry.rules import Claim
from gridwalk.sync import messages
from gridwalk.sync.actions import reading
from gridwalk.sync.actions.judgement import Judgement
from gridwalk.sync.actions.outcomes import Outcome, Plan
from gridwalk.sync.actions.references import References
from gridwalk.sync.actions.verbs.verb import Batch, Verb
from gridwalk.sync.messages import Unreadable
from gridwalk.sync.rules import RETURNED
from gridwalk.visits import needs
from gridwalk.visits.actions import at_the_door, recording
from gridwalk.visits.models import Visit
from gridwalk.visits.needs import Need
from gridwalk.visits.values import Found, NewVisit

PLACES = ("dwelling", "organization", "site")


class VisitRecord(Verb):
    """What happened at a door. Visits of one grid that do not speak of each other are recorded together."""

    name = "visit.record"
    body = messages.VisitData

    def plan(self, outcome: Outcome, references: References) -> Plan:
        """Apart from the visit goes what it says of who is no longer at the door, and of records of other grids."""
        intention = outcome.intention
        if intention.kind not in PLACES or intention.entity is None:
            raise Unreadable("走访的不是房屋、单位或场所。")
        body = messages.read_body(messages.VisitData, intention.data)
        place = references.reach(intention.entity)
        arrivals = tuple(reading.arrival_of(arrival.id, arrival) for arrival in body.arrivals)
        at_door = references.people[place] | {arrival.id for arrival in arrivals}
        facts = _facts(outcome, place, body, references)
        here = {place, *at_door}
        aside = tuple(fact for fact in facts if fact.entity not in here and _is_aside(fact, outcome.grid, references))
        confirmed = {references.reach(pk) for pk in body.confirmed}
        gone = {_person(pk, references) for pk in body.departures}
        ends = [reading.end_of(end.person, end.end, references) for end in body.ends]
        care = [_need(contact, references) for contact in body.care]
        left = {pk for pk in references.entities if pk not in at_door}
        others = Found(
            ends=tuple(end for end in ends if end[0] in left),
            care=tuple(_checked(need, outcome) for need in care if need.person in left),
        )
        findings = Found(
            claims=tuple(fact for fact in facts if fact not in aside),
            confirmed=tuple(sorted(confirmed & at_door)),
            arrivals=arrivals,
            departures=tuple(sorted(gone & at_door)),
            ends=tuple(end for end in ends if end not in others.ends),
            care=tuple(need for need in care if need not in others.care),
        )
        visit = NewVisit(
            kind=intention.kind,
            entity=place,
            outcome=body.outcome,
            at=outcome.at,
            second_source=body.second_source,
            met_adult=body.met_adult,
            revisit_at=body.revisit_at,
            findings=findings,
            source="phone",
            id=intention.op,
        )
        return Plan(
            edition=references.edition,
            findings=findings,
            visit=visit,
            note=body.note,
            aside=aside,
            others=others,
            moved=bool((confirmed | gone) - at_door),
        )

    def joins(self, batch: Sequence[Outcome], outcome: Outcome) -> bool:
        """Another door of the same grid, and nobody who is just coming."""
        coming = {arrival.id for before in batch for arrival in before.findings.arrivals}
        return (
            batch[0].grid == outcome.grid
            and all(before.place != outcome.place for before in batch)
            and not coming & outcome.findings.persons
        )

    def reaches_out(self, outcome: Outcome) -> bool:
        """Where people come, leave or end, and where a number is said that may be somebody else's."""
        plan, findings = outcome.plan, outcome.findings
        return bool(
            findings.arrivals
            or findings.departures
            or findings.ends
            or (plan is not None and (plan.aside or plan.others.ends or plan.others.care))
            or any(columns.is_number(claim.kind, claim.field) for claim in findings.claims)
        )

    def do(self, writing: Writing, batches: Sequence[Batch]) -> None:
        """Record them at once. A refusal of one is its answer; anything else is no fault of a single op."""
        running = campaigns.running_over({batch[0].grid for _, batch in batches})
        recorded = recording.record_in(
            writing,
            [
                recording.Batch(
                    writing=judgement.writing,
                    grid=batch[0].grid,
                    visits=[outcome.plan.visit for outcome in batch if outcome.plan and outcome.plan.visit],
                    campaign=running[batch[0].grid],
                    people=judgement.references.people,
                )
                for judgement, batch in batches
            ],
        )
        for (judgement, batch), (answers, judged) in zip(batches, recorded, strict=True):
            _take_in(judgement, batch, answers, judged)


def _take_in(
    judgement: Judgement, batch: Sequence[Outcome], answers: Sequence[recording.Answer], judged: Sequence[Judged]
) -> None:
    """What became of the visits of a push, and what else they bring."""
    by_op = {outcome.intention.op: outcome for outcome in batch}
    for answer in answers:
        if not answer.accepted:
            by_op[answer.id].returned("not_valid", answer.reason)
    recorded = [outcome for outcome in batch if outcome.state != RETURNED]
    aside = [fact for outcome in recorded if outcome.plan for fact in outcome.plan.aside]
    judged = [*judged, *(claims.apply_claims(judgement.writing, aside) if aside else ())]
    others = [_heard(judgement, outcome, outcome.plan.others) for outcome in recorded if outcome.plan]
    at_the_door.hear_of_others(judgement.writing, others)
    judgement.take_in(judged)
    judgement.arrive(recorded)
    for outcome in recorded:
        if outcome.plan and outcome.plan.moved:
            outcome.remark("people_moved")
        judgement.note(outcome, outcome.note, uuid.uuid5(outcome.intention.op, "note"))
    theirs = _others_in_post(judgement, batch[0].grid, {answer.assignee for answer in answers if answer.accepted})
    for answer in answers:
        if answer.accepted and answer.assignee in theirs:
            by_op[answer.id].remark("second_account")


def _others_in_post(judgement: Judgement, grid: str, assignees: set[uuid.UUID | None]) -> set[uuid.UUID]:
    """Those of some assignees whose doors are somebody else's to walk: in post, and not covered by who walked."""
    if not assignees - {None, judgement.viewer.id}:
        return set()
    posts = accounts.posts([grid], clock.local_date(judgement.writing.at))
    covered = {post.covers for post in posts if post.user == judgement.viewer.id}
    in_post = {post.user for post in posts if post.covers is None}
    return (in_post & assignees) - covered - {judgement.viewer.id}


def _facts(outcome: Outcome, place: uuid.UUID, body: messages.VisitData, references: References) -> tuple[Claim, ...]:
    op = outcome.intention.op
    facts = reading.claims_of(op, outcome.intention.kind, place, outcome.intention.set, references)
    for edit in body.edits:
        if edit.kind not in columns.TABLES:
            raise Unreadable(messages.WORDS["edits"])
        facts += reading.claims_of(op, edit.kind, references.reach(edit.entity), edit.set, references)
    return facts


def _is_aside(fact: Claim, grid: str, references: References) -> bool:
    standing = references.entities.get(fact.entity)
    return standing is not None and (standing.kind == "person" or standing.grid != grid)


def _checked(need: Need, outcome: Outcome) -> Need:
    if needs.faults(need, clock.local_date(outcome.at)):
        raise Unreadable(messages.WORDS["care"])
    return need


def _heard(judgement: Judgement, outcome: Outcome, others: Found) -> tuple[Visit, Found]:
    """What was heard at a door of people who belong to another one, with its visit."""
    visit = Visit(
        id=outcome.intention.op,
        on=clock.local_date(outcome.at),
        worker=judgement.viewer.id,
        worker_name=judgement.viewer.name,
    )
    return visit, others


def _person(pk: uuid.UUID, references: References) -> uuid.UUID:
    """Who leaves: phones name the residence or the person."""
    return references.residences[pk][0] if pk in references.residences else references.reach(pk)


def _need(contact: messages.Contact, references: References) -> Need:
    return Need(
        person=references.reach(contact.person),
        need=contact.need,
        help=contact.help,
        to=contact.to,
        by=contact.by,
        asked=tuple((answer.need, answer.settled) for answer in contact.asked),
    )
