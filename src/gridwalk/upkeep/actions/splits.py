"""拆分: a second record takes what belongs to the other person; undone, everything is one record again."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping
from typing import Any

from gridwalk.core import moving
from gridwalk.core.actions import Writing
from gridwalk.core.moving import Moved, Moves
from gridwalk.dictionary import fields as dictionary
from gridwalk.reconcile.actions import merging as reconcile
from gridwalk.registry import columns
from gridwalk.registry.actions import creation
from gridwalk.registry.models import CareLabel, Difference, Person, Residence
from gridwalk.registry.rules import WAITING
from gridwalk.upkeep.actions.steps import merging as registry
from gridwalk.upkeep.models import Plan
from gridwalk.upkeep.queries.splits import Split
from gridwalk.upkeep.rules import BOTH, GO, UpkeepError


@dataclasses.dataclass(frozen=True)
class Splitting:
    """Splitting a person's record in two."""

    def refuse(self, plan: Plan) -> None:
        """Raises UpkeepError where there is nothing to split, or the choices do not say what."""
        person = Split().person(plan)
        if person.merged_into is not None or person.status == "struck_off":
            raise UpkeepError("没有提交：这一条已经不在册了，不能再拆。")
        if person.status_pending:
            raise UpkeepError("没有提交：这个人的注销还等着复核。先把注销定下来，再来拆。")
        name = dictionary.parse("person", "name", str(plan.choices.get("name", "")))
        if not name.value:
            said = name.text or "请填另一个人的姓名；还不知道的，写“同名”的那个名字也行"
            raise UpkeepError(f"没有提交：{said}。", "name")
        going = [f for f, side in plan.choices.get("fields", {}).items() if side != "stay"]
        if not (going or plan.choices.get("links") or plan.choices.get("labels")):
            raise UpkeepError("没有提交：没有一项分给另一个人。至少选一项登记内容、一处住处或一个关爱标识。")
        if plan.choices.get("fields", {}).get("id_no") == BOTH:
            raise UpkeepError("没有提交：证件号只能归一个人。请选留下，或归另一个人。", "id_no")

    def do(self, writing: Writing, plan: Plan) -> dict[str, Any]:
        """Make the second record and hand over to it what was chosen."""
        person = Split().person(plan)
        moves, sides = Moves(writing, plan.reason), plan.choices.get("fields", {})
        going = [field for field, side in sides.items() if side == GO]
        values = {field: columns.read(person, field) for field, side in sides.items() if side in (GO, BOTH)}
        facts = registry.take_facts(moves, person, dict.fromkeys(going))
        new = creation.New(
            grid=person.grid_id,
            values={**values, "name": dictionary.parse("person", "name", plan.choices["name"]).value},
            source="office",
        )
        creation.register(writing, "person", [new])
        other = Person.objects.get(pk=new.id)
        links = Residence.objects.filter(person=person, pk__in=plan.choices.get("links", []), to_on__isnull=True)
        moved = [str(link.pk) for link in links]
        moves.set(links, history="residence", person_id=other.pk)
        moves.set(
            CareLabel.objects.filter(person=person, pk__in=plan.choices.get("labels", [])),
            history="care",
            person_id=other.pk,
        )
        for state in WAITING:
            asked = Difference.objects.filter(entity=person.pk, state=state)
            about = [d for d in asked if d.field in going or d.evidence.get("residence") in moved]
            moves.set(about, entity=other.pk, state=state)
        registry.place_again(writing, [person, other])
        plan.subjects = [person.pk, other.pk]
        return {"facts": facts, "moved": [dataclasses.asdict(move) for move in moves.done]}

    def undo(self, writing: Writing, plan: Plan, before: Mapping[str, Any]) -> list[str]:
        """One record again: what went comes back, and what the second one has got since comes along."""
        person, other = (Person.objects.get(pk=pk) for pk in plan.subjects)
        if other.status != person.status or other.merged_into is not None or other.status_pending:
            raise UpkeepError("没有撤销：分出来的那一条已另有变动（注销、并入或等着复核）。先把它定下来。")
        reason = f"撤销拆分：{plan.reason}"[:200]
        moving.take_back(writing, [Moved(**row) for row in before["moved"]], reason=reason)
        moves = Moves(writing, reason)
        registry.close(moves, person, other)
        try:
            kept = registry.give_facts_back(writing, person, before["facts"], uuid.UUID(before["op"]), reason=reason)
        except registry.NumberTaken as taken:
            raise UpkeepError("没有撤销：要收回的证件号现在登记在另一条记录上。先核对那一条。") from taken
        ended = registry.hand_over_homes(moves, Person.objects.get(pk=person.pk), other, None)
        registry.hand_over_care(moves, Person.objects.get(pk=person.pk), other)
        again = Person.objects.get(pk=person.pk)
        registry.hand_over_questions(moves, again, other, ended=ended)
        reconcile.hand_over(moves, again, other)
        registry.hand_over_rest(moves, again, other)
        registry.place_again(writing, [again])
        return [f"{dictionary.label('person', field)}后来又改过，没有动" for field in kept]
