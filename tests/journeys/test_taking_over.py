"""Somebody met at a door whose ID number stands on a record elsewhere: the side that would lose them decides, and the
side that gains sees nothing of the record before.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.core import clock, hanging
from gridwalk.core.models import AuditEntry
from gridwalk.indicators.definitions import DWELLINGS_RESOLVED
from gridwalk.notices.models import Notice
from gridwalk.phone.tests.conftest import PASSWORD, Field, field
from gridwalk.phone.tests.test_pulling import pull
from gridwalk.phone.tests.test_pushing import push, visit
from gridwalk.registry import predicates
from gridwalk.registry.living import LIVING
from gridwalk.registry.models import Difference, Dwelling, Person, Residence, TakeOver
from gridwalk.registry.tests.street import FAR_GRID, GRID, NEXT_GRID, SECOND, id_no, phone
from gridwalk.sync.actions import devices
from gridwalk.sync.models import Alias
from tests.harness.pages import Reader, text_of
from tests.harness.phones import Cache, Wire, op

__all__ = ["field"]
BORN = "1980-01-01"


def signed_in(user: User) -> Client:
    client = Reader()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@dataclasses.dataclass
class Sides:
    """A person of the second community, and a door of the first where somebody gives their number."""

    field: Field
    person: Person
    home: Dwelling
    door: Dwelling
    gains: Client
    loses: Client
    centre: User

    @property
    def street(self) -> Client:
        return signed_in(self.centre)


@pytest.fixture
def sides(field: Field, account: Callable[..., User]) -> Iterator[Sides]:
    home, door = field.street.door("901", FAR_GRID), field.street.door("101", tenure="owner")
    person = field.street.person("程望舒", home, id_no=id_no(3), phone=phone(1), registered_address="甲里1号楼")
    field.walk.dispatch()
    loses = account(Role.COMMUNITY_LEAD, SECOND, name="乙书记")
    centre = account(Role.STREET_CENTRE, SECOND[:9], name="中心")
    yield Sides(field, person, home, door, signed_in(field.lead), signed_in(loses), centre)


def arrival(name: str = "程望舒", **values: Any) -> dict[str, Any]:
    facts = {"name": name, "id_no": id_no(3), **values}
    return {"id": str(uuid.uuid4()), "values": facts, "residence_kind": "tenant"}


def homes(person: Person) -> list[uuid.UUID]:
    links = Residence.objects.filter(person=person, to_on__isnull=True, kind__in=LIVING).order_by("created_at")
    return list(links.values_list("dwelling_id", flat=True))


def resolved(door: Dwelling) -> bool:
    return Dwelling.objects.filter(predicates.dwelling_resolved(), pk=door.pk).exists()


def decide(lead: Client, decision: str) -> str:
    question = Difference.objects.get(field="residence", state="open")
    data = {"decision": decision, "reason": "电话问过本人"}
    return lead.post(f"/differences/{question.pk}/decide/", data, follow=True).content.decode()


@pytest.mark.parametrize("name", ["程望舒", "任意名"])
def test_a_number_of_another_community_takes_nobody_and_shows_nothing(sides: Sides, name: str) -> None:
    wire = sides.field.phone()
    comer = arrival(name, phone=phone(2))
    status, answer = push(wire, visit(1, sides.door, arrivals=[comer]))
    question = Difference.objects.get(state="open")
    assert (status, answer["results"][0]["state"]) == (200, "difference")
    awaited = {"field": "residence", "id": str(question.pk), "person": comer["id"]}
    assert answer["results"][0]["differences"] == [awaited], "the phone says of whom"
    assert (homes(sides.person), Person.objects.count(), question.grid_id) == ([sides.home.pk], 1, FAR_GRID)
    assert not Alias.objects.exists(), "no other id leads to the record"
    cache = Cache()
    pulled = pull(wire, cache)
    assert "程望舒" not in str(pulled) or name == "程望舒"
    assert str(sides.person.pk) not in str(pulled) and BORN not in str(cache.of_kind(GRID, "person"))
    assert sides.gains.get(f"/people/{sides.person.pk}/").status_code == 404
    assert sides.gains.get(f"/differences/{question.pk}/").status_code == 404
    page = sides.gains.get(f"/doors/{sides.door.pk}/").content.decode()
    assert "待对方确认" in page and name in page and "901" not in text_of(page)
    later = op(2, "fact.set", "person", comer["id"], at=clock.now(), set={"phone": {"p": None, "v": phone(9)}})
    assert push(wire, later)[1]["results"][0]["reason"] == "not_here", "of somebody not given away nothing is written"
    sides.person.refresh_from_db()
    assert sides.person.unseal("phone") == phone(1)
    asked = AuditEntry.objects.get(verb="takeover.asked")
    assert (asked.scope, asked.subject) == (FAR_GRID, sides.person.pk), "stands in the person's own list"
    told = dict(Notice.objects.values_list("scope", "text"))
    assert set(told) == {FAR_GRID, GRID} and "差异" in told[FAR_GRID] and "待对方确认" in told[GRID]
    assert "程望舒" not in str(told), "notices name nobody"


def test_until_then_the_door_counts_one_person_and_is_resolved(sides: Sides) -> None:
    assert not resolved(sides.door)
    push(sides.field.phone(), visit(1, sides.door, arrivals=[arrival()]))
    assert resolved(sides.door) and "待对方确认" in DWELLINGS_RESOLVED.explanation
    assert "保留" in decide(sides.loses, "keep")
    assert not resolved(sides.door)
    assert "那边没有同意迁来" in sides.gains.get(f"/doors/{sides.door.pk}/").content.decode()
    push(sides.field.phone(), visit(1, sides.door, arrivals=[arrival()]))
    assert not Difference.objects.filter(state="open").exists(), "what was answered is not asked again"


def test_who_is_given_away_moves_and_what_was_said_of_them_overwrites_nothing(sides: Sides) -> None:
    wire = sides.field.phone()
    comer = arrival(phone=phone(2), relation="head")
    push(wire, visit(1, sides.door, arrivals=[comer]))
    page = sides.loses.get("/differences/").content.decode()
    assert "别处报来，这个人住在那边" in page and "程望舒" in page
    assert "采用" in decide(sides.loses, "accept")
    assert Notice.objects.filter(scope=GRID, text__contains="已经确认").count() == 1
    sides.person.refresh_from_db()
    assert (homes(sides.person), sides.person.grid_id) == ([sides.door.pk], GRID)
    assert (sides.person.unseal("phone"), sides.person.relation) == (phone(1), "02")
    question = Difference.objects.get(state="open")
    assert (question.field, question.why, question.grid_id) == ("phone", "changed_meanwhile", GRID)
    said = op(2, "fact.set", "person", comer["id"], at=clock.now(), set={"sex": {"p": None, "v": "female"}})
    assert push(wire, said)[1]["results"][0]["state"] in {"accepted", "difference"}, "the phone's id leads there now"
    assert "程望舒" in sides.gains.get(f"/people/{sides.person.pk}/").content.decode()


def test_who_is_reported_twice_is_asked_about_once_and_both_authors_are_told(sides: Sides) -> None:
    first, second = arrival(relation="head"), arrival("任意名", phone=phone(2))
    wires = [sides.field.phone(), sides.field.phone()]
    answers = [
        push(wire, visit(1, sides.door, arrivals=[comer]))[1]["results"][0]
        for wire, comer in zip(wires, (first, second), strict=True)
    ]
    question = Difference.objects.get(state="open")
    asked = {"field": "residence", "id": str(question.pk)}
    assert [(answer["state"], answer["differences"]) for answer in answers] == [
        ("difference", [{**asked, "person": comer["id"]}]) for comer in (first, second)
    ]
    assert set(question.takeovers.values_list("name", flat=True)) == {"程望舒", "任意名"}
    page = sides.gains.get(f"/doors/{sides.door.pk}/").content.decode()
    assert ("程望舒" in page, "任意名" in page, resolved(sides.door)) == (True, False, True), (
        "the door awaits one person"
    )
    assert "程望舒、任意名" in sides.loses.get(f"/differences/{question.pk}/").content.decode()
    with time_machine.travel(clock.now() + dt.timedelta(days=7, minutes=1)):
        assert sides.street.get("/rechecks/").content.decode().count(f"takeovers/{question.pk}/") == 1
    assert "采用" in decide(sides.loses, "accept")
    sides.person.refresh_from_db()
    assert (homes(sides.person), sides.person.relation) == ([sides.door.pk], "02")
    waiting = set(Difference.objects.filter(state="open").values_list("field", flat=True))
    assert waiting == {"name", "phone"}, "what the second report says otherwise is asked"
    for wire, comer in zip(wires, (first, second), strict=True):
        said = op(2, "fact.set", "person", comer["id"], at=clock.now(), set={"sex": {"p": None, "v": "female"}})
        assert push(wire, said)[1]["results"][0]["state"] in {"accepted", "difference"}, "either id leads there now"


def test_who_takes_back_what_another_has_reported_too_ends_nothing(sides: Sides) -> None:
    form = f"/daily/moved_in/dwelling/{sides.door.pk}/"
    row = {"name-0": "任意名", "id_no-0": id_no(3), "residence_kind": "tenant", "told": "self", "seen": "1"}
    sides.gains.post(form, row)
    comer = arrival()
    push(sides.field.phone(), visit(1, sides.door, arrivals=[comer]))
    event = AuditEntry.objects.get(verb="daily.recorded").data["op"]
    sides.gains.post(f"/daily/recorded/{event}/undo/")
    assert [(str(row.pk), row.difference.state) for row in TakeOver.objects.all()] == [(comer["id"], "open")]
    assert resolved(sides.door)


def test_a_report_of_who_was_not_given_away_is_told_so(sides: Sides) -> None:
    wire = sides.field.phone()
    push(wire, visit(1, sides.door, arrivals=[arrival()]))
    decide(sides.loses, "keep")
    n_told = Notice.objects.count()
    comer = arrival()
    again = visit(2, sides.door, arrivals=[comer])
    (result,) = push(wire, again)[1]["results"]
    kept = Difference.objects.get()
    told = {"field": "residence", "id": str(kept.pk), "person": comer["id"]}
    assert (result["state"], result["differences"]) == ("difference", [told])
    assert (kept.state, Notice.objects.count()) == ("kept", n_told), "nobody is asked, so nobody is told to answer"
    decided = {told["op"]: told["text"] for told in pull(wire, Cache())["decided"]}
    assert "保留了原来的" in decided[again["op"]]


def test_two_doors_whose_addresses_read_the_same_are_two_questions(sides: Sides, account: Callable[..., User]) -> None:
    namesake = sides.field.street.door("101", FAR_GRID)
    assert namesake.address == sides.door.address
    ours, worker = sides.field.phone(), account(Role.GRID_WORKER, FAR_GRID)
    theirs = Wire(send=ours.send, now=clock.now)
    code, _ = devices.make_code(actor=SYSTEM, at=clock.now(), user=worker.id)
    assert theirs.activate(worker.username, PASSWORD, code)[0] == 200
    for wire, door in ((ours, sides.door), (theirs, namesake)):
        (result,) = push(wire, visit(1, door, arrivals=[arrival("任意名")]))[1]["results"]
        assert result["state"] == "difference"
    asked = {(str(row.dwelling), row.difference.evidence["dwelling"]) for row in TakeOver.objects.all()}
    assert asked == {(str(door.pk), str(door.pk)) for door in (sides.door, namesake)}


def test_in_the_same_community_a_name_written_otherwise_applies_and_another_name_does_not(sides: Sides) -> None:
    street, wire = sides.field.street, sides.field.phone()
    home = street.door("201", NEXT_GRID)
    same = street.person("欧阳·兰因", home, id_no=id_no(5), phone=phone(5))
    other = street.person("韩书言", home, id_no=id_no(7))
    first = {**arrival("欧阳兰因", id_no=id_no(5), phone=phone(6))}
    second = {**arrival("顾昭宁", id_no=id_no(7))}
    _, answer = push(wire, visit(1, sides.door, arrivals=[first, second]))
    assert answer["results"][0]["state"] == "difference"
    assert (homes(same), homes(other)) == ([sides.door.pk], [home.pk])
    same.refresh_from_db()
    assert same.unseal("phone") == phone(5), "what the phone never saw is not overwritten"
    asked = dict(Difference.objects.filter(state="open").values_list("field", "why"))
    assert asked == {"phone": "changed_meanwhile", "residence": "taken_over"}
    moved = Notice.objects.filter(text__contains="本社区别的网格").values_list("scope", "role")
    assert set(moved) == {(GRID, Role.GRID_WORKER), (NEXT_GRID, Role.GRID_WORKER)}, "both workers are told"


def test_after_seven_days_the_street_decides_on_masked_rows(sides: Sides) -> None:
    push(sides.field.phone(), visit(1, sides.door, arrivals=[arrival("任意名")]))
    question = Difference.objects.get(state="open")
    assert "待对方确认，过了 7 天" not in sides.street.get("/rechecks/").content.decode()
    address = f"/rechecks/takeovers/{question.pk}/"
    data = {"decision": "accept", "reason": "两边都问过"}
    assert sides.street.post(address, data).status_code == 404, "the side has seven days"
    with time_machine.travel(clock.now() + dt.timedelta(days=7, minutes=1)):
        page = sides.street.get("/rechecks/").content.decode()
        assert "待对方确认，过了 7 天" in page and "两边不同" in page
        assert "程望舒" not in page and "任意名" not in page and id_no(3) not in page
        further = sides.street.get("/rechecks/?list=late&from=1").content.decode()
        assert "过 7 天 1" in further and "待对方确认，过了 7 天" not in further, "the list is turned, its count stays"
        for grid, told in ((GRID, True), (FAR_GRID, True), (NEXT_GRID, False)):
            assert ("过 7 天 1" in sides.street.get(f"/rechecks/?scope={grid}").content.decode()) is told, "either side"
        assert signed_in(sides.field.lead).post(address, data).status_code == 404, "one side alone does not"
        unsaid = sides.street.post(address, {"decision": "accept", "reason": ""}, follow=True).content.decode()
        assert "没有定：请写明问过谁、凭什么，两边都看得到" in unsaid
        unchosen = sides.street.post(address, {"decision": "later", "reason": "两边都问过"}, follow=True)
        assert "没有定：请选迁到报来的一处，还是留在原处" in unchosen.content.decode()
        assert homes(sides.person) == [sides.home.pk]
        assert f'name="scope" value="{GRID}"' in sides.street.get(f"/rechecks/?scope={GRID}").content.decode()
        assert sides.street.post(address, {**data, "scope": GRID}).headers["Location"] == f"/rechecks/?scope={GRID}"
        assert homes(sides.person) == [sides.door.pk]
        assert sides.street.post(address, data).status_code == 404


def test_the_office_is_told_neither_who_nor_where(sides: Sides) -> None:
    form = f"/daily/moved_in/dwelling/{sides.door.pk}/"
    row = {"name-0": "任意名", "id_no-0": id_no(3), "residence_kind": "tenant", "told": "self"}
    unsaved = {**row, "name-1": "任意名", "id_no-1": "1"}
    page = sides.gains.post(form, unsaved).content.decode()
    assert page.count("证件号") == sides.gains.post(form, {**unsaved, "id_no-0": id_no(77)}).content.decode().count(
        "证件号"
    )
    assert not any(text in page for text in ("登记在别处", "程望舒", "程**", "901", "乙社区"))
    assert not TakeOver.objects.exists(), "what is not stored is not told about"
    sides.gains.post(form, {**row, "seen": "1"})
    assert (homes(sides.person), TakeOver.objects.get().name) == ([sides.home.pk], "任意名")
    assert resolved(sides.door)
    event = AuditEntry.objects.get(verb="daily.recorded").data["op"]
    sides.gains.post(f"/daily/recorded/{event}/undo/")
    assert Difference.objects.get(field="residence").state == "closed"
    assert not resolved(sides.door)


def test_a_corrected_number_that_stands_elsewhere_is_a_difference_and_is_noted(sides: Sides) -> None:
    own = sides.field.street.person("顾若溪", sides.door)
    answers = []
    for number in (id_no(11), id_no(3)):
        data = {"id_no": number, "reason": "看过证件"}
        answers.append(sides.gains.post(f"/correct/person/{own.pk}/", data, follow=True).content.decode())
    told = "已保存，来历里记了一笔。证件号有疑问的成了差异，等社区核对。"
    assert all(told in answer for answer in answers), "the same words for a free number and for another's"
    own.refresh_from_db()
    assert own.unseal("id_no") == id_no(11)
    assert Difference.objects.get(state="open").why == "number_taken"
    noted = AuditEntry.objects.get(verb="number.typed_elsewhere")
    assert (noted.scope, noted.subject) == (FAR_GRID, sides.person.pk)


def test_erased_or_over_time_nothing_of_what_was_said_stays(sides: Sides) -> None:
    push(sides.field.phone(), visit(1, sides.door, arrivals=[arrival("任意名", phone=phone(2))]))
    assert phone(2) not in TakeOver.objects.get().values_sealed
    hanging.erase(sides.person.pk)
    takeover = TakeOver.objects.get()
    assert (takeover.name, takeover.values_sealed) == ("", "")
