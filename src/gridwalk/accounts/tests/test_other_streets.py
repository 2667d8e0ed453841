"""Who keeps the accounts of one street does nothing to those of another, and is told that there are none."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest

from gridwalk.accounts import actions
from gridwalk.accounts.actions import AccountError
from gridwalk.accounts.models import Assignment
from gridwalk.accounts.rules import Held, Role, Viewer
from gridwalk.accounts.tests.test_posts import GRID, TODAY, post, user
from gridwalk.core import clock
from gridwalk.core.models import AuditEntry
from gridwalk.core.queries import NotHere
from gridwalk.notices import actions as notices
from gridwalk.notices.models import Notice

pytestmark = pytest.mark.django_db
AT = clock.at_local(TODAY, 10)
HERE = Viewer(uuid.UUID(int=1), "管理员", (Held(Role.ADMINISTRATOR, "120199001"),))
OVERALL = Viewer(uuid.UUID(int=3), "管理员", (Held(Role.ADMINISTRATOR, ""),))
ELSEWHERE = Viewer(uuid.UUID(int=2), "管理员", (Held(Role.ADMINISTRATOR, "120199002"),))


def _ends(actor: Viewer, of: uuid.UUID) -> None:
    actions.end_assignment(actor=actor, at=AT, assignment=of, on=TODAY)


def _resumes(actor: Viewer, of: uuid.UUID) -> None:
    actions.resume_assignment(actor=actor, at=AT, assignment=of, to_on=TODAY + dt.timedelta(days=9))


@pytest.mark.parametrize("does", [_ends, _resumes])
def test_a_post_is_ended_and_resumed_by_who_keeps_the_accounts_there(
    does: Callable[[Viewer, uuid.UUID], None],
) -> None:
    post("网格员", to_on=TODAY - dt.timedelta(days=1))
    other = post("另一个", scope="120199001001002")
    row = Assignment.objects.get(scope=GRID)
    for actor, of in ((ELSEWHERE, row.pk), (HERE, uuid.uuid4())):
        with pytest.raises(NotHere):
            does(actor, of)
    row.refresh_from_db()
    assert row.to_on == TODAY - dt.timedelta(days=1) and not AuditEntry.objects.exists()
    does(HERE, row.pk)
    row.refresh_from_db()
    assert row.to_on == TODAY + dt.timedelta(days=0 if does is _ends else 9)
    assert Assignment.objects.get(user=other).to_on is None
    line = AuditEntry.objects.get()
    assert (line.scope, line.subject) == (GRID, row.user_id)


def test_nobody_lets_their_own_post_run_on() -> None:
    row = Assignment.objects.get(user=post("网格员", Role.LEADING_GROUP))
    own = Viewer(row.user_id, "管理员", (Held(Role.ADMINISTRATOR, "120199001"),))
    with pytest.raises(AccountError, match="没有撤销：岗位不能给自己"):
        _resumes(own, row.pk)


def test_who_has_one_post_over_just_this_area_becomes_its_responsible_one() -> None:
    worker = post("网格员")
    post(worker, scope="120199001001002")
    post("另一个")
    named = actions.name_responsible(user=worker.pk, scope=GRID, on=TODAY)
    assert list(Assignment.objects.filter(responsible=True).values_list("pk", "user_id")) == [(named, worker.pk)]
    assert Assignment.objects.get(responsible=True).scope == GRID
    assert actions.name_responsible(user=worker.pk, scope=GRID, on=TODAY) is None, "is it already"
    assert actions.name_responsible(user=worker.pk, scope="120199001001003", on=TODAY) is None
    clerk = post("社区工作者", Role.COMMUNITY_CLERK, "120199001001")
    assert actions.name_responsible(user=clerk.pk, scope="120199001001", on=TODAY) is None, "a clerk is never named"


def test_the_reset_of_an_account_without_a_post_is_told_to_whoever_is_above_all() -> None:
    notices.reset_second_factor(actor=OVERALL, at=AT, user=user("没有岗位"))
    assert list(Notice.objects.filter(role=Role.STREET_CENTRE).values_list("scope", flat=True)) == [""]
    worker = post("领导小组", Role.LEADING_GROUP, "120199001")
    post(worker, Role.LEADING_GROUP, "120199003")
    post(worker, Role.LEADING_GROUP, "120199003", from_on=TODAY - dt.timedelta(days=5))
    Notice.objects.all().delete()
    notices.reset_second_factor(actor=OVERALL, at=AT, user=worker)
    told = Notice.objects.filter(role=Role.STREET_CENTRE)
    assert sorted(told.values_list("scope", flat=True)) == ["120199001", "120199003"]
