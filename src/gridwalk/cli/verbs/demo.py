"""``gridwalk demo``: a synthetic street with its hundred days, in a data directory of its own."""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import time
from pathlib import Path
from typing import Any

from gridwalk.cli import children, demo_check, environment, output, schema, serving
from gridwalk.cli.failures import CommandError
from gridwalk.cli.progress import Progress
from gridwalk.cli.verbs import serve
from gridwalk.config import keys, postgres, secretfiles

HELP = "演示：一条虚构的街道，走到百日行动的某一天"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--size",
        choices=["small", "street"],
        default="street",
        metavar="大小",
        help="small 两个社区，street 全街 13,000 户（默认）",
    )
    parser.add_argument("--day", type=int, default=45, metavar="天", help="走到第几个工作日（默认 45）")
    parser.add_argument("--port", type=int, default=8000, metavar="端口", help="端口（默认 8000）")
    parser.add_argument("--reset", action="store_true", help="丢掉以前的演示，重新做")
    parser.add_argument("--no-serve", action="store_true", help="做完就结束，不启动网页服务")
    parser.add_argument(
        "--check", action="store_true", help="重新做一遍并自查：指标、差错、页面、明文；最后一行是 JSON，不合格退出码 1"
    )


def run(options: argparse.Namespace) -> int:
    """Make the demonstration, or open the one that was made; then serve it, check it, or neither."""
    serve.end_on_signals()
    _check(options)
    began = time.monotonic()
    with contextlib.suppress(keys.KeyFileError):
        keys.create(environment.home())
    server = postgres.Embedded(environment.home())
    with server.running():
        environment.set_up()
        note = None if options.reset or options.check else _kept(options)
        if note is None:
            progress = Progress()
            demonstration, note = _make(options, server, progress)
            if options.check:
                return demo_check.run(demonstration, server, port=options.port, progress=progress)
        for line in _words(note):
            output.say(line)
        output.say(f"用了 {time.monotonic() - began:.0f} 秒。")
        if options.no_serve:
            return 0
        with serving.serving(host="127.0.0.1", port=options.port) as keeper:
            output.say(f"演示在这里：{serving.address('127.0.0.1', options.port, secure=False)}")
            output.say("按 Ctrl-C 停止，数据会留着。")
            serve.wait(keeper)
    output.say("已停止，数据都在。")
    return 0


def _check(options: argparse.Namespace) -> None:
    if not environment.is_embedded():
        raise CommandError("演示只用内置数据库，不碰本单位的数据库。请去掉 DATABASE_URL 再运行。")
    if not 1 <= options.day <= 60:
        raise CommandError("--day 要在 1 到 60 之间。")
    running = children.running()
    if running:
        raise CommandError(f"已经在运行了：{running.address}。要重做，先在那个窗口按 Ctrl-C。")
    if postgres.Embedded(environment.home()).exists() and not _begun().exists():
        raise CommandError(
            f"{environment.home()} 里是正式的数据，演示不在里面做，没有动它。请换一个目录，例如 GRIDWALK_HOME=演示目录。"
        )


def _begun() -> Path:
    return environment.home() / "demo.begun"


def _note() -> Path:
    return environment.home() / "demo.json"


def _kept(options: argparse.Namespace) -> dict[str, Any] | None:
    """The demonstration that was made before; None where there is none, or one that was cut off half-way."""
    try:
        note: dict[str, Any] = json.loads(_note().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    if (note["size"], note["day"]) != (options.size, options.day):
        output.say(f"已有的演示是 {note['size']}、第 {note['day']} 天，照它打开；要重新做请加 --reset。")
    if why := schema.lacking():
        raise CommandError(f"{why}这个演示不用留的话，加 --reset 重新做。")
    return note


def _make(options: argparse.Namespace, server: postgres.Embedded, progress: Progress) -> tuple[Any, dict[str, Any]]:
    from django.db import connections

    if _begun().exists() and not _note().exists() and not options.reset:
        output.say("上次的演示没有做完，从头再做。")
    _begun().touch()
    _note().unlink(missing_ok=True)
    connections.close_all()
    server.empty()
    shutil.rmtree(environment.home() / "files", ignore_errors=True)
    ledgers = environment.home() / "ledgers"
    shutil.rmtree(ledgers, ignore_errors=True)
    from gridwalk.core import clock
    from gridwalk.simulate import demo
    from gridwalk.simulate.acting import cast

    progress.n_stages = demo.STAGES + (5 if options.check else 1)
    with progress.stage("建数据库"):
        schema.migrate()
    demonstration = demo.run(
        size=options.size, day=options.day, folder=ledgers, at=clock.now(), progress=progress, check=options.check
    )
    note = {
        "size": options.size,
        "day": options.day,
        "ledgers": str(ledgers),
        "members": [
            {"role": cast.label(m), "name": m.name, "username": m.username, "password": m.password}
            for m in demonstration.members
        ],
    }
    secretfiles.create(_note(), json.dumps(note, ensure_ascii=False, indent=1))
    return demonstration, note


def _words(note: dict[str, Any]) -> list[str]:
    width = max(len(m["username"]) for m in note["members"])
    rows = [f"  {m['username']:<{width}}  {m['password']}  {m['role']} {m['name']}" for m in note["members"]]
    return ["", "登录名和密码（人都是虚构的）：", *rows, f"台账在：{note['ledgers']}", ""]
