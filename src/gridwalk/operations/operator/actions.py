"""Writing down who runs this installation."""

from __future__ import annotations

import datetime as dt

from gridwalk.accounts import actions as accounts
from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.method.text import begins_formula, fold, says_number
from gridwalk.operations.models import Operator

LONGEST_UNIT, LONGEST_NUMBER = 60, 40


class OperatorError(Exception):
    """What cannot be written so; the text says why."""


def name_operator(*, actor: Viewer, at: dt.datetime, unit: str, filing_number: str) -> None:
    """Say which unit runs this installation, and under which number it is filed. Raises NotPermitted, OperatorError."""
    if not actor.may_anywhere(Verb.MANAGE_AREAS):
        raise access.NotPermitted(Verb.MANAGE_AREAS)
    unit, filing_number = unit.strip(), filing_number.strip()
    if not unit or len(unit) > LONGEST_UNIT or len(filing_number) > LONGEST_NUMBER:
        raise OperatorError(f"没有存：单位要填，不超过 {LONGEST_UNIT} 个字；备案编号不超过 {LONGEST_NUMBER} 个字。")
    if any(says_number(fold(text)) or begins_formula(fold(text)) for text in (unit, filing_number)):
        raise OperatorError("没有存：单位和备案编号里不要写证件号、电话号码，也不用 = + - @ 开头。")
    with core.write_to(actor=actor, at=at) as writing:
        Operator.objects.update_or_create(pk=1, defaults={"unit": unit, "filing_number": filing_number})
        writing.audit(AuditVerb.OPERATOR_NAMED, scope=accounts.office(actor))
