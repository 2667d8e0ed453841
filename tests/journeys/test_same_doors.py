"""Doors that differ only in how they are used: one stands empty, one is let, in one somebody lives who is cared for.
Who may not see care cannot tell them apart: every page and file is the same when the three change places, and with them
whoever lives there (red line 5).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from gridwalk.accounts.models import Assignment, User
from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.core import clock
from gridwalk.indicators import actions as indicators
from gridwalk.registry.actions import care
from gridwalk.registry.models import Dwelling, Person
from gridwalk.registry.tests.street import FIRST, GRID, Street, id_no, phone
from gridwalk.visits.models import Visit
from gridwalk.visits.tests.walk import Walk
from tests.harness.pages import Reader
from tests.journeys.test_not_watched import NOW, opened_from, starts, then, told, unlike

pytestmark = pytest.mark.slow
OTHERS = [
    (Role.STREET_CENTRE, "120105001"),
    (Role.DISTRICT_CENTRE, "120105"),
    (Role.LEADING_GROUP, "120105001"),
    (Role.ADMINISTRATOR, "120105001"),
]
USES: dict[str, dict[str, str]] = {
    "empty": {"occupancy": "vacant", "tenure": "owner", "owner_name": "钱一"},
    "let": {"occupancy": "occupied", "tenure": "let", "owner_name": "孙二"},
    "lived_in": {"occupancy": "occupied", "tenure": "owner", "owner_name": "程丙"},
}
OF_EACH_KIND, MOST = 14, 260


def live(account: Callable[..., User], uses: tuple[str, ...]) -> None:
    """Ten days of a street whose doors 201 to 203 were visited, each on a day of its own, and 301 to 303 were not; both
    floors are used so, in order.
    """
    with time_machine.travel(then(10, 9, 0)):
        street = Street.lay_out(clock.now())
        user = account(Role.GRID_WORKER, GRID, name="沈若溪")
        Assignment.objects.filter(user=user).update(responsible=True)
        doors: dict[str, Dwelling] = {}
        for floor in (2, 3):
            for n, use in enumerate(uses, 1):
                doors[f"{use}{floor}"] = street.door(f"{floor}0{n}", area_m2=5, **USES[use])
        people: dict[str, Person] = {}
        for n, key in enumerate(("let2", "lived_in2", "let3", "lived_in3")):
            kind = "tenant" if key.startswith("let") else "lives_here"
            values = {"id_no": id_no(2 * n), "phone": phone(2 * n), "registered_address": doors[key].address}
            people[key] = street.person(f"程{'甲乙丙丁'[n]}", doors[key], kind, **values)
        street.person("程辰", doors["lived_in3"], born_on="2019-05-01", relation="child")  # too many, and no head
        for key in ("lived_in2", "lived_in3"):
            care.give_label(actor=SYSTEM, at=clock.now(), person=people[key].pk, raw={"category": "living_alone"})
        for key in ("let2", "lived_in3"):
            street.say(people[key], "phone", phone(77))
        Walk(street, clock.now()).dispatch()
    client = Reader()
    for n, key in enumerate(f"{use}2" for use in uses):
        with time_machine.travel(then(3 - n, 15, 0)):
            client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
            given: dict[str, Any] = {"at": f"{clock.local(then(3 - n, 10, 0)):%Y-%m-%dT%H:%M}", "outcome": "met"}
            given["confirmed"] = [str(people[key].pk)] if key in people else []
            if key == "empty2":
                given |= {"outcome": "vacant_confirmed", "second_source": "property_office"}
            assert client.post(f"/visits/dwelling/{doors[key].pk}/", given).status_code == 302
            assert Visit.objects.filter(entity=doors[key].pk).count() == 1
    with time_machine.travel(then(1, 23, 59)):
        indicators.keep_day(at=then(1, 23, 59))
    newcomer = {"name-0": "程戊", "residence_kind": "tenant", "told": "self", "seen": "1"}
    with time_machine.travel(then(0, 9, 0)):
        cache.clear()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        answer = client.post(f"/daily/moved_in/dwelling/{doors['let2'].pk}/", newcomer)
        assert answer.status_code == 302, answer.content.decode()


def walked(client: Client) -> dict[tuple[str, int], str]:
    """Whatever opens for somebody, records too, in the order it is come by, and what a search finds."""
    for report in ("progress", "weekly", "summary"):
        client.post("/reports/", {"kind": report})
    pages = {("search", n): told(client.post("/search/", {"q": q})) for n, q in enumerate(("程", "甲里", "1号楼201"))}
    first = starts()
    for dwelling in Dwelling.objects.order_by("walk_key"):
        first += [f"/doors/{dwelling.pk}/", f"/doors/{dwelling.pk}/aside/"]
    first += [f"/people/{person.pk}/" for person in Person.objects.order_by("name")]
    return {**pages, **opened_from(first, client, of_each_kind=OF_EACH_KIND, most=MOST)}


def everything(account: Callable[..., User], uses: tuple[str, ...]) -> dict[tuple[str, str, int], str]:
    """What each of the others is told in one of the worlds, which is undone afterwards. The same ids are drawn in each:
    what stands by lot stands alike.
    """
    lot = random.Random(11)
    with transaction.atomic(), mock.patch("gridwalk.core.ids.secrets.randbits", lot.getrandbits):
        live(account, uses)
        told_to: dict[tuple[str, str, int], str] = {}
        with time_machine.travel(NOW, tick=False):
            for role, scope in OTHERS:
                cache.clear()
                client = Reader()
                user = account(role, scope)
                client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
                told_to |= {(str(role), path, n): page for (path, n), page in walked(client).items()}
        transaction.set_rollback(True)
    return told_to


def test_nobody_who_may_not_see_care_can_tell_an_empty_door_from_one_that_is_let_or_lived_in(
    db: None, account: Callable[..., User]
) -> None:
    one = everything(account, ("empty", "let", "lived_in"))
    other = everything(account, ("lived_in", "empty", "let"))
    apart = [
        "\n".join([" ".join(map(str, key)), *unlike(one.get(key, ""), other.get(key, ""))])
        for key in one | other
        if one.get(key) != other.get(key)
    ]
    assert not apart, "\n\n".join(apart)
    opened = Counter(role for role, _, _ in one)
    assert opened["street_centre"] > 60, opened
    for path in ("/doors/·/", "/doors/·/aside/", "/people/·/", "/buildings/·/", "/gaps/", "/daily/overdue/"):
        assert one["street_centre", path, 1].startswith("200"), path
    assert any("甲里 1号楼 1单元" in page for (role, path, _), page in one.items() if path == "/people/·/")


def test_who_answers_for_the_door_is_told_who_lives_there(db: None, account: Callable[..., User]) -> None:
    live(account, ("empty", "let", "lived_in"))
    door = Dwelling.objects.get(room="202")
    for role, scope in ((Role.COMMUNITY_LEAD, FIRST), (Role.GRID_WORKER, GRID)):
        with time_machine.travel(NOW, tick=False):
            cache.clear()
            client = Reader()
            client.force_login(account(role, scope), backend="allauth.account.auth_backends.AuthenticationBackend")
            page = client.get(f"/doors/{door.pk}/").content.decode()
            missing = [words for words in ("程甲", "租住", "出租房", "人，现居住") if words not in page]
            assert not missing, role
            assert "程甲" in client.get(f"/doors/{door.pk}/aside/").content.decode()
