"""Addresses labelled by hand: most are read as a clerk reads them, hardly any as another door."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pytest

from gridwalk.method import address_columns, addresses
from gridwalk.method.tests import gold


@pytest.mark.parametrize(
    ("parts", "least_right", "most_wrong"),
    [(["dev"], 0.98, 0.005), (["open"], 0.98, 0.005), (["open", "held"], 0.98, 0.01)],
)
def test_they_are_read_as_labelled_or_asked_about(parts: Sequence[str], least_right: float, most_wrong: float) -> None:
    shares = gold.shares(*parts)
    assert shares["right"] >= least_right
    assert shares["wrong"] <= most_wrong


def test_there_are_enough_of_them_and_some_were_never_looked_at() -> None:
    assert len(gold.rows()) == len({row["address"] for row in gold.rows()}) >= 600
    assert gold.shares("open", "held")["n"] >= 200 and gold.shares("held")["n"] >= 50


def test_as_a_column_they_are_read_the_same_with_any_numbers() -> None:
    texts = [
        text for row in gold.rows() for text in dict.fromkeys((row["address"], *_with_other_numbers(row["address"])))
    ]
    read = [tuple(getattr(addresses.parse(t), p) for p in address_columns.PARTS) for t in texts]
    assert address_columns.parts(pl.Series(texts)).rows() == read


def _with_other_numbers(address: str) -> list[str]:
    """The address with every digit moved on, seven times: enough of one way for its numbers to be carried over."""
    return [
        "".join(str((int(c) + by) % 10) if c.isascii() and c.isdigit() else c for c in address) for by in range(1, 8)
    ]
