"""What the benchmarks lay out works on today's tables and wire, so that a figure can be measured when it is wanted."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path

import pytest
from django.test import Client, override_settings

from benchmarks import model, phones, record
from benchmarks.record import Entry, Seed
from benchmarks.results import Result
from gridwalk.core import clock

HOST = "127.0.0.1:8000"


@pytest.mark.slow
@pytest.mark.django_db
def test_a_phone_of_the_load_pushes_its_visits_and_pulls_its_grid() -> None:
    now = clock.now()
    (phone,) = phones.lay_out(1, 2)
    phones.prepare(phone, 2, 1, host=HOST, at=phones.visited_at(now), sent=now)
    pull = phones.request(phone, "pull", b'{"since":{},"epoch":0}', host=HOST, sent=now)
    with override_settings(ALLOWED_HOSTS=["127.0.0.1"]):
        for raw, n_visits, _ in phone.requests:
            assert _send(raw).count(b'"state":"accepted"') == n_visits
        assert phone.grid.encode() in _send(pull)


def _send(raw: bytes) -> bytes:
    """The answer to a request as it goes over the wire."""
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, path, _ = first.split()
    headers = dict(line.split(": ", 1) for line in lines)
    content_type = headers.pop("Content-Type")
    del headers["Content-Length"], headers["Accept-Encoding"]
    answer = Client().generic(method, path, body, content_type=content_type, headers=headers)
    assert answer.status_code == 200, answer.content
    return answer.content


def test_the_record_of_phone_days_is_gone_on_behind_whoever_wrote_it(tmp_path: Path) -> None:
    place = tmp_path / "records" / "phone-days.json"
    record.add(place, "old", "1a", Seed(0, 2, faults=Counter(late=1)))
    record.add(place, "new", "2b", Seed(2, 4, broken="I1: lost", totals=Counter(ops=7)))
    record.add(place, "new", "2b", Seed(1, 3, faults=Counter(late=2), totals=Counter(ops=5)))
    record.add(place, "new", "2b", Seed(5, 4))
    assert record.read(place) == [
        Entry("old", "1a", ((0, 0),), 2, faults=Counter(late=1)),
        Entry("new", "2b", ((1, 2), (5, 5)), 11, Counter(ops=12), Counter(late=2), {2: "I1: lost"}),
    ]
    assert [file.name for file in place.parent.iterdir()] == [place.name]
    assert model.still_to_play(20, record.read(place)) == [3, 4, 6], "2 + 3 + 2 phones beside the 13 of before"
    assert model.still_to_play(13, record.read(place)) == []


@pytest.mark.slow
@pytest.mark.django_db
def test_phone_days_are_played_once_and_say_what_became_of_them(tmp_path: Path) -> None:
    place = tmp_path / "phone-days.json"
    (first, *_) = model.days(2, place)
    (both, acknowledged, broken) = model.days(4, place)
    assert (first.value, both.value, broken.value, broken.met) == (2, 5, 0, True), "a day of two phones, one of three"
    (entry,) = record.read(place)
    assert (entry.seeds, entry.model) == (((0, 1),), record.model())
    at_once = {result.name: result for result in model.days(5)}
    assert _same(at_once["sync.phone_days"], both) and _same(at_once["sync.acknowledged"], acknowledged)
    assert "restored" in entry.faults and entry.totals["acknowledged"] == acknowledged.value


def _same(this: Result, that: Result) -> bool:
    return (this.value, this.note) == (that.value, that.note)


def test_a_record_says_where_the_server_was_changed_since_its_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def git(*words: str) -> str:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.invalid"]
        return subprocess.run(["git", *who, *words], cwd=tmp_path, capture_output=True, text=True, check=True).stdout

    server = tmp_path / "src" / "server.py"
    server.parent.mkdir()
    server.write_text("a = 1\n")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "one")
    monkeypatch.setattr(record, "ROOT", tmp_path)
    head = git("rev-parse", "--short=8", "HEAD").strip()
    (tmp_path / "notes.txt").write_text("beside")
    assert record.commit() == head
    server.write_text("a = 2\n")
    assert record.commit() == f"{head}+"
