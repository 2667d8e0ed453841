"""The one door for facts: ``apply_claims``. Nothing else changes a fact of an entity that exists."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from gridwalk.core import bulk, ids, records
from gridwalk.core.actions import Writing
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary.types import Authority
from gridwalk.method import newborns
from gridwalk.registry import columns, rules
from gridwalk.registry.actions import cards, handed_in, looking, queue, tries
from gridwalk.registry.ends import is_end
from gridwalk.registry.models import Difference, Entity
from gridwalk.registry.queries import erased
from gridwalk.registry.rules import Claim, Says, Verdict

TABLE = "registry_difference"


@dataclasses.dataclass(frozen=True)
class Judged:
    """What became of a claim.

    ``head``: the op under which the claimed value stands now; None where another one stands. ``card``: of a number
    typed from a card, what is said to who typed it (a key of ``rules.CARD_ANSWERS``).
    """

    claim: Claim
    verdict: Verdict
    head: str | None = None
    card: str = ""


def apply_claims(writing: Writing, claims: Sequence[Claim]) -> list[Judged]:
    """Apply each claim or queue it as a difference, by the field's authority; the entities' grids must be locked.

    A constant number of queries for any number of claims. Claims about entities that are gone are passed over. What was
    kept before, or is on its way to the door, is not asked again while the fact stands as it stood then. Raises Unfit.
    """
    claims = [_today(claim) for claim in claims]
    for claim in claims:
        rules.refuse_unfit(claim.kind, {claim.field: claim.value})
    entities = _load(claims)
    work = _Work(writing, entities, _holders(claims), cards.tries(writing, _checked(claims, entities)))
    for claim in claims:
        work.take(claim)
    for kind, of_kind in work.changed.items():
        bulk.update(list(of_kind.values()), [*sorted(work.touched[kind]), "heads"])
    repeated = queue.ask(work.asked)
    handed_in.typed(writing, work.typed)
    if work.taken_from:
        looking.typed_elsewhere(writing, work.taken_from)
    queue.close_answered(writing, work.said)
    return [_answer(claim, verdict, asked, head, repeated) for claim, verdict, asked, head in work.judged]


def _checked(claims: Iterable[Claim], entities: Mapping[tuple[str, uuid.UUID], Entity]) -> set[uuid.UUID]:
    """The persons whose number on record is compared with one from their card."""
    typed = {claim.entity for claim in claims if claim.is_of_card}
    return {person for person in typed if cards.is_recorded(entities.get(("person", person)))}


def _answer(
    claim: Claim, verdict: Verdict, asked: Difference | None, head: str | None, repeated: Collection[uuid.UUID]
) -> Judged:
    final = Verdict.SAME if asked is not None and asked.id in repeated else verdict
    card = rules.card_answer(final, asked.why if asked else "", head) if claim.is_of_card else ""
    return Judged(claim, final, head, card)


class _Work:
    """One run of ``apply_claims``."""

    def __init__(
        self,
        writing: Writing,
        entities: Mapping[tuple[str, uuid.UUID], Entity],
        holders: dict[str, dict[str, uuid.UUID]],
        tries: Counter[uuid.UUID],
    ) -> None:
        self.judged: list[tuple[Claim, Verdict, Difference | None, str | None]] = []
        self.changed: dict[str, dict[uuid.UUID, Entity]] = defaultdict(dict)
        self.touched: dict[str, set[str]] = defaultdict(set)
        self.asked: list[Difference] = []
        self.said: list[queue.Said] = []
        self.taken_from: set[uuid.UUID] = set()
        """Persons whose number a claim brings to another record."""
        self.typed: dict[str, set[str]] = defaultdict(set)
        """Grid → ID numbers that were typed for somebody there and are nobody's on record."""
        self._writing = writing
        self._entities = entities
        self._holders = holders
        self._tries = tries

    def take(self, claim: Claim) -> None:
        """Judge one claim and apply it to the loaded entity, or make its difference."""
        entity = self._entities.get((claim.kind, claim.entity))
        if entity is None:
            return
        current = columns.read(entity, claim.field)
        head = entity.heads.get(claim.field)
        verdict, why = rules.judge(
            _authority(claim),
            claim.source,
            current,
            claim.value,
            head=head,
            seen=claim.seen,
            says=_says(claim, current),
        )
        if verdict is Verdict.APPLY and is_end(claim.kind, claim.field, claim.value):
            verdict, why = Verdict.ASK, "needs_recheck"
        if verdict is Verdict.APPLY and not self._free(claim):
            verdict, why = Verdict.ASK, "number_taken"
        else:
            self._try(claim, entity, current)
        verdict, why = _of_newborn(claim, current, verdict, why)
        if claim.asks and (verdict is Verdict.APPLY or claim.is_of_card):  # a card is not compared either
            verdict, why = Verdict.ASK, claim.asks
        elif claim.is_of_card and current:
            verdict, why = self._check_card(entity, verdict, why)
        asked = None
        if verdict is Verdict.APPLY:
            self.touched[claim.kind] |= put(
                self._writing, entity, claim.field, claim.value, claim=claim, current=current
            )
            self.changed[claim.kind][entity.id] = entity
        elif verdict is Verdict.ASK:
            asked = difference(
                self._writing.at,
                grid=entity.grid_id,
                kind=claim.kind,
                entity=entity.id,
                field=claim.field,
                current=current,
                claimed=claim.value,
                source=claim.source,
                source_ref=claim.source_ref,
                why=why,
                head=head,
                evidence=claim.evidence,
            )
            self.asked.append(asked)
        if verdict is Verdict.APPLY or _answers_the_door(claim):
            self.said.append(queue.Said(entity.id, claim.field, columns.value_hash(claim.value), verdict))
        stands = None if verdict is Verdict.ASK else entity.heads.get(claim.field)
        self.judged.append((claim, verdict, asked, stands))

    def _check_card(self, person: Entity, verdict: Verdict, why: str) -> tuple[Verdict, str]:
        """Note that a number was typed from a card. Past the day's tries nothing is compared: it is asked, whatever
        it says, so that nobody learns a number by trying.
        """
        self._tries[person.id] += 1
        if self._tries[person.id] > rules.CARD_TRIES:
            verdict, why = Verdict.ASK, "card_too_often"
        elif verdict is Verdict.SAME:
            self.touched["person"] |= cards.mark(self._writing, person)
            self.changed["person"][person.id] = person
        cards.note(self._writing, person, rules.card_answer(verdict, why, person.heads.get("id_no")))
        return verdict, why

    def _try(self, claim: Claim, person: Entity, current: Any) -> None:
        """Note an ID number that was typed: what becomes of it tells whether it is the one on record."""
        if (claim.kind, claim.field) != ("person", "id_no") or not claim.value or claim.source in rules.FROM_PAPER:
            return
        if claim.value != current:
            self.typed[person.grid_id].add(str(claim.value))
        elif not claim.is_of_card:  # that has a line of its own
            tries.confirmed(self._writing, person)

    def _free(self, claim: Claim) -> bool:
        """Whether the number a claim brings is nobody else's; it is this entity's from now on."""
        if not claim.value or not columns.is_number(claim.kind, claim.field):
            return True
        key = columns.number_key(claim.kind, claim.value)
        holder = self._holders[claim.kind].setdefault(key, claim.entity)
        if holder != claim.entity and claim.kind == "person":
            self.taken_from.add(holder)
        return holder == claim.entity


def _of_newborn(claim: Claim, current: Any, verdict: Verdict, why: str) -> tuple[Verdict, str]:
    """A child gets its name, whoever says it first; a name once given is not asked for by what stood there before."""
    if (claim.kind, claim.field) != ("person", "name") or claim.source == "office":
        return verdict, why
    if newborns.is_unnamed(str(claim.value or "")):
        return Verdict.SAME, ""
    return (Verdict.APPLY, "") if why in GIVES_WAY and newborns.is_unnamed(str(current)) else (verdict, why)


GIVES_WAY = frozenset({"ledger_differs", "document_differs"})
"""Why a name is asked about that the first name of a child is not."""


def _answers_the_door(claim: Claim) -> bool:
    """Whether what was asked at the door has its answer by this."""
    return claim.source == "visit" and not claim.asks and claim.value not in rules.NOT_SAID


def _holders(claims: Iterable[Claim]) -> dict[str, dict[str, uuid.UUID]]:
    """By kind: who holds the numbers these claims bring."""
    brought: dict[str, list[Any]] = defaultdict(list)
    for claim in claims:
        if columns.is_number(claim.kind, claim.field):
            brought[claim.kind].append(claim.value)
    return {kind: columns.holders(kind, values) for kind, values in brought.items()}


def put(writing: Writing, entity: Entity, field: str, value: Any, *, claim: Claim, current: Any) -> set[str]:
    """Set one fact on the loaded entity and note the change; returns the columns to be saved by the caller."""
    touched = columns.write(entity, field, value)
    entity.heads = {**entity.heads, field: str(claim.op or writing.of(entity.grid_id).op)}
    writing.change(
        stream=entity.grid_id,
        kind=claim.kind,
        entity=entity.id,
        field=field,
        old=current or None,
        new=value or None,
        source=claim.source,
        source_ref=claim.source_ref,
        reason=claim.reason,
        op=claim.op,
    )
    return touched


def _today(claim: Claim) -> Claim:
    """The claim with its value as it is kept today: it may have been staged, or sent, by an earlier version."""
    value = dictionary.today(claim.kind, claim.field, claim.value)
    return claim if value is claim.value else dataclasses.replace(claim, value=value)


def _says(claim: Claim, current: Any) -> Says:
    if dictionary.says_no_more(claim.kind, claim.field, current, claim.value):
        return Says.MORE
    return Says.LESS if dictionary.says_no_more(claim.kind, claim.field, claim.value, current) else Says.OTHER


def _authority(claim: Claim) -> Authority:
    declared = dictionary.find(claim.kind, claim.field)
    return declared.authority if declared else Authority.DOOR


def _load(claims: Iterable[Claim]) -> dict[tuple[str, uuid.UUID], Entity]:
    wanted: dict[str, set[uuid.UUID]] = defaultdict(set)
    for claim in claims:
        wanted[claim.kind].add(claim.entity)
    return {(kind, entity.id): entity for kind, entity_ids in wanted.items() for entity in _standing(kind, entity_ids)}


def _standing(kind: str, entity_ids: Collection[uuid.UUID]) -> QuerySet[Entity]:
    """The records; who was erased is gone, whoever speaks of them and whenever it was said."""
    records = columns.TABLES[kind]._default_manager.filter(id__among=entity_ids)
    return records.exclude(erased.GONE) if kind == "person" else records


def difference(
    at: dt.datetime,
    *,
    grid: str,
    kind: str,
    entity: uuid.UUID,
    field: str,
    current: Any,
    claimed: Any,
    source: str,
    source_ref: str,
    why: str,
    head: str | None = None,
    evidence: Mapping[str, Any] | None = None,
) -> Difference:
    """A difference to be saved: both values sealed for its row, and a hash so that the same claim is asked once."""
    row = ids.new_id()
    return Difference(
        id=row,
        grid_id=grid,
        kind=kind,
        entity=entity,
        field=field,
        current=records.seal_value(kind, field, current, table=TABLE, column="current", row=row),
        claimed=records.seal_value(kind, field, claimed, table=TABLE, column="claimed", row=row),
        claimed_hash=columns.value_hash(claimed),
        head=uuid.UUID(head) if head else None,
        source=source,
        source_ref=source_ref,
        evidence=dict(evidence or {}),
        why=why,
        created_at=at,
    )


def confirm_loaded(
    writing: Writing, entities: Sequence[Entity], confirmed: Iterable[tuple[uuid.UUID, dt.date]], *, source: str
) -> None:
    """As ``confirm``, for places at hand whose ``last_contact_on`` was set just now: both days in one statement."""
    days: dict[uuid.UUID, dt.date] = {}
    for entity_id, on in confirmed:
        days[entity_id] = max(on, days.get(entity_id, on))
    rows = {entity.id: entity for entity in entities}
    for entity_id, on in days.items():
        entity = rows[entity_id]
        old = entity.verified_on
        if old is None or old <= on:
            was = old.isoformat() if old else None
            writing.change(
                stream=entity.grid_id,
                kind=entity.KIND,
                entity=entity_id,
                field="verified_on",
                old=was,
                new=on.isoformat(),
                source=source,
            )
            entity.verified_on = on
    bulk.update(list(rows.values()), ["verified_on", "last_contact_on"])


def confirm(writing: Writing, kind: str, confirmed: Iterable[tuple[uuid.UUID, dt.date]], *, source: str) -> int:
    """Note that the facts of these entities were found unchanged on a day (无变化); returns how many.

    A day before the one on record changes nothing: paper visits are typed in later.
    """
    days: dict[uuid.UUID, dt.date] = {}
    for entity_id, on in confirmed:
        days[entity_id] = max(on, days.get(entity_id, on))
    moved = bulk.advance(columns.TABLES[kind], "verified_on", days, also="grid_id")
    for entity_id, (old, grid) in moved.items():
        was = old.isoformat() if old else None
        writing.change(
            stream=grid,
            kind=kind,
            entity=entity_id,
            field="verified_on",
            old=was,
            new=days[entity_id].isoformat(),
            source=source,
        )
    if source == "visit" and kind == "person":  # who was met says by that alone nothing of the dwelling's facts
        queue.close_confirmed(writing, days)
    return len(moved)


def unconfirm(writing: Writing, entity: Entity, on: dt.date | None) -> None:
    """Take a day of verification back to the one before (None: there was none)."""
    was = entity.verified_on.isoformat() if entity.verified_on else None
    writing.change(
        stream=entity.grid_id,
        kind=entity.KIND,
        entity=entity.pk,
        field="verified_on",
        old=was,
        new=on.isoformat() if on else None,
        source="office",
    )
    entity.verified_on = on
    entity.save(update_fields=["verified_on"])
