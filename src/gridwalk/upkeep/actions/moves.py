"""整户搬迁: the chosen people are linked to the other door, what waits about them goes along, and all of it can go back."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from gridwalk.core import clock, moving
from gridwalk.core.actions import Writing
from gridwalk.core.moving import Moved, Moves
from gridwalk.dictionary import fields as dictionary
from gridwalk.registry.actions import creation
from gridwalk.registry.living import LIVING, REGISTERED
from gridwalk.registry.models import Residence
from gridwalk.upkeep import rules
from gridwalk.upkeep.actions.steps import households
from gridwalk.upkeep.models import Plan
from gridwalk.upkeep.queries.moves import Move, staying
from gridwalk.upkeep.rules import UpkeepError


class Moving:
    """Moving a household from one door to another."""

    def refuse(self, plan: Plan) -> None:
        """Raises UpkeepError where these people cannot move so, as things stand."""
        if plan.subjects[0] == plan.subjects[1]:
            raise UpkeepError("没有提交：选的就是现在这一户。请另选搬去的那一户。")
        _, new = Move().doors(plan)
        if new.status != "active":
            raise UpkeepError(f"没有提交：{new.address} {_why_not(new.status)}，不能迁入。先核对那处房屋，或另选一户。")
        self._refuse_people(plan)
        self._refuse_day(plan)
        if plan.choices.get("old_door") not in rules.OLD_DOOR:
            raise UpkeepError("没有提交：请选原来那一户以后怎样。", "old_door")
        if plan.choices["old_door"] == "vacant" and (n := staying(plan).count()):
            raise UpkeepError(f"没有提交：原来那一户还有 {n} 人现居住，不能算空房。", "old_door")

    def _refuse_people(self, plan: Plan) -> None:
        if plan.choices.get("registration") not in rules.REGISTRATION:
            raise UpkeepError("没有提交：请选户口跟不跟着迁。", "registration")
        people, leaving = plan.subjects[2:], Move().leaving(plan)
        if not people:
            raise UpkeepError("没有提交：还没选谁搬。请勾上搬离的人。", "people")
        if gone := len(set(people)) - len(leaving):
            raise UpkeepError(f"没有提交：勾上的有 {gone} 人已经不在原来那一户了。请去掉再送。", "people")
        if any(link.person.status != "active" or link.person.status_pending for link in leaving):
            raise UpkeepError("没有提交：勾上的有人已注销，或注销正等着复核。先把注销定下来，或去掉再送。", "people")
        if plan.choices["registration"] == "stays" and any(link.kind == REGISTERED for link in leaving):
            raise UpkeepError("没有提交：户口留在原处的话，只在这里登记户籍的人不用搬。请去掉再送。", "people")

    def _refuse_day(self, plan: Plan) -> None:
        try:
            from_on = dt.date.fromisoformat(str(plan.choices.get("from_on")))
        except ValueError:
            raise UpkeepError("没有提交：请填哪天搬的。", "from_on") from None
        if from_on > clock.local_date(plan.proposed_at):
            raise UpkeepError("没有提交：还没搬的先不办，搬了再来。", "from_on")
        if any(link.from_on and link.from_on > from_on for link in Move().leaving(plan)):
            raise UpkeepError("没有提交：有人迁入原来那一户的日子比这天还晚。请核对日期。", "from_on")

    def do(self, writing: Writing, plan: Plan) -> dict[str, Any]:
        """Everybody goes, with what waits about them."""
        old, new = Move().doors(plan)
        moves = Moves(writing, plan.reason)
        links = households.move(
            moves,
            Move().leaving(plan),
            new,
            along=plan.choices["registration"] == "along",
            from_on=dt.date.fromisoformat(plan.choices["from_on"]),
        )
        door_facts: dict[uuid.UUID, dict[str, Any]] = {old.pk: rules.OLD_DOOR_FACTS[plan.choices["old_door"]]}
        if new.occupancy != "occupied" and any(link.kind in LIVING for link in links):
            door_facts[new.pk] = {"occupancy": "occupied"}
        doors = households.use_doors(moves, {door: facts for door, facts in door_facts.items() if facts})
        return {
            "made": [str(link.pk) for link in links],
            "kinds": {str(link.pk): link.kind for link in links},
            "doors": doors,
            "moved": [dataclasses.asdict(move) for move in moves.done],
        }

    def undo(self, writing: Writing, plan: Plan, before: Mapping[str, Any]) -> list[str]:
        """Everybody is back, unless somebody has moved again. Raises UpkeepError."""
        links = list(Residence.objects.select_for_update().filter(pk__in=before["made"]))
        again = Residence.objects.filter(
            person__in=plan.subjects[2:], created_at__gt=plan.decided_at, to_on__isnull=True
        )
        if (
            any(link.to_on is not None or link.kind != before["kinds"][str(link.pk)] for link in links)
            or again.exclude(pk__in=before["made"]).exists()
        ):
            raise UpkeepError("没有撤销：搬过去以后又有人搬了，或改了与房屋的关系。请到各人的页上一个一个改。")
        reason = f"撤销整户搬迁：{plan.reason}"[:200]
        creation.end_residences(writing, links, source="office", reason=reason)
        kept = households.give_doors_back(writing, before["doors"], uuid.UUID(before["op"]), reason=reason)
        left = moving.take_back(writing, [Moved(**row) for row in before["moved"]], reason=reason)
        creation.place_persons(writing, plan.subjects[2:])
        n_links = sum(move.table == "registry.Residence" for move in left)
        return [
            *(f"房屋的{dictionary.label('dwelling', field)}后来又改过，没有动" for field in kept),
            *([f"{n_links} 处人房关联后来改过，没有动"] if n_links else []),
        ]


def _why_not(status: str) -> str:
    return "正等着注销复核" if status == "strike_off_pending" else "已经注销"
