"""What somebody typed into a short form: read field by field, all faults said at once."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.bench.rules import Contradiction
from gridwalk.core import clock, ids
from gridwalk.core.queries import NotHere
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import readers
from gridwalk.events import kinds
from gridwalk.events.queries import entry
from gridwalk.registry import columns, holders
from gridwalk.registry.actions.corrections import CorrectionError
from gridwalk.registry.holders import Comer
from gridwalk.registry.models import Dwelling, Person, Residence
from gridwalk.registry.queries import places

PERSON_FIELDS = ("name", "id_no", "phone", "relation")
NOT_STORED = "有几处要再看看，没有记。改好再记，内容都在。"
Row = Mapping[str, str]


@dataclasses.dataclass(frozen=True)
class Coming:
    """Somebody who is typed in: their parsed values, and their record where the ID number is on one that may come.

    ``elsewhere``: their number stands on a record that its side has to give away first; nothing of it is told.
    """

    values: Mapping[str, Any]
    person: Person | None = None
    elsewhere: bool = False


class Noticed(Exception):
    """Something is worth a second look before it is stored; sent again with ``seen``, it is stored as typed."""

    def __init__(self, noticed: Sequence[Contradiction]) -> None:
        super().__init__("存之前再看一眼")
        self.noticed = tuple(noticed)


class Typed:
    """The answers of one form. What is wrong is gathered under the field's name; ``check`` raises it all at once."""

    def __init__(self, actor: Viewer, raw: Row, at: dt.datetime) -> None:
        self.actor = actor
        self.at = at
        self.today = clock.local_date(at)
        self._raw = raw
        self.faults: dict[str, str] = {}

    def refuse(self, name: str, text: str) -> None:
        """Say what is wrong with a field, where nothing has been said yet."""
        self.faults.setdefault(name, text)

    def check(self) -> None:
        """Raises CorrectionError with every fault by field."""
        if self.faults:
            raise CorrectionError(NOT_STORED, self.faults)

    def fact(self, kind: str, field: str, *, missing: str = "") -> Any:
        """A field of the dictionary; ``missing``: what to say where it may not be empty."""
        parsed = dictionary.parse(kind, field, self._raw.get(field, ""))
        if parsed.fault or (missing and parsed.value is None):
            self.refuse(field, parsed.text or missing)
        return parsed.value

    def choice(self, name: str, options: Collection[str], *, missing: str = "") -> str:
        """One of some codes, or "" where nothing may be chosen."""
        chosen = self._raw.get(name, "")
        if chosen not in options and (chosen or missing):
            self.refuse(name, missing or "请选一项")
        return chosen if chosen in options else ""

    def day(self, *, name: str = "on", missing: str = "请填是哪一天") -> dt.date | None:
        """A day that has come; ``missing`` "": it may be unknown."""
        parsed = readers.date(self._raw.get(name, ""))
        if parsed.fault or (missing and parsed.value is None):
            self.refuse(name, parsed.text or missing)
        on = dt.date.fromisoformat(parsed.value) if parsed.value else None
        if on is not None and on > self.today:
            self.refuse(name, "这一天还没到，到时候再来记")
        return on

    def told(self) -> str:
        """How it is known."""
        return self.choice("told", kinds.TOLD, missing="请选信息来源")

    def door(self, name: str = "address") -> Dwelling | None:
        """The one door an address means, where the actor may write."""
        typed = self._raw.get(name, "").strip()
        if not typed:
            self.refuse(name, "请写地址，到室号")
            return None
        doors = places.doors_at(self.actor, typed)
        if len(doors) != 1:
            several = "、".join(door.address for door in doors[:4])
            self.refuse(name, f"有几处：{several}。请写到室号" if doors else "没找到这一处。核对小区、楼、单元、室")
            return None
        if not self.actor.may(Verb.EDIT_REGISTER, doors[0].grid_id):
            self.refuse(name, "那一处不归您记，请那边社区记“入住”")
        return doors[0]

    def people(self, rows: Sequence[Row], door: Dwelling, *, least: int = 0) -> list[Coming]:
        """The people of the form's lines who come to ``door``; empty lines are passed over. Faults stand under
        ``name-0``, ``id_no-0`` …
        """
        coming: list[Coming] = []
        standing = persons_under([dictionary.parse("person", "id_no", row.get("id_no", "")).value for row in rows])
        numbers: set[str] = set()
        for n, row in enumerate(rows):
            values = self._values(n, row) if any(text.strip() for text in row.values()) else None
            if values is None:
                continue
            number = values["id_no"] or ""
            if number in numbers:
                self.refuse(f"id_no-{n}", "这个证件号上面已经填过")
            numbers |= {number} if number else set()
            person = standing.get(columns.number_key("person", number)) if number else None
            coming.append(self.comer(f"id_no-{n}", values, person, door))
        if len(coming) < least and not self.faults:
            self.refuse("name-0", "请填姓名")
        return coming

    def _values(self, n: int, row: Row) -> dict[str, Any] | None:
        """The parsed values of a line; None of a line without a name."""
        parsed = {field: dictionary.parse("person", field, row.get(field, "")) for field in PERSON_FIELDS}
        for field, value in parsed.items():
            if value.fault:
                self.refuse(f"{field}-{n}", value.text)
        if parsed["name"].value is None:
            self.refuse(f"name-{n}", "请填姓名")
            return None
        return {field: value.value for field, value in parsed.items()}

    def look_twice(self, door: Dwelling, coming: Sequence[Coming], kind: str, *, answers: Collection[str] = ()) -> None:
        """Say what is worth a second look about who comes, once. ``answers``: checks the event itself answers.

        Raises Noticed.
        """
        if self._raw.get("seen") == "1":
            return
        noticed = [
            n for comer in coming for n in entry.warnings(self.actor, door, comer.values, kind) if n.code not in answers
        ]
        if noticed:
            raise Noticed(noticed)

    def comer(self, field: str, values: Mapping[str, Any], person: Person | None, door: Dwelling) -> Coming:
        """Somebody new, somebody on record here, or somebody whose side is asked: then nothing of the record is told.

        ``person``: who stands under the number; ``field``: where the form has it.
        """
        # Asked whether anybody has the number or not: what is not stored tells nothing of it, by no delay either.
        elsewhere = bool(values.get("id_no")) and holders.elsewhere([comer_of(values, door)])
        if person is None:
            return Coming(values)
        if elsewhere:
            return Coming(values, elsewhere=True)
        if person.status == "deceased" or person.status_pending == "deceased":
            self.refuse(field, "登记为已去世。请先到人员页核对状态")
        return Coming(values, person)

    def chosen(self, links: Sequence[Residence], picked: Collection[str], *, missing: str = "") -> list[Residence]:
        """Those of a door's links whose persons were picked."""
        picked_links = [link for link in links if str(link.person_id) in picked]
        if missing and not picked_links:
            self.refuse("who", missing)
        return picked_links


def comer_of(
    values: Mapping[str, Any], door: Dwelling, *, kind: str = "", source: str = "office", op: uuid.UUID | None = None
) -> Comer:
    """Somebody typed in, as the other side is asked about them."""
    return Comer(id=ids.drawn_id(), values=values, kind=kind, dwelling=door.pk, grid=door.grid_id, source=source, op=op)


def persons_under(numbers: Sequence[str | None]) -> dict[str, Person]:
    """Who stands under these ID numbers, by the key of the number."""
    keys = {columns.number_key("person", number) for number in numbers if number}
    persons = Person.objects.filter(id_no_index__in=keys).exclude(status="struck_off") if keys else []
    return {person.id_no_index: person for person in persons}


def get_door(actor: Viewer, dwelling: uuid.UUID, *, takes: bool = True) -> Dwelling:
    """The door an event is recorded at; ``takes``: it brings somebody or something there, which no door on its
    way out takes.

    Raises NotHere; CorrectionError where the door is struck off, or is about to be.
    """
    door = Dwelling.objects.filter(pk=dwelling).first()
    if door is None or not actor.may(Verb.EDIT_REGISTER, door.grid_id):
        raise NotHere
    if door.status == "struck_off":
        raise CorrectionError("这处房屋已注销，没有记。请先核对房屋。", {"dwelling": "已注销"})
    if takes and door.status != "active":
        raise CorrectionError("这处房屋正等着注销复核，没有记。复核之后再来。", {"dwelling": "待复核"})
    return door


def links_of(door: Dwelling) -> list[Residence]:
    """The current links of a door with their persons, oldest first."""
    links = Residence.objects.filter(dwelling=door, to_on__isnull=True, person__status="active")
    return list(links.select_related("person").order_by("created_at", "id"))
