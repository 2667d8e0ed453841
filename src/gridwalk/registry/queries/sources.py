"""Where values came from, in words for who reads: the file is named to who may see the import only."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core.models import StoredFile
from gridwalk.registry import sources


class FromSource(Protocol):
    """A row that says where it came from."""

    source_ref: str


R = TypeVar("R", bound=FromSource)


def named(viewer: Viewer, rows: Sequence[R]) -> Sequence[R]:
    """Rows to be shown, never saved: their references in words. One query."""
    words = in_words(viewer, [row.source_ref for row in rows])
    for row in rows:
        row.source_ref = words.get(row.source_ref, row.source_ref)
    return rows


def in_words(viewer: Viewer, refs: Iterable[str]) -> dict[str, str]:
    """References → words: of ledgers; of samples, to whose source nothing is to be added."""
    refs = set(refs)
    of_samples = {ref: "" for ref in refs if ref.startswith(sources.OF_A_SAMPLE)}
    parsed = {ref: source for ref in refs if (source := sources.parse(ref))}
    if not parsed:
        return of_samples
    files = StoredFile.objects.filter(pk__in={source.file for source in parsed.values()})
    names: dict[uuid.UUID, str] = {
        pk: name
        for pk, name, scope in files.values_list("id", "name", "scope")
        if viewer.may(Verb.IMPORT_LEDGER, scope)
    }
    return of_samples | {ref: source.words(names.get(source.file, "")) for ref, source in parsed.items()}
