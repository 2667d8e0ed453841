"""Generated requests over every address, as every role, as nobody and signed by a phone: none is answered with an error
of ours. ``GRIDWALK_REQUESTS=20000`` asks that many, ``GRIDWALK_SEED`` asks others; a failure names the seed.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import importlib
import inspect
import json
import os
import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from gridwalk import console
from gridwalk.accounts.models import User
from gridwalk.accounts.rules import PERMITTED, SYSTEM, Role, Verb
from gridwalk.campaigns.models import Target, Wave
from gridwalk.console.permissions import PAGES, Guard, Open
from gridwalk.core import clock
from gridwalk.followup.actions import convening, taking_in
from gridwalk.followup.actions.convening import Arrangement
from gridwalk.followup.models import Entry
from gridwalk.followup.rules import Kind as MatterKind
from gridwalk.followup.tests.conftest import of
from gridwalk.inspection.actions import planning as samples
from gridwalk.inspection.models import DrawnStairwell, SampledDoor
from gridwalk.inspection.rules import Kind, Stage
from gridwalk.lists.models import SavedView
from gridwalk.registry.models import Person
from gridwalk.registry.tests.street import FIRST, GRID, Street, id_no
from gridwalk.sync.actions import devices
from gridwalk.visits.models import Visit
from gridwalk.visits.tests.walk import Walk
from tests.harness.phones import API, Wire, op, through

REQUESTS = int(os.environ.get("GRIDWALK_REQUESTS", "900"))
SEED = int(os.environ.get("GRIDWALK_SEED", "120199" if REQUESTS >= 2000 else "0"))
"""Few requests are the same every time by themselves."""
PASSWORD = "walk-every-door-26"
SCOPES = {Role.GRID_WORKER: GRID, Role.COMMUNITY_LEAD: FIRST}
TEMPLATES = Path(inspect.getfile(console)).parent / "templates"
ODD = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud83d",
    "灯坏了\ud83d",
    "abc",
    "zzz",
    "-1",
    "0",
    "1",
    "²",
    "１２",
    "1e999",
    "NaN",
    "9" * 30,
    "9" * 5000,
    "9999-99-99",
    "9999-12-31",
    "0001-01-01",
    "9999-12-31T23:59:59",
    "0001-01-01T00:00+14:00",
    "2026-10-12T09:30",
    "2026-10-12",
    "null",
    "true",
    "../../etc/passwd",
    "%00",
    "'\"<>;--",
    "{}",
    "[]",
    str(uuid.UUID(int=0)),
    "00000000-0000-0000-0000-00000000000g",
    "120105001001",
    "120105001001001",
    "12010500100100x",
    "120105",
    "x" * 3000,
    "\u202e倒",
    id_no(7),
)


def _names(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _names(pattern, f"{pattern.namespace}:" if pattern.namespace else prefix)
        else:
            yield f"{prefix}{pattern.name}", pattern


URLS = dict(_names(get_resolver()))
SIGNED = sorted(name for name, guard in PAGES.items() if guard is Open.DEVICE)
PAGED = sorted(set(PAGES) - set(SIGNED) - {"account_logout", "healthz"})
NAMED = re.compile(r"""(?:\.get|\.getlist|POST|GET|FILES)[(\[]f?"([A-Za-z0-9_{}.\-]+)"|name="([a-z0-9_\-]+)\"""")
WORD = re.compile(r'"([a-z_]{2,24})"')


@dataclasses.dataclass(frozen=True)
class Spoken:
    """What a page reads: the names of its fields, and the words its code knows."""

    names: tuple[str, ...]
    words: tuple[str, ...]


def _spoken(name: str) -> Spoken:
    module = URLS[name].callback.__module__
    if not module.startswith("gridwalk.console.views"):
        return Spoken(("login", "password", "code", "next", "oldpassword", "password1", "password2"), ("",))
    text = inspect.getsource(importlib.import_module(module))
    folder = TEMPLATES / "console" / module.rsplit(".", 1)[-1]
    text += "".join(path.read_text() for path in sorted(folder.glob("*.html")))
    names = {first or second for first, second in NAMED.findall(text)}
    return Spoken(tuple(sorted(names)), tuple(sorted(set(WORD.findall(text)))))


SPOKEN = {name: _spoken(name) for name in PAGED}


@dataclasses.dataclass
class Office:
    """The street with an account of every role, a phone, and ids that lead somewhere."""

    clients: dict[Role | None, Client]
    wire: Wire
    ids: list[str]
    numbers: list[int]


@pytest.fixture
def office(db: None, at: Any, account: Callable[..., User]) -> Iterator[Office]:
    with time_machine.travel(at, tick=True):
        street = Street.lay_out(at)
        walk = Walk(street, at)
        door, other = street.door("101"), street.door("102")
        person = street.person("程望舒", door, id_no=id_no(3))
        street.say(person, "name", "程望书")
        walk.dispatch()
        walk.knock(door, "met", at)
        clients: dict[Role | None, Client] = {None: Client()}
        for role in Role:
            user = account(role, SCOPES.get(role, FIRST[:9]))
            clients[role] = Client()
            clients[role].force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        worker = User.objects.get(username__startswith=str(Role.GRID_WORKER))
        wire = Wire(send=through(Client(raise_request_exception=False)), now=clock.now)
        code, _ = devices.make_code(actor=SYSTEM, at=clock.now(), user=worker.id)
        assert wire.activate(worker.username, PASSWORD, code)[0] == 200
        rows: list[Any] = [door, other, worker, *Person.objects.all(), *Visit.objects.all(), *Target.objects.all()]
        rows += _later_rooms(street, door)
        stairwell = door.stairwell_id
        ids = [str(row.pk) for row in rows] + [str(stairwell), str(door.building_id), wire.device]
        for client in clients.values():
            client.raise_request_exception = False
        yield Office(clients, wire, ids, [wave.pk for wave in Wave.objects.all()])


def _later_rooms(street: Street, door: Any) -> list[Any]:
    """A matter, a meeting, two samples whose door and stairwell are given to the inspector, a view that is kept."""
    centre, at = of(Role.STREET_CENTRE), clock.now()
    today = clock.local_date(at)
    matter = taking_in.open_matter(
        actor=centre, at=at, scope=FIRST, kind=MatterKind.FINDING, title="漏登的户", text="查一查"
    )
    arranged = Arrangement(on=today, begins=dt.time(14, 30), place="二楼", asked="各社区书记")
    meeting = convening.plan(actor=centre, at=at, street=FIRST[:9], arrangement=arranged)
    inspector = User.objects.get(username__startswith=str(Role.INSPECTOR))
    drawn = []
    for kind, scope in ((Kind.ACCEPTANCE, FIRST), (Kind.AREA, FIRST[:9])):
        new = samples.NewSample(kind=kind, scope=scope, share=5, response=80, from_on=today, to_on=today)
        sample = samples.plan(actor=centre, at=at, new=new)
        sample.stage, sample.strata = Stage.DRAWN, {f"{FIRST}|reached": 2}
        sample.save()
        drawn.append(sample)
    of_door, of_stairwell = drawn
    asked = SampledDoor.objects.create(
        sample=of_door, grid_id=GRID, dwelling=door.pk, stratum=f"{FIRST}|reached", turn=0, inspector=inspector
    )
    listed = DrawnStairwell.objects.create(
        sample=of_stairwell,
        grid_id=GRID,
        stairwell=door.stairwell_id,
        place="1 号楼",
        n_doors=2,
        hits=1,
        turn=0,
        inspector=inspector,
    )
    lead = User.objects.get(username__startswith=str(Role.COMMUNITY_LEAD))
    asks = {"columns": ["name"], "conditions": [], "sort": "name"}
    view = SavedView.objects.create(owner=lead, list="person", name="七十以上", view=asks, created_at=at)
    return [matter, Entry.objects.get(), meeting, *drawn, asked, listed, view]


def _seeded(test: Callable[..., None]) -> Callable[..., None]:
    return seed(SEED)(test) if SEED else test


def _settings(share: float) -> settings:
    return settings(
        max_examples=max(20, int(REQUESTS * share)),
        deadline=None,
        derandomize=not SEED,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def _argument(draw: Any, converter: Any, office: Office) -> Any:
    kind = _kind(converter)
    if kind == "uuid":
        return draw(st.sampled_from([*office.ids, str(uuid.UUID(int=7))]))
    if kind == "int":
        return draw(st.sampled_from([*office.numbers, 0, 1, 7, 10**18, 10**30]))
    if kind == "slug":  # anything else is no address of ours
        return draw(st.sampled_from(["pack", "minutes", "zzz", "-1", "0", "x" * 150]))
    odd = [text for text in ODD if text and "/" not in text and "\ud83d" not in text and len(text) < 200]
    return draw(st.sampled_from([*odd, "dwelling", "person", "moved_in", "target", "id_no", GRID, FIRST]))


def _path(draw: Any, name: str, office: Office) -> str:
    converters = URLS[name].pattern.converters
    return reverse(name, kwargs={key: _argument(draw, c, office) for key, c in converters.items()})


def _fields(draw: Any, name: str, office: Office) -> list[tuple[str, str]]:
    spoken = SPOKEN[name]
    values = st.one_of(
        st.sampled_from(ODD),
        st.sampled_from(office.ids),
        st.sampled_from(spoken.words or ("",)),
        st.text(max_size=12),
    )
    names = st.sampled_from(spoken.names) if spoken.names else st.text(min_size=1, max_size=8)
    named = names.map(lambda text: re.sub(r"\{[^}]*\}", office.ids[0], text))
    fields: list[tuple[str, str]] = draw(st.lists(st.tuples(named, values), max_size=8))
    return fields


def _by_name(fields: list[tuple[str, str]]) -> dict[str, list[str]]:
    by_name: dict[str, list[str]] = {}
    for name, value in fields:
        by_name.setdefault(_sendable(name), []).append(_sendable(value))
    return by_name


def _sendable(text: str) -> str:
    """As a browser would send it: half a character cannot be written in UTF-8."""
    return text.encode("utf-8", "replace").decode()


def _ask(client: Client, method: str, path: str, fields: dict[str, list[str]], file: bytes | None) -> int:
    """The status of the answer; whatever it wrote is undone."""
    content: dict[str, Any] = dict(fields)
    if file is not None:
        content |= {name: SimpleUploadedFile("台账.csv", file) for name in ("file", "photo", "left", "right")}
    with transaction.atomic():
        status = getattr(client, method)(path, content).status_code
        transaction.set_rollback(True)
    return int(status)


def _opened_to(role: Role | None) -> list[str]:
    """The pages that open to a role; what does not open is refused before anything is read."""
    if role is None:
        return [name for name in PAGED if PAGES[name] in {Open.ANYBODY, Open.TOKEN}]
    return [name for name in PAGED if isinstance(PAGES[name], Open) or _verbs(PAGES[name]) & PERMITTED[role]]


def _verbs(guard: Guard) -> frozenset[Verb]:
    return guard if isinstance(guard, frozenset) else frozenset({guard} if isinstance(guard, Verb) else ())


def _methods(client: Client, name: str) -> tuple[str, ...]:
    """What a page takes."""
    converters = URLS[name].pattern.converters
    some: dict[str, Any] = {"uuid": uuid.UUID(int=7), "int": 1}
    path = reverse(name, kwargs={key: some.get(_kind(c), GRID) for key, c in converters.items()})
    return ("post",) if client.get(path).status_code == 405 else ("get", "post")


def _kind(converter: Any) -> str:
    return type(converter).__name__.removesuffix("Converter").lower()


@pytest.mark.slow
@pytest.mark.parametrize("role", [None, *Role], ids=lambda role: str(role or "nobody"))
def test_no_page_breaks_over_what_is_sent_to_it(role: Role | None, office: Office) -> None:
    client, pages = office.clients[role], _opened_to(role)
    methods = {name: _methods(client, name) for name in pages}

    @_seeded
    @_settings(0.75 / 8)
    @given(data=st.data())
    def ask(data: Any) -> None:
        name = data.draw(st.sampled_from(pages))
        path = _path(data.draw, name, office)
        method = data.draw(st.sampled_from(methods[name]))
        fields = _by_name(_fields(data.draw, name, office))
        file = data.draw(st.none() | st.binary(max_size=60)) if method == "post" else None
        status = _ask(client, method, path, fields, file)
        statuses[status] += 1
        assert status < 500, (SEED, role, method, path, fields, file)

    statuses: Counter[int] = Counter()
    ask()
    refused = {status for status in statuses if 400 <= status < 500}
    assert refused and statuses.keys() & {200, 302}, "some were answered or led on, some were refused"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.sampled_from(ODD)
    | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def _spoil(draw: Any, content: Any) -> Any:
    """One place of a good body, somewhere in its depth, holds something else."""
    inside = (
        list(content) if isinstance(content, dict) else list(range(len(content) if isinstance(content, list) else 0))
    )
    if not inside or draw(st.integers(0, 3)) == 0:
        return draw(JSON)
    key = draw(st.sampled_from(inside))
    spoilt = dict(content) if isinstance(content, dict) else list(content)
    spoilt[key] = _spoil(draw, content[key])
    return spoilt


def _bodies(office: Office) -> dict[str, Any]:
    door, person = office.ids[0], next(str(p.pk) for p in Person.objects.all())
    fact = {"p": None, "v": "let"}
    visit = {
        "outcome": "met",
        "met_adult": True,
        "confirmed": [person],
        "arrivals": [
            {"id": str(uuid.uuid4()), "values": {"name": "程二", "id_no": id_no(9)}, "residence_kind": "tenant"}
        ],
        "departures": [person],
        "ends": [{"person": person, "end": "moved_away"}],
        "care": [{"person": person, "need": "", "help": "", "asked": [{"need": person, "settled": True}]}],
        "edits": [{"kind": "person", "entity": person, "set": {"phone": {"p": None, "v": "12000000001"}}, "extra": {}}],
        "note": {"kind": "hazard", "text": "灯坏了"},
        "revisit_at": "2099-10-14T19:00:00+08:00",
    }
    at = clock.now()
    added = {"dwelling": door, "values": {"name": "程三"}, "residence_kind": "lives_here"}
    ops = [
        op(1, "visit.record", "dwelling", door, at=at, set={"tenure": fact}, data=visit),
        op(1, "person.add", "person", uuid.uuid4(), at=at, data=added),
        op(1, "person.end", "person", person, at=at, data={"end": "moved_away", "reason": "x"}),
        op(1, "task.hand_back", "", door, at=at, data={"target": door, "reason": "x"}),
        op(1, "matter.note", "dwelling", door, at=at, data={"kind": "hazard", "text": "灯坏了"}),
        op(1, "visit.withdraw", "", door, at=at, data={"reason": "x"}),
        op(1, "residence.end", "", door, at=at),
    ]
    wire = office.wire
    return {
        "push": [{"epoch": 0, "seq_from": 1, "oldest": 1, "ops": [one]} for one in ops],
        "pull": [{"since": {GRID: 0}, "epoch": 0}],
        "lease": [{}],
        "device/me": [{"waiting": 1}],
        "deposit": [{"token": wire.token, "ops": [wire.seal(one)], "done": False} for one in ops],
        "activate": [
            {
                "login": "x",
                "password": "y",
                "code": "z",
                "public_key": {"kty": "EC", "crv": "P-256", "x": "a", "y": "b"},
                "name": "n",
                "wire": [1],
                "platform": "p",
            }
        ],
    }


@pytest.mark.slow
def test_no_phone_breaks_the_server_whatever_it_signs(office: Office) -> None:
    bodies = _bodies(office)

    @_seeded
    @_settings(0.25)
    @given(data=st.data())
    def ask(data: Any) -> None:
        name = data.draw(st.sampled_from(["push", "push", "push", *sorted(bodies)]))
        content = data.draw(st.sampled_from(bodies[name]))
        sealed = name == "deposit" and data.draw(st.booleans())
        if sealed:  # what is inside an envelope that opens
            inner = _spoil(data.draw, data.draw(st.sampled_from(bodies["push"]))["ops"][0])
            content = {**content, "ops": [_sealed(office.wire, inner, content["ops"][0])]}
        else:
            content = _spoil(data.draw, content)
        body = json.dumps(content).encode()
        with transaction.atomic():
            status, answer = office.wire.ask("POST", name, body)
            transaction.set_rollback(True)
        statuses[status] += 1
        assert status < 500, (SEED, name, content, answer)

    statuses: Counter[int] = Counter()
    ask()
    assert statuses.keys() >= {200, 400}


def _sealed(wire: Wire, inner: Any, entry: dict[str, Any]) -> dict[str, Any]:
    content = inner if isinstance(inner, dict) else {}
    return {**wire.seal({**content, "op": entry["op"], "seq": 1}), "seq": entry["seq"]}


HEADERS = ("²", "-1", "9" * 40, "", "abc", "1.5", "12")


@pytest.mark.slow
def test_no_header_of_a_phone_breaks_the_server(office: Office) -> None:
    for value in HEADERS:
        for name, method in (("attachments/", "POST"), (f"attachments/{uuid.UUID(int=7)}", "PATCH")):
            headers = {"Upload-Length": value, "Upload-Offset": value, "Upload-Metadata": f"sha256 {value}"}
            assert office.wire.ask(method, name, b"x", headers=headers)[0] < 500
    send = office.wire.send
    for signed in (
        'Gridwalk device="x"',
        'Gridwalk device="',
        f'Gridwalk device="{"0" * 36}", at="1", sig="{"a" * 86}"',
    ):
        assert send("POST", f"{API}pull", {"Authorization": signed}, b"{}")[0] == 401


def test_what_no_column_takes_is_refused_before_any_page_reads_it(office: Office) -> None:
    lead = office.clients[Role.COMMUNITY_LEAD]
    door, person = office.ids[0], str(Person.objects.get().pk)
    for path in ("/differences/?kind=%00", "/differences/?field=%00", "/gaps/?scope=%00", "/board/1201%00/"):
        assert lead.get(path).status_code == 400, path
    table = {"kind": "01a130d7-a000-7653-8928-005da2ff915a"}
    for path in ("/imports/upload/", "/comparisons/upload/"):
        assert lead.post(path, {**table, "file": SimpleUploadedFile("人口.csv", b"\x8eM2")}).status_code < 500, path
    lead.cookies["x"] = "a"
    assert lead.get("/differences/", HTTP_COOKIE='sessionid="\\000aaaaaaaaaaaa"').status_code == 400
    visit = {"outcome": "met", "at": "2026-10-12T09:30"}
    record = f"/visits/dwelling/{door}/"
    assert lead.post(record, {**visit, "confirmed": "zzz"}).status_code == 400
    before = Visit.objects.count()
    assert lead.post(record, {**visit, "at": "9999-99-99"}).status_code == 302
    assert lead.post(record, {**visit, "at": "0001-01-01T00:00"}).status_code == 302
    assert lead.post(record, {**visit, "note": "a\x00b"}).status_code == 400
    assert Visit.objects.count() == before
    assert lead.post(record, {**visit, "confirmed": person}).status_code == 302
    assert Visit.objects.count() == before + 1
    withdraw = f"/visits/{Visit.objects.latest('at').pk}/withdraw/"
    assert lead.post(withdraw, {"reason": "记错了"}).status_code == 400
    assert Visit.objects.filter(withdrawn_at__isnull=False).count() == 0
    assert lead.post(withdraw, {"reason": "记错了", "back": door}).status_code == 302
    plan = "/gaps/plan/"
    target = str(Target.objects.first().pk)  # type: ignore[union-attr]
    assert lead.post(plan, {"row": "abc"}).status_code == 400
    assert lead.post(plan, {"row": target, "do": "reassign"}).status_code == 400
    assert lead.post(plan, {"row": target, "do": "evening"}).status_code == 302
    assert lead.post(plan, {"row": target, "do": "off", "back": "0001-01-01"}).headers["Location"] == "/gaps/"
    assert lead.post(plan, {"row": target, "do": "off", "back": "/gaps/?x=1"}).headers["Location"] == "/gaps/?x=1"
    assert lead.post("/daily/overdue/do/", {"back": "//elsewhere.example/"}).headers["Location"] == "/daily/overdue/"
    assert b"%00" not in lead.get("/differences/?kind=%00").content
