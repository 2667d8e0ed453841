"""Steps of a merge: what stands on the record that goes is handed to the one that stays, and every row can go back.

Nothing is deleted. What cannot be handed over, because the record that stays has it already, is ended and stays where it is.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from gridwalk.core import bulk, clock, records
from gridwalk.core.actions import Writing
from gridwalk.core.moving import Moves
from gridwalk.registry import columns, rules
from gridwalk.registry.actions import claims, creation, queue
from gridwalk.registry.models import CareLabel, Difference, Entity, Organization, Person, Residence
from gridwalk.registry.rules import Claim, Verdict

MERGED = "两条记录已合并"
ANSWER = ("state", "decided_at", "decided_by_name", "reason")


class NumberTaken(Exception):
    """A number that a record is to have stands on another record."""


def close(moves: Moves, winner: Entity, loser: Entity) -> None:
    """The record that goes is struck off (an organization closed) and names the one that stays, as do those it had taken in."""
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
    before = [
        {"field": field, "old": columns.read(winner, field), "head": winner.heads.get(field)} for field in values
    ]  # fmt: skip
    waiting = Difference.objects.filter(entity=winner.pk, state__in=queue.WAITING)
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
    untouched = [one for one in before if winner.heads.get(one["field"]) in {str(op), one["head"]}]
    heads = {one["field"]: one["head"] for one in untouched}
    _say(writing, winner, {one["field"]: one["old"] for one in untouched}, heads, reason)
    again = columns.TABLES[winner.KIND]._default_manager.get(pk=winner.pk)
    again.heads = {field: head for field, head in again.heads.items() if heads.get(field, head) is not None}
    bulk.update([again], ["heads"])
    return sorted({one["field"] for one in before} - heads.keys())


def _say(
    writing: Writing, entity: Entity, values: Mapping[str, Any], heads: Mapping[str, str | None], reason: str
) -> None:  # fmt: skip
    said = [
        Claim(entity.KIND, entity.pk, field, value or None, "office", reason=reason,
              op=uuid.UUID(head) if (head := heads.get(field)) else None)
        for field, value in values.items()
    ]  # fmt: skip
    if any(one.verdict is Verdict.ASK for one in claims.apply_claims(writing, said)):
        raise NumberTaken


def hand_over_homes(moves: Moves, winner: Person, loser: Person, home: uuid.UUID | None) -> set[uuid.UUID]:
    """Links to doors, past ones too. ``home``: the link of where the person lives, where the two live in several places.

    A door both are linked to keeps one link. Returns the links that ended.
    """
    today = clock.local_date(moves.writing.at)
    links = list(Residence.objects.filter(person__in=[winner, loser]).order_by("created_at", "id"))
    at_door: dict[uuid.UUID, list[Residence]] = {}
    for link in links:
        if link.to_on is None:
            at_door.setdefault(link.dwelling_id, []).append(link)
    double = [max(both, key=lambda r: _gives_way(r, winner, home)) for both in at_door.values() if len(both) > 1]
    moves.set(double, history="residence", to_on=today)
    handed = [r for r in links if r.person_id == loser.pk and r not in double]
    moves.set(handed, history="residence", person_id=winner.pk)
    ended = {r.pk for r in double}
    if home is not None:
        chosen = next(r for r in links if r.pk == home)
        elsewhere = [
            r for r in links if r.to_on is None and r.kind in rules.LIVING and r.dwelling_id != chosen.dwelling_id
        ]
        stays_registered = [r for r in elsewhere if r.kind == "lives_here" and chosen.kind != "lives_here"]
        left = [r for r in elsewhere if r not in stays_registered]
        moves.set(stays_registered, history="residence", kind=rules.REGISTERED)
        moves.set(left, history="residence", to_on=today)
        ended |= {r.pk for r in left}
    creation.settle_grids(moves.writing, [winner.pk])
    return ended


def _gives_way(link: Residence, winner: Person, home: uuid.UUID | None) -> tuple[bool, bool, bool]:
    """Of two links to one door that one gives way which is not the chosen home, not a home, not the winner's."""
    return link.pk != home, link.kind not in rules.LIVING, link.person_id != winner.pk


def hand_over_care(moves: Moves, winner: Person, loser: Person) -> None:
    """Care labels; of a category that stands on both one label stays, with the later contact and end, and consent to either.

    The contacts made for a label that ends go with the one that stays.
    """
    today = clock.local_date(moves.writing.at)
    held = list(CareLabel.objects.filter(person=winner))
    standing = {label.category: label for label in held if _stands(label, today)}
    begun = {(label.category, label.starts_on) for label in held}
    for label in CareLabel.objects.filter(person=loser).order_by("ends_on", "id"):
        same = standing.get(label.category) if _stands(label, today) else None
        if same is not None:
            last = max((d for d in (same.last_contact_on, label.last_contact_on) if d), default=None)
            moves.set([same], history="care", last_contact_on=last, ends_on=max(same.ends_on, label.ends_on))
            if not same.consent:
                moves.set([same], history="care", consent=label.consent, consent_on=label.consent_on)
            moves.set(label.contacts.all(), label_id=same.pk)
            moves.set([label], history="care", ends_on=today - dt.timedelta(days=1))
        elif (label.category, label.starts_on) not in begun:
            begun.add((label.category, label.starts_on))
            moves.set([label], history="care", person_id=winner.pk)
            CareLabel.objects.filter(pk=label.pk).update(grid_id=winner.grid_id)


def _stands(label: CareLabel, today: dt.date) -> bool:
    return label.ends_on >= today and label.ended_on is None


def hand_over_questions(moves: Moves, winner: Entity, loser: Entity, *, ended: Collection[uuid.UUID] = ()) -> None:
    """Differences that wait: asked of the record that stays, or closed where it has the answer or the same question.

    ``ended``: links to doors that the merge has ended; a question about one of them has nothing left to ask.
    """
    asked = set(_questions(Difference.objects.filter(entity=winner.pk, state="open")))
    homes = set(Residence.objects.filter(person_id=winner.pk, to_on__isnull=True).values_list("dwelling_id", flat=True))
    handed: list[Difference] = []
    closed: list[Difference] = []
    for one in Difference.objects.filter(entity=loser.pk, state__in=queue.WAITING).order_by("created_at", "id"):
        about = {str(pk) for pk in (*ended, *homes)}
        answered = one.evidence.get("residence") in about or one.evidence.get("dwelling") in about
        if one.field not in ("residence", "residence_kind"):
            answered = columns.value_hash(columns.read(winner, one.field) or None) == one.claimed_hash
        (closed if answered or _question(one) in asked else handed).append(one)
    moves.set(closed, state="closed", decided_at=moves.writing.at, decided_by_name=queue.BY_ITSELF, reason=MERGED)
    for state in queue.WAITING:
        moves.set([d for d in handed if d.state == state], entity=winner.pk, state=state)
    ask_of(winner, handed)


def _question(one: Difference) -> tuple[str, str, str]:
    return one.field, one.claimed_hash, one.source


def _questions(rows: Any) -> Any:
    return rows.values_list("field", "claimed_hash", "source")


def ask_of(entity: Entity, asked: Sequence[Difference]) -> None:
    """Bring questions to the present value of the record they are now asked of, and to its grid."""
    for one in asked:
        one.grid_id = entity.grid_id
        if one.field in ("residence", "residence_kind"):
            continue
        head = entity.heads.get(one.field)
        one.head = uuid.UUID(head) if head else None
        one.current = records.seal_value(
            one.kind, one.field, columns.read(entity, one.field), table=claims.TABLE, column="current", row=one.pk
        )
    bulk.update(list(asked), ["grid", "head", "current"])


def settle_again(writing: Writing, entities: Sequence[Entity]) -> None:
    """After a merge was taken back: each record's grid, and what waits about it, as its doors and facts now say."""
    persons = [e.pk for e in entities if isinstance(e, Person)]
    creation.settle_grids(writing, persons)
    for entity in entities:
        again: Any = type(entity)._default_manager.get(pk=entity.pk)
        if persons:
            CareLabel.objects.filter(person=again).exclude(grid_id=again.grid_id).update(grid_id=again.grid_id)
        ask_of(again, list(Difference.objects.filter(entity=again.pk, state__in=queue.WAITING)))
