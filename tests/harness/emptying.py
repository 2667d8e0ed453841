"""What a test committed is emptied after it, and nothing else is.

Django's own flush truncates all ninety tables and makes the same permissions again, after each of some five hundred
tests: longer than many of them take.
"""

from __future__ import annotations

from django.db import connection
from django.test import TransactionTestCase
from psycopg import sql

KEPT = ["django_migrations", "django_content_type", "auth_permission"]
"""What migrating wrote and no test does."""
WRITTEN = """
    SELECT relname FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
      AND pg_relation_size(oid) > 0 AND relname <> ALL (%s)
"""
"""A table that was truncated has no pages, and gets one with its first row, even if that is rolled back."""


def _empty(case: TransactionTestCase) -> None:
    """In the place of Django's flush."""
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN, [KEPT])
        names = [sql.Identifier(name) for (name,) in cursor.fetchall()]
        if names:
            cursor.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(names)))


TransactionTestCase._fixture_teardown = _empty  # type: ignore[attr-defined]
