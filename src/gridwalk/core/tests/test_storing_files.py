"""Stored files: encrypted, whole or not at all, gone when their time is over."""

from __future__ import annotations

import datetime as dt
import struct
import uuid
from pathlib import Path

import pytest
from django.db import DatabaseError
from pytest_django import Settings

from gridwalk.core import actions, files
from gridwalk.core.envelope import EnvelopeError
from gridwalk.core.models import AuditEntry, StoredFile
from gridwalk.core.tests.people import SYSTEM

FILE = uuid.UUID("01890000-0000-7000-8000-0000000000a1")
OTHER = uuid.UUID("01890000-0000-7000-8000-0000000000a2")
TEXT = "王试 120199195002303213".encode()
WEEK = dt.timedelta(days=7)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Settings) -> Path:
    """A data directory of the test's own."""
    settings.DATA_DIR = tmp_path
    return tmp_path


def _frames(raw: bytes) -> tuple[bytes, list[bytes]]:
    """Header and frames of a stored file: 4 bytes magic, lengths and number of frames, names; then the frames."""
    n_alg, n_key, n_frames = struct.unpack(">BBI", raw[4:10])
    at = 10 + n_alg + n_key
    header, frames = raw[:at], []
    for _ in range(n_frames):
        (length,) = struct.unpack(">I", raw[at : at + 4])
        frames.append(raw[at : at + 16 + length])
        at += 16 + length
    return header, frames


@pytest.mark.parametrize("algorithm", ["A256GCM", "SM4GCM"])
@pytest.mark.parametrize("size", [0, 1, files.FRAME, files.FRAME + 1])
def test_a_file_comes_back_byte_by_byte(settings: Settings, algorithm: str, size: int) -> None:
    settings.ENVELOPE_ALG = algorithm
    data = (TEXT * (size // len(TEXT) + 1))[:size]
    files.write(FILE, data)
    assert files.read(FILE) == data


def test_no_plain_byte_lies_on_disk_and_only_the_owner_reads_it(home: Path) -> None:
    files.write(FILE, TEXT * 100)
    (path,) = [p for p in home.rglob("*") if p.is_file()]
    assert b"120199195002303213" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_it_refuses_a_file_cut_anywhere() -> None:
    files.write(FILE, TEXT)
    path = files.path_of(FILE)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(EnvelopeError):
            files.read(FILE)


def test_it_refuses_any_changed_byte() -> None:
    files.write(FILE, TEXT)
    path = files.path_of(FILE)
    whole = path.read_bytes()
    for position in range(len(whole)):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 0x81]) + whole[position + 1 :])
        with pytest.raises(EnvelopeError):
            files.read(FILE)


def test_it_refuses_frames_swapped_dropped_or_taken_from_another_file() -> None:
    data = TEXT * (2 * files.FRAME // len(TEXT))
    for file_id in (FILE, OTHER):
        files.write(file_id, data)
    path = files.path_of(FILE)
    header, (first, second) = _frames(path.read_bytes())
    _, (foreign, _) = _frames(files.path_of(OTHER).read_bytes())
    one_frame = header[:6] + struct.pack(">I", 1) + header[10:]
    for changed in (header + second + first, header + first, one_frame + first, header + foreign + second):
        path.write_bytes(changed)
        with pytest.raises(EnvelopeError):
            files.read(FILE)
    path.write_bytes(header + first + second)
    assert files.read(FILE) == data


def test_a_file_that_is_not_there_is_said_to_be_missing() -> None:
    with pytest.raises(FileNotFoundError):
        files.read(FILE)
    files.erase(FILE)


def test_what_is_made_of_a_file_lies_sealed_beside_it_and_goes_with_it(home: Path) -> None:
    files.write(FILE, TEXT)
    assert files.read_beside(FILE) is None
    files.write_beside(FILE, TEXT * 2)
    assert (files.read(FILE), files.read_beside(FILE)) == (TEXT, TEXT * 2)
    own, beside = sorted(p for p in home.rglob("*") if p.is_file())
    assert b"120199195002303213" not in beside.read_bytes()
    beside.write_bytes(own.read_bytes())
    assert files.read_beside(FILE) is None, "the file itself, in the place of what was made of it"
    files.erase(FILE)
    assert [p for p in home.rglob("*") if p.is_file()] == []


def _store(at: dt.datetime, *, name: str = "台账.xlsx", keep: dt.timedelta = WEEK) -> StoredFile:
    return actions.store_file(
        data=TEXT, name=name, purpose="ledger", scope="120105001001", keep=keep, actor=SYSTEM, at=at
    )


@pytest.mark.django_db
def test_a_stored_file_is_noted_with_its_end_and_erased_at_it(at: dt.datetime) -> None:
    kept = _store(at)
    short = _store(at, keep=dt.timedelta(hours=1))
    assert files.read(kept.id) == TEXT
    assert kept.size == len(TEXT)
    assert kept.expires_at == at + WEEK

    just_before = at + dt.timedelta(minutes=59)
    assert actions.erase_expired_files(actor=SYSTEM, at=just_before) == 0
    assert actions.erase_expired_files(actor=SYSTEM, at=at + dt.timedelta(hours=1)) == 1
    assert actions.erase_expired_files(actor=SYSTEM, at=at + dt.timedelta(hours=2)) == 0
    with pytest.raises(FileNotFoundError):
        files.read(short.id)
    assert files.read(kept.id) == TEXT
    short.refresh_from_db()
    assert short.erased_at == at + dt.timedelta(hours=1)
    verbs = AuditEntry.objects.filter(subject=short.id).order_by("at").values_list("verb", flat=True)
    assert list(verbs) == ["file.stored", "file.erased"]


@pytest.mark.django_db
def test_a_file_whose_row_is_refused_leaves_no_bytes(at: dt.datetime, home: Path) -> None:
    with pytest.raises(DatabaseError):
        actions.store_file(data=TEXT, name="台账.xlsx", purpose="p" * 25, scope="", keep=WEEK, actor=SYSTEM, at=at)
    assert [p for p in home.rglob("*") if p.is_file()] == []
