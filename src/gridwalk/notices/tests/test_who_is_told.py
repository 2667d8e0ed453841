"""Who is told what of what is done to an account, a post and a grid: each act, everybody it is told, in which words."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.models import Assignment, User
from gridwalk.accounts.rules import Role, State, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock, ids
from gridwalk.core.actors import PROGRAM
from gridwalk.core.models import AuditEntry
from gridwalk.core.queries import NotHere
from gridwalk.notices import actions, queries
from gridwalk.notices.models import Notice, Reading
from gridwalk.notices.rules import Kind
from tests.harness.people import COMMUNITY, STREET

pytestmark = pytest.mark.django_db
Account = Callable[..., User]
GRID = f"{COMMUNITY}001"
NEXT = f"{STREET}002"


@pytest.fixture(autouse=True)
def morning(at: dt.datetime) -> Iterator[None]:
    """The clock stands still: no day ends in the middle of a test."""
    with time_machine.travel(at, tick=False):
        yield


def of(user: User) -> Viewer:
    return accounts.viewer_of(user, clock.local_date(clock.now()))


def told(*users: User) -> set[tuple[str, str, str, str]]:
    """To whom (a name, or a role and its area), what about, in which words; then it is forgotten."""
    names: dict[uuid.UUID | None, str] = {user.pk: user.name for user in users}
    rows = {(names.get(n.user_id, f"{n.role} {n.scope}"), n.kind, n.about, n.text) for n in Notice.objects.all()}
    Notice.objects.all().delete()
    return rows


@pytest.fixture
def keeper(account: Account) -> User:
    return account(Role.ADMINISTRATOR, STREET, name="孟昭宁")


def test_of_a_reset_the_owner_and_the_centre_of_each_post_are_told_and_then_both_sides(
    account: Account, keeper: User
) -> None:
    centre = account(Role.STREET_CENTRE, STREET, name="许知行")
    lead = account(Role.COMMUNITY_LEAD, COMMUNITY, name="程望舒")
    today = clock.local_date(clock.now())
    Assignment.objects.create(
        user=lead, role=Role.COMMUNITY_LEAD, scope=NEXT, from_on=today, state=State.CONFIRMED, proposed_at=clock.now()
    )
    clerk = account(Role.LEADING_GROUP, STREET, name="韩书言")
    users = (keeper, centre, lead, clerk)
    given: dict[str, Any] = {"actor": of(keeper), "at": clock.now()}

    assert actions.reset_password(**given, user=lead).waits
    asked = "孟昭宁要重置程望舒的密码。请先问本人，是不是自己要的，再到“岗位确认”里定。"
    assert told(*users) == {
        (
            "程望舒",
            "account",
            "",
            "孟昭宁要重置您的密码，街道网格中心确认后才作数。不是您要的，请马上告诉街道网格中心。",
        ),
        (f"street_centre {COMMUNITY}", "account", "user", asked),
        (f"street_centre {NEXT}", "account", "user", asked),
    }
    assert actions.reset_second_factor(**given, user=lead)
    Notice.objects.all().delete()
    assert not actions.reset_second_factor(**given, user=clerk)
    assert told(*users) == {
        ("韩书言", "account", "", "孟昭宁重置了您的动态码。不是您要的，请马上告诉街道网格中心。"),
        (f"street_centre {STREET}", "account", "user", "孟昭宁重置了韩书言的动态码。请问一声本人，是不是自己要的。"),
    }
    waiting = {reset.what: reset.pk for reset in lead.resets.all()}
    deciding: dict[str, Any] = {"actor": of(centre), "at": clock.now()}
    actions.decide_reset(**deciding, reset=waiting["password"], confirmed=True)
    assert told(*users) == {
        ("程望舒", "account", "", "许知行同意重置您的密码。"),
        ("孟昭宁", "account", "", "许知行同意重置程望舒的密码。"),
    }
    actions.decide_reset(**deciding, reset=waiting["codes"], confirmed=False)
    assert told(*users) == {
        ("程望舒", "account", "", "许知行没有同意重置您的动态码。"),
        ("孟昭宁", "account", "", "许知行没有同意重置程望舒的动态码。"),
    }
    assert {reset.what: reset.state for reset in lead.resets.all()} == {
        "password": State.CONFIRMED,
        "codes": State.DECLINED,
    }


def test_of_who_has_no_post_any_centre_above_all_is_told(account: Account) -> None:
    everywhere = account(Role.ADMINISTRATOR, "", name="孟昭宁")
    user = account(Role.LEADING_GROUP, STREET, name="韩书言")
    user.assignments.all().delete()
    actions.reset_second_factor(actor=of(everywhere), at=clock.now(), user=user)
    assert {row[0] for row in told(user)} == {"韩书言", "street_centre "}


def test_of_posts_whose_they_are_and_each_proposer_once(account: Account, keeper: User) -> None:
    centre = account(Role.STREET_CENTRE, STREET, name="许知行")
    other = account(Role.ADMINISTRATOR, STREET, name="贺清越")
    people = [account(Role.LEADING_GROUP, STREET, name=name) for name in ("程望舒", "韩书言", "裴子衿")]
    users = (keeper, centre, other, *people)

    def proposed() -> list[Any]:
        proposals = zip(people, (keeper, keeper, other), strict=True)
        return [
            Assignment.objects.create(
                user=user,
                role=Role.COMMUNITY_LEAD,
                scope=COMMUNITY,
                from_on=clock.local_date(clock.now()),
                state=State.PROPOSED,
                proposed_by=by.pk,
                proposed_at=clock.now(),
            ).pk
            for user, by in proposals
        ]

    post = "岗位“社区书记（网格长）”"
    given: dict[str, Any] = {"actor": of(centre), "at": clock.now()}
    assert actions.confirm_roles(**given, assignments=proposed()) == 3
    said = told(*users)
    own = {(user.name, "role", "", f"您的{post}已确认，可以用了。") for user in people}
    assert own <= said
    assert {row for row in said - own if row[0] == "贺清越"} == {
        ("贺清越", "role", "", f"许知行确认了裴子衿的{post}。")
    }
    (first,) = said - own - {("贺清越", "role", "", f"许知行确认了裴子衿的{post}。")}
    assert first in {("孟昭宁", "role", "", f"许知行确认了{name}的{post}等 2 个。") for name in ("程望舒", "韩书言")}

    one = proposed()[2:]
    assert actions.decline_roles(**given, assignments=one) == 1
    assert told(*users) == {("贺清越", "role", "", f"许知行没有同意裴子衿的{post}。")}


def test_of_a_substitute_both_the_lead_and_the_centre_when_named_and_when_it_ends(account: Account) -> None:
    lead = account(Role.COMMUNITY_LEAD, COMMUNITY, name="程望舒")
    covered = account(Role.GRID_WORKER, GRID, name="曹子衿")
    user = account(Role.GRID_WORKER, f"{COMMUNITY}002", name="周行")
    today = clock.local_date(clock.now())
    to_on = today + dt.timedelta(days=2)
    given: dict[str, Any] = {"actor": of(lead), "at": clock.now(), "place": "第一网格"}
    post = actions.name_substitute(**given, user=user.pk, grid=GRID, covers=covered.pk, from_on=today, to_on=to_on)
    days = f"{today.month}月{today.day}日到{to_on.month}月{to_on.day}日"
    office = f"{days}，第一网格由周行代曹子衿走，程望舒安排的。"
    assert told(covered, user) == {
        ("周行", "role", "", f"{days}，请您代曹子衿走第一网格。手机联网后就有名单，到期自动收回。"),
        ("曹子衿", "role", "", f"{days}，第一网格由周行代您走。户还在您名下，到期自动收回。"),
        (f"community_lead {GRID}", "role", "", office),
        (f"street_centre {GRID}", "role", "", office),
    }
    actions.end_substitute(**given, post=post.pk)
    office = "周行代曹子衿走第一网格的事，程望舒提前结束了。"
    assert told(covered, user) == {
        ("周行", "role", "", "代曹子衿走第一网格的事，程望舒提前结束了，从现在起不用再去。"),
        ("曹子衿", "role", "", "周行代您走第一网格的事，程望舒提前结束了。"),
        (f"community_lead {GRID}", "role", "", office),
        (f"street_centre {GRID}", "role", "", office),
    }


def tell(kind: Kind, user: User, text: str, at: dt.datetime) -> Notice:
    with core.write_to(actor=PROGRAM, at=at) as writing:
        return actions.tell(writing, kind=kind, to_user=user.pk, text=text)


def test_what_came_of_work_is_told_by_day_and_without_a_name_and_the_rest_by_the_minute(
    account: Account, at: dt.datetime
) -> None:
    """Red line 2: the hour of a visit and who was there is nobody's business."""
    lead = account(Role.COMMUNITY_LEAD, COMMUNITY, name="程望舒")
    viewer = Viewer(lead.pk, "程望舒", of(lead).assignments)
    for hours, kind in enumerate(Kind):
        tell(kind, lead, kind, at + dt.timedelta(hours=hours))
    rows = {row.text: row for row in queries.told(viewer)}
    assert [row.text for row in queries.told(viewer)] == list(reversed(Kind)), "the newest first"
    day = clock.local_date(at)
    for hours, kind in enumerate(Kind):
        row, of_work = rows[kind], kind in {Kind.TAKEOVER, Kind.MATTER, Kind.SAMPLE}
        assert (row.told_at, row.told_by) == (
            (day, "") if of_work else (at + dt.timedelta(hours=hours), PROGRAM.name)
        ), kind
        assert (row.done_on, row.done_by, row.read) == (None, "", False)
        actions.finish(actor=viewer, at=at + dt.timedelta(days=1), notice=row.id)
    for row in queries.told(viewer):
        of_work = row.text in {Kind.TAKEOVER, Kind.MATTER, Kind.SAMPLE}
        assert (row.done_on, row.done_by) == (day + dt.timedelta(days=1), "" if of_work else "程望舒")
        assert row.read, "what is seen to is as good as read"


def test_it_is_seen_to_once_by_who_was_told_and_that_is_audited_once(account: Account, at: dt.datetime) -> None:
    lead, other = (account(Role.COMMUNITY_LEAD, COMMUNITY, name=name) for name in ("程望舒", "韩书言"))
    stranger = account(Role.COMMUNITY_LEAD, NEXT, name="裴子衿")
    with core.write_to(actor=PROGRAM, at=at) as writing:
        notice = actions.tell(
            writing, kind=Kind.ROLE, role=Role.COMMUNITY_LEAD, scope=COMMUNITY, text="请看", about=("user", lead.pk)
        )
        beside = actions.tell(writing, kind=Kind.ROLE, to_user=lead.pk, text="请看")
    assert (notice.about, notice.entity, beside.about, beside.entity) == ("user", lead.pk, "", None)
    with pytest.raises(NotHere):
        actions.finish(actor=of(stranger), at=at, notice=notice.pk)
    with pytest.raises(NotHere):
        actions.finish(actor=of(other), at=at, notice=beside.pk)
    for user in (lead, other):
        actions.finish(actor=of(user), at=at, notice=notice.pk)
    notice.refresh_from_db()
    assert (notice.done_by, notice.done_at) == ("程望舒", at), "the second one comes too late"
    assert not Notice.objects.get(pk=beside.pk).done_at
    entries = AuditEntry.objects.filter(verb="notice.done")
    assert list(entries.values_list("scope", "kind", "subject", "actor_name")) == [
        (COMMUNITY, "notice", notice.pk, "程望舒")
    ]


def test_reading_is_noted_once_for_oneself_and_nobody_reads_nothing(account: Account, at: dt.datetime) -> None:
    lead, other = (account(Role.COMMUNITY_LEAD, COMMUNITY) for _ in range(2))
    own, others = tell(Kind.ROLE, lead, "给您", at), tell(Kind.ROLE, other, "给别人", at)
    later = tell(Kind.ROLE, lead, "还有", at)
    nobody = Viewer(None, "系统", ())
    assert queries.any_unread(of(lead)) and queries.any_unread(of(other))
    for _ in range(2):
        actions.read(actor=of(lead), at=at, notices=[own.pk])
    assert list(Reading.objects.values_list("notice", "user", "at")) == [(own.pk, lead.pk, at)]
    assert {row.text: row.read for row in queries.told(of(lead))} == {"给您": True, "还有": False}
    assert queries.any_unread(of(lead)), "one of them is still to be read"
    actions.finish(actor=of(lead), at=at, notice=later.pk)
    assert not queries.any_unread(of(lead)) and queries.any_unread(of(other))
    with pytest.raises(NotHere):
        actions.read(actor=of(lead), at=at, notices=[own.pk, others.pk])
    with pytest.raises(NotHere):
        actions.read(actor=nobody, at=at, notices=[])
    assert queries.told(nobody) == [] and not queries.any_unread(nobody)
    assert Reading.objects.count() == 1


def test_two_hundred_are_shown_and_the_oldest_are_left_out(account: Account, at: dt.datetime) -> None:
    lead = account(Role.COMMUNITY_LEAD, COMMUNITY)
    Notice.objects.bulk_create(
        Notice(id=ids.new_id(), user=lead, kind=Kind.ROLE, text=f"第{n}", told_at=at + dt.timedelta(minutes=n))
        for n in range(201)
    )
    shown = [row.text for row in queries.told(of(lead))]
    assert (len(shown), shown[0], shown[-1]) == (200, "第200", "第1")


def test_a_post_that_is_over_is_told_nothing_more(account: Account) -> None:
    lead = account(Role.COMMUNITY_LEAD, COMMUNITY)
    with core.write_to(actor=PROGRAM, at=clock.now()) as writing:
        actions.tell(writing, kind=Kind.ROLE, role=Role.COMMUNITY_LEAD, scope=COMMUNITY, text="请看")
    assert len(queries.told(of(lead))) == 1
    lead.assignments.update(to_on=clock.local_date(clock.now()) - dt.timedelta(days=1))
    assert queries.told(of(lead)) == []
    with time_machine.travel(clock.now() - dt.timedelta(days=1)):
        assert len(queries.told(of(lead))) == 1
