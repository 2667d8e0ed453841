"""Households without a head, or with several: the database finds the doors worth a look, ``registry.households``
judges them.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence

from django.db.models import Count, Q, QuerySet

from gridwalk.bench.cases.case import Case, Member
from gridwalk.bench.cases.sameness import by_key
from gridwalk.dictionary.relations import HEAD
from gridwalk.registry import households
from gridwalk.registry.households import GUEST, HOME, OF_HOUSEHOLD, REFERS_TO_NOBODY, WITHOUT_HOUSEHOLD
from gridwalk.registry.living import REGISTERED
from gridwalk.registry.models import Residence


def heads(doors: Collection[uuid.UUID]) -> list[Case]:
    """A case a door and check, with those whose words of relation it is about."""
    links = _links().filter(dwelling__in=doors)
    links = links.select_related("dwelling", "person").order_by("dwelling_id", "created_at", "id")
    return [case for of_door in by_key(links, lambda link: link.dwelling_id) for case in _of_door(of_door)]


def _links() -> QuerySet[Residence]:
    links = Residence.objects.filter(to_on__isnull=True, kind__in=OF_HOUSEHOLD, person__status="active")
    return links.exclude(dwelling__status="struck_off").exclude(dwelling__usage__in=WITHOUT_HOUSEHOLD)


def counted() -> dict[str, Count]:
    """What ``DOUBTFUL`` asks of the links of a door: who is head, and related to one, by how they live there."""
    head = Q(person__relation=HEAD)
    related = ~Q(person__relation__in=REFERS_TO_NOBODY)
    return {
        "home_heads": Count("pk", filter=head & Q(kind=HOME)),
        "guest_heads": Count("pk", filter=head & Q(kind=GUEST)),
        "away_heads": Count("pk", filter=head & Q(kind=REGISTERED)),
        "at_home": Count("pk", filter=related & Q(kind=HOME)),
        "guests": Count("pk", filter=related & Q(kind=GUEST)),
        "away": Count("pk", filter=related & Q(kind=REGISTERED)),
    }


_HEADLESS = Q(home_heads=0) & (Q(at_home__gt=0) | Q(guests__gt=0, guest_heads=0) | Q(away__gt=0, away_heads=0))
_SEVERAL = Q(home_heads__gt=1) | Q(guest_heads__gt=1) | Q(home_heads__gt=0, guest_heads__gt=0)
DOUBTFUL = (_HEADLESS | _SEVERAL) & ~Q(dwelling__usage__in=WITHOUT_HOUSEHOLD)
"""Every door whose household the rules may question, and few others."""


def _of_door(links: Sequence[Residence]) -> Iterable[Case]:
    door = links[0].dwelling
    at_door = [households.Member(link.person_id, link.kind, link.person.relation) for link in links]
    is_let = door.tenure == "let"
    several = households.heads(at_door, is_let=is_let)
    cases = {
        "no_head": households.without_head(at_door, is_let=is_let),
        "several_heads": several if len(several) > 1 else [],
    }
    grids = {link.person_id: link.person.grid_id for link in links}
    for code, concerned in cases.items():
        if concerned:
            people = [Member("person", m.person, grids[m.person], (m.relation, m.kind)) for m in concerned]
            yield Case(code, (Member("dwelling", door.pk, door.grid_id), *people), len(people))
