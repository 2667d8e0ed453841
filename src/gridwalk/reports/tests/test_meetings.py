"""What a pack says of comparisons, of the days to come and of kinds of problems, and how each is got again."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import docx
import pytest

from gridwalk.accounts.rules import SYSTEM, Role, Viewer
from gridwalk.bench.online import ONLINE
from gridwalk.campaigns.models import Campaign
from gridwalk.core import actions as core
from gridwalk.core import clock, ids
from gridwalk.followup.actions import convening
from gridwalk.followup.actions.convening import Arrangement
from gridwalk.followup.models import Meeting
from gridwalk.indicators.models import Snapshot
from gridwalk.indicators.tallies import Figure
from gridwalk.inspection.models import DoorAnswer, Sample, SampledDoor
from gridwalk.reconcile.models import ComparedCommunity, Comparison
from gridwalk.registry.actions import creation
from gridwalk.reports import actions, again, papers, problems, wording
from gridwalk.reports.figures import DocumentFigure, Gone, figures_of
from gridwalk.reports.models import Document
from gridwalk.reports.tests.conftest import FIRST, JUNLIN, LINGULI, OTHER, SECOND, STREET, THURSDAY, Street

pytestmark = pytest.mark.slow

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


def sample(
    street: Street, drawn_at: dt.datetime, *, answered: int = 30, confirmed: int = 27, kind: str = "estimation"
) -> Sample:
    """A sample of the thirty claimed doors of 林古里, of which 36 are due; two in three of those who answer know the
    service. Asked whole, what it says is known: no interval is left.
    """
    on = clock.local_date(drawn_at)
    row = Sample.objects.create(
        campaign=street.campaign,
        kind=kind,
        number=Sample.objects.count() + 1,
        scope=STREET,
        stage="drawn",
        share=100,
        response=100,
        instalment_size=12,
        most_answers=200,
        least_drawn=2,
        from_on=on,
        to_on=on,
        strata={f"{LINGULI}|reached": 30},
        due={LINGULI: 36},
        planned_at=drawn_at,
        drawn_at=drawn_at,
    )
    for turn in range(30):
        door = SampledDoor.objects.create(
            sample=row, grid_id=FIRST, dwelling=ids.new_id(), stratum=f"{LINGULI}|reached", turn=turn
        )
        if turn < answered:
            door.state, door.closed_at = "answered", drawn_at
            door.save()
            visited = "yes" if turn < confirmed else "no"
            DoorAnswer.objects.create(
                door=door, way="knock", visited=visited, who="met", knows=turn % 3 > 0, at=drawn_at
            )
    return row


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
        twice = [{"name": f"李试{i}", "born_on": "1980-01-01"} for i in range(5) for _ in range(2)]
        people = [creation.New(grid=FIRST, values=values, source="office") for values in twice]
        creation.register(writing, "person", people)
    sample(street, at - dt.timedelta(hours=2))
    return made(centre, at)


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
    """Six persons have no home: that complements the linkage that is withheld, so it is no kind of the pack."""
    cases = {figure.label: figure for figure in of(pack, "checks")}
    assert {label: figure.value for label, figure in cases.items()} == {"同名同生日：件数": 5, "同名同生日：社区数": 1}
    assert [again.again(pack, figure) for figure in cases.values()] == [None, None]
    assert "李试" not in str(pack.content) and "赵试" not in str(pack.content)


def test_what_is_protected_is_withheld_whoever_makes_the_pack(pack: Document) -> None:
    lines: dict[str, Any] = {line["label"]: line for line in pack.content["rates"]}
    assert lines["入户走访率"]["n"]["value"] == 6 and lines["入户走访率"]["d"]["value"] == 13
    assert lines["人房关联率"]["words"] == "不公开", "three of fourteen persons have a home"


def test_no_check_of_records_that_tells_of_use_or_home_is_counted_in_a_pack() -> None:
    assert problems.OF_RECORDS == (
        "same_number",
        "same_name_and_birth",
        "near_duplicate",
        "same_door",
        "same_organization",
        "door_gone",
    )
    assert set(problems.BOUNDS) == {code for code, check in ONLINE.items() if not check.tells_use}


FREE = ("unchanged_but_doubted", "stairwell_alike", "unchanged_then_corrected", "sizes_alike", "birthdays_alike")


@pytest.mark.parametrize(
    ("visits", "resolved", "beside"),
    [
        (Figure(6, 13), None, FREE),
        (Figure(6, 13), Figure(5, 13), ("met_nobody", *FREE)),
        (Figure(60, 130, (("in_person", 50),)), None, ("phone_without_number", "phone_for_many", *FREE)),
        (None, None, FREE),
    ],
)
def test_online_checks_are_counted_where_the_plan_shows_what_their_number_bounds(
    visits: Figure | None, resolved: Figure | None, beside: tuple[str, ...]
) -> None:
    told = problems.told({"visits": visits, "dwellings_resolved": resolved})
    assert set(told) == {*problems.OF_RECORDS, *beside}
    assert list(told) == [code for code in problems.COUNTED if code in told]


def test_a_kind_that_bounds_a_count_is_told_without_its_communities_and_only_where_that_count_is_shown(
    street: Street, centre: Viewer, at: dt.datetime
) -> None:
    """At five doors somebody was met and nobody is registered. One door of thirteen has people, so how many are
    resolved is withheld, and this kind as well; with people at seven more, eight and five are both shown.
    """
    assert made(centre, at).content["problems"] == []
    Meeting.objects.update(state="cancelled", why="改期")
    homes = [(FIRST, street.doors[FIRST][2:]), (SECOND, street.doors[SECOND]), (OTHER, street.doors[OTHER][4:])]
    for grid, doors in homes:
        with core.write_to(grid, actor=SYSTEM, at=at) as writing:
            new = [creation.New(grid=grid, values={"name": f"孙试{n}"}, source="office") for n in range(len(doors))]
            links = [
                creation.NewResidence(person=person, dwelling=door, grid=grid, kind="lives_here", source="office")
                for person, door in zip(creation.register(writing, "person", new), doors, strict=True)
            ]
            creation.link(writing, links)
    document = made(centre, at + dt.timedelta(hours=1))
    (problem,) = document.content["problems"]
    assert (problem["label"], problem["n"]["value"], problem["communities"]) == ("见到人，没登记人", 5, None)
    paragraphs = [p.text for p in docx.Document(io.BytesIO(papers.pack(document))).paragraphs]
    assert any("见到人，没登记人 5 件。" in text for text in paragraphs)


def test_what_a_sample_verifies_is_a_figure_that_later_answers_do_not_change(
    street: Street, pack: Document, at: dt.datetime
) -> None:
    """27 of 30 confirmed, 36 due: 27 / 36 = 75.0 %; 20 of 30 know the service: 66.6 %, an upper end never less."""
    lines: dict[str, Any] = {line["label"]: line for line in pack.content["rates"]}
    assert lines["入户走访率"]["verified"]["value"] == "75.0%"
    assert lines["知晓率"]["words"] == "66.6%，95% 区间 66.6% 到 66.7%，30 人答（抽样估计）"
    assert [line["verified"] for line in lines.values() if line["label"] != "入户走访率"] == [None] * 5
    figures = {figure.label: figure for figure in of(pack, "sample")}
    assert figures["入户走访率：核实不低于"].value == "75.0%" and figures["知晓率：答了的人数"].value == 30
    sample(street, at + dt.timedelta(days=1), confirmed=0)
    for figure in figures.values():
        assert again.again(pack, figure) == figure.value, figure.label
    SampledDoor.objects.all().delete()
    for figure in figures.values():
        with pytest.raises(Gone):
            again.again(pack, figure)


def test_an_answer_heard_before_a_pack_and_kept_after_it_is_no_part_of_it(
    street: Street, centre: Viewer, at: dt.datetime
) -> None:
    """An inspector without a network hears at nine what comes in at eleven; the pack is of ten."""
    hour = dt.timedelta(hours=1)
    row = sample(street, at - 2 * hour)
    stratum = f"{LINGULI}|reached"
    Sample.objects.filter(pk=row.pk).update(strata={stratum: 31})
    late = SampledDoor.objects.create(sample=row, grid_id=FIRST, dwelling=ids.new_id(), stratum=stratum, turn=30)
    pack = made(centre, at)
    DoorAnswer.objects.create(door=late, way="knock", visited="no", who="met", knows=False, at=at - hour)
    SampledDoor.objects.filter(pk=late.pk).update(state="answered", closed_at=at + hour)
    figures = list(of(pack, "sample"))
    assert {figure.label for figure in figures} >= {"入户走访率：核实不低于", "知晓率：答了的人数"}
    for figure in figures:
        assert again.again(pack, figure) == figure.value, figure.label


def test_a_pack_says_whether_the_round_still_runs(street: Street, centre: Viewer, at: dt.datetime) -> None:
    """As of the moment of the pack: a door that is answered the day after was open then."""
    row = sample(street, at - dt.timedelta(hours=2))
    SampledDoor.objects.update(state="answered", closed_at=at - dt.timedelta(hours=1))
    assert made(centre, at).content["sample"] == {"number": 1, "is_running": False}
    Meeting.objects.update(state="cancelled", why="改期")
    SampledDoor.objects.filter(sample=row, turn=29).update(closed_at=at + dt.timedelta(hours=5))
    document = made(centre, at)
    assert document.content["sample"] == {"number": 1, "is_running": True}
    paragraphs = [p.text for p in docx.Document(io.BytesIO(papers.pack(document))).paragraphs]
    words = "核实的数出自第 1 轮抽样估计，这一轮还在问，没问完，核实的数还会变。"
    assert any(words in text for text in paragraphs)
    assert wording.of_sample(None) == ""


def test_too_few_answers_say_so(street: Street, centre: Viewer, at: dt.datetime) -> None:
    """A round of mutual checks with as few says no number, and a patrol with thirty says its own beside the rates."""
    earlier = at - dt.timedelta(hours=2)
    sample(street, earlier, answered=29)
    sample(street, earlier, answered=29, kind="mutual")
    sample(street, earlier, confirmed=30, kind="patrol")
    document = made(centre, at)
    lines = {line["label"]: line for line in document.content["rates"]}
    assert lines["入户走访率"]["verified"] == {"value": "样本不足"} and lines["知晓率"]["words"] == "样本不足"
    paragraphs = [p.text for p in docx.Document(io.BytesIO(papers.pack(document))).paragraphs]
    rounds = [
        "互查第 2 轮（还在问，数还会变）：样本不足，不说数。",
        "街道巡查第 3 轮（已经问完）：抽 30 户，问到、说得清的 30 户，其中说来过的 30 户；"
        "入户走访率核实不低于 83.3%。只说这一轮，不和抽样估计合算。",
    ]
    assert [text.strip() for text in paragraphs if "轮（" in text] == rounds
    figures = list(of(document, "round"))
    assert [figure.value for figure in figures] == [30, 30, 30, 0, "83.3%"]
    sample(street, at + dt.timedelta(days=1), confirmed=0, kind="patrol")
    assert [again.again(document, figure) for figure in figures] == [figure.value for figure in figures]


def made(centre: Viewer, at: dt.datetime) -> Document:
    """The pack of the next meeting."""
    arrangement = Arrangement(on=clock.local_date(at), begins=dt.time(14, 30), place="二楼", asked="")
    meeting = convening.plan(actor=centre, at=at, street=STREET, arrangement=arrangement)
    return actions.make_pack(actor=centre, at=at, meeting=meeting.id)


def test_the_campaign_of_a_pack_holds_the_whole_street(street: Street, centre: Viewer, at: dt.datetime) -> None:
    on = clock.local_date(at)
    Campaign.objects.create(
        name="一个社区的",
        scope=LINGULI,
        state="running",
        starts_on=on,
        ends_on=on,
        quiet_from=dt.time(20),
        quiet_until=dt.time(9),
        created_at=at,
    )
    assert made(centre, at).campaign == street.campaign.id


def test_a_counted_figure_is_held_against_the_closings_around_it(pack: Document, at: dt.datetime) -> None:
    """Seven doors are due in 林古里 and six in 君临天下; one was visited at the close of Friday, six on Monday."""
    n = of(pack, "count")[0]
    assert again.is_borne_out(n, again.closings(pack, n)) is None, "Tuesday has not closed yet"
    kept = [("10月12日", 6), ("10月13日", 40)]
    values = (0, 1, 6, 30, 45, 46)
    assert [again.is_borne_out(dataclasses.replace(n, value=value), kept) for value in values] == [
        False,
        True,
        True,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("key", ["practice", "decisions", "problems", "before_on", "forecast"])
def test_a_pack_of_an_earlier_release_is_printed_without_what_it_lacks(pack: Document, key: str) -> None:
    pack.content |= {"practice": "先打电话约时段"}
    assert "先打电话约时段" in printed(pack)
    del pack.content[key]
    assert printed(pack)


def printed(pack: Document) -> str:
    """What a pack says in its paragraphs."""
    return "\n".join(each.text for each in docx.Document(io.BytesIO(papers.pack(pack))).paragraphs)
