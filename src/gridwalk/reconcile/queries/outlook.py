"""What taking an import back would do, as its page shows it before anybody presses the button."""

from __future__ import annotations

import dataclasses
import uuid
from collections import Counter, defaultdict
from collections.abc import Mapping

from gridwalk.accounts.rules import Viewer
from gridwalk.dictionary import fields as dictionary
from gridwalk.reconcile import rules
from gridwalk.reconcile.models import Import
from gridwalk.reconcile.queries import taking_back, telling
from gridwalk.reconcile.queries.taking_back import Written
from gridwalk.registry import sources
from gridwalk.registry.models import Difference
from gridwalk.territory import queries as territory

KINDS = ("dwelling", "person", "organization", "site", "facility", "care")


@dataclasses.dataclass(frozen=True, kw_only=True)
class GridLine:
    """What of an import leaves a grid and what stays there. ``leaves``: 12 户、30 人."""

    code: str
    name: str
    leaves: str
    n_leave: int
    n_stay: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Outlook:
    """``n_dispatched``: records that leave only where a second person agrees; ``n_values``: of records that stood
    before, values that go back; ``stays``: where in the file and why, None for who is not told of rows.
    """

    grids: list[GridLine]
    n_leave: int
    n_stay: int
    n_dispatched: int
    n_values: int
    n_values_kept: int
    n_questions: int
    stays: list[tuple[str, str]] | None


def of_import(viewer: Viewer, submission: Import, *, dispatched: bool) -> Outlook:
    """What would leave and what would stay; ``dispatched``: with what was dispatched."""
    wrote = taking_back.written(submission, range(submission.n_batches))
    why = taking_back.why_stay(submission, wrote, dispatched=dispatched)
    waiting = taking_back.waiting_targets(wrote)
    kept = taking_back.changed_since(submission, wrote.facts)
    records = {pk: change for pk, change in wrote.made.items() if change.kind in KINDS}
    n_stay = sum(1 for pk in records if pk in why)
    asked = Difference.objects.filter(source="ledger", source_ref__startswith=f"{submission.file_id}:", state="open")
    return Outlook(
        grids=_by_grid(wrote, why),
        n_leave=len(records) - n_stay,
        n_stay=n_stay,
        n_dispatched=sum(1 for entity in waiting if why.get(entity, "dispatched") == "dispatched"),
        n_values=len(wrote.facts) - len(kept),
        n_values_kept=len(kept),
        n_questions=asked.count(),
        stays=_stays(submission, wrote, why) if telling.by_row(viewer, submission) else None,
    )


def _by_grid(wrote: Written, why: Mapping[uuid.UUID, str]) -> list[GridLine]:
    leave: dict[str, Counter[str]] = defaultdict(Counter)
    stay: Counter[str] = Counter()
    for pk, change in wrote.made.items():
        if change.kind not in KINDS:
            continue
        if pk in why:
            stay[change.stream_id] += 1
        else:
            leave[change.stream_id][change.kind] += 1
    codes = sorted(leave.keys() | stay.keys())
    names = territory.place_names(codes)
    return [
        GridLine(
            code=code,
            name=names.get(code, code),
            leaves="、".join(f"{leave[code][kind]:,} {dictionary.KINDS[kind]}" for kind in KINDS if leave[code][kind]),
            n_leave=leave[code].total(),
            n_stay=stay[code],
        )
        for code in codes
    ]


def _stays(submission: Import, wrote: Written, why: Mapping[uuid.UUID, str]) -> list[tuple[str, str]]:
    """Where in the file what stays is written, and why it stays; each once, in the order of the file."""
    lines = []
    for pk, code in why.items():
        change = wrote.made[pk]
        source = sources.parse(change.source_ref)
        if change.kind in KINDS:
            row = source.words(submission.name) if source else "哪一行已经清除"
            place = (source.sheet, source.row) if source else (0, 0)
            lines.append((place, f"{row}，{dictionary.KINDS[change.kind]}", rules.WHY_STAYS[code]))
    return [(where, text) for _, where, text in sorted(lines)]
