"""Giving everybody on a list an account and a role."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

from gridwalk.accounts import actions as accounts
from gridwalk.accounts.lists.rules import Line
from gridwalk.accounts.rules import Role, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock


@dataclasses.dataclass(frozen=True)
class NewPerson:
    """Somebody who has an account now, with the password that is told once."""

    name: str
    username: str
    password: str
    role: Role
    scope: str


def add_people(*, actor: Viewer, at: dt.datetime, lines: Sequence[Line]) -> list[NewPerson]:
    """Accounts with random passwords and their roles, all or none; roles that see rows wait for the street centre.

    Raises NotPermitted, AccountError.
    """
    passwords = [accounts.random_password() for _ in lines]
    # Passwords are hashed before anything is locked: of two hundred that takes some ten seconds.
    users = [
        accounts.new_user(
            actor=actor,
            at=at,
            username=line.username,
            name=line.name,
            post=line.post,
            work_phone=line.phone,
            staff_number=line.number,
            scope=line.scope,
            password=password,
        )
        for line, password in zip(lines, passwords, strict=True)
    ]
    with core.write_to(actor=actor, at=at):
        for line, user in zip(lines, users, strict=True):
            accounts.store_user(actor=actor, at=at, user=user)
            accounts.assign(
                actor=actor,
                at=at,
                user=user.id,
                role=line.role,
                scope=line.scope,
                from_on=clock.local_date(at),
                responsible=line.responsible,
            )
    return [
        NewPerson(line.name, line.username, password, line.role, line.scope)
        for line, password in zip(lines, passwords, strict=True)
    ]
