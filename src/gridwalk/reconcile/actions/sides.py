"""What a side (a ledger, the platform) says of the entities, kept when it is imported or compared."""

from __future__ import annotations

import dataclasses
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import polars as pl
from django.db.models import Q

from gridwalk.core import bulk, clock, envelope, ids, records
from gridwalk.core.actions import Writing
from gridwalk.ledger import comparing, sides
from gridwalk.ledger.comparing import EQUAL, PLACE
from gridwalk.ledger.sides import Side
from gridwalk.reconcile.actions import backfill
from gridwalk.reconcile.actions.batch import Batch
from gridwalk.reconcile.models import Import, SideRow, Submission
from gridwalk.reconcile.queries import register
from gridwalk.registry import columns

TABLE = "reconcile_siderow"


@dataclasses.dataclass(frozen=True, kw_only=True)
class SideLine:
    """One row of a side that speaks of an entity. ``place``: its sheet and its number there."""

    entity: uuid.UUID
    grid: str
    place: tuple[str, int]
    values: Mapping[str, Any]
    differs: bool


def row_values(side: Side) -> list[dict[str, Any]]:
    """The canonical values of every row, dates as ISO text."""
    names = [*dict.fromkeys([*side.fields, *(part for part in PLACE if part in side.frame.columns)])]
    texts = side.frame.select(pl.col(names).cast(pl.String))
    return [{k: v for k, v in row.items() if v is not None} for row in texts.iter_rows(named=True)]


def remember(writing: Writing, of: Submission, source: str, lines: Sequence[SideLine]) -> None:
    """Step: keep what the side says in place of what it said before, and see which corrections it has made."""
    former = SideRow.every.filter(source=source, kind=of.kind, entity__among=[line.entity for line in lines])
    if not isinstance(of, Import):
        former.delete()
    elif former.exists():
        former.filter(Q(of=of) | Q(replaced_by__finished_at__lt=writing.at - clock.UNDO_FOR)).delete()
        former.filter(replaced_by__isnull=True).update(replaced_by=of)
    seal = envelope.sealer()
    bulk.insert_values(SideRow, COLUMNS, (_row(writing, of, source, line, seal) for line in lines))
    spoken = set(of.mapping[of.side(source)]["fields"])
    backfill.prove(writing, source, of.kind, {line.entity: line.values for line in lines}, spoken=spoken)


def give_back(of: Import, entities: Collection[uuid.UUID]) -> None:
    """Step: what an import said of these entities is said no more; what their side had said before stands again, or
    waits for the import that has replaced this one since.
    """
    own = SideRow.every.filter(of=of, entity__among=entities)
    since: dict[uuid.UUID | None, list[uuid.UUID]] = defaultdict(list)
    for entity, later in own.values_list("entity", "replaced_by"):
        since[later].append(entity)
    own.delete()
    for next_, of_entities in since.items():
        SideRow.every.filter(replaced_by=of, entity__among=of_entities).update(replaced_by=next_)


COLUMNS = (
    *("id", "of_id", "source", "grid", "kind", "entity", "sheet", "row_no", "values", "differs", "at"),
    "replaced_by_id",
)


def _row(writing: Writing, of: Submission, source: str, line: SideLine, seal: envelope.Sealer) -> tuple[Any, ...]:
    """The values of ``COLUMNS``."""
    key = ids.new_id()
    sheet, row_no = line.place
    values = records.seal_record(of.kind, line.values, table=TABLE, column="values", row=key, seal=seal)
    place = (line.grid, of.kind, line.entity, sheet[:60], row_no)
    return key, of.pk, source, *place, values, line.differs, writing.at, None


def remember_import(writing: Writing, work: Batch, written: Sequence[Mapping[str, Any]]) -> None:
    """Step: keep what the rows of an applied batch said, as they said it (``said``, by row).

    Of two rows that speak of one entity the first counts.
    """
    kind = work.of.kind
    if kind not in register.KINDS:
        return
    first: dict[uuid.UUID, int] = {}
    for index, row in enumerate(work.rows):
        if row.entity is not None and row.state != "refused":
            first.setdefault(row.entity, index)
    fields = work.of.mapping["left"]["fields"]
    side = sides.of_rows(
        kind,
        work.of.name,
        [{f: written[index].get(f) for f in fields} | {"entity": str(entity)} for entity, index in first.items()],
        fields=fields,
        more=("entity",),
    )
    grids = dict(columns.TABLES[kind]._default_manager.filter(pk__among=first).values_list("pk", "grid_id"))
    differing = _differing(side, {entity: work.rows[index].agrees for entity, index in first.items()})
    rows = zip(first.items(), row_values(side), strict=True)
    lines = [
        SideLine(
            entity=entity,
            grid=grids[entity],
            place=(work.rows[index].sheet, work.rows[index].row_no),
            values=values,
            differs=entity in differing,
        )
        for (entity, index), values in rows
        if entity in grids
    ]
    remember(writing, work.of, work.of.source, lines)


def _differing(side: Side, agrees: Mapping[uuid.UUID, bool]) -> set[uuid.UUID]:
    """The entities of which the register does not hold what the row says.

    A record that was registered from its row just now agrees with it: only the others are looked up.
    """
    doubtful = [entity for entity, as_said in agrees.items() if not as_said]
    if not doubtful:
        return set()
    registered = register.side("", side.kind, doubtful)
    pairs = side.frame.select(left_row="row", entity="entity").join(
        registered.frame.select(right_row="row", entity="entity"), on="entity"
    )
    agreed = comparing.agreed_fields(side, registered)
    cells = comparing.cells_of(side, registered, pairs.select("left_row", "right_row"), agreed)
    unlike = cells.filter(~pl.col("verdict").is_in(EQUAL))["left_row"].unique()
    return {uuid.UUID(side.frame["entity"][row]) for row in unlike}
