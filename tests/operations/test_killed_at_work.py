"""kill -9 in the middle of a comparison, an import or an export: what is there is whole, and it goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from gridwalk.core import files
from gridwalk.core.audit import verify
from gridwalk.core.models import AuditEntry, StoredFile
from gridwalk.reconcile import jobs
from gridwalk.reconcile.models import Comparison, Import, Unmatched
from gridwalk.registry.models import Difference, Dwelling
from tests.harness.campaign import COMMUNITY, DOORS, GRID, upload, workbook
from tests.harness.people import signed_in
from tests.journeys.test_comparing import people
from tests.settings import TEST_HOME

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
DIES = """
import importlib, os, signal, sys
import django
django.setup()
place, when, nth, code = sys.argv[1:]
owner, name = place.rsplit(".", 1)
try:
    owner = importlib.import_module(owner)
except ModuleNotFoundError:
    module, cls = owner.rsplit(".", 1)
    owner = getattr(importlib.import_module(module), cls)
original, calls = getattr(owner, name), [0]

def dying(*given, **named):
    calls[0] += 1
    if calls[0] == int(nth) and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    done = original(*given, **named)
    if calls[0] == int(nth):
        os.kill(os.getpid(), signal.SIGKILL)
    return done

setattr(owner, name, dying)
exec(code)
"""


def killed(postgres_url: str, code: str, place: str, when: str, nth: int = 1) -> None:
    """Run ``code`` in a process of its own that is killed before or after the ``nth`` call of ``place``."""
    home = {"GRIDWALK_HOME": str(TEST_HOME), "DJANGO_SETTINGS_MODULE": "gridwalk.config.settings"}
    database = urlsplit(postgres_url)._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    done = subprocess.run(
        [sys.executable, "-c", DIES, place, when, str(nth), code],
        env=os.environ | home | {"DATABASE_URL": database, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


RUN = """
from gridwalk.reconcile import jobs
jobs.{job}.func({of}={pk!r}, user={user!r})
"""


def _compared(street: Client, user: str) -> tuple[Comparison, str]:
    given = {"file": workbook("人口台账（新）", people()), "scope": COMMUNITY, "source": "ledger"}
    pk = street.post("/comparisons/upload/", given).headers["Location"].split("/")[-2]
    street.post(f"/comparisons/{pk}/mapping/", {"do": "compare"})
    return Comparison.objects.get(pk=pk), RUN.format(job="compare", of="comparison", pk=pk, user=user)


@pytest.mark.parametrize(
    ("place", "when", "state"),
    [
        ("gridwalk.core.actions.give_receipt", "after", "comparing"),
        ("gridwalk.reconcile.actions.noting.Work.note", "after", "comparing"),
        ("gridwalk.reconcile.actions.measuring.keep", "after", "comparing"),
        ("gridwalk.ledger.diff_workbook.workbook", "before", "done"),
        ("gridwalk.core.actions.store_file", "after", "done"),
    ],
)
def test_a_comparison_goes_on_to_the_same_end(
    street: Client, postgres_url: str, place: str, when: str, state: str
) -> None:
    """Two of three rows match and differ in telephone and name; two of the register are in no ledger: 2 + 1 + 2 = 5."""
    user = str(signed_in(street).id)
    comparison, code = _compared(street, user)
    killed(postgres_url, code, place, when)
    comparison.refresh_from_db()
    assert (comparison.state, comparison.doing != "") == (state, True), "its page says that it is under way"
    assert verify.verify().breaks == []
    jobs.compare.func(comparison=str(comparison.pk), user=user)
    comparison.refresh_from_db()
    assert (comparison.state, comparison.doing, comparison.message) == ("done", "", "")
    assert (comparison.n_equal, comparison.n_union, comparison.n_pairs, comparison.n_differences) == (0, 5, 2, 2)
    asked = Difference.objects.filter(source="ledger", state="open", kind="person")
    assert sorted(asked.values_list("field", flat=True)) == ["name", "phone"]
    assert Unmatched.objects.filter(of=comparison).count() == 3
    assert AuditEntry.objects.filter(verb="comparison.done").count() == 1
    assert street.get(f"/comparisons/{comparison.pk}/annotated/").status_code == 200
    assert verify.verify().breaks == []


@pytest.mark.parametrize(
    "place",
    [
        "gridwalk.core.actions.give_receipt",
        "gridwalk.reconcile.actions.applying._save",
        "gridwalk.core.actions.store_file",
    ],
)
def test_an_import_goes_on_to_the_same_end(street: Client, postgres_url: str, place: str) -> None:
    """Of two doors one is on record already."""
    user, before = str(signed_in(street).id), Dwelling.objects.count()
    new = [GRID, "海河花园", "6号楼", "1单元", "101", "有人住", "自住", "80"]
    imported = upload(street, workbook("六号楼", [DOORS[0], DOORS[1], new]))
    street.post(f"/imports/{imported.pk}/mapping/", {"do": "apply"})
    killed(postgres_url, RUN.format(job="apply", of="imported", pk=str(imported.pk), user=user), place, "after")
    imported.refresh_from_db()
    assert imported.state == "applying"
    assert verify.verify().breaks == []
    jobs.apply.func(imported=str(imported.pk), user=user)
    imported.refresh_from_db()
    assert (imported.state, imported.n_created, imported.n_same, imported.n_rows) == ("done", 1, 1, 2)
    assert Dwelling.objects.count() == before + 1
    assert AuditEntry.objects.filter(verb="import.done", subject=imported.pk).count() == 1
    assert verify.verify().breaks == []


def test_what_waits_for_the_background_always_has_its_job(street: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut off between noting that it waits and handing it over, nothing is noted; the page asks to begin again."""

    class Killed(BaseException):
        pass

    def cut_off(**_: object) -> None:
        raise Killed

    given = {"file": workbook("人口台账（新）", people()), "scope": COMMUNITY, "source": "ledger"}
    pk = street.post("/comparisons/upload/", given).headers["Location"].split("/")[-2]
    imported = upload(street, workbook("房屋台账", DOORS))
    with monkeypatch.context() as patched:
        patched.setattr(jobs.compare, "defer", cut_off)
        patched.setattr(jobs.apply, "defer", cut_off)
        with pytest.raises(Killed):
            street.post(f"/comparisons/{pk}/mapping/", {"do": "compare"})
        with pytest.raises(Killed):
            street.post(f"/imports/{imported.pk}/mapping/", {"do": "apply"})
    assert Comparison.objects.get(pk=pk).state == Import.objects.get(pk=imported.pk).state == "mapping"
    waiting = ProcrastinateJob.objects.filter(task_name__startswith="reconcile.", status="todo").count()
    street.post(f"/comparisons/{pk}/mapping/", {"do": "compare"})
    street.post(f"/imports/{imported.pk}/mapping/", {"do": "apply"})
    assert Comparison.objects.get(pk=pk).state == "comparing"
    assert Import.objects.get(pk=imported.pk).state == "applying"
    assert ProcrastinateJob.objects.filter(task_name__startswith="reconcile.", status="todo").count() == waiting + 2


EXPORT = """
from django.test import Client
from gridwalk.accounts.models import User
client = Client(headers={{"host": "localhost"}})
client.force_login(User.objects.get(pk={user!r}), backend="allauth.account.auth_backends.AuthenticationBackend")
client.post("/reports/", {{"kind": "progress"}}, follow=True)
"""


@pytest.mark.parametrize(
    ("place", "when", "n_reports", "n_taken"),
    [
        ("gridwalk.core.files.write", "after", 0, 0),
        ("gridwalk.core.actions.store_file", "after", 0, 0),
        ("gridwalk.reports.stamping.stamp", "before", 1, 1),
    ],
)
def test_an_export_is_made_whole_or_not_at_all_and_the_next_one_is(
    street: Client, postgres_url: str, place: str, when: str, n_reports: int, n_taken: int
) -> None:
    """A file that was noted as taken and never arrived stands in the audit: rather one too many than one too few."""

    def counted() -> tuple[int, int]:
        taken = AuditEntry.objects.filter(verb="file.exported").count()
        return StoredFile.objects.filter(purpose="report").count(), taken

    user = str(signed_in(street).id)
    killed(postgres_url, EXPORT.format(user=user), place, when)
    assert counted() == (n_reports, n_taken)
    assert verify.verify().breaks == []
    for stored in StoredFile.objects.filter(purpose="report"):
        assert files.read(stored.pk).startswith(b"PK")
    answer: Any = street.post("/reports/", {"kind": "progress"}, follow=True)
    assert answer.content.startswith(b"PK")
    assert counted() == (n_reports + 1, n_taken + 1)
