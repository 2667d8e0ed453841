"""Deciding differences through the pages: evidence, filters, the next one in place, the door's task, rules
as batches.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.campaigns.models import Target
from gridwalk.console.views import differences as views
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.models import AuditEntry
from gridwalk.differences import jobs
from gridwalk.differences.actions import batches
from gridwalk.differences.models import DecisionBatch
from gridwalk.registry.actions import claims
from gridwalk.registry.models import Difference, Dwelling, Person
from gridwalk.registry.rules import Claim
from tests.harness.campaign import COMMUNITY, GRID, PEOPLE, confirm, id_no, upload, workbook
from tests.harness.people import SignIn

pytestmark = pytest.mark.slow
AT_101 = ["海河花园", "5号楼", "1单元", "101"]


def say(name: str, field: str, value: str, source: str = "ledger") -> Difference:
    """One claim about a person by name, which must end in a difference."""
    person = Person.objects.get(name=name)
    with core.write_to(person.grid_id, actor=SYSTEM, at=clock.now()) as writing:
        claim = Claim("person", person.id, field, value, source, source_ref=f"{source} 第 7 行")
        claims.apply_claims(writing, [claim])
    difference = Difference.objects.filter(entity=person.id, field=field, source=source, state="open")
    return difference.latest("created_at")


def text(client: Client, path: str, **given: Any) -> str:
    answer = client.get(path, given)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def differing(street: Client) -> Client:
    """A later ledger has other telephones for the two at 101."""
    rows = [
        PEOPLE[0],
        [*AT_101, "程望舒", "男", id_no(11), "1980.1.1", "12099999999", "常住", "汉"],
        [*AT_101, "程兰因", "女", id_no(2, "19500203"), "1950.2.3", "12088888888", "常住", "汉"],
    ]
    confirm(street, upload(street, workbook("复核台账", rows)))
    return street


def test_each_value_stands_with_where_it_comes_from_and_what_speaks_for_it(differing: Client) -> None:
    difference = Difference.objects.get(field="phone", entity=Person.objects.get(name="程望舒").pk)
    shown = text(differing, f"/differences/{difference.pk}/")
    assert "复核台账.xlsx" in shown
    assert "实有人口台账.xlsx" in shown
    assert "系统登记电话与同户 程兰因 登记的相同" in shown  # the ledger of before had 同上
    assert "*******9999" in shown and "***<em>" not in shown and "两个号码不同" in shown, (
        "where they differ takes a reason"
    )
    assert "12099999999" not in shown
    assert id_no(11) not in shown
    assert shown.count("= 相同") == 4  # name, ID number, sex, birth date as the ledger's own row has them
    assert "海河花园 5号楼 1单元 101" in shown


def test_differences_from_everywhere_stand_in_one_queue_with_their_source(differing: Client) -> None:
    say("程望舒", "name", "程望书", "visit")
    say("程望舒", "sex", "female", "platform")
    say("程望舒", "name", "程旺舒", "resident")
    say("程望舒", "born_on", "1980-01-10", "inspector")
    shown = text(differing, "/differences/")
    for source in ("台账 3", "走访 1", "平台导出 1", "居民更正 1", "抽查 1"):
        assert f">{source}<" in shown, source
    assert "7 条待定" in shown
    only = text(differing, "/differences/", source="visit")
    assert "1 条待定" in only
    assert "程望书" in only
    assert "与证件核实过的值不同" in only
    assert "没有待定的了" in text(differing, "/differences/", kind="person", field="uscc")
    assert "0 条待定" in text(differing, "/differences/", scope=f"{COMMUNITY}002")
    assert differing.get("/differences/", {"scope": "120105001024001"}).status_code == 404


def test_deciding_brings_the_next_one_and_keeps_the_filter(differing: Client) -> None:
    first, second = Difference.objects.filter(field="phone", state="open").order_by("created_at", "id")
    chosen = {"kind": "person", "field": "phone", "scope": GRID}
    shown = text(differing, "/differences/", **chosen)
    assert "第 1 / 2 条" in shown
    answer = differing.post(f"/differences/{first.pk}/decide/", {**chosen, "decision": "keep", "next": str(second.pk)})
    assert answer.headers["Location"] == f"/differences/{second.pk}/?scope={GRID}&kind=person&field=phone"
    assert "后面没有了" in text(differing, answer.headers["Location"])
    answer = differing.post(f"/differences/{second.pk}/decide/", {**chosen, "decision": "accept", "next": ""})
    assert answer.headers["Location"] == f"/differences/?scope={GRID}&kind=person&field=phone"
    back = differing.post(f"/differences/{second.pk}/undo/", chosen)
    assert back.headers["Location"] == f"/differences/{second.pk}/?scope={GRID}&kind=person&field=phone"
    assert Difference.objects.get(pk=second.pk).state == "open"


def test_a_fact_that_changed_meanwhile_is_asked_again_in_place(differing: Client) -> None:
    person = Person.objects.get(name="程望舒")
    difference = Difference.objects.get(field="phone", entity=person.pk)
    differing.post(f"/correct/person/{person.pk}/", {"phone": "12012340000", "reason": "本人来电"})
    answer = differing.post(f"/differences/{difference.pk}/decide/", {"decision": "accept", "next": ""}, follow=True)
    shown = answer.content.decode()
    assert "刚才有人改过这一项，系统登记是 *******0000。再看一眼再定。" in shown
    assert str(difference.pk) in answer.request["PATH_INFO"]
    assert "12012340000" not in shown and "12099999999" not in shown, "of neither number more than its end"
    assert Person.objects.get(pk=person.pk).unseal("phone").endswith("0000")


def test_both_full_numbers_are_read_with_a_reason_the_person_can_read(differing: Client, sign_in: SignIn) -> None:
    difference = Difference.objects.get(field="phone", entity=Person.objects.get(name="程望舒").pk)
    refused = differing.post(f"/differences/{difference.pk}/reveal/", {"reason": "看"}, follow=True).content.decode()
    assert "请写明事由" in refused
    assert "12099999999" not in refused
    shown = differing.post(f"/differences/{difference.pk}/reveal/", {"reason": "打电话核对"}).content.decode()
    assert "120<em>99999999</em>" in shown and "120<em>12345671</em>" in shown
    entry = AuditEntry.objects.get(verb="number.revealed")
    assert (entry.subject, entry.reason, entry.data["field"]) == (difference.entity, "打电话核对", "phone")
    worker = sign_in(Role.GRID_WORKER, GRID)
    assert worker.post(f"/differences/{difference.pk}/reveal/", {"reason": "打电话核对"}).status_code == 403
    named = say("程望舒", "name", "程望书", "visit")
    assert differing.post(f"/differences/{named.pk}/reveal/", {"reason": "打电话核对"}).status_code == 404


def test_what_is_sent_to_the_door_is_on_the_workers_list_and_the_visit_answers_it(
    differing: Client, sign_in: SignIn
) -> None:
    person = Person.objects.get(name="程望舒")
    door = Dwelling.objects.get(residences__person=person)
    Target.objects.filter(entity=door.pk).delete()  # a door the campaign does not have yet
    difference = Difference.objects.get(field="phone", entity=person.pk)
    differing.post(f"/differences/{difference.pk}/decide/", {"decision": "to_door", "next": ""})
    assert Target.objects.get(entity=door.pk).state == "remaining"
    worker = sign_in(Role.GRID_WORKER, GRID)
    asked = "程望舒 的电话"
    assert asked in text(worker, "/gaps/", scope=GRID)
    assert f"问：{asked}" in text(worker, f"/walk/{GRID}/")
    assert "上门时问一问" in text(worker, f"/doors/{door.pk}/")
    Target.objects.filter(entity=door.pk).update(state="visited")
    assert f"问：{asked}" in text(worker, f"/walk/{GRID}/")  # a door already visited is asked too
    yesterday = clock.local_date(clock.now()) - dt.timedelta(days=1)
    met = {"at": f"{yesterday.isoformat()}T10:00", "outcome": "met", "confirmed": [str(person.pk)]}
    worker.post(f"/visits/dwelling/{door.pk}/", met)
    difference.refresh_from_db()
    assert difference.state == "to_door"  # yesterday nobody knew of the question
    Difference.objects.filter(pk=difference.pk).update(decided_at=clock.now() - dt.timedelta(days=2))
    worker.post(f"/visits/dwelling/{door.pk}/", met | {"at": f"{yesterday.isoformat()}T15:00"})
    difference.refresh_from_db()
    assert (difference.state, difference.reason) == ("closed", "上门已核实，没有变化")
    assert asked not in text(worker, f"/walk/{GRID}/")


def test_the_page_costs_the_same_for_three_times_the_differences(differing: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            text(differing, "/differences/", kind="person", field="phone")
        return len(asked)

    text(differing, "/differences/")
    before = cost()
    for serial in range(10, 16):
        say("程望舒", "phone", f"120000000{serial}", "platform")
    assert cost() == before


class Killed(BaseException):
    """The process that answers the page ends over it."""


@pytest.mark.parametrize("undo", [False, True])
def test_few_that_are_decided_at_once_are_left_to_the_worker_where_the_page_is_killed(
    differing: Client, monkeypatch: pytest.MonkeyPatch, undo: bool
) -> None:
    rule = {"about": "person.phone", "source": "ledger", "condition": "both", "decision": "accept", "scope": COMMUNITY}

    def dies(**facts: Any) -> None:
        raise Killed

    if undo:
        differing.post("/differences/rules/apply/", rule | {"n": "2"})
        ProcrastinateJob.objects.filter(task_name="differences.decide_batch").delete()
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(batches, "run_undo" if undo else "run", dies)
        path = f"{DecisionBatch.objects.get().pk}/undo/" if undo else "apply/"
        differing.post(f"/differences/rules/{path}", rule | {"n": "2"})
    batch = DecisionBatch.objects.get()
    job = ProcrastinateJob.objects.get(task_name="differences.decide_batch")
    assert (batch.state, job.status, job.scheduled_at > clock.now()) == ("undoing" if undo else "running", "todo", True)
    for _ in range(2):  # whoever comes second finds it done
        jobs.decide_batch(**job.args)
        batch.refresh_from_db()
        assert (batch.state, batch.n_done, batch.n_undone) == (("undone", 2, 2) if undo else ("done", 2, 0))


def test_many_are_decided_in_the_background_with_progress_and_taken_back_as_a_whole(
    differing: Client, monkeypatch: pytest.MonkeyPatch, sign_in: SignIn
) -> None:
    monkeypatch.setattr(views, "AT_ONCE", 0)
    rule = {"about": "person.phone", "source": "ledger", "condition": "both", "decision": "accept", "scope": COMMUNITY}
    shown = text(differing, "/differences/rules/", **rule)
    assert "台账与系统登记的电话不同、两边都有值的，一律采用台账写的" in shown
    assert "采用 2 条" in shown
    assert "12099999999" not in shown
    moved = differing.post("/differences/rules/apply/", rule | {"n": "3"}, follow=True).content.decode()
    assert "现在符合的是 2 条，不是 3 条" in moved
    assert DecisionBatch.objects.count() == 0
    answer = differing.post("/differences/rules/apply/", rule | {"n": "2"})
    batch = DecisionBatch.objects.get()
    assert answer.headers["Location"] == f"/differences/rules/{batch.pk}/"
    assert "正在定，已定 0 / 2 条" in text(differing, f"/differences/rules/{batch.pk}/progress/")
    user = differing.session["_auth_user_id"]
    jobs.decide_batch(batch=str(batch.pk), user=user, undo=False)
    assert differing.get(f"/differences/rules/{batch.pk}/progress/").headers["HX-Refresh"] == "true"
    assert {p.unseal("phone")[-4:] for p in Person.objects.filter(name__startswith="程")} == {"9999", "8888"}
    person = Person.objects.get(name="程兰因")
    differing.post(f"/correct/person/{person.pk}/", {"phone": "12012340000", "reason": "本人来电"})
    differing.post(f"/differences/rules/{batch.pk}/undo/")
    jobs.decide_batch(batch=str(batch.pk), user=user, undo=True)
    shown = text(differing, f"/differences/rules/{batch.pk}/")
    assert "没有撤销的" in shown
    assert "程兰因" in shown
    assert Person.objects.get(name="程望舒").unseal("phone").endswith("5671")
    assert Person.objects.get(pk=person.pk).unseal("phone").endswith("0000")
    elsewhere = sign_in(Role.COMMUNITY_LEAD, "120105001024")
    assert elsewhere.get(f"/differences/rules/{batch.pk}/").status_code == 404
    assert (
        "规则没有写全"
        in differing.post(
            "/differences/rules/apply/", rule | {"about": "person.status", "n": "1"}, follow=True
        ).content.decode()
    )
    assert differing.get(f"/differences/rules/{uuid.uuid4()}/").status_code == 404
