"""Queries for many values at once."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from gridwalk.core.models import Change, Stream


@pytest.mark.django_db
def test_many_values_go_as_one_array_and_none_ask_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    Stream.objects.bulk_create([Stream(code=code) for code in ("1", "2", "3")])
    assert {*Stream.objects.filter(code__among={"1", "3", "4"}).values_list("code", flat=True)} == {"1", "3"}
    assert Stream.objects.exclude(code__among=["1", "3"]).get().code == "2"
    assert "= ANY(" in str(Stream.objects.filter(code__among=["1", "2"]).query)
    assert not Change.objects.filter(stream__among=["1"], stream__code__among=["1"]).exists(), "references have it too"
    with django_assert_num_queries(0):
        assert not Stream.objects.filter(code__among=[]).exists()
    assert Stream.objects.exclude(code__among=[]).count() == 3
    odd = ['a"b', "a\\b", "{a,b}", "", "NULL"]
    Stream.objects.bulk_create([Stream(code=code) for code in odd])
    assert {*Stream.objects.filter(code__among=odd).values_list("code", flat=True)} == {*odd}
