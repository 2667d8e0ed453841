"""How long a connection waits for rows that somebody else holds, and how long one of its statements may take.

Nobody waits without end: a page or a phone whose grid is held gives its thread and its connection back and is told
when to ask again (``core.waits``). What may take longer says so by one of the names below.
"""

from __future__ import annotations

import contextlib
import dataclasses
import threading
from collections.abc import Iterator
from typing import Any

from django.db import Error, connection


@dataclasses.dataclass(frozen=True, kw_only=True)
class Patience:
    """Seconds: for a lock, for a statement, for a transaction in which nothing happens; 0: as long as it takes."""

    lock: float
    statement: float
    idle: float = 0


PHONES = Patience(lock=2, statement=20, idle=60)
PAGES = Patience(lock=5, statement=30, idle=60)
EXPORTS = Patience(lock=5, statement=300, idle=300)
JOBS = Patience(lock=600, statement=3600)
"""Of background jobs and of commands, which nobody waits for in a browser."""
MIGRATIONS = Patience(lock=60, statement=0)
"""A table that somebody uses is not waited for long: meanwhile everybody else would queue behind the change."""

_thread = threading.local()
_SET = (
    "SELECT set_config('lock_timeout', %s, false), set_config('statement_timeout', %s, false), "
    "set_config('idle_in_transaction_session_timeout', %s, false)"
)


def of_thread(patience: Patience) -> None:
    """Have every connection that this thread opens be so patient; without it a thread is as patient as a job."""
    _thread.patience = patience


def begin(sender: object, connection: Any, **signal: object) -> None:
    """A connection was opened: it is told how patient it is. Parameters of the start would not pass PgBouncer."""
    _tell(connection, _standing())


@contextlib.contextmanager
def taking(patience: Patience) -> Iterator[None]:
    """Be so patient within the block, which is no part of a transaction; also as a decorator."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    _tell(connection, patience)
    try:
        yield
    finally:
        with contextlib.suppress(Error):  # a connection that broke: the next one is told as it opens
            _tell(connection, _standing())


def _standing() -> Patience:
    patience: Patience = getattr(_thread, "patience", JOBS)
    return patience


def _tell(opened: Any, patience: Patience) -> None:
    texts = [f"{seconds * 1000:.0f}ms" for seconds in (patience.lock, patience.statement, patience.idle)]
    with opened.wrap_database_errors:
        opened.connection.execute(_SET, texts)
