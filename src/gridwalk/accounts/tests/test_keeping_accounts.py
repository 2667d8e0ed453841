"""Accounts as an administrator keeps them: no default password, dated posts, never beyond the own areas."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.contrib.auth import authenticate
from django.test import RequestFactory
from pytest_django import DjangoAssertNumQueries

from gridwalk.accounts import actions, locking, queries
from gridwalk.accounts.actions import AccountError
from gridwalk.accounts.grants import actions as grants
from gridwalk.accounts.models import Assignment, Grant, User
from gridwalk.accounts.resets import actions as resets
from gridwalk.accounts.rules import SERVER, SYSTEM, Held, NotPermitted, Role, Verb, Viewer
from gridwalk.core import clock, ids
from gridwalk.core.models import AuditEntry
from gridwalk.core.queries import NotHere

pytestmark = pytest.mark.django_db

STREET, NEXT_STREET = "120105001", "120105002"
COMMUNITY, GRID = "120105001001", "120105001001001"
GOOD = "walk-every-door-26"
DAY = dt.timedelta(days=1)

MakeViewer = Callable[[Role, str], Viewer]


@pytest.fixture
def administrator(viewer: MakeViewer) -> Viewer:
    """The administrator of the street."""
    return viewer(Role.ADMINISTRATOR, STREET)


def _user(at: dt.datetime, username: str = "wangshi", *posts: tuple[Role, str]) -> User:
    user = actions.create_user(actor=SYSTEM, at=at, username=username, name="王试", password=GOOD, post="网格员")
    for role, scope in posts:
        actions.assign(actor=SYSTEM, at=at, user=user.id, role=role, scope=scope, from_on=clock.local_date(at))
    return user


def _verbs(user: User) -> list[str]:
    return list(AuditEntry.objects.filter(subject=user.id).order_by("id").values_list("verb", flat=True))


def test_a_new_account_must_change_its_password_and_may_nothing_yet(at: dt.datetime, administrator: Viewer) -> None:
    user = actions.create_user(
        actor=administrator, at=at, username=" WangShi ", name=" 王试 ", password=GOOD, post="网格员"
    )
    assert (user.username, user.name, user.must_change_password) == ("wangshi", "王试", True)
    assert user.check_password(GOOD)
    assert GOOD not in user.password
    assert queries.viewer_of(user, clock.local_date(at)) == Viewer(user.id, "王试")
    assert _verbs(user) == ["account.created"]


@pytest.mark.parametrize(
    ("password", "why"),
    [("Walk-26-doo", "12"), ("123456789012", "数字"), ("password1234", "常见"), ("wangshi-2026", "相似")],
)
def test_it_refuses_a_weak_password_and_says_why(
    at: dt.datetime, administrator: Viewer, password: str, why: str
) -> None:
    with pytest.raises(AccountError, match=why):
        actions.create_user(actor=administrator, at=at, username="wangshi", name="王试", password=password)
    assert not User.objects.exists()
    user = _user(at)
    with pytest.raises(AccountError, match=why):
        actions.change_own_password(user=user, password=password, at=at)
    user.refresh_from_db()
    assert user.check_password(GOOD)


@pytest.mark.parametrize(
    ("username", "name", "why"),
    [
        ("", "王试", "都要填"),
        ("x", "  ", "都要填"),
        ("WANGSHI", "李样", "登录名“wangshi”已有人用，换一个再存"),
        ("x" * 41, "王试", "不超过 40"),
    ],
)
def test_it_refuses_an_account_without_a_name_of_its_own(
    at: dt.datetime, administrator: Viewer, username: str, name: str, why: str
) -> None:
    _user(at)
    with pytest.raises(AccountError, match=why):
        actions.create_user(actor=administrator, at=at, username=username, name=name, password=GOOD)
    assert User.objects.count() == 1


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_it_refuses_everyone_but_an_administrator(at: dt.datetime, viewer: MakeViewer, role: Role) -> None:
    actor, user = viewer(role, STREET), _user(at)
    for attempt in (
        lambda: actions.create_user(actor=actor, at=at, username="x", name="李样", password=GOOD),
        lambda: actions.assign(
            actor=actor, at=at, user=user.id, role=Role.COMMUNITY_LEAD, scope=GRID, from_on=clock.local_date(at)
        ),
        lambda: resets.reset_password(actor=actor, at=at, user=user),
        lambda: resets.reset_second_factor(actor=actor, at=at, user=user),
        lambda: actions.deactivate(actor=actor, at=at, user=user),
    ):
        with pytest.raises(NotPermitted):
            attempt()
    assert not queries.managed(actor).exists()
    assert _verbs(user) == ["account.created"]


def test_random_passwords_pass_the_policy_and_never_repeat(at: dt.datetime) -> None:
    passwords = {actions.random_password() for _ in range(50)}
    assert len(passwords) == 50
    for password in list(passwords)[:5]:
        assert re.fullmatch(r"([a-z2-9]{4}-){6}[a-z2-9]{4}", password)
        actions.create_user(actor=SYSTEM, at=at, username=ids.new_id().hex, name="王试", password=password)


def test_several_posts_hold_on_their_days_and_a_scope_outside_is_refused(
    at: dt.datetime, administrator: Viewer, viewer: MakeViewer
) -> None:
    user, today = _user(at), clock.local_date(at)
    actions.assign(
        actor=administrator, at=at, user=user.id, role=Role.GRID_WORKER, scope=GRID, from_on=today, to_on=today + DAY
    )
    lead = actions.assign(
        actor=administrator, at=at, user=user.id, role=Role.COMMUNITY_LEAD, scope=COMMUNITY, from_on=today + DAY
    )
    assert queries.viewer_of(user, today).assignments == (), "proposed, not confirmed"
    centre = viewer(Role.STREET_CENTRE, STREET)
    actions.confirm_roles(actor=centre, at=at, assignments=[row.id for row in queries.proposals(centre, today)])
    worker, leader = Held(Role.GRID_WORKER, GRID), Held(Role.COMMUNITY_LEAD, COMMUNITY)
    posts = [queries.viewer_of(user, today + n * DAY).assignments for n in (-1, 0, 1, 2)]
    assert posts == [(), (worker,), (worker, leader), (leader,)]

    actions.end_assignment(actor=administrator, at=at, assignment=lead.id, on=today + DAY)
    assert queries.viewer_of(user, today + 2 * DAY).assignments == ()

    with pytest.raises(NotPermitted):
        actions.assign(
            actor=administrator, at=at, user=user.id, role=Role.GRID_WORKER, scope=NEXT_STREET, from_on=today
        )
    with pytest.raises(AccountError, match="早于"):
        actions.assign(
            actor=administrator,
            at=at,
            user=user.id,
            role=Role.GRID_WORKER,
            scope=GRID,
            from_on=today,
            to_on=today - DAY,
        )
    proposed, confirmed = ["account.role_proposed"] * 2, ["account.assigned"] * 2
    assert _verbs(user) == ["account.created", *proposed, *confirmed, "account.unassigned"]


def test_ending_a_post_elsewhere_answers_as_if_it_were_not_there(at: dt.datetime, administrator: Viewer) -> None:
    _user(at, "lisample", (Role.GRID_WORKER, NEXT_STREET + "001001"))
    elsewhere = Assignment.objects.get().id
    for assignment in (elsewhere, ids.new_id()):
        with pytest.raises(NotHere, match="没有这一条"):
            actions.end_assignment(actor=administrator, at=at, assignment=assignment, on=clock.local_date(at))
    assert Assignment.objects.get().to_on is None


def test_an_administrator_sees_and_opens_only_the_accounts_of_the_own_areas(
    at: dt.datetime, administrator: Viewer
) -> None:
    own = _user(at, "own", (Role.GRID_WORKER, GRID))
    new = _user(at, "new")
    other = _user(at, "other", (Role.GRID_WORKER, NEXT_STREET))
    above = _user(at, "above", (Role.DISTRICT_CENTRE, "120105"))
    assert {u.username for u in queries.managed(administrator)} == {"own", "new"}
    assert {u.username for u in queries.managed(SYSTEM)} == {"own", "new", "other", "above"}
    assert queries.get_user_by_name(administrator, "own") == own
    for hidden_name in ("other", "above", "nobody"):
        with pytest.raises(NotHere):
            queries.get_user_by_name(administrator, hidden_name)
    assert queries.get_user(administrator, own.id) == own
    assert queries.get_user(administrator, new.id) == new
    for hidden in (other.id, above.id, ids.new_id()):
        with pytest.raises(NotHere):
            queries.get_user(administrator, hidden)


def test_it_refuses_to_take_over_an_account_that_may_more_than_the_actor(
    at: dt.datetime, administrator: Viewer
) -> None:
    today = clock.local_date(at)
    wide = _user(at, "wide", (Role.GRID_WORKER, GRID), (Role.ADMINISTRATOR, ""))
    assert queries.get_user(administrator, wide.id) == wide
    for attempt in (resets.reset_password, resets.reset_second_factor, actions.deactivate):
        with pytest.raises(NotPermitted):
            attempt(actor=administrator, at=at, user=wide)
    Assignment.objects.filter(user=wide, scope="").update(from_on=today - 2 * DAY, to_on=today - DAY)
    assert resets.reset_password(actor=administrator, at=at, user=wide)


def test_a_reset_password_is_told_once_must_be_changed_and_lifts_the_lock_out(
    at: dt.datetime, administrator: Viewer
) -> None:
    user = _user(at, "wangshi", (Role.GRID_WORKER, GRID))
    request = RequestFactory().post("/accounts/login/")
    for attempt in range(6):
        authenticate(request, username=["wangshi", "WangShi", " WANGSHI"][attempt % 3], password="wrong")
    assert authenticate(request, username="wangshi", password=GOOD) is None
    assert AccessAttempt.objects.values_list("username", flat=True).distinct().get() == locking.mark_of("wangshi")

    password = resets.reset_password(actor=SERVER, at=at, user=user).password
    assert authenticate(request, username="WangShi", password=password) == user
    assert authenticate(request, username="wangshi", password=GOOD) is None
    user.refresh_from_db()
    assert user.must_change_password
    actions.change_own_password(user=user, password="another-door-26", at=at)
    user.refresh_from_db()
    assert not user.must_change_password
    assert _verbs(user)[-2:] == ["account.password_reset", "account.password_changed"]


def test_what_happens_to_accounts_is_read_in_the_audit_of_the_area(at: dt.datetime, administrator: Viewer) -> None:
    user = actions.create_user(actor=administrator, at=at, username="wangshi", name="王试", password=GOOD)
    actions.assign(
        actor=administrator, at=at, user=user.id, role=Role.GRID_WORKER, scope=GRID, from_on=clock.local_date(at)
    )
    actions.change_own_password(user=user, password="another-door-26", at=at)
    resets.reset_password(actor=administrator, at=at, user=user)
    actions.deactivate(actor=administrator, at=at, user=user)
    scopes = AuditEntry.objects.filter(subject=user.id).order_by("id").values_list("scope", flat=True)
    assert list(scopes) == [STREET, GRID, GRID, STREET, STREET]


def test_a_lock_out_of_one_name_leaves_the_others_alone(at: dt.datetime) -> None:
    _user(at, "wangshi")
    other = _user(at, "lisample")
    request = RequestFactory().post("/accounts/login/")
    for _ in range(8):
        authenticate(request, username="wangshi", password="wrong")
    assert authenticate(request, username="wangshi", password=GOOD) is None
    assert authenticate(request, username="lisample", password=GOOD) == other


def test_the_second_factor_is_forgotten_by_another_administrator_only(at: dt.datetime, administrator: Viewer) -> None:
    user = _user(at, "centre", (Role.STREET_CENTRE, STREET))
    assert queries.second_factor_missing(user)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert not queries.second_factor_missing(user)
    resets.reset_second_factor(actor=SERVER, at=at, user=user)
    assert queries.second_factor_missing(user)

    self_made = _user(at, "admin", (Role.ADMINISTRATOR, STREET))
    themselves = queries.viewer_of(self_made, clock.local_date(at))
    with pytest.raises(NotPermitted):
        resets.reset_second_factor(actor=themselves, at=at, user=self_made)


def test_a_closed_account_signs_in_no_more_and_may_nothing(at: dt.datetime, administrator: Viewer) -> None:
    user = _user(at, "wangshi", (Role.GRID_WORKER, GRID))
    actions.deactivate(actor=administrator, at=at, user=user)
    user.refresh_from_db()
    assert authenticate(RequestFactory().post("/"), username="wangshi", password=GOOD) is None
    assert queries.viewer_of(user, clock.local_date(at)).assignments == ()
    own = _user(at, "admin", (Role.ADMINISTRATOR, STREET))
    with pytest.raises(AccountError, match="自己"):
        actions.deactivate(actor=queries.viewer_of(own, clock.local_date(at)), at=at, user=own)
    assert User.objects.get(pk=own.id).is_active


def test_the_responsible_person_is_whoever_took_over_last_and_is_still_in_post(at: dt.datetime) -> None:
    today = clock.local_date(at)
    before, after = _user(at, "before"), _user(at, "after")
    for user, from_on, to_on in ((before, today - 9 * DAY, None), (after, today + DAY, today + 2 * DAY)):
        actions.assign(
            actor=SYSTEM,
            at=at,
            user=user.id,
            role=Role.COMMUNITY_LEAD,
            scope=COMMUNITY,
            from_on=from_on,
            to_on=to_on,
            responsible=True,
        )
    named = [queries.responsible([COMMUNITY, GRID], today + n * DAY) for n in (-10, 0, 1, 2, 3)]
    assert [answer[COMMUNITY].user if answer else None for answer in named] == [
        None,
        before.id,
        after.id,
        after.id,
        before.id,
    ]
    assert (named[1][COMMUNITY].name, named[1][COMMUNITY].post) == ("王试", "网格员")


def test_a_grid_is_named_a_worker_and_a_community_its_lead(at: dt.datetime) -> None:
    user = _user(at, "clerk")
    for role, scope in ((Role.COMMUNITY_CLERK, COMMUNITY), (Role.STREET_CENTRE, COMMUNITY[:9])):
        with pytest.raises(actions.AccountError, match="去掉“设为责任人”的勾，再添加岗位"):
            actions.assign(
                actor=SYSTEM,
                at=at,
                user=user.id,
                role=role,
                scope=scope,
                from_on=clock.local_date(at),
                responsible=True,
            )
    assert not Assignment.objects.exists()


def test_workers_are_named_in_code_order(at: dt.datetime) -> None:
    today = clock.local_date(at)
    second = _user(at, "second", (Role.GRID_WORKER, "120105001001002"))
    first = _user(at, "first", (Role.GRID_WORKER, GRID), (Role.COMMUNITY_LEAD, COMMUNITY))
    workers = queries.workers(COMMUNITY, today)
    assert workers == [(first.id, "王试", GRID), (second.id, "王试", "120105001001002")]
    assert queries.workers(COMMUNITY, today - DAY) == []


def test_an_object_is_granted_for_a_time_and_taken_back(at: dt.datetime, viewer: MakeViewer) -> None:
    user, door, hour = _user(at), ids.new_id(), dt.timedelta(hours=1)
    centre, inspector = viewer(Role.STREET_CENTRE, STREET), Viewer(user.id, "王试")
    given = grants.grant(
        actor=centre,
        at=at,
        user=user.id,
        kind="dwelling",
        entity=door,
        code=GRID,
        until_at=at + 2 * hour,
        reason="抽查",
    )
    seen = [queries.granted(inspector, "dwelling", at + n * hour) for n in (-1, 0, 1, 2)]
    assert seen == [[], [door], [door], []]
    assert queries.granted(inspector, "person", at) == []
    assert queries.granted(centre, "dwelling", at) == []

    grants.revoke_grant(actor=centre, at=at + hour, pk=given.id, code=GRID)
    assert queries.granted(inspector, "dwelling", at + hour) == []
    with pytest.raises(NotHere):
        grants.revoke_grant(actor=centre, at=at + hour, pk=given.id, code=GRID)
    Grant.objects.filter(pk=given.id).update(until_at=at + 2 * hour)
    with pytest.raises(NotHere):
        grants.revoke_grant(actor=centre, at=at + 2 * hour, pk=given.id, code=GRID)
    assert list(AuditEntry.objects.filter(subject=door).order_by("id").values_list("verb", flat=True)) == [
        "grant.given",
        "grant.revoked",
    ]


def test_it_refuses_a_grant_without_right_reason_or_end(at: dt.datetime, viewer: MakeViewer) -> None:
    user, hour = _user(at), dt.timedelta(hours=1)
    for actor, until_at, reason, error in (
        (viewer(Role.GRID_WORKER, GRID), at + hour, "抽查", NotPermitted),
        (viewer(Role.STREET_CENTRE, NEXT_STREET), at + hour, "抽查", NotPermitted),
        (viewer(Role.STREET_CENTRE, STREET), at, "抽查", AccountError),
        (viewer(Role.STREET_CENTRE, STREET), at + hour, " ", AccountError),
    ):
        with pytest.raises(error):
            grants.grant(
                actor=actor,
                at=at,
                user=user.id,
                kind="dwelling",
                entity=ids.new_id(),
                code=GRID,
                until_at=until_at,
                reason=reason,
            )
    assert not user.grants.exists()


@pytest.mark.parametrize("n", [1, 12])
def test_lists_cost_the_same_queries_for_one_account_and_for_many(
    at: dt.datetime, administrator: Viewer, django_assert_num_queries: DjangoAssertNumQueries, n: int
) -> None:
    users = [_user(at, f"worker{index}", (Role.GRID_WORKER, GRID)) for index in range(n)]
    today = clock.local_date(at)
    with django_assert_num_queries(1):
        assert len(queries.workers(COMMUNITY, today)) == n
    with django_assert_num_queries(1):
        queries.responsible([GRID, COMMUNITY], today)
    with django_assert_num_queries(1):
        assert queries.viewer_of(users[0], today).may(Verb.RECORD_VISIT, GRID)
