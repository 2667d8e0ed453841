"""手机 and 手机退回 as the office sees them: the code with its QR, the list, the decisions, at 1440 and at 1024."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gridwalk.core import clock
from gridwalk.phone.tests.conftest import Field, field
from gridwalk.phone.tests.test_pushing import push
from gridwalk.phone.tests.test_pushing import visit as knock
from gridwalk.sync.models import Returned
from tests.harness.people import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["field"]


def test_a_code_is_made_and_what_came_back_is_decided(field: Field, visit: Any, page: Page, sign_in: SignIn) -> None:
    doors = [field.street.door(room) for room in ("101", "102", "103")]
    field.walk.dispatch()
    wire = field.phone()
    wire.ask("POST", "device/me", {"waiting": 2})
    field.worker.assignments.update(to_on=clock.local_date(clock.now()).replace(day=1))
    note = {"kind": "hazard", "text": "楼道堆着纸箱，挡住了消防门"}
    push(wire, knock(1, doors[0], note=note), knock(2, doors[1], "no_answer"), knock(3, doors[2], "asleep"))
    field.worker.assignments.update(to_on=None)
    push(wire, knock(4, doors[2], note=note))
    lead = sign_in("community_lead", field.walk.lead.assignments[0].scope)
    visit(lead, "/phones/")
    expect(page.get_by_role("row", name="周行")).to_contain_text("测试机")
    page.locator("#user").select_option(index=0)
    page.get_by_role("button", name="生成激活码").click()
    expect(page.get_by_role("img", name="激活二维码")).to_be_visible()
    assert page.get_by_role("img", name="激活二维码").evaluate("e => e.naturalWidth > 100")
    visit(lead, "/returned/")
    expect(page.get_by_role("button", name="放行并登记")).to_have_count(3)
    page.get_by_role("button", name="放行并登记").first.click()
    expect(page.get_by_text("已放行，已登记。")).to_be_visible()
    page.get_by_label("说明或原因").first.fill("已另记")
    page.get_by_role("button", name="搁置").first.click()
    expect(page.get_by_text("已搁置")).to_be_visible()
    assert sorted(Returned.objects.values_list("state", flat=True)) == ["released", "set_aside", "waiting"]
    page.set_viewport_size({"width": 1024, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
