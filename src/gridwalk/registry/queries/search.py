"""One box: name or part of it, pinyin, ID number, phone, address, organization, credit code."""

from __future__ import annotations

import dataclasses
import re
import uuid
from typing import Any

from django.db.models import Q, QuerySet

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import envelope
from gridwalk.method import addresses, idcards, names, phones, text, uscc
from gridwalk.registry.models import Dwelling, Organization, Person, Residence, Site
from gridwalk.registry.queries import entities

LIMIT = 30
_LATIN = re.compile(r"^[a-z ]+$")
_ROOM_AT_THE_END = re.compile(r"(?<=[\u4e00-\u9fff])(?=\d{3,4}$)")  # 林古里301: a ledger must not guess, a search may


@dataclasses.dataclass(frozen=True)
class Hit:
    """Something found: what it is, its title, where it is, what matched."""

    kind: str
    id: uuid.UUID
    title: str
    place: str
    matched: str


def search(viewer: Viewer, typed: str) -> list[Hit]:
    """Hits inside the viewer's area, at most 30 of a kind; nothing for an empty text."""
    folded = text.fold(typed)
    if not folded:
        return []
    card = idcards.check(folded)
    if card.value and len(folded) >= 15:
        return _persons(viewer, Q(id_no_index=envelope.blind_index(card.value, purpose="id_no")), "证件号")
    phone = phones.check(folded).value
    if phone:
        index = envelope.blind_index(phone, purpose="phone")
        return [
            *_persons(viewer, Q(phone_index=index), "电话"),
            *_dwellings(viewer, Q(owner_phone_index=index), "产权人电话"),
            *_named(viewer, Organization, Q(contact_phone_index=index), "organization", "联系电话"),
            *_named(viewer, Site, Q(contact_phone_index=index), "site", "联系电话"),
        ]
    code = uscc.check(folded).value
    if code:
        return _named(viewer, Organization, Q(uscc=code), "organization", "信用代码")
    if _LATIN.match(folded.lower()):
        return _by_pinyin(viewer, folded.lower())
    return _by_words(viewer, folded)


def _inside(viewer: Viewer) -> Q:
    inside = Q(pk__in=[])
    for scope in viewer.scopes(Verb.SEE_ROWS_MASKED):
        inside |= Q(grid__code__startswith=scope)
    return inside


def _by_pinyin(viewer: Viewer, typed: str) -> list[Hit]:
    syllables = typed.split()
    sounds = Q(sort_key__startswith=typed if len(syllables) > 1 else f"{typed}")
    return [
        *_persons(viewer, sounds, "拼音"),
        *_named(viewer, Organization, sounds, "organization", "拼音"),
        *_named(viewer, Site, sounds, "site", "拼音"),
    ]


def _by_words(viewer: Viewer, folded: str) -> list[Hit]:
    found: list[Hit] = []
    if any(c.isdigit() for c in folded) or addresses.parse(folded).building:
        found += _by_address(viewer, folded)
    name = names.normalise(folded).value
    if name and not any(c.isdigit() for c in name):
        found += _persons(viewer, Q(name__contains=name), "姓名")
        found += _named(viewer, Organization, Q(name__contains=name), "organization", "名称")
        found += _named(viewer, Site, Q(name__contains=name), "site", "名称")
        if not found:
            found += _dwellings(viewer, Q(address__contains=name.replace(" ", "")), "地址")
    return found


def _by_address(viewer: Viewer, folded: str) -> list[Hit]:
    address = addresses.parse(_ROOM_AT_THE_END.sub(" ", folded))
    parts = Q()
    if address.estate or address.road:
        parts &= Q(address_key__startswith=f"{addresses.estate_key(address.estate or address.road)}|")
    if address.building or address.number:
        parts &= Q(building__key=address.building or address.number)
    if address.stairwell:
        parts &= Q(stairwell__key=address.stairwell)
    if address.room:
        parts &= Q(room=address.room)
    return _dwellings(viewer, parts, "地址") if parts else []


def _persons(viewer: Viewer, condition: Q, matched: str) -> list[Hit]:
    rows = list(
        Person.objects.filter(_inside(viewer), condition)
        .exclude(status="struck_off")
        .order_by("sort_key", "id")[:LIMIT]
    )
    places = {
        link.person_id: link.dwelling.address
        for link in Residence.objects.filter(person__in=rows, to_on__isnull=True).select_related("dwelling")
    }
    return [
        Hit("person", p.id, entities.shown_name(viewer, p.grid_id, p.name), places.get(p.id, "没有关联房屋"), matched)
        for p in rows
    ]


def _dwellings(viewer: Viewer, condition: Q, matched: str) -> list[Hit]:
    rows = Dwelling.objects.filter(_inside(viewer), condition).exclude(status="struck_off").select_related("grid__area")
    return [
        Hit("dwelling", d.id, d.address, f"{d.grid.area.short} {d.grid.name}", matched)
        for d in rows.order_by("grid_id", "walk_key")[:LIMIT]
    ]


def _named(viewer: Viewer, table: Any, condition: Q, kind: str, matched: str) -> list[Hit]:
    rows: QuerySet[Any] = table._default_manager.filter(_inside(viewer), condition).order_by("sort_key", "id")[:LIMIT]
    return [Hit(kind, row.id, row.name, row.address, matched) for row in rows]
