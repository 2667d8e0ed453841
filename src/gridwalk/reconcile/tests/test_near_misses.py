"""What a comparison proves, replaces and hands over, beside rows of another side, kind, record, area or state."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from gridwalk.accounts.rules import NotPermitted
from gridwalk.core import ids
from gridwalk.core.moving import Moves
from gridwalk.reconcile.actions import backfill, deciding, ended, measuring, merging
from gridwalk.reconcile.actions.noting import fingerprint
from gridwalk.reconcile.models import BackfillItem, ComparedCommunity, SideRow, Unmatched
from gridwalk.reconcile.queries import consistency
from gridwalk.reconcile.rules import ENDED_ROW, NEW_ROW
from gridwalk.reconcile.tests.test_each_filter import comparison, unmatched
from gridwalk.registry.models import Person
from gridwalk.registry.tests.cast import Cast
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, NEXT_GRID, SECOND, lead, worker

pytestmark = pytest.mark.slow  # tables over a whole room
DAY = dt.timedelta(days=1)


@pytest.fixture
def cast(db: None, at: dt.datetime) -> Cast:
    return Cast(at)


def told(at: dt.datetime, entity: uuid.UUID, field: str = "phone", **values: Any) -> BackfillItem:
    """What a side was told of a record."""
    facts = {"list_id": ids.new_id(), "source": "ledger", "grid": GRID, "kind": "person", "handed_out_at": at, **values}
    return BackfillItem.objects.create(entity=entity, field=field, **facts)


def said(at: dt.datetime, entity: uuid.UUID, of: Any, **values: Any) -> SideRow:
    """What a side said of a record."""
    facts = {"source": "ledger", "grid": GRID, "kind": "person", "row_no": 2, "at": at, **values}
    return SideRow.objects.create(entity=entity, of=of, **facts)


def states(rows: dict[str, Any]) -> dict[str, str]:
    """Name → the state of a row now."""
    return {name: type(row)._default_manager.get(pk=row.pk).state for name, row in rows.items()}


def test_a_new_export_proves_what_it_speaks_of_and_what_its_side_was_told(cast: Cast) -> None:
    here, other = ids.new_id(), ids.new_id()
    items = {
        "new row": told(cast.at, here, NEW_ROW),
        "empty by now": told(cast.at, here, "name"),
        "not spoken of": told(cast.at, here, "sex"),
        "other record": told(cast.at, other, NEW_ROW),
        "other side": told(cast.at, here, NEW_ROW, source="platform"),
        "other kind": told(cast.at, here, NEW_ROW, kind="dwelling"),
        "proved before": told(cast.at, here, "phone", state="proved", proved_at=cast.at - DAY),
    }
    this = comparison(cast.at)
    lacked = {
        "kept": unmatched(this, "register_only", entity=here, state="kept"),
        "open": unmatched(this, "register_only", entity=here),
        "question": unmatched(this, "question", entity=here, state="kept"),
        "other record": unmatched(this, "register_only", entity=other, state="kept"),
        "other side": unmatched(this, "register_only", entity=here, state="kept", source="platform"),
        "other kind": unmatched(this, "register_only", entity=here, state="kept", kind="dwelling"),
    }
    with cast.street.writing() as writing:
        backfill.prove(writing, "ledger", "person", {here: {"phone": "12012345678"}}, spoken={"phone", "name"})
    proved = {name for name, state in states(items).items() if state == "proved"}
    assert proved == {"new row", "empty by now", "proved before"}
    assert BackfillItem.objects.get(pk=items["proved before"].pk).proved_at == cast.at - DAY
    assert {name for name, state in states(lacked).items() if state == "gone"} == {"kept"}
    backfill.note_lacking("ledger", "person", [other])
    after = states(items)
    assert {name for name, state in after.items() if state == "still_open"} == {"other record"}
    backfill.note_lacking("ledger", "person", [here])
    assert states(items)["new row"] == "proved" and states(items)["not spoken of"] == "handed_out"


def test_what_ended_is_proved_where_the_side_listed_its_grid_and_has_it_no_more(cast: Cast) -> None:
    before, this = comparison(cast.at - DAY), comparison(cast.at)
    gone, stays, standing, elsewhere, unlisted = (
        cast.person(name, grid)
        for name, grid in (("甲", GRID), ("乙", GRID), ("丙", GRID), ("丁", FAR_GRID), ("戊", NEXT_GRID))
    )
    Person.objects.exclude(pk=standing.pk).update(status="deceased")
    former = {
        person.name: said(
            cast.at - DAY,
            person.pk,
            this if person == standing else before,
            grid=person.grid_id,
            values={"name": person.name},
        )
        for person in Person.objects.all()
    }
    platform = said(cast.at - DAY, gone.pk, before, source="platform", values={"name": "甲"})
    unmatched(this, fingerprint=fingerprint(former["乙"].opened()))
    items = {
        "gone": told(cast.at, gone.pk, ENDED_ROW),
        "stays": told(cast.at, stays.pk, ENDED_ROW),
        "stands": told(cast.at, standing.pk, ENDED_ROW),
        "another field": told(cast.at, gone.pk, "phone"),
        "other side": told(cast.at, gone.pk, ENDED_ROW, source="platform"),
        "unlisted": told(cast.at, unlisted.pk, ENDED_ROW),
        "elsewhere": told(cast.at, elsewhere.pk, ENDED_ROW),
    }
    with cast.street.writing() as writing:
        ended.note_ended(writing, this, "ledger")
    after = {name: state for name, state in states(items).items() if state != "handed_out"}
    assert after == {"gone": "proved", "stays": "still_open"}
    left = set(SideRow.every.values_list("pk", flat=True))
    assert left == {platform.pk, *(row.pk for name, row in former.items() if name != "甲")}


def test_what_earlier_comparisons_left_open_goes_where_the_new_one_covers(cast: Cast) -> None:
    this = comparison(cast.at)
    for community, covers in ((FIRST, True), (SECOND, False)):
        ComparedCommunity.objects.create(of=this, community=community, n_equal=1, n_union=1, covers=covers)
    earlier, later = comparison(cast.at, finished_at=cast.at - DAY), comparison(cast.at, finished_at=cast.at + DAY)
    rows = {
        "earlier": unmatched(earlier),
        "decided": unmatched(earlier, state="kept"),
        "not covered": unmatched(earlier, grid=FAR_GRID),
        "other kind": unmatched(earlier, kind="dwelling"),
        "other side": unmatched(earlier, source="platform"),
        "later": unmatched(later),
        "own": unmatched(this),
    }
    measuring.replace_lists(this, at=cast.at)
    assert {name for name, state in states(rows).items() if state == "gone"} == {"earlier"}


def test_what_ledgers_said_of_a_merged_record_goes_over_with_its_side(cast: Cast) -> None:
    stays, goes, other = (cast.person(name) for name in ("留下", "并走", "别人"))
    this = comparison(cast.at)
    moved = said(cast.at, goes.pk, this)
    kept = {
        "both have it": said(cast.at, goes.pk, this, source="platform"),
        "other kind": said(cast.at, goes.pk, this, kind="dwelling"),
        "other record": said(cast.at, other.pk, this),
    }
    said(cast.at, stays.pk, this, source="platform")
    said(cast.at, stays.pk, this, kind="dwelling")
    items = {
        "moved": told(cast.at, goes.pk),
        "of the side both have": told(cast.at, goes.pk, source="platform"),
        "other record": told(cast.at, other.pk),
    }
    waits = {
        "lacked": unmatched(this, "register_only", entity=goes.pk),
        "question": unmatched(this, "question", entity=goes.pk),
        "decided": unmatched(this, "question", entity=goes.pk, state="same"),
        "other record": unmatched(this, "question", entity=other.pk),
    }
    with cast.street.writing() as writing:
        merging.hand_over(Moves(writing, "合并"), stays, goes)
    assert SideRow.every.get(pk=moved.pk).entity == stays.pk
    assert {name: SideRow.every.get(pk=row.pk).entity for name, row in kept.items()} == {
        name: row.entity for name, row in kept.items()
    }
    of_items = {name: BackfillItem.objects.get(pk=row.pk).entity for name, row in items.items()}
    assert of_items == {"moved": stays.pk, "of the side both have": goes.pk, "other record": other.pk}
    after = {name: Unmatched.objects.get(pk=row.pk) for name, row in waits.items()}
    assert {name: (row.entity, row.state) for name, row in after.items()} == {
        "lacked": (goes.pk, "gone"),
        "question": (stays.pk, "open"),
        "decided": (goes.pk, "same"),
        "other record": (other.pk, "open"),
    }


def test_records_on_one_side_are_decided_by_who_decides_there_and_those_beside_stay_open(cast: Cast) -> None:
    this = comparison(cast.at)
    rows = {
        "chosen": unmatched(this),
        "beside": unmatched(this),
        "next grid": unmatched(this, grid=NEXT_GRID),
        "decided": unmatched(this, state="gone"),
    }
    far = unmatched(this, grid=FAR_GRID)
    chosen = [rows[name].pk for name in ("chosen", "decided")]
    for viewer in (worker(), lead(SECOND)):
        for act in (deciding.decide, deciding.undo):
            with pytest.raises(NotPermitted):
                more: dict[str, Any] = {"decision": "set_aside", "reason": "查过"} if act is deciding.decide else {}
                act(actor=viewer, at=cast.at, unmatched=[rows["chosen"].pk], **more)
    with pytest.raises(NotPermitted):
        deciding.decide(actor=lead(), at=cast.at, unmatched=[far.pk], decision="set_aside", reason="查过")
    done = deciding.decide(actor=lead(), at=cast.at, unmatched=chosen, decision="set_aside", reason="查过")
    assert done.n_done == 1
    assert states(rows) == {"chosen": "set_aside", "beside": "open", "next grid": "open", "decided": "gone"}
    deciding.decide(actor=lead(), at=cast.at, unmatched=[rows["beside"].pk], decision="set_aside", reason="查过")
    deciding.undo(actor=lead(), at=cast.at, unmatched=[rows["chosen"].pk])
    assert states(rows) == {"chosen": "open", "beside": "set_aside", "next grid": "open", "decided": "gone"}


def test_a_measurement_tells_the_twelve_last_ones_the_oldest_first(cast: Cast) -> None:
    hours = [cast.at - dt.timedelta(hours=n) for n in range(14)]
    for n, hour in enumerate(hours):
        of = comparison(cast.at, finished_at=hour)
        ComparedCommunity.objects.create(of=of, community=FIRST, n_equal=n, n_union=20)
    others: list[dict[str, Any]] = [{"state": "paused"}, {"kind": "dwelling"}, {"source": "platform"}]
    for values in others:
        of = comparison(cast.at, **{"finished_at": cast.at + DAY, **values})
        ComparedCommunity.objects.create(of=of, community=FIRST, n_equal=0, n_union=9)
    own = comparison(cast.at, finished_at=cast.at + DAY)
    ComparedCommunity.objects.create(of=own, community=FIRST, n_equal=0, n_union=9, covers=False)
    ComparedCommunity.objects.create(of=own, community=SECOND, n_equal=0, n_union=9)
    (measured,) = [m for m in consistency.latest(FIRST) if (m.kind, m.source) == ("person", "ledger")]
    assert (measured.n_equal, measured.at) == (0, cast.at)
    assert [equal for _, equal, _ in measured.earlier] == list(range(11, -1, -1))
    (before,) = [m for m in consistency.latest(FIRST, until=hours[2]) if m.kind == "person"]
    assert before.n_equal == 2 and len(before.earlier) == 12
