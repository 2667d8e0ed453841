"""The areas above a page are named to whoever sees it, and lead only where they may go."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from gridwalk.accounts.rules import Role
from gridwalk.registry.tests.street import FIRST, GRID, Street
from tests.harness.people import SignIn

CRUMB = re.compile(r'<nav class="crumb".*?</nav>', re.DOTALL)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "scope", "leads"),
    [
        (Role.GRID_WORKER, GRID, [GRID]),
        (Role.COMMUNITY_LEAD, FIRST, [FIRST, GRID]),
    ],
)
def test_who_sees_a_door_goes_up_no_further_than_their_post(
    sign_in: SignIn, at: dt.datetime, role: Role, scope: str, leads: list[str]
) -> None:
    door = Street.lay_out(at).door()
    crumbs = CRUMB.findall(sign_in(role, scope).get(f"/doors/{door.pk}/").content.decode())
    assert len(crumbs) == 1 and "光复道" in crumbs[0], "the street is named"
    assert re.findall(r'href="/board/(\d+)/"', crumbs[0]) == leads
