"""What is asked about where somebody lives or is registered, by whoever would lose them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Protocol

from gridwalk.registry.actions import claims
from gridwalk.registry.living import LIVING
from gridwalk.registry.models import Difference, Dwelling, Residence


class Coming(Protocol):
    """Somebody who is said to live, or to be registered, at a door."""

    @property
    def person(self) -> uuid.UUID: ...
    @property
    def dwelling(self) -> uuid.UUID: ...
    @property
    def kind(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def source_ref(self) -> str: ...


def link_head(link: Residence) -> str:
    """Links keep no heads; this stands for one: it changes when the link does. Of a difference about a home."""
    return str(uuid.uuid5(link.id, link.kind))


def other_kind(at: dt.datetime, link: Residence, new: Coming) -> Difference:
    """Another kind of residence is said of somebody at the door they are linked to."""
    return claims.difference(
        at,
        grid=link.grid_id,
        kind="person",
        entity=link.person_id,
        field="residence_kind",
        current=link.kind,
        claimed=new.kind,
        source=new.source,
        source_ref=new.source_ref,
        why="ledger_differs",
        head=link_head(link),
        evidence={"residence": str(link.id)},
    )


def given_up(at: dt.datetime, second: Sequence[tuple[Residence, Coming]]) -> list[Difference]:
    """Somebody is said to be at a door, and would give a home or a registration up for it: asked where that stands."""
    doors = {pk for link, new in second for pk in (link.dwelling_id, new.dwelling)}
    addresses = dict(Dwelling.objects.filter(id__in=doors).values_list("id", "address")) if doors else {}
    return [
        claims.difference(
            at,
            grid=link.grid_id,
            kind="person",
            entity=new.person,
            field="residence",
            current=addresses[link.dwelling_id],
            claimed=addresses[new.dwelling],
            source=new.source,
            source_ref=new.source_ref,
            why=why(link.kind, new.kind),
            head=link_head(link),
            evidence={"dwelling": str(new.dwelling), "residence_kind": new.kind},
        )
        for link, new in second
    ]


def why(there: str, coming: str) -> str:
    """Why a paper's word about a door is asked where the other link stands (a key of ``rules.WHY``)."""
    return "lives_in_two_places" if there in LIVING and coming in LIVING else "registered_twice"
