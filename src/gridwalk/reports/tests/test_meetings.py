"""What a pack says of comparisons, of the days to come and of kinds of problems, and how each is got again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from gridwalk.accounts.rules import SYSTEM, Role, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.followup.actions import convening
from gridwalk.followup.actions.convening import Arrangement
from gridwalk.indicators.models import Snapshot
from gridwalk.reconcile.models import ComparedCommunity, Comparison
from gridwalk.registry.actions import creation
from gridwalk.reports import actions, again
from gridwalk.reports.figures import DocumentFigure, figures_of
from gridwalk.reports.models import Document
from gridwalk.reports.tests.conftest import FIRST, JUNLIN, LINGULI, OTHER, SECOND, STREET, THURSDAY, Street

MakeViewer = Callable[[Role, str], Viewer]


def compare(at: dt.datetime, community: str, n_equal: int, n_union: int) -> None:
    """A ledger of a community, compared at some moment."""
    file = core.store_file(
        data=b"x", name="x", purpose="ledger", scope=community, keep=dt.timedelta(days=1), actor=SYSTEM, at=at
    )
    comparison = Comparison.objects.create(
        file_id=file.id, name="台账", scope=community, kind="person", state="done", created_at=at, finished_at=at
    )
    ComparedCommunity.objects.create(of=comparison, community=community, n_equal=n_equal, n_union=n_union)


@pytest.fixture
def centre(street: Street, viewer: MakeViewer) -> Viewer:
    return viewer(Role.STREET_CENTRE, STREET)


@pytest.fixture
def pack(street: Street, centre: Viewer, at: dt.datetime) -> Document:
    """Nothing was visited on Thursday, one door on Friday, five on Monday: seven are left at two a day."""
    for grid, n in ((FIRST, 4), (SECOND, 3), (OTHER, 6)):
        Snapshot.objects.create(on=THURSDAY, grid=grid, indicator="visits", campaign=street.campaign.id, n=0, d=n)
    compare(at - dt.timedelta(days=1), LINGULI, 80, 100)
    compare(at - dt.timedelta(hours=1), LINGULI, 90, 100)
    compare(at - dt.timedelta(hours=1), JUNLIN, 45, 50)
    with core.write_to(FIRST, actor=SYSTEM, at=at) as writing:
        people = [creation.New(grid=FIRST, values={"name": f"李试{i}"}, source="office") for i in range(5)]
        creation.register(writing, "person", people)
    arrangement = Arrangement(on=clock.local_date(at), begins=dt.time(14, 30), place="二楼", asked="")
    meeting = convening.plan(actor=centre, at=at, street=STREET, arrangement=arrangement)
    return actions.make_pack(actor=centre, at=at, meeting=meeting.id)


def of(document: Document, source: str) -> list[DocumentFigure]:
    return [figure for figure in figures_of(document) if figure.source == source]


def test_a_pack_tells_the_days_to_come_and_both_are_got_again(pack: Document, at: dt.datetime) -> None:
    forecast = {figure.about["part"]: figure.value for figure in of(pack, "forecast")}
    assert forecast["on"] == "10月19日", "four working days after Tuesday the 13th: seven doors at two a day"
    rate_3 = [(figure.about["part"], figure.value) for figure in of(pack, "consistency")]
    assert rate_3 == [("n", 135), ("d", 150), ("percent", "90.0%")]
    compare(at + dt.timedelta(days=1), JUNLIN, 50, 50)
    Snapshot.objects.filter(on__gt=clock.local_date(at)).delete()
    for figure in (*of(pack, "forecast"), *of(pack, "consistency"), *of(pack, "count")):
        assert again.again(pack, figure) == figure.value, figure.label


def test_a_kind_with_five_cases_is_told_without_a_case_and_cannot_be_had_again(pack: Document) -> None:
    cases = {figure.label: figure for figure in of(pack, "checks")}
    assert {label: figure.value for label, figure in cases.items()} == {"有人无房：件数": 6, "有人无房：社区数": 1}
    assert [again.again(pack, figure) for figure in cases.values()] == [None, None]
    assert "李试" not in str(pack.content) and "赵试" not in str(pack.content)


def test_what_is_protected_is_withheld_whoever_makes_the_pack(pack: Document) -> None:
    lines: dict[str, Any] = {line["label"]: line for line in pack.content["rates"]}
    assert lines["入户走访率"]["n"]["value"] == 6 and lines["入户走访率"]["d"]["value"] == 13
    assert lines["人房关联率"]["words"] == "不公开", "three of nine persons have a home"
