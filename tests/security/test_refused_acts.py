"""What somebody is refused who may do such a thing, but not so: by the words a person reads, nothing of it done. The
success stands behind it, or in the room's own tests.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from gridwalk.accounts import actions as accounts
from gridwalk.accounts import queries
from gridwalk.accounts.actions import AccountError
from gridwalk.accounts.grants import actions as grants
from gridwalk.accounts.models import Assignment, Grant, User
from gridwalk.accounts.rules import SYSTEM, Role, State
from gridwalk.campaigns.actions import arranging
from gridwalk.campaigns.rules import CampaignError
from gridwalk.core import clock
from gridwalk.core.models import AuditEntry
from gridwalk.differences.actions import decisions
from gridwalk.differences.actions.deciding import DecisionError
from gridwalk.events.actions import homes, lives, undoing
from gridwalk.events.actions.undoing import UndoError
from gridwalk.events.models import Event
from gridwalk.lists import actions as lists
from gridwalk.lists.models import SavedView
from gridwalk.lists.rules import ListError, View
from gridwalk.operations.investigations import actions as investigating
from gridwalk.operations.rules import InvestigationError
from gridwalk.registry.actions import care, corrections, ends, facilities, numbers
from gridwalk.registry.actions.corrections import CorrectionError
from gridwalk.registry.actions.ends import EndError
from gridwalk.registry.actions.numbers import CardError
from gridwalk.registry.models import Difference, Facility, Person, Recheck
from gridwalk.registry.queries.lists import PERSONS
from gridwalk.registry.tests.street import GRID, Street, id_no, lead
from gridwalk.territory import actions as territory
from gridwalk.territory.actions import TerritoryError
from gridwalk.territory.models import Grid
from gridwalk.upkeep.actions import plans
from gridwalk.upkeep.models import Plan
from gridwalk.upkeep.queries import plans as planned
from gridwalk.upkeep.rules import UpkeepError
from gridwalk.upkeep.tests import rows
from gridwalk.visits.tests.walk import Walk, target
from tests.harness.people import COMMUNITY, STREET

DAY = dt.timedelta(days=1)


@pytest.fixture
def street(db: None, at: dt.datetime) -> Street:
    return Street.lay_out(at)


@pytest.fixture
def walk(street: Street, at: dt.datetime) -> Walk:
    return Walk(street, at)


@pytest.fixture
def given(at: dt.datetime) -> dict[str, Any]:
    """The community's lead, and the moment."""
    return {"actor": lead(), "at": at}


# accounts


@pytest.mark.django_db
def test_nobody_confirms_a_post_they_proposed(account: Callable[..., User]) -> None:
    first, second, user = (account(Role.STREET_CENTRE, STREET) for _ in range(3))
    today, now = clock.local_date(clock.now()), clock.now()
    post = Assignment.objects.create(
        user=user,
        role=Role.COMMUNITY_LEAD,
        scope=COMMUNITY,
        from_on=today,
        state=State.PROPOSED,
        proposed_by=first.id,
        proposed_at=now,
    )
    deciding_it: dict[str, Any] = {"at": now, "assignments": [post.pk]}
    with pytest.raises(AccountError, match="没有定：自己提的岗位，要另一个人来定"):
        accounts.confirm_roles(actor=queries.viewer_of(first, today), **deciding_it)
    post.refresh_from_db()
    assert post.state == State.PROPOSED
    accounts.confirm_roles(actor=queries.viewer_of(second, today), **deciding_it)
    post.refresh_from_db()
    assert post.state == State.CONFIRMED


def test_a_record_is_opened_to_somebody_for_a_reason_and_until_later(
    street: Street, given: dict[str, Any], account: Callable[..., User]
) -> None:
    door, user = street.door(), account(Role.GRID_WORKER, GRID)
    opening = {**given, "user": user.pk, "kind": "dwelling", "entity": door.pk, "code": GRID}
    for until, reason in ((street.at, "代看一天"), (street.at + DAY, " ")):
        with pytest.raises(AccountError, match="没有授权：要写明原因，结束时间要在现在之后"):
            grants.grant(**opening, until_at=until, reason=reason)
    assert not Grant.objects.exists()
    grants.grant(**opening, until_at=street.at + DAY, reason="代看一天")
    assert Grant.objects.get().entity == door.pk


# areas, campaigns


def test_a_grid_that_ended_keeps_its_name(street: Street, at: dt.datetime) -> None:
    Grid.objects.filter(pk=GRID).update(valid_to=at.date())
    with pytest.raises(TerritoryError, match="没有改：这个网格已经停用了"):
        territory.rename_grid(actor=SYSTEM, at=at, grid=GRID, name="河畔")
    assert Grid.objects.get(pk=GRID).name == "第一网格"


def test_doors_are_given_to_another_with_a_reason(walk: Walk, account: Callable[..., User]) -> None:
    door, taker = walk.street.door(), account(Role.GRID_WORKER, GRID)
    walk.dispatch()
    now = clock.now()
    giving: dict[str, Any] = {"actor": walk.lead, "at": now, "targets": [target(door).pk], "to": taker.pk}
    with pytest.raises(CampaignError, match="没有改派：请写明原因，原来的网格员要看得到"):
        arranging.reassign(**giving, reason=" ")
    assert target(door).assignee_id != taker.pk
    assert arranging.reassign(**giving, reason="休假") == 1
    assert target(door).assignee_id == taker.pk


# records


def test_a_record_is_corrected_whole_or_not(street: Street, given: dict[str, Any]) -> None:
    person = street.person("程望舒", street.door())
    correcting = {**given, "kind": "person", "entity": person.pk, "reason": "看过户口簿"}
    with pytest.raises(CorrectionError, match="有几处填得不对，没有存。改好再存，内容都在") as refused:
        corrections.correct(**correcting, raw={"phone": "123", "name": "", "relation": "20"})
    assert set(refused.value.faults) == {"phone", "name"}
    person.refresh_from_db()
    assert (person.name, person.relation) == ("程望舒", "")
    corrections.correct(**correcting, raw={"relation": "20"})
    person.refresh_from_db()
    assert person.relation == "20"


def test_an_end_is_proposed_with_a_reason(street: Street, given: dict[str, Any]) -> None:
    person = street.person("程望舒", street.door())
    end = {**given, "kind": "person", "entity": person.pk, "proposed": "moved_away", "evidence": "phone"}
    with pytest.raises(EndError, match="没有提交：请写明原因，复核的人要看"):
        ends.propose_end(**end, reason=" ")
    assert not Recheck.objects.exists()
    ends.propose_end(**end, reason="搬到外地")
    assert Recheck.objects.get().entity == person.pk


def test_a_facility_goes_and_comes_back_with_a_reason(street: Street, given: dict[str, Any]) -> None:
    facility = Facility.objects.create(grid_id=GRID, facility_kind="hydrant", source="office", created_at=street.at)
    for change in (facilities.remove_facility, facilities.restore_facility):
        with pytest.raises(CorrectionError, match="没有改：请写明原因，来历里要留着"):
            change(**given, facility=facility.pk, reason=" ")
    facility.refresh_from_db()
    assert facility.status == "active"
    for change, status in ((facilities.remove_facility, "removed"), (facilities.restore_facility, "active")):
        change(**given, facility=facility.pk, reason="拆了又装")
        facility.refresh_from_db()
        assert facility.status == status


@pytest.mark.parametrize("status", ["deceased", "moved_away", "struck_off"])
def test_who_is_no_longer_registered_gets_no_label_and_no_home(
    street: Street, given: dict[str, Any], status: str
) -> None:
    person = street.person("程望舒")
    Person.objects.filter(pk=person.pk).update(status=status)
    near = {"on": "2026-06-01", "told": "self", "seen": "1", "residence_kind": "tenant", "address": "甲里1号楼1单元101"}
    street.door()
    with pytest.raises(CorrectionError, match="没有加：这个人已经不在册了"):
        care.give_label(**given, person=person.pk, raw={"category": "aged"})
    with pytest.raises(CorrectionError, match="已经不在册，或正等人复核，没有记。请先到人员页核对状态"):
        homes.find_home(**given, person=person.pk, raw=near)
    Person.objects.filter(pk=person.pk).update(status="active")
    homes.find_home(**given, person=person.pk, raw=near)
    with pytest.raises(CorrectionError, match="这个人刚才已经登记了住处，没有再记。请到人员页看"):
        homes.find_home(**given, person=person.pk, raw=near)
    assert Event.objects.count() == 1


def test_a_card_is_compared_with_the_record_that_stayed(walk: Walk, given: dict[str, Any]) -> None:
    stays, goes = (walk.street.person("程望舒", id_no=number) for number in (id_no(1), ""))
    rows.do(walk, "merge_persons", [stays.id, goes.id], fields={})
    with pytest.raises(CardError, match="没有核对：这一条已并入另一条。请到留下的那一条上核"):
        numbers.check_card(**given, person=goes.pk, typed=id_no(1))
    assert not AuditEntry.objects.filter(verb="card.checked", subject=goes.pk).exists()


# events, decisions


@pytest.fixture
def moved_in(street: Street, given: dict[str, Any]) -> Event:
    raw = {"on": "2026-06-01", "told": "self", "seen": "1", "residence_kind": "tenant"}
    return homes.move_in(**given, dwelling=street.door().pk, people=[{"name": "程望舒"}], raw=raw)


def test_an_event_is_taken_back_within_seven_days(moved_in: Event, given: dict[str, Any], at: dt.datetime) -> None:
    with pytest.raises(UndoError, match="过了 7 天，不能撤销了。请到房屋或人员页直接更正"):
        undoing.undo(actor=lead(), at=at + 7 * DAY + dt.timedelta(seconds=1), event=moved_in.pk)
    assert Person.objects.exists()
    undoing.undo(actor=lead(), at=at + 7 * DAY, event=moved_in.pk)
    assert not Person.objects.filter(status="active").exists()


def test_a_death_that_was_rechecked_is_not_taken_back(street: Street, given: dict[str, Any]) -> None:
    person = street.person("程望舒", street.door())
    event = lives.die(**given, person=person.pk, raw={"on": "2026-06-01", "told": "paper", "seen": "1"})
    Recheck.objects.update(state="confirmed")
    with pytest.raises(UndoError, match="这次注销已经复核过了，没有撤销。请到人员页核对状态"):
        undoing.undo(**given, event=event.pk)
    Recheck.objects.update(state="open")
    undoing.undo(**given, event=event.pk)
    person.refresh_from_db()
    assert person.status_pending == ""


def test_a_decision_is_taken_back_within_seven_days(street: Street, given: dict[str, Any], at: dt.datetime) -> None:
    person = street.person("程望舒", street.door(), phone="12000000001")
    street.say(person, "phone", "12000000002")
    question = Difference.objects.get().pk
    decisions.decide(**given, difference=question, decision="keep")
    with pytest.raises(DecisionError, match="过了 7 天，不能撤销了"):
        decisions.undo(actor=lead(), at=at + 7 * DAY + dt.timedelta(seconds=1), difference=question)
    assert decisions.undo(actor=lead(), at=at + 7 * DAY, difference=question).state == "open"


# views, phones, investigations


@pytest.mark.django_db
def test_so_many_views_are_kept_and_each_is_called_something(
    at: dt.datetime, account: Callable[..., User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST_VIEWS", 2)
    own = queries.viewer_of(account(Role.COMMUNITY_LEAD, COMMUNITY), clock.local_date(clock.now()))
    keeping: dict[str, Any] = {"actor": own, "at": at, "listing": PERSONS, "view": View()}
    for name in ("老人", "租户"):
        lists.save_view(**keeping, name=name)
    with pytest.raises(ListError, match="没有存：一个名单最多存 2 个视图，先删掉不用的"):
        lists.save_view(**keeping, name="孩子")
    lists.save_view(**keeping, name="老人")
    assert sorted(SavedView.objects.values_list("name", flat=True)) == sorted(["老人", "租户"])


@pytest.mark.django_db
def test_an_investigation_has_a_reason_and_is_withdrawn_by_who_proposed_it(account: Callable[..., User]) -> None:
    first, second, user = (account(role, STREET) for role in (Role.STREET_CENTRE, Role.STREET_CENTRE, Role.INSPECTOR))
    today, now = clock.local_date(clock.now()), clock.now()
    viewers = [queries.viewer_of(each, today) for each in (first, second)]
    asking: dict[str, Any] = {"at": now, "user": user.pk, "cause": "look", "from_on": today, "to_on": today}
    with pytest.raises(InvestigationError, match="没有提出：请写明事由（不少于 4 个字），本人会看到"):
        investigating.propose(actor=viewers[0], **asking, reason="查")
    asked = investigating.propose(actor=viewers[0], **asking, reason="居民说没人来过")
    with pytest.raises(InvestigationError, match="没有撤回：由提出的人来撤回"):
        investigating.withdraw(actor=viewers[1], at=now, investigation=asked.pk)
    asked.refresh_from_db()
    assert asked.state == "proposed"
    investigating.withdraw(actor=viewers[0], at=now, investigation=asked.pk)
    asked.refresh_from_db()
    assert asked.state == "withdrawn"


# several records


def test_a_plan_has_a_note_and_no_other_waits_for_its_records(walk: Walk) -> None:
    stays, goes = walk.street.person("程望舒"), walk.street.person("程望舒")
    drawn = Plan(kind="merge_persons", subjects=[stays.pk, goes.pk], choices={"fields": {}})
    proposing: dict[str, Any] = {
        "actor": walk.lead,
        "at": walk.at,
        "kind": drawn.kind,
        "subjects": drawn.subjects,
        "choices": drawn.choices,
        "evidence": "in_person",
        "reason": "当面说的",
        "seen": planned.mark(drawn),
    }
    plan = plans.propose(**proposing)
    with pytest.raises(UpkeepError, match="没有提交：其中一条已有一个方案等着复核，先把那个定下来"):
        plans.propose(**proposing)
    decided: dict[str, Any] = {"actor": lead(), "at": walk.at, "plan": plan, "seen": planned.mark(plan)}
    with pytest.raises(UpkeepError, match="没有定：请写明怎么核对的"):
        plans.decide(**decided, confirmed=True, note=" ")
    assert Plan.objects.get().state == "open"
    plans.decide(**decided, confirmed=True, note="又问了一遍")
    assert Plan.objects.get().state == "done"


def test_nobody_moves_out_before_the_day_they_moved_in(walk: Walk) -> None:
    old, new = walk.street.door("101"), walk.street.door("102")
    person = walk.street.person("程望舒", old)
    person.residences.update(from_on=walk.at.date())
    choices = {"registration": "along", "old_door": "unknown"}
    yesterday = (walk.at.date() - DAY).isoformat()
    with pytest.raises(UpkeepError, match="没有提交：有人迁入原来那一户的日子比这天还晚。请核对日期"):
        rows.do(walk, "move_household", [old.id, new.id, person.id], **choices, from_on=yesterday)
    assert not Plan.objects.exists()
    rows.do(walk, "move_household", [old.id, new.id, person.id], **choices, from_on=walk.at.date().isoformat())
    assert Plan.objects.get().state == "done"


def test_a_record_is_split_that_stands_and_put_together_as_it_was_split(walk: Walk) -> None:
    person = walk.street.person("程望舒", phone="12000000001")
    split = {"name": "程兰因", "fields": {"phone": "go"}}
    Person.objects.filter(pk=person.pk).update(status="struck_off")
    with pytest.raises(UpkeepError, match="没有提交：这一条已经不在册了，不能再拆"):
        rows.do(walk, "split_person", [person.pk], **split)
    Person.objects.filter(pk=person.pk).update(status="active")
    plan = rows.do(walk, "split_person", [person.pk], **split)
    plan.refresh_from_db()
    other = Person.objects.filter(pk=plan.subjects[1])
    other.update(status="moved_away")
    with pytest.raises(UpkeepError, match="没有撤销：分出来的那一条已另有变动"):
        rows.undo(walk, plan)
    other.update(status="active")
    rows.undo(walk, plan)
    plan.refresh_from_db()
    assert plan.state == "undone"
