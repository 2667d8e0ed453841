"""Who owned a door goes out of it, out of its history and its questions; whatever else is said of it stays."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from gridwalk.core.models import Change
from gridwalk.registry.models import Difference, Dwelling, Erased
from gridwalk.registry.tests.street import Street, changes, phone
from gridwalk.retention.actions import people

pytestmark = pytest.mark.django_db


def test_an_owner_is_forgotten_and_the_door_is_not(at: dt.datetime, tmp_path: Path, settings: Settings) -> None:
    settings.DATA_DIR = tmp_path
    street = Street.lay_out(at)
    owner = {"owner_name": "张桂兰", "owner_phone": phone(1)}
    door, beside = (street.door(room, area_m2="60", tenure="owner", **owner) for room in ("101", "102"))
    for each in (door, beside):
        street.say(each, "owner_name", "李四", "office", reason="看过房产证")
        street.say(each, "area_m2", "74.2", "office", reason="量过")
        street.say(each, "owner_phone", phone(2))
        street.say(each, "tenure", "let")
    people.erase_contact(Dwelling.objects.get(pk=door.pk), why="request", at=at)

    told = {each.pk: Dwelling.objects.get(pk=each.pk) for each in (door, beside)}
    assert [told[pk].owner_name for pk in (door.pk, beside.pk)] == ["", "李四"]
    assert [bool(told[pk].owner_phone_sealed) for pk in (door.pk, beside.pk)] == [False, True]
    assert [str(told[pk].area_m2) for pk in (door.pk, beside.pk)] == ["74.20", "74.20"]
    assert [changes(each, "owner_name") for each in (door, beside)] == [[(None, None)], [("张桂兰", "李四")]]
    assert changes(door, "area_m2") == changes(beside, "area_m2")
    reasons = Change.objects.filter(reason__gt="").values_list("entity", "field", "reason")
    assert set(reasons) == {
        (door.pk, "area_m2", "量过"),
        (beside.pk, "area_m2", "量过"),
        (beside.pk, "owner_name", "看过房产证"),
    }
    whole: dict[Any, Any] = {c.entity: c.new for c in Change.objects.filter(field=Change.WHOLE, kind="dwelling")}
    assert set(whole[beside.pk]) - set(whole[door.pk]) == {"owner_name", "owner_phone"}
    asked = Difference.objects.values_list("entity", "field", "state", "claimed_hash")
    by_question = {(entity, field): (state, bool(mark)) for entity, field, state, mark in asked}
    assert by_question == {
        (door.pk, "owner_phone"): ("closed", False),
        (door.pk, "tenure"): ("open", True),
        (beside.pk, "owner_phone"): ("open", True),
        (beside.pk, "tenure"): ("open", True),
    }
    assert list(Erased.objects.values_list("pk", flat=True)) == [door.pk]
