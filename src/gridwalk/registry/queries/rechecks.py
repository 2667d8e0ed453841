"""What another person must confirm before it counts, and what was decided lately."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from django.db.models import Q, QuerySet

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import clock
from gridwalk.core.queries import in_scopes
from gridwalk.dictionary import fields as dictionary
from gridwalk.lists.listing import PlainList, Sort
from gridwalk.lists.queries import EVERYTHING, Selection
from gridwalk.lists.rules import choice_field, day_field
from gridwalk.registry.ends import EVIDENCE, PROPOSALS, REINSTATED, proposal_word
from gridwalk.registry.households import Naming
from gridwalk.registry.models import Dwelling, Recheck
from gridwalk.registry.queries import households, titles
from gridwalk.territory.models import Building

LATELY = 20
ENDS = PlainList(
    code="ends",
    label="注销、恢复",
    unit="条",
    verb=Verb.RECHECK,
    fields=(
        choice_field("kind", "登记对象", {kind: dictionary.KINDS[kind] for kind in PROPOSALS}),
        choice_field(
            "proposed",
            "提出的事",
            {end: word for ends in PROPOSALS.values() for end, word in ends.items()}
            | {REINSTATED: "恢复在册", "struck_off": "其他原因注销、登记错误"},
        ),
        choice_field("evidence", "凭据", EVIDENCE, always=False),
        day_field("proposed_at", "提出日期"),
    ),
    sorts=(
        Sort(code="oldest", label="先提的在前", keys=("proposed_at", "id")),
        Sort(code="newest", label="后提的在前", keys=("proposed_at", "id"), descending=True),
        Sort(code="grid", label="按网格排", keys=("grid_id", "proposed_at", "id")),
    ),
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class RecheckRow:
    """A proposed end or return.

    ``kind`` and ``subject`` name its page: the entity's, or the building's for all its doors. Whoever does not answer
    for the door reads days, and by what they are who did it. ``loses_head``: a household would have no head
    (户主) without this person.
    """

    id: uuid.UUID
    kind: str
    subject: uuid.UUID
    title: str
    n: int
    proposed: str
    evidence: str
    reason: str
    proposed_by: str
    proposed_at: dt.date
    mine: bool
    state: str
    decided_by: str
    decided_at: dt.date | None
    note: str
    loses_head: bool


def waiting(
    viewer: Viewer, scope: str, *, limit: int = 200, offset: int = 0, selection: Selection = EVERYTHING
) -> list[RecheckRow]:
    """Open rechecks inside a scope, oldest first; the doors of one building that were proposed together are one."""
    return _shown(viewer, selection.of(_open(viewer, scope), "proposed_at", "id")[offset : offset + limit])


def n_waiting(
    viewer: Viewer, scope: str, selection: Selection = EVERYTHING, *, before: dt.datetime | None = None
) -> int:
    """How many of them there are; ``before``: those that have waited since then."""
    waits = selection.of(_open(viewer, scope))
    return (waits if before is None else waits.filter(proposed_at__lt=before)).count()


def _open(viewer: Viewer, scope: str) -> QuerySet[Recheck]:
    return Recheck.objects.filter(_inside(viewer, scope), state="open").exclude(_not_first())


def lately(viewer: Viewer, scope: str) -> list[RecheckRow]:
    """What the viewer proposed or decided last, the latest first; others' stands on its records' pages (red line 2)."""
    own = Q(proposed_by=viewer.id, proposed_by__isnull=False) | Q(decided_by=viewer.id, decided_by__isnull=False)
    rows = Recheck.objects.filter(_inside(viewer, scope), own, state__in=("confirmed", "rejected"))
    return _shown(viewer, rows.order_by("-decided_at").exclude(_not_first())[:LATELY])


def latest_of(viewer: Viewer, entities: Collection[uuid.UUID], *, whole: bool = False) -> RecheckRow | None:
    """The last end or return proposed for entities the viewer may see; ``whole``: for a building's doors together."""
    rows = Recheck.objects.filter(entity__in=list(entities))
    rows = rows.filter(together__isnull=False) if whole else rows
    return next(iter(_shown(viewer, rows.order_by("-proposed_at", "-id")[:1])), None)


def named_heads(recheck: uuid.UUID) -> list[Naming]:
    """Whom the proposer of a recheck that waits named as heads."""
    row = Recheck.objects.filter(pk=recheck, state="open").first()
    return [Naming.of_plain(kept) for kept in row.heads] if row else []


def _inside(viewer: Viewer, scope: str) -> Q:
    return in_scopes(viewer.within(Verb.RECHECK, scope), "grid__code")


def _not_first() -> Q:
    """Of rechecks that are decided together all but the first."""
    firsts = Recheck.objects.filter(together__isnull=False).order_by("together", "id").distinct("together")
    return Q(together__isnull=False) & ~Q(pk__in=firsts.values("pk"))


def _shown(viewer: Viewer, rows: Iterable[Recheck]) -> list[RecheckRow]:
    rows = list(rows)
    together = [row for row in rows if row.together]
    titles_of = _titles_of(viewer, rows)
    n_doors = Counter(
        Recheck.objects.filter(together__in=[row.together for row in together]).values_list("together", flat=True)
    )
    doors = Dwelling.objects.filter(pk__in=[row.entity for row in together]).select_related("building")
    buildings = {door.pk: door.building for door in doors if door.building}
    ending = [row.entity for row in rows if row.kind == "person" and row.state == "open" and row.proposed != REINSTATED]
    heads = households.losing_head(ending) if ending else set()
    by_role = accounts.authors({user for row in rows for user in (row.proposed_by, row.decided_by)}, named=False)
    return [
        _waiting(
            viewer,
            row,
            building=buildings.get(row.entity) if row.together else None,
            title=titles_of.get(row.entity, ""),
            n=n_doors[row.together] or 1,
            by_role=by_role,
            loses_head=row.entity in heads and row.state == "open",
        )
        for row in rows
    ]


def _titles_of(viewer: Viewer, rows: Sequence[Recheck]) -> dict[uuid.UUID, str]:
    titles_of: dict[uuid.UUID, str] = {}
    for kind in sorted({row.kind for row in rows}):
        of_kind = titles.titles(viewer, kind, [row.entity for row in rows if row.kind == kind])
        titles_of |= {pk: title for pk, (title, _) in of_kind.items()}
    return titles_of


def _waiting(
    viewer: Viewer,
    row: Recheck,
    *,
    building: Building | None,
    title: str,
    n: int,
    by_role: accounts.Author,
    loses_head: bool,
) -> RecheckRow:
    named = viewer.may(Verb.SEE_ROWS, row.grid_id)
    return RecheckRow(
        id=row.id,
        kind="building" if building else row.kind,
        subject=building.pk if building else row.entity,
        title=f"{building.estate} {building.name} 整栋".strip() if building else title,
        n=n,
        proposed=proposal_word(row.kind, row.proposed),
        evidence=EVIDENCE.get(row.evidence, ""),
        reason=row.reason,
        proposed_by=row.proposed_by_name if named else by_role(row.proposed_by, row.proposed_by_name),
        proposed_at=row.proposed_at if named else clock.local_date(row.proposed_at),
        mine=row.proposed_by is not None and row.proposed_by == viewer.id,
        state=row.state,
        decided_by=row.decided_by_name if named else by_role(row.decided_by, row.decided_by_name),
        decided_at=row.decided_at if named or row.decided_at is None else clock.local_date(row.decided_at),
        note=row.note,
        loses_head=loses_head,
    )
