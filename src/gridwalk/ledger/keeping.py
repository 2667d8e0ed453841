"""A ledger as it was read, in bytes, so that whoever goes on with it need not read the file a second time."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from gridwalk import __version__
from gridwalk.dictionary import fields as dictionary
from gridwalk.ledger.headers import Column
from gridwalk.ledger.read import Ledger, LedgerRows, SheetRead


def to_bytes(ledger: Ledger, name: str, *, mapping: Mapping[str, str]) -> bytes:
    """The records with their faults, and where the columns of the fields stand. ``name``, ``mapping``: as it was read
    with.
    """
    names = ["row", "sheet", "row_no", "part", *(f.name for f in dictionary.fields(ledger.kind))]
    own = ledger.frame.select(name for name in names if name in ledger.frame.columns)
    frames = [_stream(own), _stream(ledger.faults)]
    head = {
        **_told_by(name, ledger.kind, mapping),
        "tables": [[s.name, s.last, [[c.index, c.field] for c in s.columns if c.field]] for s in ledger.sheets],
        "bytes": len(frames[0]),
    }
    return b"\n".join([json.dumps(head).encode(), b"".join(frames)])


def of_bytes(data: bytes, name: str, *, kind: str, mapping: Mapping[str, str]) -> LedgerRows | None:
    """What was read; None where it was read otherwise: by another version, as another kind, with other columns."""
    first, _, rest = data.partition(b"\n")
    head = json.loads(first)
    if {key: head[key] for key in _told_by("", "", {})} != _told_by(name, kind, mapping):
        return None
    return LedgerRows(
        kind=kind,
        sheets=[
            SheetRead(
                name=sheet,
                header=None,
                columns=[Column(index=index, header="", field=field) for index, field in of_fields],
                last=last,
            )
            for sheet, last, of_fields in head["tables"]
        ],
        frame=pl.read_ipc_stream(io.BytesIO(rest[: head["bytes"]])),
        faults=pl.read_ipc_stream(io.BytesIO(rest[head["bytes"] :])),
    )


def _told_by(name: str, kind: str, mapping: Mapping[str, str]) -> dict[str, Any]:
    return {"version": __version__, "name": name, "kind": kind, "mapping": dict(mapping)}


def _stream(frame: pl.DataFrame) -> bytes:
    stream = io.BytesIO()
    frame.write_ipc_stream(stream)
    return stream.getvalue()
