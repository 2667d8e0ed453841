"""``bench sync``: the model for thousands of phone-days, 500 phones at once, first pulls, pushes beside an import.

The published figure beside which the rate stands: ODK Central 41.2 submissions a second (its own load test). Ours: one
push of one visit with a household of 2.4 persons confirmed, judged, settled and committed to disk; generator, server
and database share the machine's cores.
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from benchmarks import model, phones  # noqa: E402
from benchmarks.floor import urls as floors  # noqa: E402
from benchmarks.results import Result  # noqa: E402
from gridwalk.accounts.models import Assignment  # noqa: E402
from gridwalk.accounts.rules import SYSTEM  # noqa: E402
from gridwalk.campaigns.actions import arranging  # noqa: E402
from gridwalk.campaigns.models import Target  # noqa: E402
from gridwalk.cli import serving  # noqa: E402
from gridwalk.core import clock  # noqa: E402
from gridwalk.visits.models import Visit  # noqa: E402

PORT = 8791
HOST = f"127.0.0.1:{PORT}"
PEER = 41.2
LEAST = 300
"""Visits a second that 500 phones must get through on two quiet cores, in each of the runs."""
RUNS = 3
STEPS = 30
FAST = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def everything(
    *,
    quick: bool,
    long: bool = False,
    days: int | None = None,
    shares: int | None = None,
    record: Path | None = None,
    kept: Path | None = None,
    part: tuple[int, int] = (1, 1),
) -> Iterator[Result]:
    """All of it, on an empty database.

    ``long``: 10,000 phone-days, and how many of a night's runs notice each planted bug. ``days``, ``shares``: nothing
    but so many phone-days, or so many for each bug; the files ``record`` and ``kept`` say which are done, ``part``
    which of the others are this process's.
    """
    call_command("migrate", verbosity=0)
    if days is not None:
        yield from model.days(days, record, part)
    if shares is not None:
        yield from model.shares(shares, kept, part)
    if days is not None or shares is not None:
        return
    yield from model.days(10_000 if long else 300 if quick else 1_000)
    yield from model.planted()
    if long:
        yield from model.shares(model.SEEDS)
    yield from load(quick=quick)


def load(*, quick: bool) -> Iterator[Result]:
    """500 phones against ``gridwalk serve``, each pushing one visit after the other, thrice; then five a push; pulls;
    an import beside. Before them the floor, with pushes of the same size.
    """
    n_phones, pushes = (60, 4) if quick else (500, 8)
    everybody = phones.lay_out(n_phones, 40)
    floor = _floor(everybody, pushes)
    with _serving():
        cold = _push(everybody, 1, 1)
        says = (
            "the first push of each phone, while the worker processes see their code and statements for the first time"
        )
        yield Result(name="sync.visits_cold", value=cold.rate, unit="visits/s", note=says)
        runs = [_push(everybody, pushes, 1) for _ in range(RUNS)]
        yield from _singles(runs, n_phones=n_phones, floor=floor)
        five = _push(everybody, 2, 5)
        says = f"five visits a push, p50 {five.percentile(0.5):.0f} p95 {five.percentile(0.95):.0f} ms"
        yield Result(name="sync.visits_five", value=five.rate, unit="visits/s", peer=PEER, note=says)
        pushed = [cold, *runs, five]
        yield Result(name="sync.errors", value=sum(run.errors for run in pushed), unit="pushes", goal=0)
        yield _once_each([op for run in pushed for op in run.acknowledged])
        yield _reassigned(n_phones)
        yield _first_pulls(everybody[:10])
        yield from _beside_an_import(everybody[: min(30, n_phones)])


@contextlib.contextmanager
def _serving(settings: str = "gridwalk.config.settings") -> Iterator[None]:
    """The server in its own processes, with the settings named; they inherit the environment."""
    connection.close()
    mine = os.environ["DJANGO_SETTINGS_MODULE"]
    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    try:
        with serving.serving(host="127.0.0.1", port=PORT, processes=2):
            yield
    finally:
        os.environ["DJANGO_SETTINGS_MODULE"] = mine


def _floor(everybody: list[phones.LoadPhone], pushes: int) -> phones.Run:
    """The same server answering signed pushes of that size with one INSERT and COMMIT; nothing of it is kept."""
    with connection.cursor() as cursor:
        cursor.execute(floors.TABLE)
    with _serving("benchmarks.floor.settings"):
        _push(everybody, 1, 1)  # every worker process has seen its code once
        floor = _push(everybody, pushes, 1)
    for phone in everybody:
        phone.seq = 1
    return floor


def _singles(runs: Sequence[phones.Run], *, n_phones: int, floor: phones.Run) -> Iterator[Result]:
    """One visit a push: the slowest of the runs, and what it is of the floor."""
    slowest = min(runs, key=lambda run: run.rate)
    rates = "、".join(f"{run.rate:.0f}" for run in runs)
    latency = f"p50 {slowest.percentile(0.5):.0f} p95 {slowest.percentile(0.95):.0f} ms"
    yield Result(
        name="sync.visits",
        value=slowest.rate,
        unit="visits/s",
        peer=PEER,
        least=LEAST,
        note=f"slowest of {rates}; {n_phones} phones, one visit a push, {latency}; peer: ODK Central, published",
    )
    says = f"the same server, one INSERT and COMMIT a push; p50 {floor.percentile(0.5):.0f} ms, {floor.errors} errors"
    yield Result(name="sync.of_floor", value=slowest.rate, unit="visits/s", peer=floor.rate, note=says)


def _push(everybody: list[phones.LoadPhone], n: int, each: int) -> phones.Run:
    now = clock.now()
    for phone in everybody:
        phones.prepare(phone, n, each, host=HOST, at=phones.visited_at(now), sent=now)
    return phones.run(everybody, ("127.0.0.1", PORT))


def _once_each(acknowledged: list[str]) -> Result:
    stored = {str(pk) for pk in Visit.objects.filter(pk__in=acknowledged).values_list("pk", flat=True)}
    missing = len(acknowledged) - len(stored)
    doubled = len(acknowledged) - len(set(acknowledged))
    return Result(
        name="sync.not_there_once",
        value=missing + doubled,
        unit="visits",
        peer=None,
        goal=0,
        note=f"of {len(acknowledged):,} acknowledged",
    )


def _reassigned(n_phones: int) -> Result:
    targets = list(Target.objects.order_by("id").values_list("id", flat=True)[:10_000])
    to = Target.objects.exclude(assignee=None).values_list("assignee_id", flat=True)[0]
    post = Assignment.objects.get(user_id=to)
    Assignment.objects.filter(pk=post.pk).update(scope=phones.STREET)
    began = time.perf_counter()
    n = arranging.reassign(actor=SYSTEM, at=clock.now(), targets=targets, to=to, reason="换人")
    taken = time.perf_counter() - began
    post.save()  # a worker of the whole street would pull six grids at once
    return Result(
        name="sync.reassigned",
        value=taken,
        unit="s",
        peer=None,
        goal=5,
        note=f"{n:,} targets in bulk",
    )


def _first_pulls(some: list[phones.LoadPhone]) -> Result:
    """Ten phones pull their whole grid of about 1,000 people at the same moment, none of which was pulled before."""
    now = clock.now()
    for phone in some:
        body = json.dumps({"since": {}, "epoch": 0}).encode()
        phone.requests = [(phones.request(phone, "pull", body, host=HOST, sent=now), 0, [])]
    run = phones.run(some, ("127.0.0.1", PORT))
    return Result(
        name="sync.first_pulls",
        value=max(run.taken) * 1000,
        unit="ms",
        peer=None,
        goal=1000,
        note=f"slowest of {len(some)} first pulls at once, {run.n_bytes / len(some) / 1024:.0f} KiB of JSON each",
    )


def _beside_an_import(some: list[phones.LoadPhone]) -> Iterator[Result]:
    """Pushes while a ledger of 30,000 rows is imported into other communities."""
    quiet = _push(some, 4, 1)
    words = [sys.executable, "-m", "benchmarks.import_beside"]
    child = subprocess.Popen(words, cwd=Path(__file__).parents[1], stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()  # it is under way
    taken: list[float] = []
    done = threading.Event()

    def wait() -> None:
        child.wait()
        done.set()

    threading.Thread(target=wait, daemon=True).start()
    while not done.is_set():
        taken += _push(some, 2, 1).taken
    p95 = statistics.quantiles(taken, n=20)[-1] * 1000 if len(taken) > 20 else 0.0
    yield Result(
        name="sync.push_beside_import",
        value=p95,
        unit="ms",
        peer=None,
        goal=None,
        note=(
            f"p95 of {len(taken):,} pushes by {len(some)} phones beside an import of 30,000 rows; without it "
            f"{quiet.percentile(0.95):.0f} ms"
        ),
    )
