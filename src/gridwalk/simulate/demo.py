"""The whole demonstration: a synthetic street from its ledgers to the visits of a given working day."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from gridwalk.accounts.rules import SYSTEM
from gridwalk.campaigns.models import Campaign
from gridwalk.core import clock
from gridwalk.simulate.acting import cast, drive
from gridwalk.simulate.acting.cast import Member
from gridwalk.simulate.acting.knocks import Knock
from gridwalk.simulate.acting.supervising import Supervision
from gridwalk.simulate.oracle import checks
from gridwalk.simulate.street import workbooks
from gridwalk.simulate.street.workbooks import LedgerFile
from gridwalk.simulate.street.world import World

STAGES = 8


class Progress(Protocol):
    """Whoever shows how far it is: a stage at a time, each with a ``step(done, total)``."""

    def stage(self, name: str, unit: str = "") -> AbstractContextManager[Callable[[int, int], None]]: ...


@dataclasses.dataclass(frozen=True)
class Dates:
    """``prepared_on``: ledgers imported, campaign made; ``start``: first day of the action phase; ``today``: last
    day replayed.
    """

    prepared_on: dt.date
    start: dt.date
    today: dt.date


@dataclasses.dataclass(frozen=True, kw_only=True)
class Made:
    """What was made, for whoever shows or checks it."""

    world: World
    files: Sequence[LedgerFile]
    knocks: Sequence[Knock]
    members: Sequence[Member]
    campaign: Campaign
    dates: Dates
    supervision: Supervision
    planted: checks.Found | None


def dates(*, at: dt.datetime, day: int) -> Dates:
    """The calendar of a demonstration made at ``at`` whose present is the ``day``-th working day."""
    today = clock.local_date(at)
    start = drive.action_start(today, day)
    return Dates(start - dt.timedelta(days=drive.PREPARE_DAYS), start, today)


def run(*, size: str, day: int, folder: Path, at: dt.datetime, progress: Progress, check: bool = False) -> Made:
    """Make it all on an empty, migrated database. ``folder`` receives the ledgers. ``size``: small or street.

    ``check``: look for every planted fault on the way (``Made.planted``).
    """
    when = dates(at=at, day=day)
    prepared_at = clock.at_local(when.prepared_on, 9)
    with progress.stage("造一条街道"):
        world = World.make(size, on=when.prepared_on)
    with progress.stage("写各社区的台账"):
        folder.mkdir(parents=True, exist_ok=True)
        files = workbooks.write_ledgers(world, folder)
    with progress.stage("建区划、网格和账号"):
        drive.found_territory(world, at=prepared_at, from_on=when.prepared_on)
        members, workers = cast.make(world, at=prepared_at, from_on=when.prepared_on)
    with progress.stage("导入台账", "份") as step:
        imports = drive.import_ledgers(files, actor=SYSTEM, at=prepared_at, progress=step)
    with progress.stage("建百日行动"):
        campaign = drive.found_campaign(world, actor=SYSTEM, at=prepared_at, start=when.start)
        entities = drive.Entities(files, imports, world)
    planted = checks.Found(world, files, imports, entities) if check else None
    if planted:
        planted.after_import(at=prepared_at)
    with progress.stage(f"走访到第 {day} 个工作日", "天") as step:
        supervision = Supervision(world, entities, members)
        knocks = drive.replay(
            world,
            entities,
            workers,
            campaign,
            start=when.start,
            upto_day=day,
            progress=step,
            morning=supervision.morning,
        )
    if planted:
        planted.after_visits(knocks)
    with progress.stage("巡检设施"):
        drive.look_around(world, entities, workers, today=when.today)
    with progress.stage("比对试点社区的台账"):
        drive.compare_ledger(files, actor=SYSTEM, at=at)
    return Made(
        world=world,
        files=files,
        knocks=knocks,
        members=members,
        campaign=campaign,
        dates=when,
        supervision=supervision,
        planted=planted,
    )
