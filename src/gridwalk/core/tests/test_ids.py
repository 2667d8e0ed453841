"""Ids stand in addresses and on phones beside who worked: they say the day, and nothing nearer (red line 2)."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from unittest import mock

import time_machine

from gridwalk.core import clock, ids

DAY = dt.date(2026, 11, 23)


def test_an_id_says_the_day_it_was_made_on_and_not_the_minute() -> None:
    for hour, minute in ((0, 1), (7, 59), (10, 42), (23, 59)):
        with time_machine.travel(clock.at_local(DAY, hour, minute), tick=False):
            made = [ids.new_id(), ids.drawn_id()]
        for new in made:
            assert new.int >> 80 == clock.at_local(DAY, 0).timestamp() * 1000, (hour, minute)
            assert (new.version, new.variant) == (7, uuid.RFC_4122)


def test_what_is_made_in_one_go_keeps_its_order_and_nothing_comes_twice() -> None:
    row = [ids.new_id() for _ in range(5000)]
    assert row == sorted(row)
    with mock.patch.object(ids, "_TOGETHER", -1):
        apart = [ids.new_id() for _ in range(40)]
    assert apart != sorted(apart), "of what is made apart nobody is told which came first"
    drawn = [ids.drawn_id() for _ in range(40)]
    assert drawn != sorted(drawn), "nor of people, who stand in a ledger door by door"
    made: list[uuid.UUID] = []
    threads = [threading.Thread(target=lambda: made.extend(ids.new_id() for _ in range(3000))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({*made, *row}) == 17_000
