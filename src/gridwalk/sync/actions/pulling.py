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

import orjson
from django.db import transaction

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import clock, envelope, plain
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
    full: bool = False
    hash: str | None = None
    rows: list[bytes]
    gone: list[dict[str, str]] = dataclasses.field(default_factory=list)
    due: list[Row] = dataclasses.field(default_factory=list)
    users: dict[str, str] = dataclasses.field(default_factory=dict)
    own: list[str] = dataclasses.field(default_factory=list)


def grids_of(viewer: Viewer) -> list[Grid]:
    """The grids a phone of this viewer holds: the ones in force where visits may be recorded, in code order."""
    grids: list[Grid] = []
    for scope in viewer.scopes(Verb.WALK):
        grids += (
            Grid.objects.filter(code__startswith=scope, valid_to__isnull=True).select_related("area").order_by("code")
        )
    return grids


# Codes are digits. What begins with a scope is a range, which the index of codes answers, in a city too.
_CODES = f"""
SELECT t.code FROM {Grid._meta.db_table} t, unnest(%s::text[]) AS scope
WHERE t.code BETWEEN scope AND scope || '999999999999999' AND t.valid_to IS NULL ORDER BY scope, t.code
"""  # noqa: S608 the table's name comes from the model


def codes_of(viewer: Viewer) -> list[str]:
    """The codes of the same grids, as each pull asks for them."""
    return [code for (code,) in plain.ask(_CODES, [plain.array(viewer.scopes(Verb.WALK))])()]


MOST_GRIDS = 6


def pull(
    *, viewer: Viewer, at: dt.datetime, since: Mapping[str, Any], epoch: int, same_epoch: bool
) -> tuple[list[Pulled], list[str]]:
    """What changed in the viewer's grids, and the grids the phone holds that are no longer theirs.

    ``same_epoch`` False: the phone's versions mean nothing any more. One transaction a grid.
    """
    own = codes_of(viewer)
    versions = since if same_epoch else {}
    pulled = [_pull_grid(viewer, grid, versions.get(grid), at=at, epoch=epoch) for grid in own[:MOST_GRIDS]]
    return pulled, sorted(code for code in since if isinstance(code, str) and code not in own)


@dataclasses.dataclass(frozen=True)
class _Told:
    """What phones were last told of a grid, but for the marks, which are as long as the grid."""

    version: int
    epoch: int
    format: int
    on: dt.date
    hash: str


_LOCK = f"SELECT t.version FROM {Stream._meta.db_table} t WHERE t.code = %s FOR UPDATE"  # noqa: S608 ours, not typed
_TOLD = f"""
SELECT t.version, t.epoch, t.format, t."on", t.hash FROM {Shadow._meta.db_table} t WHERE t.grid = %s
"""  # noqa: S608 the table's name comes from the model
_MARKS = f"SELECT t.marks FROM {Shadow._meta.db_table} t WHERE t.grid = %s"  # noqa: S608 ours, not typed
_TELL = f"""
INSERT INTO {Shadow._meta.db_table} (grid, version, epoch, format, "on", hash, marks)
VALUES (%s, %s, %s, %s, %s, %s, %s::jsonb)
ON CONFLICT (grid) DO UPDATE SET version = excluded.version, epoch = excluded.epoch, format = excluded.format,
"on" = excluded."on", hash = excluded.hash, marks = excluded.marks
"""  # noqa: S608 the table's name comes from the model


def _lock(grid: str) -> tuple[int, _Told | None]:
    """A grid's version, its stream locked, and what phones were last told of it."""
    with plain.together():
        locked, told = plain.ask(_LOCK, [grid]), plain.ask(_TOLD, [grid])
        ((version,),) = locked()
        return version, next((_Told(*row) for row in told()), None)


def _marks_of(grid: str) -> Any:
    """``from``: the version the comparison began at; ``rows``: by row its hash and the version it changed at; ``gone``:
    by row the version it went at.
    """
    ((marks,),) = plain.ask(_MARKS, [grid])()
    return orjson.loads(marks)


def _pull_grid(viewer: Viewer, grid: str, since: Any, *, at: dt.datetime, epoch: int) -> Pulled:
    today = clock.local_date(at)
    with transaction.atomic():
        version, told = _lock(grid)
        good = told is not None and (told.version, told.epoch, told.format, told.on) == (
            version,
            epoch,
            grid_rows.FORMAT,
            today,
        )
        usable = isinstance(since, int) and 0 <= since <= version
        if good and usable and since == version:
            return Pulled(grid=grid, version=version, rows=_texts(grid_rows.guests(grid)))
        rows = grid_rows.of_grid(grid, today=today)
        texts: list[bytes] = []
        if told is not None and good:
            marks = _marks_of(grid)
        else:
            texts = _texts(rows)
            told, marks = _tell(told, grid, rows, texts, version=version, epoch=epoch, today=today)
        guests = _texts(grid_rows.guests(grid, among=rows))
    full = not usable or since < marks["from"]
    changed, gone = (rows, []) if full else _since(since, marks, rows)
    return Pulled(
        grid=grid,
        version=told.version,
        full=full,
        hash=told.hash,
        rows=(texts if full and texts else _texts(changed)) + guests,
        gone=gone,
        due=grid_rows.due_of(rows, today=today),
        users=grid_rows.names_of(rows),
        own=grid_rows.own_visits(viewer, changed),
    )


def _texts(rows: Iterable[Row]) -> list[bytes]:
    return [rules.row_text(row) for row in rows]


def _key(row: Row) -> str:
    return f"{row['kind']}:{row['id']}"


def _unkey(key: str) -> dict[str, str]:
    kind, _, pk = key.partition(":")
    return {"kind": kind, "id": pk}


def _since(version: int, marks: Any, rows: Iterable[Row]) -> tuple[list[Row], list[dict[str, str]]]:
    """The rows that changed, and those that went, after a version."""
    risen = {key for key, mark in marks["rows"].items() if mark[1] > version}
    gone = [_unkey(key) for key, at_version in marks["gone"].items() if at_version > version]
    return [row for row in rows if _key(row) in risen], gone


def _tell(
    told: _Told | None,
    grid: str,
    rows: Sequence[Row],
    texts: Sequence[bytes],
    *,
    version: int,
    epoch: int,
    today: dt.date,
) -> tuple[_Told, Any]:
    """Compare the rows with the shadow and bring it up to ``version``; ``from``: the version the comparison began at.

    A new epoch or row format begins anew. When the day turns, rows may change without a write (a care label ends): the
    stream is raised for them, as a write would have done.
    """
    marked = functools.partial(rules.text_hash, key=envelope.mark_key("shadow"))
    hashes = {_key(row): marked(text) for row, text in zip(rows, texts, strict=True)}
    if told is None or told.epoch != epoch or told.format != grid_rows.FORMAT:
        marks: dict[str, Any] = {"from": version, "rows": {key: [h, version] for key, h in hashes.items()}, "gone": {}}
    else:
        before = _marks_of(grid)
        was = before["rows"]
        if told.version == version and {key: mark[0] for key, mark in was.items()} != hashes:
            version += 1
            Stream.objects.filter(code=grid).update(version=version)
        kept = {key: was[key] if key in was and was[key][0] == h else [h, version] for key, h in hashes.items()}
        gone = {key: v for key, v in before["gone"].items() if key not in kept}
        gone |= {key: version for key in was if key not in kept}
        marks = {"from": before["from"], "rows": kept, "gone": gone}
    told = _Told(version, epoch, grid_rows.FORMAT, today, rules.grid_hash(texts))
    with plain.cursor() as cursor:
        cursor.execute(_TELL, [grid, *dataclasses.astuple(told), orjson.dumps(marks).decode()])
    return told, marks
