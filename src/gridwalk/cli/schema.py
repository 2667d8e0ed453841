"""Is the database at the state this program was written for?"""

from __future__ import annotations

from gridwalk import __version__
from gridwalk.cli.failures import CommandError

STAMP = "core_home"
"""The table that says which version made the data (``core.models.Home``). From 0.2.0 on, migrations are only added."""
TRIAL = (
    "这些是试用版（0.1）的数据，这个版本不接着用，数据原样没动。要带走登记的内容：运行 gridwalk ledgers --out 目录，"
    "每类写成一个工作簿；再用 GRIDWALK_HOME 指一个新的数据目录，运行 gridwalk init，把工作簿导入。"
)
NEWER = "数据是更新的版本写的，这个版本不敢动它。请换成那个版本或更新的程序，数据原样没动。"


def pending() -> int:
    """How many migrations the database is behind."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def refusal() -> str:
    """Why this program leaves the data alone, in words; "" where it does not.

    A trial version's migrations are no longer on disk, and rooms that had only ``0001_initial`` would pass for up to
    date: so the stamp is asked before the migrations.
    """
    from django.apps import apps
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection)
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("gridwalk.")}
    applied = [migration for migration in loader.applied_migrations if migration[0] in ours]
    if applied and STAMP not in connection.introspection.table_names():
        return TRIAL
    return NEWER if any(migration not in loader.disk_migrations for migration in applied) else ""


def require_ours() -> None:
    """Raises CommandError where the data are a trial version's or a newer one's."""
    if why := refusal():
        raise CommandError(why)


def require_ready() -> None:
    """Raises CommandError unless the database fits this program."""
    require_ours()
    if pending():
        raise CommandError("数据库还不是这个版本的样子。请先备份，再运行 gridwalk migrate。")


def migrate() -> int:
    """Bring the database to the state of this program; returns how many steps it took. Raises CommandError."""
    from django.core.management import call_command

    from gridwalk.core import actions, clock, patience

    require_ours()
    behind = pending()
    if behind:
        with patience.taking(patience.MIGRATIONS):
            call_command("migrate", verbosity=0, interactive=False)
        actions.stamp_home(made_with=__version__, at=clock.now())
    return behind
