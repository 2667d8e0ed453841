"""The reads of a merge: two records of a kind, the one that stays and the one that goes."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from gridwalk.accounts.rules import Viewer
from gridwalk.core.queries import NotHere
from gridwalk.method import idcards, uscc
from gridwalk.reconcile.models import SideRow
from gridwalk.registry import columns
from gridwalk.registry.models import CareLabel, Difference, Entity, Person, Residence
from gridwalk.registry.queries import merging, titles
from gridwalk.registry.queries.merging import Line, Link
from gridwalk.sync.models import Device
from gridwalk.upkeep import rules
from gridwalk.upkeep.models import Plan
from gridwalk.upkeep.queries.effects import Effect
from gridwalk.visits.models import CareContact

KIND_OF = {"person": "merge_persons"}
"""Kind of record → kind of plan that merges two of it."""


@dataclasses.dataclass(frozen=True)
class Choice:
    """One line of the two records: ``side``: whose value is kept; ``why_open``: values under it changed since it was proposed."""

    line: Line
    side: str
    changed: bool = False


@dataclasses.dataclass(frozen=True)
class Merge:
    """Reads of a merge of two records of ``of``."""

    of: str

    def pair(self, plan: Plan) -> tuple[Any, Any]:
        """The record that stays and the one that goes. Raises NotHere."""
        rows = columns.TABLES[self.of]._default_manager.select_related("grid__area").filter(pk__in=plan.subjects)
        found = {e.pk: e for e in rows}
        stays, goes = plan.subjects
        if stays not in found or goes not in found:
            raise NotHere
        return found[stays], found[goes]

    def stands_in(self, plan: Plan) -> set[str]:
        """The grids of both records."""
        return {one.grid_id for one in self.pair(plan)}

    def grids(self, plan: Plan) -> set[str]:
        """Those of both records, of their doors and of what waits about them."""
        own = self.stands_in(plan)
        found = own | {f"{grid[:12]}000" for grid in own}
        found |= set(Residence.objects.filter(person_id__in=plan.subjects).values_list("grid_id", flat=True))
        found |= set(CareLabel.objects.filter(person_id__in=plan.subjects).values_list("grid_id", flat=True))
        return found | set(Difference.objects.filter(entity__in=plan.subjects).values_list("grid_id", flat=True))

    def state(self, plan: Plan) -> Mapping[str, Any]:
        """Heads, links and status of both."""
        return {str(one.pk): merging.state_of(one) for one in self.pair(plan)}

    def titles(self, viewer: Viewer, plans: Sequence[Plan]) -> Mapping[uuid.UUID, str]:
        """王秀英（5号楼 1单元 301）并入 王秀英（5号楼 1单元 302）."""
        named = titles.titles(viewer, self.of, {pk for plan in plans for pk in plan.subjects})
        return {
            plan.id: f"{_named(named[plan.subjects[1]])} 并入 {_named(named[plan.subjects[0]])}" for plan in plans
        }  # fmt: skip

    def shown(self, viewer: Viewer, plan: Plan) -> Mapping[str, Any]:
        """Both records as they stand, the choices, what has changed since, what it would do."""
        stays, goes = self.pair(plan)
        asked = plan.state == "open"
        return {
            "template": "console/parts/merge_plan.html", "stays": stays, "goes": goes, "of": self.of,
            "title_stays": titles.titles(viewer, self.of, [stays.pk])[stays.pk],
            "title_goes": titles.titles(viewer, self.of, [goes.pk])[goes.pk],
            "choices": self.choices(viewer, stays, goes, plan.choices.get("fields", {}), plan.seen) if asked else [],
            "homes": self.homes(stays, goes) if asked else [], "home": plan.choices.get("home", ""),
            "effects": self.effects(viewer, stays, goes) if asked else [],
        }  # fmt: skip

    def choices(
        self, viewer: Viewer, stays: Entity, goes: Entity, chosen: Mapping[str, str], seen: Mapping[str, Any] | None = None
    ) -> list[Choice]:  # fmt: skip
        """Every line with the side to keep: the chosen one, else the better proved."""
        found = []
        for line in merging.beside(viewer, stays, goes):
            name = line.field.name
            side = chosen.get(name) or _suggested(line, stays, goes)
            changed = seen is not None and any(
                seen[str(one.pk)]["heads"].get(name) != one.heads.get(name) for one in (stays, goes)
            )
            found.append(Choice(line, side, changed))
        return found

    def homes(self, stays: Entity, goes: Entity) -> list[Link]:
        """The homes to choose from, where two records of a person live at more than one door; else none."""
        if not isinstance(stays, Person) or not isinstance(goes, Person):
            return []
        living = [link for link in merging.links([stays, goes]) if link.living]
        return living if len({link.dwelling for link in living}) > 1 else []

    def effects(self, viewer: Viewer, stays: Entity, goes: Entity) -> list[Effect]:
        """What would move, in counts."""
        moving = merging.moving(viewer, goes)
        n_contacts = CareContact.objects.filter(label__person_id=goes.pk).count()
        sources = SideRow.objects.filter(entity=goes.pk).count()
        grids = set(
            Residence.objects.filter(person_id__in=[stays.pk, goes.pk], to_on__isnull=True).values_list(
                "grid_id", flat=True
            )
        )
        phones = Device.objects.filter(scope__in=grids, revoked_at__isnull=True).count()
        past = f"（另有 {moving.past_links} 处以前的）" if moving.past_links else ""
        said = [
            Effect("房", f"{moving.links} 处人房关联{past}归留下的一条，同一处的只留一个"),
            Effect("异", f"{moving.differences} 条等决定的差异改问留下的一条，已有答案的就关掉"),
        ]
        if moving.care is not None:
            said.append(
                Effect("关", f"{moving.care} 个关怀标识、{n_contacts} 次关怀联系跟着走，同一类的只留一个", secret=True)
            )
        if sources:
            said.append(Effect("账", f"{sources} 份台账里的这一条，以后对到留下的一条"))
        said.append(Effect("机", f"{phones} 部手机下次同步时只剩一条；还按旧的那条记的，照样记到留下的一条"))
        return said


def new_plan(stays: Entity, goes: Entity) -> Plan:
    """The plan of merging one record into another, not stored: what its state is asked of before it is proposed."""
    return Plan(kind=KIND_OF[stays.KIND], subjects=[stays.pk, goes.pk])


def _named(title: tuple[str, str]) -> str:
    name, place = title
    return f"{name}（{place}）" if place and place != name else name


def _suggested(line: Line, stays: Entity, goes: Entity) -> str:
    """The side that has a value; of two the valid number; of two the better proved."""
    if not (line.left.shown and line.right.shown):
        return rules.LEFT if line.left.shown else rules.RIGHT
    if line.field.name in columns.NUMBERS.get(stays.KIND, ()):
        valid = [is_valid(stays.KIND, one) for one in (stays, goes)]
        if valid[0] != valid[1]:
            return rules.LEFT if valid[0] else rules.RIGHT
    left, right = (rules.Origin(side.source, side.at) for side in (line.left, line.right))
    return rules.suggested(line.field.authority, left, right)


def is_valid(kind: str, entity: Entity) -> bool:
    """Whether the record's number (ID number, credit code) passes its own check."""
    number = str(columns.read(entity, columns.NUMBERS[kind][0]) or "")
    check = idcards.check(number) if kind == "person" else uscc.check(number)
    return bool(number) and bool(check.value) and not check.fault


def two_numbers(one: Entity, other: Entity) -> bool:
    """Whether both have a number that passes its own check, and not the same: that speaks for two, not for one."""
    if one.KIND not in columns.NUMBERS or not (is_valid(one.KIND, one) and is_valid(one.KIND, other)):
        return False
    field = columns.NUMBERS[one.KIND][0]
    return bool(columns.read(one, field) != columns.read(other, field))


def why_not(stays: Any, goes: Any) -> str:
    """Why two records cannot be merged as they stand, and what to do; empty where they can."""
    if stays.pk == goes.pk:
        return "没有送：这是同一条记录，不用合并。请选另一条。"
    if stays.merged_into or goes.merged_into:
        return "没有送：其中一条已经并入另一条了。请打开它并入的那一条，再来合并。"
    if any(getattr(one, "status_pending", "") or one.status == "strike_off_pending" for one in (stays, goes)):
        return "没有送：其中一条的注销还等着复核。先把注销定下来，再来合并。"
    if stays.status != goes.status:
        return "没有送：一条在册，另一条已去世、迁走或注销。先核对状态，把不对的那条改过来，再来合并。"
    if stays.status in {"struck_off", "closed"}:
        return "没有送：两条都已注销，不用再合并。"
    return ""
