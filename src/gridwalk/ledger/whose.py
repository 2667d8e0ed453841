"""Which field each column means, and whose: by words, by content, by what stands beside it; else it is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import polars as pl

from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import refusals
from gridwalk.ledger import composite, groups, headers, looks, subjects
from gridwalk.ledger.headers import Column, Header
from gridwalk.method import addresses, idcards, names, phones, text, uscc

CONTENT_SHARE = 0.8
FEWEST_CELLS = 3
OWN_NUMBERS = frozenset({"id_no", "phone", "sex", "born_on"})
"""What a ledger may say of another person beside the record's own."""
_NAME_OF = re.compile("(?:姓名|名字|名称|签名|签字)?(?:[/、+及和与].+)?")
_OTHER_NAME = re.compile("曾用|原名|别名|又名|小名|乳名|艺名|昵称|法名|英文|拼音|户名")
"""A name that somebody has beside their own is no other person's."""
WITH_ROOMS = frozenset({"dwelling", "person", "care"})
_TWO_PARTS = re.compile(r"\d{1,2}-\d{2,4}")
_BUILDING_ONLY = re.compile(r"\S*\d+(?:号楼|栋|幢|座)")
_ROOM_ONLY = re.compile(r"\d{1,5}室")
_RUNNING = 3
"""Numbers from 1 on that a column must hold to number the households and not the rooms."""
_HOUSEHOLD_NUMBER = re.compile(r"[0-9A-Z]{6,}")
"""The number of a household's booklet; no room's number is as long."""
NUMBERS_HOUSEHOLDS = "是一户一户的编号，不当室号"


def map_columns(header: Header, kind: str, body: pl.DataFrame, chosen: Mapping[str, str] | None = None) -> list[Column]:
    """Every column with its field: as ``chosen`` (header text → field, "" drops it), by words, then by content."""
    samples = [headers.sample(cells, words) for cells, words in zip(_of_records(body), header.texts, strict=True)]
    columns = [_by_words(index, texts, kind, chosen or {}) for index, texts in enumerate(header.texts)]
    for column in columns:
        column.sample = samples[column.index]
        if column.how not in {"forbidden", "synonym"} and (reason := refusals.content(column.sample)):
            column.field, column.how, column.note = "", "forbidden", reason
    if header.height == 2:
        groups.mark_ticks(columns, kind, header.uppers, header.lowers)
    if header.height == 0:
        _ask_whether_guessed(columns)
    groups.mark(columns, kind)
    _leave_to_subjects(columns)
    behind = _leave_to_others(columns, kind)
    _ask_about_exchanged(columns, kind)
    _part_households_from_rooms(columns)
    if kind in WITH_ROOMS:
        _read_gate(columns)
    taken = {c.field for c in columns if c.field}
    for column, owner in zip(columns, behind, strict=True):
        if column.how == "unknown":
            field = "" if headers.others(column.header, kind) else by_content(kind, column.sample, taken)
            if field and owner and field in OWN_NUMBERS:
                _ask_whose(column, owner, kind, field)
            elif field:
                _take_content(column, kind, field)
                taken.add(field)
    for group in {c.group for c in columns}:
        _ask_about_doubles([c for c in columns if c.group in {0, group} and not c.says], kind)
    for column in columns:
        if not column.field:
            cells = body.to_series(column.index)
            column.n_filled, column.look = looks.n_filled(cells), looks.look(cells)
    return composite.split([c for c in columns if c.header or c.field], kind, chosen or {})


def _of_records(body: pl.DataFrame) -> list[pl.Series]:
    """The cells of each column, without those that stand alone in their row: titles printed again, captions, sums."""
    together = body.filter(pl.sum_horizontal(pl.all().is_not_null()) > 1)
    return [column.drop_nulls() for column in (body if together.is_empty() else together).iter_columns()]


def _take_content(column: Column, kind: str, field: str) -> None:
    """A column by what its cells say, where its heading leaves no doubt whose and what it is."""
    label = dictionary.label(kind, field)
    if headers.of_somebody(column.header, kind, field):
        _ask(column, f"“{column.header}”分不清是谁的{label}，请选好")
    elif field == "address" and _are_of_two_parts(column.sample):
        _ask(column, f"“{column.header}”里只有两段数字，分不清是楼和室，还是门和室，请选好")
    else:
        column.field, column.how = field, "content"


def _are_of_two_parts(sample: Sequence[str]) -> bool:
    return _fits(sample, lambda cell: bool(_TWO_PARTS.fullmatch(cell)))


def read_in_building(columns: Sequence[Column]) -> None:
    """In a table of one building 1-101 is stairwell and room."""
    for column in columns:
        is_whole = column.field == "address" or (
            column.how == "asked" and by_content("person", column.sample, set()) == "address"
        )
        if is_whole and column.how != "chosen" and _are_of_two_parts(column.sample):
            column.field, column.how, column.note = "room", "content", ""


def unused(columns: Sequence[Column]) -> list[Column]:
    """The columns that hold something and were not used, without a reason that is said elsewhere."""
    return [
        c
        for c in columns
        if not c.field and c.how in {"unknown", "others"} and c.sample and c.header not in headers.NUMBERING
    ]


def _by_words(index: int, header: str, kind: str, chosen: Mapping[str, str]) -> Column:
    if header.startswith(headers.OURS):
        return Column(index=index, header=header, how="dropped")
    reason = dictionary.forbidden(header) if header else ""
    if reason:
        return Column(index=index, header=header, how="forbidden", note=reason)
    if header in chosen and (not chosen[header] or dictionary.find(kind, chosen[header])):
        return Column(index=index, header=header, field=chosen[header], how="chosen" if chosen[header] else "dropped")
    if headers.bare(header) in headers.papers(kind):
        return Column(index=index, header=header, how="paper")
    field = headers.meant(kind, header) if header and not headers.is_behind(header) else ""
    return Column(index=index, header=header, field=field, how="synonym" if field else "unknown")


def _ask(column: Column, note: str) -> None:
    column.field, column.how, column.note = "", "asked", note


def _ask_whether_guessed(columns: Sequence[Column]) -> None:
    """A table without a header: what the columns look like is read once a person has confirmed it."""
    for column in columns:
        if column.field and column.how == "synonym":
            column.how = "guessed"
            column.note = f"没有表头，{column.letter} 列看着像{column.header}，请核对"


def _leave_to_subjects(columns: Sequence[Column]) -> None:
    """学生身份证号 beside a column that is simply 姓名 is another person's; whose list it is, the names are asked about."""
    of_subjects = [c for c in columns if c.how == "synonym" and subjects.of(headers.bare(c.header))]
    own_names = [c for c in columns if c.field == "name" and c not in of_subjects]
    if not own_names or any(c.how == "chosen" and subjects.of(headers.bare(c.header)) for c in own_names):
        return
    for column in of_subjects:
        if column.field != "name":
            column.field, column.how = "", "others"


def _leave_to_others(columns: Sequence[Column], kind: str) -> list[str]:
    """A number behind another person's name is theirs where the record has its own elsewhere, else it is asked.

    Returns for each column the heading of the name it stands behind, "" where it stands behind the record's own.
    """
    behind = _behind(columns, kind)
    theirs = [
        bool(owner) and (c.field in OWN_NUMBERS or _is_relation_to(c, owner))
        for c, owner in zip(columns, behind, strict=True)
    ]
    own = {c.field for c, is_theirs in zip(columns, theirs, strict=True) if not is_theirs}
    for column, owner, is_theirs in zip(columns, behind, theirs, strict=True):
        if is_theirs and (column.field in own or column.field == "relation"):
            column.field, column.how, column.note = "", "others", f"跟在“{owner}”后面，当作那个人的，没有用"
        elif is_theirs:
            _ask_whose(column, owner, kind, column.field)
        elif not column.field and column.how not in _SETTLED and headers.others(column.header, kind):
            column.how = "others"
    return behind


def _ask_whose(column: Column, owner: str, kind: str, field: str) -> None:
    _ask(column, f"“{column.header}”跟在“{owner}”后面，分不清是谁的{dictionary.label(kind, field)}，请选好")


_SETTLED = frozenset({"chosen", "dropped", "forbidden"})


def _behind(columns: Sequence[Column], kind: str) -> list[str]:
    """Of each column the heading of another's name that it stands behind; any column of the record's ends that."""
    behind, owner = [], ""
    has_name = any(c.field == "name" for c in columns)
    for column in columns:
        is_open = column.how not in _SETTLED and not column.group
        behind.append(owner if is_open else "")
        if not is_open:
            continue
        if column.field and column.field not in OWN_NUMBERS | {"relation"}:
            owner = ""
        elif not column.field and _names_another(column, kind, has_name=has_name):
            owner = column.header
    return behind


def _is_relation_to(column: Column, owner: str) -> bool:
    """关系 behind 监护人 is between guardian and child; behind 户主, or with 户主 in it, it is to the head."""
    return column.field == "relation" and headers.OF_HEAD not in column.header and headers.OF_HEAD not in owner


def _names_another(column: Column, kind: str, *, has_name: bool) -> bool:
    """Whether a column that is none of the record's holds the names of others: by its heading, or by its cells."""
    if named := headers.others(column.header, kind):
        return bool(_NAME_OF.fullmatch(headers.bare(column.header)[len(named) :])) or _are_names(column.sample)
    return has_name and bool(column.header) and not _OTHER_NAME.search(column.header) and _are_names(column.sample)


def _are_names(sample: Sequence[str]) -> bool:
    """Whether nearly all cells are names of persons, and not those of a few surnames' villages: 王庄, 李庄, 王庄."""
    differ = len(set(sample)) > len(sample) / 2
    return len(sample) >= FEWEST_CELLS and differ and _fits(sample, names.looks_like_a_person)


def _ask_about_exchanged(columns: Sequence[Column], kind: str) -> None:
    """Two columns each of which holds what the other's heading says."""
    told = [(c, _told(kind, c.sample)) for c in columns if c.field and c.how in {"synonym", "chosen"}]
    for column, content in told:
        other = next((c for c, of in told if content and c.field == content and of == column.field), None)
        if other is not None and other is not column and column.how != "asked" and column.field != content:
            _ask_both(column, other)
    _ask_about_exchanged_places(columns)


def _ask_both(column: Column, other: Column) -> None:
    note = f"“{column.header}”和“{other.header}”两列像是写反了，请选好各是什么"
    _ask(column, note)
    _ask(other, note)


def _ask_about_exchanged_places(columns: Sequence[Column]) -> None:
    """Names of estates beside names of persons, buildings beside rooms: no sum tells them, but how they are written."""
    by_field = {c.field: c for c in columns if c.how == "synonym"}
    estate, name = by_field.get("estate"), by_field.get("name")
    if estate and name and len(estate.sample) >= FEWEST_CELLS:
        differ = len(set(estate.sample)) > len(estate.sample) / 2 >= len(set(name.sample))
        if differ and _fits(estate.sample, names.looks_like_a_person):
            _ask_both(estate, name)
    building, room = by_field.get("building"), by_field.get("room")
    if (
        building
        and room
        and len(room.sample) >= FEWEST_CELLS
        and _fits(room.sample, lambda cell: bool(_BUILDING_ONLY.fullmatch(cell)))
        and _fits(building.sample, lambda cell: bool(_ROOM_ONLY.fullmatch(cell)))
    ):
        _ask_both(building, room)


def _part_households_from_rooms(columns: Sequence[Column]) -> None:
    """户号 runs 1, 2, 3 … where another column holds the doors: it numbers the households and is no room."""
    rooms = [c for c in columns if c.field == "room" and c.how == "synonym"]
    for column in rooms:
        if column.sample and all(_HOUSEHOLD_NUMBER.fullmatch(cell) for cell in column.sample):
            column.field, column.how, column.note = "", "others", NUMBERS_HOUSEHOLDS
    rooms = [c for c in rooms if c.field]
    if len(rooms) == 1 and rooms[0].header.startswith("户") and _runs(rooms[0].sample):
        _ask(rooms[0], f"“{rooms[0].header}”像是一户一户的编号，分不清是不是室号，请选好")
    if len(rooms) < 2:
        return
    for column in filter(lambda c: _runs(c.sample), rooms):
        column.field, column.how, column.note = "", "others", NUMBERS_HOUSEHOLDS
    is_placed = any(c.field in {"building", "address"} for c in columns)
    for column in columns:
        whole = sum(1 for cell in column.sample if _is_door(cell))
        if column.field == "room" and not is_placed and 0 < whole >= CONTENT_SHARE * len(column.sample):
            column.field = "address"


def _runs(sample: Sequence[str]) -> bool:
    """Whether the cells number something 1, 2, 3 …"""
    runs = [int(cell) for cell in sample if cell.isdecimal()]
    return _RUNNING <= len(runs) == len(sample) and sorted(set(runs)) == [*range(1, max(runs) + 1)]


def _read_gate(columns: Sequence[Column]) -> None:
    """门号 beside a column of rooms is the stairwell; alone it may be either and is asked."""
    gates = [c for c in columns if c.field == "stairwell" and headers.bare(c.header) == "门号"]
    fields = {c.field for c in columns}
    for gate in gates:
        if gate.how == "synonym" and not fields & {"room", "address"}:
            _ask(gate, f"“{gate.header}”分不清是单元门还是室号，请选好")


def _is_door(cell: str) -> bool:
    door = addresses.parse(cell)
    return bool(door.building and door.room and not door.fault)


_TOLD_BY_CONTENT: tuple[tuple[tuple[str, ...], Callable[[str], bool]], ...] = (
    (("id_no",), lambda cell: not idcards.check(cell).fault),
    (("uscc",), lambda cell: not uscc.check(cell).fault),
    (("phone", "contact_phone", "owner_phone"), lambda cell: len(phones.check(cell).value) == 11),
    (("address",), _is_door),
    (("name", "owner_name"), names.looks_like_a_person),
    (("sex",), lambda cell: cell in {"男", "女"}),
)
"""Of the fields the first that the kind has, and whether a cell says it."""


def by_content(kind: str, sample: Sequence[str], taken: set[str]) -> str:
    """The field that nearly every cell of the sample says; "" where there is none, or another column has it."""
    if len(sample) < FEWEST_CELLS:
        return ""
    for words, is_such in _TOLD_BY_CONTENT:
        field = next((name for name in words if dictionary.find(kind, name)), "")
        if field and field not in taken and _fits(sample, is_such):
            if field == "address" and taken & {"building", "room"}:
                continue
            return field
    return ""


def _told(kind: str, sample: Sequence[str]) -> str:
    return by_content(kind, sample, set())


def _fits(sample: Sequence[str], is_such: Callable[[str], bool]) -> bool:
    return sum(map(is_such, sample)) >= CONTENT_SHARE * len(sample)


def guess(table: pl.DataFrame) -> Header | None:
    """What the columns of a table without a header look like; None where no person is told apart by them."""
    taken: set[str] = set()
    texts, fields = [], []
    for index, column in enumerate(table.iter_columns()):
        field = by_content("person", headers.sample(column.drop_nulls()), taken)
        taken.add(field)
        texts.append(dictionary.label("person", field) if field else f"第 {index + 1} 列")
        fields.append(field)
    told = {"id_no", "phone", "address"} & taken
    return Header(_first_record(table, fields), 0, tuple(texts)) if "name" in taken and told else None


def _first_record(table: pl.DataFrame, fields: Sequence[str]) -> int:
    """The first row whose cells say what their columns do: a title, or headings nobody knows, may stand above it."""
    is_such = {field: check for names_, check in _TOLD_BY_CONTENT for field in names_}
    for n, row in enumerate(table.head(headers.SEARCHED_ROWS).iter_rows()):
        checks = [is_such[f](text.fold(cell)) for f, cell in zip(fields, row, strict=True) if f]
        if 2 * sum(checks) > len(checks):
            return n
    return 0


def _ask_about_doubles(columns: Sequence[Column], kind: str) -> None:
    """The second column that means a field is left out and asked about; what a person chose goes before what was
    recognised.
    """
    first: dict[str, Column] = {}
    for column in sorted(columns, key=lambda c: c.how != "chosen"):
        if not column.field:
            continue
        other = first.setdefault(column.field, column)
        if other is column:
            continue
        if other.how == "chosen" and column.how != "chosen":
            column.field, column.how = "", "dropped"
            continue
        answer = next((c for c in (column, other) if "是否" in c.header and c.how == "synonym"), None)
        if answer is not None and ("是否" in column.header) != ("是否" in other.header):
            first[column.field] = other if answer is column else column
            answer.field, answer.how, answer.note = "", "others", f"已有“{first[column.field or other.field].header}”"
            continue
        label = dictionary.label(kind, column.field)
        _ask(
            column,
            f"有两列都叫“{column.header}”，分不清哪列是{label}，请在表里改掉一列的列名再传"
            if other.header == column.header
            else f"“{other.header}”和“{column.header}”都像{label}，请选一列",
        )
