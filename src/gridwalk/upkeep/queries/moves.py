"""The reads of moving a household: the door it leaves, the door it goes to, and who goes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.registry import rules as registry
from gridwalk.registry.living import (
    LIVING,
    REGISTERED,
    RESIDENCE_LABELS,
    kind_after_move,
    kind_of_both,
    stays_registered,
)
from gridwalk.registry.models import CareLabel, Difference, Dwelling, Person, Residence
from gridwalk.registry.queries import titles
from gridwalk.registry.queries.entities import shown_name
from gridwalk.sync.models import Device
from gridwalk.territory import rules as codes
from gridwalk.upkeep import rules
from gridwalk.upkeep.models import Plan
from gridwalk.upkeep.queries import households
from gridwalk.upkeep.queries.effects import Effect


@dataclasses.dataclass(frozen=True)
class Mover:
    """Somebody at the door that is left: what links them there now, and what would link them to both doors afterwards,
    by what becomes of the registration (a key of ``rules.REGISTRATION``).
    """

    person: uuid.UUID
    name: str
    kind_label: str
    living: bool
    then: Mapping[str, str]


@dataclasses.dataclass(frozen=True)
class Move:
    """Reads of a move: ``subjects`` are the door left, the door moved to, and the people."""

    def doors(self, plan: Plan) -> tuple[Dwelling, Dwelling]:
        """The door that is left and the one that is moved to. Raises NotHere."""
        doors = {d.pk: d for d in Dwelling.objects.select_related("grid__area").filter(pk__in=plan.subjects[:2])}
        if not set(plan.subjects[:2]) <= doors.keys():
            raise NotHere
        return doors[plan.subjects[0]], doors[plan.subjects[1]]

    def leaving(self, plan: Plan) -> list[Residence]:
        """The links of the chosen people to the door they leave, as they stand."""
        links = Residence.objects.filter(dwelling=plan.subjects[0], person__in=plan.subjects[2:], to_on__isnull=True)
        return list(links.select_related("person").order_by("created_at", "id"))

    def stands_in(self, plan: Plan) -> set[str]:
        """The grids of both doors: both sides are written."""
        return {door.grid_id for door in self.doors(plan)}

    def grids(self, plan: Plan) -> set[str]:
        """Those of both doors and of wherever the people belong, before and afterwards."""
        people = plan.subjects[2:]
        own = set(Person.objects.filter(pk__in=people).values_list("grid_id", flat=True))
        links = set(Residence.objects.filter(person__in=people, to_on__isnull=True).values_list("grid_id", flat=True))
        return self.stands_in(plan) | own | links | {codes.unassigned_of(grid) for grid in own}

    def state(self, plan: Plan) -> Mapping[str, Any]:
        """Heads, links and status of both doors and of everybody at the one that is left; a constant number
        of queries.
        """
        doors = self.doors(plan)
        here = Residence.objects.filter(dwelling=doors[0], to_on__isnull=True)
        people = Person.objects.filter(Q(pk__in=here.values("person")) | Q(pk__in=plan.subjects[2:]))
        links = Residence.objects.filter(Q(dwelling__in=doors) | Q(person__in=people), to_on__isnull=True).order_by(
            "pk"
        )
        stand: dict[str, Any] = {str(d.pk): [d.heads, d.status] for d in doors}
        stand |= {str(p.pk): [p.heads, p.status, p.status_pending] for p in people}
        return stand | {"links": [f"{pk}:{kind}" for pk, kind in links.values_list("pk", "kind")]}

    def titles(self, viewer: Viewer, plans: Sequence[Plan]) -> Mapping[uuid.UUID, str]:
        """2 人，5号楼 1单元 101 → 6号楼 1单元 102."""
        named = titles.titles(viewer, "dwelling", {pk for plan in plans for pk in plan.subjects[:2]})
        return {
            plan.id: f"{len(plan.subjects) - 2} 人，{named[plan.subjects[0]][0]} → {named[plan.subjects[1]][0]}"
            for plan in plans
        }

    def shown(self, viewer: Viewer, plan: Plan) -> Mapping[str, Any]:
        """Both doors, who goes and what becomes of each link, what it would do."""
        old, new = self.doors(plan)
        people = Person.objects.filter(pk__in=plan.subjects[2:]).order_by("id")  # names may be masked
        asked = plan.state == "open"
        return {
            "template": "console/moves/_plan.html",
            "old": old,
            "new": new,
            "movers": self.movers(viewer, old, new) if asked else [],
            "chosen": set(plan.subjects[2:]),
            "people": [(p.pk, shown_name(viewer, p.grid_id, p.name)) for p in people],
            "effects": self.effects(viewer, plan) if asked else [],
            "successions": households.after_move(viewer, plan) if asked else [],
            **_chosen(viewer, old, plan.choices),
        }

    def movers(self, viewer: Viewer, old: Dwelling, new: Dwelling) -> list[Mover]:
        """Everybody at the door that is left, who lives there first; two queries."""
        links = list(Residence.objects.filter(dwelling=old, to_on__isnull=True).select_related("person"))
        at_new = Residence.objects.filter(dwelling=new, person__in=[x.person_id for x in links], to_on__isnull=True)
        there = dict(at_new.values_list("person_id", "kind"))
        return [
            Mover(
                link.person_id,
                shown_name(viewer, old.grid_id, link.person.name),
                RESIDENCE_LABELS[link.kind],
                link.kind in LIVING,
                {
                    code: _then(link.kind, there.get(link.person_id), along=code == "along")
                    for code in rules.REGISTRATION
                },
            )
            for link in sorted(links, key=lambda x: (x.kind not in LIVING, x.created_at))
        ]

    def effects(self, viewer: Viewer, plan: Plan) -> list[Effect]:
        """What would move, in counts."""
        old, new = self.doors(plan)
        people, today = plan.subjects[2:], clock.local_date(plan.proposed_at)
        n_stay = staying(plan).count()
        effects = [Effect("房", f"{len(people)} 人转到 {new.address}；{old.address} 还有 {n_stay} 人现居住")]
        if viewer.may(Verb.SEE_CARE, old.grid_id):
            labels = CareLabel.objects.filter(person__in=people, ends_on__gte=today).count()
            effects.append(Effect("关", f"{labels} 个关爱标识跟着人走，到期的日子不变", secret=True))
        effects += households.heads_after_move(plan)
        waits = Difference.objects.filter(entity__in=people, state__in=registry.WAITING).count()
        effects.append(Effect("异", f"{waits} 条关于他们的差异跟着人走，照样能定"))
        effects.append(Effect("访", "两处房屋的走访任务和走访记录都留在原处"))
        phones = Device.objects.filter(scope__in=self.stands_in(plan), revoked_at__isnull=True).count()
        effects.append(Effect("机", f"{phones} 部手机下次同步时看到"))
        return effects


def _chosen(viewer: Viewer, old: Dwelling, choices: Mapping[str, Any]) -> dict[str, Any]:
    """What the proposer chose, nothing once it is erased.

    That a door stands empty or is let is for who may see care.
    """
    if not choices:
        return {}
    old_door = rules.OLD_DOOR[choices["old_door"]] if viewer.may(Verb.SEE_CARE, old.grid_id) else ""
    from_on = dt.date.fromisoformat(choices["from_on"])
    return {"registration": choices["registration"], "old_door": old_door, "from_on": from_on}


def _then(kind: str, other_kind: str | None, *, along: bool) -> str:
    """What links somebody to both doors after the move, in words."""
    if kind == REGISTERED and not along:
        return "不动"
    there = kind_after_move(kind, along=along)
    there = kind_of_both(other_kind, there) if other_kind else there
    stays = "，原处留户籍" if stays_registered(kind, along=along) else ""
    return f"新处{RESIDENCE_LABELS[there]}{stays}"


def staying(plan: Plan) -> Any:
    """Who goes on living at the door that is left."""
    living = Residence.objects.filter(dwelling=plan.subjects[0], to_on__isnull=True, kind__in=LIVING)
    return living.filter(person__status="active").exclude(person__in=plan.subjects[2:])


def new_plan(old: uuid.UUID, new: uuid.UUID, people: Sequence[uuid.UUID], choices: Mapping[str, Any]) -> Plan:
    """The plan of a move, not stored: what its state is asked of before it is proposed."""
    return Plan(kind="move_household", subjects=[old, new, *people], choices=dict(choices))
