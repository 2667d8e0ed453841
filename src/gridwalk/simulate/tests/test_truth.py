from __future__ import annotations

import datetime as dt

from gridwalk.simulate.acting.knocks import SHANGHAI, Knock
from gridwalk.simulate.oracle import truth
from gridwalk.simulate.oracle.settling import Attempt, settle
from gridwalk.simulate.oracle.truth import Count
from gridwalk.simulate.street.workbooks import LedgerFile
from gridwalk.simulate.street.world import PILOT, World
from gridwalk.simulate.tests.conftest import START

IMPORTED = dt.date(2026, 9, 14)
DAY_45 = dt.date(2026, 11, 20)


def at(day: int, hour: int) -> dt.datetime:
    return dt.datetime(2026, 9, day, hour, 15, tzinfo=SHANGHAI)


def test_a_door_is_settled_by_the_letter_of_the_rule() -> None:
    morning, evening = Attempt(at(21, 10), "no_answer"), Attempt(at(22, 18), "no_answer")
    assert settle([]) == "remaining"
    assert settle([Attempt(at(21, 10), "phone")]) == "remaining"
    assert settle([morning, Attempt(at(22, 10), "phone")]) == "visited"
    assert settle([morning, evening, Attempt(at(22, 10), "no_answer")]) == "remaining"
    assert settle([morning, evening, Attempt(at(23, 10), "no_answer")]) == "explained"
    assert settle([morning, Attempt(at(22, 10), "no_answer"), Attempt(at(23, 10), "no_answer")]) == "remaining"
    assert settle([Attempt(at(21, 10), "refused"), Attempt(at(22, 10), "moved_away")]) == "pending"
    assert settle([Attempt(at(22, 10), "moved_away"), Attempt(at(25, 10), "met")]) == "visited"
    assert settle([Attempt(at(21, 10), "vacant_confirmed", "neighbour")]) == "visited"
    assert settle([Attempt(at(21, 10), "vacant_confirmed")]) == "remaining"
    other = Attempt(at(28, 11), "vacant_confirmed", "other_worker", "b")
    assert settle([Attempt(at(21, 10), "no_answer", "", "a"), other]) == "visited"
    assert settle([Attempt(at(22, 12), "no_answer", "", "a"), other]) == "remaining"
    assert settle([Attempt(at(21, 10), "no_answer", "", "b"), other]) == "remaining"


def test_an_import_alone_gives_the_figures_of_the_ledgers(small: World, ledgers: list[LedgerFile]) -> None:
    figures = truth.recount(ledgers, [], as_of=START, imported_on=IMPORTED, start=START)
    pilot_doors = [d for d in small.doors.values() if d.place.community == PILOT and d.usage == "residential"]
    unknown = {f.ref for f in small.faults if f.kind == "door_in_no_ledger"}
    assert figures["visits"] == Count(0, sum(d.ref not in unknown for d in pilot_doors))
    written = {s.person for p in small.persons.values() for s in p.stays if s.written}
    planted = small.planted()
    assert figures["linkage"] == Count(len(written) - planted["person_without_house"], len(written))
    without_id = planted["id_checksum"] + planted["id_excel_float"]
    assert figures["completeness"] == Count(len(written) - without_id, len(written))
    assert figures["linkage.several"].n == 0
    assert figures["attention.care"].n < figures["attention.care"].d


def test_figures_of_grids_add_up_to_the_street(small: World, ledgers: list[LedgerFile], knocks: list[Knock]) -> None:
    count = truth.Recount(ledgers, imported_on=IMPORTED, start=START)
    count.take(knocks, dt.datetime.combine(DAY_45, dt.time.max, SHANGHAI))
    street = count.figures(DAY_45)
    grids = [grid for c in small.communities for grid in (*c.grids, f"{c.code}000")]
    parts = [count.figures(DAY_45, grid) for grid in grids]
    for name, whole in street.items():
        assert whole == Count(sum(p[name].n for p in parts), sum(p[name].d for p in parts)), name
    states = ("visits", "visits.explained", "visits.pending", "visits.remaining")
    assert sum(street[name].n for name in states) == street["visits"].d
    assert street["persons_verified"].n == street["freshness"].n > 0


def test_the_moment_of_a_recount_cuts_off_what_came_after(ledgers: list[LedgerFile], knocks: list[Knock]) -> None:
    early = truth.recount(ledgers, knocks, as_of=START, imported_on=IMPORTED, start=START)
    late = truth.recount(ledgers, knocks, as_of=DAY_45, imported_on=IMPORTED, start=START)
    assert 0 < early["visits"].n < late["visits"].n
    assert early["visits"].d < late["visits"].d
    assert late["completeness"].n > early["completeness"].n
