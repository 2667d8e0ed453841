"""How ops get to the server, what became of them, and what the office does meanwhile."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from gridwalk.accounts.rules import Held, Role, Viewer
from gridwalk.core import clock, ids
from gridwalk.method import addresses
from gridwalk.phone.tests.test_lost_phones import deposit
from gridwalk.phone.tests.test_pushing import push
from gridwalk.registry.actions import doors
from gridwalk.registry.models import Dwelling
from gridwalk.registry.tests.street import FIRST, GRID, NEXT_GRID
from gridwalk.sync.actions import depositing
from gridwalk.sync.models import Op
from gridwalk.territory.models import Building
from gridwalk.upkeep.actions import plans as actions
from gridwalk.upkeep.queries import plans, regridding
from gridwalk.upkeep.rules import REGRID
from tests.harness.phones import Wire

Field = Any
THIRD, FOURTH = f"{FIRST}003", f"{FIRST}004"
WAYS = ("push", "deposit", "file")


def in_second_building(field: Field) -> Dwelling:
    """A door of 甲里 2号楼."""
    address = addresses.parse("甲里2号楼1单元101")
    door = doors.NewDoor(grid=GRID, address=address, values={}, source="ledger", source_ref="房屋台账 第 3 行")
    with field.street.writing() as writing:
        doors.register_doors(writing, [door])
    return Dwelling.objects.get(pk=door.id)


def redraw(old: list[str], new: list[str], buildings: dict[Any, str], workers: dict[str, Any]) -> None:
    """A grid plan from the first word to the last."""
    drawing = Viewer(ids.new_id(), "街道", (Held(Role.STREET_CENTRE, "120105001"),))
    keeping = Viewer(ids.new_id(), "管理员", (Held(Role.ADMINISTRATOR, "120105001"),))
    today = clock.local_date(clock.now())
    choices = regridding.choices(old=old, new=new, buildings=buildings, workers=workers, on=today)
    plan = actions.propose(
        actor=drawing,
        at=clock.now(),
        kind=REGRID,
        subjects=[],
        choices=choices,
        evidence="",
        reason="一人管不过来",
        seen=plans.mark(plans.unproposed(REGRID, [], choices)),
    )
    actions.decide(actor=keeping, at=clock.now(), plan=plan, confirmed=True, note="对过", seen=plans.mark(plan))


def split(field: Field, workers: dict[str, Any]) -> None:
    """The first grid becomes two: building 1 to the one, building 2 to the other."""
    to = {b.pk: THIRD if b.key == "1" else FOURTH for b in Building.objects.filter(grid_id=GRID)}
    redraw([GRID], [THIRD, FOURTH], to, workers)


def merge(field: Field, workers: dict[str, Any]) -> None:
    """The two grids become one."""
    old = [GRID, NEXT_GRID]
    redraw(old, [THIRD], {b.pk: THIRD for b in Building.objects.filter(grid_id__in=old)}, workers)


DRAWN = {"split": split, "merge": merge}


def sending(field: Field, wire: Wire, way: str, ops: list[dict[str, Any]]) -> Callable[[], Any]:
    """How the ops get to the server."""
    if way == "push":
        return lambda: push(wire, *ops)
    if way == "deposit":
        return lambda: deposit(wire, ops)
    file = {"format": depositing.FORMAT, "device": wire.device, "ops": [wire.seal(body) for body in ops]}
    lead = field.viewer(field.lead)
    return lambda: depositing.import_file(actor=lead, at=clock.now(), data=json.dumps(file).encode())


def became() -> dict[str, list[str]]:
    """Op → state, reason, grid."""
    return {str(pk): told for pk, *told in Op.objects.values_list("pk", "state", "reason", "grid")}


def end_of_post(field: Field) -> None:
    """The worker's last day was yesterday."""
    field.worker.assignments.update(to_on=clock.local_date(clock.now()) - dt.timedelta(days=1))
