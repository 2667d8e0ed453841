"""The tables of background jobs, which no test's clean-up empties."""

from __future__ import annotations

from django.db import connection


def nobody_works() -> None:
    """Forget the jobs and workers that tests before this one have left."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        cursor.execute("DELETE FROM procrastinate_workers")
