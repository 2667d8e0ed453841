"""Who lives at a door, or who has a telephone, one below the other; the door's own facts as lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.bench.cases.case import Case
from gridwalk.bench.queries.evidence import sheet
from gridwalk.bench.queries.evidence.sheet import BELOW, Arguments, Cell, Evidence, FactLine, Resident
from gridwalk.core import clock
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary.relations import HEAD
from gridwalk.registry import columns
from gridwalk.registry.households import OF_HOUSEHOLD
from gridwalk.registry.living import LIVING, REGISTERED, RESIDENCE_LABELS, VACANCY_SOURCES
from gridwalk.registry.models import Dwelling, Residence
from gridwalk.registry.queries import entities

OF_DOOR = frozenset({"occupancy", "tenure", "area_m2", "usage", "owner_name"})
"""The facts of a door that bear on who lives there."""
OF_HOUSEHOLDS = frozenset({"no_head", "several_heads"})
"""Checks that ask about a household: who is only registered at the door is of it."""


def person_by_person(viewer: Viewer, case: Case) -> Evidence:
    """The people of a case, and for a door its facts."""
    links = _links(case)
    door = links[0].dwelling if links and case.lead.kind == "dwelling" else None
    residents = [resident(viewer, link) for link in links if viewer.may(Verb.SEE_ROWS_MASKED, link.grid_id)]
    arguments = ARGUMENTS[case.check](links)
    if hidden := len(links) - len(residents):
        arguments.think.insert(0, f"还有 {hidden} 人在别的社区，您看不到")
    return Evidence(
        lines=_lines(viewer, door) if door else [],
        residents=residents[:BELOW],
        arguments=arguments,
        n_more=max(0, len(residents) - BELOW),
    )


def _links(case: Case) -> list[Residence]:
    links = Residence.objects.filter(to_on__isnull=True)
    if case.check in OF_HOUSEHOLDS:  # beside those whose words it is about, whoever else is of the household
        links = links.filter(dwelling=case.lead.id, kind__in=OF_HOUSEHOLD, person__status="active")
    else:
        people = {m.id for m in case.members if m.kind == "person"}
        links = links.filter(person__in=people, kind__in=LIVING)
        if case.lead.kind == "dwelling":
            links = links.filter(dwelling=case.lead.id)
    return list(links.select_related("person", "dwelling").order_by("dwelling__walk_key", "created_at", "id"))


def resident(viewer: Viewer, link: Residence) -> Resident:
    person = link.person
    reader = viewer.reader(link.grid_id)
    verified = f"{clock.day_words(person.verified_on)}核实" if person.verified_on else ""
    return Resident(
        person=link.person_id,
        name=entities.shown_name(viewer, link.grid_id, person.name),
        relation=columns.shown(person, "relation", reader),
        born=columns.shown(person, "born_on", reader),
        phone=columns.shown(person, "phone", reader),
        dwelling=link.dwelling_id,
        address=link.dwelling.address,
        kind=RESIDENCE_LABELS.get(link.kind, link.kind),
        note=verified or f"{sheet.origin_of_link(link)}，没有核实过",
        residence=link.id,
    )


def _lines(viewer: Viewer, door: Dwelling) -> list[FactLine]:
    return [
        FactLine(fact.label, [Cell(fact.value, fact.source)], tells_use=dictionary.stays_inside("dwelling", fact.field))
        for fact in entities.facts(viewer, door)
        if fact.value and fact.field in OF_DOOR
    ]


Links = Sequence[Residence]


def _surnames(links: Links) -> set[str]:
    return {link.person.name[:1] for link in links}


def _verified(links: Links) -> list[str]:
    n = sum(link.person.verified_on is not None for link in links)
    return [f"其中 {n} 人上门核实过"] if n else []


def _phone_shared(links: Links) -> Arguments:
    surnames = _surnames(links)
    n_phones = len({link.person.phone_index for link in links})
    return Arguments(
        for_one=["都是一个姓，可能是一家人共用"] if n_phones == 1 and len(surnames) == 1 else [],
        against=[f"有 {len(surnames)} 个姓，多半是填表时抄了同一个号码"] if len(surnames) > 2 else [],
    )


def _vacant_with_residents(links: Links) -> Arguments:
    sources = {link.dwelling.vacancy_source for link in links} - {""}
    return Arguments(
        for_one=[f"空房由{VACANCY_SOURCES.get(source, '第二来源')}" for source in sources],
        against=_verified(links),
    )


def _owner_with_tenants(links: Links) -> Arguments:
    shares = any(link.kind != "tenant" for link in links)
    return Arguments(for_one=_verified(links) + (["房主家也有人住在这里，可能是分租一间"] if shares else []))


def _crowded(links: Links) -> Arguments:
    n_surnames = len(_surnames(links))
    area = links[0].dwelling.area_m2 if links else None
    each = f"{area.normalize():f} 平方米住 {len(links)} 人，每人 {area / len(links):.1f} 平方米" if area else ""
    return Arguments(
        for_one=_verified(links) + ([f"有 {n_surnames} 个姓，像是集体户"] if n_surnames > 5 else []),
        think=[each] if each else [],
    )


def _minor_alone(links: Links) -> Arguments:
    return Arguments(for_one=_verified(links))


def _no_head(links: Links) -> Arguments:
    n_away = sum(link.kind == REGISTERED for link in links)
    return Arguments(think=[f"有 {n_away} 人户籍在此、住在别处，户主也许在外面住"] if n_away else [])


def _several_heads(links: Links) -> Arguments:
    heads = [link for link in links if link.person.relation == HEAD]
    n_surnames = len(_surnames(heads))
    apart = [f"户主有 {n_surnames} 个姓，可能是一址两户，各有户口簿"] if n_surnames > 1 else []
    return Arguments(for_one=apart + _verified(heads))


ARGUMENTS: Mapping[str, Callable[[Links], Arguments]] = {
    "phone_shared": _phone_shared,
    "vacant_with_residents": _vacant_with_residents,
    "owner_with_tenants": _owner_with_tenants,
    "crowded": _crowded,
    "minor_alone": _minor_alone,
    "no_head": _no_head,
    "several_heads": _several_heads,
}
"""Check → what makes the record likely as it stands, and what speaks against it."""
