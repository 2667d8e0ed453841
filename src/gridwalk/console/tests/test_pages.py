"""Which scope a page shows, and where the frame leads from it."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import QueryDict

from gridwalk.accounts.rules import Held, Role, Verb, Viewer
from gridwalk.console import pages
from gridwalk.core.queries import NotHere
from gridwalk.registry.tests.street import FIRST, GRID, SECOND, Street

STREET = "120105001"
Post = tuple[Role, str]


def asking(*posts: Post, **query: str) -> Any:
    get = QueryDict(mutable=True)
    for name, value in query.items():
        get[name] = value
    viewer = Viewer(None, "王试", tuple(Held(role, scope) for role, scope in posts))
    return SimpleNamespace(viewer=viewer, GET=get, path="/register/", turning=None)


LEAD, DISTRICT = (Role.COMMUNITY_LEAD, FIRST), (Role.DISTRICT_CENTRE, "12")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("posts", "verb", "asked", "scope"),
    [
        ([LEAD], Verb.SEE_ROWS, "", FIRST),
        ([LEAD], Verb.SEE_ROWS, GRID, GRID),
        ([LEAD], Verb.SEE_ROWS, SECOND, None),
        ([LEAD], Verb.SEE_ROWS, "120105001001009", None),
        ([LEAD], Verb.SEE_ROWS, "１２０１０５００１００１", None),
        ([LEAD], Verb.SEE_ROWS, "x", None),
        ([LEAD], Verb.REGRID, "", None),
        ([LEAD], Verb.REGRID, FIRST, None),
        ([LEAD, (Role.COMMUNITY_LEAD, SECOND)], Verb.SEE_ROWS, "", FIRST),
        ([LEAD, (Role.COMMUNITY_LEAD, SECOND)], Verb.SEE_ROWS, SECOND, SECOND),
        ([DISTRICT], Verb.SEE_COUNTS, "", STREET),
        ([DISTRICT], Verb.SEE_COUNTS, "120105001000", STREET),
        ([DISTRICT], Verb.SEE_COUNTS, STREET, STREET),
        ([DISTRICT], Verb.SEE_COUNTS, GRID, GRID),
        ([DISTRICT], Verb.SEE_COUNTS, "1201050010", None),
        ([DISTRICT], Verb.SEE_COUNTS, "120105001009", None),
    ],
)
def test_a_page_shows_a_place_where_the_viewer_may_or_none(
    at: dt.datetime, posts: list[Post], verb: Verb, asked: str, scope: str | None
) -> None:
    Street.lay_out(at)
    request = asking(*posts)
    if scope is None:
        with pytest.raises(NotHere):
            pages.scope_of(request, verb, asked)
        return
    assert pages.scope_of(request, verb, asked) == scope
    assert (request.turning.verb, request.turning.scope) == (verb, scope)


def test_another_scope_is_shown_from_its_beginning_and_as_it_was_chosen() -> None:
    request = asking(kind="person", scope=FIRST, **{"from": "40"}, building="7", word="王", none="")
    assert (
        pages._turned(request, "scope", "/register/", SECOND) == f"/register/?scope={SECOND}&kind=person&word=%E7%8E%8B"
    )


@pytest.mark.parametrize(
    ("typed", "offset"), [("", 0), ("0", 0), ("40", 40), ("-1", 0), ("x", 0), ("9999999", 9_999_999), ("10000000", 0)]
)
def test_a_list_goes_on_at_a_number_or_from_its_beginning(typed: str, offset: int) -> None:
    assert pages.offset(asking(**{"from": typed})) == offset
