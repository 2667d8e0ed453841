"""``gridwalk init``: keys, database, and the first two accounts, for two persons."""

from __future__ import annotations

import argparse
import contextlib

from gridwalk.cli import environment, output, schema
from gridwalk.cli.failures import CommandError
from gridwalk.cli.verbs import createuser
from gridwalk.config import keys

HELP = "第一次使用：建密钥、数据库和头两个账号（管理员、街道网格中心，给两个人）"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--username", default="admin", metavar="登录名", help="管理员的登录名（默认 admin）")
    parser.add_argument("--name", default="系统管理员", metavar="姓名", help="管理员的姓名")
    parser.add_argument("--centre", default="wangge", metavar="登录名", help="街道网格中心的登录名（默认 wangge）")
    parser.add_argument("--centre-name", default="街道网格中心", metavar="姓名", help="街道网格中心那位的姓名")
    parser.add_argument(
        "--one-person", action="store_true", help="只为试用：两种岗位给同一个账号，每一页都会写明；数据只能是虚构的"
    )
    parser.add_argument("--generate", action="store_true", help="随机生成密码，显示一次")


def run(options: argparse.Namespace) -> int:
    """Set up what is missing; what is there stays as it is, so a second call after an interruption goes on."""
    home = environment.home()
    with contextlib.suppress(keys.KeyFileError):
        key_file = keys.create(home)
        output.say(f"密钥文件建好了：{key_file}")
        output.say("请马上把它另存一份在别处保管。没有它，证件号和电话谁也打不开；不要和数据库备份放在一起。")
    with environment.database():
        if schema.is_made() and (why := schema.lacking()):
            raise CommandError(f"这里已经有数据，没有动它。{why}")
        schema.migrate()
        output.say(f"数据库好了，数据目录：{home}" if environment.is_embedded() else "数据库好了。")
        _accounts(options)
    return 0


def _accounts(options: argparse.Namespace) -> None:
    from gridwalk.accounts.rules import Role

    missing = _missing()
    if not missing:
        output.say("管理员和街道网格中心的账号都已经有了，没有再建。")
        return
    if options.one_person and len(missing) > 1:
        _create(options, options.username, options.name, *missing)
        output.say("一个人试用：每一页都会写明。正式用之前，请给街道网格中心另建账号。")
    else:
        if Role.ADMINISTRATOR in missing:
            _create(options, options.username, options.name, Role.ADMINISTRATOR)
        if Role.STREET_CENTRE in missing:
            _create(options, options.centre, options.centre_name, Role.STREET_CENTRE)
        output.say(
            "这两个账号请分给两个人：管理员建账号、提岗位，看不到居民；街道网格中心确认岗位。密码当面交，不要一个人拿两份。"
        )
    output.say("接下来运行 gridwalk serve，用账号登录。")


def _missing() -> list[str]:
    from gridwalk.accounts import queries
    from gridwalk.accounts.rules import Role
    from gridwalk.core import clock

    today = clock.local_date(clock.now())
    return [role for role in (Role.ADMINISTRATOR, Role.STREET_CENTRE) if not queries.has_post(role, today)]


def _create(options: argparse.Namespace, username: str, name: str, *roles: str) -> None:
    from gridwalk.accounts.rules import SYSTEM

    createuser.create(
        username=username, name=name, roles=roles, scope="", post="", generate=options.generate, actor=SYSTEM
    )
