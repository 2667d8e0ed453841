"""What a post leaves open when it ends, who takes it, and what can be taken back: each beside what comes near it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from gridwalk.accounts.models import Assignment, User
from gridwalk.accounts.rules import SYSTEM, Held, Role, State, Viewer
from gridwalk.campaigns.models import Campaign, Target
from gridwalk.core import ids
from gridwalk.core.queries import NotHere
from gridwalk.registry.models import Facility
from gridwalk.registry.tests.street import FIRST, GRID, NEXT_GRID, SECOND, Street
from gridwalk.retention.tests.test_over_its_time import row
from gridwalk.sync.models import Op, Returned
from gridwalk.upkeep.models import Handover
from gridwalk.upkeep.queries import posts
from gridwalk.upkeep.queries.posts import OpenWork
from gridwalk.visits.tests.walk import Walk

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 10, 13)
DAY = dt.timedelta(days=1)
STREET = FIRST[:9]
KEEPER = Viewer(ids.new_id(), "管理员", (Held(Role.ADMINISTRATOR, STREET),))


@pytest.fixture
def street(at: dt.datetime) -> Street:
    return Street.lay_out(at)


def somebody(street: Street, name: str, **values: Any) -> User:
    return User.objects.create(username=f"u{User.objects.count()}", name=name, created_at=street.at, **values)


def post(street: Street, user: User, scope: str = GRID, role: Role = Role.GRID_WORKER, **values: Any) -> Assignment:
    facts = {"from_on": TODAY, "state": State.CONFIRMED, "proposed_at": street.at}
    return Assignment.objects.create(user=user, role=role, scope=scope, **{**facts, **values})


def test_the_grids_of_a_post_are_left_but_those_that_another_post_keeps(street: Street) -> None:
    user = somebody(street, "周行")
    worker, lead = post(street, user), post(street, user, FIRST, Role.COMMUNITY_LEAD)
    assert posts.grids_left(worker, TODAY) == []
    assert set(posts.grids_left(lead, TODAY)) == {f"{FIRST}000", NEXT_GRID}
    worker.delete()
    assert set(posts.grids_left(lead, TODAY)) == {f"{FIRST}000", GRID, NEXT_GRID}
    changes: list[dict[str, Any]] = [{"to_on": TODAY - DAY}, {"state": State.PROPOSED}, {"from_on": TODAY + DAY}]
    for change in changes:
        other = post(street, user, **{"from_on": TODAY - 9 * DAY, **change})
        assert GRID in posts.grids_left(lead, TODAY), change
        other.delete()
    post(street, somebody(street, "别人"))
    assert GRID in posts.grids_left(lead, TODAY)
    covered = somebody(street, "曹子衿")
    assert posts.grids_left(post(street, user, covers=covered, to_on=TODAY), TODAY) == []
    for role in (Role.COMMUNITY_CLERK, Role.STREET_CENTRE, Role.INSPECTOR):
        assert posts.grids_left(post(street, user, FIRST, role), TODAY) == [], "walks nowhere"


def test_what_is_left_open_is_the_users_in_the_grids_that_are_left(street: Street) -> None:
    user, other = somebody(street, "周行"), somebody(street, "别人")
    ending = post(street, user)
    walk = Walk(street, street.at)
    doors = [street.door(str(room)) for room in range(101, 107)]
    street.door("201", NEXT_GRID)
    walk.dispatch()
    Target.objects.update(assignee=user, state="remaining")
    own = {door.room: Target.objects.filter(entity=door.pk) for door in doors}
    own["102"].update(assignee=other)
    own["103"].update(state="visited")
    own["104"].update(state="left")
    closed = Campaign.objects.get()
    closed.pk, closed.state, closed._state.adding = ids.new_id(), "closed", True
    closed.save()
    own["105"].update(campaign=closed)
    own["106"].update(kind="organization")
    for grid, to, state in (
        (GRID, user, "assigned"),
        (NEXT_GRID, user, "assigned"),
        (GRID, other, "assigned"),
        (GRID, user, "released"),
    ):
        row(Returned, op=row(Op), grid=grid, assigned_to=to, state=state)
    facts = {"facility_kind": "hydrant", "source": "office", "created_at": street.at, "interval_days": 30}
    late = TODAY - 40 * DAY
    for grid, last, status in (
        (GRID, late, "active"),
        (GRID, TODAY, "active"),
        (GRID, late, "removed"),
        (NEXT_GRID, late, "active"),
    ):
        Facility.objects.create(grid_id=grid, last_contact_on=last, status=status, **facts)
    left = posts.open_work(KEEPER, ending.pk, TODAY)
    assert left == OpenWork(n_doors=1, n_places=1, n_returned=1, any_care=False, n_rounds=1)
    assert posts.open_work(KEEPER, post(street, other, FIRST, Role.STREET_CENTRE).pk, TODAY) == OpenWork()
    for viewer in (
        Viewer(ids.new_id(), "管理员", (Held(Role.ADMINISTRATOR, SECOND),)),
        Viewer(ids.new_id(), "书记", (Held(Role.COMMUNITY_LEAD, FIRST),)),
    ):
        for ask in (posts.open_work, posts.takers):
            with pytest.raises(NotHere):
                ask(viewer, ending.pk, TODAY)
        with pytest.raises(NotHere):
            posts.get_post(viewer, ending.pk)
    with pytest.raises(NotHere):
        posts.get_post(SYSTEM, ids.new_id())


def test_it_goes_to_who_is_in_post_in_all_of_its_grids(street: Street) -> None:
    user = somebody(street, "周行")
    ending = post(street, user)
    post(street, user, NEXT_GRID)
    colleague, both, lead = (somebody(street, name) for name in ("同格", "两格", "书记"))
    post(street, colleague)
    post(street, both)
    post(street, both, NEXT_GRID)
    post(street, lead, FIRST, Role.COMMUNITY_LEAD)
    post(street, somebody(street, "邻格"), NEXT_GRID)
    post(street, somebody(street, "代班"), covers=user, to_on=TODAY)
    post(street, somebody(street, "停用", is_active=False))
    post(street, somebody(street, "昨天止"), from_on=TODAY - 9 * DAY, to_on=TODAY - DAY)
    assert set(posts.takers(KEEPER, ending.pk, TODAY).values()) == {"同格", "两格", "书记"}
    whole = post(street, somebody(street, "老书记"), FIRST, Role.COMMUNITY_LEAD)
    assert set(posts.takers(KEEPER, whole.pk, TODAY).values()) == {"书记"}, "grid 000 is nobody else's"


def test_an_end_is_taken_back_within_its_days_once_by_who_keeps_the_account(street: Street) -> None:
    user, other = somebody(street, "周行"), somebody(street, "别人")
    at = street.at
    second = dt.timedelta(seconds=1)

    def ended(of: User = user, scope: str = GRID, made_at: dt.datetime = at, **values: Any) -> Any:
        return row(Handover, post=post(street, of, scope), made_at=made_at, **values).pk

    newest, oldest = ended(), ended(made_at=at - 7 * DAY + second)
    ended(made_at=at - 7 * DAY), ended(undone_at=at), ended(of=other), ended(scope="120105002001001")
    assert [handover.pk for handover in posts.undoable(KEEPER, user.pk, at)] == [newest, oldest]
    assert posts.undoable(Viewer(ids.new_id(), "书记", (Held(Role.COMMUNITY_LEAD, FIRST),)), user.pk, at) == []
    assert posts.get_handover(KEEPER, newest).pk == newest
    with pytest.raises(NotHere):
        posts.get_handover(Viewer(ids.new_id(), "管理员", (Held(Role.ADMINISTRATOR, SECOND),)), newest)
    with pytest.raises(NotHere):
        posts.get_handover(KEEPER, ids.new_id())
