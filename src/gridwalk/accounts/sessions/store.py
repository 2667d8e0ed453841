"""Where sessions lie (``SESSION_ENGINE``): whoever reads the database goes on as nobody.

The key in a browser's cookie opens a session; its row and the list of somebody's sessions bear only a keyed mark of
it, and what a session holds (the secret of a code being set up) is sealed to that row.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from django.contrib.sessions.backends import db
from django.utils import timezone

from gridwalk.core import envelope, plain


def mark_of(key: str) -> str:
    """What the database keeps of a session's key: 40 characters that open nothing."""
    return hmac.new(envelope.mark_key("session"), key.encode(), hashlib.sha256).hexdigest()[:40]


class SessionStore(db.SessionStore):
    """Django's, with ``session_key`` in memory and the cookie alone."""

    def _get_session_from_db(self) -> Any:
        unexpired = "t.session_key = %s AND t.expire_date > %s"
        # Asked with every page, and Django would build the query anew each time.
        row = next(iter(plain.select(self.model, unexpired, [self._row, timezone.now()])), None)
        if row is None:
            self._session_key = None
        return row

    @property
    def _row(self) -> str:
        return mark_of(self.session_key or "")

    def exists(self, session_key: str) -> bool:
        return bool(super().exists(mark_of(session_key)))

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row = super().create_model_instance(data)
        row.session_key = self._row
        return row

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            super().delete(mark_of(key))

    def encode(self, session_dict: dict[str, Any]) -> str:
        return envelope.seal(super().encode(session_dict), **_place(self._row))

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        return self._opened(str(session_data), self._row)

    def of_row(self, row: Any) -> dict[str, Any]:
        """What a row holds, without the key of its session."""
        return self._opened(row.session_data, row.session_key)

    def _opened(self, sealed: str, row: str) -> dict[str, Any]:
        try:
            held: dict[str, Any] = super().decode(envelope.open_(sealed, **_place(row)))
        except envelope.EnvelopeError:
            return {}
        return held


def _place(row: str) -> dict[str, str]:
    return {"table": "django_session", "column": "session_data", "row": row}
