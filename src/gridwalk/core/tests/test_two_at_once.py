"""Two who write at the same moment: the second waits for the first, and goes on from what it left."""

from __future__ import annotations

import datetime as dt

import pytest

from gridwalk.core import actions, ids
from gridwalk.core.audit import verify
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.models import AuditEntry
from gridwalk.core.tests.people import WORKER
from tests.harness.meanwhile import holding

COMMUNITY = "120105001001"


@pytest.mark.django_db(transaction=True)
def test_two_lines_of_one_communitys_chain_are_linked_one_after_the_other(at: dt.datetime) -> None:
    def look(reason: str) -> None:
        actions.record_reading(
            actor=WORKER,
            at=at,
            verb=AuditVerb.NUMBER_REVEALED,
            scope=COMMUNITY,
            kind="person",
            subject=ids.new_id(),
            reason=reason,
        )

    look("先看一眼")
    with holding(lambda: look("后来的"), lambda: look("在前的")) as waiting:
        pass
    waiting.answer()
    lines = AuditEntry.objects.filter(chain=f"={COMMUNITY}").order_by("seq").values_list("seq", "reason")
    assert list(lines) == [(1, "先看一眼"), (2, "在前的"), (3, "后来的")]
    assert not verify.verify().breaks
