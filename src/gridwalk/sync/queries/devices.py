"""Reads of devices: one for a request, all for the office, when a phone was last heard of."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import uuid
from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.models import Assignment, User
from gridwalk.accounts.rules import Held, Role, State, Verb, Viewer
from gridwalk.accounts.sessions.queries import browser_of
from gridwalk.core import clock, plain
from gridwalk.core.queries import in_scopes
from gridwalk.registry.models import Difference
from gridwalk.sync import rules
from gridwalk.sync.models import Device, Epoch, Op
from gridwalk.sync.rules import KEPT, model_of

_DEVICE = [field.column for field in Device._meta.concrete_fields]
_USER = [field.column for field in User._meta.concrete_fields]
_POSTS = f"""
(SELECT jsonb_agg(jsonb_build_array(a.role, a.scope) ORDER BY a.from_on, a.scope) FROM {Assignment._meta.db_table} a
  WHERE a.user_id = u.id AND a.state = '{State.CONFIRMED}'
    AND a.from_on <= %s AND (a.to_on IS NULL OR a.to_on >= %s))
"""  # noqa: S608 names come from the models
_BOUND = f"""
SELECT {", ".join(f'd."{c}"' for c in _DEVICE)}, {", ".join(f'u."{c}"' for c in _USER)}, {_POSTS},
  (SELECT e.number FROM {Epoch._meta.db_table} e ORDER BY e.began_at DESC LIMIT 1),
  d.revoked_at IS NOT NULL OR r.revoked_at IS NOT NULL OR NOT u.is_active
FROM {Device._meta.db_table} d JOIN {User._meta.db_table} u ON u.id = d.user_id
JOIN {Device._meta.db_table} r ON r.id = d.root_id WHERE d.id = ANY(%s)
"""  # noqa: S608 names come from the models


@dataclasses.dataclass(frozen=True)
class Bound:
    """A device with its user, what that user may do today, and the epoch (None before the first). ``revoked``: it was
    taken back, or the phone it is a copy of, or its account is closed; asked anew with each request.
    """

    device: Device
    viewer: Viewer
    epoch: int | None
    revoked: bool


def bound(devices: Collection[uuid.UUID], on: dt.date) -> dict[uuid.UUID, Bound]:
    """Devices as requests need them, in one statement: every push begins with this."""
    with plain.cursor() as cursor:
        cursor.execute(_BOUND, [on, on, list(devices)])
        return {phone.device.pk: phone for phone in map(_bound, cursor.fetchall())}


def _bound(row: Sequence[Any]) -> Bound:
    jsons = {"public_key"}
    columns = [json.loads(v) if c in jsons and isinstance(v, str) else v for c, v in zip(_DEVICE, row, strict=False)]
    device = Device.from_db("default", [f.attname for f in Device._meta.concrete_fields], columns)
    user = User.from_db("default", [f.attname for f in User._meta.concrete_fields], row[len(_DEVICE) : -3])
    device.user = user
    held, epoch, revoked = row[-3:]
    return Bound(device, _viewer(user.id, user.name, held if user.is_active else None), epoch, revoked)


def _viewer(user: uuid.UUID, name: str, held: Any) -> Viewer:
    """``held``: what ``_POSTS`` answers; None for an account that is closed."""
    assignments = json.loads(held) if isinstance(held, str) else held or []
    return Viewer(user, name, tuple(Held(Role(role), scope) for role, scope in assignments))


_LOCKED = f"""
SELECT d.id, d.next_seq, d.scope, d.revoked_at IS NOT NULL, u.id, u.name, u.is_active, {_POSTS}
FROM {Device._meta.db_table} d JOIN {User._meta.db_table} u ON u.id = d.user_id
WHERE d.id = ANY(%s) ORDER BY d.id FOR UPDATE OF d
"""  # noqa: S608 names come from the models


@dataclasses.dataclass(frozen=True, kw_only=True)
class Locked:
    """A device as it stands under its lock, and what its user may do."""

    next_seq: int
    scope: str
    revoked: bool
    viewer: Viewer


def locked(devices: Collection[uuid.UUID], on: dt.date, *, waits: bool = True) -> dict[uuid.UUID, Locked]:
    """Devices, their rows held until the end of the transaction; without waiting, those that nobody else holds."""
    with plain.cursor() as cursor:
        cursor.execute(_LOCKED if waits else f"{_LOCKED} SKIP LOCKED", [on, on, list(devices)])
        return {
            pk: Locked(
                next_seq=next_seq, scope=scope, revoked=revoked, viewer=_viewer(user, name, held if is_active else None)
            )
            for pk, next_seq, scope, revoked, user, name, is_active, held in cursor.fetchall()
        }


@dataclasses.dataclass(frozen=True, kw_only=True)
class Row:
    """A device as a row; when it was last heard of by day, for its hours are its worker's (red line 2)."""

    id: uuid.UUID
    user: str
    name: str
    platform: str
    scope: str
    last_sync_on: dt.date | None
    lease_until: dt.date
    waiting: int | None
    state: str
    revoked_reason: str
    clock_off: bool


def visible(viewer: Viewer, scope: str, on: dt.date) -> list[Row]:
    """The devices the viewer manages in a scope: in use first, then copies that wait for a word, then taken back; by
    user.

    A phone is managed where it was bound, and by whoever answers for an area its user works in on that day.
    """
    scopes = viewer.within(Verb.MANAGE_DEVICES, scope)
    users = accounts.with_phone(on).filter(in_scopes(scopes, "scope")).values("user")
    inside = in_scopes(scopes, "scope") | Q(user__in=users)
    devices = Device.objects.filter(inside).select_related("user")
    rows = [
        Row(
            id=d.id,
            user=d.user.name,
            name=d.name,
            platform=" ".join(filter(None, [model_of(d.platform), browser_of(d.platform)])),
            scope=d.scope,
            last_sync_on=_heard_on(d),
            lease_until=clock.local_date(d.lease_until),
            waiting=d.waiting,
            state=_state(d),
            revoked_reason=d.revoked_reason,
            clock_off=abs(d.behind_ms) > 300_000,
        )
        for d in devices.order_by("revoked_at", "user__name", "-activated_at")
    ]
    order = {"active": 0, "copy": 1}
    return sorted(rows, key=lambda row: order.get(row.state, 2))


SILENT = 2
"""A phone in use that nobody has heard of for so many days is told of."""


@dataclasses.dataclass(frozen=True)
class Silent:
    """Phones in use that nobody has heard of lately, and how much they held when they were last heard of."""

    n: int
    n_waiting: int


def silent(viewer: Viewer, scope: str, on: dt.date) -> Silent:
    """How many of the phones the viewer manages in a scope are silent; of none it says whose (red line 2)."""
    since = on - dt.timedelta(days=SILENT)
    in_use = [row for row in visible(viewer, scope, on) if row.state == "active"]
    rows = [row for row in in_use if row.last_sync_on is None or row.last_sync_on <= since]
    return Silent(len(rows), sum(row.waiting or 0 for row in rows))


def _heard_on(device: Device) -> dt.date | None:
    """The day the server last heard of a phone: one that has nothing to send only fetches."""
    heard = [at for at in (device.last_sync_at, device.last_seen_at) if at is not None]
    return clock.local_date(max(heard)) if heard else None


def _state(device: Device) -> str:
    if device.revoked_at is None:
        return "active" if device.confirmed_at else "copy"
    return "wiped" if device.wiped_at else "revoked"


def decided(user: uuid.UUID, at: dt.datetime) -> list[dict[str, str]]:
    """What became in the last 30 days of a worker's ops after they were answered: decided by the office, or
    settled since.

    By worker, not by device: a phone that was copied or bound anew keeps what its earlier self sent. Three queries.
    """
    since = at - KEPT
    told = [
        {"op": str(op), "state": state, "reason": reason or "", "text": _answer(verb, reason, note) if reason else ""}
        for op, verb, state, reason, note in _SETTLED.ask(user=user, since=since)()
    ]
    return told + _answered(user, since)


_ANYBODY, _ANY_TIME = uuid.UUID(int=0), dt.datetime.min.replace(tzinfo=dt.UTC)


def _settled(user: uuid.UUID, since: dt.datetime) -> QuerySet[Op, Any]:
    ops = Op.objects.filter(user=user, settled_at__gte=since).order_by("settled_at")
    return ops.values_list("pk", "verb", "state", "returned__state", "returned__note")


_SETTLED = plain.Query(_settled, user=_ANYBODY, since=_ANY_TIME)


def _answer(verb: str, state: str, note: str) -> str:
    who = "街道" if verb in rules.OF_SAMPLES else "社区"
    answer = f"{who}{ {'released': '已放行，已登记。', 'set_aside': '已搁置', 'assigned': '已交人去核实'}[state] }"
    return f"{answer}：{note}" if note and state != "released" else answer


_DECIDED = {"accepted": "采用了您记的", "kept": "保留了原来的", "closed": "两边已一致"}


def _answered(user: uuid.UUID, since: dt.datetime) -> list[dict[str, str]]:
    """The worker's ops of whose differences none waits any more, and what was decided."""
    asked: dict[uuid.UUID, Any] = dict(_ASKED.ask(user=user, since=since)())
    ids = [difference["id"] for differences in asked.values() for difference in differences or ()]
    states = {str(pk): state for pk, state in Difference.objects.filter(pk__in=ids).values_list("pk", "state")}
    told = []
    for pk, differences in asked.items():
        ended = [_DECIDED.get(states.get(difference["id"], ""), "") for difference in differences or ()]
        if ended and all(ended):
            text = f"社区已定：{'、'.join(dict.fromkeys(ended))}"
            told.append({"op": str(pk), "state": "difference", "reason": "decided", "text": text})
    return told


def _asked(user: uuid.UUID, since: dt.datetime) -> QuerySet[Op, Any]:
    ops = Op.objects.filter(user=user, state="difference", received_at__gte=since)
    return ops.values_list("pk", "result__differences")


_ASKED = plain.Query(_asked, user=_ANYBODY, since=_ANY_TIME)


def n_ops(device: uuid.UUID) -> int:
    """How many ops a device has brought."""
    return Op.objects.filter(device=device).count()
