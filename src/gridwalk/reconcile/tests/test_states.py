"""A ledger handed in goes on from where it is and from nowhere else: every step in every state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from gridwalk.accounts.rules import SYSTEM
from gridwalk.core import clock
from gridwalk.core.models import AuditEntry
from gridwalk.ledger.tests import books
from gridwalk.reconcile.actions import applying, comparing, rehearsing, staging, submissions
from gridwalk.reconcile.actions.submissions import SubmissionRefused
from gridwalk.reconcile.models import StagedRow, Submission
from gridwalk.registry.models import Person
from gridwalk.registry.tests.street import FIRST, Street
from tests.harness.meanwhile import holding

STATES = [state for state, _ in Submission.STATES]
LEDGER = books.xlsx({"Sheet1": [["小区", *books.PERSON], ["海河花园", *books.person(1)]]})

Step = Callable[..., Any]


@pytest.fixture
def at_home(db: None, at: dt.datetime) -> Street:
    return Street.lay_out(at)


def handed_in(at: dt.datetime, state: str, *, beside: bool = False) -> Submission:
    """An import, or a comparison, that has come to a state."""
    given: dict[str, Any] = {"actor": SYSTEM, "at": at, "scope": FIRST, "data": LEDGER, "name": "人口台账.xlsx"}
    new: Submission = comparing.upload(**given, source="ledger") if beside else staging.upload(**given)
    assert (new.state, new.questions) == ("mapping", [])
    come_to(new, state)
    return new


def come_to(ledger: Submission, state: str) -> None:
    """Put it into a state, as if nothing had been done with it yet."""
    StagedRow.objects.filter(of=ledger.pk).delete()
    type(ledger)._default_manager.filter(pk=ledger.pk).update(state=state, finished_at=None, message="")


def remap_import(at: dt.datetime, ledger: Submission) -> Any:
    return submissions.remap(staging.WAY, actor=SYSTEM, at=at, submission=ledger.pk, chosen={})


def remap_comparison(at: dt.datetime, ledger: Submission) -> Any:
    return submissions.remap(comparing.WAY, actor=SYSTEM, at=at, submission=ledger.pk, chosen={})


def stage(at: dt.datetime, ledger: Submission) -> Any:
    return staging.stage(actor=SYSTEM, at=at, imported=ledger.pk)


def go_on(at: dt.datetime, ledger: Submission) -> Any:
    return rehearsing.go_on(actor=SYSTEM, at=at, imported=ledger.pk)


def apply(at: dt.datetime, ledger: Submission) -> Any:
    return applying.apply(actor=SYSTEM, at=at, imported=ledger.pk)


def start(at: dt.datetime, ledger: Submission) -> Any:
    return comparing.start(actor=SYSTEM, at=at, comparison=ledger.pk)


def run(at: dt.datetime, ledger: Submission) -> Any:
    return comparing.run(actor=SYSTEM, at=at, comparison=ledger.pk)


def again(at: dt.datetime, ledger: Submission) -> Any:
    return comparing.again(actor=SYSTEM, at=at, comparison=ledger.pk)


def cancel_import(at: dt.datetime, ledger: Submission) -> Any:
    return submissions.cancel(staging.WAY, actor=SYSTEM, at=at, submission=ledger.pk)


def cancel_comparison(at: dt.datetime, ledger: Submission) -> Any:
    return submissions.cancel(comparing.WAY, actor=SYSTEM, at=at, submission=ledger.pk)


BEGUN = "已经开始办了，不能再改列"
UNFINISHED = {"mapping", "rehearsing", "ready", "applying", "comparing", "paused", "failed"}
NOT_WAITING = "不在等核对的状态，请刷新后再看"
STEPS: list[tuple[Step, set[str], str]] = [
    (remap_import, {"mapping", "failed", "ready"}, BEGUN),
    (stage, {"mapping"}, "这份台账不在等核对的状态，请刷新后再看"),
    (apply, {"applying", "paused", "done"}, "这份台账还没有核对列，先核对再入库"),
    (cancel_import, UNFINISHED, "这份台账已经结束了"),
    (remap_comparison, {"mapping", "failed", "ready"}, BEGUN),
    (start, {"mapping", "paused"}, f"这份比对{NOT_WAITING}"),
    (run, {"comparing", "paused", "done", "cancelled"}, "还没有核对列，先核对再比对"),
    (again, {"done"}, "原文件已过 30 天，清除了。请重新上传再比"),
    (cancel_comparison, UNFINISHED, "这份比对已经结束了"),
]


@pytest.mark.parametrize(("step", "allowed", "words"), STEPS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_step_is_taken_from_its_states_and_refused_in_all_others(
    at_home: Street, step: Step, allowed: set[str], words: str
) -> None:
    beside = step in {remap_comparison, start, run, again, cancel_comparison}
    ledger = handed_in(at_home.at, "mapping", beside=beside)
    for state in STATES:
        come_to(ledger, state)
        if state in allowed:
            if step is not run or state != "comparing":
                step(at_home.at, ledger)
            continue
        with pytest.raises(SubmissionRefused, match=words):
            step(at_home.at, ledger)
        ledger.refresh_from_db()
        assert (ledger.state, ledger.finished_at) == (state, None), "nothing of it is done"
        assert not StagedRow.objects.filter(of=ledger.pk).exists()
    assert not Person.objects.exists()


def test_a_file_on_its_way_into_the_register_is_not_taken_in_twice_at_once(at_home: Street) -> None:
    first, second = handed_in(at_home.at, "mapping"), handed_in(at_home.at, "mapping")
    stage(at_home.at, first)
    since = clock.local(at_home.at).strftime("%m月%d日 %H:%M")
    with pytest.raises(SubmissionRefused, match=f"同一份文件正在入库：{SYSTEM.name} {since} 交的"):
        stage(at_home.at, second)
    assert not StagedRow.objects.filter(of=second.pk).exists()
    apply(at_home.at, first)
    stage(at_home.at, second)
    assert StagedRow.objects.filter(of=second.pk).count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", [stage, go_on])
def test_of_two_that_begin_in_the_same_instant_the_second_is_told_of_the_first(
    transactional_db: None, at: dt.datetime, step: Step
) -> None:
    Street.lay_out(at)
    first, second, ready = (handed_in(at, state) for state in ("mapping", "mapping", "ready"))
    late = second if step is stage else ready
    with holding(lambda: step(at, late), lambda: stage(at, first)) as waiting:
        assert not StagedRow.objects.filter(of=late.pk).exists()
    with pytest.raises(SubmissionRefused, match=f"同一份文件正在入库：{SYSTEM.name}"):
        waiting.answer()
    come_to(first, "done")
    with holding(lambda: step(at, late), lambda: come_to(late, "paused")) as waiting:
        pass
    with pytest.raises(SubmissionRefused, match="刚才有人办过了"):
        waiting.answer()
    assert not StagedRow.objects.exists()


@pytest.mark.slow
def test_each_step_leaves_its_line(at_home: Street) -> None:
    at, lines = at_home.at, AuditEntry.objects.exclude(verb__startswith="file.").order_by("id")
    n = lines.count()
    ledger = handed_in(at, "mapping")
    for step in (remap_import, stage, apply):
        step(at, ledger)
    cancel_import(at, handed_in(at, "mapping"))
    imported = ["uploaded", "mapped", "staged", "batch_applied", "done", "uploaded", "cancelled"]
    assert [line.verb for line in lines[n:]] == [f"import.{what}" for what in imported]
    assert {(line.kind, line.subject is None) for line in lines[n:]} == {("import", False)}
    assert {line.scope for line in lines[n:] if line.verb != "import.batch_applied"} == {FIRST}

    n = lines.count()
    beside = handed_in(at, "mapping", beside=True)
    for step in (remap_comparison, start, run):
        step(at, beside)
    cancel_comparison(at, handed_in(at, "mapping", beside=True))
    compared = ["uploaded", "mapped", "started", "loaded", "done", "uploaded", "cancelled"]
    assert [line.verb for line in lines[n:]] == [f"comparison.{what}" for what in compared]
    assert {(line.kind, line.scope) for line in lines[n:]} == {("comparison", FIRST)}
    assert {line.subject for line in lines[n : n + 5]} == {beside.pk}


def test_rows_and_those_with_a_fault_are_counted_once(at_home: Street) -> None:
    rows = [books.person(1), books.person(3, id_no="12345"), books.person(5, phone="1201", id_no="12345")]
    given: dict[str, Any] = {"actor": SYSTEM, "at": at_home.at, "scope": FIRST, "name": "人口台账.xlsx"}
    ledger = staging.upload(**given, data=books.xlsx({"Sheet1": [books.PERSON, *rows]}))
    assert (ledger.n_rows, ledger.n_faulty) == (3, 2)
    staged = stage(at_home.at, ledger)
    assert (staged.n_rows, staged.n_faulty, staged.n_batches, staged.n_batches_done) == (3, 2, 1, 0)


def test_a_ledger_taken_for_another_kind_is_read_again_as_what_somebody_says(at_home: Street) -> None:
    ledger = handed_in(at_home.at, "mapping")
    assert ledger.kind == "person"
    submissions.remap(staging.WAY, actor=SYSTEM, at=at_home.at, submission=ledger.pk, chosen={}, kind="dwelling")
    ledger.refresh_from_db()
    assert ledger.kind == "dwelling"
    remap_import(at_home.at, ledger)
    ledger.refresh_from_db()
    assert ledger.kind == "dwelling", "and stays so"


def test_what_waits_for_a_column_goes_no_further(at_home: Street) -> None:
    for beside, step in ((False, stage), (True, start)):
        ledger = handed_in(at_home.at, "mapping", beside=beside)
        mapping = {**ledger.mapping, "left": {**ledger.mapping["left"], "questions": ["“电话”有两列"]}}
        type(ledger)._default_manager.filter(pk=ledger.pk).update(mapping=mapping)
        with pytest.raises(SubmissionRefused, match="还有几列要您先定：“电话”有两列"):
            step(at_home.at, ledger)


def test_what_stops_half_way_is_paused_and_what_is_over_is_not(at_home: Street) -> None:
    ways: list[tuple[Any, str]] = [(staging.WAY, "applying"), (comparing.WAY, "comparing")]
    for way, running in ways:
        ledger = handed_in(at_home.at, "mapping", beside=way is comparing.WAY)
        for state in STATES:
            come_to(ledger, state)
            submissions.pause(way, actor=SYSTEM, at=at_home.at, submission=ledger.pk, message="断电了")
            ledger.refresh_from_db()
            assert ledger.state == ("paused" if state == running else state)
            assert (ledger.message == "断电了") == (state == running)


def test_a_file_that_was_not_kept_is_not_read_again_and_one_that_ran_out_not_compared(at_home: Street) -> None:
    ledger = handed_in(at_home.at, "failed")
    type(ledger.file)._default_manager.filter(pk=ledger.file_id).update(size=0)
    with pytest.raises(SubmissionRefused, match="这份文件读不了，没有存下来"):
        remap_import(at_home.at, ledger)
    over = handed_in(at_home.at, "done", beside=True)
    type(over.file)._default_manager.filter(pk=over.file_id).update(erased_at=at_home.at)
    with pytest.raises(SubmissionRefused, match="原文件已过 30 天"):
        again(at_home.at, over)


def test_what_stopped_half_way_is_noted_of_it_alone(at_home: Street) -> None:
    stopped, other = handed_in(at_home.at, "applying"), handed_in(at_home.at, "applying")
    done = handed_in(at_home.at, "done")
    for ledger in (stopped, done):
        submissions.pause(staging.WAY, actor=SYSTEM, at=at_home.at, submission=ledger.pk, message="停电")
    for ledger in (stopped, other, done):
        ledger.refresh_from_db()
    assert [(ledger.state, ledger.message) for ledger in (stopped, other, done)] == [
        ("paused", "停电"),
        ("applying", ""),
        ("done", ""),
    ]


def test_what_is_given_up_half_way_keeps_the_rows_that_are_in_the_register(at_home: Street) -> None:
    ledger, other = handed_in(at_home.at, "mapping"), handed_in(at_home.at, "mapping")
    for step in (stage, apply):
        step(at_home.at, ledger)
    (done,) = StagedRow.objects.filter(of=ledger.pk)
    assert done.state != "waiting"
    rows = {"of_id": ledger.pk, "sheet": done.sheet, "batch": done.batch, "values": {}, "state": "waiting"}
    StagedRow.objects.create(**rows, row_no=done.row_no + 1)
    stage(at_home.at, other)
    type(ledger)._default_manager.filter(pk=ledger.pk).update(state="paused")
    cancelled = cancel_import(at_home.at, ledger)
    assert cancelled.message == "已放弃。放弃前入库的 1 批留在系统登记里。"
    assert list(StagedRow.objects.filter(of=ledger.pk)) == [done], "an annotated ledger says of it what it became"
    assert StagedRow.objects.filter(of=other.pk, state="waiting").count() == 1
    assert cancel_import(at_home.at, other).message == "已放弃，什么都没有入库。"
    assert not StagedRow.objects.filter(of=other.pk).exists()
