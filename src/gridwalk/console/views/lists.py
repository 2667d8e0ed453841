"""一张表 as lists: columns, conditions and sorts of one's own, kept views, calls, a file of what is seen.

What was typed never stands in an address: a form stores the view, and the address says its id alone.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from gridwalk.accounts.rules import Verb
from gridwalk.console import choosing, downloads, pages, parameters
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.core import actions as core
from gridwalk.core import clock, patience
from gridwalk.core.outward import outward
from gridwalk.core.queries import NotHere
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary.sight import Place
from gridwalk.lists import actions, queries, rules
from gridwalk.lists.listing import Listing, ListRow
from gridwalk.lists.queries import Asking
from gridwalk.lists.rules import PAPER, ListError, View, Way
from gridwalk.registry.actions import looking
from gridwalk.registry.queries import lists as register
from gridwalk.registry.queries.lists import LISTS
from gridwalk.reports import lists as documents
from gridwalk.territory import queries as territory

MOST_ROWS = {Way.FILE: 50_000, Way.PAPER: 2_000}
"""Some 70 sheets are more than anybody reads; what is longer is a file."""
_OTHERWISE = {Way.FILE: "", Way.PAPER: "，或改用导出"}


@require_GET
def index(request: Signed, kind: str = "person") -> HttpResponse:
    """A page of a list; its total comes with a request of its own, or with ``count=1``."""
    listing = _listing(kind)
    shown = _Shown.of(request, listing, request.GET)
    context = shown.context() | pages.unassigned(request, shown.scope)
    if shown.shut.conditions:
        return page(request, "console/lists/show.html", context, active="console:register")
    after, before = (parameters.uuid_or_none(request.GET.get(name, "")) for name in ("after", "before"))
    rows = queries.page(shown.asking, after=after, before=before)
    if shown.inside:
        actions.note_opened(actor=request.viewer, at=request.at, code=listing.code, scope=shown.scope)
    first = rows.rows[0].id if rows.rows else None
    total = queries.total(shown.asking, first=first) if request.GET.get("count") else None
    context |= {"page": rows, "last": rows.rows[-1].id if rows.rows else None, "total": total}
    context["total_at"] = _total_at(shown, first, len(rows.rows))
    context["is_empty"] = not rows.rows and queries.is_empty(shown.asking)
    return page(request, "console/lists/show.html", context, active="console:register")


@require_GET
def total(request: Signed, kind: str) -> HttpResponse:
    """The exact numbers of a view, for the page that asks after it is there."""
    listing = _listing(kind)
    shown = _Shown.of(request, listing, request.GET)
    if shown.shut.conditions:
        raise NotHere
    first = parameters.uuid_or_none(request.GET.get("first", ""))
    n_shown = parameters.whole_or_none(request.GET.get("shown", ""), most=queries.PAGE) or 0
    context = {
        "listing": listing,
        "total": queries.total(shown.asking, first=first),
        "n_shown": n_shown,
        "alone": shown.may_export and n_shown > 0,
    }
    return render(request, "console/lists/_total.html", context)


@require_GET
def totals(request: Signed) -> HttpResponse:
    """The tabs with the exact number of each list, for the page that asks after it is there."""
    scope = pages.scope_of(request, Verb.SEE_ROWS_MASKED, request.GET.get("scope", ""))
    listing = _listing(request.GET.get("kind", "person"))
    context = {"kinds": register.totals(request.viewer, scope), "scope": scope, "listing": listing}
    return render(request, "console/lists/_tabs.html", context)


@require_POST
def change(request: Signed, kind: str) -> HttpResponse:
    """Other columns, another sort, a condition more or less; the changed view is stored and shown."""
    listing = _listing(kind)
    shown = _Shown.of(request, listing, request.POST)
    do = request.POST.get("do", "")
    if do not in _CHANGES:
        raise NotHere
    try:
        view = _CHANGES[do](request, shown)
    except (ListError, looking.LookError) as error:
        messages.error(request, str(error))
        return redirect(_address(kind, shown.scope, shown.view_id))
    if do in ("columns", "sort"):
        actions.keep_columns(actor=request.viewer, at=request.at, listing=listing, view=view)
    return redirect(_address(kind, shown.scope, choosing.store(request, kind, view)))


def _with_columns(request: Signed, shown: _Shown) -> View:
    """The columns that were ticked, in the order they stand in, one of them moved."""
    first, *_ = shown.listing.view.columns
    seen = [f.name for f in shown.listing.fields if rules.is_column(f, shown.asking.reader)]
    wanted = [name for name in request.POST.getlist("column") if name in seen]
    columns = rules.in_order((first, *shown.asking.view.columns), {first, *wanted}, new=wanted)
    for step, name in ((-1, "up"), (1, "down")):
        columns = rules.moved(columns, request.POST.get(name, ""), step)
    return dataclasses.replace(shown.view, columns=columns)


def _with_sort(request: Signed, shown: _Shown) -> View:
    return choosing.with_sort(request, shown.view)


def _with_condition(request: Signed, shown: _Shown) -> View:
    return choosing.with_condition(request, shown.listing, shown.view, shown.asking.reader)


def _without_condition(request: Signed, shown: _Shown) -> View:
    return choosing.without_condition(request, shown.view)


def _without_what_is_shut(request: Signed, shown: _Shown) -> View:
    kept = tuple(c for c in shown.view.conditions if c.field not in shown.shut.conditions)
    return dataclasses.replace(shown.view, conditions=kept)


_CHANGES = {
    "columns": _with_columns,
    "sort": _with_sort,
    "add": _with_condition,
    "drop": _without_condition,
    "open": _without_what_is_shut,
}


@require_GET
def view(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """The link of a kept view: it says its id and nothing else."""
    kept = queries.get_view(request.viewer, pk)
    return redirect(f"{reverse('console:list', args=[kept.list])}?view={kept.pk}")


@require_POST
def keep(request: Signed, kind: str) -> HttpResponse:
    """Save the view under a name, share it, or remove it."""
    listing = _listing(kind)
    shown = _Shown.of(request, listing, request.POST)
    do, actor, at = request.POST.get("do", ""), request.viewer, request.at
    view_id = shown.view_id
    try:
        if do == "save":
            name = request.POST.get("name", "")
            view_id = actions.save_view(actor=actor, at=at, listing=listing, name=name, view=shown.view).pk
            messages.success(request, f"已存为视图“{name.strip()}”。")
        elif do in ("share", "unshare"):
            kept = queries.get_view(actor, parameters.uuid_of(request.POST.get("view", "")))
            scope = shown.scope if do == "share" else ""
            actions.share_view(actor=actor, at=at, listing=listing, view=kept, scope=scope)
            place = territory.scope_name(shown.scope)
            messages.success(
                request,
                f"已共享，{place}的同事能打开，各看各的范围。链接可以复制了发给他们。" if scope else "已取消共享。",
            )
        elif do == "remove":
            kept = queries.get_view(actor, parameters.uuid_of(request.POST.get("view", "")))
            actions.remove_view(actor=actor, at=at, view=kept)
            view_id = None
            messages.success(request, f"视图“{kept.name}”已删除，记录都在。")
        else:
            raise NotHere
    except ListError as error:
        messages.error(request, str(error))
    return redirect(_address(kind, shown.scope, view_id))


@require_POST
def calls(request: Signed, kind: str) -> HttpResponse:
    """通话单: the chosen records with a button to dial each; on the screen only, never a file."""
    listing = _listing(kind)
    shown = _Shown.of(request, listing, request.POST)
    phone = next((f.name for f in listing.fields if dictionary.is_phone(listing.code, f.name)), "")
    records = parameters.uuids_of(request.POST.getlist("row"))
    if not phone or shown.shut.conditions or not request.viewer.may(Verb.REVEAL, shown.scope):
        raise NotHere
    names = (*shown.asking.view.columns[:3], phone)
    asking = dataclasses.replace(shown.asking, view=dataclasses.replace(shown.asking.view, columns=names))
    context = {
        "listing": listing,
        "columns": asking.columns[:-1],
        "rows": [(row.id, row.cells[:-1], row.cells[-1]) for row in queries.chosen(asking, records[: queries.PAGE])],
        "phone": phone,
        "scope": shown.scope,
        "crumbs": pages.crumbs(shown.scope),
        "back": _address(kind, shown.scope, shown.view_id),
    }
    return page(request, "console/lists/calls.html", context, active="console:register")


@require_POST
@patience.taking(patience.EXPORTS)
def export(request: Signed, kind: str) -> HttpResponse:
    """Exactly this view as a workbook: the same columns, order and masks, or the chosen rows of it."""
    shown = _leaving(request, kind)
    try:
        asking, rows, taken = _taken(request, shown, Way.FILE)
    except ListError as error:
        messages.error(request, str(error))
        return redirect(_address(kind, shown.scope, shown.view_id))
    place, label = territory.scope_name(shown.scope), shown.listing.label
    data = documents.workbook(f"{place}{label}", [f.label for f in asking.columns], [r.cells for r in rows])
    return downloads.workbook(request, f"{place}{label}名单.xlsx", data, source=("list", taken))


@require_POST
@patience.taking(patience.EXPORTS)
def paper(request: Signed, kind: str) -> HttpResponse:
    """Exactly this view as sheets of paper, shown once: columns, order and masks of a file, heads on each sheet."""
    shown = _leaving(request, kind)
    try:
        asking, rows, taken = _taken(request, shown, Way.PAPER)
    except ListError as error:
        messages.error(request, str(error))
        return redirect(_address(kind, shown.scope, shown.view_id))
    context = shown.context() | {
        "place": territory.scope_name(shown.scope),
        "heads": asking.columns,
        "lines": [list(zip(asking.columns, row.cells, strict=True)) for row in rows],
        "is_chosen": bool(request.POST.getlist("row")) and not _is_whole(request),
        "number": core.record_export(actor=request.viewer, at=request.at, ending=PAPER, source=("list", taken)),
        "back": _address(kind, shown.scope, shown.view_id),
    }
    return page(request, "console/lists/paper.html", context, active="console:register")


def _leaving(request: Signed, kind: str) -> _Shown:
    """The view somebody wants to take away. Raises NotHere where its conditions are shut to them."""
    shown = _Shown.of(request, _listing(kind), request.POST)
    if shown.shut.conditions:
        raise NotHere
    return shown


def _taken(request: Signed, shown: _Shown, way: Way) -> tuple[Asking, list[ListRow], uuid.UUID]:
    """What leaves of a view, the chosen rows or all, and the id under which it is noted. Raises ListError."""
    listing, reader = shown.listing, request.viewer.reader(shown.scope, Place.FILE)
    asking = dataclasses.replace(shown.asking, reader=reader, view=queries.usable(listing, shown.asking.view, reader))
    asking = dataclasses.replace(asking, view=dataclasses.replace(asking.view, sort=shown.asking.view.sort))
    chosen = [] if _is_whole(request) else parameters.uuids_of(request.POST.getlist("row"))
    most = MOST_ROWS[way]
    rows = queries.chosen(asking, chosen) if chosen else queries.everything(asking, most=most)
    if len(rows) > most:
        raise ListError(f"没有{way}：一次最多{way} {most:,} 行，先加条件或换小一些的范围{_OTHERWISE[way]}。")
    entities = [row.id for row in rows]
    taken = actions.take_away(
        actor=request.viewer,
        at=request.at,
        listing=listing,
        view=shown.asking.view,
        scope=shown.scope,
        entities=entities,
        way=way,
    )
    return asking, rows, taken.pk


def _is_whole(request: Signed) -> bool:
    """Whether the whole view was chosen, on other pages too."""
    return bool(request.POST.get("whole"))


def _listing(kind: str) -> Listing:
    if kind not in LISTS:
        raise NotHere
    return LISTS[kind]


def _address(kind: str, scope: str, view_id: uuid.UUID | None) -> str:
    query = QueryDict(mutable=True)
    query["scope"] = scope
    if view_id:
        query["view"] = str(view_id)
    return f"{reverse('console:list', args=[kind])}?{query.urlencode()}"


def _total_at(shown: _Shown, first: uuid.UUID | None, n_shown: int) -> str:
    """Where the exact numbers of a page are asked for."""
    query = QueryDict(mutable=True)
    query.update(
        {"scope": shown.scope, "view": str(shown.view_id or ""), "first": str(outward(first)) if first else ""}
    )
    query["shown"] = str(n_shown)
    return f"{reverse('console:list_total', args=[shown.listing.code])}?{query.urlencode()}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Shown:
    """The view a request speaks of. ``view``: as it is stored; ``asking``: as far as its reader may use it."""

    listing: Listing
    scope: str
    view_id: uuid.UUID | None
    name: str
    own: bool
    shared: bool
    view: View
    shut: rules.Closed
    asking: Asking
    views: Sequence[Any]

    @classmethod
    def of(cls, request: Signed, listing: Listing, given: Mapping[str, str]) -> _Shown:
        at = "" if request.method == "GET" else reverse("console:list", args=[listing.code])
        scope = pages.scope_of(request, Verb.SEE_ROWS_MASKED, given.get("scope", ""), at=at)
        view_id = parameters.uuid_or_none(given.get("view", ""))
        stored = choosing.stored(request, listing.code, view_id)
        saved = queries.get_view(request.viewer, view_id) if view_id and not stored else None
        if saved and saved.list != listing.code:
            raise NotHere
        view = rules.from_json(saved.view) if saved else stored or queries.own_columns(request.viewer, listing)
        reader = request.viewer.reader(scope)
        asking = Asking(
            listing=listing,
            viewer=request.viewer,
            reader=reader,
            scope=scope,
            view=queries.usable(listing, view, reader),
            today=clock.local_date(request.at),
        )
        return cls(
            listing=listing,
            scope=scope,
            view_id=view_id,
            name=saved.name if saved else "",
            own=saved is not None and saved.owner_id == request.viewer.id,
            shared=saved is not None and bool(saved.shared_in),
            view=view,
            shut=queries.closed(listing, view, reader),
            asking=asking,
            views=queries.views_of(request.viewer, listing),
        )

    @property
    def inside(self) -> bool:
        """Whether it tells vacancy or letting."""
        return rules.stays_inside(self.asking.view, self.listing.by_name)

    @property
    def may_export(self) -> bool:
        """Whether its reader may take it away as a file."""
        return self.asking.viewer.may(Verb.EXPORT_REPORT, self.scope) and not self.inside

    def context(self) -> dict[str, Any]:
        """What the template is rendered from."""
        viewer, reader, fields = self.asking.viewer, self.asking.reader, self.listing.by_name
        own = self.asking.view.columns
        offered = [f.name for f in self.listing.fields if rules.is_column(f, reader)]
        return {
            "listing": self.listing,
            "change_at": reverse("console:list_change", args=[self.listing.code]),
            "kinds": [(listing, None) for listing in LISTS.values()],
            "scope": self.scope,
            "crumbs": pages.crumbs(self.scope),
            "view_id": self.view_id or "",
            "view": self,
            "sort": self.asking.sort,
            "sorts": self.listing.offered(reader),
            "columns": [(fields[name], name in own) for name in rules.in_order(own, set(offered), new=offered)],
            "asked": choosing.sentences(self.listing, self.view, self.shut),
            "offers": choosing.offers(self.listing, reader),
            "shut_columns": [fields[n].label if n in fields else n for n in self.shut.columns if self.name],
            "shut_conditions": [fields[n].label if n in fields else n for n in self.shut.conditions],
            "may_export": self.may_export,
            "may_call": viewer.may(Verb.REVEAL, self.scope)
            and any(dictionary.is_phone(self.listing.code, f.name) for f in self.listing.fields),
            "grids": territory.grids(viewer, scope=self.scope, verb=Verb.SEE_ROWS_MASKED),
        }
