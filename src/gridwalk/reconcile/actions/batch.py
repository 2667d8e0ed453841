"""What applying one batch carries around."""

from __future__ import annotations

import dataclasses
import functools
import uuid
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from django.db.models import QuerySet

from gridwalk.dictionary import fields as dictionary
from gridwalk.reconcile import rules
from gridwalk.reconcile.models import Import, StagedRow
from gridwalk.reconcile.places import Place
from gridwalk.registry import columns, predicates
from gridwalk.registry.actions.claims import Judged
from gridwalk.registry.models import Difference, Facility, Organization, Person, Residence
from gridwalk.registry.rules import Claim, Verdict
from gridwalk.registry.sources import Source
from gridwalk.territory import rules as codes


@dataclasses.dataclass(kw_only=True)
class Batch:
    """Rows of one grid or several with their values in the clear and their places; what became of each is noted on the
    rows. ``asked``: differences, ``unassigned``: doors without a grid, by the grid of the row that brought them.
    """

    of: Import
    rows: Sequence[StagedRow]
    values: list[dict[str, Any]]
    places: list[Place]
    asked: Counter[str] = dataclasses.field(default_factory=Counter)
    unassigned: Counter[str] = dataclasses.field(default_factory=Counter)

    def source_ref(self, index: int) -> str:
        """Where a row stands in the file."""
        return self._source_refs[index]

    @functools.cached_property
    def _source_refs(self) -> list[str]:
        file, numbers = self.of.file_of("left"), self.of.sheet_numbers("left")
        return [Source(file, numbers.get(row.sheet, 0), row.row_no).ref for row in self.rows]

    def grid(self, index: int) -> str:
        """The grid a row was staged in."""
        return self.rows[index].grid

    def note_places(self) -> None:
        """Note what is wrong with where the rows point."""
        for index, place in enumerate(self.places):
            if place.fault:
                self.fault(index, place.fault)

    def present(self, *, field: str = "") -> Iterator[int]:
        """The rows that are not refused, as far as the walk has come; one without a value for ``field`` is refused."""
        for index, row in enumerate(self.rows):
            if field and row.state != "refused" and not self.values[index].get(field):
                row.state = "refused"
            if row.state != "refused":
                yield index

    def grids(self) -> set[str]:
        """Every grid the batch may write to: its own, and those of the persons it knows and of their homes."""
        wanted = {place.grid for place in self.places if place.grid}
        wanted |= {codes.unassigned_of(place.community) for place in self.places if place.community}
        wanted |= {place.standing for place in self.places if place.standing}
        if self.of.kind == "facility":
            wanted |= set(self.known_facilities().values_list("grid_id", flat=True))
        if self.of.kind == "organization":
            wanted |= set(self.coded().filter(grid__code__startswith=self.of.scope).values_list("grid_id", flat=True))
        persons = dict(Person.objects.filter(predicates.holds_number(self.numbers)).values_list("id", "grid_id"))
        links = Residence.objects.filter(person_id__among=persons.keys(), to_on__isnull=True)
        return wanted | set(persons.values()) | set(links.values_list("grid_id", flat=True))

    def known_facilities(self) -> QuerySet[Facility]:
        """The facilities of the rows' communities that are of the rows' kinds."""
        communities = {place.community for place in self.places if place.community}
        kinds = {str(values.get("facility_kind") or "") for values in self.values}
        return Facility.objects.filter(grid__area_id__in=communities, facility_kind__in=kinds)

    def coded(self) -> QuerySet[Organization]:
        """The organizations that have one of the rows' credit codes, wherever."""
        codes_of_rows = {str(values.get("uscc") or "") for values in self.values} - {""}
        return Organization.objects.filter(uscc__among=codes_of_rows, status="active")

    @functools.cached_property
    def numbers(self) -> list[str]:
        """The blind index of each row's ID number; empty where it has none."""
        return [id_index(values) for values in self.values]

    def fault(self, index: int, code: str, field: str = "", **words: str) -> None:
        """Note a fault of a whole row, or of the column that holds ``field``; ``words`` go into its text."""
        row, field = self.rows[index], field or rules.FAULT_AT.get(code, "")
        column = self.of.letter("left", row.sheet, row.row_no, field)
        text = rules.FAULTS[code].format(**words)
        row.faults = [*row.faults, {"field": field, "column": column, "code": code, "text": text}]
        if code in rules.REFUSING:
            row.state = "refused"

    def became(self, index: int, entity: uuid.UUID, state: str) -> None:
        """Note what became of a row."""
        row = self.rows[index]
        row.entity, row.state = entity, state

    def judged(self, judged: Sequence[tuple[int, Judged]]) -> None:
        """Note what became of rows whose values were said as claims: changed where one applied, else same."""
        for index, judgement in judged:
            row = self.rows[index]
            if judgement.verdict is Verdict.APPLY:
                row.state = "changed"
            elif row.state == "waiting":
                row.state = "same"


def facts(kind: str, values: dict[str, Any], *, without: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Those of the row's values that are facts of the entity itself, not of its place."""
    return {name: values[name] for name in _own(kind, without, tuple(values))}


@functools.lru_cache(maxsize=512)
def _own(kind: str, without: frozenset[str], fields: tuple[str, ...]) -> tuple[str, ...]:
    """The facts among the fields that a row says; most rows of a ledger say the same ones."""
    own = (f.name for f in dictionary.fields(kind) if not f.locates and f.name not in without)
    return tuple(name for name in own if name in fields)


def claims_of(
    kind: str, entity: uuid.UUID, values: dict[str, Any], *, source_ref: str, without: frozenset[str] = frozenset()
) -> list[Claim]:
    """A row's facts as claims of a ledger."""
    return [
        Claim(kind=kind, entity=entity, field=name, value=value, source="ledger", source_ref=source_ref)
        for name, value in facts(kind, values, without=without).items()
    ]


def n_open(entities: Collection[uuid.UUID]) -> Counter[uuid.UUID]:
    """How many differences stand open about each of these entities."""
    return Counter(Difference.objects.filter(entity__among=entities, state="open").values_list("entity", flat=True))


def id_index(values: dict[str, Any]) -> str:
    """The blind index of a row's ID number; empty where it has none."""
    return columns.index_of("id_no", values.get("id_no"))
