"""Red line 4: whatever the register's actions do, no table holds an ID or phone number in the clear."""

from __future__ import annotations

import importlib
import uuid

from django.apps import apps
from django.db import connection

from gridwalk.accounts.rules import Viewer
from gridwalk.core import envelope
from gridwalk.core.models import Change
from gridwalk.differences.actions import decisions
from gridwalk.registry.actions import corrections, creation, ends
from gridwalk.registry.models import Difference, Dwelling, Organization, Person
from gridwalk.registry.queries import entities, search
from gridwalk.registry.tests.street import GRID, Street, id_no, lead, phone
from gridwalk.timeline import queries as timeline

NUMBERS = [id_no(1), id_no(3), *(phone(n) for n in range(1, 9))]


def hits() -> list[tuple[str, str]]:
    """(table, number) wherever a row, written out as text, holds one of the numbers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()")
        tables = [name for (name,) in cursor.fetchall()]
        places = []
        for table in tables:
            for number in NUMBERS:
                cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{number}%"])
                if cursor.fetchone()[0]:
                    places.append((table, number))
    return places


def test_no_table_holds_a_number(street: Street) -> None:
    who = lead()
    door = street.door(owner_phone=phone(1))
    person = street.person("张桂兰", door, id_no=id_no(1), phone=phone(2))
    with street.writing() as writing:
        new = creation.New(grid=GRID, values={"name": "甲店", "contact_phone": phone(3)}, source="ledger")
        creation.register(writing, "organization", [new])
    street.say(person, "phone", phone(4))
    street.say(person, "id_no", id_no(3), "visit")
    for difference, decision in zip(Difference.objects.order_by("field"), ("keep", "accept"), strict=True):
        decisions.decide(
            actor=who, at=street.at, difference=difference.id, decision=decision, reason=f"本人说是 {phone(5)}"
        )
    change(street, who, person.id)
    ends.propose_end(
        actor=who,
        at=street.at,
        kind="person",
        entity=person.id,
        proposed="deceased",
        evidence="phone",
        reason=f"家属来电 {phone(7)}",
    )
    corrections.reveal(
        actor=who, at=street.at, kind="person", entity=person.id, field="phone", reason=f"回电 {phone(8)}"
    )
    for table in (Dwelling, Person, Organization):
        for row in table._default_manager.all():
            entities.facts(who, row)
    search.search(who, phone(4))
    timeline.past("person", [person.id], full=True)
    assert hits() == []
    assert str(Change.objects.filter(entity=person.id, field="phone").latest("version").new_clear) == phone(6)


def change(street: Street, who: Viewer, person: uuid.UUID) -> None:
    corrections.correct(
        actor=who, at=street.at, kind="person", entity=person, raw={"phone": phone(6)}, reason=f"换成 {phone(6)}"
    )


def test_the_search_for_numbers_finds_one_that_is_there(street: Street) -> None:
    person = street.person("张桂兰")
    Person.objects.filter(pk=person.id).update(registered_address=f"找 {phone(1)}")
    assert hits() == [("registry_person", phone(1))]


def test_history_shows_numbers_masked(street: Street) -> None:
    person = street.person("张桂兰", phone=phone(1))
    street.say(person, "phone", phone(2), "visit")
    sentences = [p.sentence for p in timeline.past("person", [person.id], full=True)]
    assert any("→" in s and "*" in s for s in sentences)
    assert not any(number in s for s in sentences for number in NUMBERS)


def test_what_earlier_versions_kept_of_the_last_four_is_keyed_anew(street: Street) -> None:
    person = street.person("张桂兰", street.door(), id_no=id_no(1), phone=phone(1))
    wanted = Person.objects.get(pk=person.pk).search_keys
    earlier = {key for key in wanted if key[:2] not in {"t:", "n:"}}
    earlier |= {f"t:{envelope.blind_index(tail, purpose='last_four')}" for tail in (id_no(1)[-4:], phone(1)[-4:])}
    Person.objects.filter(pk=person.pk).update(search_keys=sorted(earlier))
    importlib.import_module("gridwalk.registry.migrations.0003_no_masks_beside").key_tails(apps, None)
    assert Person.objects.get(pk=person.pk).search_keys == wanted
    assert [hit.id for hit in search.search(lead(), f"尾号{phone(1)[-4:]}")] == [person.pk]
    assert search.search(lead(), f"尾号{id_no(1)[-4:]}") == []
