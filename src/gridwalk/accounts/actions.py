"""Writing accounts: made by an administrator, never with a default password, every change audited."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from gridwalk.accounts import rules
from gridwalk.accounts.models import Assignment, Grant, User
from gridwalk.accounts.rules import Role, Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core.queries import NotHere

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class AccountError(Exception):
    """An account that cannot be written so; the text says why."""


def random_password() -> str:
    """Sixteen characters that are easy to read aloud, about 79 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def _check_password(password: str, user: User) -> None:
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        raise AccountError("口令没有存：" + " ".join(error.messages)) from error


def create_user(
    *, actor: Viewer, at: dt.datetime, username: str, name: str, password: str, post: str = "",
    must_change_password: bool = True,
) -> User:  # fmt: skip
    """Create an account without any assignment. Raises NotPermitted, AccountError."""
    if not actor.may_anywhere(Verb.MANAGE_ACCOUNTS):
        raise rules.NotPermitted(Verb.MANAGE_ACCOUNTS)
    username = username.strip()
    if not username or not name.strip():
        raise AccountError("没有存：登录名和姓名都要填。")
    if User.objects.filter(username=username).exists():
        raise AccountError(f"登录名“{username}”已有人用，换一个再存。")
    user = User(username=username, name=name.strip(), post=post.strip(), created_at=at,
                must_change_password=must_change_password)  # fmt: skip
    _check_password(password, user)
    user.set_password(password)
    with core.write_to(actor=actor, at=at) as writing:
        user.save(force_insert=True)
        writing.audit("account.created", kind="user", subject=user.id)
    return user


def assign(
    *, actor: Viewer, at: dt.datetime, user: uuid.UUID, role: Role, scope: str, from_on: dt.date,
    to_on: dt.date | None = None, responsible: bool = False,
) -> Assignment:  # fmt: skip
    """Give a role over an area from a day on; a new responsible person takes the place of the one before."""
    rules.require(actor, Verb.MANAGE_ACCOUNTS, scope)
    if to_on is not None and to_on < from_on:
        raise AccountError("没有存：结束日期早于开始日期。")
    with core.write_to(actor=actor, at=at) as writing:
        if responsible:
            Assignment.objects.filter(scope=scope, responsible=True, to_on__isnull=True).update(responsible=False)
        assignment = Assignment.objects.create(
            user_id=user, role=role, scope=scope, from_on=from_on, to_on=to_on, responsible=responsible
        )
        writing.audit("account.assigned", scope=scope, kind="user", subject=user, data={"role": str(role)})
    return assignment


def end_assignment(*, actor: Viewer, at: dt.datetime, assignment: uuid.UUID, on: dt.date) -> None:
    """End an assignment after the day ``on``. Raises NotHere."""
    found = Assignment.objects.filter(pk=assignment).first()
    if found is None or not actor.may(Verb.MANAGE_ACCOUNTS, found.scope):
        raise NotHere
    with core.write_to(actor=actor, at=at) as writing:
        Assignment.objects.filter(pk=assignment).update(to_on=on)
        writing.audit(
            "account.unassigned", scope=found.scope, kind="user", subject=found.user_id, data={"role": found.role}
        )


def reset_password(*, actor: Viewer, at: dt.datetime, user: User) -> str:
    """Give a random password that must be changed at the next sign-in; returns it, to be told once."""
    if not actor.may_anywhere(Verb.MANAGE_ACCOUNTS):
        raise rules.NotPermitted(Verb.MANAGE_ACCOUNTS)
    password = random_password()
    with core.write_to(actor=actor, at=at) as writing:
        user.set_password(password)
        user.must_change_password = True
        user.save(update_fields=["password", "must_change_password"])
        writing.audit("account.password_reset", kind="user", subject=user.id)
    return password


def change_own_password(*, user: User, password: str, at: dt.datetime) -> None:
    """A user's own new password. Raises AccountError."""
    _check_password(password, user)
    with core.write_to(actor=user, at=at) as writing:
        user.set_password(password)
        user.must_change_password = False
        user.save(update_fields=["password", "must_change_password"])
        writing.audit("account.password_changed", kind="user", subject=user.id)


def deactivate(*, actor: Viewer, at: dt.datetime, user: User) -> None:
    """Close an account; what it did stays under its name."""
    if not actor.may_anywhere(Verb.MANAGE_ACCOUNTS):
        raise rules.NotPermitted(Verb.MANAGE_ACCOUNTS)
    with core.write_to(actor=actor, at=at) as writing:
        user.is_active = False
        user.save(update_fields=["is_active"])
        writing.audit("account.deactivated", kind="user", subject=user.id)


def grant(
    *, actor: Viewer, at: dt.datetime, user: uuid.UUID, kind: str, entity: uuid.UUID, until_at: dt.datetime, reason: str
) -> Grant:
    """Open one object to a user for a time, with the reason."""
    with core.write_to(actor=actor, at=at) as writing:
        made = Grant.objects.create(
            user_id=user, kind=kind, entity=entity, reason=reason, from_at=at, until_at=until_at
        )
        writing.audit("grant.given", kind=kind, subject=entity, data={"user": str(user)}, reason=reason)
    return made
