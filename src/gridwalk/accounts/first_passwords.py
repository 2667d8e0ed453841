"""A first password, which somebody else knows, holds for a week: then it is given anew (ASVS 5.0, 6.4.1)."""

from __future__ import annotations

import datetime as dt

from gridwalk.accounts.models import User
from gridwalk.core import queries
from gridwalk.core.audit.verbs import AuditVerb

LASTS = dt.timedelta(days=7)
RAN_OUT = f"这个初始密码过了 {LASTS.days} 天，不能用了。请找街道的管理员重置密码。"


def holds_until(user: User) -> dt.datetime | None:
    """Until when an account's first password holds; None where its owner has an own one."""
    if not user.must_change_password:
        return None
    reset_at = queries.last_audited(user.id, AuditVerb.ACCOUNT_PASSWORD_RESET)
    given_at = max(reset_at or user.created_at, user.created_at)
    # An own password whose time is over (profile of 等保三级) has to be changed as well, and stays good for that.
    aged_at = queries.last_audited(user.id, AuditVerb.ACCOUNT_PASSWORD_AGED)
    return None if aged_at is not None and aged_at > given_at else given_at + LASTS


def ran_out(user: User, at: dt.datetime) -> bool:
    """Whether nobody signs in with the account's first password any more."""
    until = holds_until(user)
    return until is not None and at > until
