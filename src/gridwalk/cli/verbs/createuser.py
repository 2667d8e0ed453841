"""``gridwalk createuser``: an account with a role over an area."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gridwalk.cli import environment, output, passwords, schema
from gridwalk.cli.failures import CommandError

if TYPE_CHECKING:
    from gridwalk.accounts.rules import Viewer

HELP = "新建账号"


def arguments(parser: argparse.ArgumentParser) -> None:
    from gridwalk.accounts.rules import LABELS

    roles = "、".join(f"{role.value} {label}" for role, label in LABELS.items())
    parser.add_argument("username", metavar="登录名")
    parser.add_argument("--name", required=True, metavar="姓名", help="姓名")
    parser.add_argument("--role", required=True, choices=[role.value for role in LABELS], metavar="岗位", help=roles)
    parser.add_argument("--scope", default="", metavar="代码", help="管哪一片：街道、社区或网格的代码（不写就是全部）")
    parser.add_argument("--post", default="", metavar="职务", help="职务，写在名单和文书上")
    parser.add_argument("--generate", action="store_true", help="随机生成密码，显示一次")


def run(options: argparse.Namespace) -> int:
    """Create the account and give it its role; one that sees rows waits for the street centre, if there is one."""
    with environment.database():
        schema.require_ready()
        from gridwalk.accounts import queries
        from gridwalk.accounts.rules import SERVER, SYSTEM, Role
        from gridwalk.core import clock

        first = options.role == Role.STREET_CENTRE and not queries.can_be_confirmed(
            options.scope, clock.local_date(clock.now())
        )
        create(
            username=options.username,
            name=options.name,
            roles=[options.role],
            scope=options.scope,
            post=options.post,
            generate=options.generate,
            actor=SYSTEM if first else SERVER,
        )
    return 0


def create(
    *, username: str, name: str, roles: Sequence[str], scope: str, post: str, generate: bool, actor: Viewer
) -> None:
    """Ask for the password, store the account with its roles, tell a generated password once. Raises AccountError.

    ``actor``: SYSTEM, whose word is enough, or SERVER, who proposes.
    """
    from django.db import transaction

    from gridwalk.accounts import actions as accounts
    from gridwalk.accounts.rules import LABELS, Role, State
    from gridwalk.core import clock

    if not scope.isdigit() and scope:
        raise CommandError(f"没有存：“{scope}”不是地区代码。代码是数字，如街道 120105001。")
    output.say(f"{name}（登录名 {username}）：")
    password, generated = passwords.choose(generate=generate)
    at = clock.now()
    with transaction.atomic():
        user = accounts.create_user(
            actor=actor,
            at=at,
            username=username,
            name=name,
            password=password,
            post=post,
            must_change_password=generated,
        )
        posts = [
            accounts.assign(
                actor=actor, at=at, user=user.id, role=Role(role), scope=scope, from_on=clock.local_date(at)
            )
            for role in roles
        ]
    labels = "、".join(LABELS[Role(role)] for role in roles)
    output.say(f"账号“{username}”建好了，岗位：{labels}，范围：{scope or '全部'}。")
    if any(assignment.state == State.PROPOSED for assignment in posts):
        output.say("这个岗位看得到人，街道网格中心在网页“岗位确认”里确认后生效。")
    if generated:
        passwords.tell(username, password)
