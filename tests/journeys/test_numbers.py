"""Numbers put to use on the console: a card's typed, a telephone's dialled; both stand in 查阅记录."""

from __future__ import annotations

import pytest
from django.test import Client

from gridwalk.accounts.rules import Role
from gridwalk.core.models import AuditEntry
from gridwalk.core.outward import outward
from gridwalk.registry.actions import numbers
from gridwalk.registry.models import Difference, Dwelling, Person
from tests.harness.campaign import COMMUNITY, GRID, id_no
from tests.harness.people import SignIn

pytestmark = pytest.mark.slow


def checked(client: Client, person: Person, number: str) -> str:
    """What the page says of a number typed from the card."""
    return client.post(f"/people/{person.pk}/card/", {"number": number}, follow=True).content.decode()


def test_a_card_is_typed_five_times_a_day_by_all_together_and_the_person_can_read_of_it(
    street: Client, sign_in: SignIn
) -> None:
    person = Person.objects.get(name="程望舒")
    worker = sign_in(Role.GRID_WORKER, GRID)
    assert f"/people/{outward(person.pk)}/card/" in worker.get(f"/people/{person.pk}/").content.decode()
    assert "也不算一次" in checked(worker, person, id_no(11)[:-1])
    assert "不一致" in checked(worker, person, id_no(21))
    difference = Difference.objects.get(entity=person.pk, field="id_no")
    assert (difference.source, difference.opened("claimed")) == ("visit", id_no(21))
    assert "一致：和登记的号码一样" in checked(worker, person, f" {id_no(11).lower()} ")
    for serial in (23, 25):
        assert "不一致" in checked(worker, person, id_no(serial))
    assert "一致：和登记的号码一样" in checked(street, person, id_no(11))
    assert "今天已核对 5 次" in checked(street, person, id_no(11)), "all accounts together"
    assert "今天已核对 5 次" in checked(worker, person, id_no(27))
    assert AuditEntry.objects.filter(verb="card.checked", subject=person.pk).count() == 5
    assert Difference.objects.filter(entity=person.pk, field="id_no").count() == 3

    looks = street.post(f"/people/{person.pk}/looks/", {"reason": "本人到社区查询"}).content.decode()
    assert looks.count("照证件核对了证件号") == 5
    history = street.get(f"/people/{person.pk}/").content.decode()
    assert "照证件核对了号码，一致" in history and "照证件核对了号码，不一致" in history
    for shown in (looks, history):
        assert id_no(11) not in shown and id_no(21) not in shown


def test_only_who_records_visits_there_types_a_card(street: Client, sign_in: SignIn) -> None:
    person = Person.objects.get(name="程望舒")
    path = f"/people/{outward(person.pk)}/card/"
    centre = sign_in(Role.STREET_CENTRE, "120105001")
    assert path not in centre.get(f"/people/{person.pk}/").content.decode()
    assert centre.post(path, {"number": id_no(11)}).status_code == 403
    assert sign_in(Role.COMMUNITY_LEAD, "120105001024").post(path, {"number": id_no(11)}).status_code == 404
    assert street.get(path).status_code == 405
    nameless = Person.objects.filter(id_no_sealed="").first()
    assert nameless is not None
    assert "还没登记证件号" in checked(street, nameless, id_no(11))
    assert not AuditEntry.objects.filter(verb="card.checked").exists()


def test_a_telephone_is_dialled_by_one_button_for_a_minute_and_its_owner_can_read_of_it(
    street: Client, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = Person.objects.get(name="程望舒")
    door = Dwelling.objects.get(residences__person=person)
    path = f"/dial/person/{outward(person.pk)}/phone/"
    worker = sign_in(Role.GRID_WORKER, GRID)
    for page in (f"/people/{person.pk}/", f"/doors/{door.pk}/"):
        shown = worker.get(page).content.decode()
        assert path in shown and "12012345671" not in shown
    called = worker.post(path)
    assert '<a href="tel:12012345671">' in called.content.decode()
    assert called.headers["Refresh"] == f"60; url=/people/{outward(person.pk)}/"
    assert "no-store" in called.headers["Cache-Control"]
    assert "拨打了电话" in street.post(f"/people/{person.pk}/looks/", {"reason": "本人到社区查询"}).content.decode()
    assert "拨打了登记的电话" in street.get(f"/people/{person.pk}/").content.decode()

    centre = sign_in(Role.STREET_CENTRE, "120105001")
    for page in (f"/people/{person.pk}/", f"/doors/{door.pk}/"):
        assert "/dial/" not in centre.get(page).content.decode()
    assert centre.post(path).status_code == 403
    assert sign_in(Role.COMMUNITY_LEAD, "120105001024").post(path).status_code == 404
    assert street.post(f"/dial/person/{person.pk}/id_no/").status_code == 404
    assert street.post(f"/dial/nobody/{person.pk}/phone/").status_code == 404
    assert AuditEntry.objects.filter(verb="number.dialled").count() == 1
    monkeypatch.setattr(numbers, "CALLS_AN_HOUR", 1)
    assert worker.post(path).status_code == 429
    assert sign_in(Role.COMMUNITY_LEAD, COMMUNITY).post(path).status_code == 200, "each account for itself"
