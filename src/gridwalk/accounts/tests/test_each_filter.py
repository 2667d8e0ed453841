"""Every query of accounts leaves out what it is to leave out: beside each post that counts stand those that do not."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt

from gridwalk.accounts import locking, queries
from gridwalk.accounts.models import Assignment, Grant, User
from gridwalk.accounts.rules import Held, Role, State, Viewer
from gridwalk.core import ids
from gridwalk.core.queries import NotHere
from gridwalk.registry.tests.street import FIRST, GRID, NEXT_GRID, SECOND

pytestmark = pytest.mark.django_db
STREET, NEXT_STREET = FIRST[:9], "120105002"
TODAY = dt.date(2026, 10, 13)
DAY = dt.timedelta(days=1)
NOW = dt.datetime(2026, 10, 13, 2, tzinfo=dt.UTC)


def somebody(name: str, **values: Any) -> User:
    return User.objects.create(username=f"u{User.objects.count()}", name=name, created_at=NOW, **values)


def post(user: User, role: Role, scope: str, **values: Any) -> Assignment:
    facts = {"from_on": TODAY, "state": State.CONFIRMED, "proposed_at": NOW}
    return Assignment.objects.create(user=user, role=role, scope=scope, **{**facts, **values})


OTHERWISE: dict[str, dict[str, Any]] = {
    "提出": {"state": State.PROPOSED},
    "否决": {"state": State.DECLINED},
    "明天起": {"from_on": TODAY + DAY},
    "昨天止": {"from_on": TODAY - 9 * DAY, "to_on": TODAY - DAY},
}
"""What a post is that is not in force."""
IN_FORCE: dict[str, dict[str, Any]] = {
    "今天起": {"from_on": TODAY},
    "今天止": {"from_on": TODAY - 9 * DAY, "to_on": TODAY},
    "一直": {"from_on": TODAY - 9 * DAY},
}


def posts(role: Role, scope: str, **values: Any) -> None:
    """One for each way a post is in force or not, of somebody of that name; one of a closed account, one for another's
    days.
    """
    for name, facts in {**IN_FORCE, **OTHERWISE}.items():
        post(somebody(name), role, scope, **{**facts, **values})
    post(somebody("停用", is_active=False), role, scope, **values)
    post(somebody("代班"), role, scope, **{"covers": somebody("被代"), "to_on": TODAY, **values})


def test_posts_are_told_of_whoever_is_in_post() -> None:
    posts(Role.GRID_WORKER, GRID)
    post(somebody("别的网格"), Role.GRID_WORKER, f"{SECOND}001")
    lead = somebody("书记")
    post(lead, Role.COMMUNITY_LEAD, FIRST)
    post(somebody("数据员"), Role.COMMUNITY_CLERK, FIRST)
    post(somebody("别处书记"), Role.COMMUNITY_LEAD, SECOND)
    own = sorted([*IN_FORCE, "停用"])

    def names(rows: list[tuple[Any, str, str]]) -> list[str]:
        return sorted(name for _, name, _ in rows)

    assert names(queries.workers(FIRST, TODAY)) == own
    assert names(queries.workers(STREET, TODAY)) == sorted([*own, "别的网格"])
    assert names(queries.workers(NEXT_STREET, TODAY)) == []
    assert names(queries.leads(FIRST, TODAY)) == ["书记"]
    assert sorted(queries.in_post([GRID, NEXT_GRID], TODAY)[GRID].values()) == sorted([*own, "书记"])
    assert list(queries.in_post([GRID, NEXT_GRID], TODAY)[NEXT_GRID].values()) == ["书记"]
    assert sorted(row.name for row in queries.posts([GRID], TODAY)) == sorted([*IN_FORCE, "代班", "书记"])
    assert [row.name for row in queries.posts([NEXT_GRID], TODAY)] == ["书记"]
    visiting = set(queries.visiting(TODAY).values_list("user__name", flat=True))
    assert visiting == {*IN_FORCE, "别的网格", "书记", "别处书记"}
    assert queries.holders(Role.GRID_WORKER, GRID, TODAY) == sorted(IN_FORCE)
    assert queries.holders(Role.COMMUNITY_LEAD, STREET, TODAY) == ["书记", "别处书记"]
    assert queries.holders(Role.COMMUNITY_LEAD, GRID, TODAY) == ["书记"]
    assert queries.viewer_of(lead, TODAY).assignments == (Held(Role.COMMUNITY_LEAD, FIRST),)


@pytest.mark.parametrize("name", [*IN_FORCE, *OTHERWISE])
def test_somebody_may_what_their_posts_in_force_permit(name: str) -> None:
    user = somebody(name)
    held = post(user, Role.STREET_CENTRE, STREET, **{**IN_FORCE, **OTHERWISE}[name])
    is_in_force = name in IN_FORCE
    viewer = queries.viewer_of(user, TODAY)
    assert viewer.assignments == ((Held(Role.STREET_CENTRE, STREET),) if is_in_force else ())
    assert queries.viewer_by_id(user.pk, TODAY) == viewer
    assert queries.can_be_confirmed(GRID, TODAY) is is_in_force
    assert not queries.can_be_confirmed(NEXT_STREET, TODAY) and not queries.can_be_confirmed(STREET[:6], TODAY)
    assert queries.has_post(Role.STREET_CENTRE, TODAY) is is_in_force
    assert not queries.has_post(Role.DISTRICT_CENTRE, TODAY)
    assert not queries.kept_by_one(TODAY)
    keeper = post(user, Role.ADMINISTRATOR, STREET)
    assert queries.kept_by_one(TODAY) is is_in_force
    Assignment.objects.filter(pk=keeper.pk).update(state=State.DECLINED)
    assert not queries.kept_by_one(TODAY)
    other = somebody("另一个人")
    post(other, Role.ADMINISTRATOR, STREET)
    assert not queries.kept_by_one(TODAY), "two persons"
    User.objects.filter(pk=user.pk).update(is_active=False)
    user.refresh_from_db()
    assert queries.viewer_of(user, TODAY).assignments == ()
    assert not queries.can_be_confirmed(GRID, TODAY) and not queries.has_post(Role.STREET_CENTRE, TODAY)
    Assignment.objects.filter(pk=keeper.pk).update(state=State.CONFIRMED)
    assert not queries.kept_by_one(TODAY), "a closed account keeps nothing"
    assert queries.first_scope(user.pk) == held.scope and queries.first_scope(ids.new_id()) == ""


def test_who_is_named_for_an_area_is_the_last_of_those_in_post() -> None:
    for name, facts in {**OTHERWISE, **IN_FORCE}.items():
        post(somebody(name, post=f"{name}的岗"), Role.GRID_WORKER, GRID, responsible=True, **facts)
    post(somebody("没有指定"), Role.GRID_WORKER, GRID)
    post(somebody("别的网格"), Role.GRID_WORKER, NEXT_GRID, responsible=True)
    named = queries.responsible([GRID, FIRST], TODAY)
    assert {code: (person.code, person.name, person.post) for code, person in named.items()} == {
        GRID: (GRID, "今天起", "今天起的岗")
    }
    told = {row.name: row.responsible for row in queries.posts([GRID], TODAY)}
    assert {name for name, is_named in told.items() if is_named} == {"今天起"}


def test_roles_wait_for_whoever_confirms_them_there() -> None:
    for name, facts in {**OTHERWISE, **IN_FORCE}.items():
        post(somebody(name), Role.COMMUNITY_LEAD, FIRST, **facts)
    late = post(somebody("提出而已过"), Role.COMMUNITY_LEAD, FIRST, state=State.PROPOSED, to_on=TODAY - DAY)
    post(somebody("别的街道"), Role.COMMUNITY_LEAD, f"{NEXT_STREET}001", state=State.PROPOSED)
    centre = Viewer(ids.new_id(), "中心", (Held(Role.STREET_CENTRE, STREET),))
    lead = Viewer(ids.new_id(), "书记", (Held(Role.COMMUNITY_LEAD, FIRST),))

    def waiting(viewer: Viewer) -> set[str]:
        rows = queries.proposals(viewer, TODAY)
        assert queries.n_proposals(viewer, TODAY) == len(rows)
        return {row.user.name for row in rows}

    assert waiting(centre) == {"提出"} and waiting(lead) == set()
    Assignment.objects.filter(pk=late.pk).update(to_on=TODAY)
    assert waiting(centre) == {"提出", "提出而已过"}


def test_accounts_are_kept_by_who_keeps_their_area_and_those_without_a_post_by_all() -> None:
    own, far, none = (somebody(name) for name in ("本街道", "别的街道", "没有岗位"))
    post(own, Role.GRID_WORKER, GRID)
    post(own, Role.COMMUNITY_LEAD, FIRST)
    post(far, Role.GRID_WORKER, f"{NEXT_STREET}001001")
    keeper = Viewer(ids.new_id(), "管理员", (Held(Role.ADMINISTRATOR, STREET),))
    lead = Viewer(ids.new_id(), "书记", (Held(Role.COMMUNITY_LEAD, FIRST),))
    assert sorted(user.name for user in queries.managed(keeper)) == ["本街道", "没有岗位"]
    assert not queries.managed(lead).exists()
    for user in (own, none):
        assert queries.get_user(keeper, user.pk) == queries.get_user_by_name(keeper, user.username) == user
    for viewer, user in ((keeper, far), (lead, own), (lead, none)):
        with pytest.raises(NotHere):
            queries.get_user(viewer, user.pk)
        with pytest.raises(NotHere):
            queries.get_user_by_name(viewer, user.username)
    with pytest.raises(NotHere):
        queries.viewer_by_id(ids.new_id(), TODAY)
    assert queries.by_sign_in_name(own.username) == own
    User.objects.filter(pk=own.pk).update(is_active=False)
    assert queries.by_sign_in_name(own.username) is None and queries.by_sign_in_name("niemand") is None
    assert queries.sign_in_names() == {own.username, far.username, none.username}


def test_what_is_opened_to_somebody_is_theirs_of_its_kind_and_for_its_time() -> None:
    user, other = somebody("程望舒"), somebody("韩书言")
    viewer = Viewer(user.pk, "程望舒")

    def opened(to: User, kind: str = "person", begins: int = 0, ends: int = 1) -> Any:
        second = dt.timedelta(seconds=1)
        grant = Grant.objects.create(
            user=to,
            kind=kind,
            entity=ids.new_id(),
            from_at=NOW + begins * second,
            until_at=NOW + ends * second,
            reason="代看",
        )
        return grant.entity

    own = {opened(user), opened(user, begins=-9)}
    opened(other), opened(user, "dwelling"), opened(user, begins=1, ends=9), opened(user, begins=-9, ends=0)
    assert set(queries.granted(viewer, "person", NOW)) == own
    assert queries.granted(Viewer(None, "系统"), "person", NOW) == []


def test_codes_numbers_and_tries_are_those_of_whom_they_are_asked_for() -> None:
    first, second = somebody("程望舒", staff_number="007", staff_street=STREET), somebody("韩书言")
    somebody("停用", is_active=False, staff_number="008", staff_street=STREET)
    somebody("别处", staff_number="007", staff_street=NEXT_STREET)
    Authenticator.objects.create(user=first, type=Authenticator.Type.TOTP, data={})
    Authenticator.objects.create(user=second, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert [queries.second_factor_missing(user) for user in (first, second)] == [False, True]
    assert queries.with_second_factor([first.pk, second.pk]) == {first.pk}
    assert queries.with_second_factor([second.pk]) == set()
    assert queries.staff_numbers() == {STREET: {"007"}, NEXT_STREET: {"007"}}
    assert queries.names_of([first.pk]) == {first.pk: "程望舒"}
    User.objects.filter(pk=first.pk).update(post="副书记")
    assert queries.posts_of([first.pk, second.pk]) == {first.pk: "副书记"} and queries.posts_of([second.pk]) == {}


@pytest.mark.parametrize(
    ("failures", "is_locked"),
    [
        ([("程望舒", "127.0.0.1", 5, 0)], True),
        ([("程望舒", "127.0.0.1", 4, 0)], False),
        ([("程望舒", "127.0.0.1", 3, 0), ("程望舒", "127.0.0.1", 2, 0)], True),
        ([("程望舒", "127.0.0.1", 3, 0), ("程望舒", "127.0.0.2", 3, 0)], False),
        ([("韩书言", "127.0.0.1", 9, 0)], False),
        ([("程望舒", "127.0.0.1", 9, 2)], False),
    ],
)
def test_wrong_passwords_lock_a_name_at_the_address_they_come_from(
    settings: Any, failures: list[tuple[str, str, int, int]], is_locked: bool
) -> None:
    settings.AXES_FAILURE_LIMIT, settings.AXES_COOLOFF_TIME = 5, 1
    users = {name: somebody(name) for name in ("程望舒", "韩书言")}
    for n, (name, address, n_failures, hours) in enumerate(failures):
        attempt = AccessAttempt.objects.create(
            username=locking.mark_of(users[name].username),
            ip_address=address,
            user_agent=str(n),
            failures_since_start=n_failures,
        )
        AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=NOW - dt.timedelta(hours=hours))
    keeper = Viewer(ids.new_id(), "管理员", (Held(Role.ADMINISTRATOR, STREET),))
    assert queries.is_locked(keeper, users["程望舒"].pk, NOW) is is_locked


def test_the_first_of_some_grids_is_the_one_a_worker_is_in_post_in() -> None:
    for name, facts in {**IN_FORCE, **OTHERWISE}.items():
        user = somebody(name)
        post(user, Role.GRID_WORKER, GRID, **facts)
        assert queries.grid_of_worker(user.pk, [GRID, NEXT_GRID], TODAY) == (GRID if name in IN_FORCE else "")
        assert queries.grid_of_worker(user.pk, [NEXT_GRID], TODAY) == ""
    two = somebody("两个网格")
    for grid in (NEXT_GRID, GRID):
        post(two, Role.GRID_WORKER, grid)
    assert queries.grid_of_worker(two.pk, [NEXT_GRID, GRID], TODAY) == GRID
    substitute = somebody("代班")
    post(substitute, Role.GRID_WORKER, GRID, covers=two, to_on=TODAY)
    assert queries.grid_of_worker(substitute.pk, [GRID], TODAY) == ""


def test_an_author_is_told_by_name_or_by_what_they_were_last() -> None:
    user, other = somebody("程望舒"), somebody("韩书言")
    post(user, Role.GRID_WORKER, GRID, from_on=TODAY - 9 * DAY)
    post(user, Role.COMMUNITY_LEAD, FIRST)
    post(other, Role.STREET_CENTRE, STREET)
    masked, named = (queries.authors([user.pk, None], named=named) for named in (False, True))
    assert [masked(user.pk, "程望舒"), masked(None, "系统"), masked(other.pk, "韩书言")] == [
        "社区书记（网格长）",
        "系统",
        "",
    ]
    assert [named(user.pk, "程望舒"), named(None, "系统")] == ["程望舒", "系统"]
