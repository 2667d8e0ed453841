"""What must go back to a side: what it said when it was last compared against what the register says now."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence, Set
from typing import Any

import polars as pl
from django.db.models import Exists, Min, OuterRef, Q, QuerySet

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core.models import Change
from gridwalk.core.queries import in_scopes
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import sight
from gridwalk.ledger import comparing, sides
from gridwalk.ledger.comparing import ADDRESS, PLACE
from gridwalk.method import address_writing
from gridwalk.method.addresses import Address
from gridwalk.reconcile.models import BackfillItem, SideRow, Submission, Unmatched
from gridwalk.reconcile.queries import handed, register, since
from gridwalk.reconcile.rules import ENDED_ROW, NEW_ROW, row_place
from gridwalk.registry.models import Difference, Residence
from gridwalk.registry.rules import WAITING

TOLD = ("conflict", "missing_left")
"""Verdicts (side · register) that go back: what only the side says is a question, not a correction."""
NOT_HANDED = "未发出"
TO_DO = frozenset({NOT_HANDED, dict(BackfillItem.STATES)["still_open"]})
"""States of what is still to be told; the rest was handed out as a file, or typed over and ticked."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Item:
    """One correction: ``old`` is what the side says, ``new`` what the register says, both in the clear: mask
    before showing.

    ``theirs`` and ``record``: all that either says of the entity, for filling in the side's own workbook.
    """

    grid: str
    kind: str
    entity: uuid.UUID
    title: str
    place: str
    field: str
    label: str
    old: str
    new: str
    sheet: str
    row_no: int
    state: str
    theirs: Mapping[str, Any]
    record: Mapping[str, Any]

    @property
    def is_new_row(self) -> bool:
        """Whether the side lacks the whole record, and it is to be added there."""
        return self.field == NEW_ROW

    @property
    def is_end(self) -> bool:
        """Whether the record has ended, and the side is to end it too."""
        return self.field == ENDED_ROW

    @property
    def to_do(self) -> bool:
        """Whether the side is still to be told."""
        return self.state in TO_DO

    @property
    def row(self) -> Mapping[str, Any]:
        """What the row in the side's own workbook begins with: what the side said, of a new one the register."""
        return self.record if self.is_new_row else self.theirs

    @property
    def where(self) -> str:
        """Which row of the side is meant."""
        return "加在后面" if self.is_new_row else row_place(self.sheet, self.row_no)

    @property
    def on_screen_only(self) -> bool:
        """Whether the value says that a door stands empty or is let: neither paper nor file carries that
        (red line 5).
        """
        return dictionary.stays_inside(self.kind, self.field)

    @property
    def shown_old(self) -> str:
        """What the side says, masked."""
        if self.is_new_row:
            return "没有这一条"
        if self.is_end:
            return "还列着"
        return written(self.theirs) if self.field == ADDRESS else _shown(self.kind, self.field, self.old)

    @property
    def shown_new(self) -> str:
        """What the register says, masked."""
        if self.is_new_row:
            return "补上整条"
        if self.is_end:
            return f"{self.new}，注销登记"
        return written(self.record) if self.field == ADDRESS else _shown(self.kind, self.field, self.new)


def _shown(kind: str, field: str, value: str) -> str:
    return dictionary.show(kind, field, value, sight.ON_PAGE) or "空"


def written(values: Mapping[str, Any]) -> str:
    """The door of a row as people write it: 海河花园 5号楼 1单元 101."""
    estate, building, stairwell, room = (str(values.get(p) or "") for p in ("estate", "building", "stairwell", "room"))
    return address_writing.display(Address(estate=estate, building=building, stairwell=stairwell, room=room)) or "空"


def door_of(values: Mapping[str, Any]) -> str:
    """The door of a row as one text, as comparisons write it."""
    return " ".join(str(values[p]) for p in ("estate", "building", "stairwell", "room") if values.get(p))


def _rows(viewer: Viewer, *, source: str, kind: str, scope: str) -> list[SideRow]:
    """The side's rows that differed when they were compared, or whose entity has been changed since: all
    others agree.
    """
    inside = SideRow.objects.filter(in_scopes(viewer.within(Verb.SEE_ROWS, scope), "grid"), source=source, kind=kind)
    changed = Change.objects.filter(entity=OuterRef("entity"), at__gt=OuterRef("at"))
    rows = inside.filter(Q(differs=True) | Q(Exists(changed)) | Q(entity__in=_moved(viewer, inside, kind, scope)))
    return list(rows.order_by("grid", "sheet", "row_no"))


def _moved(viewer: Viewer, inside: QuerySet[SideRow], kind: str, scope: str) -> list[uuid.UUID]:
    """Persons whose link to a door has been changed since the first of these rows was compared."""
    since = inside.aggregate(since=Min("at"))["since"] if kind == "person" else None
    if since is None:
        return []
    here = in_scopes(viewer.within(Verb.SEE_ROWS, scope), "stream__code")
    links = Change.objects.filter(here, kind="residence", at__gt=since).values_list("entity", flat=True)
    return list(Residence.objects.filter(pk__in=list(links.distinct())).values_list("person_id", flat=True).distinct())


def items(viewer: Viewer, *, source: str, kind: str, scope: str) -> list[Item]:
    """The corrections for a side in an area, by grid and in the side's own order, with what has ended since, then the
    records it lacks.

    What is still being decided is not told.
    """
    lacking = _lacking(in_scopes(viewer.within(Verb.SEE_ROWS, scope), "grid"), source=source, kind=kind)
    rows = [row for row in _rows(viewer, source=source, kind=kind, scope=scope) if row.entity not in lacking]
    told = [*_corrections(rows, source, kind), *_ended_rows(rows, source, kind), *_new_rows(lacking, source, kind)]
    return sorted(told, key=lambda item: item.grid)


def items_of(viewer: Viewer, *, source: str, kind: str, entity: uuid.UUID) -> list[Item]:
    """The same of one record."""
    visible = in_scopes(viewer.scopes(Verb.SEE_ROWS), "grid")
    lacking = _lacking(visible, source=source, kind=kind, entity=entity)
    rows = [] if lacking else list(SideRow.objects.filter(visible, source=source, kind=kind, entity=entity))
    return [*_corrections(rows, source, kind), *_ended_rows(rows, source, kind), *_new_rows(lacking, source, kind)]


def _lacking(inside: Q, *, source: str, kind: str, entity: uuid.UUID | None = None) -> dict[uuid.UUID, str]:
    """The records (with their grids) that only the register has: those somebody kept, and those that are new."""
    of_entity = Q() if entity is None else Q(entity=entity)
    kept = {record.entity: record.grid for record in _kept(inside & of_entity, source=source, kind=kind)}
    return {e: grid for e, grid in kept.items() if e} | dict(
        since.begun(inside, source=source, kind=kind, entity=entity)
    )


def _kept(inside: Q, *, source: str, kind: str) -> list[Unmatched]:
    """What only the register has and somebody kept, as the latest comparison of each record left it."""
    compared = Unmatched.objects.filter(inside, source=source, kind=kind, entity__isnull=False, of__state="done")
    latest = compared.order_by("entity", "-of__finished_at").distinct("entity").values("pk")
    kept = Unmatched.objects.filter(pk__in=latest, what="register_only", state="kept")
    return list(kept.order_by("grid", "entity"))


def _new_rows(lacking: Mapping[uuid.UUID, str], source: str, kind: str) -> list[Item]:
    """What the side must add: the records it lacks, as the register has them now; who left it is not told."""
    if not lacking:
        return []
    rows = register.side("", kind, lacking).frame.iter_rows(named=True)
    records = {uuid.UUID(row["entity"]): row for row in rows}
    told = {item.entity: item for item in handed.unproved(source, kind, list(lacking)) if item.field == NEW_ROW}
    again = handed.changed_again(told, kind)
    return [
        _new_row(kind, entity, grid, record=records[entity], handed_out=None if entity in again else told.get(entity))
        for entity, grid in lacking.items()
        if entity in records
    ]


def _ended_rows(rows: Sequence[SideRow], source: str, kind: str) -> list[Item]:
    """What the side must end, in its own words: the register has it no more."""
    how = since.ended([row.entity for row in rows], kind) if rows else {}
    told = {item.entity: item for item in handed.unproved(source, kind, list(how)) if item.field == ENDED_ROW}
    return [_ended_row(row, how[row.entity], told.get(row.entity)) for row in rows if row.entity in how]


def _ended_row(row: SideRow, how: str, handed_out: BackfillItem | None) -> Item:
    theirs = row.opened()
    return Item(
        grid=row.grid,
        kind=row.kind,
        entity=row.entity,
        title=str(theirs.get("name") or written(theirs)),
        place=written(theirs),
        field=ENDED_ROW,
        label=_label(row.kind, ENDED_ROW),
        old="",
        new=how,
        sheet=row.sheet,
        row_no=row.row_no,
        state=_state(handed_out, how),
        theirs=theirs,
        record={},
    )


def _state(handed_out: BackfillItem | None, new: str) -> str:
    """How far the side was told this value; of another one it was told nothing."""
    if handed_out is None or (handed_out.opened() or "") != new:
        return NOT_HANDED
    return handed_out.get_state_display()


def _new_row(
    kind: str, entity: uuid.UUID, grid: str, *, record: Mapping[str, Any], handed_out: BackfillItem | None
) -> Item:
    return Item(
        grid=grid,
        kind=kind,
        entity=entity,
        title=str(record.get("name") or written(record)),
        place=written(record),
        field=NEW_ROW,
        label=_label(kind, NEW_ROW),
        old="",
        new="",
        sheet="",
        row_no=0,
        state=_state(handed_out, ""),
        theirs={},
        record=record,
    )


def _corrections(rows: Sequence[SideRow], source: str, kind: str) -> list[Item]:
    """What the side must be told of these rows, in their order."""
    spoken = _spoken({row.of_id for row in rows}, source)
    of = {of: [row for row in rows if row.of_id == of] for of in spoken}
    told = [item for of_id, some in of.items() for item in _of_one(some, source, kind, spoken[of_id])]
    order = {row.entity: at for at, row in enumerate(rows)}
    return sorted(told, key=lambda item: order[item.entity])


def _spoken(submissions: Collection[uuid.UUID], source: str) -> dict[uuid.UUID, set[str]]:
    """Which fields the side said anything of in each of these: it is not told to fill in what it has no column for."""
    handed_in = Submission.objects.filter(pk__in=submissions).only("mapping", "source")
    return {ledger.pk: {*ledger.mapping[ledger.side(source)]["fields"], *PLACE} for ledger in handed_in}


def _of_one(rows: Sequence[SideRow], source: str, kind: str, spoken: Set[str]) -> list[Item]:
    """The same for rows of one ledger, whose side says something of the fields ``spoken``."""
    values = [row.opened() for row in rows]
    entities = [row.entity for row in rows]
    now = register.side("", kind, entities)
    if now.frame.is_empty():  # what was struck off since is no row of the register: a side is told nothing of it
        return []
    fields = tuple(f.name for f in dictionary.fields(kind) if f.name in spoken)
    side = sides.of_rows(
        kind,
        source,
        [{**{f: v.get(f) for f in fields}, "entity": str(e)} for v, e in zip(values, entities, strict=True)],
        fields=fields,
        more=("entity",),
    )
    pairs = side.frame.select(left_row="row", entity="entity").join(
        now.frame.select(right_row="row", entity="entity"), on="entity", maintain_order="left"
    )
    agreed = comparing.agreed_fields(side, now)
    cells = comparing.cells_of(side, now, pairs.select("left_row", "right_row"), agreed)
    asked = set(
        Difference.objects.filter(entity__in=entities, source=source, state__in=WAITING).values_list("entity", "field")
    )
    told_before = {(b.entity, b.field): b for b in handed.unproved(source, kind, entities)}
    told = []
    for left, right, field, _, old, new in cells.filter(pl.col("verdict").is_in(TOLD)).sort("left_row").iter_rows():
        row = rows[left]
        if (row.entity, field) in asked or (field == ADDRESS and (row.entity, "residence") in asked):
            continue
        record = now.frame.row(right, named=True)
        title = record.get("name") or written(record)
        told.append(
            Item(
                grid=row.grid,
                kind=kind,
                entity=row.entity,
                title=str(title),
                place=written(record),
                field=field,
                label=_label(kind, field),
                old=old or "",
                new=new or "",
                sheet=row.sheet,
                row_no=row.row_no,
                state=_state(told_before.get((row.entity, field)), new or ""),
                theirs=values[left],
                record=record,
            )
        )
    return told


def _label(kind: str, field: str) -> str:
    names = {ADDRESS: "房屋地址", NEW_ROW: "加一条", ENDED_ROW: "注销登记"}
    return names.get(field) or dictionary.label(kind, field)


def layout(source: str, kind: str, scope: str) -> tuple[str, list[tuple[str, str]]]:
    """The side's own workbook, as last imported or compared in that area: its sheet's name and its columns in order
    as (header, field).
    """
    above = [scope[:length] for length in range(len(scope) + 1)]
    here = Submission.objects.filter(Q(scope__startswith=scope) | Q(scope__in=above), kind=kind, state="done")
    for ledger in here.order_by("-finished_at")[:50]:
        side = ledger.side(source)
        sheet = next((s for s in ledger.mapping[side]["sheets"] if s["columns"]), None) if side else None
        if sheet:
            return sheet["name"], [(c["header"], c["field"]) for c in sheet["columns"]]
    return "", []


@dataclasses.dataclass(frozen=True)
class Agreement:
    """Whether a side is known to agree with the register about an entity: as of when, and what it must
    still be told.
    """

    source: str
    label: str
    at: dt.datetime
    to_tell: tuple[str, ...]
    asked: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether nothing is left to tell or to decide."""
        return not self.to_tell and not self.asked


def agreement(viewer: Viewer, kind: str, entity: uuid.UUID) -> list[Agreement]:
    """What is known of each side that was ever compared; empty for an entity no side has, and for who sees
    rows masked.
    """
    visible = in_scopes(viewer.scopes(Verb.SEE_ROWS), "grid")
    of_entity = visible & Q(entity=entity)
    rows = {row.source: row for row in SideRow.objects.filter(of_entity, kind=kind)}
    sides = []
    for source, label in sorted(Submission.SOURCES):
        lacking = _kept(of_entity, source=source, kind=kind)
        row = rows.get(source)
        if row and not lacking:
            sides.append(_agreement(kind, entity, source=source, label=label, row=row))
        elif at := lacking[0].of.finished_at if lacking else _new_since(visible, source, kind, entity):
            sides.append(Agreement(source, label, at, (_label(kind, NEW_ROW),), ()))
    return sides


def _new_since(visible: Q, source: str, kind: str, entity: uuid.UUID) -> dt.datetime | None:
    """When the side last said anything of the grid where a record has come since; None where it is not new."""
    new = since.begun(visible, source=source, kind=kind, entity=entity)
    return since.last_heard(Q(grid=new[0][1]), source) if new else None


def _agreement(kind: str, entity: uuid.UUID, *, source: str, label: str, row: SideRow) -> Agreement:
    told = [*_corrections([row], source, kind), *_ended_rows([row], source, kind)]
    asked = Difference.objects.filter(entity=entity, source=source, state__in=WAITING)
    labels = tuple(_label(kind, field) for field in asked.order_by("created_at").values_list("field", flat=True))
    return Agreement(source, label, row.at, tuple(i.label for i in told), labels)
