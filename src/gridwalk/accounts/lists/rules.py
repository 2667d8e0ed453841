"""A list of people who get accounts: which columns it has, and what is wrong with its cells. Pure."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from gridwalk.accounts import rules
from gridwalk.accounts.rules import LABELS, Role
from gridwalk.method import phones, text

COLUMNS = {
    "name": "姓名",
    "username": "登录名",
    "post": "职务",
    "role": "岗位",
    "place": "范围",
    "phone": "工作电话",
}
"""Field → heading, in the order of the template and of rows that are pasted."""
OPTIONAL = ("post", "phone")
MOST = 200
SEARCHED = 10
"""So many rows from the top the headings stand in at the latest."""
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
        if {"name", "username"} <= at.keys():
            if missing := [COLUMNS[field] for field in COLUMNS if field not in (*at, *OPTIONAL)]:
                raise ListRefused(f"都没有存：表里没有“{'”“'.join(missing)}”这一列。请用这里的模板。")
            below = enumerate(rows[top + 1 :], top + 2)
            return Table([(n, cells) for n, cells in below if any(map(text.fold, cells))], at, is_file=True)
    raise ListRefused("都没有存：没有找到写着“姓名”“登录名”的表头。请用这里的模板。")


def usernames(table: Table) -> list[str]:
    """The sign-in names on the list, as they would be stored."""
    at = table.at["username"]
    return [rules.sign_in_name(text.fold(cells[at])) for _, cells in table.rows if at < len(cells)]


def lines(table: Table, *, places: Mapping[str, str], taken: Collection[str]) -> list[Line]:
    """Everybody on the list. ``places``: name of an area or grid → its code; ``taken``: sign-in names there are.

    Raises ListRefused with every fault.
    """
    if not 0 < len(table.rows) <= MOST:
        raise ListRefused(f"都没有存：一次 1 到 {MOST} 行，一行一个人。")
    places = {text.fold(name): scope for name, scope in places.items()}
    faults: list[CellFault] = []
    first_of: dict[str, int] = {}
    people = []
    for number, cells in table.rows:
        row = {field: text.fold(cells[at]) if at < len(cells) else "" for field, at in table.at.items()}
        row = dict.fromkeys(COLUMNS, "") | row
        username = rules.sign_in_name(row["username"])
        wrong = _faults(row, places)
        if username in taken:
            wrong.setdefault("username", f"登录名“{username}”已有人用")
        elif username in first_of:
            wrong.setdefault("username", f"和第 {first_of[username]} 行的登录名一样")
        first_of.setdefault(username, number)
        faults += [_fault(table, number, field, why) for field, why in wrong.items()]
        if not wrong:
            people.append(
                Line(
                    name=row["name"],
                    username=username,
                    post=row["post"],
                    role=ROLES[row["role"]],
                    scope=places.get(row["place"], row["place"]),
                    phone=phones.check(row["phone"]).value,
                )
            )
    if faults:
        raise ListRefused(f"都没有存：有 {len(faults)} 处要改，改好再来。", faults)
    return people


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
    phone = phones.check(row["phone"])
    if phone.fault not in ("", "empty"):
        wrong["phone"] = phone.fault_text
    return wrong
