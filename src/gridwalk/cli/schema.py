"""Is the database at the state this program was written for, and if not: what leads there."""

from __future__ import annotations

from gridwalk import __version__
from gridwalk.cli.failures import CommandError

STAMP = "core_home"
"""The table that says which version made the data (``core.models.Home``). From 0.2.0 on, migrations are only added."""
_STAMPED_FROM = ("core", "0001_initial")
"""The migration that makes this table; a trial version has one of the same name that does not."""
TRIAL = (
    "这些是试用版（0.1）的数据，这个版本不接着用，数据原样没动。要带走登记的内容：运行 gridwalk ledgers --out 目录，"
    "每类写成一个工作簿；再用 GRIDWALK_HOME 指一个新的数据目录，运行 gridwalk init，把工作簿导入。"
)
NEWER = "数据是更新的版本写的，这个版本不敢动它。请换成那个版本或更新的程序，数据原样没动。"
UNMADE = (
    "数据库还没有建好。第一次用，请运行 gridwalk init；已经在用的，请检查 GRIDWALK_HOME 和 DATABASE_URL 指的是不是原来的，"
    "或用 gridwalk restore 从备份恢复。"
)


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
    if _STAMPED_FROM in applied and STAMP not in connection.introspection.table_names():
        return TRIAL
    return NEWER if any(migration not in loader.disk_migrations for migration in applied) else ""


def lacking() -> str:
    """Why the database does not fit this program, and what to do; "" where it fits."""
    from gridwalk.operations import versions
    from gridwalk.operations.backups import making, upgrading

    if why := refusal():
        return why
    steps = pending()
    if not steps:
        return ""
    if not _is_begun():
        return UNMADE
    upgrade = upgrading.begun()
    if upgrade and upgrade.is_half_way:
        return (
            f"上次升级没有做完，还差 {steps} 步。请再运行一次 gridwalk upgrade，会接着用升级前的备份；要退回去，"
            f"请换回 {versions.version_of(upgrade.migrations)} 版的程序，运行 gridwalk restore {upgrade.path}。"
        )
    return (
        f"数据是 {versions.version_of(making.migrations())} 版的，程序是 {__version__} 版，还差 {steps} 步。"
        "请停掉网页服务，运行 gridwalk upgrade：它先备份，再更新，数据都留着。"
    )


def _is_begun() -> bool:
    """Whether the tables have been made so far that the database is some version's."""
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    return _STAMPED_FROM in MigrationRecorder(connection).applied_migrations()


def is_made() -> bool:
    """Whether the data are somebody's: all tables of some version were made. ``gridwalk init`` may end before that."""
    from django.db import connection

    from gridwalk.core.models import Home

    return STAMP in connection.introspection.table_names() and Home.objects.exists()


def require_ours() -> None:
    """Raises CommandError where the data are a trial version's or a newer one's."""
    if why := refusal():
        raise CommandError(why)


def require_upgradable() -> None:
    """Raises CommandError where there is nothing yet that could be upgraded, or nothing of ours."""
    require_ours()
    if not _is_begun():
        raise CommandError(UNMADE)


def require_ready() -> None:
    """Raises CommandError unless the database fits this program; an upgrade is then over."""
    from gridwalk.operations.backups import upgrading

    if why := lacking():
        raise CommandError(why)
    upgrading.over()


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
