"""Erased means erased: nothing a phone holds, hands in or offers again brings somebody back; others lose nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.core import clock, ids
from gridwalk.core.models import AuditEntry, Change
from gridwalk.phone.tests.test_pulling import pull
from gridwalk.phone.tests.test_pushing import push, states, visit
from gridwalk.registry.models import Difference, Dwelling, Erased, Person, Residence, TakeOver
from gridwalk.registry.tests.street import FAR_GRID, GRID, NEXT_GRID, SECOND, id_no, links, phone
from gridwalk.retention.actions import applying
from gridwalk.retention.rules import ERASED_NAME
from gridwalk.sync.actions import devices
from gridwalk.sync.models import Alias, Deposit, Device, Op, Returned, Shadow
from gridwalk.visits.models import Visit
from tests.harness.erasing import end, erase, kept_ops, where
from tests.harness.pages import Reader
from tests.harness.phones import API, Cache, Wire, op

pytestmark = pytest.mark.slow


Field = Any
NAME, HIS, HERS = "程望舒", phone(7), phone(8)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Settings) -> Path:
    """A ledger of erasures of its own."""
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def lead(field: Field) -> Iterator[Client]:
    """The lead at a browser."""
    client = Reader()
    client.force_login(field.lead, backend="allauth.account.auth_backends.AuthenticationBackend")
    yield client


def told(answer: Any) -> list[tuple[str, str]]:
    return [(result["state"], result.get("reason", "")) for result in answer["results"]]


def pk_of(person: Any) -> Any:
    """Of a record, or an id of the phone's."""
    return getattr(person, "id", person)


def edit(person: Any, number: str) -> dict[str, Any]:
    return {"kind": "person", "entity": str(pk_of(person)), "set": {"phone": {"p": None, "v": number}}}


def says(seq: int, person: Any, **facts: str) -> dict[str, Any]:
    """An op about one person."""
    said = {field: {"p": None, "v": value} for field, value in facts.items()}
    return op(seq, "fact.set", "person", pk_of(person), at=clock.now(), set=said)


def require_nameless(person: Person) -> None:
    """Nothing of who it was is on record, and it counts as somebody who has left."""
    row = Person.objects.get(pk=person.pk)
    assert (row.name, row.phone_sealed, row.phone_index, row.registered_address) == (ERASED_NAME, "", "", "")
    assert (row.id_no_sealed, row.id_no_index, row.search_keys, row.status) == ("", "", [], "moved_away")
    assert links(row) == []
    values = Change.objects.filter(entity=person.pk, field__in=("phone", "name", "registered_address", Change.WHOLE))
    assert {(change.old, change.new) for change in values} <= {(None, None)}


def test_what_a_phone_held_of_somebody_erased_is_left_out_and_all_else_goes_on(field: Field, lead: Client) -> None:
    door = field.street.door("101")
    gone, stays = field.street.person(NAME, door), field.street.person("程兰因", door)
    field.walk.dispatch()
    wire = field.phone()
    alone = says(1, gone, phone=HIS, registered_address="别处 1号")
    cache = Cache()
    pull(wire, cache)
    household = visit(
        2, door, confirmed=[str(gone.id), str(stays.id)], edits=[edit(gone, HIS), edit(stays, HERS)], set={}
    )
    erase(gone, lead)
    assert set(Shadow.objects.values_list("hash", flat=True)) == {""}, "it was of rows among which theirs was"
    _, answer = push(wire, alone, household)
    assert told(answer) == [("accepted", "erased"), ("accepted", "one_erased")]
    assert all("已清除" in result["text"] for result in answer["results"])
    require_nameless(gone)
    assert Person.objects.get(pk=stays.pk).unseal("phone") == HERS
    assert Visit.objects.get().n_confirmed == 1
    assert (HIS in kept_ops(), "别处" in kept_ops(), HERS in kept_ops()) == (False, False, True)
    assert where(NAME) == []
    pull(wire, cache)
    assert cache.hashes[GRID] == cache.hash_of(GRID)
    assert not Difference.objects.exists()
    _, again = push(wire, alone, household)
    assert again["results"] == answer["results"], "the same ops are known, though they are kept shorter"


def test_no_older_data_bring_somebody_back_though_phones_offer_all_they_keep(
    field: Field, lead: Client, home: Path
) -> None:
    """A restore is a savepoint that is gone back to. The newcomer came after it, and is in no older data at all."""
    door = field.street.door("101")
    gone, stays = field.street.person(NAME, door), field.street.person("程兰因", door)
    with transaction.atomic():
        field.walk.dispatch()
        wire, newcomer = field.phone(), ids.new_id()
        push(wire, visit(1, door, edits=[edit(stays, phone(5))]))
        backup = transaction.savepoint()
        values = {"name": "程小满", "id_no": id_no(12)}
        comes = {"dwelling": str(door.id), "values": values, "residence_kind": "lives_here"}
        sent = [
            says(2, gone, phone=HIS),
            op(3, "person.add", "person", newcomer, at=clock.now(), data=comes),
            says(4, newcomer, phone=phone(9)),
            visit(5, door, edits=[edit(gone, phone(6)), edit(newcomer, phone(9))], confirmed=[str(newcomer)]),
        ]
        assert states(push(wire, *sent)[1]) == ["accepted", "accepted", "accepted", "difference"]
        erase(gone, lead)
        erase(Person.objects.get(pk=newcomer), lead)
        ended_on = Person.objects.get(pk=gone.pk).ended_on
        transaction.savepoint_rollback(backup)
        assert Person.objects.get(pk=gone.pk).status == "active", "older data know of no end"

        assert applying.replay(actor=SYSTEM, at=clock.now(), folders=[home]) == 1
        require_nameless(gone)
        assert Person.objects.get(pk=gone.pk).ended_on == ended_on
        assert Residence.objects.get(person=gone).to_on == ended_on
        _, answer = push(wire, *sent)
        assert told(answer) == [("accepted", "erased")] * 3 + [("accepted", "one_erased")]
        require_nameless(gone)
        assert not Person.objects.filter(pk=newcomer).exists()
        assert Visit.objects.count() == 2
        assert not [number for number in (HIS, phone(6), phone(9), "程小满", id_no(12)) if number in kept_ops()]
        assert set(Erased.objects.values_list("pk", "why")) == {(gone.pk, "restore"), (newcomer, "restore")}
        assert applying.replay(actor=SYSTEM, at=clock.now(), folders=[home]) == 0


def test_a_visit_that_waits_loses_the_erased_one_and_keeps_the_others(field: Field, lead: Client) -> None:
    """Both ops wait for a decision, for the door is of another grid."""
    door = field.street.door("201", grid=NEXT_GRID)
    gone, stays = field.street.person(NAME, door), field.street.person("程兰因", door)
    field.walk.dispatch()
    wire = field.phone()
    people = [str(gone.id), str(stays.id)]
    household = visit(1, door, confirmed=people, edits=[edit(gone, HIS), edit(stays, HERS)])
    _, answer = push(wire, household, says(2, gone, phone=HIS))
    assert states(answer) == ["returned", "returned"]
    erase(gone, lead)
    assert dict(Returned.objects.values_list("op__seq", "state")) == {1: "waiting", 2: "set_aside"}
    shown = lead.get("/returned/").content.decode()
    assert "这位网格员不管这个网格其中一个人的身份内容已清除" in shown.replace("。", "")
    assert (HIS in kept_ops(), HERS in kept_ops()) == (False, True)
    decided = {row["op"]: row["text"] for row in pull(wire, Cache())["decided"]}
    assert decided == {str(Op.objects.get(seq=2).pk): "社区已搁置：本人的身份内容已清除"}
    assert AuditEntry.objects.filter(verb="op.set_aside", actor=field.lead.id).count() == 1

    lead.post(f"/returned/{household['op']}/", {"do": "release", "note": "看过了"})
    assert (Visit.objects.get().n_confirmed, Op.objects.get(seq=1).state) == (1, "accepted")
    assert Person.objects.get(pk=stays.pk).unseal("phone") == HERS
    require_nameless(gone)


def test_an_op_that_an_earlier_version_emptied_is_told_so_and_set_aside(field: Field, lead: Client) -> None:
    door = field.street.door("201", grid=NEXT_GRID)
    field.walk.dispatch()
    wire = field.phone()
    sent = visit(1, door)
    push(wire, sent)
    Op.objects.update(body_sealed="", text="")
    path = f"/returned/{sent['op']}/"
    assert "没有放行：这一条的内容已清除" in lead.post(path, {"do": "release"}, follow=True).content.decode()
    lead.post(path, {"do": "set_aside", "note": "已补录"})
    assert Returned.objects.get().state == "set_aside"
    assert "已补录" in lead.get("/returned/?show=decided").content.decode()


def test_of_what_is_handed_in_no_sealed_copy_is_kept_either(field: Field, lead: Client) -> None:
    """One is handed in before the erasure, one after it; what is about others stays as it came."""
    door = field.street.door("101")
    gone, stays = field.street.person(NAME, door), field.street.person("程兰因", door)
    wire = field.phone()
    devices.revoke(actor=field.viewer(field.lead), at=clock.now(), device=Device.objects.get().id, reason="丢了")
    before, after, others = says(1, gone, phone=HIS), says(2, gone, phone=HIS), says(3, stays, phone=HERS)

    def deposit(*ops: dict[str, Any]) -> Any:
        body = json.dumps({"token": wire.token, "ops": [wire.seal(sent) for sent in ops]}).encode()
        return json.loads(wire.send("POST", f"{API}deposit", {}, body)[1])

    deposit(before)
    assert Deposit.objects.get().sealed
    erase(gone, lead)
    assert Deposit.objects.get().sealed == ""
    assert deposit(after, others)["taken"] == [after["op"], others["op"]]
    assert {row.seq: bool(row.sealed) for row in Deposit.objects.all()} == {1: False, 2: False, 3: True}
    assert (HIS in kept_ops(), HERS in kept_ops()) == (False, True)
    assert dict(Op.objects.values_list("seq", "state")) == {1: "returned", 2: "accepted", 3: "returned"}


def test_the_name_a_phone_gave_somebody_is_erased_with_them(field: Field, lead: Client, home: Path) -> None:
    """The phone met somebody who is on record: an alias leads to the record. Older data know of neither, and the phone
    offers its report again.
    """
    door = field.street.door("101")
    gone = field.street.person(NAME, field.street.door("102"), id_no=id_no(11))
    with transaction.atomic():
        field.walk.dispatch()
        wire, alias = field.phone(), ids.new_id()
        backup = transaction.savepoint()
        values = {"name": NAME, "id_no": id_no(11)}
        data = {"dwelling": str(door.id), "values": values, "residence_kind": "lives_here"}
        comes = op(1, "person.add", "person", alias, at=clock.now(), data=data)
        _, answer = push(wire, comes)
        assert (states(answer), Alias.objects.get().entity) == (["accepted"], gone.id)
        erase(gone, lead)
        _, answer = push(wire, says(2, alias, phone=HIS))
        assert told(answer) == [("accepted", "erased")]
        require_nameless(gone)
        assert not [text for text in (HIS, NAME, id_no(11)) if text in kept_ops()]

        transaction.savepoint_rollback(backup)
        assert applying.replay(actor=SYSTEM, at=clock.now(), folders=[home]) == 1
        _, answer = push(wire, comes, says(2, alias, phone=HIS))
        assert told(answer) == [("accepted", "erased")] * 2
        require_nameless(gone)
        assert not Person.objects.filter(pk=alias).exists() and not Alias.objects.exists()
        assert not [text for text in (HIS, NAME, id_no(11)) if text in kept_ops()]


def test_whom_another_side_was_asked_for_is_erased_by_that_name_too(
    field: Field, lead: Client, account: Callable[..., Any]
) -> None:
    """Somebody met here is on record in another community; the question waits there, the op was judged here."""
    door, home = field.street.door("101"), field.street.door("901", grid=FAR_GRID)
    gone = field.street.person(NAME, home, id_no=id_no(11))
    field.walk.dispatch()
    wire, newcomer = field.phone(), ids.new_id()
    values = {"name": NAME, "id_no": id_no(11), "phone": HIS}
    comes = {"dwelling": str(door.id), "values": values, "residence_kind": "lives_here"}
    _, answer = push(wire, op(1, "person.add", "person", newcomer, at=clock.now(), data=comes))
    assert states(answer) == ["difference"]
    there = Reader()
    there.force_login(
        account(Role.COMMUNITY_LEAD, SECOND), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    erase(gone, there)
    assert Difference.objects.get(entity=gone.id).state == "closed"
    assert (TakeOver.objects.get().name, TakeOver.objects.get().values_sealed) == ("", "")
    _, answer = push(wire, says(2, newcomer, phone=HIS))
    assert told(answer) == [("accepted", "erased")]
    assert not [text for text in (NAME, id_no(11), HIS) if text in kept_ops()]
    assert where(NAME) == []


def test_who_owned_a_door_is_not_named_there_by_an_older_op_and_a_new_owner_is(field: Field, lead: Client) -> None:
    door = field.street.door("101", owner_name=NAME, owner_phone=HIS)
    gone = field.street.person(NAME, door)
    field.walk.dispatch()
    wire = field.phone()
    owner = {"owner_name": {"p": None, "v": NAME}, "owner_phone": {"p": None, "v": HIS}}
    older = op(1, "fact.set", "dwelling", door.id, at=clock.now(), set={**owner, "tenure": {"p": None, "v": "let"}})
    erase(gone, lead)
    newer = op(2, "fact.set", "dwelling", door.id, at=clock.now(), set={"owner_name": {"p": None, "v": "许知行"}})
    _, answer = push(wire, older, newer)
    assert told(answer)[0] == ("accepted", "one_erased")
    row = Dwelling.objects.get(pk=door.pk)
    assert (row.owner_name, row.owner_phone_sealed, row.tenure) == ("许知行", "", "let")
    assert (NAME in kept_ops(), HIS in kept_ops(), "许知行" in kept_ops()) == (False, False, True)
    assert where(NAME) == []


def test_a_grid_drawn_anew_since_hides_no_op(field: Field, lead: Client) -> None:
    """What was sent before stands under the old grid's code; nobody knows where what was not understood belongs."""
    door = field.street.door("101")
    gone = field.street.person(NAME, door)
    wire: Wire = field.phone()
    push(wire, says(1, gone, phone=HIS), {**says(2, ids.new_id(), phone=phone(9)), "data": {"who": str(gone.id)}})
    Op.objects.filter(seq=1).update(grid=NEXT_GRID)
    assert Op.objects.get(seq=2).grid == ""
    end(gone, lead)
    lead.post(f"/people/{gone.pk}/erase/", {"reason": "家属书面申请"})
    assert HIS not in kept_ops()
    assert '"who"' not in kept_ops(), "the part that named them, of an op that nobody could judge"
