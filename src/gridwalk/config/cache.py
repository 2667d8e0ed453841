"""The cache, a table of the database: counters and codes that were used, the same for all processes.

Django's own cache in a database unpickles what stands there: whoever may write in the table would have the server run
what they like, and read the key file with it. Here a value is JSON, and what is no JSON is no value.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Sequence
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection
from django.utils import timezone

EMPTIED_EVERY = 500
"""Writes of a process after which all that has run out is taken away."""

_GET = "SELECT value FROM accounts_cache WHERE cache_key = %s AND expires > %s"
_SET = """
INSERT INTO accounts_cache AS kept (cache_key, value, expires) VALUES (%s, %s, %s)
ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, expires = excluded.expires
"""
_ADD = f"{_SET} WHERE kept.expires <= %s"
_RAISE = """
UPDATE accounts_cache SET value = (%s + CASE WHEN value ~ '^-?[0-9]{1,15}$' THEN value::bigint ELSE 0 END)::text
WHERE cache_key = %s AND expires > %s RETURNING value
"""
_TOUCH = "UPDATE accounts_cache SET expires = %s WHERE cache_key = %s AND expires > %s"
_DELETE = "DELETE FROM accounts_cache WHERE cache_key = %s"
_EMPTY = "DELETE FROM accounts_cache WHERE expires <= %s"


class PlainCache(BaseCache):
    """A cache of plain values; each call is one statement, so two processes that count count together."""

    def __init__(self, _: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._writes = itertools.count(1)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """The value under a key, or ``default``."""
        _, rows = _run(_GET, [self._key(key, version), timezone.now()])
        try:
            return json.loads(rows[0][0]) if rows else default
        except ValueError:
            return default

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Keep a value until it runs out."""
        self._empty_sometimes()
        _run(_SET, [self._key(key, version), json.dumps(value), self._until(timeout)])

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keep a value where none stands yet; whether it is kept."""
        self._empty_sometimes()
        values = [self._key(key, version), json.dumps(value), self._until(timeout), timezone.now()]
        return _run(_ADD, values)[0] > 0

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Raise a whole number; the sum. What is none counts as nought. Raises ValueError where nothing stands."""
        _, rows = _run(_RAISE, [delta, self._key(key, version), timezone.now()])
        if not rows:
            raise ValueError(key)
        return int(rows[0][0])

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Let a value run out at another moment; whether there is one."""
        return _run(_TOUCH, [self._until(timeout), self._key(key, version), timezone.now()])[0] > 0

    def delete(self, key: str, version: int | None = None) -> bool:
        """Take a value away; whether there was one."""
        return _run(_DELETE, [self._key(key, version)])[0] > 0

    def clear(self) -> None:
        """Take all away."""
        _run(_EMPTY, [dt.datetime.max.replace(tzinfo=dt.UTC)])

    def _key(self, key: str, version: int | None) -> str:
        return self.make_and_validate_key(key, version=version)

    def _until(self, timeout: Any) -> dt.datetime:
        at = self.get_backend_timeout(timeout)
        return dt.datetime.max.replace(tzinfo=dt.UTC) if at is None else dt.datetime.fromtimestamp(at, tz=dt.UTC)

    def _empty_sometimes(self) -> None:
        if next(self._writes) % EMPTIED_EVERY == 0:
            _run(_EMPTY, [timezone.now()])


def _run(sql: str, values: Sequence[Any]) -> tuple[int, list[tuple[Any, ...]]]:
    """How many rows a statement touched, and those it returns."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.rowcount, cursor.fetchall() if cursor.description else []
