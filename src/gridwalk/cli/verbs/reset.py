"""``gridwalk reset``: another password or second factor where no second person is there to confirm it."""

from __future__ import annotations

import argparse

from gridwalk.cli import environment, output, passwords, schema
from gridwalk.cli.failures import CommandError

HELP = "给一个登录名重置密码（加 --codes 重置动态码），不用网页上另一个人确认"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("username", metavar="登录名")
    parser.add_argument("--codes", action="store_true", help="重置动态码，密码不变")


def run(options: argparse.Namespace) -> int:
    """That person and the street centre are told, as of every reset."""
    with environment.database():
        schema.require_ready()
        from gridwalk.accounts import queries, rules
        from gridwalk.core import clock
        from gridwalk.notices import actions as notices

        user = queries.by_sign_in_name(rules.sign_in_name(options.username))
        if user is None:
            raise CommandError(f"没有“{options.username}”这个登录名，或已停用。请看网页“账号”里的登录名。")
        if options.codes:
            notices.reset_second_factor(actor=rules.SERVER, at=clock.now(), user=user)
            output.say(f"“{user.username}”的动态码清掉了，下次登录时重新设置。")
        else:
            slip = notices.reset_password(actor=rules.SERVER, at=clock.now(), user=user)
            passwords.tell(user.username, slip.password)
    output.say("本人和街道网格中心会收到通知。")
    return 0
