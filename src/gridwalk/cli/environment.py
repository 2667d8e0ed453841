"""Where the data lies, and a database to work on for as long as a command runs."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from gridwalk.config import keys


def home() -> Path:
    """The data directory: GRIDWALK_HOME, else ``.gridwalk`` where the command is run."""
    return Path(os.environ.get("GRIDWALK_HOME", ".gridwalk")).absolute()


def logs() -> Path:
    """The directory of the logs; made when missing and possible."""
    path = home() / "logs"
    with contextlib.suppress(OSError):
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def is_embedded() -> bool:
    """Whether the data directory's own database is used, and not a server of the unit's."""
    return not os.environ.get("DATABASE_URL")


@contextlib.contextmanager
def database() -> Iterator[None]:
    """A running database and Django set up on it. Raises KeyFileError, DatabaseUrlError, EmbeddedError."""
    keys.load(home())
    if not is_embedded():
        set_up()
        yield
        return
    from gridwalk.config import postgres  # with its drivers; commands that need no database do without

    with postgres.Embedded(home()).running():
        set_up()
        yield


def set_up() -> None:
    """Set Django up on the data directory. Raises KeyFileError, DatabaseUrlError."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridwalk.config.settings")
    os.environ["GRIDWALK_HOME"] = str(home())
    django.setup()
