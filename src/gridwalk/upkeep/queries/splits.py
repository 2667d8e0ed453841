"""The reads of a split: one record that holds two people, and, once it is done, the second record."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from gridwalk.accounts.rules import Viewer
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.method import names
from gridwalk.registry.models import CareLabel, Difference, Person, Residence
from gridwalk.registry.queries import care, entities, titles
from gridwalk.registry.queries.care import LabelRow
from gridwalk.registry.queries.entities import Fact
from gridwalk.territory import rules as codes
from gridwalk.upkeep import rules
from gridwalk.upkeep.models import Plan
from gridwalk.upkeep.queries import households, pairs
from gridwalk.upkeep.queries.pairs import Link


@dataclasses.dataclass(frozen=True)
class Part:
    """One fact, link or label of the record: ``goes``: stay · go · both."""

    of: Any
    goes: str


@dataclasses.dataclass(frozen=True)
class Split:
    """Reads of splitting a person's record."""

    def person(self, plan: Plan) -> Person:
        """The record to be split. Raises NotHere."""
        person = Person.objects.select_related("grid__area").filter(pk=plan.subjects[0]).first()
        if person is None:
            raise NotHere
        return person

    def stands_in(self, plan: Plan) -> set[str]:
        """The grids of the record, and of the second one once there is one."""
        return set(Person.objects.filter(pk__in=plan.subjects).values_list("grid_id", flat=True))

    def grids(self, plan: Plan) -> set[str]:
        """Those of the records, their doors, their labels and what waits about them."""
        own = self.stands_in(plan)
        grids = own | {codes.unassigned_of(grid) for grid in own}
        for rows in (
            Residence.objects.filter(person_id__in=plan.subjects),
            CareLabel.objects.filter(person_id__in=plan.subjects),
            Difference.objects.filter(entity__in=plan.subjects),
        ):
            grids |= set(rows.values_list("grid_id", flat=True))
        return grids

    def state(self, plan: Plan) -> Mapping[str, Any]:
        """Heads, links and status, and the labels it has."""
        labels = CareLabel.objects.filter(person_id__in=plan.subjects).order_by("pk").values_list("pk", flat=True)
        of_records = {str(p.pk): pairs.state_of(p) for p in Person.objects.filter(pk__in=plan.subjects)}
        return {**of_records, "labels": [str(pk) for pk in labels]}

    def titles(self, viewer: Viewer, plans: Sequence[Plan]) -> Mapping[uuid.UUID, str]:
        """王秀英（5号楼 1单元 301）分成两条，另一条是王秀云."""
        named = titles.titles(viewer, "person", {plan.subjects[0] for plan in plans})
        return {plan.id: self._title(viewer, plan, *named[plan.subjects[0]]) for plan in plans}

    def _title(self, viewer: Viewer, plan: Plan, name: str, place: str) -> str:
        other = str(plan.choices.get("name", ""))
        full = bool(name) and "*" not in name
        return f"{name}（{place}）分成两条，另一条是 {other if full else names.mask(other)}"

    def shown(self, viewer: Viewer, plan: Plan) -> Mapping[str, Any]:
        """What goes to the second record and what stays."""
        person = self.person(plan)
        shown = {"template": "console/upkeep/_split_plan.html", "person": person, "subjects": plan.subjects}
        if plan.state != "open":
            return shown
        successions = households.after_split(viewer, plan, person)
        return {**shown, **self.parts(viewer, person, plan.choices), "successions": successions}

    def parts(self, viewer: Viewer, person: Person, chosen: Mapping[str, Any]) -> dict[str, list[Part]]:
        """Facts, links and labels of the record, each with where it goes."""
        fields, going = chosen.get("fields", {}), {*chosen.get("links", ()), *chosen.get("labels", ())}

        def part(of: Link | LabelRow, pk: uuid.UUID) -> Part:
            return Part(of, rules.GO if str(pk) in going else rules.STAY)

        today = clock.local_date(clock.now())
        labels = care.of_persons(viewer, [person.pk], person.grid_id, today)
        return {
            "facts": [Part(f, fields.get(f.field, rules.STAY)) for f in self.facts(viewer, person)],
            "links": [part(link, link.residence) for link in pairs.links([person])],
            "labels": [part(label, label.id) for label in labels],
        }

    def facts(self, viewer: Viewer, person: Person) -> list[Fact]:
        """The facts that can go: those that say something; the name is typed anew."""
        return [f for f in entities.facts(viewer, person) if f.value and f.field not in {"name", "status"}]
