"""How long a part of an address may be: a sentence in the column of addresses is no estate's name."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from gridwalk.ledger.location import _fits
from gridwalk.method import addresses


@pytest.mark.parametrize(
    ("part", "longest"),
    [("road", 40), ("estate", 40), ("number", 36), ("building", 36), ("stairwell", 18), ("room", 20)],
)
def test_a_part_fits_up_to_its_longest(part: str, longest: int) -> None:
    address = addresses.parse("甲里1号楼1单元101")
    for n, fits in ((longest, True), (longest + 1, False)):
        values: dict[str, Any] = {part: "甲" * n}
        assert _fits(dataclasses.replace(address, **values)) is fits
