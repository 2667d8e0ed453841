"""Where an administrator may give somebody a post: in their own area, and nowhere above it."""

from __future__ import annotations

import datetime as dt

import pytest

from gridwalk.accounts.rules import SYSTEM, Held, Role, Viewer
from gridwalk.console.views import accounts
from gridwalk.core import ids
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, NEXT_GRID, SECOND, Street

STREET = FIRST[:9]


@pytest.mark.django_db
def test_a_post_is_given_inside_the_own_area(at: dt.datetime) -> None:
    Street.lay_out(at)

    def offered(role: Role, scope: str) -> list[str]:
        return [code for code, _ in accounts.scopes_of(Viewer(ids.new_id(), role, (Held(role, scope),)))]

    own = [STREET, FIRST, SECOND, GRID, NEXT_GRID, FAR_GRID]
    assert offered(Role.ADMINISTRATOR, STREET) == own
    assert offered(Role.ADMINISTRATOR, FIRST) == [FIRST, GRID, NEXT_GRID]
    assert offered(Role.STREET_CENTRE, STREET) == []
    every = [code for code, _ in accounts.scopes_of(SYSTEM)]
    assert every[0] == "" and set(own) < set(every)
    assert dict(accounts.scopes_of(SYSTEM))[""] == "全部"
