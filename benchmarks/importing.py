"""What an import uses: processor seconds of the process, of the children that parse and of the database server, beside
the floor: the same rows by COPY, in one transaction, into tables with the same indexes.
"""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Callable, Iterator

import psutil
from django.db import connection, models, transaction

from benchmarks.results import Result
from gridwalk.core.models import Change
from gridwalk.reconcile.models import SideRow, StagedRow
from gridwalk.registry.models import CareLabel, Dwelling, Facility, Organization, Person, Residence, Site

ROWS_A_SECOND = 2500
"""The goal of an import, rows a second."""
WRITTEN: tuple[type[models.Model], ...] = (
    *(Change, StagedRow, SideRow),
    *(Dwelling, Person, Residence, Organization, Site, Facility, CareLabel),
)


@dataclasses.dataclass(frozen=True)
class Used:
    """Seconds by the clock, and processor seconds by who used them."""

    seconds: float
    process: float
    children: float
    server: float

    @property
    def processor(self) -> float:
        """All processor seconds."""
        return self.process + self.children + self.server

    @property
    def shares(self) -> str:
        """Who used them, in words."""
        return f"{self.process:.1f} s process, {self.children:.1f} s parsing children, {self.server:.1f} s PostgreSQL"


def used_by(action: Callable[[], object]) -> Used:
    """What an action of this process uses on a server of its own."""
    connection.ensure_connection()
    began, before, server = time.perf_counter(), os.times(), _server()
    action()
    seconds, after = time.perf_counter() - began, os.times()
    return Used(
        seconds,
        after.user + after.system - before.user - before.system,
        after.children_user + after.children_system - before.children_user - before.children_system,
        _server() - server,
    )


def _server() -> float:
    server = psutil.Process(connection.connection.info.backend_pid).parent()
    assert server is not None, "a backend is the server's child"
    times = [process.cpu_times() for process in (server, *server.children())]
    return sum(of.user + of.system for of in times) + times[0].children_user + times[0].children_system


def results(n_rows: int, n_ledgers: int, used: Used) -> Iterator[Result]:
    """Rows a second by the clock and by the processor, and the floor beside them."""
    floor = used_by(_copy_again)
    yield Result(name="import.rows", value=n_rows / used.seconds, unit="rows/s", note="by the clock")
    yield Result(
        name="import.processor",
        value=n_rows / used.processor,
        unit="rows/s",
        peer=n_rows / floor.processor,
        least=ROWS_A_SECOND,
        note=f"of a processor second: {used.shares}; beside it the floor, COPY of what {n_ledgers} ledgers wrote",
    )


def _copy_again() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for table in WRITTEN:
            name = table._meta.db_table
            with cursor.copy(f"COPY {name} TO STDOUT") as out:
                rows = [bytes(block) for block in out]
            cursor.execute(f"CREATE TABLE again_{name} (LIKE {name} INCLUDING ALL)")
            with cursor.copy(f"COPY again_{name} FROM STDIN") as copied:
                for block in rows:
                    copied.write(block)
        transaction.set_rollback(True)
