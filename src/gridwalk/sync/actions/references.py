"""What the ops of a push refer to, loaded at once and kept up while they are judged."""

from __future__ import annotations

import dataclasses
import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import orjson

from gridwalk.core import plain
from gridwalk.core.models import Stream
from gridwalk.inspection.models import SampledDoor
from gridwalk.registry import columns
from gridwalk.registry.models import CareLabel, Person, Residence, TakeOver
from gridwalk.sync import messages
from gridwalk.sync.actions import leaving_out
from gridwalk.sync.actions.leaving_out import Erasures
from gridwalk.sync.models import Alias, Op
from gridwalk.sync.rules import Intention


@dataclasses.dataclass(frozen=True)
class Standing:
    """An entity as far as judging needs it."""

    kind: str
    grid: str
    status: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Drawn:
    """A door of a sample as far as judging needs it. ``grid``: where it is now."""

    sample: uuid.UUID
    grid: str


@dataclasses.dataclass(kw_only=True)
class References:
    """What the ops of a push refer to. ``edition`` rises when judging one op changes what a later one means."""

    intentions: Sequence[Intention]
    entities: dict[uuid.UUID, Standing]
    residences: dict[uuid.UUID, tuple[uuid.UUID, uuid.UUID, str]]
    aliases: dict[uuid.UUID, uuid.UUID]
    erasures: Erasures
    people: defaultdict[uuid.UUID, set[uuid.UUID]]
    heads: dict[tuple[str, uuid.UUID], uuid.UUID]
    grids: dict[uuid.UUID, set[str]]
    """Person → the grids a fact or care contact of theirs is written to."""
    drawn: Mapping[uuid.UUID, Drawn]
    versions: Mapping[str, int]
    """The versions of their author's grids before anything else was read: where one still stands under the lock,
    nothing read of that grid has moved.
    """
    awaited: set[uuid.UUID] = dataclasses.field(default_factory=set)
    """Whoever an op of the same push brought whose record another side has to give away first."""
    edition: int = 0

    def reach(self, pk: uuid.UUID) -> uuid.UUID:
        """The record that stands: a phone may know it under another id, or as one that was merged into it."""
        return self.aliases.get(pk, pk)

    def grids_of(self, pk: uuid.UUID) -> set[str]:
        """The grids that what is said of a record is written to; none where it is not on record."""
        standing = self.entities.get(pk)
        return self.grids.get(pk) or ({standing.grid} if standing else set())

    def op_of_visit(self, visit: uuid.UUID) -> Intention | None:
        """The op of the same push that records a visit."""
        return next((i for i in self.intentions if i.op == visit and i.verb == "visit.record"), None)

    def standing_of_arrival(self, person: uuid.UUID) -> Standing | None:
        """Where somebody will be registered whom an op of the same push brings."""
        bringing = next((intention for intention in self.intentions if _brings(intention, person)), None)
        if bringing is None:
            return None
        door = messages.as_uuid(bringing.data.get("dwelling")) if bringing.verb == "person.add" else bringing.entity
        standing = self.entities.get(door) if door else None
        return Standing("person", standing.grid, "active") if standing else None

    def arrive(self, persons: Collection[uuid.UUID], *, door: uuid.UUID, grid: str) -> None:
        """Somebody belongs to a door from now on; later ops of the push may speak of them."""
        self.people[door] |= set(persons)
        self.entities.update({person: Standing("person", grid, "active") for person in persons})
        self.edition += 1

    def stands_under(self, key: str, op: uuid.UUID, head: uuid.UUID) -> None:
        """What an op said of a fact stood already, under that head: whoever names the op as parent means it."""
        self.heads[(key, op)] = head
        self.edition += 1


def _brings(intention: Intention, person: uuid.UUID) -> bool:
    if intention.verb == "person.add":
        return intention.entity == person
    return any(row.get("id") == str(person) for row in _mappings(intention.data.get("arrivals")))


def _mappings(raw: Any) -> list[Mapping[str, Any]]:
    """The mappings of a list; what is none is complained of when the op is read."""
    return [row for row in raw if isinstance(row, Mapping)] if isinstance(raw, list) else []


def _uuids(raw: Any) -> set[uuid.UUID]:
    """The UUIDs of a list; what is none is complained of when the op is read."""
    return {pk for pk in map(messages.as_uuid, raw if isinstance(raw, list) else ()) if pk is not None}


def _persons_named(intention: Intention) -> set[uuid.UUID]:
    data = intention.data
    named = _uuids(data.get("confirmed")) | _uuids(data.get("departures"))
    for name in ("ends", "care"):
        named |= _uuids([row.get("person") for row in _mappings(data.get(name))])
    if intention.kind == "person" and intention.entity:
        named.add(intention.entity)
    return named


def _parents(intention: Intention) -> set[uuid.UUID]:
    facts_of_each = [intention.raw.get("set"), *(row.get("set") for row in _mappings(intention.data.get("edits")))]
    return {
        parent
        for facts in facts_of_each
        if isinstance(facts, Mapping)
        for fact in facts.values()
        if isinstance(fact, Mapping) and (parent := messages.as_uuid(fact.get("p"))) is not None
    }


def _named(intentions: Iterable[Intention]) -> defaultdict[str, set[uuid.UUID]]:
    """The records that ops name, by kind."""
    by_kind: defaultdict[str, set[uuid.UUID]] = defaultdict(set)
    for intention in intentions:
        if intention.entity is not None and intention.kind in columns.TABLES:
            by_kind[intention.kind].add(intention.entity)
        by_kind["person"] |= _persons_named(intention)
        for row in _mappings(intention.data.get("edits")):
            if row.get("kind") in list(columns.TABLES):  # which may be anything, so it is not looked up
                by_kind[row["kind"]] |= _uuids([row.get("entity")])
        if intention.verb == "person.add":
            by_kind["dwelling"] |= _uuids([intention.data.get("dwelling")])
    return by_kind


def _of_verb(intentions: Iterable[Intention], verb: str, kind: str = "") -> list[uuid.UUID]:
    return [i.entity for i in intentions if i.verb == verb and kind in {"", i.kind} and i.entity]


def _drawn(intentions: Iterable[Intention]) -> dict[uuid.UUID, Drawn]:
    """The doors of samples that ops speak of; no query where none does, which is so of every worker's push."""
    doors = {i.entity for i in intentions if i.verb.startswith("sample.") and i.entity}
    rows = SampledDoor.objects.filter(pk__in=doors).values_list("id", "sample", "grid") if doors else ()
    return {pk: Drawn(sample=sample, grid=grid) for pk, sample, grid in rows}


def load(intentions: Sequence[Intention], own: Collection[str]) -> References:
    """What these ops speak of, as it stands; a constant number of queries. ``own``: the grids of their author."""
    return load_all([intentions], own)[0]


def load_all(runs: Sequence[Sequence[Intention]], own: Collection[str]) -> list[References]:
    """The same for several runs of ops at once. ``own``: the grids of their authors.

    What they share they share: a run that changes for others what they refer to is judged alone.
    """
    intentions = [intention for run in runs for intention in run]
    by_kind = _named(intentions)
    maybe_links = by_kind["person"] | set(_of_verb(intentions, "residence.end"))
    grids: defaultdict[uuid.UUID, set[str]] = defaultdict(set)
    doors = _of_verb(intentions, "visit.record", "dwelling")
    with plain.together():
        versions = plain.ask(_VERSIONS, [list(own)])
        asked = _ask(by_kind)
        links = plain.ask(_LINKS, [doors]) if doors else list
        erasures = leaving_out.ask(intentions)
    aliases: dict[uuid.UUID, uuid.UUID] = {}
    read_at = dict(versions())
    entities = _entities(asked, grids, aliases)
    people: defaultdict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for door, person in links():
        people[door].add(person)
    strangers = maybe_links - entities.keys()
    residences = {}
    if strangers:
        links_named = Residence.objects.filter(pk__in=strangers)
        rows = links_named.values_list("id", "person_id", "dwelling_id", "grid_id")
        residences = {pk: (person, door, grid) for pk, person, door, grid in rows}
        unknown = strangers - residences.keys()
        aliases |= dict(Alias.objects.filter(pk__in=unknown).values_list("id", "entity"))
        given = TakeOver.objects.filter(pk__in=unknown, difference__state="accepted")
        aliases |= dict(given.values_list("id", "difference__entity"))
    further = {*aliases.values(), *(person for person, _, _ in residences.values())} - entities.keys()
    if further:
        entities |= _entities(_ask(dict.fromkeys(columns.TABLES, further)), grids, aliases)
    if moved := [aliases[door] for door in doors if door in aliases]:
        for door, person in plain.ask(_LINKS, [moved])():
            people[door].add(person)
    shared = References(
        intentions=intentions,
        entities=entities,
        residences=residences,
        aliases=aliases,
        erasures=erasures(),
        people=people,
        heads=_heads({parent for intention in intentions for parent in _parents(intention)}),
        grids=grids,
        drawn=_drawn(intentions),
        versions=read_at,
    )
    return [dataclasses.replace(shared, intentions=run, awaited=set()) for run in runs]


Asked = Callable[[], list[tuple[Any, ...]]]


def _ask(by_kind: Mapping[str, Collection[uuid.UUID]]) -> list[tuple[str, Asked]]:
    """Plain rows: the fast path of every push, where building the query would take longer than answering it."""
    statements = {**_STANDING, "person": _PEOPLE}
    return [(kind, plain.ask(statements[kind], [list(pks)])) for kind, pks in by_kind.items() if pks]


def _entities(
    asked: Iterable[tuple[str, Asked]], grids: defaultdict[uuid.UUID, set[str]], aliases: dict[uuid.UUID, uuid.UUID]
) -> dict[uuid.UUID, Standing]:
    entities: dict[uuid.UUID, Standing] = {}
    for kind, read in asked:
        for pk, grid, status, merged_into, *care in read():
            entities[pk] = Standing(kind, grid, status)
            if merged_into is not None:
                aliases[pk] = merged_into
            if kind == "person":
                grids[pk] |= {grid, *care} - {None}
    return entities


_VERSIONS = f"SELECT code, version FROM {Stream._meta.db_table} WHERE code = ANY(%s)"  # noqa: S608
_STANDING = {
    kind: f'SELECT id, grid_id, status, merged_into FROM "{table._meta.db_table}" WHERE id = ANY(%s)'  # noqa: S608
    for kind, table in columns.TABLES.items()
}
_PEOPLE = f"""
SELECT p.id, p.grid_id, p.status, p.merged_into, c.grid_id FROM {Person._meta.db_table} p
LEFT JOIN {CareLabel._meta.db_table} c ON c.person_id = p.id WHERE p.id = ANY(%s)
"""  # noqa: S608
_LINKS = (
    f"SELECT dwelling_id, person_id FROM {Residence._meta.db_table} "  # noqa: S608 the models' names
    "WHERE dwelling_id = ANY(%s) AND to_on IS NULL"
)


def _heads(parents: set[uuid.UUID]) -> dict[tuple[str, uuid.UUID], uuid.UUID]:
    """Where an op said what stood there already: the head it stood under, by (field of an entity, that op)."""
    if not parents:
        return {}
    results = plain.ask(_STOOD_UNDER, [list(parents)])()
    return {(key, op): uuid.UUID(head) for op, heads in results for key, head in orjson.loads(heads).items()}


# Asked with every push that corrects what it said before: past the ORM, which would read the whole answer of each op.
_STOOD_UNDER = f"""
SELECT t.id, t.result -> 'heads' FROM {Op._meta.db_table} t WHERE t.id = ANY(%s) AND t.result ? 'heads'
"""  # noqa: S608 the table's name comes from the model
