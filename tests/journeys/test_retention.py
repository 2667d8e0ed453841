"""Keeping no longer than needed: the report changes nothing, erasing does what it said, and an erased person
is nowhere.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import Client
from pytest_django import Settings

from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.core import actions as core
from gridwalk.core import clock, erasures
from gridwalk.core.audit import verify
from gridwalk.core.models import AuditEntry, Change, StoredFile
from gridwalk.operations.backups import server
from gridwalk.registry import columns
from gridwalk.registry.models import Difference, Erased, Organization, Person, Recheck, Residence
from gridwalk.retention import jobs, queries, rules
from gridwalk.retention.actions import applying
from gridwalk.retention.models import Run
from gridwalk.visits.models import Visit
from tests.harness.campaign import COMMUNITY, GRID, PEOPLE, confirm, id_no, upload, workbook
from tests.harness.erasing import end, where
from tests.harness.people import SignIn, signed_in

pytestmark = pytest.mark.slow
NAME, NUMBER = "程望舒", id_no(11)
AT_101 = ["海河花园", "5号楼", "1单元", "101"]


@pytest.fixture
def home(tmp_path: Path, settings: Settings) -> Path:
    """A ledger of its own."""
    settings.DATA_DIR = tmp_path
    return tmp_path


def contents() -> dict[str, list[object]]:
    connection.ensure_connection()
    assert connection.connection is not None
    return server.contents(connection.connection)


@pytest.fixture
def left(street: Client, home: Path) -> Person:
    """Somebody with a visit, an open difference and a household, who has moved away."""
    person = Person.objects.get(name=NAME)
    rows = [PEOPLE[0], [*AT_101, NAME, "男", NUMBER, "1980.1.1", "12099999999", "常住", "汉"]]
    confirm(street, upload(street, workbook("复核台账", rows)))
    assert Difference.objects.filter(entity=person.pk, state="open").exists()
    link = Residence.objects.get(person=person)
    yesterday = clock.local_date(clock.now()) - dt.timedelta(days=1)
    met = {"at": f"{yesterday.isoformat()}T10:00", "outcome": "met", "confirmed": [str(person.pk)]}
    street.post(f"/visits/dwelling/{link.dwelling_id}/", met)
    street.post(f"/reveal/person/{person.pk}/phone/", {"reason": "约上门时间"})
    end(person, street, reason="搬去锦绣里女儿家")
    return Person.objects.get(pk=person.pk)


@pytest.fixture
def shop(left: Person) -> Organization:
    """A closed shop that the person was the contact of."""
    firm = Organization(
        grid_id=GRID,
        name="海河便利店",
        name_key="海河便利店",
        sort_key="海河便利店",
        source="office",
        status="closed",
        contact_name=NAME,
        created_at=clock.now(),
    )
    firm.contact_phone_sealed = firm.seal("contact_phone", "12012345671")
    columns.rekey(firm)
    firm.save(force_insert=True)
    with core.write_to(GRID, actor=SYSTEM, at=clock.now()) as writing:
        record = {"name": "海河便利店", "contact_name": NAME, "contact_phone": "12012345671"}
        writing.created(GRID, "organization", firm.pk, record, source="office")
        writing.change(
            stream=GRID,
            kind="organization",
            entity=firm.pk,
            field="contact_phone",
            old="12012345671",
            new="12012345672",
            source="office",
            reason=f"{NAME}换号",
        )
        writing.change(
            stream=GRID,
            kind="organization",
            entity=firm.pk,
            field="status",
            old="active",
            new="closed",
            source="office",
        )
    return firm


def test_the_report_changes_nothing_and_erasing_does_just_what_it_said(left: Person, shop: Organization) -> None:
    SessionStore().save(must_create=True)
    later = clock.now() + dt.timedelta(days=800)
    before = contents()
    dues = queries.due(later)
    assert contents() == before
    counted = {due.period.code: due.n for due in dues}
    assert (counted["persons"], counted["contacts"]) == (1, 1)
    for code in ("files", "staged", "sessions", "differences"):
        assert counted[code], code
    assert dues[1].oldest == clock.local_date(clock.now())

    done = applying.apply(actor=SYSTEM, at=later, periods=rules.PERIODS)
    assert done == counted
    assert {due.period.code: due.n for due in queries.due(later)} == dict.fromkeys(counted, 0)
    assert sum(applying.apply(actor=SYSTEM, at=later, periods=rules.PERIODS).values()) == 0
    shop.refresh_from_db()
    assert (shop.name, shop.contact_name, shop.contact_phone_sealed, shop.status) == ("海河便利店", "", "", "closed")
    assert not any(key.startswith("t:") for key in shop.search_keys)
    number = Change.objects.get(entity=shop.pk, field="contact_phone")
    assert (number.old, number.new, number.reason) == (None, None, "")
    assert Change.objects.get(entity=shop.pk, field="status").new == "closed"
    assert where(NAME) == []
    assert not StoredFile.objects.filter(erased_at__isnull=True).exists()
    assert verify.verify().breaks == []
    assert AuditEntry.objects.filter(verb="retention.erased", data__kind="staged", data__n=counted["staged"]).exists()


def test_the_night_erases_only_what_is_switched_on_and_reports_all(
    left: Person, settings: Settings, street: Client, sign_in: SignIn
) -> None:
    page = street.get("/retention/").content.decode()
    assert "还没有报告" in page
    Person.objects.filter(pk=left.pk).update(ended_on=dt.date(2020, 1, 1))
    jobs.nightly(0)
    assert Person.objects.get(pk=left.pk).name == NAME
    settings.RETENTION = "persons,sessions"
    jobs.nightly(0)
    assert Person.objects.get(pk=left.pk).name == rules.ERASED_NAME
    assert Erased.objects.get(pk=left.pk).why == "period"
    rows = {row["code"]: row for row in Run.objects.latest("at").rows}
    assert (rows["persons"]["n"], rows["persons"]["erased"], rows["matters"]["erased"]) == (1, 1, None)
    page = street.get("/retention/").content.decode()
    assert "2020年1月1日" in page
    settings.RETENTION = "nonsense"
    assert "不认得 nonsense" in street.get("/retention/").content.decode()
    assert sign_in(Role.GRID_WORKER, GRID).get("/retention/").status_code == 403


def test_who_is_erased_stands_nowhere_any_more_and_the_counts_and_the_audit_hold(
    left: Person, street: Client, sign_in: SignIn
) -> None:
    path = f"/people/{left.pk}/erase/"
    mother = Person.objects.get(name="程兰因")
    still = street.post(f"/people/{mother.pk}/erase/", {"reason": "本人书面申请"})
    assert still.status_code == 422
    assert "还在册" in still.content.decode()
    assert sign_in(Role.GRID_WORKER, GRID).post(path, {"reason": "本人书面申请"}).status_code == 403
    assert sign_in(Role.COMMUNITY_LEAD, "120105001024").get(path).status_code == 404
    assert street.post(path, {"reason": "看"}).status_code == 422

    index = left.id_no_index
    n_rows = [table.objects.count() for table in (Person, Residence, Visit, Change, Recheck)]
    assert where(NAME)
    assert where(index)
    assert street.post(path, {"reason": "家属书面申请，收件第 3 号"}).status_code == 302
    entry = AuditEntry.objects.get(verb="person.erased")
    assert (entry.subject, entry.scope, entry.actor) == (left.pk, left.grid_id, signed_in(street).id)
    assert (entry.reason, entry.data["why"]) == ("家属书面申请，收件第 3 号", "request")
    assert where(NAME) == []
    assert where("锦绣里") == ["core_auditentry"], "only the audit keeps why, for its chain must hold"
    assert where(index) == []
    assert Person.objects.get(phone_index=left.phone_index) == mother, "her own telephone is the same and stays"
    after = [table.objects.count() for table in (Person, Residence, Visit, Change, Recheck)]
    assert after[:3] == n_rows[:3]
    assert after[3] == n_rows[3] + 1, "the history has one line more, none less"
    assert verify.verify().breaks == []
    assert mother.name == Person.objects.get(pk=mother.pk).name
    shown = street.get(f"/people/{left.pk}/").content.decode()
    assert rules.ERASED_NAME in shown
    assert "早已清除" in street.post(path, {"reason": "家属书面申请"}).content.decode()
    assert street.post("/search/", {"q": NUMBER}).content.decode().count("查到 0 条") == 1

    again = workbook("再登记", [PEOPLE[0], [*AT_101, NAME, "男", NUMBER, "1980.1.1", "12099999999", "常住", "汉"]])
    confirm(street, upload(street, again))
    assert Person.objects.get(name=NAME).pk != left.pk, "who comes back is registered anew"


def test_what_was_erased_is_erased_again_in_older_data(left: Person, home: Path, tmp_path: Path) -> None:
    at = clock.now()
    older = Person.objects.get(pk=left.pk)
    later = at + dt.timedelta(days=800)
    applying.apply(actor=SYSTEM, at=later, periods=rules.chosen(["persons", "staged"]))
    beside = tmp_path / "backups"
    beside.mkdir()
    erasures.put_beside(beside)
    erasures.put_beside(beside)
    ledger = erasures.path()
    assert erasures.read(beside) == erasures.read(home)
    ledger.unlink()
    lines = (beside / erasures.NAME).read_text().splitlines()
    assert len(lines) == 2
    assert NAME not in "".join(lines)
    mother = Person.objects.get(name="程兰因")
    forged = lines[0].replace(str(left.pk), str(mother.pk))
    (beside / erasures.NAME).write_text("\n".join([forged, "half a li", *lines]) + "\n")

    older.save()
    Erased.objects.all().delete()
    n_files = StoredFile.objects.filter(erased_at__isnull=True).count()
    assert applying.replay(actor=SYSTEM, at=later, folders=[home, beside]) == 1 + n_files
    assert Person.objects.get(pk=left.pk).name == rules.ERASED_NAME
    assert Erased.objects.get(pk=left.pk).why == "restore"
    assert Person.objects.get(pk=mother.pk).name == "程兰因", "a line that somebody else wrote is passed over"
    assert applying.replay(actor=SYSTEM, at=later, folders=[home, beside]) == 0
    assert COMMUNITY in left.grid_id
