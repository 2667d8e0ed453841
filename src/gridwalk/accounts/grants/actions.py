"""Opening an object to somebody for a time, and ending that."""

from __future__ import annotations

import datetime as dt
import uuid

from gridwalk.accounts import rules
from gridwalk.accounts.actions import AccountError
from gridwalk.accounts.models import Grant
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.method import text


def grant(
    *,
    actor: Viewer,
    at: dt.datetime,
    user: uuid.UUID,
    kind: str,
    entity: uuid.UUID,
    code: str,
    until_at: dt.datetime,
    reason: str,
) -> Grant:
    """Open one object of the grid ``code`` to a user for a time, with the reason. Raises NotPermitted, AccountError."""
    rules.require(actor, Verb.DISPATCH, code)
    if until_at <= at or not reason.strip():
        raise AccountError("没有授权：要写明原因，结束时间要在现在之后。")
    with core.write_to(actor=actor, at=at) as writing:
        opened = Grant.objects.create(
            user_id=user, kind=kind, entity=entity, reason=text.reason_kept(reason), from_at=at, until_at=until_at
        )
        writing.audit(
            AuditVerb.GRANT_GIVEN, scope=code, kind=kind, subject=entity, data={"user": str(user)}, reason=opened.reason
        )
    return opened


def revoke_grant(*, actor: Viewer, at: dt.datetime, pk: uuid.UUID, code: str) -> None:
    """End a grant on an object of the grid ``code`` now. Raises NotPermitted, NotHere."""
    rules.require(actor, Verb.DISPATCH, code)
    with core.write_to(actor=actor, at=at) as writing:
        opened = Grant.objects.filter(pk=pk, until_at__gt=at).first()
        if opened is None:
            raise NotHere
        opened.until_at = at
        opened.save(update_fields=["until_at"])
        writing.audit(
            AuditVerb.GRANT_REVOKED,
            scope=code,
            kind=opened.kind,
            subject=opened.entity,
            data={"user": str(opened.user_id)},
        )
