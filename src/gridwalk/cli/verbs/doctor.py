"""``gridwalk doctor``: looks at everything that keeps an installation safe, and says what to do about each."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridwalk.cli import children, environment, output, schema
from gridwalk.cli.verbs import keyring
from gridwalk.config import certificates, databases, keys, postgres

if TYPE_CHECKING:
    from gridwalk.operations.findings import Finding

HELP = "体检：数据库、密钥、磁盘、时钟、证书、后台任务、备份，每项说该怎么办"
RENEW = dt.timedelta(days=30)
_MARKS = {"ok": "好　", "warn": "留意", "bad": "要办"}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")


def run(options: argparse.Namespace) -> int:
    """Exit code 1 where something has to be done now; what only should be seen to leaves it 0."""
    lines = [(line.what, line.state.value, line.says, line.todo) for line in _findings()]
    bad = any(state == "bad" for _, state, _, _ in lines)
    if options.json:
        rows: list[dict[str, Any]] = [dict(zip(("what", "state", "says", "todo"), line, strict=True)) for line in lines]
        output.say(json.dumps({"ok": not bad, "findings": rows}, ensure_ascii=False))
        return int(bad)
    for what, state, says, todo in lines:
        output.say(f"[{_MARKS[state]}] {what}：{says}{todo}")
    return int(bad)


def _findings() -> Iterator[Finding]:
    """Keys first: without them nothing else can be asked."""
    from gridwalk.operations import findings

    yield from _keys()
    yield from _certificates()
    yield from _leaked_passwords()
    yield from _hosts()
    yield from _serving()
    try:
        with environment.database():
            yield from _inside()
    except (postgres.EmbeddedError, databases.DatabaseUrlError) as error:
        yield findings.bad("数据库", str(error), "")
    except keys.KeyFileError:
        pass  # said above


def _inside() -> Iterator[Finding]:
    from django.db import DatabaseError

    from gridwalk.core import clock
    from gridwalk.operations import condition, findings

    try:
        if why := schema.lacking():
            says, end, todo = why.partition("。")
            yield findings.bad("版本", says + end, todo)
        else:
            yield findings.ok("版本", "数据库和程序一致。")
            yield from condition.findings(clock.now())
            yield from _retention()
            yield from _two_persons()
    except DatabaseError:
        yield findings.bad("数据库", "连不上。", "请检查 DATABASE_URL、网络和数据库是否在运行。")


def _two_persons() -> Iterator[Finding]:
    from gridwalk.accounts import queries
    from gridwalk.core import clock
    from gridwalk.operations import findings

    if queries.kept_by_one(clock.local_date(clock.now())):
        yield findings.warn(
            "账号",
            "管账号和确认岗位的是同一个人，只能试用。",
            "正式用之前，请用 gridwalk createuser 给街道网格中心另建账号，再停掉管理员身上的那个岗位。",
        )
    else:
        yield findings.ok("账号", "管账号的和确认岗位的是两个人。")


def _retention() -> Iterator[Finding]:
    from django.conf import settings

    from gridwalk.operations import findings
    from gridwalk.retention import rules

    try:
        chosen = rules.chosen(settings.RETENTION.split(","))
    except rules.RetentionError as error:
        yield findings.bad("保存期限", f"GRIDWALK_RETENTION 没有设对，夜里什么都没清：{error}", "")
        return
    if chosen:
        yield findings.ok("保存期限", f"夜里自动清 {len(chosen)} 类到期的数据。")
    else:
        yield findings.warn(
            "保存期限", "夜里只报数，没有打开自动清除。", "看过 gridwalk retention 的报告后设 GRIDWALK_RETENTION。"
        )


def _keys() -> Iterator[Finding]:
    from gridwalk.operations import findings

    home = environment.home()
    try:
        keys.load(home)
    except keys.KeyFileError as error:
        yield findings.bad("密钥", str(error), "")
        return
    path = keys.path_in(home)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        yield findings.bad("密钥", f"{path} 别的用户也能读。", f"请运行 chmod 600 {path}。")
    elif not keyring.is_saved_apart():
        yield findings.bad("密钥", "没有另存过，丢了就什么都打不开。", "请运行 gridwalk keys save 文件，存到别处。")
    else:
        yield findings.ok("密钥", "只有本人可读，已另存。")


def _leaked_passwords() -> Iterator[Finding]:
    from gridwalk.operations import findings

    path = os.environ.get("GRIDWALK_LEAKED_PASSWORDS")
    if path and not os.access(path, os.R_OK):
        yield findings.bad(
            "密码",
            f"泄露密码的清单打不开：{path}，谁也换不了密码。",
            "请放回这个文件，或去掉 GRIDWALK_LEAKED_PASSWORDS。",
        )


def _hosts() -> Iterator[Finding]:
    """A name with ``https://`` or a port is never the name a browser asks for."""
    from django.http.request import split_domain_port

    from gridwalk.operations import findings

    names = [name.strip() for name in os.environ.get("GRIDWALK_HOSTS", "").split(",") if name.strip()]
    wrong = [name for name in names if name != "*" and split_domain_port(name) != (name.lower(), "")]
    if wrong:
        yield findings.bad(
            "网址",
            f"GRIDWALK_HOSTS 里的“{wrong[0]}”不会生效。",
            "请只写主机名，不写 https://、端口和路径，IPv6 地址加 []。",
        )


def _certificates() -> Iterator[Finding]:
    from gridwalk.operations import findings

    now = dt.datetime.now(tz=dt.UTC)
    for path in _served_certificates():
        try:
            end = certificates.expires_at(path)
        except (OSError, ValueError):
            yield findings.bad("证书", f"{path} 读不了。", "请换成 PEM 格式的证书，再启动服务。")
            continue
        if end < now:
            yield findings.bad(
                "证书", f"{path} 已在 {end:%Y-%m-%d} 到期，手机连不上。", "请换新证书（试用的：gridwalk https）。"
            )
        elif end - now < RENEW:
            yield findings.warn(
                "证书", f"{path} {end:%Y-%m-%d} 到期。", "请在那之前换新证书（试用的：gridwalk https）。"
            )
        else:
            yield findings.ok("证书", f"{end:%Y-%m-%d} 到期。")


def _served_certificates() -> list[Path]:
    """The certificate that is or was last served with, and the one of ``gridwalk https``."""
    own = [path] if (path := environment.home() / "https" / certificates.CERTIFICATE).exists() else []
    noted = children.certificate()
    return [*own, *([noted] if noted and noted not in own else [])]


def _serving() -> Iterator[Finding]:
    from gridwalk.operations import findings

    serving = children.running()
    if serving is None:
        yield findings.warn("服务", "网页服务没有运行。", "要用时运行 gridwalk serve。")
    elif serving.address.startswith("http:") and os.environ.get("GRIDWALK_HTTPS") != "1":
        yield findings.warn(
            "服务",
            f"{serving.address} 没有加密，手机应用打不开。",
            "请用 --cert、--key，或放在 HTTPS 代理后面并设 GRIDWALK_HTTPS=1。",
        )
    else:
        yield findings.ok("服务", serving.address)
