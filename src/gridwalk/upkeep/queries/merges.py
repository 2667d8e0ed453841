"""The reads of a merge: two records of a kind, the one that stays and the one that goes."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from gridwalk.accounts.rules import Viewer
from gridwalk.campaigns.models import Target
from gridwalk.core.queries import NotHere
from gridwalk.followup.models import Matter
from gridwalk.method import papers, uscc
from gridwalk.reconcile.models import SideRow
from gridwalk.registry import columns
from gridwalk.registry.models import CareLabel, Difference, Dwelling, Entity, Organization, Person, Residence
from gridwalk.registry.queries import titles
from gridwalk.sync.models import Device
from gridwalk.territory import rules as codes
from gridwalk.upkeep import rules
from gridwalk.upkeep.models import Plan
from gridwalk.upkeep.queries import households, pairs
from gridwalk.upkeep.queries.effects import Effect
from gridwalk.upkeep.queries.pairs import Line, Link
from gridwalk.visits.models import CareContact, Visit

KIND_OF = {"person": "merge_persons", "dwelling": "merge_dwellings", "organization": "merge_organizations"}
"""Kind of record → kind of plan that merges two of it."""


@dataclasses.dataclass(frozen=True)
class Choice:
    """One line of the two records: ``side``: whose value is kept; ``why_open``: values under it changed since it
    was proposed.
    """

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
        records = {e.pk: e for e in rows}
        stays, goes = plan.subjects
        if stays not in records or goes not in records:
            raise NotHere
        return records[stays], records[goes]

    def stands_in(self, plan: Plan) -> set[str]:
        """The grids of both records."""
        return {record.grid_id for record in self.pair(plan)}

    def grids(self, plan: Plan) -> set[str]:
        """Those of both records and of what was merged into them, of their doors and people, of what waits about
        them or was noted at them.
        """
        earlier = columns.TABLES[self.of]._default_manager.filter(merged_into__in=plan.subjects)
        own = self.stands_in(plan) | set(earlier.values_list("grid_id", flat=True))
        persons: list[uuid.UUID] = list(plan.subjects)
        if self.of == "dwelling":
            at_doors = Residence.objects.filter(dwelling_id__in=plan.subjects)
            persons = list(at_doors.values_list("person_id", flat=True))
        of_people = set(Person.objects.filter(pk__in=persons).values_list("grid_id", flat=True))
        grids = own | of_people | {codes.unassigned_of(grid) for grid in own | of_people}
        for rows in (
            Residence.objects.filter(person_id__in=persons),
            CareLabel.objects.filter(person_id__in=persons),
            Difference.objects.filter(entity__in=plan.subjects),
            Organization.objects.filter(dwelling_id__in=plan.subjects),
            Target.objects.filter(entity__in=plan.subjects),
            Visit.objects.filter(entity__in=plan.subjects),
        ):
            grids |= set(rows.values_list("grid_id", flat=True))
        return grids

    def state(self, plan: Plan) -> Mapping[str, Any]:
        """Heads, links and status of both."""
        return {str(record.pk): pairs.state_of(record) for record in self.pair(plan)}

    def titles(self, viewer: Viewer, plans: Sequence[Plan]) -> Mapping[uuid.UUID, str]:
        """王秀英（5号楼 1单元 301）并入 王秀英（5号楼 1单元 302）."""
        named = titles.titles(viewer, self.of, {pk for plan in plans for pk in plan.subjects})
        return {plan.id: f"{_named(named[plan.subjects[1]])} 并入 {_named(named[plan.subjects[0]])}" for plan in plans}

    def shown(self, viewer: Viewer, plan: Plan) -> Mapping[str, Any]:
        """Both records as they stand, the choices, what has changed since, what it would do."""
        stays, goes = self.pair(plan)
        asked = plan.state == "open"
        return {
            "template": "console/upkeep/_merge_plan.html",
            "stays": stays,
            "goes": goes,
            "of": self.of,
            "title_stays": titles.titles(viewer, self.of, [stays.pk])[stays.pk],
            "title_goes": titles.titles(viewer, self.of, [goes.pk])[goes.pk],
            "choices": self.choices(viewer, stays, goes, plan.choices.get("fields", {}), plan.seen) if asked else [],
            "homes": self.homes(stays, goes) if asked else [],
            "home": plan.choices.get("home", ""),
            "effects": self.effects(viewer, stays, goes) if asked else [],
            "successions": households.after_merge(viewer, plan, stays, goes) if asked and self.of == "person" else [],
        }

    def choices(
        self,
        viewer: Viewer,
        stays: Entity,
        goes: Entity,
        chosen: Mapping[str, str],
        seen: Mapping[str, Any] | None = None,
    ) -> list[Choice]:
        """Every line with the side to keep: the chosen one, else the better proved."""
        choices = []
        for line in pairs.beside(viewer, stays, goes):
            name = line.field.name
            side = chosen.get(name) or _suggested(line, stays, goes)
            changed = seen is not None and any(
                seen[str(record.pk)]["heads"].get(name) != record.heads.get(name) for record in (stays, goes)
            )
            choices.append(Choice(line, side, changed))
        return choices

    def homes(self, stays: Entity, goes: Entity) -> list[Link]:
        """The homes to choose from, where two records of a person live at more than one door; else none."""
        if not isinstance(stays, Person) or not isinstance(goes, Person):
            return []
        living = [link for link in pairs.links([stays, goes]) if link.living]
        return living if len({link.dwelling for link in living}) > 1 else []

    def effects(self, viewer: Viewer, stays: Entity, goes: Entity) -> list[Effect]:
        """What would move, in counts."""
        moving = pairs.moving(viewer, goes)
        n_contacts = CareContact.objects.filter(label__person_id=goes.pk).count()
        n_visits = Visit.objects.filter(entity=goes.pk).count()
        n_matters = Matter.objects.filter(place=goes.pk).count()
        open_targets = Target.objects.filter(entity=goes.pk, campaign__state="running").exclude(state="left")
        past = f"（另有 {moving.past_links} 处以前的）" if moving.past_links else ""
        phones = Device.objects.filter(scope__in=self._grids_of_phones(stays, goes), revoked_at__isnull=True)
        counts = [
            (moving.links + moving.past_links, "房", f"{moving.links} 处人房关联{past}归留下的一条，重的只留一个"),
            (moving.organizations, "位", f"{moving.organizations} 家单位跟着走"),
            (moving.care or 0, "关", f"{moving.care} 个关爱标识、{n_contacts} 次关爱联系跟着走，同一类的只留一个"),
            (n_visits + n_matters, "走", f"{n_visits} 次走访、{n_matters} 件事项归留下的一条"),
            (open_targets.count(), "任", f"应走访的减少 {open_targets.count()} 处，走访结果按两边的走访一起算"),
            (moving.differences, "异", f"{moving.differences} 条等决定的差异改问留下的一条，已有答案的就关掉"),
            (n := SideRow.objects.filter(entity=goes.pk).count(), "账", f"{n} 份台账里的这一条，以后对到留下的一条"),
            (n := phones.count(), "机", f"{n} 部手机下次同步时只剩一条；还按旧的那条记的，照样记到留下的一条"),
        ]
        effects = [Effect(mark, words, secret=mark == "关") for n_of, mark, words in counts if n_of]
        if isinstance(stays, Dwelling) and isinstance(goes, Dwelling):
            effects += households.heads_after_merge(stays, goes)
        return effects

    def _grids_of_phones(self, stays: Entity, goes: Entity) -> set[str]:
        homes = Residence.objects.filter(person_id__in=[stays.pk, goes.pk], to_on__isnull=True)
        return {stays.grid_id, goes.grid_id, *homes.values_list("grid_id", flat=True)}


def _named(title: tuple[str, str]) -> str:
    name, place = title
    return f"{name}（{place}）" if place and place != name else name


def _suggested(line: Line, stays: Entity, goes: Entity) -> str:
    """The side that has a value; of two the valid number; of two the better proved."""
    if not (line.left.shown and line.right.shown):
        return rules.LEFT if line.left.shown else rules.RIGHT
    if line.field.name in columns.NUMBERS.get(stays.KIND, ()):
        valid = [is_valid(stays.KIND, record) for record in (stays, goes)]
        if valid[0] != valid[1]:
            return rules.LEFT if valid[0] else rules.RIGHT
    left, right = (rules.Origin(side.source, side.at) for side in (line.left, line.right))
    return rules.suggested(line.field.authority, left, right)


def is_valid(kind: str, entity: Entity) -> bool:
    """Whether the record's number (ID number, credit code) passes its own check."""
    number = str(columns.read(entity, columns.NUMBERS[kind][0]) or "")
    check = papers.check(number) if kind == "person" else uscc.check(number)
    return bool(number) and bool(check.value) and not check.fault


def two_numbers(left: Entity, right: Entity) -> bool:
    """Whether both have a number that passes its own check, and not the same: that speaks for two, not for one."""
    if left.KIND not in columns.NUMBERS or not (is_valid(left.KIND, left) and is_valid(left.KIND, right)):
        return False
    field = columns.NUMBERS[left.KIND][0]
    return bool(columns.read(left, field) != columns.read(right, field))


def why_not(stays: Any, goes: Any) -> str:
    """Why two records cannot be merged as they stand, and what to do; empty where they can."""
    if stays.pk == goes.pk:
        return "没有提交：这是同一条记录，不用合并。请选另一条。"
    if stays.merged_into or goes.merged_into:
        return "没有提交：其中一条已经并入另一条了。请打开它并入的那一条，再来合并。"
    if any(getattr(record, "status_pending", "") or record.status == "strike_off_pending" for record in (stays, goes)):
        return "没有提交：其中一条的注销还等着复核。先把注销定下来，再来合并。"
    if stays.status != goes.status:
        return "没有提交：一条在册，另一条已去世、迁走或注销。先核对状态，把不对的那条改过来，再来合并。"
    if stays.status in {"struck_off", "closed"}:
        return "没有提交：两条都已注销，不用再合并。"
    return ""
