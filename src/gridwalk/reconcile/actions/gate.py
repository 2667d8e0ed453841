"""What of a ledger is not taken: guesses at numbers, and from who sees rows masked what is no list of a community."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import Substr

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import clock
from gridwalk.dictionary import fields as dictionary
from gridwalk.method import names
from gridwalk.reconcile import rules
from gridwalk.reconcile.models import Import
from gridwalk.reconcile.places import Place
from gridwalk.registry import columns, predicates
from gridwalk.registry import rules as register_rules
from gridwalk.registry.actions import handed_in
from gridwalk.registry.models import Dwelling, Person

Values = Sequence[Mapping[str, Any]]


def refused(
    submission: Import, values: Values, places: Sequence[Place], *, actor: Viewer, at: dt.datetime
) -> dict[int, str]:
    """Row → the code of its fault, of those that are not imported whatever they say. ``values`` in the clear."""
    numbers = {index: str(row["id_no"]) for index, row in enumerate(values) if row.get("id_no")}
    days = handed_in.withheld(actor=actor, at=at, numbers=numbers.values())
    codes = {index: rules.WITHHELD for index, number in numbers.items() if register_rules.day_of(number) in days}
    codes |= dict.fromkeys(rules.crowded(_phones(submission.kind, values, places)), rules.CROWDED)
    masked = {place.community for place in places if place.community and not actor.may(Verb.SEE_ROWS, place.community)}
    if masked and submission.kind in _COVERED:
        held = _records(submission.kind, masked, at)
        covered = Counter(_COVERED[submission.kind](values, places, at))
        thin = {community for community in masked if not rules.covers(covered[community], held.get(community, 0))}
        codes = {index: rules.NOT_HALF for index, place in enumerate(places) if place.community in thin} | codes
    return codes | {index: rules.ELSEWHERE for index, place in enumerate(places) if place.there}


def _phones(kind: str, values: Values, places: Sequence[Place]) -> Iterable[tuple[int, Hashable, str]]:
    """(row, whom it speaks of, telephone): of one row a number the counts would tell which is right."""
    fields = [field.name for field in dictionary.fields(kind) if dictionary.is_phone(kind, field.name)]
    for index, (row, place) in enumerate(zip(values, places, strict=True)):
        whom = row.get("id_no") or row.get("uscc") or (names.bare(str(row.get("name") or "")), place.key or place.grid)
        yield from ((index, (field, whom), str(row[field])) for field in fields if row.get(field))


def _records(kind: str, communities: Collection[str], at: dt.datetime) -> dict[str, int]:
    """Community → how many records of the kind are held there."""
    rows = _rows(kind, at).annotate(area=Substr("grid_id", 1, 12)).filter(area__in=communities)
    return dict(rows.values("area").annotate(n=Count("pk")).values_list("area", "n"))


def _rows(kind: str, at: dt.datetime) -> QuerySet[Any]:
    if kind == "dwelling":
        return Dwelling.objects.exclude(status="struck_off")
    people = Person.objects.filter(status="active")
    return people if kind == "person" else people.filter(_labelled(at))


def _labelled(at: dt.datetime) -> Any:
    return predicates.has_care(clock.local_date(at))


def _doors(values: Values, places: Sequence[Place], at: dt.datetime) -> Iterable[str]:
    return {place.dwelling: place.community for place in places if place.dwelling}.values()


def _people(values: Values, places: Sequence[Place], at: dt.datetime) -> Iterable[str]:
    return _by_number(values, Person.objects.filter(status="active"))


def _cared_for(values: Values, places: Sequence[Place], at: dt.datetime) -> Iterable[str]:
    return _by_number(values, Person.objects.filter(_labelled(at), status="active"))


def _by_number(values: Values, people: QuerySet[Person]) -> Iterable[str]:
    indexes = {columns.index_of("id_no", row.get("id_no")) for row in values} - {""}
    return [grid[:12] for grid in people.filter(id_no_index__in=indexes).values_list("grid_id", flat=True)]


_COVERED: Mapping[str, Callable[[Values, Sequence[Place], dt.datetime], Iterable[str]]] = {
    "dwelling": _doors,
    "person": _people,
    "care": _cared_for,
}
"""Kind → the communities of the records on record that rows name, each once; of the kinds that are protected."""
