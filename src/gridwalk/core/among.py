"""``among``: a lookup like ``in`` for many values of one type, which go to the server as one array.

``in`` writes a thousand values as a thousand parameters, each of which the ORM and the driver look at, one by one.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Field, Lookup
from django.db.models.fields.related import ForeignObject

from gridwalk.core import plain

if TYPE_CHECKING:
    _Lookup = Lookup[Any]
else:
    _Lookup = Lookup


class Among(_Lookup):
    """``column = ANY(array)``; nothing stands among no values. Texts and ids go written out as one text, others (days)
    as the driver writes them.
    """

    lookup_name = "among"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        values = [*value]
        if isinstance(values[0], uuid.UUID):
            return "%s::uuid[]", (plain.array(values),)
        if isinstance(values[0], str):
            return "%s::text[]", (plain.array(values),)
        return "%s", (values,)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        if not self.rhs:
            raise EmptyResultSet
        column, params = self.process_lhs(compiler, connection)
        array, values = self.process_rhs(compiler, connection)
        return f"{column} = ANY({array})", (*params, *values)


def register() -> None:
    """Make it known to columns and to references, which keep their lookups apart."""
    Field.register_lookup(Among)
    ForeignObject.register_lookup(Among)
