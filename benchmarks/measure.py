"""What is measured, in the order that builds on itself: one street imported, its pages and writes, then
twenty streets.
"""

from __future__ import annotations

import datetime as dt
import functools
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import django

django.setup()

import fastexcel  # noqa: E402
import polars as pl  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from benchmarks import importing, office, streets  # noqa: E402
from benchmarks.results import Result  # noqa: E402
from gridwalk.accounts.models import User  # noqa: E402
from gridwalk.accounts.rules import SYSTEM  # noqa: E402
from gridwalk.bench.online import ONLINE  # noqa: E402
from gridwalk.bench.queries import checks  # noqa: E402
from gridwalk.bench.rules import RECORDS  # noqa: E402
from gridwalk.campaigns.actions import dispatch  # noqa: E402
from gridwalk.campaigns.models import Target  # noqa: E402
from gridwalk.core import bulk, clock  # noqa: E402
from gridwalk.dictionary import fields as dictionary  # noqa: E402
from gridwalk.indicators.models import Tally  # noqa: E402
from gridwalk.method import names  # noqa: E402
from gridwalk.reconcile.actions import comparing  # noqa: E402
from gridwalk.reconcile.queries import register  # noqa: E402
from gridwalk.registry.models import Dwelling, Organization, Person  # noqa: E402
from gridwalk.registry.queries import search  # noqa: E402
from gridwalk.simulate.acting import cast, drive  # noqa: E402
from gridwalk.simulate.street import workbooks  # noqa: E402
from gridwalk.simulate.street.world import World  # noqa: E402
from gridwalk.visits.actions import recording  # noqa: E402
from gridwalk.visits.values import NewVisit  # noqa: E402

STREET = "120105001"
GRID = "120105001023001"
PLAIN = {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
}


def _timed(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def everything(wanted: set[str], *, quick: bool, home: Path) -> Iterator[Result]:
    """The results asked for, as they come."""
    call_command("migrate", verbosity=0)
    size = "small" if quick else "street"
    today = clock.local_date(clock.now())
    start = drive.action_start(today, 3)
    prepared = start - dt.timedelta(days=drive.PREPARE_DAYS)
    at = clock.at_local(prepared, 9)
    world = World.make(size, on=prepared)
    files = workbooks.write_ledgers(world, home / "ledgers")
    drive.found_territory(world, at=at, from_on=prepared)
    _, workers = cast.make(world, at=at, from_on=prepared)
    floor = _timed(lambda: _merely_read([file.path for file in files]))
    imports: list[object] = []
    used = importing.used_by(
        lambda: imports.extend(drive.import_ledgers(files, actor=SYSTEM, at=at, progress=lambda a, b: None))
    )
    rows = sum(len(file.records) for file in files)
    if "import" in wanted:
        yield Result(
            name="import",
            value=used.seconds,
            unit="s",
            peer=floor,
            goal=None,
            note=f"{rows:,} rows of {len(files)} ledgers, end to end; peer: fastexcel merely reads them",
        )
        yield from importing.results(rows, len(files), used)
    if "memory" in wanted:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        yield Result(name="memory", value=peak, unit="MiB", peer=None, goal=1500, note="peak of the importing process")
    if "compare" in wanted:
        yield _compared(3_000 if quick else 30_000)
    campaign = drive.found_campaign(world, actor=SYSTEM, at=at, start=start)
    entities = drive.Entities(files, imports, world)  # type: ignore[arg-type]
    drive.replay(
        world,
        entities,
        workers,
        campaign,
        start=start,
        upto_day=3,
        progress=lambda done, total: None,
        morning=lambda day, on: None,
    )
    for wave in campaign.waves.filter(dispatched_at__isnull=True):
        dispatch.dispatch_wave(actor=SYSTEM, at=clock.now(), wave=wave.pk)
    if "checks" in wanted:
        yield _checks("checks", RECORDS)
        yield _checks("checks.online", ONLINE)
    if "startup" in wanted:
        yield _startup()
    if {"pages", "write", "search"} & wanted:
        yield from _scale(wanted, quick=quick)


def _merely_read(paths: list[Path]) -> None:
    for path in paths:
        if path.suffix == ".csv":
            path.read_bytes().decode("gb18030", errors="replace")
            continue
        reader = fastexcel.read_excel(path)
        for name in reader.sheet_names:
            reader.load_sheet(name, header_row=None).to_polars()


def _compared(n: int) -> Result:
    """A ledger of persons against the register, as the job does it: read, matched, differences asked,
    workbook written.
    """
    registered = register.side(STREET, "person").frame.head(n)
    labels = {f: dictionary.label("person", f) for f in ("name", "id_no", "sex", "born_on", "phone", "relation")}
    place = {"estate": "小区", "building": "楼栋", "stairwell": "单元", "room": "室号"}
    ledger = registered.select(pl.col(c).cast(pl.String).alias(label) for c, label in (labels | place).items())
    # Every fiftieth telephone is another one, every hundredth row is missing.
    row = pl.int_range(pl.len())
    changed = pl.when(row % 50 == 0).then(pl.lit("12000000000")).otherwise("电话").alias("电话")
    data = ledger.with_columns(changed).filter(row % 100 != 1).write_csv().encode()
    at = clock.now()
    comparison = comparing.upload(
        actor=SYSTEM, at=at, scope=STREET, source="ledger", data=data, name="全街人口.csv", kind="person"
    )
    comparing.start(actor=SYSTEM, at=at, comparison=comparison.pk)
    seconds = _timed(lambda: comparing.run(actor=SYSTEM, at=at, comparison=comparison.pk))
    comparison.refresh_from_db()
    return Result(
        name="compare",
        value=seconds,
        unit="s",
        peer=None,
        goal=60,
        note=(
            f"{comparison.n_left:,} rows against {comparison.n_right:,} people, "
            f"{comparison.n_differences:,} differences asked"
        ),
    )


def _checks(name: str, codes: Collection[str]) -> Result:
    """The cases of some checks over the whole street, as every page of them finds them."""
    today = clock.local_date(clock.now())
    cases = checks.open_cases(SYSTEM, STREET, today, codes)
    return Result(
        name=name,
        value=statistics.median(_timed(lambda: checks.open_cases(SYSTEM, STREET, today, codes)) for _ in range(5)),
        unit="s",
        peer=None,
        goal=1,
        note=f"{len(cases):,} cases among {Person.objects.count():,} people, {len(codes)} checks",
    )


def _startup() -> Result:
    words = [sys.executable, "-m", "gridwalk.cli", "status"]
    return Result(
        name="startup",
        value=statistics.median(
            _timed(lambda: subprocess.run(words, capture_output=True, check=True)) for _ in range(3)
        ),
        unit="s",
        peer=None,
        goal=10,
        note="gridwalk status: settings, keys, database, versions",
    )


def _scale(wanted: set[str], *, quick: bool) -> Iterator[Result]:
    n_visits = 150 if quick else 1000
    one_pages = _pages() if "pages" in wanted else {}
    if "pages" in wanted:
        with override_settings(STORAGES=PLAIN, ALLOWED_HOSTS=["*"]):
            yield from office.everything()
    one_write = _writes(n_visits) if "write" in wanted else 0.0
    n_people = streets.grow(20)
    if "search" in wanted:
        yield from _searches(n_people)
    if "pages" in wanted:
        for name, (seconds, queries) in _pages().items():
            peer, before = one_pages[name]
            yield Result(
                name=f"pages.{name}",
                value=seconds * 1000,
                unit="ms",
                peer=peer * 1000,
                goal=1.5,
                note=f"20 streets, {n_people:,} people / 1 street; {queries} queries / {before}",
            )
    if "write" in wanted:
        yield Result(
            name="write",
            value=_writes(n_visits) * 1000,
            unit="ms",
            peer=one_write * 1000,
            goal=1.3,
            note=f"a single visit, mean of {n_visits}: 20 streets / 1 street",
        )


@override_settings(STORAGES=PLAIN, ALLOWED_HOSTS=["*"])
def _pages() -> dict[str, tuple[float, int]]:
    client = Client()
    client.force_login(
        User.objects.get(username="wangge"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    _without_second_factor()
    pages = {}
    for name, path, before in (
        ("home", f"/board/{STREET}/", lambda: None),
        ("after_midnight", f"/board/{STREET}/", lambda: Tally.objects.filter(grid__startswith=STREET).delete()),
        ("gap_list", f"/gaps/?scope={GRID}", lambda: None),
    ):
        taken = []
        for _ in range(7):
            before()
            with CaptureQueriesContext(connection) as asked:
                taken.append(_timed(functools.partial(_ok, client, path)))
        pages[name] = (statistics.median(taken), len(asked))
    return pages


def _searches(n_people: int) -> Iterator[Result]:
    """The first page of each way of searching, everywhere at once, the slowest of five."""
    bulk.refresh_statistics(Person, Dwelling, Organization)
    person = (
        Person.objects.filter(grid__code__startswith=STREET, name__regex="^...$")
        .exclude(phone_index="")
        .exclude(id_no_index="")
        .order_by("id")[0]
    )
    for name, typed in (
        ("name_part", person.name[1:]),
        ("pinyin", "".join(names.syllables(person.name))),
        ("initials", names.initials(person.name)),
        ("last_four", f"尾号{person.unseal('phone')[-4:]}"),
        ("address", "5号楼2单元301"),
        ("id_no", person.unseal("id_no")),
        ("phone", person.unseal("phone")),
        ("nobody", "没有这个人"),
    ):
        taken = [_timed(functools.partial(search.search, SYSTEM, typed)) for _ in range(5)]
        yield Result(
            name=f"search.{name}",
            value=max(taken) * 1000,
            unit="ms",
            peer=None,
            goal=300,
            note=f"{n_people:,} people, first {taken[0] * 1000:.0f}, then at most {max(taken[1:]) * 1000:.0f}; "
            "ODK Central publishes 24.8 s",
        )


def _ok(client: Client, path: str) -> None:
    if client.get(path).status_code != 200:
        raise RuntimeError(f"{path} did not open")


def _without_second_factor() -> None:
    from allauth.mfa.models import Authenticator

    user = User.objects.get(username="wangge")
    Authenticator.objects.get_or_create(
        user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": "never used"}}
    )


def _writes(n: int) -> float:
    """Mean seconds of a single ``record_visit``; each a door not tried yet, so that both sizes do the same work."""
    targets = list(
        Target.objects.filter(grid__code__startswith=STREET, kind="dwelling", n_visits=0)
        .order_by("id")
        .values_list("entity", "grid_id")[:n]
    )
    at = clock.at_local(clock.local_date(clock.now()) - dt.timedelta(days=1), 10)

    def record() -> None:
        for entity, grid in targets:
            recording.record_visit(
                actor=SYSTEM,
                at=clock.now(),
                grid=grid,
                visit=NewVisit(kind="dwelling", entity=entity, outcome="no_answer", at=at),
            )

    return _timed(record) / len(targets)
