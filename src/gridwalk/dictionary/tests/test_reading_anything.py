"""Every field reads every value, or says what is wrong with it; phones send whatever was typed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwalk.dictionary import fields, sight
from gridwalk.dictionary.fields import KINDS

ODD: tuple[Any, ...] = (
    "9" * 5000,
    f"每{'9' * 5000}天",
    f"每{'一' * 5000}天",
    f"1980年{'一' * 5000}月一日",
    f"{'一' * 5000}",
    "٣" * 5000,
    "²",
    "1e999",
    "\x00",
    "\ud83d",
    "9999-12-31",
    "0001-01-01",
    float("inf"),
    float("nan"),
    10**19,
    True,
    [[]],
    {"a": {}},
)
ANYTHING = st.sampled_from(ODD) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
EVERY = [(field.kind, field.name) for kind in KINDS for field in fields.fields(kind)]


@pytest.mark.parametrize("raw", ODD, ids=range(len(ODD)))
def test_every_field_reads_what_is_odd(raw: Any) -> None:
    for kind, name in EVERY:
        _is_read(kind, name, raw)


@given(field=st.sampled_from(EVERY), raw=ANYTHING)
def test_every_field_reads_anything(field: tuple[str, str], raw: Any) -> None:
    _is_read(*field, raw)


def _is_read(kind: str, name: str, raw: Any) -> None:
    parsed = fields.parse(kind, name, raw)
    assert bool(parsed.fault) == bool(parsed.text)
    assert not parsed.fault or parsed.value is None
    json.dumps(parsed.value)
    fields.show(kind, name, parsed.value, sight.ON_PAGE)
