"""Resetting, and the second person's word.

Whoever gives somebody a password can come in as them. Where the account sees rows or keeps the accounts, a reset is
asked for by one person and done once another confirms it; until then the former password and codes work on. Whoever
types commands on the server needs nobody else (``gridwalk reset``).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password

from gridwalk.accounts import actions as accounts
from gridwalk.accounts import locking, persons, rules
from gridwalk.accounts.actions import AccountError
from gridwalk.accounts.models import Reset, User
from gridwalk.accounts.resets import queries
from gridwalk.accounts.rules import Factor, State, Verb, Viewer
from gridwalk.accounts.sessions import actions as sessions
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb


@dataclasses.dataclass(frozen=True)
class Slip:
    """The password to be told once; ``waits``: it works once a second person has confirmed."""

    password: str
    waits: bool


def reset_password(*, actor: Viewer, at: dt.datetime, user: User) -> Slip:
    """Give a random password that must be changed at the next sign-in, and lift a lock-out. Raises NotPermitted."""
    accounts.require_over(actor, user, at)
    password = accounts.random_password()
    with core.write_to(actor=actor, at=at) as writing:
        asking = _asking(actor, user, at)
        if asking:
            _ask(writing, user, Factor.PASSWORD, make_password(password), by=asking)
        else:
            _give_password(writing, user, make_password(password), scope=accounts.office(actor))
    return Slip(password, waits=asking is not None)


def reset_second_factor(*, actor: Viewer, at: dt.datetime, user: User) -> bool:
    """Forget the one-time codes of somebody who lost the phone; the next sign-in sets them up anew.

    Returns whether a second person has to confirm it. Raises NotPermitted, also for the own account: a stolen session
    must not take the second factor off itself.
    """
    accounts.require_over(actor, user, at)
    if actor.id == user.id:
        raise rules.NotPermitted(Verb.MANAGE_ACCOUNTS)
    with core.write_to(actor=actor, at=at) as writing:
        asking = _asking(actor, user, at)
        if asking:
            _ask(writing, user, Factor.CODES, "", by=asking)
        else:
            _drop_codes(writing, user, scope=accounts.office(actor))
    return asking is not None


def _asking(actor: Viewer, user: User, at: dt.datetime) -> uuid.UUID | None:
    """The person who can only ask for it; None where the actor's word is enough, as the server's own."""
    return actor.id if queries.scopes_at_stake(user, clock.local_date(at)) else None


def _ask(writing: Writing, user: User, what: Factor, password: str, *, by: uuid.UUID) -> None:
    """Step: what was asked for before and not decided goes, its slip worth nothing."""
    User.objects.select_for_update().get(pk=user.pk)  # of two asked for at the same moment the later one stands
    Reset.objects.filter(user=user, what=what, state=State.PROPOSED).delete()
    Reset.objects.create(user=user, what=what, password=password, proposed_by=by, proposed_at=writing.at)
    writing.audit(
        AuditVerb.ACCOUNT_RESET_ASKED, scope=_scope(user, writing.at), kind="user", subject=user.id, data={"what": what}
    )


def _scope(user: User, at: dt.datetime) -> str:
    return next(iter(queries.scopes_at_stake(user, clock.local_date(at))), "")


def confirm(*, actor: Viewer, at: dt.datetime, reset: uuid.UUID) -> Reset:
    """Have a reset done that another person asked for. Raises NotHere, AccountError."""
    with core.write_to(actor=actor, at=at) as writing:
        row = queries.get_waiting(actor, reset, at)
        _require_second(actor, row)
        if row.what == Factor.PASSWORD:
            _give_password(writing, row.user, row.password, scope=_scope(row.user, at))
        else:
            _drop_codes(writing, row.user, scope=_scope(row.user, at))
        _close(writing, row, State.CONFIRMED)
    return row


def decline(*, actor: Viewer, at: dt.datetime, reset: uuid.UUID) -> Reset:
    """Have a reset never done; the former password and codes work on. Raises NotHere, AccountError."""
    with core.write_to(actor=actor, at=at) as writing:
        row = queries.get_waiting(actor, reset, at)
        _require_second(actor, row)
        _close(writing, row, State.DECLINED)
        writing.audit(
            AuditVerb.ACCOUNT_RESET_DECLINED,
            scope=_scope(row.user, at),
            kind="user",
            subject=row.user_id,
            data={"what": row.what},
        )
    return row


def _require_second(actor: Viewer, reset: Reset) -> None:
    """Nobody decides for themselves; what one has asked for oneself only in a trial by one person."""
    if actor.id == reset.user_id:
        raise AccountError("没有定：给自己重置的，要另一个人来定。")
    if actor.id == reset.proposed_by and not rules.is_alone(actor.roles):
        raise AccountError("没有定：自己提的重置，要另一个人来定。")
    if persons.are_one(actor.id, [reset.user_id, reset.proposed_by]) and not rules.is_alone(actor.roles):
        raise AccountError(persons.SAME)


def _close(writing: Writing, reset: Reset, state: State) -> None:
    reset.state, reset.password, reset.decided_by, reset.decided_at = state, "", writing.actor.id, writing.at
    reset.save(update_fields=["state", "password", "decided_by", "decided_at"])


def _give_password(writing: Writing, user: User, password: str, *, scope: str) -> None:
    user.password, user.must_change_password = password, True
    user.save(update_fields=["password", "must_change_password"])
    locking.forgive(user.username)
    writing.audit(AuditVerb.ACCOUNT_PASSWORD_RESET, scope=scope, kind="user", subject=user.id)


def _drop_codes(writing: Writing, user: User, *, scope: str) -> None:
    Authenticator.objects.filter(user=user).delete()
    sessions.end_all(user)
    writing.audit(AuditVerb.ACCOUNT_SECOND_FACTOR_RESET, scope=scope, kind="user", subject=user.id)
