"""抽查 on an inspector's phone: the doors given, blind, on their days; what is said of them offline and judged later."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gridwalk.accounts.models import Assignment, User
from gridwalk.accounts.rules import Role
from gridwalk.campaigns.models import Target
from gridwalk.core import clock, ids
from gridwalk.core.models import AuditEntry
from gridwalk.followup.models import Matter
from gridwalk.inspection.actions import drawing, giving
from gridwalk.inspection.models import Approach, DoorAnswer, Sample, SampledDoor
from gridwalk.inspection.rules import Kind
from gridwalk.inspection.tests.test_drawing import CENTRE, drawn
from gridwalk.notices.models import Notice
from gridwalk.phone.tests.conftest import PASSWORD, Field
from gridwalk.phone.tests.test_pushing import push, states
from gridwalk.registry.models import Difference, Dwelling
from gridwalk.registry.tests.street import FIRST, GRID, phone
from gridwalk.sync.actions import devices
from gridwalk.sync.models import Device, Returned
from tests.harness.pages import Reader
from tests.harness.phones import Wire, op, through

STREET = FIRST[:9]
DAY = dt.timedelta(days=1)


@dataclasses.dataclass
class Round:
    """A sample of three doors, one of them with two telephones, all given to one inspector with a phone."""

    field: Field
    inspector: User
    sample: Sample
    wire: Wire

    def door(self, room: str) -> SampledDoor:
        return SampledDoor.objects.get(sample=self.sample, dwelling=Dwelling.objects.get(room=room).pk)

    def say(self, seq: int, room: str, verb: str = "answer", **data: Any) -> dict[str, Any]:
        """An op about a door; an answer at the door that confirms the visit, unless told otherwise."""
        at = data.pop("at", clock.now())
        usual = {"way": "knock", "visited": "yes", "who": "met"} if verb == "answer" else {}
        return op(seq, f"sample.{verb}", "sampled_door", self.door(room).pk, at=at, data=usual | data)


@pytest.fixture
def round_(field: Field, account: Callable[..., User]) -> Round:
    for room in ("101", "102", "103"):
        field.street.door(room, occupancy="occupied", tenure="owner")
    field.street.person("程望舒", Dwelling.objects.get(room="101"), phone=phone(1))
    field.street.person("沈兰因", Dwelling.objects.get(room="101"), phone=phone(2))
    field.walk.dispatch()
    Target.objects.update(state="visited", outcome="met", n_visits=1)
    inspector = account(Role.INSPECTOR, STREET, name="裴子衿")
    sample = drawn(clock.now())
    giving.give(actor=CENTRE, at=clock.now(), sample=sample.pk)
    return Round(field, inspector, sample, bound(field, inspector))


def bound(field: Field, user: User) -> Wire:
    """A phone bound to somebody with a code the administrator of the street made."""
    administrator = dataclasses.replace(
        CENTRE, assignments=(dataclasses.replace(CENTRE.assignments[0], role=Role.ADMINISTRATOR),)
    )
    code, _ = devices.make_code(actor=administrator, at=clock.now(), user=user.id)
    wire = Wire(send=through(field.client), now=clock.now)
    status, answer = wire.activate(user.username, PASSWORD, code)
    assert (status, answer["user"]["asks"], answer["user"]["grids"]) == (200, True, [])
    return wire


def listed(wire: Wire) -> tuple[list[dict[str, Any]], int]:
    status, answer = wire.ask("POST", "pull", {"since": {}, "epoch": 0})
    assert status == 200, answer
    assert answer["grids"] == []
    return answer["sampled"], answer["n_sampled"]


def said_of(answer: Any) -> list[str]:
    return [result.get("text", "") for result in answer["results"]]


def test_a_phone_has_the_doors_given_to_its_inspector_and_nothing_recorded(
    round_: Round, account: Callable[..., User]
) -> None:
    rows, n = listed(round_.wire)
    assert ([row["address"][-3:] for row in rows], n) == (["101", "102", "103"], 3), "in the walk"
    first = rows[0]
    assert (first["n_phones"], first["n_calls"], first["tries"], first["most_knocks"]) == (2, 0, 3, 6)
    assert (first["since"], first["until_on"], first["why_not"]) == ("2026-09-20", "2026-10-23", "")
    assert first["quiet"] == ["20:30", "09:00"]
    for recorded in ("程望舒", "沈兰因", phone(1)[-4:], "owner", "occupied", str(round_.door("101").dwelling)):
        assert recorded not in str(rows), "blind"
    assert listed(bound(round_.field, account(Role.INSPECTOR, STREET, name="孟知微"))) == ([], 0), "given to another"
    worker = round_.field.phone()
    _, answer = worker.ask("POST", "pull", {"since": {}, "epoch": 0})
    assert (answer["sampled"], answer["n_sampled"]) == ([], 0)


def test_what_is_heard_offline_is_kept_once_as_of_when_it_was_heard(round_: Round) -> None:
    heard_at = clock.now()
    sent = [
        round_.say(1, "101", "approach", way="call", outcome="nobody"),
        round_.say(
            2,
            "101",
            n_living=2,
            identity="badge",
            knows=True,
            contact="earlier",
            fields={"tenure": "let", "usage": "castle"},
            wanted="灯坏了",
        ),
        round_.say(3, "102", visited="no"),
        round_.say(4, "103", "approach", way="knock", outcome="refused"),
    ]
    with time_machine.travel(heard_at + 5 * DAY):
        status, answer = push(round_.wire, *sent)
        assert (status, states(answer), said_of(answer)) == (200, ["accepted"] * 4, [""] * 4)
        assert states(push(round_.wire, *sent)[1]) == ["accepted"] * 4, "sent again it is the same"
        assert listed(round_.wire) == ([], 3), "none is open: all are taken off the phone"
    yes, no = DoorAnswer.objects.order_by("-visited")
    agrees = {"n_living": True, "lived_in": True, "tenure": False}
    assert (yes.visited, yes.agrees, yes.knows, no.visited) == ("yes", agrees, True, "no")
    assert abs(yes.at - heard_at) < dt.timedelta(minutes=1)
    assert Approach.objects.count() == 2
    assert round_.door("103").state == "refused"
    difference = Difference.objects.get()
    assert (difference.field, difference.source) == ("tenure", "inspector")
    request = Matter.objects.get()
    assert (request.source, request.place) == ("sample", round_.door("101").dwelling)
    assert AuditEntry.objects.filter(verb="sample.door_asked").count() == 2
    assert AuditEntry.objects.filter(verb="sample.door_tried").count() == 2


def test_the_page_and_the_phone_judge_alike(round_: Round) -> None:
    knock = round_.say(1, "101", "approach", way="knock", outcome="nobody")
    quiet = round_.say(2, "102", at=clock.at_local(clock.local_date(clock.now()) - DAY, 22))
    odd = [
        round_.say(3, "102", n_living=99),
        round_.say(4, "102", visited="perhaps"),
        round_.say(5, "102", "approach", way="letter", outcome="nobody"),
        round_.say(6, "102", "leave"),
    ]
    with time_machine.travel(clock.now() + DAY):
        during = round_.say(7, "102", at=clock.at_local(clock.local_date(clock.now()) - DAY, 22))
        _, answer = push(round_.wire, knock, quiet, *odd, during)
    assert states(answer) == ["returned"] * 7
    for text, words in zip(
        said_of(answer),
        (
            "先打电话，打不通再上门",
            "时间要在核查的日子里（10月13日到10月23日）",
            "住几口人写 0 到 40",
            "抽查的回答读不懂",
            "抽查没问到的一次读不懂",
            "照常问",
            "免打扰时段不打电话，也不上门",
        ),
        strict=True,
    ):
        assert words in text
    assert not DoorAnswer.objects.exists() and not Approach.objects.exists()


def test_three_tries_end_a_door_and_a_fourth_comes_back(round_: Round) -> None:
    tries = [round_.say(seq, "102", "approach", way="knock", outcome="nobody") for seq in range(1, 5)]
    _, answer = push(round_.wire, *tries)
    assert states(answer) == ["accepted"] * 3 + ["returned"]
    assert "“几次都没找到人”，不再打扰" in said_of(answer)[3]


def test_of_two_inspectors_at_one_door_the_second_is_told(round_: Round, account: Callable[..., User]) -> None:
    second = account(Role.INSPECTOR, STREET, name="孟知微")
    other = drawn(clock.now(), Kind.ACCEPTANCE, FIRST)
    SampledDoor.objects.filter(sample=other).update(inspector=second)
    wire = bound(round_.field, second)
    at_102 = SampledDoor.objects.get(sample=other, dwelling=round_.door("102").dwelling)
    usual = {"way": "knock", "visited": "yes", "who": "met"}
    late = op(1, "sample.answer", "sampled_door", at_102.pk, at=clock.now(), data=usual)
    assert states(push(round_.wire, round_.say(1, "102"))[1]) == ["accepted"]
    _, answer = push(wire, late)
    assert states(answer) == ["returned"] and "别的核查员 10月13日问过这一户，不再打扰" in said_of(answer)[0]
    row = next(row for row in listed(wire)[0] if row["id"] == str(at_102.pk))
    assert row["why_not"] == "别的抽查刚问过"
    leave = op(2, "sample.leave", "sampled_door", at_102.pk, at=clock.now())
    assert states(push(wire, leave)[1]) == ["accepted"]
    at_102.refresh_from_db()
    assert at_102.state == "asked_elsewhere"

    SampledDoor.objects.filter(pk=round_.door("103").pk).update(inspector=second)
    _, answer = push(round_.wire, round_.say(2, "103"))
    assert "这一户后来派给了别的核查员" in said_of(answer)[0]
    assert [row["address"][-3:] for row in listed(round_.wire)[0]] == ["101"], "what was taken away is off the phone"


def test_a_door_struck_off_meanwhile_and_one_the_inspector_may_not_ask(round_: Round) -> None:
    Dwelling.objects.filter(room="102").update(status="struck_off")
    round_.field.street.person("裴子衿", Dwelling.objects.get(room="103"))
    _, answer = push(round_.wire, round_.say(1, "102"), round_.say(2, "103"))
    assert states(answer) == ["returned"] * 2
    assert "“已不在册”，不再打扰" in said_of(answer)[0] and "要换人问" in said_of(answer)[1]
    rows = {row["address"][-3:]: row for row in listed(round_.wire)[0]}
    assert (rows["102"]["why_not"], rows["103"]["is_barred"], rows["101"]["is_barred"]) == ("已不在册", True, False)
    _, answer = push(round_.wire, round_.say(3, "102", "leave"), round_.say(4, "103", "leave"))
    assert states(answer) == ["accepted"] * 2
    given_back = round_.door("103")
    assert (round_.door("102").state, given_back.state, given_back.inspector) == ("gone", "open", None)
    assert giving.give(actor=CENTRE, at=clock.now(), sample=round_.sample.pk).n_barred == 1, "there is no other"


def test_after_the_days_the_doors_are_off_the_phone_and_what_was_heard_in_them_still_counts(round_: Round) -> None:
    heard = round_.say(1, "102")
    with time_machine.travel(clock.now() + 11 * DAY):
        assert listed(round_.wire) == ([], 0)
        _, answer = push(round_.wire, heard, round_.say(2, "103"))
        assert states(answer) == ["accepted", "returned"]
        assert "时间要在核查的日子里" in said_of(answer)[1]
        drawing.reveal(actor=CENTRE, at=clock.now(), sample=round_.sample.pk)
        _, answer = push(round_.wire, round_.say(3, "101"))
        assert "这一轮已经公布抽签号，结果定了" in said_of(answer)[0]


def test_who_is_no_inspector_there_or_any_more_says_nothing(round_: Round) -> None:
    worker = round_.field.phone()
    _, answer = push(worker, round_.say(1, "102"))
    assert (states(answer), answer["results"][0]["reason"]) == (["returned"], "not_permitted")
    assert "您现在不是这里的核查员" in said_of(answer)[0]
    unknown = round_.say(1, "102") | {"entity": str(round_.sample.pk)}
    _, answer = push(round_.wire, unknown)
    assert answer["results"][0]["reason"] == "not_here"
    Assignment.objects.filter(user=round_.inspector).update(to_on=clock.local_date(clock.now()) - DAY)
    assert listed(round_.wire) == ([], 0)
    _, answer = push(round_.wire, round_.say(2, "103"))
    assert answer["results"][0]["reason"] == "not_permitted"
    asked = {"kind": "sampled_door", "entity": str(round_.door("101").pk), "field": "phone", "nth": 1}
    status, refused = round_.wire.ask("POST", "dial", asked)
    assert status == 404 and "number" not in refused, "as of a door that is nobody's"
    assert not DoorAnswer.objects.exists() and not Approach.objects.exists()


def test_an_inspector_of_the_community_that_checks_says_what_was_heard_in_the_checked_one(
    round_: Round, account: Callable[..., User]
) -> None:
    """Of three communities the third checks the first. Whose post is in the checked one or in the other neighbour is
    sent nowhere, though the doors were given to them: posts move.
    """
    mutual = drawn(clock.now(), Kind.MUTUAL)
    Sample.objects.filter(pk=mutual.pk).update(strata={f"12010500100{n}|reached": 3 for n in (1, 2, 3)})
    door = SampledDoor.objects.get(sample=mutual, dwelling=round_.door("102").dwelling)
    usual = {"way": "knock", "visited": "yes", "who": "met"}
    heard = op(1, "sample.answer", "sampled_door", door.pk, at=clock.now(), data=usual)
    for community, shown in (("120105001001", False), ("120105001002", False), ("120105001003", True)):
        checking = account(Role.INSPECTOR, community, name="孟知微")
        SampledDoor.objects.filter(sample=mutual).update(inspector=checking)
        wire = bound(round_.field, checking)
        rows, n = listed(wire)
        assert (str(door.pk) in {row["id"] for row in rows}, n > 0) == (shown, shown)
        asked = {"kind": "sampled_door", "entity": str(door.pk), "field": "phone", "nth": 1}
        assert shown or wire.ask("POST", "dial", asked)[0] == 404
        _, answer = push(wire, heard | {"op": str(ids.new_id())})
        assert states(answer) == ["accepted" if shown else "returned"]
        assert shown or "您现在不是这里的核查员" in said_of(answer)[0]
    assert DoorAnswer.objects.get().door_id == door.pk


def test_what_comes_back_is_read_by_no_community_whose_visits_are_checked(round_: Round) -> None:
    round_.wire.ask("POST", "pull", {"since": {}, "epoch": 0})
    push(round_.wire, round_.say(1, "101", visited="no"))
    row = Returned.objects.get()
    assert (row.grid, row.place, row.op.grid) == (STREET, None, GRID)
    lead = office(round_.field.lead)
    assert "没有退回的内容" in lead.get("/returned/").content.decode()
    assert lead.post(f"/returned/{row.pk}/", {"do": "release"}).status_code == 404
    assert Device.objects.get(user=round_.inspector).scope == STREET


def office(user: User) -> Reader:
    """Somebody at a desk."""
    reader = Reader()
    reader.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return reader


@pytest.mark.slow  # a phone, four at desks and five decisions on a street that is laid out for it
def test_who_draws_rounds_releases_what_came_back_without_reading_it_and_the_inspector_is_told(
    round_: Round, account: Callable[..., User]
) -> None:
    """The post ended before the phone had a network: what was heard in it waits, is released, and counts."""
    heard = [round_.say(1, "102", visited="no", n_living=7), round_.say(2, "103", n_living=99)]
    Assignment.objects.filter(user=round_.inspector).update(to_on=clock.local_date(clock.now()) - DAY)
    assert states(push(round_.wire, *heard)[1]) == ["returned"] * 2
    first, second = Returned.objects.order_by("op__seq")
    other = office(account(Role.STREET_CENTRE, "120105002", name="别的街道"))
    assert "没有退回的内容" in other.get("/returned/").content.decode()
    assert other.post(f"/returned/{first.pk}/", {"do": "release"}).status_code == 404

    centre = office(account(Role.STREET_CENTRE, STREET, name="街道中心"))
    for address in ("/returned/", f"/returned/?op={first.pk}"):
        shown = centre.get(address).content.decode()
        assert "抽样估计第 1 轮的一户" in shown and "现在没有去那一户的岗位" in shown
        for hidden in ("甲里", "没问到", "问到了", "住几口人", str(round_.door("102").pk)):
            assert hidden not in main_of(shown), "blind"
    refused = centre.post(f"/returned/{first.pk}/", {"do": "assign", "to": str(round_.field.worker.pk)}, follow=True)
    assert "没有交办：抽查记的不交给网格员" in refused.content.decode()
    done = centre.post(f"/returned/{first.pk}/", {"do": "release"}, follow=True).content.decode()
    assert "已放行" in done and DoorAnswer.objects.get().visited == "no"
    refused = centre.post(f"/returned/{second.pk}/", {"do": "release"}, follow=True)
    assert "没有放行：没有记：住几口人写 0 到 40" in refused.content.decode()
    centre.post(f"/returned/{second.pk}/", {"do": "set_aside", "note": "写错了"}, follow=True)
    told = sorted(Notice.objects.filter(user=round_.inspector).values_list("kind", "text", "told_by"))
    day = "您10月13日抽查时记的一条，当时退回来了，街道现在"
    assert told == [
        ("sample", f"{day}搁置了，没有记上。原因写在手机上这一条里。", "街道中心"),
        ("sample", f"{day}放行了，已记上。", "街道中心"),
    ]
    assert "没有退回的内容" in centre.get("/returned/").content.decode()
    assert DoorAnswer.objects.count() == 1


def main_of(page: str) -> str:
    """The rows of a page, without what forms and addresses carry."""
    return re.sub(r"<[^>]*>", "", page.partition("<main")[2].partition("</main>")[0])


def test_a_door_is_dialled_from_the_phone_and_each_call_is_a_try(round_: Round) -> None:
    asked: dict[str, Any] = {"kind": "sampled_door", "entity": str(round_.door("101").pk), "field": "phone"}
    numbers = {round_.wire.ask("POST", "dial", asked | {"nth": nth})[1]["number"] for nth in (1, 2)}
    assert numbers == {phone(1), phone(2)}
    assert {line.reason for line in AuditEntry.objects.filter(verb="number.dialled")} == {"抽查"}
    (row, *_), _ = listed(round_.wire)
    assert (row["n_calls"], row["n_dialled"]) == (2, 2)
    assert round_.wire.ask("POST", "dial", asked | {"nth": 3})[0] == 404
    assert round_.wire.ask("POST", "dial", asked | {"nth": "x"})[1]["number"] in numbers, "a third try"
    status, refused = round_.wire.ask("POST", "dial", asked)
    assert (status, refused["problem"]) == (409, "not_now") and "已找过 3 次" in refused["text"]
    worker = round_.field.phone()
    assert worker.ask("POST", "dial", asked)[0] == 404


def test_more_doors_cost_no_more_queries(round_: Round) -> None:
    """Neither told nor, where they are placed, said something of by somebody who may not ask there."""
    worker = round_.field.phone()
    first, second, *three = [round_.say(seq, room) for seq, room in enumerate(("101", "102", "101", "102", "103"), 1)]

    def n_queries(ask: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as queries:
            ask()
        return len(queries)

    def list_doors() -> None:
        listed(round_.wire)

    def say(*ops: dict[str, Any]) -> None:
        _, answer = push(worker, *ops)
        assert states(answer) == ["returned"] * len(ops)

    list_doors()
    say(first)  # a connection's first requests prepare statements
    of_three_doors, of_one_op = n_queries(list_doors), n_queries(lambda: say(second))
    SampledDoor.objects.filter(pk=round_.door("103").pk).update(state="answered")
    assert n_queries(list_doors) == of_three_doors
    assert n_queries(lambda: say(*three)) == of_one_op
