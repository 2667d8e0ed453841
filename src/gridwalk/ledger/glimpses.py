"""What a cell says beside its value: a masked name or telephone as far as it can be seen, further telephones."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from gridwalk.method import names, phones

PHONES = {"person": "phone", "dwelling": "owner_phone", "organization": "contact_phone"}
"""The telephone by which records of a kind are matched."""
_LONGER_THAN_ONE = 12
"""Characters of a cell from which it may hold two telephones."""


def columns(kind: str, written: Mapping[str, pl.Series]) -> list[pl.Series]:
    """``name_seen``, ``phone_seen`` and ``phone_more`` of every row; ``written``: the cells of each field as texts."""
    phone = PHONES.get(kind, "")
    more = [_of(written, phone, "phone_more", pl.col("cell").str.len_chars() > _LONGER_THAN_ONE, phones.further)]
    if kind == "person":
        more.append(_of(written, "name", "name_seen", pl.col("cell").str.contains(names.MASKS), names.seen))
        more.append(_of(written, phone, "phone_seen", pl.col("cell").str.contains(phones.STARS), phones.seen))
    return [column for column in more if column is not None]


def _of(
    written: Mapping[str, pl.Series], field: str, name: str, odd: pl.Expr, read: Callable[[str], str]
) -> pl.Series | None:
    """A column read from the odd cells of a field, None where no cell says anything."""
    if field not in written:
        return None
    cells = written[field].rename("cell").to_frame()
    distinct = cells.filter(odd)["cell"].unique().to_list()
    said = {cell: glimpse for cell in distinct if (glimpse := read(cell))}
    if not said:
        return None
    return cells["cell"].replace_strict(said, default=None, return_dtype=pl.String).rename(name)
