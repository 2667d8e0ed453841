"""Both sides of each bound of a sample, and what comes near a door that is asked, dialled or left alone, and is not."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Held, Role, Viewer
from gridwalk.campaigns.models import Campaign
from gridwalk.core import ids
from gridwalk.core.queries import NotHere
from gridwalk.inspection import rules
from gridwalk.inspection.models import Approach, DoorAnswer, Sample, SampledDoor
from gridwalk.inspection.queries import doors, samples, staffing
from gridwalk.inspection.rules import Circumstances, DoorState, Kind, SampleError, Stage, Step, Way
from gridwalk.inspection.tests.test_drawing import STREET
from gridwalk.registry.models import Dwelling, Residence
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, NEXT_GRID, SECOND, phone
from gridwalk.visits.models import Visit
from gridwalk.visits.tests.walk import Walk

DAY = dt.timedelta(days=1)
TODAY = dt.date(2026, 10, 13)


# bounds


@pytest.mark.parametrize(
    ("share", "response", "days", "fits"),
    [
        (1, 10, (0, 0), True),
        (100, 100, (0, 30), True),
        (5, 80, (40, 70), True),
        (0, 80, (0, 0), False),
        (101, 80, (0, 0), False),
        (5, 9, (0, 0), False),
        (5, 101, (0, 0), False),
        (5, 80, (-1, 0), False),
        (5, 80, (0, 31), False),
        (5, 80, (2, 1), False),
    ],
)
def test_a_plan_has_a_share_answers_and_days_within_their_bounds(
    share: int, response: int, days: tuple[int, int], fits: bool
) -> None:
    plan: dict[str, Any] = {
        "share": share,
        "response": response,
        "days": tuple(TODAY + n * DAY for n in days),
        "today": TODAY,
    }
    if fits:
        rules.check_plan(Kind.ESTIMATION, STREET, **plan)
    else:
        with pytest.raises(SampleError, match="没有安排"):
            rules.check_plan(Kind.ESTIMATION, STREET, **plan)


def test_each_kind_is_drawn_over_its_own_areas_alone() -> None:
    areas = {"district": STREET[:6], "street": STREET, "community": FIRST, "grid": GRID}
    fits: dict[Kind, set[str]] = {kind: set() for kind in Kind}
    for kind, (name, scope) in itertools.product(Kind, areas.items()):
        try:
            rules.check_plan(kind, scope, share=5, response=80, days=(TODAY, TODAY), today=TODAY)
        except SampleError as error:
            assert f"{rules.KINDS[kind].label}不能在这个范围里抽" in str(error)
        else:
            fits[kind].add(name)
    assert fits == {
        Kind.ESTIMATION: {"street"},
        Kind.ACCEPTANCE: {"community"},
        Kind.TARGETED: {"community", "grid"},
        Kind.MUTUAL: {"street"},
        Kind.PATROL: {"street"},
        Kind.AREA: {"street"},
    }


def test_each_step_is_taken_from_one_stage_alone() -> None:
    after = {
        (Stage.PLANNED, Step.COMMIT): Stage.COMMITTED,
        (Stage.COMMITTED, Step.FREEZE): Stage.FROZEN,
        (Stage.FROZEN, Step.DRAW): Stage.DRAWN,
        (Stage.DRAWN, Step.REVEAL): Stage.REVEALED,
    }
    for stage, step in itertools.product(Stage, Step):
        if (stage, step) in after:
            assert rules.check_step(stage, step) is after[stage, step]
        else:
            with pytest.raises(SampleError, match=f"现在是“{rules.STAGES[stage]}”"):
                rules.check_step(stage, step)


@pytest.mark.parametrize(
    ("value", "down", "up"),
    [
        (0.0, "0.0%", "0.0%"),
        (1.0, "100.0%", "100.0%"),
        (0.959, "95.9%", "95.9%"),
        (0.9591, "95.9%", "96.0%"),
        (0.95999, "95.9%", "96.0%"),
        (0.005, "0.5%", "0.5%"),
        (1 / 3, "33.3%", "33.4%"),
    ],
)
def test_a_lower_end_is_rounded_down_and_an_upper_one_up(value: float, down: str, up: str) -> None:
    assert (rules.share_words(value), rules.share_words(value, up=True)) == (down, up)


@pytest.mark.parametrize("state", list(DoorState))
@pytest.mark.parametrize("way", list(Way))
def test_only_an_open_door_is_approached(state: DoorState, way: Way) -> None:
    at_door = Circumstances(
        state=state, n_calls=1, n_knocks=0, has_phone=True, n_at_door=0, most_at_door=6, is_quiet=False
    )
    why = rules.may_approach(at_door, way)
    assert why == ("" if state is DoorState.OPEN else f"没有记：这一户“{rules.DOOR_STATES[state]}”，不再打扰。")


# doors


@pytest.fixture
def user(account: Callable[..., User]) -> User:
    return account(Role.INSPECTOR, STREET, name="裴子衿")


@pytest.fixture
def viewer(user: User) -> Viewer:
    return Viewer(user.pk, user.name, (Held(Role.INSPECTOR, STREET),))


@pytest.fixture
def sample(walk: Walk) -> Sample:
    return drawn(walk)


def drawn(walk: Walk, **more: Any) -> Sample:
    facts: dict[str, Any] = {
        "campaign": Campaign.objects.get(state="running"),
        "kind": Kind.ESTIMATION,
        "number": Sample.objects.count() + 1,
        "scope": STREET,
        "stage": Stage.DRAWN,
        "share": 5,
        "response": 80,
        "instalment_size": 12,
        "most_answers": 60,
        "least_drawn": 2,
        "from_on": TODAY,
        "to_on": TODAY,
        "planned_at": walk.at,
    }
    return Sample.objects.create(**{**facts, **more})


def given(sample: Sample, dwelling: Dwelling, user: User | None, **more: Any) -> SampledDoor:
    facts = {"grid_id": dwelling.grid_id, "dwelling": dwelling.pk, "stratum": f"{FIRST}|reached", "turn": 0}
    return SampledDoor.objects.create(sample=sample, inspector=user, **{**facts, **more})


def rooms(n: int, grid: str = GRID) -> list[Dwelling]:
    return list(Dwelling.objects.filter(grid=grid).order_by("room")[:n])


@pytest.mark.django_db
def test_an_inspectors_list_has_the_own_doors_of_the_days_the_open_ones_first(
    walk: Walk, user: User, viewer: Viewer, account: Callable[..., User]
) -> None:
    other = account(Role.INSPECTOR, STREET, name="韩书言")
    first, second, third, *rest = rooms(9)
    now = drawn(walk, from_on=TODAY - 3 * DAY, to_on=TODAY)
    own = [
        given(now, third, user),
        given(now, first, user, state=DoorState.ANSWERED),
        given(now, second, user),
    ]
    Approach.objects.create(door=own[0], way=Way.CALL, at=walk.at)
    not_now = [
        given(now, rest[0], other),
        given(now, rest[1], None),
        given(drawn(walk, from_on=TODAY + DAY, to_on=TODAY + DAY), rest[2], user),
        given(drawn(walk, from_on=TODAY - DAY, to_on=TODAY - DAY), rest[3], user),
        given(drawn(walk, stage=Stage.REVEALED), rest[4], user),
    ]
    shown = doors.mine(viewer, walk.at)
    assert [(row.id, row.n_tries) for row in shown] == [(own[2].pk, 0), (own[0].pk, 1), (own[1].pk, 0)]
    assert [(row.address, row.kind, row.state_label) for row in shown[:1]] == [(second.address, "抽样估计", "还没问到")]
    for door in own:
        assert doors.get_door(viewer, door.pk, walk.at) == door
    for pk in (*(door.pk for door in not_now), uuid.uuid4()):
        with pytest.raises(NotHere):
            doors.get_door(viewer, pk, walk.at)
    with pytest.raises(NotHere):
        doors.get_door(Viewer(None, "系统", ()), not_now[1].pk, walk.at)


@pytest.mark.django_db
def test_who_lives_at_a_door_now_and_has_a_telephone_is_dialled_each_number_once(
    walk: Walk, user: User, sample: Sample
) -> None:
    first, second, far = *rooms(2), rooms(1, FAR_GRID)[0]
    street = walk.street
    street.person("丙", first, phone=phone(1))
    street.person("乙同号", first, phone=phone(1))
    street.person("甲", first, phone=phone(2))
    street.person("没有电话", first)
    street.person("户籍在此", first, "registered_here", phone=phone(3))
    left = street.person("搬走", first, phone=phone(4))
    Residence.objects.filter(person=left).update(to_on=TODAY)
    gone = street.person("去世", first, phone=phone(5))
    type(gone).objects.filter(pk=gone.pk).update(status="deceased")
    street.person("隔壁", second, phone=phone(6))
    dialled = {person.name for person in doors.telephones(first.pk)}
    assert len(dialled) == 2 and "甲" in dialled and dialled & {"丙", "乙同号"}
    assert doors.telephones(far.pk) == []
    assert [doors.n_living(door.pk) for door in (first, second, far)] == [4, 1, 0]
    door = given(sample, first, user)
    Approach.objects.create(door=door, way=Way.CALL, at=walk.at)
    Approach.objects.create(door=door, way=Way.CALL, at=walk.at + DAY)
    Approach.objects.create(door=door, way=Way.KNOCK, at=walk.at)
    at_door = doors.circumstances(door, walk.at)
    assert (at_door.n_calls, at_door.n_knocks, at_door.has_phone, at_door.is_quiet) == (2, 1, True, False)
    assert not doors.circumstances(given(sample, far, user), walk.at).has_phone


@pytest.mark.django_db
def test_knocks_of_workers_and_inspectors_count_together_and_calls_do_not(
    walk: Walk, user: User, sample: Sample
) -> None:
    """Red line 6."""
    first, second, *_ = rooms(2)
    door, beside = given(sample, first, user), given(sample, second, user)

    def counted() -> int:
        return doors.circumstances(door, walk.at).n_at_door

    assert counted() == 0
    for outcome in ("no_answer", "met", "phone"):
        walk.knock(first, outcome, walk.then())
    walk.knock(second, "no_answer", walk.then())
    assert counted() == 2, "a telephone call is no knock"
    Visit.objects.filter(entity=first.pk, outcome="met").update(withdrawn_at=walk.at)
    assert counted() == 1
    Visit.objects.filter(entity=first.pk, outcome="no_answer").update(on=sample.campaign.starts_on - DAY)
    assert counted() == 0, "before the campaign"
    Visit.objects.filter(entity=first.pk, outcome="no_answer").update(on=sample.campaign.starts_on)
    assert counted() == 1
    Approach.objects.create(door=door, way=Way.KNOCK, at=walk.at)
    Approach.objects.create(door=door, way=Way.CALL, at=walk.at)
    Approach.objects.create(door=beside, way=Way.KNOCK, at=walk.at)
    assert counted() == 2
    other = drawn(walk)
    DoorAnswer.objects.create(
        door=given(other, first, user), way=Way.KNOCK, visited="yes", who="met", agrees={}, at=walk.at
    )
    assert counted() == 3, "an answer at the door, of whichever sample"
    DoorAnswer.objects.update(way=Way.CALL)
    assert counted() == 2


@pytest.mark.django_db
def test_another_sample_asked_lately_for_thirty_days_and_never_itself(walk: Walk, user: User, sample: Sample) -> None:
    first, second, *_ = rooms(2)
    door = given(sample, first, user)

    def answered(dwelling: Dwelling, at: dt.datetime, of: Sample | None = None) -> DoorAnswer:
        its = given(of or drawn(walk), dwelling, user)
        return DoorAnswer.objects.create(door=its, way=Way.CALL, visited="yes", who="met", agrees={}, at=at)

    answered(second, walk.at)
    DoorAnswer.objects.create(door=door, way=Way.CALL, visited="yes", who="met", agrees={}, at=walk.at)
    assert doors.asked_lately(door, walk.at) is None
    old = answered(first, walk.at - 30 * DAY)
    assert doors.asked_lately(door, walk.at) is None
    later = answered(first, walk.at + dt.timedelta(seconds=1))
    assert doors.asked_lately(door, walk.at) is None
    DoorAnswer.objects.filter(pk=old.pk).update(at=walk.at - 30 * DAY + dt.timedelta(seconds=1))
    assert doors.asked_lately(door, walk.at) == TODAY - 30 * DAY
    DoorAnswer.objects.filter(pk=later.pk).update(at=walk.at)
    assert doors.asked_lately(door, walk.at) == TODAY, "the last one"
    assert doors.closing_state(door, walk.at) is DoorState.ASKED_ELSEWHERE


@pytest.mark.django_db
def test_nobody_is_sent_where_it_was_refused_in_this_campaign_or_opted_out_in_any(
    walk: Walk, user: User, sample: Sample
) -> None:
    at = rooms(9)
    other = drawn(walk)
    elsewhere = Campaign.objects.get()
    elsewhere.pk, elsewhere.state, elsewhere._state.adding = ids.new_id(), "closed", True
    elsewhere.save()
    earlier = drawn(walk, campaign=elsewhere)
    walk.knock(at[0], "refused", walk.then())
    walk.knock(at[1], "refused", walk.then())
    Visit.objects.filter(entity=at[1].pk).update(withdrawn_at=walk.at)
    walk.knock(at[2], "no_answer", walk.then())
    given(other, at[3], user, state=DoorState.REFUSED)
    given(earlier, at[4], user, state=DoorState.REFUSED)
    given(earlier, at[5], user, state=DoorState.OPTED_OUT)
    given(sample, at[6], user, state=DoorState.REFUSED)
    given(other, at[7], user, state=DoorState.NOT_REACHED)
    Dwelling.objects.filter(pk=at[8].pk).update(status="struck_off")
    number = {door.pk: n for n, door in enumerate(at)}
    left = doors.left_alone(sample, list(number))
    assert {number[pk]: state for pk, state in left.items()} == {
        0: DoorState.BY_RECORD,
        3: DoorState.BY_RECORD,
        5: DoorState.OPTED_OUT,
        8: DoorState.GONE,
    }
    assert doors.left_alone(sample, [at[2].pk]) == {}


@pytest.mark.django_db
def test_a_sample_is_read_by_whose_area_meets_its_own_and_of_a_grid_by_who_draws(walk: Walk) -> None:
    def of(role: Role, scope: str) -> Viewer:
        return Viewer(ids.new_id(), role, (Held(role, scope),))

    viewers = {
        "worker": of(Role.GRID_WORKER, GRID),
        "lead": of(Role.COMMUNITY_LEAD, FIRST),
        "next lead": of(Role.COMMUNITY_LEAD, SECOND),
        "street": of(Role.STREET_CENTRE, STREET),
        "district": of(Role.DISTRICT_CENTRE, STREET[:6]),
        "next street": of(Role.STREET_CENTRE, "120105002"),
        "administrator": of(Role.ADMINISTRATOR, STREET),
    }
    of_scope = {
        STREET: {"lead", "next lead", "street", "district"},
        FIRST: {"lead", "street", "district"},
        GRID: {"street"},
        NEXT_GRID: {"street"},
    }
    made = {scope: drawn(walk, scope=scope, kind=Kind.TARGETED) for scope in of_scope}
    for scope, readers in of_scope.items():
        assert {name for name, viewer in viewers.items() if samples.visible(viewer, scope)} == readers, scope
    for name, viewer in viewers.items():
        rows, n = samples.samples(viewer, Kind.TARGETED, most=9)
        own = {scope for scope, readers in of_scope.items() if name in readers}
        assert ({row.scope for row in rows}, n) == (own, len(own)), name
        for scope, sample in made.items():
            if scope in own:
                assert samples.get_sample(viewer, sample.pk) == sample
            else:
                with pytest.raises(NotHere):
                    samples.get_sample(viewer, sample.pk)
    assert samples.samples(viewers["street"], Kind.ESTIMATION, most=9) == ([], 0)
    first, second = (samples.samples(viewers["street"], Kind.TARGETED, first=n, most=2)[0] for n in (0, 2))
    assert len(first) == len(second) == 2 and not {row.id for row in first} & {row.id for row in second}


@pytest.mark.django_db
def test_doors_of_instalments_that_are_drawn_are_counted_and_those_of_who_has_no_post_wait(
    walk: Walk, user: User, account: Callable[..., User]
) -> None:
    gone = account(Role.INSPECTOR, STREET, name="韩书言")
    gone.assignments.update(to_on=TODAY - 9 * DAY)
    user.assignments.update(from_on=TODAY)
    of = drawn(walk, kind=Kind.ACCEPTANCE, scope=FIRST, n_instalments=1, strata={"a": 30, "b": 2})
    at = rooms(7)
    given(of, at[0], user, instalment=1)
    given(of, at[1], None, instalment=1)
    given(of, at[2], gone, instalment=1)
    given(of, at[3], None, instalment=1, state=DoorState.REFUSED)
    given(of, at[4], user, instalment=1, state=DoorState.ANSWERED)
    given(of, at[5], None, instalment=2)
    given(drawn(walk, kind=Kind.ACCEPTANCE, scope=FIRST), at[6], None)
    centre = Viewer(ids.new_id(), "中心", (Held(Role.STREET_CENTRE, STREET),))
    sheet = samples.sheet(centre, of.pk, TODAY)
    assert (sheet.row.n_drawn, sheet.row.n_open, sheet.row.n_answered) == (5, 3, 1)
    assert (sheet.n_not_given, sheet.n_frame) == (2, 32)
    assert [state for _, _, state in sheet.steps] == ["past", "past", "past", "now", "to_come"]
    assert sheet.step == (Step.REVEAL, "公布抽签号")
    assert sheet.states == [("还没问到", 3), ("问到了", 1), ("不愿回答", 1)]
    lead = samples.sheet(Viewer(ids.new_id(), "书记", (Held(Role.COMMUNITY_LEAD, FIRST),)), of.pk, TODAY)
    assert lead.step is None and lead.states == [("还没问到", 3), ("问到了", 1), ("没问到", 1)]
    assert [inspector.pk for inspector in staffing.over(FIRST, TODAY)] == [user.pk]
    assert staffing.over("120105002", TODAY) == []
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert staffing.over(FIRST, TODAY) == []
