"""Every refusal says what cannot be read; what stands beside it in the same push counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gridwalk.campaigns.models import Target
from gridwalk.core import clock, ids
from gridwalk.phone.tests.test_pushing import push, states, visit
from gridwalk.registry.models import Person, Residence
from gridwalk.registry.tests.street import NEXT_GRID, links
from gridwalk.sync import messages
from gridwalk.sync.models import Op, Returned
from gridwalk.visits.models import Visit
from tests.harness.phones import op

pytestmark = pytest.mark.slow


Field = Any
NO_FIELD = "有一项不是系统登记的内容。"
SOMEBODY = {"values": {"name": "程小满"}, "residence_kind": "lives_here"}
FACT = {"p": None, "v": "let"}


def of_visit(**data: Any) -> Callable[[Any, Any], dict[str, Any]]:
    """A visit that says something else than phones do."""
    return lambda door, person: visit(1, door, **data)


def of(verb: str, kind: str, which: str, **more: Any) -> Callable[[Any, Any], dict[str, Any]]:
    """Another intention; ``which``: of the door, of the person or of nothing here."""

    def make(door: Any, person: Any) -> dict[str, Any]:
        entity = {"door": door.pk, "person": person.pk, "nothing": ids.new_id()}[which]
        data = {name: str(door.pk) if value == "@door" else value for name, value in more.get("data", {}).items()}
        return op(1, verb, kind, entity, at=clock.now(), set=more.get("set"), data=data)

    return make


def comes(**more: Any) -> Callable[[Any, Any], dict[str, Any]]:
    """Somebody is registered, without a visit."""
    return of("person.add", "person", "nothing", data={"dwelling": "@door", **SOMEBODY, **more})


def edit(**more: Any) -> Callable[[Any, Any], dict[str, Any]]:
    """A visit with one edit."""

    def make(door: Any, person: Any) -> dict[str, Any]:
        whole = {"kind": "person", "entity": str(person.pk), "set": {"relation": {"p": None, "v": "户主"}}}
        return visit(1, door, edits=[{**whole, **more}])

    return make


def end(**more: Any) -> Callable[[Any, Any], dict[str, Any]]:
    """A visit that heard of an end."""
    return lambda door, person: visit(1, door, ends=[{"person": str(person.pk), "end": "deceased", **more}])


UNREADABLE: list[tuple[str, Callable[[Any, Any], dict[str, Any]]]] = [
    (NO_FIELD, of_visit(set={"shoe_size": FACT})),
    (NO_FIELD, edit(set={"shoe_size": FACT})),
    (NO_FIELD, edit(set={"residence_kind": {"p": None, "v": "tenant"}})),
    (NO_FIELD, of("fact.set", "person", "person", set={"residence_kind": {"p": None, "v": "tenant"}})),
    (NO_FIELD, comes(values={"name": "程小满", "shoe_size": 42})),
    ("使用情况：", of_visit(set={"tenure": {"p": None, "v": "借来的"}})),
    ("证件号：", comes(values={"name": "程小满", "id_no": "12"})),
    *(
        (words, make)
        for name in ("12012345678", "120199198001011010", "26251234", "1980-01-01", "301", "男", "户主")
        for words, make in (
            ("姓名：", comes(values={"name": name})),
            ("姓名：", edit(set={"name": {"p": None, "v": name}})),
        )
    ),
    ("与户主关系：", edit(set={"relation": {"p": None, "v": "12012345678"}})),
    ("产权人：", of_visit(set={"owner_name": {"p": None, "v": "12012345678"}})),
    ("新添的人没有填姓名。", comes(values={"sex": "女"})),
    ("新添的人没有填姓名。", of_visit(arrivals=[{**SOMEBODY, "values": {"name": " "}}])),
    ("新添的人没有填内容。", comes(values="程小满")),
    ("新添的人没有选与此房的关系。", comes(residence_kind="neighbour")),
    ("新添的人没有选与此房的关系。", of_visit(arrivals=[{**SOMEBODY, "residence_kind": "neighbour"}])),
    ("注销的类别读不懂。", end(end="asleep")),
    ("注销的类别读不懂。", of("person.end", "person", "person", data={"end": "asleep", "reason": "听说"})),
    ("注销的类别读不懂。", end(person="somebody")),
    ("没有要改的内容。", of("fact.set", "dwelling", "door")),
    ("隐患或诉求没有内容。", of("matter.note", "dwelling", "door")),
    ("隐患或诉求读不懂。", of("matter.note", "dwelling", "door", data={"kind": "wish", "text": "灯"})),
    ("隐患或诉求读不懂。", of_visit(note={"kind": "hazard", "text": 7})),
    ("走访的不是房屋、单位或场所。", of("visit.record", "person", "person", data={"outcome": "met"})),
    ("有一处改动读不懂。", edit(kind="street")),
    ("有一处改动读不懂。", edit(entity="somebody")),
    ("有一项没有填内容。", edit(set={"relation": {"p": None}})),
    ("有一处编号读不懂。", of_visit(confirmed=["somebody"])),
    ("有一处编号读不懂。", of_visit(departures="somebody")),
    ("有一处名单读不懂。", of_visit(arrivals="somebody")),
    ("约定的时间读不懂。", of_visit(revisit_at="soon")),
    ("关爱联系里有一处读不懂。", of_visit(care=[{"person": "somebody"}])),
    ("有一个日期读不懂。", lambda door, person: visit(1, door, care=[{"person": str(person.pk), "by": "soon"}])),
    (
        "有一项需要的回答读不懂。",
        lambda door, person: visit(1, door, care=[{"person": str(person.pk), "asked": [{"need": "x"}]}]),
    ),
]


@pytest.mark.parametrize(("words", "make"), UNREADABLE)
def test_what_cannot_be_read_is_named_and_the_rest_of_the_push_counts(field: Field, words: str, make: Any) -> None:
    door, other = field.street.door("101"), field.street.door("102")
    person = field.street.person("程望舒", door)
    field.walk.dispatch()
    wire = field.phone()
    _, answer = push(wire, make(door, person), visit(2, other))
    refused, good = answer["results"]
    assert (refused["state"], refused["reason"], good["state"]) == ("returned", "not_valid", "accepted")
    assert refused["text"].startswith(words), refused["text"]
    assert refused["text"].endswith("没有记，内容留着。")
    assert (Returned.objects.get().op.text, Visit.objects.count()) == (refused["text"], 1)


def test_every_word_for_what_cannot_be_read_is_said_by_some_op() -> None:
    assert set(messages.WORDS.values()) <= {words for words, _ in UNREADABLE}


def test_a_retry_after_a_lost_answer_is_no_copy_whatever_other_phones_sent_under_its_number(field: Field) -> None:
    doors = [field.street.door(f"10{n}") for n in range(1, 4)]
    field.walk.dispatch()
    first, second = field.phone(), field.phone()
    sent = visit(1, doors[0])
    before = push(first, sent)
    assert states(push(second, visit(1, doors[1]))[1]) == ["accepted"]
    status, again = push(first, sent)
    assert (status, again["results"]) == (200, before[1]["results"])
    status, again = push(first, sent, visit(2, doors[2]))
    assert (status, states(again)) == (200, ["accepted", "accepted"])


def test_a_withdrawal_is_judged_at_the_door_of_its_own_visit(field: Field) -> None:
    """Two visits of two doors in one push, and the second is taken back; the first is of somebody else's grid."""
    far, door = field.street.door("901", NEXT_GRID), field.street.door("102")
    field.walk.dispatch()
    wire = field.phone()
    there, here = visit(1, far), visit(2, door)
    back = op(3, "visit.withdraw", "visit", here["op"], at=clock.now(), data={"reason": "记错门了"})
    _, answer = push(wire, there, here, back)
    assert [(r["state"], r.get("reason", "")) for r in answer["results"]] == [
        ("returned", "not_permitted"),
        ("accepted", ""),
        ("accepted", ""),
    ]
    assert Visit.objects.get().withdrawn_reason == "记错门了"
    kept = Op.objects.get(pk=back["op"])
    assert (kept.grid, kept.reason) == (door.grid_id, "")
    assert Target.objects.get(entity=door.pk).n_visits == 0


def test_a_stay_that_is_over_is_not_ended_again_and_one_that_is_not_is(field: Field) -> None:
    door, other = field.street.door("101"), field.street.door("102")
    gone, stays = field.street.person("程望舒", door), field.street.person("程兰因", other)
    link, home = Residence.objects.get(person=gone), Residence.objects.get(person=stays)
    before = clock.local_date(clock.now()).replace(month=1)
    Residence.objects.filter(pk=link.pk).update(to_on=before)
    wire = field.phone()
    now = clock.now()
    ends = [op(seq, "residence.end", "residence", pk, at=now) for seq, pk in ((1, link.pk), (2, home.pk))]
    nothing = op(3, "residence.end", "residence", ids.new_id(), at=now)
    _, answer = push(wire, *ends, nothing)
    assert states(answer) == ["accepted", "accepted", "returned"]
    link.refresh_from_db()
    assert (link.to_on, link.kind) == (before, "lives_here"), "its last day stays"
    assert [kind for _, kind in links(Person.objects.get(pk=stays.pk))] == ["registered_here"]
