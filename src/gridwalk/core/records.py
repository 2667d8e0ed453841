"""Records of a kind (field → value) with their sensitive values sealed for one row, and opened again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gridwalk.core import envelope
from gridwalk.dictionary import fields as dictionary


def seal_value(kind: str, field: str, value: Any, *, table: str, column: str, row: object) -> Any:
    """``value`` as it may be stored at that place: sealed where the dictionary calls the field sensitive.

    What somebody typed to look like an envelope is sealed too, or it would be taken for one when read.
    """
    if isinstance(value, str) and value and (dictionary.is_sensitive(kind, field) or envelope.is_sealed(value)):
        return envelope.seal(value, table=table, column=f"{column}.{field}", row=row)
    return value


def open_value(field: str, value: Any, *, table: str, column: str, row: object) -> Any:
    """The stored value in the clear. Raises envelope.EnvelopeError."""
    if envelope.is_sealed(value):
        return envelope.open_(value, table=table, column=f"{column}.{field}", row=row)
    return value


def seal_record(
    kind: str,
    values: Mapping[str, Any],
    *,
    table: str,
    column: str,
    row: object,
    seal: envelope.Sealer | None = None,
) -> dict[str, Any]:
    """Every value of ``values`` as ``seal_value`` stores it. ``seal``: what seals them, where it seals for many."""
    stored, sensitive = dict(values), dictionary.sensitive(kind)
    sealed = [
        field
        for field, value in values.items()
        if value and isinstance(value, str) and (field in sensitive or value.startswith(envelope.PREFIX))
    ]
    if sealed:
        seal, at = seal or envelope.sealer(), str(row)
        for field in sealed:
            stored[field] = seal(values[field], f"{table}|{column}.{field}|{at}")
    return stored


def open_record(values: Mapping[str, Any], *, table: str, column: str, row: object) -> dict[str, Any]:
    """Every value of ``values`` in the clear. Raises envelope.EnvelopeError."""
    return {f: open_value(f, v, table=table, column=column, row=row) for f, v in values.items()}
