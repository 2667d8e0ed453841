"""Stairwells of an area sample: handed to inspectors, listed, matched with the register, which gets what it lacked."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from gridwalk.accounts.rules import SYSTEM, Viewer
from gridwalk.campaigns.actions import dispatch
from gridwalk.campaigns.actions.dispatch import Joining
from gridwalk.core import actions as core
from gridwalk.core import bulk, clock
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.followup.actions import taking_in
from gridwalk.followup.rules import Kind as MatterKind
from gridwalk.inspection import listing
from gridwalk.inspection.actions.asking import SOURCE
from gridwalk.inspection.actions.handing_out import HandedOut, fairly
from gridwalk.inspection.listing import Match, Written
from gridwalk.inspection.models import DrawnStairwell, ListedDoor, Sample
from gridwalk.inspection.queries import areas, doors, staffing
from gridwalk.inspection.rules import AskingError
from gridwalk.method import address_writing, addresses
from gridwalk.registry import predicates as registry
from gridwalk.registry.actions.doors import NewDoor, register_doors
from gridwalk.registry.models import Dwelling, FormerAddress
from gridwalk.territory.rules import unassigned_of

ABSENT = "查漏登：一张表里有、实地没点到的户"


@dataclasses.dataclass(frozen=True, kw_only=True)
class NewListing:
    """What somebody wrote down between a stairwell and the next, blind."""

    doors: str
    beyond: str
    n_bells: int | None = None
    n_boxes: int | None = None


@dataclasses.dataclass(frozen=True)
class Listed:
    """What came of a listing: doors the register has, those it lacked, those of it that nobody met."""

    n_met: int
    n_missed: int
    n_absent: int


def hand_out(writing: Writing, sample: Sample) -> HandedOut:
    """Step: the stairwells that are with nobody who has a post are given, to none who lives or visited there; the
    sample is held.
    """
    staff = staffing.over(sample.scope, clock.local_date(writing.at))
    rows = list(
        DrawnStairwell.objects.select_for_update()
        .filter(sample=sample, listed_at=None)
        .exclude(inspector__in=staff)
        .order_by("turn")
    )
    behind = _doors_of([row.stairwell for row in rows])
    barred = doors.barred_to([door for doors_ in behind.values() for door in doors_], staff)
    closed = {user.pk: [row.pk for row in rows if barred[user.pk] & set(behind[row.stairwell])] for user in staff}
    everybody = {user.pk for user in staff}
    inspector_of = fairly([row.pk for row in rows], closed, {row.pk: everybody for row in rows})
    for row in rows:
        row.inspector_id = inspector_of.get(row.pk)
    bulk.update(rows, ["inspector"])
    writing.audit(
        AuditVerb.SAMPLE_GIVEN, scope=sample.scope, kind="sample", subject=sample.pk, data={"n": len(inspector_of)}
    )
    return HandedOut(len(inspector_of), len(rows) - len(inspector_of), is_of_stairwells=True)


def _doors_of(stairwells: Collection[uuid.UUID]) -> Mapping[uuid.UUID, list[uuid.UUID]]:
    behind: defaultdict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    for stairwell, door in Dwelling.objects.filter(stairwell__in=stairwells).values_list("stairwell", "pk"):
        behind[stairwell].append(door)
    return behind


def list_doors(*, actor: Viewer, at: dt.datetime, stairwell: uuid.UUID, new: NewListing) -> Listed:
    """Record what stands between a stairwell and the next one. What the register lacks joins it and the campaign; what
    only it has is a finding for the community. Raises NotHere, AskingError.
    """
    before = areas.get_stairwell(actor, stairwell, at)
    grid = areas.grid_now(before)
    with core.write_to(grid, unassigned_of(grid), actor=actor, at=at) as writing:
        row = _locked(writing, before, grid)
        registered = _registered(row)
        if not registered:
            raise AskingError("没有记：这个单元在一张表里已经没有在册的户。请告诉街道，这个单元不用点。")
        of = addresses.parse(registered[0].address)
        rows = _matched(writing, row, listing.read(new.doors, new.beyond, of=of), registered)
        bulk.insert(rows)
        row.n_bells, row.n_boxes, row.listed_at = new.n_bells, new.n_boxes, at
        row.save(update_fields=["n_bells", "n_boxes", "listed_at"])
        writing.audit(AuditVerb.SAMPLE_STAIRWELL_LISTED, scope=grid, kind="sample", subject=row.sample_id)
        absent = [door.label for door in rows if door.match == Match.ABSENT]
        if absent:
            _ask_after(row, grid, absent, at)
    matches = [door.match for door in rows]
    return Listed(matches.count(Match.MET), matches.count(Match.MISSED), len(absent))


def _locked(writing: Writing, before: DrawnStairwell, grid: str) -> DrawnStairwell:
    """The stairwell as it stands now, its sample held first.

    ``grid``: the one that is locked for it. Raises NotHere, AskingError.
    """
    sample = Sample.objects.select_for_update().get(pk=before.sample_id)
    row = DrawnStairwell.objects.select_for_update().get(pk=before.pk)
    if row.inspector_id != writing.actor.id or not doors.is_on(sample, clock.local_date(writing.at)):
        raise NotHere
    if row.listed_at:
        raise AskingError("没有记：这个单元已经点过了，不用再点。")
    if areas.grid_now(row) != grid:
        raise AskingError("没有记：这个单元刚划到别的网格。请再记一次。")
    behind = _doors_of([row.stairwell])[row.stairwell]
    if any(doors.barred_to(behind, [row.inspector] if row.inspector else []).values()):
        raise AskingError("没有记：这个单元里有您走访过的户，或者有和您同名、同号码的人住，要换人点。请告诉街道。")
    return row


def _registered(row: DrawnStairwell) -> list[Dwelling]:
    """The doors of the stairwell by the register as it stands, in walking order."""
    rows = Dwelling.objects.filter(registry.dwelling_active(), stairwell=row.stairwell)
    return list(rows.order_by("walk_key", "pk"))


def _matched(
    writing: Writing, row: DrawnStairwell, lines: Sequence[Written], registered: Sequence[Dwelling]
) -> list[ListedDoor]:
    """Each line with the door it is, by its address, the one a renumbered building had before included. Raises
    AskingError where two lines are one door.
    """
    keys: dict[str, Written] = {}
    for line in lines:
        first = keys.setdefault(address_writing.key(line.address), line)
        if first is not line:
            raise AskingError(f"没有记：{line.place}和{first.place}是同一扇门。请去掉一行，再记一次。")
    grid = registered[0].grid_id
    known = _known(grid[:12], list(keys))
    missing = [line for key, line in keys.items() if key not in known]
    joined = dict(zip(missing, _join(writing, row, grid, missing), strict=True))
    rows = {}
    for key, line in keys.items():
        dwelling = known.get(key) or joined[line]
        if dwelling in rows:
            raise AskingError(f"没有记：“{line.label}”和另一行是同一扇门，一个是旧门牌。请只留一行。")
        rows[dwelling] = _listed(row, line.label, Match.MET if key in known else Match.MISSED, dwelling, line.n_living)
    absent = [door for door in registered if door.pk not in rows]
    return [*rows.values(), *(_listed(row, door.room or door.address, Match.ABSENT, door.pk) for door in absent)]


def _known(community: str, keys: Sequence[str]) -> dict[str, uuid.UUID]:
    standing = Dwelling.objects.filter(registry.dwelling_active(), community=community)
    former = FormerAddress.objects.filter(
        community=community, address_key__in=keys, dwelling__in=standing.values("pk")
    ).values_list("address_key", "dwelling")
    return dict(former) | dict(standing.filter(address_key__in=keys).values_list("address_key", "pk"))


def _listed(
    row: DrawnStairwell, label: str, match: Match, dwelling: uuid.UUID, n_living: int | None = None
) -> ListedDoor:
    n_recorded = doors.n_living(dwelling) if n_living is not None else 0
    return ListedDoor(
        listing=row,
        label=label[: listing.LONGEST],
        match=match,
        dwelling=dwelling,
        n_living=n_living,
        n_recorded=n_recorded,
    )


def _join(writing: Writing, row: DrawnStairwell, grid: str, lines: Sequence[Written]) -> list[uuid.UUID]:
    """What the register lacked joins it and the campaign, as a door that a worker meets does (P3)."""
    new = [
        NewDoor(
            grid=grid,
            address=line.address,
            values={},
            source=SOURCE,
            source_ref=f"sample:{row.sample_id}",
        )
        for line in lines
    ]
    register_doors(writing, new)
    dispatch.join_targets(writing, [Joining(grid, "dwelling", door.id, door.walk_key) for door in new])
    for door in new:
        writing.audit(AuditVerb.DWELLING_FOUND, scope=grid, kind="dwelling", subject=door.id)
    return [door.id for door in new]


def _ask_after(row: DrawnStairwell, grid: str, labels: Sequence[str], at: dt.datetime) -> None:
    taking_in.open_matter(
        actor=SYSTEM,
        at=at,
        scope=grid[:12],
        kind=MatterKind.FINDING,
        title=ABSENT,
        text=f"{row.place}：{'、'.join(labels)}。请社区到现场复核；确实没有的，提注销，由另一人复核。",
    )
