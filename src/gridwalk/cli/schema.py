"""Is the database at the state this program was written for?"""

from __future__ import annotations

from gridwalk.cli.failures import CommandError


def pending() -> int:
    """How many migrations the database is behind."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def is_newer() -> bool:
    """Whether a newer program has already written to the database."""
    from django.apps import apps
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection)
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("gridwalk.")}
    return any(app in ours and (app, name) not in loader.disk_migrations for app, name in loader.applied_migrations)


def require_ready() -> None:
    """Raises CommandError unless the database fits this program."""
    if is_newer():
        raise CommandError("数据是更新的版本写的，这个版本不敢动它。请换成那个版本或更新的程序，数据原样没动。")
    if pending():
        raise CommandError("数据库还不是这个版本的样子。请先备份，再运行 gridwalk migrate。")


def migrate() -> int:
    """Bring the database to the state of this program; returns how many steps it took. Raises CommandError."""
    from django.core.management import call_command

    if is_newer():
        raise CommandError("数据是更新的版本写的，这个版本不敢动它。请换成那个版本或更新的程序，数据原样没动。")
    behind = pending()
    if behind:
        call_command("migrate", verbosity=0, interactive=False)
    return behind
