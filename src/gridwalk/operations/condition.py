"""In what condition the installation is: findings in words for ``gridwalk doctor``, numbers for a monitoring system.

Neither names a person, a door or a user.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from gridwalk import __version__
from gridwalk.core.audit import copies, verify
from gridwalk.operations.backups import making, restoring
from gridwalk.operations.findings import Finding, bad, ok, warn

OLDEST_SERVER = 150000
LEAST_FREE = 2 << 30
CLOCKS_APART = dt.timedelta(seconds=30)
BACKUP_EVERY = dt.timedelta(hours=26)
SEAL_EVERY = dt.timedelta(hours=3)
COPY_EVERY = dt.timedelta(hours=3)
WORKER_SILENT = dt.timedelta(minutes=2)
JOB_WAITS = dt.timedelta(hours=1)


def findings(at: dt.datetime) -> Iterator[Finding]:
    """What is to be seen from inside, with the database running. ``at``: this machine's clock."""
    yield _server()
    yield _clock(at)
    yield _disk()
    yield _backup(at)
    yield from _replaced()
    yield from _jobs(at)
    yield _seal(at)
    yield _copies(at)


def _rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _server() -> Finding:
    ((number, durable, checksums),) = _rows(
        "SELECT current_setting('server_version_num')::int, current_setting('fsync') = 'on' AND"
        " current_setting('full_page_writes') = 'on' AND current_setting('synchronous_commit') <> 'off',"
        " current_setting('data_checksums') = 'on'"
    )
    if number < OLDEST_SERVER:
        return bad("数据库", f"PostgreSQL {number // 10000} 太旧。", "请升级到 15 以上。")
    if not durable:
        return bad(
            "数据库",
            "关掉了落盘（fsync、full_page_writes 或 synchronous_commit），断电会丢已存的数据。",
            "请在数据库设置里打开这三项。",
        )
    if not checksums:
        return warn("数据库", "没有打开数据校验，盘上坏了一块不会马上发现。", "停库后运行 pg_checksums --enable。")
    return ok("数据库", f"PostgreSQL {number // 10000}，落盘和校验都开着。")


def _clock(at: dt.datetime) -> Finding:
    ((there, latest),) = _rows("SELECT clock_timestamp(), (SELECT max(at) FROM core_auditentry)")
    if abs(there - at) > CLOCKS_APART:
        seconds = abs(there - at).total_seconds()
        return bad(
            "时钟",
            f"这台机器和数据库的时钟差 {seconds:,.0f} 秒，到期和先后会记错。",
            "请在两台机器上打开自动对时（NTP）。",
        )
    if latest is not None and latest > at + CLOCKS_APART:
        return bad(
            "时钟",
            f"库里最新的记录是 {latest:%Y-%m-%d %H:%M}（UTC），比现在的时钟还晚：时钟被拨慢过，或以前拨快过。",
            "请对准时钟；在此期间记的时间可能不准，先后以版本为准，数据没有丢。",
        )
    return ok("时钟", "和数据库一致。")


def free_bytes(path: Path) -> int:
    """Free space where a folder is or will be."""
    while not path.exists():
        path = path.parent
    return shutil.disk_usage(path).free


def _disk() -> Finding:
    free = free_bytes(Path(settings.DATA_DIR))
    ((used,),) = _rows("SELECT pg_database_size(current_database())")
    if free < LEAST_FREE or free < used // 2:
        return bad(
            "磁盘", f"数据目录的盘只剩 {free / 1e9:.1f} GB。", "请腾出空间：磁盘满了，新的走访存不进来，已存的不会丢。"
        )
    return ok("磁盘", f"还有 {free / 1e9:.1f} GB，数据库占 {used / 1e9:.2f} GB。")


def _backup(at: dt.datetime) -> Finding:
    nightly = "" if settings.BACKUP_DIR else "夜间备份没有打开：请把 GRIDWALK_BACKUPS 设成另一块盘上的目录。"
    latest = making.latest()
    if latest is None:
        return bad("备份", "还没有备份过。", nightly or "请运行 gridwalk backup 目录。")
    path, made_at = latest
    if not path.exists():
        return bad("备份", f"上次的备份不见了：{path}。", "请接上那块盘，或再备份一次。")
    if at - made_at > BACKUP_EVERY:
        return bad(
            "备份",
            f"上次备份是 {(at - made_at).total_seconds() / 3600:,.0f} 小时前。",
            nightly or f"夜间备份没有做成：请看日志，并检查 {settings.BACKUP_DIR} 写得进去。",
        )
    if os.stat(path.parent).st_dev == os.stat(settings.DATA_DIR).st_dev:
        return warn("备份", f"备份和数据在同一块盘上：{path}。", "请备份到另一块盘或另一台机器，盘坏了两样都没有了。")
    return ok("备份", f"{path}，{made_at:%Y-%m-%d %H:%M}（UTC）。")


def _replaced() -> Iterator[Finding]:
    for name, at in restoring.replaced():
        yield warn(
            "旧数据", f"{at:%Y-%m-%d} 恢复时换下的数据还在数据库 {name} 里。", "核对无误后不用管，满 7 天夜里自动清除。"
        )


def _jobs(at: dt.datetime) -> Iterator[Finding]:
    ((failed, waiting, heartbeat),) = _rows(
        "SELECT (SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'),"
        " (SELECT min(coalesce(j.scheduled_at, d.at)) FROM procrastinate_jobs j"
        "  LEFT JOIN LATERAL (SELECT min(e.at) AS at FROM procrastinate_events e WHERE e.job_id = j.id) d ON true"
        "  WHERE j.status = 'todo'),"
        " (SELECT max(last_heartbeat) FROM procrastinate_workers)"
    )
    if heartbeat is None or at - heartbeat > WORKER_SILENT:
        yield warn(
            "后台任务",
            "后台任务没有在运行，导入和夜间工作不会做。",
            "运行 gridwalk serve（或 systemctl start gridwalk）。",
        )
    elif waiting is not None and at - waiting > JOB_WAITS:
        hours = (at - waiting).total_seconds() / 3600
        yield warn("后台任务", f"有任务等了 {hours:,.1f} 小时。", "请看日志 worker.log，或重新启动服务。")
    else:
        yield ok("后台任务", "在运行。")
    if failed:
        yield warn("后台任务", f"{failed} 个任务没有做成。", "请看日志 worker.log；导入可以在页面上接着做。")


def _seal(at: dt.datetime) -> Finding:
    sealed_at = verify.latest_seal()
    if sealed_at is None:
        return warn("审计封存", "审计还没有封存过。", "每小时自动封存；马上做：gridwalk audit seal。")
    if at - sealed_at > SEAL_EVERY:
        return warn(
            "审计封存", f"上次封存是 {sealed_at:%Y-%m-%d %H:%M}（UTC）。", "后台任务没有运行：gridwalk audit seal。"
        )
    return ok("审计封存", f"{sealed_at:%Y-%m-%d %H:%M}（UTC）。")


def _copies(at: dt.datetime) -> Finding:
    if not settings.AUDIT_COPIES:
        return warn(
            "审计副本",
            "审计只存在这台机器上。",
            "请把 GRIDWALK_AUDIT_COPIES 设成另一台机器上的目录，每小时抄一份过去。",
        )
    copied_at = copies.latest()
    if copied_at is None or at - copied_at > COPY_EVERY:
        return bad("审计副本", f"没有抄到 {settings.AUDIT_COPIES}。", "请看日志 worker.log，并检查这个目录写得进去。")
    if os.stat(settings.AUDIT_COPIES).st_dev == os.stat(settings.DATA_DIR).st_dev:
        return warn("审计副本", "副本和数据在同一块盘上。", "请换成另一台机器上的目录：能改数据的人，不该也能改副本。")
    return ok("审计副本", f"{settings.AUDIT_COPIES}，{copied_at:%Y-%m-%d %H:%M}（UTC）。")


def metrics(at: dt.datetime) -> str:
    """Gauges in Prometheus' text format 0.0.4; seconds and bytes."""
    lines: list[str] = []

    def gauge(name: str, value: float, says: str, **labels: str) -> None:
        full = f"gridwalk_{name}"
        if not any(line.startswith(f"# TYPE {full} ") for line in lines):
            lines.extend((f"# HELP {full} {says}", f"# TYPE {full} gauge"))
        inside = ",".join(f'{key}="{text}"' for key, text in labels.items())
        lines.append(f"{full}{{{inside}}} {value}" if inside else f"{full} {value}")

    gauge("info", 1, "The version that runs.", version=__version__)
    ((size, connections, skew, audit),) = _rows(
        "SELECT pg_database_size(current_database()),"
        " (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()),"
        " extract(epoch FROM clock_timestamp() - %s::timestamptz)::float,"
        " (SELECT reltuples::bigint FROM pg_class WHERE relname = 'core_auditentry')",
        at,
    )
    gauge("database_bytes", size, "Size of the database.")
    gauge("database_connections", connections, "Connections to the database.")
    gauge("clock_skew_seconds", round(skew, 3), "Clock of the database less that of this machine.")
    gauge("audit_rows", max(audit, 0), "Lines of the audit, estimated.")
    gauge("disk_free_bytes", free_bytes(Path(settings.DATA_DIR)), "Free space of the data directory.")
    for status, n in _rows("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status ORDER BY status"):
        gauge("jobs", n, "Background jobs by state.", state=status)
    ((sessions, heartbeat),) = _rows(
        "SELECT (SELECT count(*) FROM django_session WHERE expire_date > %s),"
        " (SELECT max(last_heartbeat) FROM procrastinate_workers)",
        at,
    )
    gauge("sessions", sessions, "Sessions that are open.")
    if heartbeat is not None:
        gauge("worker_silent_seconds", round((at - heartbeat).total_seconds(), 1), "Since a worker was last heard of.")
    latest = making.latest()
    if latest is not None:
        gauge("backup_age_seconds", round((at - latest[1]).total_seconds()), "Age of the newest backup.")
    sealed_at = verify.latest_seal()
    if sealed_at is not None:
        gauge("audit_seal_age_seconds", round((at - sealed_at).total_seconds()), "Age of the newest seal of the audit.")
    return "\n".join(lines) + "\n"
