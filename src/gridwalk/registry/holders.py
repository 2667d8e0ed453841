"""Who is said to live at a door, against whom the register has under the same number."""

from __future__ import annotations

import dataclasses
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from gridwalk.registry import columns, living, predicates, rules
from gridwalk.registry.living import LIVING
from gridwalk.registry.models import Person, Residence
from gridwalk.registry.rules import FROM_PAPER


@dataclasses.dataclass(frozen=True, kw_only=True)
class Comer:
    """Somebody who is said to live at a door. ``id``: theirs where they are new; ``values`` by dictionary names."""

    id: uuid.UUID
    values: Mapping[str, Any]
    kind: str
    dwelling: uuid.UUID
    grid: str
    source: str
    source_ref: str = ""
    op: uuid.UUID | None = None


def of(comers: Sequence[Comer]) -> dict[uuid.UUID, Person]:
    """The record that stands under the number of each: comer → record. One query, none where nobody has a number."""
    return _of(_indexes(comers))


def _indexes(comers: Sequence[Comer]) -> dict[uuid.UUID, str]:
    return {comer.id: columns.index_of("id_no", comer.values.get("id_no")) for comer in comers}


def _of(indexes: Mapping[uuid.UUID, str]) -> dict[uuid.UUID, Person]:
    if not any(indexes.values()):
        return {}
    standing = Person.objects.filter(predicates.holds_number(set(indexes.values())))
    by_index = {person.id_no_index: person for person in standing}
    return {pk: by_index[index] for pk, index in indexes.items() if index in by_index}


def elsewhere(comers: Sequence[Comer]) -> dict[uuid.UUID, Person]:
    """Those of who comes whose number stands on a record that their side may not simply take: comer → record.

    Who is linked to the very door and gives up nothing for it comes from nowhere. A community's own ledger may also
    say what takes neither a home nor a registration: where somebody is registered who is so nowhere else, and where
    somebody lives whom the other side lists as living elsewhere.

    The same two queries, whether anybody has the numbers or not: how long an answer takes tells nothing either.
    """
    indexes = _indexes(comers)
    standing = _of(indexes)
    links = _homes_first(
        Residence.objects.filter(predicates.holds_number(set(indexes.values()), "person__"), to_on__isnull=True)
    )
    return {
        comer.id: holder
        for comer in comers
        if (holder := standing.get(comer.id)) is not None and not _comes_freely(comer, holder, links[holder.id])
    }


def _comes_freely(comer: Comer, holder: Person, links: Sequence[Residence]) -> bool:
    given_up = gives_up(comer, links)
    if given_up is None and any(link.dwelling_id == comer.dwelling for link in links):
        return True
    says_where = bool(links) or comer.kind not in LIVING
    takes_nothing = comer.source in FROM_PAPER and given_up is None and says_where
    recorded_grid = given_up.grid_id if given_up else holder.grid_id
    return rules.comes_freely(
        str(comer.values.get("name") or ""),
        comer.grid,
        recorded_name=holder.name,
        recorded_grid=comer.grid if takes_nothing else recorded_grid,
    )


def gives_up(comer: Comer, links: Sequence[Residence]) -> Residence | None:
    """The home, else the registration, that somebody gives up for the door, of their current ``links``, homes first."""
    there = next((link.kind for link in links if link.dwelling_id == comer.dwelling), "")
    others = [link for link in links if link.dwelling_id != comer.dwelling]
    return next((link for link in others if living.gives_up(comer.kind, there=there, elsewhere=link.kind)), None)


def links_of(persons: Collection[Person]) -> defaultdict[uuid.UUID, list[Residence]]:
    """The current links of people, homes first."""
    return _homes_first(Residence.objects.filter(person__in=persons, to_on__isnull=True) if persons else [])


def _homes_first(rows: Iterable[Residence]) -> defaultdict[uuid.UUID, list[Residence]]:
    links: defaultdict[uuid.UUID, list[Residence]] = defaultdict(list)
    for link in sorted(rows, key=lambda link: (link.kind not in LIVING, link.created_at)):
        links[link.person_id].append(link)
    return links
