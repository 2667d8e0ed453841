"""Reads of a comparison: its trend, its rate by field, what it left to decide."""

from __future__ import annotations

import dataclasses
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core.queries import in_scopes
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import sight
from gridwalk.ledger.comparing import ADDRESS
from gridwalk.ledger.location import PARTS
from gridwalk.method import address_writing
from gridwalk.method.addresses import Address
from gridwalk.reconcile import rules
from gridwalk.reconcile.models import Comparison, Unmatched
from gridwalk.reconcile.queries import telling
from gridwalk.registry.queries import entities
from gridwalk.registry.queries import titles as naming

PAGE = 50
NOWHERE = ("", "")
"""Title and place of what the register does not have."""


def trend(comparison: Comparison) -> list[Comparison]:
    """The finished comparisons of the same sides and area up to this one, the oldest first."""
    same = Comparison.objects.filter(
        scope=comparison.scope,
        kind=comparison.kind,
        source=comparison.source,
        state="done",
        other_file__isnull=comparison.other_file_id is None,
    )
    if comparison.finished_at:
        same = same.filter(finished_at__lte=comparison.finished_at)
    return list(same.order_by("-finished_at")[:12])[::-1]


def fields(comparison: Comparison) -> list[tuple[str, int, int]]:
    """(label, equal, compared) of every agreed field, in the dictionary's order, the door last."""
    order = {f.name: i for i, f in enumerate(dictionary.fields(comparison.kind))} | {ADDRESS: 999}
    pairs = sorted(comparison.by_field.items(), key=lambda item: order.get(item[0], 0))
    return [(telling.label(comparison.kind, f), n, d) for f, (n, d) in pairs]


def undecided(comparison: Comparison) -> dict[str, int]:
    """How many one-sided records and questions are open, by what they are."""
    counted = _once(Unmatched.objects.filter(of=comparison, state="open")).values("what").annotate(n=Count("pk"))
    return {row["what"]: row["n"] for row in counted}


def _once(rows: QuerySet[Unmatched]) -> QuerySet[Unmatched]:
    """The rows, one of a record that both files of a comparison lack."""
    same = rows.filter(of=OuterRef("of"), entity=OuterRef("entity"), pk__lt=OuterRef("pk"))
    return rows.exclude(Exists(same.filter(what="register_only")), what="register_only")


@dataclasses.dataclass(frozen=True, kw_only=True)
class UnmatchedRow:
    """A one-sided record or a question as a row, numbers masked. ``other``: what the register has, of a question."""

    id: uuid.UUID
    title: str
    text: str
    other: str
    entity: uuid.UUID | None
    where: str
    score: float
    why: str
    state: str
    open: bool
    reason: str


def rows(
    viewer: Viewer, comparison: Comparison, what: str, *, state: str = "open", offset: int = 0
) -> tuple[list[UnmatchedRow], int]:
    """A page of what a comparison left, in the order of grids and of the ledger, and how many there are;
    four queries.
    """
    chosen = Unmatched.objects.filter(of=comparison, what=what)
    chosen = _once(chosen.filter(state="open") if state == "open" else chosen.exclude(state="open"))
    chosen = chosen.filter(in_scopes(viewer.scopes(Verb.SEE_ROWS_MASKED), "grid"))
    page = list(chosen.order_by("grid", "sheet", "row_no", "id")[offset : offset + PAGE])
    titles = naming.titles(viewer, comparison.kind, [u.entity for u in page if u.entity])
    files = _files(comparison, page)
    return [_row(viewer, u, titles, files) for u in page], chosen.count()


def _files(comparison: Comparison, page: Sequence[Unmatched]) -> Mapping[uuid.UUID, str]:
    """Row → which of two files it is of, or which lack the record; of one file nothing."""
    if comparison.other_file_id is None:
        return {}
    labels = dict(Comparison.SOURCES)
    lacking: defaultdict[uuid.UUID | None, set[str]] = defaultdict(set)
    rows = Unmatched.objects.filter(of=comparison, what="register_only", entity__in=[u.entity for u in page])
    for entity, source in rows.values_list("entity", "source"):
        lacking[entity].add(source)
    both = {
        entity: "、".join(labels[source] for source in labels if source in sides) for entity, sides in lacking.items()
    }
    told = {u.pk: f"{both[u.entity]}没有" for u in page if u.what == "register_only"}
    return {u.pk: labels[u.source] for u in page} | told


def _row(
    viewer: Viewer,
    unmatched: Unmatched,
    titles: Mapping[uuid.UUID, tuple[str, str]],
    files: Mapping[uuid.UUID, str],
) -> UnmatchedRow:
    values = unmatched.opened()
    registered = titles.get(unmatched.entity, NOWHERE) if unmatched.entity else NOWHERE
    full = viewer.may(Verb.SEE_ROWS, unmatched.grid)
    place = rules.row_place(unmatched.sheet, unmatched.row_no) if unmatched.row_no else ""
    return UnmatchedRow(
        id=unmatched.id,
        title=_title(viewer, unmatched, values) or registered[0],
        text=(_text(unmatched.kind, values) if full else "") or registered[1],
        other=" ".join(registered).strip() if unmatched.what == "question" else "",
        entity=unmatched.entity,
        where=f"{files.get(unmatched.pk, '')} {place}".strip(),
        score=unmatched.score,
        why=unmatched.why,
        state=unmatched.get_state_display(),
        open=unmatched.state == "open",
        reason=unmatched.reason,
    )


def _title(viewer: Viewer, unmatched: Unmatched, values: Mapping[str, object]) -> str:
    """Who a ledger's row speaks of, else which door."""
    name = str(values.get("name") or "")
    shown = entities.shown_name(viewer, unmatched.grid, name) if unmatched.kind == "person" else name
    return shown or _door(values)


def _text(kind: str, values: Mapping[str, object]) -> str:
    """What a ledger's row says beside its title, masked."""
    shown = [
        dictionary.show(kind, field, value, sight.ON_PAGE)
        for field, value in values.items()
        if field not in {"name", "grid_code", "grid_name", "community", *PARTS}
    ]
    return "　".join(filter(None, [_door(values) if values.get("name") else "", *shown]))


def _door(values: Mapping[str, object]) -> str:
    estate, building, stairwell, room = (str(values.get(part) or "") for part in PARTS)
    return address_writing.display(Address(estate=estate, building=building, stairwell=stairwell, room=room))


def n_waiting(viewer: Viewer, scope: str) -> int:
    """How many one-sided records and questions of the latest comparisons wait for a decision in a scope."""
    return Unmatched.objects.filter(
        in_scopes(viewer.within(Verb.DECIDE_DIFFERENCE, scope), "grid"), state="open"
    ).count()


def every_open(viewer: Viewer, comparison: Comparison, what: str) -> list[uuid.UUID]:
    """The ids of all that is open of one sort, for deciding them at once."""
    seen = in_scopes(viewer.scopes(Verb.DECIDE_DIFFERENCE), "grid")
    return list(Unmatched.objects.filter(seen, of=comparison, what=what, state="open").values_list("id", flat=True))


def of_comparison(comparison: Comparison, chosen: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    """Those of the chosen records that belong to the comparison; of one that both its files lack, both."""
    own = Unmatched.objects.filter(of=comparison)
    lacked = own.filter(pk__in=list(chosen), what="register_only").values("entity")
    both = Q(pk__in=list(chosen)) | Q(what="register_only", entity__in=lacked)
    return list(own.filter(both).values_list("id", flat=True))
