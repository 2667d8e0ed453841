"""Two at the same moment: the second waits for the row that the first holds, sees what was done and is told so.

Whoever reads without waiting decides by what stood there before. Each is written down as it would go wrong: the first
has done its part and not ended yet when the second begins.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections, transaction

from gridwalk.accounts import actions as accounts
from gridwalk.accounts.actions import AccountError
from gridwalk.accounts.models import Assignment, Reset, User
from gridwalk.accounts.resets import actions as resets
from gridwalk.accounts.rules import SYSTEM, Held, Role, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock, files, ids
from gridwalk.core.audit import verify
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.models import AuditEntry, StoredFile
from gridwalk.core.queries import NotHere
from gridwalk.differences.actions import batches, decisions
from gridwalk.differences.actions.deciding import DecisionError
from gridwalk.differences.models import DecisionBatch
from gridwalk.operations.investigations import actions as investigations
from gridwalk.operations.models import Investigation
from gridwalk.operations.rules import InvestigationError
from gridwalk.registry.actions.corrections import CorrectionError
from gridwalk.registry.actions.facilities import remove_facility
from gridwalk.registry.models import Difference, Facility, Person, Recheck
from gridwalk.registry.tests.street import FIRST, GRID, Street, lead
from gridwalk.upkeep.actions import plans, posts
from gridwalk.upkeep.models import Plan
from gridwalk.upkeep.queries import plans as reads
from gridwalk.upkeep.rules import UpkeepError
from gridwalk.visits.actions import rechecks
from gridwalk.visits.actions.recording import VisitRefused
from gridwalk.visits.tests.walk import Walk, target
from tests.harness.meanwhile import at_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SECONDS = 20


@pytest.fixture
def walk(transactional_db: None, at: dt.datetime) -> Walk:
    return Walk(Street.lay_out(at), at)


def waits() -> bool:
    """Whether another connection waits for this one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return bool(cursor.fetchone()[0])


def beside(first: Callable[[], object], second: Callable[[], object]) -> list[BaseException]:
    """Do the first and hold it open until the second waits for it, or is through; what the second raised."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            second()
        except BaseException as error:
            raised.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    until = time.monotonic() + SECONDS
    with transaction.atomic():
        first()
        thread.start()
        while thread.is_alive() and not waits() and time.monotonic() < until:
            time.sleep(0.02)
    thread.join(SECONDS)
    assert not thread.is_alive()
    return raised


def refused(raised: list[BaseException], kind: type[BaseException], words: str) -> bool:
    """Whether the second was told why, and nothing else went wrong."""
    return [type(error) for error in raised] == [kind] and words in str(raised[0])


def test_lines_of_one_chain_follow_each_other_whoever_writes_them(at: dt.datetime) -> None:
    def read() -> None:
        for _ in range(12):
            core.record_reading(
                actor=SYSTEM,
                at=at,
                verb=AuditVerb.NUMBER_REVEALED,
                scope=GRID,
                kind="person",
                subject=ids.new_id(),
                reason="约上门时间",
            )

    read()
    assert at_once(read, read, read) == []
    chains = AuditEntry.objects.order_by("chain", "seq").values_list("chain", "seq")
    (chain,) = {chain for chain, _ in chains}
    assert [seq for _, seq in chains] == list(range(1, 49)), chain
    assert verify.verify().breaks == []


def test_a_file_is_erased_once(at: dt.datetime) -> None:
    kept = core.store_file(
        data=b"x", name="a.txt", purpose="ledger", scope=GRID, keep=dt.timedelta(1), actor=SYSTEM, at=at
    )
    later = at + dt.timedelta(days=2)

    def again() -> None:
        assert core.erase_expired_files(actor=SYSTEM, at=later) == 0

    assert beside(lambda: core.erase_file(kept.id, actor=SYSTEM, at=at), again) == []
    assert AuditEntry.objects.filter(verb="file.erased").count() == 1
    assert not files.path_of(kept.id).exists()

    kept = core.store_file(
        data=b"x", name="a.txt", purpose="ledger", scope=GRID, keep=dt.timedelta(1), actor=SYSTEM, at=at
    )
    assert (
        beside(
            lambda: core.erase_expired_files(actor=SYSTEM, at=later),
            lambda: core.erase_file(kept.id, actor=SYSTEM, at=at),
        )
        == []
    )
    assert AuditEntry.objects.filter(verb="file.erased", subject=kept.id).count() == 1
    assert StoredFile.objects.get(pk=kept.id).erased_at == later


def proposed(walk: Walk) -> Plan:
    persons = [walk.street.person("程望舒").id, walk.street.person("程望舒").id]
    choices: dict[str, Any] = {"fields": {}}
    seen = reads.mark(Plan(kind="merge_persons", subjects=persons, choices=choices))
    return plans.propose(
        actor=walk.lead,
        at=walk.at,
        kind="merge_persons",
        subjects=persons,
        choices=choices,
        evidence="id_card",
        reason="看过证件的",
        seen=seen,
    )


@pytest.mark.parametrize("confirmed", [False, True])
def test_a_plan_taken_back_is_not_decided_by_who_had_it_before_them(walk: Walk, confirmed: bool) -> None:
    plan = proposed(walk)
    seen = reads.mark(plan)
    raised = beside(
        lambda: plans.withdraw(actor=walk.lead, at=walk.at, plan=plan),
        lambda: plans.decide(actor=lead(), at=walk.at, plan=plan, confirmed=confirmed, note="对过", seen=seen),
    )
    assert refused(raised, UpkeepError, "这个方案已经是“已撤回”")
    assert (Plan.objects.get().state, Person.objects.filter(merged_into__isnull=False).count()) == ("withdrawn", 0)


def test_a_difference_is_decided_once(walk: Walk) -> None:
    door = walk.street.door(tenure="let")
    walk.street.say(door, "tenure", "owner")
    asked = Difference.objects.get()

    def decide(decision: str) -> Callable[[], object]:
        return lambda: decisions.decide(actor=lead(), at=walk.at, difference=asked.id, decision=decision)

    assert refused(beside(decide("keep"), decide("accept")), DecisionError, "这一条已经有人定过了")
    asked.refresh_from_db()
    door.refresh_from_db()
    assert (asked.state, door.tenure) == ("kept", "let")


def test_a_post_that_was_ended_runs_on_once(walk: Walk, account: Callable[..., User]) -> None:
    post = Assignment.objects.get(user=account(Role.GRID_WORKER, GRID))
    now = clock.now()
    handover = posts.end_post(actor=SYSTEM, at=now, post=post.pk)

    def undo() -> None:
        posts.undo(actor=SYSTEM, at=now, handover=handover.pk)

    assert refused(beside(undo, undo), UpkeepError, "已经撤销过了")
    assert Assignment.objects.get(pk=post.pk).to_on is None


def test_a_batch_is_taken_back_once(at: dt.datetime) -> None:
    batch = DecisionBatch.objects.create(
        scope=FIRST,
        kind="dwelling",
        field="tenure",
        sentence="以系统登记为准",
        decision="keep",
        state="done",
        n_chosen=0,
        actor_name="韩书言",
        created_at=at,
    )

    def undo() -> None:
        batches.start_undo(actor=lead(), at=at, batch=batch.pk)

    assert refused(beside(undo, undo), DecisionError, "这一批还在办，或已经撤销了")
    assert AuditEntry.objects.filter(verb="difference.batch_undone").count() == 1


def test_two_roles_that_nobody_may_hold_are_not_both_given_at_once(account: Callable[..., User]) -> None:
    user = account(Role.LEADING_GROUP, FIRST[:9])
    keeper = Viewer(ids.new_id(), "管理员", (Held(Role.ADMINISTRATOR, ""),))
    given: dict[str, Any] = {"actor": keeper, "at": clock.now(), "user": user.id}
    today = clock.local_date(clock.now())

    def give(role: Role, scope: str) -> Callable[[], object]:
        return lambda: accounts.assign(**given, role=role, scope=scope, from_on=today)

    raised = beside(give(Role.ADMINISTRATOR, FIRST[:9]), give(Role.COMMUNITY_LEAD, FIRST))
    assert [type(error) for error in raised] == [AccountError]
    assert set(Assignment.objects.filter(user=user).values_list("role", flat=True)) == {
        Role.LEADING_GROUP,
        Role.ADMINISTRATOR,
    }


def test_a_proposed_role_is_confirmed_or_declined_and_not_both(account: Callable[..., User]) -> None:
    user, today = account(Role.LEADING_GROUP, FIRST), clock.local_date(clock.now())
    keeper = Viewer(ids.new_id(), "管理员", (Held(Role.ADMINISTRATOR, ""),))
    centre = Viewer(account(Role.STREET_CENTRE, FIRST[:9]).id, "中心", (Held(Role.STREET_CENTRE, FIRST[:9]),))
    asked = accounts.assign(
        actor=keeper, at=clock.now(), user=user.id, role=Role.GRID_WORKER, scope=GRID, from_on=today
    )
    assert asked.state == "proposed"
    raised = beside(
        lambda: accounts.decline_roles(actor=centre, at=clock.now(), assignments=[asked.id]),
        lambda: accounts.confirm_roles(actor=centre, at=clock.now(), assignments=[asked.id]),
    )
    assert len(raised) == 1
    asked.refresh_from_db()
    assert asked.state == "declined"


def test_a_reset_that_was_declined_is_not_confirmed(account: Callable[..., User]) -> None:
    lead_, street = account(Role.COMMUNITY_LEAD, FIRST), FIRST[:9]
    keeper = Viewer(account(Role.ADMINISTRATOR, street).id, "孟昭宁", (Held(Role.ADMINISTRATOR, street),))
    centre = Viewer(account(Role.STREET_CENTRE, street).id, "许知行", (Held(Role.STREET_CENTRE, street),))
    password = lead_.password
    resets.reset_password(actor=keeper, at=clock.now(), user=lead_)
    asked = Reset.objects.get()
    raised = beside(
        lambda: resets.decline(actor=centre, at=clock.now(), reset=asked.pk),
        lambda: resets.confirm(actor=centre, at=clock.now(), reset=asked.pk),
    )
    assert [type(error) for error in raised] == [NotHere]
    lead_.refresh_from_db()
    assert (lead_.password, Reset.objects.get().password) == (password, "")


def test_an_investigation_taken_back_opens_nothing(account: Callable[..., User]) -> None:
    worker = account(Role.GRID_WORKER, GRID)
    today = clock.local_date(clock.now())
    first, second = (
        Viewer(account(Role.STREET_CENTRE, FIRST[:9]).id, name, (Held(Role.STREET_CENTRE, FIRST[:9]),))
        for name in ("韩书言", "顾怀瑾")
    )
    asked = investigations.propose(
        actor=first, at=clock.now(), user=worker.id, cause="look", from_on=today, to_on=today, reason="居民说没人来过"
    )
    raised = beside(
        lambda: investigations.withdraw(actor=first, at=clock.now(), investigation=asked.id),
        lambda: investigations.decide(
            actor=second, at=clock.now(), investigation=asked.id, confirmed=True, note="属实，要看"
        ),
    )
    assert refused(raised, InvestigationError, "没有定：刚才已经定过，或撤回了")
    assert Investigation.objects.get().state == "withdrawn"
    assert not AuditEntry.objects.filter(verb="investigation.confirmed").exists()


def test_a_facility_is_taken_out_once(walk: Walk) -> None:
    facility = Facility.objects.create(grid_id=GRID, facility_kind="hydrant", source="office", created_at=walk.at)

    def remove() -> None:
        remove_facility(actor=walk.lead, at=walk.at, facility=facility.id, reason="拆了")

    assert refused(beside(remove, remove), CorrectionError, "刚才有人改过它的状态")
    assert AuditEntry.objects.filter(verb="facility.removed").count() == 1


def test_a_report_that_somebody_left_is_rechecked_once(walk: Walk) -> None:
    door = walk.street.door()
    walk.dispatch()
    walk.knock(door, "moved_away", walk.then(-1))

    def recheck(confirmed: bool) -> Callable[[], object]:
        return lambda: rechecks.decide_pending(
            actor=lead(), at=walk.at, target=target(door).id, confirmed=confirmed, note="打过电话"
        )

    pending = target(door)
    raised = beside(recheck(True), recheck(False))
    assert [type(error) for error in raised] == [VisitRefused]
    assert (pending.state, target(door).state) == ("pending", "visited")
    assert AuditEntry.objects.filter(verb="target.rechecked").count() == 1
    assert not Recheck.objects.filter(state="open").exists()
