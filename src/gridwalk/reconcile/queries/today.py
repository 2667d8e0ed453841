"""今天要回填的: what a side is still to be told, record by record and value by value, as somebody types it over there."""

from __future__ import annotations

import dataclasses
import itertools
import uuid
from collections.abc import Iterator, Sequence

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core.queries import in_scopes
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import sight
from gridwalk.ledger.comparing import ADDRESS
from gridwalk.reconcile.models import SideRow
from gridwalk.reconcile.queries import backfill, register
from gridwalk.reconcile.queries.backfill import Item, written


@dataclasses.dataclass(frozen=True, kw_only=True)
class Value:
    """One value to be typed: ``new`` as it is shown, ``sealed`` where the whole of it takes a reason. ``secret``: it is
    told on the screen alone (red line 5).
    """

    field: str
    label: str
    old: str
    new: str
    sealed: bool
    secret: bool


@dataclasses.dataclass(frozen=True, kw_only=True)
class BackfillLine:
    """One thing that is ticked: a value, of a new record all of them, of one that has ended that it has."""

    field: str
    label: str
    values: Sequence[Value]
    to_do: bool
    ticked: bool


@dataclasses.dataclass(frozen=True, kw_only=True)
class Entry:
    """All that a side is to be told of one record. ``what``: 新增, 变更 or 注销."""

    grid: str
    kind: str
    entity: uuid.UUID
    title: str
    place: str
    where: str
    what: str
    lines: Sequence[BackfillLine]

    @property
    def n_to_do(self) -> int:
        """How many lines are still to be typed."""
        return sum(line.to_do for line in self.lines)

    @property
    def ticked(self) -> list[BackfillLine]:
        """The lines somebody ticked, which no export has proved yet."""
        return [line for line in self.lines if line.ticked]


TICKED = "已回填"


def entries(viewer: Viewer, *, source: str, kinds: Sequence[str], scope: str) -> list[Entry]:
    """What a side is told in an area, in the order of the back-fill list; what it was told by file is left out."""
    return [
        entry
        for kind in kinds
        for entry in _entries(backfill.items(viewer, source=source, kind=kind, scope=scope))
        if entry.lines
    ]


def entry_of(viewer: Viewer, *, source: str, kind: str, entity: uuid.UUID) -> Entry | None:
    """The same of one record; None where nothing is told of it."""
    told = _entries(backfill.items_of(viewer, source=source, kind=kind, entity=entity))
    return next(told, None)


def sources_heard(viewer: Viewer, scope: str) -> set[str]:
    """The sides that said anything in the area."""
    inside = in_scopes(viewer.within(Verb.SEE_ROWS, scope), "grid")
    return set(SideRow.objects.filter(inside).order_by().values_list("source", flat=True).distinct())


def _entries(items: Sequence[Item]) -> Iterator[Entry]:
    in_order = sorted(items, key=lambda item: item.grid)
    for _, of_record in itertools.groupby(in_order, key=lambda item: item.entity):
        told = list(of_record)
        first = told[0]
        yield Entry(
            grid=first.grid,
            kind=first.kind,
            entity=first.entity,
            title=first.title,
            place=first.place,
            where=first.where,
            what=_what(first),
            lines=[_line(item) for item in told if item.to_do or item.state == TICKED],
        )


def _what(item: Item) -> str:
    if item.is_new_row:
        return "新增"
    return "注销" if item.is_end else "变更"


def _line(item: Item) -> BackfillLine:
    return BackfillLine(
        field=item.field,
        label=item.label,
        values=list(_of_new_row(item)) if item.is_new_row else [_value(item)],
        to_do=item.to_do,
        ticked=item.state == TICKED,
    )


def _value(item: Item) -> Value:
    return Value(
        field=item.field,
        label=item.label,
        old=item.shown_old,
        new=item.shown_new,
        sealed=bool(item.new) and dictionary.is_sensitive(item.kind, item.field),
        secret=item.on_screen_only,
    )


def _of_new_row(item: Item) -> Iterator[Value]:
    """What the register has of a record, field by field, its door as people write it."""
    for field in dictionary.compared(item.kind):
        shown = dictionary.show(item.kind, field.name, item.record.get(field.name), sight.ON_PAGE)
        if shown and field.name not in register.PLACE:
            yield Value(
                field=field.name,
                label=field.label,
                old="",
                new=shown,
                sealed=field.is_sensitive,
                secret=dictionary.stays_inside(item.kind, field.name),
            )
    if written(item.record) != "空":
        yield Value(field=ADDRESS, label="房屋地址", old="", new=written(item.record), sealed=False, secret=False)
