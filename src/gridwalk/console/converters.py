"""How an address names a person or a door: by an outward id (``core.outward``)."""

from __future__ import annotations

import uuid

from django.urls import converters

from gridwalk.core import outward


class UUIDConverter(converters.UUIDConverter):
    """``<record:pk>``: the view is given the record's own id."""

    def to_python(self, value: str) -> uuid.UUID:
        """The id behind the address."""
        return outward.inward(super().to_python(value))

    def to_url(self, value: uuid.UUID | str) -> str:
        """The address of an id."""
        return str(outward.outward(value if isinstance(value, uuid.UUID) else uuid.UUID(value)))
