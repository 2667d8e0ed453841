"""Which errors of the database pass by themselves, and in how many seconds it is worth asking again."""

from __future__ import annotations

import dataclasses

from django.db import InterfaceError, OperationalError


@dataclasses.dataclass(frozen=True, kw_only=True)
class Wait:
    """``seconds``: when to ask again. ``recovering``: the database is away, and not only busy."""

    seconds: int
    recovering: bool = False


BUSY = Wait(seconds=5)
LONG = Wait(seconds=30)
RECOVERING = Wait(seconds=3, recovering=True)

_BY_STATE = {
    "55P03": BUSY,  # somebody holds the grid
    "40P01": BUSY,  # two waited for each other, and this one was let go
    "53300": BUSY,  # no connection is free
    "57014": LONG,  # the statement took too long
}
_AWAY = ("08", "57P")
"""Classes of PostgreSQL's states: no connection, a server that stops or starts."""


def wait_for(error: BaseException | None) -> Wait | None:
    """How long to wait after this error; None where waiting mends nothing."""
    if not isinstance(error, (OperationalError, InterfaceError)):
        return None
    state: str | None = getattr(error.__cause__, "sqlstate", None)
    if state is None or state.startswith(_AWAY):  # no state: there was no server to give one
        return RECOVERING
    return _BY_STATE.get(state)
