"""Bulk writes: what they store is what saving row by row would have stored."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from gridwalk.core import bulk, ids, plain
from gridwalk.core.models import AuditEntry, Receipt, StoredFile

pytestmark = pytest.mark.django_db

ODD = ["制表\t换行\n反斜线\\N", "引号\"'", "", "\\.", "𠮷😀", "{}", "NULL"]


def _entry(at: dt.datetime, reason: str) -> AuditEntry:
    data = {"n": 1, "text": reason, "list": [None, True, 1.5]}
    return AuditEntry(at=at, verb="visit.recorded", actor=None, actor_name="王试", data=data, reason=reason)


FEW_AND_MANY = pytest.mark.parametrize("times", [1, 4], ids=["few", "many"])


@FEW_AND_MANY
def test_inserted_rows_come_back_as_they_were(at: dt.datetime, times: int) -> None:
    rows = [_entry(at + dt.timedelta(microseconds=i), text) for i, text in enumerate(ODD * times)]
    assert (len(rows) > bulk.FEW) == (times > 1)
    bulk.insert(rows)
    bulk.insert([])
    stored = AuditEntry.objects.in_bulk([row.id for row in rows])
    for row in rows:
        copy = stored[row.id]
        assert (copy.at, copy.actor, copy.data, copy.reason) == (row.at, None, row.data, row.reason)
        assert not row._state.adding


@FEW_AND_MANY
def test_rows_by_their_values_are_stored_as_rows_of_the_class_are(at: dt.datetime, times: int) -> None:
    columns = ("key", "at", "result")
    bulk.insert_values(
        Receipt, columns, [(f"{n}:{text}", at, {"x": [text, None]}) for n, text in enumerate(ODD * times)]
    )
    bulk.insert_values(Receipt, columns, [])
    stored = {receipt.key: (receipt.at, receipt.result) for receipt in Receipt.objects.all()}
    assert stored == {f"{n}:{text}": (at, {"x": [text, None]}) for n, text in enumerate(ODD * times)}
    with pytest.raises(ValueError, match="result"):
        bulk.insert_values(Receipt, ("key", "at"), [("1", at)])
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert_values(Receipt, columns, [("same", at, {})] * 2 * times)


@FEW_AND_MANY
def test_an_insert_fails_as_a_whole_on_a_key_that_exists(at: dt.datetime, times: int) -> None:
    bulk.insert([Receipt(key="import:1", at=at)])
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert([*(Receipt(key=f"more:{n}", at=at) for n in range(10 * times)), Receipt(key="import:1", at=at)])
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize("n", [0, 1, bulk.FEW, bulk.FEW + 1, bulk.FEW + 2, 3_000])
def test_rows_are_taken_as_they_are_made(at: dt.datetime, n: int) -> None:
    rows = [Receipt(key=f"row:{i}", at=at) for i in range(n)]
    bulk.insert(row for row in rows)
    bulk.insert_values(Receipt, ("key", "at", "result"), ((f"values:{i}", at, {"i": i}) for i in range(n)))
    stored = dict(Receipt.objects.values_list("key", "result"))
    assert stored == {f"row:{i}": {} for i in range(n)} | {f"values:{i}": {"i": i} for i in range(n)}
    assert not any(row._state.adding for row in rows)


@FEW_AND_MANY
def test_where_a_row_cannot_be_made_none_is_stored(at: dt.datetime, times: int) -> None:
    def made(n: int) -> Receipt:
        if n == 9 * times:
            raise ValueError(n)
        return Receipt(key=f"{n}", at=at)

    with pytest.raises(ValueError, match=f"^{9 * times}$"), transaction.atomic():
        bulk.insert(made(n) for n in range(10 * times))
    assert not Receipt.objects.exists()


@FEW_AND_MANY
def test_an_update_changes_the_named_columns_only(at: dt.datetime, times: int) -> None:
    texts = ODD * times
    rows = [_entry(at, "old") for _ in texts]
    bulk.insert(rows)
    for index, row in enumerate(rows):
        row.at, row.actor, row.data, row.reason = (
            at + dt.timedelta(days=index),
            row.id,
            {"x": texts[index]},
            texts[index],
        )
        row.verb = "never.saved"
    bulk.update(rows, ["at", "actor", "data", "reason"])
    stored = AuditEntry.objects.in_bulk([row.id for row in rows])
    for row in rows:
        copy = stored[row.id]
        assert (copy.at, copy.actor, copy.data, copy.reason) == (row.at, row.actor, row.data, row.reason)
        assert copy.verb == "visit.recorded"


def test_a_row_made_without_its_class_is_the_row_its_class_makes(at: dt.datetime) -> None:
    given = {"at": at, "verb": "visit.recorded", "actor": None, "actor_name": "王试", "subject": ids.new_id()}
    quick, plain = bulk.row(AuditEntry, **given), AuditEntry(**given)
    assert type(quick) is AuditEntry
    columns = [field.attname for field in AuditEntry._meta.concrete_fields]
    assert quick.id != plain.id, "a default that is made is made anew"
    assert quick.data is not bulk.row(AuditEntry, **given).data
    quick.id = plain.id
    assert [getattr(quick, name) for name in columns] == [getattr(plain, name) for name in columns]
    bulk.insert([quick])
    assert AuditEntry.objects.get() == plain
    with pytest.raises(TypeError, match="actors"):
        bulk.row(AuditEntry, **given, actors="王试")


@pytest.mark.parametrize("texts", [[], ODD, ["null", "a,b", "{x}", " "]])
def test_lists_are_written_as_the_server_reads_them(texts: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::text[]", [plain.array(texts)])
        assert cursor.fetchone() == (texts,)


def test_an_update_can_empty_a_column(at: dt.datetime) -> None:
    row = StoredFile(name="a", purpose="ledger", size=1, owner=ids.new_id(), created_at=at, expires_at=at)
    bulk.insert([row])
    row.owner, row.erased_at = None, at
    bulk.update([row], ["owner", "erased_at"])
    row.refresh_from_db()
    assert (row.owner, row.erased_at) == (None, at)


def test_statistics_are_taken_anew_where_a_table_has_grown_by_half(at: dt.datetime) -> None:
    def counted() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE relname = %s", [Receipt._meta.db_table])
            return int(cursor.fetchone()[0])

    for n, n_new, says in ((40, 40, 40), (10, 10, 40), (30, 40, 80)):
        bulk.insert([Receipt(key=f"{n}:{i}", at=at) for i in range(n)])
        bulk.refresh_statistics(Receipt, n_new=n_new)
        assert counted() == says
    bulk.insert([Receipt(key="one", at=at)])
    bulk.refresh_statistics(Receipt)
    assert counted() == 81


@pytest.mark.parametrize("n", [1, 200])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    at: dt.datetime, django_assert_num_queries: DjangoAssertNumQueries, n: int
) -> None:
    rows = [_entry(at, "x") for _ in range(n)]
    bulk.insert(rows)
    with django_assert_num_queries(1):
        bulk.update(rows, ["reason"])
