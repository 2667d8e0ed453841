"""People change, in a real browser: a post ended with its handover, a substitute named, two grids chosen between, and
the phone that says whose the doors are; without anything axe complains of.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from gridwalk.accounts import actions as accounts
from gridwalk.accounts.models import User
from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.campaigns.models import Target
from gridwalk.core import clock
from gridwalk.notices import actions as notices
from tests.harness import phone
from tests.harness.campaign import COMMUNITY, GRID
from tests.harness.desk import accessible
from tests.harness.people import STREET, signed_in
from tests.harness.phone import PASSWORD, Street

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NEXT_GRID = f"{COMMUNITY}002"


def entered(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_a_post_is_ended_and_its_doors_handed_over_with_the_keyboard(
    street: Client, account: Callable[..., User], visit: Any
) -> None:
    before, after = account(Role.GRID_WORKER, GRID, name="曹子衿"), account(Role.GRID_WORKER, GRID, name="郑接任")
    Target.objects.update(assignee=before)
    page: Page = visit(entered(account(Role.ADMINISTRATOR, STREET)), f"/accounts/{before.pk}/")
    page.get_by_role("link", name="停用", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="停用曹子衿的“网格员”")).to_be_visible()
    accessible(page)
    page.get_by_label("移交给").select_option(label="郑接任")
    page.get_by_role("button", name="停用这个岗位").press("Enter")
    expect(page.get_by_text("没办完的都交给了郑接任")).to_be_visible()
    assert set(Target.objects.values_list("assignee", flat=True)) == {after.pk}
    accessible(page)
    page.get_by_role("button", name="撤销停用").press("Enter")
    expect(page.get_by_text("撤销了，岗位照旧")).to_be_visible()
    assert set(Target.objects.values_list("assignee", flat=True)) == {before.pk}


def test_what_is_nobodys_is_handed_over_and_a_substitute_is_named(
    street: Client, account: Callable[..., User], visit: Any
) -> None:
    after, other = account(Role.GRID_WORKER, GRID, name="郑接任"), account(Role.GRID_WORKER, NEXT_GRID, name="林思齐")
    page: Page = visit(street, "/campaign/")
    accessible(page)
    page.get_by_role("link", name="看是哪些").press("Enter")
    expect(page.get_by_label("都交给")).to_be_visible()
    accessible(page)
    page.get_by_label("都交给").select_option(label="郑接任")
    page.get_by_role("button", name="交接").press("Enter")
    expect(page.get_by_text("已交接")).to_be_visible()
    assert set(Target.objects.values_list("assignee", flat=True)) == {after.pk}

    page = visit(street, "/campaign/substitutes/")
    accessible(page)
    page.get_by_label("被代班人").select_option(f"{after.pk}:{GRID}")
    page.get_by_label("代班人", exact=True).select_option(str(other.pk))
    page.get_by_label("结束日期（含）").fill((clock.local_date(clock.now()) + dt.timedelta(days=2)).isoformat())
    page.get_by_role("button", name="安排代班").press("Enter")
    expect(page.get_by_text("安排好了")).to_be_visible()
    expect(page.get_by_text("正在代")).to_be_visible()
    accessible(page)


def test_a_worker_with_two_grids_turns_a_page(street: Client, account: Callable[..., User], visit: Any) -> None:
    user = account(Role.GRID_WORKER, GRID, name="周双格")
    today = clock.local_date(clock.now())
    accounts.assign(actor=SYSTEM, at=clock.now(), user=user.id, role=Role.GRID_WORKER, scope=NEXT_GRID, from_on=today)
    page: Page = visit(entered(user), "/gaps/")
    choice = page.get_by_role("navigation", name="换一个网格或社区")
    expect(choice.get_by_role("link", name="君临天下 第一网格")).to_have_attribute("aria-current", "page")
    accessible(page)
    choice.get_by_role("link", name="君临天下 第二网格").press("Enter")
    expect(choice.get_by_role("link", name="君临天下 第二网格")).to_have_attribute("aria-current", "page")
    accessible(page)


def test_a_phone_says_whose_the_doors_are_and_what_is_covered(
    walk: Street, account: Callable[..., User], profile: Callable[[], BrowserContext], live_server: Any
) -> None:
    user = account(Role.GRID_WORKER, NEXT_GRID, name="林思齐", password=PASSWORD)
    today = clock.local_date(clock.now())
    page = profile().pages[0]
    post = accounts.assign(actor=SYSTEM, at=clock.now(), user=user.id, role=Role.GRID_WORKER, scope=GRID, from_on=today)
    phone.activate(page, live_server.url, user)
    expect(page.get_by_text("沈若溪名下 24 户")).to_be_visible()

    accounts.end_assignment(actor=SYSTEM, at=clock.now(), assignment=post.id, on=today - dt.timedelta(days=1))
    notices.name_substitute(
        actor=signed_in(walk.lead),
        at=clock.now(),
        user=user.id,
        grid=GRID,
        place="君临天下 第一网格",
        covers=walk.worker.id,
        from_on=today,
        to_on=today,
    )
    page.get_by_text("都已传到服务器").click()
    expect(page.get_by_role("button", name="代班 24")).to_be_visible()
    phone.open_door(page, "1单元", "101")
    expect(page.get_by_text("您在代沈若溪走。这一户还在沈若溪名下。")).to_be_visible()
    page.get_by_role("button", name="返回", exact=True).click()

    walk.worker.assignments.update(to_on=today - dt.timedelta(days=1))
    user.assignments.filter(covers__isnull=False).update(covers=None, to_on=None)
    page.get_by_text("都已传到服务器").click()
    expect(page.get_by_role("button", name="没人负责 24")).to_be_visible()
    expect(page.locator(".door").first).to_contain_text("没人负责")
