"""What is left of an op when somebody it speaks of was erased; plain values only.

An op is cut by its shape, not by its verb: what a newer phone says, or what cannot be read, is kept as well.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping
from typing import Any

from gridwalk.registry.rules import CONTACTS
from gridwalk.sync import messages

PLACE_IN_SEQUENCE = ("op", "seq", "verb", "kind", "entity", "at", "mono", "version")
"""What is left of an op that is about an erased person alone."""
NAMES_SOMEBODY = frozenset(field for fields in CONTACTS.values() for field in fields)
SPELLINGS = range(32, 46)
"""How long a UUID is written, with hyphens, braces or ``urn:uuid:`` or without."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Erasure:
    """Persons whose identity is gone, and places whose contact is."""

    persons: frozenset[uuid.UUID] = frozenset()
    places: frozenset[uuid.UUID] = frozenset()

    def is_about(self, raw: Mapping[str, Any]) -> bool:
        """Whether an op is about an erased person alone, so that nothing of it goes on."""
        return messages.as_uuid(raw.get("entity")) in self.persons

    def cut(self, raw: Mapping[str, Any]) -> Mapping[str, Any]:
        """The op without the innermost parts that name somebody erased; ``raw`` itself where it names none."""
        if self.is_about(raw):
            skeleton = {key: raw[key] for key in PLACE_IN_SEQUENCE if key in raw}
            return raw if skeleton.keys() == raw.keys() else skeleton
        try:
            kept = self._part({key: part for key, part in raw.items() if key not in PLACE_IN_SEQUENCE})
            at_place = self._without_contact(raw, kept)
        except RecursionError:  # hundreds of brackets: nobody can tell what goes on
            at_place = {}
        whole = {**{key: raw[key] for key in PLACE_IN_SEQUENCE if key in raw}, **at_place}
        return raw if whole == raw else whole

    def _part(self, part: Any) -> Any:
        if isinstance(part, Mapping):
            kept = {key: self._part(inner) for key, inner in part.items() if not self._goes(inner)}
            return self._without_contact(part, kept)
        if isinstance(part, list):
            return [self._part(inner) for inner in part if not self._goes(inner)]
        return part

    def _goes(self, part: Any) -> bool:
        """Whether a part names an erased person: by itself, or in one of its values."""
        if isinstance(part, Mapping):
            return any(self._is_erased(inner) for inner in part.values())
        return self._is_erased(part)

    def _is_erased(self, part: Any) -> bool:
        return isinstance(part, str) and messages.as_uuid(part) in self.persons

    def _without_contact(self, part: Mapping[str, Any], kept: dict[str, Any]) -> dict[str, Any]:
        facts = kept.get("set")
        if messages.as_uuid(part.get("entity")) in self.places and isinstance(facts, Mapping):
            return {**kept, "set": {field: fact for field, fact in facts.items() if field not in NAMES_SOMEBODY}}
        return kept


def ids_in(raw: Any) -> set[uuid.UUID]:
    """Every UUID an op names, wherever it stands."""
    ids: set[uuid.UUID] = set()
    parts = [raw]
    while parts:
        part = parts.pop()
        if isinstance(part, Mapping):
            parts += part.values()
        elif isinstance(part, list):
            parts += part
        elif isinstance(part, str) and len(part) in SPELLINGS and (pk := messages.as_uuid(part)) is not None:
            ids.add(pk)
    return ids
