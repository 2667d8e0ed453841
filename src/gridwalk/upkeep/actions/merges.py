"""合并: one record stays, the other is struck off and says where it went; all that stood on it follows."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from gridwalk.core import moving
from gridwalk.core.actions import Writing
from gridwalk.core.moving import Moved, Moves
from gridwalk.dictionary import fields as dictionary
from gridwalk.reconcile.actions import merging as reconcile
from gridwalk.registry import columns
from gridwalk.registry.models import Dwelling, Entity, Organization, Person
from gridwalk.upkeep import rules
from gridwalk.upkeep.actions.steps import merging as registry
from gridwalk.upkeep.models import Plan
from gridwalk.upkeep.queries.merges import Merge, two_numbers, why_not
from gridwalk.upkeep.rules import RIGHT, UpkeepError
from gridwalk.visits.actions import merging as visits

RECORDS = frozenset(table._meta.label for table in columns.TABLES.values())
TAKEN = "没有办：选的号码现在登记在另一条记录上。先核对那一条，再回到这里。"


@dataclasses.dataclass(frozen=True)
class Merging:
    """Merging two records of ``of``."""

    of: str

    def refuse(self, plan: Plan) -> None:
        """Raises UpkeepError where these two cannot be merged, or the choices leave something open."""
        stays, goes = Merge(self.of).pair(plan)
        if why := why_not(stays, goes):
            raise UpkeepError(why)
        self._refuse_two_numbers(plan, stays, goes)
        homes = Merge(self.of).homes(stays, goes)
        if homes and plan.choices.get("home") not in {str(link.residence) for link in homes}:
            raise UpkeepError("没有提交：两条记录住在不同的房屋，请选现在住在哪一处。", "home")

    def _refuse_two_numbers(self, plan: Plan, stays: Entity, goes: Entity) -> None:
        """Two valid numbers speak for two people: only a document may say that one of them is wrong."""
        if not two_numbers(stays, goes):
            return
        if not plan.choices.get("wrong_number"):
            raise UpkeepError(
                "没有提交：两条各有一个校验通过的号码，多半不是同一个。看过证件、确是同一个的，选好对的号码，勾上“另一个号码是错的”。",
                "wrong_number",
            )
        if plan.evidence not in rules.DOCUMENTS:
            raise UpkeepError(
                "没有提交：说其中一个号码错了，要看过证件。依据请选证件；没看到的，先去核实。", "evidence"
            )

    def do(self, writing: Writing, plan: Plan) -> dict[str, Any]:
        """Hand everything over and close the record that goes. Raises UpkeepError."""
        stays, goes = Merge(self.of).pair(plan)
        moves = Moves(writing, plan.reason)
        chosen = [field for field, side in plan.choices.get("fields", {}).items() if side == RIGHT]
        registry.close(moves, stays, goes)
        try:
            facts = registry.take_facts(moves, stays, {field: columns.read(goes, field) for field in chosen})
        except registry.NumberTaken as taken:
            raise UpkeepError(TAKEN) from taken
        home = plan.choices.get("home")
        ended = _hand_over(moves, stays, goes, uuid.UUID(home) if home else None, chosen)
        stays = columns.TABLES[self.of]._default_manager.get(pk=stays.pk)
        registry.hand_over_questions(moves, stays, goes, ended=ended)
        reconcile.hand_over(moves, stays, goes)
        registry.hand_over_rest(moves, stays, goes)
        return {"facts": facts, "moved": [dataclasses.asdict(move) for move in moves.done]}

    def undo(self, writing: Writing, plan: Plan, before: Mapping[str, Any]) -> list[str]:
        """Both records stand again; facts nobody has said since are as they were. Raises UpkeepError."""
        stays, goes = Merge(self.of).pair(plan)
        if goes.merged_into != stays.pk:
            raise UpkeepError("没有撤销：这两条已不是合并着的样子，请刷新后再看。")
        reason = f"撤销合并：{plan.reason}"[:200]
        moved = [Moved(**row) for row in before["moved"]]
        of_records = [move for move in moved if move.table in RECORDS]
        left = moving.take_back(writing, [move for move in moved if move not in of_records], reason=reason)
        try:  # with the questions where they were, and before the other record has its number again
            kept = registry.give_facts_back(writing, stays, before["facts"], uuid.UUID(before["op"]), reason=reason)
        except registry.NumberTaken as taken:
            raise UpkeepError(TAKEN) from taken
        _require_free(goes)
        left += moving.take_back(writing, of_records, reason=reason)
        registry.place_again(writing, [stays, goes])
        again = Merge(self.of).pair(plan)
        if self.of != "person":
            visits.follow(writing, again)
        registry.follow(again)
        _businesses_follow(writing, again)
        return [*(f"{self._label(field)}后来又改过，没有动" for field in kept), *_left(left)]

    def _label(self, field: str) -> str:
        return dictionary.label(self.of, field)


def _require_free(goes: Entity) -> None:
    """Whether the record's number and address are still nobody else's. Raises UpkeepError."""
    if goes.KIND in columns.NUMBERS:
        number = columns.read(goes, columns.NUMBERS[goes.KIND][0])
        if set(columns.holders(goes.KIND, [number]).values()) - {goes.pk}:
            raise UpkeepError("没有撤销：要恢复的那条的号码，现在登记在另一条记录上。先核对那一条。")
    if isinstance(goes, Dwelling):
        there = Dwelling.objects.filter(community=goes.community, address_key=goes.address_key)
        if there.exclude(status="struck_off").exists():
            raise UpkeepError("没有撤销：要恢复的那一处，同一个地址后来又登记了一处。先核对那一处。")


def _hand_over(
    moves: Moves, stays: Entity, goes: Entity, home: uuid.UUID | None, chosen: Collection[str]
) -> set[uuid.UUID]:
    """What only this kind of record has; returns the links to doors that ended."""
    ended: set[uuid.UUID] = set()
    if isinstance(stays, Person) and isinstance(goes, Person):
        ended = registry.hand_over_homes(moves, stays, goes, home)
        registry.hand_over_care(moves, Person.objects.get(pk=stays.pk), goes)
    elif isinstance(stays, Dwelling) and isinstance(goes, Dwelling):
        registry.prove_chosen_vacancy(moves, stays, goes, chosen)
        ended = registry.hand_over_door(moves, stays, goes)
        _businesses_follow(moves.writing, [stays])
    if isinstance(stays, Dwelling | Organization) and isinstance(goes, Dwelling | Organization):
        registry.latest_contact(moves, stays, goes)
        walk_key = stays.walk_key if isinstance(stays, Dwelling) else f"~{stays.sort_key}"[:80]
        visits.hand_over(moves, stays, goes, walk_key=walk_key)
    return ended


def _businesses_follow(writing: Writing, places: Sequence[Entity]) -> None:
    """What is kept by grid about the organizations of doors goes with them."""
    inside = list(Organization.objects.filter(dwelling_id__in=[place.pk for place in places]))
    visits.follow(writing, inside)
    registry.follow(inside)


def _left(left: list[Moved]) -> list[str]:
    words = {"registry.Difference": "条差异后来定过了，留在原处", "registry.Residence": "处人房关联后来改过，没有动"}
    lines = []
    for table, phrase in words.items():
        if n := sum(move.table == table for move in left):
            lines.append(f"{n} {phrase}")
    return lines
