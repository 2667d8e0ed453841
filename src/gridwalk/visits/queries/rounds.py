"""巡检: facilities and key sites as rows, what is due, how many are in time; one predicate for figure and list."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.lookups import LessThanOrEqual

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.dictionary import choices
from gridwalk.dictionary import fields as dictionary
from gridwalk.method import address_writing, addresses
from gridwalk.registry import predicates
from gridwalk.registry import rules as registry_rules
from gridwalk.registry.models import Facility, Site
from gridwalk.territory.models import Building
from gridwalk.visits import rules
from gridwalk.visits.models import Round

LIMIT = 200
BROKEN = ("faulty", "out_of_use")


@dataclasses.dataclass(frozen=True, kw_only=True)
class RoundLine:
    """A facility or key site as a row. ``when``: overdue · soon · ahead, empty where it is gone; ``broken``: what
    is wrong with it, in words, until a round says that it is repaired.
    """

    kind: str
    id: uuid.UUID
    title: str
    type_label: str
    grid: str
    group: str
    where: str
    state: str
    broken: str
    interval_days: int
    last_on: dt.date | None
    due_on: dt.date
    when: str
    walk_key: str = ""


@dataclasses.dataclass(frozen=True)
class InTime:
    """按期巡检: ``n`` of ``d`` in the register have no round overdue."""

    code: str
    label: str
    n: int
    d: int


@dataclasses.dataclass(frozen=True)
class Chosen:
    """What a list is narrowed to. ``state``: in the register (""), broken, removed; ``when``: overdue, soon."""

    kind: str = ""
    building: uuid.UUID | None = None
    state: str = ""
    when: str = ""


def _inside(viewer: Viewer, scope: str) -> Q:
    if not viewer.may(Verb.SEE_ROWS_MASKED, scope):
        raise NotHere
    return Q(grid__code__startswith=scope)


def _due_by(day: dt.date) -> Q:
    return Q(LessThanOrEqual(predicates.facility_due_on(), day))


def _chosen(rows: QuerySet[Facility], chosen: Chosen, today: dt.date) -> QuerySet[Facility]:
    rows = rows.filter(status="removed") if chosen.state == "removed" else rows.filter(predicates.facility_standing())
    if chosen.state == "broken":
        rows = rows.filter(status__in=BROKEN)
    if chosen.kind:
        rows = rows.filter(facility_kind=chosen.kind)
    if chosen.building:
        rows = rows.filter(building=chosen.building)
    if chosen.when == "overdue":
        rows = rows.filter(predicates.facility_overdue(today))
    elif chosen.when == "soon":
        rows = rows.filter(_due_by(today + dt.timedelta(days=rules.ROUND_DUE_SOON)))
    return rows


def facilities(
    viewer: Viewer, scope: str, chosen: Chosen, today: dt.date, *, limit: int = LIMIT, offset: int = 0
) -> tuple[list[RoundLine], int]:
    """Facilities of a scope in walking order, and how many are chosen; a constant number of queries. Raises NotHere."""
    rows = _chosen(Facility.objects.filter(_inside(viewer, scope)), chosen, today)
    ordered = rows.select_related("grid__area", "building").order_by("grid_id", "walk_key", "sort_key", "id")
    return _lines(ordered[offset : offset + limit], today), rows.count()


def in_time(viewer: Viewer, scope: str, today: dt.date) -> list[InTime]:
    """按期巡检 by kind of facility, in the dictionary's order; kinds of which there is none are left out.

    Raises NotHere.
    """
    rows = Facility.objects.filter(_inside(viewer, scope), predicates.facility_standing())
    overdue = Count("pk", filter=predicates.facility_overdue(today))
    counted = {
        r["facility_kind"]: r for r in rows.values("facility_kind").annotate(d=Count("pk"), late=overdue).order_by()
    }
    return [
        InTime(code, words[0], counted[code]["d"] - counted[code]["late"], counted[code]["d"])
        for code, words in choices.FACILITY_KIND.items()
        if code in counted
    ]


def total(figures: Iterable[InTime]) -> InTime:
    """All kinds together."""
    figures = list(figures)
    return InTime("", "全部", sum(f.n for f in figures), sum(f.d for f in figures))


def due(viewer: Viewer, scope: str, today: dt.date) -> list[RoundLine]:
    """到期巡检的: facilities and key sites whose round is overdue or due soon, overdue first, then in walking order.

    A constant number of queries. Raises NotHere.
    """
    inside, soon = _inside(viewer, scope), _due_by(today + dt.timedelta(days=rules.ROUND_DUE_SOON))
    things = Facility.objects.filter(inside, soon, predicates.facility_standing())
    sites = Site.objects.filter(inside, soon, predicates.site_active())
    lines = [
        *_lines(things.select_related("grid__area", "building").order_by("last_contact_on", "id"), today),
        *_lines(sites.select_related("grid__area").order_by("last_contact_on", "id"), today),
    ]
    return sorted(lines, key=lambda line: (line.when != "overdue", line.grid, line.walk_key, line.kind, line.title))


def buildings(viewer: Viewer, scope: str) -> list[tuple[uuid.UUID, str]]:
    """The buildings of a grid that have facilities, for choosing one. Raises NotHere."""
    rows = Building.objects.filter(_inside(viewer, scope), facilities__isnull=False).distinct()
    ordered = sorted(rows, key=lambda b: address_writing.walking_order(b.estate, b.key))
    return [(b.id, f"{b.estate} {b.name}".strip()) for b in ordered]


def at_building(viewer: Viewer, building: Building, today: dt.date) -> list[RoundLine]:
    """The facilities of a building and the key sites whose address is in it; a constant number of queries.

    Raises NotHere.
    """
    inside = _inside(viewer, building.grid_id)
    things = Facility.objects.filter(inside, predicates.facility_standing(), building=building)
    place = addresses.estate_key(building.estate), building.key
    sites = Site.objects.filter(inside, predicates.site_active()).select_related("grid__area")
    here = [site for site in sites if _building_of(site) == place]
    lines = _lines(things.select_related("grid__area", "building").order_by("walk_key", "sort_key", "id"), today)
    return [*_lines(here, today), *lines]


def _building_of(site: Site) -> tuple[str, str]:
    address = addresses.parse(site.address)
    return addresses.estate_key(address.estate or address.road), address.building or address.number


def line_of(viewer: Viewer, entity: Any, today: dt.date) -> RoundLine:
    """One facility or key site as a row. Raises NotHere."""
    _inside(viewer, entity.grid_id)
    (line,) = _lines([entity], today)
    return line


def _lines(records: Iterable[Any], today: dt.date) -> list[RoundLine]:
    rows = list(records)
    last = _last_rounds([row.id for row in rows])
    return [_facility(row, last, today) if isinstance(row, Facility) else _site(row, last, today) for row in rows]


def _last_rounds(entities: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Round]:
    """The round that tells how each thing stands now."""
    standing = Round.objects.filter(entity__in=entities, withdrawn_at__isnull=True).exclude(result="listed")
    ordered = standing.order_by("entity", "-on", "-created_at", "-id").distinct("entity")
    return {round_.entity: round_ for round_ in ordered}


def _said(last: Round | None) -> str:
    if last is None or last.result != "faulty":
        return ""
    return "，".join(part for part in (rules.ROUND_FAULTS.get(last.fault, ""), last.note) if part)


def _dates(row: Any, today: dt.date) -> tuple[int, dt.date | None, dt.date, str]:
    since = clock.local_date(row.created_at)
    due_on = rules.round_due_on(row.last_contact_on, since, row.interval_days)
    return row.interval_days, row.last_contact_on, due_on, rules.round_state(due_on, today)


def _facility(row: Facility, last: Mapping[uuid.UUID, Round], today: dt.date) -> RoundLine:
    interval, last_on, due_on, when = _dates(row, today)
    place = f"{row.building.estate} {row.building.name}".strip() if row.building else "没有挂到楼栋"
    is_broken = row.status in BROKEN
    return RoundLine(
        kind="facility",
        id=row.id,
        title=row.title,
        type_label=dictionary.choice_label("facility", "facility_kind", row.facility_kind),
        grid=row.grid_id,
        group=f"{row.grid.area.short} {row.grid.name}　{place}",
        where=row.where,
        state=dictionary.choice_label("facility", "status", row.status),
        broken=(_said(last.get(row.id)) or "台账写着有故障") if is_broken else "",
        interval_days=interval,
        last_on=last_on,
        due_on=due_on,
        when="" if row.status == "removed" else when,
        walk_key=row.walk_key,
    )


def _site(row: Site, last: Mapping[uuid.UUID, Round], today: dt.date) -> RoundLine:
    interval, last_on, due_on, when = _dates(row, today)
    estate, key = _building_of(row)
    place = f"{estate} {key}号楼" if estate and key else row.address
    broken = _said(last.get(row.id))
    return RoundLine(
        kind="site",
        id=row.id,
        title=row.name,
        type_label=f"重点场所（{dictionary.choice_label('site', 'site_kind', row.site_kind) or '未分类'}）",
        grid=row.grid_id,
        group=f"{row.grid.area.short} {row.grid.name}　{place}",
        where=row.address,
        state="有故障" if broken else "",
        broken=broken,
        interval_days=interval,
        last_on=last_on,
        due_on=due_on,
        when=when if row.status == "active" else "",
        walk_key=address_writing.walking_order(estate, key)[:80] if key else registry_rules.NO_BUILDING,
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class PastRound:
    """A round as its page lists it."""

    id: uuid.UUID
    on: dt.date
    label: str
    mark: str
    tone: str
    words: str
    who: str
    listed: bool
    withdrawn: str


def rounds_of(viewer: Viewer, entity: uuid.UUID, grid: str) -> list[PastRound]:
    """The rounds of a facility or key site, newest first, those taken back too. Raises NotHere."""
    _inside(viewer, grid)
    rounds = list(Round.objects.filter(entity=entity).order_by("-on", "-created_at", "-id"))
    author = accounts.authors({round_.worker for round_ in rounds}, named=viewer.may(Verb.SEE_ROWS, grid))
    return [_past(round_, author) for round_ in rounds]


def _past(round_: Round, author: accounts.Author) -> PastRound:
    label, mark, tone = rules.ROUND_RESULTS[round_.result]
    parts: Sequence[str] = (
        rules.ROUND_FAULTS.get(round_.fault, ""),
        round_.note,
        "先停用" if round_.out_of_use else "",
    )
    return PastRound(
        id=round_.id,
        on=round_.on,
        label=label,
        mark=mark,
        tone=tone,
        words="，".join(part for part in parts if part),
        who=author(round_.worker, round_.worker_name),
        listed=round_.result == "listed",
        withdrawn=round_.withdrawn_reason if round_.withdrawn_at else "",
    )
