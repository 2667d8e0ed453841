"""What a room declares of a list: its fields, the sorts that have an index, where its rows come from."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.dictionary.sight import Reader
from gridwalk.dictionary.types import Shown
from gridwalk.lists.rules import ListField, View

HOUSEHOLD = "household"
"""Among the cells of a row: not a column, and asked for by nobody."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sort:
    """An order that an index keeps. ``keys``: its expressions, the last one unique; ``descending``: read backwards.

    ``by``: the field it tells; who does not see that whole is not offered the sort.
    """

    code: str
    label: str
    keys: tuple[Any, ...]
    by: str = ""
    descending: bool = False


@dataclasses.dataclass(frozen=True)
class ListRow:
    """A line of a list: the record, its page's kind, and a text for each column.

    ``household``: by its outward id, where a person is listed with a home.
    """

    id: uuid.UUID
    cells: tuple[str, ...]
    household: str = ""

    @classmethod
    def of(cls, record: uuid.UUID, cells: Mapping[str, str], names: Sequence[str]) -> ListRow:
        """The line of a record, out of its cells by column."""
        return cls(record, tuple(cells.get(name, "") for name in names), cells.get(HOUSEHOLD, ""))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Total:
    """How many meet the conditions, of how many in the list; ``n_before``: of the first before a page begins.

    ``n_households``: in how many the first live; None where that is not told.
    """

    n: int
    n_all: int
    n_before: int
    n_households: int | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class PlainList:
    """A list whose page brings and renders its own rows: by what it is asked for and sorted.

    It is theirs who hold ``verb``. The first sort is what everybody begins with, ``view`` what they begin to ask for.
    ``of``: the kind of record it lists, where its code is another.
    """

    code: str
    label: str
    unit: str
    fields: tuple[ListField, ...]
    sorts: tuple[Sort, ...]
    view: View = dataclasses.field(default_factory=View)
    verb: Verb = Verb.SEE_ROWS_MASKED
    of: str = ""

    @property
    def kind(self) -> str:
        """The kind of record it lists."""
        return self.of or self.code

    @property
    def by_name(self) -> dict[str, ListField]:
        return {field.name: field for field in self.fields}

    def offered(self, reader: Reader) -> tuple[Sort, ...]:
        """The sorts a reader may use: none by what they do not see whole."""
        fields = self.by_name
        return tuple(s for s in self.sorts if not s.by or fields[s.by].shown(reader) is Shown.WHOLE)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Listing(PlainList):
    """A list with columns. ``records``: all of it in a scope; ``cells``: record → text by column, for one reader, and
    under ``HOUSEHOLD`` where they live.

    ``households``: in how many so many of its people live, for one reader; None where that is not told.
    """

    records: Callable[[str], QuerySet[Any]]
    cells: Callable[[Viewer, Reader, Sequence[Any], Sequence[str]], Mapping[uuid.UUID, Mapping[str, str]]]
    households: Callable[[Reader, QuerySet[Any], int], int | None] = lambda reader, records, n: None
