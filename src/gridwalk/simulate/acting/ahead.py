"""The ledgers read ahead of whoever applies them: while one is applied, a process beside reads the next."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor

from gridwalk.ledger import intake
from gridwalk.ledger.intake import Intake
from gridwalk.simulate.street.workbooks import LedgerFile

AHEAD = 2
"""So many are read before they are asked for."""


def intakes(files: Sequence[LedgerFile]) -> Iterator[Intake]:
    """Each file as it was read, in order."""
    # A fresh process, for one forked from here would share the threads of polars and the connection to the database.
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as beside:
        reading: deque[Future[Intake]] = deque()
        for file in files:
            reading.append(beside.submit(intake.take, file.path.read_bytes(), file.path.name))
            if len(reading) > AHEAD:
                yield reading.popleft().result()
        while reading:
            yield reading.popleft().result()
