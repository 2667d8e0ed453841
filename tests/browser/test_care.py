"""关爱帮扶 by keyboard in a real browser, without anything axe complains of, and nothing of it on paper."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from gridwalk.core import clock
from gridwalk.registry.models import CareLabel, Dwelling, Person
from gridwalk.visits.models import CareNeed
from tests.harness.desk import accessible

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_label_is_given_a_need_found_handed_on_and_confirmed_by_keyboard(street: Client, visit: Any) -> None:
    person = Person.objects.get(name="程望舒")
    page: Page = visit(street, f"/people/{person.pk}/")
    page.get_by_role("link", name="新增关爱类别").press("Enter")
    expect(page.get_by_role("heading", name="给程望舒新增关爱类别")).to_be_visible()
    accessible(page)
    page.get_by_label("类别", exact=True).focus()
    press(page, "ArrowDown", "Tab")
    page.keyboard.type("5")
    press(page, "Enter")
    expect(page.get_by_text("加好了，到期不续自动取消")).to_be_visible()
    accessible(page)

    CareLabel.objects.update(starts_on=clock.local_date(clock.now()) - dt.timedelta(days=6))
    page = visit(street, "/care/")
    expect(page.get_by_role("heading", name="重点关爱")).to_be_visible()
    accessible(page)
    page.get_by_role("link", name="程望舒：有需要").press("Enter")
    expect(page.get_by_role("heading", name="登记联系：程望舒")).to_be_visible()
    accessible(page)
    page.get_by_label("需要的帮助").focus()
    press(page, "ArrowDown", "ArrowDown", "Tab")
    press(page, "ArrowDown", "ArrowDown", "Tab")
    press(page, "ArrowDown", "ArrowDown", "ArrowDown")
    page.get_by_role("button", name="保存联系").press("Enter")
    expect(page.get_by_text("有一项需要，记在“待回访确认”里")).to_be_visible()
    assert CareNeed.objects.get().referred_to == "hospital"

    page = visit(street, "/care/")
    page.get_by_role("link", name="待回访确认 1").press("Enter")
    settled = page.get_by_role("button", name="程望舒，就医买药：已落实")
    expect(settled).to_be_visible()
    accessible(page)
    settled.press("Enter")
    expect(page.get_by_text("已落实，这一项了结了")).to_be_visible()
    expect(page.get_by_text("没有等着确认的需要")).to_be_visible()
    accessible(page)
    assert CareNeed.objects.get().state == "confirmed"


def test_every_list_opens_and_none_is_printed(street: Client, visit: Any) -> None:
    today = clock.local_date(clock.now())
    person = Person.objects.get(name="程望舒")
    for category, days in (("living_alone", 20), ("chronic_illness", 200), ("aged", 300)):
        person.care_labels.create(
            grid_id=person.grid_id,
            category=category,
            interval_days=7,
            starts_on=today - dt.timedelta(days=60),
            ends_on=today + dt.timedelta(days=days),
            review_on=today,
            source="office",
            created_at=clock.now(),
        )
    label = CareLabel.objects.get(category="aged")
    contact = label.contacts.create(
        grid_id=label.grid_id, on=today, worker_name="许知行", need="repair", created_at=clock.now()
    )
    contact.needs.create(need="repair", state="open", ask_on=today)
    Dwelling.objects.filter(occupancy="vacant").update(created_at=clock.now() - dt.timedelta(days=70))
    page: Page
    for tab, button in {
        "due": "已联系，无异常",
        "needs": "填写处理方式",
        "reviews": "仍需要，照旧",
        "ending": "续期",
        "consent": "保存同意",
        "places": "记这次走访",
    }.items():
        page = visit(street, f"/care/?tab={tab}")
        expect(page.get_by_text(button, exact=True).first).to_be_visible()
        accessible(page)
        page.emulate_media(media="print")
        expect(page.get_by_text("程望舒", exact=True)).to_have_count(0) if tab == "places" else expect(
            page.get_by_text("程望舒", exact=True).first
        ).to_be_hidden()
        expect(page.get_by_role("table")).to_have_count(0)
        page.emulate_media(media="screen")
    for path in (f"labels/{label.pk}", f"people/{person.pk}/contact", f"needs/{CareNeed.objects.get().pk}"):
        page = visit(street, f"/care/{path}/")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        accessible(page)
        page.emulate_media(media="print")
        expect(page.get_by_role("heading", level=1)).to_have_count(0)
        page.emulate_media(media="screen")
    page = visit(street, "/care/?tab=ending")
    page.get_by_label("程望舒，独居老人，续期原因").fill("还是一个人住")
    page.keyboard.press("Enter")
    expect(page.get_by_text("续好了，到")).to_be_visible()
    expect(page.get_by_text("30 天内没有到期的")).to_be_visible()
