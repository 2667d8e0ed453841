"""``gridwalk init``: keys, database, and the first account."""

from __future__ import annotations

import argparse
import contextlib

from gridwalk.cli import environment, output, schema
from gridwalk.cli.verbs import createuser
from gridwalk.config import keys

HELP = "第一次使用：建密钥、数据库和第一个账号"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--username", default="admin", metavar="登录名", help="第一个账号的登录名（默认 admin）")
    parser.add_argument("--name", default="系统管理员", metavar="姓名", help="第一个账号的姓名")
    parser.add_argument("--generate", action="store_true", help="随机生成口令，显示一次")


def run(options: argparse.Namespace) -> int:
    """Set up what is missing; what is there stays as it is, so a second call after an interruption goes on."""
    home = environment.home()
    with contextlib.suppress(keys.KeyFileError):
        key_file = keys.create(home)
        output.say(f"密钥文件建好了：{key_file}")
        output.say("请马上把它另存一份在别处保管。没有它，证件号和电话谁也打不开；不要和数据库备份放在一起。")
    with environment.database():
        schema.migrate()
        output.say(f"数据库好了，数据目录：{home}" if environment.is_embedded() else "数据库好了。")
        if _has_administrator():
            output.say("管理员账号已经有了，没有再建。")
            return 0
        createuser.create(
            username=options.username,
            name=options.name,
            role="administrator",
            scope="",
            post="",
            generate=options.generate,
        )
    output.say("接下来运行 gridwalk serve，用这个账号登录。")
    return 0


def _has_administrator() -> bool:
    from gridwalk.accounts import queries
    from gridwalk.accounts.rules import SYSTEM

    return any(user.assignments.filter(role="administrator").exists() for user in queries.users(SYSTEM))
