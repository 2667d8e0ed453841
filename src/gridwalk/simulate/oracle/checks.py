"""Is the demonstration right?

Every rate beside its recount, and every planted fault: how many of its kind were found.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from gridwalk.accounts.rules import SYSTEM
from gridwalk.bench.queries import checks
from gridwalk.core import clock
from gridwalk.core.models import Change
from gridwalk.indicators import gaps, queries, tallies
from gridwalk.indicators.definitions import INDICATORS
from gridwalk.indicators.tallies import Figure
from gridwalk.reconcile.models import Import, StagedRow
from gridwalk.registry.models import Difference, Dwelling, Person, Recheck
from gridwalk.simulate.acting.drive import STREET, Entities
from gridwalk.simulate.acting.knocks import Knock
from gridwalk.simulate.oracle import truth
from gridwalk.simulate.street import workbooks
from gridwalk.simulate.street.faults import FORBIDDEN_COLUMNS, Fault
from gridwalk.simulate.street.workbooks import LedgerFile, Record
from gridwalk.simulate.street.world import World
from gridwalk.territory import queries as territory
from gridwalk.visits.models import Visit

EVERYTHING = 10**9


def rates(
    files: Sequence[LedgerFile],
    knocks: Iterable[Knock],
    campaign: uuid.UUID,
    *,
    at: dt.datetime,
    prepared_on: dt.date,
    start: dt.date,
) -> dict[str, dict[str, int]]:
    """``{indicator: {n, d, recount_n, recount_d}}``; the recount shares no code with the house."""
    from gridwalk.campaigns.models import Campaign

    moment = queries.moment(Campaign.objects.get(pk=campaign), at)
    counted = tallies.figures(list(INDICATORS.values()), moment, territory.grid_codes(STREET), at=at)
    again = truth.recount(files, knocks, as_of=moment.as_of, imported_on=prepared_on, start=start)
    beside = {}
    for code, by_grid in counted.items():
        whole = sum(by_grid.values(), Figure())
        beside[code] = {"n": whole.n, "d": whole.d, "recount_n": again[code].n, "recount_d": again[code].d}
    return beside


def differing(figures: Mapping[str, Mapping[str, int]]) -> list[str]:
    """The codes of rates that are not their recount."""
    return [code for code, r in figures.items() if (r["n"], r["d"]) != (r["recount_n"], r["recount_d"])]


class Found:
    """Counts the planted faults the house has found: once after the import, once after the visits."""

    def __init__(
        self, world: World, files: Sequence[LedgerFile], imports: Sequence[Import], entities: Entities
    ) -> None:
        self._faults = workbooks.located(world, files)
        self._entities = entities.of
        self._imports = {file.path.name: imported for file, imported in zip(files, imports, strict=True)}
        self._records: dict[tuple[str, str, int], Record] = {
            (file.path.name, record.sheet, record.row): record for file in files for record in file.records
        }
        self._rows: dict[tuple[str, str, int], StagedRow] = {}
        self._world = world
        self.n: Counter[str] = Counter()

    def after_import(self, *, at: dt.datetime) -> None:
        """What the import itself finds, and what the checks over the register show at once."""
        wanted = {(self._imports[f.file].pk, f.sheet, f.row): (f.file, f.sheet, f.row) for f in self._faults if f.file}
        for row in StagedRow.objects.filter(row_no__in={key[2] for key in wanted}):
            if (key := wanted.get((row.of_id, row.sheet, row.row_no))) is not None:
                self._rows[key] = row
        questioned = self._questioned(clock.local_date(at))
        differ = set(Difference.objects.values_list("entity", "why"))
        unresolved = self._gap_list(at)
        looks: dict[str, Callable[[Fault], bool]] = {
            "import_fault": self._is_explained,
            "normalised": self._is_normalised,
            "difference": lambda f: (self._entities.get(f.ref), f.code) in differ,
            "contradiction": lambda f: self._entities.get(f.ref) in questioned[f.code],
            "gap_list": lambda f: self._entities.get(f.ref) in unresolved,
            "refused_column": self._is_refused,
        }
        for fault in self._faults:
            if fault.found_by in looks and looks[fault.found_by](fault):
                self.n[fault.kind] += 1

    def after_visits(self, knocks: Iterable[Knock]) -> None:
        """What can only be found at the door, as the register has it now."""
        at_door: dict[str, list[Knock]] = {}
        for knock in knocks:
            at_door.setdefault(knock.ref, []).append(knock)
        ends = set(Recheck.objects.values_list("entity", "proposed"))
        moved = set(Visit.objects.filter(outcome="moved_away").values_list("entity", flat=True))
        phones = set(Change.objects.filter(field="phone", source="visit").values_list("entity", flat=True))
        persons = set(Person.objects.values_list("pk", flat=True))
        doors = set(Dwelling.objects.values_list("pk", flat=True))

        def arrived(fault: Fault) -> bool:
            arrivals = [a.ref for knock in at_door.get(fault.ref, []) for a in knock.arrivals] or [fault.ref]
            return any(self._entities.get(ref) in persons for ref in arrivals)

        looks: dict[str, Callable[[Fault], bool]] = {
            "dead_active": lambda f: (self._entities.get(f.ref), f.code) in ends,
            "moved_active": lambda f: (self._entities.get(f.ref), f.code) in ends,
            "household_moved": lambda f: self._entities.get(f.ref) in moved,
            "phone_changed": lambda f: self._entities.get(f.ref) in phones,
            "new_tenant": arrived,
            "newborn": arrived,
            "door_in_no_ledger": lambda f: self._entities.get(f.ref) in doors,
        }
        for fault in self._faults:
            if fault.found_by == "visit" and looks[fault.kind](fault):
                self.n[fault.kind] += 1

    def by_kind(self) -> dict[str, dict[str, int]]:
        """``{kind: {planted, found}}``; what is found at the door grows with the days that were replayed."""
        return {kind: {"planted": n, "found": self.n[kind]} for kind, n in self._world.planted().items() if n}

    def _row(self, fault: Fault) -> StagedRow | None:
        return self._rows.get((fault.file, fault.sheet, fault.row))

    def _is_explained(self, fault: Fault) -> bool:
        row = self._row(fault)
        return row is not None and any(explained["code"] == fault.code for explained in row.faults)

    def _is_normalised(self, fault: Fault) -> bool:
        """The row is in, about the entity it is meant for, and the damaged field reads as it should."""
        row, record = self._row(fault), self._records.get((fault.file, fault.sheet, fault.row))
        if row is None or record is None or row.entity is None or row.state == "refused":
            return False
        read, meant = row.opened().get(fault.field), record.values.get(fault.field)
        told = fault.field in {"building", "room"} or str(read or "") == (meant or "")
        return told and self._entities.get(record.ref) == row.entity

    def _is_refused(self, fault: Fault) -> bool:
        kind = FORBIDDEN_COLUMNS[fault.ref][0]
        of_column = [m for m in self._imports.values() if (m.scope, m.kind) == (fault.ref, kind)]
        return any(f"“{fault.field}”" in refusal for ledger in of_column for refusal in ledger.refused)

    def _questioned(self, today: dt.date) -> dict[str, set[uuid.UUID | None]]:
        codes = {f.code for f in self._faults if f.found_by == "contradiction"}
        records: dict[str, set[uuid.UUID | None]] = {code: set() for code in codes}
        for open_case in checks.open_cases(SYSTEM, STREET, today, codes):
            records[open_case.case.check].update(open_case.case.records)
        return records

    def _gap_list(self, at: dt.datetime) -> set[uuid.UUID | None]:
        indicator = INDICATORS["dwellings_resolved"]
        rows, _ = gaps.gaps(SYSTEM, indicator, queries.moment(None, at), STREET, limit=EVERYTHING)
        return {row.entity for row in rows}
