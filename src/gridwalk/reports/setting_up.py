"""启用准备: how far an office is on its way from an empty register to the first visit; counts only."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
from collections import Counter
from collections.abc import Collection

from django.db.models import Count, Q

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.models import Assignment
from gridwalk.accounts.rules import Role, State
from gridwalk.campaigns.models import Campaign, Wave
from gridwalk.reconcile.models import Import
from gridwalk.registry import predicates
from gridwalk.registry.models import Dwelling, Person
from gridwalk.sync.models import Device
from gridwalk.territory import queries as territory
from gridwalk.territory import rules as codes
from gridwalk.territory.models import Area, Grid
from gridwalk.visits.models import Visit


class Stage(enum.StrEnum):
    """The steps in their order."""

    AREAS = "areas"
    ACCOUNTS = "accounts"
    LEDGERS = "ledgers"
    RESPONSIBLE = "responsible"
    CAMPAIGN = "campaign"
    DISPATCH = "dispatch"
    PHONES = "phones"


NEEDS = {
    Stage.AREAS: (),
    Stage.ACCOUNTS: (Stage.AREAS,),
    Stage.LEDGERS: (Stage.AREAS,),
    Stage.RESPONSIBLE: (Stage.ACCOUNTS,),
    Stage.CAMPAIGN: (Stage.AREAS,),
    Stage.DISPATCH: (Stage.LEDGERS, Stage.CAMPAIGN),
    Stage.PHONES: (Stage.ACCOUNTS,),
}
"""What must be begun before a step can be: nobody waits for the last community."""


@dataclasses.dataclass(frozen=True)
class Step:
    """One step: how much of it is done, and how much is ``enough`` (None: all of it); ``names``: where it is not;
    ``waits_for``: the steps that come first; ``n_waiting``: posts that wait to be confirmed.
    """

    stage: Stage
    n: int
    d: int
    names: tuple[str, ...] = ()
    waits_for: tuple[Stage, ...] = ()
    enough: int | None = None
    n_waiting: int = 0

    @property
    def done(self) -> bool:
        return self.d > 0 and self.n >= (self.d if self.enough is None else self.enough)


def steps(scope: str, on: dt.date) -> list[Step]:
    """The seven steps over a scope, in their order."""
    communities = territory.communities(scope)
    basic = Grid.objects.filter(code__startswith=scope, valid_to=None, kind="basic")
    grids = list(basic.select_related("area").order_by("code"))
    counted = [
        _areas(communities, grids),
        _accounts(communities, scope, on),
        _ledgers(communities, scope),
        _responsible(grids, on),
        Step(Stage.CAMPAIGN, int(Campaign.objects.filter(_over(scope)).exists()), 1),
        _dispatch(scope),
        _phones(scope, on),
    ]
    begun = {step.stage for step in counted if step.n}
    return [
        dataclasses.replace(step, waits_for=tuple(need for need in NEEDS[step.stage] if need not in begun))
        for step in counted
    ]


def n_left(scope: str, on: dt.date) -> int:
    """How many steps are not done."""
    return sum(not step.done for step in steps(scope, on))


def is_walking(scope: str) -> bool:
    """Whether anything was ever dispatched in a scope: from then on the figures are the first page."""
    return Wave.objects.filter(_over(scope, "campaign__"), dispatched_at__isnull=False).exists()


def _over(scope: str, path: str = "") -> Q:
    """Campaigns over a scope, a part of it or more than it."""
    wider = [scope[:length] for length in range(len(scope))]
    return Q(**{f"{path}scope__in": wider}) | Q(**{f"{path}scope__startswith": scope})


def _areas(communities: Collection[Area], grids: Collection[Grid]) -> Step:
    laid_out = {grid.area_id for grid in grids}
    without = tuple(area.short for area in communities if area.code not in laid_out)
    return Step(Stage.AREAS, len(communities) - len(without), len(communities), without)


def _accounts(communities: Collection[Area], scope: str, on: dt.date) -> Step:
    """Communities somebody leads, with nobody's post waiting there to be confirmed."""
    posts = Assignment.objects.filter(Q(to_on=None) | Q(to_on__gte=on), scope__startswith=scope, user__is_active=True)
    rows = list(posts.exclude(state=State.DECLINED).values_list("scope", "role", "state"))
    led = {at for at, role, state in rows if role == Role.COMMUNITY_LEAD and state == State.CONFIRMED}
    waiting = [at[:12] for at, _, state in rows if state == State.PROPOSED]
    without = tuple(area.short for area in communities if area.code not in led or area.code in waiting)
    n = len(communities) - len(without)
    return Step(Stage.ACCOUNTS, n, len(communities), without, n_waiting=len(waiting))


def _ledgers(communities: Collection[Area], scope: str) -> Step:
    filled = set(Dwelling.objects.filter(grid__code__startswith=scope).values_list("community", flat=True).distinct())
    without = tuple(area.short for area in communities if area.code not in filled)
    return Step(Stage.LEDGERS, len(communities) - len(without), len(communities), without)


def _responsible(grids: Collection[Grid], on: dt.date) -> Step:
    named = accounts.responsible([grid.code for grid in grids], on)
    without = tuple(f"{grid.area.short} {grid.name}" for grid in grids if grid.code not in named)
    return Step(Stage.RESPONSIBLE, len(named), len(grids), without)


def _dispatch(scope: str) -> Step:
    rows = Wave.objects.filter(_over(scope, "campaign__")).order_by("starts_on", "order")
    waves = [wave for wave in rows if wave.scopes]  # where all are the pilot, nothing is left to be spread out to
    waiting = tuple(wave.name for wave in waves if wave.dispatched_at is None)
    return Step(Stage.DISPATCH, len(waves) - len(waiting), len(waves), waiting)


def _phones(scope: str, on: dt.date) -> Step:
    """Grid workers with a phone. It is done with the first, or once visits are recorded: paper does as well."""
    workers = {user for user, _, _ in accounts.workers(scope, on)}
    n = Device.objects.filter(user__in=workers, revoked_at=None).values("user").distinct().count()
    is_walked = Visit.objects.filter(grid__code__startswith=scope).exists()
    return Step(Stage.PHONES, n, len(workers), enough=0 if is_walked else 1)


@dataclasses.dataclass(frozen=True, kw_only=True)
class CommunityLedgers:
    """What of a community is in the register, and how far its last ledger is (``state`` in words; "" for none)."""

    area: Area
    n_doors: int
    n_persons: int
    n_unassigned: int
    state: str
    imported: bool


def ledgers(scope: str) -> list[CommunityLedgers]:
    """The communities of a scope with what came of their ledgers, in code order."""
    doors, unassigned = Counter[str](), Counter[str]()
    standing = Dwelling.objects.filter(predicates.dwelling_active(), grid__code__startswith=scope)
    for grid, n in standing.values_list("grid_id").annotate(n=Count("id")):
        doors[grid[:12]] += n
        unassigned[grid[:12]] += n if codes.is_unassigned(grid) else 0
    persons = Counter[str]()
    for grid, n in (
        Person.objects.filter(predicates.person_active(), grid__code__startswith=scope)
        .values_list("grid_id")
        .annotate(n=Count("id"))
    ):
        persons[grid[:12]] += n
    last = {row.scope: row for row in Import.objects.filter(scope__startswith=scope).order_by("created_at")}
    return [
        CommunityLedgers(
            area=area,
            n_doors=doors[area.code],
            n_persons=persons[area.code],
            n_unassigned=unassigned[area.code],
            state=last[area.code].state_label if area.code in last else "",
            imported=bool(doors[area.code]),
        )
        for area in territory.communities(scope)
    ]
