"""Addresses name persons and doors so that nobody reads from them who lives next door, nor when a record was made."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gridwalk.accounts.rules import Role
from gridwalk.core import outward
from gridwalk.registry.models import Dwelling, Person
from gridwalk.sync import messages
from tests.harness.people import SignIn
from tests.journeys.test_not_watched import starts

UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
HREF = re.compile(r"""(?:href|hx-get)="(/[^"#]*)""")
MOST = 150


def _is_page(answer: Any) -> bool:
    return answer.status_code == 200 and not answer.streaming and answer["Content-Type"].startswith("text/html")


def pages(client: Client) -> dict[str, str]:
    """Address → page, of what opens from the first pages on, files left out."""
    waiting, opened = [*starts()], dict[str, str]()
    while waiting and len(opened) < MOST:
        path = waiting.pop(0)
        if path in opened or path.startswith(("/static/", "/accounts/log", "/phone/")):
            continue
        answer: Any = client.get(path)
        opened[path] = answer.content.decode() if _is_page(answer) else ""
        waiting += [link.replace("&amp;", "&") for link in HREF.findall(opened[path])]
    return opened


@pytest.mark.slow
def test_who_sees_rows_masked_reads_no_id_of_a_person_or_a_door(street: Client, sign_in: SignIn) -> None:
    records = [*Person.objects.all(), *Dwelling.objects.all()]
    inside = {str(record.pk) for record in records}
    centre = sign_in(Role.STREET_CENTRE, "120105001")
    opened = pages(centre)
    told = {path: inside.intersection(UUID.findall(path + page)) for path, page in opened.items()}
    assert not [path for path, ids in told.items() if ids]
    outside = {str(outward.outward(record.pk)) for record in records}
    assert len(outside & set(UUID.findall(" ".join(opened.values())))) >= 8, "they were there to be read"


@pytest.mark.slow
def test_an_address_of_before_opens_as_it_did_and_a_made_up_one_opens_nothing(street: Client) -> None:
    person = Person.objects.get(name="程望舒")
    address = reverse("console:person", args=[person.pk])
    assert str(person.pk) not in address
    for path in (address, f"/people/{person.pk}/"):
        assert "程望舒" in street.get(path).content.decode(), path
    assert street.get(f"/people/{uuid.UUID(int=7, version=4)}/").status_code == 404
    assert messages.as_uuid(str(person.pk)) == person.pk
    assert messages.as_uuid(str(outward.outward(person.pk))) is None, "no phone says an address for an id"
    other = outward.outward(Dwelling.objects.filter(room="101").first().pk)  # type: ignore[union-attr]
    assert street.get(f"/people/{other}/").status_code == 404, "a door is no person"
