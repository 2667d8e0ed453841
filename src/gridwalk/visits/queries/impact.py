"""What an end or a return would change, before anybody proposes or confirms it (P15)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns.models import Target
from gridwalk.core.queries import NotHere
from gridwalk.dictionary import fields as dictionary
from gridwalk.registry import columns, rules
from gridwalk.registry.ends import PROPOSALS, ended_word
from gridwalk.registry.living import RESIDENCE_LABELS
from gridwalk.registry.models import CareLabel, Difference, Dwelling, Organization, Recheck, Residence
from gridwalk.registry.queries import ends, households, rechecks
from gridwalk.registry.queries.entities import shown_name
from gridwalk.registry.queries.households import Succession
from gridwalk.registry.queries.rechecks import RecheckRow
from gridwalk.territory import queries as territory


@dataclasses.dataclass(frozen=True, kw_only=True)
class Linked:
    """A link that ends with its door or person, or comes back with it.

    ``homeless``: nothing else is linked to the person.
    """

    person: uuid.UUID
    name: str
    dwelling: uuid.UUID
    address: str
    kind: str
    homeless: bool


@dataclasses.dataclass(frozen=True, kw_only=True)
class Subject:
    """What is to end or to return.

    ``ended``: how it stands now, in words, where it has ended; ``rows``: its records.
    """

    kind: str
    id: uuid.UUID
    grid: str
    title: str
    of: str
    ended: str
    rows: Sequence[Any]
    last: RecheckRow | None

    @property
    def n(self) -> int:
        """How many records."""
        return len(self.rows)


@dataclasses.dataclass(frozen=True)
class Impact:
    """What follows.

    ``labels``: (person, category) of care that no longer falls due; organizations and open differences stay.
    ``successions``: the households that lose their head.
    """

    links: list[Linked]
    labels: list[tuple[str, str]]
    organizations: list[tuple[uuid.UUID, str]]
    n_differences: int
    n_targets: int
    successions: list[Succession]

    @property
    def n_homeless(self) -> int:
        """People who are then linked to nothing."""
        return len({link.person for link in self.links if link.homeless})


def subject(viewer: Viewer, kind: str, pk: uuid.UUID) -> Subject:
    """One record, or a building with its doors, that the viewer may edit. Raises NotHere."""
    whole = kind == "building"
    if whole:
        building = territory.get_building(viewer, pk)
        grid, title, of = building.grid_id, f"{building.estate} {building.name} 整栋".strip(), "dwelling"
        rows: Sequence[Any] = _doors(building.pk, grid)
        gone = "" if any(row.status != "struck_off" for row in rows) else "已拆除"
    else:
        table: Any = columns.TABLES.get(kind) if kind in PROPOSALS else None
        record = table._default_manager.filter(pk=pk).first() if table else None
        if record is None or not viewer.may(Verb.SEE_ROWS, record.grid_id):
            raise NotHere
        rows, grid, of = [record], record.grid_id, kind
        title = record.address if isinstance(record, Dwelling) else record.name
        gone = ended_word(kind, record.status, getattr(record, "ended_as", ""))
    if not rows or not viewer.may(Verb.EDIT_REGISTER, grid):
        raise NotHere
    return Subject(
        kind=kind,
        id=pk,
        grid=grid,
        title=title,
        of=of,
        ended=gone,
        rows=rows,
        last=rechecks.latest_of(viewer, [r.pk for r in rows], whole=whole),
    )


def _doors(building: uuid.UUID, grid: str) -> list[Dwelling]:
    """The doors of a building that stand and were not proposed one by one, else those that went with it."""
    alone = Recheck.objects.filter(state="open", kind="dwelling", together__isnull=True)
    doors = Dwelling.objects.filter(building=building, grid=grid).exclude(pk__in=alone.values("entity"))
    doors = doors.order_by("walk_key")
    return list(doors.exclude(status="struck_off")) or list(doors.filter(ended_as="demolished"))


def impact(viewer: Viewer, of: Subject, today: dt.date) -> Impact:
    """What follows if it ends, or returns; a constant number of queries."""
    ids = [row.pk for row in of.rows]
    links = _links(of.rows, returning=bool(of.ended))
    persons = {link.person_id for link in links}
    others = Residence.objects.filter(person_id__in=persons, to_on__isnull=True).exclude(pk__in=[x.pk for x in links])
    housed = set(others.exclude(dwelling__status="struck_off").values_list("person_id", flat=True))
    labels = CareLabel.objects.filter(person_id__in=ids, starts_on__lte=today, ends_on__gte=today).select_related(
        "person"
    )
    shops = Organization.objects.filter(dwelling_id__in=ids, status="active").order_by("sort_key", "id")
    return Impact(
        [
            Linked(
                person=link.person_id,
                name=shown_name(viewer, link.grid_id, link.person.name),
                dwelling=link.dwelling_id,
                address=link.dwelling.address,
                kind=RESIDENCE_LABELS.get(link.kind, link.kind),
                homeless=of.of == "dwelling" and link.person_id not in housed,
            )
            for link in links
        ],
        [
            (
                shown_name(viewer, label.grid_id, label.person.name),
                dictionary.choice_label("care", "category", label.category),
            )
            for label in labels
        ]
        if of.of == "person" and viewer.may(Verb.SEE_CARE, of.grid)
        else [],
        [(shop.pk, shop.name) for shop in shops] if of.of == "dwelling" else [],
        Difference.objects.filter(entity__in=ids, state__in=rules.WAITING).count(),
        Target.objects.filter(entity__in=ids, campaign__state="running", state__in=("remaining", "pending")).count(),
        households.without(viewer, of.rows[0]) if of.of == "person" and not of.ended else [],
    )


def _links(entities: Sequence[Any], *, returning: bool) -> list[Residence]:
    if returning:
        return ends.links(entities)
    ids = [entity.pk for entity in entities]
    mine = {"person": "person__in", "dwelling": "dwelling__in"}.get(entities[0].KIND)
    if mine is None:
        return []
    current = Residence.objects.filter(**{mine: ids}, to_on__isnull=True).select_related("person", "dwelling")
    return list(current.order_by("dwelling__walk_key", "created_at"))
