"""Every link a page shows opens for whoever is shown it: no role is led to a refusal or to nothing."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from gridwalk.accounts.rules import Role
from gridwalk.registry.models import Person, Residence
from tests.harness.campaign import COMMUNITY, GRID
from tests.harness.people import SignIn

pytestmark = pytest.mark.slow
OF_EACH_KIND, PAGES = 2, 160
FILES = re.compile(r"^/(static|accounts/logout)|/annotated/|^/backfill/workbook/")
"""Not pages: what the browser fetches itself, the end of the visit, files that are counted as taken."""


def kind_of(path: str) -> str:
    return re.sub(r"[0-9a-f-]{36}|\d{12,15}", "·", path.partition("?")[0])


def walked(client: Client, *, of_each_kind: int = OF_EACH_KIND) -> Iterator[tuple[str, str, Any]]:
    """The pages that links lead to: the page that shows the link, the path, the answer."""
    seen, opened = {"/"}, Counter[str]()
    waiting = deque([("", "/")])
    while waiting and opened.total() < PAGES:
        page, path = waiting.popleft()
        if opened[kind_of(path)] >= of_each_kind:
            continue
        opened[kind_of(path)] += 1
        answer = client.get(path, follow=True)
        yield page, path, answer
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            for href in re.findall(r'<a [^>]*href="([^"#]+)"', answer.content.decode()):
                to = href.replace("&amp;", "&")
                to = path.partition("?")[0] + to if to.startswith("?") else to
                if to.startswith("/") and not FILES.search(to) and to not in seen:
                    seen.add(to)
                    waiting.append((path, to))


def dead_ends(client: Client) -> tuple[list[str], int]:
    """Where links lead that do not open, each with the page that shows it; and how many pages were opened."""
    opened = list(walked(client))
    return [f"{page} → {path} {to.status_code}" for page, path, to in opened if to.status_code != 200], len(opened)


@pytest.mark.parametrize(
    ("role", "scope"),
    [
        (Role.GRID_WORKER, GRID),
        (Role.COMMUNITY_LEAD, COMMUNITY),
        (Role.STREET_CENTRE, "120105001"),
        (Role.ADMINISTRATOR, "120105001"),
        (Role.LEADING_GROUP, "120105001"),
    ],
)
def test_no_link_leads_to_a_refusal(doubtful: Client, sign_in: SignIn, role: Role, scope: str) -> None:
    homeless = Person.objects.get(name="何照")
    Residence.objects.filter(person=homeless).update(to_on="2026-06-01")
    refused, n = dead_ends(sign_in(role, scope))
    assert not refused
    assert n > 5
