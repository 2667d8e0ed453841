"""A write to a grid: its lock, its version, its change rows and the audit, all or nothing."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection
from pytest_django import DjangoAssertNumQueries

from gridwalk.core import actions, bulk, ids, queries
from gridwalk.core.actions import UnknownStream
from gridwalk.core.audit import verify
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.models import AuditEntry, Change, Receipt, Stream
from gridwalk.core.tests.people import SYSTEM, WORKER, Somebody
from tests.harness.meanwhile import at_once

FIRST, SECOND = "120105001001001", "120105001001002"
ID_NO = "120199195002303213"


@pytest.fixture
def streams(db: None) -> None:
    """Two grids' streams."""
    actions.open_streams([FIRST, SECOND])


@pytest.mark.usefixtures("streams")
def test_a_write_raises_the_version_of_its_streams_only(at: dt.datetime) -> None:
    with actions.write_to(FIRST, actor=SYSTEM, at=at) as writing:
        assert writing.versions == {FIRST: 1}
    with actions.write_to(FIRST, FIRST, SECOND, actor=SYSTEM, at=at) as writing:
        assert writing.versions == {FIRST: 2, SECOND: 1}
    actions.open_streams([FIRST])
    assert queries.stream_versions([FIRST, SECOND]) == {FIRST: 2, SECOND: 1}


@pytest.mark.usefixtures("streams")
def test_it_refuses_a_grid_that_does_not_exist_and_leaves_the_others_alone(at: dt.datetime) -> None:
    wanted = actions.write_to(FIRST, "120105001001999", actor=SYSTEM, at=at)
    with pytest.raises(UnknownStream, match="120105001001999"), wanted:
        pytest.fail("the body must not run")
    assert queries.stream_versions([FIRST]) == {FIRST: 0}


@pytest.mark.usefixtures("streams")
def test_a_change_row_says_who_when_from_where_and_hides_numbers(at: dt.datetime) -> None:
    person, op = ids.new_id(), ids.new_id()
    with actions.write_to(FIRST, actor=WORKER, at=at, op=op) as writing:
        writing.created(
            FIRST, "person", person, {"name": "王试", "id_no": ID_NO}, source="ledger", source_ref="a.xlsx 3"
        )
        writing.change(
            stream=FIRST,
            kind="person",
            entity=person,
            field="name",
            old="王试",
            new="王样",
            source="visit",
            reason="本人更正",
        )
        writing.audit(AuditVerb.VISIT_RECORDED, scope=FIRST, kind="person", subject=person, data={"n": 1})
    whole, name = Change.objects.filter(entity=person).order_by("id")
    assert (whole.stream_id, whole.version, whole.field, whole.op) == (FIRST, 1, Change.WHOLE, op)
    assert (whole.actor, whole.actor_name, whole.at, whole.source_ref) == (WORKER.id, WORKER.name, at, "a.xlsx 3")
    assert ID_NO not in str(whole.new)
    assert whole.new_clear == {"name": "王试", "id_no": ID_NO}
    assert (name.old, name.new, name.reason) == ("王试", "王样", "本人更正")
    assert queries.history([person]) == [name, whole]
    assert [entry.verb for entry in queries.audit_of([person])] == ["visit.recorded"]


@pytest.mark.usefixtures("streams")
def test_an_envelope_copied_to_another_change_row_does_not_open(at: dt.datetime) -> None:
    with actions.write_to(FIRST, actor=SYSTEM, at=at) as writing:
        for number in (ID_NO, "120199195002303221"):
            writing.change(
                stream=FIRST, kind="person", entity=ids.new_id(), field="id_no", old=None, new=number, source="ledger"
            )
    first, second = Change.objects.order_by("id")
    first.new = second.new
    with pytest.raises(Exception, match="does not open"):
        _ = first.new_clear


@pytest.mark.usefixtures("streams")
def test_it_refuses_a_change_in_a_stream_it_does_not_hold(at: dt.datetime) -> None:
    with pytest.raises(KeyError), actions.write_to(FIRST, actor=SYSTEM, at=at) as writing:
        writing.change(
            stream=SECOND, kind="person", entity=ids.new_id(), field="name", old=None, new="王试", source="visit"
        )
    assert not Change.objects.exists()


@pytest.mark.usefixtures("streams")
def test_a_body_that_fails_leaves_nothing_behind(at: dt.datetime) -> None:
    with pytest.raises(ZeroDivisionError), actions.write_to(FIRST, actor=SYSTEM, at=at) as writing:
        writing.left(FIRST, "person", ids.new_id(), source="office", reason="迁走")
        writing.audit(AuditVerb.PERSON_MOVED_OUT, scope=FIRST)
        actions.give_receipt("visit:1", at=at, result={})
        _ = 1 / 0
    assert queries.stream_versions([FIRST]) == {FIRST: 0}
    assert not Change.objects.exists()
    assert not AuditEntry.objects.exists()
    assert queries.receipt("visit:1") is None


@pytest.mark.usefixtures("streams")
def test_what_is_written_at_the_end_goes_with_the_rest_or_not_at_all(at: dt.datetime) -> None:
    def receipts(*keys: str) -> Callable[[], None]:
        return lambda: bulk.insert([Receipt(key=key, at=at) for key in keys])

    with actions.write_to(FIRST, actor=SYSTEM, at=at) as writing:
        writing.at_the_end(receipts("visit:1"))
        writing.audit(AuditVerb.VISIT_RECORDED, scope=FIRST)
        assert queries.receipt("visit:1") is None
    assert queries.receipt("visit:1") == {}
    with pytest.raises(IntegrityError), actions.write_to(FIRST, actor=SYSTEM, at=at) as writing:
        writing.at_the_end(receipts("visit:2", "visit:1"))
        writing.left(FIRST, "person", ids.new_id(), source="office", reason="迁走")
        writing.audit(AuditVerb.PERSON_MOVED_OUT, scope=FIRST)
    assert queries.receipt("visit:2") is None
    assert (queries.stream_versions([FIRST]), Change.objects.count(), AuditEntry.objects.count()) == ({FIRST: 1}, 0, 1)


@pytest.mark.usefixtures("streams")
def test_each_part_of_a_write_is_under_the_name_of_who_holds_it(at: dt.datetime) -> None:
    colleague = Somebody("王另试")
    with actions.write_to(FIRST, SECOND, actor=SYSTEM, at=at) as writing:
        parts = [writing.part([FIRST], actor=WORKER), writing.part([SECOND], actor=colleague)]
        for stream in (FIRST, SECOND):
            writing.left(stream, "person", ids.new_id(), source="visit", reason="迁走")
            writing.audit(AuditVerb.PERSON_MOVED_OUT, scope=stream)
        parts[1].audit(AuditVerb.PERSON_MOVED_OUT, scope="120105001001000")
        parts[1].insert([Receipt(key="visit:1", at=at)])
        assert queries.receipt("visit:1") is None
    assert queries.receipt("visit:1") == {}
    changes = Change.objects.order_by("stream").values_list("stream", "version", "actor", "actor_name")
    assert list(changes) == [(FIRST, 1, WORKER.id, "王试"), (SECOND, 1, colleague.id, "王另试")]
    assert len(set(Change.objects.values_list("op", flat=True))) == 2
    entries = AuditEntry.objects.order_by("chain", "seq").values_list("chain", "seq", "actor")
    assert list(entries) == [(FIRST, 1, WORKER.id), (SECOND, 1, colleague.id), (SECOND, 2, colleague.id)], (
        "what belongs to none of its streams stands in a chain of its own part"
    )
    assert verify.verify().breaks == []


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_who_does_not_wait_holds_what_nobody_else_does(at: dt.datetime) -> None:
    actions.open_streams([FIRST, SECOND])
    with actions.write_to(FIRST, actor=SYSTEM, at=at):
        seen: list[dict[str, int]] = []

        def other() -> None:
            with actions.write_to(FIRST, SECOND, actor=WORKER, at=at, waits=False) as writing:
                seen.append(dict(writing.versions))

        assert at_once(other) == []
    assert seen == [{SECOND: 1}]
    assert queries.stream_versions([FIRST, SECOND]) == {FIRST: 1, SECOND: 1}


@pytest.mark.usefixtures("streams")
@pytest.mark.parametrize("n", [1, 300])
def test_a_write_costs_the_same_queries_however_much_it_changes(
    at: dt.datetime, django_assert_num_queries: DjangoAssertNumQueries, n: int
) -> None:
    person = ids.new_id()
    savepoint_lock_and_raise_copy_release = django_assert_num_queries(4)
    with savepoint_lock_and_raise_copy_release, actions.write_to(FIRST, actor=SYSTEM, at=at) as writing:
        for index in range(n):
            writing.change(
                stream=FIRST,
                kind="person",
                entity=person,
                field="name",
                old=str(index),
                new=str(index + 1),
                source="visit",
            )
    assert Change.objects.count() == n


@pytest.mark.django_db
def test_a_receipt_is_given_once_and_a_second_one_undoes_its_transaction(at: dt.datetime) -> None:
    assert queries.receipt("import:7:3") is None
    with actions.write_to(actor=SYSTEM, at=at):
        actions.give_receipt("import:7:3", at=at, result={"created": 12})
    assert queries.receipt("import:7:3") == {"created": 12}
    with pytest.raises(IntegrityError), actions.write_to(actor=SYSTEM, at=at) as writing:
        writing.audit(AuditVerb.IMPORT_BATCH_APPLIED)
        actions.give_receipt("import:7:3", at=at, result={"created": 99})
    assert queries.receipt("import:7:3") == {"created": 12}
    assert not AuditEntry.objects.exists()
    assert queries.receipts(["import:7:3", "import:7:4"]) == {"import:7:3"}


@pytest.mark.django_db
def test_looking_at_something_is_audited_with_the_reason(at: dt.datetime) -> None:
    person = ids.new_id()
    actions.record_reading(
        actor=SYSTEM,
        at=at,
        verb=AuditVerb.NUMBER_REVEALED,
        scope=FIRST,
        kind="person",
        subject=person,
        reason="上门前电话约时间",
        data={"field": "phone"},
    )
    (entry,) = queries.audit_of([person])
    assert (entry.verb, entry.reason, entry.scope, entry.data) == (
        "number.revealed",
        "上门前电话约时间",
        FIRST,
        {"field": "phone"},
    )


@pytest.mark.django_db(transaction=True)
def test_two_writers_of_one_grid_get_gapless_versions_and_a_reader_never_sees_a_gap(at: dt.datetime) -> None:
    actions.open_streams([FIRST])
    each = 15
    gaps: list[list[int]] = []
    done = threading.Event()
    writers_left = [2]
    counting = threading.Lock()

    def write() -> None:
        try:
            for _ in range(each):
                with actions.write_to(FIRST, actor=SYSTEM, at=at) as writing:
                    writing.change(
                        stream=FIRST,
                        kind="dwelling",
                        entity=ids.new_id(),
                        field="tenure",
                        old="own",
                        new="let",
                        source="visit",
                    )
        finally:
            with counting:
                writers_left[0] -= 1
                if not writers_left[0]:
                    done.set()

    def read() -> None:
        while not done.is_set():
            seen = list(Change.objects.order_by("version").values_list("version", flat=True))
            if seen != list(range(1, len(seen) + 1)):
                gaps.append(seen)

    assert at_once(write, write, read) == []
    assert gaps == []
    versions = Change.objects.order_by("version").values_list("version", flat=True)
    assert list(versions) == list(range(1, 2 * each + 1))
    assert Stream.objects.get(code=FIRST).version == 2 * each


@pytest.mark.django_db(transaction=True)
def test_writers_that_name_grids_in_opposite_order_do_not_block_each_other(at: dt.datetime) -> None:
    actions.open_streams([FIRST, SECOND])

    def write(*codes: str) -> Callable[[], None]:
        def body() -> None:
            for _ in range(15):
                with actions.write_to(*codes, actor=SYSTEM, at=at):
                    pass

        return body

    assert at_once(write(FIRST, SECOND), write(SECOND, FIRST)) == []
    assert queries.stream_versions([FIRST, SECOND]) == {FIRST: 30, SECOND: 30}


@pytest.mark.django_db(transaction=True)
def test_a_write_waits_for_the_one_before_and_sees_what_it_did(at: dt.datetime) -> None:
    actions.open_streams([FIRST])
    inside, waiting = threading.Event(), threading.Event()
    seen: list[bool] = []

    def slow() -> None:
        with actions.write_to(FIRST, actor=SYSTEM, at=at):
            inside.set()
            assert waiting.wait(30)
            Receipt.objects.create(key="slow", at=at)

    def next_one() -> None:
        assert inside.wait(30)
        waiting.set()
        with actions.write_to(FIRST, actor=SYSTEM, at=at):
            seen.append(Receipt.objects.filter(key="slow").exists())

    assert at_once(slow, next_one) == []
    assert seen == [True]
    assert connection.in_atomic_block is False


@pytest.mark.usefixtures("streams")
@pytest.mark.parametrize(
    ("scopes", "inside"),
    [([], []), (["120105002"], []), (["120105001001"], [FIRST, SECOND]), ([SECOND, "120105002"], [SECOND])],
)
def test_of_no_scope_nothing_is_read_and_of_several_what_lies_in_one(scopes: list[str], inside: list[str]) -> None:
    rows = Stream.objects.filter(queries.in_scopes(scopes, "code"))
    assert sorted(rows.values_list("code", flat=True)) == inside
