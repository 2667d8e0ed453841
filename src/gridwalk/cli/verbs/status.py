"""``gridwalk status``: what is there and whether it runs; changes nothing and starts nothing."""

from __future__ import annotations

import argparse
import json
from typing import Any

from gridwalk import __version__
from gridwalk.cli import children, environment, output
from gridwalk.config import keys, postgres

HELP = "看看数据目录、数据库和服务的情况"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")


def run(options: argparse.Namespace) -> int:
    """Print the state. Exit code 1 where something needs a hand."""
    report = state()
    if options.json:
        output.say(json.dumps(report, ensure_ascii=False))
    else:
        for line in _lines(report):
            output.say(line)
    return 0 if report["ok"] else 1


def state() -> dict[str, Any]:
    """``{ok, version, home, keys, database: {kind, state, …}, serving}``."""
    serving = children.running()
    has_keys = _has_keys()
    database = _database() if has_keys else {"kind": _kind(), "state": "unknown"}
    return {
        "ok": has_keys and database["state"] in {"running", "stopped"} and not database.get("lacking"),
        "version": __version__,
        "home": str(environment.home()),
        "keys": has_keys,
        "database": database,
        "serving": serving.address if serving else None,
    }


def _has_keys() -> bool:
    try:
        keys.load(environment.home())
    except keys.KeyFileError:
        return False
    return True


def _kind() -> str:
    return "embedded" if environment.is_embedded() else "external"


def _database() -> dict[str, Any]:
    if environment.is_embedded():
        server = postgres.Embedded(environment.home())
        if not server.exists():
            return {"kind": "embedded", "state": "missing"}
        if not server.is_running():
            return {"kind": "embedded", "state": "stopped"}
    environment.set_up()
    from django.db import DatabaseError, connection

    from gridwalk.cli import schema

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version'), pg_database_size(current_database())")
            version, size = cursor.fetchone()
        return {
            "kind": _kind(),
            "state": "running",
            "server_version": version,
            "bytes": size,
            "pending": schema.pending(),
            "lacking": schema.lacking(),
        }
    except DatabaseError:
        return {"kind": _kind(), "state": "unreachable"}


_STATES = {
    "running": "在运行",
    "stopped": "没有运行（serve 会启动它）",
    "missing": "还没有建（运行 gridwalk init）",
    "unreachable": "连不上，请检查 DATABASE_URL 和网络",
    "unknown": "没有密钥文件，没去看",
}


def _lines(report: dict[str, Any]) -> list[str]:
    database = report["database"]
    kind = "内置数据库" if database["kind"] == "embedded" else "本单位的数据库（DATABASE_URL）"
    lines = [
        f"版本：{report['version']}",
        f"数据目录：{report['home']}",
        "密钥文件：有" if report["keys"] else "密钥文件：没有。第一次用请运行 gridwalk init，已在用请放回备份",
        f"{kind}：{_STATES[database['state']]}",
    ]
    if database["state"] == "running":
        lines.append(f"PostgreSQL {database['server_version']}，占用 {database['bytes'] / 1e6:,.0f} MB")
        if database["lacking"]:
            lines.append(database["lacking"])
    lines.append(f"网页服务：{report['serving'] or '没有运行'}")
    return lines
