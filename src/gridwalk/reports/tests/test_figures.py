"""Every figure of every document has an id, and is got again as of its moment, whatever happened since."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import docx
import openpyxl
import pytest

from gridwalk.accounts.models import Assignment
from gridwalk.accounts.rules import SYSTEM, Held, Role, Viewer
from gridwalk.cli import environment, main, schema
from gridwalk.core import clock
from gridwalk.core.models import StoredFile
from gridwalk.followup.actions import convening, moving, taking_in
from gridwalk.followup.actions.moving import Wording
from gridwalk.followup.models import Matter
from gridwalk.followup.queries import as_of
from gridwalk.followup.queries.as_of import MatterAsOf
from gridwalk.followup.rules import Act, Kind, Stage
from gridwalk.indicators.definitions import INDICATORS
from gridwalk.indicators.tallies import Figure
from gridwalk.inspection.models import DoorAnswer, Sample, SampledDoor
from gridwalk.reports import actions, again, chapters, overview, queries, supervision
from gridwalk.reports.figures import Figures, Printed, figures_of
from gridwalk.reports.models import PROGRESS, SUMMARY, WEEKLY, Document
from gridwalk.reports.tests.conftest import FIRST, FRIDAY, JUNLIN, LINGULI, MONDAY, OTHER, STREET, Street
from gridwalk.reports.tests.test_meetings import compare, made, sample
from gridwalk.visits.actions import recording
from gridwalk.visits.values import NewVisit

pytestmark = pytest.mark.slow

MakeViewer = Callable[[Role, str], Viewer]
NEVER_AGAIN = "checks"
"""The one source that nothing can be got again from: its cases are gone once the register is put right."""


@pytest.fixture
def centre(street: Street, viewer: MakeViewer) -> Viewer:
    return viewer(Role.STREET_CENTRE, STREET)


@pytest.fixture
def district(viewer: MakeViewer) -> Viewer:
    return viewer(Role.DISTRICT_CENTRE, STREET[:6])


@pytest.fixture
def documents(street: Street, centre: Viewer, district: Viewer, viewer: MakeViewer, at: dt.datetime) -> list[Document]:
    """One of each kind, by who sees rows and by who sees counts only, after a round, a meeting and three matters."""
    compare(at - dt.timedelta(hours=1), LINGULI, 90, 100)
    sample(street, at - dt.timedelta(hours=2))
    _matters(centre, viewer(Role.COMMUNITY_LEAD, LINGULI), viewer(Role.STREET_CENTRE, STREET))
    pack = made(centre, at)
    meeting = pack.meeting
    assert meeting is not None
    convening.commend(actor=centre, at=at, meeting=meeting.id, practice="先打电话约时段")
    convening.hold(actor=centre, at=at, meeting=meeting.id)
    convening.decide(
        actor=centre, at=at, meeting=meeting.id, title="补一次夜间走访", scope=LINGULI, due_on=clock.local_date(at)
    )
    actions.make_minutes(actor=centre, at=at, meeting=meeting.id)
    for actor in (centre, district):
        for kind in (PROGRESS, WEEKLY, SUMMARY):
            actions.make_report(actor=actor, at=at, kind=kind, campaign_id=street.campaign.id)
    return list(Document.objects.order_by("serial"))


def _matters(centre: Viewer, lead: Viewer, second_centre: Viewer) -> None:
    """Of three findings of 林古里 one is looked for elsewhere and handed in, one is none, one is as it was noted."""
    opened = clock.at_local(FRIDAY, 10)
    handled, dropped, _ = (
        taking_in.open_matter(actor=centre, at=opened, scope=LINGULI, kind=Kind.FINDING, title=title)
        for title in ("一个电话登在七户", "一户两处", "门牌写错")
    )
    second = clock.at_local(MONDAY, 10)
    looked = Wording(text="同单元", extent=(12, 12, 5))
    moving.move(actor=lead, at=second, matter=handled.id, act=Act.EXTENT_NOTED, wording=looked)
    moving.move(actor=lead, at=second, matter=handled.id, act=Act.EXTENT_DONE)
    moving.move(actor=lead, at=second, matter=handled.id, act=Act.HANDED_IN, wording=Wording(text="都问过了"))
    moving.move(actor=second_centre, at=second, matter=dropped.id, act=Act.DROPPED, wording=Wording(text="是两户"))


def test_every_figure_of_every_document_is_got_again(
    street: Street, documents: list[Document], viewer: MakeViewer, at: dt.datetime
) -> None:
    """Visits, matters, documents and posts of later change none of them."""
    later = at + dt.timedelta(days=1)
    visit = NewVisit(kind="dwelling", entity=street.doors[FIRST][3], outcome="met", at=later)
    recording.record_visits(actor=viewer(Role.GRID_WORKER, FIRST), at=later, grid=FIRST, visits=[visit])
    actions.make_report(actor=SYSTEM, at=later, kind=WEEKLY, campaign_id=street.campaign.id)
    taking_in.open_matter(actor=SYSTEM, at=later, scope=LINGULI, kind=Kind.FINDING, title="以后的")
    Assignment.objects.filter(responsible=True).update(to_on=clock.local_date(at))
    n = 0
    for document in documents:
        for figure in figures_of(document):
            expected = None if figure.source == NEVER_AGAIN else figure.value
            assert again.again(document, figure) == expected, (document.kind, figure)
            n += 1
    assert n > 500


def numbers(data: bytes) -> set[Any]:
    """Every number of a workbook, without the column of running numbers and the sheet of the ids."""
    sheets = [sheet for sheet in openpyxl.load_workbook(io.BytesIO(data)) if sheet.title != "数据编号"]
    cells = (cell for sheet in sheets for row in sheet.iter_rows() for cell in row)
    return {cell.value for cell in cells if isinstance(cell.value, int | float) and not isinstance(cell.value, bool)}


def test_no_number_of_a_workbook_is_without_an_id(documents: list[Document], centre: Viewer, at: dt.datetime) -> None:
    """A percentage stands as a share in a cell, and as words among the figures."""
    for kind in (PROGRESS, WEEKLY):
        document = next(d for d in documents if d.kind == kind)
        stored = StoredFile.objects.get(owner=centre.id, name=document.content["name"])
        _, data = queries.open_report(centre, stored.id, at=at)
        values = {f.value for f in figures_of(document)}
        shares = {float(value[:-1]) / 100 for value in values if isinstance(value, str) and value.endswith("%")}
        unnumbered = {n for n in numbers(data) if n not in values and not any(abs(n - s) < 1e-9 for s in shares)}
        assert unnumbered == set(), document.kind


def test_who_sees_counts_only_has_no_figure_of_what_is_withheld(documents: list[Document]) -> None:
    """Three of four persons are linked: that is withheld, before as now, and so are those who refused."""
    by_centre, by_district = (d for d in documents if d.kind == SUMMARY)
    labels = {figure.label for figure in figures_of(by_district)}
    of_centre = {figure.label for figure in figures_of(by_centre)}
    assert "合计：人房关联率 已完成" in of_centre - labels
    assert "合计：入户走访率 已登记原因" in of_centre - labels
    assert "合计：入户走访率 已完成" in labels
    assert Printed(by_centre).figure("before", indicator="linkage", on="2026-10-09", part="n")
    assert not Printed(by_district).of("before")


def text_of(viewer: Viewer, name: str, at: dt.datetime) -> str:
    stored = StoredFile.objects.filter(owner=viewer.id, name__contains=name).latest("created_at")
    _, data = queries.open_report(viewer, stored.id, at=at)
    document = docx.Document(io.BytesIO(data))
    cells = (" | ".join(cell.text for cell in row.cells) for table in document.tables for row in table.rows)
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_the_summary_tells_claimed_beside_verified_what_was_put_right_and_what_was_learnt(
    documents: list[Document], centre: Viewer, at: dt.datetime
) -> None:
    """27 of 30 were visited as they say, of 36 that were due in the round; 6 of 13 are claimed now."""
    text = text_of(centre, "总结材料", at)
    assert "核实的数出自第 1 轮抽样估计" in text
    assert "林古里 | 28.5% | 75.0% | 30 / 30 / 27" in text
    assert "君临天下 | 66.6% | 样本不足 | —" in text
    assert "全街 | 46.1% | 75.0% | 30 / 30 / 27" in text
    assert "知晓率：66.6%，95% 区间 66.6% 到 66.7%，30 人答。" in text
    assert "知晓率尚未抽样" not in text and "开展独立抽样" not in text
    assert "林古里 | 整改 | 0 / 3 | 0 / 0 | 0 / 1 | 1 | 2（0） | — / —" in text
    assert "合计 | 会议 | 0 / 1 | 0 / 0 | 0 / 0 | 0 | 1（0） | — / —" in text
    assert "人房关联率 | 3 / 4（10月9日） | 3 / 4 | 75.0% → 75.0%" in text
    assert "走访（上门或电话） 14 次；去过或打过电话的户 12 户；其中 4 次以上的户 0 户" in text
    assert "1. 先打电话约时段（第 1 次座谈会）。" in text
    assert "不算来过，也不算没来过" in text and "率一 入户走访率（方案二(一)）" in text


def test_a_figure_of_a_report_is_got_again_by_its_id(
    documents: list[Document], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "database", nullcontext)
    monkeypatch.setattr(schema, "require_ready", lambda: None)
    (weekly, _) = (d for d in documents if d.kind == WEEKLY)
    figure = next(f for f in figures_of(weekly) if f.label == "合计：本周新增")
    assert main(["figure", figure.id]) == 0
    said = capsys.readouterr().out
    assert "合计：本周新增：5 户" in said and "周报表20261013.xlsx" in said and "再得出：5，相符" in said
    weekly.counts["week"] = {OTHER: [3, 0, {}]}
    weekly.save(update_fields=["counts"])
    assert main(["figure", figure.id]) == 1
    assert "再得出：3，不符" in capsys.readouterr().out


def closed(centre: Viewer, days: Sequence[int]) -> list[MatterAsOf]:
    """Findings that passed their recheck so many days after they were recorded, and were closed."""
    last = clock.at_local(MONDAY, 10) + dt.timedelta(days=200)
    matter = taking_in.open_matter(
        actor=centre, at=clock.at_local(FRIDAY, 10), scope=LINGULI, kind=Kind.FINDING, title="门牌写错"
    )
    (row,) = [m for m in as_of.recorded(SYSTEM, LINGULI, last) if m.row.id == matter.id]
    standing = dataclasses.replace(row.standing, stage=Stage.CLOSED, ended_at=last)
    return [dataclasses.replace(row, standing=standing, passed_at=row.recorded_at + dt.timedelta(days=n)) for n in days]


def test_days_are_told_of_three_ended_matters_and_more(street: Street, centre: Viewer) -> None:
    for days, told in (([], set()), ([2, 4], set()), ([2, 9, 4], supervision.DAYS)):
        matters = closed(centre, days) if days else []
        numbers = supervision.put_right(matters, clock.now())
        assert set(numbers) == set(supervision.PUT_RIGHT) - supervision.DAYS | told
    assert (numbers["half"], numbers["most"]) == (4, 9)


def test_days_count_from_when_a_matter_was_recorded(street: Street, centre: Viewer) -> None:
    """Noted on a phone two weeks before the office had it: its days begin when it could be put right."""
    matter = taking_in.open_matter(
        actor=centre, at=clock.at_local(MONDAY, 10), scope=LINGULI, kind=Kind.FINDING, title="门牌写错"
    )
    Matter.objects.filter(pk=matter.id).update(at=clock.at_local(MONDAY, 10) - dt.timedelta(days=14))
    (row,) = as_of.recorded(SYSTEM, LINGULI, clock.at_local(MONDAY, 11))
    assert row.recorded_at == clock.at_local(MONDAY, 10)


def test_the_course_of_a_kind_reads_no_other_and_none_from_before(street: Street, centre: Viewer) -> None:
    for kind, on in ((Kind.FINDING, MONDAY), (Kind.FINDING, FRIDAY), (Kind.REQUEST, MONDAY)):
        taking_in.open_matter(actor=centre, at=clock.at_local(on, 0), scope=LINGULI, kind=kind, title="一件")
    at = clock.at_local(MONDAY, 11)
    (row,) = as_of.recorded(SYSTEM, LINGULI, at, kind=Kind.FINDING, since=MONDAY)
    assert (row.row.kind, row.recorded_at) == (Kind.FINDING, clock.at_local(MONDAY, 0)), "midnight is of the day"
    assert len(as_of.recorded(SYSTEM, LINGULI, at)) == 3


def test_who_sees_counts_only_reads_nothing_of_burden_that_tells_of_doors(
    documents: list[Document], district: Viewer, at: dt.datetime
) -> None:
    """12 of 13 doors were gone to and 6 are visited: of 3 that are explained that would tell."""
    text = text_of(district, "总结材料", at)
    assert "走访（上门或电话） 14 次；由系统登记直接生成、不用另填的报表和材料" in text
    assert "去过或打过电话的户" not in text and "4 次以上" not in text
    by_centre, by_district = (d for d in documents if d.kind == SUMMARY)
    assert {f.about["part"] for f in Printed(by_centre).of("burden")} == set(supervision.BURDEN)
    assert {f.about["part"] for f in Printed(by_district).of("burden")} == {"visits", "documents"}


def test_what_an_indicator_is_now_is_told_where_what_it_was_is_withheld(
    street: Street, district: Viewer, at: dt.datetime
) -> None:
    """It stands among the rates: the sign here would only make both look hidden."""
    code, figures = "completeness", Figures(1)
    data = overview.overview(district, street.campaign, at)
    total = {**data.communities.total, code: Figure(40, 60)}
    data = dataclasses.replace(data, communities=dataclasses.replace(data.communities, total=total))
    for part, value in (("n", 40), ("d", 60), ("percent", "66.6%")):
        figures.add("", value, "count", indicator=code, part=part, scope="")
    rows = chapters.before_rows(data, Printed(Document(serial=1, figures=figures.rows)))
    assert [INDICATORS[code].label, "不公开", "40 / 60", "—"] in rows
    assert [INDICATORS["linkage"].label, "不公开", "不公开", "—"] in rows


def test_a_progress_workbook_numbers_of_a_sample_only_what_it_shows(documents: list[Document]) -> None:
    for document in documents:
        rates = {figure.about["rate"] for figure in figures_of(document) if figure.source == "sample"}
        if document.kind == PROGRESS:
            assert rates == {"awareness"}
        if document.kind == SUMMARY:
            assert rates == {"visits", "asked", "awareness"}


def test_a_summary_of_some_communities_is_not_of_the_whole_street_and_counts_itself_once(
    street: Street, viewer: MakeViewer, at: dt.datetime
) -> None:
    """Each press of the button makes one more document, and of the same day one."""
    sample(street, at - dt.timedelta(hours=2))
    lead = viewer(Role.COMMUNITY_LEAD, LINGULI)
    both = dataclasses.replace(lead, assignments=(*lead.assignments, Held(Role.COMMUNITY_LEAD, JUNLIN)))
    for actor, moment, total in (
        (lead, at, "合计 | 28.5% | 75.0% | 30 / 30 / 27"),
        (both, at + dt.timedelta(minutes=1), "合计 | 46.1% | — | —"),
    ):
        for _ in range(2):
            actions.make_report(actor=actor, at=moment, kind=SUMMARY, campaign_id=street.campaign.id)
        document = Document.objects.latest("serial")
        text = text_of(actor, "总结材料", moment)
        assert total in text and "全街 |" not in text
        (n,) = [figure.value for figure in Printed(document).of("burden") if figure.about["part"] == "documents"]
        assert n == (1 if actor is lead else 2)
        for figure in Printed(document).of("burden"):
            assert again.again(document, figure) == figure.value


def test_reasons_of_all_communities_are_one_query(
    street: Street, django_assert_num_queries: Callable[[int], AbstractContextManager[Any]]
) -> None:
    with django_assert_num_queries(1):
        reasons = overview._reasons(street.campaign, [LINGULI, JUNLIN])
    assert {code: sum(labels.values()) for code, labels in reasons.items()} == {LINGULI: 5, JUNLIN: 2}


def test_what_is_verified_of_rate_four_has_an_id_in_pack_and_annex(
    street: Street, centre: Viewer, at: dt.datetime
) -> None:
    """27 of 30 doors say what is recorded, 36 people were due on the day of the draw: 75.0 %."""
    row = sample(street, at - dt.timedelta(hours=2))
    none: dict[str, dict[str, int]] = {"met": {}, "due": {}, "strata": {}}
    stratum = f"{LINGULI}|reached"
    linkage = {"met": {LINGULI: 30}, "due": {LINGULI: 36}, "strata": {stratum: 30}}
    claimed = {"attention": none, "linkage": linkage, "dwellings_resolved": none}
    Sample.objects.filter(pk=row.pk).update(claimed=claimed)
    SampledDoor.objects.update(claims={"linkage": 1})
    for visited in ("yes", "no"):
        DoorAnswer.objects.filter(visited=visited).update(agrees={"n_living": visited == "yes"})
    pack = made(centre, at)
    verified: dict[str, Any] = {line["label"]: line["verified"] for line in pack.content["rates"]}
    assert verified["人房关联率"]["value"] == "75.0%" and verified["房屋居住已明率"] == {"value": "样本不足"}
    actions.make_report(actor=centre, at=at, kind=SUMMARY, campaign_id=street.campaign.id)
    report = Document.objects.get(kind=SUMMARY)
    for document in (pack, report):
        figure = Printed(document).figure("sample", rate="linkage", part="verified", scope=STREET)
        assert figure is not None and again.again(document, figure) == figure.value == "75.0%"
    stored = StoredFile.objects.get(name__contains="总结附表")
    _, data = queries.open_report(centre, stored.id, at=at)
    _, _, heads, *lines = openpyxl.load_workbook(io.BytesIO(data))["各社区"].iter_rows(values_only=True)
    n = heads.index("率四 人房关联率（人）")
    assert heads[n + 2] == "核实不低于"
    assert {line[0]: line[n + 2] for line in lines} == {"林古里": "75.0%", "君临天下": "—", "合计": "75.0%"}
