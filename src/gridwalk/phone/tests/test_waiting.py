"""A grid that somebody holds holds up only its own pushes, and they are told when to come back; nothing is lost."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection

from gridwalk.core import clock, patience
from gridwalk.core.audit import verify
from gridwalk.registry.tests.street import FAR_GRID, GRID
from gridwalk.sync.actions import pushing
from gridwalk.sync.models import Op
from gridwalk.visits.models import Visit
from tests.harness.phones import Wire, op

Field = Any
SHORT = dataclasses.replace(patience.PHONES, lock=0.2)


def holding(grid: str) -> contextlib.AbstractContextManager[None]:
    """Somebody else holds the grid for as long as the block runs."""
    return _holding("SELECT FROM core_stream WHERE code = %s FOR UPDATE", grid)


def holding_phone(device: str) -> contextlib.AbstractContextManager[None]:
    """The same with the row of a phone."""
    return _holding("SELECT FROM sync_device WHERE id = %s FOR UPDATE", device)


@contextlib.contextmanager
def _holding(statement: str, what: str) -> Iterator[None]:
    other = connection.copy()
    try:
        other.set_autocommit(False)
        other.cursor().execute(statement, [what])
        yield
    finally:
        other.rollback()
        other.close()


def visit(seq: int, door: Any) -> dict[str, Any]:
    return op(seq, "visit.record", door.KIND, door.id, at=clock.now(), data={"outcome": "met", "met_adult": True})


def push(wire: Wire, *ops: dict[str, Any]) -> tuple[int, Any]:
    return wire.ask("POST", "push", {"epoch": 0, "seq_from": ops[0]["seq"], "ops": list(ops)})


def test_a_push_to_a_held_grid_is_told_to_wait_and_is_taken_later_once(field: Field) -> None:
    here, there = field.street.door(occupancy="occupied"), field.street.door(grid=FAR_GRID)
    field.walk.dispatch()
    wire = field.phone()
    sent = visit(1, here)
    with holding(GRID), patience.taking(SHORT):
        for _ in range(2):
            status, answer = push(wire, sent)
            assert (status, answer["problem"], answer["seconds"]) == (503, "busy", 5)
            assert "内容都在手机里，5 秒后自己再传" in answer["text"]
        assert (Op.objects.count(), Visit.objects.count()) == (0, 0)
    status, answer = push(wire, sent)
    assert (status, [r["state"] for r in answer["results"]], answer["next_seq"]) == (200, ["accepted"], 2)
    with holding(FAR_GRID), patience.taking(SHORT):
        status, answer = push(wire, visit(2, here))
    assert (status, answer["next_seq"]) == (200, 3), "another grid is held: that is nothing to this push"
    assert Visit.objects.filter(entity=here.id).count() == 2
    assert not Visit.objects.filter(entity=there.id).exists()


def test_the_answer_names_the_seconds_to_whoever_reads_headers_only(
    field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**request: object) -> None:
        raise OperationalError("the connection is lost") from None

    monkeypatch.setattr(pushing, "push", away)
    wire = field.phone()
    body = b'{"epoch":0,"seq_from":1,"ops":[]}'
    path = "/phone/api/push"
    headers = {"Authorization": wire.authorization("POST", path, body)}
    response = field.client.post(path, body, content_type="application/json", headers=headers)
    assert (response.status_code, response["Retry-After"], response.json()["problem"]) == (503, "3", "busy")


def test_a_clock_that_is_set_back_loses_no_push_and_breaks_no_chain(field: Field) -> None:
    door = field.street.door(occupancy="occupied")
    field.walk.dispatch()
    wire = field.phone()
    assert push(wire, visit(1, door))[0] == 200
    then = clock.now()
    for seq, back in ((2, dt.timedelta(minutes=50)), (3, dt.timedelta(minutes=1))):
        with time_machine.travel(then - back):
            status, answer = push(wire, visit(seq, door))
            assert (status, [r["state"] for r in answer["results"]]) == (200, ["accepted"])
            assert wire.ask("POST", "pull", {"epoch": 0, "since": {}})[0] == 200
    assert (Visit.objects.count(), Op.objects.filter(state="accepted").count()) == (3, 3)
    assert verify.verify().breaks == []
