"""The short forms of daily events: each question with what is recorded now and what was typed, ready to be shown."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import QueryDict

from gridwalk.dictionary import fields as dictionary
from gridwalk.events import kinds
from gridwalk.registry.living import REGISTERED
from gridwalk.registry.queries.entities import Resident

STARTS_FROM = {
    "dwelling": {"dwelling", "person"},
    "person": {"dwelling", "person"},
    "organization": {"organization"},
}
"""Where an event of a kind of record can be started from: a door's event from its people too."""


def offered(kind: str, *, homed: bool = True) -> list[kinds.Kind]:
    """The events that make sense on the page of such a record. ``homed``: a person is linked to some door."""
    of_person = (
        {"moved_out", "died", "married", "born", "registered_in", "registered_out"} if homed else {"moved_in", "died"}
    )
    return [e for e in kinds.EVENTS.values() if kind in STARTS_FROM[e.at] and (kind != "person" or e.code in of_person)]


PERSON_COLUMNS = ("name", "id_no", "phone", "relation")
Option = tuple[str, str]


@dataclasses.dataclass(frozen=True)
class Cell:
    """One box of a line of people."""

    name: str
    label: str
    value: str
    fault: str
    options: Sequence[Option] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ask:
    """One question.

    ``kind``: text · date · select · pick (one of some people) · picks (several) · people (lines to fill).
    """

    name: str
    label: str
    kind: str
    value: str = ""
    picked: Sequence[str] = ()
    options: Sequence[Option] = ()
    lines: Sequence[Sequence[Cell]] = ()
    now: str = ""
    hint: str = ""
    fault: str = ""
    required: bool = False
    nothing: str = "请选"
    """What a select says while nothing is chosen."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Given:
    """What a form is made from: the people of the door, what is recorded now (shown values by field),
    what was typed.
    """

    residents: Sequence[Resident]
    now: Mapping[str, str]
    typed: QueryDict
    faults: Mapping[str, str]
    today: dt.date
    person: str = ""
    told: str = ""


def asks(kind: kinds.Kind, given: Given, *, finds_home: bool = False) -> list[Ask]:
    """The questions of an event's form, in order.

    ``finds_home``: who comes is known, and which door it is, is asked.
    """
    names = ("address" if finds_home and name == "people" else name for name in kind.asks)
    return [_ASKS.get(name, _fact)(kind, name, given) for name in names]


def people(code: str, typed: QueryDict) -> list[dict[str, str]]:
    """The lines of people as they were typed."""
    lines = range(kinds.N_PEOPLE.get(code, 0))
    return [{column: typed.get(f"{column}-{n}", "") for column in PERSON_COLUMNS} for n in lines]


def _select(name: str, label: str, options: Mapping[str, str], given: Given, **more: Any) -> Ask:
    value = given.typed.get(name, more.pop("value", ""))
    return Ask(
        name=name,
        label=label,
        kind="select",
        value=value,
        options=tuple(options.items()),
        fault=given.faults.get(name, ""),
        **more,
    )


def _fact(kind: kinds.Kind, name: str, given: Given) -> Ask:
    of = {"opened": "organization", "born": "person"}.get(kind.code, "dwelling")
    field = dictionary.get(of, name)
    required = (kind.code, name) in REQUIRED
    hint = HINTS.get((kind.code, name), "")
    if field.choices:
        options = {code: words[0] for code, words in field.choices.items()}
        nothing = "请选" if required else "不清楚"
        return _select(name, field.label, options, given, required=required, hint=hint, nothing=nothing)
    now = given.now.get(name, "") or "空" if of == "dwelling" else ""
    label = {"owner_name": "新产权人", "owner_phone": "新产权人电话"}.get(name, field.label)
    return Ask(
        name=name,
        label=label if kind.code == "owner_changed" else field.label,
        kind="text",
        value=given.typed.get(name, ""),
        now=now,
        hint=hint,
        fault=given.faults.get(name, ""),
        required=required,
    )


REQUIRED = frozenset({("born", "sex"), ("owner_changed", "owner_name"), ("opened", "name")})
HINTS = {
    ("born", "name"): "还没取名就空着，先记作“某某之子”“某某之女”，取了名再改",
    ("born", "id_no"): "还没有就空着，以后再补",
    ("opened", "uscc"): "18 位，没有执照就空着",
    ("let", "owner_phone"): "不变就空着",
    ("let", "owner_name"): "不变就空着",
}


def _people(kind: kinds.Kind, name: str, given: Given) -> Ask:
    relations = tuple(dictionary.get("person", "relation").offered.items())
    lines = []
    for n in range(kinds.N_PEOPLE[kind.code]):
        cells = []
        for column in PERSON_COLUMNS:
            box = f"{column}-{n}"
            label = f"第 {n + 1} 人的{dictionary.label('person', column)}"
            options = relations if column == "relation" else ()
            cells.append(Cell(box, label, given.typed.get(box, ""), given.faults.get(box, ""), options))
        lines.append(cells)
    label = {"let": "租户", "married": "对方", "registered_in": "不在上面的人"}.get(kind.code, "入住的人")
    return Ask(
        name=name,
        label=label,
        kind="people",
        lines=lines,
        hint="填了证件号，已在册的人就接上，不会再建一条；不是身份证的写上证件名称，如 护照 E12345678",
    )


def _who(kind: kinds.Kind, name: str, given: Given) -> Ask:
    label, several, fits = WHO[kind.code, name]
    residents = [r for r in given.residents if fits(r)]
    options = [(str(r.person), "，".join(p for p in (r.name, r.relation, r.kind_label) if p)) for r in residents]
    if not options and given.person:
        options = [(given.person, "本人")]  # without any door, on the person's own page
    return Ask(
        name=name,
        label=label,
        kind="picks" if several else "pick",
        picked=_picked(kind, name, residents, given),
        options=options,
        fault=given.faults.get(name, ""),
        hint="" if options else "这一户没有登记这样的人",
    )


def _picked(kind: kinds.Kind, name: str, residents: Sequence[Resident], given: Given) -> list[str]:
    """Who is picked already: of an ended let its tenants, else who was picked before, else whose page it is."""
    if kind.code == "let_ended" and not given.typed:
        return [str(r.person) for r in residents if r.kind == "tenant"]
    return given.typed.getlist(name) or ([given.person] if given.person else [])


def _living(resident: Resident) -> bool:
    return resident.living


def _anybody(resident: Resident) -> bool:
    return True


WHO: Mapping[tuple[str, str], tuple[str, bool, Callable[[Resident], bool]]] = {
    ("moved_out", "who"): ("谁已搬离", True, _living),
    ("born", "parent"): ("父亲或母亲", False, _living),
    ("died", "who"): ("谁去世了", False, _anybody),
    ("married", "who"): ("这一户里是谁", False, _living),
    ("let", "leaving"): ("原来住的人，谁一起搬离", True, _living),
    ("let_ended", "who"): ("谁走了", True, _living),
    ("registered_in", "who"): ("住在这里、户口来的人", True, lambda r: r.living and r.kind != "lives_here"),
    ("registered_out", "who"): ("谁的户口迁走了", True, lambda r: r.kind in {"lives_here", REGISTERED}),
}


def _on(kind: kinds.Kind, name: str, given: Given) -> Ask:
    label = {"moved_in": "开始日期（不清楚就空着）", "died": "去世日期", "let": "开始日期"}.get(kind.code, "哪一天")
    if name == "born_on":
        label = "出生日期"
    value = given.typed.get(name, "" if kind.code in {"died", "moved_in"} else given.today.isoformat())
    return Ask(
        name=name,
        label=label,
        kind="date",
        value=value,
        fault=given.faults.get(name, ""),
        required=kind.code != "moved_in",
    )


def _told(kind: kinds.Kind, name: str, given: Given) -> Ask:
    return _select(name, "信息来源", kinds.TOLD, given, value=given.told, required=True)


def _after(kind: kinds.Kind, name: str, given: Given) -> Ask:
    required = kind.code == "let_ended"
    now = "，".join(given.now[field] for field in ("occupancy", "tenure") if given.now.get(field))
    label = "现在怎么样" if required else "人都走了，这里"
    return _select(
        name, label, kinds.AFTER, given, required=required, now=now, nothing="请选" if required else "还有人住，不改"
    )


def _residence_kind(kind: kinds.Kind, name: str, given: Given) -> Ask:
    label = "居住类型" if kind.code == "moved_in" else "在那边的居住类型"
    required = kind.code == "moved_in"
    return _select(name, label, kinds.LIVES, given, required=required, nothing="请选" if required else "搬到另一处的选")


def _address(kind: kinds.Kind, name: str, given: Given) -> Ask:
    if kind.code == "opened":
        label, hint = "门牌（和这处房屋不同时写）", ""
    elif kind.code == "moved_in":
        label, hint = "住在哪一户", "写到室号，如 海河花园5号楼1单元301"
    else:
        label, hint = "地址（本街道另一处的写）", "如 海河花园5号楼1单元301"
    return Ask(
        name=name,
        label=label,
        kind="text",
        value=given.typed.get(name, ""),
        hint=hint,
        fault=given.faults.get(name, ""),
    )


def _registered(kind: kinds.Kind, name: str, given: Given) -> Ask:
    label = "孩子的户口" if kind.code == "born" else "搬过去的人的户口"
    return _select(name, label, kinds.REGISTERED, given, required=True)


_ASKS: Mapping[str, Callable[[kinds.Kind, str, Given], Ask]] = {
    "people": _people,
    "who": _who,
    "parent": _who,
    "leaving": _who,
    "on": _on,
    "born_on": _on,
    "told": _told,
    "after": _after,
    "residence_kind": _residence_kind,
    "address": _address,
    "registered": _registered,
    "where": lambda kind, name, given: _select(name, "搬到哪里", kinds.WHERE, given, required=True),
    "keeps": lambda kind, name, given: _select(
        name, "户籍在此的人，户口", kinds.KEEPS, given, value="keeps", nothing="没有户口在这里"
    ),
    "home": lambda kind, name, given: _select(name, "住到哪里", kinds.HOME, given, required=True),
    "why": lambda kind, name, given: Ask(
        name=name,
        label="原因",
        kind="text",
        value=given.typed.get(name, ""),
        hint="如 到期不租了、执照注销",
        fault=given.faults.get(name, ""),
        required=True,
    ),
}
