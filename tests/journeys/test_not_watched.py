"""Two workers did unlike work in grids that stand alike. Nobody but themselves can tell which of them did what: every
page, file and answer is the same when the two change places (red line 2).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import difflib
import io
import random
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest import mock

import docx
import openpyxl
import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import encrypt
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from gridwalk.accounts.models import Assignment, User
from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.console.permissions import PAGES
from gridwalk.core import actions as core
from gridwalk.core import clock, ids
from gridwalk.indicators import actions as indicators
from gridwalk.registry.actions import care, ends
from gridwalk.registry.models import Dwelling, Person, Recheck
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, NEXT_GRID, Street, id_no, phone
from gridwalk.sync.actions import devices, returned
from gridwalk.sync.models import Returned
from gridwalk.visits.models import Visit
from gridwalk.visits.tests.walk import Walk
from tests.harness.pages import Reader
from tests.harness.people import new_account
from tests.harness.phones import Wire, op, through
from tests.security.test_permissions import URLS

pytestmark = pytest.mark.slow
NOW = clock.at_local(dt.date(2026, 10, 13), 16)
PASSWORD = "walk-every-door-26"
NAMES = {GRID: "沈若溪", NEXT_GRID: "顾怀瑾", FAR_GRID: "孟知行"}
OTHERS = [
    (Role.COMMUNITY_LEAD, FIRST),
    (Role.STREET_CENTRE, "120105001"),
    (Role.DISTRICT_CENTRE, "120105"),
    (Role.LEADING_GROUP, "120105001"),
    (Role.ADMINISTRATOR, "120105001"),
    (Role.INSPECTOR, FIRST),
    (Role.GRID_WORKER, FAR_GRID),
]
OF_EACH_KIND, MOST = 4, 180
RECORD = re.compile(
    r"^/(doors|people|organizations|sites|visits|correct|ends|reveal|daily/recorded|care/(people|labels|needs))/·"
)
"""Pages of one record, where its author stands; the last tests look at them."""
NOTHING = re.compile("(?!)")
LEAVES = re.compile(r"^/(static|accounts/logout|phone)/")
UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
FIGURE = re.compile(r"(?m)^[1-9]\d*(?=\.\d+$)")
"""The number of the document in the id of a figure: documents are counted on from the one world to the other."""
ONCE = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|\d{6}-[0-9A-F]{8}"
    r'|(?<=name="csrfmiddlewaretoken" value=")\w+'
    r'|(?<=name="csrf-token" content=")\w+'
    r'|(?<=name="seen" value=")\w+'
    r"|(?<=/campaign/waves/)\d+"
    r"|(?<='epoch': )\d+|(?<='hash': ')\w+"
)
"""What is drawn anew each time: ids and what is reckoned from them, numbers of exports, tokens."""


def then(days: int, hour: int, minute: int) -> dt.datetime:
    """That many days before today, by the street's clock."""
    return clock.at_local(clock.local_date(NOW) - dt.timedelta(days=days), hour, minute)


@dataclasses.dataclass
class Worker:
    """One of the two, at the office's computer and with a phone."""

    user: User
    doors: list[Dwelling]
    people: list[Person]
    secret: str = dataclasses.field(default_factory=totp.generate_totp_secret)
    client: Client = dataclasses.field(default_factory=Reader)
    wire: Wire = dataclasses.field(default_factory=lambda: Wire(send=through(Client()), now=clock.now))
    sent: int = 0

    @contextmanager
    def signed_in(self, at: dt.datetime) -> Iterator[Client]:
        """A sign-in with the password, at that minute."""
        with time_machine.travel(at):
            cache.clear()
            answer = self.client.post("/accounts/login/", {"login": self.user.username, "password": PASSWORD})
            if answer.headers["Location"] == "/accounts/code/":
                code = totp.format_hotp_value(totp.hotp_value(self.secret, int(at.timestamp()) // 30))
                answer = self.client.post("/accounts/code/", {"code": code})
            assert answer.headers["Location"] == "/"
            yield self.client

    def type_visit(self, n: int, outcome: str, at: dt.datetime) -> Visit:
        """A visit typed in at the door's page."""
        confirmed = [str(self.people[n].pk)] if outcome == "met" else []
        before = Visit.objects.count()
        self.client.post(
            f"/visits/dwelling/{self.doors[n].pk}/",
            {"at": f"{clock.local(at):%Y-%m-%dT%H:%M}", "outcome": outcome, "confirmed": confirmed},
        )
        assert Visit.objects.count() == before + 1
        return Visit.objects.filter(worker=self.user.pk).latest("received_at")

    def push(self, n: int, outcome: str, at: dt.datetime) -> None:
        """A visit from the phone, sent in that minute."""
        confirmed = [str(self.people[n].pk)] if outcome == "met" else []
        assert self.send(self.doors[n], outcome, at, confirmed) == "accepted"

    def send(self, door: Dwelling, outcome: str, at: dt.datetime, confirmed: list[str]) -> str:
        """What the server says to a visit of any door."""
        with time_machine.travel(at):
            self.sent += 1
            met = {"outcome": outcome, "met_adult": outcome == "met", "confirmed": confirmed}
            visit = op(self.sent, "visit.record", "dwelling", door.pk, at=at, data=met)
            status, answer = self.wire.ask("POST", "push", {"epoch": 0, "seq_from": self.sent, "ops": [visit]})
            assert status == 200, answer
            return str(answer["results"][0]["state"])

    def bind(self) -> None:
        """The phone, bound by a code."""
        code, _ = devices.make_code(actor=SYSTEM, at=clock.now(), user=self.user.pk)
        assert self.wire.activate(self.user.username, PASSWORD, code)[0] == 200


def work_much(worker: Worker, other: Worker) -> Iterator[None]:
    """Three days from early to late: looks, corrections there and back, what is taken back or returned, the same doors
    again. Yields when a day is over.
    """
    client, person, door = worker.client, worker.people[1], worker.doors[1]
    with worker.signed_in(then(3, 9, 3)):
        worker.type_visit(0, "no_answer", then(3, 9, 1))
        for _ in range(3):
            client.post(f"/reveal/person/{person.pk}/phone/", {"reason": "约上门时间"})
        client.post("/search/", {"q": person.name})
        end = {"proposed": "moved_away", "evidence": "in_person", "reason": "全家搬离"}
        assert client.post(f"/ends/person/{person.pk}/", end).status_code == 302
        recheck = Recheck.objects.get(entity=person.pk)
        with core.write_to(*ends.grids_of([recheck]), actor=SYSTEM, at=clock.now()) as writing:
            ends.decide(writing, [recheck], confirmed=False, note="还住着")
    yield
    with worker.signed_in(then(2, 12, 31)):
        for n in (0, 1):
            worker.type_visit(n, "met", then(2, 11, 7 + n))
        visit = worker.type_visit(2, "no_answer", then(2, 11, 17))
        client.post(f"/visits/{visit.pk}/withdraw/", {"reason": "记错了门", "back": str(door.pk)})
        client.post(f"/care/people/{person.pk}/contact/", {})
        for tenure in ("let", "owner"):
            answer = client.post(f"/correct/dwelling/{door.pk}/", {"tenure": tenure, "reason": "看了合同"})
            assert answer.status_code == 302, answer.content.decode()
        moved = {"name-0": "许暂来", "residence_kind": "lives_here", "told": "self", "seen": "1"}
        event = client.post(f"/daily/moved_in/dwelling/{door.pk}/", moved).headers["Location"].split("/")[-2]
        assert client.post(f"/daily/recorded/{event}/undo/").status_code == 302
    assert worker.send(other.doors[3], "no_answer", then(2, 13, 8), []) == "returned"
    with time_machine.travel(then(2, 14, 0)):
        returned.set_aside(actor=SYSTEM, at=clock.now(), op=Returned.objects.get().pk, reason="不是他的户")
    yield
    with worker.signed_in(then(1, 18, 41)):
        client.get("/care/")
    for n, minute in enumerate((2, 9, 33)):
        worker.push(n, "met", then(1, 10, minute))
    worker.push(3, "no_answer", then(1, 15, 2))
    with worker.signed_in(then(1, 18, 50)):
        client.post(f"/care/people/{person.pk}/contact/", {})
    yield
    with worker.signed_in(then(0, 9, 2)), time_machine.travel(then(0, 15, 55)):
        client.get("/")
    yield


def work_little(worker: Worker, other: Worker) -> Iterator[None]:
    """One afternoon; it leaves the grid as much work does."""
    yield
    yield
    for n, minute in enumerate((41, 45, 52)):
        worker.push(n, "met", then(1, 16, minute))
    worker.push(3, "no_answer", then(1, 17, 2))
    with worker.signed_in(then(1, 17, 20)) as client:
        client.post(f"/care/people/{worker.people[1].pk}/contact/", {})
    yield
    with worker.signed_in(then(0, 14, 11)) as client:
        client.get("/")
    yield


Account = Callable[..., User]


def live(account: Account, *, busy: str) -> dict[str, Worker]:
    """Ten days of a street in which the worker of ``busy`` works much and the one beside works little."""
    begun = then(10, 9, 0)
    with time_machine.travel(begun):
        street = Street.lay_out(begun)
        users = {grid: account(Role.GRID_WORKER, grid, name=name) for grid, name in NAMES.items()}
        Assignment.objects.filter(user__in=users.values()).update(responsible=True)
        workers = {}
        for place, (grid, user) in enumerate(users.items(), 1):
            rooms = [f"{place}0{n}" for n in (1, 2, 3, 4)]
            doors = [street.door(room, grid, tenure="owner", occupancy="occupied") for room in rooms]
            numbers = [100 * place + 2 * n for n in range(4)]
            people = [
                street.person(f"{'程韩周吴'[n]}{'甲乙丙'[place - 1]}", door, id_no=id_no(number), phone=phone(number))
                for n, (door, number) in enumerate(zip(doors, numbers, strict=True))
            ]
            care.give_label(actor=SYSTEM, at=begun, person=people[1].pk, raw={"category": "living_alone"})
            workers[grid] = Worker(user, doors, people)
            sealed = {"secret": encrypt(workers[grid].secret)}
            Authenticator.objects.filter(user=user).update(data=sealed)
            workers[grid].bind()
        Walk(street, begun).dispatch()
    two = workers[GRID], workers[NEXT_GRID]
    much, little = two if busy == GRID else two[::-1]
    for day, _ in enumerate(zip(work_much(much, little), work_little(little, much), strict=True)):
        indicators.keep_day(at=then(3 - day, 23, 59))
    return workers


def told(answer: Any) -> str:
    """What an answer says, a cell or a line of markup a line; no id in it says the minute it was made."""
    kind, content = answer.headers.get("Content-Type", ""), b"".join(answer) if answer.streaming else answer.content
    if "spreadsheetml" in kind:
        sheets = openpyxl.load_workbook(io.BytesIO(content)).worksheets
        text = "\n".join(str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row)
    elif "wordprocessingml" in kind:
        document = docx.Document(io.BytesIO(content))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        text = "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])
    else:
        text = content.decode(errors="replace").replace("><", ">\n<")
    assert not with_minutes(text), answer.request["PATH_INFO"]
    return FIGURE.sub("·", ONCE.sub("·", text))


def with_minutes(text: str) -> list[str]:
    """The ids in a text that say more of their time than the street's day."""
    times = {pk: int(pk[:8] + pk[9:13], 16) // 1000 for pk in UUID7.findall(text)}
    return [pk for pk, at in times.items() if clock.local(dt.datetime.fromtimestamp(at, dt.UTC)).time() != dt.time()]


def kind_of(path: str) -> str:
    return re.sub(r"·|\d{12,15}", "·", ONCE.sub("·", path.partition("?")[0]))


def starts() -> list[str]:
    """Every page that needs nothing in its address."""
    plain = [name for name in PAGES if not URLS[name].pattern.converters]
    return sorted(path for name in plain if not LEAVES.match(path := reverse(name)))


def walked(client: Client) -> dict[tuple[str, int], str]:
    """Whatever opens for somebody, in the order it is come by; what a page says by address and place in that order."""
    for report in ("progress", "weekly", "summary"):
        client.post("/reports/", {"kind": report})
    return opened_from([*starts(), "/audit/?of=work"], client, of_each_kind=OF_EACH_KIND, most=MOST, without=RECORD)


def opened_from(
    first: Sequence[str], client: Client, *, of_each_kind: int, most: int, without: re.Pattern[str] = NOTHING
) -> dict[tuple[str, int], str]:
    """What the pages say that open from these, by address and place in the order they are come by."""
    pages: dict[tuple[str, int], str] = {}
    opened: Counter[str] = Counter()
    waiting = deque(first)
    seen = set(waiting)
    while waiting and opened.total() < most:
        path = waiting.popleft()
        if opened[kind_of(path)] >= of_each_kind or without.match(ONCE.sub("·", path)):
            continue
        opened[kind_of(path)] += 1
        answer = client.get(path, follow=True)
        pages[ONCE.sub("·", path), opened[kind_of(path)]] = f"{answer.status_code}\n{told(answer)}"
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            for href in re.findall(r'<a [^>]*href="([^"#]+)"', answer.content.decode()):
                to = href.replace("&amp;", "&")
                to = path.partition("?")[0] + to if to.startswith("?") else to
                if to.startswith("/") and not LEAVES.match(to) and to not in seen:
                    seen.add(to)
                    waiting.append(to)
    return pages


class Lots:
    """Lots that fall the same in every world: persons' ids are drawn, and order what has no other order."""

    def __init__(self) -> None:
        self.randbits = random.Random(1).getrandbits


def everything(account: Account, *, busy: str) -> dict[tuple[str, str, int], str]:
    """What each of the others is told in one of the two worlds, which is undone afterwards."""
    with transaction.atomic(), mock.patch.object(ids, "secrets", Lots()):
        workers = live(account, busy=busy)
        with time_machine.travel(NOW, tick=False):
            cache.clear()
            told_to: dict[tuple[str, str, int], str] = {}
            for role, scope in OTHERS:
                client = Reader()
                user = workers[scope].user if scope in workers else account(role, scope)
                client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
                told_to |= {(str(role), path, n): page for (path, n), page in walked(client).items()}
            status, pulled = workers[FAR_GRID].wire.ask("POST", "pull", {"since": {}, "epoch": 0})
            told_to["phone", "pull", 1] = ONCE.sub("·", f"{status}\n{pulled}")
            assert not with_minutes(str(pulled))
        transaction.set_rollback(True)
    return told_to


def unlike(here: str, there: str) -> list[str]:
    """The lines in which two answers differ."""
    lines = difflib.unified_diff(here.splitlines(), there.splitlines(), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def test_nobody_can_tell_two_workers_apart_by_what_they_did(db: None, account: Account) -> None:
    one, other = (everything(account, busy=grid) for grid in (GRID, NEXT_GRID))
    apart = [
        "\n".join([" ".join(map(str, key)), *unlike(one.get(key, ""), other.get(key, ""))])
        for key in one | other
        if one.get(key) != other.get(key)
    ]
    assert not apart, "\n\n".join(apart)
    opened = Counter(role for role, _, _ in one)
    assert opened["community_lead"] > 60 and opened["street_centre"] > 50 and opened["administrator"] > 20, opened
    for path in ("/audit/", "/phones/", "/buildings/", "/gaps/", "/reports/·/"):
        assert one["community_lead", path, 1].startswith("200"), path


@pytest.fixture(scope="module")
def lived(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, Worker]]:
    """One of the worlds. It is made once; what a test does to it is undone after the test."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield live(new_account, busy=GRID)
        transaction.set_rollback(True)


@pytest.fixture
def street(lived: dict[str, Worker], db: None) -> Iterator[dict[str, Worker]]:
    """The world, this afternoon."""
    with time_machine.travel(NOW, tick=False):
        cache.clear()
        yield lived


def client_of(user: User) -> Client:
    client = Reader()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def histories(text: str) -> str:
    """The parts of a record's page that tell what happened to it."""
    return "".join(re.findall(r'<ul class="(?:past|knocks|obstacles)">.*?</ul>', text, re.DOTALL))


def test_the_author_of_a_record_stands_on_its_page_for_who_answers_for_the_door(
    street: dict[str, Worker], account: Account
) -> None:
    worker = street[GRID]
    door, person = worker.doors[1], worker.people[1]
    pages = [f"/doors/{door.pk}/", f"/people/{person.pk}/", f"/doors/{door.pk}/aside/"]
    lead, centre = (client_of(account(role, scope)) for role, scope in OTHERS[:2])
    for path in pages:
        whole, masked = (histories(client.get(path).content.decode()) for client in (lead, centre))
        assert NAMES[GRID] in whole and re.search(r"\d\d:\d\d", whole), path
        told = (
            r"10月(?!\d)" if path.startswith("/people/") else "10月1[0-3]日"
        )  # a day would tell whose door was opened
        assert "网格员" in masked and re.search(told, masked), path
        assert not path.startswith("/people/") or not re.search(r"10月\d", masked), path
        assert NAMES[GRID] not in masked and not re.search(r"\d\d:\d\d", masked), path


def test_who_looked_is_told_by_name_to_who_answers_for_the_door(street: dict[str, Worker], account: Account) -> None:
    path = f"/people/{street[GRID].people[1].pk}/looks/"
    lead, centre = (client_of(account(role, scope)) for role, scope in OTHERS[:2])
    whole, masked = (c.post(path, {"reason": "本人到社区查询"}).content.decode() for c in (lead, centre))
    assert f"<td>10月10日 09:03</td><td>{NAMES[GRID]}</td>" in whole
    assert "<td>10月10日</td><td>网格员</td>" in masked and NAMES[GRID] not in masked


def test_the_audit_names_the_office_and_of_work_only_the_day_and_the_community(
    street: dict[str, Worker], account: Account
) -> None:
    lead, administrator = (client_of(account(*OTHERS[n])) for n in (0, 4))
    asked = {"do": "add", "field": "verb", "op": "is", "back": "/audit/"}
    for client in (lead, administrator):
        assert not any(name in client.get("/audit/").content.decode() for name in NAMES.values())
        for verb in ("visit.recorded", "account.signed_in", "number.revealed"):
            refused = client.post("/lists/acts/", asked | {"value": verb}, follow=True).content.decode()
            assert "没有添加条件" in refused and not any(name in refused for name in NAMES.values()), verb
        for name in NAMES.values():
            by = {"do": "add", "field": "actor", "op": "contains", "back": "/audit/", "value": name}
            assert "没有这样的记录" in client.post("/lists/acts/", by, follow=True).content.decode(), name
    made = administrator.post("/lists/acts/", asked | {"value": "device.code_made"}, follow=True)
    assert "生成了激活码" in made.content.decode()
    by_day = lead.get("/audit/?of=work").content.decode()
    assert re.search('<td>10月12日</td><td>[^<]*</td><td class="wrap">[^<]*记了走访', by_day), re.findall(
        "<tr>.*?</tr>", by_day
    )
    assert "网格</td>" not in by_day and not re.search(r"\d\d:\d\d</td>", by_day)


def test_a_phone_and_an_account_are_told_by_day(street: dict[str, Worker], account: Account) -> None:
    lead, administrator = (client_of(account(*OTHERS[n])) for n in (0, 4))
    assert "<td>10月12日</td>" in lead.get("/phones/").content.decode()
    listed = administrator.get("/accounts/list/").content.decode()
    assert listed.count("<td>10月13日</td>") == 4, "both workers, the lead and the administrator came in today"
    assert not re.search(r"<td>10月\d+日 \d\d:\d\d</td>", listed)


def test_the_worker_alone_sees_what_they_did(street: dict[str, Worker]) -> None:
    mine = client_of(street[GRID].user).get("/mine/").content.decode()
    assert "<td>10月10日 09:03</td>" in mine and "看了完整号码" in mine and "约上门时间" in mine
    assert street[GRID].doors[0].address in mine
    theirs = client_of(street[NEXT_GRID].user).get("/mine/").content.decode()
    assert "看了完整号码" not in theirs and street[GRID].doors[0].address not in theirs
