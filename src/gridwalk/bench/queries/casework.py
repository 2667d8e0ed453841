"""One case of the bench with its evidence: the records side by side or one below the other, what speaks for
and against.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from itertools import combinations

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.bench import alikes, sameness
from gridwalk.bench.cases import Case
from gridwalk.bench.queries import checks, settled
from gridwalk.bench.queries.settled import Open
from gridwalk.core import clock
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import sight
from gridwalk.registry import columns, rules
from gridwalk.registry.models import Dwelling, Entity, Organization, Person, Residence
from gridwalk.registry.queries import entities
from gridwalk.registry.rules import CHECKS

BESIDE, BELOW = 4, 8
"""So many records stand side by side, so many people one below the other; further ones are counted."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Column:
    """A record side by side with others. ``open``: the viewer may look at it."""

    kind: str
    id: uuid.UUID
    title: str
    note: str
    open: bool
    residence: uuid.UUID | None = None


@dataclasses.dataclass(frozen=True)
class Cell:
    """A shown value with its source and the day it was last verified."""

    text: str
    note: str = ""


@dataclasses.dataclass(frozen=True)
class Line:
    """A fact of all columns. ``alike``: all that say something say the same; None where fewer than two do."""

    label: str
    cells: list[Cell]
    alike: bool | None
    tells_use: bool = False


@dataclasses.dataclass(frozen=True, kw_only=True)
class Resident:
    """Somebody of a case about a door or a telephone."""

    person: uuid.UUID
    name: str
    relation: str
    born_on: dt.date | None
    phone: str
    dwelling: uuid.UUID
    address: str
    kind: str
    note: str
    residence: uuid.UUID


@dataclasses.dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a decision about a case rests on; values are masked. ``place``: of the case's door, with its facts."""

    columns: list[Column]
    lines: list[Line]
    residents: list[Resident]
    for_one: list[str]
    against: list[str]
    think: list[str]
    n_more: int


def evidence(viewer: Viewer, case: Case) -> Evidence:
    """The evidence of a case the viewer may see; a constant number of queries."""
    if (CHECKS[case.check].kind == "dwelling" and case.check != "same_door") or case.check == "phone_shared":
        return _of_residents(viewer, case)
    if case.check in {"two_homes", "ended_but_living"}:
        return _of_homes(viewer, case)
    return _beside(viewer, case)


def _visible(viewer: Viewer, kind: str, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Entity]:
    rows: dict[uuid.UUID, Entity] = columns.TABLES[kind]._default_manager.in_bulk(ids)
    return {pk: row for pk, row in rows.items() if viewer.may(Verb.SEE_ROWS_MASKED, row.grid_id)}


def _beside(viewer: Viewer, case: Case) -> Evidence:
    """Records that may be one: a column each."""
    alike = [m for m in case.members if m.kind == case.lead.kind]
    shown = alike[:BESIDE]
    rows = _visible(viewer, case.lead.kind, [m.id for m in shown])
    facts = entities.facts_of(viewer, list(rows.values()))
    at = _places(viewer, list(rows.values()))
    made = [
        Column(
            kind=m.kind,
            id=m.id,
            title=_title(viewer, rows[m.id]) if m.id in rows else checks.ELSEWHERE,
            note=_origin(rows.get(m.id)),
            open=m.id in rows,
        )
        for m in shown
    ]
    lines = []
    for field in [f.field for f in max(facts.values(), key=len, default=[])]:
        by = {pk: next((f for f in own if f.field == field), None) for pk, own in facts.items()}
        label = next(f.label for f in by.values() if f)
        cells = [_cell(by.get(column.id)) for column in made]
        if any(cell.text for cell in cells):
            clear = [str(columns.read(rows[pk], field) or "") for pk in rows]
            lines.append(Line(label, cells, _alike(clear), dictionary.stays_inside(case.lead.kind, field)))
    for label, of in at.items():
        cells = [Cell(of.get(column.id, "")) for column in made]
        if any(cell.text for cell in cells):
            lines.append(Line(label, cells, _alike([of.get(pk, "") for pk in rows])))
    for_one, against = _arguments(case, rows)
    return Evidence(
        columns=made,
        lines=lines,
        residents=[],
        for_one=for_one,
        against=against,
        think=_think(case, rows, len(shown)),
        n_more=len(alike) - len(shown),
    )


def _title(viewer: Viewer, row: Entity) -> str:
    if isinstance(row, Person):
        return entities.shown_name(viewer, row.grid_id, row.name)
    return row.address if isinstance(row, Dwelling) else str(getattr(row, "name", ""))


def _origin(row: Entity | None) -> str:
    """Where the record came from and when it was last seen at the door."""
    if row is None:
        return "内容由那边社区看"
    source = f"{rules.SOURCES.get(row.source, row.source)} {_day(clock.local_date(row.created_at))}登记"
    seen = f"{_day(row.verified_on)}上门核实过" if row.verified_on else "没有上门核实过"
    return f"{source}，{seen}"


def _day(on: dt.date) -> str:
    return f"{on.month}月{on.day}日"


def _cell(fact: entities.Fact | None) -> Cell:
    return Cell(fact.value, fact.source if fact.value else "") if fact else Cell("")


def _alike(values: Sequence[str]) -> bool | None:
    said = [value for value in values if value]
    return len(set(said)) == 1 if len(said) > 1 else None


def _places(viewer: Viewer, rows: Sequence[Entity]) -> dict[str, dict[uuid.UUID, str]]:
    """Lines that are no facts: where a person lives and with whom, who lives at a door."""
    persons = [row.id for row in rows if isinstance(row, Person)]
    doors = [row.id for row in rows if isinstance(row, Dwelling)]
    links = (
        Residence.objects.filter(to_on__isnull=True).select_related("dwelling", "person").order_by("created_at", "id")
    )
    own = list(links.filter(person__in=persons)) if persons else []
    at = {link.dwelling_id for link in own} | set(doors)
    there: dict[uuid.UUID, list[Residence]] = {}
    for link in links.filter(dwelling__in=at) if at else []:
        there.setdefault(link.dwelling_id, []).append(link)

    def called(link: Residence) -> str:
        return entities.shown_name(viewer, link.grid_id, link.person.name)

    homes: dict[uuid.UUID, str] = {}
    beside: dict[uuid.UUID, str] = {}
    for link in own:
        words = f"{link.dwelling.address}（{rules.RESIDENCE_LABELS.get(link.kind, '')}）"
        homes[link.person_id] = "；".join(filter(None, (homes.get(link.person_id), words)))
        others = [called(o) for o in there[link.dwelling_id] if o.person_id not in persons]
        beside[link.person_id] = "、".join(
            dict.fromkeys([*filter(None, beside.get(link.person_id, "").split("、")), *others][:6])
        )
    inhabited = {door: "、".join(called(link) for link in there.get(door, [])[:6]) for door in doors}
    held = Dwelling.objects.in_bulk(
        [row.dwelling_id for row in rows if isinstance(row, Organization) and row.dwelling_id]
    )
    inside = {
        row.id: " ".join(
            (
                held[row.dwelling_id].address,
                "" if held[row.dwelling_id].status == "active" else held[row.dwelling_id].get_status_display(),
            )
        )
        for row in rows
        if isinstance(row, Organization) and row.dwelling_id in held
    }
    return {"住处": homes, "同户的人": beside, "住的人": inhabited, "所在房屋": inside}


def _arguments(case: Case, rows: Mapping[uuid.UUID, Entity]) -> tuple[list[str], list[str]]:
    """What speaks for one entity and what against: pair by pair, as ``method.linkage`` compares them."""
    persons = [row for row in rows.values() if isinstance(row, Person)]
    if len(persons) > 1:
        homes = alikes.homes_of([p.id for p in persons])
        pairs = list(combinations(persons, 2))
        told = [sameness.evidence(how) for how in alikes.compare(pairs, homes)]
        for (one, other), (_, against) in zip(pairs, told, strict=True):
            why = sameness.apart(
                alikes.somebody(one, homes.get(one.id, {})), alikes.somebody(other, homes.get(other.id, {}))
            )
            against += [why] if why and why != sameness.TWO_NUMBERS else []
        return _merged([f for f, _ in told]), _merged([a for _, a in told])
    if case.check == "same_door":
        return ["同一栋楼、同一个室号"], ["单元写得不同，要是那个单元没有这个室号，就是一户"]
    bodies = [row for row in rows.values() if isinstance(row, Organization)]
    if len(bodies) > 1:
        name = _alike([o.name_key for o in bodies])
        place = _alike([str(o.dwelling_id or o.address) for o in bodies])
        body = _alike([o.uscc[sameness.CODE_OF_BODY] for o in bodies])
        said = [
            (name, "名称相同", "名称不同"),
            (place, "地址相同", "地址不同"),
            (body, "信用代码里的主体码相同", "信用代码不同"),
        ]
        return [yes for alike, yes, _ in said if alike], [no for alike, _, no in said if alike is False]
    return [], []


def _merged(several: Sequence[Sequence[str]]) -> list[str]:
    return list(dict.fromkeys(word for words in several for word in words))


def _think(case: Case, rows: Mapping[uuid.UUID, Entity], n_shown: int) -> list[str]:
    found = []
    if len(rows) < n_shown:
        found.append("有一条在别的社区，定之前问一声那边")
    if case.check == "same_number" and any(isinstance(r, Person) and r.status == "struck_off" for r in rows.values()):
        found.append("有一条已经注销，可能是注销以后又重新登记")
    if n := sum(isinstance(r, Person) and not r.id_no_index for r in rows.values()):
        found.append(f"有 {n} 条没有证件号，上门补上就清楚了")
    return found


def _of_homes(viewer: Viewer, case: Case) -> Evidence:
    """One person at several doors: a column a door."""
    links = {
        link.dwelling_id: link
        for link in Residence.objects.filter(person=case.lead.id, to_on__isnull=True).select_related(
            "dwelling", "person"
        )
    }
    doors = [m for m in case.members[1:] if m.id in links][:BESIDE]
    seen = {m.id for m in doors if viewer.may(Verb.SEE_ROWS_MASKED, m.grid)}
    beside = _places(viewer, [links[pk].dwelling for pk in seen])["住的人"]
    made = [
        Column(
            kind=m.kind,
            id=m.id,
            title=links[m.id].dwelling.address if m.id in seen else checks.ELSEWHERE,
            note=_linked(links[m.id]) if m.id in seen else "内容由那边社区看",
            open=m.id in seen,
            residence=links[m.id].id if viewer.may(Verb.EDIT_REGISTER, m.grid) else None,
        )
        for m in doors
    ]
    own = next(iter(links.values())).person if links else None
    rows = [
        Line(
            "与此房的关系",
            [Cell(rules.RESIDENCE_LABELS.get(links[c.id].kind, "") if c.open else "") for c in made],
            None,
        ),
        Line("这里登记的人", [Cell(beside.get(c.id, "")) for c in made], None),
        Line(
            "上次上门",
            [Cell(_day(on) if c.open and (on := links[c.id].dwelling.last_contact_on) else "") for c in made],
            None,
        ),
    ]
    family = [c.title for c in made if c.open and "、" in beside.get(c.id, "")]
    think = [_of_person(viewer, own)] if own else []
    for_one = [f"{title} 还登记着别的人" for title in family] if case.check == "two_homes" else []
    return Evidence(columns=made, lines=rows, residents=[], for_one=for_one, against=[], think=think, n_more=0)


def _of_person(viewer: Viewer, person: Person) -> str:
    said = [entities.shown_name(viewer, person.grid_id, person.name), person.get_status_display(), _origin(person)]
    return "，".join(filter(None, said))


def _linked(link: Residence) -> str:
    return f"{rules.SOURCES.get(link.source, link.source)} {_day(clock.local_date(link.created_at))}登记"


def _of_residents(viewer: Viewer, case: Case) -> Evidence:
    """Who lives at the door, or who has the telephone, one below the other; the door's own facts as lines."""
    people = {m.id for m in case.members if m.kind == "person"}
    links = Residence.objects.filter(to_on__isnull=True, person__in=people, kind__in=rules.LIVING)
    if case.lead.kind == "dwelling":
        links = links.filter(dwelling=case.lead.id)
    rows = list(links.select_related("person", "dwelling").order_by("dwelling__walk_key", "created_at", "id"))
    visible = [link for link in rows if viewer.may(Verb.SEE_ROWS_MASKED, link.grid_id)]
    residents = [
        Resident(
            person=link.person_id,
            name=entities.shown_name(viewer, link.grid_id, link.person.name),
            relation=_relation(link.person),
            born_on=link.person.born_on,
            phone=link.person.phone_masked,
            dwelling=link.dwelling_id,
            address=link.dwelling.address,
            kind=rules.RESIDENCE_LABELS.get(link.kind, link.kind),
            note=_seen(link),
            residence=link.id,
        )
        for link in visible
    ]
    door = rows[0].dwelling if rows and case.lead.kind == "dwelling" else None
    facts = entities.facts(viewer, door) if door else []
    lines = [
        Line(f.label, [Cell(f.value, f.source)], None, dictionary.stays_inside("dwelling", f.field))
        for f in facts
        if f.value and f.field in {"occupancy", "tenure", "area_m2", "usage", "owner_name"}
    ]
    for_one, against = _for_and_against(case, rows, door)
    more = len(rows) - len(visible)
    think = [f"还有 {more} 人在别的社区，您看不到"] if more else []
    if case.check == "crowded" and door and door.area_m2:
        think.append(
            f"{door.area_m2.normalize():f} 平方米住 {len(rows)} 人，每人 {door.area_m2 / len(rows):.1f} 平方米"
        )
    return Evidence(
        columns=[],
        lines=lines,
        residents=residents[:BELOW],
        for_one=for_one,
        against=against,
        think=think,
        n_more=max(0, len(residents) - BELOW),
    )


def _relation(person: Person) -> str:
    return dictionary.show("person", "relation", person.relation, sight.ON_PAGE)


def _seen(link: Residence) -> str:
    return f"{_day(link.person.verified_on)}核实" if link.person.verified_on else f"{_linked(link)}，没有核实过"


def _for_and_against(case: Case, links: Sequence[Residence], door: Dwelling | None) -> tuple[list[str], list[str]]:
    """What makes the record likely as it stands, and what speaks against it."""
    right, wrong = [], []
    surnames = {link.person.name[:1] for link in links}
    if case.check == "phone_shared":
        if len({link.person.phone_index for link in links}) == 1 and len(surnames) == 1:
            right.append("都是一个姓，可能是一家人共用")
        if len(surnames) > 2:
            wrong.append(f"有 {len(surnames)} 个姓，多半是填表时抄了同一个号码")
    if door is not None:
        n_seen = sum(link.person.verified_on is not None for link in links)
        if n_seen:
            (right if case.check != "vacant_with_residents" else wrong).append(f"其中 {n_seen} 人上门核实过")
        if case.check == "vacant_with_residents" and door.vacancy_source:
            right.append(f"空房由{rules.VACANCY_SOURCES.get(door.vacancy_source, '第二来源')}")
        if case.check == "crowded" and len(surnames) > 5:
            right.append(f"有 {len(surnames)} 个姓，像是集体户")
        if case.check == "owner_with_tenants" and any(link.kind != "tenant" for link in links):
            right.append("房主家也有人住在这里，可能是分租一间")
    return right, wrong


def told_before(viewer: Viewer, one: Open) -> str:
    """What was decided once about a case that has come back, and what has changed since; "" for a new one."""
    was = one.earlier
    if was is None:
        return ""
    reason = f"（{was.reason}）" if was.reason else ""
    local = clock.local(was.decided_at)
    before = f"{local.month}月{local.day}日 {was.decided_by_name} 核定过：{rules.SETTLED[was.decision]}{reason}。"
    if was.decision == "to_door" and not one.joined and not one.changed:
        return f"{before}上门问过以后，记录还是这样。"
    if was.decision == "corrected" and not one.joined and not one.changed:
        return f"{before}后来又变回去了。"
    named = checks.names(viewer, one.case.members)
    what = [f"多了 {named[pk]}" for pk in one.joined[:3]]
    what += [f"{named[pk]} 的登记变了（看的是{CHECKS[one.case.check].looks_at}）" for pk in one.changed[:3]]
    return f"{before}后来{'；'.join(what) or '又变了'}。"


def case_of(viewer: Viewer, code: str, lead: uuid.UUID, today: dt.date) -> Open | None:
    """An open case by one of its records; None where it is decided or gone. Raises NotHere."""
    case = checks.get_case(viewer, code, lead, today)
    return next(iter(settled.undecided([case])), None) if case else None


@dataclasses.dataclass(frozen=True)
class Apart:
    """Two records that look alike and are kept apart, with the reason."""

    one: uuid.UUID
    other: uuid.UUID
    titles: str
    why: str


def kept_apart(viewer: Viewer, scope: str, *, limit: int = 12) -> list[Apart]:
    """Persons who look like one and are two: twins at home, namesakes with two valid numbers; two queries."""
    found = alikes.kept_apart(checks.inside(viewer, scope), limit=limit)
    return [
        Apart(
            a.id,
            b.id,
            f"{entities.shown_name(viewer, a.grid_id, a.name)}、{entities.shown_name(viewer, b.grid_id, b.name)}",
            why,
        )
        for a, b, why in found
        if viewer.may(Verb.SEE_ROWS_MASKED, a.grid_id) and viewer.may(Verb.SEE_ROWS_MASKED, b.grid_id)
    ]
