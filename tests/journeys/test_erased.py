"""Who was erased stays erased, whatever the office takes back, decides, imports or corrects afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from gridwalk.accounts.rules import SYSTEM
from gridwalk.core import clock, files
from gridwalk.core.models import StoredFile
from gridwalk.events.models import Event
from gridwalk.reconcile.actions import applying
from gridwalk.reconcile.models import Import, StagedRow
from gridwalk.registry.ends import REINSTATED
from gridwalk.registry.models import Difference, Dwelling, Person, Recheck, Residence
from gridwalk.retention.rules import ERASED_NAME
from gridwalk.upkeep.models import Plan
from tests.harness.campaign import PEOPLE, confirm, id_no, move_in, upload, workbook
from tests.harness.erasing import end, erase, where
from tests.harness.plans import seen

pytestmark = pytest.mark.slow
NAME, NUMBER, TELEPHONE = "程望舒", id_no(11), "12099999999"
AT_101 = ["海河花园", "5号楼", "1单元", "101"]
ROW: list[Any] = [*AT_101, NAME, "男", NUMBER, "1980.1.1", TELEPHONE, "常住", "汉"]
GONE = "身份内容已清除，谁也找不回来"
BACK = {"proposed": REINSTATED, "evidence": "in_person", "reason": "其实没搬"}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Settings) -> None:
    """A ledger of erasures of its own."""
    settings.DATA_DIR = tmp_path


@pytest.fixture
def gone(street: Client) -> Person:
    """Somebody on record."""
    return Person.objects.get(name=NAME)


def require_nameless(person: Person) -> None:
    row = Person.objects.get(pk=person.pk)
    assert (row.name, row.phone_sealed, row.id_no_index, row.status) == (ERASED_NAME, "", "", "moved_away")
    assert not Residence.objects.filter(person=person, to_on__isnull=True).exists()
    assert where(NAME) == []


def shown(answer: Any) -> str:
    text: str = answer.content.decode()
    return text


def test_a_decision_taken_back_asks_nothing_of_who_was_erased(street: Client, gone: Person) -> None:
    """One was accepted and is taken back, as is another's; one waits for the door, and waits no more."""
    hers = [*AT_101, "程兰因", "女", id_no(2, "19500203"), "1950.2.3", "12088888888", "常住", "汉"]
    confirm(street, upload(street, workbook("复核台账", [PEOPLE[0], ROW, hers])))
    for difference in Difference.objects.filter(field="phone", state="open"):
        street.post(f"/differences/{difference.pk}/decide/", {"decision": "accept", "next": ""})
    assert Person.objects.get(pk=gone.pk).unseal("phone") == TELEPHONE
    confirm(street, upload(street, workbook("新台账", [PEOPLE[0], [*ROW[:8], "12077777777", *ROW[9:]]])))
    asked = Difference.objects.get(entity=gone.pk, field="phone", state="open")
    street.post(f"/differences/{asked.pk}/decide/", {"decision": "to_door", "next": ""})
    erase(gone, street)
    mine, other = (Difference.objects.get(field="phone", state="accepted", entity=pk) for pk in (gone.pk, _mother()))
    assert GONE in shown(street.post(f"/differences/{mine.pk}/undo/", {}, follow=True))
    street.post(f"/differences/{other.pk}/undo/", {})
    assert [Difference.objects.get(pk=row.pk).state for row in (mine, other, asked)] == ["accepted", "open", "closed"]
    assert Person.objects.get(pk=_mother()).unseal("phone") == "12012345671", "hers is as it was before"
    require_nameless(gone)


def _mother() -> Any:
    return Person.objects.get(name="程兰因").pk


def test_an_event_taken_back_brings_nobody_home(street: Client, gone: Person) -> None:
    """They had moved to another door; taken back, they would live at the first one again."""
    there = Dwelling.objects.get(address__contains="1单元", address__endswith="301")
    days = {"on": clock.local_date(clock.now()).isoformat(), "told": "self"}
    where_to = {"who": [str(gone.pk)], "where": "door", "address": there.address, "residence_kind": "lives_here"}
    street.post(f"/daily/moved_out/person/{gone.pk}/", {**days, **where_to})
    moved = Event.objects.latest("at")
    move_in(street, there.pk, "程小满")
    other = Event.objects.latest("at")
    assert Residence.objects.get(person=gone, to_on__isnull=True).dwelling_id == there.pk
    erase(gone, street)
    assert GONE in shown(street.post(f"/daily/recorded/{moved.pk}/undo/", follow=True))
    street.post(f"/daily/recorded/{other.pk}/undo/")
    assert [Event.objects.get(pk=event.pk).undone_at is None for event in (moved, other)] == [True, False]
    require_nameless(gone)


def test_nothing_is_corrected_returned_merged_or_split(street: Client, gone: Person) -> None:
    other = Person.objects.get(name="韩书言")
    erase(gone, street)
    assert GONE in shown(street.post(f"/correct/person/{gone.pk}/", {"name": NAME, "reason": "本人来电"}))
    assert GONE in shown(street.post(f"/ends/person/{gone.pk}/", BACK))
    split = f"/upkeep/split/{gone.pk}/"
    given = {"seen": seen(shown(street.get(split))), "evidence": "in_person", "reason": "两条是一个人", "name": NAME}
    assert GONE in shown(street.post(split, {**given, "side-phone": "go"}))
    for page in (f"/upkeep/merge/person/{gone.pk}/{other.pk}/", f"/upkeep/merge/person/{other.pk}/{gone.pk}/"):
        assert street.post(page, given, follow=True).redirect_chain, "it may not even be chosen"
    assert not Plan.objects.exists()
    label = {"category": "living_alone", "consent": "oral"}
    assert street.post(f"/care/people/{gone.pk}/new/", label).status_code == 422
    end(other, street)
    assert street.post(f"/ends/person/{other.pk}/", BACK).status_code == 302, "who was not erased may come back"
    require_nameless(gone)


def test_a_return_that_waits_goes_with_them(street: Client, gone: Person) -> None:
    end(gone, street)
    assert street.post(f"/ends/person/{gone.pk}/", BACK).status_code == 302
    waits = Recheck.objects.get(entity=gone.pk, state="open")
    assert street.post(f"/people/{gone.pk}/erase/", {"reason": "家属书面申请"}).status_code == 302
    waits.refresh_from_db()
    assert (waits.state, waits.reason) == ("withdrawn", "")
    assert Person.objects.get(pk=gone.pk).status_pending == ""


def test_a_ledger_on_its_way_in_loses_the_row_and_files_that_name_them_go(street: Client, gone: Person) -> None:
    """One ledger is in, one waits to be applied, one was never theirs."""
    confirm(street, upload(street, workbook("复核台账", [PEOPLE[0], ROW])))
    other = [*AT_101, "许知行", "男", id_no(15), "1980.1.1", "12012340003", "常住", "汉"]
    confirm(street, upload(street, workbook("别人的台账", [PEOPLE[0], other])))
    waits = upload(street, workbook("在办台账", [PEOPLE[0], ROW, other]))
    street.post(f"/imports/{waits.pk}/mapping/", {"do": "apply"})
    assert StagedRow.objects.filter(of=waits, state="waiting").count() == 2
    erase(gone, street)
    named = Import.objects.get(name__startswith="复核台账")
    for file in (named.file, named.annotated):
        assert file is not None and file.erased_at is not None
        assert not files.path_of(file.pk).exists()
    theirs = Import.objects.get(name__startswith="别人的台账")
    assert StoredFile.objects.get(pk=theirs.file_id).erased_at is None
    assert StoredFile.objects.get(pk=waits.file_id).erased_at is None, "it is still being worked on"

    applying.apply(actor=SYSTEM, at=clock.now(), imported=waits.pk)
    states = StagedRow.objects.filter(of=waits).order_by("row_no").values_list("state", "entity")
    assert [state for state, _ in states] == ["refused", "same"]
    require_nameless(gone)
    assert street.get(f"/imports/{named.pk}/").status_code == 200
    assert street.get(f"/imports/{waits.pk}/").status_code == 200
