"""A list of people who get accounts: which columns it has, and what is wrong with its cells. Pure."""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from gridwalk.accounts import rules
from gridwalk.accounts.rules import LABELS, Role
from gridwalk.method import names, phones, text

COLUMNS = {
    "name": "姓名",
    "username": "登录名",
    "post": "职务",
    "role": "岗位",
    "place": "范围",
    "phone": "工作电话",
    "number": "工号",
    "responsible": "责任人",
}
"""Field → heading, in the order of the template and of rows that are pasted."""
OPTIONAL = ("username", "post", "phone", "number", "responsible")
"""What a list can be without, and a row can leave empty."""
MOST = 200
SEARCHED = 10
"""So many rows from the top the headings stand in at the latest."""
YES_OR_NOT = ("", "是")
BETWEEN = re.compile(r"\t|[,，]")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Line:
    """One person of the list."""

    name: str
    username: str
    post: str
    role: Role
    scope: str
    phone: str
    number: str
    responsible: bool


@dataclasses.dataclass(frozen=True, kw_only=True)
class Standing:
    """What there is already. ``places``: name of an area or grid → its code; ``taken``: the sign-in names; ``numbers``
    and ``phones``: the staff numbers, by street, and the work telephones; ``posts``: name, role and scope of whoever
    has a post or waits for one.
    """

    places: Mapping[str, str]
    taken: Collection[str] = ()
    numbers: Mapping[str, Collection[str]] = dataclasses.field(default_factory=dict)
    phones: Collection[str] = ()
    posts: Collection[tuple[str, str, str]] = ()


@dataclasses.dataclass(frozen=True)
class CellFault:
    """What is wrong, and where: row (from 1), heading, and the cell of a workbook (D3) where there is one."""

    row: int
    heading: str
    text: str
    cell: str = ""

    @property
    def where(self) -> str:
        return f"第 {self.row} 行“{self.heading}”" + (f"（{self.cell}）" if self.cell else "")


class ListRefused(Exception):
    """A list of which nobody gets an account; ``faults``: each wrong cell."""

    def __init__(self, says: str, faults: Sequence[CellFault] = ()) -> None:
        self.faults = tuple(faults)
        super().__init__(says)


@dataclasses.dataclass(frozen=True)
class Table:
    """The rows below the headings, each with its number; ``at``: field → column (from 0)."""

    rows: Sequence[tuple[int, Sequence[Any]]]
    at: Mapping[str, int]
    is_file: bool


def pasted(typed: str) -> Table:
    """Rows copied out of a table program, without headings."""
    rows = [(n, BETWEEN.split(line)) for n, line in enumerate(typed.splitlines(), 1) if line.strip()]
    return Table(rows, {field: n for n, field in enumerate(COLUMNS)}, is_file=False)


def of_sheet(rows: Sequence[Sequence[Any]]) -> Table:
    """The table of a sheet, wherever its columns stand. Raises ListRefused."""
    for top, row in enumerate(rows[:SEARCHED]):
        headings = [text.fold(cell).replace(" ", "") for cell in row]
        at = {field: headings.index(heading) for field, heading in COLUMNS.items() if heading in headings}
        if {"name", "role"} <= at.keys():
            if missing := [COLUMNS[field] for field in COLUMNS if field not in (*at, *OPTIONAL)]:
                raise ListRefused(f"都没有存：表里没有“{'”“'.join(missing)}”这一列。请用这里的模板。")
            below = enumerate(rows[top + 1 :], top + 2)
            return Table([(n, cells) for n, cells in below if any(map(text.fold, cells))], at, is_file=True)
    raise ListRefused("都没有存：没有找到写着“姓名”“岗位”的表头。请用这里的模板。")


def lines(table: Table, standing: Standing) -> list[Line]:
    """Everybody on the list. Who has no sign-in name gets one: the staff number, else the name in pinyin.

    Raises ListRefused with every fault.
    """
    if not 0 < len(table.rows) <= MOST:
        raise ListRefused(f"都没有存：一次 1 到 {MOST} 行，一行一个人。")
    places = {text.fold(name): scope for name, scope in standing.places.items()}
    reader = _Reader(places, standing, table)
    faults: list[CellFault] = []
    people = []
    for number, cells in table.rows:
        row = {field: text.fold(cells[at]) if at < len(cells) else "" for field, at in table.at.items()}
        row = dict.fromkeys(COLUMNS, "") | row
        row["username"] = rules.sign_in_name(row["username"]) or reader.name_for(row)
        wrong = _faults(row, places) | reader.twice(number, row)
        faults += [_fault(table, number, field, why) for field, why in wrong.items()]
        if not wrong:
            people.append(_line(row, places))
    if faults:
        raise ListRefused(f"都没有存：有 {len(faults)} 处要改，改好再来。", faults)
    return people


def _line(row: Mapping[str, str], places: Mapping[str, str]) -> Line:
    return Line(
        name=row["name"],
        username=row["username"],
        post=row["post"],
        role=ROLES[row["role"]],
        scope=places.get(row["place"], row["place"]),
        phone=phones.check(row["phone"]).value,
        number=row["number"],
        responsible=bool(row["responsible"]),
    )


class _Reader:
    """What the rows before have taken; of two that say the same, the later one is wrong."""

    def __init__(self, places: Mapping[str, str], standing: Standing, table: Table) -> None:
        self._places = places
        self._standing = standing
        typed = (cells[at] for _, cells in table.rows if (at := table.at.get("username", -1)) in range(len(cells)))
        self._names = {*standing.taken, *(rules.sign_in_name(text.fold(name)) for name in typed)}
        self._first: dict[tuple[str, str], int] = {}

    def name_for(self, row: Mapping[str, str]) -> str:
        """A sign-in name nobody has and nobody else on the list has typed."""
        number = "" if rules.staff_number_fault(row["number"]) else row["number"]
        base = rules.sign_in_name(number) or "".join(names.syllables(row["name"]))
        username = next(name for n in itertools.count(1) if (name := f"{base}{n if n > 1 else ''}") not in self._names)
        self._names.add(username)
        return username

    def twice(self, number: int, row: Mapping[str, str]) -> dict[str, str]:
        """Field → what somebody has already, or a row before says."""
        wrong = {}
        for field, called, value, taken in self._claims(row):
            if value and value in taken:
                wrong[field] = HELD if field == "place" else f"{called}“{value}”已有人用"
            elif value and (field, value) in self._first:
                wrong[field] = f"和第 {self._first[field, value]} 行的{called}一样"
            self._first.setdefault((field, value), number)
        return wrong

    def _claims(self, row: Mapping[str, str]) -> list[tuple[str, str, str, Collection[str]]]:
        """Field, what it is called, what the row says of it, who has it."""
        scope = self._places.get(row["place"], row["place"])
        held = {_post(*post) for post in self._standing.posts}
        return [
            ("username", "登录名", row["username"], self._standing.taken),
            ("number", "工号", row["number"], self._standing.numbers.get(scope[: rules.ONE_STREET], ())),
            ("phone", "工作电话", phones.check(row["phone"]).value, self._standing.phones),
            ("place", "姓名、岗位和范围", _post(row["name"], ROLES.get(row["role"], row["role"]), scope), held),
            ("responsible", "责任人", scope if row["responsible"] else "", ()),
        ]


HELD = "这个人在这里已经有这个岗位；同名的另一个人，用“新增账号”单独加"


def _post(name: str, role: str, scope: str) -> str:
    """A post as one text: the list may write a role in either of its words."""
    return f"{name}\t{role}\t{scope}"


def _fault(table: Table, number: int, field: str, why: str) -> CellFault:
    column = table.at.get(field)
    cell = f"{_letters(column)}{number}" if table.is_file and column is not None else ""
    return CellFault(number, COLUMNS[field], why, cell)


def _letters(column: int) -> str:
    high, low = divmod(column, 26)
    return (_letters(high - 1) if high else "") + chr(ord("A") + low)


ROLES = {text.fold(word): role for role, label in LABELS.items() for word in (label, label.split("（")[0])}
"""What a role is written as: 社区书记（网格长）, 社区书记."""


def _faults(row: Mapping[str, str], places: Mapping[str, str]) -> dict[str, str]:
    wrong = rules.name_faults(username=row["username"], name=row["name"], post=row["post"])
    if row["role"] not in ROLES:
        wrong["role"] = f"没有“{row['role']}”这个岗位"
    if row["place"] not in places and row["place"] not in places.values():
        wrong["place"] = f"没有“{row['place']}”这个范围，写名称或代码"
    elif (role := ROLES.get(row["role"])) and not rules.fits(role, places.get(row["place"], row["place"])):
        wrong["place"] = f"{LABELS[role]}的范围要写{rules.where_it_fits(role)}"
    phone = phones.check(row["phone"])
    if phone.fault not in ("", "empty"):
        wrong["phone"] = phone.fault_text
    if fault := rules.staff_number_fault(row["number"]):
        wrong["number"] = fault
    if row["responsible"] not in YES_OR_NOT:
        wrong["responsible"] = "写“是”，或空着"
    elif row["responsible"] and "role" not in wrong and ROLES[row["role"]] not in rules.NAMED.values():
        wrong["responsible"] = f"空着。{rules.WHO_IS_NAMED}"  # whether a role fits its area is said of 范围
    return wrong
