"""Pushes that wait at the same moment are taken in one transaction, and each is answered as if it had come alone."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db import models, transaction
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Role
from gridwalk.core import clock, ids, patience
from gridwalk.core.audit import verify
from gridwalk.core.models import AuditEntry, Change, Stream
from gridwalk.phone import pushes
from gridwalk.phone.tests.conftest import Field
from gridwalk.phone.tests.test_lost_phones import copy_of
from gridwalk.phone.tests.test_pushing import states, visit
from gridwalk.phone.tests.test_waiting import SHORT, holding, holding_phone
from gridwalk.registry.models import Dwelling, Person
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, NEXT_GRID, SECOND, Street
from gridwalk.sync.actions import devices, runs
from gridwalk.sync.models import Device, Op, Returned
from gridwalk.visits.models import Visit
from gridwalk.visits.tests.walk import Walk
from tests.harness import together
from tests.harness.phone_model import ServerDied
from tests.harness.phones import Wire, op
from tests.harness.sync_world import dying

Account = Callable[..., User]
HOMES = (GRID, NEXT_GRID, FAR_GRID)
ROOMS = (("101", GRID), ("901", NEXT_GRID), ("801", FAR_GRID))


def run(*ops: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"epoch": 0, "seq_from": ops[0]["seq"], "ops": list(ops), **more}


@dataclasses.dataclass
class Neighbours:
    """Three grids with a door, somebody who lives there, and a worker with a phone each."""

    field: Field
    doors: list[Dwelling]
    people: list[Person]
    workers: list[User]
    wires: list[Wire]

    def push(self, *sent: tuple[Wire, Any]) -> list[tuple[int, Any]]:
        """All at once."""
        return together.push(self.field.client, sent)[0]

    def met(self, n: int, seq: int = 1) -> dict[str, Any]:
        """Somebody was met at the door of a grid."""
        return visit(seq, self.doors[n], confirmed=[str(self.people[n].id)])


def settle_in(field: Field, account: Account) -> Neighbours:
    doors = [field.street.door(room, grid, tenure="owner") for room, grid in ROOMS]
    people = [field.street.person(f"程{c}", door) for c, door in zip("甲乙丙", doors, strict=True)]
    field.walk.dispatch()
    workers = [field.worker, *(account(Role.GRID_WORKER, grid, name=f"李{grid[-4:]}") for grid in HOMES[1:])]
    far = dataclasses.replace(field, lead=account(Role.COMMUNITY_LEAD, SECOND, name="程远"))
    wires = [of.phone(user) for of, user in zip((field, field, far), workers, strict=True)]
    return Neighbours(field, doors, people, workers, wires)


@pytest.fixture
def neighbours(field: Field, account: Account) -> Neighbours:
    return settle_in(field, account)


@pytest.fixture
def sizes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many runs each transaction took."""
    n: list[int] = []
    judged = runs._judged

    def counting(cases: Sequence[Any], **more: Any) -> Any:
        answers = judged(cases, **more)
        n.append(len(answers))
        return answers

    monkeypatch.setattr(runs, "_judged", counting)
    return n


def test_phones_of_several_grids_are_taken_in_one_transaction_each_under_its_own_name(
    neighbours: Neighbours, sizes: list[int]
) -> None:
    sent = [neighbours.met(n) for n in range(3)]
    answers = neighbours.push(*((wire, run(body)) for wire, body in zip(neighbours.wires, sent, strict=True)))
    assert sizes == [3]
    for n, ((status, answer), body) in enumerate(zip(answers, sent, strict=True)):
        result = {"op": body["op"], "seq": 1, "state": "accepted"}
        assert (status, answer["next_seq"], answer["results"]) == (200, 2, [result])
        row = Visit.objects.get(pk=body["op"])
        assert (row.grid_id, row.worker, row.n_confirmed) == (HOMES[n], neighbours.workers[n].id, 1)
        assert Person.objects.get(pk=neighbours.people[n].pk).verified_on == clock.local_date(clock.now())
        written = Change.objects.filter(stream=HOMES[n], at__gte=row.received_at)
        assert set(written.values_list("actor", flat=True)) == {neighbours.workers[n].id}
        entry = AuditEntry.objects.get(verb="visit.recorded", scope=HOMES[n])
        assert (entry.actor, entry.chain) == (neighbours.workers[n].id, HOMES[n])
    assert len(set(Change.objects.filter(field="verified_on", kind="person").values_list("op", flat=True))) == 3
    assert verify.verify().breaks == []


def test_what_is_amiss_with_one_push_is_told_to_that_phone_alone(
    neighbours: Neighbours, account: Account, sizes: list[int]
) -> None:
    field, (here, there, far) = neighbours.field, neighbours.wires
    known = neighbours.met(1)
    assert neighbours.push((there, run(known)))[0][0] == 200
    revoked, colleague = field.phone(account(Role.GRID_WORKER, GRID, name="周止")), field.phone(neighbours.workers[0])
    devices.revoke(actor=field.viewer(field.lead), at=clock.now(), device=uuid.UUID(revoked.device), reason="丢了")
    forger = dataclasses.replace(colleague, key=Wire(send=here.send, now=clock.now).key)
    mine = neighbours.met(0)
    answers = neighbours.push(
        (here, run(mine)),
        (far, run(neighbours.met(2, seq=3))),
        (revoked, run(neighbours.met(0))),
        (copy_of(there), run(visit(1, neighbours.doors[1], "no_answer"))),
        (forger, run(neighbours.met(0))),
        (far, []),
        (there, run(known)),
        (here, run(mine)),
        (colleague, run(visit(1, neighbours.doors[0], "no_answer"))),
    )
    told = [(status, answer.get("problem", "")) for status, answer in answers]
    assert told == [
        (200, ""),
        (409, "gap"),
        (401, "revoked"),
        (409, "cloned"),
        (401, "bad_signature"),
        (400, "malformed"),
        (200, ""),
        (200, ""),
        (200, ""),
    ]
    assert answers[1][1]["next_seq"] == 1
    assert answers[6][1]["results"] == [{"op": known["op"], "seq": 1, "state": "accepted"}]
    assert answers[7][1]["results"] == answers[0][1]["results"], "the same request twice at once"
    assert (Visit.objects.count(), Op.objects.count()) == (3, 3)
    assert Device.objects.filter(cloned_from__isnull=False).count() == 1
    assert sizes[:3] == [1, 1, 1], "what was known before; the first; and after it the colleague of its grid"


def test_one_bad_op_costs_the_others_of_its_group_nothing(
    neighbours: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = [neighbours.met(n) for n in range(3)]
    whole = runs.log_ops

    def trip(writing: Any, device: Any, outcomes: Any, **more: Any) -> None:
        if any(str(o.intention.op) == sent[1]["op"] and not o.intention.fault for o in outcomes):
            raise ZeroDivisionError
        whole(writing, device, outcomes, **more)

    monkeypatch.setattr(runs, "log_ops", trip)
    answers = neighbours.push(*((wire, run(body)) for wire, body in zip(neighbours.wires, sent, strict=True)))
    assert [states(answer) for _, answer in answers] == [["accepted"], ["returned"], ["accepted"]]
    assert set(Visit.objects.values_list("grid_id", flat=True)) == {GRID, FAR_GRID}
    assert Returned.objects.get().op_id == uuid.UUID(sent[1]["op"])
    assert verify.verify().breaks == []


def test_what_another_phone_has_brought_and_what_is_long_goes_by_itself_and_breaks_no_group(
    neighbours: Neighbours, sizes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    known = neighbours.met(0)
    neighbours.push((neighbours.wires[0], run(known)))
    anew = neighbours.field.phone(neighbours.workers[0])
    with_others = [(neighbours.wires[1], run(neighbours.met(1))), (neighbours.wires[2], run(neighbours.met(2)))]
    answers = neighbours.push((anew, run(known)), *with_others)
    assert [states(answer) for _, answer in answers] == [["accepted"]] * 3
    assert (sizes[:2], Visit.objects.count()) == ([1, 2], 3)
    monkeypatch.setattr(pushes, "MOST_BYTES", 2000)
    long = run(*(visit(seq, neighbours.doors[1], "no_answer") for seq in range(2, 12)))
    sizes.clear()
    answers = neighbours.push((neighbours.wires[1], long), (anew, run(visit(2, neighbours.doors[0], "no_answer"))))
    assert (sizes, [len(states(answer)) for _, answer in answers]) == ([1, 1], [10, 1])


@pytest.mark.slow
def test_a_held_grid_or_phone_holds_up_nobody_else_of_the_group(neighbours: Neighbours, sizes: list[int]) -> None:
    sent = [(wire, run(neighbours.met(n))) for n, wire in enumerate(neighbours.wires)]
    held = Stream.objects.get(code=FAR_GRID).version
    with holding(FAR_GRID), patience.taking(dataclasses.replace(SHORT, lock=1)):
        began = clock.now()
        answers = neighbours.push(*sent)
        assert clock.now() - began < dt.timedelta(seconds=20)
    assert [status for status, _ in answers] == [200, 200, 503]
    assert (sizes, answers[2][1]["problem"]) == ([2], "busy")
    assert (Visit.objects.count(), Stream.objects.get(code=FAR_GRID).version) == (2, held)
    with holding_phone(neighbours.wires[0].device), patience.taking(SHORT):
        answers = neighbours.push(
            (neighbours.wires[0], run(visit(2, neighbours.doors[0], "no_answer"))),
            (neighbours.wires[1], run(visit(2, neighbours.doors[1], "no_answer"))),
            sent[2],
        )
    assert [status for status, _ in answers] == [503, 200, 200]
    assert Visit.objects.count() == 4


@pytest.mark.parametrize("before", [True, False])
def test_a_server_that_dies_with_a_group_loses_and_doubles_nothing(neighbours: Neighbours, before: bool) -> None:
    wires, doors = neighbours.wires, neighbours.doors
    neighbours.push(*((wire, run(visit(1, door, "no_answer"))) for wire, door in zip(wires, doors, strict=True)))
    sent = [(wire, run(neighbours.met(n, seq=2))) for n, wire in enumerate(wires)]
    with pytest.raises(ServerDied), dying(before=before):
        neighbours.push(*sent)
    assert Visit.objects.count() == (3 if before else 6)
    for _ in range(2):
        assert [states(answer) for _, answer in neighbours.push(*sent)] == [["accepted"]] * 3
        assert (Visit.objects.count(), Op.objects.count()) == (6, 6)
    assert verify.verify().breaks == []


# --- a group is what its pushes would be one after the other ---------------------------------------------------------

WHAT = ("met", "edited", "noted", "refused", "stranger", "fact", "newcomer", "gap", "again", "elsewhere", "unreadable")


@dataclasses.dataclass
class Afternoon:
    """Pushes as the dice throw them: who sends, and what their runs hold."""

    world: Neighbours
    first: dict[int, int] = dataclasses.field(default_factory=dict)
    last: dict[int, dict[str, Any]] = dataclasses.field(default_factory=dict)

    def run(self, n: int, what: Sequence[str]) -> tuple[Wire, dict[str, Any]]:
        """The next run of a phone."""
        if what[0] == "again" and n in self.last:
            return self.world.wires[n], self.last[n]
        begin = self.first.get(n, 1) + (2 if what[0] == "gap" else 0)
        ops = [self._op(n, begin + place, kind) for place, kind in enumerate(what)]
        content = run(*ops)
        if what[0] != "gap":
            self.first[n] = begin + len(ops)
            self.last[n] = content
        return self.world.wires[n], content

    def _op(self, n: int, seq: int, what: str) -> dict[str, Any]:
        door, person = self.world.doors[n % 3], str(self.world.people[n % 3].id)
        tenure = {"tenure": {"p": door.heads["tenure"], "v": ("let", "lent", "owner")[seq % 3]}}
        if what == "edited":
            relation = {"relation": {"p": None, "v": "子女"}}
            return visit(seq, door, set=tenure, edits=[{"kind": "person", "entity": person, "set": relation}])
        if what == "noted":
            return visit(seq, door, confirmed=[person], note={"kind": "hazard", "text": "楼道堆物"})
        if what == "refused":
            return visit(seq, door, "no such outcome")
        if what == "fact":
            return op(seq, "fact.set", "dwelling", door.id, at=clock.now(), set=tenure)
        if what == "newcomer":
            arrival = {"id": str(ids.new_id()), "values": {"name": "程小满"}, "residence_kind": "lives_here"}
            return visit(seq, door, arrivals=[arrival])
        if what == "elsewhere":
            return visit(seq, self.world.doors[(n + 1) % 3], confirmed=[person])
        if what == "unreadable":
            return op(seq, "visit.record", "dwelling", door.id, at=clock.now(), data={"outcome": []})
        return visit(seq, door, confirmed=[str(ids.new_id()) if what == "stranger" else person])


RUN = st.tuples(st.integers(0, 4), st.lists(st.sampled_from(WHAT), min_size=1, max_size=2))
UUIDS = re.compile("[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
DIFFERS = {
    "core.change": {"version"},
    "core.stream": {"version"},
    "core.auditentry": {"hash"},
    "core.auditchain": {"head"},
    "sync.op": {"body_sealed"},
    "sync.device": {"deposit_index", "share_sealed"},  # of a copy that is found out a token and a share are drawn
    "followup.matter": {"text_sealed", "number"},  # numbers go by the order in which a group takes them
    "followup.numbering": {"id"},
}
"""What depends on ids made by chance; a grid's version may also skip a number where a push could not be taken."""


def standing(familiar: set[str]) -> list[str]:
    """Every row of the database; ids that are not familiar are only new."""

    def plain(row: models.Model, label: str) -> str:
        values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
        spelled = json.dumps(
            {k: v for k, v in values.items() if k not in DIFFERS.get(label, ())}, default=str, sort_keys=True
        )
        return f"{label} {UUIDS.sub(lambda match: match[0] if match[0] in familiar else 'new', spelled)}"

    tables = [table for table in apps.get_models() if table.__module__.startswith("gridwalk.")]
    return sorted(plain(row, table._meta.label_lower) for table in tables for row in table._default_manager.all())


@pytest.mark.slow
@pytest.mark.django_db
def test_a_group_does_what_its_pushes_do_one_after_the_other(
    at: dt.datetime, account: Account, sizes: list[int]
) -> None:
    with time_machine.travel(at, tick=False):
        walk = Walk(Street.lay_out(at), at)
        worker, lead = account(Role.GRID_WORKER, GRID, name="周行"), account(Role.COMMUNITY_LEAD, FIRST, name="韩书言")
        world = settle_in(Field(walk, worker, lead, Client()), account)
        for n in (0, 1):  # two more phones in the first two grids
            world.wires.append(world.field.phone(world.workers[n]))
        before = set(UUIDS.findall(repr(standing(EVERY))))

        @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(st.lists(RUN, min_size=2, max_size=6))
        @example([(0, ["met"]), (1, ["met"]), (2, ["met"])])
        def afternoon(drawn: list[tuple[int, list[str]]]) -> None:
            thrown = Afternoon(world)
            sent = [thrown.run(n, what) for n, what in drawn]
            familiar = before | set(UUIDS.findall(json.dumps([content for _, content in sent])))
            start = transaction.savepoint()
            told, order = together.push(world.field.client, sent)
            at_once = standing(familiar)
            assert verify.verify().breaks == []
            transaction.savepoint_rollback(start)
            alone = {n: sent[n][0].ask("POST", "push", sent[n][1]) for n in order}
            assert [spelled(alone[n], familiar) for n in range(len(sent))] == [spelled(t, familiar) for t in told]
            assert standing(familiar) == at_once
            transaction.savepoint_rollback(start)

        afternoon()
        assert max(sizes) == 3, "three grids"


class _Every(set[str]):
    def __contains__(self, _: object) -> bool:
        return True


EVERY = _Every()


def spelled(answer: tuple[int, Any], familiar: set[str]) -> str:
    """An answer; ids that are not familiar are only new, and a token is drawn for each."""
    status, body = answer
    if isinstance(body, dict) and "deposit_token" in body:
        body = body | {"deposit_token": "drawn"}
    return UUIDS.sub(lambda match: match[0] if match[0] in familiar else "new", json.dumps((status, body)))
