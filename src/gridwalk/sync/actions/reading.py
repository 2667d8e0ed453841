"""From an intention to what the rooms below take: references resolved, values read, faults in words."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from gridwalk.core import ids, plain
from gridwalk.dictionary import fields as dictionary
from gridwalk.registry import columns
from gridwalk.registry.ends import PROPOSALS
from gridwalk.registry.living import RESIDENCE_LABELS
from gridwalk.registry.models import CareLabel, Person, Residence
from gridwalk.registry.rules import Claim
from gridwalk.sync import rules
from gridwalk.sync.models import Alias, Op
from gridwalk.sync.rules import Intention
from gridwalk.visits.actions.at_the_door import Arrival, Found, NewVisit
from gridwalk.visits.needs import Need

PLACES = ("dwelling", "organization", "site")


class Unreadable(Exception):
    """Something in an op cannot be read; ``text`` says what, in words for its author."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


@dataclasses.dataclass(frozen=True)
class Standing:
    """An entity as far as judging needs it."""

    kind: str
    grid: str
    status: str


@dataclasses.dataclass(kw_only=True)
class Known:
    """What the ops of a push refer to, loaded at once."""

    entities: dict[uuid.UUID, Standing]
    residences: dict[uuid.UUID, tuple[uuid.UUID, uuid.UUID, str]]
    aliases: dict[uuid.UUID, uuid.UUID]
    people: defaultdict[uuid.UUID, set[uuid.UUID]]
    heads: dict[tuple[str, uuid.UUID, str], uuid.UUID]
    grids: dict[uuid.UUID, set[str]]
    """Person → the grids a fact or care contact of theirs is written to."""

    def reach(self, pk: uuid.UUID) -> uuid.UUID:
        """The record that stands: a phone may know it under another id, or as one that was merged into it."""
        return self.aliases.get(pk, pk)


def _uuids(raw: Any) -> list[uuid.UUID]:
    if raw is None:
        return []
    if not isinstance(raw, list):
        raise Unreadable("有一处名单读不懂。")
    found = [rules.as_uuid(one) for one in raw]
    if None in found:
        raise Unreadable("有一处编号读不懂。")
    return [one for one in found if one is not None]


def _dicts(raw: Any) -> list[Mapping[str, Any]]:
    if raw is None:
        return []
    if not isinstance(raw, list) or not all(isinstance(one, Mapping) for one in raw):
        raise Unreadable("有一处名单读不懂。")
    return raw


def _loosely(raw: Any) -> list[uuid.UUID]:
    """Every UUID of a list; what is none is complained of when the op is read."""
    return [one for one in map(rules.as_uuid, raw if isinstance(raw, list) else ()) if one is not None]


def _persons_named(one: Intention) -> set[uuid.UUID]:
    data = one.data
    found = {*_loosely(data.get("confirmed")), *_loosely(data.get("departures"))}
    for name in ("ends", "care"):
        rows = data.get(name)
        found |= set(
            _loosely(
                [row.get("person") for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else None
            )
        )
    edits = data.get("edits")
    for row in edits if isinstance(edits, list) else ():
        if isinstance(row, Mapping) and row.get("kind") == "person":
            found |= set(_loosely([row.get("entity")]))
    if one.kind == "person" and one.entity:
        found.add(one.entity)
    return found


def _parents(one: Intention) -> set[uuid.UUID]:
    sets: list[Any] = [one.raw.get("set")]
    edits = one.data.get("edits")
    sets += [row.get("set") for row in edits if isinstance(row, Mapping)] if isinstance(edits, list) else []
    return {
        parent
        for facts in sets
        if isinstance(facts, Mapping)
        for fact in facts.values()
        if isinstance(fact, Mapping) and (parent := rules.as_uuid(fact.get("p"))) is not None
    }


def load(intentions: Collection[Intention]) -> Known:
    """What these ops speak of, as it stands; a constant number of queries."""
    by_kind: defaultdict[str, set[uuid.UUID]] = defaultdict(set)
    for one in intentions:
        if one.entity is not None and one.kind in columns.TABLES:
            by_kind[one.kind].add(one.entity)
        by_kind["person"] |= _persons_named(one)
        if one.verb == "person.add":
            by_kind["dwelling"] |= set(_loosely([one.data.get("dwelling")]))
    maybe_links = set(by_kind["person"]) | {
        one.entity for one in intentions if one.verb == "residence.end" and one.entity
    }
    grids: defaultdict[uuid.UUID, set[str]] = defaultdict(set)
    doors = [one.entity for one in intentions if one.verb == "visit.record" and one.kind == "dwelling" and one.entity]
    with plain.together():
        asked = _ask(by_kind)
        links = plain.ask(_LINKS, [doors]) if doors else list
    aliases: dict[uuid.UUID, uuid.UUID] = {}
    entities = _entities(asked, grids, aliases)
    people: defaultdict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for door, person in links():
        people[door].add(person)
    strangers = maybe_links - entities.keys()
    residences = {}
    if strangers:
        named = Residence.objects.filter(pk__in=strangers).values_list("id", "person_id", "dwelling_id", "grid_id")
        residences = {pk: (person, door, grid) for pk, person, door, grid in named}
        aliases |= dict(Alias.objects.filter(pk__in=strangers - residences.keys()).values_list("id", "entity"))
    further = {*aliases.values(), *(person for person, _, _ in residences.values())} - entities.keys()
    if further:
        entities |= _entities(_ask(dict.fromkeys(columns.TABLES, further)), grids, aliases)
    if moved := [aliases[door] for door in doors if door in aliases]:
        for door, person in plain.ask(_LINKS, [moved])():
            people[door].add(person)
    return Known(
        entities=entities,
        residences=residences,
        aliases=aliases,
        people=people,
        heads=_heads({p for one in intentions for p in _parents(one)}),
        grids=grids,
    )


Asked = Callable[[], list[tuple[Any, ...]]]


def _ask(by_kind: Mapping[str, Collection[uuid.UUID]]) -> list[tuple[str, Asked]]:
    """Plain rows: the fast path of every push, where building the query would take longer than answering it."""
    statements = {**_STANDING, "person": _PEOPLE}
    return [(kind, plain.ask(statements[kind], [list(pks)])) for kind, pks in by_kind.items() if pks]


def _entities(
    asked: Iterable[tuple[str, Asked]], grids: defaultdict[uuid.UUID, set[str]], aliases: dict[uuid.UUID, uuid.UUID]
) -> dict[uuid.UUID, Standing]:
    found: dict[uuid.UUID, Standing] = {}
    for kind, read in asked:
        for pk, grid, status, merged_into, *care in read():
            found[pk] = Standing(kind, grid, status)
            if merged_into is not None:
                aliases[pk] = merged_into
            if kind == "person":
                grids[pk] |= {grid, *care} - {None}
    return found


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


def _heads(parents: set[uuid.UUID]) -> dict[tuple[str, uuid.UUID, str], uuid.UUID]:
    """Where an op said what stood there already: the head it stood under, by (field of an entity, that op)."""
    if not parents:
        return {}
    found = {}
    for op, result in Op.objects.filter(pk__in=parents, result__has_key="heads").values_list("id", "result"):
        for key, head in result["heads"].items():
            found[(key, op, "")] = uuid.UUID(head)
    return found


def key_of(kind: str, entity: uuid.UUID, field: str) -> str:
    """How a fact is named in an op's result."""
    return f"{kind}:{entity}:{field}"


def claims_of(one: Intention, kind: str, entity: uuid.UUID, facts: Mapping[str, Any], known: Known) -> list[Claim]:
    """The facts an op states about one entity, each with what its author saw. Raises Unreadable."""
    said = []
    for field, fact in facts.items():
        if dictionary.find(kind, field) is None or (kind, field) == ("person", "residence_kind"):
            raise Unreadable("有一项不是一张表里的内容。")
        if not isinstance(fact, Mapping) or "v" not in fact:
            raise Unreadable("有一项没有填内容。")
        parent = rules.as_uuid(fact.get("p"))
        seen = known.heads.get((key_of(kind, entity, field), parent, ""), parent) if parent else None
        said.append(
            Claim(
                kind,
                entity,
                field,
                _value(kind, field, fact["v"]),
                "visit",
                seen=seen,
                op=one.op,
                evidence={"op": str(one.op), "parent": str(parent) if parent else None},
            )
        )
    return said


def _value(kind: str, field: str, raw: Any) -> Any:
    parsed = dictionary.parse(kind, field, raw)
    if parsed.fault:
        raise Unreadable(f"{dictionary.label(kind, field)}：{parsed.text}。")
    return parsed.value


def values_of(raw: Any) -> dict[str, Any]:
    """What is said of a person to be. Raises Unreadable."""
    if not isinstance(raw, Mapping):
        raise Unreadable("新添的人没有填内容。")
    facts = {name: one for name, one in raw.items() if name != "residence_kind"}
    if any(dictionary.find("person", name) is None for name in facts):
        raise Unreadable("有一项不是一张表里的内容。")
    values = {name: _value("person", name, one) for name, one in facts.items()}
    if not values.get("name"):
        raise Unreadable("新添的人没有填姓名。")
    return {name: one for name, one in values.items() if one is not None and name != "status"}


def arrival_of(pk: uuid.UUID | None, values: Any, residence_kind: Any) -> Arrival:
    """Somebody found living at a door. Raises Unreadable."""
    if residence_kind not in RESIDENCE_LABELS:
        raise Unreadable("新添的人没有选与此房的关系。")
    return Arrival(values_of(values), residence_kind, pk or ids.new_id())


@dataclasses.dataclass(frozen=True)
class ReadVisit:
    """A visit to record; ``aside``: facts about people who have left the door meanwhile; ``moved``: some had."""

    visit: NewVisit
    aside: tuple[Claim, ...]
    moved: bool


def visit_of(one: Intention, at: dt.datetime, known: Known) -> ReadVisit:
    """A ``visit.record``. Raises Unreadable."""
    data = one.data
    assert one.entity is not None
    place = known.reach(one.entity)
    here = set(known.people[place])
    arrivals = tuple(
        arrival_of(rules.as_uuid(row.get("id")), row.get("values"), row.get("residence_kind"))
        for row in _dicts(data.get("arrivals"))
    )
    said = claims_of(one, one.kind, place, one.set, known)
    for row in _dicts(data.get("edits")):
        entity = rules.as_uuid(row.get("entity"))
        if entity is None or row.get("kind") not in columns.TABLES or not isinstance(row.get("set"), Mapping):
            raise Unreadable("有一处改动读不懂。")
        said += claims_of(one, row["kind"], known.reach(entity), row["set"], known)
    confirmed = {known.reach(pk) for pk in _uuids(data.get("confirmed"))}
    gone = {
        known.residences[pk][0] if pk in known.residences else known.reach(pk) for pk in _uuids(data.get("departures"))
    }
    at_door = here | {a.id for a in arrivals}
    aside = tuple(c for c in said if c.kind == "person" and c.entity not in at_door and c.entity in known.entities)
    found = Found(
        claims=tuple(c for c in said if c not in aside),
        confirmed=tuple(sorted(confirmed & at_door)),
        arrivals=arrivals,
        departures=tuple(sorted(gone & at_door)),
        ends=tuple(_ends(data.get("ends"), known)),
        care=tuple(_needs(data.get("care"), known)),
    )
    visit = NewVisit(
        kind=one.kind,
        entity=place,
        outcome=_word(data.get("outcome")),
        at=at,
        second_source=_word(data.get("second_source")),
        met_adult=data.get("met_adult") is True,
        revisit_at=_revisit(data.get("revisit_at")),
        found=found,
        source="phone",
        id=one.op,
    )
    return ReadVisit(visit, aside, bool((confirmed | gone) - at_door))


def _word(raw: Any) -> str:
    if raw is None:
        return ""
    if not isinstance(raw, str) or len(raw) > 20:
        raise Unreadable("有一项读不懂。")
    return raw


def _revisit(raw: Any) -> dt.datetime | None:
    moment = rules.as_moment(raw)
    if raw and (moment is None or not rules.in_calendar(moment)):
        raise Unreadable("约定的时间读不懂。")
    return moment


def end_of(pk: Any, end: Any, known: Known) -> tuple[uuid.UUID, str]:
    """(person, proposed end). Raises Unreadable."""
    person = rules.as_uuid(pk)
    if person is None or end not in PROPOSALS["person"]:
        raise Unreadable("注销的类别读不懂。")
    return known.reach(person), end


def _ends(raw: Any, known: Known) -> Iterable[tuple[uuid.UUID, str]]:
    return [end_of(row.get("person"), row.get("end"), known) for row in _dicts(raw)]


def _needs(raw: Any, known: Known) -> Iterable[Need]:
    found = []
    for row in _dicts(raw):
        person = rules.as_uuid(row.get("person"))
        if person is None:
            raise Unreadable("关怀联系里有一人读不懂。")
        found.append(
            Need(
                person=known.reach(person),
                need=_word(row.get("need")),
                help=_word(row.get("help")),
                to=_word(row.get("to")),
                by=_day(row.get("by")),
                asked=tuple(_answers(row.get("asked"))),
            )
        )
    return found


def _answers(raw: Any) -> Iterable[tuple[uuid.UUID, bool]]:
    """Of needs found before: whether their recipient says they are met."""
    for row in _dicts(raw):
        need = rules.as_uuid(row.get("need"))
        if need is None or not isinstance(row.get("settled"), bool):
            raise Unreadable("有一项需要的回答读不懂。")
        yield need, row["settled"]


def _day(raw: Any) -> dt.date | None:
    if not raw:
        return None
    try:
        return dt.date.fromisoformat(str(raw))
    except ValueError:
        raise Unreadable("有一个日期读不懂。") from None


def note_of(raw: Any) -> tuple[str, str] | None:
    """(kind, text) of a hazard or request; None where there is none. Raises Unreadable."""
    if not raw:
        return None
    if (
        not isinstance(raw, Mapping)
        or raw.get("kind") not in {"hazard", "request"}
        or not isinstance(raw.get("text"), str)
    ):
        raise Unreadable("隐患或诉求读不懂。")
    return raw["kind"], raw["text"][:2000]


def persons_on_record(pks: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of ``pks`` that are persons."""
    return set(Person.objects.filter(pk__in=list(pks)).values_list("id", flat=True)) if pks else set()
