"""Pushing: once each, in sequence; what is the same, what differs, what is kept and returned."""

from __future__ import annotations

import datetime as dt
import importlib
import json
from typing import Any

import pytest
import time_machine
from django.apps import apps

from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.campaigns.models import Target
from gridwalk.core import clock, ids
from gridwalk.differences.actions import decisions
from gridwalk.registry.models import Difference, Dwelling, Person, Residence
from gridwalk.registry.tests.street import FAR_GRID, GRID, id_no, links, phone
from gridwalk.simulate.oracle import fitting
from gridwalk.simulate.oracle.fitting import Clues
from gridwalk.sync import rules as sync_rules
from gridwalk.sync.actions import depositing, runs
from gridwalk.sync.models import Alias, Device, Op, Returned
from gridwalk.visits.models import Visit
from tests.harness.phones import Wire, op

Field = Any


def visit(seq: int, door: Any, outcome: str = "met", **data: Any) -> dict[str, Any]:
    at = data.pop("at", clock.now())
    facts = data.pop("set", {})
    return op(
        seq,
        "visit.record",
        door.KIND,
        door.id,
        at=at,
        set=facts,
        data={"outcome": outcome, "met_adult": outcome == "met", **data},
    )


def push(wire: Wire, *ops: dict[str, Any], seq_from: int | None = None, **more: Any) -> tuple[int, Any]:
    return wire.ask("POST", "push", {"epoch": 0, "seq_from": seq_from or ops[0]["seq"], "ops": list(ops), **more})


def states(answer: Any) -> list[str]:
    return [result["state"] for result in answer["results"]]


def test_a_visit_is_recorded_once_however_often_it_is_sent(field: Field) -> None:
    door = field.street.door(occupancy="occupied")
    person = field.street.person("程望舒", door)
    field.walk.dispatch()
    wire = field.phone()
    sent = visit(1, door, confirmed=[str(person.id)])
    status, answer = push(wire, sent)
    assert (status, states(answer), answer["next_seq"]) == (200, ["accepted"], 2)
    for _ in range(2):
        status, again = push(wire, sent)
        assert (status, again["results"], again["next_seq"]) == (200, answer["results"], 2)
    row = Visit.objects.get()
    assert (str(row.id), row.worker, row.outcome, row.n_confirmed, row.source) == (
        sent["op"],
        field.worker.id,
        "met",
        1,
        "phone",
    )
    assert Target.objects.get(entity=door.id).state == "visited"
    assert Person.objects.get(pk=person.id).verified_on == clock.local_date(clock.now())
    kept = Op.objects.get()
    assert (kept.grid, kept.state, "程望舒" in kept.body_sealed, kept.clock_uncertain) == (
        GRID,
        "accepted",
        False,
        False,
    )
    assert Device.objects.get().next_seq == 2


def test_a_gap_applies_nothing_and_says_where_to_resume(field: Field) -> None:
    door = field.street.door()
    field.walk.dispatch()
    wire = field.phone()
    status, answer = push(wire, visit(3, door))
    assert (status, answer["problem"], answer["next_seq"], Op.objects.count()) == (409, "gap", 1, 0)
    status, answer = push(wire, visit(3, door), oldest=3)
    assert (status, answer["next_seq"]) == (200, 4), (
        "what is older than 30 days is nowhere any more; the rest must not wait for it"
    )
    malformed: tuple[Any, ...] = ({}, [], {"seq_from": 4}, {"seq_from": "4", "ops": []}, {"seq_from": 4, "ops": "x"})
    for body in (*malformed, b"{not json"):
        assert wire.ask("POST", "push", body)[0] == 400


def test_a_copy_of_the_phone_gets_an_identity_of_its_own_and_nothing_is_lost(field: Field) -> None:
    door, other = field.street.door("101"), field.street.door("102")
    field.walk.dispatch()
    wire = field.phone()
    push(wire, visit(1, door))
    theirs = visit(1, other)
    status, answer = push(wire, theirs)
    assert (status, answer["problem"], Visit.objects.count()) == (409, "cloned", 1)
    wire.device = answer["device"]
    field.confirm(wire)
    status, answer = push(wire, theirs)
    assert (status, states(answer), Visit.objects.count()) == (200, ["accepted"], 2)
    assert Device.objects.get(pk=wire.device).cloned_from is not None


def test_a_copys_exported_file_may_have_taken_the_places_before(field: Field) -> None:
    """The file of the copy was imported under places 1 and 2; the phone itself then brings other visits under them."""
    doors = [field.street.door(room) for room in ("101", "102", "103", "104")]
    field.walk.dispatch()
    wire = field.phone()
    of_copy = [visit(1, doors[0]), visit(2, doors[1])]
    file = {"format": depositing.FORMAT, "device": wire.device, "ops": [wire.seal(body) for body in of_copy]}
    depositing.import_file(actor=SYSTEM, at=clock.now(), data=json.dumps(file).encode())
    own = [visit(1, doors[2]), visit(2, doors[3])]
    status, answer = push(wire, *own)
    assert (status, answer["problem"]) == (409, "cloned")
    wire.device = answer["device"]
    field.confirm(wire)
    status, answer = push(wire, *own)
    assert (status, states(answer), Visit.objects.count()) == (200, ["accepted", "accepted"], 4)


def test_an_edit_that_saw_the_head_applies_and_one_that_did_not_is_asked(field: Field) -> None:
    door = field.street.door(occupancy="occupied", tenure="owner")
    field.walk.dispatch()
    head = door.heads["tenure"]
    first, second = field.phone(), field.phone()
    mine = visit(1, door, set={"tenure": {"p": head, "v": "出租"}})
    assert states(push(first, mine)[1]) == ["accepted"]
    assert (Dwelling.objects.get().tenure, Dwelling.objects.get().heads["tenure"]) == ("let", mine["op"])

    blind = visit(1, door, "no_answer", set={"tenure": {"p": head, "v": "lent"}})
    _, answer = push(second, blind)
    asked = Difference.objects.get()
    assert states(answer) == ["difference"]
    assert answer["results"][0]["differences"] == [{"field": "tenure", "id": str(asked.id)}]
    assert (asked.why, Dwelling.objects.get().tenure) == ("changed_meanwhile", "let")

    same = visit(2, door, "no_answer", set={"tenure": {"p": head, "v": "let"}})
    chained = op(3, "fact.set", "dwelling", door.id, at=clock.now(), set={"tenure": {"p": same["op"], "v": "owner"}})
    _, answer = push(second, same, chained)
    assert states(answer) == ["accepted", "accepted"], "who says what stands there has seen it, and may go on from it"
    assert Dwelling.objects.get().tenure == "owner"


def test_what_becomes_of_an_op_later_is_told_to_every_phone_of_its_author(field: Field, account: Any) -> None:
    door, other = field.street.door("101", tenure="owner"), field.street.door("102", tenure="owner")
    field.walk.dispatch()
    colleague = account(Role.GRID_WORKER, GRID, name="程望舒")
    mine, theirs, replacement = field.phone(), field.phone(colleague), field.phone()
    parent = op(
        1, "fact.set", "dwelling", door.id, at=clock.now(), set={"tenure": {"p": door.heads["tenure"], "v": "let"}}
    )
    child = op(1, "fact.set", "dwelling", door.id, at=clock.now(), set={"tenure": {"p": parent["op"], "v": "lent"}})
    asked = op(2, "fact.set", "dwelling", other.id, at=clock.now(), set={"tenure": {"p": None, "v": "let"}})
    assert states(push(mine, child, asked)[1]) == ["difference", "difference"], (
        "a restored server does not know the parent yet"
    )
    assert not decided(mine)

    assert states(push(theirs, parent)[1]) == ["accepted"]
    assert Dwelling.objects.get(pk=door.pk).tenure == "lent", "the parent has come, and the child follows"
    assert decided(mine) == decided(replacement) == {child["op"]: ("accepted", "", "")}
    assert not decided(theirs), "what others sent is not told"

    (difference,) = Difference.objects.filter(entity=other.id)
    decisions.decide(actor=field.viewer(field.lead), at=clock.now(), difference=difference.id, decision="keep")
    assert decided(replacement)[asked["op"]] == ("difference", "decided", "社区已定：保留了原来的")
    with time_machine.travel(clock.now() + dt.timedelta(days=31), tick=True):
        assert not decided(mine), "phones keep what they sent for 30 days"


def decided(wire: Wire) -> dict[str, tuple[str, str, str]]:
    """Op → state, reason and text as a pull tells them."""
    _, answer = wire.ask("POST", "pull", {"since": {}, "epoch": 0})
    return {decision["op"]: (decision["state"], decision["reason"], decision["text"]) for decision in answer["decided"]}


def test_a_household_comes_and_goes_with_the_visit_that_found_it(field: Field) -> None:
    door, home = field.street.door("101"), field.street.door("102")
    old = field.street.person("程兰因", door)
    resident = field.street.person("韩书言", home, id_no=id_no(13))
    field.walk.dispatch()
    wire = field.phone()
    newborn, guest, typed_twice = ids.new_id(), ids.new_id(), ids.new_id()
    arrivals = [
        {
            "id": str(newborn),
            "values": {"name": "程小满", "sex": "女", "born_on": "2026-10-01"},
            "residence_kind": "lives_here",
        },
        {
            "id": str(guest),
            "values": {"name": "韩书言", "id_no": id_no(13), "phone": phone(7)},
            "residence_kind": "tenant",
        },
        {"id": str(typed_twice), "values": {"name": "韩书言", "id_no": id_no(13)}, "residence_kind": "tenant"},
    ]
    link = Residence.objects.get(person=old).id
    sent = visit(1, door, arrivals=arrivals, departures=[str(link)], confirmed=[str(newborn)])
    edit = op(2, "fact.set", "person", newborn, at=clock.now(), set={"relation": {"p": None, "v": "子女"}})
    later = op(3, "fact.set", "person", guest, at=clock.now(), set={"phone": {"p": sent["op"], "v": phone(8)}})
    more = op(4, "fact.set", "person", guest, at=clock.now(), set={"relation": {"p": None, "v": "户主"}})
    _, answer = push(wire, sent, edit, later, more)
    assert states(answer) == ["accepted"] * 4, answer
    assert Person.objects.get(pk=newborn).relation == "20/30"
    assert dict(Alias.objects.values_list("id", "entity")) == {guest: resident.id, typed_twice: resident.id}
    assert Person.objects.get(pk=resident.id).unseal("phone") == phone(8), (
        "they were on record; the phone's name for them still leads there"
    )
    assert links(resident) == [(home.id, "registered_here"), (door.id, "tenant")]
    assert [kind for _, kind in links(old)] == ["registered_here"]


def test_what_cannot_be_judged_is_kept_and_returned_with_a_reason(field: Field) -> None:
    door, far = field.street.door("101"), field.street.door("101", FAR_GRID)
    gone = field.street.door("102")
    Dwelling.objects.filter(pk=gone.id).update(status="struck_off")
    field.walk.dispatch()
    wire = field.phone()
    now = clock.now()
    ops = [
        visit(1, far),
        op(2, "visit.record", "dwelling", ids.new_id(), at=now, data={"outcome": "met"}),
        visit(3, gone),
        op(4, "visit.dance", "dwelling", door.id, at=now),
        op(5, "visit.record", "dwelling", door.id, at=now, version=9),
        visit(6, door, "asleep"),
        visit(7, door, set={"shoe_size": {"p": None, "v": 42}}),
        visit(8, door, confirmed="nobody"),
        visit(9, door, arrivals=[{"values": {"name": "程小满", "id_no": "12"}, "residence_kind": "lives_here"}]),
        visit(10, door),
    ]
    status, answer = push(wire, *ops)
    assert (status, answer["next_seq"]) == (200, 11)
    assert [result.get("reason", "") for result in answer["results"]] == [
        "not_permitted",
        "not_here",
        "struck_off",
        "unknown_verb",
        "unknown_version",
        "not_valid",
        "not_valid",
        "not_valid",
        "not_valid",
        "",
    ]
    assert all(result["text"] for result in answer["results"][:-1])
    assert (Returned.objects.filter(state="waiting").count(), Op.objects.count(), Visit.objects.count()) == (9, 10, 1)


def test_a_field_that_is_unknown_here_is_a_fault_of_its_own_and_the_rest_counts(field: Field) -> None:
    door = field.street.door("101", occupancy="occupied")
    person = field.street.person("程望舒", door)
    wire = field.phone()
    edit = {"kind": "person", "entity": str(person.id), "set": {}, "extra": {"f-9": {"p": None, "v": "是"}}}
    seen = {"usage": {"p": door.heads.get("usage"), "v": "business"}}
    sent = visit(1, door, set=seen, edits=[edit]) | {"extra": {"f-7": {"p": None, "v": 3}}}
    alone = op(2, "fact.set", "dwelling", door.id, at=clock.now(), set={}) | {"extra": {"f-7": {"p": None, "v": 4}}}
    bad = op(3, "fact.set", "dwelling", door.id, at=clock.now(), set={"f-7": {"p": None, "v": 4}})
    _, answer = push(wire, sent, alone, bad)
    assert states(answer) == ["accepted", "accepted", "returned"], "only in extra may a field be unknown"
    assert Dwelling.objects.get(pk=door.id).usage == "business"
    assert Op.objects.get(pk=sent["op"]).result["faults"] == {
        f"dwelling:{door.id}:extra.f-7": "unknown_field",
        f"person:{person.id}:extra.f-9": "unknown_field",
    }
    assert Op.objects.get(pk=alone["op"]).result == {"faults": {f"dwelling:{door.id}:extra.f-7": "unknown_field"}}


def test_whoever_lost_the_grid_is_told_so_and_a_reassigned_door_keeps_both_accounts(field: Field, account: Any) -> None:
    door, other = field.street.door("101"), field.street.door("102")
    field.walk.dispatch()
    wire = field.phone()
    colleague = account("grid_worker", GRID, name="李禾")
    Target.objects.filter(entity=door.id).update(assignee=colleague)
    _, answer = push(wire, visit(1, door))
    assert (states(answer), answer["results"][0]["reason"], Visit.objects.count()) == (
        ["accepted"],
        "second_account",
        1,
    )

    field.worker.assignments.update(to_on=clock.local_date(clock.now()) - dt.timedelta(days=1))
    _, answer = push(wire, visit(2, other))
    assert (answer["results"][0]["state"], answer["results"][0]["reason"]) == ("returned", "former_holder")
    assert Returned.objects.get().place == other.id


def test_a_wrong_clock_orders_nothing_and_is_put_right(field: Field) -> None:
    door = field.street.door()
    field.walk.dispatch()
    ahead = dt.timedelta(hours=7)
    wire = field.phone(now=lambda: clock.now() + ahead)
    phone_at = clock.now() + ahead - dt.timedelta(minutes=20)
    _, answer = push(wire, visit(1, door, at=phone_at))
    assert states(answer) == ["accepted"]
    row, kept = Visit.objects.get(), Op.objects.get()
    assert abs(row.at - (phone_at - ahead)) < dt.timedelta(seconds=5)
    assert (kept.clock_uncertain, kept.phone_at[:19]) == (True, phone_at.isoformat()[:19])


def test_one_op_nobody_foresaw_does_not_hold_the_others(field: Field, monkeypatch: pytest.MonkeyPatch) -> None:
    door, other = field.street.door("101"), field.street.door("102")
    field.walk.dispatch()
    wire = field.phone()
    ops = [visit(1, door), visit(2, other)]
    whole = runs.log_ops

    def trip(writing: Any, device: Any, outcomes: Any, **more: Any) -> None:
        if any(str(o.intention.op) == ops[0]["op"] and not o.intention.fault for o in outcomes):
            raise ZeroDivisionError
        whole(writing, device, outcomes, **more)

    monkeypatch.setattr(runs, "log_ops", trip)
    _, answer = push(wire, *ops)
    assert states(answer) == ["returned", "accepted"]
    assert (answer["next_seq"], Visit.objects.count()) == (3, 1)


def test_other_intentions_do_what_they_say(field: Field) -> None:
    door = field.street.door("101")
    person, old = field.street.person("程望舒", door), field.street.person("程兰因", door)
    field.walk.dispatch()
    target = Target.objects.get(entity=door.id)
    Target.objects.filter(pk=target.id).update(assignee=field.worker)
    wire = field.phone()
    now, newcomer = clock.now(), ids.new_id()
    recorded = visit(1, door, "no_answer", note={"kind": "hazard", "text": "楼道堆物"})
    ops = [
        recorded,
        op(
            2,
            "person.add",
            "person",
            newcomer,
            at=now,
            data={"dwelling": str(door.id), "values": {"name": "程小满"}, "residence_kind": "lives_here"},
        ),
        op(3, "residence.end", "residence", Residence.objects.get(person=person).id, at=now),
        op(4, "person.end", "person", old.id, at=now, data={"end": "deceased", "reason": "家属说的"}),
        op(5, "visit.withdraw", "visit", recorded["op"], at=now, data={"reason": "记错门了"}),
        op(6, "task.hand_back", "dwelling", door.id, at=now, data={"target": str(target.id), "reason": "是我亲戚家"}),
        op(7, "matter.note", "dwelling", door.id, at=now, data={"kind": "request", "text": "想装扶手"}),
    ]
    _, answer = push(wire, *ops)
    assert states(answer) == ["accepted"] * 7, answer
    assert [d for d, _ in links(Person.objects.get(pk=newcomer))] == [door.id]
    assert Person.objects.get(pk=old.id).status_pending == "deceased"
    assert Visit.objects.get().withdrawn_reason == "记错门了"
    row = Target.objects.get(pk=target.id)
    assert (row.assignee_id, row.note) == (None, "退回：是我亲戚家")
    assert [d for _, d in links(person)] == ["registered_here"]


def test_what_is_kept_of_an_op_says_nothing_to_who_tries_all_its_numbers(field: Field) -> None:
    """The rest of the op stands in the database, or beside it; the number is tried, 500 times."""
    door = field.street.door(occupancy="occupied")
    wire = field.phone()
    values = {"name": "程兰因", "id_no": id_no(11)}
    arrival = {"id": str(ids.new_id()), "residence_kind": "lives_here", "values": values}
    sent = visit(1, door, arrivals=[arrival])
    assert push(wire, sent)[0] == 200
    kept = Op.objects.get()
    tried = set()
    for number in fitting.id_numbers(Clues(born="1980-01-01", sex="male")):
        values["id_no"] = number
        tried.add(sync_rules.op_hash(sent))
    values["id_no"] = id_no(11)
    assert len(tried) == 500 and sync_rules.op_hash(sent) in tried
    assert not tried & {kept.hash, *Op.objects.values_list("hash", flat=True)}

    Op.objects.update(hash=sync_rules.op_hash(sent))  # as earlier versions kept it
    importlib.import_module("gridwalk.sync.migrations.0002_keyed_marks").key_marks(apps, None)
    assert Op.objects.get().hash == kept.hash
    status, again = push(wire, sent)
    assert (status, states(again)) == (200, ["accepted"]), "what was sent before is still known"
    status, _ = push(wire, visit(1, door, "no_answer"))
    assert (status, Visit.objects.count()) == (409, 1), "another body under its number is a copied phone"
