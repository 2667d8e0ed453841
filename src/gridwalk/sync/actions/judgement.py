"""What doing an op brings with it: differences, heads that stood already, people who are known from now on, notes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

from gridwalk.accounts.rules import Viewer
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.followup.actions import taking_in
from gridwalk.followup.actions.taking_in import Noted
from gridwalk.followup.rules import Kind
from gridwalk.registry import columns
from gridwalk.registry.actions import claims
from gridwalk.registry.actions.claims import Judged
from gridwalk.registry.models import Difference, Person, Residence, TakeOver
from gridwalk.registry.rules import WAITING, Claim, Verdict
from gridwalk.sync import messages
from gridwalk.sync.actions import reading
from gridwalk.sync.actions.outcomes import Outcome
from gridwalk.sync.actions.references import References
from gridwalk.sync.models import Alias, Op
from gridwalk.sync.rules import ACCEPTED, DIFFERENCE


@dataclasses.dataclass(frozen=True, kw_only=True)
class Judgement:
    """One push, deposit or release while it is done; its grids are locked."""

    writing: Writing
    viewer: Viewer
    at: dt.datetime
    references: References
    outcomes: Mapping[uuid.UUID, Outcome]

    def claim(self, facts: Sequence[Claim]) -> None:
        """Claim facts, and take in what became of them."""
        self.take_in(claims.apply_claims(self.writing, facts))

    def take_in(self, judged: Sequence[Judged]) -> None:
        """Note differences, standing heads and answers about cards by op; apply what waited for a parent that has
        come now.
        """
        for verdict in judged:
            if verdict.verdict is Verdict.SAME and verdict.head:
                self._note_head(verdict.claim, verdict.head)
            outcome = self._outcome_of(verdict.claim)
            if outcome is not None and verdict.card:
                outcome.remark(f"card_{verdict.card}")
        self._note_differences([verdict.claim for verdict in judged if verdict.verdict is Verdict.ASK])
        self._heal([verdict.claim for verdict in judged if verdict.verdict is Verdict.APPLY])

    def _outcome_of(self, claim: Claim) -> Outcome | None:
        return self.outcomes.get(claim.op) if claim.op else None

    def _note_head(self, claim: Claim, head: str) -> None:
        outcome = self._outcome_of(claim)
        if outcome is not None:
            key = reading.key_of(claim.kind, claim.entity, claim.field)
            outcome.heads[key] = head
            self.references.stands_under(key, outcome.intention.op, uuid.UUID(head))

    def _note_differences(self, asked: Sequence[Claim]) -> None:
        if not asked:
            return
        rows = Difference.objects.filter(
            entity__in={c.entity for c in asked}, field__in={c.field for c in asked}, state__in=WAITING
        )
        by_claim = {(e, f, h): pk for pk, e, f, h in rows.values_list("id", "entity", "field", "claimed_hash")}
        for claim in asked:
            outcome = self._outcome_of(claim)
            pk = by_claim.get((claim.entity, claim.field, columns.value_hash(claim.value)))
            if outcome is not None and pk is not None:
                outcome.state = DIFFERENCE
                outcome.differences.append({"field": claim.field, "id": str(pk)})

    def _heal(self, applied: Sequence[Claim]) -> None:
        """After a restore a child may have come before its parent: the difference it made closes when the
        parent does.
        """
        children = _children_of(applied)
        if not children:
            return
        judged = claims.apply_claims(self.writing, children)
        healed = {claim.op for claim in children if claim.op}
        still = Difference.objects.filter(evidence__op__in=[str(op) for op in healed], state__in=WAITING)
        still_open = {uuid.UUID(d.evidence["op"]) for d in still}
        Op.objects.filter(pk__in=healed - still_open, state=DIFFERENCE).update(state=ACCEPTED, settled_at=self.at)
        self._heal([verdict.claim for verdict in judged if verdict.verdict is Verdict.APPLY])

    def arrive(self, outcomes: Sequence[Outcome]) -> None:
        """Who came is known from now on; whoever was on record under another id gets an alias, and whose record another
        side has to give away first is a difference until then.
        """
        coming = {arrival.id: arrival for outcome in outcomes for arrival in outcome.findings.arrivals}
        if not coming:
            return
        asked = dict(TakeOver.objects.filter(pk__in=list(coming)).values_list("id", "difference_id"))
        self.references.awaited |= asked.keys()
        for outcome in outcomes:
            persons = [arrival.id for arrival in outcome.findings.arrivals if arrival.id not in asked]
            self.references.arrive(persons, door=outcome.place or outcome.intention.op, grid=outcome.grid)
            for pk in {a.id for a in outcome.findings.arrivals} & asked.keys():
                outcome.state = DIFFERENCE
                outcome.differences.append({"field": "residence", "id": str(asked[pk]), "person": str(pk)})
        on_record = set(Person.objects.filter(pk__in=list(coming)).values_list("id", flat=True))
        missing = [arrival for pk, arrival in coming.items() if pk not in on_record and pk not in asked]
        if not missing:
            return
        numbers = {arrival.id: columns.index_of("id_no", arrival.values.get("id_no")) for arrival in missing}
        at_doors = Residence.objects.filter(dwelling__in=[o.place for o in outcomes if o.place], to_on__isnull=True)
        namesakes = Person.objects.filter(id_no_index__in={*numbers.values()} - {""}, pk__in=at_doors.values("person"))
        by_number = dict(namesakes.values_list("id_no_index", "id"))
        aliases = {pk: by_number[number] for pk, number in numbers.items() if number in by_number}
        self.references.aliases.update(aliases)
        self.references.awaited |= {arrival.id for arrival in missing} - aliases.keys()
        Alias.objects.bulk_create(
            [Alias(id=pk, entity=entity) for pk, entity in aliases.items()], ignore_conflicts=True
        )

    def note(self, outcome: Outcome, note: messages.Note | None, pk: uuid.UUID) -> None:
        """A hazard or request of a door is a matter from now on."""
        intention = outcome.intention
        if note is None or outcome.place is None or self.viewer.id is None:
            return
        taking_in.note(
            Noted(
                id=pk,
                grid=outcome.grid,
                kind=Kind(note.kind),
                place_kind=intention.kind,
                place=outcome.place,
                text=note.text,
                photos=list(intention.att),
                author=self.viewer.id,
                author_name=self.viewer.name,
                at=outcome.at,
                recorded_at=self.writing.at,
            )
        )
        self.writing.audit(
            AuditVerb.MATTER_NOTED,
            scope=outcome.grid,
            kind=intention.kind,
            subject=outcome.place,
            data={"note": note.kind},
        )


def _children_of(applied: Sequence[Claim]) -> list[Claim]:
    """What waits as changed meanwhile for one of these as its parent."""
    parents = {str(claim.op) for claim in applied if claim.op}
    if not parents:
        return []
    waiting = Difference.objects.filter(
        entity__in={claim.entity for claim in applied},
        state="open",
        why="changed_meanwhile",
        evidence__parent__in=parents,
    )
    return [
        Claim(
            d.kind,
            d.entity,
            d.field,
            d.opened("claimed"),
            "visit",
            seen=uuid.UUID(d.evidence["parent"]),
            op=uuid.UUID(d.evidence["op"]),
            evidence=d.evidence,
        )
        for d in waiting
    ]
