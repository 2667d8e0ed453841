"""The world of the model test: a small street, its phones, the office, the restores; and the judge of I1 to I3.

Everything happens inside one database transaction: a backup is a savepoint, a restore goes back to it, the end of a
run undoes the whole run. Requests go through the real URLs, middleware and SQL.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from cryptography.hazmat.primitives.asymmetric import ec
from django.db import transaction
from django.test import Client

from gridwalk.accounts import actions as accounts
from gridwalk.accounts import queries as account_queries
from gridwalk.accounts.models import Assignment, User
from gridwalk.accounts.rules import SYSTEM, Role, Verb
from gridwalk.campaigns.actions import arranging
from gridwalk.campaigns.models import Target
from gridwalk.core import actions as core
from gridwalk.core import clock, erasures
from gridwalk.core.actors import PROGRAM
from gridwalk.method import addresses
from gridwalk.registry.actions import claims, doors
from gridwalk.registry.models import Dwelling
from gridwalk.registry.rules import Claim
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, NEXT_GRID, Street, id_no
from gridwalk.registry.tests.street import phone as telephone
from gridwalk.retention.actions import applying
from gridwalk.sync.actions import copies, devices, epochs, returned
from gridwalk.sync.models import Device, Op, Returned
from gridwalk.territory.models import Grid
from gridwalk.visits.tests.walk import Walk
from tests.harness import asking, promises
from tests.harness.phone_model import Habits, Lost, PhoneModel, ServerDied
from tests.harness.phones import Cache, Wire, through

PASSWORD = "walk-every-door-26"
VALUES = {"tenure": ("owner", "let", "lent"), "occupancy": ("occupied", "vacant"), "owner_name": ("程兰因", "韩书言")}
SKEWS = (dt.timedelta(0), dt.timedelta(hours=7), dt.timedelta(hours=-30), dt.timedelta(seconds=90))


Step = Callable[["Run"], None]


@dataclasses.dataclass(frozen=True)
class Day:
    """What happens on a day, to so many phones; ``skews``: whose clock is how far off, by place in ``SKEWS``."""

    n_phones: int
    skews: list[int]
    steps: Step


def second_building(street: Street) -> Dwelling:
    """A door of 甲里 2号楼."""
    door = doors.NewDoor(
        grid=GRID,
        address=addresses.parse("甲里2号楼1单元101"),
        values={"tenure": "owner"},
        source="ledger",
        source_ref="房屋台账 第 3 行",
    )
    with street.writing() as writing:
        doors.register_doors(writing, [door])
    return Dwelling.objects.get(pk=door.id)


def _pulled(wire: Wire) -> Cache:
    """What a phone's first pull brings."""
    cache = Cache()
    status, answer = wire.ask("POST", "pull", cache.asks())
    assert status == 200, answer
    cache.take(answer)
    return cache


class World:
    """The street and everybody in it."""

    def __init__(self, at: dt.datetime) -> None:
        street = Street.lay_out(at - dt.timedelta(days=1))  # a grid cannot be drawn anew on the day it was made
        self.client = Client(raise_request_exception=False)
        self.doors = {
            GRID: [street.door(f"10{n}", tenure="owner") for n in (1, 2, 3)],
            NEXT_GRID: [street.door(f"90{n}", NEXT_GRID, tenure="owner") for n in (1, 2)],
        }
        self.people = [
            street.person(f"程{c}", door, id_no=id_no(11 + 2 * n), phone=telephone(n))
            for n, (c, door) in enumerate(zip("甲乙丙", self.doors[GRID], strict=True))
        ]
        self.far_door = street.door("801", FAR_GRID)
        self.far = street.person("程远", self.far_door, id_no=id_no(31))
        self.numbers = {person.pk: person.unseal("id_no") for person in (*self.people, self.far)}
        self.doors[GRID].append(second_building(street))
        Walk(street, at).dispatch()
        self.users = [self._user(f"wg{n}", GRID if n < 3 else NEXT_GRID) for n in range(4)]
        self.lead = account_queries.viewer_of(self._user("lead", FIRST, Role.COMMUNITY_LEAD), clock.local_date(at))
        self.inspector = self._user("inspector", asking.STREET, Role.INSPECTOR)
        self.sampled = asking.draw(at, self.inspector)
        self._bound = [self._bind(user) for user in (*self.users, self.inspector)]
        epochs.current(at=at)
        self._first_pulls = [_pulled(wire) for wire in self._bound]
        self.faults: Counter[str] = Counter()
        self.totals: Counter[str] = Counter()

    def _user(self, name: str, scope: str, role: Role = Role.GRID_WORKER) -> User:
        now = clock.now()
        user = accounts.create_user(
            actor=SYSTEM, at=now, username=name, name=name, password=PASSWORD, must_change_password=False
        )
        since = clock.local_date(now) - dt.timedelta(days=1)
        accounts.assign(actor=SYSTEM, at=now, user=user.id, role=role, scope=scope, from_on=since)
        return user

    def _bind(self, user: User) -> Wire:
        wire = Wire(send=through(self.client), now=clock.now)
        code, _ = devices.make_code(actor=SYSTEM, at=clock.now(), user=user.id)
        status, answer = wire.activate(user.username, PASSWORD, code)
        assert status == 200, answer
        return wire

    @contextmanager
    def run(self, n_phones: int, skews: list[int], habits: Habits | None = None) -> Iterator[Run]:
        """One run, undone at its end."""
        start = transaction.savepoint()
        with (
            tempfile.TemporaryDirectory() as home,
            mock.patch.object(erasures, "path", lambda: Path(home) / erasures.NAME),
        ):
            try:
                yield Run(self, n_phones, skews, habits or Habits())
            finally:
                transaction.savepoint_rollback(start)

    def play(self, day: Day, habits: Habits | None = None) -> None:
        """A day to its end, when the network is whole again. Raises Broken."""
        with self.run(day.n_phones, day.skews, habits) as run:
            day.steps(run)
            run.settle()
            run.check()


class Run:
    """One run of the model: phones, office and faults, step by step."""

    def __init__(self, world: World, n_phones: int, skews: list[int], habits: Habits) -> None:
        self.world, self.faults = world, world.faults
        self.phones = [self._begin(n, f"phone{n}", SKEWS[skews[n] % len(SKEWS)], habits) for n in range(n_phones)]
        self.inspector = self._begin(-1, "inspector", SKEWS[1], habits)
        self.backup: str | None = None
        self.before_backup: set[str] = set()
        self.excused: set[str] = set()
        self.erased: set[str] = set()
        self.odd: set[str] = set()
        self.restore_epoch: Callable[[], None] = self._raise_epoch

    def _begin(self, nth: int, name: str, skew: dt.timedelta, habits: Habits) -> PhoneModel:
        """The ``nth`` phone that was bound, with a wire of its own."""
        world = self.world
        phone = PhoneModel(dataclasses.replace(world._bound[nth]), name, skew=skew, faults=self.faults, habits=habits)
        self._teach(phone, (*world.users, world.inspector)[nth])
        phone.begin(world._first_pulls[nth])
        return phone

    @property
    def everyone(self) -> list[PhoneModel]:
        """The phones of the workers, and the inspector's where anything was heard."""
        return [*self.phones, self.inspector] if self.inspector.ops else self.phones

    def _raise_epoch(self) -> None:
        epochs.raise_epoch(actor=PROGRAM, at=clock.now(), why="恢复备份")

    def _teach(self, phone: PhoneModel, user: User) -> None:
        """How a phone is bound again: somebody makes a code, the worker types the password."""

        def rebind() -> None:
            code, _ = devices.make_code(actor=SYSTEM, at=clock.now(), user=user.id)
            phone.wire.key = ec.generate_private_key(ec.SECP256R1())
            status, answer = phone.wire.activate(user.username, PASSWORD, code)
            if status != 200:  # no grid at present: the office gives one for the day
                self._hold(user)
                status, answer = phone.wire.activate(user.username, PASSWORD, code)
            assert status == 200, answer

        phone.user = user
        phone.rebind = rebind

    def _hold(self, user: User) -> None:
        """A worker gets the post back; where its grid has ended, one in a grid that stands."""
        standing = Grid.objects.filter(valid_to__isnull=True).values_list("code", flat=True)
        if not Assignment.objects.filter(user=user, scope__in=standing).update(to_on=None):
            now = clock.now()
            scope = standing.filter(code__startswith=FIRST).exclude(code=f"{FIRST}000").order_by("code")[0]
            since = clock.local_date(now) - dt.timedelta(days=1)
            accounts.assign(actor=SYSTEM, at=now, user=user.id, role=Role.GRID_WORKER, scope=scope, from_on=since)

    # the phones

    def phone(self, n: int) -> PhoneModel:
        """Phone ``n``, around the corner too."""
        return self.phones[n % len(self.phones)]

    def visit(
        self, n: int, door: int, outcome: str, field: str, value: int, *, confirm: bool, old: bool = False
    ) -> None:
        """A visit with an edit of one field, perhaps from an app that is too old."""
        phone = self.phone(n)
        if phone.wiped:
            return
        grid = GRID if n % len(self.phones) < 3 else NEXT_GRID
        doors = self.world.doors[grid]
        target = doors[door % len(doors)]
        choices = VALUES[field]
        facts = {field: choices[value % len(choices)]} if outcome == "met" else {}
        people = [str(self.world.people[door % 3].id)] if confirm and grid == GRID else []
        data: dict[str, Any] = {"outcome": outcome, "met_adult": outcome == "met", "confirmed": people}
        sent = phone.write("visit.record", "dwelling", target.id, facts=facts, data=data, version=9 if old else 1)
        if people and outcome == "met" and value == 2:
            data["edits"] = [phone.edit("person", people[0], {"relation": "02"}, sent)]
            sent.op["data"] = data
        self.faults["old_app"] += old

    def attempt(self, n: int, what: str, fault: str) -> None:
        """Push or pull with a fault of network or server."""
        self.reach(self.phone(n), what, fault)

    def reach(self, phone: PhoneModel, what: str, fault: str) -> None:
        """The same for any phone."""
        try:
            if fault in {"dies_before_commit", "dies_after_commit"}:
                self.faults[fault] += 1
                with dying(before=fault == "dies_before_commit"):
                    phone.push() if what == "push" else phone.pull()
            else:
                phone.push(fault=fault) if what == "push" else phone.pull(fault=fault)
        except (Lost, ServerDied):
            pass

    def clone(self, n: int) -> None:
        """The storage of a phone turns up on a second one."""
        if len(self.phones) < 5 and not self.phone(n).wiped and n % len(self.phones) < 3:
            original = self.phone(n)
            self.phones.append(original.copy(Wire(send=original.wire.send, now=clock.now)))
            self._teach(self.phones[-1], original.user)
            self.phones.sort(key=lambda p: not p.name.startswith(("phone0", "phone1", "phone2")))

    # the office

    def office_edit(self, door: int, field: str, value: int) -> None:
        """The office corrects a fact meanwhile."""
        target = self.world.doors[GRID][door % 3]
        choices = VALUES[field]
        grid = Dwelling.objects.get(pk=target.pk).grid_id
        with core.write_to(grid, actor=PROGRAM, at=clock.now()) as writing:
            claim = Claim("dwelling", target.id, field, choices[value % len(choices)], "office", reason="核对")
            claims.apply_claims(writing, [claim])

    def reassign_target(self, door: int, n: int) -> None:
        """A door is handed to another worker."""
        target = Target.objects.get(entity=self.world.doors[GRID][door % 3].id)
        taker = account_queries.viewer_by_id(self.world.users[n % 3].id, clock.local_date(clock.now()))
        if not taker.may(Verb.RECORD_VISIT, target.grid_id):
            return
        arranging.reassign(
            actor=SYSTEM, at=clock.now(), targets=[target.id], to=self.world.users[n % 3].id, reason="换人"
        )

    def change_grid(self, n: int, *, back: bool) -> None:
        """A worker loses the grid, or gets it back."""
        user = self.world.users[n % 3]
        if back:
            self._hold(user)
        else:
            yesterday = clock.local_date(clock.now()) - dt.timedelta(days=1)
            Assignment.objects.filter(user=user).update(to_on=yesterday)
        self.faults["reassigned"] += not back

    def revoke(self, phone: PhoneModel) -> None:
        """A phone is taken back, if the office knows it: after a restore it may not, until the phone is bound again."""
        device = Device.objects.filter(pk=phone.wire.device).first()
        if device is None:
            return
        devices.revoke(actor=SYSTEM, at=clock.now(), device=device.id, reason="丢了")
        self.faults["revoked"] += 1

    def confirm_copies(self) -> int:
        """The office asks the workers, and confirms the copies that are theirs; returns how many."""
        waiting = list(Device.objects.filter(confirmed_at__isnull=True, revoked_at__isnull=True))
        for copy in waiting:
            copies.confirm(actor=SYSTEM, at=clock.now(), device=copy.pk)
        self.faults["confirmed"] += len(waiting)
        return len(waiting)

    def decide(self, n: int) -> None:
        """The office releases or sets aside something that came back; half of the time it looks at copies first."""
        if n % 2:
            self.confirm_copies()
        waiting = list(Returned.objects.filter(state="waiting", grid__startswith=FIRST).order_by("pk"))
        if waiting:
            op = waiting[n % len(waiting)]
            try:
                if n % 2:
                    returned.release(actor=self.world.lead, at=clock.now(), op=op.pk)
                else:
                    returned.set_aside(actor=self.world.lead, at=clock.now(), op=op.pk, reason="已另记")
            except returned.NotDecided:
                pass

    def make_backup(self) -> None:
        """A backup of the database."""
        self.backup = transaction.savepoint()
        self.before_backup = {str(pk) for pk in Op.objects.values_list("pk", flat=True)}

    def restore(self) -> None:
        """The database as it was; what a phone was wiped of in between is beyond anybody's reach."""
        if self.backup is None:
            return
        self.faults["restored"] += 1
        transaction.savepoint_rollback(self.backup)
        self.excused |= {s.op["op"] for p in self.everyone if p.wiped for s in p.ops} - self.before_backup
        self.restore_epoch()
        applying.replay(actor=SYSTEM, at=clock.now(), folders=[erasures.path().parent])

    # the end

    def settle(self) -> None:
        """The network is whole again: every phone pushes until nothing waits and then pulls, as the app does; the
        office confirms their copies.
        """
        for nth in range(5):
            for phone in self.everyone:
                phone.arrive_late()
                phone.push_all()
            has_changed = self.confirm_copies() or any(phone.has_spoken for phone in self.everyone)
            if nth and not has_changed:
                return  # nothing was said since all have pulled what stands
            for phone in self.everyone:
                phone.has_spoken = False
                phone.pull()

    def check(self) -> None:
        """What was promised of all that happened. Raises Broken."""
        promises.keep(self)
        self.world.totals.update(runs=1, ops=sum(len(p.ops) for p in self.everyone))


@contextmanager
def dying(*, before: bool) -> Iterator[None]:
    """The server ends just before it would commit, or just after: the transaction is undone, or only the
    answer is lost.
    """
    flush, exit_ = core.Writing.flush, transaction.Atomic.__exit__

    def dies(self: Any) -> None:
        flush(self)
        raise ServerDied

    def dies_after(self: Any, kind: Any, error: Any, trace: Any) -> Any:
        exit_(self, kind, error, trace)
        if kind is None:
            raise ServerDied

    if before:
        core.Writing.flush = dies  # type: ignore[method-assign]
    else:
        transaction.Atomic.__exit__ = dies_after  # type: ignore[method-assign]
    try:
        yield
    finally:
        core.Writing.flush = flush  # type: ignore[method-assign]
        transaction.Atomic.__exit__ = exit_  # type: ignore[method-assign]
