"""Which fields of a comparison are told to who sees rows masked, worked by hand."""

from __future__ import annotations

import pytest

from gridwalk.reconcile import rules

CASES = [
    ({"name": (100, 100), "phone": (90, 100), "sex": (94, 100)}, 12, {"phone", "sex"}, "none differ: left out"),
    ({"name": (96, 100), "phone": (90, 100)}, 10, {"phone"}, "4 differ: left out; phone alone explains all ten"),
    ({"name": (98, 100), "phone": (90, 100)}, 12, set(), "two differ in nothing but the name: phone would tell it"),
    ({"name": (97, 100), "phone": (90, 100), "sex": (92, 100)}, 11, {"phone", "sex"}, "18 explain eleven"),
    (
        {"name": (97, 100), "phone": (90, 100), "sex": (92, 100)},
        19,
        set(),
        "the least goes, then what is left is too few",
    ),
    ({"phone": (90, 100), "sex": (92, 100)}, 40, {"phone", "sex"}, "nothing is left out that could be told"),
    ({"phone": (3, 100)}, 97, set(), "three agree"),
]


@pytest.mark.parametrize(("by_field", "n_unequal", "told", "why"), CASES, ids=[case[3] for case in CASES])
def test_a_field_is_told_where_neither_it_nor_what_is_left_out_is_small(
    by_field: dict[str, tuple[int, int]], n_unequal: int, told: set[str], why: str
) -> None:
    assert set(rules.told_fields(by_field, n_unequal=n_unequal)) == told, why
