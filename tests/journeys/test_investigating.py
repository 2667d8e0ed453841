"""调查: proposed by one, confirmed by another, read by both for a time, and seen by whom it looks into."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.core import clock
from gridwalk.core.models import AuditEntry
from gridwalk.operations.models import Investigation
from gridwalk.registry.models import Person
from gridwalk.retention import queries as retention
from gridwalk.retention import rules as periods
from gridwalk.retention.actions import applying
from tests.harness.campaign import COMMUNITY, GRID
from tests.harness.pages import Reader
from tests.harness.people import one_person

pytestmark = pytest.mark.slow
STREET = "120105001"


def today(days: int = 0) -> str:
    return (clock.local_date(clock.now()) + dt.timedelta(days=days)).isoformat()


def text(answer: Any) -> str:
    return str(answer.content.decode())


def as_(user: User) -> Client:
    client = Reader()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def worker(street: Client, account: Callable[..., User]) -> User:
    """A worker who looked at a number without a call to make."""
    user = account(Role.GRID_WORKER, GRID, name="沈若溪")
    person = Person.objects.get(name="程望舒")
    as_(user).post(f"/reveal/person/{person.pk}/phone/", {"reason": "约上门时间"})
    return user


def propose(client: Client, person: User, /, **more: str) -> Any:
    typed = {
        "user": str(person.pk),
        "cause": "look",
        "from_on": today(-3),
        "to_on": today(),
        "reason": "居民说没人来过",
    }
    return client.post("/investigations/", {**typed, **more})


def test_two_persons_open_what_one_did_and_that_person_sees_it(worker: User, account: Callable[..., User]) -> None:
    centre, other, third = (account(Role.STREET_CENTRE, STREET, name=name) for name in ("韩书言", "顾怀瑾", "孟知行"))
    one, second = as_(centre), as_(other)
    for wrong, fault in (
        ({"from_on": today(-31)}, "一次最多看 31 天"),
        ({"to_on": today(1)}, "结束那天不晚于今天"),
        ({"from_on": today(), "to_on": today(-1)}, "开始那天不晚于结束那天"),
        ({"from_on": "x"}, "填从哪天到哪天"),
        ({"user": ""}, "请选查谁"),
        ({"cause": "slow"}, "请选为什么调查"),
        ({"reason": "查"}, "请写明事由"),
    ):
        refused = propose(one, worker, **wrong)
        assert (refused.status_code, fault in text(refused)) == (422, True), wrong
    assert not Investigation.objects.exists()

    path = propose(one, worker, from_on=today(-30)).headers["Location"]
    decide, entries = f"{path}decide/", f"{path}entries/"
    assert (one.get(entries).status_code, second.get(entries).status_code) == (404, 404), "nothing is open yet"
    assert "没有人查过您的记录" in text(as_(worker).get("/mine/")), "a proposal has opened nothing"
    by_the_same = text(one.post(decide, {"do": "confirm"}, follow=True))
    assert "没有定：要由另一位能调查的同事来定；定过的、撤回的，不能再定" in by_the_same
    with one_person(centre.pk, other.pk):
        assert "是同一个人" in text(second.post(decide, {"do": "confirm"}, follow=True))
    assert Investigation.objects.get().state == "proposed", "not by who proposed it"
    assert "没有定：不同意的，请写明为什么" in text(second.post(decide, {"do": "reject", "note": ""}, follow=True))
    assert Investigation.objects.get().state == "proposed", "a refusal says why"

    second.post(decide, {"do": "confirm", "note": "属实，要看"})
    shown = text(second.get(entries))
    assert "看了完整号码" in shown and "约上门时间" in shown and "程**" in shown and "程望舒" not in shown
    assert one.get(entries).status_code == 200
    assert as_(third).get(entries).status_code == 404, "only the two"
    assert AuditEntry.objects.filter(verb="investigation.opened").count() == 2
    assert "要看您某几天做过的记录" in text(as_(worker).get("/notices/"))
    mine = text(as_(worker).get("/mine/"))
    for words in ("像是不该看的看了：居民说没人来过", "韩书言", "顾怀瑾", "提出", "同意"):
        assert words in mine, words
    assert len(re.findall(r"(?:韩书言|顾怀瑾) \d+月\d+日 \d\d:\d\d", mine)) == 2, "who opened it, and when"
    more = {"verb": "investigation.opened", "kind": "investigation", "subject": Investigation.objects.get().pk}
    AuditEntry.objects.bulk_create([AuditEntry(at=clock.now(), actor_name="韩书言", **more) for _ in range(120)])
    assert "122 次" in text(one.get(path)), "all of them, no hundred that looks like all"

    with time_machine.travel(clock.now() + dt.timedelta(days=14, minutes=1)):
        assert as_(centre).get(entries).status_code == 404, "the time is over"
        assert "查看期限" in text(as_(worker).get("/mine/")), "it stays with the person"


def test_one_that_is_refused_or_taken_back_opens_nothing(worker: User, account: Callable[..., User]) -> None:
    one, second = (as_(account(Role.STREET_CENTRE, STREET, name=name)) for name in ("韩书言", "顾怀瑾"))
    path = propose(one, worker).headers["Location"]
    second.post(f"{path}decide/", {"do": "withdraw"})
    assert Investigation.objects.get().state == "proposed"
    second.post(f"{path}decide/", {"do": "reject", "note": "看过回访，确有其事"})
    assert Investigation.objects.get().state == "rejected"
    second.post(f"{path}decide/", {"do": "confirm"})
    assert Investigation.objects.get().state == "rejected", "decided once"
    path = propose(one, worker).headers["Location"]
    one.post(f"{path}decide/", {"do": "withdraw"})
    second.post(f"{path}decide/", {"do": "confirm"})
    assert sorted(Investigation.objects.values_list("state", flat=True)) == ["rejected", "withdrawn"]
    assert one.get(f"{path}entries/").status_code == 404
    assert "没有人查过您的记录" in text(as_(worker).get("/mine/"))


def test_an_administrator_may_be_the_second_and_reads_nobodys_data(worker: User, account: Callable[..., User]) -> None:
    one, administrator = as_(account(Role.STREET_CENTRE, STREET)), as_(account(Role.ADMINISTRATOR, STREET))
    path = propose(one, worker).headers["Location"]
    administrator.post(f"{path}decide/", {"do": "confirm"})
    shown = text(administrator.get(f"{path}entries/"))
    assert "看了完整号码" in shown
    assert "程" not in shown and "约上门时间" not in shown and "/people/" not in shown


def test_it_is_for_street_and_administrator_and_never_for_oneself(worker: User, account: Callable[..., User]) -> None:
    lead = account(Role.COMMUNITY_LEAD, COMMUNITY)
    for user in (worker, lead, account(Role.DISTRICT_CENTRE, "120105"), account(Role.LEADING_GROUP, STREET)):
        assert as_(user).get("/investigations/").status_code == 403
    centre, elsewhere = account(Role.STREET_CENTRE, STREET), account(Role.STREET_CENTRE, "120105002")
    assert propose(as_(centre), centre).status_code == 403
    assert propose(as_(elsewhere), worker).status_code == 403
    assert worker.name not in text(as_(elsewhere).get("/investigations/"))
    path = propose(as_(centre), worker).headers["Location"]
    assert as_(elsewhere).get(path).status_code == 404
    assert "<td>提出了调查</td>" not in text(as_(lead).get("/audit/")), "those the person works among are not told"
    assert "<td>提出了调查</td>" in text(as_(account(Role.ADMINISTRATOR, STREET)).get("/audit/"))


def test_after_two_years_the_reasons_go(worker: User, account: Callable[..., User]) -> None:
    one, second = (as_(account(Role.STREET_CENTRE, STREET)) for _ in range(2))
    path = propose(one, worker).headers["Location"]
    second.post(f"{path}decide/", {"do": "confirm", "note": "属实"})
    period = periods.BY_CODE["investigations"]
    later = clock.now() + dt.timedelta(days=731)
    assert [due.n for due in retention.due(clock.now(), [period])] == [0]
    assert [due.n for due in retention.due(later, [period])] == [1]
    applying.apply(actor=SYSTEM, at=later, periods=[period])
    kept = Investigation.objects.get()
    assert (kept.reason, kept.note, kept.state, kept.user) == ("", "", "confirmed", worker)
