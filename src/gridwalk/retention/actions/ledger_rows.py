"""What ledgers say of somebody who is erased: rows for which no record was found too, and the stored files."""

from __future__ import annotations

import functools
import operator
import uuid
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.db.models import Q

from gridwalk.core import envelope, hanging
from gridwalk.reconcile.models import Comparison, SideRow, StagedRow, Submission, Unmatched
from gridwalk.registry import columns
from gridwalk.registry.models import Person

TOLD = ("name", "id_no", "phone", "born_on")
"""What a person is known by in a ledger."""
FINISHED = ("done", "failed", "cancelled", "undone")


def forget(person: Person, grids: Collection[str]) -> set[uuid.UUID]:
    """Step: blank the rows in these grids' communities that speak of the person; one that waits is not imported any
    more. Returns the stored files of finished ledgers that had such a row: the caller erases them.
    """
    who = {field: _read(person, field) for field in TOLD}
    communities = {grid[:12] for grid in grids}
    near = functools.reduce(operator.or_, (Q(grid__startswith=code) for code in communities), Q(grid=""))
    naming = set(SideRow.every.filter(entity=person.pk).values_list("of", flat=True))
    for table, own in ((StagedRow, Q(entity=person.pk)), (Unmatched, Q(entity=person.pk) | Q(made=person.pk))):
        rows = table._default_manager.filter(near, kind__in=("person", "care")).exclude(values={})
        about = table._default_manager.filter(own | Q(pk__in=list(_of(who, rows.iterator()))))
        naming |= set(about.values_list("of", flat=True))
        about.update(**hanging.blank_columns(table))
        if table is Unmatched:
            about.filter(state="open").update(state="gone")  # nothing is left that somebody could decide
    return _files_of(naming)


def _read(person: Person, field: str) -> Any:
    try:
        return columns.read(person, field)
    except envelope.EnvelopeError:  # no key opens it: nobody finds the person by it either
        return ""


def _files_of(ledgers: Collection[uuid.UUID]) -> set[uuid.UUID]:
    finished = Submission.objects.filter(pk__in=ledgers, state__in=FINISHED)
    other = Comparison.objects.filter(pk__in=finished.values("pk")).values_list("other_file", flat=True)
    pairs = finished.values_list("file", "annotated")
    return {file for files in (*pairs, other) for file in files if file is not None}


def _of(who: Mapping[str, Any], rows: Iterator[Any]) -> Iterator[Any]:
    for row in rows:
        try:
            values = row.opened()
        except envelope.EnvelopeError:  # no key opens it
            continue
        if _is_of(who, values):
            yield row.pk


def _is_of(who: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """By the number; where one side has none, by the name with the telephone or the day of birth."""
    if who["id_no"] and values.get("id_no"):
        return bool(who["id_no"] == values["id_no"])
    alike = [field for field in ("phone", "born_on") if who[field] and who[field] == values.get(field)]
    return bool(alike) and who["name"] == values.get("name")
