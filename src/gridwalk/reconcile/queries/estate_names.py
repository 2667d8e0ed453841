"""Other names of estates: what was decided, what is asked, and of whom."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping

import polars as pl

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core.queries import NotHere, in_scopes
from gridwalk.ledger import location, other_names
from gridwalk.ledger.other_names import OtherName
from gridwalk.ledger.read import Ledger
from gridwalk.method import aliases
from gridwalk.method.address_writing import display
from gridwalk.method.addresses import Address
from gridwalk.reconcile.models import EstateAlias
from gridwalk.registry import columns
from gridwalk.registry.models import Dwelling, Residence
from gridwalk.territory import queries as territory


def names(viewer: Viewer, scope: str = "") -> list[EstateAlias]:
    """The names of the communities in which the viewer decides, those that wait first.

    Others are not told: three guessed people at three doors would else make a question of who lives there.
    """
    inside = in_scopes(viewer.scopes(Verb.DECIDE_DIFFERENCE), "community")
    rows = EstateAlias.objects.filter(inside, community__startswith=scope[:12])
    order = {"asked": 0, "later": 1}
    return sorted(rows, key=lambda name: (order.get(name.state, 2), name.community, name.alias))


def asked(viewer: Viewer, scope: str) -> list[EstateAlias]:
    """The names that wait for an answer of the viewer's in a scope."""
    return [name for name in names(viewer, scope) if name.state == "asked"]


def get_name(viewer: Viewer, name: int) -> EstateAlias:
    """One name. Raises NotHere."""
    row = EstateAlias.objects.filter(pk=name).first()
    if row is None or not viewer.may(Verb.IMPORT_LEDGER, row.community):
        raise NotHere
    return row


def answers(scope: str) -> tuple[Mapping[str, str], frozenset[str]]:
    """What ledgers of a scope are read by: name → estate of the confirmed ones, and the names that are estates of
    their own. A name of which two communities say different things is neither.
    """
    by_name: defaultdict[str, set[str]] = defaultdict(set)
    for row in EstateAlias.objects.filter(community__startswith=scope[:12]):
        by_name[row.alias].add({"same": row.estate, "different": row.alias}.get(row.state, ""))
    agreed = {name: estates.pop() for name, estates in by_name.items() if len(estates) == 1}
    same = {name: estate for name, estate in agreed.items() if estate not in {"", name}}
    return same, frozenset(name for name, estate in agreed.items() if estate == name)


def shared_door(name: EstateAlias) -> str:
    """A door that is on record under either name; empty where there is none."""
    doors: list[dict[tuple[str, str], str]] = []
    for estate in (name.alias, name.estate):
        rows = Dwelling.objects.filter(community=name.community, address_key__startswith=f"{estate}|")
        keys = rows.exclude(status="struck_off").values_list("address_key", flat=True)
        doors.append({(parts[1], parts[-1]): key for key in keys if len(parts := key.split("|")) > 2})
    shared = sorted(doors[0].keys() & doors[1].keys())
    return display(Address(building=shared[0][0], room=shared[0][1])) if shared else ""


def met(ledger: Ledger, scope: str) -> Mapping[tuple[str, str], OtherName]:
    """(community, name) → the estate it seems to be: names of no estate on record, under which a ledger's people stand
    at the doors where they are on record.
    """
    if ledger.kind not in {"person", "care"} or "id_no" not in ledger.frame.columns:
        return {}
    known = territory.estates(scope)
    rows = location.columns(ledger.frame)
    if "estate_key" not in rows.columns:
        return {}
    rows = rows.filter(pl.col("estate_key").is_not_null())
    rows = rows.filter(~pl.col("estate_key").is_in(list(known))).select(
        "id_no", left_estate="estate_key", left_door=pl.concat_str("building", "room", separator="|")
    )
    if not known or rows.is_empty():
        return {}
    homes = _homes(rows["id_no"].drop_nulls().unique().to_list(), scope).join(rows, on="id_no")
    left = rows.select(estate="left_estate", door="left_door")
    return {
        (community, name): other_names.counted(pairs, name, estate)
        for (community,), pairs in homes.partition_by("community", as_dict=True).items()
        for name, estate in aliases.learn(pairs.drop("id_no", "community"), left).items()
    }


def _homes(numbers: list[str], scope: str) -> pl.DataFrame:
    """Where who has these numbers is on record: id_no, community, right_estate, right_door."""
    entity_of = columns.holders("person", numbers)
    of_person: defaultdict[uuid.UUID, list[tuple[str, str]]] = defaultdict(list)
    links = Residence.objects.filter(person_id__in=entity_of.values(), to_on__isnull=True)
    inside = links.filter(dwelling__community__startswith=scope[:12])
    for person, *door in inside.values_list("person_id", "dwelling__community", "dwelling__address_key"):
        of_person[person].append((door[0], door[1]))
    homes = [
        (number, community, parts[0], f"{parts[1]}|{parts[-1]}")
        for number in numbers
        if (entity := entity_of.get(columns.number_key("person", number)))
        for community, key in of_person[entity]
        if len(parts := key.split("|")) > 2
    ]
    told = ("id_no", "community", "right_estate", "right_door")
    return pl.DataFrame(homes, schema=dict.fromkeys(told, pl.String), orient="row")
