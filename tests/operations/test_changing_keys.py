"""A change of keys while everything runs: new values under the new key, old ones sealed again, nothing lost."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import models
from pytest_django import Settings

from gridwalk.accounts import rules
from gridwalk.accounts.models import User
from gridwalk.config import keys
from gridwalk.core import actions, envelope, files, ids
from gridwalk.core.models import AuditEntry, Change
from gridwalk.core.tests.people import SYSTEM, WORKER
from gridwalk.operations.resealing import places
from gridwalk.operations.resealing.actions import reseal
from gridwalk.reconcile.actions import staging
from gridwalk.reconcile.tests.test_states import handed_in
from gridwalk.registry import columns
from gridwalk.registry.models import Difference, Dwelling
from gridwalk.registry.tests.street import Street, phone

GRID = "120105001001001"
ID_NO = "120199195002303213"


@pytest.fixture
def home(tmp_path: Path, settings: Settings) -> Path:
    """A data directory with a key file, used by this process."""
    settings.DATA_DIR = tmp_path
    keys.create(tmp_path)
    settings.ENVELOPE_KEYS = keys.Ring(tmp_path)
    settings.ENVELOPE_ACTIVE = ""
    return tmp_path


def test_a_running_program_learns_a_new_key_without_a_restart(home: Path, settings: Settings) -> None:
    old = envelope.seal(ID_NO, table="t", column="c", row=1)
    other = keys.Ring(home)
    assert keys.rotate(home) == "k2"
    assert other.active == "k1", "it has not looked yet"
    settings.ENVELOPE_KEYS = keys.Ring(home)
    new = envelope.seal(ID_NO, table="t", column="c", row=1)
    assert (old.split("|")[2], new.split("|")[2]) == ("k1", "k2")
    settings.ENVELOPE_KEYS = other
    assert envelope.open_(new, table="t", column="c", row=1) == ID_NO, "an unknown key makes it look"
    assert envelope.open_(old, table="t", column="c", row=1) == ID_NO
    assert other.active == "k2"
    assert (home / "keys.json").stat().st_mode & 0o777 == 0o600
    (home / "keys.json").unlink()
    assert envelope.open_(new, table="t", column="c", row=1) == ID_NO, "lost while it runs, it goes on"
    with pytest.raises(envelope.EnvelopeError):
        envelope.open_(new.replace("|k2|", "|k3|"), table="t", column="c", row=1)


@pytest.mark.django_db
def test_everything_is_sealed_again_and_opens_and_what_does_not_open_stays(
    home: Path, settings: Settings, at: dt.datetime
) -> None:
    actions.open_streams([GRID])
    person = ids.new_id()
    with actions.write_to(GRID, actor=WORKER, at=at) as writing:
        writing.created(GRID, "person", person, {"name": "王试", "id_no": ID_NO}, source="ledger")
        writing.change(
            stream=GRID,
            kind="person",
            entity=person,
            field="id_no",
            old=ID_NO,
            new="120199195002303221",
            source="office",
        )
        writing.change(
            stream=GRID, kind="person", entity=person, field="phone", old=None, new="12000000001", source="office"
        )
    broken = Change.objects.get(field="phone")
    Change.objects.filter(pk=broken.pk).update(
        new=envelope.seal("12000000001", table="core_change", column="new", row=7)
    )
    user = User.objects.create(username="a", name="王试", created_at=at)
    place = {"table": "mfa_authenticator", "column": "data", "row": "secret"}
    Authenticator.objects.create(user=user, type="totp", data={"secret": envelope.seal("JBSWY3DP", **place)})
    stored = actions.store_file(
        data=b"x" * 3_000_000, name="a.xlsx", purpose="ledger", scope="", keep=dt.timedelta(days=9), actor=SYSTEM, at=at
    )

    keys.rotate(home)
    settings.ENVELOPE_KEYS = keys.Ring(home)
    done = reseal(actor=SYSTEM, at=at)
    assert (done.n_values, done.n_files, done.n_failed) == (4, 1, 1)
    assert "|k1|" not in json.dumps(
        [c.new for c in Change.objects.exclude(pk=broken.pk)] + [Authenticator.objects.get().data]
    )
    whole, number = Change.objects.exclude(pk=broken.pk).order_by("id")
    assert whole.new_clear == {"name": "王试", "id_no": ID_NO}
    assert (number.old_clear, number.new_clear) == (ID_NO, "120199195002303221")
    assert envelope.open_(Authenticator.objects.get().data["secret"], **place) == "JBSWY3DP"
    assert files.key_of(stored.id) == "k2"
    assert files.read(stored.id) == b"x" * 3_000_000
    again = reseal(actor=SYSTEM, at=at)
    assert (again.n_values, again.n_files, again.n_failed) == (0, 0, 1)
    assert AuditEntry.objects.filter(verb="keys.resealed").count() == 2


def keys_in_use() -> dict[str, set[str]]:
    """table.column → the keys of the envelopes that lie in it."""
    in_use: dict[str, set[str]] = {}
    for column in places.columns():
        values = json.dumps(list(column.model._default_manager.values_list(column.name, flat=True)), default=str)
        if of_column := set(re.findall(r"v1\|[A-Z0-9]+\|(\w+)\|", values)):
            in_use[f"{column.model._meta.label}.{column.name}"] = of_column
    return in_use


@pytest.mark.slow
@pytest.mark.django_db
def test_numbers_are_sealed_again_wherever_they_lie(home: Path, settings: Settings, at: dt.datetime) -> None:
    """On a record, in a question about it, in its history, in a ledger that waits, with an account."""
    street = Street.lay_out(at)
    person = street.person("王试甲", street.door("101", owner_phone=phone(3)), phone=phone(1), id_no=ID_NO)
    street.say(person, "phone", phone(2))
    staging.stage(actor=rules.SYSTEM, at=at, imported=handed_in(at, "mapping").pk)
    work_phone = {"table": "accounts_user", "column": "work_phone"}
    user = User.objects.create(username="a", name="王试", created_at=at)
    User.objects.filter(pk=user.pk).update(work_phone_sealed=envelope.seal(phone(4), **work_phone, row=user.pk))
    before = keys_in_use()
    assert set(before) >= {
        "registry.Person.id_no_sealed",
        "registry.Person.phone_sealed",
        "registry.Dwelling.owner_phone_sealed",
        "registry.Difference.claimed",
        "core.Change.new",
        "reconcile.StagedRow.values",
        "accounts.User.work_phone_sealed",
    }
    keys.rotate(home)
    settings.ENVELOPE_KEYS = keys.Ring(home)
    assert reseal(actor=SYSTEM, at=at).n_failed == 0
    assert keys_in_use() == {column: {"k2"} for column in before}
    person.refresh_from_db()
    read = [
        columns.read(person, "phone"),
        columns.read(person, "id_no"),
        columns.read(Dwelling.objects.get(), "owner_phone"),
    ]
    assert read == [phone(1), ID_NO, phone(3)]
    asked = Difference.objects.get()
    assert (asked.opened("current"), asked.opened("claimed")) == (phone(1), phone(2))


def test_every_column_that_holds_envelopes_is_found() -> None:
    kept = {(c.model._meta.label, c.name) for c in places.columns()}
    assert {
        ("core.Change", "old"),
        ("core.Change", "new"),
        ("registry.Dwelling", "owner_phone_sealed"),
        ("registry.Person", "id_no_sealed"),
        ("registry.Difference", "claimed"),
        ("reconcile.StagedRow", "values"),
        ("sync.Op", "body_sealed"),
        ("sync.ServerKey", "private_sealed"),
        ("mfa.Authenticator", "data"),
    } <= kept
    texts = {
        (model._meta.label, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, (models.TextField, models.CharField)) and "sealed" in field.name
    }
    assert texts - kept <= {("sync.Deposit", "sealed")}, "that one is sealed to the server's own key"
