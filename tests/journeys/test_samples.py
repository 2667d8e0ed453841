"""抽查: a round from its plan to drawing it again, through HTTP; what is asked at the doors drawn, and who may not."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gridwalk import cli
from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Role
from gridwalk.campaigns.models import Campaign, Target
from gridwalk.cli import environment
from gridwalk.console.views import samples as pages_of_samples
from gridwalk.core import clock, files
from gridwalk.core.models import AuditEntry
from gridwalk.followup.models import Matter
from gridwalk.inspection import frames
from gridwalk.inspection.models import DoorAnswer, Sample, SampledDoor
from gridwalk.inspection.rules import STEPS, Step
from gridwalk.method.sampling import draws
from gridwalk.registry.models import Difference, Dwelling, Person, Residence
from tests.harness.campaign import COMMUNITY, GRID
from tests.harness.pages import Reader
from tests.harness.people import SignIn

pytestmark = pytest.mark.slow

STREET = COMMUNITY[:9]
TODAY = dt.date(2026, 11, 30)
"""A Monday; the campaign of the harness began twenty days before."""


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    """Ten in the morning in the street: nobody is asked in quiet hours."""
    with time_machine.travel(clock.at_local(TODAY, 10), tick=False):
        yield


def words(answer: Any) -> str:
    """A page without its tags and white space."""
    return "".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def signed_in(user: User) -> Client:
    client = Reader()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def walked(street: Client) -> Client:
    """Every door of the small community is settled: seven met, one vacant by a neighbour's word, none refused."""
    for target in Target.objects.filter(kind="dwelling"):
        vacant = Dwelling.objects.get(pk=target.entity).occupancy == "vacant"
        outcome, source = ("vacant_confirmed", "neighbour") if vacant else ("met", "")
        answer = street.post(
            f"/visits/dwelling/{target.entity}/",
            {"outcome": outcome, "second_source": source, "at": f"{TODAY}T09:30"},
        )
        assert answer.status_code == 302, answer.content.decode()
    assert not Target.objects.filter(kind="dwelling").exclude(state="visited").exists()
    return street


@pytest.fixture
def centre(walked: Client, sign_in: SignIn) -> Client:
    return sign_in(Role.STREET_CENTRE, STREET)


@pytest.fixture
def inspector(account: Callable[..., User]) -> Client:
    return signed_in(account(Role.INSPECTOR, STREET, name="裴子衿"))


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """``gridwalk`` on the database of the test: its exit code and what it says."""
    monkeypatch.setattr(environment, "database", contextlib.nullcontext)

    def make(*typed: str) -> tuple[int, str]:
        code = cli.main(typed)
        said = capsys.readouterr()
        return code, (said.out + said.err).strip()

    return make


def n_queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def plan(client: Client, kind: str = "estimation", scope: str = STREET, **more: Any) -> Any:
    """What the page answers to a plan for ten days of which everybody is to answer."""
    days = {"from_on": TODAY.isoformat(), "to_on": (TODAY + dt.timedelta(days=10)).isoformat()}
    return client.post(
        "/samples/new/", {"kind": kind, "scope": scope, "share": "100", "response": "100", **days, **more}
    )


def step(client: Client, sample: Sample, name: str) -> str:
    return words(client.post(f"/samples/{sample.pk}/step/", {"step": name}, follow=True))


def drawn(client: Client, *args: Any, **more: Any) -> Sample:
    """A sample that is planned, committed to, frozen, drawn and given."""
    answer = plan(client, *args, **more)
    assert answer.status_code == 302
    sample = Sample.objects.get(pk=answer["Location"].split("/")[-2])
    for name in ("commit", "freeze", "draw"):
        said = step(client, sample, name)
        assert f"已{STEPS[Step(name)][2]}" in said, said
    client.post(f"/samples/{sample.pk}/give/")
    return Sample.objects.get(pk=sample.pk)


def door_of(sample: Sample, room: str) -> SampledDoor:
    """The door of the first stairwell with that room."""
    return SampledDoor.objects.get(sample=sample, dwelling=Dwelling.objects.filter(room=room).earliest("address").pk)


def tell(client: Client, door: SampledDoor, visited: str, **said: str) -> str:
    """What the page says after an answer at the door."""
    answer = {"way": "knock", "visited": visited, "who": "met", **said}
    return words(client.post(f"/sampled-doors/{door.pk}/answer/", answer, follow=True))


def test_a_round_from_its_plan_to_drawing_it_again(
    centre: Client, inspector: Client, sign_in: SignIn, run: Run
) -> None:
    offered = words(centre.get("/samples/new/"))
    assert "现在8户" in offered and "即使抽中的每一户都相符，也只能证明不低于" in offered
    assert plan(centre).status_code == 302
    sample = Sample.objects.get()
    assert "现在是“已安排”" in step(centre, sample, "draw"), "one step after the other"
    shown = step(centre, sample, "commit")
    sample.refresh_from_db()
    assert sample.commitment in shown and not sample.seed
    sealed = AuditEntry.objects.get(verb="sample.committed")
    assert sealed.data == {"commitment": sample.commitment}
    assert "8户" in step(centre, sample, "freeze")
    assert "已抽签" in step(centre, sample, "draw")
    assert SampledDoor.objects.filter(sample=sample).count() == 8, "all are to answer"
    assert "派给核查员8户" in words(centre.post(f"/samples/{sample.pk}/give/", follow=True))

    mine = words(inspector.get("/", follow=True))
    assert "还要问8户" in mine and "海河花园5号楼1单元101" in mine
    met, denied, unknown, nobody = (door_of(sample, room) for room in ("102", "201", "202", "301"))
    page = inspector.get(f"/sampled-doors/{met.pk}/").content.decode()
    for recorded in ("韩书言", "5673", "selected", "checked"):
        assert recorded not in page, "nothing recorded is shown before the answer"
    assert "先打电话，打不通再上门" in tell(inspector, met, "yes"), "the telephone comes first"
    tried = {"way": "call", "outcome": "nobody"}
    assert "已记：没找到人" in words(inspector.post(f"/sampled-doors/{met.pk}/approach/", tried, follow=True))
    assert "已记下" in tell(
        inspector,
        met,
        "yes",
        identity="badge",
        knows="yes",
        n_living="1",
        occupancy="occupied",
        tenure="let",
        wanted="楼道灯不亮",
    )
    assert "已记下" in tell(inspector, denied, "no", knows="no")
    assert "已记下" in tell(inspector, unknown, "unknown")
    for _ in range(3):
        inspector.post(f"/sampled-doors/{nobody.pk}/approach/", {"way": "knock", "outcome": "nobody"})
    nobody.refresh_from_db()
    assert nobody.state == "not_reached"
    assert "几次都没找到人”，不再打扰" in words(
        inspector.post(f"/sampled-doors/{nobody.pk}/approach/", {"way": "knock", "outcome": "nobody"}, follow=True)
    )
    assert DoorAnswer.objects.get(door=met).agrees == {
        "n_living": True,
        "lived_in": True,
        "occupancy": True,
        "tenure": False,
    }
    request = Matter.objects.get()
    assert (request.kind, request.place, request.source) == ("request", met.dwelling, "sample")
    handled = words(centre.get(f"/matters/{request.pk}/"))
    assert "抽查时提的诉求" in handled and "裴子衿" not in handled
    difference = Difference.objects.get(source="inspector")
    decided = words(sign_in(Role.COMMUNITY_LEAD, COMMUNITY).get(f"/differences/{difference.pk}/"))
    assert "抽查" in decided and "sample:" not in decided and "裴子衿" not in decided
    assert (difference.field, difference.entity) == ("tenure", met.dwelling), "what differs waits for a decision"

    results = words(centre.get(f"/samples/{sample.pk}/"))
    assert "问到了3户" in results and "几次都没找到人1户" in results and "还没问到4户" in results
    assert "样本不足" in results and "再问到28户就够" in results, "yes and no count, “I don't know” is neither"
    assert "核对的是数据，不用于个人考核" in results and "裴子衿" not in results and "5号楼" not in results
    assert "没有公布抽签号：还有没问到的户" in step(centre, sample, "reveal")
    assert run("sample", "verify", str(sample.pk)) == (1, "抽签号还没有公布，现在还不能重抽。公布以后再来。")


def test_after_its_days_the_doors_are_gone_and_anybody_draws_again(
    centre: Client, account: Callable[..., User], sign_in: SignIn, run: Run, tmp_path: Path
) -> None:
    user = account(Role.INSPECTOR, STREET)
    sample = drawn(centre)
    door = SampledDoor.objects.filter(sample=sample).earliest("turn")
    assert signed_in(user).get(f"/sampled-doors/{door.pk}/").status_code == 200
    with time_machine.travel(clock.at_local(TODAY + dt.timedelta(days=11), 10), tick=False):
        late = signed_in(user)
        assert "现在没有派给您的抽查" in words(late.get("/sampled-doors/"))
        for path in ("", "answer/", "approach/", "dial/1/", "leave/"):
            ask = late.post if path else late.get
            answer = {"way": "knock", "outcome": "nobody", "visited": "yes", "who": "met"}
            assert ask(f"/sampled-doors/{door.pk}/{path}", answer).status_code == 404, path
        again = sign_in(Role.STREET_CENTRE, STREET)
        assert "已公布抽签号" in step(again, sample, "reveal")
    sample.refresh_from_db()
    assert run("sample", "verify", str(sample.pk)) == (0, "一致：抽签号、名单、抽出的户都和当时的一样。")
    kept = tmp_path / "抽签号.txt"
    kept.write_text("00" * draws.SEED_BYTES, "utf-8")
    code, differs = run("sample", "verify", str(sample.pk), "--seed", str(kept))
    assert (code, differs) == (1, "抽签号和当初封存的指纹对不上：抽签号被换过，或文件抄错了。")
    assert sample.frame_id is not None
    units = frames.read(files.read(sample.frame_id))
    files.write(sample.frame_id, frames.written(units[1:]))
    code, differs = run("sample", "verify", str(sample.pk))
    assert (code, differs) == (1, "名单和冻结时的指纹对不上：名单文件被改过，或打不开。")
    assert run("sample", "verify", str(uuid.UUID(int=7)))[0] == 1
    assert "没有找到文件" in run("sample", "verify", str(sample.pk), "--frame", str(tmp_path / "没有"))[1]


def test_a_telephone_is_dialled_without_its_number_and_its_owner_reads_why(centre: Client, inspector: Client) -> None:
    sample = drawn(centre)
    door = door_of(sample, "101")
    assert "拨第1个电话" in words(inspector.get(f"/sampled-doors/{door.pk}/"))
    called = inspector.post(f"/sampled-doors/{door.pk}/dial/1/").content.decode()
    assert 'href="tel:12012345671"' in called and "12012345671" not in called.replace('href="tel:12012345671"', "")
    line = AuditEntry.objects.get(verb="number.dialled")
    assert (line.kind, line.reason, line.data) == ("person", "抽查", {"field": "phone"})
    assert inspector.post(f"/sampled-doors/{door.pk}/dial/9/").status_code == 404
    Campaign.objects.update(quiet_from=dt.time(9))
    assert "没有拨：免打扰时段" in words(inspector.post(f"/sampled-doors/{door.pk}/dial/1/", follow=True))
    quiet = words(inspector.get(f"/sampled-doors/{door.pk}/"))
    assert "免打扰时段不打电话，也不上门" in quiet and "没有" not in quiet.split("一共最多3次")[1].split("这次是")[0]
    assert "拨第1个电话" not in quiet, "but what was said before is still written down"
    assert "记下这一户的回答" in quiet


def test_a_door_at_the_cap_is_called_only(centre: Client, inspector: Client) -> None:
    sample = drawn(centre)
    door, other = door_of(sample, "101"), door_of(sample, "201")
    Campaign.objects.update(max_visits=1)
    asked = inspector.get(f"/sampled-doors/{door.pk}/").content.decode()
    assert 'value="call"' in asked and 'value="knock"' not in asked and "先打电话" in asked
    asked = words(inspector.get(f"/sampled-doors/{other.pk}/"))
    assert "上门次数已满，又没有电话”，不再打扰" in asked and "记下这一户的回答" not in asked


def test_who_will_not_answer_is_left_in_peace(centre: Client, inspector: Client, sign_in: SignIn) -> None:
    sample = drawn(centre)
    refused, opted = door_of(sample, "101"), door_of(sample, "201")
    path = f"/sampled-doors/{refused.pk}/approach/"
    assert "请选是打电话还是上门" in words(inspector.post(path, {"way": "letter", "outcome": "nobody"}, follow=True))
    inspector.post(path, {"way": "call", "outcome": "refused"})
    inspector.post(f"/sampled-doors/{opted.pk}/approach/", {"way": "knock", "outcome": "opted_out"})
    shown = words(centre.get(f"/samples/{sample.pk}/"))
    assert "不愿回答1户" in shown and "不愿再被抽查1户" in shown
    counts = words(sign_in(Role.LEADING_GROUP, STREET).get(f"/samples/{sample.pk}/"))
    assert "没问到2户" in counts and "不愿" not in counts, "why they did not answer is one number to who reads counts"
    assert "不用再问" in words(inspector.get(f"/sampled-doors/{refused.pk}/"))
    assert "不再打扰" in tell(inspector, opted, "yes")
    assert not DoorAnswer.objects.exists()


def test_what_is_left_out_of_an_answer_is_asked_for(centre: Client, inspector: Client) -> None:
    door = door_of(drawn(centre), "201")
    assert "这三项都要选" in tell(inspector, door, "")
    assert "住几口人写0到40" in tell(inspector, door, "yes", n_living="两口")
    assert "“什么时候”没看懂" in tell(inspector, door, "yes", at="昨天")
    assert "不晚于现在" in tell(inspector, door, "yes", at=f"{TODAY}T10:01")
    assert "已记下" in tell(inspector, door, "yes", at=f"{TODAY}T09:40", usage="castle"), (
        "a word that is no value of its field is no answer"
    )
    assert DoorAnswer.objects.get().agrees == {}


def test_three_draws_stand_apart_and_a_targeted_one_says_why(
    centre: Client, account: Callable[..., User], sign_in: SignIn
) -> None:
    account(Role.INSPECTOR, STREET)
    assert "没有派：还没有抽签" in words(centre.post(f"/samples/{_planned(centre)}/give/", follow=True))
    assert "定向核查要写明为什么去查这里" in words(plan(centre, "targeted", GRID))
    assert "抽样估计不能在这个范围里抽" in words(plan(centre, "estimation", COMMUNITY))
    assert "没有这个社区或网格" in words(plan(centre, "acceptance", f"{STREET}099"))
    targeted = drawn(centre, "targeted", GRID, why="整单元答案都一样")
    acceptance = drawn(centre, "acceptance", COMMUNITY)
    lead = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
    assert lead.get(f"/samples/{acceptance.pk}/").status_code == 200
    assert lead.get(f"/samples/{targeted.pk}/").status_code == 404, "a grid is one person's work"
    assert "整单元" not in words(lead.get("/samples/")) + words(lead.get(f"/samples/{acceptance.pk}/"))
    shown = words(centre.get("/samples/"))
    assert "抽样估计每户都可能抽到，用来推算全街" in shown and "不进任何推算" in shown
    for sample in (targeted, acceptance):
        assert SampledDoor.objects.filter(sample=sample).exists()
        assert "报的和核实的" not in words(centre.get(f"/samples/{sample.pk}/")), "in no estimate"
    Campaign.objects.update(state="closed")
    assert "这里没有进行中的行动" in words(plan(centre))


def _planned(centre: Client) -> uuid.UUID:
    return uuid.UUID(plan(centre)["Location"].split("/")[-2])


def test_whose_doors_they_are_not_sees_and_does_nothing(centre: Client, inspector: Client, sign_in: SignIn) -> None:
    sample = drawn(centre)
    door = SampledDoor.objects.filter(sample=sample).earliest("turn")
    another = sign_in(Role.INSPECTOR, STREET)
    assert another.get(f"/sampled-doors/{door.pk}/").status_code == 404
    assert another.post(f"/sampled-doors/{door.pk}/leave/").status_code == 404
    lead, worker = sign_in(Role.COMMUNITY_LEAD, COMMUNITY), sign_in(Role.GRID_WORKER, GRID)
    for client in (lead, worker, centre):
        assert client.get(f"/sampled-doors/{door.pk}/").status_code == 403
    for client in (lead, worker, inspector):
        assert client.post(f"/samples/{sample.pk}/step/", {"step": "reveal"}).status_code == 403
        assert plan(client).status_code == 403
    assert lead.get(f"/samples/{sample.pk}/").status_code == 200, "what it shows of their community"
    assert worker.get(f"/samples/{sample.pk}/").status_code == 404, "a grid is one person's work"
    stranger = sign_in(Role.COMMUNITY_LEAD, "120105002099")
    assert stranger.get(f"/samples/{sample.pk}/").status_code == 404
    assert "没有办：没有这一步" in step(centre, sample, "undo")
    assert "近来没有别的抽查问过" in words(inspector.post(f"/sampled-doors/{door.pk}/leave/", follow=True))


def test_a_door_where_the_inspector_lives_by_now_is_given_back(centre: Client, inspector: Client) -> None:
    door = door_of(drawn(centre), "101")
    path = f"/sampled-doors/{door.pk}/"
    assert "要换人问" not in words(inspector.get(path))
    living = Residence.objects.filter(dwelling=door.dwelling).values("person")
    Person.objects.filter(pk__in=living).update(name="裴子衿")
    assert "要换人问" in words(inspector.get(path))
    assert "这一户您走访过，或者有和您同名、同号码的人住" in tell(inspector, door, "yes", way="call")
    assert "已退给街道，由别的核查员去问" in words(inspector.post(f"{path}leave/", follow=True))
    door.refresh_from_db()
    assert (door.state, door.inspector) == ("open", None) and not DoorAnswer.objects.exists()
    assert inspector.get(path).status_code == 404


def test_a_page_of_samples_asks_no_more_for_more_of_them(centre: Client, inspector: Client) -> None:
    drawn(centre)
    n_queries(inspector, "/sampled-doors/")  # a session's first page looks at who signed in
    cost = n_queries(centre, "/samples/"), n_queries(inspector, "/sampled-doors/")
    for _ in range(2):
        drawn(centre)
    assert (n_queries(centre, "/samples/"), n_queries(inspector, "/sampled-doors/")) == cost


@pytest.mark.parametrize(
    ("field", "typed", "refused"),
    [
        ("kind", "census", "没有安排：“为了什么”没有选。请选一种。"),
        ("share", "5%", "没有安排：“有效应答占名单的百分之几”看不懂。请写 0 到 100 的整数，不带百分号。"),
        ("response", "八成", "没有安排：“估计百分之几应答”看不懂。请写 0 到 100 的整数，不带百分号。"),
        ("from_on", "2026-02-30", "没有安排：“从哪天”看不懂。请写年-月-日，如 2026-11-30。"),
        ("to_on", "", "没有安排：“到哪天”看不懂。请写年-月-日，如 2026-11-30。"),
    ],
)
def test_a_field_that_cannot_be_read_is_named_and_nothing_is_planned_otherwise(
    centre: Client, field: str, typed: str, refused: str
) -> None:
    answer = plan(centre, **{field: typed})
    assert answer.status_code == 422 and refused.replace(" ", "") in words(answer)
    assert "左边有一项看不懂，改好再算" in words(answer)
    assert not typed or field == "kind" or f'value="{typed}"' in answer.content.decode(), "what was typed stays"
    assert not Sample.objects.exists()
    assert centre.get("/samples/new/", {field: typed}).status_code == 422, "nor reckoned"


def test_an_acceptance_sample_is_priced_to_its_end_and_proves_no_share(centre: Client) -> None:
    offered = words(centre.get("/samples/new/", {"kind": "acceptance", "scope": COMMUNITY, "response": "100"}))
    assert "一批一批抽，问到8户为止" in offered and "要不要细查这个社区；不推算比例" in offered
    assert "也只能证明不低于" not in offered


def test_older_samples_of_a_kind_are_reached(centre: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages_of_samples, "SHOWN", 1)
    monkeypatch.setattr(pages_of_samples, "LISTED", 1)
    for _ in range(2):
        plan(centre)
    front = centre.get("/samples/")
    assert "第2轮" in words(front) and "第1轮" not in words(front) and "全部2轮" in words(front)
    assert "?kind=estimation" in front.content.decode()
    last = words(centre.get("/samples/", {"kind": "estimation", "from": "1"}))
    assert "第1轮" in last and "第2轮" not in last
