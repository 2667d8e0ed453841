"""One case with its evidence, and what was decided about it once."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.bench.cases.case import Case
from gridwalk.bench.online import ONLINE
from gridwalk.bench.queries import checks
from gridwalk.bench.queries.decisions import OpenCase
from gridwalk.bench.queries.evidence import answers
from gridwalk.bench.queries.evidence.homes import door_by_door
from gridwalk.bench.queries.evidence.records import side_by_side
from gridwalk.bench.queries.evidence.residents import person_by_person
from gridwalk.bench.queries.evidence.sheet import Evidence
from gridwalk.bench.rules import CASE_DECISIONS, CHECKS
from gridwalk.core import clock

EVIDENCE: Mapping[str, Callable[[Viewer, Case], Evidence]] = {
    "same_number": side_by_side,
    "same_name_and_birth": side_by_side,
    "near_duplicate": side_by_side,
    "same_door": side_by_side,
    "same_organization": side_by_side,
    "two_homes": door_by_door,
    "no_home": side_by_side,
    "ended_but_living": door_by_door,
    "phone_shared": person_by_person,
    "vacant_with_residents": person_by_person,
    "owner_with_tenants": person_by_person,
    "door_gone": side_by_side,
    "crowded": person_by_person,
    "minor_alone": person_by_person,
    "no_head": person_by_person,
    "several_heads": person_by_person,
    **dict.fromkeys(ONLINE, answers.door_by_door),
}
"""Check → how its cases are shown."""


def evidence(viewer: Viewer, case: Case) -> Evidence:
    """The evidence of a case the viewer may see; a constant number of queries."""
    return EVIDENCE[case.check](viewer, case)


def told_before(viewer: Viewer, waiting: OpenCase) -> str:
    """What was decided once about a case that has come back, and what has changed since; "" for a new one."""
    earlier = waiting.earlier
    if earlier is None:
        return ""
    reason = f"（{earlier.reason}）" if earlier.reason else ""
    on = clock.day_words(clock.local_date(earlier.decided_at))
    named = viewer.may(Verb.SEE_ROWS, earlier.grid_id)
    author = accounts.authors({earlier.decided_by}, named=named)(earlier.decided_by, earlier.decided_by_name)
    before = f"{on} {author} 核定过：{CASE_DECISIONS[earlier.decision]}{reason}。"
    if not waiting.joined and not waiting.changed and earlier.decision in AS_BEFORE:
        return before + AS_BEFORE[earlier.decision]
    names = checks.names(viewer, waiting.case.members)
    since = [f"多了 {names[pk]}" for pk in waiting.joined[:3]]
    looks_at = CHECKS[waiting.case.check].looks_at
    since += [f"{names[pk]} 的登记变了（看的是{looks_at}）" for pk in waiting.changed[:3]]
    return f"{before}后来{'；'.join(since) or '又变了'}。"


AS_BEFORE = {"to_door": "上门问过以后，记录还是这样。", "corrected": "后来又变回去了。"}
"""Decision → what is said where the records are what they were."""
