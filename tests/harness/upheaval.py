"""What else a day may bring: grids drawn anew, people met or erased, posts that end, texts that no column takes."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest import mock

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.models import Assignment
from gridwalk.accounts.rules import SYSTEM
from gridwalk.core import actions as core
from gridwalk.core import clock, ids
from gridwalk.core.actors import PROGRAM
from gridwalk.differences import jobs
from gridwalk.differences.actions import batches as deciding
from gridwalk.differences.queries import batches
from gridwalk.differences.queries.batches import Rule
from gridwalk.phone.tests.ways import FOURTH, THIRD, redraw
from gridwalk.registry.actions import creation, ends
from gridwalk.registry.models import Difference, Dwelling, Person, Recheck, Residence
from gridwalk.registry.tests.street import FIRST, GRID, NEXT_GRID, phone
from gridwalk.retention.actions import people
from gridwalk.sync.actions import runs
from gridwalk.sync.models import Op
from gridwalk.territory.models import Building, Grid
from tests.harness import together
from tests.harness.phone_model import ServerDied
from tests.harness.promises import Broken
from tests.harness.sync_world import Run, dying

Event = Callable[[Run], None]

# grids


def split(run: Run) -> None:
    """The first grid becomes two: building 1 to the one, building 2 to the other."""
    if _stands(GRID):
        buildings = Building.objects.filter(grid_id=GRID)
        _redraw(run, [GRID], {b.pk: THIRD if b.key == "1" else FOURTH for b in buildings})
        run.faults["split"] += 1


def merge(run: Run) -> None:
    """The two grids become one."""
    old = [GRID, NEXT_GRID]
    if all(_stands(grid) for grid in old):
        _redraw(run, old, {b.pk: THIRD for b in Building.objects.filter(grid_id__in=old)})
        run.faults["merged"] += 1


def _stands(grid: str) -> bool:
    return Grid.objects.filter(code=grid, valid_to__isnull=True).exists()


def _redraw(run: Run, old: list[str], buildings: dict[Any, str]) -> None:
    new = sorted(set(buildings.values()))
    today = clock.local_date(clock.now())
    in_post = [user.id for user in run.world.users[:3] if accounts.viewer_by_id(user.id, today).assignments]
    redraw(old, new, buildings, dict(zip(new, in_post, strict=False)))


# what waits


@contextmanager
def before_the_lock(change: Callable[[], None]) -> Iterator[None]:
    """``change`` happens once a push has read, and before it locks its grids."""
    changes = [change]

    def waits(*grids: str, **more: Any) -> Any:
        if changes:
            changes.pop()()
        return core.write_to(*grids, **more)

    with mock.patch.object(runs, "core", SimpleNamespace(write_to=waits)):
        yield


def meanwhile(run: Run, n: int, event: Event) -> None:
    """Something happens while a push waits for its grid."""
    with before_the_lock(lambda: event(run)):
        run.attempt(n, "push", "")
    run.faults["meanwhile"] += 1


def post_ends_meanwhile(run: Run, n: int) -> None:
    """A worker's posts end while a push waits; nothing of it is done, all of it is kept. Raises Broken."""
    sender = run.phone(n)
    fresh = {sent.op["op"] for sent in sender.waiting()}
    fresh -= {str(pk) for pk in Op.objects.filter(pk__in=fresh).values_list("pk", flat=True)}
    ended: list[bool] = []

    def end(run: Run) -> None:
        yesterday = clock.local_date(clock.now()) - dt.timedelta(days=1)
        Assignment.objects.filter(user=sender.user).update(to_on=yesterday)
        ended.append(True)

    meanwhile(run, n, end)
    if ended and Op.objects.filter(pk__in=fresh).exclude(state="returned").exclude(reason="erased").exists():
        raise Broken("what somebody sent who has no post any more was done")


# what waits with others


@contextmanager
def held_by_somebody(grid: str) -> Iterator[None]:
    """Whoever does not wait does not get this grid, as if another transaction held it."""
    whole = core._raise

    def others(wanted: Sequence[str], *, waits: bool) -> dict[str, int]:
        return whole([code for code in wanted if waits or code != grid], waits=waits)

    with mock.patch.object(core, "_raise", others):
        yield


def wait_together(run: Run, *, held: str = "", fault: str = "") -> None:
    """What all phones have to send waits at the same moment; what is left of it is sent alone, as the server does it.

    ``held``: a grid that somebody holds just then. ``fault``: of the server, or one of the requests arrives twice.
    """
    pushes = [(phone, push) for phone in run.phones if (push := phone.next_push(3)) is not None]
    pushes += pushes[:1] if fault == "twice" else []
    dies = fault.startswith("dies")
    run.faults["together"] += len(pushes) > 1
    with (
        contextlib.suppress(ServerDied),
        held_by_somebody(held),
        dying(before=fault == "dies_before_commit") if dies else contextlib.nullcontext(),
    ):
        answers, _ = together.push(run.world.client, [(phone.wire, push) for phone, push in pushes])
        for (phone, _), answer in zip(pushes, answers, strict=True):
            phone.heard(*answer)


# people


def newcomer(run: Run, n: int, door: int) -> None:
    """Somebody new is met at a door."""
    _arrives(run, n, door, {"name": "程新", "sex": "女"})


def meets(run: Run, n: int, door: int, person: Person) -> None:
    """Somebody who is on record elsewhere is met at a door, and gives another telephone."""
    number = run.world.numbers[person.pk]
    _arrives(run, n, door, {"name": person.name, "id_no": number, "phone": phone(90 + n)})


def _arrives(run: Run, n: int, door: int, values: dict[str, str]) -> None:
    worker = run.phone(n)
    if not worker.wiped:
        home = run.world.doors[GRID][door % 3]
        data = {"dwelling": str(home.id), "values": values, "residence_kind": "lives_here"}
        worker.write("person.add", "person", ids.new_id(), data=data)
        run.faults["arrived"] += 1


def moves_to_the_next_grid(run: Run, person: int) -> None:
    """Somebody has moved to a door of the next grid; the office writes it down."""
    subject, door = run.world.people[person % 3], Dwelling.objects.get(pk=run.world.doors[NEXT_GRID][0].pk)
    grid = Person.objects.get(pk=subject.pk).grid_id
    if str(subject.pk) in run.erased or grid == door.grid_id:
        return
    with core.write_to(grid, door.grid_id, f"{FIRST}000", actor=PROGRAM, at=clock.now()) as writing:
        homes = list(Residence.objects.filter(person=subject.pk, to_on__isnull=True))
        creation.end_residences(writing, homes, source="office", reason="搬家")
        link = creation.NewResidence(
            person=subject.pk, dwelling=door.pk, grid=door.grid_id, kind="lives_here", source="office"
        )
        creation.link(writing, [link])
        creation.place_persons(writing, [subject.pk])
    run.faults["moved"] += 1


def says_the_number(run: Run, n: int, person: int) -> None:
    """Somebody's telephone is asked at the door."""
    worker = run.phone(n)
    if not worker.wiped:
        subject, number = run.world.people[person % 3], phone(1000 + sum(len(p.ops) for p in run.phones))
        worker.write("fact.set", "person", subject.id, facts={"phone": number})


def erase(run: Run, person: int) -> None:
    """Somebody leaves and is erased at request."""
    subject = Person.objects.get(pk=run.world.people[person % 3].pk)
    if subject.status != "active":
        return
    with core.write_to(subject.grid_id, actor=run.world.lead, at=clock.now()) as writing:
        recheck = ends.propose(writing, subject, "moved_away", reason="全家搬离", evidence="in_person")
    _confirm(recheck)
    reported_as = _reported_as(run, subject)
    people.erase(actor=SYSTEM, at=clock.now(), persons=[subject.pk], why="request", reason="家属书面申请")
    run.erased |= {str(subject.pk), *reported_as}
    run.faults["erased"] += 1


def _reported_as(run: Run, person: Person) -> set[str]:
    """The ids that phones gave somebody on record whom they met, of the reports that the server has taken."""
    number = run.world.numbers[person.pk]
    sent = [sent.op for phone in run.phones for sent in phone.ops if sent.op["verb"] == "person.add"]
    reports = {op["op"]: op["entity"] for op in sent if op["data"]["values"].get("id_no") == number}
    taken = Op.objects.filter(pk__in=reports).exclude(state="returned").values_list("pk", flat=True)
    return {reports[str(pk)] for pk in taken}


def _confirm(recheck: Recheck) -> None:
    with core.write_to(*ends.grids_of([recheck]), actor=PROGRAM, at=clock.now()) as writing:
        ends.decide(writing, [Recheck.objects.get(pk=recheck.pk)], confirmed=True, note="电话核实")


# jobs


@contextmanager
def killed_at(nth: int) -> Iterator[None]:
    """The process ends just before the ``nth`` transaction from now on would be committed."""
    flush, n_so_far = core.Writing.flush, [0]

    def counted(writing: core.Writing) -> None:
        flush(writing)
        n_so_far[0] += 1
        if n_so_far[0] == nth:
            raise ServerDied

    with mock.patch.object(core.Writing, "flush", counted):
        yield


def decided_by_a_killed_worker(run: Run, n: int, to: int) -> None:
    """What a phone says of two doors is asked, and the office decides it by a rule; the worker is killed over it, and
    the job runs again. Raises Broken.
    """
    for door in (0, 1):
        run.visit(n, door, "met", "tenure", to, confirm=False)
        run.office_edit(door, "tenure", to + 1)
    run.attempt(n, "push", "")
    lead, rule = run.world.lead, Rule("dwelling", "tenure", "visit", "any", "accept" if to else "keep")
    waiting = batches.matching(lead, FIRST, rule, clock.local_date(clock.now()))
    if not waiting:
        return
    batch = deciding.start(actor=lead, at=clock.now(), scope=FIRST, rule=rule, expected=len(waiting))
    job = functools.partial(jobs.decide_batch, batch=str(batch.pk), user=str(lead.id), undo=False)
    with contextlib.suppress(ServerDied), killed_at(1 + n % 2):
        job()
    job()
    batch.refresh_from_db()
    left = Difference.objects.filter(batch=batch.pk, state="open").count()
    n_decided = Difference.objects.filter(batch=batch.pk).count()
    if (batch.state, left, batch.n_done) != ("done", 0, n_decided):
        raise Broken(f"of a batch that was {batch.state} {left} stand open, {batch.n_done} of {n_decided} counted")
    run.faults["worker_killed"] += 1


# texts

ODD: tuple[dict[str, Any], ...] = (
    {"data": {"kind": "hazard", "text": "灯坏了\ud83d"}},
    {"data": {"kind": "hazard", "text": "灯\x00坏了"}},
    {"verb": "matter\x00note"},
    {"kind": "dwell\ud83d"},
    {"at": "9999-12-31T23:59:59+00:00"},
    {"at": "\udc00"},
)
"""What no column takes, and no clock says."""


def says_oddly(run: Run, n: int, which: int) -> None:
    """A note whose text, verb, kind or time is odd."""
    worker = run.phone(n)
    if not worker.wiped:
        home: Dwelling = run.world.doors[GRID][which % 3]
        data = {"kind": "hazard", "text": "灯坏了"}
        sent = worker.write("matter.note", "dwelling", home.id, data=data)
        sent.op.update(ODD[which % len(ODD)])
        run.odd.add(sent.op["op"])
        run.faults["odd"] += 1
