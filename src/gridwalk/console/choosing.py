"""What of a list is looked at: columns, conditions and a sort, kept in the session under a drawn id.

What was typed never stands in an address: a form stores the view, and the address says its id alone.
"""

from __future__ import annotations

import dataclasses
import uuid
from typing import Any

from gridwalk.console import parameters
from gridwalk.console.middleware import Signed
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.dictionary.sight import Reader
from gridwalk.lists import queries, rules
from gridwalk.lists.listing import PlainList, Sort
from gridwalk.lists.queries import Selection
from gridwalk.lists.rules import Closed, Op, Type, View
from gridwalk.registry.actions import looking

SESSION, MOST_KEPT = "lists", 20
"""Views that are looked at and not saved lie in the session, which is sealed; the oldest go first."""


def stored(request: Signed, code: str, view_id: uuid.UUID | None) -> View | None:
    """A view of this session. Raises NotHere where it is one of another list."""
    kept = request.session.get(SESSION, {}).get(str(view_id))
    if kept and kept["list"] != code:
        raise NotHere
    return rules.from_json(kept["view"]) if kept else None


def store(request: Signed, code: str, view: View) -> uuid.UUID:
    """Keep a view for this session; its drawn id."""
    kept: dict[str, Any] = request.session.get(SESSION, {})
    view_id = uuid.uuid4()
    newest = list(kept.items())[-(MOST_KEPT - 1) :]
    request.session[SESSION] = dict(newest) | {str(view_id): {"list": code, "view": rules.to_json(view)}}
    return view_id


def with_sort(request: Signed, view: View) -> View:
    """The view in the order that was chosen."""
    return dataclasses.replace(view, sort=request.POST.get("sort", ""))


def with_condition(request: Signed, listing: PlainList, view: View, reader: Reader) -> View:
    """The view with the condition of a form more. Raises ListError, LookError, NotHere."""
    field = listing.by_name.get(request.POST.get("field", ""))
    if field is None:
        raise NotHere
    asked = rules.condition(field, request.POST.get("op", ""), request.POST.getlist("value"), reader)
    if field.type is Type.SEALED and asked.op is Op.EQUALS:
        index = looking.index_of_typed(
            actor=request.viewer,
            at=request.at,
            kind=listing.kind,
            field=field.name,
            typed=asked.values[0],
        )
        asked = dataclasses.replace(asked, values=(index,))
    return rules.with_condition(view, asked)


def without_condition(request: Signed, view: View) -> View:
    """The view without the condition a form names."""
    nth = parameters.whole_or_none(request.POST.get("nth", ""), most=99)
    return dataclasses.replace(view, conditions=tuple(c for n, c in enumerate(view.conditions) if n != nth))


def sentences(listing: PlainList, view: View, shut: Closed) -> list[tuple[int, str, str]]:
    """The conditions of a view, numbered, in words."""
    fields = listing.by_name
    return [
        (n, *rules.sentence(fields[c.field], c))
        for n, c in enumerate(view.conditions)
        if c.field not in shut.conditions
    ]


def offers(listing: PlainList, reader: Reader) -> list[tuple[rules.ListField, list[tuple[str, str, bool]]]]:
    """The fields a reader may ask by; each with code, words, and whether a value is typed."""
    return [
        (field, [(op, rules.WORDS[op], op not in rules.WITHOUT_VALUE) for op in ops])
        for field in listing.fields
        if (ops := rules.ops(field, reader))
    ]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Look:
    """A plain list as one request asks for it; the template ``lists/_choose.html`` shows it."""

    listing: PlainList
    reader: Reader
    view: View
    view_id: uuid.UUID | None
    selection: Selection
    scope: str

    @property
    def asked(self) -> list[tuple[int, str, str]]:
        return sentences(self.listing, self.view, self._shut)

    @property
    def shut(self) -> list[str]:
        """What its conditions ask by and its reader does not see here: nothing is listed then."""
        fields = self.listing.by_name
        return [fields[name].label if name in fields else name for name in self._shut.conditions]

    @property
    def offers(self) -> list[Any]:
        return offers(self.listing, self.reader)

    @property
    def sorts(self) -> tuple[Sort, ...]:
        return self.listing.offered(self.reader)

    @property
    def sort(self) -> Sort | None:
        return self.selection.sort

    @property
    def query(self) -> str:
        """What an address says of it, to be put behind others."""
        return f"&{self.listing.code}={self.view_id}" if self.view_id else ""

    @property
    def _shut(self) -> Closed:
        return queries.closed(self.listing, self.view, self.reader)


def look(request: Signed, listing: PlainList, scope: str = "") -> Look:
    """How a plain list is looked at: ``?<its code>=`` names a view of this session, else it is the list's own."""
    return chosen(request, listing, scope, parameters.uuid_or_none(request.GET.get(listing.code, "")))


def chosen(request: Signed, listing: PlainList, scope: str, view_id: uuid.UUID | None) -> Look:
    """A plain list as a view of this session asks for it; as everybody begins with it where there is no such view."""
    view = stored(request, listing.code, view_id)
    reader = request.viewer.reader(scope)
    return Look(
        listing=listing,
        reader=reader,
        view=view or listing.view,
        view_id=view_id if view else None,
        selection=queries.selection(listing, view or listing.view, reader, clock.local_date(request.at)),
        scope=scope,
    )
