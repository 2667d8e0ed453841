"""What is done with one account, post or grant leaves those beside it alone: of another person, area, kind or day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from gridwalk.accounts import actions
from gridwalk.accounts.actions import AccountError
from gridwalk.accounts.grants import actions as grants
from gridwalk.accounts.models import Assignment, Grant, Reset, User
from gridwalk.accounts.resets import actions as resets
from gridwalk.accounts.rules import SYSTEM, Held, NotPermitted, Role, State, Viewer
from gridwalk.accounts.sessions import actions as sessions
from gridwalk.accounts.substitutes import actions as substituting
from gridwalk.accounts.substitutes import queries as substitutes
from gridwalk.accounts.substitutes.rules import SubstituteError
from gridwalk.accounts.tests.test_each_filter import DAY, NEXT_STREET, STREET, post, somebody
from gridwalk.core import actions as core
from gridwalk.core import ids
from gridwalk.core.queries import NotHere
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, NEXT_GRID, SECOND, lead

pytestmark = [pytest.mark.slow, pytest.mark.django_db]  # tables over a whole room
TODAY = dt.date(2026, 10, 13)
KEEPER = Viewer(ids.new_id(), "管理员", (Held(Role.ADMINISTRATOR, STREET),))


def days(from_on: int, to_on: int) -> dict[str, dt.date]:
    return {"from_on": TODAY + from_on * DAY, "to_on": TODAY + to_on * DAY}


def test_who_covers_is_new_to_the_grid_on_each_of_the_days(at: dt.datetime) -> None:
    covered, user, other = (somebody(name) for name in ("被代", "代班", "别人"))
    post(covered, Role.GRID_WORKER, GRID)
    for who in (user, other):
        post(who, Role.GRID_WORKER, NEXT_GRID)
    far = somebody("别处")
    post(far, Role.GRID_WORKER, FAR_GRID)
    post(user, Role.GRID_WORKER, FAR_GRID, covers=far, **days(0, 30))
    post(other, Role.GRID_WORKER, GRID, covers=covered, **days(0, 30))
    post(user, Role.GRID_WORKER, GRID, covers=covered, **days(5, 7))

    def name(actor: Viewer, **values: Any) -> Assignment:
        facts = {"user": user.pk, "grid": GRID, "covers": covered.pk, **values}
        return substituting.name_substitute(actor=actor, at=at, **facts)

    for from_on, to_on in ((3, 5), (7, 9), (6, 6), (1, 12)):
        with pytest.raises(SubstituteError, match="已经安排过这位同事"):
            name(lead(), **days(from_on, to_on))
    first, last = name(lead(), **days(0, 4)), name(lead(), **days(8, 9))
    with pytest.raises(SubstituteError, match="被代的人现在不管这个网格"):
        name(lead(), **days(12, 13), covers=other.pk)
    with pytest.raises(SubstituteError, match="只能请您范围里的网格员"):
        name(lead(), **days(12, 13), user=far.pk)
    with pytest.raises(SubstituteError, match="本来就能走这个网格"):
        name(lead(), **days(12, 13), user=covered.pk)
    with pytest.raises(NotPermitted):
        name(lead(SECOND), **days(12, 13))
    past = post(user, Role.GRID_WORKER, GRID, covers=covered, **days(-9, -1))
    rows = substitutes.substitutes(lead(), TODAY)
    assert {(row.name, row.grid, row.from_on, row.begun) for row in rows} == {
        ("别人", GRID, TODAY, True),
        ("代班", GRID, TODAY, True),
        ("代班", GRID, TODAY + 5 * DAY, False),
        ("代班", GRID, TODAY + 8 * DAY, False),
    }
    assert [row.covers for row in substitutes.substitutes(lead(SECOND), TODAY)] == ["别处"]
    own = Assignment.objects.get(user=user, covers=None)
    for viewer, pk in ((lead(), own.pk), (lead(SECOND), first.pk)):
        with pytest.raises(NotHere):
            substituting.end_substitute(actor=viewer, at=at, post=pk)
    with pytest.raises(SubstituteError, match="已经结束了"):
        substituting.end_substitute(actor=lead(), at=at, post=past.pk)
    substituting.end_substitute(actor=lead(), at=at, post=last.pk)
    with core.write_to(actor=SYSTEM, at=at) as writing:
        substituting.end_all(writing, user.pk)
    ends = dict(Assignment.objects.values_list("pk", "to_on"))
    assert ends[past.pk] == ends[last.pk] == ends[first.pk] == TODAY - DAY and ends[own.pk] is None
    assert Assignment.objects.get(user=other, covers=covered).to_on == TODAY + 30 * DAY
    assert not Assignment.objects.filter(user=user, covers__isnull=False, to_on__gte=TODAY).exists()


def test_a_grid_has_one_responsible_person_and_the_next_grid_keeps_its_own(at: dt.datetime) -> None:
    old, new, other = (somebody(name) for name in ("原来的", "新的", "邻格的"))
    named = {"responsible": True}
    post(old, Role.GRID_WORKER, GRID, **named)
    post(new, Role.GRID_WORKER, GRID)
    post(new, Role.GRID_WORKER, NEXT_GRID)
    post(new, Role.COMMUNITY_CLERK, FIRST)
    post(other, Role.GRID_WORKER, NEXT_GRID, **named)
    post(other, Role.GRID_WORKER, GRID, state=State.PROPOSED)
    actions.appoint(actor=KEEPER, at=at, user=new.pk, scope=GRID)
    responsible = Assignment.objects.filter(responsible=True).values_list("user__name", "scope")
    assert set(responsible) == {("新的", GRID), ("邻格的", NEXT_GRID)}
    for user, scope in ((other, GRID), (new, FIRST), (old, NEXT_GRID)):
        with pytest.raises(AccountError, match="没有生效的岗位"):
            actions.appoint(actor=KEEPER, at=at, user=user.pk, scope=scope)
    with pytest.raises(NotPermitted):
        actions.appoint(actor=lead(), at=at, user=old.pk, scope=GRID)


def test_posts_over_a_grid_that_is_no_more_end_and_those_over_others_or_over_already_do_not(at: dt.datetime) -> None:
    keeper = somebody("网格员")
    rows = {
        "stands": post(keeper, Role.GRID_WORKER, GRID),
        "ends on the day": post(keeper, Role.GRID_WORKER, GRID, to_on=TODAY),
        "over": post(keeper, Role.GRID_WORKER, GRID, from_on=TODAY - 9 * DAY, to_on=TODAY - 2 * DAY),
        "next grid": post(keeper, Role.GRID_WORKER, NEXT_GRID),
        "community": post(keeper, Role.COMMUNITY_LEAD, FIRST),
    }
    with core.write_to(actor=SYSTEM, at=at) as writing:
        actions.follow_grids(writing, old=[GRID], new={f"{FIRST}008": keeper.pk}, from_on=TODAY)
    ends = dict(Assignment.objects.values_list("pk", "to_on"))
    assert {name: ends[row.pk] for name, row in rows.items()} == {
        "stands": TODAY - DAY,
        "ends on the day": TODAY - DAY,
        "over": TODAY - 2 * DAY,
        "next grid": None,
        "community": None,
    }
    (new,) = Assignment.objects.exclude(pk__in=[row.pk for row in rows.values()])
    assert (new.scope, new.from_on, new.to_on, new.responsible) == (f"{FIRST}008", TODAY, None, True)


def test_a_staff_number_is_free_where_who_has_it_left_works_elsewhere_or_is_oneself(at: dt.datetime) -> None:
    number = {"staff_number": "007"}
    somebody("停用", is_active=False, staff_street=STREET, **number)
    somebody("别的街道", staff_street=NEXT_STREET, **number)
    somebody("别的工号", staff_street=STREET, staff_number="008")
    user = somebody("程望舒")
    post(user, Role.GRID_WORKER, GRID)
    for _ in range(2):
        actions.change_staff_number(actor=KEEPER, at=at, user=user, staff_number=" 007 ")
    assert (user.staff_number, user.staff_street) == ("007", STREET)
    for typed, why in (("008", "已有人用"), ("12012345678", "没有存")):
        with pytest.raises(AccountError, match=why):
            actions.change_staff_number(actor=KEEPER, at=at, user=User.objects.get(pk=user.pk), staff_number=typed)
    for viewer in (lead(), Viewer(ids.new_id(), "管理员", (Held(Role.ADMINISTRATOR, NEXT_STREET),))):
        with pytest.raises(NotPermitted):
            actions.change_staff_number(actor=viewer, at=at, user=user, staff_number="009")
    newcomer: dict[str, Any] = {"actor": SYSTEM, "at": at, "password": "walk-every-door-26", "name": "韩书言"}
    told = actions.new_user(username="hanshuyan", scope=f"{NEXT_STREET}001", staff_number="009", **newcomer)
    assert told.staff_street == NEXT_STREET, "of the post it will have"
    with pytest.raises(NotPermitted):
        actions.store_user(actor=lead(), at=at, user=User(username="x", created_at=at))


def test_only_posts_that_stand_keep_somebody_from_keeping_the_accounts(at: dt.datetime) -> None:
    user = somebody("程望舒")
    post(user, Role.COMMUNITY_LEAD, FIRST, state=State.DECLINED)
    post(user, Role.COMMUNITY_LEAD, FIRST, from_on=TODAY - 9 * DAY, to_on=TODAY - DAY)
    post(somebody("别人"), Role.COMMUNITY_LEAD, FIRST)
    given: dict[str, Any] = {"actor": KEEPER, "at": at, "user": user.pk, "from_on": TODAY}
    administrator = actions.assign(role=Role.ADMINISTRATOR, scope=STREET, **given)
    assert administrator.state == State.PROPOSED
    with pytest.raises(AccountError, match="这两种岗位不能给同一个人"):
        actions.assign(role=Role.COMMUNITY_LEAD, scope=FIRST, **given)
    administrator.to_on = TODAY
    administrator.save()
    with pytest.raises(AccountError, match="这两种岗位不能给同一个人"):
        actions.assign(role=Role.COMMUNITY_LEAD, scope=FIRST, **given)
    assert actions.assign(role=Role.COMMUNITY_LEAD, scope=FIRST, **{**given, "from_on": TODAY + DAY}).pk


def test_a_grant_is_taken_back_by_who_answers_for_its_grid_and_the_others_run_on(at: dt.datetime) -> None:
    user = somebody("程望舒")
    given: dict[str, Any] = {"at": at, "user": user.pk, "kind": "person", "code": GRID, "reason": "代看"}
    until = at + DAY
    one, other = (grants.grant(actor=lead(), entity=ids.new_id(), until_at=until, **given) for _ in range(2))
    with pytest.raises(NotPermitted):
        grants.revoke_grant(actor=lead(SECOND), at=at, pk=one.pk, code=GRID)
    grants.revoke_grant(actor=lead(), at=at, pk=one.pk, code=GRID)
    for pk in (one.pk, ids.new_id()):
        with pytest.raises(NotHere):
            grants.revoke_grant(actor=lead(), at=at, pk=pk, code=GRID)
    assert dict(Grant.objects.values_list("pk", "until_at")) == {one.pk: at, other.pk: until}


def test_a_reset_asked_for_again_takes_the_place_of_the_one_that_waits_alone(at: dt.datetime) -> None:
    user, other = somebody("程望舒"), somebody("韩书言")
    for who in (user, other):
        post(who, Role.COMMUNITY_LEAD, FIRST)
    by = {"proposed_by": ids.new_id(), "proposed_at": at}
    waiting = Reset.objects.create(user=user, what="codes", **by)
    stay = [
        Reset.objects.create(user=other, what="codes", **by),
        Reset.objects.create(user=user, what="password", **by),
        Reset.objects.create(user=user, what="codes", state=State.DECLINED, **by),
    ]
    assert resets.reset_second_factor(actor=KEEPER, at=at, user=user)
    left = set(Reset.objects.values_list("pk", flat=True))
    assert waiting.pk not in left and {row.pk for row in stay} < left and len(left) == 4


def test_whose_factor_is_taken_away_is_signed_out_everywhere_and_nobody_else_is() -> None:
    user, other = somebody("程望舒"), somebody("韩书言")
    for key, who in (("a", user), ("b", user), ("c", other)):
        Session.objects.create(session_key=key, session_data="", expire_date=dt.datetime(2099, 1, 1, tzinfo=dt.UTC))
        UserSession.objects.create(user=who, session_key=key, ip="127.0.0.1", user_agent="")
    sessions.end_all(user)
    assert set(UserSession.objects.values_list("session_key", flat=True)) == {"c"}
    assert set(Session.objects.values_list("session_key", flat=True)) == {"c"}
