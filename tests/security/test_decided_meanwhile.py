"""What somebody else did at the last moment before a row was locked is seen: whoever waited for the lock judges what
stands by then, not what they read before.

Each case: the table whose row is locked, what happens to it meanwhile, and what is said, or left, then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec

from gridwalk.accounts.models import Assignment, User
from gridwalk.accounts.rules import SYSTEM, Held, Role, State, Viewer
from gridwalk.accounts.substitutes import actions as substitutes
from gridwalk.accounts.substitutes.rules import SubstituteError
from gridwalk.bench.actions import decisions as cases
from gridwalk.campaigns.models import Campaign, Target
from gridwalk.core import actions as core
from gridwalk.core import clock, ids
from gridwalk.core.models import AuditEntry
from gridwalk.core.queries import NotHere
from gridwalk.differences.actions import batches, decisions
from gridwalk.differences.actions.deciding import DecisionError
from gridwalk.differences.models import DecisionBatch
from gridwalk.events.actions import business, homes, lives, undoing
from gridwalk.events.actions.undoing import UndoError
from gridwalk.events.models import Event
from gridwalk.followup.actions import convening, moving, taking_in
from gridwalk.followup.actions.convening import Arrangement
from gridwalk.followup.actions.moving import Wording
from gridwalk.followup.models import Numbering
from gridwalk.followup.rules import Act, Kind, MatterError, Stage
from gridwalk.inspection.actions import asking, drawing, giving, stairwells
from gridwalk.inspection.actions.stairwells import NewListing
from gridwalk.inspection.models import DrawnStairwell, SampledDoor
from gridwalk.inspection.rules import AskingError, DoorState, SampleError, Visited
from gridwalk.inspection.rules import Kind as SampleKind
from gridwalk.inspection.rules import Stage as SampleStage
from gridwalk.inspection.tests import test_drawing as samples
from gridwalk.reconcile.actions import deciding
from gridwalk.reconcile.models import Unmatched
from gridwalk.reconcile.tests.test_deciding_one_sided import missing
from gridwalk.registry.actions import care, creation, ends, handed_in
from gridwalk.registry.actions.corrections import CorrectionError
from gridwalk.registry.models import (
    CareLabel,
    CaseDecision,
    Difference,
    Dwelling,
    HandedInNumber,
    Organization,
    Person,
    Recheck,
)
from gridwalk.registry.rules import HANDED_IN_A_DAY
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, Street, id_no, lead
from gridwalk.reports import actions as reports
from gridwalk.sync import crypto
from gridwalk.sync.actions import attachments, badges, copies, devices, epochs
from gridwalk.sync.actions.devices import DeviceError
from gridwalk.sync.models import ActivationCode, Attachment, Attempts, Badge, Device, Epoch
from gridwalk.upkeep.actions import posts
from gridwalk.upkeep.rules import UpkeepError
from gridwalk.visits.actions import care as needs
from gridwalk.visits.actions import rechecks
from gridwalk.visits.models import CareNeed
from gridwalk.visits.needs import Need
from gridwalk.visits.tests.test_finding import label
from gridwalk.visits.tests.walk import Walk
from gridwalk.visits.values import Found
from tests.harness.locks import before_locking
from tests.harness.phones import jwk_of

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

Account = Callable[..., User]
SAID = {"on": "2026-06-01", "told": "self", "seen": "1"}


@pytest.fixture
def walk(db: None, at: dt.datetime) -> Walk:
    return Walk(Street.lay_out(at), at)


@pytest.fixture
def phone(walk: Walk, account: Account) -> Device:
    """A phone as its row says."""
    return bound(account(Role.GRID_WORKER, GRID), walk.at)


def bound(user: User, at: dt.datetime, **more: Any) -> Device:
    pk = ids.new_id()
    fields = {"scope": GRID, "name": "测试机", "public_key": {"x": "1"}, "confirmed_at": at, "root_id": pk, **more}
    return Device.objects.create(
        id=pk, user=user, deposit_index=pk.hex[:32], activated_at=at, lease_until=at, share_sealed="", **fields
    )


def now(row: Any, **columns: Any) -> Callable[[], object]:
    """That these columns of a row are changed."""
    return lambda: type(row)._default_manager.filter(pk=row.pk).update(**columns)


def test_a_case_decision_and_a_difference_are_taken_back_once(walk: Walk) -> None:
    for room in ("101", "102"):
        walk.street.person("张桂兰", walk.street.door(room), born_on="1980-01-01")
    lead_ = walk.street.door("103", tenure="let")
    walk.street.say(lead_, "tenure", "owner")
    difference = Difference.objects.get()
    decisions.decide(actor=lead(), at=walk.at, difference=difference.id, decision="keep")
    with (
        before_locking("registry_difference", now(difference, state="open", decided_at=None)),
        pytest.raises(DecisionError, match="这一条还没有决定，不用撤销"),
    ):
        decisions.undo(actor=lead(), at=walk.at, difference=difference.id)

    case = CaseDecision.objects.create(
        grid_id=GRID,
        check_code="same_name_and_birth",
        lead=Person.objects.order_by("id")[0].pk,
        records=[],
        facts={},
        decision="different",
        decided_by_name="书记",
        decided_at=walk.at,
    )
    with (
        before_locking("registry_casedecision", now(case, state="undone")),
        pytest.raises(DecisionError, match="已经撤销或重新定过了"),
    ):
        cases.undo(actor=lead(), at=walk.at, decision=case.pk)
    assert not AuditEntry.objects.filter(verb__in=["case.reopened", "difference.reopened"]).exists()


def test_what_was_decided_one_by_one_is_not_decided_again_by_a_batch(walk: Walk) -> None:
    door = walk.street.door(tenure="let")
    walk.street.say(door, "tenure", "owner")
    difference = Difference.objects.get()
    batch = DecisionBatch.objects.create(
        scope=FIRST,
        kind="dwelling",
        field="tenure",
        sentence="以系统登记为准",
        decision="accept",
        state="running",
        n_chosen=1,
        actor_name="书记",
        created_at=walk.at,
    )
    Difference.objects.update(batch=batch.pk)
    with before_locking("registry_difference", now(difference, state="kept", batch=None)):
        batches.run(actor=lead(), at=walk.at, batch=batch.pk)
    batch.refresh_from_db()
    door.refresh_from_db()
    difference.refresh_from_db()
    assert (batch.state, batch.n_done, door.tenure, difference.state) == ("done", 0, "let", "kept")


def test_a_daily_event_is_taken_back_once(walk: Walk) -> None:
    door = walk.street.door(occupancy="vacant")
    event = homes.move_in(
        actor=lead(),
        at=walk.at,
        dwelling=door.id,
        people=[{"name": "王试甲"}],
        raw=SAID | {"residence_kind": "tenant"},
    )
    with (
        before_locking("events_event", now(event, undone_at=walk.at)),
        pytest.raises(UndoError, match="已经撤销过了"),
    ):
        undoing.undo(actor=lead(), at=walk.at, event=event.pk)


@pytest.mark.parametrize("meanwhile", [{"status": "struck_off"}, {"status_pending": "struck_off"}])
def test_nobody_dies_who_was_ended_or_is_to_be_ended_by_then(walk: Walk, meanwhile: dict[str, str]) -> None:
    person = walk.street.person("王试甲", walk.street.door())
    with (
        before_locking("registry_person", now(person, **meanwhile)),
        pytest.raises(CorrectionError, match="已经不在册，或正等人复核，没有再记。请刷新后再看"),
    ):
        lives.die(actor=lead(), at=walk.at, person=person.pk, raw=SAID)
    assert not Event.objects.exists() and not Recheck.objects.exists()


@pytest.mark.parametrize("status", ["closed", "moved_away"])
def test_no_business_closes_that_is_gone_by_then(walk: Walk, status: str) -> None:
    with walk.street.writing() as writing:
        new = creation.New(grid=GRID, values={"name": "甲里便利店"}, source="ledger")
        creation.register(writing, "organization", [new])
    shop = Organization.objects.get()
    with (
        before_locking("registry_organization", now(shop, status=status)),
        pytest.raises(CorrectionError, match="这家单位已经不在营"),
    ):
        business.close_business(actor=lead(), at=walk.at, organization=shop.pk, raw=SAID | {"why": "搬离"})
    assert not Event.objects.exists() and not Recheck.objects.exists()


def test_a_record_one_side_lacks_is_decided_once_and_taken_back_once(walk: Walk) -> None:
    row = missing(walk.street, walk.street.person("程望舒", walk.street.door()).id)
    given: dict[str, Any] = {"actor": lead(), "at": walk.at, "unmatched": [row.pk]}
    with before_locking("reconcile_unmatched", now(row, state="gone")):
        assert deciding.decide(**given, decision="kept", reason="问过了").n_done == 0
    now(row, state="kept", decided_at=walk.at)()
    with before_locking("reconcile_unmatched", now(row, state="open", decided_at=None)):
        assert deciding.undo(**given).n_done == 0
    assert Unmatched.objects.get().state == "open"
    assert not AuditEntry.objects.filter(verb__startswith="unmatched.").exists()


def test_a_care_label_that_ended_is_not_changed_and_a_need_that_is_met_not_helped(walk: Walk) -> None:
    door = walk.street.door()
    person = walk.street.person("王试甲", door)
    label(person)
    walk.knock(
        door,
        "met",
        walk.then(),
        findings=Found(confirmed=(person.id,), care=(Need(person=person.id, need="medical", help="none"),)),
    )
    care_label, need = CareLabel.objects.get(), CareNeed.objects.get()
    with (
        before_locking("visits_careneed", now(need, state="confirmed")),
        pytest.raises(needs.CareRefused, match=needs.ANSWERED[:6]),
    ):
        needs.help_need(actor=walk.lead, at=walk.at, need=need.pk, help_="given")
    with (
        before_locking("registry_carelabel", now(care_label, ended_on=walk.at.date())),
        pytest.raises(CorrectionError, match="这个类别已经结束或到期了"),
    ):
        care.change_interval(actor=walk.lead, at=walk.at, label=care_label.pk, days=3, reason="住院了")
    care_label.refresh_from_db()
    assert care_label.interval_days == 7


def test_an_end_is_proposed_of_what_stands_and_rechecked_once(walk: Walk) -> None:
    person = walk.street.person("王试甲", walk.street.door())
    given: dict[str, Any] = {"kind": "person", "entity": person.pk, "proposed": "moved_away"}
    said: dict[str, Any] = {"evidence": "phone", "reason": "搬去外地"}
    with (
        before_locking("registry_person", now(person, status="struck_off")),
        pytest.raises(ends.EndError, match="已经不在册"),
    ):
        ends.propose_end(actor=walk.lead, at=walk.at, **given, **said)
    now(person, status="active")()
    ends.propose_end(actor=walk.lead, at=walk.at, **given, **said)
    recheck = Recheck.objects.get()
    with (
        before_locking("registry_recheck", now(recheck, state="rejected")),
        pytest.raises(ends.EndError, match="这一条已经复核过了"),
    ):
        rechecks.decide_recheck(actor=lead(), at=walk.at, recheck=recheck.pk, confirmed=True)
    person.refresh_from_db()
    assert person.status == "active"


def test_a_visit_proposes_no_end_of_who_has_ended_by_then(walk: Walk) -> None:
    door = walk.street.door()
    person = walk.street.person("王试甲", door)
    with before_locking("registry_person", now(person, status="deceased")):
        walk.knock(door, "met", walk.then(), findings=Found(ends=((person.id, "deceased"),)))
    assert not Recheck.objects.exists()


def test_numbers_handed_in_meanwhile_count(walk: Walk, account: Account) -> None:
    user = account(Role.COMMUNITY_LEAD, FIRST)
    actor = Viewer(user.pk, "书记", (Held(Role.COMMUNITY_LEAD, FIRST),))
    numbers = [id_no(n) for n in range(1, 3)]
    room = HANDED_IN_A_DAY - 1

    def others() -> None:
        HandedInNumber.objects.bulk_create(
            HandedInNumber(actor=user.pk, day_index=day, number_index=f"other {n}", at=walk.at)
            for day in handed_in._by_day(numbers)
            for n in range(room)
        )

    with before_locking("accounts_user", others):
        assert len(handed_in.withheld(actor=actor, at=walk.at, numbers=numbers)) == 1


def test_a_piece_of_a_photo_comes_where_the_last_one_ended(phone: Device, at: dt.datetime) -> None:
    upload = Attachment.objects.create(device=phone, sha256="0" * 64, size=9, created_at=at)
    with (
        before_locking("sync_attachment", now(upload, received=3)),
        pytest.raises(attachments.UploadRefused, match="照片上传的位置不对"),
    ):
        attachments.append(device=phone, at=at, attachment=upload.pk, offset=0, data=b"abc")


def test_a_photo_that_was_taken_off_is_not_taken_off_again(phone: Device, at: dt.datetime) -> None:
    badge = Badge.objects.create(user=phone.user, photo=ids.new_id(), set_at=at)
    with before_locking("sync_badge", badge.delete), pytest.raises(NotHere):
        badges.remove_photo(actor=lead(), at=clock.now(), user=phone.user_id)
    assert not AuditEntry.objects.filter(verb="badge.photo_removed").exists()


def test_a_copy_is_revoked_where_its_phone_was_and_confirmed_once(phone: Device, at: dt.datetime) -> None:
    with before_locking("sync_device", now(phone, revoked_at=at, revoked_reason="丢了")):
        copy = copies.clone(phone, op=ids.new_id(), at=at).device
    assert (copy.revoked_at, copy.revoked_reason) == (at, "丢了")

    now(phone, revoked_at=None)()
    now(copy, revoked_at=None)()
    for meanwhile, why in [({"confirmed_at": at}, "已经确认过了"), ({"revoked_at": at}, "这部手机已经停用")]:
        with before_locking("sync_device", now(copy, **meanwhile)), pytest.raises(DeviceError, match=why):
            copies.confirm(actor=lead(), at=clock.now(), device=copy.pk)
        now(copy, confirmed_at=None)()


def test_a_copy_made_while_its_phone_is_revoked_is_revoked_with_it(phone: Device, at: dt.datetime) -> None:
    made: list[Device] = []

    def copy() -> None:
        made.append(bound(phone.user, at, root_id=phone.pk, cloned_from=phone, confirmed_at=None))

    with before_locking("sync_device", copy):
        devices.revoke(actor=lead(), at=clock.now(), device=phone.pk, reason="丢了")
    assert set(Device.objects.filter(revoked_at__isnull=False)) == {phone, *made}


def test_a_code_binds_one_phone_and_a_key_that_was_revoked_none(walk: Walk, account: Account) -> None:
    user = account(Role.GRID_WORKER, GRID)
    numbers = jwk_of(ec.generate_private_key(ec.SECP256R1()))
    moment = clock.now()
    code = devices.make_code(actor=lead(), at=moment, user=user.pk)[0]
    given: dict[str, Any] = {
        "user": user,
        "login": user.username,
        "place": "127.0.0.1",
        "code": code,
        "public_key": numbers,
        "name": "测试机",
        "platform": "test",
        "wire": 1,
        "at": moment,
    }
    row = ActivationCode.objects.get()
    with (
        before_locking("sync_activationcode", now(row, used_at=moment)),
        pytest.raises(devices.ActivationRefused) as no,
    ):
        devices.activate(**given)
    assert no.value.problem == "code_used"
    now(row, used_at=None)()
    same = bound(user, moment, public_key=crypto.public_jwk(numbers))
    with before_locking("sync_device", now(same, revoked_at=moment)), pytest.raises(devices.ActivationRefused) as no:
        devices.activate(**given)
    assert no.value.problem == "revoked_key"


def test_each_failure_makes_the_next_one_wait_longer(at: dt.datetime) -> None:
    given: dict[str, Any] = {"login": "zhou", "place": "127.0.0.1", "at": at}
    devices.note_failure(**given)
    with before_locking("sync_attempts", now(Attempts.objects.get(), n=5)):
        devices.note_failure(**given)
    assert Attempts.objects.get().n == 6


def test_an_epoch_follows_the_one_that_began_meanwhile(at: dt.datetime) -> None:
    later = int(at.timestamp() * 1000) + 60_000
    Epoch.objects.create(number=1, began_at=at, why="开始使用")
    with before_locking("sync_epoch", lambda: Epoch.objects.create(number=later, began_at=at, why="恢复")):
        assert epochs.raise_epoch(actor=SYSTEM, at=at, why="恢复") == later + 1


def test_a_post_is_ended_once_and_runs_on_once(account: Account) -> None:
    post, moment = Assignment.objects.get(user=account(Role.GRID_WORKER, GRID)), clock.now()
    ended = clock.local_date(moment) - dt.timedelta(days=1)
    given: dict[str, Any] = {"actor": SYSTEM, "at": moment}
    with (
        before_locking("accounts_assignment", now(post, to_on=ended)),
        pytest.raises(UpkeepError, match="这个岗位已经停了"),
    ):
        posts.end_post(**given, post=post.pk)
    now(post, to_on=None)()
    handover = posts.end_post(**given, post=post.pk)
    with (
        before_locking("upkeep_handover", now(handover, undone_at=moment)),
        pytest.raises(UpkeepError, match="已经撤销过了"),
    ):
        posts.undo(**given, handover=handover.pk)


def test_one_day_is_covered_by_one_substitution(walk: Walk, account: Account) -> None:
    covered, other = account(Role.GRID_WORKER, GRID), account(Role.GRID_WORKER, f"{FIRST}002")
    today = clock.local_date(clock.now())
    given: dict[str, Any] = {"grid": GRID, "covers": covered.pk, "from_on": today, "to_on": today}

    def another() -> None:
        Assignment.objects.create(
            user=other,
            role=Role.GRID_WORKER,
            scope=GRID,
            covers=covered,
            from_on=today,
            to_on=today,
            state=State.CONFIRMED,
            proposed_at=clock.now(),
        )

    with (
        before_locking("accounts_user", another),
        pytest.raises(SubstituteError, match="这几天里已经安排过这位同事"),
    ):
        substitutes.name_substitute(actor=lead(), at=clock.now(), user=other.pk, **given)


def test_what_was_erased_meanwhile_is_not_erased_again(at: dt.datetime) -> None:
    stored = core.store_file(
        data=b"x", name="a.txt", purpose="ledger", scope=GRID, keep=dt.timedelta(1), actor=SYSTEM, at=at
    )
    for erase in (
        lambda: core.erase_file(stored.id, actor=SYSTEM, at=at),
        lambda: core.erase_expired_files(actor=SYSTEM, at=at + dt.timedelta(days=2)),
    ):
        now(stored, erased_at=None)()
        with before_locking("core_storedfile", now(stored, erased_at=at)):
            erase()
    assert not AuditEntry.objects.filter(verb="file.erased").exists()


def test_a_matter_is_judged_as_it_stands_when_it_is_its_turn(walk: Walk) -> None:
    """Another has passed it meanwhile; and a number another has taken is not given again."""
    opened: dict[str, Any] = {"actor": lead(), "at": walk.at, "scope": FIRST, "kind": Kind.REQUEST}
    matter = taking_in.open_matter(**opened, title="楼门口积水")
    with (
        before_locking("followup_matter", now(matter, stage=Stage.RECHECK)),
        pytest.raises(MatterError, match="现在是“待复核”，不能“提交复核”"),
    ):
        moving.move(actor=lead(), at=walk.at, matter=matter.pk, act=Act.HANDED_IN, wording=Wording(text="修好了"))
    with before_locking("followup_numbering", now(Numbering.objects.get(), last=7)):
        assert taking_in.open_matter(**opened, title="路灯不亮").number == 8


def test_a_sample_and_its_doors_are_judged_as_they_stand_when_it_is_their_turn(walk: Walk, account: Account) -> None:
    """A step another has taken, a door another has closed or asked, a verdict another's answer has brought."""
    for room in ("101", "102", "103"):
        walk.street.door(room)
    walk.dispatch()
    Target.objects.update(state="visited", outcome="met")
    with time_machine.travel(walk.at, tick=False):
        user = account(Role.INSPECTOR, FIRST[:9], name="裴子衿")
    inspector = Viewer(user.pk, user.name, (Held(Role.INSPECTOR, FIRST[:9]),))
    campaign = Campaign.objects.get()
    with (
        before_locking("campaigns_campaign", now(campaign, state="closed")),
        pytest.raises(SampleError, match="这里没有进行中的行动"),
    ):
        samples.planned(walk.at, SampleKind.ACCEPTANCE, FIRST)
    now(campaign, state="running")()
    sample = samples.planned(walk.at, SampleKind.ACCEPTANCE, FIRST)
    step: dict[str, Any] = {"actor": samples.CENTRE, "at": walk.at, "sample": sample.pk}
    with (
        before_locking("inspection_sample", now(sample, stage=SampleStage.COMMITTED)),
        pytest.raises(SampleError, match="没有封存抽签号：现在是“抽签号已封存”"),
    ):
        drawing.commit(**step)
    now(sample, stage=SampleStage.PLANNED)()
    for take in (drawing.commit, drawing.freeze):
        take(**step)
    moving = Dwelling.objects.earliest("room")
    with (
        before_locking("inspection_sample", now(moving, grid=FAR_GRID)),
        pytest.raises(SampleError, match="刚才有户划到了别的网格"),
    ):
        drawing.draw(**step)
    now(moving, grid=GRID)()
    drawing.draw(**step)
    closed, asked, denied = SampledDoor.objects.order_by("turn")
    with (
        before_locking("inspection_sample", now(sample, stage=SampleStage.REVEALED)),
        pytest.raises(SampleError, match="这一轮已经结束了"),
    ):
        giving.give(**step)
    now(sample, stage=SampleStage.DRAWN)()
    with before_locking("inspection_sampleddoor", now(closed, state=DoorState.OPTED_OUT)):
        assert giving.give(**step).n_given == 2
    ask: dict[str, Any] = {"actor": inspector, "at": walk.at}
    with (
        before_locking("inspection_sampleddoor", now(asked, state=DoorState.ANSWERED)),
        pytest.raises(AskingError, match="“问到了”，不再打扰"),
    ):
        asking.answer(**ask, door=asked.pk, reply=samples.said())
    with (
        before_locking("inspection_sample", now(asked, grid=FAR_GRID)),
        pytest.raises(AskingError, match="这一户刚划到别的网格"),
    ):
        asking.answer(**ask, door=asked.pk, reply=samples.said())
    with before_locking("inspection_sample", now(sample, verdict="accepted")):
        asking.answer(**ask, door=denied.pk, reply=samples.said(Visited.NO))
    sample.refresh_from_db()
    assert (sample.verdict, sample.n_instalments) == ("accepted", 1), "nothing follows a verdict"


def test_a_stairwell_is_listed_once_and_given_as_it_stands(walk: Walk, account: Account) -> None:
    """A stairwell that another inspector's phone listed, a round that was ended, a stairwell given twice."""
    walk.street.door("101")
    walk.street.door("901", grid=FAR_GRID)
    walk.dispatch()
    with time_machine.travel(walk.at, tick=False):
        user = account(Role.INSPECTOR, FIRST[:9], name="裴子衿")
    inspector = Viewer(user.pk, user.name, (Held(Role.INSPECTOR, FIRST[:9]),))
    sample = samples.drawn(walk.at, SampleKind.AREA)
    first, second = DrawnStairwell.objects.order_by("turn")
    step: dict[str, Any] = {"actor": samples.CENTRE, "at": walk.at, "sample": sample.pk}
    with before_locking("inspection_drawnstairwell", now(first, listed_at=walk.at)):
        assert giving.give(**step).n_given == 1
    new = NewListing(doors="101", beyond="")
    listed: dict[str, Any] = {"actor": inspector, "at": walk.at, "stairwell": second.pk, "new": new}
    with (
        before_locking("inspection_drawnstairwell", now(second, listed_at=walk.at)),
        pytest.raises(AskingError, match="已经点过了"),
    ):
        stairwells.list_doors(**listed)
    now(second, listed_at=None)()
    with (
        before_locking("inspection_sample", now(sample, stage=SampleStage.REVEALED)),
        pytest.raises(NotHere),
    ):
        stairwells.list_doors(**listed)


def test_what_a_meeting_was_held_with_is_not_made_again(walk: Walk) -> None:
    """Somebody makes a pack and holds the meeting while another's waits."""
    walk.street.door("101")
    walk.dispatch()
    street = FIRST[:9]
    centre = Viewer(ids.new_id(), "中心", (Held(Role.STREET_CENTRE, street),))
    on = clock.local_date(walk.at)
    arrangement = Arrangement(on=on, begins=dt.time(9), place="二楼", asked="")
    meeting = convening.plan(actor=centre, at=walk.at, street=street, arrangement=arrangement)
    make: dict[str, Any] = {"actor": centre, "at": walk.at, "meeting": meeting.pk}
    reports.make_pack(**make)
    with (
        before_locking("followup_meeting", now(meeting, state="held", held_on=on)),
        pytest.raises(MatterError, match="会已经开了，会上看的那份材料不再变"),
    ):
        reports.make_pack(**make)
