"""Sign-ins that failed: each in the log by the account's id, and in the audit so few that guessing does not fill it."""

from __future__ import annotations

import datetime as dt
import logging

from gridwalk.accounts import queries, rules
from gridwalk.accounts.models import User
from gridwalk.core import actions as core
from gridwalk.core import queries as audit
from gridwalk.core.actors import PROGRAM
from gridwalk.core.audit.verbs import AuditVerb

HOUR = dt.timedelta(hours=1)
MOST = 20
"""An hour, of one account and of all names together that nobody has."""
_log = logging.getLogger(__name__)


def note_failure(*, username: str, factor: str, at: dt.datetime) -> None:
    """Note that somebody failed to come in; ``factor``: what was wrong, ``password``, ``code`` or ``phone_code``.

    What was typed is kept nowhere: a name nobody has may be a password in the wrong field.
    """
    user = User.objects.filter(username=rules.sign_in_name(username)).first()
    subject = user.id if user else None
    _log.warning("sign-in failed", extra={"what": factor, "who": str(subject or "nobody")})
    if audit.n_audited_of(subject, AuditVerb.ACCOUNT_SIGN_IN_FAILED, since=at - HOUR) >= MOST:
        return
    scope = queries.first_scope(user) if user else ""
    with core.write_to(actor=PROGRAM, at=at) as writing:
        writing.audit(
            AuditVerb.ACCOUNT_SIGN_IN_FAILED, scope=scope, kind="user", subject=subject, data={"factor": factor}
        )
