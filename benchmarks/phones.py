"""500 phones at once against ``gridwalk serve``: each its own device and grid, one push after the other.

A visit is one push of one visit with a household of 2.4 persons confirmed (two or three people in turn). Requests are
built and signed before the clock starts, as phones do that on their own time; sending, reading and checking answers
is the generator's share and runs on the same machine as server and database.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import gzip
import hashlib
import json
import selectors
import socket
import time
import uuid
from collections.abc import Callable, Sequence

from cryptography.hazmat.primitives.asymmetric import ec

from gridwalk.accounts.models import Assignment, User
from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.campaigns.actions import dispatch, founding
from gridwalk.campaigns.actions.founding import NewWave
from gridwalk.core import actions as core
from gridwalk.core import bulk, clock, ids
from gridwalk.method import addresses
from gridwalk.registry.actions import creation, doors
from gridwalk.registry.models import Dwelling, Organization, Person, Residence, Site
from gridwalk.sync.actions import devices
from gridwalk.sync.models import Device
from gridwalk.territory import actions as territory
from tests.harness.phones import API, jwk_of, sign

DISTRICT, STREET = "120105", "120105001"
GRIDS_EACH = 10
BIG = 420
"""Doors of a grid of the first community: about 1,000 people, as a real one has."""


@dataclasses.dataclass
class Household:
    """A door and who lives there."""

    door: uuid.UUID
    people: list[uuid.UUID]


@dataclasses.dataclass(kw_only=True)
class LoadPhone:
    """A device that is bound already, its grid, its requests ready to send."""

    device: uuid.UUID
    user: uuid.UUID
    key: ec.EllipticCurvePrivateKey
    grid: str
    households: list[Household]
    requests: list[tuple[bytes, int, list[str]]] = dataclasses.field(default_factory=list)
    seq: int = 1


def lay_out(n_phones: int, n_doors: int) -> list[LoadPhone]:
    """A made-up street with a grid, a worker and a bound device for every phone; doors with households of
    2.4 persons.
    """
    now = clock.now()
    n_communities = -(-n_phones // GRIDS_EACH)
    tree = {
        "province": {"code": "120000000000", "name": "天津市"},
        "city": {"code": "120100000000", "name": "市辖区"},
        "district": {"code": f"{DISTRICT}000000", "name": "河北区"},
        "street": {"code": f"{STREET}000", "name": "试验街道"},
        "communities": [{"code": f"{STREET}{n:03d}", "name": f"第{n}社区居委会"} for n in range(1, n_communities + 1)],
    }
    territory.load_areas(actor=SYSTEM, at=now, tree=tree)
    since = clock.local_date(now) - dt.timedelta(days=40)
    phones: list[LoadPhone] = []
    for n in range(1, n_communities + 1):
        community = f"{STREET}{n:03d}"
        territory.create_grids(actor=SYSTEM, at=now, community=community, n=GRIDS_EACH, from_on=since)
        grids = [f"{community}{g:03d}" for g in range(1, GRIDS_EACH + 1)]
        households = _people(community, grids, BIG if n == 1 else n_doors, now)
        phones += [_bind(grid, households[grid], now) for grid in grids]
    bulk.refresh_statistics(Dwelling, Person, Residence)
    days = [since + dt.timedelta(days=d) for d in (0, 5, 80, 100)]
    campaign = founding.create_campaign(
        actor=SYSTEM,
        at=now,
        name="百日行动",
        scope=STREET,
        phases={"prepare": (days[0], days[1]), "act": (days[1], days[2]), "sum_up": (days[2], days[3])},
        waves=[NewWave("全部", (STREET,), days[1])],
    )
    dispatch.dispatch_wave(actor=SYSTEM, at=now, wave=campaign.waves.get().pk)
    bulk.refresh_statistics(Dwelling, Organization, Site)
    return phones[:n_phones]


def _people(community: str, grids: Sequence[str], n_doors: int, now: dt.datetime) -> dict[str, list[Household]]:
    households: dict[str, list[Household]] = {grid: [] for grid in grids}
    with core.write_to(*grids, actor=SYSTEM, at=now) as writing:
        new_doors, people, links = [], [], []
        for g, grid in enumerate(grids):
            for n in range(n_doors):
                address = addresses.parse(f"试验里{g + 1}号楼{n // 24 + 1}单元{n % 24 // 4 + 1}0{n % 4 + 1}")
                door = doors.NewDoor(
                    grid=grid, address=address, values={"occupancy": "occupied", "tenure": "owner"}, source="ledger"
                )
                new_doors.append(door)
                household = Household(door.id, [])
                for p in range(3 if n % 5 < 2 else 2):
                    person = creation.New(
                        grid=grid,
                        values={"name": f"程{'甲乙丙'[p]}", "sex": "female", "born_on": "1980-01-01"},
                        source="ledger",
                    )
                    people.append(person)
                    links.append(
                        creation.NewResidence(
                            person=person.id, dwelling=door.id, grid=grid, kind="lives_here", source="office"
                        )
                    )
                    household.people.append(person.id)
                households[grid].append(household)
        doors.register_doors(writing, new_doors)
        creation.register(writing, "person", people)
        creation.link(writing, links)
    return households


def _bind(grid: str, households: list[Household], now: dt.datetime) -> LoadPhone:
    user = User.objects.create(
        username=f"wg{grid[-6:]}", name="网格员", created_at=now, must_change_password=False, password="!"
    )
    since = clock.local_date(now) - dt.timedelta(days=1)
    Assignment.objects.create(user=user, role=Role.GRID_WORKER, scope=grid, from_on=since, responsible=True)
    key = ec.generate_private_key(ec.SECP256R1())
    device = Device(user=user, name="测试机", scope=grid, public_key=jwk_of(key), confirmed_at=now)
    device.root = device
    devices.issue(device, at=now)
    return LoadPhone(device=device.id, user=user.id, key=key, grid=grid, households=households)


def another(phone: LoadPhone, n: int) -> LoadPhone:
    """The ``n``-th further phone of the same worker; it begins at other doors of the grid."""
    now = clock.now()
    key = ec.generate_private_key(ec.SECP256R1())
    device = Device(user_id=phone.user, name="测试机", scope=phone.grid, public_key=jwk_of(key), confirmed_at=now)
    device.root = device
    devices.issue(device, at=now)
    turned = phone.households[n:] + phone.households[:n]
    return LoadPhone(device=device.id, user=phone.user, key=key, grid=phone.grid, households=turned)


def visited_at(now: dt.datetime) -> dt.datetime:
    """A moment at which doors may be knocked on: this morning, or yesterday's where it is still night."""
    today = clock.local_date(now)
    ten = clock.at_local(today, 10)
    return ten if ten < now else clock.at_local(today - dt.timedelta(days=1), 10)


def prepare(
    phone: LoadPhone, n_pushes: int, visits_each: int, *, host: str, at: dt.datetime, sent: dt.datetime
) -> None:
    """Build and sign the next pushes of a phone."""
    for _ in range(n_pushes):
        ops = []
        for _ in range(visits_each):
            household = phone.households[(phone.seq - 1) % len(phone.households)]
            data = {"outcome": "met", "met_adult": True, "confirmed": [str(p) for p in household.people]}
            ops.append(
                {
                    "op": str(ids.new_id()),
                    "seq": phone.seq,
                    "verb": "visit.record",
                    "kind": "dwelling",
                    "entity": str(household.door),
                    "set": {},
                    "data": data,
                    "at": at.isoformat(),
                    "mono": phone.seq * 1000,
                    "version": 1,
                    "att": [],
                }
            )
            phone.seq += 1
        body = json.dumps({"epoch": 0, "seq_from": ops[0]["seq"], "ops": ops}).encode()
        phone.requests.append(
            (request(phone, "push", body, host=host, sent=sent), visits_each, [str(op["op"]) for op in ops])
        )


def request(phone: LoadPhone, name: str, body: bytes, *, host: str, sent: dt.datetime) -> bytes:
    """The bytes of one signed request."""
    at = str(int(sent.timestamp() * 1000))
    message = f"POST\n{API}{name}\n{at}\n{hashlib.sha256(body).hexdigest()}".encode()
    head = (
        f"POST {API}{name} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: "
        f"{len(body)}\r\n"
        f'Authorization: Gridwalk device="{phone.device}", at="{at}", sig="{sign(phone.key, message)}"\r\n'
        "Accept-Encoding: gzip\r\n\r\n"
    )
    return head.encode() + body


@dataclasses.dataclass(kw_only=True)
class Run:
    """What a run measured."""

    seconds: float = 0.0
    visits: int = 0
    errors: int = 0
    taken: list[float] = dataclasses.field(default_factory=list)
    acknowledged: list[str] = dataclasses.field(default_factory=list)
    n_bytes: int = 0

    @property
    def rate(self) -> float:
        return self.visits / self.seconds

    def percentile(self, share: float) -> float:
        """Milliseconds within which that share of the requests was answered."""
        ordered = sorted(self.taken)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class _Line:
    """One connection: the request under way and what has come of its answer."""

    def __init__(self, phone: LoadPhone, address: tuple[str, int]) -> None:
        self.phone = phone
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.next = 0
        self.began = 0.0
        self.came = b""

    def send(self) -> bool:
        if self.next >= len(self.phone.requests):
            return False
        self.came, self.began = b"", time.perf_counter()
        self.socket.sendall(self.phone.requests[self.next][0])
        return True

    def read(self) -> tuple[int, bytes] | None:
        self.came += self.socket.recv(1 << 18)
        head, mark, body = self.came.partition(b"\r\n\r\n")
        if not mark:
            return None
        lower = head.lower()
        place = lower.index(b"content-length:") + 15
        length = int(lower[place : lower.find(b"\r\n", place) if b"\r\n" in lower[place:] else None])
        if len(body) < length:
            return None
        return int(head[9:12]), gzip.decompress(body) if b"content-encoding: gzip" in lower else body


def run(
    phones: Sequence[LoadPhone],
    address: tuple[str, int],
    *,
    judge: Callable[[Run, bytes, int, list[str]], None] | None = None,
) -> Run:
    """Send every prepared request, each phone one at a time, all phones at once."""
    lines = [_Line(phone, address) for phone in phones]
    result, open_ = Run(), 0
    began = time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for line in lines:
            if line.send():
                selector.register(line.socket, selectors.EVENT_READ, line)
                open_ += 1
        while open_:
            for key, _ in selector.select():
                line = key.data
                answer = line.read()
                if answer is None:
                    continue
                result.taken.append(time.perf_counter() - line.began)
                status, body = answer
                _, n_visits, ops = line.phone.requests[line.next]
                result.n_bytes += len(body)
                if status != 200 or body.count(b'"state":"accepted"') < n_visits:
                    result.errors += 1
                else:
                    result.visits += n_visits
                    result.acknowledged += ops
                line.next += 1
                if not line.send():
                    selector.unregister(line.socket)
                    line.socket.close()
                    open_ -= 1
    result.seconds = time.perf_counter() - began
    for phone in phones:
        phone.requests.clear()
    return result
