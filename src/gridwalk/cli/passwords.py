"""Asking for a new password, or making one and telling it once."""

from __future__ import annotations

import getpass
import sys

from gridwalk.cli import output
from gridwalk.cli.failures import CommandError


def choose(*, generate: bool) -> tuple[str, bool]:
    """A password, and whether it was generated (then it is told once and changed at the first sign-in)."""
    from gridwalk.accounts import actions as accounts

    if generate or not sys.stdin.isatty():
        return accounts.random_password(), True
    first = getpass.getpass("密码（至少 12 个字符，直接回车则随机生成）：")
    if not first:
        return accounts.random_password(), True
    if first != getpass.getpass("再输一遍："):
        raise CommandError("两遍不一样，没有存。请再来一次。")
    return first, False


def tell(username: str, password: str) -> None:
    """The generated password, this once."""
    from gridwalk.accounts.first_passwords import LASTS

    output.say(f"登录名：{username}")
    output.say(f"密码：{password}")
    output.say(
        f"密码只显示这一次，{LASTS.days} 天内要登录并改成自己的；过了就作废：请管理员重置，或在这台机器上用 gridwalk createuser 另建账号。"
    )
