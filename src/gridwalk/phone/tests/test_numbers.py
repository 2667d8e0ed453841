"""Numbers put to use at the door: one typed from a card is compared by the server, a telephone is dialled."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
import time_machine

from gridwalk.core import clock
from gridwalk.core.models import AuditEntry
from gridwalk.phone.tests.test_pulling import pull
from gridwalk.phone.tests.test_pushing import push, states, visit
from gridwalk.registry.actions import numbers
from gridwalk.registry.models import Difference, Person
from gridwalk.registry.tests.street import GRID, NEXT_GRID, id_no, phone
from gridwalk.sync.models import Op
from tests.harness.phones import API, Cache, Wire, op, through

Field = Any
RIGHT = id_no(11)


def card(seq: int, person: Person, number: str) -> dict[str, Any]:
    """A number typed from somebody's card, as the app sends it."""
    seen = {"p": person.heads.get("id_no"), "v": number}
    return op(seq, "fact.set", "person", person.id, at=clock.now(), set={"id_no": seen})


def checked_on(person: Person) -> dt.date | None:
    """The day their number was last found to be the card's."""
    person.refresh_from_db()
    return person.id_no_checked_on


def reasons(answer: Any) -> list[str]:
    return [result.get("reason", "") for result in answer["results"]]


@pytest.fixture
def person(field: Field) -> Person:
    """Somebody whose number is on record, at a door of the worker's grid."""
    at_home: Person = field.street.person("程望舒", field.street.door(), id_no=RIGHT, phone=phone(5))
    field.walk.dispatch()
    return at_home


def test_a_number_typed_from_a_card_is_the_one_on_record_or_a_difference(field: Field, person: Person) -> None:
    wire, cache = field.phone(), Cache()
    pull(wire, cache)
    assert cache.rows[GRID]["person", str(person.id)]["id_no_checked_on"] is None
    _, answer = push(wire, card(1, person, id_no(13)))
    assert (states(answer), reasons(answer)) == (["difference"], ["card_differs"])
    asked = Difference.objects.get()
    assert (asked.field, asked.why, asked.opened("claimed")) == ("id_no", "document_differs", id_no(13))
    assert id_no(13) not in str(asked.claimed)
    assert checked_on(person) is None

    sent = card(2, person, RIGHT)
    _, answer = push(wire, sent)
    assert (states(answer), reasons(answer)) == (["accepted"], ["card_equal"])
    assert answer["results"][0]["text"].startswith("一致")
    assert push(wire, sent)[1]["results"] == answer["results"], "an answer that was lost comes again"
    assert (checked_on(person), person.unseal("id_no")) == (clock.local_date(clock.now()), RIGHT)
    pull(wire, cache)
    row = cache.rows[GRID]["person", str(person.id)]
    assert row["id_no_checked_on"] == clock.local_date(clock.now()).isoformat()

    entries = AuditEntry.objects.filter(verb="card.checked", subject=person.id).order_by("at", "id")
    assert [(e.actor, e.data["answer"]) for e in entries] == [(field.worker.id, "differs"), (field.worker.id, "equal")]
    for kept in (*AuditEntry.objects.values_list("data", flat=True), *Op.objects.values_list("body_sealed", "text")):
        assert RIGHT not in str(kept) and id_no(13) not in str(kept)
    assert RIGHT not in json.dumps(list(cache.rows[GRID].values()))


def test_nobody_learns_a_number_by_trying(field: Field, person: Person) -> None:
    """Five a person and day are compared. What comes beyond is a difference, whatever it says; the right one too."""
    wire = field.phone()
    guesses = [id_no(serial) for serial in range(101, 125, 2)]
    guesses[8] = RIGHT
    _, answer = push(wire, *(card(seq, person, guess) for seq, guess in enumerate(guesses, 1)))
    assert states(answer) == ["difference"] * 12
    assert reasons(answer) == ["card_differs"] * 5 + ["card_too_often"] * 7
    as_part_of_a_visit = {"kind": "person", "entity": str(person.id), "set": card(0, person, RIGHT)["set"]}
    door = person.residences.get().dwelling
    _, answer = push(wire, visit(13, door, confirmed=[str(person.id)], edits=[as_part_of_a_visit]))
    assert (states(answer), reasons(answer)) == (["difference"], ["card_too_often"])
    assert (checked_on(person), person.unseal("id_no")) == (None, RIGHT)
    assert AuditEntry.objects.filter(verb="card.checked", subject=person.id).count() == 13

    with time_machine.travel(clock.now() + dt.timedelta(days=1)):
        _, answer = push(wire, card(14, person, RIGHT))
        assert (states(answer), reasons(answer)) == (["accepted"], ["card_equal"])


def test_the_first_number_is_written_and_a_new_one_has_to_be_checked_again(field: Field) -> None:
    person = field.street.person("程兰因", field.street.door())
    field.walk.dispatch()
    wire = field.phone()
    _, answer = push(wire, card(1, person, RIGHT))
    assert (states(answer), reasons(answer)) == (["accepted"], [""]), "there was nothing to compare it with"
    assert (checked_on(person), person.unseal("id_no")) == (None, RIGHT)
    assert not AuditEntry.objects.filter(verb="card.checked").exists()
    push(wire, card(2, person, RIGHT))
    assert checked_on(person) is not None
    field.street.say(person, "id_no", id_no(13), "office")
    assert checked_on(person) is None


def dial(wire: Wire, entity: Any, field: str = "phone", kind: str = "person") -> tuple[int, Any]:
    return wire.ask("POST", "dial", {"kind": kind, "entity": str(entity), "field": field})


def test_a_telephone_is_told_for_one_call_which_its_owner_can_read_of(field: Field, person: Person) -> None:
    wire, cache = field.phone(), Cache()
    assert dial(wire, person.id) == (200, {"number": phone(5)})
    entry = AuditEntry.objects.get(verb="number.dialled")
    assert (entry.actor, entry.subject, entry.data) == (field.worker.id, person.id, {"field": "phone"})
    door = field.street.door("102", owner_phone=phone(6))
    assert dial(wire, door.id, "owner_phone", "dwelling") == (200, {"number": phone(6)})
    answer = pull(wire, cache)
    assert phone(5) not in json.dumps(answer) and phone(6) not in json.dumps(answer)


def test_what_is_no_telephone_of_the_worker_s_doors_is_not_told(field: Field, person: Person, monkeypatch: Any) -> None:
    wire = field.phone()
    elsewhere = field.street.person("韩书言", field.street.door("901", NEXT_GRID), phone=phone(7))
    without = field.street.person("沈知微", field.street.door("103"))
    assert dial(wire, person.id, "id_no")[0] == 404
    assert dial(wire, person.id, "name")[0] == 404
    assert dial(wire, person.id, "phone", "door")[0] == 404
    assert dial(wire, without.id)[0] == dial(wire, elsewhere.id)[0] == 404
    assert dial(wire, "程望舒")[0] == 400
    content = json.dumps({"kind": "person", "entity": str(person.id), "field": "phone"}).encode()
    assert through(field.client)("POST", f"{API}dial", {}, content)[0] == 401
    assert not AuditEntry.objects.filter(verb="number.dialled").exists()

    monkeypatch.setattr(numbers, "CALLS_AN_HOUR", 2)
    assert [dial(wire, person.id)[0] for _ in range(3)] == [200, 200, 429]
    assert dial(wire, person.id)[1]["text"].startswith("没有拨")
    with time_machine.travel(clock.now() + dt.timedelta(minutes=61)):
        assert dial(wire, person.id)[0] == 200
