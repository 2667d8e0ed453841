"""Which resets take two persons, and which wait for the viewer's word."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import Q

from gridwalk.accounts import rules
from gridwalk.accounts.first_passwords import LASTS
from gridwalk.accounts.models import Assignment, Reset, User
from gridwalk.accounts.rules import Role, State, Verb, Viewer
from gridwalk.core import clock
from gridwalk.core.queries import NotHere


def scopes_at_stake(user: User, on: dt.date) -> list[str]:
    """Where an account has what a second person confirms; empty: one person resets it.

    A post that is over counts where none is left: it can be resumed, and would come with the password.
    """
    posts = Assignment.objects.filter(user=user, state=State.CONFIRMED)
    at_stake = [post for post in posts if rules.takes_two(Role(post.role))]
    standing = [post for post in at_stake if post.to_on is None or post.to_on >= on]
    return sorted({post.scope for post in standing or at_stake})


def waiting(viewer: Viewer, at: dt.datetime) -> list[Reset]:
    """The resets that wait for the viewer's word, those asked for first on top; after a week none waits any more."""
    if not viewer.may_anywhere(Verb.CONFIRM_ROLES):
        return []
    rows = Reset.objects.filter(_open(at)).select_related("user").order_by("proposed_at", "id")
    return [reset for reset in rows if _may_decide(viewer, reset, clock.local_date(at))]


def get_waiting(viewer: Viewer, reset: uuid.UUID, at: dt.datetime) -> Reset:
    """One reset that waits for the viewer's word, locked. Raises NotHere."""
    row = Reset.objects.select_for_update(of=("self",)).select_related("user").filter(_open(at), pk=reset).first()
    if row is None or not _may_decide(viewer, row, clock.local_date(at)):
        raise NotHere
    return row


def _open(at: dt.datetime) -> Q:
    return Q(state=State.PROPOSED, proposed_at__gt=at - LASTS)


def _may_decide(viewer: Viewer, reset: Reset, on: dt.date) -> bool:
    return all(viewer.may(Verb.CONFIRM_ROLES, scope) for scope in scopes_at_stake(reset.user, on))
