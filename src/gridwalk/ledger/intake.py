"""A file as it is handed in: cleared of what is not taken, and read as the ledger it proposes to be. Nothing is stored.

It needs no database, so that a process beside can do it for the next ledger while this one is being applied.
"""

from __future__ import annotations

import dataclasses

from gridwalk.ledger import clearing, frames, read
from gridwalk.ledger.clearing import Cleared
from gridwalk.ledger.errors import LedgerError
from gridwalk.ledger.read import Ledger
from gridwalk.ledger.wide import Wide
from gridwalk.method import text


@dataclasses.dataclass(frozen=True, kw_only=True)
class Intake:
    """``name``: under which it is kept; ``kind``: what it was said to be, "" where nothing was. ``why``: why the file
    cannot be read at all; ``fault``: why what it holds is not understood. Where neither is, there is a ``ledger``.
    """

    name: str
    cleared: Cleared
    kind: str
    ledger: Ledger | None = None
    why: str = ""
    fault: str = ""


def take(data: bytes, name: str, *, kind: str | None = None) -> Intake:
    """Clear the file and read it with the columns as they are proposed. Raises errors.ListRefused."""
    kept_as = text.file_name(name)
    cleared, why = clearing.kept(data, name)
    if why:
        return Intake(name=kept_as, cleared=cleared, kind=kind or "", why=why)
    kept = dataclasses.replace(cleared, sheets=None)  # the ledger has all of it that is needed from now on
    try:
        sheets = frames.of_bytes(cleared.data, kept_as) if cleared.sheets is None else [*map(Wide.of, cleared.sheets)]
        ledger = read.of_sheets(sheets, kept_as, kind=kind)
    except LedgerError as error:
        return Intake(name=kept_as, cleared=kept, kind=kind or "", fault=str(error))
    return Intake(name=kept_as, cleared=kept, kind=kind or "", ledger=ledger)
