"""更正方案 as people handle them: what a page showed goes back with what they send."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django.test import Client


def seen(page: str) -> str:
    """The mark of the state a page showed."""
    mark = re.search(r'name="seen" value="(\w+)"', page)
    return mark[1] if mark else ""


def draw_grids(client: Client, given: dict[str, Any]) -> Any:
    """Open the page on which grids are drawn anew, then send what was chosen."""
    shown = client.get("/areas/plans/new/", {"old": given["old"], "n": given["n"]}, follow=True)
    return client.post("/areas/plans/new/", {"seen": seen(shown.content.decode()), **given}, follow=True)


def decide(client: Client, plan: uuid.UUID, *, confirmed: bool = True, note: str = "对过") -> Any:
    """Open a plan and decide it."""
    path = f"/upkeep/{plan}/"
    given = {"confirmed": "1" if confirmed else "0", "note": note, "seen": seen(client.get(path).content.decode())}
    return client.post(f"{path}decide/", given, follow=True)
