"""``pull``: what changed in a worker's grids since the version a phone has, tombstones included.

Every write to a grid holds its stream's lock and raises its version, so version order is commit order. A pull holds
that lock too, builds the grid's rows and compares them with the shadow, what phones were last told: whatever differs
changed at this version. Nothing has to remember to announce a change, and the hash of the whole grid comes for free
(I3).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import clock, envelope
from gridwalk.core.models import Stream
from gridwalk.sync import rules
from gridwalk.sync.models import Shadow
from gridwalk.sync.queries import rows as grid_rows
from gridwalk.sync.queries.layouts import Row
from gridwalk.territory.models import Grid


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pulled:
    """One grid's answer.

    ``hash`` None: nothing changed since the phone's version. ``rows``: canonical JSON, as it was hashed. ``own``: the
    visits among them that the viewer made.
    """

    grid: str
    version: int
    full: bool
    hash: str | None
    rows: list[str]
    gone: list[dict[str, str]]
    due: list[Row]
    users: dict[str, str]
    own: list[str]


def grids_of(viewer: Viewer) -> list[Grid]:
    """The grids a phone of this viewer holds: the ones in force where visits may be recorded, in code order."""
    grids: list[Grid] = []
    for scope in viewer.scopes(Verb.RECORD_VISIT):
        grids += (
            Grid.objects.filter(code__startswith=scope, valid_to__isnull=True).select_related("area").order_by("code")
        )
    return grids


MOST_GRIDS = 6


def pull(*, viewer: Viewer, at: dt.datetime, since: Mapping[str, Any], epoch: int, same_epoch: bool) -> list[Pulled]:
    """Every grid of the viewer.

    ``same_epoch`` False: the phone's versions mean nothing any more. One transaction a grid.
    """
    versions = since if same_epoch else {}
    return [
        _pull_grid(viewer, grid.code, versions.get(grid.code), at=at, epoch=epoch)
        for grid in grids_of(viewer)[:MOST_GRIDS]
    ]


def left(viewer: Viewer, since: Sequence[str]) -> list[str]:
    """The grids a phone holds that are no longer the viewer's."""
    if not since:
        return []
    mine = {grid.code for grid in grids_of(viewer)}
    return sorted(code for code in since if isinstance(code, str) and code not in mine)


def _pull_grid(viewer: Viewer, grid: str, since: Any, *, at: dt.datetime, epoch: int) -> Pulled:
    today = clock.local_date(at)
    with transaction.atomic():
        version = Stream.objects.select_for_update().values_list("version", flat=True).get(code=grid)
        shadow = Shadow.objects.filter(pk=grid).first()
        good = shadow is not None and (shadow.version, shadow.epoch, shadow.format, shadow.on) == (
            version,
            epoch,
            grid_rows.FORMAT,
            today,
        )
        usable = isinstance(since, int) and 0 <= since <= version
        if good and usable and since == version:
            return Pulled(
                grid=grid,
                version=version,
                full=False,
                hash=None,
                rows=_texts(grid_rows.guests(grid)),
                gone=[],
                due=[],
                users={},
                own=[],
            )
        rows = grid_rows.of_grid(grid, today=today)
        texts: list[str] = []
        if not good:
            texts = _texts(rows)
            shadow = _refresh(shadow, grid, rows, texts, version=version, epoch=epoch, today=today)
            version = shadow.version
        assert shadow is not None
        guests = _texts(grid_rows.guests(grid))
    due = grid_rows.due_of(rows, today=today)
    users = grid_rows.names_of(rows)
    if not usable or since < shadow.marks["from"]:
        return Pulled(
            grid=grid,
            version=version,
            full=True,
            hash=shadow.hash,
            rows=(texts or _texts(rows)) + guests,
            gone=[],
            due=due,
            users=users,
            own=grid_rows.own_visits(viewer, rows),
        )
    changed = {key for key, mark in shadow.marks["rows"].items() if mark[1] > since}
    kept = [row for row in rows if _key(row) in changed]
    gone = [_unkey(key) for key, at_version in shadow.marks["gone"].items() if at_version > since]
    return Pulled(
        grid=grid,
        version=version,
        full=False,
        hash=shadow.hash,
        rows=_texts(kept) + guests,
        gone=gone,
        due=due,
        users=users,
        own=grid_rows.own_visits(viewer, kept),
    )


def _texts(rows: Iterable[Row]) -> list[str]:
    return [rules.row_text(row) for row in rows]


def _key(row: Row) -> str:
    return f"{row['kind']}:{row['id']}"


def _unkey(key: str) -> dict[str, str]:
    kind, _, pk = key.partition(":")
    return {"kind": kind, "id": pk}


def _refresh(
    shadow: Shadow | None,
    grid: str,
    rows: Sequence[Row],
    texts: Sequence[str],
    *,
    version: int,
    epoch: int,
    today: dt.date,
) -> Shadow:
    """Compare the rows with the shadow and bring it up to ``version``; ``from``: the version the comparison began at.

    A new epoch or row format begins anew. When the day turns, rows may change without a write (a care label ends): the
    stream is raised for them, as a write would have done.
    """
    marked = functools.partial(rules.text_hash, key=envelope.mark_key("shadow"))
    hashes = {_key(row): marked(text) for row, text in zip(rows, texts, strict=True)}
    if shadow is None or shadow.epoch != epoch or shadow.format != grid_rows.FORMAT:
        marks: dict[str, Any] = {"from": version, "rows": {key: [h, version] for key, h in hashes.items()}, "gone": {}}
    else:
        was = shadow.marks["rows"]
        if shadow.version == version and {key: mark[0] for key, mark in was.items()} != hashes:
            version += 1
            Stream.objects.filter(code=grid).update(version=version)
        kept = {key: was[key] if key in was and was[key][0] == h else [h, version] for key, h in hashes.items()}
        gone = {key: v for key, v in shadow.marks["gone"].items() if key not in kept}
        gone |= {key: version for key in was if key not in kept}
        marks = {"from": shadow.marks["from"], "rows": kept, "gone": gone}
    next_shadow = Shadow(
        grid=grid,
        version=version,
        epoch=epoch,
        format=grid_rows.FORMAT,
        on=today,
        hash=rules.grid_hash(texts),
        marks=marks,
    )
    next_shadow.save(force_insert=shadow is None, force_update=shadow is not None)
    return next_shadow
