"""Steps that bring entities and residences into being, set-based, inside an open writing."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from gridwalk.core import bulk, clock, envelope, hanging, ids
from gridwalk.core.actions import Writing
from gridwalk.dictionary.choices import CARE_INTERVALS
from gridwalk.registry import care, columns, living, rules
from gridwalk.registry.actions import asking, handed_in, queue, registrations
from gridwalk.registry.living import LIVING, REGISTERED, REGISTERING
from gridwalk.registry.models import CareLabel, Difference, Entity, Person, Residence
from gridwalk.registry.rules import FROM_PAPER
from gridwalk.territory import rules as codes


@dataclasses.dataclass(frozen=True, kw_only=True)
class New:
    """An entity to be: ``values`` by dictionary names, ``extra`` by columns no dictionary field describes.

    ``op``: the intention it came with, the head of all its fields; without one the writing's own op is.
    """

    grid: str
    values: Mapping[str, Any]
    source: str
    source_ref: str = ""
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    id: uuid.UUID = dataclasses.field(default_factory=ids.drawn_id)
    verified_on: dt.date | None = None
    op: uuid.UUID | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class NewResidence:
    """A typed link to be. ``grid`` is the dwelling's."""

    person: uuid.UUID
    dwelling: uuid.UUID
    grid: str
    kind: str
    source: str
    source_ref: str = ""
    from_on: dt.date | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class NewCare:
    """A care label to be; without an interval the category's own holds, without an end it ends after a year.

    Without a day of review it is reviewed when half of the time from now is over.
    """

    person: uuid.UUID
    grid: str
    category: str
    source: str
    source_ref: str = ""
    interval_days: int | None = None
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    review_on: dt.date | None = None
    consent: str = ""
    consent_on: dt.date | None = None
    responsible: uuid.UUID | None = None
    id: uuid.UUID = dataclasses.field(default_factory=ids.new_id)


_WRITTEN = frozenset({"address", "spot"})
"""Columns that no claim changes, and that hold what somebody wrote."""


def register(writing: Writing, kind: str, new: Sequence[New]) -> list[uuid.UUID]:
    """Create entities of one kind, with one change row of the whole record each. Raises Unfit, IntegrityError."""
    values_of: list[dict[str, Any]] = []
    for record in new:
        values = {field: value for field, value in record.values.items() if value not in (None, "")}
        rules.refuse_unfit(kind, values | {field: record.extra[field] for field in _WRITTEN & record.extra.keys()})
        values_of.append(values)
        writing.created(
            record.grid, kind, record.id, values, source=record.source, source_ref=record.source_ref, op=record.op
        )
    seal = envelope.sealer()
    bulk.insert(_entity(writing, kind, record, values, seal) for record, values in zip(new, values_of, strict=True))
    handed_in.typed(writing, _typed(new) if kind == "person" else {})
    return [record.id for record in new]


def _entity(writing: Writing, kind: str, record: New, values: Mapping[str, Any], seal: envelope.Sealer) -> Entity:
    """The record as it is stored. ``values``: those of its fields that say something."""
    entity = bulk.row(
        columns.TABLES[kind],
        id=record.id,
        grid_id=record.grid,
        source=record.source,
        source_ref=record.source_ref,
        created_at=writing.at,
        verified_on=record.verified_on,
        **record.extra,
    )
    columns.write_all(entity, values, seal)
    entity.heads = dict.fromkeys(values, str(record.op or writing.op))
    return entity


def _typed(new: Sequence[New]) -> Mapping[str, Collection[str]]:
    """Grid → the ID numbers that somebody typed for who is new there; those of files were counted before."""
    numbers: dict[str, set[str]] = defaultdict(set)
    for record in new:
        if record.source not in FROM_PAPER and (number := record.values.get("id_no")):
            numbers[record.grid].add(str(number))
    return numbers


def link(writing: Writing, links: Sequence[NewResidence], *, new: Collection[uuid.UUID] = ()) -> int:
    """Link persons to dwellings. ``new``: of them those who were registered just now and have no link yet.

    A link that stands already is kept; a ledger never makes a second current home or registration: it asks.

    A visit or the office moving someone in takes them out of their homes and registrations elsewhere (whose grids must
    be locked too).
    A constant number of queries. Returns how many links were made.
    """
    linking = _Linking(writing, _current_links({link.person for link in links} - {*new}))
    for residence in links:
        linking.take(residence)
    return linking.save()


class _Linking:
    """What a batch of links to be brings about, gathered for a constant number of queries."""

    def __init__(self, writing: Writing, current: dict[uuid.UUID, list[Residence]]) -> None:
        self.writing = writing
        self.current = current
        self.new: list[Residence] = []
        self.touched: list[Residence] = []
        self.asked: list[Difference] = []
        self.second: list[tuple[Residence, NewResidence]] = []

    def take(self, new: NewResidence) -> None:
        """One link to be: a ledger asks where another would go for it; else the person leaves their homes for this one,
        and is registered nowhere else.
        """
        links = self.current[new.person]
        same = next((link for link in links if link.dwelling_id == new.dwelling), None)
        others = [link for link in links if link is not same]
        if new.source in FROM_PAPER:
            there = same.kind if same else ""
            given_up = [link for link in others if living.gives_up(new.kind, there=there, elsewhere=link.kind)]
            if same is not None or given_up:
                self._ask(same, given_up, new)
                return
        for link in others:
            self._give_up(link, new)
        self.current[new.person] = [link for link in links if link.to_on is None]
        if same is None:
            self._link(new)
        else:
            _retype(self.writing, same, new.kind, source=new.source)
            self.touched.append(same)

    def _ask(self, same: Residence | None, given_up: Sequence[Residence], new: NewResidence) -> None:
        """At the very door another kind is asked there, unless another community would give somebody up for it."""
        losing = given_up if same is None else [link for link in given_up if link.grid_id[:12] != new.grid[:12]]
        if losing:
            self.second.append((min(losing, key=lambda link: link.kind not in LIVING), new))
        elif same is not None and same.kind != new.kind:
            self.asked.append(asking.other_kind(self.writing.at, same, new))

    def _give_up(self, link: Residence, new: NewResidence) -> None:
        if new.kind in LIVING and link.kind in LIVING:
            self._leave(link, new)
        elif new.kind in REGISTERING and link.kind in REGISTERING:
            _unregister(self.writing, link, new)
            self.touched.append(link)

    def _leave(self, home: Residence, new: NewResidence) -> None:
        _leave(
            self.writing,
            home,
            source=new.source,
            reason=self.writing.reason or "迁到另一处",
            on=new.from_on,
            keeps_registration=new.kind != "lives_here",
        )
        self.touched.append(home)

    def _link(self, new: NewResidence) -> None:
        residence = bulk.row(
            Residence,
            grid_id=new.grid,
            person_id=new.person,
            dwelling_id=new.dwelling,
            kind=new.kind,
            from_on=new.from_on,
            source=new.source,
            source_ref=new.source_ref,
            created_at=self.writing.at,
        )
        self.current[new.person].append(residence)
        self.new.append(residence)
        record = {"person": str(new.person), "dwelling": str(new.dwelling), "kind": new.kind}
        self.writing.created(new.grid, "residence", residence.id, record, source=new.source, source_ref=new.source_ref)

    def save(self) -> int:
        """Stores it all; how many links are new."""
        _save_links(self.touched)
        bulk.insert(self.new)
        queue.ask([*self.asked, *asking.given_up(self.writing.at, self.second)])
        return len(self.new)


def _current_links(persons: Collection[uuid.UUID]) -> defaultdict[uuid.UUID, list[Residence]]:
    links_of: defaultdict[uuid.UUID, list[Residence]] = defaultdict(list)
    for residence in Residence.objects.filter(person_id__among=persons, to_on__isnull=True).order_by(
        "created_at", "id"
    ):
        links_of[residence.person_id].append(residence)
    return links_of


def _save_links(links: Sequence[Residence]) -> None:
    stored = {r.id: r for r in links if not r._state.adding}  # the others are still to be inserted as they now are
    bulk.update(list(stored.values()), ["kind", "to_on"])


def _retype(writing: Writing, link: Residence, kind: str, *, source: str, reason: str = "") -> None:
    if link.kind != kind:
        writing.change(
            stream=link.grid_id,
            kind="residence",
            entity=link.id,
            field="kind",
            old=link.kind,
            new=kind,
            source=source,
            reason=reason,
        )
        link.kind = kind


def _leave(
    writing: Writing, home: Residence, *, source: str, reason: str, keeps_registration: bool, on: dt.date | None = None
) -> None:
    """Somebody no longer lives at a door. Whose household is registered there stays registered there (人户分离)."""
    if home.kind == "lives_here" and keeps_registration:
        _retype(writing, home, REGISTERED, source=source, reason=reason)
    else:
        _end(writing, home, source=source, reason=reason, on=on)


def _unregister(writing: Writing, link: Residence, new: NewResidence) -> None:
    """Somebody is registered at another door now; who lives here goes on living here."""
    if link.kind == REGISTERED:
        _end(writing, link, source=new.source, reason=writing.reason or "户籍迁到另一处", on=new.from_on)
    else:
        _retype(writing, link, "lives_elsewhere_registered", source=new.source)


def _end(writing: Writing, residence: Residence, *, source: str, reason: str, on: dt.date | None = None) -> None:
    on = on or clock.local_date(writing.at)
    residence.to_on = max(on, residence.from_on or on)  # what is learnt late never ends before it began
    writing.change(
        stream=residence.grid_id,
        kind="residence",
        entity=residence.id,
        field="to_on",
        old=None,
        new=residence.to_on.isoformat(),
        source=source,
        reason=reason,
    )


def leave_homes(
    writing: Writing, homes: Sequence[Residence], *, source: str, reason: str, on: dt.date | None = None
) -> None:
    """Step: people no longer live at these doors; whose household is registered at one stays registered there."""
    for home in homes:
        _leave(writing, home, source=source, reason=reason, keeps_registration=True, on=on)
    _save_links(homes)


def end_residences(
    writing: Writing, residences: Sequence[Residence], *, source: str, reason: str, on: dt.date | None = None
) -> None:
    """Step: end current links altogether, as of the writing's day or ``on``."""
    for residence in residences:
        _end(writing, residence, source=source, reason=reason, on=on)
    _save_links(residences)


def retype_residences(writing: Writing, kinds: Mapping[Residence, str], *, source: str, reason: str) -> None:
    """Step: current links are of these kinds from now on."""
    for residence, kind in kinds.items():
        _retype(writing, residence, kind, source=source, reason=reason)
    _save_links(list(kinds))


def reopen_residences(writing: Writing, residences: Sequence[Residence], *, source: str, reason: str) -> None:
    """Step: links that had ended go on as if they had not."""
    for residence in residences:
        was = residence.to_on.isoformat() if residence.to_on else None
        writing.change(
            stream=residence.grid_id,
            kind="residence",
            entity=residence.id,
            field="to_on",
            old=was,
            new=None,
            source=source,
            reason=reason,
        )
        residence.to_on = None
    _save_links(residences)


def place_persons(writing: Writing, persons: Sequence[uuid.UUID]) -> None:
    """Put persons into the grid of their current residence, else of their registered door, else the
    community's grid 000.

    Both grids are written; care labels, waiting differences, rechecks and what was decided about them go along.
    """
    links = _current_links(set(persons))
    moved: list[Person] = []
    left: list[tuple[str, Sequence[Residence]]] = []
    for person in Person.objects.filter(id__among=persons):
        best = min(links[person.id], key=lambda r: (r.kind not in LIVING, r.created_at), default=None)
        grid = best.grid_id if best else codes.unassigned_of(person.grid_id)
        if grid != person.grid_id and grid in writing.versions and person.grid_id in writing.versions:
            writing.left(person.grid_id, "person", person.id, source="office")
            writing.change(
                stream=grid,
                kind="person",
                entity=person.id,
                field="grid",
                old=person.grid_id,
                new=grid,
                source="office",
            )
            left.append((person.grid_id, links[person.id]))
            person.grid_id = grid
            moved.append(person)
    bulk.update(moved, ["grid"])
    hanging.follow(moved, "registry")
    registrations.tell(writing, left)


def label_care(writing: Writing, new: Sequence[NewCare]) -> list[uuid.UUID]:
    """Give care labels; one that stands for the same person and category is kept. Returns those that were made.

    What was ended here before its time a ledger does not bring back; the office may.
    """
    today = clock.local_date(writing.at)
    given = CareLabel.objects.filter(person_id__among=[n.person for n in new])
    same_day = set(given.values_list("person_id", "category", "starts_on"))
    standing = set(given.filter(ends_on__gte=today, ended_on__isnull=True).values_list("person_id", "category"))
    ended = set(given.filter(ends_on__gte=today, ended_on__isnull=False).values_list("person_id", "category"))
    labels = []
    for plan in new:
        starts_on = plan.starts_on or today
        key = (plan.person, plan.category)
        if key in standing or (*key, starts_on) in same_day or (key in ended and plan.source in FROM_PAPER):
            continue
        standing.add(key)
        ends_on = plan.ends_on or starts_on + dt.timedelta(days=365)
        label = CareLabel(
            id=plan.id,
            grid_id=plan.grid,
            person_id=plan.person,
            category=plan.category,
            starts_on=starts_on,
            ends_on=ends_on,
            interval_days=plan.interval_days or CARE_INTERVALS[plan.category],
            review_on=plan.review_on or care.review_after(max(starts_on, today), ends_on),
            consent=plan.consent,
            consent_on=plan.consent_on,
            responsible_id=plan.responsible,
            source=plan.source,
            source_ref=plan.source_ref,
            created_at=writing.at,
        )
        labels.append(label)
        record = {
            "person": str(plan.person),
            "category": plan.category,
            "interval_days": label.interval_days,
            "ends_on": ends_on.isoformat(),
            "consent": plan.consent,
        }
        writing.created(plan.grid, "care", label.id, record, source=plan.source, source_ref=plan.source_ref)
    bulk.insert(labels)
    return [label.id for label in labels]
