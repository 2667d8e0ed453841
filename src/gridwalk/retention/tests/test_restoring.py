"""Older data, put in the place of newer ones: who was erased since is erased, and de-registered, again."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from pytest_django import Settings

from gridwalk.accounts.rules import SYSTEM
from gridwalk.core import clock, erasures, ids
from gridwalk.core.models import AuditEntry
from gridwalk.registry.actions import claims, ends
from gridwalk.registry.models import Dwelling, Erased, Person, Recheck
from gridwalk.registry.rules import Claim
from gridwalk.registry.tests.street import Street, changes, id_no, links, phone
from gridwalk.retention.actions import applying
from gridwalk.retention.rules import ERASED_NAME


@pytest.fixture
def home(tmp_path: Path, settings: Settings) -> Path:
    """A ledger of erasures of its own."""
    settings.DATA_DIR, settings.BACKUP_DIR = tmp_path, ""
    return tmp_path


@pytest.fixture
def street(db: None, at: dt.datetime) -> Street:
    return Street.lay_out(at)


def replay(street: Street, home: Path) -> int:
    return applying.replay(actor=SYSTEM, at=street.at + dt.timedelta(days=5), folders=[home])


def test_whoever_was_still_registered_then_is_de_registered_as_it_was(street: Street, home: Path) -> None:
    """An end that waited for its second person then was confirmed since. An older ledger does not say how it ended."""
    door = street.door("101")
    gone, older, stays = (
        street.person(name, door, phone=phone(n)) for n, name in enumerate(("张桂兰", "李香", "王五"))
    )
    with street.writing() as writing:
        ends.propose(writing, gone, "moved_away", reason="张桂兰说的")
    ended_on, then = clock.local_date(street.at) + dt.timedelta(days=1), street.at + dt.timedelta(days=3)
    erasures.note(
        [
            erasures.line("person", at=then, id=gone.id, status="deceased", ended_on=ended_on),
            erasures.line("person", at=then, id=older.id),
            erasures.line("person", at=then, id=(unknown := ids.new_id())),
        ]
    )
    assert replay(street, home) == 2
    rows = [Person.objects.get(pk=person.pk) for person in (gone, older, stays)]
    assert [(row.name, row.status, row.ended_on) for row in rows] == [
        (ERASED_NAME, "deceased", ended_on),
        (ERASED_NAME, "struck_off", clock.local_date(then)),
        ("王五", "active", None),
    ]
    assert [len(links(row)) for row in rows] == [0, 0, 1]
    assert changes(gone, "status") == [("active", "deceased")]
    assert rows[0].status_pending == ""
    assert (Recheck.objects.get().state, Recheck.objects.get().reason) == ("withdrawn", "")
    marked = dict(Erased.objects.values_list("pk", "at"))
    assert marked == {gone.id: then, older.id: then, unknown: street.at + dt.timedelta(days=5)}
    assert AuditEntry.objects.filter(verb="person.erased", data__why="restore").count() == 2
    assert replay(street, home) == 0


def test_a_contact_is_taken_from_older_data_and_who_came_later_stays(street: Street, home: Path) -> None:
    before, after = street.at - dt.timedelta(days=3), street.at + dt.timedelta(days=3)
    older = street.door("101", owner_name="张桂兰", owner_phone=phone(1))
    newer = street.door("102", owner_name="王五", owner_phone=phone(2))
    Erased.objects.create(id=newer.pk, kind="dwelling", at=before, why="request")
    erasures.note([erasures.line("dwelling", at=after, id=older.id), erasures.line("dwelling", at=before, id=newer.id)])
    assert replay(street, home) == 1
    rows = [Dwelling.objects.get(pk=door.pk) for door in (older, newer)]
    assert [(row.owner_name, bool(row.owner_phone_sealed)) for row in rows] == [("", False), ("王五", True)]
    assert Erased.objects.get(pk=older.pk).at == after
    assert replay(street, home) == 0


def test_one_of_two_under_a_number_is_erased_and_the_number_is_free(street: Street, home: Path) -> None:
    """Whoever comes back is registered anew: nothing remembers the number."""
    gone = street.person("张桂兰", street.door("101"), id_no=id_no(11))
    erasures.note([erasures.line("person", at=street.at, id=gone.id, status="moved_away", ended_on=street.at.date())])
    assert replay(street, home) == 1
    again = street.person("张桂兰", street.door("102"), id_no=id_no(11))
    assert Person.objects.get(id_no_index=again.id_no_index) == again
    assert street.say(again, "phone", phone(3)).claim.value == phone(3)
    with street.writing() as writing:
        claim = Claim("person", gone.pk, "phone", phone(3), "office")
        assert claims.apply_claims(writing, [claim]) == [], "it is passed over"
    assert Person.objects.get(pk=gone.pk).phone_sealed == ""
