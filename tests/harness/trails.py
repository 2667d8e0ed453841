"""What stands in the audit after a test: ``trails.toml`` says which lines a journey must leave, ``LINES`` what each
verb's line must hold.

The journeys themselves look at what a page shows; whoever drops the line that says who did it changes no page.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

TABLE = Path(__file__).with_name("trails.toml")
DEPTHS = {"nowhere": {0}, "street": {9}, "community": {12}, "grid": {15}, "area": {0, 2, 4, 6, 9, 12, 15}}
RECORDS = {"dwelling", "person", "organization", "site", "facility"}

LINES = """
account.*                     area       user
notice.done                   area       notice
grant.*                       grid       dwelling,person other
device.code_made              area       user
device.*                      area       device
badge.*                       area       user
areas.desk_set                community  -
areas.*                       street     -
operator.named                area       -
grids.created                 community  -
grids.buildings_assigned      community  grid -
grids.assignment_undone       community  grid -
grids.replaced                community  -
grids.renamed                 grid       grid -
grids.plan_*                  community  upkeep
workdays.*                    street     -
check.set                     street     -
campaign.*                    street     campaign
wave.dispatched               street     campaign
targets.*                     grid       -
target.*                      grid       dwelling,organization,site
visit.*                       grid       dwelling,organization,site
matter.noted                  grid       dwelling,organization,site,facility
matter.*                      area       matter
sample.door_*                 grid       sample
sample.stairwell_*            grid       sample
sample.*                      area       sample
meeting.*                     street     meeting
photo.received                area       device
photo.opened                  grid       matter
round.*                       grid       facility,site
facility.*                    grid       facility
dwelling.*                    grid       dwelling
person.*                      grid       person
organization.*                grid       organization
site.*                        grid       site
facts.confirmed               grid       -
daily.*                       grid       dwelling,person,organization
end.*                         grid       dwelling,person,organization,site
return.*                      grid       dwelling,person,organization,site
care.opened                   area       -
care.*                        grid       person
account.sign_in_failed        area       user ?
difference.decided_by_rule    area       dwelling,person,organization,site,facility other
difference.batch_undone       area       dwelling,person,organization,site,facility other
difference.*                  grid       dwelling,person,organization,site,facility
takeover.asked                grid       person
household.*                   grid       dwelling
case.*                        grid       dwelling,person,organization
upkeep.*                      community  upkeep
import.batch_applied          grid       import
import.paused                 nowhere    import
import.*                      area       import
comparison.paused             nowhere    comparison
comparison.*                  area       comparison
unmatched.*                   grid       dwelling,person,organization -
estate.*                      community  estate -
backfill.handed_out           area       backfill
backfill.*                    grid       dwelling,person,organization
op.*                          area       -
outbox.*                      area       device
sync.epoch_raised             nowhere    -
number.tail_searched          area       -
number.id_tail_searched       area       -
number.missed                 area       -
number.*                      grid       dwelling,person,organization,site,facility
card.checked                  grid       person
access.listed                 grid       person
dossier.printed               grid       dwelling,person
file.exported                 nowhere    file,import,comparison,list ?
list.opened                   area       list -
view.shared                   area       view
file.*                        area       file
report.*                      area       file
audit.sealed                  nowhere    -
backup.*                      nowhere    -
keys.*                        nowhere    -
retention.erased              nowhere    retention -
investigation.*               area       investigation
"""
"""The first line that fits a verb holds: how deep its scope is, of which kinds its subject may be. Behind the kinds:
``-`` it has none, ``?`` it may have none, ``other`` it is no record of the register.
"""


def lines() -> dict[str, tuple[set[int], set[str], str]]:
    """Verb, or family with a star, → depths of the scope, kinds, what of the subject."""
    table = {}
    for verb, depth, kinds, *subject in map(str.split, LINES.strip().splitlines()):
        of = set() if kinds == "-" else set(kinds.split(","))
        table[verb] = (DEPTHS[depth], of, subject[0] if subject else "" if of else "-")
    return table


def trails() -> dict[str, Counter[str]]:
    """Test (path::function) → how many lines of each verb it leaves at least."""
    read = tomllib.loads(TABLE.read_text("utf-8"))
    return {
        f"{path}::{test}": Counter({verb: int(n or 1) for verb, _, n in (w.partition("*") for w in words.split())})
        for path, tests in read.items()
        for test, words in tests.items()
    }


_TRAILS = trails()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[Any]:
    """After the test, while its rows stand: the lines it must have left."""
    result = yield
    path = item.path.relative_to(item.config.rootpath).as_posix()
    expected = _TRAILS.get(f"{path}::{getattr(item, 'originalname', item.name)}")
    if expected:
        _look(expected)
    return result


def _look(expected: Counter[str]) -> None:
    from gridwalk.core.models import AuditEntry

    entries = list(AuditEntry.objects.filter(verb__in=expected))
    assert not expected - Counter(entry.verb for entry in entries), "missing in the audit"
    assert [(entry.verb, fault) for entry in entries if (fault := _fault(entry))] == []


def _fault(entry: Any) -> str:
    """What is wrong with a line, if anything."""
    table = lines()
    key = entry.verb if entry.verb in table else f"{entry.verb.partition('.')[0]}.*"
    key = key if key in table else "grids.plan_*"
    depths, kinds, subject = table[key]
    if len(entry.scope) not in depths:
        return f"scope {entry.scope}"
    if (entry.kind or kinds) and entry.kind not in kinds:
        return f"kind {entry.kind}"
    if subject != "?" and (entry.subject is None) != (subject == "-"):
        return f"subject {entry.subject}"
    if entry.kind in RECORDS and not subject and not _stood_there(entry):
        return "its record never stood in that grid"
    return ""


def _stood_there(entry: Any) -> bool:
    from gridwalk.core.models import Change
    from gridwalk.registry import columns

    rows = columns.TABLES[entry.kind]._default_manager.filter(pk=entry.subject)
    if not rows.exists():
        return False
    return (
        rows.filter(grid=entry.scope).exists()
        or Change.objects.filter(entity=entry.subject, stream=entry.scope).exists()
    )
