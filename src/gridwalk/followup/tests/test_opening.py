"""How a matter begins, and who sees it and reads what is said of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from gridwalk.accounts.rules import NotPermitted, Role
from gridwalk.core import envelope
from gridwalk.followup.actions import taking_in
from gridwalk.followup.models import Matter
from gridwalk.followup.queries import matters
from gridwalk.followup.rules import Kind, MatterError, Stage
from gridwalk.followup.tests.conftest import CENTRE, STREET, of
from gridwalk.registry.tests.street import FIRST, GRID, SECOND, Street


def test_what_is_opened_has_words_a_place_and_the_next_number_of_the_street(street: Street, at: dt.datetime) -> None:
    opening_it: dict[str, Any] = {"actor": CENTRE, "at": at, "kind": Kind.REQUEST}
    for scope in (GRID, STREET[:6], f"{STREET}099", ""):
        with pytest.raises((MatterError, NotPermitted)):
            taking_in.open_matter(**opening_it, scope=scope, title="修路灯")
    with pytest.raises(MatterError, match="没有立：请写清是什么事"):
        taking_in.open_matter(**opening_it, scope=FIRST, title=" ")
    with pytest.raises(NotPermitted):
        taking_in.open_matter(**{**opening_it, "actor": of(Role.COMMUNITY_LEAD, FIRST)}, scope=SECOND, title="修路灯")
    assert not Matter.objects.exists()
    first = taking_in.open_matter(**opening_it, scope=FIRST, title="修" * 61, text="电话 12012345671" + "长" * 600)
    own = taking_in.open_matter(**opening_it, scope=STREET, title="修路灯")
    assert [(m.number, m.year, m.street, m.grid, m.level, m.source) for m in (first, own)] == [
        (1, 2026, STREET, f"{FIRST}000", "community", "office"),
        (2, 2026, STREET, STREET, "street", "office"),
    ]
    assert (first.title, own.text_sealed, first.author, first.author_name) == ("修" * 60, "", CENTRE.id, "许知行")
    text = envelope.open_(first.text_sealed, table="followup_matter", column="text", row=first.pk)
    assert len(text) == 500 and text.startswith("电话") and "12012345671" not in text
    assert first.due_on == dt.date(2026, 10, 22), "seven working days from a Tuesday"


def test_what_a_door_says_is_for_who_sees_its_rows_and_a_matter_for_who_works_there(
    finding: Matter, hazard: Matter
) -> None:
    worker, lead = of(Role.GRID_WORKER, GRID), of(Role.COMMUNITY_LEAD, FIRST)
    far = of(Role.COMMUNITY_LEAD, SECOND)
    leading = of(Role.LEADING_GROUP)
    sees = {
        viewer.id: {matter.pk for matter in matters.visible(viewer)} for viewer in (worker, lead, CENTRE, far, leading)
    }
    both = {finding.pk, hazard.pk}
    assert sees == {worker.id: {hazard.pk}, lead.id: both, CENTRE.id: both, far.id: set(), leading.id: set()}
    assert [matters.may_read(viewer, hazard) for viewer in (worker, lead, CENTRE)] == [True, True, False]
    assert [matters.may_read(viewer, finding) for viewer in (lead, CENTRE)] == [True, True]
    text = envelope.open_(hazard.text_sealed, table="followup_matter", column="text", row=hazard.pk)
    assert text.startswith("楼道堆物，房东") and "12012345671" not in text
    assert (hazard.level, hazard.source, hazard.title, hazard.stands) == (
        "grid",
        "phone",
        "上门记下的隐患",
        Stage.HANDLING,
    )
