"""拆并网格: split and merged at once with all that stands in the grids, and the way back as a plan of its own.

The register and the campaigns' targets are moved by their own rooms; here moves what rooms above them keep by grid,
and the workers' assignments, so that every phone finds its ground at the next sync.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.db.models import Q

from gridwalk.accounts import actions as accounts
from gridwalk.accounts import queries as account_queries
from gridwalk.accounts.rules import Viewer
from gridwalk.campaigns.actions import regridding as campaigns
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.actions import Writing
from gridwalk.reconcile.models import Comparison, Import
from gridwalk.registry.actions import regridding as registry
from gridwalk.sync.models import Device
from gridwalk.territory.actions import TerritoryError
from gridwalk.territory.models import Grid
from gridwalk.upkeep.models import Plan
from gridwalk.upkeep.queries import regridding
from gridwalk.upkeep.rules import REGRID, UpkeepError

MOST = 9


class Regrid:
    """Drawing the grids of a plan anew."""

    def refuse(self, plan: Plan) -> None:
        """Raises UpkeepError where the grids cannot be drawn so, or one of the new ones would stand empty."""
        old, new = plan.choices["old"], plan.choices["new"]
        if not old or not 1 <= len(new) <= MOST or (len(old) == 1 and len(new) == 1):
            raise UpkeepError("没有提交：拆分要从一个变成几个，合并要从几个变少；先选好网格和个数。")
        today = clock.local_date(clock.now())
        _require_in_force(old, today)
        if empty := regridding.impact(plan, today).empty:
            numbers = "、".join(str(int(code[12:])) for code in empty)
            raise UpkeepError(f"没有提交：第 {numbers} 网格里一栋楼也没有。请至少划进一栋或一个单元，或少设几个。")
        waiting = Plan.objects.filter(kind=REGRID, state="open", communities=[old[0][:12]]).exclude(pk=plan.pk)
        if waiting.exists():
            raise UpkeepError("没有提交：这个社区还有一个方案等着复核，先把那个定下来。")

    def do(self, writing: Writing, plan: Plan) -> dict[str, Any]:
        """All at once, from today. Where everything stood before is kept as what was seen of the plan.

        The new grids have no streams before this; nobody else can wait for them, so locking them now holds no one up.
        """
        old, new = plan.choices["old"], plan.choices["new"]
        today, decider = clock.local_date(writing.at), cast(Viewer, writing.actor)
        require_no_ledger_under_way(plan.communities[0])
        plan.seen = regridding.places(old)
        chosen = {code: uuid.UUID(user) for code, user in plan.choices["workers"].items()}
        accounts.follow_grids(writing, old=old, new=chosen, from_on=today)
        try:
            campaigns.replace_grids(
                actor=decider,
                at=writing.at,
                old=old,
                new=new,
                from_on=today,
                buildings={uuid.UUID(pk): code for pk, code in plan.choices["buildings"].items()},
            )
        except TerritoryError as error:
            raise UpkeepError(str(error)) from error
        with core.write_to(*old, *new, actor=decider, at=writing.at):
            follow(old, new, today)
        return {}

    def undo(self, writing: Writing, plan: Plan, before: Mapping[str, Any]) -> list[str]:
        """Never called: a grid's number is not given twice, so the way back is a plan of its own (``rules.KINDS``)."""
        raise UpkeepError("没有撤销：网格编号不重用，改回去要另提一个方案。")


def _require_in_force(old: Sequence[str], today: dt.date) -> None:
    grids = list(Grid.objects.filter(code__in=old, valid_to__isnull=True))
    if len(grids) != len(old) or len(set(old)) != len(old):
        raise UpkeepError("没有提交：其中有网格已经停用，请刷新后再看。")
    if any(grid.area_id != old[0][:12] or grid.kind == "unassigned" for grid in grids):
        raise UpkeepError("没有提交：只在一个社区里拆并；“未划入网格”不拆不并。")
    if any(grid.valid_from >= today for grid in grids):
        raise UpkeepError("没有提交：其中有网格今天才设立，明天起才能再改，先后才分得清。")


def require_no_ledger_under_way(community: str) -> None:
    """What is being applied or compared has its rows sorted by the grids of before. Raises UpkeepError."""
    wider = [community[:length] for length in range(len(community))]
    reaching = Q(scope__in=wider) | Q(scope__startswith=community)
    busy = Import.objects.filter(reaching, state__in=("applying", "paused", "undoing")).exists()
    if busy or Comparison.objects.filter(reaching, state__in=("comparing", "paused")).exists():
        raise UpkeepError("没有改：这个社区有台账正在导入、撤销或比对，办完或放弃之后再来，免得记到停用的网格里。")


def follow(old: Sequence[str], new: Sequence[str], on: dt.date) -> None:
    """Step: what is kept by grid goes with what it speaks of; what speaks of nothing known to the first of ``new``,
    which may be one of ``old``: then it stays. The grids must be locked.

    A phone goes by hand: its ground is where its user works now.
    """
    registry.follow_records(old, new)
    for device in Device.objects.filter(scope__in=old, revoked_at__isnull=True):
        scope = account_queries.grid_of_worker(device.user_id, new, on)
        Device.objects.filter(pk=device.pk).update(scope=scope or new[0])
