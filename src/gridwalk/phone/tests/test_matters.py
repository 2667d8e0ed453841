"""事项 on a phone: the list of the worker's grids, what is said of one offline, its photo, and what is given back."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
import time_machine

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.models import User
from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.core import actions as core
from gridwalk.core import clock, ids
from gridwalk.core.models import AuditEntry, StoredFile
from gridwalk.followup.actions import moving, taking_in
from gridwalk.followup.actions.moving import Wording
from gridwalk.followup.models import Entry, Matter
from gridwalk.followup.queries import as_of, sheets
from gridwalk.followup.rules import Act, Kind, Stage
from gridwalk.phone.tests.conftest import Field
from gridwalk.phone.tests.test_pushing import push, states
from gridwalk.registry.tests.street import FIRST, GRID, NEXT_GRID
from gridwalk.sync.models import Attachment, Returned
from tests.harness.pages import Reader
from tests.harness.people import SignIn
from tests.harness.phones import Wire, op

JPEG = b"\xff\xd8\xff\xe1\x00\x08Exif\x00\x00\xff\xda\x00\x02picture\xff\xd9"
OTHER_JPEG = JPEG.replace(b"picture", b"another")


def note(field: Field, room: str = "101", grid: str = GRID) -> Matter:
    """A hazard noted at a door."""
    door = field.street.door(room, grid)
    return noted_at(field, door.pk, grid)


def noted_at(field: Field, place: uuid.UUID, grid: str) -> Matter:
    with core.write_to(grid, actor=SYSTEM, at=clock.now()):
        return taking_in.note(
            taking_in.Noted(
                id=ids.new_id(),
                grid=grid,
                kind=Kind.HAZARD,
                place_kind="dwelling",
                place=place,
                text="楼道堆着沙发",
                photos=[],
                author=field.worker.id,
                author_name=field.worker.name,
                at=clock.now(),
                recorded_at=clock.now(),
            )
        )


def listed(wire: Wire) -> list[dict[str, Any]]:
    status, answer = wire.ask("POST", "pull", {"since": {}, "epoch": 0})
    assert status == 200, answer
    return list(answer["matters"])


def act(seq: int, matter: Matter, do: str, text: str = "", **more: Any) -> dict[str, Any]:
    said = op(seq, "matter.act", "matter", matter.pk, at=clock.now(), data={"act": do, "text": text, **more})
    return said


def test_a_phone_has_the_matters_of_its_grids_and_no_others(field: Field) -> None:
    own, other = note(field), note(field, "201", NEXT_GRID)
    of_community = taking_in.open_matter(
        actor=field.viewer(field.lead), at=clock.now(), scope=FIRST, kind=Kind.DECISION, title="楼道杂物月底清完"
    )
    (row,) = listed(field.phone())
    assert (row["id"], row["place"], row["text"]) == (str(own.pk), str(own.place), "楼道堆着沙发")
    assert (row["mark"], row["stage_label"], row["due_on"]) == ("隐", "办理", own.due_on.isoformat())
    assert [action["act"] for action in row["acts"]] == ["handed_in", "noted", "passed_on"]
    assert [line["label"] for line in row["lines"]] == ["立为事项"]
    assert "周行" not in str(row), "what was done is told without who did it"
    assert {row["id"] for row in listed(field.phone(field.lead))} == {
        str(each.pk) for each in (own, other, of_community)
    }
    Matter.objects.filter(pk=own.pk).update(level="community")
    assert listed(field.phone()) == [], "what was given to the community is no longer the worker's"


def test_a_phone_keeps_what_is_due_first_with_its_last_entries_and_is_told_how_many_there_are(
    field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    later, first = note(field), note(field, "102")
    Matter.objects.filter(pk=first.pk).update(due_on=later.due_on - dt.timedelta(days=1))
    wire = field.phone()
    push(wire, *(act(seq, first, "noted", f"第 {seq} 次去看") for seq in range(1, 8)))
    monkeypatch.setattr(sheets, "MOST_ON_PHONE", 1)
    _, answer = wire.ask("POST", "pull", {"since": {}, "epoch": 0})
    assert (answer["n_matters"], [row["id"] for row in answer["matters"]]) == (2, [str(first.pk)])
    lines = [line["text"] for line in answer["matters"][0]["lines"]]
    assert lines == [f"第 {seq} 次去看" for seq in range(7, 1, -1)]


def test_what_is_said_offline_is_kept_once_and_leads_the_matter_on(field: Field) -> None:
    matter, wire = note(field), field.phone()
    sent = [act(1, matter, "noted", "问过物业，电话 12012345678"), act(2, matter, "handed_in", "清走了")]
    status, answer = push(wire, *sent)
    assert (status, states(answer)) == (200, ["accepted"] * 2)
    assert states(push(wire, *sent)[1]) == ["accepted"] * 2, "sent again it is the same"
    matter.refresh_from_db()
    assert (matter.stage, matter.handed_in_by) == (Stage.RECHECK, field.worker.id)
    entries = Entry.objects.filter(matter=matter).exclude(act=Act.OPENED).order_by("at", "act")
    assert [(str(entry.id), entry.act) for entry in entries] == [(each["op"], each["data"]["act"]) for each in sent]
    (row,) = listed(wire)
    assert row["stage_label"] == "待复核" and [action["act"] for action in row["acts"]] == ["noted"]
    assert {line["id"] for line in row["lines"]} >= {each["op"] for each in sent}
    assert "12012345678" not in str(row), "numbers have their own sealed fields"
    assert AuditEntry.objects.filter(verb="matter.moved", subject=matter.pk).count() == 2


def test_what_somebody_did_meanwhile_gives_the_op_back_with_its_reason(field: Field) -> None:
    matter, wire = note(field), field.phone()
    handed_in = act(1, matter, "handed_in", "清走了")
    moving.move(
        actor=field.viewer(field.lead),
        at=clock.now(),
        matter=matter.pk,
        act=Act.HANDED_IN,
        wording=Wording(text="清了"),
    )
    _, answer = push(wire, handed_in, act(2, matter, "noted", "我也去看过"))
    assert states(answer) == ["returned", "accepted"]
    assert answer["results"][0]["text"] == "现在是“待复核”，不能“提交复核”。请按页上列出的办法来。"
    assert Returned.objects.count() == 1, "nothing of it is lost"
    _, answer = push(wire, act(3, matter, "noted"), act(4, matter, "dropped", "没有"), act(5, matter, "passed_on"))
    assert states(answer) == ["returned"] * 3
    assert "没有记：请写说明。" in answer["results"][0]["text"]
    assert "办事项的一步读不懂" in answer["results"][1]["text"], "a phone rechecks nothing"


def test_a_matter_of_another_grid_of_the_street_or_of_nowhere_is_given_back(field: Field) -> None:
    wire = field.phone()
    street = taking_in.open_matter(actor=SYSTEM, at=clock.now(), scope=FIRST[:9], kind=Kind.DECISION, title="防汛")
    community = taking_in.open_matter(actor=SYSTEM, at=clock.now(), scope=FIRST, kind=Kind.DECISION, title="清楼道")
    nowhere = Matter(pk=ids.new_id())
    others = [note(field, "201", NEXT_GRID), community, street, nowhere]
    _, answer = push(wire, *(act(seq, matter, "noted", "x") for seq, matter in enumerate(others, 1)))
    assert [result["reason"] for result in answer["results"]] == ["not_permitted"] * 2 + ["not_here"] * 2
    given = note(field, "102")
    Matter.objects.filter(pk=given.pk).update(level="community")
    _, answer = push(wire, act(5, given, "noted", "x"))
    assert answer["results"][0]["reason"] == "not_permitted", "it is the community's by now"


def test_passing_on_says_to_whom(field: Field) -> None:
    matter, wire = note(field), field.phone()
    _, answer = push(wire, act(1, matter, "passed_on", outside="区消防救援大队", outside_number="2026-88"))
    assert states(answer) == ["accepted"]
    (row,) = listed(wire)
    assert (row["outside"], [action["act"] for action in row["acts"]]) == ("区消防救援大队", ["came_back", "noted"])
    assert states(push(wire, act(2, matter, "came_back", "消防看过了"))[1]) == ["accepted"]
    matter.refresh_from_db()
    assert (matter.stage, matter.outside_number) == (Stage.RECHECK, "2026-88")


def test_the_photo_of_an_act_is_seen_by_who_sees_its_rows(field: Field) -> None:
    matter, wire = note(field), field.phone()
    sha256 = hashlib.sha256(JPEG).hexdigest()
    sent = act(1, matter, "handed_in", "清走了") | {"att": [sha256]}
    assert states(push(wire, sent)[1]) == ["accepted"]
    lead = Reader()
    lead.force_login(field.lead, backend="allauth.account.auth_backends.AuthenticationBackend")
    address = f"/matters/{matter.pk}/entries/{sent['op']}/photos/1/"
    assert "照片 1 还没传到" in lead.get(f"/matters/{matter.pk}/").content.decode()
    assert lead.get(address).status_code == 404
    upload(wire, sha256)
    assert address in lead.get(f"/matters/{matter.pk}/").content.decode()
    shown = lead.get(address)
    assert shown["Content-Type"] == "image/jpeg" and b"Exif" not in shown.content
    assert AuditEntry.objects.filter(verb="photo.opened", subject=matter.pk).count() == 1
    opening = Entry.objects.get(act=Act.OPENED)
    assert lead.get(f"/matters/{matter.pk}/entries/{opening.pk}/photos/1/").status_code == 404


def test_every_photo_of_every_act_is_seen_by_who_reads_the_act(field: Field, sign_in: SignIn) -> None:
    matter, wire = community_matter(field), field.phone(field.lead)
    first, second = (hashlib.sha256(jpeg).hexdigest() for jpeg in (JPEG, OTHER_JPEG))
    noted = act(1, matter, "noted", "清之前") | {"att": [first]}
    handed_in = act(2, matter, "handed_in", "清之后，和清之前的比") | {"att": [first, second]}
    assert states(push(wire, noted, handed_in)[1]) == ["accepted"] * 2
    centre = sign_in(Role.STREET_CENTRE, FIRST[:9])
    assert centre.get(f"/matters/{matter.pk}/").content.decode().count("还没传到") == 3
    upload(wire, first)
    upload(wire, second, OTHER_JPEG)
    shown = centre.get(f"/matters/{matter.pk}/").content.decode()
    assert "还没传到" not in shown
    for entry, number in ((noted["op"], 1), (handed_in["op"], 1), (handed_in["op"], 2)):
        address = f"/matters/{matter.pk}/entries/{entry}/photos/{number}/"
        assert address in shown and centre.get(address)["Content-Type"] == "image/jpeg"
    assert centre.get(f"/matters/{matter.pk}/entries/{handed_in['op']}/photos/3/").status_code == 404
    paper = moving.Upload("清好了.jpg", JPEG)
    moving.move(
        actor=field.viewer(field.lead),
        at=clock.now(),
        matter=matter.pk,
        act=Act.NOTED,
        wording=Wording(text="清好了"),
        file=paper,
    )
    kept = StoredFile.objects.filter(purpose__in=("photo", "matter"))
    assert {file.expires_at - file.created_at for file in kept} == {dt.timedelta(days=365)}, (
        "one period for what proves"
    )


def community_matter(field: Field) -> Matter:
    return taking_in.open_matter(actor=SYSTEM, at=clock.now(), scope=FIRST, kind=Kind.DECISION, title="清楼道")


def upload(wire: Wire, sha256: str, jpeg: bytes = JPEG) -> None:
    tus = {"Tus-Resumable": "1.0.0"}
    metadata = f"sha256 {b64encode(sha256.encode()).decode()}"
    begun = {**tus, "Upload-Length": str(len(jpeg)), "Upload-Metadata": metadata}
    assert wire.ask("POST", "attachments/", b"", headers=begun)[0] == 201
    piece = {**tus, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    assert wire.ask("PATCH", f"attachments/{Attachment.objects.get(sha256=sha256).id}", jpeg, headers=piece)[0] == 204


def test_an_act_said_before_the_phone_had_a_network_stands_at_its_own_time(field: Field) -> None:
    matter, wire = note(field), field.phone()
    sent = act(1, matter, "noted", "早上去看过")
    earlier = clock.now() - dt.timedelta(hours=2)
    sent["at"] = earlier.isoformat()
    push(wire, sent)
    entry = Entry.objects.get(pk=sent["op"])
    assert abs(entry.at - earlier) < dt.timedelta(minutes=1)


def at_desk(user: User, matter: Matter, do: Act) -> None:
    """An act of a lead's."""
    actor = accounts.viewer_of(user, clock.local_date(clock.now()))
    moving.move(actor=actor, at=clock.now(), matter=matter.pk, act=do, wording=Wording(text="看过"))


def stages(at: dt.datetime) -> list[Stage]:
    """Where the matters stood at a moment that were not over then."""
    return [matter.standing.stage for matter in as_of.stood(SYSTEM, FIRST[:9], at)]


def test_what_arrives_late_is_told_again_in_the_order_it_was_judged(field: Field, account: Callable[..., User]) -> None:
    matter, wire, second = note(field), field.phone(), account(Role.COMMUNITY_LEAD, FIRST)
    begun = clock.now()
    hour = [begun + dt.timedelta(hours=n) for n in range(6)]
    late = act(1, matter, "handed_in", "清走了") | {"at": begun.isoformat()}
    with time_machine.travel(hour[1]):
        at_desk(field.lead, matter, Act.HANDED_IN)
    with time_machine.travel(hour[2]):
        at_desk(second, matter, Act.SENT_BACK)
    with time_machine.travel(hour[3]):
        assert states(push(wire, late)[1]) == ["accepted"]
    between = [moment + dt.timedelta(minutes=30) for moment in hour[:4]]
    assert [stages(at) for at in between] == [
        [Stage.HANDLING],
        [Stage.RECHECK],
        [Stage.HANDLING],
        [Stage.RECHECK],
    ]


def test_a_word_said_before_the_end_and_sent_after_a_new_start_is_told_again(
    field: Field, account: Callable[..., User]
) -> None:
    matter, wire, second = note(field), field.phone(), account(Role.COMMUNITY_LEAD, FIRST)
    hour = [clock.now() + dt.timedelta(hours=n) for n in range(7)]
    desk = [(field.lead, Act.HANDED_IN), (second, Act.PASSED), (second, Act.REOPENED)]
    for moment, (user, do) in zip(hour[1:], desk, strict=False):
        with time_machine.travel(moment):
            at_desk(user, matter, do)
    with time_machine.travel(hour[4]):
        word = act(1, matter, "noted", "又堆上了") | {"at": (hour[2] + dt.timedelta(minutes=30)).isoformat()}
        assert states(push(wire, word)[1]) == ["accepted"]
    with time_machine.travel(hour[5]):
        at_desk(field.lead, matter, Act.HANDED_IN)
    with time_machine.travel(hour[6]):
        at_desk(second, matter, Act.PASSED)
    between = [hour[n] + dt.timedelta(minutes=30) for n in (1, 2, 4, 6)]
    assert [stages(at) for at in between] == [[Stage.RECHECK], [], [Stage.HANDLING], []], "over, whatever came since"


def test_acts_of_one_message_stand_one_after_the_other(field: Field) -> None:
    matter, wire = note(field), field.phone()
    moment = clock.now().isoformat()
    acts = [act(1, matter, "passed_on", outside="区消防救援大队"), act(2, matter, "came_back", "消防看过了")]
    assert states(push(wire, *(each | {"at": moment} for each in acts))[1]) == ["accepted"] * 2
    assert stages(clock.now()) == [Stage.RECHECK]
    assert [entry.act for entry in matter.entries.order_by("recorded_at")] == ["opened", "passed_on", "came_back"]


def test_what_was_noted_before_and_sent_after_a_moment_is_not_among_what_stood_then(field: Field) -> None:
    wire, door = field.phone(), field.street.door("101", GRID)
    begun = clock.now()
    noted = op(1, "matter.note", "dwelling", door.pk, at=begun, data={"kind": "hazard", "text": "楼道堆着沙发"})
    with time_machine.travel(begun + dt.timedelta(hours=2)):
        assert states(push(wire, noted)[1]) == ["accepted"]
    assert [stages(begun + dt.timedelta(hours=n)) for n in (1, 3)] == [[], [Stage.HANDLING]]
