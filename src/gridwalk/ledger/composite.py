"""Cells that hold several things: 姓名/身份证号 in one column is taken apart, a whole household in a cell is named."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence

import polars as pl

from gridwalk.dictionary import fields as dictionary
from gridwalk.ledger import headers
from gridwalk.ledger.headers import Column
from gridwalk.method import names, text

NUMBER = r"[0-9*][0-9Xx*-]{6,}"
"""What may be an ID number or a telephone."""
_PHONE = r"^(?:1[0-9*]{10}|0[0-9]{2,3}-[0-9]{7,8}|[2-8][0-9]{7})$"
_BETWEEN = " /、,;:()[]-_|\n\t"
SHARE = 0.5
"""Of the cells of a column, in how many a number has to stand that its heading promises."""
FEWEST = 2
_NUMBER = re.compile(NUMBER)
_PARTS = re.compile(r"[、,;/\s]+")
_NOTE = re.compile(r"\([^()]*\)")


def split(columns: Sequence[Column], kind: str, chosen: Mapping[str, str]) -> list[Column]:
    """The columns, those whose heading and cells hold a name and numbers once for each of the fields.

    ``chosen``: heading → field; each of these has a heading of its own, so that one may be left out.
    """
    taken = {c.field for c in columns if c.field}
    apart: list[Column] = []
    for column in columns:
        apart.append(column)
        fields = headers.several(kind, column.header)
        if not fields or column.field != fields[0]:
            continue
        for field in fields[1:]:
            heading = f"{column.header}({dictionary.label(kind, field)})"
            if field not in taken and chosen.get(heading, field) == field and _holds(column.sample, field, fields):
                column.beside = fields
                apart.append(dataclasses.replace(column, field=field, header=heading))
    return apart


def _holds(sample: Sequence[str], field: str, fields: Sequence[str]) -> bool:
    told = take(pl.Series("raw", list(sample), dtype=pl.String), field, fields)
    return bool(sample) and told.count() >= SHARE * len(sample)


def take(raw: pl.Series, field: str, fields: Sequence[str]) -> pl.Series:
    """What the cells of such a column say of one of its fields; of two ID numbers, or telephones, neither."""
    folded = pl.Series("raw", [None if cell is None else text.fold(cell) for cell in raw.to_list()], dtype=pl.String)
    numbers = pl.col("raw").str.extract_all(NUMBER)
    if field == fields[0]:
        of_field = pl.col("raw").str.replace_all(NUMBER, " ").str.strip_chars(_BETWEEN).replace("", None)
    else:
        is_phone = pl.element().str.contains(_PHONE)
        told = numbers.list.eval(pl.element().filter(~is_phone if field == "id_no" else is_phone))
        of_field = pl.when(told.list.len() == 1).then(told.list.first())
    return folded.to_frame().select(of_field.alias("raw")).to_series()


def unsplit(rows: Sequence[Sequence[str]]) -> str:
    """The heading of a column whose cells hold a name with its numbers, or several people; "" where there is none.

    A column without a heading is told by its letter: what a cell says of somebody stands in no message.
    """
    for index, cells in enumerate(zip(*rows, strict=False)):
        folded = [text.fold(cell) for cell in cells if cell]
        if sum(map(_is_several, folded)) >= max(FEWEST, SHARE * (len(folded) - 1)):
            headings = (c for c in folded if not _is_several(c) and not names.looks_like_a_person(c))
            return next(headings, headers.letter(index))
    return ""


def _is_several(cell: str) -> bool:
    """Whether a cell says a name beside a number, or several people."""
    bare = _NOTE.sub("", _NUMBER.sub(" ", cell))
    people = [part for part in _PARTS.split(bare) if part]
    are_people = bool(people) and all(map(names.looks_like_a_person, people))
    return are_people and (len(people) > 1 or _NUMBER.search(cell) is not None)
