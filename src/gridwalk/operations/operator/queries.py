"""Who runs this installation."""

from __future__ import annotations

import dataclasses

from gridwalk.operations.models import Operator


@dataclasses.dataclass(frozen=True)
class Named:
    """The unit and its filing number (备案编号); empty where nobody has written them down."""

    unit: str = ""
    filing_number: str = ""


def operator() -> Named:
    """The operator of this installation."""
    row = Operator.objects.first()
    return Named(row.unit, row.filing_number) if row else Named()
