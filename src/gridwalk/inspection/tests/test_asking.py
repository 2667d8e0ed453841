"""Whom nobody asks again, what is closed so that no door waits for ever, who is given the doors of whoever leaves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from gridwalk.accounts.models import Assignment, User
from gridwalk.accounts.rules import Role, Viewer
from gridwalk.campaigns.models import Campaign, Target
from gridwalk.inspection.actions import asking, drawing, giving
from gridwalk.inspection.models import Approach, DoorAnswer, Sample, SampledDoor
from gridwalk.inspection.queries import doors, verifying
from gridwalk.inspection.rules import Approached, AskingError, DoorState, Group, Kind, SampleError, Visited, Way
from gridwalk.inspection.tests.test_drawing import CENTRE, STREET, drawn, frozen, planned, said
from gridwalk.method.sampling import draws
from gridwalk.registry.models import Dwelling
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, phone
from gridwalk.visits.tests.walk import Walk

pytestmark = pytest.mark.django_db


def given_out(walk: Walk, kind: Kind = Kind.ESTIMATION, scope: str = STREET) -> Sample:
    sample = drawn(walk.at, kind, scope)
    giving.give(actor=CENTRE, at=walk.at, sample=sample.pk)
    return Sample.objects.get(pk=sample.pk)


def first_door(sample: Sample) -> SampledDoor:
    return SampledDoor.objects.filter(sample=sample, grid=GRID, state=DoorState.OPEN).earliest("turn")


def door_again(sample: Sample, door: SampledDoor) -> SampledDoor:
    return SampledDoor.objects.get(sample=sample, dwelling=door.dwelling)


def test_acceptance_asks_only_where_a_visit_is_claimed(walk: Walk) -> None:
    """Ten of thirty doors have a reason only; where the others are none, nothing is frozen."""
    explained = list(Target.objects.filter(grid_id=GRID)[:10])
    Target.objects.filter(pk__in=[target.pk for target in explained]).update(state="explained", outcome="no_answer")
    sample = drawn(walk.at, Kind.ACCEPTANCE, FIRST)
    chosen = SampledDoor.objects.filter(sample=sample)
    assert chosen.count() == 20 and sample.strata == {f"{FIRST}|{Group.REACHED}": 20}
    assert not chosen.filter(dwelling__in=[target.entity for target in explained]).exists()
    Target.objects.filter(grid_id=GRID).update(state="explained", outcome="no_answer")
    empty = planned(walk.at, Kind.ACCEPTANCE, FIRST)
    drawing.commit(actor=CENTRE, at=walk.at, sample=empty.pk)
    with pytest.raises(SampleError, match="这里还没有已走访的户"):
        drawing.freeze(actor=CENTRE, at=walk.at, sample=empty.pk)


def test_an_acceptance_sample_that_has_asked_everybody_says_so(walk: Walk, inspector: Viewer) -> None:
    """Thirty doors, 24 confirm, six refuse: too few for either verdict, and nobody is left."""
    sample = given_out(walk, Kind.ACCEPTANCE, FIRST)
    n_asked = 0
    while door := SampledDoor.objects.filter(sample=sample, inspector=inspector.id, state="open").first():
        if n_asked < 24:
            asking.answer(actor=inspector, at=walk.at, door=door.pk, reply=said())
        else:
            asking.approach(actor=inspector, at=walk.at, door=door.pk, way=Way.KNOCK, outcome=Approached.REFUSED)
        n_asked += 1
        sample.refresh_from_db()
        assert sample.verdict == ("go_on" if n_asked < 30 else "undecided")
    assert (n_asked, sample.n_instalments) == (30, 3)


def test_more_doors_than_answers_are_drawn_and_what_is_drawn_again_keeps_the_numbers_of_its_day(
    walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve answers at a response of 80 % take fifteen doors; a rule that changes afterwards changes no old draw."""
    sample = frozen(walk.at, Kind.ACCEPTANCE, FIRST)
    Sample.objects.filter(pk=sample.pk).update(response=80, most_answers=12)
    drawing.draw(actor=CENTRE, at=walk.at, sample=sample.pk)
    assert SampledDoor.objects.filter(sample=sample).count() == 15
    small = drawn(walk.at, Kind.ESTIMATION, STREET, 5)
    after = walk.at + dt.timedelta(days=11)
    for pk in (sample.pk, small.pk):
        drawing.reveal(actor=CENTRE, at=after, sample=pk)
    monkeypatch.setattr("gridwalk.inspection.rules.INSTALMENT", 5)
    monkeypatch.setattr(draws, "LEAST", 1)
    assert verifying.differences(sample.pk) == [] == verifying.differences(small.pk)
    sample.refresh_from_db()
    assert sample.verdict == "undecided", "its days are over"


@pytest.mark.parametrize(
    ("outcome", "state"),
    [(Approached.REFUSED, DoorState.BY_RECORD), (Approached.OPTED_OUT, DoorState.OPTED_OUT)],
)
def test_who_refused_one_sample_is_not_asked_by_another_that_was_given_before(
    walk: Walk, inspector: Viewer, outcome: Approached, state: DoorState
) -> None:
    first, second = given_out(walk), given_out(walk, Kind.ACCEPTANCE, FIRST)
    door = SampledDoor.objects.filter(sample=second, inspector=inspector.id).earliest("turn")
    asking.approach(actor=inspector, at=walk.at, door=door_again(first, door).pk, way=Way.KNOCK, outcome=outcome)
    with pytest.raises(AskingError, match="不再打扰。请在这一户的页上照实记下"):
        asking.answer(actor=inspector, at=walk.at, door=door.pk, reply=said())
    with pytest.raises(AskingError, match="没有拨：这一户"):
        asking.dial(actor=inspector, at=walk.at, door=door.pk, number=1)
    assert doors.door_sheet(inspector, door.pk, walk.at).closes_as
    assert asking.close(actor=inspector, at=walk.at, door=door.pk) is state
    with pytest.raises(AskingError, match="不再打扰"):
        asking.answer(actor=inspector, at=walk.at, door=door.pk, reply=said())
    with pytest.raises(AskingError, match="照常问"):
        asking.close(actor=inspector, at=walk.at, door=door.pk)


def test_who_wants_no_more_questions_is_left_alone_in_the_next_campaign_too(walk: Walk, inspector: Viewer) -> None:
    door = first_door(given_out(walk))
    asking.approach(actor=inspector, at=walk.at, door=door.pk, way=Way.KNOCK, outcome=Approached.OPTED_OUT)
    earlier = Campaign.objects.get()
    Campaign.objects.filter(pk=earlier.pk).update(state="closed")
    later = Campaign.objects.create(
        **{
            field.attname: getattr(earlier, field.attname)
            for field in Campaign._meta.concrete_fields
            if not field.primary_key and field.attname != "state"
        },
        state="running",
    )
    Target.objects.update(campaign=later)
    sample = given_out(walk)
    assert sample.campaign_id == later.pk
    assert door_again(sample, door).stands is DoorState.OPTED_OUT


def test_a_door_without_telephone_at_the_cap_is_closed_and_reported_so(walk: Walk, inspector: Viewer) -> None:
    sample = given_out(walk)
    door = first_door(sample)
    dwelling = Dwelling.objects.get(pk=door.dwelling)
    for n in range(5):
        walk.knock(dwelling, "no_answer", walk.then(-n, 9 + n))
    tried = asking.approach(actor=inspector, at=walk.at, door=door.pk, way=Way.KNOCK, outcome=Approached.NOBODY)
    assert tried is DoorState.CAPPED, "the sixth knock was the last"
    other = first_door(sample)
    dwelling = Dwelling.objects.get(pk=other.dwelling)
    for n in range(6):
        walk.knock(dwelling, "no_answer", walk.then(-n, 9 + n))
    with pytest.raises(AskingError, match="上门次数已满"):
        asking.approach(actor=inspector, at=walk.at, door=other.pk, way=Way.KNOCK, outcome=Approached.NOBODY)
    assert asking.close(actor=inspector, at=walk.at, door=other.pk) is DoorState.CAPPED


def test_a_door_struck_off_after_it_was_given_is_closed(walk: Walk, inspector: Viewer) -> None:
    door = first_door(given_out(walk))
    Dwelling.objects.filter(pk=door.dwelling).update(status="struck_off")
    with pytest.raises(AskingError, match="已不在册"):
        asking.answer(actor=inspector, at=walk.at, door=door.pk, reply=said())
    assert asking.close(actor=inspector, at=walk.at, door=door.pk) is DoorState.GONE


def test_an_instalment_of_which_nobody_can_be_asked_is_passed(walk: Walk, inspector: Viewer) -> None:
    """The first twelve by lot are struck off, then all: the next instalment is given at once, or the end is said."""
    sample = drawn(walk.at, Kind.ACCEPTANCE, FIRST)
    first = SampledDoor.objects.filter(sample=sample, instalment=1).values("dwelling")
    Dwelling.objects.filter(pk__in=first).update(status="struck_off")
    handed = giving.give(actor=CENTRE, at=walk.at, sample=sample.pk)
    assert (handed.n_given, handed.n_barred, handed.n_closed) == (12, 0, 12)
    sample.refresh_from_db()
    assert (sample.n_instalments, sample.verdict) == (2, "go_on")
    other = drawn(walk.at, Kind.ACCEPTANCE, FIRST)
    Dwelling.objects.filter(grid=GRID).update(status="struck_off")
    handed = giving.give(actor=CENTRE, at=walk.at, sample=other.pk)
    other.refresh_from_db()
    assert (handed.n_closed, other.n_instalments, other.verdict) == (30, 3, "undecided")


def test_a_door_that_no_inspector_may_go_to_is_closed(walk: Walk, inspector: Viewer) -> None:
    sample = drawn(walk.at)
    dwelling = Dwelling.objects.filter(grid=GRID).earliest("room")
    walk.street.person("裴子衿", dwelling, phone=phone(7))
    assert giving.give(actor=CENTRE, at=walk.at, sample=sample.pk).n_barred == 1
    assert SampledDoor.objects.get(dwelling=dwelling.pk).stands is DoorState.BARRED


def test_the_open_doors_of_who_has_left_are_given_again(
    walk: Walk, inspector: Viewer, account: Callable[..., User]
) -> None:
    sample = given_out(walk)
    door = first_door(sample)
    asking.answer(actor=inspector, at=walk.at, door=door.pk, reply=said())
    again = account(Role.INSPECTOR, STREET, name="下一位")
    assert giving.give(actor=CENTRE, at=walk.at, sample=sample.pk).n_given == 0, "who has a post keeps theirs"
    Assignment.objects.filter(user=inspector.id).update(to_on=walk.at.date() - dt.timedelta(days=1))
    assert giving.give(actor=CENTRE, at=walk.at, sample=sample.pk).n_given == 31
    door.refresh_from_db()
    assert door.inspector_id == inspector.id, "what was asked stays whose it was"
    assert SampledDoor.objects.filter(sample=sample, inspector=again).count() == 31


def test_nothing_is_frozen_or_drawn_after_the_last_day(walk: Walk) -> None:
    sample = frozen(walk.at)
    with pytest.raises(SampleError, match="没有抽签：核查的日子到 10月23日，已经过了"):
        drawing.draw(actor=CENTRE, at=walk.at + dt.timedelta(days=11), sample=sample.pk)
    assert not SampledDoor.objects.exists()
    drawing.draw(actor=CENTRE, at=walk.at + dt.timedelta(days=10), sample=sample.pk)


def test_quiet_hours_are_judged_by_when_somebody_was_asked(walk: Walk, inspector: Viewer) -> None:
    """Asked at 20:25, typed at 20:35; asked at 20:35, typed the next morning."""
    sample = given_out(walk)
    evening = walk.at.replace(hour=20, minute=25)
    typed = evening + dt.timedelta(minutes=10)
    door = first_door(sample)
    reply = asking.Reply(way=Way.KNOCK, visited=Visited.YES, who=said().who, given_at=evening)
    asking.answer(actor=inspector, at=typed, door=door.pk, reply=reply)
    assert DoorAnswer.objects.get().at == evening
    door = first_door(sample)
    tried = {"actor": inspector, "door": door.pk, "way": Way.KNOCK, "outcome": Approached.NOBODY}
    asking.approach(**tried, at=typed, tried_at=evening)  # type: ignore[arg-type]
    assert Approach.objects.get().at == evening
    with pytest.raises(AskingError, match="免打扰时段"):
        asking.approach(**tried, at=typed + dt.timedelta(hours=13), tried_at=typed)  # type: ignore[arg-type]


def test_a_number_of_two_is_dialled_by_one_button_and_each_dialling_is_a_try(walk: Walk, inspector: Viewer) -> None:
    sample = drawn(walk.at)
    dwelling = Dwelling.objects.filter(grid=GRID).earliest("room")
    for name in ("韩书言", "韩书语"):
        walk.street.person(name, dwelling, phone=phone(3))
    giving.give(actor=CENTRE, at=walk.at, sample=sample.pk)
    door = SampledDoor.objects.get(dwelling=dwelling.pk)
    assert doors.door_sheet(inspector, door.pk, walk.at).n_phones == 1
    for n_calls in (1, 2, 3):
        at = walk.at + dt.timedelta(minutes=n_calls)
        assert asking.dial(actor=inspector, at=at, door=door.pk, number=1) == phone(3)
        assert doors.door_sheet(inspector, door.pk, at).n_calls == n_calls
    with pytest.raises(AskingError, match="没有拨：已找过 3 次"):
        asking.dial(actor=inspector, at=at, door=door.pk, number=1)
    tried = asking.approach(actor=inspector, at=at, door=door.pk, way=Way.CALL, outcome=Approached.NOBODY)
    assert tried is DoorState.NOT_REACHED
    assert Approach.objects.filter(door=door).count() == 3, "what came of a call takes the place of its dialling"


def test_a_door_that_moved_between_freeze_and_draw_stands_in_its_grid(walk: Walk) -> None:
    sample = frozen(walk.at)
    moved = Dwelling.objects.filter(grid=GRID).earliest("room")
    Dwelling.objects.filter(pk=moved.pk).update(grid=FAR_GRID)
    drawing.draw(actor=CENTRE, at=walk.at, sample=sample.pk)
    assert SampledDoor.objects.get(dwelling=moved.pk).grid_id == FAR_GRID


def test_rounds_are_numbered_by_kind_and_place(walk: Walk) -> None:
    far = FAR_GRID[:12]
    kinds = [(Kind.ACCEPTANCE, FIRST), (Kind.ACCEPTANCE, far), (Kind.ACCEPTANCE, FIRST), (Kind.ESTIMATION, STREET)]
    assert [planned(walk.at, kind, scope).number for kind, scope in kinds] == [1, 1, 2, 1]
