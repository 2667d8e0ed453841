"""What becomes of intentions: applied through the rooms below, asked as a difference, or kept and returned
with a reason.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from gridwalk.accounts.models import Assignment
from gridwalk.accounts.rules import NotPermitted, Role, Verb, Viewer
from gridwalk.campaigns import queries as campaigns
from gridwalk.campaigns.actions import arranging
from gridwalk.campaigns.models import Target
from gridwalk.campaigns.rules import CampaignError
from gridwalk.core import bulk, clock, envelope
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.registry import columns
from gridwalk.registry.actions import claims, creation, endings
from gridwalk.registry.actions.claims import Judged
from gridwalk.registry.actions.endings import EndError
from gridwalk.registry.models import Difference, Person, Residence
from gridwalk.registry.rules import WAITING, Claim, Verdict
from gridwalk.sync import rules
from gridwalk.sync.actions import planning, reading
from gridwalk.sync.actions.planning import Outcome, Plan
from gridwalk.sync.actions.reading import Known, Standing, Unreadable
from gridwalk.sync.models import Alias, Note, Op
from gridwalk.sync.rules import ACCEPTED, DIFFERENCE, RETURNED, Intention
from gridwalk.visits.actions import at_the_door, recording, withdrawing
from gridwalk.visits.actions.at_the_door import Arrival, Found
from gridwalk.visits.actions.recording import VisitRefused
from gridwalk.visits.models import Visit


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
    ) -> None:
        """``behind``: server time less phone time; ``happened``: when an op happened, where that was settled before.

        ``withheld``: why nothing is applied whoever sent it, in words; all of it waits for a decision.
        """
        self._withheld = withheld
        self._viewer = viewer
        self._intentions = intentions
        self._at = at
        self._known: Known = reading.load(intentions)
        self.outcomes: dict[uuid.UUID, Outcome] = {}
        for one in intentions:
            moment = rules.happened(one.at, behind=behind, received=at)
            settled = (happened or {}).get(one.op, moment.at)
            outcome = self.outcomes[one.op] = Outcome(one=one, at=settled, uncertain=moment.uncertain)
            if one.fault:
                outcome.returned(one.fault)
        self._plans: dict[uuid.UUID, Plan] = {}
        for one in intentions:
            self._plan(one)
        self.grids = self._grids()

    def _plan(self, one: Intention) -> None:
        outcome = self.outcomes[one.op]
        standing = self._place(one, outcome)
        if standing is not None:
            outcome.grid = standing.grid
        if outcome.state == RETURNED:
            return
        try:
            if standing is None:
                outcome.returned("not_here")
            elif standing.status == "struck_off":
                outcome.returned("struck_off")
            elif self._withheld:
                outcome.returned("not_permitted", self._withheld)
            elif not self._viewer.may(Verb.RECORD_VISIT, standing.grid):
                outcome.returned(self._why_not(standing.grid))
            else:
                self._plans[one.op] = planning.PLANS[one.verb](one, outcome, self._known)
                outcome.faults = planning.faults_of_extra(one, self._known)
        except Unreadable as fault:
            outcome.returned("not_valid", f"{fault.text}没有记，内容留着。")

    def _place(self, one: Intention, outcome: Outcome) -> Standing | None:
        """The standing of what an op speaks of, whose grid it is judged in."""
        pk = one.entity
        if one.verb == "task.hand_back":
            named = planning.target_of(one)
            target = Target.objects.filter(pk=named).values_list("kind", "entity", "grid_id").first() if named else None
            outcome.place = target[1] if target else None
            return Standing(target[0], target[2], "active") if target else None
        if pk is None:
            return None
        if one.verb == "residence.end" and pk in self._known.residences:
            _, door, grid = self._known.residences[pk]
            outcome.place = door
            return Standing("residence", grid, "active")
        if one.verb == "person.add":
            door_id = rules.as_uuid(one.data.get("dwelling"))
            outcome.place = self._known.reach(door_id) if door_id else None
            return self._known.entities.get(outcome.place) if outcome.place else None
        if one.verb == "visit.withdraw":
            before = next((o for o in self._intentions if o.op == pk and o.verb == "visit.record"), None)
            if before is not None:  # recorded and taken back in one push
                return self._place(before, outcome)
            visit = Visit.objects.filter(pk=pk).values_list("kind", "entity", "grid_id").first()
            outcome.place = visit[1] if visit else None
            return Standing(visit[0], visit[2], "active") if visit else None
        reached = self._known.reach(pk)
        standing = self._known.entities.get(reached)
        if (
            standing is None
            and one.verb in {"fact.set", "person.end"}
            and any(planning.brings(other, pk) for other in self._intentions)
        ):
            return self._of_arrival(pk)
        outcome.place = reached
        return standing if standing is None or not one.kind or standing.kind == one.kind else None

    def _of_arrival(self, pk: uuid.UUID) -> Standing | None:
        """Whose a person is whom an earlier op of the same push brings."""
        for other in self._intentions:
            if planning.brings(other, pk):
                door = rules.as_uuid(other.data.get("dwelling")) if other.verb == "person.add" else other.entity
                found = self._known.entities.get(door) if door else None
                return Standing("person", found.grid, "active") if found else None
        return None

    def _why_not(self, grid: str) -> str:
        """Whether it was theirs once."""
        if self._viewer.id is None:
            return "not_permitted"
        held = Assignment.objects.filter(user_id=self._viewer.id, role=Role.GRID_WORKER).values_list("scope", flat=True)
        return "former_holder" if any(grid.startswith(scope) for scope in held) else "not_permitted"

    def _grids(self) -> set[str]:
        grids = {outcome.grid for outcome in self.outcomes.values() if outcome.grid}
        by_grid: dict[str, list[Found]] = {}
        for op, plan in self._plans.items():
            by_grid.setdefault(self.outcomes[op].grid, []).append(plan.found)
        for grid, found in by_grid.items():
            if any(at_the_door.brings_or_takes(f) for f in found):
                grids |= at_the_door.grids_touched(grid, found)
            for person in {p for f in found for p in f.persons}:
                grids |= self._known.grids.get(person, set())
        return grids

    def run(self, writing: Writing) -> list[Outcome]:
        """Judge all in order; the grids are locked."""
        batch: list[Intention] = []
        for one in self._intentions:
            if one.op in self._plans and one.verb == "visit.record" and self._joins(batch, one):
                batch.append(one)
                continue
            self._record(writing, batch)
            batch = []
            if one.op in self._plans and one.verb == "visit.record":
                batch = [one]
            elif one.op in self._plans:
                self._do(writing, one)
        self._record(writing, batch)
        return [self.outcomes[one.op] for one in self._intentions]

    def _joins(self, batch: Sequence[Intention], one: Intention) -> bool:
        """Whether a visit may be recorded together with those before: another door of the grid, nobody who is
        just coming.
        """
        if not batch:
            return False
        coming = {a.id for b in batch for a in self._plans[b.op].found.arrivals}
        return (
            self.outcomes[batch[0].op].grid == self.outcomes[one.op].grid
            and all(self.outcomes[b.op].place != self.outcomes[one.op].place for b in batch)
            and not coming & self._plans[one.op].found.persons
        )

    def _record(self, writing: Writing, batch: Sequence[Intention]) -> None:
        if not batch:
            return
        grid = self.outcomes[batch[0].op].grid
        for one in batch:
            if self._plans[one.op].stale:
                self._plans[one.op] = planning.PLANS[one.verb](one, self.outcomes[one.op], self._known)
        visits = [plan.read.visit for one in batch if (plan := self._plans[one.op]).read]
        campaign = campaigns.running_for(grid)
        answers, judged = recording.record_in(writing, grid, visits, campaign, people=self._known.people)
        for answer in answers:
            outcome = self.outcomes[answer.id]
            if not answer.accepted:
                outcome.returned("not_valid", answer.reason)
        recorded = [one for one in batch if self.outcomes[one.op].state != RETURNED]
        aside = [claim for one in recorded if (read := self._plans[one.op].read) for claim in read.aside]
        if aside:
            judged += claims.apply_claims(writing, aside)
        self._after(writing, judged)
        self._met(writing, [(one, self._plans[one.op].found.arrivals) for one in recorded])
        for one in recorded:
            read = self._plans[one.op].read
            if read and read.moved:
                self.outcomes[one.op].remark("people_moved")
            self._note(writing, one, one.data.get("note"), uuid.uuid5(one.op, "note"))
        for answer in answers:
            if answer.accepted and answer.assignee not in {None, self._viewer.id}:
                self.outcomes[answer.id].remark("second_account")

    def _met(self, writing: Writing, arrivals: Sequence[tuple[Intention, Sequence[Arrival]]]) -> None:
        """Who came is known from now on; whoever was on record under another id gets an alias."""
        came = {arrival.id: arrival for _, of_one in arrivals for arrival in of_one}
        if not came:
            return
        for one, of_one in arrivals:
            self._known.people[self.outcomes[one.op].place or one.op] |= {a.id for a in of_one}
            grid = self.outcomes[one.op].grid
            self._known.entities.update({a.id: Standing("person", grid, "active") for a in of_one})
        for plan in self._plans.values():
            plan.stale = True  # later ops of this push may speak of them
        missing = {pk: came[pk] for pk in came.keys() - reading.persons_on_record(came)}
        if not missing:
            return
        by_index = {envelope.blind_index(a.values.get("id_no") or "", purpose="id_no"): pk for pk, a in missing.items()}
        known = Person.objects.filter(id_no_index__in=by_index.keys() - {""}).exclude(status="struck_off")
        for pk, index in known.values_list("id", "id_no_index"):
            self._known.aliases[by_index[index]] = pk
        made = [Alias(id=pk, entity=self._known.aliases[pk]) for pk in missing if pk in self._known.aliases]
        Alias.objects.bulk_create(made, ignore_conflicts=True)

    def _do(self, writing: Writing, one: Intention) -> None:
        outcome, plan = self.outcomes[one.op], self._plans[one.op]
        try:
            if plan.stale:
                plan = self._plans[one.op] = planning.PLANS[one.verb](one, outcome, self._known)
            if one.verb == "fact.set":
                self._after(writing, claims.apply_claims(writing, list(plan.found.claims)))
            elif one.verb == "person.add":
                carrier = self._carrier(one, outcome)
                at_the_door.arrive(writing, [(carrier, plan.found)])
                self._met(writing, [(one, plan.found.arrivals)])
                writing.audit(AuditVerb.PERSON_ADDED, scope=outcome.grid, kind="person", subject=one.entity)
            elif one.verb == "residence.end":
                self._end_residence(writing, one, plan)
            elif one.verb == "person.end":
                person, end = plan.found.ends[0]
                entity = Person.objects.select_for_update().get(pk=person)
                reason = str(one.data.get("reason") or "上门时得知")
                endings.propose(writing, entity, end, reason=reason, evidence="at_the_door")
            elif one.verb == "visit.withdraw":
                self._withdraw(one)
            elif one.verb == "task.hand_back":
                arranging.hand_back(
                    actor=self._viewer,
                    at=self._at,
                    target=planning.target_of(one) or one.op,
                    reason=str(one.data.get("reason") or ""),
                )
            elif one.verb == "matter.note":
                self._note(writing, one, one.data, one.op)
        except Unreadable as fault:
            outcome.returned("not_valid", f"{fault.text}没有记，内容留着。")
        except (EndError, VisitRefused, CampaignError) as refused:
            outcome.returned("not_valid", str(refused))
        except NotPermitted:
            outcome.returned("not_permitted")
        except (NotHere, Person.DoesNotExist):
            outcome.returned("not_here")

    def _carrier(self, one: Intention, outcome: Outcome) -> Visit:
        """A visit that is not recorded: what a door's arrivals are read by."""
        assert outcome.place is not None
        return Visit(
            id=one.op, grid_id=outcome.grid, kind="dwelling", entity=outcome.place, on=clock.local_date(outcome.at)
        )

    def _end_residence(self, writing: Writing, one: Intention, plan: Plan) -> None:
        (person,) = plan.found.departures
        links = list(Residence.objects.filter(person_id=person, pk=one.entity or one.op, to_on__isnull=True))
        creation.leave_homes(writing, links, source="visit", reason="上门核实，已不在此住")
        creation.place_persons(writing, [person])
        writing.audit(AuditVerb.PERSON_MOVED_OUT, scope=self.outcomes[one.op].grid, kind="person", subject=person)

    def _withdraw(self, one: Intention) -> None:
        assert one.entity is not None
        if not Visit.objects.filter(pk=one.entity, worker=self._viewer.id).exists():
            raise NotPermitted(Verb.RECORD_VISIT)
        withdrawing.withdraw_visit(
            actor=self._viewer, at=self._at, visit=one.entity, reason=str(one.data.get("reason") or "")
        )

    def _note(self, writing: Writing, one: Intention, raw: Any, pk: uuid.UUID) -> None:
        note = reading.note_of(raw)
        outcome = self.outcomes[one.op]
        if note is None or outcome.place is None or self._viewer.id is None:
            return
        kind, text = note
        bulk.insert(
            [
                Note(
                    id=pk,
                    grid=outcome.grid,
                    kind=kind,
                    place_kind=one.kind,
                    place=outcome.place,
                    text_sealed=envelope.seal(text, table="sync_note", column="text", row=pk),
                    photos=list(one.photos),
                    worker=self._viewer.id,
                    worker_name=self._viewer.name,
                    at=outcome.at,
                )
            ]
        )
        writing.audit(
            AuditVerb.MATTER_NOTED, scope=outcome.grid, kind=one.kind, subject=outcome.place, data={"note": kind}
        )

    def _after(self, writing: Writing, judged: Sequence[Judged]) -> None:
        """Note differences and standing heads by op; apply what waited for a parent that has come now."""
        asked = [one.claim for one in judged if one.verdict is Verdict.ASK]
        for one in judged:
            outcome = self.outcomes.get(one.claim.op) if one.claim.op else None
            if outcome is not None and one.verdict is Verdict.SAME and one.head:
                key = reading.key_of(one.claim.kind, one.claim.entity, one.claim.field)
                outcome.heads[key] = one.head
                self._known.heads[(key, outcome.one.op, "")] = uuid.UUID(one.head)
                for plan in self._plans.values():
                    plan.stale = True
        self._ask(asked)
        self._heal(writing, [one.claim for one in judged if one.verdict is Verdict.APPLY])

    def _ask(self, asked: Sequence[Claim]) -> None:
        if not asked:
            return
        rows = Difference.objects.filter(
            entity__in={c.entity for c in asked}, field__in={c.field for c in asked}, state__in=WAITING
        )
        by_claim = {(e, f, h): pk for pk, e, f, h in rows.values_list("id", "entity", "field", "claimed_hash")}
        for claim in asked:
            outcome = self.outcomes.get(claim.op) if claim.op else None
            pk = by_claim.get((claim.entity, claim.field, columns.value_hash(claim.value)))
            if outcome is not None and pk is not None:
                outcome.state = DIFFERENCE
                outcome.differences.append({"field": claim.field, "id": str(pk)})

    def _heal(self, writing: Writing, applied: Sequence[Claim]) -> None:
        """After a restore a child may have come before its parent: the difference it made closes when the
        parent does.
        """
        parents = {str(claim.op) for claim in applied if claim.op}
        if not parents:
            return
        waiting = Difference.objects.filter(
            entity__in={claim.entity for claim in applied},
            state="open",
            why="changed_meanwhile",
            evidence__parent__in=parents,
        )
        children = [
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
        if not children:
            return
        judged = claims.apply_claims(writing, children)
        healed = {claim.op for claim in children if claim.op}
        still = Difference.objects.filter(evidence__op__in=[str(op) for op in healed], state__in=WAITING)
        still_open = {uuid.UUID(d.evidence["op"]) for d in still}
        Op.objects.filter(pk__in=healed - still_open, state=DIFFERENCE).update(state=ACCEPTED, settled_at=self._at)
        self._heal(writing, [one.claim for one in judged if one.verdict is Verdict.APPLY])
