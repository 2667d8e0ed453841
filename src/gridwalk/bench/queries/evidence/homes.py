"""One person at several doors: a column a door."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.bench.cases.case import Case, Member
from gridwalk.bench.queries import checks
from gridwalk.bench.queries.evidence import sheet
from gridwalk.bench.queries.evidence.places import residents_of
from gridwalk.bench.queries.evidence.sheet import BESIDE, Arguments, Cell, Column, Evidence, FactLine
from gridwalk.core import clock
from gridwalk.registry.living import RESIDENCE_LABELS
from gridwalk.registry.models import Person, Residence
from gridwalk.registry.queries import entities


def door_by_door(viewer: Viewer, case: Case) -> Evidence:
    """The doors of a person, a column each."""
    current = Residence.objects.filter(person=case.lead.id, to_on__isnull=True)
    links = {link.dwelling_id: link for link in current.select_related("dwelling", "person")}
    columns = [_column(viewer, m, links[m.id]) for m in case.members[1:] if m.id in links][:BESIDE]
    names = residents_of(viewer, [column.id for column in columns if column.open])
    shared = [column.title for column in columns if "、" in names.get(column.id, "")]
    return Evidence(
        columns=columns,
        lines=_lines(columns, links, names),
        arguments=Arguments(
            for_one=[f"{title} 还登记着别的人" for title in shared] if case.check == "two_homes" else [],
            think=[_of_person(viewer, link.person) for link in list(links.values())[:1]],
        ),
    )


def _column(viewer: Viewer, door: Member, link: Residence) -> Column:
    is_open = viewer.may(Verb.SEE_ROWS_MASKED, door.grid)
    return Column(
        kind=door.kind,
        id=door.id,
        title=link.dwelling.address if is_open else checks.ELSEWHERE,
        note=sheet.origin_of_link(link) if is_open else sheet.SHOWN_THERE,
        open=is_open,
        residence=link.id if viewer.may(Verb.EDIT_REGISTER, door.grid) else None,
    )


def _lines(
    columns: list[Column], links: Mapping[uuid.UUID, Residence], names: Mapping[uuid.UUID, str]
) -> list[FactLine]:
    kinds = [RESIDENCE_LABELS.get(links[c.id].kind, "") if c.open else "" for c in columns]
    contacts = [links[c.id].dwelling.last_contact_on if c.open else None for c in columns]
    return [
        FactLine("与此房的关系", [Cell(kind) for kind in kinds]),
        FactLine("这里登记的人", [Cell(names.get(c.id, "")) for c in columns]),
        FactLine("上次上门", [Cell(clock.day_words(on) if on else "") for on in contacts]),
    ]


def _of_person(viewer: Viewer, person: Person) -> str:
    name = entities.shown_name(viewer, person.grid_id, person.name)
    return "，".join(filter(None, [name, person.get_status_display(), sheet.origin(viewer, person)]))
