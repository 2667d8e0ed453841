"""Rates 2 and 4 beside what a sample bears out of them, and how many say that nobody came."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client

from gridwalk.accounts.rules import Held, Role, Viewer
from gridwalk.core import ids
from gridwalk.inspection import rates as rules
from gridwalk.inspection.actions import asking, giving
from gridwalk.inspection.actions.asking import Reply
from gridwalk.inspection.models import DoorAnswer, Sample, SampledDoor
from gridwalk.inspection.queries import claimed, rates, results
from gridwalk.inspection.rates import Contact, Rate
from gridwalk.inspection.rules import Kind, Visited, Way, Who
from gridwalk.inspection.tests.test_drawing import CENTRE, STREET, drawn
from gridwalk.method.sampling import clusters
from gridwalk.method.sampling.clusters import Cluster, Clusters
from gridwalk.registry.models import CareLabel, Dwelling, Residence
from gridwalk.registry.tests.street import FIRST, GRID
from gridwalk.visits.tests.walk import Walk

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SignIn = Callable[..., Client]


def words(answer: Any) -> str:
    """What a page says, without its tags and spaces."""
    return re.sub(r"<[^>]*>|\s", "", answer.content.decode())


def tell(inspector: Viewer, door: SampledDoor, at: dt.datetime, **said: Any) -> None:
    reply = Reply(way=Way.KNOCK, visited=said.pop("visited", Visited.YES), who=said.pop("who", Who.MET), **said)
    asking.answer(actor=inspector, at=at, door=door.pk, reply=reply)


@pytest.fixture
def sample(walk: Walk, inspector: Viewer) -> Sample:
    """Thirty doors of the first community: each with one who lives there, the first ten with two; ten are let. A person
    without a door beside. All doors are drawn, and given.
    """
    for n, door in enumerate(Dwelling.objects.filter(grid=GRID).order_by("room")):
        walk.street.person(f"甲{n}", door)
        if n < 10:
            walk.street.person(f"乙{n}", door)
            walk.street.say(door, "tenure", "let", source="office")
    walk.street.person("丙", grid=GRID)
    sample = drawn(walk.at)
    giving.give(actor=CENTRE, at=walk.at, sample=sample.pk)
    return sample


def doors(sample: Sample) -> list[SampledDoor]:
    """Those of the first community, as their rooms are numbered."""
    rooms = dict(Dwelling.objects.filter(grid=GRID).values_list("pk", "room"))
    return sorted(SampledDoor.objects.filter(sample=sample, grid=GRID), key=lambda door: rooms[door.dwelling])


def test_what_is_claimed_is_counted_on_the_day_of_the_draw(sample: Sample) -> None:
    """40 of 41 people are linked; 30 doors of 32 are lived in; 10 let doors are contacts that are not due yet."""
    kept = {rate: (kept["met"], kept["due"]) for rate, kept in sample.claimed.items()}
    assert kept["linkage"] == ({FIRST: 40}, {FIRST: 41})
    assert kept["dwellings_resolved"] == ({FIRST: 30}, {FIRST: 30, "120105001002": 2})
    assert kept["attention"] == ({FIRST: 10}, {FIRST: 10})
    assert sample.claimed["linkage"]["strata"][f"{FIRST}|reached"] == 40
    assert [door.claims for door in doors(sample)[9:11]] == [
        {"attention": 1, "linkage": 2, "dwellings_resolved": 1},
        {"linkage": 1, "dwellings_resolved": 1},
    ]


def test_who_has_two_homes_is_claimed_at_neither(walk: Walk) -> None:
    """Cared for, so claimed once in the totals and not at two doors; who has one home is claimed there."""
    one_home, first, second = Dwelling.objects.filter(grid=GRID).order_by("room")[:3]
    people = [walk.street.person("甲", one_home), walk.street.person("乙", first)]
    today = walk.at.date()
    for person in people:
        CareLabel.objects.create(
            grid_id=GRID,
            person=person,
            category="aged",
            interval_days=7,
            starts_on=today,
            ends_on=today + dt.timedelta(days=90),
            source="office",
            created_at=walk.at,
        )
    link = Residence.objects.get(person=people[1].pk)
    link.pk, link.dwelling = ids.new_id(), second
    link._state.adding = True
    link.save()
    assert claimed.at_doors(FIRST, today)[Rate.ATTENTION] == {one_home.pk: 1}
    assert claimed.totals(FIRST, today)[Rate.ATTENTION][0] == {FIRST: 2}


def test_people_are_verified_by_how_many_live_there_and_who_has_no_door_is_due_and_not_verified(
    sample: Sample, inspector: Viewer, walk: Walk
) -> None:
    """Asked whole, so nothing is left to bound: a door of two says three, 38 of 41 are verified."""
    asked = doors(sample)
    for n, door in enumerate(asked):
        tell(inspector, door, walk.at, n_living=None if n == 29 else 3 if n == 0 else 2 if n < 10 else 1)
    linkage, *_ = [line for line in rates.rate_lines(CENTRE, sample) if line.rate is Rate.LINKAGE]
    assert (linkage.n_met, linkage.n_due, linkage.n_listed) == (40, 41, 40)
    assert (linkage.n_answered, linkage.n_drawn, linkage.verified) == (29, 30, None), "one short of a figure"
    DoorAnswer.objects.filter(door=asked[29]).update(agrees={"n_living": True})
    linkage, near = [line for line in rates.rate_lines(CENTRE, sample) if line.rate is Rate.LINKAGE]
    assert linkage.verified == pytest.approx(38 / 41) and near.verified == linkage.verified
    assert (linkage.code, near.code, near.n_due) == ("", FIRST, 41)


def test_a_rate_is_bounded_by_doors_and_not_by_their_people(sample: Sample, inspector: Viewer, walk: Walk) -> None:
    """Of a register with more people than were asked: 30 doors without a denial prove what their weights allow."""
    sample.claimed["linkage"]["strata"] = {f"{FIRST}|reached": 1000}
    sample.claimed["linkage"]["due"] = {FIRST: 1250}
    sample.save()
    for n, door in enumerate(doors(sample)):
        tell(inspector, door, walk.at, n_living=2 if n < 10 else 1)
    expected = clusters.at_least([Clusters(1000, [Cluster(2, 2)] * 10 + [Cluster(1, 1)] * 20)])
    (linkage, *_) = [line for line in rates.rate_lines(CENTRE, sample) if line.rate is Rate.LINKAGE]
    assert linkage.verified == pytest.approx(0.8 * expected) and expected < 0.05 ** (1 / 30)


def test_who_reads_counts_reads_no_pair_and_care_stands_by_street_only(
    sample: Sample, inspector: Viewer, walk: Walk
) -> None:
    for n, door in enumerate(doors(sample)):
        tell(inspector, door, walk.at, n_living=2 if n < 10 else 1, contact=Contact.QUARTER)
    group = Viewer(ids.new_id(), "组长", (Held(Role.LEADING_GROUP, STREET),))
    lead = Viewer(ids.new_id(), "书记", (Held(Role.COMMUNITY_LEAD, FIRST),))
    read = rates.rate_lines(group, sample)
    assert [(line.rate, line.code) for line in read] == [(rate, "") for rate in Rate]
    assert {line.n_due for line in read} == {None}, "some of them would tell of few"
    assert read[1].verified == pytest.approx(40 / 41)
    assert (read[0].verified, read[0].n_answered, read[0].n_drawn, read[0].at_best) == (None, None, None, None)
    assert (read[1].n_answered, read[1].n_drawn) == (30, 30) and read[1].at_best is not None
    every = rates.rate_lines(CENTRE, sample)
    assert (every[0].n_answered, every[0].n_drawn) == (10, 10), "ten doors have a contact that is due"
    own = rates.rate_lines(lead, sample)
    assert [(line.rate, line.code) for line in own] == [(Rate.LINKAGE, FIRST), (Rate.RESOLVED, FIRST)]
    assert own[0].n_due == 41


@pytest.mark.parametrize(
    ("contact", "intervals", "n_days", "agrees"),
    [
        (Contact.WEEK, [7, 60], 0, True),
        (Contact.FORTNIGHT, [7, 60], 0, False),
        (Contact.FORTNIGHT, [7, 60], 7, True),
        (Contact.TWO_MONTHS, [60], 0, True),
        (Contact.QUARTER, [90], 0, True),
        (Contact.EARLIER, [90], 31, False),
        (Contact.UNKNOWN, [7], 0, None),
        (Contact.WEEK, [], 0, None),
        (None, [7], 0, None),
    ],
)
def test_a_contact_agrees_with_the_shortest_interval_so_many_days_after_the_draw(
    contact: Contact | None, intervals: list[int], n_days: int, agrees: bool | None
) -> None:
    assert rules.contact_agrees(contact, intervals, n_days) is agrees


@pytest.mark.parametrize(
    ("n_living", "occupancy", "n_recorded", "recorded", "agrees"),
    [
        (2, "", 1, "occupied", True),
        (0, "occupied", 1, "occupied", False),
        (None, "vacant", 0, "vacant", True),
        (None, "occupied", 0, "vacant", False),
        (None, "", 1, "occupied", None),
        (3, "", 0, "unknown", None),
    ],
)
def test_whether_somebody_lives_there_is_told_by_who_does_before_the_word(
    n_living: int | None, occupancy: str, n_recorded: int, recorded: str, agrees: bool | None
) -> None:
    assert (
        rules.lived_in_agrees(n_living=n_living, occupancy=occupancy, n_recorded=n_recorded, recorded=recorded)
        is agrees
    )


def test_denials_are_estimated_without_the_communities_that_are_suspected(
    sample: Sample, inspector: Viewer, walk: Walk
) -> None:
    """Thirty of thirty-one claimed doors answer, three of them that nobody came: 3 of 30 and of one that is unasked."""
    for n, door in enumerate(doors(sample)):
        who = Who.ANOTHER if n in {0, 3} else Who.MET  # one who denies, one who confirms
        tell(inspector, door, walk.at, visited=Visited.NO if n < 3 else Visited.YES, who=who)
        if n == 28:
            assert rates.denials(sample).share is None, "29 answers say nothing"
    denials = rates.denials(sample)
    assert (denials.setting, denials.n) == (0.03, 30) and denials.share == pytest.approx(0.1)
    assert denials.lowest < 0.1 < denials.highest
    assert (denials.n_denied, denials.n_another) == (3, 1)
    Sample.objects.create(
        campaign=sample.campaign,
        kind=Kind.ACCEPTANCE,
        number=1,
        scope=FIRST,
        stage="drawn",
        share=5,
        response=80,
        instalment_size=12,
        most_answers=200,
        least_drawn=2,
        from_on=sample.from_on,
        to_on=sample.to_on,
        planned_at=walk.at,
        verdict="suspect",
    )
    assert (rates.denials(sample).n, rates.denials(sample).share) == (0, None)


def test_what_was_heard_before_a_moment_and_kept_after_it_is_of_later(
    sample: Sample, inspector: Viewer, walk: Walk
) -> None:
    """Twenty-nine answers at once; the thirtieth is heard then as well, and comes from the phone an hour later."""
    *asked, last = doors(sample)
    for n, door in enumerate(asked):
        tell(inspector, door, walk.at, n_living=2 if n < 10 else 1)
    pushed_at = walk.at + dt.timedelta(hours=1)
    with time_machine.travel(pushed_at, tick=False):
        tell(inspector, last, pushed_at, given_at=walk.at, n_living=1)
    for until, n in ((walk.at, 29), (pushed_at, 30)):
        assert rates.rate_lines(CENTRE, sample, until=until)[1].n_answered == n
        assert rates.denials(sample, until=until).n == n
        shown = results.latest(CENTRE, STREET, until=until)
        assert shown is not None and shown.lines[0].n_answered == n


def test_home_and_the_page_of_results_show_what_is_verified(
    sample: Sample, inspector: Viewer, walk: Walk, sign_in: SignIn
) -> None:
    for n, door in enumerate(doors(sample)):
        tell(inspector, door, walk.at, n_living=2 if n < 10 else 1, knows=n < 20)
    centre = sign_in(Role.STREET_CENTRE, STREET)
    home = words(centre.get(f"/board/{STREET}/"))
    assert "抽签那天报97.5%，核实不低于97.5%" in home and "30户答了" in home
    assert "核实：样本不足，再问到30户就够" in home, "nobody was asked after a contact"
    known = re.search(r"知晓率66.6%95%区间.{5,15}，30户答了，应答.{1,6}%", home)
    assert known and known[0] in words(centre.get("/wall/")), "the screen on the wall says the same"
    shown = words(centre.get(f"/samples/{sample.pk}/"))
    assert "40/41人" in shown and "核实不低于" in shown and "不算核实" in shown
    assert "验收抽查按“没有造假也有3.0%的户说没有”来算" in shown and "比设定的低" not in shown
    group = words(sign_in(Role.LEADING_GROUP, STREET).get(f"/samples/{sample.pk}/"))
    assert "41人" not in group and "97.5%" in group
    assert "———样本不足—" in group, "of few doors drawn neither how many answered nor what they could prove"
