"""Nobody waits without end: each kind of work has its patience, and what passes by itself is told from the rest."""

from __future__ import annotations

import threading

import psycopg
import pytest
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from psycopg import errors

from gridwalk.core import patience, waits
from gridwalk.core.patience import EXPORTS, JOBS, MIGRATIONS, PAGES, PHONES, Patience
from gridwalk.core.waits import Wait


def told() -> tuple[str, str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('lock_timeout'), current_setting('statement_timeout'), "
            "current_setting('idle_in_transaction_session_timeout')"
        )
        row: tuple[str, str, str] = cursor.fetchone()
    return row


def in_a_thread(patient: Patience | None) -> tuple[str, str, str]:
    seen = []

    def work() -> None:
        if patient:
            patience.of_thread(patient)
        seen.append(told())
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return seen[0]


@pytest.mark.django_db(transaction=True)
def test_a_connection_is_as_patient_as_the_work_of_its_thread() -> None:
    assert in_a_thread(PHONES) == ("2s", "20s", "1min")
    assert in_a_thread(PAGES) == ("5s", "30s", "1min")
    assert in_a_thread(None) == ("10min", "1h", "0"), "a job or a command"
    standing = told()
    with patience.taking(EXPORTS):
        assert told() == ("5s", "5min", "5min")
    assert told() == standing
    with patience.taking(MIGRATIONS):
        assert told() == ("1min", "0", "0")
    assert told() == standing == ("10min", "1h", "0")
    assert JOBS.lock > PAGES.lock > PHONES.lock


@pytest.mark.django_db(transaction=True)
def test_a_statement_without_end_is_stopped_and_the_connection_goes_on() -> None:
    with patience.taking(Patience(lock=1, statement=0.05)), pytest.raises(OperationalError) as stopped:
        connection.cursor().execute("SELECT pg_sleep(5)")
    assert waits.wait_for(stopped.value) == Wait(seconds=30)
    assert told() == ("10min", "1h", "0")
    with patience.taking(EXPORTS), transaction.atomic():
        connection.cursor().execute("SELECT 1")


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        (errors.LockNotAvailable(), Wait(seconds=5)),
        (errors.DeadlockDetected(), Wait(seconds=5)),
        (errors.TooManyConnections(), Wait(seconds=5)),
        (errors.QueryCanceled(), Wait(seconds=30)),
        (errors.AdminShutdown(), Wait(seconds=3, recovering=True)),
        (errors.CannotConnectNow(), Wait(seconds=3, recovering=True)),
        (psycopg.OperationalError("connection failed"), Wait(seconds=3, recovering=True)),
        (errors.DiskFull(), None),
        (errors.OutOfMemory(), None),
    ],
)
def test_what_passes_by_itself_is_worth_asking_again(cause: psycopg.Error, expected: Wait | None) -> None:
    error = OperationalError()
    error.__cause__ = cause
    assert waits.wait_for(error) == expected


def test_what_does_not_pass_is_no_reason_to_wait() -> None:
    closed = InterfaceError()
    closed.__cause__ = psycopg.InterfaceError("the connection is closed")
    assert waits.wait_for(closed) == Wait(seconds=3, recovering=True)
    assert waits.wait_for(IntegrityError()) is None
    assert waits.wait_for(ValueError()) is None
    assert waits.wait_for(None) is None
