"""Records beside each other in one row: members beside the head of household, two lists side by side, ticks.

A row of such a table holds a record a group; what stands before the groups belongs to all of them.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gridwalk.dictionary import choices
from gridwalk.dictionary import fields as dictionary
from gridwalk.ledger import headers
from gridwalk.ledger.headers import Column
from gridwalk.method import text

TICKS = choices.YES | {"o", "○", "●", "v", "■", "☑", "勾", "★"}
MARKED = frozenset({"unknown", "synonym", "chosen"})
_ELDER = re.compile("父|母|爸|妈|爷|奶|姥|祖|外公|外婆|家长|监护|岳|公公|婆婆")
OWN = ("本人", "户主本人")


@dataclasses.dataclass(frozen=True)
class Group:
    """The columns of one of the records of a row, and what its name says of all of them (配偶 → relation)."""

    name: str
    columns: tuple[Column, ...]
    given: dict[str, str] = dataclasses.field(default_factory=dict)

    def is_empty(self, row: Sequence[Any]) -> bool:
        """Whether nothing stands in the group's own columns."""
        own = (c.index for c in self.columns if c.group)
        return not any(row[i] not in ("", None) for i in own if i < len(row))


def mark(columns: Sequence[Column], kind: str) -> None:
    """Number the groups of a table whose rows hold several records; columns of no group keep 0."""
    if kind == "person":
        _mark_members(columns)
    if not any(c.group for c in columns):
        _mark_lists(columns)


def of(columns: Iterable[Column]) -> list[Group]:
    """The groups; one of all columns where nothing stands side by side."""
    used = [c for c in columns if c.field]
    numbers = sorted({c.group for c in used if c.group})
    if not numbers:
        return [Group("", tuple(used))]
    return [_group(number, used) for number in numbers]


def _group(number: int, used: Sequence[Column]) -> Group:
    own = [c for c in used if c.group in {0, number}]
    name = next((c.of for c in own if c.of), "")
    fields = {c.field for c in own}
    relation = str(dictionary.parse("person", "relation", headers.MEMBER.sub(r"\1", name)).value or "") if name else ""
    return Group(name, tuple(own), {"relation": relation} if relation and "relation" not in fields else {})


def _mark_members(columns: Sequence[Column]) -> None:
    """户主姓名, 配偶姓名, 家庭成员1姓名 …: a group a prefix; the plain columns are the first record's."""
    prefixes, fields = _of_members(columns)
    if not _heads_beside_members(prefixes, fields):
        _give_to_record(prefixes, fields)
    for column in (c for p in OWN for c in prefixes.pop(p, [])):
        column.field, column.how = fields.pop(column.index), "synonym"
    plain = [c for c in columns if c.field and c.index not in fields and not dictionary.get("person", c.field).locates]
    has_own_name = any(c.field == "name" for c in plain)
    if has_own_name:
        prefixes.pop(headers.OF_HEAD, None)  # 户主身份证号 beside a name repeats the head's in every member's row
        _leave_elders(prefixes)
    prefixes = {p: of_prefix for p, of_prefix in prefixes.items() if "name" in {fields[c.index] for c in of_prefix}}
    if has_own_name and not prefixes:
        return
    for number, (prefix, of_prefix) in enumerate(prefixes.items(), 1 + has_own_name):
        for column in of_prefix:
            column.field, column.how, column.group, column.of = fields[column.index], "synonym", number, prefix
    for column in plain:
        column.group = 1 if has_own_name else 0


_Prefixes = dict[str, list[Column]]
"""Whose columns → these columns."""


def _of_members(columns: Sequence[Column]) -> tuple[_Prefixes, dict[int, str]]:
    """The columns whose headings say whose they are, and the field of each by its index."""
    prefixes: _Prefixes = {}
    fields: dict[int, str] = {}
    for column in columns:
        prefix, field = _of_member(column.header)
        if prefix and (column.how in {"unknown", "synonym"} or (column.how, column.field) == ("chosen", field)):
            prefixes.setdefault(prefix, []).append(column)
            fields[column.index] = field
    for column in columns:  # 户主 beside 户主身份证, 家庭成员1 beside 身份证号1: the name
        words = headers.bare(column.header)
        whole = headers.MEMBER.fullmatch(words)
        prefix = next((p for p in (words, whole[2] if whole else "") if p in prefixes), "")
        if prefix and column.how == "unknown" and "name" not in {fields[c.index] for c in prefixes[prefix]}:
            prefixes[prefix].insert(0, column)
            fields[column.index] = "name"
    return prefixes, fields


def _give_to_record(prefixes: _Prefixes, fields: dict[int, str]) -> None:
    """家庭成员姓名 is the record's own name where each member has a row, and so are 家庭成员关系 and the rest."""
    for prefix, of_prefix in list(prefixes.items()):
        named = [c for c in of_prefix if headers.meant("person", c.header)]
        is_own = prefix != headers.OF_HEAD and any(c.field == "name" for c in named)
        for column in of_prefix if is_own else named:
            field = fields.pop(column.index)
            if column not in named:
                column.field, column.how = field, "synonym"
        prefixes[prefix] = [c for c in of_prefix if c.index in fields]


def _leave_elders(prefixes: _Prefixes) -> None:
    """父亲姓名 beside a record's own name is no resident: a list of children names who answers for them."""
    for prefix in [p for p in prefixes if _ELDER.search(p)]:
        for column in prefixes.pop(prefix):
            column.field, column.how = "", "others"


def _heads_beside_members(prefixes: Mapping[str, Sequence[Column]], fields: Mapping[int, str]) -> bool:
    """Whether 户主姓名 holds every head once, and no name that stands under the members' heading, too."""
    of_heads = [c for c in prefixes.get(headers.OF_HEAD, ()) if fields[c.index] == "name"]
    others = {
        cell
        for p, cs in prefixes.items()
        if p != headers.OF_HEAD
        for c in cs
        if fields[c.index] == "name"
        for cell in c.sample
    }
    heads = of_heads[0].sample if of_heads else ()
    return bool(heads and others) and len(set(heads)) == len(heads) and not others & set(heads)


def _of_member(header: str) -> tuple[str, str]:
    """Whose column a heading says it is, and the field: 家庭成员2身份证号 → (家庭成员2, id_no), 姓名2 → (2, name)."""
    words = headers.bare(header)
    for cut in range(1, len(words)):
        prefix, rest = words[:cut], words[cut:]
        field = "" if rest[0].isdigit() else headers.meant("person", rest)
        if field and (prefix in {headers.OF_HEAD, *OWN} or headers.MEMBER.fullmatch(prefix)):
            return prefix, field
    match = headers.NUMBERED.fullmatch(words)
    field = headers.meant("person", match[1]) if match and match[1] else ""
    is_own = field and match and not headers.meant("person", words)
    return (match[2], field) if match and is_own and not dictionary.get("person", field).locates else ("", "")


def _mark_lists(columns: Sequence[Column]) -> None:
    """The same headings twice or more in the same order: lists beside each other."""
    by_header: dict[str, list[Column]] = {}
    for column in columns:
        if column.field:
            by_header.setdefault(column.header, []).append(column)
    repeated = {header: of_header for header, of_header in by_header.items() if len(of_header) > 1}
    counts = {len(of_header) for of_header in repeated.values()}
    if len(repeated) < 2 or len(counts) != 1 or not any(c[0].field in {"name", "room"} for c in repeated.values()):
        return
    starts = [c.index for c in min(repeated.values(), key=lambda c: c[0].index)]
    in_order = all(
        all(start <= column.index and (end is None or column.index < end) for column, start, end in _spans(c, starts))
        for c in repeated.values()
    )
    if not in_order:
        return
    for column in columns:
        if column.field and column.index >= starts[0]:
            column.group = sum(1 for start in starts if start <= column.index)


def _spans(of_header: Sequence[Column], starts: Sequence[int]) -> Iterable[tuple[Column, int, int | None]]:
    return zip(of_header, starts, [*starts[1:], None], strict=True)


def mark_ticks(columns: Sequence[Column], kind: str, uppers: Sequence[str], lowers: Sequence[str]) -> None:
    """自住, 租住, 闲置 below one heading, with a tick in one of them: the lower heading is the value."""
    for group in dict.fromkeys(filter(None, uppers)):
        under = [c for c in columns if uppers[c.index] == group and lowers[c.index] and c.how in MARKED]
        if len(under) < 2 or not all(_are_ticks(c.sample) for c in under):
            continue
        field = _asked_by(kind, group, [lowers[c.index] for c in under])
        for column in under if field else ():
            column.says = lowers[column.index]
            if column.how != "chosen":
                column.field, column.how = field, "synonym"


def _asked_by(kind: str, group: str, words: Sequence[str]) -> str:
    """The coded field that all words answer: the one the heading means, else any."""
    own = headers.meant(kind, group)
    coded = [f.name for f in dictionary.fields(kind) if f.choices]
    for field in [own] * (own in coded) + coded:
        if all(dictionary.parse(kind, field, w).value or dictionary.mixed(kind, field, w) for w in words):
            return field
    return ""


def _are_ticks(sample: Sequence[str]) -> bool:
    """Whether the cells say yes or no, and not no alone."""
    said = [text.fold(cell).lower() for cell in sample]
    return all(cell in TICKS | choices.NO for cell in said) and (not said or any(cell in TICKS for cell in said))
