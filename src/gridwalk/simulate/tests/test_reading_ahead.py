"""A process beside reads what this one would have read."""

from __future__ import annotations

from collections.abc import Sequence

from gridwalk.ledger import intake
from gridwalk.simulate.acting import ahead
from gridwalk.simulate.street.workbooks import LedgerFile


def test_ledgers_come_in_their_order_as_this_process_would_have_read_them(ledgers: Sequence[LedgerFile]) -> None:
    files = [file for file in ledgers if file.kind != "person"]
    assert len(files) > ahead.AHEAD + 1
    for file, taken in zip(files, ahead.intakes(files), strict=True):
        here = intake.take(file.path.read_bytes(), file.path.name)
        assert (taken.name, taken.why, taken.fault) == (file.path.name, "", "")
        assert taken.cleared.says == here.cleared.says
        assert taken.ledger is not None
        assert here.ledger is not None
        assert (taken.ledger.kind, taken.ledger.tally) == (file.kind, here.ledger.tally)
        assert taken.ledger.frame.equals(here.ledger.frame)
        assert taken.ledger.faults.equals(here.ledger.faults)
