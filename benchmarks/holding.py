"""``bench hold``: whether a slow client, or a grid that somebody holds, costs anybody else anything.

30 people at pages and 100 phones, once alone, once beside 200 requests that are only half sent (heads, bodies, one
byte a second) and one grid that is held, with ten more phones in it. Held to what the same run measured alone.
"""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import json
import random
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress

import django

django.setup()

import psutil  # noqa: E402
import psycopg  # noqa: E402
from allauth.mfa.models import Authenticator  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from benchmarks import phones  # noqa: E402
from benchmarks.results import Result  # noqa: E402
from gridwalk.accounts.models import Assignment, User  # noqa: E402
from gridwalk.accounts.rules import Role  # noqa: E402
from gridwalk.cli import environment, serving  # noqa: E402
from gridwalk.cli.keeping import Keeper  # noqa: E402
from gridwalk.config import postgres  # noqa: E402
from gridwalk.core import clock  # noqa: E402
from gridwalk.visits.models import Visit  # noqa: E402

PORT = 8793
HOST = f"127.0.0.1:{PORT}"
N_PAGES, N_PHONES, N_SLOW, N_INSIDE = 30, 100, 200, 10
PAGE_EVERY, PUSH_EVERY = 2.0, 5.0
"""Seconds between two pages of a person and two pushes of a phone, give or take half of it."""
WITHIN = 2.0
"""How many times as long as alone the 95th of 100 may take."""
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
HALF_A_HEAD = f"POST /phone/api/push HTTP/1.1\r\nHost: {HOST}\r\nContent-Le".encode()
A_HEAD = f"POST /phone/api/push HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 1000\r\n\r\n{{".encode()


@dataclasses.dataclass
class Round:
    """What one of the two measurements saw."""

    pages: list[float] = dataclasses.field(default_factory=list)
    pushes: list[float] = dataclasses.field(default_factory=list)
    acknowledged: list[str] = dataclasses.field(default_factory=list)
    refused: list[str] = dataclasses.field(default_factory=list)
    n_busy: int = 0
    n_to_database: int = 0
    n_to_clients: int = 0
    megabytes: float = 0


class Line:
    """A connection that asks one thing after another, opened again where the server ended it."""

    def __init__(self) -> None:
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, request: bytes) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the answer."""
        for again in (True, False):
            if self._writer is None:
                self._reader, self._writer = await asyncio.open_connection("127.0.0.1", PORT)
            try:
                self._writer.write(request)
                head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                break
            except (OSError, asyncio.IncompleteReadError):
                self._writer = None
                if not again:
                    raise
        lines = head.split("\r\n")
        headers = {name.lower(): text.strip() for name, _, text in (line.partition(":") for line in lines[1:])}
        body = await self._reader.readexactly(int(headers.get("content-length", 0)))
        return int(lines[0][9:12]), headers, body


def everything(*, quick: bool) -> Iterator[Result]:
    """All of it, on an empty database."""
    call_command("migrate", verbosity=0)
    everybody = phones.lay_out(N_PHONES + 1, 60)
    first, others = everybody[0], everybody[1:]
    inside = [first, *(phones.another(first, n) for n in range(1, N_INSIDE))]
    cookies = [_sign_in(n) for n in range(N_PAGES)]
    connection.close()
    seconds, hold_for = (16, 8) if quick else (60, 20)
    with serving.serving(host="127.0.0.1", port=PORT, processes=2) as keeper:
        asyncio.run(_measure(keeper, cookies, others, [], seconds=3, hold_for=0))  # each process has seen its code
        alone = asyncio.run(_measure(keeper, cookies, others, [], seconds=seconds, hold_for=0))
        beside = asyncio.run(_measure(keeper, cookies, others, inside, seconds=seconds, hold_for=hold_for))
    yield from _results(alone, beside, hold_for)


def _results(alone: Round, beside: Round, hold_for: int) -> Iterator[Result]:
    what = f"p95 beside {N_SLOW} half-sent requests and a grid held {hold_for} s / alone"
    for name, taken, before in (
        ("hold.pages", beside.pages, alone.pages),
        ("hold.pushes", beside.pushes, alone.pushes),
    ):
        note = f"{what}; {len(taken):,} / {len(before):,}; slowest {max(taken) * 1000:.0f} / {max(before) * 1000:.0f}"
        yield Result(name=name, value=_p95(taken), unit="ms", peer=_p95(before), goal=WITHIN, note=note)
    refused = [*alone.refused, *beside.refused]
    note = f"pages, and pushes to grids nobody held; {beside.n_busy} to the held one were told to wait"
    yield Result(
        name="hold.refused", value=len(refused), unit="requests", goal=0, note="、".join([note, *sorted(set(refused))])
    )
    yield _once_each([*alone.acknowledged, *beside.acknowledged])
    note = f"connections to the database at most; clients' {beside.n_to_clients} / {alone.n_to_clients}"
    yield Result(name="hold.connections", value=beside.n_to_database, unit="", peer=alone.n_to_database, note=note)
    note = "both web processes and their parent at most"
    yield Result(name="hold.memory", value=beside.megabytes, unit="MB", peer=alone.megabytes, goal=1.5, note=note)


def _p95(taken: Sequence[float]) -> float:
    return sorted(taken)[int(len(taken) * 0.95)] * 1000


def _once_each(acknowledged: list[str]) -> Result:
    stored = Visit.objects.filter(pk__in=acknowledged).count()
    connection.close()
    wrong = len(acknowledged) - stored + len(acknowledged) - len(set(acknowledged))
    return Result(
        name="hold.not_there_once",
        value=wrong,
        unit="visits",
        goal=0,
        note=f"of {len(acknowledged):,} acknowledged, those in the held grid among them",
    )


def _sign_in(n: int) -> str:
    """The cookie of somebody who looks at pages of a community."""
    now = clock.now()
    user = User.objects.create(
        username=f"sheqv{n}", name="社区书记", created_at=now, must_change_password=False, password="!"
    )
    since = clock.local_date(now) - dt.timedelta(days=1)
    Assignment.objects.create(user=user, role=Role.COMMUNITY_LEAD, scope=_community(n), from_on=since)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "never used here"})
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client.cookies["sessionid"].value


def _community(n: int) -> str:
    return f"{phones.STREET}{n % 10 + 1:03d}"


async def _measure(
    keeper: Keeper,
    cookies: Sequence[str],
    others: Sequence[phones.LoadPhone],
    inside: Sequence[phones.LoadPhone],
    *,
    seconds: int,
    hold_for: int,
) -> Round:
    """One round; with phones ``inside`` a grid it is beside slow clients, and that grid is held."""
    now, seen = clock.now(), Round()
    for phone in [*others, *inside]:
        n = int(seconds / PUSH_EVERY * 2) + 1
        phones.prepare(phone, n, 1, host=HOST, at=phones.visited_at(now), sent=now)
    ends = time.perf_counter() + seconds
    async with _slow_clients(N_SLOW if inside else 0):
        work = [_read(cookie, _community(n), seen, ends, random.Random(n)) for n, cookie in enumerate(cookies)]
        work += [_push(phone, seen, ends, random.Random(n), waits=False) for n, phone in enumerate(others)]
        work += [_push(phone, seen, ends, random.Random(n), waits=True) for n, phone in enumerate(inside)]
        work.append(_look(keeper, seen, ends))
        if inside:
            work.append(asyncio.to_thread(_hold, inside[0].grid, hold_for))
        await asyncio.gather(*work)
    return seen


async def _read(cookie: str, community: str, seen: Round, ends: float, chance: random.Random) -> None:
    line, n = Line(), chance.randrange(3)
    paths = ("/", f"/board/{community}/", f"/gaps/?scope={community}001")
    await asyncio.sleep(chance.random() * PAGE_EVERY)
    while time.perf_counter() < ends:
        head = f"GET {paths[n % 3]} HTTP/1.1\r\nHost: {HOST}\r\nCookie: sessionid={cookie}\r\n\r\n"
        began = time.perf_counter()
        status, _, _ = await line.ask(head.encode())
        seen.pages.append(time.perf_counter() - began)
        if status != 200:
            seen.refused.append(f"page {status}")
        n += 1
        await asyncio.sleep(PAGE_EVERY * (0.5 + chance.random()))


async def _push(phone: phones.LoadPhone, seen: Round, ends: float, chance: random.Random, *, waits: bool) -> None:
    """One push after the other; who is told to wait waits and sends the same again, beyond the end if need be."""
    line = Line()
    await asyncio.sleep(chance.random() * (0.5 if waits else PUSH_EVERY))
    while time.perf_counter() < ends and phone.requests:
        request, _, ops = phone.requests.pop(0)
        began = time.perf_counter()
        status, headers, body = await line.ask(request)
        while waits and status == 503 and json.loads(body)["problem"] == "busy":
            seen.n_busy += 1
            await asyncio.sleep(float(headers["retry-after"]))
            status, headers, body = await line.ask(request)
        if not waits:
            seen.pushes.append(time.perf_counter() - began)
        if status == 200 and b'"state":"accepted"' in body:
            seen.acknowledged += ops
        else:
            seen.refused.append(f"push {status}")
        await asyncio.sleep(PUSH_EVERY * (0.5 + chance.random()))
    phone.seq -= len(phone.requests)  # what was prepared and not sent has no number yet
    phone.requests.clear()


@asynccontextmanager
async def _slow_clients(n: int) -> AsyncIterator[None]:
    """Half-sent requests for as long as the block runs, each begun anew where the server ends it."""

    async def half(sent: bytes, drip: bytes) -> None:
        while True:
            with suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
                writer.write(sent)
                while not reader.at_eof():
                    with suppress(TimeoutError):
                        await asyncio.wait_for(reader.read(1 << 16), 1)
                    writer.write(drip)
                writer.close()

    kinds = ((HALF_A_HEAD, b""), (A_HEAD, b""), (A_HEAD, b" "))
    slow = [asyncio.create_task(half(*kinds[k % 3])) for k in range(n)]
    await asyncio.sleep(1 if n else 0)
    try:
        yield
    finally:
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)


def _hold(grid: str, seconds: int) -> None:
    with psycopg.connect(postgres.Embedded(environment.home()).url()) as holding:
        holding.execute("SELECT FROM core_stream WHERE code = %s FOR UPDATE", [grid])
        time.sleep(seconds)
        holding.rollback()


async def _look(keeper: Keeper, seen: Round, ends: float) -> None:
    """Once a second: connections and memory of the web processes, connections of the database."""
    web = psutil.Process(keeper.pages.process.pid)
    url = postgres.Embedded(environment.home()).url()
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as asking:
        while time.perf_counter() < ends:
            counted = await asking.execute(
                "SELECT count(*) - 1 FROM pg_stat_activity WHERE backend_type = 'client backend'"  # this one
            )
            row = await counted.fetchone()
            seen.n_to_database = max(seen.n_to_database, row[0] if row else 0)
            processes = [web, *web.children()]
            seen.megabytes = max(seen.megabytes, sum(p.memory_info().rss for p in processes) / 1e6)
            established = [c for p in processes for c in p.net_connections("tcp") if c.status == "ESTABLISHED"]
            seen.n_to_clients = max(seen.n_to_clients, len(established))
            await asyncio.sleep(1)
