"""Pages and totals of any list, and the views that are kept.

A page is looked for where it lies first: among the next rows of the sort. Where too few of those meet the conditions,
all rows are judged, which an index that holds every field of the list makes cheap (``registry`` migrations).
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import functools
import operator
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection, transaction
from django.db.models import BooleanField, F, Func, Model, Q, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual, LessThan

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.dictionary.sight import Reader
from gridwalk.lists import rules
from gridwalk.lists.listing import Listing, ListRow, PlainList, Sort, Total
from gridwalk.lists.models import Export, SavedView
from gridwalk.lists.rules import Condition, ListField, Op, Type, View

R = TypeVar("R", bound=Model)
PAGE = 50
SLICE = 1000
"""Rows of a file that are opened at a time."""
NEAREST, FARTHEST = (400, 4_000), 20_000
"""Rows of the sort that are looked at one by one: first 400, then 4,000. What these held says how far a page lies; up
to ``FARTHEST`` rows are looked at then. After that all are judged.
"""
FARTHER = 3, 2
"""A page may lie farther than what was looked at says, by half: times, divided by."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ListPage:
    """Rows of one page, and whether there are others before and behind them."""

    columns: tuple[ListField, ...]
    rows: list[ListRow]
    before: bool
    behind: bool

    @property
    def lines(self) -> list[tuple[ListRow, list[tuple[ListField, str]]]]:
        """Each row with its cells by column."""
        return [(row, list(zip(self.columns, row.cells, strict=True))) for row in self.rows]


def usable(listing: PlainList, view: View, reader: Reader) -> View:
    """A view with the list's own columns and sort where it has none, without the columns and the sort its reader may
    not use.
    """
    fields, offered = listing.by_name, listing.offered(reader)
    names = view.columns or listing.view.columns
    columns = tuple(n for n in names if n in fields and rules.is_column(fields[n], reader))
    wanted = next((sort.code for sort in offered if sort.code == view.sort), offered[0].code)
    return View(columns=columns, conditions=view.conditions, sort=wanted)


def closed(listing: PlainList, view: View, reader: Reader) -> rules.Closed:
    """What of a view its reader may not use."""
    return rules.closed(view, listing.by_name, reader, sorts=[sort.code for sort in listing.offered(reader)])


def condition_of(listing: PlainList, conditions: Sequence[Condition], today: dt.date) -> Q:
    """The conditions of a view as one query; the same serves a page, a total, a file."""
    fields = listing.by_name
    return functools.reduce(operator.and_, (_asked(fields[c.field], c, today) for c in conditions), Q())


def _asked(field: ListField, asked: Condition, today: dt.date) -> Q:
    if field.asks is not None:
        holds: Q = field.asks(asked, today)
        return ~holds if asked.op is Op.HOLDS_NOT else holds
    if asked.op in (Op.HAS, Op.HAS_NOT):
        return _presence(field) if asked.op is Op.HAS else ~_presence(field)
    condition: Q = _BY_OP[asked.op](field, asked.values, today)
    return condition


def _presence(field: ListField) -> Q:
    if field.days is not None:
        return Q(GreaterThan(field.days, dt.date.min))
    if field.type in (Type.DATE, Type.NUMBER):
        return Q(**{f"{field.path}__isnull": False})
    return ~Q(**{f"{field.path}_index" if field.type is Type.SEALED else field.path: ""})


def _first(field: ListField, day: dt.date) -> dt.date:
    """What a day begins with in the field's column: itself, or its first moment on the street's clock."""
    return clock.at_local(day, 0) if field.moment else day


def _before(field: ListField, day: dt.date) -> Q:
    if field.days is None:
        return Q(**{f"{field.path}__lt": _first(field, day)})
    return Q(LessThan(field.days, day), GreaterThan(field.days, dt.date.min))


def _since(field: ListField, day: dt.date) -> Q:
    if field.days is None:
        return Q(**{f"{field.path}__gte": _first(field, day)})
    return Q(GreaterThanOrEqual(field.days, day))


def _older(field: ListField, values: Sequence[str], today: dt.date) -> Q:
    """Longer ago than so many days, or never."""
    day = today - dt.timedelta(days=int(values[0]))
    if field.days is None:
        return _before(field, day) | Q(**{f"{field.path}__isnull": True})
    return Q(LessThan(field.days, day))


def _contains(field: ListField, values: Sequence[str], today: dt.date) -> Q:
    if field.through:
        return Q(**{f"{field.path}__icontains": values[0]})
    keys = sorted(field.keys(values[0])) if field.keys else []
    return Q(search_keys__contains=keys) if keys else Q(**{f"{field.path}__startswith": values[0]})


_BY_OP: Mapping[Op, Any] = {
    Op.IS: lambda field, values, today: Q(**{f"{field.path}__in": list(values)}),
    Op.IS_NOT: lambda field, values, today: ~Q(**{f"{field.path}__in": list(values)}),
    Op.EQUALS: lambda field, values, today: Q(**{f"{field.path}_index": values[0]}),
    Op.CONTAINS: _contains,
    Op.STARTS: lambda field, values, today: Q(**{f"{field.path}__startswith": values[0]}),
    Op.BEFORE: lambda field, values, today: _before(field, dt.date.fromisoformat(values[0])),
    Op.SINCE: lambda field, values, today: _since(field, dt.date.fromisoformat(values[0])),
    Op.OLDER: _older,
    Op.LEAST: lambda field, values, today: Q(**{f"{field.path}__gte": Decimal(values[0])}),
    Op.MOST: lambda field, values, today: Q(**{f"{field.path}__lte": Decimal(values[0])}),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Selection:
    """What of a plain list is asked for, and in which order, for the query that brings its rows."""

    condition: Q = dataclasses.field(default_factory=Q)
    sort: Sort | None = None

    def of(self, records: QuerySet[R], *keys: str) -> QuerySet[R]:
        """Those of some records that are asked for, in the order of the sort, else of ``keys``."""
        asked = records.filter(self.condition)
        return _ordered(asked, self.sort, backwards=False) if self.sort else asked.order_by(*keys)


EVERYTHING = Selection()


def selection(listing: PlainList, view: View, reader: Reader, today: dt.date) -> Selection:
    """What a view asks of a plain list, as far as its reader may use it; of a view that is shut to them: nothing."""
    if closed(listing, view, reader).conditions:
        return Selection(condition=Q(pk__in=[]))
    sort = next(sort for sort in listing.sorts if sort.code == usable(listing, view, reader).sort)
    return Selection(condition=condition_of(listing, view.conditions, today), sort=sort)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Asking:
    """One view of one list in one scope, for one reader on one day. ``view``: what ``usable`` made of it."""

    listing: Listing
    viewer: Viewer
    reader: Reader
    scope: str
    view: View
    today: dt.date

    @property
    def sort(self) -> Sort:
        return next(sort for sort in self.listing.sorts if sort.code == self.view.sort)

    @property
    def columns(self) -> tuple[ListField, ...]:
        fields = self.listing.by_name
        return tuple(fields[name] for name in self.view.columns)

    def records(self) -> QuerySet[Any]:
        """All of the list in the scope, unordered."""
        return self.listing.records(self.scope).order_by()

    def condition(self) -> Q:
        """What the view asks for."""
        return condition_of(self.listing, self.view.conditions, self.today)

    def span(self) -> Q:
        """What the view asks of the days it is sorted by."""
        own = [c for c in self.view.conditions if c.field == self.sort.by and self.listing.by_name[c.field].days]
        return condition_of(self.listing, own, self.today)


def page(asking: Asking, *, after: uuid.UUID | None = None, before: uuid.UUID | None = None) -> ListPage:
    """The page behind a row, before a row, or the first; a row that is gone leads to the first.

    Raises NotHere where the viewer sees no rows in the scope.
    """
    _require(asking)
    backwards = before is not None
    anchor = _anchor(asking, before or after)
    turned = backwards and anchor is not None
    rows = ids(asking, anchor, backwards=turned)
    more, rows = len(rows) > PAGE, rows[:PAGE]
    shown = _rows(asking, rows[::-1] if turned else rows)
    before_it, behind_it = (more, True) if turned else (anchor is not None, more)
    return ListPage(columns=asking.columns, rows=shown, before=before_it, behind=behind_it)


def is_empty(asking: Asking) -> bool:
    """Whether the list holds nothing in the scope, whatever is asked. Raises NotHere."""
    _require(asking)
    return not asking.records().exists()


def _require(asking: Asking) -> None:
    if not asking.viewer.may(Verb.SEE_ROWS_MASKED, asking.scope):
        raise NotHere


def _anchor(asking: Asking, row: uuid.UUID | None) -> tuple[Any, ...] | None:
    """Where a row stands in the sort: the address says its id only, for a name has no place there."""
    if row is None:
        return None
    return asking.records().filter(pk=row).values_list(*asking.sort.keys).first()


def _beyond(sort: Sort, anchor: tuple[Any, ...], *, backwards: bool) -> Any:
    lookup = TupleGreaterThan if backwards is sort.descending else TupleLessThan
    return lookup(Tuple(*(F(key) if isinstance(key, str) else key for key in sort.keys)), anchor)


def _ordered(records: QuerySet[R], sort: Sort, *, backwards: bool, judged: bool = False) -> QuerySet[R]:
    """In the order of the sort. ``judged``: by a word no index knows, so that none is walked through record by record
    in the hope of a match.
    """
    keys = [F(key) if isinstance(key, str) else key for key in sort.keys]
    keys = [Func(key, function="GREATEST") for key in keys] if judged else keys
    return records.order_by(*(key.asc() if backwards is sort.descending else key.desc() for key in keys))


def ids(asking: Asking, anchor: tuple[Any, ...] | None = None, *, backwards: bool = False) -> list[uuid.UUID]:
    """The records of the first page, or of the one beyond a place in the sort; one more than a page where there is."""
    records, condition, sort = asking.records(), asking.condition(), asking.sort
    if anchor is not None:
        records = records.filter(_beyond(sort, anchor, backwards=backwards))
    ordered = functools.partial(_ordered, sort=sort, backwards=backwards)
    if not condition:
        return list(ordered(records).values_list("pk", flat=True)[: PAGE + 1])
    # A span of the days it is sorted by is where the walk along the index begins and ends.
    rows = _nearby(asking, ordered(records.filter(asking.span())).values("pk"), ordered)
    if rows is not None:
        return rows
    with _judging():
        return list(ordered(records.filter(condition), judged=True).values_list("pk", flat=True)[: PAGE + 1])


def _nearby(
    asking: Asking, along: QuerySet[Any], ordered: Callable[[QuerySet[Any]], QuerySet[Any]]
) -> list[uuid.UUID] | None:
    """The page, where it lies among the rows of the sort that are looked at one by one, or these are all there are;
    else None.
    """
    rows: list[uuid.UUID] = []
    for n in NEAREST:
        rows = _looked_at(asking, along[:n], ordered)
        if len(rows) > PAGE:
            return rows
    looked_at = NEAREST[-1]
    if not along[looked_at : looked_at + 1].exists():
        return rows
    times, divided_by = FARTHER
    reach = looked_at * PAGE * times // divided_by // len(rows) if rows else 0
    if 0 < reach <= FARTHEST:
        rows = _looked_at(asking, along[:reach], ordered)
        if len(rows) > PAGE:
            return rows
    return None


def _looked_at(
    asking: Asking, nearest: QuerySet[Any], ordered: Callable[[QuerySet[Any]], QuerySet[Any]]
) -> list[uuid.UUID]:
    """Those of the nearest records that meet the conditions, a page and one more at the most."""
    meeting = asking.records().filter(_among(nearest), asking.condition())
    return list(ordered(meeting).values_list("pk", flat=True)[: PAGE + 1])


def _among(nearest: QuerySet[Any]) -> Func:
    """Whether a record is one of some: they are found first and opened by their ids, whatever else is asked."""
    return Func(
        F("pk"),
        ArraySubquery(nearest),
        template="(%(expressions)s))",
        arg_joiner=" = ANY(",
        output_field=BooleanField(),
    )


@contextlib.contextmanager
def _judging() -> Iterator[None]:
    """For queries that judge every record of a scope: reading the index that holds the whole list is always cheapest,
    which the planner, reckoning with a disk that turns, does not believe.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_EVERY_RECORD)
        yield


_EVERY_RECORD = "SELECT set_config('random_page_cost', '1', true), set_config('enable_seqscan', 'off', true)"
"""Until the end of the transaction."""


def _rows(asking: Asking, wanted: Sequence[uuid.UUID]) -> list[ListRow]:
    stored = asking.listing.records(asking.scope).in_bulk(list(wanted))
    records = [stored[pk] for pk in wanted if pk in stored]
    names = asking.view.columns
    cells = asking.listing.cells(asking.viewer, asking.reader, records, names)
    return [ListRow.of(r.pk, cells[r.pk], names) for r in records]


def total(asking: Asking, *, first: uuid.UUID | None = None) -> Total:
    """The exact numbers, for a request of their own. ``first``: the first row of the page that is looked at."""
    _require(asking)
    records = asking.records()
    meeting = records.filter(asking.condition())
    anchor = _anchor(asking, first)
    ahead = None if anchor is None else meeting.filter(_beyond(asking.sort, anchor, backwards=True))
    with _judging():
        n_before = 0 if ahead is None else ahead.count()
        n = meeting.count()
        n_households = asking.listing.households(asking.reader, meeting, n)
        return Total(n=n, n_all=records.count(), n_before=n_before, n_households=n_households)


def chosen(asking: Asking, records: Sequence[uuid.UUID]) -> list[ListRow]:
    """Rows somebody chose, in the order of the view; those that are not in it, or not theirs, are left out."""
    _require(asking)
    own = asking.records().filter(asking.condition(), pk__in=list(records))
    return _rows(asking, list(_ordered(own, asking.sort, backwards=False).values_list("pk", flat=True)))


def everything(asking: Asking, *, most: int) -> list[ListRow]:
    """All rows of a view in its order, for a file; ``most`` and one more at the most."""
    _require(asking)
    own = _ordered(asking.records().filter(asking.condition()), asking.sort, backwards=False)
    records = list(own.values_list("pk", flat=True)[: most + 1])
    return [row for n in range(0, len(records), SLICE) for row in _rows(asking, records[n : n + SLICE])]


def views_of(viewer: Viewer, listing: Listing) -> list[SavedView]:
    """The views of a list that somebody may open: their own, then those shared with them, by name."""
    shared = SavedView.objects.filter(list=listing.code).exclude(shared_in="").select_related("owner")
    others = [view for view in shared.exclude(owner=viewer.id) if _opens(viewer, view)]
    mine = SavedView.objects.filter(list=listing.code, owner=viewer.id).exclude(name="")
    return [*mine.order_by("name"), *sorted(others, key=lambda view: view.name)]


def get_view(viewer: Viewer, pk: uuid.UUID) -> SavedView:
    """One kept view: one's own, or one shared with people of an area one works in. Raises NotHere."""
    view = SavedView.objects.filter(pk=pk).exclude(name="").first()
    if view is None or (view.owner_id != viewer.id and not _opens(viewer, view)):
        raise NotHere
    return view


def _opens(viewer: Viewer, view: SavedView) -> bool:
    return bool(view.shared_in) and bool(viewer.within(Verb.SEE_ROWS_MASKED, view.shared_in))


def own_columns(viewer: Viewer, listing: Listing) -> View:
    """What somebody begins with: the list's own view, with the columns they chose last."""
    kept = SavedView.objects.filter(owner=viewer.id, list=listing.code, name="").first()
    if kept is None:
        return listing.view
    chosen_ = rules.from_json(kept.view)
    return dataclasses.replace(listing.view, columns=chosen_.columns, sort=chosen_.sort)


def exports_with(entity: uuid.UUID) -> set[uuid.UUID]:
    """The lists with this record that were taken away as files; who asks is judged by the room of the record."""
    return set(Export.objects.filter(entities__contains=[entity]).values_list("pk", flat=True))
