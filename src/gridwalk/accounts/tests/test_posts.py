"""Who is in post on a day, and for what: a cast in which each condition leaves out exactly one post."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from gridwalk.accounts import queries, rules
from gridwalk.accounts.models import Assignment, Grant, Reset, User
from gridwalk.accounts.resets import queries as resets
from gridwalk.accounts.rules import Held, Role, State, Verb, Viewer
from gridwalk.accounts.substitutes import rules as substitutes
from gridwalk.core import clock
from gridwalk.core.queries import NotHere

TODAY = dt.date(2026, 10, 13)
STREET, COMMUNITY, GRID, NEXT = "120199001", "120199001001", "120199001001001", "120199001001002"
DAY = dt.timedelta(days=1)


def user(name: str, **values: Any) -> User:
    return User.objects.create(username=name, name=name, created_at=clock.at_local(TODAY, 8), **values)


def post(holder: User | str, role: Role = Role.GRID_WORKER, scope: str = GRID, **values: Any) -> User:
    """A post that began yesterday; its holder."""
    holder = holder if isinstance(holder, User) else user(holder)
    Assignment.objects.create(user=holder, role=role, scope=scope, **{"from_on": TODAY - DAY, **values})
    return holder


@pytest.fixture
def workers(db: None) -> dict[str, User]:
    """Workers of one grid, of whom some are in post today."""
    closed, covered = user("已停用", is_active=False), user("请假的")
    return {
        "since yesterday": post("昨天起"),
        "from today": post("今天起", from_on=TODAY),
        "until today": post("到今天", to_on=TODAY),
        "from tomorrow": post("明天起", from_on=TODAY + DAY),
        "until yesterday": post("到昨天", to_on=TODAY - DAY),
        "proposed": post("等确认", state=State.PROPOSED),
        "declined": post("没同意", state=State.DECLINED),
        "closed": post(closed),
        "substitute": post("代班的", covers=covered),
        "next grid": post("隔壁的", scope=NEXT),
        "lead": post("书记", Role.COMMUNITY_LEAD, COMMUNITY),
        "centre": post("中心", Role.STREET_CENTRE, STREET),
    }


def _called(workers: dict[str, User], users: set[uuid.UUID]) -> set[str]:
    return {name for name, who in workers.items() if who.pk in users}


IN_POST = {"since yesterday", "from today", "until today"}


def test_who_is_in_post_on_a_day(workers: dict[str, User]) -> None:
    posted = set(queries.posted(TODAY).values_list("user_id", flat=True))
    assert _called(workers, posted) == {*IN_POST, "closed", "next grid", "lead", "centre"}
    visiting = set(queries.visiting(TODAY).values_list("user_id", flat=True))
    assert _called(workers, visiting) == {*IN_POST, "next grid", "lead"}
    assert _called(workers, {user for user, *_ in queries.workers(GRID, TODAY)}) == {*IN_POST, "closed"}
    assert _called(workers, set(queries.in_post([GRID], TODAY)[GRID])) == {*IN_POST, "closed", "lead"}
    posts = queries.posts([GRID], TODAY)
    assert _called(workers, {each.user for each in posts}) == {*IN_POST, "lead", "substitute"}
    assert [each.name for each in posts] == ["今天起", "到今天", "昨天起", "书记", "代班的"], "own, lead, for some days"
    assert [each.covers is not None for each in posts] == [False, False, False, False, True]
    assert _called(workers, {each.user for each in queries.posts([NEXT], TODAY)}) == {"next grid", "lead"}


def test_a_viewer_has_the_posts_in_force_and_a_closed_account_none(workers: dict[str, User]) -> None:
    holds = {name for name, who in workers.items() if queries.viewer_of(who, TODAY).assignments}
    assert holds == {*IN_POST, "substitute", "next grid", "lead", "centre"}
    viewer = queries.viewer_of(workers["since yesterday"], TODAY)
    assert (viewer.id, viewer.name) == (workers["since yesterday"].pk, "昨天起")
    assert viewer.assignments == (Held(Role.GRID_WORKER, GRID),)
    with pytest.raises(NotHere):
        queries.viewer_by_id(uuid.uuid4(), TODAY)


@pytest.mark.django_db
def test_the_responsible_one_is_who_took_over_last_of_those_in_post() -> None:
    first = post("先前的", responsible=True, from_on=TODAY - 9 * DAY)
    post("不是负责人")
    post("还没到", responsible=True, from_on=TODAY + DAY)
    post("隔壁的", scope=NEXT, responsible=True)
    assert {code: each.user for code, each in queries.responsible([GRID], TODAY).items()} == {GRID: first.pk}
    last = post("接任的", responsible=True, from_on=TODAY - 2 * DAY)
    assert queries.responsible([GRID, COMMUNITY], TODAY) == {
        GRID: queries.Responsible(GRID, "接任的", "", last.pk),
    }
    assert [each.responsible for each in queries.posts([GRID], TODAY)] == [False, False, True]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "can"),
    [
        ({}, True),
        ({"scope": "120199"}, True),
        ({"scope": COMMUNITY}, True),
        ({"scope": ""}, True),
        ({"scope": "120199002"}, False),
        ({"scope": NEXT}, False),
        ({"role": Role.ADMINISTRATOR}, False),
        ({"state": State.PROPOSED}, False),
        ({"to_on": TODAY - DAY}, False),
        ({"from_on": TODAY + DAY}, False),
        ({"holder": False}, False),
    ],
)
def test_a_role_can_be_confirmed_by_a_centre_above_that_is_in_post(values: dict[str, Any], can: bool) -> None:
    holder = user("中心", is_active=values.pop("holder", True))
    post(holder, **{"role": Role.STREET_CENTRE, "scope": STREET, **values})
    assert queries.can_be_confirmed(GRID, TODAY) is can
    anywhere = {"scope"} >= set(values) and holder.is_active
    assert queries.has_post(Role.STREET_CENTRE, TODAY) is anywhere


@pytest.mark.django_db
def test_one_person_keeps_the_house_where_both_posts_are_theirs_and_in_force() -> None:
    alone = post("一个人", Role.ADMINISTRATOR, "")
    assert not queries.kept_by_one(TODAY)
    post("另一个", Role.STREET_CENTRE, STREET)
    post(alone, Role.STREET_CENTRE, STREET, to_on=TODAY - DAY)
    assert not queries.kept_by_one(TODAY)
    post(alone, Role.STREET_CENTRE, STREET)
    assert queries.kept_by_one(TODAY)
    User.objects.filter(pk=alone.pk).update(is_active=False)
    assert not queries.kept_by_one(TODAY)


@pytest.mark.django_db
def test_roles_wait_for_who_may_confirm_them_there_while_they_are_not_over() -> None:
    waiting = post("等确认", state=State.PROPOSED, proposed_at=clock.at_local(TODAY, 9))
    earlier = post("先提的", state=State.PROPOSED, proposed_at=clock.at_local(TODAY, 8), to_on=TODAY)
    post("过期的", state=State.PROPOSED, to_on=TODAY - DAY)
    post("已确认")
    post("别处的", scope="120199002001001", state=State.PROPOSED)
    centre = Viewer(None, "中心", (Held(Role.STREET_CENTRE, STREET),))
    assert [each.user_id for each in queries.proposals(centre, TODAY)] == [earlier.pk, waiting.pk]
    assert queries.n_proposals(centre, TODAY) == 2
    assert queries.n_proposals(Viewer(None, "书记", (Held(Role.COMMUNITY_LEAD, COMMUNITY),)), TODAY) == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "is_open"),
    [
        ({}, True),
        ({"from_at": 10}, True),
        ({"from_at": 11}, False),
        ({"until_at": 11}, True),
        ({"until_at": 10}, False),
        ({"kind": "person"}, False),
        ({"user": None}, False),
    ],
)
def test_an_object_is_open_to_whom_it_was_granted_of_its_kind_and_for_its_time(
    values: dict[str, Any], is_open: bool
) -> None:
    inspector, other, entity = user("核查"), user("别人"), uuid.uuid4()
    hours = {"from_at": 9, "until_at": 12} | {name: hour for name, hour in values.items() if name.endswith("_at")}
    Grant.objects.create(
        user=other if "user" in values else inspector,
        kind=values.get("kind", "dwelling"),
        entity=entity,
        reason="抽查",
        **{name: clock.at_local(TODAY, hour) for name, hour in hours.items()},
    )
    viewer = Viewer(inspector.pk, "核查", ())
    assert queries.granted(viewer, "dwelling", clock.at_local(TODAY, 10)) == ([entity] if is_open else [])
    assert queries.granted(Viewer(None, "程序", ()), "dwelling", clock.at_local(TODAY, 10)) == []


@pytest.mark.django_db
def test_accounts_are_looked_up_by_their_names() -> None:
    post("wang"), user("li", is_active=False), user("zhao", post="社区书记")
    assert queries.sign_in_names() == {"wang", "li", "zhao"}
    assert [queries.by_sign_in_name(name) is not None for name in ("wang", "li", "nobody")] == [True, False, False]
    by_name = dict(User.objects.values_list("username", "id"))
    assert queries.posts_of([by_name["wang"], by_name["zhao"]]) == {by_name["zhao"]: "社区书记"}
    assert queries.names_of([by_name["wang"]]) == {by_name["wang"]: "wang"}
    assert queries.grid_of_worker(by_name["wang"], [NEXT, GRID], TODAY) == GRID
    assert queries.grid_of_worker(by_name["wang"], [NEXT], TODAY) == ""
    assert queries.grid_of_worker(by_name["zhao"], [GRID], TODAY) == ""
    assert (queries.first_scope(by_name["wang"]), queries.first_scope(by_name["zhao"])) == (GRID, "")
    told = queries.authors([by_name["wang"], None], named=False)
    assert [told(by_name["wang"], "wang"), told(None, "程序"), told(by_name["zhao"], "zhao")] == ["网格员", "程序", ""]
    assert queries.authors([], named=True)(by_name["wang"], "wang") == "wang"


@pytest.mark.django_db
def test_a_reset_is_confirmed_over_every_post_that_stands_else_over_those_that_are_over() -> None:
    worker = post("网格员")
    post(worker, scope="120199002001001")
    post(worker, scope="120199003001001", to_on=TODAY - DAY)
    post(worker, scope="120199004001001", state=State.PROPOSED)
    post(worker, Role.LEADING_GROUP, "120199005")
    assert resets.scopes_at_stake(worker, TODAY) == [GRID, "120199002001001"]
    gone = post("离开的", to_on=TODAY - DAY)
    post(gone, scope=NEXT, to_on=TODAY - 2 * DAY)
    assert resets.scopes_at_stake(gone, TODAY) == [GRID, NEXT]
    assert resets.scopes_at_stake(post("今天走", to_on=TODAY), TODAY) == [GRID]
    assert resets.scopes_at_stake(user("没有岗位"), TODAY) == []


@pytest.mark.django_db
def test_a_reset_waits_a_week_for_who_may_confirm_everything_it_opens() -> None:
    at = clock.at_local(TODAY, 10)

    def asked(who: User, days: float, **values: Any) -> Reset:
        then = at - dt.timedelta(days=days)
        return Reset.objects.create(user=who, what="password", proposed_by=uuid.uuid4(), proposed_at=then, **values)

    here, there = post("这里的"), post("两处的")
    post(there, scope="120199002001001")
    waiting = asked(here, 6.9)
    asked(post("过了的"), 7)
    asked(post("定了的"), 1, state=State.CONFIRMED)
    wide = asked(there, 1)
    centre = Viewer(None, "中心", (Held(Role.STREET_CENTRE, STREET),))
    district = Viewer(None, "中心", (Held(Role.STREET_CENTRE, "120199"),))
    assert resets.waiting(centre, at) == [waiting]
    assert resets.waiting(district, at) == [waiting, wide]
    assert resets.waiting(Viewer(None, "书记", (Held(Role.COMMUNITY_LEAD, COMMUNITY),)), at) == []
    assert resets.get_waiting(centre, waiting.pk, at) == waiting
    for of in (wide.pk, uuid.uuid4()):
        with pytest.raises(NotHere):
            resets.get_waiting(centre, of, at)


@pytest.mark.parametrize(
    ("from_on", "to_on", "why"),
    [
        (0, 0, ""),
        (0, 30, ""),
        (5, 35, ""),
        (0, 31, "一次最长 31 天"),
        (-1, 3, "开始日期已经过了"),
        (2, 1, "没有安排：结束日期早于开始日期"),
    ],
)
def test_a_substitute_is_there_for_a_month_at_most(from_on: int, to_on: int, why: str) -> None:
    days = (TODAY + from_on * DAY, TODAY + to_on * DAY, TODAY)
    if not why:
        substitutes.require_days(*days)
        return
    with pytest.raises(substitutes.SubstituteError, match=why):
        substitutes.require_days(*days)


@pytest.mark.parametrize(
    ("typed", "faults"),
    [
        ({}, []),
        ({"post": ""}, []),
        ({"name": "王" * 40, "username": "w" * 40}, []),
        ({"name": "王" * 41}, ["name"]),
        ({"username": " ", "name": ""}, ["username", "name"]),
        ({"post": "书记 12000000001"}, ["post"]),
        ({"name": "=王试"}, ["name"]),
        ({"post": "@所有人"}, ["post"]),
    ],
)
def test_what_an_account_cannot_be_called(typed: dict[str, str], faults: list[str]) -> None:
    usual = {"username": "wang", "name": "王试", "post": "网格员"}
    assert list(rules.name_faults(**{**usual, **typed})) == faults


def test_what_a_role_opens_is_told_in_words_and_one_person_alone_is_a_trial() -> None:
    assert rules.opened_by(Role.LEADING_GROUP) == ()
    assert rules.opened_by(Role.STREET_CENTRE) == ("遮名的名单", "导入台账", "报表", "复核", "确认岗位")
    assert rules.opened_by(Role.GRID_WORKER) == ("姓名、生日、住址", "完整号码（写明事由）", "关爱", "改登记")
    assert rules.is_alone([Role.ADMINISTRATOR, Role.STREET_CENTRE, Role.GRID_WORKER])
    assert not rules.is_alone([Role.ADMINISTRATOR]) and not rules.is_alone([Role.STREET_CENTRE])
    centre = Viewer(None, "中心", (Held(Role.STREET_CENTRE, STREET),))
    assert centre.within(Verb.RECHECK, "120199") == (STREET,)
    assert centre.within(Verb.RECHECK, GRID) == (GRID,)
    assert centre.within(Verb.RECHECK, "120199002") == ()
