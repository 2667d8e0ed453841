"""docs/operations/密钥丢失.md, walked step by step: what is lost, what comes back, what a user is told meanwhile."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from gridwalk import cli
from gridwalk.accounts.rules import Role
from gridwalk.cli.verbs import doctor
from gridwalk.config import keys
from gridwalk.core import envelope
from gridwalk.operations.findings import State
from gridwalk.registry.models import Dwelling, Person
from tests.harness.campaign import COMMUNITY, DOORS, PEOPLE, confirm, upload, workbook
from tests.harness.people import SignIn

DOCUMENT = (Path(__file__).parents[2] / "docs/operations/密钥丢失.md").read_text("utf-8")


def _said(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    return captured.out + captured.err


@pytest.mark.slow
def test_the_drill_of_the_document_goes_as_it_says(
    tmp_path: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    lead: Client,
    sign_in: SignIn,
) -> None:
    home, saved, words = tmp_path / "home", tmp_path / "saved", tmp_path / "words"
    monkeypatch.setenv("GRIDWALK_HOME", str(home))
    path = keys.create(home)
    words.write_text("四五个不相干的词连成一句话\n")

    def use() -> None:
        settings.DATA_DIR, settings.ENVELOPE_KEYS = home, keys.Ring(home)
        settings.BLIND_INDEX_KEY = keys.load(home).blind_index

    use()
    lead = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
    confirm(lead, upload(lead, workbook("房屋台账", DOORS)))
    confirm(lead, upload(lead, workbook("实有人口台账", PEOPLE, ("A4:A5", "B4:B5", "C4:C5", "D4:D5"))))
    person = Person.objects.get(name="程望舒")
    door = Dwelling.objects.get(room="101")
    page = f"/people/{person.pk}/"
    assert cli.main(["keys", "save", str(saved), "--passphrase-file", str(words)]) == 0

    path.unlink()
    assert lead.get(page).status_code == 200, "a running program keeps what it knows"
    assert [finding.state for finding in doctor._keys()] == [State.BAD]

    capsys.readouterr()
    (tmp_path / "wrong").write_text("另外几个词，不是当时那一句话\n")
    assert cli.main(["keys", "put-back", str(saved), "--passphrase-file", str(tmp_path / "wrong")]) != 0
    assert "密语不对" in _said(capsys)
    assert not path.exists()
    assert cli.main(["keys", "put-back", str(saved), "--passphrase-file", str(words)]) == 0
    assert path.stat().st_mode & 0o777 == 0o600
    assert [finding.state for finding in doctor._keys()] == [State.OK]
    use()
    assert lead.get(page).status_code == 200
    assert cli.main(["keys", "put-back", str(saved), "--passphrase-file", str(words)]) != 0
    assert "密钥文件已经有了" in _said(capsys)

    path.rename(home / "keys.坏.json")
    keys.create(home)  # what init would do on the old data
    use()
    with pytest.raises(envelope.EnvelopeError):
        envelope.open_(person.id_no_sealed, table="registry_person", column="id_no", row=person.pk)
    assert lead.get(page).status_code == 302, "sessions are sealed as well"
    again = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
    told = again.get(page)
    assert told.status_code == 503
    assert "号码也没有丢" in told.content.decode()
    assert "程望舒" in again.get(f"/doors/{door.pk}/").content.decode(), "names are there"
    path.unlink()
    (home / "keys.坏.json").rename(path)
    use()
    assert lead.get(page).status_code == 200, "nothing was changed meanwhile"


def test_the_document_names_commands_that_exist() -> None:
    named = re.findall(r"gridwalk ([\w-]+)(?: (save|put-back|rotate|list))?", DOCUMENT)
    assert {verb for verb, _ in named} <= set(cli.VERBS)
    assert {what for verb, what in named if verb == "keys"} >= {"put-back", "save", "rotate"}
