"""A street sets its online checks: which are asked, and from where on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import ONE_STREET, Verb, Viewer
from gridwalk.bench.models import CheckSetting
from gridwalk.bench.online import ONLINE
from gridwalk.core import actions as core
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere


class SettingError(Exception):
    """Why a check is not set, in words that say what to do."""


def set_check(
    *, actor: Viewer, at: dt.datetime, street: str, code: str, is_on: bool, thresholds: Mapping[str, int | None]
) -> CheckSetting:
    """Ask a check or not, and from where on. Raises NotHere, NotPermitted, SettingError."""
    if code not in ONLINE or len(street) != ONE_STREET:
        raise NotHere
    access.require(actor, Verb.MANAGE_CAMPAIGN, street)
    setting = CheckSetting(
        street=street,
        check_code=code,
        is_on=is_on,
        thresholds=_checked(code, thresholds),
        set_by_name=actor.name,
        set_at=at,
    )
    with core.write_to(actor=actor, at=at) as writing:
        CheckSetting.objects.bulk_create(
            [setting],
            update_conflicts=True,
            unique_fields=["street", "check_code"],
            update_fields=["is_on", "thresholds", "set_by_name", "set_at"],
        )
        writing.audit(
            AuditVerb.CHECK_SET, scope=street, data={"check": code, "is_on": is_on, "thresholds": setting.thresholds}
        )
    return setting


def _checked(code: str, thresholds: Mapping[str, int | None]) -> dict[str, int]:
    """The thresholds of a check, each between its least and its most."""
    check = ONLINE[code]
    checked = {}
    for name, words in check.thresholds.items():
        number = thresholds.get(name)
        if number is None or not words.least <= number <= words.most:
            raise SettingError(
                f"没有改：“{check.label}”的“{words.before}……{words.after}”，请填 {words.least} 到 {words.most} 的整数。"
            )
        checked[name] = number
    return checked
