"""``gridwalk createuser``: an account with a role over an area."""

from __future__ import annotations

import argparse

from gridwalk.cli import environment, output, passwords, schema
from gridwalk.cli.failures import CommandError

HELP = "新建账号"


def arguments(parser: argparse.ArgumentParser) -> None:
    from gridwalk.accounts.rules import LABELS

    roles = "、".join(f"{role.value} {label}" for role, label in LABELS.items())
    parser.add_argument("username", metavar="登录名")
    parser.add_argument("--name", required=True, metavar="姓名", help="姓名")
    parser.add_argument("--role", required=True, choices=[role.value for role in LABELS], metavar="岗位", help=roles)
    parser.add_argument("--scope", default="", metavar="代码", help="管哪一片：街道、社区或网格的代码（不写就是全部）")
    parser.add_argument("--post", default="", metavar="职务", help="职务，写在名单和文书上")
    parser.add_argument("--generate", action="store_true", help="随机生成口令，显示一次")


def run(options: argparse.Namespace) -> int:
    """Create the account and give it its role."""
    with environment.database():
        schema.require_ready()
        create(
            username=options.username,
            name=options.name,
            role=options.role,
            scope=options.scope,
            post=options.post,
            generate=options.generate,
        )
    return 0


def create(*, username: str, name: str, role: str, scope: str, post: str, generate: bool) -> None:
    """Ask for the password, store the account with its role, tell a generated password once. Raises AccountError."""
    from django.db import transaction

    from gridwalk.accounts import actions as accounts
    from gridwalk.accounts.rules import LABELS, SYSTEM, Role
    from gridwalk.core import clock

    if not scope.isdigit() and scope:
        raise CommandError(f"没有存：“{scope}”不是地区代码。代码是数字，如街道 120105001。")
    password, generated = passwords.choose(generate=generate)
    at = clock.now()
    with transaction.atomic():
        user = accounts.create_user(
            actor=SYSTEM,
            at=at,
            username=username,
            name=name,
            password=password,
            post=post,
            must_change_password=generated,
        )
        accounts.assign(actor=SYSTEM, at=at, user=user.id, role=Role(role), scope=scope, from_on=clock.local_date(at))
    output.say(f"账号“{username}”建好了，岗位：{LABELS[Role(role)]}，范围：{scope or '全部'}。")
    if generated:
        passwords.tell(username, password)
