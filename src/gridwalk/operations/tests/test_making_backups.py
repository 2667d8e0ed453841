"""A backup is whole and proved, or it is not there."""

from __future__ import annotations

import datetime as dt
import io
import resource
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from gridwalk.core import actions
from gridwalk.core.tests.people import SYSTEM
from gridwalk.operations import keyfiles
from gridwalk.operations.backups import making, sealing, server
from gridwalk.operations.backups.actions import make_nightly
from gridwalk.operations.backups.errors import BackupError
from gridwalk.operations.keyfiles import KeysError

KEY = bytes(range(32))


@given(st.binary(max_size=200), st.sampled_from([0, 1, sealing.FRAME - 7, sealing.FRAME, 2 * sealing.FRAME]))
def test_a_sealed_stream_opens_to_what_it_was_and_only_in_its_place(tail: bytes, size: int) -> None:
    data = bytes(size) + tail
    sealed = _sealed(data)
    assert b"".join(_opened(sealed)) == data
    with pytest.raises(BackupError):
        list(_opened(sealed, place="files/b"))


def test_a_stream_cut_at_a_frame_or_with_frames_changed_about_does_not_open() -> None:
    sealed = _sealed(bytes(3 * sealing.FRAME))
    frame = 5 + sealing.FRAME + 16
    for wrong in (
        sealed[:frame],
        sealed[frame:],
        sealed[frame : 2 * frame] + sealed[:frame] + sealed[2 * frame :],
        sealed + b"x",
        sealed[:-1],
        sealed[:100] + b"!" + sealed[101:],
    ):
        with pytest.raises(BackupError, match="损坏"):
            list(_opened(wrong))


def _sealed(data: bytes) -> bytes:
    out = io.BytesIO()
    sealer = sealing.Sealer(out, alg="A256GCM", key=KEY, place="files/a")
    sealer.write(data)
    sealer.close()
    return out.getvalue()


def _opened(sealed: bytes, place: str = "files/a") -> Iterator[bytes]:
    return sealing.opened(io.BytesIO(sealed), alg="A256GCM", key=KEY, place=place)


def test_saved_keys_open_with_their_passphrase_only() -> None:
    sealed = keyfiles.seal('{"active": "k1"}', passphrase="四五个不相干的词连成一句话")
    assert "k1" not in sealed
    assert keyfiles.open_(sealed, passphrase="四五个不相干的词连成一句话") == '{"active": "k1"}'
    with pytest.raises(KeysError, match="密语不对"):
        keyfiles.open_(sealed, passphrase="四五个不相干的词连成一句诗")
    with pytest.raises(KeysError, match="不是另存的密钥"):
        keyfiles.open_("{}", passphrase="四五个不相干的词连成一句话")
    with pytest.raises(KeysError, match="至少 12"):
        keyfiles.seal("{}", passphrase="123456")


@pytest.fixture
def stored(transactional_db: None, at: dt.datetime, tmp_path: Path, settings: Settings) -> None:
    """A data directory of its own with a stored file of three million bytes."""
    settings.DATA_DIR = tmp_path / "home"
    (tmp_path / "home").mkdir()
    actions.store_file(
        data=bytes(3_000_000),
        name="台账.xlsx",
        purpose="ledger",
        scope="",
        keep=dt.timedelta(days=9),
        actor=SYSTEM,
        at=at,
    )


@pytest.mark.usefixtures("stored")
def test_a_backup_holds_every_table_and_file_and_nothing_in_the_clear(at: dt.datetime, tmp_path: Path) -> None:
    backup = make_nightly(folder=tmp_path / "out", actor=SYSTEM, at=at)
    assert backup.manifest.tables["core_storedfile"][0] == 1
    assert [name.split("/")[0] for name in backup.manifest.members] == ["database", "files"]
    assert backup.manifest.members[list(backup.manifest.members)[1]][0] > 3_000_000
    assert b"core_storedfile (" not in backup.path.read_bytes()
    assert backup.path.stat().st_mode & 0o777 == 0o600
    assert making.check(backup.path).render() == backup.manifest.render()
    noted = making.latest()
    assert noted == (backup.path, at)


@pytest.mark.usefixtures("stored")
def test_a_backup_that_is_cut_or_changed_anywhere_is_refused(at: dt.datetime, tmp_path: Path) -> None:
    path = making.make(tmp_path / "out", at=at).path
    whole = path.read_bytes()
    for wrong in (whole[:1000], whole[:-30], whole[:5000] + b"\0\0\0\0" + whole[5004:]):
        path.write_bytes(wrong)
        with pytest.raises(BackupError, match="没有动"):
            making.check(path)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive, zipfile.ZipFile(path, "w") as forged:
        for name in archive.namelist():
            text = archive.read(name)
            forged.writestr(
                name, text.replace(b'"made_at": "20', b'"made_at": "21') if name == making.MANIFEST else text
            )
    with pytest.raises(BackupError, match="清单被改过"):
        making.check(path)


@pytest.mark.django_db(transaction=True)
def test_a_backup_with_bytes_before_in_or_behind_it_is_refused(at: dt.datetime, tmp_path: Path) -> None:
    whole = making.make(tmp_path, at=at).path.read_bytes()
    more = tmp_path / "more.gwbak"
    more.write_bytes(whole)
    with zipfile.ZipFile(more, "a") as archive:
        archive.writestr("notes.txt", "x" * 400)
    for changed in (whole + b"x" * 400, b"x" * 400 + whole, whole + whole, whole + b"x", more.read_bytes()):
        more.write_bytes(changed)
        with pytest.raises(BackupError, match="损坏或被改过"):
            making.check(more)
    more.write_bytes(whole)
    assert making.check(more).members


@pytest.mark.usefixtures("stored")
def test_a_disk_that_fills_up_leaves_the_old_backups_and_no_broken_one(at: dt.datetime, tmp_path: Path) -> None:
    good = making.make(tmp_path / "out", at=at).path
    before = good.read_bytes()
    with _largest_file(1_000_000), pytest.raises(BackupError, match="磁盘满了，备份没有做成"):
        making.make(tmp_path / "out", at=at + dt.timedelta(days=1))
    assert [p.name for p in (tmp_path / "out").iterdir()] == [good.name]
    assert good.read_bytes() == before
    assert making.latest() == (good, at)


@contextmanager
def _largest_file(n_bytes: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("stored")
def test_a_dump_program_older_than_the_server_is_refused(at: dt.datetime, tmp_path: Path, settings: Settings) -> None:
    old = tmp_path / "old"
    old.mkdir()
    (old / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 13.4'\n")
    (old / "pg_dump").chmod(0o755)
    settings.POSTGRES_PROGRAMS = [str(old)]
    with pytest.raises(BackupError, match="找到的是 13 版"):
        making.make(tmp_path / "out", at=at)
    settings.POSTGRES_PROGRAMS = []
    with pytest.raises(BackupError, match="没有找到"):
        making.make(tmp_path / "out", at=at)
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.slow
@pytest.mark.usefixtures("stored")
def test_fourteen_nights_are_kept_and_another_installations_left_alone(at: dt.datetime, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    tag = making.make(out, at=at).path.name.split("-")[1]
    for day in range(1, 20):
        (out / f"gridwalk-{tag}-202601{day:02}T010000Z.gwbak").touch()
    (out / "gridwalk-abcdef-20200101T010000Z.gwbak").touch()
    make_nightly(folder=out, actor=SYSTEM, at=at + dt.timedelta(days=1))
    ours = sorted(p.name for p in out.glob(f"gridwalk-{tag}-*"))
    assert len(ours) == 14
    assert ours[0].split("-")[2].startswith("20260108")
    assert (out / "gridwalk-abcdef-20200101T010000Z.gwbak").exists()


@pytest.mark.usefixtures("stored")
def test_two_of_one_second_are_two(at: dt.datetime, tmp_path: Path) -> None:
    first = making.make(tmp_path, at=at).path
    was = first.read_bytes()
    assert making.make(tmp_path, at=at).path.name > first.name
    assert first.read_bytes() == was


@pytest.mark.django_db
def test_the_hash_of_a_table_does_not_depend_on_the_order_of_rows(at: dt.datetime) -> None:
    from django.db import connection

    connection.ensure_connection()
    tables = []
    for order in ("ASC", "DESC"):
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS zz_numbers")
            cursor.execute(f"CREATE TABLE zz_numbers AS SELECT n FROM generate_series(1, 9) n ORDER BY n {order}")
        assert connection.connection is not None
        tables.append(server.contents(connection.connection)["zz_numbers"])
    assert tables[0] == tables[1]
    assert tables[0][0] == 9
