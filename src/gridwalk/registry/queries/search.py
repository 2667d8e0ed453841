"""One box: name or part of it, pinyin or initials, ID number, phone, 尾号1234, address, organization, credit code.

Who sees rows masked finds people by surname, address or a whole number only: whoever could search for the rest of a
name would have it confirmed.

Every search is a condition on indexed columns: keys under a GIN index (``method.search_keys``), or a blind index.
"""

from __future__ import annotations

import dataclasses
import re
import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core.queries import in_scopes
from gridwalk.method import addresses, names, papers, phones, search_keys, text, uscc
from gridwalk.registry import columns
from gridwalk.registry.living import LIVING
from gridwalk.registry.models import Dwelling, Facility, Organization, Person, Residence, Site
from gridwalk.registry.queries import entities, renumbering

LIMIT = 30
FEWEST_OF_A_NUMBER = 7
"""Characters of what may be the number of a paper."""
_FOUR = re.compile(r"^[0-9]{4}$")
TAIL = re.compile(r"^尾号?\s*([0-9]{4})$")
ID_TAIL = re.compile(r"[0-9]{3}[0-9X]")
_LATIN = re.compile(r"^[a-z' ]+$")
_ROOM_AT_THE_END = re.compile(r"(?<=[\u4e00-\u9fff])(?=\d{3,4}$)")  # 林古里301: a ledger must not guess, a search may


@dataclasses.dataclass(frozen=True)
class Hit:
    """Something found: what it is, its title, where it is, what matched."""

    kind: str
    id: uuid.UUID
    title: str
    place: str
    matched: str


def tail_of(typed: str) -> str:
    """The last four of a telephone that 尾号1234 asks for; empty where the text asks for anything else. Such a search
    is audited.
    """
    match = TAIL.match(text.fold(typed))
    return match[1] if match else ""


def is_tail(typed: str) -> bool:
    """Whether four figures alone were typed: the end of a telephone, or a room."""
    return bool(_FOUR.match(text.fold(typed)))


def number_of(typed: str) -> str:
    """The field whose whole number was typed: ``id_no``, ``phone`` or "".

    That such a search found somebody is audited.
    """
    folded = text.fold(typed)
    if len(folded) >= FEWEST_OF_A_NUMBER and papers.values_of(folded):
        return "id_no"
    return "phone" if phones.check(folded).value else ""


def is_cut(hits: Sequence[Hit]) -> bool:
    """Whether more may be there than these hits: of one kind as many as are looked up."""
    return any(n >= LIMIT for n in Counter(hit.kind for hit in hits).values())


def search(viewer: Viewer, typed: str) -> list[Hit]:
    """Hits inside the viewer's area, at most 30 of a kind; nothing for an empty text."""
    folded = text.fold(typed)
    if not folded:
        return []
    if tail := tail_of(folded):
        return _everywhere(viewer, {columns.tail_key("phone", tail)}, "尾号", places=Verb.SEE_ROWS)
    numbers = papers.values_of(folded) if len(folded) >= FEWEST_OF_A_NUMBER else []
    if numbers:
        return _persons(viewer, Q(id_no_index__in=[columns.index_of("id_no", n) for n in numbers]), "证件号")
    phone = phones.check(folded).value
    if phone:
        index = columns.index_of("phone", phone)
        return [
            *_persons(viewer, Q(phone_index=index), "电话"),
            *_dwellings(viewer, Q(owner_phone_index=index), "产权人电话"),
            *_named(viewer, Organization, Q(contact_phone_index=index), "organization", "联系电话"),
            *_named(viewer, Site, Q(contact_phone_index=index), "site", "联系电话"),
            *_facilities(viewer, Q(contact_phone_index=index), "管护电话"),
        ]
    code = uscc.check(folded).value
    if code:
        return _named(viewer, Organization, Q(uscc=code), "organization", "信用代码")
    if _LATIN.match(folded.lower()):
        return _by_pinyin(viewer, folded)
    return _by_words(viewer, folded)


def by_id_tail(viewer: Viewer, tail: str, beside: str) -> list[Hit]:
    """People whose rows the viewer sees, whose ID number ends so, and who have this surname or live at this door."""
    folded = text.fold(beside)
    ends = _holds({columns.tail_key("id_no", tail)})
    if not any(c.isdigit() for c in folded):
        return _persons(
            viewer, ends & Q(name__startswith=names.surname(folded)), "证件号后四位、姓", verb=Verb.SEE_ROWS
        )
    address = addresses.parse(_ROOM_AT_THE_END.sub(" ", folded))
    doors = _records(viewer, Dwelling, _holds(search_keys.of_address_typed(address)), Verb.SEE_ROWS)
    lives_there = Q(pk__in=Residence.objects.filter(dwelling__in=doors, to_on__isnull=True).values("person"))
    return _persons(viewer, ends & lives_there, "证件号后四位、住处", verb=Verb.SEE_ROWS)


def _inside(viewer: Viewer, verb: Verb = Verb.SEE_ROWS_MASKED) -> Q:
    return in_scopes(viewer.scopes(verb), "grid__code")


def _holds(keys: Collection[str]) -> Q:
    return Q(search_keys__contains=sorted(keys)) if keys else Q(pk__in=[])


def _everywhere(
    viewer: Viewer, keys: Collection[str], matched: str, *, places: Verb = Verb.SEE_ROWS_MASKED
) -> list[Hit]:
    return [
        *_persons(viewer, _holds(keys), matched, verb=Verb.SEE_ROWS),
        *_named(viewer, Organization, _holds(keys) & _inside(viewer, places), "organization", matched),
        *_named(viewer, Site, _holds(keys) & _inside(viewer, places), "site", matched),
        *_facilities(viewer, _holds(keys) & _inside(viewer, places), matched),
    ]


def _by_pinyin(viewer: Viewer, typed: str) -> list[Hit]:
    hits = _everywhere(viewer, search_keys.of_pinyin_typed(typed), "拼音")
    return hits or _everywhere(viewer, search_keys.of_initials_typed(typed), "拼音首字母")


def _by_words(viewer: Viewer, folded: str) -> list[Hit]:
    hits: list[Hit] = []
    address = addresses.parse(_ROOM_AT_THE_END.sub(" ", folded))
    if any(c.isdigit() for c in folded) or address.building:
        keys = search_keys.of_address_typed(address)
        hits += _dwellings(viewer, _holds(keys), "地址")
        hits += _formerly(viewer, keys, {hit.id for hit in hits})
    hits += _facilities(viewer, _holds(search_keys.of_name_typed(folded)), "类型、编号")
    name = names.normalise(folded).value
    if name and not any(c.isdigit() for c in name):
        keys = search_keys.of_name_typed(name)
        part = _holds(keys) if keys else Q(name=name)
        hits += _persons(viewer, part, "姓名", verb=Verb.SEE_ROWS)
        hits += _of_surname(viewer, names.surname(name))
        hits += _named(viewer, Organization, part, "organization", "名称")
        hits += _named(viewer, Site, part, "site", "名称")
        if not hits:
            hits += _dwellings(viewer, _holds({f"e:{key[2:]}" for key in keys}), "小区")
    return hits


def _of_surname(viewer: Viewer, surname: str) -> list[Hit]:
    """People whose rows the viewer sees masked: all of a surname, whatever else was typed."""
    if viewer.scopes(Verb.SEE_ROWS_MASKED) == viewer.scopes(Verb.SEE_ROWS):
        return []
    masked = ~_inside(viewer, Verb.SEE_ROWS)
    return _persons(viewer, masked & Q(name__startswith=surname), "姓氏")


def _records(viewer: Viewer, table: Any, condition: Q, verb: Verb = Verb.SEE_ROWS_MASKED) -> QuerySet[Any]:
    """The records inside the viewer's area that meet a condition; in place of a merged one the record it was
    merged into.
    """
    inside = entities.linked_in(viewer.scopes(verb)) if table is Person else _inside(viewer, verb)
    matching = table._default_manager.filter(inside, condition).values_list("id", "merged_into").order_by("id")
    standing = {merged_into or pk for pk, merged_into in matching[: LIMIT * 2]}
    rows: QuerySet[Any] = table._default_manager.filter(inside, pk__in=standing)
    return rows


def _persons(viewer: Viewer, condition: Q, matched: str, *, verb: Verb = Verb.SEE_ROWS_MASKED) -> list[Hit]:
    """Masked names stand in the order of the record: the order of the names would tell what is starred."""
    order = ("sort_key", "id") if verb is Verb.SEE_ROWS else ("id",)
    rows = list(_records(viewer, Person, condition, verb).exclude(status="struck_off").order_by(*order)[:LIMIT])
    places = _places_of(viewer, rows)
    here = {p.id: places[p.id][0] if p.id in places else p.grid_id for p in rows}
    return [
        Hit(
            "person",
            p.id,
            entities.shown_name(viewer, here[p.id], p.name),
            places[p.id][1] if p.id in places else "没有关联房屋",
            matched,
        )
        for p in rows
    ]


def _places_of(viewer: Viewer, persons: Sequence[Person]) -> dict[uuid.UUID, tuple[str, str]]:
    """Person → the grid and the address of the door in the viewer's area they are linked to, where they live first."""
    inside = in_scopes(viewer.scopes(Verb.SEE_ROWS_MASKED), "grid__code")
    links = Residence.objects.filter(inside, person__in=persons, to_on__isnull=True).select_related("dwelling")
    places: dict[uuid.UUID, tuple[str, str]] = {}
    for link in sorted(links, key=lambda link: link.kind in LIVING):
        is_away = link.kind not in LIVING and entities.sees_use(viewer, link.grid_id)
        where = entities.shown_door(viewer, link.dwelling)
        places[link.person_id] = (link.grid_id, f"{where}{'，户籍在此' if is_away else ''}")
    return places


def _dwellings(viewer: Viewer, condition: Q, matched: str) -> list[Hit]:
    rows = _records(viewer, Dwelling, condition).exclude(status="struck_off").select_related("grid__area")
    return [
        Hit("dwelling", d.id, d.address, f"{d.grid.area.short} {d.grid.name}", matched)
        for d in rows.order_by("grid_id", "walk_key")[:LIMIT]
    ]


def _facilities(viewer: Viewer, condition: Q, matched: str) -> list[Hit]:
    rows = Facility.objects.filter(_inside(viewer), condition).order_by("grid_id", "walk_key", "sort_key", "id")[:LIMIT]
    return [Hit("facility", row.id, row.title, row.where, matched) for row in rows]


def _formerly(viewer: Viewer, keys: Collection[str], shown: Collection[uuid.UUID]) -> list[Hit]:
    """Doors that were called so before they were renumbered."""
    inside = in_scopes(viewer.scopes(Verb.SEE_ROWS_MASKED), "dwelling__grid__code")
    rows = renumbering.former().filter(inside, _holds(keys)).exclude(dwelling__in=shown)
    return [
        Hit(
            "dwelling",
            former.dwelling_id,
            former.dwelling.address,
            f"{former.dwelling.grid.area.short} {former.dwelling.grid.name}",
            f"原地址 {former.address}",
        )
        for former in rows.select_related("dwelling__grid__area").order_by("dwelling__walk_key", "-id")[:LIMIT]
    ]


def _named(viewer: Viewer, table: Any, condition: Q, kind: str, matched: str) -> list[Hit]:
    rows = _records(viewer, table, condition).order_by("sort_key", "id")[:LIMIT]
    return [Hit(kind, row.id, row.name, row.address, matched) for row in rows]
