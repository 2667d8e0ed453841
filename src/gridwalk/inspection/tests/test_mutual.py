"""互查 and 街道巡查: who checks whom, and what each round shows apart from the others."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable

import pytest
from django.test import Client

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import SYSTEM, Held, Role, Viewer
from gridwalk.campaigns.models import Target
from gridwalk.core import actions as core
from gridwalk.core import ids
from gridwalk.inspection import allotting
from gridwalk.inspection.actions import asking, giving
from gridwalk.inspection.models import Sample, SampledDoor
from gridwalk.inspection.queries import results
from gridwalk.inspection.rules import Kind, SampleError
from gridwalk.inspection.tests.test_drawing import CENTRE, STREET, drawn, said
from gridwalk.inspection.tests.test_rates import words
from gridwalk.method import addresses
from gridwalk.registry.actions.doors import NewDoor, register_doors
from gridwalk.registry.tests.street import FAR_GRID, FIRST, SECOND, TREE, Street
from gridwalk.territory import actions as territory
from gridwalk.visits.tests.walk import Walk

pytestmark = pytest.mark.django_db
THIRD = "120105001003"
Account = Callable[..., User]


@pytest.fixture
def walk(at: dt.datetime) -> Walk:
    """Three communities with twelve, four and three doors, all met."""
    street = Street.lay_out(at)
    communities = [*TREE["communities"], {"code": THIRD, "name": "丙社区居委会"}]
    territory.load_areas(actor=SYSTEM, at=at, tree=TREE | {"communities": communities})
    territory.create_grids(actor=SYSTEM, at=at, community=THIRD, n=1, from_on=at.date())
    for n in range(12):
        street.door(f"{n + 101}")
    for n in range(4):
        street.door(f"{n + 901}", grid=FAR_GRID)
    with core.write_to(f"{THIRD}001", actor=SYSTEM, at=at) as writing:
        rooms = [addresses.parse(f"甲里3号楼1单元{room}") for room in (101, 102, 103)]
        register_doors(
            writing, [NewDoor(grid=f"{THIRD}001", address=room, values={}, source="ledger") for room in rooms]
        )
    walk = Walk(street, at)
    walk.dispatch()
    Target.objects.update(state="visited", outcome="met", n_visits=1)
    return walk


def given_to(sample: Sample) -> dict[str, set[str]]:
    """Community → the names of who asks there."""
    names: dict[str, set[str]] = {}
    for name, user in SampledDoor.objects.filter(sample=sample).values_list("stratum", "inspector__name"):
        names.setdefault(name[:12], set()).add(user)
    return names


def test_the_circle_is_turned_on_from_round_to_round_and_nobody_checks_itself(walk: Walk, account: Account) -> None:
    """The first round of three communities: 甲 checks 乙, 乙 checks 丙, 丙 checks 甲. An inspector of the street and
    one of a grid check nobody: it is not their turn.
    """
    with pytest.raises(SampleError, match="各社区还没有核查员"):
        giving.give(actor=CENTRE, at=walk.at, sample=drawn(walk.at, Kind.MUTUAL).pk)
    for name, scope in (("甲查", FIRST), ("乙查", SECOND), ("丙查", THIRD), ("街道", STREET)):
        account(Role.INSPECTOR, scope, name=name)
    sample = drawn(walk.at, Kind.MUTUAL)
    assert sample.number == 2, "the round before was drawn and given to nobody"
    giving.give(actor=CENTRE, at=walk.at, sample=sample.pk)
    first = {FIRST: {"丙查"}, SECOND: {"甲查"}, THIRD: {"乙查"}}
    assert allotting.checked_by([FIRST, SECOND, THIRD], 1) == {FIRST: THIRD, SECOND: FIRST, THIRD: SECOND}
    assert given_to(sample) == first, "three communities have one circle: every round is its only turn"
    five = [f"12010500100{n}" for n in range(1, 6)]
    rounds = [allotting.checked_by(five, number) for number in (1, 2)]
    assert all(checker != checked for turned in rounds for checked, checker in turned.items())
    assert {tuple(sorted(pair)) for turned in rounds for pair in turned.items()} == {
        (one, other) for one in five for other in five if one < other
    }, "in a season every two meet"
    assert allotting.checked_by(five, 3) == rounds[0]


def test_each_community_has_as_many_doors_to_check_and_the_page_says_whose(
    walk: Walk, account: Account, sign_in: Callable[..., Client]
) -> None:
    """40 % of 19 doors are 8: three of each community, where in proportion it were five, two and one."""
    asker = account(Role.INSPECTOR, THIRD, name="丙查")
    sample = drawn(walk.at, Kind.MUTUAL, STREET, 40)
    drawn_of = Counter(name[:12] for name in SampledDoor.objects.values_list("stratum", flat=True))
    assert drawn_of == {FIRST: 3, SECOND: 3, THIRD: 3}
    handed = giving.give(actor=CENTRE, at=walk.at, sample=sample.pk)
    assert (handed.n_given, handed.n_waiting, handed.n_barred) == (3, 6, 0), "where nobody is posted yet the doors wait"
    assert set(SampledDoor.objects.values_list("state", flat=True)) == {"open"}
    viewer = Viewer(asker.pk, asker.name, (Held(Role.INSPECTOR, THIRD),))
    door = SampledDoor.objects.filter(inspector=asker).earliest("turn")
    asking.answer(actor=viewer, at=walk.at, door=door.pk, reply=said())
    centre = sign_in(Role.STREET_CENTRE, STREET)
    shown = words(centre.get(f"/samples/{sample.pk}/"))
    assert "谁查谁" in shown and "由甲来查" in shown and "1/3户" in shown
    assert "只用互查第1轮" in shown and "由街道来查" not in shown
    assert results.latest(CENTRE, STREET) is None, "it is no estimation sample, and home shows none of it"
    lead = words(sign_in(Role.COMMUNITY_LEAD, FIRST).get(f"/samples/{sample.pk}/"))
    assert "谁查谁" not in lead, "what others are asked is theirs"


def test_two_communities_are_checked_by_the_street_which_says_why(
    walk: Walk, account: Account, sign_in: Callable[..., Client]
) -> None:
    Target.objects.filter(grid__code__startswith=THIRD).update(state="left")
    for name, scope in (("甲查", FIRST), ("街道", STREET)):
        account(Role.INSPECTOR, scope, name=name)
    sample = drawn(walk.at, Kind.MUTUAL)
    giving.give(actor=CENTRE, at=walk.at, sample=sample.pk)
    assert given_to(sample) == {FIRST: {"街道"}, SECOND: {"街道"}}
    shown = words(sign_in(Role.STREET_CENTRE, STREET).get(f"/samples/{sample.pk}/"))
    assert "由街道来查" in shown and "换着查就成了两家互相查" in shown


def test_a_patrol_draws_across_all_communities_and_goes_to_the_street_alone(walk: Walk, account: Account) -> None:
    for name, scope in (("甲查", FIRST), ("街道", STREET)):
        account(Role.INSPECTOR, scope, name=name)
    sample = drawn(walk.at, Kind.PATROL)
    giving.give(actor=CENTRE, at=walk.at, sample=sample.pk)
    assert given_to(sample) == {FIRST: {"街道"}, SECOND: {"街道"}, THIRD: {"街道"}}
    shown = results.sample_results(CENTRE, sample.pk)
    assert shown is not None and (shown.label, shown.number) == ("街道巡查", 1)
    assert results.sample_results(CENTRE, ids.new_id()) is None
