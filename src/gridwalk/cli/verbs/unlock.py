"""``gridwalk unlock``: lift the lock of a name after wrong passwords."""

from __future__ import annotations

import argparse

from gridwalk.cli import environment, output, schema
from gridwalk.cli.failures import CommandError

HELP = "密码错太多次被锁的登录名，现在解开"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("username", metavar="登录名")


def run(options: argparse.Namespace) -> int:
    """Also for the administrator, whom nobody else could let in."""
    with environment.database():
        schema.require_ready()
        from gridwalk.accounts import actions, queries, rules
        from gridwalk.core import clock

        user = queries.by_sign_in_name(rules.sign_in_name(options.username))
        if user is None:
            raise CommandError(f"没有“{options.username}”这个登录名，或已停用。请看网页“账号”里的登录名。")
        actions.unlock(actor=rules.SYSTEM, at=clock.now(), user=user)
    output.say(f"“{user.username}”的锁已解开，现在就能再登录。密码和动态码没有变。")
    return 0
