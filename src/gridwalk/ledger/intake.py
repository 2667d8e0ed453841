"""A file as it is handed in: cleared of what is not taken, and read as the ledger it proposes to be. Nothing is stored.

It needs no database, so that a process beside can do it for the next ledger while this one is being applied.
"""

from __future__ import annotations

import dataclasses

from gridwalk.ledger import clearing, frames, read
from gridwalk.ledger.clearing import Cleared
from gridwalk.ledger.errors import LedgerError, ListRefused
from gridwalk.ledger.read import Ledger
from gridwalk.ledger.wide import Wide
from gridwalk.method import text

LONGEST_NAME = 200


@dataclasses.dataclass(frozen=True, kw_only=True)
class Intake:
    """``name``: under which it is kept. ``why``: why the file cannot be read at all; ``fault``: why what it holds is
    not understood. Where neither is, there is a ``ledger``.
    """

    name: str
    cleared: Cleared
    ledger: Ledger | None = None
    why: str = ""
    fault: str = ""


def take(data: bytes, name: str, *, kind: str | None = None) -> Intake:
    """Clear the file and read it with the columns as they are proposed. Raises errors.ListRefused."""
    kept_as = text.without_numbers(name)[:LONGEST_NAME]
    try:
        cleared = clearing.clear(data, name)
    except ListRefused:
        raise
    except LedgerError as error:
        return Intake(name=kept_as, cleared=Cleared(b"", ()), why=str(error))
    kept = dataclasses.replace(cleared, sheets=None)  # the ledger has all of it that is needed from now on
    try:
        sheets = frames.of_bytes(cleared.data, kept_as) if cleared.sheets is None else [*map(Wide.of, cleared.sheets)]
        ledger = read.of_sheets(sheets, kept_as, kind=kind)
    except LedgerError as error:
        return Intake(name=kept_as, cleared=kept, fault=str(error))
    return Intake(name=kept_as, cleared=kept, ledger=ledger)
