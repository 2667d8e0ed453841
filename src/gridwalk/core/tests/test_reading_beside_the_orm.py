"""``core.plain`` opens its cursors by parts of Django that are not documented: a new Django is looked at before
it is used.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import django
import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from gridwalk.core import plain
from gridwalk.core.models import AuditEntry

WRITTEN_AGAINST = (5, 2)


def test_this_is_the_django_it_was_written_against() -> None:
    assert django.VERSION[:2] == WRITTEN_AGAINST, (
        f"core/plain.py was written against Django {WRITTEN_AGAINST}; this is {django.get_version()}. "
        "Compare `_open` with "
        "`_cursor` and `_prepare_cursor` in django/db/backends/base/base.py and with `create_cursor` and "
        "`ServerBindingCursor` "
        "in django/db/backends/postgresql/base.py. Run the tests of core, visits and sync "
        "and `python3 run.py bench write`. "
        "Then change WRITTEN_AGAINST. Why it is so: docs/decisions/0013-sql-beside-the-orm.md."
    )


@pytest.mark.django_db
def test_it_returns_what_the_orm_returns_and_its_statements_are_counted(at: dt.datetime) -> None:
    for n, reason in enumerate(("为核对登记", "")):
        data = {"n": n, "list": [None, 1.5, "引号\"'"]}
        AuditEntry.objects.create(at=at, verb="visit.recorded", actor=None, actor_name="王试", data=data, reason=reason)
    with CaptureQueriesContext(connection) as queries:
        rows = plain.select(AuditEntry, "t.verb = %s ORDER BY t.id", ["visit.recorded"])
    assert len(queries) == 1
    stored = list(AuditEntry.objects.filter(verb="visit.recorded").order_by("id"))
    names = [field.attname for field in AuditEntry._meta.concrete_fields]
    assert [[getattr(row, name) for name in names] for row in rows] == [
        [getattr(row, name) for name in names] for row in stored
    ]
    assert rows[0].at.tzinfo == stored[0].at.tzinfo


@pytest.mark.django_db
def test_a_query_of_the_orm_is_built_once_and_answers_for_other_values_as_the_orm_does(at: dt.datetime) -> None:
    for n, verb in enumerate(("visit.recorded", "visit.withdrawn", "visit.recorded")):
        AuditEntry.objects.create(
            at=at + dt.timedelta(days=n), verb=verb, actor=None, actor_name="王试", data={"n": [n]}
        )
    n_built = 0

    def build(verb: str, since: dt.datetime) -> QuerySet[AuditEntry, Any]:
        nonlocal n_built
        n_built += 1
        entries = AuditEntry.objects.filter(verb=verb, at__gte=since, actor_name="王试").order_by("-at")
        return entries.values_list("at", "data", "data__n")

    query = plain.Query(build, verb="a verb", since=dt.datetime.min.replace(tzinfo=dt.UTC))
    day = dt.timedelta(days=1)
    assert query.ask(verb="visit.recorded", since=at)() == [(at + 2 * day, {"n": [2]}, [2]), (at, {"n": [0]}, [0])]
    for verb, since in (("visit.recorded", at + day), ("visit.withdrawn", at), ("visit.withdrawn", at + 2 * day)):
        assert query.ask(verb=verb, since=since)() == list(build(verb, since))
    assert n_built == 4, "once to be kept, three times to compare"
    begins = plain.Query(lambda verb: AuditEntry.objects.filter(verb__startswith=verb).values_list("at"), verb="a verb")
    with pytest.raises(ValueError, match="verb"):
        begins.ask(verb="visit")
