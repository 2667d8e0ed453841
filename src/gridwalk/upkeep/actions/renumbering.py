"""楼房重编号: buildings, stairwells and rooms under new numbers in one go, and back."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping
from typing import Any

from gridwalk.campaigns.actions import arranging
from gridwalk.core.actions import Writing
from gridwalk.dictionary import fields as dictionary
from gridwalk.method import address_writing
from gridwalk.method.renumbering import Scheme
from gridwalk.reconcile.actions import estates as reconcile
from gridwalk.registry.models import Dwelling
from gridwalk.registry.queries import renumbering as reads
from gridwalk.registry.queries.renumbering import NewAddress
from gridwalk.upkeep.actions.steps import renumbering as registry
from gridwalk.upkeep.models import Plan
from gridwalk.upkeep.queries.renumbering import Drawn, Renumbering
from gridwalk.upkeep.rules import UpkeepError

KEPT = ("address", "address_key", "walk_key", "floor", "room")


class Renumber:
    """Giving the buildings of a plan new numbers."""

    def refuse(self, plan: Plan) -> None:
        """Raises UpkeepError where a line cannot be followed, two doors would have one address, or nothing
        would change.
        """
        _refuse_names(plan)
        drawn = Renumbering().drawn(plan)
        if drawn.faults:
            raise UpkeepError(f"没有提交：对照表有 {len(drawn.faults)} 行看不懂，改好再送，内容都在。", "table")
        if drawn.in_the_way:
            raise UpkeepError("没有提交：会有重号，看下面列的，改好再送。", "table")
        if not drawn.changed:
            raise UpkeepError("没有提交：新号和现在的一样，没有哪一户会变。", "table")

    def do(self, writing: Writing, plan: Plan) -> dict[str, Any]:
        """All numbers at once."""
        drawn = Renumbering().drawn(plan)
        was = {
            str(address.dwelling.pk): {name: getattr(address.dwelling, name) for name in KEPT}
            for address in drawn.new
            if address.changes
        }
        keys = {str(address.dwelling.pk): address.address_key for address in drawn.new if address.changes}
        estates = {str(building.pk): building.estate for building in drawn.buildings} if drawn.estates else {}
        if drawn.estates:
            reconcile.renamed(drawn.buildings, plan.choices["estate"])
        self._write(writing, plan, drawn, plan.reason)
        return {"was": was, "made": keys, "estates": estates, "scheme": _plain(drawn.scheme.inverse())}

    def undo(self, writing: Writing, plan: Plan, before: Mapping[str, Any]) -> list[str]:
        """All numbers back; a door that came since is renumbered back with its building. Raises UpkeepError."""
        buildings = Renumbering().buildings(plan)
        scheme = _scheme(before["scheme"])
        estates = {uuid.UUID(pk): name for pk, name in before["estates"].items()}
        new = [
            _as_it_was(address, before) for address in reads.readdressed(reads.doors(plan.subjects), scheme, estates)
        ]
        if in_the_way := reads.in_the_way(new, buildings, scheme, estates):
            raise UpkeepError(f"没有撤销：旧号现在有别的在用。{in_the_way[0]}。先把那边改好。")
        if estates:
            reconcile.renamed(buildings, next(iter(estates.values())))
        drawn = Drawn(buildings=buildings, scheme=scheme, estates=estates, new=new, faults=[], in_the_way=[])
        self._write(writing, plan, drawn, f"撤销重编号：{plan.reason}"[:200])
        return []

    def _write(self, writing: Writing, plan: Plan, drawn: Drawn, reason: str) -> None:
        registry.renumber(writing, drawn.buildings, drawn.new, drawn.scheme, drawn.estates, reason=reason)
        arranging.rewalk(Dwelling.objects.filter(building__in=plan.subjects))


def _refuse_names(plan: Plan) -> None:
    """Raises UpkeepError where a new name or number is none of an estate or a building."""
    named = [("estate", plan.choices.get("estate", ""))]
    named += [("building", number) for number in plan.choices.get("buildings", {}).values()]
    for part, typed in named:
        if fault := dictionary.parse("dwelling", part, typed).text:
            raise UpkeepError(f"没有提交：{fault}。", part)


def _as_it_was(new: NewAddress, before: Mapping[str, Any]) -> NewAddress:
    """A door that nobody has readdressed since goes back to the very address it had."""
    pk = str(new.dwelling.pk)
    if before["made"].get(pk) != new.dwelling.address_key:
        return new
    _, building, stairwell, room = address_writing.parts_of(before["was"][pk]["address_key"])
    return dataclasses.replace(new, building=building, stairwell=stairwell, **{**before["was"][pk], "room": room})


def _plain(scheme: Scheme) -> dict[str, Any]:
    return {
        "buildings": dict(scheme.buildings),
        "stairwells": [[*place, new] for place, new in scheme.stairwells.items()],
        "rooms": [[*door, *new] for door, new in scheme.rooms.items()],
    }


def _scheme(plain: Mapping[str, Any]) -> Scheme:
    return Scheme(
        plain["buildings"],
        {(b, s): new for b, s, new in plain["stairwells"]},
        {(b, s, r): (stairwell, room) for b, s, r, stairwell, room in plain["rooms"]},
    )
