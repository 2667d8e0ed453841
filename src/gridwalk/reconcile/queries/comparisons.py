"""Reads of a comparison: its trend, its rate by field, what it left to decide."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping, Sequence

from django.db.models import Count

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import sight
from gridwalk.ledger.comparing import ADDRESS
from gridwalk.ledger.location import PARTS
from gridwalk.method import address_writing
from gridwalk.method.addresses import Address
from gridwalk.reconcile import rules
from gridwalk.reconcile.models import Comparison, Unmatched
from gridwalk.reconcile.queries import sight
from gridwalk.registry.queries import entities
from gridwalk.registry.queries import titles as names_of

PAGE = 50


def trend(found: Comparison) -> list[Comparison]:
    """The finished comparisons of the same sides and area up to this one, the oldest first."""
    same = Comparison.objects.filter(
        scope=found.scope,
        kind=found.kind,
        source=found.source,
        state="done",
        other_file__isnull=found.other_file_id is None,
    )
    if found.finished_at:
        same = same.filter(finished_at__lte=found.finished_at)
    return list(same.order_by("-finished_at")[:12])[::-1]


def fields(found: Comparison) -> list[tuple[str, int, int]]:
    """(label, equal, compared) of every agreed field, in the dictionary's order, the door last."""
    order = {f.name: i for i, f in enumerate(dictionary.fields(found.kind))} | {ADDRESS: 999}
    pairs = sorted(found.by_field.items(), key=lambda item: order.get(item[0], 0))
    return [("房屋地址" if f == ADDRESS else dictionary.label(found.kind, f), n, d) for f, (n, d) in pairs]


def undecided(found: Comparison) -> dict[str, int]:
    """How many one-sided records and questions are open, by what they are."""
    counted = Unmatched.objects.filter(of=found, state="open").values("what").annotate(n=Count("pk"))
    return {row["what"]: row["n"] for row in counted}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Row:
    """A one-sided record or a question as a row, numbers masked. ``other``: what the register has, of a question."""

    id: uuid.UUID
    title: str
    said: str
    other: str
    entity: uuid.UUID | None
    where: str
    score: float
    why: str
    state: str
    open: bool
    decided_by: str
    reason: str


def rows(
    viewer: Viewer, found: Comparison, what: str, *, state: str = "open", offset: int = 0
) -> tuple[list[Row], int]:
    """A page of what a comparison left, in the order of grids and of the ledger, and how many there are;
    four queries.
    """
    chosen = Unmatched.objects.filter(of=found, what=what)
    chosen = chosen.filter(state="open") if state == "open" else chosen.exclude(state="open")
    chosen = chosen.filter(sight.within(viewer, Verb.SEE_ROWS_MASKED))
    page = list(chosen.order_by("grid", "sheet", "row_no", "id")[offset : offset + PAGE])
    known = names_of.titles(viewer, found.kind, [u.entity for u in page if u.entity])
    return [_row(viewer, u, known) for u in page], chosen.count()


def _row(viewer: Viewer, one: Unmatched, known: dict[uuid.UUID, tuple[str, str]]) -> Row:
    values = one.opened()
    held = known.get(one.entity) if one.entity else None
    said = "　".join(
        dictionary.show(one.kind, field, value, sight.ON_PAGE)
        for field, value in values.items()
        if field not in {"name", "grid_code", "grid_name", "community", *PARTS} and value
    )
    name = str(values.get("name") or "")
    title = entities.shown_name(viewer, one.grid, name) if one.kind == "person" else name
    place = _door(values)
    said = "　".join(filter(None, (place if name else "", said)))
    full = viewer.may(Verb.SEE_ROWS, one.grid)
    where = rules.row_place(one.sheet, one.row_no) if one.row_no else ""
    return Row(
        id=one.id,
        title=title or place or (held[0] if held else ""),
        said=(said if full else "") or (held[1] if held else ""),
        other=" ".join(held) if held and one.what == "question" else "",
        entity=one.entity,
        where=where,
        score=one.score,
        why=one.why,
        state=one.get_state_display(),
        open=one.state == "open",
        decided_by=one.decided_by_name,
        reason=one.reason,
    )


def _door(values: Mapping[str, object]) -> str:
    estate, building, stairwell, room = (str(values.get(part) or "") for part in PARTS)
    return address_writing.display(Address(estate=estate, building=building, stairwell=stairwell, room=room))


def n_waiting(viewer: Viewer, scope: str) -> int:
    """How many one-sided records and questions of the latest comparisons wait for a decision in a scope."""
    return Unmatched.objects.filter(sight.within(viewer, Verb.DECIDE_DIFFERENCE, scope), state="open").count()


def every_open(viewer: Viewer, found: Comparison, what: str) -> list[uuid.UUID]:
    """The ids of all that is open of one sort, for deciding them at once."""
    seen = sight.within(viewer, Verb.DECIDE_DIFFERENCE)
    return list(Unmatched.objects.filter(seen, of=found, what=what, state="open").values_list("id", flat=True))


def of_comparison(found: Comparison, chosen: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    """Those of the chosen records that belong to the comparison."""
    return list(Unmatched.objects.filter(of=found, pk__in=list(chosen)).values_list("id", flat=True))
