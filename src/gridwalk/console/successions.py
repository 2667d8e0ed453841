"""现在的户主: what the fields of ``households/_succession.html`` say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gridwalk.console import parameters
from gridwalk.dictionary.relations import HEAD, RELATION, SHORT
from gridwalk.registry.households import Naming

RELATIONS = {code: RELATION[code][0] for code in SHORT if code != HEAD}
"""What somebody can be to a head: code → word."""


def namings(given: Mapping[str, Any]) -> list[Naming]:
    """Who was chosen as head, door by door, and what the others are to them."""
    relations = {pk: word for field, word in given.items() if word and (pk := _id_in(field, "relation-"))}
    heads = {door: parameters.uuid_or_none(head) for field, head in given.items() if (door := _id_in(field, "head-"))}
    return [Naming(door, head, relations) for door, head in heads.items() if head is not None]


def _id_in(field: str, prefix: str) -> Any:
    return parameters.uuid_or_none(field.removeprefix(prefix)) if field.startswith(prefix) else None


def fields(successions: Iterable[Any], chosen: Iterable[Naming] = ()) -> Mapping[str, Any]:
    """What the template shows: the doors, and what was chosen at each."""
    named = list(chosen)
    return {
        "successions": list(successions),
        "relations": RELATIONS,
        "heads": {naming.head for naming in named},
        "related": {person: word for naming in named for person, word in naming.relations.items()},
    }
