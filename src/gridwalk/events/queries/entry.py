"""What is worth a second look while somebody types a person in: said before it is stored, never in the way of
storing (P14).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.bench.queries import checks
from gridwalk.bench.rules import CHECKS, PHONE_DOORS, Contradiction
from gridwalk.core.queries import in_scopes
from gridwalk.registry import columns, holders
from gridwalk.registry.holders import Comer
from gridwalk.registry.living import LIVING
from gridwalk.registry.models import Dwelling, Person

NOBODY = uuid.UUID(int=0)


def warnings(
    viewer: Viewer,
    dwelling: Dwelling,
    values: Mapping[str, Any],
    residence_kind: str,
    *,
    person: uuid.UUID | None = None,
) -> list[Contradiction]:
    """Questions about a person (parsed values by dictionary names) about to be put into a dwelling; at most
    five queries.

    ``person``: whom the values are about where they are on record already. Whether a number stands on a record of
    another side is not told.
    """
    noticed = []
    if _is_here(dwelling, values, person):
        noticed.append(Contradiction("same_number", "这个人本社区已有登记", "存后就迁到这里；不是同一人，核对证件号"))
    elif (n := _n_same_name_and_birth(viewer, values, person)) > 0:
        noticed.append(_noticed("same_name_and_birth", f"在册已有 {n} 人同名，出生日期也相同"))
    n_doors = checks.phone_doors(viewer, columns.index_of("phone", values.get("phone")))
    if n_doors >= PHONE_DOORS:
        noticed.append(_noticed("phone_shared", f"这个电话已登记在 {n_doors} 处房屋的人名下"))
    if residence_kind in LIVING and dwelling.occupancy == "vacant":
        noticed.append(_noticed("vacant_with_residents", "这一户登记为空房"))
    if residence_kind == "tenant" and dwelling.tenure == "owner":
        noticed.append(_noticed("owner_with_tenants", "这一户登记为自住"))
    return noticed


def _noticed(code: str, sentence: str) -> Contradiction:
    return Contradiction(code, sentence, CHECKS[code].todo)


def _is_here(dwelling: Dwelling, values: Mapping[str, Any], person: uuid.UUID | None) -> bool:
    """Whether the number stands on a record that this door may take as it is. Of one that another side has to give
    away first nothing is said before it is stored: whoever asks without storing would leave no trace.
    """
    index = columns.index_of("id_no", values.get("id_no"))
    if not index:
        return False
    standing = Person.objects.filter(id_no_index=index).exclude(status="struck_off").exclude(pk=person or NOBODY)
    comer = Comer(id=NOBODY, values=values, kind="", dwelling=dwelling.pk, grid=dwelling.grid_id, source="office")
    is_known, elsewhere = standing.exists(), holders.elsewhere([comer])  # both, whatever the first one says
    return is_known and not elsewhere


def _n_same_name_and_birth(viewer: Viewer, values: Mapping[str, Any], person: uuid.UUID | None) -> int:
    """How many of those the viewer sees could be the same person: whoever has another valid ID number is not."""
    if not values.get("name") or not values.get("born_on"):
        return 0
    inside = in_scopes(viewer.scopes(Verb.SEE_ROWS), "grid__code")
    rows = Person.objects.filter(inside, name=values["name"], born_on=values["born_on"], status="active")
    if values.get("id_no"):
        rows = rows.filter(id_no_index="")
    return rows.exclude(pk=person or NOBODY).count()
