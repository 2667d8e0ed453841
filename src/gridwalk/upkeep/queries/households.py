"""What becomes of households by a plan: whose head goes, and where two heads come together."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Collection, Sequence

from gridwalk.accounts.rules import Viewer
from gridwalk.registry import households as rules
from gridwalk.registry.households import Member
from gridwalk.registry.living import LIVING, REGISTERED, kind_after_move, kind_of_both, stays_registered
from gridwalk.registry.models import Dwelling, Person, Residence
from gridwalk.registry.queries import households
from gridwalk.registry.queries.households import Succession
from gridwalk.upkeep.models import Plan
from gridwalk.upkeep.queries.effects import Effect
from gridwalk.upkeep.rules import BOTH, GO, RIGHT


def after_move(viewer: Viewer, plan: Plan) -> list[Succession]:
    """The household that stays behind, where its head moves away."""
    along, gone = plan.choices.get("registration") == "along", set(plan.subjects[2:])
    return households.successions(viewer, plan.subjects[:1], lambda _, before: _left_behind(before, gone, along=along))


def _left_behind(before: Sequence[Member], gone: Collection[uuid.UUID], *, along: bool) -> list[Member]:
    stay = [member for member in before if member.person not in gone]
    away = [m for m in before if m.person in gone and stays_registered(m.kind, along=along)]
    return [*stay, *(Member(member.person, REGISTERED, member.relation) for member in away)]


def heads_after_move(plan: Plan) -> list[Effect]:
    """Said where the door that is moved to has several heads then."""
    old, new = plan.subjects[:2]
    along = plan.choices.get("registration") == "along"
    at_doors = households.members([old, new])
    moved = [
        Member(m.person, kind_after_move(m.kind, along=along), m.relation)
        for m in at_doors[old]
        if m.person in plan.subjects[2:] and (along or m.kind != REGISTERED)
    ]
    there = {m.person: m for m in at_doors[new]}
    coming = {m.person: m for m in moved}
    both = [
        Member(pk, kind_of_both(there[pk].kind, coming[pk].kind), coming[pk].relation)
        if pk in there and pk in coming
        else coming.get(pk) or there[pk]
        for pk in {**there, **coming}
    ]
    return _several(Dwelling.objects.get(pk=new), at_doors[new], both)


def heads_after_merge(stays: Dwelling, goes: Dwelling) -> list[Effect]:
    """Said where the door that stays has several heads then."""
    at_doors = households.members([stays.pk, goes.pk])
    here = {m.person: m for m in at_doors[stays.pk]}
    both = [*here.values(), *(m for m in at_doors[goes.pk] if m.person not in here)]
    return _several(stays, at_doors[stays.pk], both)


def _several(door: Dwelling, before: Sequence[Member], after: Sequence[Member]) -> list[Effect]:
    is_let = door.tenure == "let"
    n = len(rules.heads(after, is_let=is_let))
    if n < 2 or n == len(rules.heads(before, is_let=is_let)) or door.usage in rules.WITHOUT_HOUSEHOLD:
        return []
    return [Effect("户", f"{door.address} 会有 {n} 个户主，列进“一户几个户主”，请问清谁是户主")]


def after_merge(viewer: Viewer, plan: Plan, stays: Person, goes: Person) -> list[Succession]:
    """The households of two records that become one, where their head is gone then."""
    pair = (stays.pk, goes.pk)
    links = list(Residence.objects.filter(person__in=pair, to_on__isnull=True).order_by("created_at", "id"))
    relation = goes.relation if plan.choices.get("fields", {}).get("relation") == RIGHT else stays.relation
    home = next((link for link in links if str(link.pk) == plan.choices.get("home")), None)

    def after(door: uuid.UUID, before: list[Member]) -> list[Member]:
        kind = _kind_after_merge([link for link in links if link.dwelling_id == door], home)
        others = [member for member in before if member.person not in pair]
        return [*others, Member(stays.pk, kind, relation)] if kind else others

    return households.successions(viewer, {link.dwelling_id for link in links}, after)


def after_split(viewer: Viewer, plan: Plan, person: Person) -> list[Succession]:
    """The households of a record that becomes two, where their head goes with the second record, or is it."""
    side, going = plan.choices.get("fields", {}).get("relation"), set(plan.choices.get("links", ()))
    links = {str(link.pk): link for link in Residence.objects.filter(person=person, to_on__isnull=True)}
    moving = {link.dwelling_id for pk, link in links.items() if pk in going}
    stays, goes = ("" if side == GO else person.relation), (person.relation if side in (GO, BOTH) else "")

    def after(door: uuid.UUID, before: list[Member]) -> list[Member]:
        return [
            Member(plan.id, member.kind, goes)  # the second record has no id yet, and nobody can choose it
            if member.person == person.pk and door in moving
            else dataclasses.replace(member, relation=stays if member.person == person.pk else member.relation)
            for member in before
        ]

    losing = households.successions(viewer, {link.dwelling_id for link in links.values()}, after)
    return [succession for succession in losing if succession.candidates]


def _kind_after_merge(at_door: Sequence[Residence], home: Residence | None) -> str:
    """What links the record that stays to a door of the two; empty where nothing does."""
    if home is None or home in at_door:
        return next((link.kind for link in at_door if link.kind in LIVING), at_door[0].kind)
    kinds = {link.kind for link in at_door}
    if REGISTERED in kinds or ("lives_here" in kinds and home.kind != "lives_here"):
        return REGISTERED
    return ""
