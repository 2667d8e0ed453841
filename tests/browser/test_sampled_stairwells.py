"""查漏登 in a real browser: given, listed on a phone's width, and what the round shows, at three sizes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from gridwalk.accounts.rules import SYSTEM, Held, Role, Viewer
from gridwalk.campaigns.models import Target
from gridwalk.core import actions as core
from gridwalk.core import clock, ids
from gridwalk.inspection.actions import drawing, planning
from gridwalk.inspection.actions.planning import NewSample
from gridwalk.inspection.models import DrawnStairwell, Sample
from gridwalk.inspection.rules import Kind
from gridwalk.method import addresses
from gridwalk.registry.actions.doors import NewDoor, register_doors
from tests.browser.test_meetings import fits
from tests.harness.campaign import COMMUNITY, GRID
from tests.harness.people import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
STREET = COMMUNITY[:9]


def drawn(kind: Kind) -> Sample:
    """A round from today on of which everything is drawn, before it is given."""
    centre, now = Viewer(ids.new_id(), "中心", (Held(Role.STREET_CENTRE, STREET),)), clock.now()
    today = clock.local_date(now)
    new = NewSample(
        kind=kind,
        scope=STREET,
        share=100,
        response=100,
        from_on=today,
        to_on=today + dt.timedelta(days=10),
    )
    sample = planning.plan(actor=centre, at=now, new=new)
    for step in (drawing.commit, drawing.freeze, drawing.draw):
        step(actor=centre, at=now, sample=sample.pk)
    return sample


def test_stairwells_are_given_listed_and_counted(street: Client, sign_in: SignIn, visit: Any) -> None:
    with core.write_to(GRID, actor=SYSTEM, at=clock.now()) as writing:
        doors = [addresses.parse(f"甲里9号楼1单元{room}") for room in ("101", "102", "201")]
        register_doors(writing, [NewDoor(grid=GRID, address=door, values={}, source="ledger") for door in doors])
    sample = drawn(Kind.AREA)
    centre, inspector = sign_in(Role.STREET_CENTRE, STREET), sign_in(Role.INSPECTOR, STREET)
    page: Page = visit(centre, f"/samples/{sample.pk}/")
    expect(page.get_by_role("button", name="公布抽签号")).to_be_visible()
    page.get_by_role("button", name="派给核查员").press("Enter")
    expect(page.get_by_text("派给核查员 ").first).to_be_visible()
    expect(page.get_by_role("button", name="派给核查员")).to_have_count(0)
    fits(page)
    row = DrawnStairwell.objects.filter(sample=sample).order_by("place")[0]
    visit(inspector, "/sampled-doors/")
    expect(page.get_by_role("heading", name="派给我的抽查")).to_be_visible()
    fits(page)
    page.get_by_role("link", name=row.place).press("Enter")
    expect(page.get_by_role("heading", name=row.place)).to_be_visible()
    fits(page)
    page.get_by_label("这个单元的门").fill("101\n地下室")
    page.get_by_role("button", name="记下点到的门").press("Enter")
    expect(page.get_by_text("已记下 2 扇门")).to_be_visible()
    fits(page)
    visit(centre, f"/samples/{sample.pk}/")
    expect(page.get_by_role("heading", name="一张表里漏了多少户")).to_be_visible()
    fits(page)


def test_what_an_estimation_shows_fits_every_screen(street: Client, sign_in: SignIn, visit: Any) -> None:
    Target.objects.filter(kind="dwelling").update(state="visited", outcome="met", n_visits=1)
    sample = drawn(Kind.ESTIMATION)
    page: Page = visit(sign_in(Role.STREET_CENTRE, STREET), f"/samples/{sample.pk}/")
    expect(page.get_by_role("heading", name="关注和人房关联，报的和核实的")).to_be_visible()
    fits(page)
