"""Twins, fathers and sons, namesakes, moved and mistyped: every person of ``tricky_households.txt``, in one
town at once.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from pathlib import Path

import polars as pl
import pytest

from gridwalk.method import idcards
from gridwalk.method.linkage import link

SCHEMA = {
    "name": pl.String,
    "id_no": pl.String,
    "id_text": pl.String,
    "born_on": pl.Date,
    "sex": pl.String,
    "phone": pl.String,
    "estate": pl.String,
    "building": pl.String,
    "stairwell": pl.String,
    "room": pl.String,
}
SEXES = {"男": "male", "女": "female"}


@dataclasses.dataclass
class Row:
    """One written row: its case, whose it is, and how much the engine may leave open ("" nothing, ?
    asked, ~ missed).
    """

    case: str
    who: str
    grace: str
    values: dict[str, str | dt.date | None]


@dataclasses.dataclass
class Case:
    """One household, or a few in one building."""

    title: str
    estate: str
    door: str
    number: int
    people: dict[str, list[str]] = dataclasses.field(default_factory=dict)

    def id_no(self, label: str) -> str:
        """A number of an area that does not exist; twins' differ in one figure and the check."""
        _, sex, born, *_ = self.people[label]
        serial = self.number * 10 + 2 * list(self.people).index(label) % 10 + (sex == "男")
        stem = f"120199{born.replace('-', '')}{serial:03d}"
        return stem + idcards.checksum(stem)

    def row(self, text: str) -> Row:
        """``a id=- name=张语欣`` → the row."""
        label, *changes = text.split()
        who = label.rstrip("?~")
        name, sex, born, phone, *door = self.people[who]
        words = {
            "name": name,
            "sex": sex,
            "born": born,
            "phone": phone,
            "estate": self.estate,
            "id": who,
            "door": (door or [self.door])[0],
        }
        words |= dict(change.split("=", 1) for change in changes)
        building, stairwell, room = words["door"].split("-") if words["door"] != "-" else ("", "", "")
        number, written = self._number(words["id"], who)
        values: dict[str, str | dt.date | None] = {
            "name": words["name"],
            "sex": SEXES[words["sex"]],
            "phone": words["phone"].strip("-") or None,
            "born_on": None if words["born"] == "-" else dt.date.fromisoformat(words["born"]),
            "id_no": number,
            "id_text": written,
            "estate": words["estate"] if room else None,
            "building": building or None,
            "stairwell": stairwell or None,
            "room": room or None,
        }
        return Row(self.title, f"{self.number}{who}", label[len(who) :], values)

    def _number(self, how: str, who: str) -> tuple[str | None, str | None]:
        """A valid number, or one as written that is not."""
        if how == "-":
            return None, None
        if how in self.people:
            return self.id_no(how), None
        own = self.id_no(who)
        wrong = {
            "~": own[:13] + str((int(own[13]) + 3) % 10) + own[14:],
            "/": own[:8] + own[9] + own[8] + own[10:] if own[8] != own[9] else own[:9] + own[10] + own[9] + own[11:],
            "0": own[:15] + "000",
            "*": own[:6] + "********" + own[14:],
        }
        return None, wrong[how]


@functools.cache
def town() -> tuple[list[Row], list[Row]]:
    left: list[Row] = []
    right: list[Row] = []
    case = Case("", "", "", 0)
    for line in Path(__file__).with_name("tricky_households.txt").read_text("utf-8").splitlines():
        if line.startswith("== "):
            title, _, place = line[3:].rpartition("@")
            estate, door = place.split()
            case = Case(title.strip(), estate, door, case.number + 1)
        elif line.startswith(("L ", "R ")):
            (left if line[0] == "L" else right).extend(case.row(part.strip()) for part in line[2:].split("|"))
        elif line and not line.startswith("#"):
            label, *rest = line.split()
            case.people[label] = rest
    return left, right


def frame(rows: list[Row]) -> pl.DataFrame:
    return pl.DataFrame([row.values for row in rows], schema=SCHEMA).with_row_index("row")


@functools.cache
def linked() -> list[tuple[Row, Row, str]]:
    left, right = town()
    pairs = link(frame(left), frame(right), "person").pairs
    return [(left[a], right[b], s) for a, b, s in pairs.select("left_row", "right_row", "status").iter_rows()]


def test_nobody_is_taken_for_another() -> None:
    wrong = [(a.case, a.values["name"], b.values["name"]) for a, b, s in linked() if s == "match" and a.who != b.who]
    assert wrong == []


def test_whoever_stands_on_both_sides_is_found_or_asked_about() -> None:
    left, right = town()
    taken = {a.who for a, b, status in linked() if a.who == b.who and status == "match"}
    asked = {a.who for a, b, _ in linked() if a.who == b.who} | taken
    ours = {row.who for row in left}
    short = [
        (row.case, row.values["name"])
        for row in right
        if row.who in ours and row.grace != "~" and row.who not in (asked if row.grace == "?" else taken)
    ]
    assert short == []


def test_the_town_is_large_and_every_number_in_it_is_made_up() -> None:
    left, right = town()
    numbers = [v for row in [*left, *right] if (v := row.values["id_no"] or row.values["id_text"])]
    assert len({row.case for row in left}) == 74
    assert len(left) + len(right) == 301
    assert all(str(number).startswith("120199") for number in numbers)


@pytest.mark.parametrize("side", [0, 1])
def test_a_side_beside_itself_is_itself(side: int) -> None:
    rows = town()[side]
    links = link(frame(rows), frame(rows), "person")
    doubled = set(links.left_duplicates["row"].to_list())
    pairs = links.pairs.filter(pl.col("status") == "match")
    assert {(a, b) for a, b, *_ in pairs.iter_rows() if rows[a].who != rows[b].who} == set()
    assert len(pairs) >= 0.95 * (len(rows) - len(doubled))
