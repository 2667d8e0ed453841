"""What a trial version (0.1) registered, read by plain SQL: its tables are no longer this program's models."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import xlsxwriter
from django.db import connection

from gridwalk.core import envelope
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary.types import Column, Field

_PLACE = """
    g.code AS grid_code, g.name AS grid_name, area.name AS community, b.estate, b.name AS building, s.name AS stairwell,
    d.floor, d.room, d.address
"""
_PLACED = """
    JOIN territory_grid g ON g.code = r.grid_id
    LEFT JOIN territory_area area ON area.code = left(g.code, 12)
    LEFT JOIN territory_building b ON b.id = d.building_id
    LEFT JOIN territory_stairwell s ON s.id = d.stairwell_id
"""
_HOME = """
    LEFT JOIN LATERAL (
        SELECT l.dwelling_id, l.kind AS residence_kind FROM registry_residence l
        WHERE l.person_id = p.id AND l.to_on IS NULL ORDER BY l.kind = 'registered_here', l.id LIMIT 1
    ) home ON true
    LEFT JOIN registry_dwelling d ON d.id = home.dwelling_id
"""
_BESIDE = f"""
    {_PLACED} WHERE r.status = 'active' ORDER BY g.code, r.sort_key, r.id
"""
# The labels of the first trials had no end, so this column is asked for by name only.
_READ = {
    "dwelling": f"""
        SELECT r.*, {_PLACE} FROM registry_dwelling r JOIN registry_dwelling d ON d.id = r.id {_PLACED}
        WHERE r.status <> 'struck_off' ORDER BY g.code, r.walk_key, r.id
    """,  # noqa: S608 nothing typed by anybody
    "person": f"""
        SELECT r.*, home.residence_kind, {_PLACE} FROM registry_person r JOIN registry_person p ON p.id = r.id {_HOME}
        {_BESIDE}
    """,  # noqa: S608 nothing typed by anybody
    "organization": f"""
        SELECT r.*, {_PLACE}, coalesce(d.address, r.address) AS address FROM registry_organization r
        LEFT JOIN registry_dwelling d ON d.id = r.dwelling_id {_BESIDE}
    """,  # noqa: S608 nothing typed by anybody
    "site": f"""
        SELECT r.*, {_PLACE}, r.address AS address FROM registry_site r LEFT JOIN registry_dwelling d ON false {_BESIDE}
    """,  # noqa: S608 nothing typed by anybody
    "facility": f"""
        SELECT r.*, {_PLACE}, r.address AS address FROM registry_facility r
        LEFT JOIN registry_dwelling d ON false {_BESIDE}
    """,  # noqa: S608 nothing typed by anybody
    "care": f"""
        SELECT r.*, p.name, p.id_no_sealed, p.phone_sealed, {_PLACE} FROM registry_carelabel r
        JOIN registry_person p ON p.id = r.person_id {_HOME} {_PLACED}
        WHERE to_jsonb(r)->>'ended_on' IS NULL AND p.status = 'active' ORDER BY g.code, p.sort_key, r.id
    """,  # noqa: S608 nothing typed by anybody
}
_SEALED_IN = {"care": ("registry_person", "person_id")}
"""Kind → table and key of the row whose envelope a number lies in, where that is not the record's own."""
_TABLE = {"care": "registry_carelabel"}
"""Kind → table, where that is not called as the kind."""


def kinds() -> list[str]:
    """The kinds this trial registered: the first ones had no facilities."""
    tables = set(connection.introspection.table_names())
    return [kind for kind in _READ if _TABLE.get(kind, f"registry_{kind}") in tables]


def rows(kind: str) -> Iterator[list[str]]:
    """The heading, then a record a row, as ``ledger`` reads them: labels of the dictionary, whole numbers."""
    with connection.cursor() as cursor:
        cursor.execute(_READ[kind])
        names = [column.name for column in cursor.description]
        records = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
    kept = [field for field in dictionary.fields(kind) if {field.name, f"{field.name}_sealed"} & set(names)]
    yield [field.label for field in kept]
    for record in records:
        yield [_text(kind, field, record) for field in kept]


def _text(kind: str, field: Field, record: Mapping[str, Any]) -> str:
    if field.column is Column.SEALED:
        table, key = _SEALED_IN.get(kind, (f"registry_{kind}", "id"))
        return envelope.open_(record[f"{field.name}_sealed"], table=table, column=field.name, row=record[key])
    value = record[field.name]
    if field.choices:
        return dictionary.choice_label(kind, field.name, value) if value and value != "unknown" else ""
    return "" if value is None else str(value)


def write(kind: str, path: Path) -> int:
    """Write the records of a kind as a workbook of texts; how many there are.

    Rows wait beside it, where nobody else may read them, and not in the machine's folder for temporary files.
    """
    n = 0
    with tempfile.TemporaryDirectory(dir=path.parent) as beside:
        options = {"constant_memory": True, "strings_to_formulas": False, "tmpdir": beside}
        with xlsxwriter.Workbook(path, options) as book:
            page = book.add_worksheet()
            for n, row in enumerate(rows(kind)):
                for column, text in enumerate(row):
                    page.write_string(n, column, text)
    return n
