"""Steps of a merge: what stands on the record that goes is handed to the one that stays, and every row can go back.

Nothing is deleted. What cannot be handed over, because the record that stays has it already, is ended and stays where
it is.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from gridwalk.core import bulk, clock, hanging, records
from gridwalk.core.actions import Writing
from gridwalk.core.moving import Moves
from gridwalk.registry import columns, predicates, rules
from gridwalk.registry.actions import claims, creation, queue
from gridwalk.registry.living import LIVING, REGISTERED
from gridwalk.registry.models import (
    CareLabel,
    Difference,
    Dwelling,
    Entity,
    FormerAddress,
    Organization,
    Person,
    Residence,
    TakeOver,
)
from gridwalk.registry.rules import Claim, Verdict

MERGED = "两条记录已合并"
ANSWER = ("state", "decided_at", "decided_by_name", "reason")


DONE = ("registry", "visits")
"""Rooms with steps of their own for what they keep about the records."""


class NumberTaken(Exception):
    """A number that a record is to have stands on another record."""


def close(moves: Moves, winner: Entity, loser: Entity) -> None:
    """The record that goes is struck off (an organization closed) and names the one that stays, as do those it
    had taken in.
    """
    today = clock.local_date(moves.writing.at)
    earlier = type(loser)._default_manager.filter(merged_into=loser.pk)
    moves.set(earlier, history=loser.KIND, merged_into=winner.pk)
    ended: dict[str, Any] = {"status": "closed" if isinstance(loser, Organization) else "struck_off"}
    if not isinstance(loser, Organization):
        ended["ended_on"] = today
    heads = {**loser.heads, "status": str(moves.writing.op)}
    moves.set([loser], history=loser.KIND, merged_into=winner.pk, heads=heads, **ended)


def take_facts(moves: Moves, winner: Entity, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The chosen facts, through the one door; returns what they were, for ``give_facts_back``. Raises NumberTaken."""
    before = [{"field": field, "old": columns.read(winner, field), "head": winner.heads.get(field)} for field in values]
    waiting = Difference.objects.filter(entity=winner.pk, state__in=rules.WAITING)
    was = {d.pk: {name: getattr(d, name) for name in ANSWER} for d in waiting}
    _say(moves.writing, winner, values, {}, moves.reason)
    moves.noticed(Difference.objects.filter(pk__in=was), was)
    return before


def give_facts_back(
    writing: Writing, winner: Entity, before: Sequence[Mapping[str, Any]], op: uuid.UUID, *, reason: str
) -> list[str]:
    """Facts that nobody has said since ``op`` are again as they were, under the heads they had; the others by name.

    Raises NumberTaken.
    """
    untouched = [fact for fact in before if winner.heads.get(fact["field"]) in {str(op), fact["head"]}]
    heads = {fact["field"]: fact["head"] for fact in untouched}
    _say(writing, winner, {fact["field"]: fact["old"] for fact in untouched}, heads, reason)
    again = columns.TABLES[winner.KIND]._default_manager.get(pk=winner.pk)
    again.heads = {field: head for field, head in again.heads.items() if heads.get(field, head) is not None}
    bulk.update([again], ["heads"])
    return sorted({fact["field"] for fact in before} - heads.keys())


def _say(
    writing: Writing, entity: Entity, values: Mapping[str, Any], heads: Mapping[str, str | None], reason: str
) -> None:
    new_claims = [
        Claim(
            entity.KIND,
            entity.pk,
            field,
            value or None,
            "office",
            reason=reason,
            op=uuid.UUID(head) if (head := heads.get(field)) else None,
        )
        for field, value in values.items()
    ]
    if any(judgement.verdict is Verdict.ASK for judgement in claims.apply_claims(writing, new_claims)):
        raise NumberTaken


def hand_over_homes(moves: Moves, stays: Person, goes: Person, home: uuid.UUID | None) -> set[uuid.UUID]:
    """A person's links to doors, past ones too. ``home``: the link of where the person lives, where the two live in
    several places; the other homes end. Returns the links that ended.
    """
    today = clock.local_date(moves.writing.at)
    ended = _hand_over_links(moves, stays, goes, "dwelling_id", home)
    links = list(Residence.objects.filter(person=stays, to_on__isnull=True).order_by("created_at", "id"))
    chosen = next((r for r in links if r.pk == home), None)
    if chosen is not None:
        elsewhere = [r for r in links if r.kind in LIVING and r.dwelling_id != chosen.dwelling_id]
        registered = [r for r in elsewhere if r.kind == "lives_here" and chosen.kind != "lives_here"]
        left = [r for r in elsewhere if r not in registered]
        moves.set(registered, history="residence", kind=REGISTERED)
        moves.set(left, history="residence", to_on=today)
        ended |= {r.pk for r in left}
    creation.place_persons(moves.writing, [stays.pk])
    return ended


def hand_over_door(moves: Moves, stays: Dwelling, goes: Dwelling) -> set[uuid.UUID]:
    """Who is linked to a door, which organizations are in it, what it was called formerly.

    Returns the links that ended.
    """
    persons = list(Residence.objects.filter(dwelling=goes).values_list("person_id", flat=True))
    ended = _hand_over_links(moves, stays, goes, "person_id", None)
    Residence.objects.filter(dwelling=stays).exclude(grid_id=stays.grid_id).update(grid_id=stays.grid_id)
    creation.place_persons(moves.writing, persons)
    organizations = list(Organization.objects.filter(dwelling=goes))
    moves.set(organizations, dwelling_id=stays.pk)
    regrid(moves.writing, organizations, stays.grid_id)
    keys = FormerAddress.objects.filter(dwelling=stays).values("address_key")
    moves.set(FormerAddress.objects.filter(dwelling=goes).exclude(address_key__in=keys), dwelling_id=stays.pk)
    moves.set(TakeOver.objects.filter(dwelling=goes.pk), dwelling=stays.pk, grid_id=stays.grid_id)
    pointing = Difference.objects.filter(state__in=rules.WAITING, evidence__dwelling=str(goes.pk))
    for difference in pointing:
        moves.set([difference], evidence={**difference.evidence, "dwelling": str(stays.pk)}, state=difference.state)
    return ended


def prove_chosen_vacancy(moves: Moves, stays: Dwelling, goes: Dwelling, chosen: Collection[str]) -> None:
    """Who confirmed a vacancy goes with the value that is kept. ``stays``: as it was before the facts were taken."""
    was = {name: getattr(stays, name) for name in ("vacancy_source", "vacancy_confirmed_on")}
    again = Dwelling.objects.get(pk=stays.pk)
    if "occupancy" in chosen and again.occupancy == "vacant":
        again.vacancy_source, again.vacancy_confirmed_on = goes.vacancy_source, goes.vacancy_confirmed_on
        bulk.update([again], list(was))
    moves.noticed([again], {again.pk: was})


def latest_contact(moves: Moves, stays: Dwelling | Organization, goes: Dwelling | Organization) -> None:
    """The later of the days somebody last saw to the place."""
    last = max((day for day in (stays.last_contact_on, goes.last_contact_on) if day), default=None)
    moves.set([stays], last_contact_on=last)


def regrid(writing: Writing, entities: Iterable[Entity], grid: str) -> None:
    """Put entities into a grid, with what waits and what was decided about them; both grids are written."""
    moved = [entity for entity in entities if entity.grid_id != grid]
    for entity in moved:
        writing.left(entity.grid_id, entity.KIND, entity.pk, source="office")
        writing.change(
            stream=grid, kind=entity.KIND, entity=entity.pk, field="grid", old=entity.grid_id, new=grid, source="office"
        )
        entity.grid_id = grid
    bulk.update(moved, ["grid"])
    hanging.follow(moved, "registry")


def _hand_over_links(
    moves: Moves, stays: Person | Dwelling, goes: Person | Dwelling, other_end: str, home: uuid.UUID | None
) -> set[uuid.UUID]:
    """All links of ``goes`` to ``stays``; of two that then lead to one ``other_end`` the one that gives way ends."""
    own = f"{stays.KIND}_id"
    links = list(Residence.objects.filter(**{f"{own}__in": [stays.pk, goes.pk]}).order_by("created_at", "id"))
    current: dict[uuid.UUID, list[Residence]] = {}
    for link in links:
        if link.to_on is None:
            current.setdefault(getattr(link, other_end), []).append(link)

    def gives_way(link: Residence) -> tuple[bool, bool, bool]:
        return link.pk != home, link.kind not in LIVING, getattr(link, own) != stays.pk

    double = [max(both, key=gives_way) for both in current.values() if len(both) > 1]
    moves.set(double, history="residence", to_on=clock.local_date(moves.writing.at))
    handed = [link for link in links if getattr(link, own) == goes.pk and link not in double]
    moves.set(handed, history="residence", **{own: stays.pk})
    return {link.pk for link in double}


def hand_over_care(moves: Moves, winner: Person, loser: Person) -> None:
    """Care labels; of a category that runs on both one label stays, with the later contact, the later end and the
    consent given to either. The contacts made for a label that ends go with the one that stays, and so do the needs
    they found.
    """
    today = clock.local_date(moves.writing.at)
    labels = CareLabel.objects.filter(person=winner)
    running = {label.category: label for label in labels.filter(predicates.label_runs(today))}
    begun = set(labels.values_list("category", "starts_on"))
    runs = set(CareLabel.objects.filter(predicates.label_runs(today), person=loser).values_list("pk", flat=True))
    for label in CareLabel.objects.filter(person=loser).order_by("ends_on", "id"):
        same = running.get(label.category) if label.pk in runs else None
        if same is not None:
            last = max((d for d in (same.last_contact_on, label.last_contact_on) if d), default=None)
            agreed = same if same.consent else label
            moves.set(
                [same],
                history="care",
                last_contact_on=last,
                ends_on=max(same.ends_on, label.ends_on),
                consent=agreed.consent,
                consent_on=agreed.consent_on,
            )
            moves.set(label.contacts.all(), label_id=same.pk)
            moves.set([label], history="care", ended_on=today)
        elif (label.category, label.starts_on) not in begun:
            begun.add((label.category, label.starts_on))
            moves.set([label], history="care", person_id=winner.pk)
            CareLabel.objects.filter(pk=label.pk).update(grid_id=winner.grid_id)


def hand_over_questions(moves: Moves, winner: Entity, loser: Entity, *, ended: Collection[uuid.UUID] = ()) -> None:
    """Differences that wait: asked of the record that stays, or closed where it has the answer or the same question.

    ``ended``: links to doors that the merge has ended; a question about one of them has nothing left to ask. A question
    that reports of somebody wait for is never answered by where they live: what they say is claimed when it is decided.
    """
    asked = {_question(row): row.pk for row in Difference.objects.filter(entity=winner.pk, state="open")}
    reports = list(TakeOver.objects.filter(difference__entity=loser.pk, difference__state__in=rules.WAITING))
    reported = {report.difference_id for report in reports}
    homes = set(Residence.objects.filter(person_id=winner.pk, to_on__isnull=True).values_list("dwelling_id", flat=True))
    handed: list[Difference] = []
    closed: list[Difference] = []
    for difference in Difference.objects.filter(entity=loser.pk, state__in=rules.WAITING).order_by("created_at", "id"):
        about = {str(pk) for pk in (*ended, *homes)}
        answered = difference.evidence.get("residence") in about or difference.evidence.get("dwelling") in about
        if difference.field not in ("residence", "residence_kind"):
            answered = columns.value_hash(columns.read(winner, difference.field) or None) == difference.claimed_hash
        same = asked.get(_question(difference))
        if same is not None:
            moves.set([r for r in reports if r.difference_id == difference.pk], difference_id=same)
        is_over = same is not None or (answered and difference.pk not in reported)
        (closed if is_over else handed).append(difference)
    moves.set(closed, state="closed", decided_at=moves.writing.at, decided_by_name=queue.BY_ITSELF, reason=MERGED)
    for state in rules.WAITING:
        moves.set([d for d in handed if d.state == state], entity=winner.pk, state=state)
    ask_of(winner, handed)


def _question(difference: Difference) -> tuple[str, str, str]:
    return difference.field, difference.claimed_hash, difference.source


def ask_of(entity: Entity, asked: Sequence[Difference]) -> None:
    """Bring questions to the present value of the record they are now asked of, and to its grid."""
    for difference in asked:
        difference.grid_id = entity.grid_id
        if difference.field in ("residence", "residence_kind"):
            continue
        head = entity.heads.get(difference.field)
        difference.head = uuid.UUID(head) if head else None
        difference.current = records.seal_value(
            difference.kind,
            difference.field,
            columns.read(entity, difference.field),
            table=claims.TABLE,
            column="current",
            row=difference.pk,
        )
    bulk.update(list(asked), ["grid", "head", "current"])


def hand_over_rest(moves: Moves, stays: Entity, goes: Entity) -> None:
    """What all other rooms keep about the record that goes, in the grid of the one that stays.

    Its own id needs no alias for the phones: it says itself where it was merged into (``sync.actions.reading``).
    """
    hanging.repoint(moves, stays, goes, but=DONE)
    follow([stays])


def follow(records: Sequence[Entity]) -> None:
    """What all other rooms keep about records of one kind stands in the records' grids."""
    hanging.follow(records, but=DONE)


def place_again(writing: Writing, entities: Sequence[Entity]) -> None:
    """After a merge was taken back: each record's grid, and what hangs on it, as its doors and facts now say."""
    for entity in entities:
        persons = [entity.pk]
        if isinstance(entity, Dwelling):
            links = Residence.objects.filter(dwelling=entity)
            links.exclude(grid_id=entity.grid_id).update(grid_id=entity.grid_id)
            persons = list(links.values_list("person_id", flat=True))
            regrid(writing, Organization.objects.filter(dwelling=entity), entity.grid_id)
        creation.place_persons(writing, persons)
        again: Any = type(entity)._default_manager.get(pk=entity.pk)
        CareLabel.objects.filter(person_id=again.pk).exclude(grid_id=again.grid_id).update(grid_id=again.grid_id)
        ask_of(again, list(Difference.objects.filter(entity=again.pk, state__in=rules.WAITING)))
