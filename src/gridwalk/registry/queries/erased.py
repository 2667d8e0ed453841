"""Whose identity is gone for good."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.db.models import Exists, OuterRef

from gridwalk.registry.models import Erased

GONE = Exists(Erased.objects.filter(pk=OuterRef("pk"), kind="person"))
"""The condition that a person was erased; of rows of persons."""


def among(records: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these records that are persons and were erased."""
    return set(Erased.objects.filter(pk__among=records, kind="person").values_list("pk", flat=True))
