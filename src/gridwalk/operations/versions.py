"""Which version of the program a database's tables are those of, told by the migrations it has had."""

from __future__ import annotations

from collections.abc import Collection

from django.db.migrations.loader import MigrationLoader

from gridwalk import __version__

FIRST: dict[str, str] = {
    "0.2": "core.0001_initial",
    "0.3": "core.0002_keyed_audit",
    "0.4": "accounts.0003_substitutes",
    "0.5": "accounts.0004_sessions_under_marks",
    "0.6": "registry.0010_relations_by_code",
    "0.7": "lists.0001_initial",
}
"""Version before this one → a migration that came with it, the oldest first. ``tests/dumps`` has a database of each."""


def version_of(applied: Collection[str]) -> str:
    """The version whose tables a database with these migrations (``app.name``) has: this one where none is missing."""
    if not ours() - set(applied):
        return __version__
    return next((version for version, first in reversed(FIRST.items()) if first in applied), "")


def ours() -> set[str]:
    """The migrations this program has, as ``app.name``."""
    return {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
