"""Twenty streets out of one: the street's rows copied set-based under other area codes, for what pages and
writes read.
"""

from __future__ import annotations

from django.db import connection

import gridwalk.registry.models as registry
import gridwalk.territory.models as territory
from gridwalk.campaigns.models import Target
from gridwalk.core.models import Stream

OLD = "120105001"
TABLES = (
    territory.Building,
    territory.Stairwell,
    registry.Dwelling,
    registry.Person,
    registry.Residence,
    registry.Organization,
    registry.Site,
    registry.CareLabel,
    Target,
)
CODES = {"grid_id", "code", "area_id", "community"}
UNIQUE_TEXTS = {"id_no_index", "uscc"}
SHARED = {"campaign_id", "wave_id", "assignee_id"}


def grow(n: int) -> int:
    """Make it ``n`` streets; returns how many persons there are then."""
    with connection.cursor() as cursor:
        for k in range(1, n):
            new = f"1202{k:02d}001"
            cursor.execute(
                f"INSERT INTO {Stream._meta.db_table} (code, version) SELECT replace(code, '{OLD}', '{new}'), "
                f"version FROM {Stream._meta.db_table} WHERE code LIKE '{OLD}%'"
            )
            for table in (territory.Area, territory.Grid, *TABLES):
                cursor.execute(_copy(table, new, k))
        cursor.execute("ANALYZE")
        cursor.execute(f"SELECT count(*) FROM {registry.Person._meta.db_table}")
        (count,) = cursor.fetchone()
    return int(count)


def _copy(table: type, new: str, k: int) -> str:
    """One INSERT … SELECT: codes moved to the new street, ids and references mapped alike, so that they still meet."""
    meta = table._meta  # type: ignore[attr-defined]
    columns, values = [], []
    for field in meta.concrete_fields:
        name = f'"{field.column}"'
        columns.append(name)
        if field.column in CODES:
            values.append(f"replace({name}, '{OLD}', '{new}')")
        elif field.column in UNIQUE_TEXTS:
            values.append(f"CASE WHEN {name} = '' THEN '' ELSE left(md5({name} || '{k}'), length({name})) END")
        elif field.get_internal_type() == "UUIDField" or (
            field.is_relation and field.target_field.get_internal_type() == "UUIDField"
        ):
            values.append(name if field.column in SHARED else f"md5({name}::text || '{k}')::uuid")
        elif field.primary_key and field.get_internal_type() in {"AutoField", "BigAutoField"}:
            columns.pop()
        else:
            values.append(name)
    where = {"territory_area": f"code LIKE '{OLD}%'", "territory_grid": f"code LIKE '{OLD}%'"}.get(meta.db_table)
    if where is None:
        where = (
            f"building_id IN (SELECT id FROM territory_building WHERE grid_id LIKE '{OLD}%')"
            if meta.db_table == "territory_stairwell"
            else f"grid_id LIKE '{OLD}%'"
        )
    return (
        f'INSERT INTO "{meta.db_table}" ({", ".join(columns)}) SELECT {", ".join(values)} FROM "{meta.db_table}" '
        f"WHERE {where}"
    )
