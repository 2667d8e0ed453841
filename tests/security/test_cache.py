"""What counts tries and pages stands in a table; whoever may write there has the server run nothing by it."""

from __future__ import annotations

import base64
import datetime as dt
import pickle
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection

from gridwalk.accounts.rules import Role
from gridwalk.config import cache as plain
from gridwalk.registry.tests.street import FIRST, Street
from tests.harness.people import SignIn

BEGUN = dt.datetime(2026, 10, 13, 10, 0, tzinfo=dt.UTC)


class Touches:
    """Unpickled, it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


def test_what_somebody_writes_into_the_table_is_not_run(db: None, sign_in: SignIn, at: Any, tmp_path: Path) -> None:
    Street.lay_out(at)
    with time_machine.travel(at, tick=False):
        lead = sign_in(Role.COMMUNITY_LEAD, FIRST)
        assert lead.get("/buildings/", follow=True).status_code == 200
        with connection.cursor() as cursor:
            value = base64.b64encode(pickle.dumps(Touches(tmp_path / "run"))).decode()
            cursor.execute("UPDATE accounts_cache SET value = %s", [value])
            cursor.execute("SELECT cache_key FROM accounts_cache WHERE cache_key LIKE '%%rows:%%'")
            (key,) = [key.removeprefix(":1:") for (key,) in cursor.fetchall()]
        cache.set("tries", 3)
        assert (cache.get("tries"), cache.get(key)) == (3, None)
        assert lead.get("/buildings/", follow=True).status_code == 200
        assert cache.get(key) > 0
        lead.post("/accounts/logout/")
        lead.post("/accounts/login/", {"login": "x", "password": "y"})
    assert not (tmp_path / "run").exists()


def test_values_stand_until_they_run_out(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with time_machine.travel(BEGUN, tick=False) as clock:
        assert cache.add("code", True, 60) and not cache.add("code", False, 60)
        cache.set("times", [1.5, 2.5], 60)
        cache.set("ever", "甲", None)
        assert (cache.get("code"), cache.get("times"), cache.get("none", 7)) == (True, [1.5, 2.5], 7)
        assert cache.get_many(["code", "none"]) == {"code": True}
        cache.set("n", 0, 60)
        assert [cache.incr("n"), cache.incr("n", 2)] == [1, 3]
        with pytest.raises(ValueError, match="missing"):
            cache.incr("missing")
        assert cache.touch("n", 120) and not cache.touch("none", 120)
        clock.shift(61)
        assert (cache.get("code"), cache.get("times"), cache.get("n"), cache.get("ever")) == (None, None, 3, "甲")
        assert cache.add("code", False, 60) and cache.get("code") is False
        assert cache.delete("code") and not cache.delete("code")
        monkeypatch.setattr(plain, "EMPTIED_EVERY", 1)
        cache.set("another", 1, 60)
        assert n_rows() == 3, "what has run out is taken away with what is written"
        cache.clear()
        assert n_rows() == 0


def n_rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_cache")
        return int(cursor.fetchone()[0])
