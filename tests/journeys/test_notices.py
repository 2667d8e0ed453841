"""Notices: told to an account or to a post in an area; read by one, done for all; on the pages and on the phone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.test import Client

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.models import User
from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.core import actions as core
from gridwalk.core import clock, ids
from gridwalk.core.outward import outward
from gridwalk.notices import actions as notices
from gridwalk.notices import queries
from gridwalk.notices.models import Notice, Reading
from gridwalk.notices.rules import Kind
from gridwalk.retention import rules as periods
from gridwalk.retention.actions import applying
from tests.harness.pages import Reader
from tests.harness.people import COMMUNITY, STREET

pytestmark = pytest.mark.django_db
Account = Callable[..., User]
GRID = f"{COMMUNITY}001"


def tell(**to: object) -> Notice:
    with core.write_to(actor=SYSTEM, at=clock.now()) as writing:
        return notices.tell(writing, kind=Kind.ROLE, **to)  # type: ignore[arg-type]


def client_of(user: User) -> Client:
    client = Reader()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def texts(user: User) -> list[str]:
    return [row.text for row in queries.told(accounts.viewer_of(user, clock.local_date(clock.now())))]


def test_it_reaches_the_account_or_whoever_holds_the_post_where_the_areas_meet(account: Account) -> None:
    centre, lead, other, worker = (
        account(role, scope)
        for role, scope in (
            (Role.STREET_CENTRE, STREET),
            (Role.COMMUNITY_LEAD, COMMUNITY),
            (Role.COMMUNITY_LEAD, f"{STREET}002"),
            (Role.GRID_WORKER, GRID),
        )
    )
    tell(to_user=worker.id, text="只给您")
    tell(role=Role.COMMUNITY_LEAD, scope=GRID, text="给管这一格的书记")
    tell(role=Role.COMMUNITY_LEAD, scope=STREET, text="给街道里的书记")
    tell(role=Role.STREET_CENTRE, scope=COMMUNITY, text="给街道")
    assert [texts(user) for user in (centre, lead, other, worker)] == [
        ["给街道"],
        ["给街道里的书记", "给管这一格的书记"],
        ["给街道里的书记"],
        ["只给您"],
    ]
    User.objects.filter(pk=lead.pk).update(is_active=False)
    lead.refresh_from_db()
    assert texts(lead) == []


def test_what_is_told_holds_no_number(account: Account) -> None:
    worker = account(Role.GRID_WORKER, GRID)
    tell(to_user=worker.id, text="电话 12012345678、证件 120199198001010015 的那位" + "长" * 300)
    (text,) = texts(worker)
    assert text.startswith("电话 …、证件 … 的那位")
    assert len(text) == 200


def test_read_is_ones_own_done_is_for_all_and_nobody_touches_anothers(account: Account) -> None:
    leads = [account(Role.COMMUNITY_LEAD, COMMUNITY, name=name) for name in ("程望舒", "韩书言")]
    stranger = account(Role.COMMUNITY_LEAD, f"{STREET}002")
    notice = tell(role=Role.COMMUNITY_LEAD, scope=COMMUNITY, text="请看一下", about=("person", person := ids.new_id()))
    first, second = (client_of(user) for user in leads)
    page = first.get("/notices/").content.decode()
    assert "<b>请看一下</b>" in page and f"/people/{outward(person)}/" in page
    assert "有新通知" in first.get("/definitions/").content.decode()
    first.post("/notices/read/")
    assert "有新通知" not in first.get("/definitions/").content.decode()
    assert "有新通知" in second.get("/definitions/").content.decode()

    beside = [tell(role=Role.COMMUNITY_LEAD, scope=COMMUNITY, text=text) for text in ("先来的", "后来的")]
    Notice.objects.filter(pk=beside[0].pk).update(told_at=notice.told_at - dt.timedelta(days=1))
    assert client_of(stranger).post(f"/notices/{notice.pk}/done/").status_code == 404
    second.post(f"/notices/{notice.pk}/done/")
    assert re.search("韩书言 .* 办好", first.get("/notices/").content.decode())
    assert list(Notice.objects.filter(done_at__isnull=False)) == [notice], "the others are still to be done"
    assert "有新通知" in second.get("/definitions/").content.decode()
    for other in beside:
        second.post(f"/notices/{other.pk}/done/")
    assert "有新通知" not in second.get("/definitions/").content.decode()


def test_after_a_year_it_goes_with_who_read_it(account: Account) -> None:
    worker = account(Role.GRID_WORKER, GRID)
    tell(to_user=worker.id, text="只给您")
    client_of(worker)
    viewer, at = accounts.viewer_of(worker, clock.local_date(clock.now())), clock.now()
    notices.read(actor=viewer, at=at, notices=[row.id for row in queries.told(viewer)])
    assert Reading.objects.count() == 1
    chosen = periods.chosen(["notices"])
    assert applying.apply(actor=SYSTEM, at=at + dt.timedelta(days=364), periods=chosen) == {"notices": 0}
    assert applying.apply(actor=SYSTEM, at=at + dt.timedelta(days=366), periods=chosen) == {"notices": 1}
    assert not Notice.objects.exists() and not Reading.objects.exists()
