"""The restore drill: from a backup to equal hashes, on the same machine, on a new one, and whatever may be
wrong with it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.harness import commands
from tests.harness.commands import Run

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
PASSPHRASE = "四五个不相干的词连成一句话"

CONTENTS = """
import json
from gridwalk.operations.backups import server
from django.conf import settings
with server.connected(settings.DATABASES["default"]["NAME"]) as connection:
    print(json.dumps(server.contents(connection)))
"""
STORE = """
import datetime as dt
from gridwalk.accounts.rules import SYSTEM
from gridwalk.core import actions, clock
print(actions.store_file(data=b"x" * 2000, name="a.xlsx", purpose="ledger", scope="", keep=dt.timedelta(days=9),
                         actor=SYSTEM, at=clock.now()).id)
"""
READ = "import uuid; from gridwalk.core import files; print(len(files.read(uuid.UUID({!r}))))"
SESSION = """
from django.contrib.sessions.backends.db import SessionStore
SessionStore().save(must_create=True)
"""
MOVED_AWAY = """
import datetime as dt
from gridwalk.accounts.rules import SYSTEM
from gridwalk.core import clock
from gridwalk.registry.models import Person
from gridwalk.territory import actions as territory
from gridwalk.territory.models import Grid
at = clock.now()
one = {"code": "120000000000", "name": "天津市"}
tree = {"province": one, "city": {"code": "120100000000", "name": "市辖区"},
        "district": {"code": "120105000000", "name": "河北区"},
        "street": {"code": "120105001000", "name": "光复道街道"},
        "communities": [{"code": "120105001023", "name": "君临天下社区居委会"}]}
territory.load_areas(actor=SYSTEM, at=at, tree=tree)
for name in ("程望舒", "韩书言"):
    person = Person(grid_id="120105001023000", name=name, name_key=name, sort_key=name, created_at=at, source="office",
                    status="moved_away", ended_on=dt.date(2020, 1, 1) if name == "程望舒" else clock.local_date(at))
    person.phone_sealed = person.seal("phone", "12012345671")
    person.save(force_insert=True)
"""
PHONES = """
from gridwalk.registry.models import Person
print(sorted(person.unseal("phone") for person in Person.objects.all()))
"""
NAMES = "from gridwalk.registry.models import Person; print(sorted(Person.objects.values_list('name', flat=True)))"
EPOCH = (
    "from gridwalk.sync.actions import epochs; from gridwalk.core import clock; print(epochs.current(at=clock.now()))"
)
CHANGED = {"core_auditchain", "core_auditentry", "django_session", "sync_epoch"}
"""What a restore itself writes: its own line in the audit, the next epoch; and everybody is signed out."""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder the database's user can pass through; whatever still runs below it is ended."""
    with tempfile.TemporaryDirectory(prefix="gridwalk-drill-") as name:
        Path(name).chmod(0o755)
        yield Path(name)
        for process in psutil.process_iter(["cmdline"]):
            if any(part.startswith(name) for part in process.info["cmdline"] or []):
                process.kill()
                process.wait(10)


def gridwalk(home: Path) -> Run:
    """``run("init")`` on a data directory that has no keys yet: the finished process."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DJANGO_", "GRIDWALK_")) and k != "DATABASE_URL"}
    env = kept | {"GRIDWALK_HOME": str(home), "PYTHONPATH": str(ROOT / "src")}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "gridwalk.cli", *words],
            env=env,
            cwd=home.parent,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=300,
        )

    return run


def python(run: Run, code: str) -> str:
    done = run("django", "shell", "--no-imports", "-c", code)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def office(folder: Path) -> Iterator[Run]:
    """``office("status")`` on a data directory after ``gridwalk init``."""
    assert gridwalk(folder / "home")("init").returncode == 0
    with commands.on(folder / "home", {}) as run:
        yield run


@pytest.fixture(scope="module")
def drill(office: Run, folder: Path) -> tuple[Run, Path, str, dict[str, list[object]]]:
    """An office with an account and a file, its backup, the file's id and what lay in its tables."""
    run = office
    file_id = python(run, STORE)
    python(run, MOVED_AWAY)
    python(run, SESSION)
    python(run, EPOCH)
    before = json.loads(python(run, CONTENTS))
    done = run("backup", str(folder / "backups"))
    assert done.returncode == 0, done.stderr
    assert "已读回核对" in done.stdout
    assert "gridwalk keys save" in done.stdout
    (path,) = (folder / "backups").iterdir()
    return run, path, file_id, before


def test_what_was_lost_comes_back_row_by_row_and_the_replaced_data_is_kept(
    drill: tuple[Run, Path, str, dict[str, list[object]]], folder: Path
) -> None:
    run, path, file_id, before = drill
    epoch = int(python(run, EPOCH))
    run("createuser", "later", "--name", "许知行", "--role", "inspector")
    shutil.rmtree(folder / "home" / "files")
    done = run("restore", str(path))
    assert done.returncode == 0, done.stderr
    assert "逐表核对一致" in done.stdout
    assert "7 天后自动清除" in done.stdout
    after = json.loads(python(run, CONTENTS))
    assert {t for t in before if before[t] != after[t]} == CHANGED
    assert python(run, READ.format(file_id)) == "2000"
    assert int(python(run, EPOCH)) > epoch
    assert after["django_session"][0] == 0
    assert before["accounts_user"] == after["accounts_user"]


def test_a_new_machine_needs_the_saved_keys_and_refuses_others(
    drill: tuple[Run, Path, str, dict[str, list[object]]], folder: Path
) -> None:
    run, path, file_id, before = drill
    passphrase, saved = folder / "passphrase", folder / "keys.sealed"
    passphrase.write_text(PASSPHRASE + "\n")
    inside = run("keys", "save", str(folder / "home" / "k"), "--passphrase-file", str(passphrase))
    assert inside.returncode == 1
    assert "数据目录以外" in inside.stderr
    done = run("keys", "save", str(saved), "--passphrase-file", str(passphrase))
    assert done.returncode == 0, done.stderr
    assert "已另存" in run("keys", "list").stdout

    other = gridwalk(folder / "other")
    assert other("init").returncode == 0
    theirs = json.loads(python(other, CONTENTS))
    refused = other("restore", str(path))
    assert refused.returncode == 1
    assert "另一套密钥" in refused.stderr
    assert json.loads(python(other, CONTENTS)) == theirs

    new = gridwalk(folder / "new")
    without = new("restore", str(path))
    assert without.returncode == 1
    assert "没有找到密钥文件" in without.stderr
    wrong = folder / "wrong"
    wrong.write_text("四五个不相干的词连成一句诗")
    assert "密语不对" in new("restore", str(path), "--keys", str(saved), "--passphrase-file", str(wrong)).stderr
    done = new("restore", str(path), "--keys", str(saved), "--passphrase-file", str(passphrase))
    assert done.returncode == 0, done.stderr
    with commands.on(folder / "new", {}) as there:
        after = json.loads(python(there, CONTENTS))
        assert {t for t in before if before[t] != after[t]} == CHANGED
        assert "换下的数据" not in done.stdout, "an empty database is not worth keeping"
        assert python(there, READ.format(file_id)) == "2000", "files and numbers open under the saved keys"
        assert python(there, PHONES) == "['12012345671', '12012345671']"
        assert "完整" in there("audit", "verify").stdout
        assert "都已经有了" in there("init").stdout, "the accounts came along"
        assert there("backup", str(folder / "new-backups")).returncode == 0
        (again,) = (folder / "new-backups").glob("*.gwbak")
        back = run("restore", "--check", str(again))
        assert (back.returncode, "备份完整" in back.stdout) == (0, True), "and its backups open on the old machine"


def test_a_broken_backup_and_one_of_another_version_change_nothing(
    drill: tuple[Run, Path, str, dict[str, list[object]]], folder: Path
) -> None:
    run, path, _, _ = drill
    present = json.loads(python(run, CONTENTS))
    broken = folder / "broken.gwbak"
    whole = path.read_bytes()
    broken.write_bytes(whole[:20000] + b"\0" * 8 + whole[20008:])
    done = run("restore", str(broken))
    assert done.returncode == 1
    assert "损坏" in done.stderr
    assert "没有动" in done.stderr
    broken.write_bytes(whole + b"x" * 400)
    for words in (["restore"], ["restore", "--check"]):
        done = run(*words, str(broken))
        assert (done.returncode, "损坏或被改过" in done.stderr) == (1, True), done.stdout
    assert json.loads(python(run, CONTENTS)) == present

    applied = "INSERT INTO django_migrations (app, name, applied) VALUES ('core', '9999_later', now())"
    shell = "from django.db import connection; connection.cursor().execute({!r})"
    making = (
        shell.format(applied) + "; from pathlib import Path; from gridwalk.core import clock"
        "; from gridwalk.operations.backups import making; "
        f"print(making.make(Path({str(folder / 'newer')!r}), at=clock.now()).path)"
    )
    newer = python(run, making)
    python(run, shell.format("DELETE FROM django_migrations WHERE name = '9999_later'"))
    done = run("restore", newer)
    assert done.returncode == 1
    assert "更新的版本" in done.stderr
    assert json.loads(python(run, CONTENTS)) == present
    names = python(
        run,
        "from gridwalk.operations.backups import server\nwith server.connected('postgres') as c:\n"
        " print([n for n, in c.execute('select datname from pg_database') if 'restoring' in n])",
    )
    assert names == "[]"


def test_a_disk_that_fills_up_while_restoring_changes_nothing(
    drill: tuple[Run, Path, str, dict[str, list[object]]],
) -> None:
    run, path, _, _ = drill
    present = json.loads(python(run, CONTENTS))
    code = (
        "import errno; from pathlib import Path; from gridwalk.core import clock\n"
        "from gridwalk.operations.backups import errors, restoring\n"
        "def full(*given):\n raise OSError(errno.ENOSPC, 'No space left on device')\n"
        "restoring._put_files = full\n"
        "try:\n"
        f" restoring.restore(Path({str(path)!r}), at=clock.now(), prepare=lambda: None, step=lambda said: None)\n"
        "except errors.BackupError as error:\n print(error)\n"
    )
    assert "磁盘满了，没有恢复，现有数据没有动。请腾出空间再来一次" in python(run, code)
    assert json.loads(python(run, CONTENTS)) == present


def test_it_refuses_while_somebody_works(drill: tuple[Run, Path, str, dict[str, list[object]]]) -> None:
    run, path, _, _ = drill
    code = (
        "import io, contextlib; from django.db import connection; connection.ensure_connection(); "
        "from pathlib import Path; from gridwalk.core import clock; from gridwalk.operations.backups import errors, "
        "restoring\n"
        "try:\n"
        f" restoring.restore(Path({str(path)!r}), at=clock.now(), prepare=lambda: None, step=lambda said: None)\n"
        "except errors.BackupError as error:\n print(error)\n"
    )
    assert "还有 1 个程序连着数据库" in python(run, code)
    assert "没有找到备份文件" in run("restore", "nowhere.gwbak").stderr
    checked = run("restore", "--check", str(path))
    assert checked.returncode == 0, checked.stderr
    assert "备份完整" in checked.stdout


def test_whom_the_office_has_erased_no_restore_brings_back(
    drill: tuple[Run, Path, str, dict[str, list[object]]], folder: Path
) -> None:
    run, _, _, _ = drill
    assert run("backup", str(folder / "older")).returncode == 0
    (path,) = (folder / "older").glob("*.gwbak")
    seen = run("retention", "--only", "persons")
    assert "到期 1 条，最早 2020-01-01" in seen.stdout
    assert "什么都没有改" in seen.stdout
    assert "不认得" in run("retention", "--only", "people").stderr
    assert python(run, NAMES) == "['程望舒', '韩书言']"
    done = run("retention", "--apply", "--only", "persons")
    assert (done.returncode, "清除了 1 条" in done.stdout) == (0, True), done.stderr
    assert python(run, NAMES) == "['韩书言', '（已清除）']"
    assert run("backup", str(folder / "older")).returncode == 0  # brings the ledger of erasures to the folder
    (folder / "home" / "erasures.jsonl").unlink()

    restored = run("restore", str(path))
    assert restored.returncode == 0, restored.stderr
    assert "又清除了一遍：1 条" in restored.stdout
    assert python(run, NAMES) == "['韩书言', '（已清除）']"
    assert run("audit", "verify").returncode == 0
    dump = python(
        run,
        "import json; from gridwalk.registry.models import Person\n"
        "print([p.phone_sealed for p in Person.objects.filter(name='（已清除）')])",
    )
    assert dump == "['']"
