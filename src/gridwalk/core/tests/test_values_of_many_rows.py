"""How a value is spelled on its way into many rows at once; what no column can read is refused, not left out."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from typing import Any

import pytest

from gridwalk.core import bulk


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        (dt.date(2026, 10, 13), "2026-10-13"),
        (dt.time(20, 30), "20:30:00"),
        (dt.datetime(2026, 10, 13, 2, 3, 4, 5, tzinfo=dt.UTC), "2026-10-13T02:03:04.000005+00:00"),
        (uuid.UUID(int=7), "00000000-0000-0000-0000-000000000007"),
        (decimal.Decimal("74.20"), "74.20"),
    ],
)
def test_days_ids_and_areas_are_spelled_as_columns_read_them(value: Any, spelled: str) -> None:
    assert bulk._default(value) == spelled


@pytest.mark.parametrize("value", [{1}, b"x", object(), dt.timedelta(1)])
def test_what_is_none_of_these_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match=type(value).__name__):
        bulk._default(value)
