"""What somebody's post leaves open when it ends, and who can take it over."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection

from django.db.models import QuerySet

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.models import Assignment
from gridwalk.accounts.rules import PERMITTED, SYSTEM, Role, Verb, Viewer
from gridwalk.campaigns.models import Target
from gridwalk.core import clock
from gridwalk.core.queries import NotHere, in_scopes
from gridwalk.registry import predicates
from gridwalk.registry.models import CareLabel
from gridwalk.sync.models import Returned
from gridwalk.territory import queries as territory
from gridwalk.upkeep.models import Handover
from gridwalk.visits.queries import rounds


@dataclasses.dataclass(frozen=True)
class OpenWork:
    """What is somebody's by name and goes over to another: targets of doors and of other places, returned work, care
    contacts (``any_care``: how many is told to nobody here); and what stays with the grids: rounds that are due.
    """

    n_doors: int = 0
    n_places: int = 0
    n_returned: int = 0
    any_care: bool = False
    n_rounds: int = 0


def get_post(viewer: Viewer, post: uuid.UUID) -> Assignment:
    """One assignment of somebody whose account the viewer keeps. Raises NotHere."""
    assignment = Assignment.objects.select_related("user").filter(pk=post).first()
    if assignment is None or not viewer.may(Verb.MANAGE_ACCOUNTS, assignment.scope):
        raise NotHere
    return assignment


def grids_left(post: Assignment, on: dt.date) -> list[str]:
    """The grids whose doors are no longer its user's once a post has ended; of a substitute's post none."""
    if post.covers_id is not None or Verb.WALK not in PERMITTED[Role(post.role)]:
        return []
    others = accounts.visiting(on).filter(user=post.user_id).exclude(pk=post.pk)
    kept = tuple(others.values_list("scope", flat=True))
    return [grid for grid in territory.grid_codes(post.scope) if not grid.startswith(kept)]


def targets(user: uuid.UUID, grids: Collection[str]) -> QuerySet[Target]:
    """What of some grids is a user's and not at its end."""
    return Target.objects.filter(assignee=user, grid__in=grids, campaign__state="running").exclude(
        state__in=["visited", "left"]
    )


def labels(user: uuid.UUID, grids: Collection[str], on: dt.date) -> QuerySet[CareLabel]:
    """The care labels of some grids that a user is named for."""
    return CareLabel.objects.filter(predicates.label_runs(on), responsible=user, grid__in=grids)


def tasks(user: uuid.UUID, grids: Collection[str]) -> QuerySet[Returned]:
    """The returned work of some grids that a user was to look into."""
    return Returned.objects.filter(assigned_to=user, grid__in=grids, state="assigned")


def open_work(viewer: Viewer, post: uuid.UUID, on: dt.date) -> OpenWork:
    """What a post leaves open. Raises NotHere."""
    ending = get_post(viewer, post)
    grids, user = grids_left(ending, on), ending.user_id
    if not grids:
        return OpenWork()
    kinds = Counter(targets(user, grids).values_list("kind", flat=True))
    return OpenWork(
        n_doors=kinds["dwelling"],
        n_places=kinds.total() - kinds["dwelling"],
        n_returned=tasks(user, grids).count(),
        any_care=labels(user, grids, on).exists(),
        n_rounds=sum(len(rounds.due(SYSTEM, grid, on)) for grid in grids) if len(grids) == 1 else 0,
    )


def takers(viewer: Viewer, post: uuid.UUID, on: dt.date) -> dict[uuid.UUID, str]:
    """Who is in post in all the grids a post leaves, with their names. Raises NotHere."""
    ending = get_post(viewer, post)
    grids = grids_left(ending, on)
    names: dict[uuid.UUID, str] = {}
    n_grids: Counter[uuid.UUID] = Counter()
    for held in accounts.posts(grids, on):
        if held.covers is None and held.user != ending.user_id:
            names[held.user] = held.name
            n_grids[held.user] += 1
    return {user: name for user, name in names.items() if n_grids[user] >= len(grids)}


def get_handover(viewer: Viewer, handover: uuid.UUID) -> Handover:
    """One handover of somebody whose account the viewer keeps. Raises NotHere."""
    row = Handover.objects.select_related("post__user", "to").filter(pk=handover).first()
    if row is None or not viewer.may(Verb.MANAGE_ACCOUNTS, row.post.scope):
        raise NotHere
    return row


def undoable(viewer: Viewer, user: uuid.UUID, at: dt.datetime) -> list[Handover]:
    """The ends of somebody's posts that can still be taken back, the last one first."""
    inside = in_scopes(viewer.scopes(Verb.MANAGE_ACCOUNTS), "post__scope")
    rows = Handover.objects.filter(inside, post__user=user, undone_at__isnull=True, made_at__gt=at - clock.UNDO_FOR)
    return list(rows.select_related("post", "to").order_by("-made_at"))
